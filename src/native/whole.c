/* What is read of all of a text, for which a pattern takes a character's time many times over. Twins:
   `scan.lower_words_plain`, `text.far_plain`, `text.stopped_plain`, `protected.folders_plain`, and a set of lines. */
#include "native.h"

static inline int is_small(Py_UCS4 c) /* [a-zß-öø-ÿ] */
{
    return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7);
}

static inline int is_of_word(Py_UCS4 c) /* [^\W_] */
{
    return c < 128 ? Py_ISALNUM(c) : Py_UNICODE_ISALNUM(c);
}

static int add_part(PyObject *to, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *part = PyUnicode_Substring(text, start, end);
    int failed = part == NULL || PySet_Add(to, part) < 0;
    Py_XDECREF(part);
    return failed ? -1 : 0;
}

/* -- words in small letters ------------------------------------------------------------------------------------- */

#define FEWEST 4 /* letters */

/* Of each of the first characters whether it is of a word, and whether it is a small letter. */
enum { FIRST = 256, OF_WORD = 1, IS_SMALL = 2 };

static uint8_t natures[FIRST];

static void learn_natures(void)
{
    for (Py_UCS4 c = natures['z'] ? FIRST : 0; c < FIRST; c++)
        natures[c] = (uint8_t)(is_small(c) ? IS_SMALL | OF_WORD : is_of_word(c) ? OF_WORD : 0);
}

static inline unsigned nature_of(Py_UCS4 c)
{
    return c < FIRST ? natures[c] : is_of_word(c) ? OF_WORD : 0;
}

/* Add each word to those met, and, the first time, to a set: 0, or -1 on an error. */
static inline __attribute__((always_inline)) int read_words(int kind, const void *data, Py_ssize_t n, PyObject *text,
                                                            Numbers *met, PyObject *out)
{
    unsigned before = 0;
    for (Py_ssize_t k = 0; k < n;) {
        unsigned nature = nature_of(PyUnicode_READ(kind, data, k));
        if (nature != (IS_SMALL | OF_WORD)) {
            before = nature;
            k++;
            continue;
        }
        Py_ssize_t start = k;
        uint64_t h = KEY_BEGUN;
        for (; k < n && (nature = nature_of(PyUnicode_READ(kind, data, k))) & IS_SMALL; k++)
            h = (h ^ PyUnicode_READ(kind, data, k)) * 0x100000001B3u;
        unsigned whole = !(before | (k < n ? nature : 0));
        before = OF_WORD;
        if (!whole || k - start < FEWEST)
            continue;
        uint64_t key = key_end(h);
        key = key ? key : 1;
        if (numbers_get(met, key))
            continue;
        if (numbers_put(met, key, 1) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        if (add_part(out, text, start, k) < 0)
            return -1;
    }
    return 0;
}

PyObject *native_lower_words(PyObject *Py_UNUSED(self), PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return NULL;
    }
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    Numbers met;
    PyObject *out = PySet_New(NULL);
    learn_natures();
    int failed = numbers_open(&met) < 0;
    if (failed)
        PyErr_NoMemory();
    else if (out != NULL && PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND)
        failed = read_words(PyUnicode_1BYTE_KIND, data, n, text, &met, out) < 0;
    else if (out != NULL && PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND)
        failed = read_words(PyUnicode_2BYTE_KIND, data, n, text, &met, out) < 0;
    else if (out != NULL)
        failed = read_words(PyUnicode_4BYTE_KIND, data, n, text, &met, out) < 0;
    numbers_close(&met);
    if (failed)
        Py_CLEAR(out);
    return out;
}

/* -- characters beyond others ------------------------------------------------------------------------------------ */

#define ALL_CHARACTERS 0x110000

/* A bit for each character. */
typedef uint64_t Bits[ALL_CHARACTERS / 64];

static inline int has_bit(const uint64_t *bits, Py_UCS4 c)
{
    return (int)(bits[c >> 6] >> (c & 63)) & 1;
}

static inline void set_bit(uint64_t *bits, Py_UCS4 c)
{
    bits[c >> 6] |= (uint64_t)1 << (c & 63);
}

PyObject *native_letters_beyond(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *last, *out = NULL;
    if (!PyArg_ParseTuple(args, "UU", &text, &last))
        return NULL;
    Py_UCS4 floor = PyUnicode_GET_LENGTH(last) ? PyUnicode_READ_CHAR(last, 0) : 0;
    if (PyUnicode_MAX_CHAR_VALUE(text) <= floor)
        return PyUnicode_FromString("");
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), count = 0, room = 64;
    uint64_t *met = calloc(1, kind == PyUnicode_4BYTE_KIND ? sizeof(Bits) : sizeof(Bits) / 17);
    Py_UCS4 *found = malloc((size_t)room * sizeof *found);
    for (Py_ssize_t k = 0; met != NULL && found != NULL && k < n; k++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        if (c <= floor || has_bit(met, c))
            continue;
        set_bit(met, c);
        if (count == room) {
            Py_UCS4 *wider = realloc(found, (size_t)(room *= 2) * sizeof *found);
            if (wider == NULL) {
                free(found);
                found = NULL;
                break;
            }
            found = wider;
        }
        found[count++] = c;
    }
    if (met == NULL || found == NULL)
        PyErr_NoMemory();
    else
        out = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, found, count);
    free(met);
    free(found);
    return out;
}

/* Copy a text with a full stop for each character that is among some. */
static inline __attribute__((always_inline)) void put_stops(int kind, const void *data, Py_ssize_t n,
                                                            const uint64_t *some, Py_UCS4 most, int to_kind, void *to)
{
    for (Py_ssize_t k = 0; k < n; k++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        PyUnicode_WRITE(to_kind, to, k, c <= most && has_bit(some, c) ? '.' : c);
    }
}

PyObject *native_stopped(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *letters, *out = NULL;
    if (!PyArg_ParseTuple(args, "UU", &text, &letters))
        return NULL;
    Py_UCS4 most = PyUnicode_MAX_CHAR_VALUE(letters);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    uint64_t *some = calloc(most / 64 + 1, sizeof *some);
    void *copy = malloc((size_t)n * (size_t)kind + 1);
    if (some == NULL || copy == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t j = 0; j < PyUnicode_GET_LENGTH(letters); j++)
        set_bit(some, PyUnicode_READ_CHAR(letters, j));
    if (kind == PyUnicode_2BYTE_KIND)
        put_stops(PyUnicode_2BYTE_KIND, data, n, some, most, PyUnicode_2BYTE_KIND, copy);
    else
        put_stops(kind, data, n, some, most, kind, copy);
    out = PyUnicode_FromKindAndData(kind, copy, n); /* as narrow as it may be */
done:
    free(some);
    free(copy);
    return out;
}

/* -- paths with backslashes -------------------------------------------------------------------------------------- */

static inline int is_of_name(Py_UCS4 c) /* [\w-] */
{
    return c == '-' || c == '_' || is_of_word(c);
}

/* Where the folders end that stand behind a backslash, one behind the other; or the backslash itself. */
static Py_ssize_t past_folders(int kind, const void *data, Py_ssize_t n, Py_ssize_t slash)
{
    Py_ssize_t end = slash;
    while (end < n && PyUnicode_READ(kind, data, end) == '\\') {
        Py_ssize_t last = end;
        for (Py_ssize_t k = end + 1; k < n; k++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, k);
            if (is_of_name(c))
                last = k;
            else if (c != ' ' && c != '.')
                break;
        }
        if (last == end)
            break;
        end = last + 1;
    }
    return end;
}

PyObject *native_folders(PyObject *Py_UNUSED(self), PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return NULL;
    }
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), k = 0, done = 0;
    PyObject *out = PyList_New(0);
    while (out != NULL && k < n && (k = PyUnicode_FindChar(text, '\\', k, n, 1)) >= 0) {
        Py_ssize_t end = past_folders(kind, data, n, k), start = k - 2;
        if (end == k) {
            k++;
            continue;
        }
        Py_UCS4 drive = start >= done ? PyUnicode_READ(kind, data, start) | 32 : 0;
        Py_UCS4 before = start > 0 ? PyUnicode_READ(kind, data, start - 1) : ' ';
        if (drive < 'a' || drive > 'z' || PyUnicode_READ(kind, data, k - 1) != ':' || before == '_' || is_of_word(before))
            start = k;
        k = done = end;
        PyObject *span = Py_BuildValue("(nn)", start, end);
        if (span == NULL || PyList_Append(out, span) < 0)
            Py_CLEAR(out);
        Py_XDECREF(span);
    }
    return out;
}

/* -- lines in order ---------------------------------------------------------------------------------------------- */

PyObject *native_has_line(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer lines;
    Py_ssize_t size;
    const char *wanted;
    int found = 0;
    if (!PyArg_ParseTuple(args, "y*s#", &lines, &wanted, &size))
        return NULL;
    const char *text = lines.buf;
    for (Py_ssize_t low = 0, high = lines.len; low < high && !found;) {
        Py_ssize_t start = low + (high - low) / 2, end;
        while (start > low && text[start - 1] != '\n')
            start--;
        const char *stop = memchr(text + start, '\n', (size_t)(lines.len - start));
        end = stop ? stop - text : lines.len;
        int order = memcmp(text + start, wanted, (size_t)(end - start < size ? end - start : size));
        found = order == 0 && end - start == size && size > 0;
        if (order < 0 || (order == 0 && end - start < size))
            low = end + 1;
        else
            high = start;
    }
    PyBuffer_Release(&lines);
    return PyBool_FromLong(found);
}
