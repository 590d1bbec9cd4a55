/* Which listed names the spelling of some words is. Twin: `listed.Listing.named`, which is asked where a spelling is
   more than letters, blanks and hyphens, or short, or of a kind that has rules of its own. */
#include "sieve.h"

#define SHORTEST 4
#define MOST_ROWS 16
#define COMMON 5.0 /* `listed._COMMON` */
#define PROMINENT 200000

enum { SAME = 1, OTHER = 0, UNSURE = -1 };

/* What some words look like in small letters, as `text.letters` writes them; its size, or -1. */
static int letters_of(const Sifted *found, int at, int end, char *out)
{
    int size = 0;
    for (int k = at; k < end; k++) {
        const Word *w = &found->words[k];
        if (w->accented || size + w->size + 2 > MOST_FORM)
            return -1;
        if (k > at) {
            int from = found->words[k - 1].end, blank = 1;
            for (int p = from; p < w->begin; p++) {
                Py_UCS4 c = slice_at(found->run, p);
                blank = blank && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
            }
            if (w->begin == from || (!blank && !(w->begin == from + 1 && slice_at(found->run, from) == '-')))
                return -1;
            out[size++] = blank ? ' ' : '-';
        }
        memcpy(out + size, w->text, (size_t)w->size);
        size += w->size;
    }
    return size;
}

/* Whether a stored spelling is the same letters; UNSURE of one that has apostrophes, or letters of other kinds. Full
   stops may be left out of account. */
static int is_spelt(const char *text, int n, const char *letters, int size, int stops)
{
    int k = 0, blank = 0, begun = 0, same = SAME;
    for (int j = 0; j < n; j++) {
        unsigned char c = (unsigned char)text[j];
        if (c >= 128) {
            unsigned wide = 0;
            int more = (c & 0xE0) == 0xC0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : 0;
            if (!more || j + more >= n)
                return UNSURE;
            wide = more == 1 ? c & 0x1Fu : c & 0x0Fu;
            while (more-- > 0)
                wide = wide << 6 | ((unsigned char)text[++j] & 0x3Fu);
            if (!plain_letter(wide))
                return UNSURE;
            same = OTHER; /* the accent is kept */
            continue;
        }
        if (c == '\'' || c == '`' || c < ' ')
            return UNSURE;
        if (c == ' ') {
            blank = begun;
            continue;
        }
        if (blank && (k == size || letters[k++] != ' '))
            same = OTHER;
        blank = 0;
        begun = 1;
        if (!(c == '.' && stops) && (k == size || letters[k++] != (char)Py_TOLOWER(c)))
            same = OTHER;
        if (same == OTHER)
            k = 0;
    }
    return same == SAME && k < size ? OTHER : same;
}

static int is_kind(const Sieve *s, int kind, const char *name)
{
    PyObject *kinds = maker(s, KIND_NAMES);
    PyObject *one = kind < PyTuple_GET_SIZE(kinds) ? PyTuple_GET_ITEM(kinds, kind) : NULL;
    return one != NULL && PyUnicode_Check(one) && PyUnicode_CompareWithASCIIString(one, name) == 0;
}

/* A listed name that some words may be. */
typedef struct {
    Row row;
    int exact, literal;
    int64_t weight, prominence;
    Piece id;
} Bearer;

/* Twin: `candidates._by_prominence`. */
static int goes_before(const Bearer *a, const Bearer *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    int order = memcmp(a->id.text, b->id.text, (size_t)(a->id.size < b->id.size ? a->id.size : b->id.size));
    return order ? order < 0 : a->id.size < b->id.size;
}

static int is_named(const Bearer *all, int count, uint32_t entity)
{
    for (int k = 0; k < count; k++)
        if (all[k].row.entity == entity)
            return k;
    return -1;
}

/* The bearers of a form in a table, as `Candidates.listed` orders them; -1 where Python must be asked. */
static int bearers_of(const Sieve *s, const Layer *layer, const char *form, int size, const char *letters, int length,
                      Bearer *out)
{
    Row rows[MOST_FOUND];
    int count = rows_under(s, layer, '=', form, size, rows);
    if (count > MOST_ROWS)
        return -1;
    for (int k = 0; k < count; k++) {
        int n, m;
        const char *alias = string_at(layer, TEXT, rows[k].alias, &n);
        const char *plain = string_at(layer, PLAIN, rows[k].entity, &m);
        int literal = is_spelt(alias, n, letters, length, 1);
        if (literal == UNSURE || is_kind(s, rows[k].kind, "abbreviation"))
            return -1;
        Bearer one = {rows[k], 0, literal, 0, ((const int64_t *)layer->at[PROMINENCE].buf)[rows[k].entity], {NULL, 0}};
        one.exact = m == size && !memcmp(plain, form, (size_t)size) && !is_kind(s, rows[k].kind, "never");
        one.weight = (one.exact ? 3 : 1) * (one.prominence > 1 ? one.prominence : 1);
        one.id.text = string_at(layer, ID, rows[k].entity, &one.id.size);
        int at = k;
        for (; at > 0 && goes_before(&one, &out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = one;
    }
    return count;
}

/* Keep one bearer an entity, those spelt the very same first; how many, or -1 where Python must be asked. Twin:
   `candidates.choose`. */
static int choose(const Sieve *s, const char *letters, int length, Bearer *all, int count)
{
    int kept = 0, silent = 0, several = memchr(letters, ' ', (size_t)length) != NULL;
    for (int k = 0; k < count; k++) {
        if (!all[k].literal && !several) {
            if (zipf_of(s->scanner->lexicon, letters, (size_t)length) > 0)
                return -1;
            if (is_kind(s, all[k].row.kind, "translation"))
                continue;
        }
        int there = is_named(all, kept, all[k].row.entity);
        if (there < 0)
            all[kept++] = all[k];
        else if (all[k].literal && !all[there].literal)
            all[there] = all[k];
    }
    for (int k = 0; k < kept; k++)
        silent |= (s->silent_kinds >> all[k].row.kind) & 1;
    for (int k = 1; k < kept && !silent; k++) {
        Bearer one = all[k];
        int at = k;
        for (; at > 0 && one.literal && !all[at - 1].literal; at--)
            all[at] = all[at - 1];
        all[at] = one;
    }
    return kept;
}

/* Whether a name may be written otherwise than it stands; UNSURE where Python must be asked. Twin: `listed.is_loud`. */
static int is_loud(const Sieve *s, const Layer *layer, const Bearer *one, const char *letters, int length)
{
    int n, kind = one->row.kind;
    if (!((s->rule_kinds >> kind) & 1) && !is_kind(s, kind, "native"))
        return 0;
    const char *canonical = string_at(layer, CANONICAL, one->row.entity, &n);
    int same = is_spelt(canonical, n, letters, length, 0);
    return same == UNSURE ? UNSURE : !same;
}

PyObject *listing_of(const Sieve *s, const Sifted *found, int at, int end)
{
    char form[MOST_FORM], letters[MOST_FORM];
    Bearer all[MOST_ROWS];
    int size = join(found->words, at, end, form), length = letters_of(found, at, end, letters), table = 0, count = 0;
    if (size < SHORTEST || length < 0)
        return NULL;
    for (; table < s->tables && count == 0; table++)
        if ((count = bearers_of(s, &s->layers[table], form, size, letters, length, all)) < 0)
            return NULL;
    const Layer *layer = &s->layers[table - 1];
    if (count == 0)
        return Py_NewRef(Py_None);
    if ((count = choose(s, letters, length, all, count)) <= 0)
        return count < 0 ? NULL : Py_NewRef(Py_None);
    int loud = 0, never = 0;
    for (int k = 0; k < count; k++) {
        int one = is_loud(s, layer, &all[k], letters, length);
        if (one == UNSURE)
            return NULL;
        loud |= one;
        never |= is_kind(s, all[k].row.kind, "never");
    }
    int weak = is_kind(s, all[0].row.kind, "weak") ||
               (end - at == 1 && all[0].prominence < PROMINENT &&
                zipf_of(s->scanner->lexicon, form, (size_t)size) >= COMMON);
    PyObject *some = PyTuple_New(count), *out = NULL;
    for (int k = 0; some != NULL && k < count; k++) {
        PyObject *one = listed_candidate(s, table - 1, &all[k].row, all[k].exact);
        if (one == NULL)
            Py_CLEAR(some);
        else
            PyTuple_SET_ITEM(some, k, one);
    }
    if (some != NULL)
        out = PyTuple_Pack(4, some, weak ? Py_True : Py_False, loud ? Py_True : Py_False, never ? Py_True : Py_False);
    Py_XDECREF(some);
    return out;
}
