/* What was said of the texts last looked at, as Python reads it: `looked.Looked`. */
#include "native.h"

PyObject *run_of(Py_ssize_t start, Py_ssize_t end, long grade)
{
    PyObject *values[] = {PyLong_FromSsize_t(start), PyLong_FromSsize_t(end), PyLong_FromLong(grade)};
    return tuple_with(3, values);
}

int add_places(const Scanner *s, Py_ssize_t text, unsigned least, Py_ssize_t farther, PyObject *list)
{
    if (text < 0 || text >= s->texts) {
        PyErr_SetString(PyExc_IndexError, "no text that was looked at");
        return -1;
    }
    for (size_t k = s->noted_ends[text]; k < s->noted_ends[text + 1]; k++) {
        const struct Noted *one = &s->noted[k];
        unsigned verdict = verdicts_get(&s->runs, one->key);
        if (verdict < least)
            continue;
        PyObject *place = run_of(one->start + farther, one->end + farther, (long)verdict);
        int failed = place == NULL || PyList_Append(list, place) < 0;
        Py_XDECREF(place);
        if (failed)
            return -1;
    }
    return 0;
}

PyObject *looked_of(PyObject *type, unsigned code, PyObject *runs)
{
    PyObject *number = runs ? PyLong_FromUnsignedLong(code) : NULL;
    PyObject *out = number ? ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 2) : NULL;
    if (out == NULL) {
        Py_XDECREF(number);
        Py_XDECREF(runs);
        return NULL;
    }
    PyTuple_SET_ITEM(out, 0, number);
    PyTuple_SET_ITEM(out, 1, runs);
    return out;
}

PyObject *scanner_told(Scanner *self, PyObject *args)
{
    Py_buffer still;
    unsigned least;
    PyObject *type;
    if (!PyArg_ParseTuple(args, "y*IO!", &still, &least, &PyType_Type, &type))
        return NULL;
    PyObject *out = PyDict_New();
    if (!PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "what is told is a tuple");
        Py_CLEAR(out);
    }
    for (Py_ssize_t k = 0; out != NULL && k < self->texts; k++) {
        if (has_code(&still, self->codes[k]))
            continue;
        PyObject *runs = PyList_New(0), *number = PyLong_FromSsize_t(k), *one = NULL;
        if (runs != NULL && add_places(self, k, least, 0, runs) < 0)
            Py_CLEAR(runs);
        one = looked_of(type, self->codes[k], runs);
        if (number == NULL || one == NULL || PyDict_SetItem(out, number, one) < 0)
            Py_CLEAR(out);
        Py_XDECREF(number);
        Py_XDECREF(one);
    }
    PyBuffer_Release(&still);
    return out;
}
