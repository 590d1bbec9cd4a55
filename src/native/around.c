/* Whether a longer listed name may stand around a mention. Twin: `around._listed`, which is asked where one may. */
#include "sieve.h"

#define REACH 80
#define WORDS_BEFORE 5
#define WORDS_AFTER 7
#define MOST_ENDS 32

typedef struct {
    Slice text;
    Sieve *sieve;
} Place;

static inline int is_small(Py_UCS4 c) /* [a-zß-öø-ÿ] */
{
    return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7);
}

static inline int is_closing(Py_UCS4 c)
{
    return c == ')' || c == ']' || c == '!' || c == '\'' || c == 0x2018 || c == 0x2019;
}

/* Letters and figures from a place on, or up to it, within a bound. */
static Py_ssize_t word_end(const Place *p, Py_ssize_t k, Py_ssize_t high)
{
    while (k < high && Py_UNICODE_ISALNUM(slice_at(p->text, k)))
        k++;
    return k;
}

static Py_ssize_t word_start(const Place *p, Py_ssize_t k, Py_ssize_t low)
{
    while (k > low && Py_UNICODE_ISALNUM(slice_at(p->text, k - 1)))
        k--;
    return k;
}

static Py_ssize_t gap_end(const Place *p, Py_ssize_t k, Py_ssize_t high)
{
    while (k < high && !Py_UNICODE_ISALNUM(slice_at(p->text, k)))
        k++;
    return k;
}

static Py_ssize_t gap_start(const Place *p, Py_ssize_t k, Py_ssize_t low)
{
    while (k > low && !Py_UNICODE_ISALNUM(slice_at(p->text, k - 1)))
        k--;
    return k;
}

static int all_small(const Place *p, Py_ssize_t start, Py_ssize_t end)
{
    for (Py_ssize_t k = start; k < end; k++)
        if (!is_small(slice_at(p->text, k)))
            return 0;
    return end - start <= 6;
}

/* Twin: `_AHEAD`. */
static int goes_on(const Place *p, Py_ssize_t end)
{
    Py_ssize_t k = end, n = p->text.size;
    if (k < n && is_closing(slice_at(p->text, k)))
        return 1;
    for (int small = 0; small <= 2; small++) {
        Py_ssize_t word = gap_end(p, k, k + 4 < n ? k + 4 : n);
        if (word == k || word - k > 3 || word == n)
            return 0;
        if (!is_small(slice_at(p->text, word)))
            return 1;
        k = word_end(p, word, word + 7 < n ? word + 7 : n);
        if (!all_small(p, word, k))
            return 0;
    }
    return 0;
}

/* Twin: `_leads`. */
static int leads(const Place *p, Py_ssize_t start, Py_ssize_t low)
{
    Py_ssize_t word = gap_start(p, start, start - 4 > low ? start - 4 : low), first;
    if (word == start || start - word > 3 || word == low)
        return 0;
    for (int small = 0;; small++) {
        first = word_start(p, word, low);
        Py_ssize_t gap = gap_start(p, first, first - 4 > low ? first - 4 : low);
        if (small == 2 || !all_small(p, first, word) || gap == first || first - gap > 3 || gap == low)
            break;
        word = gap;
    }
    return !Py_UNICODE_ISLOWER(slice_at(p->text, first));
}

/* Whether a stretch of ASCII is some text but for capitals. */
static int is_spelt(const Place *p, Py_ssize_t start, Py_ssize_t end, const char *text, int size)
{
    if (size != end - start)
        return 0;
    for (int k = 0; k < size; k++)
        if (Py_TOLOWER((unsigned char)text[k]) != Py_TOLOWER(slice_at(p->text, start + k)))
            return 0;
    return 1;
}

/* A stretch folded: its size, or -1 where that cannot be told here. */
static int folded(const Place *p, Py_ssize_t start, Py_ssize_t end, char *out)
{
    int size = fold_ascii(p->text, start, end, out);
    return size < 0 ? fold_characters(p->sieve, p->text, start, end, out) : size;
}

/* Whether something is stored in a space under a stretch; true where that cannot be told here. */
static int may_have(const Place *p, char space, Py_ssize_t start, Py_ssize_t end)
{
    char text[MOST_FOLDED];
    int size = folded(p, start, end, text);
    return size < 0 || any_has(p->sieve, space, text, (size_t)size);
}

/* Whether an alias is listed as it stands in the text, but for capitals; true where that cannot be told here. */
static int may_list(const Place *p, Py_ssize_t start, Py_ssize_t end)
{
    char text[MOST_FOLDED];
    int size = folded(p, start, end, text);
    if (size < 0)
        return 1;
    uint64_t wanted = key_of('=', text, (size_t)size);
    for (int t = 0; t < p->sieve->tables; t++) {
        const Layer *layer = &p->sieve->layers[t];
        const uint64_t *keys = layer->at[KEYS].buf;
        const uint32_t *owners = layer->at[OWNERS].buf;
        for (Py_ssize_t k = layer_find(layer, wanted); k >= 0 && k < layer->count && keys[k] == wanted; k++) {
            int n;
            const char *alias = owners[k] < layer->aliases ? string_at(layer, TEXT, owners[k], &n) : NULL;
            if (alias != NULL && (!is_ascii(alias, n) || is_spelt(p, start, end, alias, n)))
                return 1;
        }
    }
    return 0;
}

static int is_alone(const Place *p, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t starts[1 + WORDS_BEFORE] = {start}, ends[MOST_ENDS] = {end};
    Py_ssize_t low = start > REACH ? start - REACH : 0, n = p->text.size, right = end + REACH;
    int before = 1, after = 1;
    if (leads(p, start, low)) {
        Py_ssize_t word = gap_start(p, start, low), first;
        for (int k = 0; k < WORDS_BEFORE && word > low; k++, word = gap_start(p, first, low)) {
            first = word_start(p, word, low);
            if (first == low && low > 0)
                break; /* cut */
            if (!Py_UNICODE_ISLOWER(slice_at(p->text, first)) && may_have(p, '^', first, word))
                starts[before++] = first;
        }
    }
    if (goes_on(p, end)) {
        Py_ssize_t high = right < n ? right : n, last = end;
        for (int k = 0; k <= WORDS_AFTER; k++) { /* the end itself, then words */
            if (k > 0) {
                Py_ssize_t first = gap_end(p, last, high);
                if (first == high || (last = word_end(p, first, high)) == right)
                    break; /* none, or cut */
                if (Py_UNICODE_ISLOWER(slice_at(p->text, first)) || !may_have(p, '#', first, last))
                    continue;
                if (after == MOST_ENDS)
                    return 0;
                ends[after++] = last;
            }
            for (Py_ssize_t mark = last; mark < n && is_closing(slice_at(p->text, mark)); mark++) {
                if (after == MOST_ENDS)
                    return 0;
                ends[after++] = mark + 1;
            }
        }
    }
    for (int a = 0; a < before; a++)
        for (int b = 0; b < after; b++)
            if ((a || b) && may_list(p, starts[a], ends[b]))
                return 0;
    return 1;
}

int sieve_is_alone(PyObject *sieve, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    return is_alone(&(Place){whole_of(text), (Sieve *)sieve}, start, end);
}

PyObject *sieve_stands_alone(Sieve *self, PyObject *args)
{
    PyObject *text;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(args, "Unn", &text, &start, &end))
        return NULL;
    if (start < 0 || start >= end || end > PyUnicode_GET_LENGTH(text)) {
        PyErr_SetString(PyExc_ValueError, "a place does not fit its text");
        return NULL;
    }
    return PyBool_FromLong(is_alone(&(Place){whole_of(text), self}, start, end));
}
