/* What words in small letters open, and whether they may be a name. */
#include "sieve.h"

#define MOST_LETTERS 255

/* What a word in small letters opens: no name, one in a text without capitals, or one in any text; 0 where Python must
   be asked. Twin: `Recogniser._graded`. */
uint32_t small_verdict(const Sieve *s, Slice word)
{
    char text[2 * MOST_LETTERS + 1];
    size_t size = 0;
    if (word.size > MOST_LETTERS)
        return 0;
    for (Py_ssize_t k = 0; k < word.size; k++) {
        Py_UCS4 c = slice_at(word, k);
        if (c > 0xFF)
            return 0;
        if (c >= 0x80)
            text[size++] = (char)(0xC0 | c >> 6);
        text[size++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
    }
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

PyObject *sieve_may_name(Sieve *self, PyObject *args)
{
    PyObject *form;
    int ruled;
    Near near[MOST_RULED];
    if (!PyArg_ParseTuple(args, "Up", &form, &ruled))
        return NULL;
    Py_ssize_t size = PyUnicode_GET_LENGTH(form);
    if (!PyUnicode_IS_ASCII(form) || size >= MOST_FORM)
        Py_RETURN_TRUE;
    const char *text = (const char *)PyUnicode_1BYTE_DATA(form);
    return PyBool_FromLong(any_has(self, '=', text, (size_t)size) ||
                           (ruled && by_rule(self, text, (int)size, near) != 0));
}
