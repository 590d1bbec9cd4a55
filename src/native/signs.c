/* What may be in a text at all, seen before anything slower looks for it. Twin: `protected.signs_plain`. */
#include "native.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* As in `protected.Sign`. */
enum { AT = 1, LESS = 2, ADDRESS = 4, TAG = 8, BACKSLASH = 16, LOW_LINE = 32, ENDING = 64, HOST = 128, PATH = 256 };
enum { LETTER = 512, CODE = 1024, ABROAD = 2048 };
/* As in `snippets.Kind`. */
enum { DOI = 1 << 12, CALL = 1 << 13, ARROW = 1 << 14, SCOPE = 1 << 15, BRACE = 1 << 16, PERCENT = 1 << 17 };
enum { OPTION = 1 << 18, FLAG = 1 << 19, GOODS = 1 << 20, IMAGE = 1 << 21, ROOT = 1 << 22, FORUM = 1 << 23 };
enum { EQUALS = 1 << 24, MARKUP = 1 << 25, TICK = 1 << 26 };
enum { MORE = 1 << 27 /* it depends on what is beside it */ };
enum { IN_TAG = 80, IN_TICKS = 200 }; /* so many characters at most */

static const uint32_t OF_ASCII[128] = {
    ['@'] = AT,       ['<'] = LESS | MORE, ['#'] = MORE, ['$'] = MORE,   ['\\'] = BACKSLASH,
    ['_'] = LOW_LINE, ['.'] = MORE,        [':'] = MORE, ['/'] = MORE,   ['\n'] = MORE,
    [')'] = MORE,     ['%'] = MORE,        ['-'] = MORE, ['='] = EQUALS, ['{'] = BRACE,
    ['`'] = MORE,
};

static inline int is_small(Py_UCS4 c)
{
    return c >= 'a' && c <= 'z';
}

static inline int is_letter(Py_UCS4 c)
{
    return c < 128 && is_small(c | 32);
}

static inline int is_of_word(Py_UCS4 c) /* \w */
{
    return c == '_' || Py_UNICODE_ISALNUM(c);
}

static inline int is_part(Py_UCS4 c) /* [\w.-] */
{
    return c == '.' || c == '-' || is_of_word(c);
}

static inline int is_lone_ending(Py_UCS4 c) /* of a file in a folder */
{
    return c == 'c' || c == 'h' || c == 'm' || c == 'r';
}

/* Whether the slash at a place is one of a path: one with a part before it stands before it, or what stands for a
   folder, or the name of a file with an ending of one letter follows. */
static inline int is_path(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_UCS4 before = read_at(kind, data, n, k - 1);
    if (!is_part(read_at(kind, data, n, k + 1)))
        return 0;
    if (before == '.' || before == '~')
        return 1;
    Py_ssize_t part = k, stop = k + 1;
    while (part > 0 && is_part(PyUnicode_READ(kind, data, part - 1)))
        part--;
    if (part < k && part > 0 && PyUnicode_READ(kind, data, part - 1) == '/')
        return 1;
    while (stop < n && is_part(PyUnicode_READ(kind, data, stop)) && PyUnicode_READ(kind, data, stop) != '.')
        stop++;
    return stop > k + 1 && read_at(kind, data, n, stop) == '.' && is_lone_ending(read_at(kind, data, n, stop + 1)) &&
           !is_of_word(read_at(kind, data, n, stop + 2));
}

/* The place behind a word and a blank, or behind the characters that a name in code has; 0 where there is none. */
static inline Py_ssize_t past_word(int kind, const void *data, Py_ssize_t n, Py_ssize_t k, const char *word)
{
    for (; *word; word++, k++)
        if (read_at(kind, data, n, k) != (Py_UCS4)*word)
            return 0;
    return k;
}

static inline Py_ssize_t past_name(int kind, const void *data, Py_ssize_t n, Py_ssize_t k, int dotted)
{
    Py_ssize_t from = k;
    while (k < n && (is_of_word(PyUnicode_READ(kind, data, k)) || (dotted && PyUnicode_READ(kind, data, k) == '.')))
        k++;
    return k > from ? k : 0;
}

/* Whether a line that begins at a place is one of code. Twin: `protected._CODE`. */
static inline int is_code(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_ssize_t at, name;
    Py_UCS4 c;
    while (k < n && (PyUnicode_READ(kind, data, k) == ' ' || PyUnicode_READ(kind, data, k) == '\t'))
        k++;
    c = read_at(kind, data, n, k);
    if (c == 'i') {
        if ((at = past_word(kind, data, n, k, "import ")) == 0 || (name = past_name(kind, data, n, at, 1)) == 0)
            return 0;
        if (PyUnicode_READ(kind, data, name - 1) == '.') /* of a sentence */
            return 0;
        c = read_at(kind, data, n, name);
        return name == n || c == ';' || c == '\r' || c == '\n' || past_word(kind, data, n, name, " as ");
    }
    if (c == 'f')
        return (at = past_word(kind, data, n, k, "from ")) && (name = past_name(kind, data, n, at, 1)) &&
               past_word(kind, data, n, name, " import ");
    if (c == 'd')
        return (at = past_word(kind, data, n, k, "def ")) && (name = past_name(kind, data, n, at, 0)) &&
               read_at(kind, data, n, name) == '(';
    if (c != 'c' || (at = past_word(kind, data, n, k, "class ")) == 0 || (name = past_name(kind, data, n, at, 0)) == 0)
        return 0;
    c = read_at(kind, data, n, name);
    return c == '(' || c == ':' || past_word(kind, data, n, name, " {");
}

static inline int is_high_letter(Py_UCS4 c)
{
    return c >= 'A' && c <= 'Z';
}

static inline int is_digit(Py_UCS4 c)
{
    return c >= '0' && c <= '9';
}

/* Whether a tag stands at a place that closes another, or itself, or has an attribute. */
static inline int is_tag(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_UCS4 c = read_at(kind, data, n, ++k);
    if (c == '/')
        return is_letter(read_at(kind, data, n, k + 1));
    if (!is_letter(c))
        return 0;
    while (is_part(c) || c == ':')
        c = read_at(kind, data, n, ++k);
    if (c == '/')
        return read_at(kind, data, n, k + 1) == '>';
    if (k >= n || !Py_UNICODE_ISSPACE(c))
        return 0;
    for (Py_ssize_t end = k + IN_TAG + 1; k++ < end;) {
        c = read_at(kind, data, n, k);
        if (c == '=' || c == '<' || c == '>' || k >= n)
            return c == '=';
    }
    return 0;
}

/* Whether a fence begins at a tick, or something stands between it and another. */
static inline int is_tick(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_UCS4 before = read_at(kind, data, n, k - 1), c = read_at(kind, data, n, k + 1);
    if (c == '`')
        return read_at(kind, data, n, k + 2) == '`';
    if (before == '`' || is_of_word(before))
        return 0;
    for (Py_ssize_t end = k + IN_TICKS + 1; k++ < end && k < n;) {
        c = PyUnicode_READ(kind, data, k);
        if (c == '\n')
            return 0;
        if (c == '`')
            break;
    }
    before = read_at(kind, data, n, k + 1);
    return c == '`' && before != '`' && !is_of_word(before);
}

static inline int opens_path(Py_UCS4 before) /* behind nothing else is a slash that of a path from the root */
{
    return before == '(' || before == '[' || before == '`' || before == '=' || before == ':' ||
           before == '"' || before == '\'' || before == 0x201C || before == 0x2018 || Py_UNICODE_ISSPACE(before);
}

/* What of code, markup and keys may be where a sign of them stands: a `Kind` or 0. Twin: `snippets.TOLD`. */
static inline unsigned snippet_at(int kind, const void *data, Py_ssize_t n, Py_ssize_t k, Py_UCS4 c)
{
    Py_UCS4 before = read_at(kind, data, n, k - 1), next = read_at(kind, data, n, k + 1);
    Py_UCS4 third = read_at(kind, data, n, k + 2);
    Py_ssize_t part = k;
    switch (c) {
    case ')':
        return before == '(' ? CALL : 0;
    case '%':
        return is_letter(next) ? PERCENT : 0;
    case '<':
        return is_tag(kind, data, n, k) ? MARKUP : 0;
    case '`':
        return is_tick(kind, data, n, k) ? TICK : 0;
    case '-':
        if (next == '>')
            return is_small(third) || third == '_' ? ARROW : 0;
        if (is_digit(next))
            return is_letter(before) && is_digit(third) && is_digit(read_at(kind, data, n, k + 3)) ? GOODS : 0;
        if (is_of_word(before))
            return 0;
        if (next == '-')
            return is_small(third) ? OPTION : 0;
        return (next == 'D' || next == 'I') && (is_high_letter(third) || third == '_') ? FLAG : 0;
    case '.':
        return before == '0' && read_at(kind, data, n, k - 2) == '1' && !is_of_word(read_at(kind, data, n, k - 3)) &&
                       is_digit(next) && is_digit(third) && is_digit(read_at(kind, data, n, k + 3)) &&
                       is_digit(read_at(kind, data, n, k + 4))
                   ? DOI
                   : 0;
    case '/':
        if (before == 'r' || before == 'u')
            return is_of_word(next) && !is_of_word(read_at(kind, data, n, k - 2)) ? FORUM : 0;
        return (is_letter(next) || next >= 128) && (k == 0 || opens_path(before)) ? ROOT : 0;
    default: /* : */
        if (next == ':')
            return is_of_word(third) ? SCOPE : 0;
        if (!is_small(next) && !is_digit(next))
            return 0;
        while (part > 0 && is_part(PyUnicode_READ(kind, data, part - 1)))
            part--;
        return part < k && part > 0 && PyUnicode_READ(kind, data, part - 1) == '/' ? IMAGE : 0;
    }
}

/* What a full stop says at its place. */
static inline unsigned stop_at(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_UCS4 before = read_at(kind, data, n, k - 1), earlier = read_at(kind, data, n, k - 2);
    Py_UCS4 next = read_at(kind, data, n, k + 1), third = read_at(kind, data, n, k + 2);
    int follows = is_of_word(before) && is_of_word(earlier); /* a word of two letters */
    unsigned sign = 0;
    if ((is_small(next) && (is_small(third) || is_digit(third))) || (next == '7' && third == 'z') ||
        (is_high_letter(next) && (is_high_letter(third) || is_digit(third))) ||
        (follows && (next == 'c' || next == 'h') && !is_of_word(third)))
        sign |= ENDING;
    if (is_letter(next) && is_letter(third))
        sign |= HOST;
    if (follows && next >= 128 && Py_UNICODE_ISALPHA(next))
        sign |= ABROAD;
    if (before == 'w' && earlier == 'w' && read_at(kind, data, n, k - 3) == 'w')
        sign |= ADDRESS;
    return sign;
}

/* What a sign of ASCII says at its place. */
static inline __attribute__((always_inline)) unsigned sign_at(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    Py_UCS4 c = PyUnicode_READ(kind, data, k);
    unsigned sign = OF_ASCII[c];
    if (!(sign & MORE))
        return sign;
    Py_UCS4 next = read_at(kind, data, n, k + 1);
    if (c == '.')
        return stop_at(kind, data, n, k) | snippet_at(kind, data, n, k, c);
    if (c == '\n')
        return is_code(kind, data, n, k + 1) ? CODE : 0;
    if (c != '#' && c != '$') {
        sign = (sign & LESS) | snippet_at(kind, data, n, k, c);
        if (c == ':' && next == '/' && read_at(kind, data, n, k + 2) == '/')
            sign |= ADDRESS;
        if (c == '/' && is_path(kind, data, n, k))
            sign |= PATH;
        return sign;
    }
    return is_letter(next) || next >= 128 ? TAG : 0;
}

#define LAST_CASED 0x558 /* letters beyond it may be of a script without capitals */

static inline unsigned letter_of(Py_UCS4 c)
{
    return c > LAST_CASED && (c >= 0x20000 || Py_UNICODE_ISALPHA(c)) ? LETTER : 0;
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that is a sign, and for some that are none. */
static inline unsigned marks_among(__m128i text)
{
    __m128i one = _mm_or_si128(text, _mm_set1_epi8(1)), three = _mm_or_si128(text, _mm_set1_epi8(3));
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(one, _mm_set1_epi8('/')), _mm_cmpeq_epi8(three, _mm_set1_epi8('_')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8(':')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('\n')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(one, _mm_set1_epi8('=')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(one, _mm_set1_epi8('%')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('-')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8(')')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('{')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('`')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('@')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8('#')));
    /* . is beside /, < beside =, $ beside % in ASCII, and \\ is three before _ */
    return (unsigned)_mm_movemask_epi8(found);
}

/* A bit for each of eight characters of two bytes that is beyond the last with capitals. */
static inline unsigned beyond_last(__m128i text)
{
    __m128i low = _mm_subs_epu16(text, _mm_set1_epi16(LAST_CASED)), near = _mm_cmpeq_epi16(low, _mm_setzero_si128());
    return ~(unsigned)_mm_movemask_epi8(_mm_packs_epi16(near, near)) & 0xFF;
}
#endif

static inline __attribute__((always_inline)) unsigned signs_in(int kind, const void *data, Py_ssize_t n)
{
    unsigned out = is_code(kind, data, n, 0) ? CODE : 0;
    Py_ssize_t k = 0;
#ifdef __SSE2__
    for (; kind != PyUnicode_4BYTE_KIND && k + 16 <= n; k += 16) {
        const __m128i *at = (const __m128i *)((const char *)data + k * kind);
        __m128i text = _mm_loadu_si128(at);
        unsigned far = 0;
        if (kind == PyUnicode_2BYTE_KIND) {
            /* What is beyond Latin-1 becomes 255 or 0, and neither is a sign. */
            __m128i next = _mm_loadu_si128(at + 1);
            far = beyond_last(text) | beyond_last(next) << 8;
            text = _mm_packus_epi16(text, next);
        }
        for (unsigned marks = marks_among(text); marks; marks &= marks - 1)
            out |= sign_at(kind, data, n, k + __builtin_ctz(marks));
        for (; far && !(out & LETTER); far &= far - 1)
            out |= letter_of(PyUnicode_READ(kind, data, k + __builtin_ctz(far)));
    }
#endif
    for (; k < n; k++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        out |= c < 128 ? sign_at(kind, data, n, k) : letter_of(c);
    }
    return out;
}

unsigned signs_of(PyObject *text)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return signs_in(PyUnicode_1BYTE_KIND, data, n);
    case PyUnicode_2BYTE_KIND:
        return signs_in(PyUnicode_2BYTE_KIND, data, n);
    default:
        return signs_in(PyUnicode_4BYTE_KIND, data, n);
    }
}

PyObject *native_signs(PyObject *Py_UNUSED(self), PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return NULL;
    }
    return PyLong_FromUnsignedLong(signs_of(text));
}
