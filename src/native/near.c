/* Listed words within two edits. Twin: `deletions.Neighbourhood.near`. */
#include "native.h"

#define PREFIX 9
#define MIN_LENGTH 3
#define TWO_FROM 5
#define LONGEST 64
#define MOST_WAYS 48 /* 1 + 9 + 36 */
#define BASE 0x9E3779B97F4A7C15u
#define MIX 0xD6E8FEB86659FD93u
#define FEW_LETTERS 10
#define LETTER_BITS 5
#define LETTER 31u
#define LENGTH_AT 50 /* FEW_LETTERS * LETTER_BITS */
#define CLASSES 3
#define BEYOND 8 /* letters are compared so many at a time, and read so far behind a word */

typedef struct {
    int distance;
    int64_t prominence;
    uint32_t atom;
} Found;

/* An atom of few letters, a to z: five bits for each, and its length above them, so that of most atoms a look-up reads
   eight bytes; 0 for any other. */
typedef uint64_t Short;

/* An atom met in a look-up, and how far it is from the word. */
typedef struct {
    uint32_t atom;
    int distance;
} Met;

/* Only an atom that is about as long as a word is near it: of long ones there are few, and each of these lengths has a
   filter of those that are at least so long. They are made once it is known that many long words are asked for. */
static const uint8_t AT_LEAST[CLASSES] = {18, 14, 11};

struct Hood {
    PyObject_HEAD
    Py_buffer entries; /* sorted: a hash in the upper half, and in the lower an atom that has it */
    Py_buffer starts;  /* where among these each beginning of a hash starts */
    Py_buffer filter, text, ends, prominence;
    Py_ssize_t count, atoms;
    int bits; /* of a hash, those that name a word of the filter */
    Short *atom;
    Met *met;
    size_t met_room, slots_room;
    uint32_t *slots; /* the atoms of a look-up, each once */
    uint64_t powers[PREFIX];
    Found *found;
    Py_ssize_t room;
    uint64_t *longer[CLASSES]; /* three bits for each hash, in the one of these that it begins with */
    int longer_bits[CLASSES];
    Py_ssize_t long_questions;
    int starts_bits;
    int left; /* the hashes of the word asked for that are there, as far as a filter tells */
    uint32_t wanted[MOST_WAYS];
};

static inline int distance_for(Py_ssize_t length)
{
    return length < TWO_FROM ? 1 : 2;
}

/* How many of the first `most` letters of two words are the same; `BEYOND` letters may be read behind them. */
static inline int same_letters(const uint8_t *a, const uint8_t *b, int most)
{
    int same = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; same < most; same += 8) {
        uint64_t x, y;
        memcpy(&x, a + same, 8);
        memcpy(&y, b + same, 8);
        if (x != y) {
            same += __builtin_ctzll(x ^ y) >> 3;
            break;
        }
    }
    return same < most ? same : most;
#else
    while (same < most && a[same] == b[same])
        same++;
    return same;
#endif
}

/* The distance of optimal string alignment where it is at most 1; else 2. */
static inline int within_one(const uint8_t *a, int n, const uint8_t *b, int m)
{
    int same = same_letters(a, b, n < m ? n : m);
    a += same, b += same, n -= same, m -= same;
    if (n == m) {
        if (n == 0)
            return 0;
        if (same_letters(a + 1, b + 1, n - 1) == n - 1)
            return 1;
        return n > 1 && a[0] == b[1] && a[1] == b[0] && same_letters(a + 2, b + 2, n - 2) == n - 2 ? 1 : 2;
    }
    if (n == m + 1)
        return same_letters(a + 1, b, m) == m ? 1 : 2;
    return m == n + 1 && same_letters(a, b + 1, n) == n ? 1 : 2;
}

/* Whether the first two letters of words in a `Short` are swapped. */
static inline int short_swapped(uint64_t a, uint64_t b)
{
    return (a & LETTER) == (b >> LETTER_BITS & LETTER) && (a >> LETTER_BITS & LETTER) == (b & LETTER);
}

/* The same where it is at most 2; else 3. What both begin with costs nothing, and what differs first is another letter,
   one too many, one too few, or two swapped. */
static int within_two(const uint8_t *a, int n, const uint8_t *b, int m)
{
    int same = same_letters(a, b, n < m ? n : m), least = 2, here;
    a += same, b += same, n -= same, m -= same;
    if (n == 0 || m == 0)
        return n + m < 3 ? n + m : 3;
    if (n - m <= 1 && m - n <= 1)
        least = within_one(a + 1, n - 1, b + 1, m - 1);
    if (least && n >= m && (here = within_one(a + 1, n - 1, b, m)) < least)
        least = here;
    if (least && m >= n && (here = within_one(a, n, b + 1, m - 1)) < least)
        least = here;
    if (least && n > 1 && m > 1 && a[0] == b[1] && a[1] == b[0] &&
        (here = within_one(a + 2, n - 2, b + 2, m - 2)) < least)
        least = here;
    return least + 1;
}

/* The same of words of few letters, as they lie in a `Short` without their length: behind its last letter it is 0. */
static inline int short_within_one(uint64_t a, int n, uint64_t b, int m)
{
    if (a == b)
        return 0;
    int same = __builtin_ctzll(a ^ b) / LETTER_BITS;
    a >>= same * LETTER_BITS, b >>= same * LETTER_BITS;
    if (n == m + 1)
        return a >> LETTER_BITS == b ? 1 : 2;
    if (m == n + 1)
        return a == b >> LETTER_BITS ? 1 : 2;
    if (n != m)
        return 2;
    if (a >> LETTER_BITS == b >> LETTER_BITS)
        return 1;
    return short_swapped(a, b) && a >> 2 * LETTER_BITS == b >> 2 * LETTER_BITS ? 1 : 2;
}

static int short_within_two(uint64_t a, int n, uint64_t b, int m)
{
    if (a == b)
        return 0;
    int same = __builtin_ctzll(a ^ b) / LETTER_BITS, least = 2, here;
    a >>= same * LETTER_BITS, b >>= same * LETTER_BITS, n -= same, m -= same;
    if (n == 0 || m == 0)
        return n + m < 3 ? n + m : 3;
    uint64_t x = a >> LETTER_BITS, y = b >> LETTER_BITS;
    if (n - m <= 1 && m - n <= 1)
        least = short_within_one(x, n - 1, y, m - 1);
    if (least && n >= m && (here = short_within_one(x, n - 1, b, m)) < least)
        least = here;
    if (least && m >= n && (here = short_within_one(a, n, y, m - 1)) < least)
        least = here;
    if (least && short_swapped(a, b) && (here = short_within_one(x >> LETTER_BITS, n - 2, y >> LETTER_BITS, m - 2)) < least)
        least = here;
    return least + 1;
}

static int goes_before(const Found *a, const Found *b)
{
    if (a->distance != b->distance)
        return a->distance < b->distance;
    if (a->prominence != b->prominence)
        return a->prominence > b->prominence;
    return a->atom < b->atom; /* atoms are stored in their order */
}

/* The hashes of a word with up to two of its first letters deleted; how many. */
static int deleted(const Hood *h, const uint8_t *word, Py_ssize_t n, uint32_t *out)
{
    int width = n < PREFIX ? (int)n : PREFIX, edits = distance_for(width), made = 0;
    uint64_t whole = 0, shifted[PREFIX + 1] = {0}, twice[PREFIX + 1] = {0}, head = 0, values[MOST_WAYS];
    /* What stands behind one deleted letter moves one place forward, behind two of them two places. */
    for (int k = 0; k < width; k++)
        whole += word[k] * h->powers[k];
    for (int k = width - 1; k >= 0; k--) {
        shifted[k] = shifted[k + 1] + (k ? word[k] * h->powers[k - 1] : 0);
        twice[k] = twice[k + 1] + (k > 1 ? word[k] * h->powers[k - 2] : 0);
    }
    values[made++] = whole;
    for (int k = 0; k < width; k++) {
        values[made++] = head + shifted[k + 1];
        uint64_t middle = head;
        for (int j = k + 1; j < width && edits >= 2; j++) {
            values[made++] = middle + twice[j + 1];
            middle += word[j] * h->powers[j - 1];
        }
        head += word[k] * h->powers[k];
    }
    for (int k = 0; k < made; k++) {
        uint64_t value = values[k];
        value ^= value >> 29;
        value *= MIX;
        out[k] = (uint32_t)(value >> 32);
    }
    return made;
}

static inline Py_ssize_t length_of(const Hood *h, Py_ssize_t number)
{
    const uint32_t *ends = h->ends.buf;
    return (Py_ssize_t)ends[number + 1] - ends[number];
}

static inline const uint8_t *text_of(const Hood *h, Py_ssize_t number)
{
    return (const uint8_t *)h->text.buf + ((const uint32_t *)h->ends.buf)[number];
}

/* Three bits of 64, by the end of a hash. */
static inline uint64_t bits_of(uint32_t hash)
{
    uint32_t more = hash * 0x9E3779B1u;
    return (uint64_t)1 << (more >> 26) | (uint64_t)1 << ((more >> 20) & 63) | (uint64_t)1 << ((more >> 14) & 63);
}

/* Make the filters of long atoms; without memory there are none. */
static void note_long(Hood *h)
{
    size_t count[CLASSES] = {0};
    for (Py_ssize_t k = 0; k < h->atoms; k++)
        for (int c = 0; c < CLASSES; c++)
            count[c] += length_of(h, k) >= AT_LEAST[c];
    for (int c = 0; c < CLASSES; c++) {
        h->longer_bits[c] = 6;
        while (h->longer_bits[c] < 26 && (size_t)64 << h->longer_bits[c] < 24 * MOST_WAYS * count[c])
            h->longer_bits[c]++;
        h->longer[c] = calloc((size_t)1 << h->longer_bits[c], sizeof *h->longer[c]);
    }
    for (Py_ssize_t k = 0; k < h->atoms; k++) {
        uint32_t hashes[MOST_WAYS];
        Py_ssize_t size = length_of(h, k);
        if (size < AT_LEAST[CLASSES - 1])
            continue;
        int ways = deleted(h, text_of(h, k), PREFIX, hashes);
        for (int c = 0; c < CLASSES; c++)
            for (int j = 0; j < ways && size >= AT_LEAST[c] && h->longer[c] != NULL; j++)
                h->longer[c][hashes[j] >> (32 - h->longer_bits[c])] |= bits_of(hashes[j]);
    }
}

/* The filter of those that a word may be near: of a long one that of the long ones. */
static const uint64_t *filter_for(Hood *h, Py_ssize_t n, int *shift)
{
    int c = 0;
    *shift = 32 - h->bits;
    if (n < AT_LEAST[CLASSES - 1] + 2)
        return h->filter.buf;
    while (n < AT_LEAST[c] + 2)
        c++;
    if (h->long_questions++ == h->atoms / 4)
        note_long(h);
    if (h->longer[c] == NULL)
        return h->filter.buf;
    *shift = 32 - h->longer_bits[c];
    return h->longer[c];
}

/* Note which hashes of a word may be there; how many. */
int hood_ask(Hood *h, const uint8_t *word, Py_ssize_t n)
{
    uint32_t wanted[MOST_WAYS];
    int shift, left = 0;
    h->left = 0;
    if (n < MIN_LENGTH || n >= LONGEST || h->count == 0)
        return 0;
    const uint64_t *filter = filter_for(h, n, &shift);
    int ways = deleted(h, word, n, wanted);
    /* Without branches, so that memory is waited for once. */
    for (int k = 0; k < ways; k++) {
        uint64_t bits = bits_of(wanted[k]);
        h->wanted[left] = wanted[k];
        left += (filter[wanted[k] >> shift] & bits) == bits;
    }
    return h->left = left;
}

/* The atoms that share a hash with the word asked for, some of them more than once; how many, or -1 without memory. The
   memory that a look-up needs lies far apart: it is asked for early, for all hashes of the word at once. */
static Py_ssize_t meet(Hood *h)
{
    size_t met = 0;
    Py_ssize_t place[MOST_WAYS];
    const uint32_t *wanted = h->wanted, *starts = h->starts.buf;
    const uint64_t *entry = h->entries.buf;
    int left = h->left, shift = 32 - h->starts_bits;
    for (int k = 0; k < left; k++)
        __builtin_prefetch(&starts[wanted[k] >> shift]);
    for (int k = 0; k < left; k++) {
        place[k] = (Py_ssize_t)starts[wanted[k] >> shift];
        __builtin_prefetch(&entry[place[k]]);
    }
    for (int k = 0; k < left; k++) {
        Py_ssize_t at = place[k];
        while (at < h->count && entry[at] >> 32 < wanted[k])
            at++;
        for (; at < h->count && entry[at] >> 32 == wanted[k]; at++) {
            uint32_t atom = (uint32_t)entry[at];
            if (atom >= h->atoms)
                continue;
            if (met == h->met_room) {
                size_t room = h->met_room ? 2 * h->met_room : 1024;
                Met *wider = realloc(h->met, room * sizeof *wider);
                if (wider == NULL)
                    return -1;
                h->met = wider;
                h->met_room = room;
            }
            __builtin_prefetch(&h->atom[atom]);
            h->met[met++].atom = atom;
        }
    }
    return (Py_ssize_t)met;
}

/* Each atom that was met once, in the order in which they were; how many, or -1 without memory. */
static Py_ssize_t once(Hood *h, Py_ssize_t met)
{
    size_t room = 256;
    Py_ssize_t kept = 0;
    while (room < 2 * (size_t)met)
        room *= 2;
    if (room > h->slots_room) {
        uint32_t *wider = realloc(h->slots, room * sizeof *wider);
        if (wider == NULL)
            return -1;
        h->slots = wider;
        h->slots_room = room;
    }
    memset(h->slots, 0xFF, room * sizeof *h->slots);
    for (Py_ssize_t k = 0; k < met; k++) {
        uint32_t number = h->met[k].atom;
        size_t at = (number * 0x9E3779B1u >> 8) & (room - 1);
        while (h->slots[at] != number && h->slots[at] != UINT32_MAX)
            at = (at + 1) & (room - 1);
        if (h->slots[at] == number)
            continue;
        h->slots[at] = number;
        h->met[kept++].atom = number;
    }
    return kept;
}

/* A word of few letters, a to z; 0 for any other. */
static Short short_of(const uint8_t *text, Py_ssize_t size)
{
    Short few = (Short)size << LENGTH_AT;
    if (size > FEW_LETTERS)
        return 0;
    for (Py_ssize_t k = 0; k < size; k++) {
        if (text[k] < 'a' || text[k] > 'z')
            return 0;
        few |= (Short)(text[k] - 'a' + 1) << LETTER_BITS * k;
    }
    return few;
}

/* How far an atom is from a word, which may be one of few letters; more than both may differ, or 0 for the word itself, is
   none of its neighbours. */
static int apart(const Hood *h, const uint8_t *word, Short own, Py_ssize_t n, uint32_t number)
{
    const Short letters = ((Short)1 << LENGTH_AT) - 1;
    Short few = h->atom[number];
    Py_ssize_t m = few ? (Py_ssize_t)(few >> LENGTH_AT) : length_of(h, number);
    int limit = distance_for(n < m ? n : m), distance;
    uint8_t text[LONGEST + BEYOND];
    if (m > n + limit || n > m + limit || m >= LONGEST)
        return 0;
    if (few && own) {
        distance = limit == 2 ? short_within_two(own & letters, (int)n, few & letters, (int)m)
                              : short_within_one(own & letters, (int)n, few & letters, (int)m);
        return distance <= limit ? distance : 0;
    }
    memcpy(text, text_of(h, number), (size_t)m);
    distance = limit == 2 ? within_two(word, (int)n, text, (int)m) : within_one(word, (int)n, text, (int)m);
    return distance <= limit ? distance : 0;
}

Py_ssize_t hood_answer(Hood *h, const uint8_t *given, Py_ssize_t n, Py_ssize_t most)
{
    Py_ssize_t count = 0, near = 0;
    const int64_t *prominence = h->prominence.buf;
    uint8_t word[LONGEST + BEYOND] = {0};
    if (h->left == 0 || most <= 0)
        return 0;
    memcpy(word, given, (size_t)n);
    if (most > h->room) {
        Found *wider = realloc(h->found, (size_t)most * sizeof *wider);
        if (wider == NULL)
            return -1;
        h->found = wider;
        h->room = most;
    }
    Short own = short_of(word, n);
    Py_ssize_t met = meet(h);
    if (met < 0 || (met = once(h, met)) < 0)
        return -1;
    for (Py_ssize_t k = 0; k < met; k++) {
        uint32_t number = h->met[k].atom;
        int distance = apart(h, word, own, n, number);
        if (!distance)
            continue;
        __builtin_prefetch(&prominence[number]);
        h->met[near++] = (Met){number, distance};
    }
    for (int distance = 1; distance <= 2; distance++) {
        if (count == most)
            break; /* none that is farther goes before those */
        for (Py_ssize_t k = 0; k < near; k++) {
            Found one = {distance, 0, h->met[k].atom};
            if (h->met[k].distance != distance)
                continue;
            one.prominence = prominence[one.atom];
            if (count == most && !goes_before(&one, &h->found[count - 1]))
                continue;
            Py_ssize_t at = count < most ? count++ : count - 1;
            for (; at > 0 && goes_before(&one, &h->found[at - 1]); at--)
                h->found[at] = h->found[at - 1];
            h->found[at] = one;
        }
    }
    return count;
}

const char *hood_word(const Hood *h, Py_ssize_t k, int *size)
{
    const uint32_t *ends = h->ends.buf;
    uint32_t atom = h->found[k].atom;
    *size = (int)(ends[atom + 1] - ends[atom]);
    return (const char *)h->text.buf + ends[atom];
}

static PyObject *hood_near(Hood *self, PyObject *args)
{
    PyObject *word;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "Un", &word, &most))
        return NULL;
    if (!PyUnicode_IS_ASCII(word)) {
        PyErr_SetString(PyExc_ValueError, "only words in ASCII have neighbours");
        return NULL;
    }
    const uint8_t *text = PyUnicode_1BYTE_DATA(word);
    hood_ask(self, text, PyUnicode_GET_LENGTH(word));
    Py_ssize_t count = hood_answer(self, text, PyUnicode_GET_LENGTH(word), most);
    if (count < 0)
        return PyErr_NoMemory();
    PyObject *out = PyTuple_New(count);
    for (Py_ssize_t k = 0; out != NULL && k < count; k++) {
        int size;
        const char *text = hood_word(self, k, &size);
        PyObject *pair = Py_BuildValue("(s#i)", text, (Py_ssize_t)size, self->found[k].distance);
        if (pair == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, pair);
    }
    return out;
}

static void hood_dealloc(Hood *self)
{
    PyBuffer_Release(&self->entries);
    PyBuffer_Release(&self->starts);
    PyBuffer_Release(&self->filter);
    PyBuffer_Release(&self->text);
    PyBuffer_Release(&self->ends);
    PyBuffer_Release(&self->prominence);
    free(self->atom);
    free(self->slots);
    free(self->met);
    free(self->found);
    for (int c = 0; c < CLASSES; c++)
        free(self->longer[c]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *hood_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"entries", "starts", "filter", "text", "ends", "prominence", NULL};
    Hood *self = (Hood *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y*y*y*y*y*y*", names, &self->entries, &self->starts, &self->filter,
                                     &self->text, &self->ends, &self->prominence)) {
        Py_DECREF(self);
        return NULL;
    }
    self->count = self->entries.len / (Py_ssize_t)sizeof(uint64_t);
    self->atoms = self->prominence.len / 8;
    Py_ssize_t words = self->filter.len / (Py_ssize_t)sizeof(uint64_t);
    while (((Py_ssize_t)1 << (self->bits + 1)) <= words)
        self->bits++;
    uint64_t power = 1;
    for (int k = 0; k < PREFIX; k++)
        self->powers[k] = power *= BASE;
    const uint32_t *ends = self->ends.buf;
    while (((Py_ssize_t)1 << (self->starts_bits + 1)) < self->starts.len / (Py_ssize_t)sizeof(uint32_t))
        self->starts_bits++;
    int fits = self->starts_bits > 0 && self->starts_bits <= 32 &&
               self->starts.len == (((Py_ssize_t)1 << self->starts_bits) + 1) * (Py_ssize_t)sizeof(uint32_t) && self->bits > 0 && self->bits <= 32 &&
               self->ends.len == 4 * (self->atoms + 1) && (Py_ssize_t)ends[self->atoms] <= self->text.len;
    int odd = 0; /* all are looked at, so that it can be several at a time */
    for (Py_ssize_t k = 0; fits && k < self->atoms; k++)
        odd |= ends[k] > ends[k + 1];
    if (!fits || odd) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "the arrays of the neighbourhood do not fit together");
        return NULL;
    }
    self->atom = calloc((size_t)self->atoms + 1, sizeof *self->atom);
    if (self->atom == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t k = 0; k < self->atoms; k++)
        self->atom[k] = short_of(text_of(self, k), length_of(self, k));
    return (PyObject *)self;
}

static PyMethodDef hood_methods[] = {
    {"near", (PyCFunction)hood_near, METH_VARARGS,
     "At most so many listed words near a word, each with its distance, the nearest and most prominent first."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject HoodType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Hood",
    .tp_doc = "Look-ups in the deletion arrays of an index.",
    .tp_basicsize = sizeof(Hood),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = hood_new,
    .tp_dealloc = (destructor)hood_dealloc,
    .tp_methods = hood_methods,
};
