/* Out of which words a string was cut so that another is left. Twin: the hashes of `profile.residues.Traces`. */
#include "native.h"

enum { WIDTH = 24 };

/* What stands first where it is stored; then come how frequent each word is (they are sorted), where each begins among the
   letters of all (and where the last ends), the words sorted by their letters read backwards, and the letters. */
typedef struct {
    uint64_t format;
    uint32_t count, letters;
    int32_t shortest, longest;
} Head;

static const uint64_t FORMAT = 0x0173747563726Eu;

typedef struct {
    PyObject_HEAD
    Head head;
    double *zipfs;
    uint32_t *begins, *back;
    Py_UCS4 *texts;
    void *own;        /* all of the above, unless it lies there: */
    Py_buffer stored;
} Cuts;

/* A word, or what is left of one, as it is read: from its first letter on, or from its last one back. */
typedef struct {
    const Py_UCS4 *text;
    int size, step;
} Word;

static Word word_of(const Cuts *c, uint32_t number, int backwards)
{
    uint32_t begin = c->begins[number], end = c->begins[number + 1];
    return backwards ? (Word){c->texts + end - 1, (int)(end - begin), -1} : (Word){c->texts + begin, (int)(end - begin), 1};
}

static int compare(const Word *a, const Word *b)
{
    for (int k = 0; k < a->size && k < b->size; k++)
        if (a->text[k * a->step] != b->text[k * b->step])
            return a->text[k * a->step] < b->text[k * b->step] ? -1 : 1;
    return a->size - b->size;
}

/* How many letters two words share at their beginnings. */
static int shared(const Word *a, const Word *b)
{
    int k = 0;
    while (k < a->size && k < b->size && a->text[k * a->step] == b->text[k * b->step])
        k++;
    return k;
}

/* Of the words that begin with half of what is left, those out of which a string may have been cut, and where. With
   `backwards` all is read from its end, and words are passed that share the other half: the way ahead has them. Words are
   passed as well that are not so much more frequent than `base`. */
static int search(const Cuts *c, const Word *left, int half, int backwards, double base, double least, PyObject *out)
{
    const Word part = {left->text, half, left->step};
    uint32_t low = 0, high = c->head.count;
    int size = left->size;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        Word w = word_of(c, backwards ? c->back[middle] : middle, backwards);
        if (compare(&w, &part) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t k = low; k < c->head.count; k++) {
        uint32_t number = backwards ? c->back[k] : k;
        Word w = word_of(c, number, backwards);
        int begin = shared(&w, left), end = 0, cut = w.size - size;
        if (begin < half)
            break;
        if (cut < c->head.shortest || cut > c->head.longest || c->zipfs[number] - base < least)
            continue;
        while (end < size && w.text[(w.size - 1 - end) * w.step] == left->text[(size - 1 - end) * left->step])
            end++;
        if (begin + end < size || (backwards && end >= half))
            continue;
        int first = backwards ? size - begin : size - end, last = backwards ? end : begin;
        for (int at = first; at <= last; at++) {
            PyObject *one = Py_BuildValue("(Iii)", (unsigned)number, at, cut);
            int failed = one == NULL || PyList_Append(out, one) < 0;
            Py_XDECREF(one);
            if (failed)
                return -1;
        }
    }
    return 0;
}

static PyObject *cuts_of(Cuts *self, PyObject *args)
{
    PyObject *word;
    double base, least;
    if (!PyArg_ParseTuple(args, "Udd", &word, &base, &least))
        return NULL;
    PyObject *out = PyList_New(0);
    Py_ssize_t size = PyUnicode_GET_LENGTH(word);
    if (out == NULL || size < 1 || size > WIDTH)
        return out;
    Py_UCS4 left[WIDTH];
    for (int k = 0; k < size; k++)
        left[k] = PyUnicode_READ_CHAR(word, k);
    /* Where two ends make up what is left, one of them is half of it at least. */
    Word ahead = {left, (int)size, 1}, back = {left + size - 1, (int)size, -1};
    int half = (int)(size + 1) / 2;
    if (search(self, &ahead, half, 0, base, least, out) < 0 || search(self, &back, half, 1, base, least, out) < 0)
        Py_CLEAR(out);
    return out;
}

static PyObject *cuts_strings(Cuts *self, PyObject *args)
{
    PyObject *ways = cuts_of(self, args), *out = ways != NULL ? PySet_New(NULL) : NULL;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(ways); k++) {
        unsigned number;
        int at, cut;
        PyObject *string = NULL;
        if (PyArg_ParseTuple(PyList_GET_ITEM(ways, k), "Iii", &number, &at, &cut))
            string = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, word_of(self, number, 0).text + at, cut);
        if (string == NULL || PySet_Add(out, string) < 0)
            Py_CLEAR(out);
        Py_XDECREF(string);
    }
    Py_XDECREF(ways);
    return out;
}

static PyObject *cuts_word(Cuts *self, PyObject *number)
{
    size_t k = PyLong_AsSize_t(number);
    if (k == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (k >= self->head.count) {
        PyErr_SetString(PyExc_IndexError, "there is no such word");
        return NULL;
    }
    Word w = word_of(self, (uint32_t)k, 0);
    PyObject *text = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, w.text, w.size);
    return text == NULL ? NULL : Py_BuildValue("(Nd)", text, self->zipfs[k]);
}

static void cuts_dealloc(Cuts *self)
{
    free(self->own);
    PyBuffer_Release(&self->stored);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static size_t size_of(const Head *head)
{
    return sizeof *head + head->count * (sizeof(double) + 2 * sizeof(uint32_t)) + sizeof(uint32_t) +
           head->letters * sizeof(Py_UCS4);
}

/* Where all of it lies, behind the head. */
static void take(Cuts *c, void *data)
{
    c->zipfs = (double *)((uint8_t *)data + sizeof c->head);
    c->begins = (uint32_t *)(c->zipfs + c->head.count);
    c->back = c->begins + c->head.count + 1;
    c->texts = (Py_UCS4 *)(c->back + c->head.count);
}

/* Sorts numbers of words as they are read backwards, by halves, which are merged; `spare` has room for as many. */
static void sort(const Cuts *c, uint32_t *numbers, uint32_t *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2, a = 0, b = half;
    sort(c, numbers, spare, half);
    sort(c, numbers + half, spare, count - half);
    for (size_t k = 0; k < count; k++) {
        int first = b == count;
        if (!first && a < half) {
            Word one = word_of(c, numbers[a], 1), other = word_of(c, numbers[b], 1);
            first = compare(&one, &other) <= 0;
        }
        spare[k] = numbers[first ? a++ : b++];
    }
    memcpy(numbers, spare, count * sizeof *numbers);
}

/* Whether every number leads to some place, and the words are sorted. */
static int is_sound(const Cuts *c)
{
    for (uint32_t k = 0; k < c->head.count; k++)
        if (c->begins[k] >= c->begins[k + 1] || c->begins[k + 1] - c->begins[k] > WIDTH || c->back[k] >= c->head.count)
            return 0;
    if (c->begins[0] != 0 || c->begins[c->head.count] != c->head.letters)
        return 0;
    for (uint32_t k = 1; k < c->head.count; k++) {
        Word one = word_of(c, k - 1, 0), other = word_of(c, k, 0);
        if (compare(&one, &other) >= 0)
            return 0;
    }
    return 1;
}

static int learn(Cuts *c, PyObject *words)
{
    PyObject *word, *zipf;
    Py_ssize_t at = 0;
    uint32_t number = 0, letters = 0;
    while (PyDict_Next(words, &at, &word, &zipf)) {
        c->begins[number] = letters;
        c->back[number] = number;
        c->zipfs[number++] = PyFloat_AsDouble(zipf);
        for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(word); k++)
            c->texts[letters++] = PyUnicode_READ_CHAR(word, k);
    }
    c->begins[number] = letters;
    uint32_t *spare = malloc(((size_t)number + 1) * sizeof *spare);
    if (spare == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    sort(c, c->back, spare, number);
    free(spare);
    if (!PyErr_Occurred() && !is_sound(c))
        PyErr_SetString(PyExc_ValueError, "words are sorted, and none is empty");
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *cuts_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", "shortest", "longest", NULL};
    PyObject *words, *word, *zipf;
    Head head = {.format = FORMAT};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!ii", names, &PyDict_Type, &words, &head.shortest, &head.longest))
        return NULL;
    Py_ssize_t at = 0, letters = 0;
    while (PyDict_Next(words, &at, &word, &zipf)) {
        if (!PyUnicode_Check(word) || PyUnicode_GET_LENGTH(word) > WIDTH) {
            PyErr_SetString(PyExc_ValueError, "a word is a str of 24 letters at most");
            return NULL;
        }
        letters += PyUnicode_GET_LENGTH(word);
    }
    if (letters > INT32_MAX || PyDict_GET_SIZE(words) > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "these are too many words");
        return NULL;
    }
    head.count = (uint32_t)PyDict_GET_SIZE(words);
    head.letters = (uint32_t)letters;
    Cuts *self = (Cuts *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->head = head;
    self->own = malloc(size_of(&head));
    if (self->own == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    memcpy(self->own, &head, sizeof head);
    take(self, self->own);
    if (learn(self, words) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static PyObject *cuts_store(Cuts *self, PyObject *Py_UNUSED(ignored))
{
    return PyBytes_FromStringAndSize((const char *)self->zipfs - sizeof self->head, (Py_ssize_t)size_of(&self->head));
}

static PyObject *cuts_stored(PyTypeObject *type, PyObject *buffer)
{
    Cuts *self = (Cuts *)type->tp_alloc(type, 0);
    if (self == NULL || PyObject_GetBuffer(buffer, &self->stored, PyBUF_SIMPLE) < 0) {
        Py_XDECREF(self);
        return NULL;
    }
    size_t size = (size_t)self->stored.len;
    int sound = size >= sizeof self->head;
    if (sound)
        memcpy(&self->head, self->stored.buf, sizeof self->head);
    sound = sound && self->head.format == FORMAT && size_of(&self->head) == size;
    if (sound)
        take(self, self->stored.buf);
    if (!sound || !is_sound(self)) {
        PyErr_SetString(PyExc_ValueError, "these are no words that were stored");
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyMethodDef cuts_methods[] = {
    {"of", (PyCFunction)cuts_of, METH_VARARGS,
     "Each way in which a word is one of those learnt with a string cut out, and that is more frequent than the first number\n"
     "by the second at least: the number of that word, where, how much."},
    {"strings", (PyCFunction)cuts_strings, METH_VARARGS, "What was cut out by all of the ways that `of` gives."},
    {"word", (PyCFunction)cuts_word, METH_O, "The word of a number, and how frequent it is."},
    {"store", (PyCFunction)cuts_store, METH_NOARGS, "All of it, for `stored`."},
    {"stored", (PyCFunction)cuts_stored, METH_O | METH_CLASS, "What was stored, where it lies."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject CutsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Cuts",
    .tp_doc = "Tells out of which words a string was cut.",
    .tp_basicsize = sizeof(Cuts),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = cuts_new,
    .tp_dealloc = (destructor)cuts_dealloc,
    .tp_methods = cuts_methods,
};
