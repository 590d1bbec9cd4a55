/* Whether a text may have lost a string, by its words alone. Twin: `profile.builder`, which has the last word. */
#include "native.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { FEWEST = 8, FIRST = 200, LONGEST = 24, SHORTEST = 3, DIFFERENT = 64, BITS = 25, WAITING = 16 };
enum { MET = 1 << 15, LANGUAGES = 64, SHOWN = 2000, TYPES = 5, SLOTS = 4096 };

typedef struct {
    PyObject_HEAD
    Numbers common;   /* words that tell the language: the number of a mask of languages, the first bit English */
    uint64_t *masks;
    Numbers frequent; /* words that explain themselves */
    uint8_t *left;    /* what common words leave when a string is cut out of them: two bits for each */
    double share, other_share;
    size_t mask_count;
    Py_buffer stored; /* where all of the above lies, if it was made before */
    uint8_t *narrow; /* of a text beyond ASCII a byte for each character */
    size_t narrow_room;
    uint64_t met[MET]; /* words met before, their two lowest bits put to use: ENGLISH, TELLING */
} Glance;

/* One of the commonest English words; one of which a string may have been cut. */
enum { ENGLISH = 1, TELLING = 2 };

/* What a look at a text tells: nothing; that it is not English, or not plainly; or that it is and may tell of a loss. */
enum { SILENT = 0, FOREIGN = 1, TELLS = 2, SPECIAL = 3 };

/* A hash of letters, eight bytes at a time, so that words in ASCII are taken as they lie in a text. */
typedef struct {
    uint64_t h, bytes;
    int count;
} Hash;

#define BEGUN ((Hash){0xCBF29CE484222325u, 0, 0})

static inline void add_bytes(Hash *hash, uint64_t bytes)
{
    hash->h = (hash->h ^ bytes) * 0xFF51AFD7ED558CCDu;
    hash->h ^= hash->h >> 32;
}

static inline void add_byte(Hash *hash, uint64_t byte)
{
    hash->bytes |= byte << (8 * hash->count);
    if (++hash->count == 8) {
        add_bytes(hash, hash->bytes);
        hash->bytes = 0;
        hash->count = 0;
    }
}

static inline void add_letter(Hash *hash, Py_UCS4 c)
{
    if (c < 128) {
        add_byte(hash, c);
        return;
    }
    add_byte(hash, 0x80 | (c >> 14));
    add_byte(hash, 0x80 | ((c >> 7) & 0x7F));
    add_byte(hash, 0x80 | (c & 0x7F));
}

static inline uint64_t end_hash(const Hash *hash)
{
    uint64_t h = (hash->h ^ hash->bytes ^ ((uint64_t)hash->count << 56)) * 0xC4CEB9FE1A85EC53u;
    h = (h ^ (h >> 32)) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 32;
    return h ? h : 1;
}

static inline void mark(uint8_t *bits, uint64_t h)
{
    uint32_t a = (uint32_t)(h >> (64 - BITS)), b = (uint32_t)(h & ((1u << BITS) - 1));
    bits[a >> 3] |= (uint8_t)(1 << (a & 7));
    bits[b >> 3] |= (uint8_t)(1 << (b & 7));
}

static inline int marked(const uint8_t *bits, uint64_t h)
{
    uint32_t a = (uint32_t)(h >> (64 - BITS)), b = (uint32_t)(h & ((1u << BITS) - 1));
    return ((bits[a >> 3] >> (a & 7)) & 1) && ((bits[b >> 3] >> (b & 7)) & 1);
}

/* How often the common words of each language stand in the first words of a text, and how many different ones. */
typedef struct {
    Py_ssize_t shown, first_english, words[LANGUAGES], types[LANGUAGES];
    uint64_t seen[SLOTS];
} Counts;

static inline int is_english(const Glance *g, const uint32_t *mask)
{
    return mask != NULL && (g->masks[*mask] & 1);
}

static void count(const Glance *g, Counts *c, uint64_t h)
{
    const uint32_t *mask = numbers_get(&g->common, h);
    c->first_english += c->shown < FIRST && is_english(g, mask);
    c->shown++;
    if (mask == NULL)
        return;
    size_t at = h & (SLOTS - 1);
    while (c->seen[at] != 0 && c->seen[at] != h)
        at = (at + 1) & (SLOTS - 1);
    int is_new = c->seen[at] == 0;
    c->seen[at] = h;
    uint64_t bits = g->masks[*mask];
    for (int k = 0; bits; k++, bits >>= 1) {
        c->words[k] += (Py_ssize_t)(bits & 1);
        c->types[k] += (Py_ssize_t)(bits & 1) & is_new;
    }
}

/* Whether the text is of a language beside English, as far as its common words tell; or of English after all. */
static int is_foreign(const Glance *g, const Counts *c)
{
    int best = -1;
    for (int k = 0; k < LANGUAGES; k++)
        if (c->types[k] >= TYPES && (best < 0 || c->words[k] > c->words[best]))
            best = k;
    if (best < 0)
        return 0;
    double share = (double)c->words[best] / (double)c->shown;
    if (best == 0)
        return share >= g->share;
    return share >= g->other_share && c->words[best] >= 2 * c->words[0];
}

/* Whether the first words of a text are English enough. */
static int is_shown_english(const Glance *g, const Counts *c)
{
    return (double)c->first_english / (double)(c->shown < FIRST ? c->shown : FIRST) >= g->share;
}

static unsigned nature(const Glance *g, uint64_t h, Py_ssize_t size)
{
    int telling = size >= SHORTEST && size <= LONGEST && marked(g->left, h) && !numbers_get(&g->frequent, h);
    return (is_english(g, numbers_get(&g->common, h)) ? ENGLISH : 0) | (telling ? TELLING : 0);
}

static inline uint64_t *met_at(Glance *g, uint64_t h)
{
    return &g->met[(h >> 2) & (MET - 1)];
}

/* `nature`, of most words without a look into the tables, which are large. */
static inline unsigned known_nature(Glance *g, uint64_t h, Py_ssize_t size)
{
    uint64_t *met = met_at(g, h);
    if ((*met ^ h) >= 4)
        *met = (h & ~(uint64_t)3) | nature(g, h, size);
    return (unsigned)*met & 3;
}

/* A letter in small, 0 for what is none; of capitals beyond ASCII others have made small letters. */
static inline Py_UCS4 small(Py_UCS4 c)
{
    if (c < 128) {
        c |= 32;
        return c >= 'a' && c <= 'z' ? c : 0;
    }
    return Py_UNICODE_ISALNUM(c) && !Py_UNICODE_ISDECIMAL(c) ? c : 0;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && defined(__GNUC__)
/* The letters in ASCII at some place, eight at a time; gives how many, and leaves what is no letter to `look`. */
static inline Py_ssize_t add_ascii(Hash *hash, const uint8_t *text, Py_ssize_t left)
{
    const uint64_t each = 0x0101010101010101u;
    Py_ssize_t size = 0;
    while (left - size >= 8) {
        uint64_t x, low;
        memcpy(&x, text + size, 8);
        x |= 0x20 * each;
        low = x & (0x7F * each);
        uint64_t letters = (low + (0x80 - 'a') * each) & ~(low + (0x7F - 'z') * each) & ~x & (0x80 * each);
        uint64_t others = letters ^ (0x80 * each);
        if (others) {
            hash->count = __builtin_ctzll(others) >> 3;
            hash->bytes = x & ((((uint64_t)1) << (8 * hash->count)) - 1);
            return size + hash->count;
        }
        add_bytes(hash, x);
        size += 8;
    }
    return size;
}
#else
static inline Py_ssize_t add_ascii(Hash *Py_UNUSED(hash), const uint8_t *Py_UNUSED(text), Py_ssize_t Py_UNUSED(left))
{
    return 0;
}
#endif

/* How many different words there are, up to a limit, with one more. */
static Py_ssize_t with_word(uint64_t *told, Py_ssize_t different, uint64_t h)
{
    Py_ssize_t j = 0;
    while (j < different && told[j] != h)
        j++;
    if (j < different || different == DIFFERENT)
        return different;
    told[different] = h;
    return different + 1;
}

static inline __attribute__((always_inline)) int look(Glance *g, PyObject *text, int kind, Py_ssize_t enough,
                                                      Counts *counts, PyObject *words_told)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), k = 0, words = 0, known = 0;
    uint64_t told[DIFFERENT];
    Py_ssize_t different = 0;
    while (k < n) {
        Py_UCS4 c = small(PyUnicode_READ(kind, data, k));
        if (!c) {
            k++;
            continue;
        }
        Py_ssize_t begin = k;
        Hash hash = BEGUN;
        if (kind == PyUnicode_1BYTE_KIND)
            k += add_ascii(&hash, (const uint8_t *)data + k, n - k);
        for (; k < n && (c = small(PyUnicode_READ(kind, data, k))); k++)
            add_letter(&hash, c);
        uint64_t h = end_hash(&hash);
        words++;
        if (counts != NULL) {
            if (words <= SHOWN)
                count(g, counts, h);
        }
        unsigned what = known_nature(g, h, k - begin);
        known += words <= FIRST && (what & ENGLISH);
        if (!(what & TELLING))
            continue;
        different = with_word(told, different, h);
        if (words_told != NULL) {
            PyObject *word = PyUnicode_Substring(text, begin, k);
            int failed = word == NULL || PySet_Add(words_told, word) < 0;
            Py_XDECREF(word);
            if (failed)
                return -1;
        }
    }
    Py_ssize_t shown = words < FIRST ? words : FIRST;
    if (words < FEWEST)
        return 0;
    if ((double)known / (double)shown < g->share)
        return counts == NULL || is_foreign(g, counts) ? FOREIGN : SILENT;
    return different >= enough ? TELLS : SILENT;
}

#if defined(__SSE2__) && defined(__GNUC__)
/* What a letter beyond ASCII is in a text made narrow; what is no letter there is 0. */
#define WIDE 0x80u

/* The small letter of one beyond ASCII, as str.lower has it, but for those of `is_special`; 0 for what is none. */
static inline Py_UCS4 small_wide(Py_UCS4 c)
{
    return small(c < 128 ? c : Py_UNICODE_TOLOWER(c));
}

/* Capitals of which str.lower makes two characters, or different ones by what stands beside them. */
static inline int is_special(Py_UCS4 c)
{
    return c == 0x130 || c == 0x3A3;
}

/* Where among 64 bytes letters stand: those in ASCII, and those beyond, which are told apart as well. */
static inline uint64_t letters_among(const uint8_t *text, uint64_t *wide)
{
    const __m128i bit = _mm_set1_epi8(0x20), before = _mm_set1_epi8('a' - 1), after = _mm_set1_epi8('z' + 1);
    uint64_t out = 0;
    *wide = 0;
    for (int k = 0; k < 4; k++) {
        __m128i raw = _mm_loadu_si128((const __m128i *)(text + 16 * k)), x = _mm_or_si128(raw, bit);
        __m128i is = _mm_and_si128(_mm_cmpgt_epi8(x, before), _mm_cmplt_epi8(x, after));
        out |= (uint64_t)(uint32_t)_mm_movemask_epi8(is) << (16 * k);
        *wide |= (uint64_t)(uint32_t)_mm_movemask_epi8(raw) << (16 * k);
    }
    return out | *wide;
}

/* The hash of some letters in ASCII, `left` bytes before the end of the text. */
static inline uint64_t hash_ascii(const uint8_t *text, Py_ssize_t size, Py_ssize_t left)
{
    Hash hash = BEGUN;
    uint64_t x;
    for (; size >= 8; size -= 8, left -= 8, text += 8) {
        memcpy(&x, text, 8);
        add_bytes(&hash, x | 0x2020202020202020u);
    }
    if (left >= 8) {
        memcpy(&x, text, 8);
    } else {
        x = 0;
        memcpy(&x, text, (size_t)size);
    }
    hash.bytes = (x | 0x2020202020202020u) & (((uint64_t)1 << (8 * size)) - 1);
    hash.count = (int)size;
    return end_hash(&hash);
}

/* What is gathered of a text; words not met before wait until what the tables say of them has been fetched. */
typedef struct {
    const uint8_t *at;
    Py_ssize_t size;
} Place;

typedef struct {
    const uint8_t *text;
    PyObject *wide; /* that text, where it goes beyond ASCII */
    Py_ssize_t words, known, different;
    uint64_t told[DIFFERENT];
    Place places[DIFFERENT]; /* where each of those that tell stands first */
    struct {
        uint64_t h;
        Place place;
        int first;
    } waiting[WAITING];
    int count;
} Gathered;

static inline void add_nature(Gathered *to, uint64_t h, unsigned what, int first, Place place)
{
    to->known += first && (what & ENGLISH);
    if (what & TELLING) {
        Py_ssize_t before = to->different;
        to->different = with_word(to->told, before, h);
        if (to->different > before)
            to->places[before] = place;
    }
}

static void add_waiting(Glance *g, Gathered *to)
{
    for (int k = 0; k < to->count; k++) {
        uint64_t h = to->waiting[k].h;
        add_nature(to, h, known_nature(g, h, to->waiting[k].place.size), to->waiting[k].first, to->waiting[k].place);
    }
    to->count = 0;
}

/* The hash of some letters of a text that was made narrow. */
static uint64_t hash_wide(PyObject *text, Py_ssize_t begin, Py_ssize_t size)
{
    Hash hash = BEGUN;
    for (Py_ssize_t k = 0; k < size; k++)
        add_letter(&hash, small_wide(PyUnicode_READ_CHAR(text, begin + k)));
    return end_hash(&hash);
}

static inline int is_wide(const uint8_t *word, Py_ssize_t size)
{
    unsigned all = 0;
    for (Py_ssize_t k = 0; k < size; k++)
        all |= word[k];
    return all >= WIDE;
}

/* One word; of one that goes beyond ASCII the letters are those of the text itself. */
static inline void add_word(Glance *g, Gathered *to, const uint8_t *word, Py_ssize_t size, Py_ssize_t left, int wide)
{
    uint64_t h = wide && is_wide(word, size) ? hash_wide(to->wide, word - to->text, size) : hash_ascii(word, size, left);
    uint64_t met = *met_at(g, h);
    int first = to->words++ < FIRST;
    if ((met ^ h) < 4) {
        add_nature(to, h, (unsigned)met & 3, first, (Place){word, size});
        return;
    }
    __builtin_prefetch(&g->left[h >> (64 - BITS + 3)]);
    __builtin_prefetch(&g->common.keys[h & g->common.mask]);
    to->waiting[to->count].h = h;
    to->waiting[to->count].place = (Place){word, size};
    to->waiting[to->count].first = first;
    if (++to->count == WAITING)
        add_waiting(g, to);
}

/* A text of n characters as bytes: those in ASCII, and WIDE for each letter beyond. -1 where one is special. */
static int make_narrow(PyObject *text, Py_ssize_t n, uint8_t *to)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    for (Py_ssize_t k = 0; k < n;) {
        Py_ssize_t end = k + 16 < n ? k + 16 : n;
        if (k + 16 <= n && kind != PyUnicode_4BYTE_KIND) {
            const __m128i *at = (const __m128i *)((const char *)data + k * kind), high = _mm_set1_epi16((short)0xFF80);
            __m128i one = _mm_loadu_si128(at), two = _mm_setzero_si128();
            int plain;
            if (kind == PyUnicode_1BYTE_KIND) {
                plain = _mm_movemask_epi8(one) == 0;
            } else {
                two = _mm_loadu_si128(at + 1);
                __m128i beyond = _mm_and_si128(_mm_or_si128(one, two), high);
                plain = _mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) == 0xFFFF;
                one = _mm_packus_epi16(one, two);
            }
            if (plain) { /* most */
                _mm_storeu_si128((__m128i *)(to + k), one);
                k = end;
                continue;
            }
        }
        for (; k < end; k++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, k);
            if (is_special(c))
                return -1;
            to[k] = (uint8_t)(c < 128 ? c : small_wide(c) ? WIDE : 0);
        }
    }
    return 0;
}

/* `look` at a text, 64 characters at a time; what it gathers has the words that tell, unless there are many. A text
   with special capitals is first to be made small. */
static int look_narrow(Glance *g, PyObject *whole, Py_ssize_t enough, Gathered *all)
{
    uint8_t last[64];
    Py_ssize_t n = PyUnicode_GET_LENGTH(whole), open = -1; /* where a word begins that goes on */
    const uint8_t *text = PyUnicode_IS_ASCII(whole) ? PyUnicode_1BYTE_DATA(whole) : g->narrow;
    all->wide = NULL;
    if (!PyUnicode_IS_ASCII(whole)) {
        if (g->narrow_room < (size_t)n) {
            uint8_t *room = PyMem_RawRealloc(g->narrow, (size_t)n * 2);
            if (room == NULL)
                return -1;
            g->narrow = room;
            g->narrow_room = (size_t)n * 2;
        }
        if (make_narrow(whole, n, g->narrow) < 0)
            return SPECIAL;
        text = g->narrow;
        all->wide = whole;
    }
    all->text = text;
    all->words = all->known = all->different = all->count = 0;
    uint64_t before = 0, wide_before = 0; /* whether a letter stood last; and whether it may be one of a word beyond ASCII */
    for (Py_ssize_t base = 0; base < n; base += 64) {
        const uint8_t *here = text + base;
        if (n - base < 64) {
            memset(last, 0, sizeof last);
            here = memcpy(last, here, (size_t)(n - base));
        }
        uint64_t wide, letters = letters_among(here, &wide), behind = letters << 1 | before;
        uint64_t begins = letters & ~behind, ends = behind & ~letters;
        int any_wide = (wide | wide_before) != 0;
        if (open >= 0 && ends) {
            add_word(g, all, text + open, base + __builtin_ctzll(ends) - open, n - open, any_wide);
            open = -1;
            ends &= ends - 1;
        }
        for (; ends; ends &= ends - 1, begins &= begins - 1) {
            int begin = __builtin_ctzll(begins);
            add_word(g, all, text + base + begin, __builtin_ctzll(ends) - begin, n - base - begin, any_wide);
        }
        if (begins)
            open = base + __builtin_ctzll(begins);
        before = letters >> 63;
        wide_before = open >= 0 ? wide_before | wide : 0;
    }
    if (open >= 0)
        add_word(g, all, text + open, n - open, n - open, wide_before != 0);
    add_waiting(g, all);
    if (all->words < FEWEST)
        return 0;
    Py_ssize_t shown = all->words < FIRST ? all->words : FIRST;
    if ((double)all->known / (double)shown < g->share)
        return FOREIGN;
    return all->different >= enough ? TELLS : SILENT;
}

static PyObject *small_word(const Gathered *all, Place place)
{
    Py_ssize_t begin = place.at - all->text;
    PyObject *word = PyUnicode_Substring(all->wide, begin, begin + place.size);
    PyObject *out = word == NULL ? NULL : PyObject_CallMethod(word, "lower", NULL);
    Py_XDECREF(word);
    return out;
}

/* The words that tell, in small letters. */
static PyObject *gathered_words(const Gathered *all)
{
    PyObject *out = PySet_New(NULL);
    for (Py_ssize_t k = 0; out != NULL && k < all->different; k++) {
        Place place = all->places[k];
        PyObject *word = all->wide == NULL ? PyUnicode_New(place.size, 127) : small_word(all, place);
        for (Py_ssize_t j = 0; all->wide == NULL && word != NULL && j < place.size; j++)
            PyUnicode_1BYTE_DATA(word)[j] = place.at[j] | 32;
        if (word == NULL || PySet_Add(out, word) < 0)
            Py_CLEAR(out);
        Py_XDECREF(word);
    }
    return out;
}
#endif

static int by_width(Glance *g, PyObject *text, Py_ssize_t enough, Counts *counts, PyObject *told)
{
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return look(g, text, PyUnicode_1BYTE_KIND, enough, counts, told);
    case PyUnicode_2BYTE_KIND:
        return look(g, text, PyUnicode_2BYTE_KIND, enough, counts, told);
    default:
        return look(g, text, PyUnicode_4BYTE_KIND, enough, counts, told);
    }
}

#if !defined(__SSE2__) || !defined(__GNUC__)
/* Whether a text has capitals beyond ASCII, of which str.lower knows more than `small`. */
static int has_capitals(PyObject *text)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_IS_ASCII(text) ? 0 : PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t k = 0; k < n; k++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        if (c >= 0xC0 && (c < 0x2010 || c > 0x2030) && Py_UNICODE_TOLOWER(c) != c) /* quotes and dashes, at once */
            return 1;
    }
    return 0;
}

#endif

static PyObject *told_of(Glance *g, PyObject *text, Py_ssize_t enough)
{
    int maybe;
#if defined(__SSE2__) && defined(__GNUC__)
    Gathered all;
    maybe = look_narrow(g, text, enough, &all);
    if (maybe < 0)
        return PyErr_NoMemory();
    if (maybe == SPECIAL) {
        PyObject *lowered = PyObject_CallMethod(text, "lower", NULL);
        PyObject *out = lowered != NULL ? told_of(g, lowered, enough) : NULL;
        Py_XDECREF(lowered);
        return out;
    }
    if (maybe == TELLS && all.different < DIFFERENT) {
        PyObject *words = gathered_words(&all);
        return words == NULL ? NULL : Py_BuildValue("(ON)", Py_True, words);
    }
#else
    if (has_capitals(text)) {
        PyObject *lowered = PyObject_CallMethod(text, "lower", NULL);
        maybe = lowered != NULL ? by_width(g, lowered, enough, NULL, NULL) : -1;
        Py_XDECREF(lowered);
        if (maybe < 0)
            return NULL;
    } else {
        maybe = by_width(g, text, enough, NULL, NULL);
    }
#endif
    if (maybe == SILENT)
        Py_RETURN_NONE; /* most */
    /* Seldom: is it of some language at all, and which are the words? */
    Counts *counts = maybe == FOREIGN ? calloc(1, sizeof *counts) : NULL;
    PyObject *told = PySet_New(NULL), *lowered = PyObject_CallMethod(text, "lower", NULL);
    int ready = (counts != NULL || maybe == TELLS) && told != NULL && lowered != NULL;
    maybe = ready ? by_width(g, lowered, enough, counts, told) : -1;
    int english = maybe >= 0 && (counts == NULL || is_shown_english(g, counts));
    free(counts);
    Py_XDECREF(lowered);
    if (maybe < 0) {
        Py_XDECREF(told);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    PyObject *out = maybe ? Py_BuildValue("(OO)", english ? Py_True : Py_False, told) : Py_NewRef(Py_None);
    Py_DECREF(told);
    return out;
}

/* What a text tells, with its number, onto a list; most tell nothing. */
static int add_told(Glance *self, PyObject *text, Py_ssize_t number, Py_ssize_t enough, PyObject *out)
{
    PyObject *told = told_of(self, text, enough);
    PyObject *one = told != NULL && told != Py_None ? Py_BuildValue("(nO)", number, told) : NULL;
    int failed = told == NULL || (told != Py_None && (one == NULL || PyList_Append(out, one) < 0));
    Py_XDECREF(told);
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

static PyObject *glance_told(Glance *self, PyObject *args)
{
    PyObject *texts;
    Py_ssize_t enough;
    if (!PyArg_ParseTuple(args, "O!n", &PyList_Type, &texts, &enough))
        return NULL;
    PyObject *out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(texts); k++) {
        PyObject *text = PyList_GET_ITEM(texts, k);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            Py_CLEAR(out);
        } else if (add_told(self, text, k, enough, out) < 0) {
            Py_CLEAR(out);
        }
    }
    return out;
}

static uint64_t hash_of(PyObject *word)
{
    Hash hash = BEGUN;
    for (Py_ssize_t k = 0; PyUnicode_Check(word) && k < PyUnicode_GET_LENGTH(word); k++)
        add_letter(&hash, PyUnicode_READ_CHAR(word, k));
    return end_hash(&hash);
}

/* A dict of words to masks of languages. */
static int learn_languages(Glance *g, PyObject *masks)
{
    PyObject *word, *mask;
    Py_ssize_t at = 0;
    uint32_t number = 0;
    g->mask_count = (size_t)PyDict_GET_SIZE(masks);
    g->masks = calloc(g->mask_count + 1, sizeof *g->masks);
    if (g->masks == NULL)
        return -1;
    for (; PyDict_Next(masks, &at, &word, &mask); number++) {
        g->masks[number] = PyLong_AsUnsignedLongLong(mask);
        if (PyErr_Occurred() || numbers_put(&g->common, hash_of(word), number) < 0)
            return -1;
    }
    return 0;
}

static int learn(Numbers *map, PyObject *words)
{
    PyObject *word, *each = PyObject_GetIter(words);
    if (each == NULL)
        return -1;
    while ((word = PyIter_Next(each)) != NULL) {
        int failed = numbers_put(map, hash_of(word), 1) < 0;
        Py_DECREF(word);
        if (failed) {
            PyErr_NoMemory();
            break;
        }
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

/* Every way to cut a string out of each word, unless too short for the word's frequency. */
static int cut(Glance *g, PyObject *least, int shortest, int longest)
{
    PyObject *word, *length;
    Py_ssize_t at = 0;
    while (PyDict_Next(least, &at, &word, &length)) {
        if (!PyUnicode_Check(word))
            continue;
        Py_ssize_t n = PyUnicode_GET_LENGTH(word);
        long from = PyLong_AsLong(length);
        if (n > LONGEST)
            continue;
        for (Py_ssize_t size = shortest; size <= longest && n - size >= from; size++) {
            Hash head = BEGUN;
            for (Py_ssize_t k = 0; k + size <= n; k++) {
                Hash hash = head;
                for (Py_ssize_t j = k + size; j < n; j++)
                    add_letter(&hash, PyUnicode_READ_CHAR(word, j));
                mark(g->left, end_hash(&hash));
                add_letter(&head, PyUnicode_READ_CHAR(word, k));
            }
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *glance_may_be_left(Glance *self, PyObject *word)
{
    return PyBool_FromLong(PyUnicode_Check(word) && marked(self->left, hash_of(word)));
}

static void glance_dealloc(Glance *self)
{
    numbers_close(&self->common);
    numbers_close(&self->frequent);
    if (self->stored.obj == NULL) {
        free(self->left);
        free(self->masks);
    }
    PyMem_RawFree(self->narrow);
    PyBuffer_Release(&self->stored);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *glance_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"common", "share", "other_share", "frequent", "witnesses", "shortest", "longest", NULL};
    PyObject *common, *frequent, *witnesses;
    int shortest, longest;
    Glance *self = (Glance *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!ddO!O!ii", names, &PyDict_Type, &common, &self->share,
                                     &self->other_share, &PyFrozenSet_Type, &frequent, &PyDict_Type, &witnesses, &shortest, &longest))
        goto failed;
    self->left = calloc((size_t)1 << (BITS - 3), 1);
    if (self->left == NULL || numbers_open(&self->common) < 0 || numbers_open(&self->frequent) < 0) {
        PyErr_NoMemory();
        goto failed;
    }
    if (learn_languages(self, common) < 0 || learn(&self->frequent, frequent) < 0 ||
        cut(self, witnesses, shortest, longest) < 0)
        goto failed;
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

/* What stands first in it: the format and what else is no array. */
typedef struct {
    uint64_t format, mask_count;
    double share, other_share;
} Head;

static const uint64_t FORMAT = 0x01676C616E636501u;
enum { LEFT = 1 << (BITS - 3) };

static PyObject *glance_store(Glance *self, PyObject *Py_UNUSED(ignored))
{
    Head head = {FORMAT, self->mask_count, self->share, self->other_share};
    size_t masks = self->mask_count * sizeof *self->masks;
    size_t size = sizeof head + masks + LEFT + numbers_size(&self->common) + numbers_size(&self->frequent);
    PyObject *out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (out == NULL)
        return NULL;
    uint8_t *to = (uint8_t *)PyBytes_AS_STRING(out);
    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, self->masks, masks);
    memcpy(to + sizeof head + masks, self->left, LEFT);
    numbers_write(&self->frequent, numbers_write(&self->common, to + sizeof head + masks + LEFT));
    return out;
}

static int take_stored(Glance *g)
{
    Head head;
    const uint8_t *data = g->stored.buf, *end = data + g->stored.len;
    if (end - data < (Py_ssize_t)sizeof head + LEFT)
        return -1;
    memcpy(&head, data, sizeof head);
    size_t room = (size_t)(end - data) - sizeof head - LEFT;
    if (head.format != FORMAT || head.mask_count > room / sizeof *g->masks)
        return -1;
    g->mask_count = head.mask_count;
    g->share = head.share;
    g->other_share = head.other_share;
    g->masks = (uint64_t *)(data + sizeof head);
    g->left = (uint8_t *)(data + sizeof head + g->mask_count * sizeof *g->masks);
    data = numbers_read(&g->common, g->left + LEFT, end);
    return data != NULL && numbers_read(&g->frequent, data, end) == end ? 0 : -1;
}

static PyObject *glance_stored(PyTypeObject *type, PyObject *buffer)
{
    Glance *self = (Glance *)type->tp_alloc(type, 0);
    if (self == NULL || PyObject_GetBuffer(buffer, &self->stored, PyBUF_SIMPLE) < 0) {
        Py_XDECREF(self);
        return NULL;
    }
    if (take_stored(self) < 0) {
        PyErr_SetString(PyExc_ValueError, "this is nothing that was stored");
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyMethodDef glance_methods[] = {
    {"told", (PyCFunction)glance_told, METH_VARARGS,
     "Of some texts those that may tell of a loss, by their numbers, each with whether it is English and the words that tell\n"
     "of it, which are so many at least, or it is of another language."},
    {"may_be_left", (PyCFunction)glance_may_be_left, METH_O,
     "Whether a word of up to 24 letters may be left of a common English one, which most that may are."},
    {"store", (PyCFunction)glance_store, METH_NOARGS, "All of it, for `stored`."},
    {"stored", (PyCFunction)glance_stored, METH_O | METH_CLASS, "What was stored, where it lies."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject GlanceType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Glance",
    .tp_doc = "Tells which texts are worth searching for lost strings.",
    .tp_basicsize = sizeof(Glance),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = glance_new,
    .tp_dealloc = (destructor)glance_dealloc,
    .tp_methods = glance_methods,
};
