/* Out of which words a string was cut so that another is left. Twin: the hashes of `profile.residues.Traces`. */
#include "native.h"

enum { WIDTH = 24 };

typedef struct {
    const Py_UCS4 *text;
    int size, number;
} Word;

typedef struct {
    PyObject_HEAD
    Py_UCS4 *texts;
    Word *ahead, *back; /* sorted by their letters, and by their letters read backwards */
    int count, shortest, longest;
} Cuts;

static int compare(const Py_UCS4 *a, int size_a, const Py_UCS4 *b, int size_b)
{
    for (int k = 0; k < size_a && k < size_b; k++)
        if (a[k] != b[k])
            return a[k] < b[k] ? -1 : 1;
    return size_a - size_b;
}

static int by_text(const void *a, const void *b)
{
    const Word *one = a, *other = b;
    return compare(one->text, one->size, other->text, other->size);
}

/* How many letters two words share at their beginnings. */
static int shared(const Py_UCS4 *a, int size_a, const Py_UCS4 *b, int size_b)
{
    int k = 0;
    while (k < size_a && k < size_b && a[k] == b[k])
        k++;
    return k;
}

/* Of the words that begin with half of what is left, those out of which a string may have been cut, and where. With
   `backwards` all is read from its end, and words are passed that share the other half: the way ahead has them. */
static int search(const Cuts *c, const Word *words, const Py_UCS4 *left, int size, int half, int backwards, PyObject *out)
{
    int low = 0, high = c->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare(words[middle].text, words[middle].size, left, half) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (int k = low; k < c->count; k++) {
        const Word *w = &words[k];
        int begin = shared(w->text, w->size, left, size), end = 0, cut = w->size - size;
        if (begin < half)
            break;
        if (cut < c->shortest || cut > c->longest)
            continue;
        while (end < size && w->text[w->size - 1 - end] == left[size - 1 - end])
            end++;
        if (begin + end < size || (backwards && end >= half))
            continue;
        int first = backwards ? size - begin : size - end, last = backwards ? end : begin;
        for (int at = first; at <= last; at++) {
            PyObject *one = Py_BuildValue("(iii)", w->number, at, cut);
            int failed = one == NULL || PyList_Append(out, one) < 0;
            Py_XDECREF(one);
            if (failed)
                return -1;
        }
    }
    return 0;
}

static PyObject *cuts_of(Cuts *self, PyObject *word)
{
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "a word is a str");
        return NULL;
    }
    PyObject *out = PyList_New(0);
    Py_ssize_t size = PyUnicode_GET_LENGTH(word);
    if (out == NULL || size < 1 || size > WIDTH)
        return out;
    Py_UCS4 left[WIDTH], back[WIDTH];
    for (int k = 0; k < size; k++)
        left[k] = back[size - 1 - k] = PyUnicode_READ_CHAR(word, k);
    /* Where two ends make up what is left, one of them is half of it at least. */
    int half = (int)(size + 1) / 2;
    if (search(self, self->ahead, left, (int)size, half, 0, out) < 0 ||
        search(self, self->back, back, (int)size, half, 1, out) < 0)
        Py_CLEAR(out);
    return out;
}

static void cuts_dealloc(Cuts *self)
{
    free(self->texts);
    free(self->ahead);
    free(self->back);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *cuts_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", "shortest", "longest", NULL};
    PyObject *words;
    int shortest, longest;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!ii", names, &PyList_Type, &words, &shortest, &longest))
        return NULL;
    Cuts *self = (Cuts *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(words), all = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *word = PyList_GET_ITEM(words, k);
        if (!PyUnicode_Check(word) || PyUnicode_GET_LENGTH(word) > WIDTH) {
            PyErr_SetString(PyExc_ValueError, "a word is a str of 24 letters at most");
            Py_DECREF(self);
            return NULL;
        }
        all += PyUnicode_GET_LENGTH(word);
    }
    self->texts = malloc((size_t)(2 * all + 1) * sizeof *self->texts);
    self->ahead = malloc((size_t)(count + 1) * sizeof *self->ahead);
    self->back = malloc((size_t)(count + 1) * sizeof *self->back);
    if (count > INT32_MAX || self->texts == NULL || self->ahead == NULL || self->back == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    Py_UCS4 *to = self->texts;
    for (int k = 0; k < count; k++) {
        PyObject *word = PyList_GET_ITEM(words, k);
        int size = (int)PyUnicode_GET_LENGTH(word);
        self->ahead[k] = (Word){to, size, k};
        self->back[k] = (Word){to + size, size, k};
        for (int j = 0; j < size; j++)
            to[j] = to[2 * size - 1 - j] = PyUnicode_READ_CHAR(word, j);
        to += 2 * size;
    }
    self->count = (int)count;
    self->shortest = shortest;
    self->longest = longest;
    qsort(self->ahead, (size_t)count, sizeof *self->ahead, by_text);
    qsort(self->back, (size_t)count, sizeof *self->back, by_text);
    return (PyObject *)self;
}

static PyMethodDef cuts_methods[] = {
    {"of", (PyCFunction)cuts_of, METH_O,
     "Each way in which a word is one of the list with a string cut out: the number of that, where, how much."},
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
