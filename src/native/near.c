/* Listed words within two edits. Twin: `deletions.Neighbourhood.near`. */
#include "native.h"

#define PREFIX 9
#define MIN_LENGTH 3
#define TWO_FROM 5
#define LONGEST 64
#define MOST_WAYS 48 /* 1 + 9 + 36 */
#define BASE 0x9E3779B97F4A7C15u
#define MIX 0xD6E8FEB86659FD93u

typedef struct {
    int distance;
    int64_t prominence;
    uint32_t atom;
} Found;

/* Of an atom: its length, above 8 bits a bit for each letter in it; for which question it was last met; and where it
   begins in the text of all. */
typedef struct {
    uint64_t shape;
    uint32_t seen, begin;
} State;

struct Hood {
    PyObject_HEAD
    Py_buffer hash, owner, bitmap, text, ends, prominence;
    Py_ssize_t hashes, atoms;
    int bits;
    State *state;
    uint32_t *met;
    size_t met_room;
    uint32_t question;
    uint64_t powers[PREFIX];
    uint64_t places[256]; /* of the letters of the word that is asked for; else all 0 */
    Found *found;
    size_t room;
};

static inline int distance_for(Py_ssize_t length)
{
    return length < TWO_FROM ? 1 : 2;
}

/* The distance of optimal string alignment to a word of n letters, each of which has the bits of its places in `places`:
   all of a column at once, after Hyyrö (2003), "A bit-vector algorithm for computing Levenshtein and Damerau edit
   distances". */
static int osa(const uint64_t *places, Py_ssize_t n, const uint8_t *other, Py_ssize_t m)
{
    uint64_t up = ~(uint64_t)0, down = 0, equal = 0, before = 0, last = (uint64_t)1 << (n - 1);
    int distance = (int)n;
    for (Py_ssize_t k = 0; k < m; k++) {
        uint64_t here = places[other[k]], swapped = ((~equal & here) << 1) & before;
        equal = (((here & up) + up) ^ up) | here | down | swapped;
        uint64_t right = down | ~(equal | up), left = equal & up;
        distance += (right & last) != 0;
        distance -= (left & last) != 0;
        right = (right << 1) | 1;
        left <<= 1;
        up = left | ~(equal | right);
        down = right & equal;
        before = here;
    }
    return distance;
}

static int by_rank(const void *x, const void *y)
{
    const Found *a = x, *b = y;
    if (a->distance != b->distance)
        return a->distance - b->distance;
    if (a->prominence != b->prominence)
        return a->prominence > b->prominence ? -1 : 1;
    return a->atom < b->atom ? -1 : 1; /* atoms are stored in their order */
}

static uint64_t shape_of(const uint8_t *word, Py_ssize_t n)
{
    uint64_t shape = (uint64_t)(n < 255 ? n : 255);
    for (Py_ssize_t k = 0; k < n; k++)
        shape |= (uint64_t)1 << (8 + (word[k] & 31));
    return shape;
}

/* Where a hash must stand among sorted ones, to within a few places: hashes are spread evenly. */
static inline Py_ssize_t near_place(const uint32_t *hash, Py_ssize_t count, uint32_t wanted, Py_ssize_t from)
{
    if (from < 0)
        return (Py_ssize_t)(((uint64_t)wanted * (uint64_t)count) >> 32);
    int64_t off = (int64_t)wanted - (int64_t)hash[from];
    Py_ssize_t at = from + (Py_ssize_t)((off * (int64_t)count) >> 32);
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

/* The first place of a hash, or count, looked for outwards from a place near it. */
static Py_ssize_t first_place(const uint32_t *hash, Py_ssize_t count, uint32_t wanted, Py_ssize_t from)
{
    Py_ssize_t low = 0, high = count, step = 16;
    if (hash[from] < wanted) {
        low = from;
        while (low + step < high && hash[low + step] < wanted)
            low += step, step *= 2;
        high = low + step < high ? low + step + 1 : high;
    } else {
        high = from + 1;
        while (high - 1 - step > 0 && hash[high - 1 - step] >= wanted)
            high -= step, step *= 2;
        low = high - 1 - step > 0 ? high - 1 - step : 0;
    }
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (hash[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
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

/* The memory that a look-up needs lies far apart: it is asked for early, for all hashes of a word at once. */
Py_ssize_t hood_find(Hood *h, const uint8_t *word, Py_ssize_t n)
{
    size_t count = 0, met = 0;
    int failed = 0;
    uint32_t wanted[MOST_WAYS];
    Py_ssize_t place[MOST_WAYS];
    if (n < MIN_LENGTH || n >= LONGEST || h->hashes == 0)
        return 0;
    if (++h->question == 0) {
        for (Py_ssize_t k = 0; k < h->atoms; k++)
            h->state[k].seen = 0;
        h->question = 1;
    }
    const uint8_t *bitmap = h->bitmap.buf;
    const uint32_t *hash = h->hash.buf, *owner = h->owner.buf;
    int ways = deleted(h, word, n, wanted), left = 0;
    for (int k = 0; k < ways; k++)
        __builtin_prefetch(bitmap + (wanted[k] >> (32 - h->bits) >> 3));
    for (int k = 0; k < ways; k++) {
        uint32_t slot = wanted[k] >> (32 - h->bits);
        if (!((bitmap[slot >> 3] >> (slot & 7)) & 1))
            continue;
        place[left] = near_place(hash, h->hashes, wanted[k], -1);
        __builtin_prefetch(hash + place[left]);
        wanted[left++] = wanted[k];
    }
    for (int k = 0; k < left; k++) {
        place[k] = near_place(hash, h->hashes, wanted[k], place[k]);
        __builtin_prefetch(hash + place[k]);
        __builtin_prefetch(owner + place[k]);
    }
    for (int k = 0; k < left; k++) {
        for (Py_ssize_t at = first_place(hash, h->hashes, wanted[k], place[k]); at < h->hashes && hash[at] == wanted[k];
             at++) {
            if (owner[at] >= h->atoms)
                continue;
            if (met == h->met_room) {
                size_t room = h->met_room ? 2 * h->met_room : 1024;
                uint32_t *wider = realloc(h->met, room * sizeof *wider);
                if (wider == NULL)
                    return -1;
                h->met = wider;
                h->met_room = room;
            }
            __builtin_prefetch(&h->state[owner[at]]);
            h->met[met++] = owner[at];
        }
    }
    uint64_t shape = shape_of(word, n);
    size_t kept = 0;
    for (size_t k = 0; k < met; k++) {
        uint32_t atom = h->met[k];
        State *state = &h->state[atom];
        if (state->seen == h->question)
            continue;
        state->seen = h->question;
        Py_ssize_t m = (Py_ssize_t)(state->shape & 255);
        int limit = distance_for(n < m ? n : m);
        /* An edit brings at most one letter in and takes one out. */
        if (m > n + limit || n > m + limit || m >= LONGEST ||
            __builtin_popcountll((state->shape ^ shape) >> 8) > 2 * limit)
            continue;
        __builtin_prefetch((const uint8_t *)h->text.buf + state->begin);
        h->met[kept++] = atom;
    }
    for (Py_ssize_t k = 0; k < n; k++)
        h->places[word[k]] |= (uint64_t)1 << k;
    for (size_t k = 0; k < kept; k++) {
        uint32_t atom = h->met[k];
        Py_ssize_t m = (Py_ssize_t)(h->state[atom].shape & 255);
        int limit = distance_for(n < m ? n : m);
        int distance = osa(h->places, n, (const uint8_t *)h->text.buf + h->state[atom].begin, m);
        if (distance == 0 || distance > limit)
            continue;
        if (count == h->room) {
            size_t room = h->room ? 2 * h->room : 64;
            Found *wider = realloc(h->found, room * sizeof *wider);
            if ((failed = wider == NULL))
                break;
            h->found = wider;
            h->room = room;
        }
        h->found[count++] = (Found){distance, ((const int64_t *)h->prominence.buf)[atom], atom};
    }
    for (Py_ssize_t k = 0; k < n; k++)
        h->places[word[k]] = 0;
    if (failed)
        return -1;
    if (count > 1)
        qsort(h->found, count, sizeof *h->found, by_rank);
    return (Py_ssize_t)count;
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
    Py_ssize_t count = hood_find(self, PyUnicode_1BYTE_DATA(word), PyUnicode_GET_LENGTH(word));
    if (count < 0)
        return PyErr_NoMemory();
    if (count > most)
        count = most;
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
    PyBuffer_Release(&self->hash);
    PyBuffer_Release(&self->owner);
    PyBuffer_Release(&self->bitmap);
    PyBuffer_Release(&self->text);
    PyBuffer_Release(&self->ends);
    PyBuffer_Release(&self->prominence);
    free(self->state);
    free(self->met);
    free(self->found);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *hood_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"hashes", "owners", "bitmap", "text", "ends", "prominence", NULL};
    Hood *self = (Hood *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y*y*y*y*y*y*", names, &self->hash, &self->owner, &self->bitmap,
                                     &self->text, &self->ends, &self->prominence)) {
        Py_DECREF(self);
        return NULL;
    }
    self->hashes = self->hash.len / 4;
    self->atoms = self->prominence.len / 8;
    Py_ssize_t slots = self->bitmap.len * 8;
    while (((Py_ssize_t)1 << (self->bits + 1)) <= slots)
        self->bits++;
    uint64_t power = 1;
    for (int k = 0; k < PREFIX; k++)
        self->powers[k] = power *= BASE;
    const uint32_t *ends = self->ends.buf;
    int fits = self->owner.len == self->hash.len && self->bits > 0 && self->bits <= 32 &&
               self->ends.len == 4 * (self->atoms + 1) && (Py_ssize_t)ends[self->atoms] <= self->text.len;
    for (Py_ssize_t k = 0; fits && k < self->atoms; k++)
        fits = ends[k] <= ends[k + 1];
    if (!fits) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "the arrays of the neighbourhood do not fit together");
        return NULL;
    }
    self->state = calloc((size_t)self->atoms + 1, sizeof *self->state);
    if (self->state == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t k = 0; k < self->atoms; k++)
        self->state[k] = (State){
            shape_of((const uint8_t *)self->text.buf + ends[k], (Py_ssize_t)ends[k + 1] - ends[k]), 0, ends[k]};
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
