/* What is beyond ASCII in texts, and whether it may be bytes of UTF-8 that were taken for other letters.
   Twins: `mojibake.is_doubtful`, `text.beyond_ascii_plain`. */
#include "native.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LONGEST = 3 /* so many characters stand before the last of a broken one */ };

/* `mojibake._Role`. */
typedef struct {
    uint16_t begins, goes_on, blank, second;
} Role;

/* Characters in their order, of two bytes each, with a role for each. */
typedef struct {
    const Py_UCS2 *chars;
    const char *roles;
    Py_ssize_t count;
} Roles;

static Role role_of(const Roles *all, Py_UCS4 c)
{
    Py_ssize_t low = 0, high = c < 128 ? 0 : all->count;
    while (low < high) {
        Py_ssize_t k = (low + high) / 2;
        if (all->chars[k] < c)
            low = k + 1;
        else
            high = k;
    }
    Role out = {0, 0, 0, 0};
    if (c >= 128 && low < all->count && all->chars[low] == c)
        memcpy(&out, all->roles + low * (Py_ssize_t)sizeof out, sizeof out);
    return out;
}

/* The next place from one on where something beyond ASCII stands, or the end. */
static inline Py_ssize_t next_beyond(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
#ifdef __SSE2__
    for (; kind != PyUnicode_4BYTE_KIND && k + 16 <= n; k += 16) {
        const __m128i *at = (const __m128i *)((const char *)data + k * kind);
        __m128i text = _mm_loadu_si128(at);
        if (kind == PyUnicode_2BYTE_KIND) {
            __m128i none = _mm_setzero_si128(), high = _mm_set1_epi16((short)0xFF80);
            __m128i one = _mm_cmpeq_epi16(_mm_and_si128(text, high), none);
            __m128i two = _mm_cmpeq_epi16(_mm_and_si128(_mm_loadu_si128(at + 1), high), none);
            text = _mm_cmpeq_epi8(_mm_packs_epi16(one, two), none);
        }
        unsigned found = (unsigned)_mm_movemask_epi8(text);
        if (found)
            return k + __builtin_ctz(found);
    }
#endif
    while (k < n && PyUnicode_READ(kind, data, k) < 128)
        k++;
    return k;
}

/* Whether any two characters that stand together may be bytes of one in UTF-8. */
static int is_doubtful(const Roles *all, PyObject *text)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_IS_ASCII(text) ? 0 : PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t k = next_beyond(kind, data, n, 0); k < n; k = next_beyond(kind, data, n, k + 1)) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k), next = read_at(kind, data, n, k + 1);
        if (next >= 128 || next == ' ') {
            Role first = role_of(all, c);
            if (first.begins & role_of(all, next).goes_on)
                return 1;
            if (next == ' ' && (first.blank || (first.second & role_of(all, read_at(kind, data, n, k + 2)).goes_on)))
                return 1;
        }
        for (Py_ssize_t j = k - LONGEST; c <= 0x9F && j < k; j++)
            if (role_of(all, read_at(kind, data, n, j)).begins)
                return 1;
    }
    return 0;
}

PyObject *native_doubtful(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *texts, *chars, *roles, *out;
    if (!PyArg_ParseTuple(args, "O!US", &PyList_Type, &texts, &chars, &roles))
        return NULL;
    Roles all = {PyUnicode_DATA(chars), PyBytes_AS_STRING(roles), PyUnicode_GET_LENGTH(chars)};
    if (PyUnicode_KIND(chars) != PyUnicode_2BYTE_KIND ||
        PyBytes_GET_SIZE(roles) != all.count * (Py_ssize_t)sizeof(Role)) {
        PyErr_SetString(PyExc_ValueError, "there is a role for each character of two bytes");
        return NULL;
    }
    out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(texts); k++) {
        PyObject *text = PyList_GET_ITEM(texts, k);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            Py_CLEAR(out);
        } else if (is_doubtful(&all, text)) {
            PyObject *number = PyLong_FromSsize_t(k);
            if (number == NULL || PyList_Append(out, number) < 0)
                Py_CLEAR(out);
            Py_XDECREF(number);
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
    for (Py_ssize_t k = 0, begin; out != NULL && (k = next_beyond(kind, data, n, k)) < n;) {
        for (begin = k; k < n && PyUnicode_READ(kind, data, k) >= 128;)
            k++;
        PyObject *span = Py_BuildValue("(nn)", begin, k);
        if (span == NULL || PyList_Append(out, span) < 0)
            Py_CLEAR(out);
        Py_XDECREF(span);
    }
    return out;
}
