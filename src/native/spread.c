/* Words with the number of texts that each stands in, added up piece by piece. Twin: `profile.spread.united_plain`. */
#include "spread.h"

typedef struct {
    uint64_t h, texts;
    const char *word; /* NULL: it is free */
    size_t size;
} Slot;

typedef struct {
    Slot *slots;
    size_t mask, used, letters;
} Sum;

static Slot *place_of(const Sum *sum, uint64_t h, const char *word, size_t size)
{
    size_t at = (size_t)h & sum->mask;
    for (;; at = (at + 1) & sum->mask) {
        Slot *slot = &sum->slots[at];
        if (slot->word == NULL || (slot->h == h && slot->size == size && memcmp(slot->word, word, size) == 0))
            return slot;
    }
}

static int grow(Sum *sum)
{
    Sum wider = *sum;
    wider.mask = sum->slots != NULL ? sum->mask * 2 + 1 : (1 << 12) - 1;
    wider.slots = PyMem_RawCalloc(wider.mask + 1, sizeof *wider.slots);
    if (wider.slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t k = 0; sum->slots != NULL && k <= sum->mask; k++) {
        const Slot *slot = &sum->slots[k];
        if (slot->word != NULL)
            *place_of(&wider, slot->h, slot->word, slot->size) = *slot;
    }
    PyMem_RawFree(sum->slots);
    *sum = wider;
    return 0;
}

static int add_word(Sum *sum, const char *word, size_t size, uint64_t texts)
{
    if (sum->used * 2 >= sum->mask && grow(sum) < 0)
        return -1;
    uint64_t h = key_of(0, word, size);
    Slot *slot = place_of(sum, h, word, size);
    if (slot->word == NULL) {
        *slot = (Slot){h, 0, word, size};
        sum->used++;
        sum->letters += size + 1;
    }
    slot->texts += texts;
    return 0;
}

/* A piece: words that end in zeros, and a number of eight bytes for each. */
static int add_piece(Sum *sum, PyObject *piece)
{
    PyObject *words, *numbers;
    if (!PyTuple_Check(piece) || !PyArg_ParseTuple(piece, "SS", &words, &numbers)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "a piece is a tuple");
        return -1;
    }
    const char *at = PyBytes_AS_STRING(words), *end = at + PyBytes_GET_SIZE(words);
    const char *number = PyBytes_AS_STRING(numbers), *last = number + PyBytes_GET_SIZE(numbers);
    while (at < end && last - number >= 8) {
        const char *stop = memchr(at, 0, (size_t)(end - at));
        uint64_t texts;
        if (stop == NULL)
            break;
        memcpy(&texts, number, 8);
        if (add_word(sum, at, (size_t)(stop - at), texts) < 0)
            return -1;
        at = stop + 1;
        number += 8;
    }
    if (at == end && number == last)
        return 0;
    PyErr_SetString(PyExc_ValueError, "there is not a number for each word");
    return -1;
}

int parcel_open(Parcel *parcel, size_t letters, size_t count)
{
    parcel->words = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)letters);
    parcel->numbers = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)count * 8);
    if (parcel->words == NULL || parcel->numbers == NULL) {
        Py_CLEAR(parcel->words);
        Py_CLEAR(parcel->numbers);
        return -1;
    }
    parcel->to = PyBytes_AS_STRING(parcel->words);
    parcel->number = PyBytes_AS_STRING(parcel->numbers);
    return 0;
}

PyObject *native_united(PyObject *Py_UNUSED(self), PyObject *pieces)
{
    Sum sum = {NULL, 0, 0, 0};
    Parcel out;
    if (!PyList_Check(pieces)) {
        PyErr_SetString(PyExc_TypeError, "the pieces are a list");
        return NULL;
    }
    int failed = grow(&sum) < 0;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(pieces); k++)
        failed = add_piece(&sum, PyList_GET_ITEM(pieces, k)) < 0;
    failed = failed || parcel_open(&out, sum.letters, sum.used) < 0;
    for (size_t k = 0; !failed && k <= sum.mask; k++)
        if (sum.slots[k].word != NULL)
            parcel_add(&out, sum.slots[k].word, sum.slots[k].size, sum.slots[k].texts);
    PyMem_RawFree(sum.slots);
    return failed ? NULL : Py_BuildValue("(NN)", out.words, out.numbers);
}
