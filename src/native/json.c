/* Where things stand in a line of JSON that was parsed before. Twins: `corpus.line.members_plain`, and
   `corpus.block.raw_offsets` with the escapes of JSON. In bytes both are done in one; its twin is the way that goes by
   those (`corpus.jsonl`). */
#include "native.h"

typedef struct {
    int kind;
    const void *data;
    Py_ssize_t n;
} Line;

static inline Py_UCS4 at(const Line *line, Py_ssize_t k)
{
    return k < line->n ? PyUnicode_READ(line->kind, line->data, k) : 0;
}

static Line opened(PyObject *text)
{
    return (Line){PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)};
}

static inline int is_blank(Py_UCS4 c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of the string that opens at k. */
static Py_ssize_t string_end(const Line *line, Py_ssize_t k)
{
    if (line->kind == PyUnicode_1BYTE_KIND) {
        const uint8_t *data = line->data;
        for (k++; k < line->n && data[k] != '"'; k++)
            k += data[k] == '\\';
    } else {
        for (k++; k < line->n && at(line, k) != '"'; k++)
            k += at(line, k) == '\\';
    }
    return k < line->n ? k + 1 : line->n;
}

static int add_member(const Line *line, Py_ssize_t key, Py_ssize_t key_end, Py_ssize_t left, Py_ssize_t right, PyObject *out)
{
    while (left < right && is_blank(at(line, left)))
        left++;
    while (right > left && is_blank(at(line, right - 1)))
        right--;
    PyObject *one = Py_BuildValue("(nnnn)", key, key_end, left, right);
    int failed = one == NULL || PyList_Append(out, one) < 0;
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

PyObject *native_members(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *out;
    Py_ssize_t start, depth = 0, key = -1, key_end = 0, begin = 0;
    Line line;
    if (!PyArg_ParseTuple(args, "Un", &text, &start) || (out = PyList_New(0)) == NULL)
        return NULL;
    line = opened(text);
    for (Py_ssize_t k = start + 1; k < line.n; k++) {
        Py_UCS4 c = at(&line, k);
        if (c == '"') {
            Py_ssize_t end = string_end(&line, k);
            if (depth == 0 && key < 0) {
                key = k;
                key_end = end;
            }
            k = end - 1;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth) {
            depth -= c == '}' || c == ']';
        } else if (c == ':') {
            begin = k + 1;
        } else if (c == ',' || c == '}') {
            if (key >= 0 && add_member(&line, key, key_end, begin, k, out) < 0) {
                Py_DECREF(out);
                return NULL;
            }
            key = -1;
            if (c == '}')
                break;
        }
    }
    return out;
}

static inline int is_hex(Py_UCS4 c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* A code like \uD83D at k, as far as there is one: its number, or -1. */
static long code_at(const Line *line, Py_ssize_t k)
{
    long code = 0;
    if (at(line, k) != '\\' || at(line, k + 1) != 'u')
        return -1;
    for (Py_ssize_t j = k + 2; j < k + 6; j++) {
        Py_UCS4 c = at(line, j);
        if (!is_hex(c))
            return -1;
        code = code * 16 + (long)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return code;
}

/* How many characters of the line are the one at k. */
static inline Py_ssize_t width_at(const Line *line, Py_ssize_t k)
{
    if (at(line, k) != '\\' || k + 1 >= line->n || at(line, k + 1) == '\n')
        return 1;
    long code = code_at(line, k);
    if (code < 0)
        return 2;
    if (code >= 0xD800 && code < 0xDC00) {
        long low = code_at(line, k + 6);
        if (low >= 0xDC00 && low < 0xE000)
            return 12;
    }
    return 6;
}

PyObject *native_escaped(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *raw, *wanted;
    Line line;
    if (!PyArg_ParseTuple(args, "UO!", &raw, &PyList_Type, &wanted))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(wanted), k = 0, plain = 0;
    PyObject *out = PyList_New(count);
    line = opened(raw);
    for (Py_ssize_t j = 0; out != NULL && j < count; j++) {
        Py_ssize_t goal = PyLong_AsSsize_t(PyList_GET_ITEM(wanted, j));
        if (goal == -1 && PyErr_Occurred()) {
            Py_CLEAR(out);
            break;
        }
        for (; plain < goal && k < line.n; plain++)
            k += width_at(&line, k);
        PyObject *place = PyLong_FromSsize_t(k + goal - plain);
        if (place == NULL)
            Py_CLEAR(out);
        else
            PyList_SET_ITEM(out, j, place);
    }
    return out;
}

/* -- the same in bytes of UTF-8 --------------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *at, *end;
} Bytes;

/* The place behind the string that opens at some place. */
static const uint8_t *behind_string(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *quote = NULL;
    for (at++; at < end; at++) {
        if (quote < at)
            quote = memchr(at, '"', (size_t)(end - at));
        if (quote == NULL)
            return end;
        const uint8_t *slash = memchr(at, '\\', (size_t)(quote - at));
        if (slash == NULL)
            return quote + 1;
        at = slash + 1;
    }
    return end;
}

/* The inside of the string under a key of the object that a line is, the last of several; at is NULL where it is not
   plain to see. */
static Bytes literal_of(const uint8_t *at, const uint8_t *end, const uint8_t *key, size_t size)
{
    Bytes found = {NULL, NULL};
    Py_ssize_t depth = 0;
    int ours = 0, is_value = 0;
    while (at < end && *at != '{')
        at++;
    for (at++; at < end; at++) {
        if (*at == '"') {
            const uint8_t *behind = behind_string(at, end);
            if (depth == 0 && !is_value) {
                if (memchr(at, '\\', (size_t)(behind - at)) != NULL)
                    return (Bytes){NULL, NULL}; /* a key in other words: somebody else must read it */
                ours = (size_t)(behind - at) == size + 2 && memcmp(at + 1, key, size) == 0;
            } else if (depth == 0 && ours) {
                found = (Bytes){at + 1, behind - 1};
            }
            at = behind - 1;
        } else if (*at == '{' || *at == '[') {
            if (depth++ == 0 && ours)
                found = (Bytes){NULL, NULL};
        } else if (depth) {
            depth -= *at == '}' || *at == ']';
        } else if (*at == ':') {
            is_value = 1;
        } else if (*at == ',') {
            is_value = ours = 0;
        } else if (*at == '}') {
            break;
        } else if (ours && is_value && *at > ' ') {
            found = (Bytes){NULL, NULL}; /* a number, or null */
        }
    }
    return found;
}

/* A code like \uD83D at some place: its number, or -1. */
static long code_here(const uint8_t *at, const uint8_t *end)
{
    long code = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int k = 2; k < 6; k++) {
        if (!is_hex(at[k]))
            return -1;
        code = code * 16 + (at[k] <= '9' ? at[k] - '0' : (at[k] | 32) - 'a' + 10);
    }
    return code;
}

/* The place behind the character at some place. */
static const uint8_t *behind_character(const uint8_t *at, const uint8_t *end)
{
    if (*at == '\\') {
        long code = code_here(at, end);
        if (code >= 0xD800 && code < 0xDC00) {
            long low = code_here(at + 6, end);
            if (low >= 0xDC00 && low < 0xE000)
                return at + 12;
        }
        return code >= 0 ? at + 6 : at + 2;
    }
    for (at++; at < end && (*at & 0xC0) == 0x80;)
        at++;
    return at;
}

/* The place behind so many characters that `plain`, their number so far, comes to a goal; or the end. */
static const uint8_t *behind_characters(const uint8_t *at, const uint8_t *end, Py_ssize_t *plain, Py_ssize_t goal)
{
    while (*plain < goal && at < end) {
        uint64_t x;
        if (goal - *plain >= 8 && end - at >= 8) { /* most: eight characters in ASCII without an escape */
            const uint64_t each = 0x0101010101010101u, high = each << 7;
            memcpy(&x, at, 8);
            uint64_t slashes = x ^ each * '\\';
            if (!((x | (slashes - each)) & high)) {
                at += 8;
                *plain += 8;
                continue;
            }
        }
        at = behind_character(at, end);
        ++*plain;
    }
    return at;
}

static int is_ascii(const Bytes *text)
{
    for (const uint8_t *at = text->at; at < text->end; at++)
        if (*at >= 0x80)
            return 0;
    return 1;
}

PyObject *native_literal(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *raw, *key, *wanted;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(args, "SnnSO!", &raw, &start, &end, &key, &PyList_Type, &wanted))
        return NULL;
    if (start < 0 || end < start || end > PyBytes_GET_SIZE(raw)) {
        PyErr_SetString(PyExc_ValueError, "the line lies outside");
        return NULL;
    }
    const uint8_t *base = (const uint8_t *)PyBytes_AS_STRING(raw);
    Bytes text = literal_of(base + start, base + end, (const uint8_t *)PyBytes_AS_STRING(key), (size_t)PyBytes_GET_SIZE(key));
    if (text.at == NULL)
        Py_RETURN_NONE;
    Py_ssize_t count = PyList_GET_SIZE(wanted), plain = 0;
    PyObject *places = PyList_New(count);
    const uint8_t *at = text.at;
    for (Py_ssize_t j = 0; places != NULL && j < count; j++) {
        Py_ssize_t goal = PyLong_AsSsize_t(PyList_GET_ITEM(wanted, j));
        at = behind_characters(at, text.end, &plain, goal);
        int failed = (goal == -1 && PyErr_Occurred());
        if (!failed && (plain != goal || at > text.end)) {
            Py_DECREF(places);
            Py_RETURN_NONE; /* this is another text */
        }
        PyObject *place = failed ? NULL : PyLong_FromSsize_t(at - base);
        if (place == NULL)
            Py_CLEAR(places);
        else
            PyList_SET_ITEM(places, j, place);
    }
    return places == NULL ? NULL : Py_BuildValue("(ON)", is_ascii(&text) ? Py_True : Py_False, places);
}

/* An edit in a literal: what it replaces, and the bytes of what it writes, which `after` owns. */
typedef struct {
    const uint8_t *left, *right;
    PyObject *after;
    const char *data;
    Py_ssize_t size;
} Respelt;

/* Whether a text stands in JSON as it is. */
static int stands_plain(const char *data, Py_ssize_t size, int only_ascii)
{
    for (Py_ssize_t k = 0; k < size; k++) {
        uint8_t c = (uint8_t)data[k];
        if (c < ' ' || c == '"' || c == '\\' || (only_ascii && c >= 0x80))
            return 0;
    }
    return 1;
}

static PyObject *start_name, *end_name, *after_name, *edits_name;

static int intern_names(void)
{
    static const char *const names[] = {"start", "end", "after", "edits"};
    PyObject **to[] = {&start_name, &end_name, &after_name, &edits_name};
    for (int k = 0; k < 4; k++)
        if (*to[k] == NULL && (*to[k] = PyUnicode_InternFromString(names[k])) == NULL)
            return -1;
    return 0;
}

/* Where an edit goes; 1, or 0 where somebody else has to see to it, or -1. */
static int respelt_at(PyObject *edit, const Bytes *text, int only_ascii, const uint8_t **at, Py_ssize_t *plain,
                      Respelt *out)
{
    PyObject *names[] = {start_name, end_name};
    const uint8_t **to[] = {&out->left, &out->right};
    for (int k = 0; k < 2; k++) {
        PyObject *number = PyObject_GetAttr(edit, names[k]);
        Py_ssize_t goal = number != NULL ? PyLong_AsSsize_t(number) : -1;
        Py_XDECREF(number);
        if (goal == -1 && PyErr_Occurred())
            return -1;
        *at = behind_characters(*at, text->end, plain, goal);
        if (*plain != goal || *at > text->end)
            return 0; /* this is another text */
        *to[k] = *at;
    }
    if ((out->after = PyObject_GetAttr(edit, after_name)) == NULL)
        return -1;
    if (!PyUnicode_Check(out->after))
        return 0;
    out->data = PyUnicode_AsUTF8AndSize(out->after, &out->size);
    if (out->data == NULL) { /* half a surrogate pair */
        PyErr_Clear();
        return 0;
    }
    return stands_plain(out->data, out->size, only_ascii);
}

/* A line with edits made in its text, which is in ASCII or not; None where somebody else has to see to it. */
static PyObject *respelt(const uint8_t *line, const uint8_t *end, PyObject *key, int ascii, PyObject *edits)
{
    Bytes text = literal_of(line, end, (const uint8_t *)PyBytes_AS_STRING(key), (size_t)PyBytes_GET_SIZE(key));
    if (text.at == NULL)
        Py_RETURN_NONE;
    Py_ssize_t count = PyTuple_GET_SIZE(edits), plain = 0, size = end - line;
    Respelt *all = PyMem_Calloc((size_t)count + 1, sizeof *all);
    if (all == NULL)
        return PyErr_NoMemory();
    int only_ascii = !ascii && is_ascii(&text), fits = 1;
    const uint8_t *at = text.at;
    for (Py_ssize_t k = 0; fits == 1 && k < count; k++) {
        fits = respelt_at(PyTuple_GET_ITEM(edits, k), &text, only_ascii, &at, &plain, &all[k]);
        size += fits == 1 ? all[k].size - (all[k].right - all[k].left) : 0;
    }
    PyObject *out = fits == 1 ? PyBytes_FromStringAndSize(NULL, size) : fits == 0 ? Py_NewRef(Py_None) : NULL;
    uint8_t *to = fits == 1 && out != NULL ? (uint8_t *)PyBytes_AS_STRING(out) : NULL;
    for (Py_ssize_t k = 0; to != NULL && k <= count; k++) {
        size_t before = (size_t)((k < count ? all[k].left : end) - line);
        memcpy(to, line, before);
        to += before;
        if (k < count) {
            memcpy(to, all[k].data, (size_t)all[k].size);
            to += all[k].size;
            line = all[k].right;
        }
    }
    for (Py_ssize_t k = 0; k < count; k++)
        Py_XDECREF(all[k].after);
    PyMem_Free(all);
    return out;
}

/* What `native_respelt` goes by, and what it fills. */
typedef struct {
    PyObject *raw, *key, *starts, *ends, *texts, *results, *lines, *edits, *left;
} Lines;

static int append(PyObject *list, PyObject *one)
{
    int failed = one == NULL || PyList_Append(list, one) < 0;
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

/* One line with what became of its document; -1 where that fails. */
static int respell(Lines *l, Py_ssize_t k)
{
    PyObject *result = PyList_GET_ITEM(l->results, k), *text = PyList_GET_ITEM(l->texts, k);
    if (result == Py_None)
        return 0;
    PyObject *edits = PyObject_GetAttr(result, edits_name);
    if (edits == NULL)
        return -1;
    if (PyTuple_Check(edits) && PyTuple_GET_SIZE(edits) == 0) { /* most */
        Py_DECREF(edits);
        return 0;
    }
    Py_ssize_t start = PyLong_AsSsize_t(PyList_GET_ITEM(l->starts, k)), end = PyLong_AsSsize_t(PyList_GET_ITEM(l->ends, k));
    if (PyErr_Occurred() || start < 0 || end < start || end > PyBytes_GET_SIZE(l->raw) || !PyUnicode_Check(text)) {
        Py_DECREF(edits);
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "the line lies outside");
        return -1;
    }
    const uint8_t *base = (const uint8_t *)PyBytes_AS_STRING(l->raw);
    PyObject *line = PyTuple_Check(edits) ? respelt(base + start, base + end, l->key, PyUnicode_IS_ASCII(text), edits)
                                          : Py_NewRef(Py_None);
    int failed = line == NULL;
    if (line == Py_None)
        failed = append(l->left, PyLong_FromSsize_t(k)) < 0;
    else if (line != NULL)
        failed = append(l->lines, Py_BuildValue("(nnO)", start, end, line)) < 0 || PyList_Append(l->edits, edits) < 0;
    Py_XDECREF(line);
    Py_DECREF(edits);
    return failed ? -1 : 0;
}

/* Twin: `corpus.inplace.written`, of which it gives the lines alone. */
PyObject *native_respelt(PyObject *Py_UNUSED(self), PyObject *args)
{
    Lines l = {0};
    if (!PyArg_ParseTuple(args, "SSO!O!O!O!", &l.raw, &l.key, &PyList_Type, &l.starts, &PyList_Type, &l.ends, &PyList_Type,
                          &l.texts, &PyList_Type, &l.results) ||
        intern_names() < 0)
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(l.results);
    if (PyList_GET_SIZE(l.starts) != count || PyList_GET_SIZE(l.ends) != count || PyList_GET_SIZE(l.texts) != count) {
        PyErr_SetString(PyExc_ValueError, "each text has one line, and one result");
        return NULL;
    }
    l.lines = PyList_New(0), l.edits = PyList_New(0), l.left = PyList_New(0);
    int failed = l.lines == NULL || l.edits == NULL || l.left == NULL;
    for (Py_ssize_t k = 0; !failed && k < count; k++)
        failed = respell(&l, k) < 0;
    PyObject *out = failed ? NULL : Py_BuildValue("(OOO)", l.lines, l.edits, l.left);
    Py_XDECREF(l.lines);
    Py_XDECREF(l.edits);
    Py_XDECREF(l.left);
    return out;
}
