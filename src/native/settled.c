/* Which results need no second look: their edits lead from the text to the new one. Twin: `corpus.finishing._checked`. */
#include "native.h"

enum { PARTS = 6 };

static PyObject *parts[PARTS];

enum { START, END, BEFORE, AFTER, TEXT, EDITS };

static int intern_parts(void)
{
    static const char *const names[PARTS] = {"start", "end", "before", "after", "text", "edits"};
    for (int k = 0; k < PARTS; k++)
        if (parts[k] == NULL && (parts[k] = PyUnicode_InternFromString(names[k])) == NULL)
            return -1;
    return 0;
}

/* Whether so many characters of two strings, each from some place on, are the same. */
static int same(PyObject *a, Py_ssize_t at, PyObject *b, Py_ssize_t from, Py_ssize_t size)
{
    int kind = PyUnicode_KIND(a), other = PyUnicode_KIND(b);
    const char *one = PyUnicode_DATA(a), *two = PyUnicode_DATA(b);
    if (kind == other)
        return memcmp(one + at * kind, two + from * kind, (size_t)(size * kind)) == 0;
    for (Py_ssize_t k = 0; k < size; k++)
        if (PyUnicode_READ(kind, one, at + k) != PyUnicode_READ(other, two, from + k))
            return 0;
    return 1;
}

/* How far a plan has come: what of the text is read, and of the new one is written. */
typedef struct {
    PyObject *text, *made;
    Py_ssize_t read, written;
} Progress;

/* Whether an edit fits both texts from there on, and changes something. */
static int leads_on(Progress *p, PyObject *start_, PyObject *end_, PyObject *before, PyObject *after)
{
    if (!PyLong_Check(start_) || !PyLong_Check(end_) || !PyUnicode_Check(before) || !PyUnicode_Check(after))
        return 0;
    Py_ssize_t start = PyLong_AsSsize_t(start_), end = PyLong_AsSsize_t(end_), gap = start - p->read;
    Py_ssize_t size = PyUnicode_GET_LENGTH(before), more = PyUnicode_GET_LENGTH(after);
    if (start < p->read || end < start || end > PyUnicode_GET_LENGTH(p->text) || end - start != size)
        return 0;
    if (gap + more > PyUnicode_GET_LENGTH(p->made) - p->written)
        return 0;
    int fits = same(p->text, start, before, 0, size) && same(p->text, p->read, p->made, p->written, gap) &&
               same(p->made, p->written + gap, after, 0, more) && !(size == more && same(before, 0, after, 0, size));
    p->read = end;
    p->written += gap + more;
    return fits;
}

static int leads(PyObject *text, PyObject *edits, PyObject *made)
{
    Progress p = {text, made, 0, 0};
    int fits = 1;
    for (Py_ssize_t k = 0; fits && k < PyTuple_GET_SIZE(edits); k++) {
        PyObject *found[TEXT] = {NULL};
        for (int j = 0; fits && j < TEXT; j++)
            fits = (found[j] = PyObject_GetAttr(PyTuple_GET_ITEM(edits, k), parts[j])) != NULL;
        fits = fits && leads_on(&p, found[START], found[END], found[BEFORE], found[AFTER]);
        for (int j = 0; j < TEXT; j++)
            Py_XDECREF(found[j]);
    }
    Py_ssize_t left = PyUnicode_GET_LENGTH(text) - p.read;
    return fits && left == PyUnicode_GET_LENGTH(made) - p.written && same(text, p.read, made, p.written, left);
}

/* Whether a result says all of itself; where anything about it is odd it does not. */
static int is_settled(PyObject *text, PyObject *result)
{
    if (PyUnicode_Check(result) || !PyUnicode_Check(text)) /* a str tells what is wrong */
        return 0;
    PyObject *made = PyObject_GetAttr(result, parts[TEXT]);
    PyObject *edits = made != NULL ? PyObject_GetAttr(result, parts[EDITS]) : NULL;
    int settled = edits != NULL && PyUnicode_Check(made) && PyTuple_Check(edits);
    if (settled && !(made == text && PyTuple_GET_SIZE(edits) == 0)) /* as of most */
        settled = leads(text, edits, made);
    Py_XDECREF(made);
    Py_XDECREF(edits);
    PyErr_Clear();
    return settled;
}

PyObject *native_unsettled(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *texts, *results;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &texts, &PyList_Type, &results) || intern_parts() < 0)
        return NULL;
    if (PyList_GET_SIZE(texts) != PyList_GET_SIZE(results)) {
        PyErr_SetString(PyExc_ValueError, "each text has one result");
        return NULL;
    }
    PyObject *out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(results) && k < PyList_GET_SIZE(texts); k++) {
        if (is_settled(PyList_GET_ITEM(texts, k), PyList_GET_ITEM(results, k)))
            continue;
        PyObject *number = PyLong_FromSsize_t(k);
        if (number == NULL || PyList_Append(out, number) < 0)
            Py_CLEAR(out);
        Py_XDECREF(number);
    }
    return out;
}
