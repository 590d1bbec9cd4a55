/* What may be in a text at all, seen before anything slower looks for it. Twins: `scan.signs_plain`, `text.beyond`. */
#include "native.h"

/* As in `scan.Sign`. */
enum { AT = 1, LESS = 2, ADDRESS = 4, TAG = 8, BACKSLASH = 16, LOW_LINE = 32, ENDING = 64, HOST = 128, PATH = 256 };
enum { LETTER = 512, TWICE = 1024 /* full stops, colons and slashes: it depends on what is beside them */ };

static const uint16_t OF_ASCII[128] = {
    ['@'] = AT,        ['<'] = LESS, ['#'] = TAG,  ['$'] = TAG, ['\\'] = BACKSLASH,
    ['_'] = LOW_LINE, ['.'] = TWICE, [':'] = TWICE, ['/'] = TWICE,
};

static inline int is_small(Py_UCS4 c)
{
    return c >= 'a' && c <= 'z';
}

static inline int is_letter(Py_UCS4 c)
{
    return c < 128 && is_small(c | 32);
}

#define AT_ONCE 16

/* Whether some letters of one byte each have none of the signs. */
static inline int is_plain(const uint8_t *text)
{
    uint8_t any = 0;
    for (int k = 0; k < AT_ONCE; k++) {
        uint8_t c = text[k];
        any |= (c == '.') | (c == '/') | (c == ':') | (c == '<') | (c == '@') | (c == '#') | (c == '$') | (c == '\\') |
               (c == '_');
    }
    return !any;
}

static inline __attribute__((always_inline)) unsigned signs_in(int kind, const void *data, Py_ssize_t n)
{
    unsigned out = 0, slashes = 0;
    for (Py_ssize_t k = 0; k < n; k++) {
        while (kind == PyUnicode_1BYTE_KIND && k % AT_ONCE == 0 && k + AT_ONCE < n && is_plain((const uint8_t *)data + k))
            k += AT_ONCE;
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        if (c >= 128) {
            if (kind != PyUnicode_1BYTE_KIND && c > 0x558 && (c >= 0x20000 || Py_UNICODE_ISALPHA(c)))
                out |= LETTER;
            continue;
        }
        unsigned sign = OF_ASCII[c];
        out |= sign;
        if (!(sign & TWICE))
            continue;
        Py_UCS4 next = k + 1 < n ? PyUnicode_READ(kind, data, k + 1) : 0;
        Py_UCS4 third = k + 2 < n ? PyUnicode_READ(kind, data, k + 2) : 0;
        if (c == ':') {
            if (next == '/' && third == '/')
                out |= ADDRESS;
        } else if (c == '/') {
            if (++slashes > 1)
                out |= PATH;
        } else {
            if (is_small(next) && (is_small(third) || (third >= '0' && third <= '9')))
                out |= ENDING;
            if (is_letter(next) && is_letter(third))
                out |= HOST;
            if (k >= 3 && PyUnicode_READ(kind, data, k - 1) == 'w' && PyUnicode_READ(kind, data, k - 2) == 'w' &&
                PyUnicode_READ(kind, data, k - 3) == 'w')
                out |= ADDRESS;
        }
    }
    return out & (TWICE - 1);
}

PyObject *native_signs(PyObject *Py_UNUSED(self), PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return NULL;
    }
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return PyLong_FromUnsignedLong(signs_in(PyUnicode_1BYTE_KIND, data, n));
    case PyUnicode_2BYTE_KIND:
        return PyLong_FromUnsignedLong(signs_in(PyUnicode_2BYTE_KIND, data, n));
    default:
        return PyLong_FromUnsignedLong(signs_in(PyUnicode_4BYTE_KIND, data, n));
    }
}

PyObject *native_doubtful(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *texts, *sound, *out;
    if (!PyArg_ParseTuple(args, "O!U", &PyList_Type, &texts, &sound) || (out = PyList_New(0)) == NULL)
        return NULL;
    for (Py_ssize_t j = 0; j < PyList_GET_SIZE(texts); j++) {
        PyObject *text = PyList_GET_ITEM(texts, j);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            Py_DECREF(out);
            return NULL;
        }
        int kind = PyUnicode_KIND(text), found = 0;
        const void *data = PyUnicode_DATA(text);
        Py_ssize_t n = PyUnicode_IS_ASCII(text) ? 0 : PyUnicode_GET_LENGTH(text);
        for (Py_ssize_t k = 0; k < n && !found; k++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, k);
            /* The first of two that stand together tells. */
            found = c >= 128 && ((k + 1 < n && PyUnicode_READ(kind, data, k + 1) >= 128) ||
                                 PyUnicode_FindChar(sound, c, 0, PyUnicode_GET_LENGTH(sound), 1) < 0);
        }
        PyObject *number = found ? PyLong_FromSsize_t(j) : NULL;
        int failed = found && (number == NULL || PyList_Append(out, number) < 0);
        Py_XDECREF(number);
        if (failed) {
            Py_DECREF(out);
            return NULL;
        }
    }
    return out;
}

PyObject *native_beyond(PyObject *Py_UNUSED(self), PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return NULL;
    }
    PyObject *out = PyList_New(0);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_IS_ASCII(text) ? 0 : PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t k = 0, begin; out != NULL && k < n; k++) {
        if (PyUnicode_READ(kind, data, k) < 128)
            continue;
        for (begin = k; k < n && PyUnicode_READ(kind, data, k) >= 128;)
            k++;
        PyObject *span = Py_BuildValue("(nn)", begin, k);
        if (span == NULL || PyList_Append(out, span) < 0)
            Py_CLEAR(out);
        Py_XDECREF(span);
    }
    return out;
}
