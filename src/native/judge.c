/* From the names near a form to the few that it may be, and whether any document could make them believable.
   Twins: `Candidates.named`, `nearest.best` and `decide.hopes`. Where it is not certain what these would say, they are
   asked. */
#include "sieve.h"

#define MOST_ENTITIES 200

static int strings_fit(const Layer *layer, int text, Py_ssize_t count)
{
    const uint32_t *ends = layer->at[text + 1].buf;
    if (layer->at[text + 1].len != 4 * (count + 1) || (Py_ssize_t)ends[count] > layer->at[text].len)
        return 0;
    int odd = 0; /* all are looked at, so that it can be several at a time */
    for (Py_ssize_t k = 0; k < count; k++)
        odd |= ends[k] > ends[k + 1];
    return !odd;
}

int layer_fits(Layer *layer)
{
    layer->count = layer->at[KEYS].len / (Py_ssize_t)sizeof(uint64_t);
    layer->aliases = layer->at[KINDS].len;
    layer->entities = layer->at[PROMINENCE].len / (Py_ssize_t)sizeof(int64_t);
    layer->caseless = layer->at[CASELESS_ENDS].len / (Py_ssize_t)sizeof(uint32_t) - 1;
    if (layer->caseless < 0 || !strings_fit(layer, CASELESS_NAMES, layer->caseless))
        return 0;
    if (layer->at[OWNERS].len != 4 * layer->count || layer->at[ENTITY].len != 4 * layer->aliases ||
        !strings_fit(layer, TEXT, layer->aliases) || !strings_fit(layer, FOLDED, layer->aliases) ||
        !strings_fit(layer, PLAIN, layer->entities) || !strings_fit(layer, ID, layer->entities) ||
        !strings_fit(layer, TYPE, layer->entities) || !strings_fit(layer, CANONICAL, layer->entities) ||
        !strings_fit(layer, COUNTRY, layer->entities))
        return 0;
    const uint32_t *entity = layer->at[ENTITY].buf;
    uint32_t most = 0;
    for (Py_ssize_t k = 0; k < layer->aliases; k++)
        most = entity[k] > most ? entity[k] : most;
    return !layer->aliases || most < layer->entities;
}

int layer_ready(Layer *layer)
{
    const uint64_t *keys = layer->at[KEYS].buf;
    layer->bits = 10;
    while (((Py_ssize_t)1 << layer->bits) < 8 * layer->count)
        layer->bits++;
    layer->starts_bits = layer->bits - 6;
    layer->there = calloc((size_t)1 << (layer->bits - 3), 1);
    layer->starts = calloc(((size_t)1 << layer->starts_bits) + 1, sizeof *layer->starts);
    if (layer->there == NULL || layer->starts == NULL || layer->count > UINT32_MAX)
        return -1;
    /* Each key says where those behind it begin, the last of its kind for good: no branch that is hard to foresee. */
    for (Py_ssize_t k = 0; k < layer->count; k++) {
        uint64_t slot = keys[k] >> (64 - layer->bits);
        layer->there[slot >> 3] |= (uint8_t)(1 << (slot & 7));
        layer->starts[(slot >> 6) + 1] = (uint32_t)k + 1;
    }
    for (size_t k = 1; k <= (size_t)1 << layer->starts_bits; k++)
        if (layer->starts[k] < layer->starts[k - 1])
            layer->starts[k] = layer->starts[k - 1];
    return 0;
}

static int squeezes_to(const char *folded, int size, const char *bare, int bare_size)
{
    int n = 0;
    for (int k = 0; k < size; k++) {
        if (folded[k] == ' ')
            continue;
        if (n == bare_size || folded[k] != bare[n++])
            return 0;
    }
    return n == bare_size;
}

/* The rows of a layer under a key; each spelling of an entity once, as the kind that speaks for it. -1: too many. */
int rows_under(const Sieve *s, const Layer *layer, char space, const char *text, int size, Row *rows)
{
    const uint64_t *keys = layer->at[KEYS].buf, wanted = key_of(space, text, (size_t)size);
    const uint32_t *owners = layer->at[OWNERS].buf, *entities = layer->at[ENTITY].buf;
    const uint8_t *kinds = layer->at[KINDS].buf;
    int count = 0;
    for (Py_ssize_t k = layer_find(layer, wanted); k >= 0 && k < layer->count && keys[k] == wanted; k++) {
        uint32_t alias = owners[k];
        int n, m;
        if (alias >= layer->aliases)
            continue;
        const char *folded = string_at(layer, FOLDED, alias, &n);
        if (space == '=' ? n != size || memcmp(folded, text, (size_t)size) : !squeezes_to(folded, n, text, size))
            continue;
        if (count == MOST_FOUND)
            return -1;
        Row row = {alias, entities[alias], kinds[alias], 1};
        for (int j = 0; j < count; j++) {
            if (rows[j].entity != row.entity)
                continue;
            const char *mine = string_at(layer, TEXT, alias, &n), *theirs = string_at(layer, TEXT, rows[j].alias, &m);
            if (n != m || memcmp(mine, theirs, (size_t)n))
                continue;
            /* A row that says "weak" or "never" speaks for the spelling: it is neither near nor found by a rule. */
            if ((s->silent_kinds >> row.kind) & 1)
                rows[j].kind = row.kind;
            row.first = 0;
            break;
        }
        if (row.first)
            rows[count++] = row;
    }
    return count;
}

/* A spelling in Latin letters with accents, which `text.letters` keeps, or with apostrophes, which tell a name from a
   word: 1; one of which that is not certain: 0. */
static int is_accented(const char *text, int size)
{
    int accents = 0;
    for (int k = 0; k < size;) {
        unsigned char a = (unsigned char)text[k];
        if (a < 128) {
            if (!Py_ISALNUM(a) && a != '\'')
                return 0;
            accents |= a == '\'';
            k++;
            continue;
        }
        if ((a & 0xE0) == 0xC0 && k + 1 < size) {
            unsigned c = (a & 0x1Fu) << 6 | ((unsigned char)text[k + 1] & 0x3Fu);
            /* What is two letters in small ones, or a letter of ASCII, is no accent. */
            if (c < 0xC0 || c > 0x17E || c == 0xD7 || c == 0xF7 || c == 0xDF || c == 0x130 || c == 0x149)
                return 0;
            k += 2;
        } else if ((a & 0xF0) == 0xE0 && k + 2 < size) {
            unsigned c = (a & 0xFu) << 12 | ((unsigned char)text[k + 1] & 0x3Fu) << 6 |
                         ((unsigned char)text[k + 2] & 0x3Fu);
            if (c < 0x1E00 || c > 0x1EFF || (c >= 0x1E96 && c <= 0x1E9F))
                return 0;
            k += 3;
        } else {
            return 0;
        }
        accents = 1;
    }
    return accents;
}

int listed_plainly(const Sieve *s, const Layer *layer, const char *form, int size, double zipf)
{
    Row rows[MOST_FOUND];
    int count = rows_under(s, layer, '=', form, size, rows), several = memchr(form, ' ', (size_t)size) != NULL;
    if (count <= 0 || (!several && zipf < SOUND))
        return -1;
    for (int k = 0; k < count; k++) {
        int n;
        const char *alias = string_at(layer, TEXT, rows[k].alias, &n);
        if (((s->quiet_kinds >> rows[k].kind) & 1) || (!several && !is_accented(alias, n)))
            return -1;
    }
    return several;
}

/* An entity with its nearest spelling. */
typedef struct {
    int layer, how;
    uint32_t alias, entity;
    double ranking, order;
} Choice;

static int same_entity(const Sieve *s, const Choice *a, int layer, uint32_t entity)
{
    if (a->layer == layer)
        return a->entity == entity;
    int n, m;
    const char *mine = string_at(&s->layers[a->layer], ID, a->entity, &n);
    const char *theirs = string_at(&s->layers[layer], ID, entity, &m);
    return n == m && !memcmp(mine, theirs, (size_t)n);
}

static int digits_of(int64_t number)
{
    int digits = 1;
    for (number = number < 1 ? 1 : number; number >= 10; number /= 10)
        digits++;
    return digits;
}

static int before(const Sieve *s, const Choice *a, const Choice *b)
{
    if (a->order != b->order)
        return a->order < b->order;
    int n, m;
    const char *mine = string_at(&s->layers[a->layer], ID, a->entity, &n);
    const char *theirs = string_at(&s->layers[b->layer], ID, b->entity, &m);
    int order = memcmp(mine, theirs, (size_t)(n < m ? n : m));
    return order ? order < 0 : n < m;
}

static int is_type(const Layer *layer, uint32_t entity, const char *type)
{
    int n;
    const char *own = string_at(layer, TYPE, entity, &n);
    return (size_t)n == strlen(type) && !memcmp(own, type, (size_t)n);
}

/* The entities that a form may name, and what is asked of them. */
typedef struct {
    const char *form, *type;
    int size, count;
    Choice all[MOST_ENTITIES];
} Choices;

/* Add a spelling of an entity, where it is near enough and nearer than those before; 0, or -1: ask Python. */
static int add_choice(const Sieve *s, int layer_number, const Row *row, int how, Choices *choices)
{
    const Layer *layer = &s->layers[layer_number];
    int n, m, at = 0;
    const char *folded = string_at(layer, FOLDED, row->alias, &n);
    const char *plain = string_at(layer, PLAIN, row->entity, &m);
    if (choices->type && !is_type(layer, row->entity, choices->type))
        return 0;
    if (n >= SHORT || m >= SHORT || !is_ascii(folded, n) || !is_ascii(plain, m))
        return -1;
    double cost = edits_short(s->speller->edits, choices->form, choices->size, folded, n);
    if (how == FUZZY && cost > s->most_cost * (n < 4 ? 4 : n))
        return 0;
    double ranking = cost + ((s->other_kinds >> row->kind) & 1 ? s->other_name : 0.0);
    while (at < choices->count && !same_entity(s, &choices->all[at], layer_number, row->entity))
        at++;
    if (at < choices->count && !(ranking < choices->all[at].ranking))
        return 0;
    if (at == MOST_ENTITIES)
        return -1;
    int64_t prominence = ((const int64_t *)layer->at[PROMINENCE].buf)[row->entity];
    choices->all[at] = (Choice){layer_number, how, row->alias, row->entity, ranking,
                                ranking - s->digit * digits_of(prominence)};
    choices->count += at == choices->count;
    return 0;
}

/* Whether a city that is silent is spelt otherwise than one of the rows beside it: Salvador, beside Salvádor. */
static int is_city_else(const Sieve *s, const Layer *layer, const Row *rows, int count, uint32_t alias)
{
    int n, m;
    const char *mine = string_at(layer, TEXT, alias, &n);
    for (int k = 0; k < count; k++) {
        const char *theirs = string_at(layer, TEXT, rows[k].alias, &m);
        if (((s->silent_kinds >> rows[k].kind) & 1) && (n != m || memcmp(mine, theirs, (size_t)n)) &&
            ((const int64_t *)layer->at[PROMINENCE].buf)[rows[k].entity] >= CITY)
            return 1;
    }
    return 0;
}

/* Add the rows of a name, those that are spelt as the canonical form first; 0, or -1: ask Python. Twin:
   `Candidates._collect`. */
static int choose_from(const Sieve *s, int layer_number, const Row *rows, int count, int small, Choices *choices)
{
    const Layer *layer = &s->layers[layer_number];
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < count; k++) {
            int n, m;
            const char *folded = string_at(layer, FOLDED, rows[k].alias, &n);
            const char *plain = string_at(layer, PLAIN, rows[k].entity, &m);
            int exact = n == m && !memcmp(folded, plain, (size_t)n);
            if (exact == pass || !((s->near_kinds >> rows[k].kind) & 1))
                continue;
            if (((s->other_kinds >> rows[k].kind) & 1) && is_city_else(s, layer, rows, count, rows[k].alias))
                continue;
            if (small && is_type(layer, rows[k].entity, "outlet"))
                continue;
            if (add_choice(s, layer_number, &rows[k], FUZZY, choices) < 0)
                return -1;
        }
    }
    return 0;
}

int nearest(const Sieve *s, const char *form, int size, const Near *ruled, int ruled_count, const char *names, int count,
            int small, const char *type, Near *out)
{
    Choices choices;
    Row rows[MOST_FOUND];
    int made = 0;
    if (size >= SHORT || count >= MOST_NAMES)
        return -1;
    choices.form = form, choices.size = size, choices.type = type, choices.count = 0;
    for (int k = 0; k < ruled_count; k++) {
        const Layer *layer = &s->layers[ruled[k].layer];
        uint32_t alias = ruled[k].alias;
        Row row = {alias, ((const uint32_t *)layer->at[ENTITY].buf)[alias],
                   ((const uint8_t *)layer->at[KINDS].buf)[alias], 1};
        if (add_choice(s, ruled[k].layer, &row, ruled[k].how, &choices) < 0)
            return -1;
    }
    for (int k = 0; k < count; k++) {
        char space = names[0];
        int length = (unsigned char)names[1], found = 0;
        for (int layer = 0; layer < s->tables && !found; layer++) {
            found = rows_under(s, &s->layers[layer], space, names + 2, length, rows);
            if (found < 0 || choose_from(s, layer, rows, found, small, &choices) < 0)
                return -1;
        }
        names += 2 + length;
    }
    while (made < MOST_RIVALS && made < choices.count) {
        int first = -1;
        for (int k = 0; k < choices.count; k++) {
            const Choice *one = &choices.all[k];
            if (one->layer >= 0 && (first < 0 || before(s, one, &choices.all[first])))
                first = k;
        }
        if (first < 0)
            break;
        out[made++] = (Near){choices.all[first].layer, choices.all[first].alias, choices.all[first].how};
        choices.all[first].layer = -1;
    }
    return made;
}

/* Whether an izafa joins the words of a name. Twin: `keys.has_izafa`. */
static int has_izafa(const Sieve *s, const char *alias, int size)
{
    Piece words[MOST_TOKENS];
    int count = pieces_of(alias, size, words);
    for (int k = 1; k < count - 1; k++)
        if (words_get(&s->izafa, words[k].text, (size_t)words[k].size))
            return 1;
    return 0;
}

/* Twin: `decide.sure_rule`. */
int sure_rule(const Sieve *s, const char *form, int size, const Rival *r, int how)
{
    if (how == FUZZY)
        return 0;
    if (memchr(form, ' ', (size_t)size) && has_izafa(s, r->alias, r->size))
        return 1;
    return r->prominence == s->by_hand && how != RULES && size >= 6 && commonness(s->scanner->lexicon, form, size) == 0;
}

/* Twin: `decide.one_slip`. */
int one_slip(const Sieve *s, const char *form, int size, const char *alias, int alias_size)
{
    int words = 0, differ = 0, from[2] = {0, 0}, length[2] = {0, 0};
    if (size < 12)
        return 0;
    for (int a = 0, b = 0; a < size || b < alias_size; a++, b++, words++) {
        int begin = a, start = b;
        while (a < size && form[a] != ' ')
            a++;
        while (b < alias_size && alias[b] != ' ')
            b++;
        if ((a < size) != (b < alias_size))
            return 0;
        if (a - begin == b - start && !memcmp(form + begin, alias + start, (size_t)(a - begin)))
            continue;
        if (differ++)
            return 0;
        from[0] = begin, length[0] = a - begin;
        from[1] = start, length[1] = b - start;
    }
    return words > 1 && differ && zipf_of(s->scanner->lexicon, form + from[0], (size_t)length[0]) < (words > 2 ? 3.0 : 1.5) &&
           length[1] > 3 && osa_of(form + from[0], length[0], alias + from[1], length[1]) <= 1;
}

void rivals_of(const Sieve *s, const Near *near, int count, Rival *out)
{
    for (int k = 0; k < count; k++, near++, out++) {
        const Layer *layer = &s->layers[near->layer];
        uint32_t entity = ((const uint32_t *)layer->at[ENTITY].buf)[near->alias];
        *out = (Rival){0};
        out->alias = string_at(layer, FOLDED, near->alias, &out->size);
        out->plain = string_at(layer, PLAIN, entity, &out->plain_size);
        out->foreign = (s->other_kinds >> ((const uint8_t *)layer->at[KINDS].buf)[near->alias]) & 1;
        out->prominence = ((const int64_t *)layer->at[PROMINENCE].buf)[entity];
        out->rule = near->how != FUZZY;
    }
}

/* What could make one of the nearest names believable. */
int hope_of(const Sieve *s, const char *form, int size, const Near *near, int count)
{
    Rival rivals[MOST_RIVALS];
    float rows[MOST_RIVALS][SPELT];
    rivals_of(s, near, count, rivals);
    for (int k = 0; k < count; k++)
        if (sure_rule(s, form, size, &rivals[k], near[k].how) ||
            one_slip(s, form, size, rivals[k].alias, rivals[k].size))
            return HOPE_GOOD;
    if (count == 0)
        return HOPE_NONE;
    if (spelt_rows(s->speller, form, size, rivals, count, rows[0], SPELT) < 0)
        return HOPE_UNKNOWN;
    int hope = HOPE_NONE;
    for (int k = 0; k < count && hope != HOPE_GOOD; k++) {
        grove_read(s->grove, rows[k]);
        if (grove_reaches(s->grove, 0, s->hopeless))
            hope = grove_reaches(s->grove, 1, s->needy) ? HOPE_GOOD : HOPE_NEEDY;
    }
    return hope;
}
