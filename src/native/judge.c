/* From the names near a form to the few that it may be, and whether any document could make them believable.
   Twins: `Candidates.named`, `spans.best` and `decide.hopes`. Where it is not certain what these would say, they are
   asked. */
#include "sieve.h"

#define MOST_FOUND 400
#define MOST_ENTITIES 200

static int strings_fit(const Layer *layer, int text, Py_ssize_t count)
{
    const uint32_t *ends = layer->at[text + 1].buf;
    if (layer->at[text + 1].len != 4 * (count + 1) || (Py_ssize_t)ends[count] > layer->at[text].len)
        return 0;
    for (Py_ssize_t k = 0; k < count; k++)
        if (ends[k] > ends[k + 1])
            return 0;
    return 1;
}

int layer_fits(Layer *layer)
{
    layer->count = layer->at[KEYS].len / (Py_ssize_t)sizeof(uint64_t);
    layer->aliases = layer->at[KINDS].len;
    layer->entities = layer->at[PROMINENCE].len / (Py_ssize_t)sizeof(int64_t);
    if (layer->at[OWNERS].len != 4 * layer->count || layer->at[ENTITY].len != 4 * layer->aliases ||
        !strings_fit(layer, TEXT, layer->aliases) || !strings_fit(layer, FOLDED, layer->aliases) ||
        !strings_fit(layer, PLAIN, layer->entities) || !strings_fit(layer, ID, layer->entities) ||
        !strings_fit(layer, TYPE, layer->entities))
        return 0;
    const uint32_t *entity = layer->at[ENTITY].buf;
    for (Py_ssize_t k = 0; k < layer->aliases; k++)
        if (entity[k] >= layer->entities)
            return 0;
    return 1;
}

int layer_ready(Layer *layer)
{
    const uint64_t *keys = layer->at[KEYS].buf;
    layer->bits = 10;
    while (((Py_ssize_t)1 << layer->bits) < 8 * layer->count)
        layer->bits++;
    if ((layer->there = calloc((size_t)1 << (layer->bits - 3), 1)) == NULL)
        return -1;
    for (Py_ssize_t k = 0; k < layer->count; k++) {
        uint64_t slot = keys[k] >> (64 - layer->bits);
        layer->there[slot >> 3] |= (uint8_t)(1 << (slot & 7));
    }
    return 0;
}

static int is_ascii(const char *text, int size)
{
    for (int k = 0; k < size; k++)
        if ((unsigned char)text[k] >= 128)
            return 0;
    return 1;
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

typedef struct {
    uint32_t alias, entity;
    int kind, first; /* first: the first row of its spelling and entity */
} Row;

/* The rows of a layer under a key; each spelling of an entity once, as the kind that speaks for it. -1: too many. */
static int rows_under(const Sieve *s, const Layer *layer, char space, const char *text, int size, Row *rows)
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
    int layer;
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

/* Add the rows of a name, those that are spelt as the canonical form first; 0, or -1 where Python must be asked. */
static int choose_from(const Sieve *s, const char *form, int size, int layer_number, Row *rows, int row_count,
                       int small, const char *type, Choice *choices, int *count)
{
    const Layer *layer = &s->layers[layer_number];
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < row_count; k++) {
            const Row *row = &rows[k];
            int n, m;
            const char *folded = string_at(layer, FOLDED, row->alias, &n);
            const char *plain = string_at(layer, PLAIN, row->entity, &m);
            int exact = n == m && !memcmp(folded, plain, (size_t)n);
            if (exact == pass || !((s->near_kinds >> row->kind) & 1))
                continue;
            if ((small && is_type(layer, row->entity, "outlet")) || (type && !is_type(layer, row->entity, type)))
                continue;
            if (n >= SHORT || m >= SHORT || !is_ascii(folded, n) || !is_ascii(plain, m))
                return -1;
            double cost = edits_short(s->speller->edits, form, size, folded, n);
            if (cost > s->most_cost * (n < 4 ? 4 : n))
                continue;
            double ranking = cost + ((s->other_kinds >> row->kind) & 1 ? s->other_name : 0.0);
            int at = 0;
            while (at < *count && !same_entity(s, &choices[at], layer_number, row->entity))
                at++;
            if (at < *count && !(ranking < choices[at].ranking))
                continue;
            if (at == MOST_ENTITIES)
                return -1;
            int64_t prominence = ((const int64_t *)layer->at[PROMINENCE].buf)[row->entity];
            choices[at] = (Choice){layer_number, row->alias, row->entity, ranking,
                                   ranking - s->digit * digits_of(prominence)};
            *count += at == *count;
        }
    }
    return 0;
}

int nearest(const Sieve *s, const char *form, int size, const char *names, int count, int small, const char *type,
            Near *out)
{
    Choice choices[MOST_ENTITIES];
    Row rows[MOST_FOUND];
    int chosen = 0, made = 0;
    if (size >= SHORT || count >= MOST_NAMES)
        return -1;
    for (int k = 0; k < count; k++) {
        char space = names[0];
        int length = (unsigned char)names[1], found = 0;
        for (int layer = 0; layer < s->tables && !found; layer++) {
            found = rows_under(s, &s->layers[layer], space, names + 2, length, rows);
            if (found < 0 ||
                choose_from(s, form, size, layer, rows, found, small, type, choices, &chosen) < 0)
                return -1;
        }
        names += 2 + length;
    }
    while (made < MOST_RIVALS && made < chosen) {
        int first = -1;
        for (int k = 0; k < chosen; k++)
            if (choices[k].layer >= 0 && (first < 0 || before(s, &choices[k], &choices[first])))
                first = k;
        if (first < 0)
            break;
        out[made++] = (Near){choices[first].layer, choices[first].alias};
        choices[first].layer = -1;
    }
    return made;
}

/* Twin: `decide.one_slip`. */
static int one_slip(const Sieve *s, const char *form, int size, const char *alias, int alias_size)
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

/* Whether a name reaches a sum with any of some kinds of evidence. */
static int reaches(const Sieve *s, float *row, int from, int to, long long limit)
{
    for (int e = from; e < to; e++) {
        memcpy(row + SPELT, s->seen + e * s->evidence, (size_t)s->evidence * sizeof(float));
        if (forest_reaches(&s->forest, row, limit))
            return 1;
    }
    return 0;
}

/* What could make one of the nearest names believable; none of them was found by a rule. */
int hope_of(const Sieve *s, const char *form, int size, const Near *near, int count)
{
    Rival rivals[MOST_RIVALS];
    float rows[MOST_RIVALS][MOST_FEATURES];
    for (int k = 0; k < count; k++) {
        const Layer *layer = &s->layers[near[k].layer];
        uint32_t entity = ((const uint32_t *)layer->at[ENTITY].buf)[near[k].alias];
        int kind = ((const uint8_t *)layer->at[KINDS].buf)[near[k].alias];
        Rival *r = &rivals[k];
        *r = (Rival){0};
        r->alias = string_at(layer, FOLDED, near[k].alias, &r->size);
        r->plain = string_at(layer, PLAIN, entity, &r->plain_size);
        r->foreign = (s->other_kinds >> kind) & 1;
        r->prominence = ((const int64_t *)layer->at[PROMINENCE].buf)[entity];
        if (one_slip(s, form, size, r->alias, r->size))
            return HOPE_GOOD;
    }
    if (count == 0)
        return HOPE_NONE;
    if (spelt_rows(s->speller, form, size, rivals, count, rows[0], MOST_FEATURES) < 0)
        return HOPE_UNKNOWN;
    int hope = HOPE_NONE;
    for (int k = 0; k < count && hope != HOPE_GOOD; k++)
        if (reaches(s, rows[k], 0, s->best, s->hopeless))
            hope = reaches(s, rows[k], s->best, s->seen_count, s->needy) ? HOPE_GOOD : HOPE_NEEDY;
    return hope;
}
