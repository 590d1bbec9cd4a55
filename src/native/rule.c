/* The names that a form is under the rules of spelling. Twins: `Candidates.by_rule` and `keys.rule_reasons`. Where it is
   not certain what these would say, they are asked. */
#include "sieve.h"

/* Whether two groups of vowels that differ are written for one another. */
static int agree(const Sieve *s, const char *a, const char *b)
{
    uint64_t h = key_add(key_add(key_add(KEY_BEGUN, a, strlen(a)), "|", 1), b, strlen(b)), key = key_end(h);
    return numbers_get(&s->vowels, key ? key : 1) != NULL;
}

int pieces_of(const char *form, int size, Piece *out)
{
    int count = 0;
    for (int k = 0; k < size; k++) {
        int begin = k;
        while (k < size && form[k] != ' ')
            k++;
        if (count == MOST_TOKENS)
            return -1;
        out[count++] = (Piece){form + begin, k - begin};
    }
    return count;
}

int same_piece(const Piece *a, const Piece *b)
{
    return a->size == b->size && !memcmp(a->text, b->text, (size_t)a->size);
}

int among(const Piece *one, const Piece *all, int count)
{
    for (int k = 0; k < count; k++)
        if (same_piece(one, &all[k]))
            return 1;
    return 0;
}

/* A spelling taken apart: its article, the words without it, and of these the ones that carry the name. */
typedef struct {
    Piece words[MOST_TOKENS], core[MOST_TOKENS], article;
    int count, cores;
} Parts;

/* No article before it, no particle inside it. Twin: `keys._core`. */
static int take_apart(const Sieve *s, const char *form, int size, Parts *out)
{
    out->count = pieces_of(form, size, out->words);
    out->cores = 0;
    out->article = (Piece){form, 0};
    if (out->count < 0)
        return -1;
    if (out->count > 1 && words_get(&s->articles, out->words[0].text, (size_t)out->words[0].size)) {
        out->article = out->words[0];
        memmove(out->words, out->words + 1, (size_t)--out->count * sizeof *out->words);
    }
    for (int k = 0; k < out->count; k++) {
        const Piece *w = &out->words[k];
        if (!(k > 0 && k < out->count - 1 && words_get(&s->izafa, w->text, (size_t)w->size)))
            out->core[out->cores++] = *w;
    }
    return 0;
}

/* The particles of a spelling. */
static int particles_of(const Parts *parts, Piece *out)
{
    int count = 0;
    for (int k = 0; k < parts->count; k++)
        if (!among(&parts->words[k], parts->core, parts->cores))
            out[count++] = parts->words[k];
    return count;
}

static int same_pieces(const Piece *a, int n, const Piece *b, int m)
{
    int same = n == m;
    for (int k = 0; same && k < n; k++)
        same = same_piece(&a[k], &b[k]);
    return same;
}

/* Take off an izafa vowel that was joined to the word before it. Twin: `keys._stem`. */
static int stem_of(const Sieve *s, const Piece *form, const Piece *alias)
{
    for (int k = 0; k < s->tail_count; k++) {
        const char *tail = s->tails[k];
        int n = (int)strlen(tail);
        if (form->size - n >= 3 && !memcmp(form->text + form->size - n, tail, (size_t)n) &&
            !(alias->size >= n && !memcmp(alias->text + alias->size - n, tail, (size_t)n)))
            return form->size - n;
    }
    return form->size;
}

#define MOST_REASONS 16

/* Reasons why spellings are one name, each once: what it is, then the two spellings of it; `count` goes on beyond those
   for which there is room. */
typedef struct {
    int count;
    int size[MOST_REASONS];
    char text[MOST_REASONS][2 * WORD_ROOM + 4];
} Reasons;

static void add_reason(Reasons *why, char what, const char *a, int n, const char *b, int m)
{
    char text[sizeof why->text[0]];
    int size = n + m + 2, kept = why->count < MOST_REASONS ? why->count : MOST_REASONS;
    text[0] = what;
    memcpy(text + 1, a, (size_t)n);
    text[n + 1] = '|';
    memcpy(text + n + 2, b, (size_t)m);
    for (int k = 0; k < kept; k++)
        if (why->size[k] == size && !memcmp(why->text[k], text, (size_t)size))
            return;
    if (kept < MOST_REASONS) {
        memcpy(why->text[kept], text, (size_t)size);
        why->size[kept] = size;
    }
    why->count++;
}

/* How a word sounds: its frame, and its vowels. */
typedef struct {
    Piece word; /* no text: none yet */
    int size;   /* of the frame, or -1 */
    char frame[WORD_ROOM * 2];
    Groups groups;
} Sound;

static void sound_of(const Sieve *s, const Piece *word, Sound *out)
{
    out->word = *word;
    out->groups.count = 0;
    out->size = frame_of(s->speller, word->text, word->size, out->frame, &out->groups);
}

/* Whether two words sound alike; -1 where they are too long. How the first one sounds is found out once. */
static int sound_alike(const Sieve *s, const Piece *a, Sound *mine, const Piece *b, Reasons *why)
{
    Sound theirs;
    int differ = 0;
    if (mine->word.text != a->text || mine->word.size != a->size)
        sound_of(s, a, mine);
    sound_of(s, b, &theirs);
    if (mine->size < 0 || theirs.size < 0)
        return -1;
    if (theirs.size != mine->size || memcmp(mine->frame, theirs.frame, (size_t)mine->size) ||
        mine->groups.count != theirs.groups.count)
        return 0;
    for (int k = 0; k < mine->groups.count; k++) {
        const char *x = mine->groups.text[k], *y = theirs.groups.text[k];
        if (!strcmp(x, y))
            continue;
        if (++differ > 2 || !agree(s, x, y))
            return 0;
        add_reason(why, 'v', x, (int)strlen(x), y, (int)strlen(y));
    }
    if (!differ)
        add_reason(why, 'o', a->text, a->size, b->text, b->size);
    return 1;
}

/* How many reasons there are to take one spelling for another: 0 where it is none or the very same; -1 where it cannot be
   told. Where it is written otherwise than any reason says, that is one, which is not written down. Twin:
   `keys.rule_reasons`. */
static int reasons_for(const Sieve *s, const char *form, int size, const Parts *mine, Sound *sounds, const char *alias,
                       int n, Reasons *why)
{
    Parts theirs;
    why->count = 0;
    if (n == size && !memcmp(alias, form, (size_t)size))
        return 0;
    if (take_apart(s, alias, n, &theirs) < 0)
        return -1;
    if (mine->cores != theirs.cores)
        return 0;
    int izafa = theirs.cores < theirs.count;
    if (!same_piece(&mine->article, &theirs.article))
        add_reason(why, 'a', "", 0, "", 0);
    if (izafa && !same_pieces(mine->words, mine->count, theirs.words, theirs.count)) {
        Piece here[MOST_TOKENS], there[MOST_TOKENS];
        int count = particles_of(mine, here), other = particles_of(&theirs, there);
        if (!same_pieces(here, count, there, other))
            add_reason(why, 'i', "", 0, "", 0);
    }
    for (int k = 0; k < mine->cores; k++) {
        Piece a = mine->core[k];
        const Piece *b = &theirs.core[k];
        if (izafa && k < mine->cores - 1 && !same_piece(&a, b))
            a.size = stem_of(s, &a, b);
        if (same_piece(&a, b))
            continue;
        int alike = sound_alike(s, &a, &sounds[k], b, why);
        if (alike <= 0)
            return alike;
    }
    return why->count ? why->count : 1;
}

/* A reason in words. */
static PyObject *reason_told(const char *text, int size)
{
    char out[2 * WORD_ROOM + 32];
    const char *a = text + 1, *bar = memchr(a, '|', (size_t)size - 1);
    int n = (int)(bar - a), m = size - n - 2;
    if (text[0] == 'a')
        return PyUnicode_FromString("the article is written otherwise");
    if (text[0] == 'i')
        return PyUnicode_FromString("the izafa is written otherwise");
    size = snprintf(out, sizeof out, "romanised %s: %.*s for %.*s", text[0] == 'v' ? "vowel" : "otherwise", n, a, m, bar + 1);
    return PyUnicode_FromStringAndSize(out, size);
}

PyObject *reasons_of(const Sieve *s, const char *form, int size, const char *alias, int n)
{
    Parts parts;
    Sound sounds[MOST_TOKENS];
    Reasons why;
    if (!is_ascii(alias, n) || take_apart(s, form, size, &parts) < 0)
        return NULL;
    for (int k = 0; k < parts.cores; k++)
        sounds[k].word.text = NULL;
    if (reasons_for(s, form, size, &parts, sounds, alias, n, &why) <= 0 || why.count > MOST_REASONS)
        return NULL;
    PyObject *out = PyTuple_New(why.count ? why.count : 1);
    if (out != NULL && why.count == 0)
        PyTuple_SET_ITEM(out, 0, PyUnicode_FromString("written otherwise"));
    for (int k = 0; out != NULL && k < why.count; k++)
        PyTuple_SET_ITEM(out, k, reason_told(why.text[k], why.size[k]));
    if (PyErr_Occurred())
        Py_CLEAR(out);
    return out;
}

/* The key of a form under the rules; 0 where it has none, -1 where it cannot be told. Twin: `keys.rule_key`. */
static int rule_key(const Sieve *s, const char *form, int size, const Parts *parts, char *key)
{
    int used = 0, sum = 0, letters = 0;
    for (int k = 0; k < size; k++)
        letters |= form[k] >= 'a' && form[k] <= 'z';
    if (!letters || size < 4)
        return 0;
    for (int k = 0; k < parts->cores; k++) {
        if (k)
            key[used++] = '~';
        int made = frame_of(s->speller, parts->core[k].text, parts->core[k].size, key + used, NULL);
        if (made < 0)
            return -1;
        if (k < parts->cores - 1) {
            int kept = made;
            while (kept && key[used + kept - 1] == '*')
                kept--;
            made = kept ? kept : made;
        }
        used += made;
        sum += made;
    }
    return sum < 4 ? 0 : used;
}

/* The names of a layer under the key of a form that are that form under the rules, one an entity; -1: ask Python. */
static int alike_in(const Sieve *s, int number, const char *form, int size, uint64_t wanted, const Parts *parts, Near *out)
{
    const Layer *layer = &s->layers[number];
    const uint64_t *keys = layer->at[KEYS].buf;
    const uint32_t *owners = layer->at[OWNERS].buf, *entities = layer->at[ENTITY].buf;
    Sound sounds[MOST_TOKENS];
    Reasons reasons;
    int count = 0, why = 0, size_before = -1;
    const char *before = NULL;
    for (int k = 0; k < parts->cores; k++)
        sounds[k].word.text = NULL;
    for (Py_ssize_t k = layer_find(layer, wanted); k >= 0 && k < layer->count && keys[k] == wanted; k++) {
        uint32_t alias = owners[k];
        int n, known = 0;
        if (alias >= layer->aliases || !((s->rule_kinds >> ((const uint8_t *)layer->at[KINDS].buf)[alias]) & 1))
            continue;
        for (int j = 0; j < count && !known; j++)
            known = entities[out[j].alias] == entities[alias];
        if (known)
            continue;
        const char *text = string_at(layer, FOLDED, alias, &n);
        /* Several entities that bear one name mostly stand one after the other. */
        if (n != size_before || memcmp(text, before, (size_t)n))
            why = is_ascii(text, n) ? reasons_for(s, form, size, parts, sounds, text, n, &reasons) : -1;
        before = text, size_before = n;
        if (why < 0 || (why && count == MOST_RULED))
            return -1;
        if (why)
            out[count++] = (Near){number, alias, why == 1 ? ONE_RULE : RULES};
    }
    return count;
}

/* The names that are a form but for blanks; -1: ask Python. Twin: `Candidates.joined`. */
static int joined_names(const Sieve *s, const char *form, int size, Near *out)
{
    char bare[MOST_FORM];
    Row rows[MOST_FOUND];
    int n = 0, count = 0, found = 0, at = 0;
    for (int k = 0; k < size; k++)
        if (form[k] != ' ')
            bare[n++] = form[k];
    if (n < FEWEST_JOINED)
        return 0;
    for (int k = n == size; k < 2 && !found; k++)
        for (at = 0; at < s->tables && !found; at++)
            if ((found = rows_under(s, &s->layers[at], k ? '+' : '=', bare, n, rows)) < 0)
                return -1;
    /* The canonical spellings first: of those that are as near it is they that count. */
    for (int pass = 0; pass < 2 && found; pass++) {
        const Layer *layer = &s->layers[at - 1];
        for (int k = 0; k < found; k++) {
            int a, b;
            const char *folded = string_at(layer, FOLDED, rows[k].alias, &a);
            const char *plain = string_at(layer, PLAIN, rows[k].entity, &b);
            if ((a == b && !memcmp(folded, plain, (size_t)a)) == pass || !((s->rule_kinds >> rows[k].kind) & 1))
                continue;
            if (count == MOST_RULED)
                return -1;
            out[count++] = (Near){at - 1, rows[k].alias, JOINED};
        }
    }
    return count;
}

/* Whether a form of some words may have a key under the rules that is stored, by the frames of its words; 1 where that is
   not certain. Twin: `rule_key`. */
static int may_have_rule(Sieve *s, const Word *words, int at, int end, int size)
{
    uint64_t h = key_add(KEY_BEGUN, "~", 1);
    int sum = 0, begun = 0, letters = 0;
    for (int k = at; k < end; k++) {
        letters |= words[k].plain;
        if (k > at && words[k].joined)
            return 1;
    }
    if (!letters)
        return 1;
    if (end - at > 1 && words[at].facts & ARTICLE)
        at++;
    for (int k = at; k < end && size >= 4; k++) {
        int made;
        if (k > at && k < end - 1 && words[k].facts & IZAFA)
            continue;
        const char *frame = word_frame(s, &words[k], &made);
        if (frame == NULL)
            return 1;
        if (k < end - 1) {
            int kept = made;
            while (kept && frame[kept - 1] == '*')
                kept--;
            made = kept ? kept : made;
        }
        h = key_add(begun ? key_add(h, "~", 1) : h, frame, (size_t)made);
        begun = 1;
        sum += made;
    }
    return sum >= 4 && any_key(s, key_end(h));
}

int words_by_rule(Sieve *s, const Word *words, int at, int end, const char *form, int size, int joined, Near *out)
{
    int may = may_have_rule(s, words, at, end, size), count = may ? 1 : joined ? joined_names(s, form, size, out) : 0;
    /* What is listed, though not as it stands, is no other name under the rules: Letônia. */
    if (count && any_has(s, '=', form, (size_t)size))
        return 0;
    return may ? by_rule(s, form, size, out) : count;
}

int by_rule(const Sieve *s, const char *form, int size, Near *out)
{
    char key[MOST_FORM * 2];
    Parts parts;
    if (take_apart(s, form, size, &parts) < 0)
        return -1;
    int used = rule_key(s, form, size, &parts, key), count = used < 0 ? -1 : 0;
    uint64_t wanted = used > 0 ? key_of('~', key, (size_t)used) : 0;
    for (int k = 0; used > 0 && k < s->tables && count == 0; k++)
        count = alike_in(s, k, form, size, wanted, &parts, out);
    return count ? count : joined_names(s, form, size, out);
}
