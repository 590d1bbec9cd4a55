/* What words in small letters open, and whether they may be a name. */
#include "sieve.h"

#define MOST_LETTERS 255

/* What a word in small letters opens: no name, one in a text without capitals, or one in any text; 0 where Python must
   be asked. Twin: `Recogniser._graded`. */
uint32_t small_verdict(const Sieve *s, Slice word)
{
    char text[2 * MOST_LETTERS + 1];
    uint8_t *to = (uint8_t *)text;
    if (word.size > MOST_LETTERS)
        return 0;
    for (Py_ssize_t k = 0; k < word.size; k++) {
        Py_UCS4 c = slice_at(word, k);
        if (c > 0xFF)
            return 0;
        to = put_utf8(to, c);
    }
    size_t size = (size_t)(to - (uint8_t *)text);
    double zipf = zipf_of(s->scanner->lexicon, text, size);
    if (zipf >= s->small_plain)
        return SMALL_QUIET;
    int part = any_has(s, '#', text, size);
    for (int k = 0; k < s->tail_count && !part; k++) {
        size_t n = strlen(s->tails[k]);
        if ((size_t)word.size >= n + 3 && !memcmp(text + size - n, s->tails[k], n))
            part = any_has(s, '#', text, size - n);
    }
    return !part ? SMALL_QUIET : zipf < s->small_rare ? SMALL_OPENS : SMALL_PLAIN;
}

/* Whether a folded form may be listed, or, of several words, name something under the rules. */
static int may_name(const Sieve *s, const char *form, int size, int ruled)
{
    Near near[MOST_RULED];
    return any_has(s, '=', form, (size_t)size) || (ruled && by_rule(s, form, size, near) != 0);
}

PyObject *sieve_may_name(Sieve *self, PyObject *args)
{
    PyObject *form;
    int ruled;
    if (!PyArg_ParseTuple(args, "Up", &form, &ruled))
        return NULL;
    Py_ssize_t size = PyUnicode_GET_LENGTH(form);
    if (!PyUnicode_IS_ASCII(form) || size >= MOST_FORM)
        Py_RETURN_TRUE;
    const char *text = (const char *)PyUnicode_1BYTE_DATA(form);
    return PyBool_FromLong(may_name(self, text, (int)size, ruled));
}

enum { CUT = -1, FAR = -2 };

/* Where the word in small letters ends that follows a place: CUT where none does, FAR where that is not told here. Twin:
   `scan._LOWER_NEXT`. */
static Py_ssize_t next_end(const Scanner *s, Slice text, Py_ssize_t k)
{
    Py_ssize_t begin = k, n = text.size, end;
#define AT(k) ((k) < n ? slice_at(text, k) : 0)
#define IS(k, kind) ((k) < n && (flags_of(s, slice_at(text, k)) & (kind)))
    if (AT(k) >= 128)
        return FAR;
    if (IS(k, DASH | QUOTE)) {
        k++;
    } else {
        while (IS(k, SPACE))
            k++;
        int blanks = (int)(k - begin > 2 ? 3 : k - begin);
        k += AT(k) == '\r' && AT(k + 1) == '\n';
        if (AT(k) == '\n') {
            for (k++; IS(k, SPACE);)
                k++;
        } else if (blanks == 0 || blanks > 2) {
            return CUT;
        }
    }
    for (end = k; IS(end, SMALL);)
        end++;
    return end == k || IS(end, ALNUM) ? CUT : end;
#undef AT
#undef IS
}

/* Whether up to six words in small letters, of which the first stands somewhere, may name something. Twin: what
   `Recogniser._lower` asks of each. */
static int may_open(const Sieve *s, Slice text, Py_ssize_t start, Py_ssize_t end)
{
    enum { MOST_WORDS = 6, LEAST = 5 };
    for (int count = 1; count <= MOST_WORDS; count++) {
        char form[MOST_FOLDED];
        int size = fold_ascii(text, start, end, form);
        if (size < 0 || size >= MOST_FORM || ((count > 1 || size >= LEAST) && may_name(s, form, size, count > 1)))
            return 1;
        if ((end = next_end(s->scanner, text, end)) < 0)
            return end == FAR;
    }
    return 0;
}

int sieve_opens_none(PyObject *sieve, PyObject *text, int capitals)
{
    const Sieve *s = (const Sieve *)sieve;
    Smalls found = {0};
    int none = scanner_small_words(s->scanner, text, capitals ? SMALL_OPENS : SMALL_PLAIN, &found) < 0 ? -1 : 1;
    for (size_t k = 0; none == 1 && k < found.count; k++)
        none = !may_open(s, whole_of(text), found.at[k][0], found.at[k][1]);
    free(found.at);
    return none;
}

PyObject *sieve_small_names(Sieve *self, PyObject *args)
{
    PyObject *text;
    unsigned least;
    Smalls found = {0};
    if (!PyArg_ParseTuple(args, "UI", &text, &least))
        return NULL;
    PyObject *out = scanner_small_words(self->scanner, text, least, &found) < 0 ? NULL : PyList_New(0);
    for (size_t k = 0; out != NULL && k < found.count; k++) {
        Py_ssize_t start = found.at[k][0], end = found.at[k][1];
        if (!may_open(self, whole_of(text), start, end))
            continue;
        PyObject *pair = Py_BuildValue("(nn)", start, end);
        if (pair == NULL || PyList_Append(out, pair) < 0)
            Py_CLEAR(out);
        Py_XDECREF(pair);
    }
    free(found.at);
    return out;
}
