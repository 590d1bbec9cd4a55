/* Which listed names the spelling of some words is. Twin: `listed.Listing.named`, which is asked where a spelling is
   more than letters, blanks, hyphens, stops and apostrophes, or short, or of a kind that has rules of its own. */
#include "sieve.h"

#define SHORTEST 4
#define MOST_ROWS 16
#define COMMON 5.0 /* `listed._COMMON` */
#define FAMILIAR 1.5 /* `candidates._FAMILIAR` */
#define PROMINENT 200000

enum { UNSURE = -1 };

/* A spelling in small letters, with accents, as `text.letters` writes it, and which of them follows its last apostrophe,
   or -1. */
typedef struct {
    int size, quoted;
    Py_UCS4 at[MOST_FORM];
} Letters;

/* Most of `text.APOSTROPHES`; of others it is not told what they do. */
static int is_apostrophe(Py_UCS4 c)
{
    return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x2BB || c == 0x2BC || c == 0x2BE || c == 0x2BF;
}

/* Add a character in small; UNSURE of one that is more than a letter with an accent, and where there is no room. */
static int add_letter(Letters *out, Py_UCS4 c)
{
    if (is_apostrophe(c)) {
        out->quoted = out->size;
        return 0;
    }
    if (c == ' ' && out->size > 0 && out->at[out->size - 1] == ' ') /* an apostrophe stood between blanks */
        return 0;
    if (out->size == MOST_FORM || (c >= 128 && !plain_letter(c)))
        return UNSURE;
    if (c == 0x130 || c == 0x149 || c == 0x17F || c == 0x1E9A || c == 0x1E9B) /* str.casefold makes others of them */
        return UNSURE;
    out->at[out->size++] = c < 128 ? (Py_UCS4)Py_TOLOWER((int)c) : Py_UNICODE_TOLOWER(c);
    return 0;
}

/* The letters of a spelling as it stands in a run; UNSURE too where it has initials, which have rules of their own. */
static int letters_of(Slice surface, Letters *out)
{
    int word = 0, blank = 0;
    out->size = 0;
    out->quoted = -1;
    for (Py_ssize_t k = 0; k < surface.size; k++) {
        Py_UCS4 c = slice_at(surface, k);
        int letter = !is_apostrophe(c) && (c >= 128 || Py_ISALNUM((int)c));
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            blank = 1;
            word = 0;
            continue;
        }
        if ((!letter && c != '-' && c != '.' && !is_apostrophe(c)) || (c == '.' && word == 1) || (blank && add_letter(out, ' ') < 0) ||
            add_letter(out, c) < 0)
            return UNSURE;
        blank = 0;
        word = letter ? word + 1 : 0;
    }
    return 0;
}

/* The letters of a stored spelling. */
static int letters_at(const char *text, int n, Letters *out)
{
    int blank = 0;
    out->size = 0;
    out->quoted = -1;
    for (int j = 0; j < n; j++) {
        Py_UCS4 c = (unsigned char)text[j];
        int more = c < 0x80 ? 0 : (c & 0xE0) == 0xC0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : n;
        if (j + more >= n || c < ' ')
            return UNSURE;
        if (c == ' ') {
            blank = out->size > 0;
            continue;
        }
        c = more == 1 ? c & 0x1F : more == 2 ? c & 0x0F : c;
        while (more-- > 0)
            c = c << 6 | ((unsigned char)text[++j] & 0x3F);
        if ((blank && add_letter(out, ' ') < 0) || add_letter(out, c) < 0)
            return UNSURE;
        blank = 0;
    }
    out->size -= out->size > 0 && out->at[out->size - 1] == ' ';
    return 0;
}

/* Whether two spellings are the same letters. */
static int same_letters(const Letters *a, const Letters *b)
{
    return a->size == b->size && !memcmp(a->at, b->at, (size_t)a->size * sizeof *a->at);
}

static void drop_stops(Letters *letters)
{
    int kept = 0;
    for (int k = 0; k < letters->size; k++)
        if (letters->at[k] != '.')
            letters->at[kept++] = letters->at[k];
    letters->size = kept;
}

/* Letters without their accents, of which some are none: Łódź is łodz. Twin: `text.unaccented`. */
static void drop_accents(Letters *letters)
{
    static const Py_UCS4 whole[] = {0xF0, 0xF8, 0x111, 0x127, 0x131, 0x138, 0x142, 0x167, 0x199, 0x1B4, 0x1DD, 0x253, 0x254, 0x256,
                                    0x257, 0x259, 0x25B, 0};
    for (int k = 0; k < letters->size; k++) {
        Py_UCS4 c = letters->at[k];
        int kept = 0;
        while (whole[kept] && whole[kept] != c)
            kept++;
        letters->at[k] = c < 128 || whole[kept] ? c : c == 0x1FF ? 0xF8 : (Py_UCS4)plain_letter(c);
    }
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
    int exact, literal, quoted;
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
static int bearers_of(const Sieve *s, const Layer *layer, const char *form, int size, Letters letters, Bearer *out)
{
    Row rows[MOST_FOUND];
    Letters spelt;
    int count = rows_under(s, layer, '=', form, size, rows);
    if (count > MOST_ROWS)
        return -1;
    drop_stops(&letters);
    for (int k = 0; k < count; k++) {
        int n, m;
        const char *alias = string_at(layer, TEXT, rows[k].alias, &n);
        const char *plain = string_at(layer, PLAIN, rows[k].entity, &m);
        if (letters_at(alias, n, &spelt) < 0 || is_kind(s, rows[k].kind, "abbreviation"))
            return -1;
        drop_stops(&spelt);
        Bearer one = {rows[k], 0, same_letters(&spelt, &letters), spelt.quoted >= 0, 0,
                      ((const int64_t *)layer->at[PROMINENCE].buf)[rows[k].entity], {NULL, 0}};
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

/* Whether a kind is one whose spelling is changed by default. */
static int is_rewritten(const Sieve *s, int kind)
{
    return ((s->rule_kinds >> kind) & 1) || is_kind(s, kind, "native");
}

/* A letter without the mark of a long vowel. Twin: `candidates._LONG_VOWELS`. */
static Py_UCS4 short_vowel(Py_UCS4 c)
{
    static const Py_UCS4 marked[] = {0x100, 0x112, 0x12A, 0x14C, 0x16A};
    for (int k = 0; k < 5; k++)
        if ((c | 1) == (marked[k] | 1))
            return (Py_UCS4)(c & 1 ? "aeiou" : "AEIOU")[k];
    return c;
}

/* What is asked of a spelling of one word that is none of its name but when folded. */
typedef struct {
    Slice surface;
    Letters bare; /* without accents */
    int accented; /* it has accents of living spellings: `candidates._ACCENTED` */
    double known;
} Asked;

/* Twin: `candidates._is_romanised`. */
static int is_romanised(const Sieve *s, const Asked *asked, const Bearer *one, const char *alias, int n)
{
    int marked = 0, same = n == asked->surface.size && one->prominence >= CITY && is_rewritten(s, one->row.kind);
    for (int k = 0; k < n && same; k++) {
        Py_UCS4 c = slice_at(asked->surface, k), plain = short_vowel(c);
        marked |= c != plain;
        same = plain < 128 && plain == (unsigned char)alias[k];
    }
    return same && marked;
}

/* Whether a word may be a name that is spelt otherwise. Twin: `candidates._forgiven`. */
static int is_forgiven(const Sieve *s, const Layer *layer, const Asked *asked, const Bearer *one)
{
    int n;
    const char *alias = string_at(layer, TEXT, one->row.alias, &n);
    Letters spelt;
    if (is_romanised(s, asked, one, alias, n))
        return 1;
    if (asked->known >= SOUND)
        return 0;
    if (asked->known > 0) {
        letters_at(alias, n, &spelt);
        drop_accents(&spelt);
        if (!same_letters(&spelt, &asked->bare))
            return 0;
    }
    if (one->prominence < CITY && asked->accented && is_ascii(alias, n))
        return 0;
    return !(asked->known < FAMILIAR && is_kind(s, one->row.kind, "translation"));
}

/* Get ready to ask; UNSURE where some letters have no accents that could be left out. */
static int ask(const Sieve *s, Slice surface, const Letters *letters, Asked *asked)
{
    char text[MOST_FORM];
    asked->surface = surface;
    asked->bare = *letters;
    asked->accented = 0;
    drop_accents(&asked->bare);
    for (Py_ssize_t k = 0; k < surface.size; k++) {
        Py_UCS4 c = slice_at(surface, k);
        asked->accented |= c >= 0xC0 && c <= 0xFF && c != 0xD7 && c != 0xF7;
    }
    for (int k = 0; k < asked->bare.size; k++) {
        if (asked->bare.at[k] >= 128)
            return UNSURE;
        text[k] = (char)asked->bare.at[k];
    }
    asked->known = zipf_of(s->scanner->lexicon, text, (size_t)asked->bare.size);
    return 0;
}

/* Whether a spelling ends as contractions and possessives do. Twin: `candidates._CONTRACTION`. */
static int is_contraction(const Letters *letters)
{
    int left = letters->quoted < 0 ? 0 : letters->size - letters->quoted;
    const Py_UCS4 *at = letters->at + letters->size - left;
    if (left == 1)
        return at[0] == 's' || at[0] == 'd' || at[0] == 't' || at[0] == 'm';
    return left == 2 && ((at[0] == 'l' && at[1] == 'l') || (at[1] == 'e' && (at[0] == 'r' || at[0] == 'v')));
}

/* Keep one bearer an entity, those spelt the very same first; how many, or -1 where Python must be asked. Twin:
   `candidates.choose`. */
static int choose(const Sieve *s, const Layer *layer, Slice surface, const Letters *letters, Bearer *all, int count)
{
    int kept = 0, silent = 0, several = 0, ready = 0;
    Asked asked;
    for (int k = 0; k < letters->size; k++)
        several |= letters->at[k] == ' ';
    for (int k = 0; k < count; k++) {
        if (!all[k].literal && !several) {
            if (!ready && ask(s, surface, letters, &asked) < 0)
                return -1;
            ready = 1;
            if (!is_forgiven(s, layer, &asked, &all[k]))
                continue;
        }
        if (!all[k].quoted && is_contraction(letters))
            continue;
        if (all[k].quoted && letters->quoted < 0 && !several) {
            if (!ready && ask(s, surface, letters, &asked) < 0)
                return -1;
            ready = 1;
            if (!same_letters(&asked.bare, letters))
                return -1; /* it is asked how common the word is with its accents */
            if (asked.known > 0)
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
static int is_loud(const Sieve *s, const Layer *layer, const Bearer *one, const Letters *letters)
{
    int n;
    Letters spelt;
    if (!is_rewritten(s, one->row.kind))
        return 0;
    const char *canonical = string_at(layer, CANONICAL, one->row.entity, &n);
    return letters_at(canonical, n, &spelt) < 0 ? UNSURE : !same_letters(&spelt, letters);
}

PyObject *listing_of(const Sieve *s, const Sifted *found, int at, int end, Slice surface)
{
    char form[MOST_FORM];
    Letters letters;
    Bearer all[MOST_ROWS];
    int size = join(found->words, at, end, form), table = 0, count = 0;
    if (size < SHORTEST || letters_of(surface, &letters) < 0)
        return NULL;
    for (; table < s->tables && count == 0; table++)
        if ((count = bearers_of(s, &s->layers[table], form, size, letters, all)) < 0)
            return NULL;
    const Layer *layer = &s->layers[table - 1];
    if (count == 0)
        return Py_NewRef(Py_None);
    if ((count = choose(s, layer, surface, &letters, all, count)) <= 0)
        return count < 0 ? NULL : Py_NewRef(Py_None);
    int loud = 0, never = 0;
    for (int k = 0; k < count; k++) {
        int one = is_loud(s, layer, &all[k], &letters);
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
