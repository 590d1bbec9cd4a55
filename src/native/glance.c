/* Whether a text may have lost a string, by its words alone. Twin: `profile.builder`, which has the last word. */
#include "native.h"

enum { DULL = 1, TOLD = 2, FEWEST = 8, FIRST = 200, LONGEST = 24, SHORTEST = 3, DIFFERENT = 64 };

typedef struct {
    PyObject_HEAD
    Numbers common; /* words that tell the language */
    Numbers words;
    double share;
} Glance;

static inline __attribute__((always_inline)) int look(Glance *g, PyObject *text, int kind, PyObject *unknown,
                                                      Py_ssize_t enough, int *maybe)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), k = 0, words = 0, known = 0;
    uint64_t told[DIFFERENT];
    Py_ssize_t different = 0;
    while (k < n) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        if (!(c < 128 ? (c >= 'a' && c <= 'z') : Py_UNICODE_ISALNUM(c) && !Py_UNICODE_ISDECIMAL(c))) {
            k++;
            continue;
        }
        Py_ssize_t begin = k;
        uint64_t h = 0xCBF29CE484222325u;
        int ascii = 1;
        do {
            h = (h ^ c) * 0x100000001B3u;
            ascii &= c < 128;
            k++;
        } while (k < n && (c = PyUnicode_READ(kind, data, k),
                           c < 128 ? (c >= 'a' && c <= 'z') : Py_UNICODE_ISALNUM(c) && !Py_UNICODE_ISDECIMAL(c)));
        h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDu;
        h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53u;
        h ^= h >> 33;
        h = h ? h : 1;
        words++;
        if (words <= FIRST)
            known += ascii && numbers_get(&g->common, h) != NULL;
        if (k - begin < SHORTEST || k - begin > LONGEST)
            continue;
        const uint32_t *verdict = numbers_get(&g->words, h);
        if (verdict == NULL) {
            if (unknown == NULL)
                continue;
            PyObject *word = PyUnicode_Substring(text, begin, k);
            int failed = word == NULL || PySet_Add(unknown, word) < 0;
            Py_XDECREF(word);
            if (failed)
                return -1;
        } else if (*verdict == TOLD) {
            Py_ssize_t j = 0;
            while (j < different && told[j] != h)
                j++;
            if (j == different && different < DIFFERENT)
                told[different++] = h;
        }
    }
    Py_ssize_t shown = words < FIRST ? words : FIRST;
    *maybe = words >= FEWEST && (different >= enough || (double)known / (double)shown < g->share);
    return 0;
}

static int by_width(Glance *g, PyObject *text, PyObject *unknown, Py_ssize_t enough, int *maybe)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return -1;
    }
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return look(g, text, PyUnicode_1BYTE_KIND, unknown, enough, maybe);
    case PyUnicode_2BYTE_KIND:
        return look(g, text, PyUnicode_2BYTE_KIND, unknown, enough, maybe);
    default:
        return look(g, text, PyUnicode_4BYTE_KIND, unknown, enough, maybe);
    }
}

static PyObject *glance_unknown(Glance *self, PyObject *texts)
{
    PyObject *out = PySet_New(NULL), *fast = PySequence_Fast(texts, "texts come in a sequence");
    for (Py_ssize_t k = 0; fast != NULL && out != NULL && k < PySequence_Fast_GET_SIZE(fast); k++) {
        int maybe;
        if (by_width(self, PySequence_Fast_GET_ITEM(fast, k), out, 1, &maybe) < 0)
            Py_CLEAR(out);
    }
    if (fast == NULL)
        Py_CLEAR(out);
    Py_XDECREF(fast);
    return out;
}

static PyObject *glance_maybe(Glance *self, PyObject *args)
{
    PyObject *text;
    Py_ssize_t enough;
    int maybe = 0;
    if (!PyArg_ParseTuple(args, "Un", &text, &enough) || by_width(self, text, NULL, enough, &maybe) < 0)
        return NULL;
    return PyBool_FromLong(maybe);
}

static uint64_t hash_of(PyObject *word)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(word); k++)
        h = (h ^ PyUnicode_READ_CHAR(word, k)) * 0x100000001B3u;
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDu;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53u;
    h ^= h >> 33;
    return h ? h : 1;
}

static int learn(Numbers *map, PyObject *words, uint32_t verdict)
{
    PyObject *word, *each = PyObject_GetIter(words);
    if (each == NULL)
        return -1;
    while ((word = PyIter_Next(each)) != NULL) {
        int failed = !PyUnicode_Check(word) || numbers_put(map, hash_of(word), verdict) < 0;
        Py_DECREF(word);
        if (failed) {
            PyErr_SetString(PyExc_ValueError, "a word cannot be kept");
            break;
        }
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *glance_learn(Glance *self, PyObject *args)
{
    PyObject *words;
    int told;
    if (!PyArg_ParseTuple(args, "Op", &words, &told) || learn(&self->words, words, told ? TOLD : DULL) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *glance_size(Glance *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSize_t(self->words.used);
}

static void glance_dealloc(Glance *self)
{
    numbers_close(&self->common);
    numbers_close(&self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *glance_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"common", "share", NULL};
    PyObject *common;
    Glance *self = (Glance *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!d", names, &PyFrozenSet_Type, &common, &self->share))
        goto failed;
    if (numbers_open(&self->common) < 0 || numbers_open(&self->words) < 0) {
        PyErr_NoMemory();
        goto failed;
    }
    if (learn(&self->common, common, 1) < 0)
        goto failed;
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

static PyMethodDef glance_methods[] = {
    {"unknown", (PyCFunction)glance_unknown, METH_O, "The words of some texts in small letters that have no verdict."},
    {"maybe", (PyCFunction)glance_maybe, METH_VARARGS,
     "Whether a text in small letters has so many different words that tell of a loss, or is of another language."},
    {"learn", (PyCFunction)glance_learn, METH_VARARGS, "Keep whether some words tell of a loss."},
    {"size", (PyCFunction)glance_size, METH_NOARGS, "How many words have a verdict."},
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
