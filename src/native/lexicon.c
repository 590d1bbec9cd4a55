/* How frequent words are, read from wordfreq's own bytes. Twin: `lexicon.frequencies`. */
#include "native.h"

enum { MOST = 900 }; /* the frequency of the first bin, in hundredths; each after it has one less */

typedef struct {
    const uint8_t *at, *end;
} Reader;

/* The kind of the next value of MessagePack (array, map, string, number) and its size; 0 for any other. */
static char next_value(Reader *r, size_t *size)
{
    static const struct {
        uint8_t code;
        char kind;
        int width;
    } longer[] = {{0xd9, 's', 1}, {0xda, 's', 2}, {0xdb, 's', 4}, {0xdc, 'a', 2}, {0xdd, 'a', 4}};
    if (r->at == r->end)
        return 0;
    uint8_t code = *r->at++;
    char kind = code < 0x80 ? 'n' : code < 0x90 ? 'm' : code < 0xa0 ? 'a' : code < 0xc0 ? 's' : 0;
    *size = kind == 'n' ? 0 : code & (kind == 's' ? 31 : 15);
    for (size_t k = 0; kind == 0 && k < sizeof longer / sizeof *longer; k++) {
        if (longer[k].code != code || r->end - r->at < longer[k].width)
            continue;
        kind = longer[k].kind;
        *size = 0;
        for (int j = 0; j < longer[k].width; j++)
            *size = *size << 8 | *r->at++;
    }
    return kind == 's' && *size > (size_t)(r->end - r->at) ? 0 : kind;
}

/* What stands before the bins: a map of strings to strings and numbers. Gives the number of bins, or -1. */
static long pass_header(Reader *r)
{
    size_t count, pairs, size;
    if (next_value(r, &count) != 'a' || count == 0 || count > MOST || next_value(r, &pairs) != 'm')
        return -1;
    for (size_t k = 0; k < 2 * pairs; k++) {
        char kind = next_value(r, &size);
        if (kind != 's' && kind != 'n')
            return -1;
        r->at += size;
    }
    return (long)count - 1;
}

/* Every word of the first bins, with its frequency; stops where it gives less than 0. */
typedef int (*Taker)(void *context, const char *word, size_t size, uint32_t hundredths);

static int each_word(PyObject *data, long bins, Taker take, void *context)
{
    Reader r = {(const uint8_t *)PyBytes_AS_STRING(data), NULL};
    r.end = r.at + PyBytes_GET_SIZE(data);
    long count = r.at == r.end ? 0 : pass_header(&r);
    int fits = count >= 0;
    for (long k = 0; fits && k < count && k < bins; k++) {
        size_t words, size;
        fits = next_value(&r, &words) == 'a';
        while (fits && words-- > 0) {
            fits = next_value(&r, &size) == 's';
            if (!fits)
                break;
            if (take(context, (const char *)r.at, size, (uint32_t)(MOST - k)) < 0)
                return -1;
            r.at += size;
        }
    }
    if (fits)
        return 0;
    PyErr_SetString(PyExc_ValueError, "this is no list of words by wordfreq");
    return -1;
}

static int count_one(void *context, const char *Py_UNUSED(word), size_t Py_UNUSED(size), uint32_t Py_UNUSED(hundredths))
{
    ++*(size_t *)context;
    return 0;
}

static int learn_one(void *context, const char *word, size_t size, uint32_t hundredths)
{
    uint64_t key = key_of(0, word, size);
    if (numbers_put(context, key ? key : 1, hundredths) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

typedef struct {
    const Numbers *map;
    PyObject *into, *number;
    uint32_t hundredths;
} Keep;

static int keep_one(void *context, const char *word, size_t size, uint32_t hundredths)
{
    Keep *keep = context;
    const uint32_t *last = words_get(keep->map, word, size); /* a word in two bins counts in the last */
    if (last != NULL && *last != hundredths)
        return 0;
    if (keep->number == NULL || keep->hundredths != hundredths) {
        Py_XSETREF(keep->number, PyFloat_FromDouble(hundredths / 100.0));
        keep->hundredths = hundredths;
    }
    PyObject *key = keep->number != NULL ? PyUnicode_DecodeUTF8(word, (Py_ssize_t)size, NULL) : NULL;
    int failed = key == NULL || PyDict_SetItem(keep->into, key, keep->number) < 0;
    Py_XDECREF(key);
    return failed ? -1 : 0;
}

double commonness(const Lexicon *lexicon, const char *form, int size)
{
    double least = 9.0;
    for (int k = 0; k < size;) {
        int begin = k;
        while (k < size && form[k] != ' ')
            k++;
        double here = zipf_of(lexicon, form + begin, (size_t)(k - begin));
        if (here < least)
            least = here;
        k++;
    }
    return least;
}

static PyObject *lexicon_above(Lexicon *self, PyObject *args)
{
    double least;
    PyObject *data;
    if (!PyArg_ParseTuple(args, "dS", &least, &data))
        return NULL;
    long bins = 0;
    while (bins < MOST && (double)(MOST - bins) / 100.0 >= least)
        bins++;
    Keep keep = {&self->words, PyDict_New(), NULL, 0};
    if (keep.into != NULL && each_word(data, bins, keep_one, &keep) < 0)
        Py_CLEAR(keep.into);
    Py_XDECREF(keep.number);
    return keep.into;
}

static PyObject *lexicon_zipf(Lexicon *self, PyObject *word)
{
    Py_ssize_t size;
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "a word is a str");
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8AndSize(word, &size);
    if (text == NULL)
        PyErr_Clear(); /* half a surrogate pair: no word */
    const uint32_t *found = text != NULL ? words_get(&self->words, text, (size_t)size) : NULL;
    return PyFloat_FromDouble(found != NULL ? *found / 100.0 : 0.0);
}

static void lexicon_dealloc(Lexicon *self)
{
    numbers_close(&self->words);
    PyBuffer_Release(&self->stored);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *lexicon_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *data;
    size_t words = 0;
    if ((kwargs != NULL && PyDict_GET_SIZE(kwargs)) || !PyArg_ParseTuple(args, "S", &data))
        return PyErr_Occurred() ? NULL : (PyErr_SetString(PyExc_TypeError, "a Lexicon takes bytes alone"), NULL);
    if (each_word(data, MOST, count_one, &words) < 0)
        return NULL;
    Lexicon *self = (Lexicon *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (numbers_open_for(&self->words, words) < 0 || each_word(data, MOST, learn_one, &self->words) < 0) {
        Py_DECREF(self);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static PyObject *lexicon_store(Lexicon *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)numbers_size(&self->words));
    if (out != NULL)
        numbers_write(&self->words, (uint8_t *)PyBytes_AS_STRING(out));
    return out;
}

static PyObject *lexicon_stored(PyTypeObject *type, PyObject *buffer)
{
    Lexicon *self = (Lexicon *)type->tp_alloc(type, 0);
    if (self == NULL || PyObject_GetBuffer(buffer, &self->stored, PyBUF_SIMPLE) < 0) {
        Py_XDECREF(self);
        return NULL;
    }
    const uint8_t *data = self->stored.buf, *end = data + self->stored.len;
    if (numbers_read(&self->words, data, end) != end) {
        PyErr_SetString(PyExc_ValueError, "these are no words that were stored");
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyMethodDef lexicon_methods[] = {
    {"zipf", (PyCFunction)lexicon_zipf, METH_O, "The frequency of a word in lower case; 0.0 where it is not known."},
    {"above", (PyCFunction)lexicon_above, METH_VARARGS,
     "The words of at least some frequency, each with its own, by the file that they were read from."},
    {"store", (PyCFunction)lexicon_store, METH_NOARGS, "All of it, for `stored`."},
    {"stored", (PyCFunction)lexicon_stored, METH_O | METH_CLASS, "What was stored, where it lies."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject LexiconType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Lexicon",
    .tp_doc = "The words of a language with their frequencies.",
    .tp_basicsize = sizeof(Lexicon),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = lexicon_new,
    .tp_dealloc = (destructor)lexicon_dealloc,
    .tp_methods = lexicon_methods,
};
