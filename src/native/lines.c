/* The documents in lines of JSON: objects with plain values, as most are. Any other line is left to somebody else, who
   defines what it says (`corpus.jsonl`). */
#include "native.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef struct {
    PyObject *key, *id_key;
    uint8_t *room; /* for a string without its escapes */
    size_t size;
} Reader;

/* What a line was found to be. */
enum { ODD = 0, READ = 1, FAILED = -1 };

static inline const uint8_t *behind_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* Twin: `bytes.count`, which looks at one byte after the other. */
PyObject *native_line_feeds(PyObject *Py_UNUSED(self), PyObject *raw)
{
    if (!PyBytes_Check(raw)) {
        PyErr_SetString(PyExc_TypeError, "lines are bytes");
        return NULL;
    }
    const uint8_t *data = (const uint8_t *)PyBytes_AS_STRING(raw);
    Py_ssize_t size = PyBytes_GET_SIZE(raw), count = 0;
    for (Py_ssize_t k = 0; k < size;) {
        Py_ssize_t end = size - k > 255 ? k + 255 : size;
        uint8_t some = 0; /* of a byte the compiler makes many at a time */
        for (; k < end; k++)
            some = (uint8_t)(some + (data[k] == '\n'));
        count += some;
    }
    return PyLong_FromSsize_t(count);
}

/* The first byte that is no plain character inside a string: a quote, a backslash, a control character. */
static inline const uint8_t *behind_plain(const uint8_t *at, const uint8_t *end, int *high)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1F);
    for (; end - at >= 16; at += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)at);
        __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, slash)),
                                     _mm_cmpeq_epi8(_mm_min_epu8(x, last), x));
        unsigned marks = (unsigned)_mm_movemask_epi8(found), beyond = (unsigned)_mm_movemask_epi8(x);
        if (marks) {
            int size = __builtin_ctz(marks);
            *high |= (beyond & ((1u << size) - 1)) != 0;
            return at + size;
        }
        *high |= beyond != 0;
    }
#endif
    for (; at < end && *at != '"' && *at != '\\' && *at >= ' '; at++)
        *high |= *at >= 0x80;
    return at;
}

static long hex4(const uint8_t *at, const uint8_t *end)
{
    long code = 0;
    if (end - at < 4)
        return -1;
    for (int k = 0; k < 4; k++) {
        int c = at[k], digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

/* An escape at some place, written out; gives the place behind it, NULL where there is none. */
static const uint8_t *put_escape(const uint8_t *at, const uint8_t *end, uint8_t **to, int *high)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (end - at < 2)
        return NULL;
    const char *plain = at[1] ? strchr(escapes, at[1]) : NULL;
    if (plain != NULL) {
        *(*to)++ = (uint8_t)meant[plain - escapes];
        return at + 2;
    }
    long code = at[1] == 'u' ? hex4(at + 2, end) : -1;
    at += 6;
    if (code < 0 || (code >= 0xDC00 && code < 0xE000))
        return NULL;
    if (code >= 0xD800 && code < 0xDC00) {
        long low = end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2, end) : -1;
        if (low < 0xDC00 || low >= 0xE000)
            return NULL;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
    }
    *high |= code >= 0x80;
    *to = put_utf8(*to, code);
    return at;
}

/* The string that opens at some place; gives the place behind it, NULL where it is odd. It is made where `out` asks. */
static const uint8_t *read_string(Reader *r, const uint8_t *at, const uint8_t *end, PyObject **out)
{
    int high = 0;
    const uint8_t *begin = ++at, *text;
    Py_ssize_t size;
    at = behind_plain(at, end, &high);
    if (at < end && *at == '"') {
        text = begin;
        size = at - begin;
    } else {
        uint8_t *to = r->room; /* no escape is shorter than what it means */
        for (;;) {
            memcpy(to, begin, (size_t)(at - begin));
            to += at - begin;
            if (at >= end || (*at != '"' && *at != '\\'))
                return NULL;
            if (*at == '"')
                break;
            begin = put_escape(at, end, &to, &high);
            if (begin == NULL)
                return NULL;
            at = behind_plain(begin, end, &high);
        }
        text = r->room;
        size = to - r->room;
    }
    if (out == NULL && !high)
        return at + 1;
    PyObject *made;
    if (!high) {
        made = PyUnicode_New(size, 127);
        if (made != NULL && size)
            memcpy(PyUnicode_1BYTE_DATA(made), text, (size_t)size);
    } else {
        made = PyUnicode_DecodeUTF8((const char *)text, size, "strict");
        if (made == NULL && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
            PyErr_Clear();
    }
    if (made == NULL)
        return NULL;
    if (out != NULL)
        Py_XSETREF(*out, made);
    else
        Py_DECREF(made);
    return at + 1;
}

/* A number without an exponent that is not long, or a word; NULL where it is neither. */
static const uint8_t *behind_scalar(const uint8_t *at, const uint8_t *end)
{
    static const char *words[] = {"true", "false", "null"};
    for (int k = 0; k < 3; k++) {
        size_t size = strlen(words[k]);
        if ((size_t)(end - at) >= size && memcmp(at, words[k], size) == 0)
            return at + size;
    }
    const uint8_t *begin = at;
    at += at < end && *at == '-';
    const uint8_t *digits = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    if (at == digits || (*digits == '0' && (at - digits > 1 || digits > begin)))
        return NULL;
    if (at < end && *at == '.') {
        const uint8_t *rest = ++at;
        while (at < end && *at >= '0' && *at <= '9')
            at++;
        if (at == rest)
            return NULL;
    }
    return at - begin <= 18 && (at == end || (*at | 32) != 'e') ? at : NULL;
}

static inline int is_key(const uint8_t *at, const uint8_t *end, PyObject *key)
{
    return end - at == PyBytes_GET_SIZE(key) && memcmp(at, PyBytes_AS_STRING(key), (size_t)(end - at)) == 0;
}

/* Text and id of a line; both are NULL before. */
static int read_line(Reader *r, const uint8_t *at, const uint8_t *end, PyObject **text, PyObject **id)
{
    if (at == end || *at != '{')
        return ODD;
    do {
        int high = 0;
        const uint8_t *key = behind_blanks(at + 1, end);
        if (key == end || *key != '"')
            return ODD;
        const uint8_t *key_end = behind_plain(++key, end, &high);
        if (key_end == end || *key_end != '"' || high)
            return ODD;
        at = behind_blanks(key_end + 1, end);
        if (at == end || *at != ':')
            return ODD;
        at = behind_blanks(at + 1, end);
        int is_text = is_key(key, key_end, r->key), is_id = is_key(key, key_end, r->id_key);
        if (at < end && *at == '"') {
            at = read_string(r, at, end, is_text ? text : is_id ? id : NULL);
            if (at != NULL && is_text && is_id)
                Py_XSETREF(*id, Py_NewRef(*text));
        } else {
            const uint8_t *begin = at;
            at = is_text ? NULL : behind_scalar(at, end);
            if (at != NULL && is_id) {
                char digits[20] = {0};
                char *behind;
                memcpy(digits, begin, (size_t)(at - begin));
                PyObject *number = PyLong_FromString(digits, &behind, 10);
                if (number == NULL && PyErr_ExceptionMatches(PyExc_ValueError)) {
                    PyErr_Clear(); /* a fraction, or a word */
                    return ODD;
                }
                Py_XSETREF(*id, number);
                if (number == NULL)
                    return FAILED;
            }
        }
        if (at == NULL)
            return PyErr_Occurred() ? FAILED : ODD;
        at = behind_blanks(at, end);
        if (at == end)
            return ODD;
    } while (*at == ',');
    return *at == '}' && behind_blanks(at + 1, end) == end && *text != NULL ? READ : ODD;
}

static int add_number(PyObject *list, Py_ssize_t number)
{
    PyObject *one = PyLong_FromSsize_t(number);
    int failed = one == NULL || PyList_Append(list, one) < 0;
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

PyObject *native_documents(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *raw, *texts, *ids, *numbers, *starts, *ends;
    Py_ssize_t start, number;
    Reader r = {0};
    if (!PyArg_ParseTuple(args, "SnnSSO!O!O!O!O!", &raw, &start, &number, &r.key, &r.id_key, &PyList_Type, &texts,
                          &PyList_Type, &ids, &PyList_Type, &numbers, &PyList_Type, &starts, &PyList_Type, &ends))
        return NULL;
    const uint8_t *base = (const uint8_t *)PyBytes_AS_STRING(raw), *end = base + PyBytes_GET_SIZE(raw);
    if (start < 0 || start > end - base) {
        PyErr_SetString(PyExc_ValueError, "the line lies outside");
        return NULL;
    }
    PyObject *out = NULL, *text = NULL, *id = NULL;
    for (const uint8_t *at = base + start; at < end; at++, number++) {
        const uint8_t *behind = memchr(at, '\n', (size_t)(end - at));
        behind = behind != NULL ? behind : end;
        if ((size_t)(behind - at) > r.size) {
            r.size = 2 * (size_t)(behind - at);
            uint8_t *room = realloc(r.room, r.size);
            if (room == NULL) {
                PyErr_NoMemory();
                goto done;
            }
            r.room = room;
        }
        int found = at == behind ? ODD : read_line(&r, at, behind, &text, &id);
        if (found == ODD && at != behind) {
            out = Py_BuildValue("(nnn)", number, at - base, behind - base);
            goto done;
        }
        if (found == READ && (PyList_Append(texts, text) < 0 || PyList_Append(ids, id ? id : Py_None) < 0 ||
                              add_number(numbers, number) < 0 || add_number(starts, at - base) < 0 ||
                              add_number(ends, behind - base) < 0))
            found = FAILED;
        if (found == FAILED)
            goto done;
        Py_CLEAR(text);
        Py_CLEAR(id);
        at = behind;
    }
    out = Py_NewRef(Py_None);
done:
    Py_XDECREF(text);
    Py_XDECREF(id);
    free(r.room);
    return out;
}
