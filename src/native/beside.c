/* What stands beside a place of a text. Twins: `surroundings` and `Page._is_other` in `pages.py`. */
#include "witness.h"

#define HANDFUL 12
#define WINDOW 40
#define SIGN_AHEAD 200

/* What a word or a mark of a text folds to, or itself. */
static PyObject *plain(const Witness *w, const Sheet *s, Py_ssize_t start, Py_ssize_t end)
{
    Py_UCS1 low[WINDOW];
    int ascii = end - start <= WINDOW;
    for (Py_ssize_t k = start; k < end && ascii; k++) {
        Py_UCS4 c = at(s, k);
        ascii = c < 128;
        low[k - start] = (Py_UCS1)(is_high(c) ? c | 32 : c);
    }
    if (ascii) /* letters, or a mark, which stays one */
        return PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, low, end - start);
    PyObject *out = PyUnicode_Substring(s->text, start, end);
    if (out == NULL)
        return out;
    PyObject *folded = PyObject_CallOneArg(w->fold, out);
    if (folded != NULL && PyUnicode_Check(folded) && PyUnicode_GET_LENGTH(folded) > 0) {
        Py_DECREF(out);
        return folded;
    }
    if (folded == NULL)
        Py_CLEAR(out);
    Py_XDECREF(folded);
    return out;
}

static inline int opens_quote(Py_UCS4 c)
{
    return c == '"' || c == '\'' || c == 0x201C || c == 0x2018;
}

static inline int closes_quote(Py_UCS4 c)
{
    return c == '"' || c == '\'' || c == 0x201D || c == 0x2019;
}

/* Twin: `_word_before`. */
static PyObject *word_before(const Witness *w, const Sheet *s, Py_ssize_t place)
{
    Py_ssize_t low = place > WINDOW ? place - WINDOW : 0, k = place;
    while (k > low && (opens_quote(at(s, k - 1)) || Py_UNICODE_ISSPACE(at(s, k - 1))))
        k--;
    if (k > low && is_letter(at(s, k - 1))) {
        Py_ssize_t begin = k;
        while (begin > low && is_letter(at(s, begin - 1)))
            begin--;
        return plain(w, s, begin, k);
    }
    if (k > low && is_mark(at(s, k - 1)))
        return plain(w, s, k - 1, k);
    for (; k < place; k++) /* a quote that nothing stands before is a mark itself */
        if (opens_quote(at(s, k)))
            return plain(w, s, k, k + 1);
    return Py_NewRef(w->nothing);
}

/* What follows a place, with no possessive at it; NULL without an error where there is nothing. */
static PyObject *word_from(const Witness *w, const Sheet *s, Py_ssize_t from, Py_ssize_t high)
{
    Py_ssize_t k = from;
    while (k < high && (closes_quote(at(s, k)) || Py_UNICODE_ISSPACE(at(s, k))))
        k++;
    if (k < high && is_letter(at(s, k))) {
        Py_ssize_t end = k;
        while (end < high && is_letter(at(s, end)))
            end++;
        return plain(w, s, k, end);
    }
    if (k < high && is_mark(at(s, k)))
        return plain(w, s, k, k + 1);
    while (k-- > from)
        if (closes_quote(at(s, k)))
            return plain(w, s, k, k + 1);
    return NULL;
}

/* Twin: `_beside` of `_AFTER`. */
static PyObject *word_after(const Witness *w, const Sheet *s, Py_ssize_t place)
{
    Py_ssize_t high = place + WINDOW < s->size ? place + WINDOW : s->size;
    PyObject *out = NULL;
    if (place + 1 < high && (at(s, place) == '\'' || at(s, place) == 0x2019) && at(s, place + 1) == 's')
        out = word_from(w, s, place + 2, high);
    if (out == NULL && !PyErr_Occurred())
        out = word_from(w, s, place, high);
    return out || PyErr_Occurred() ? out : Py_NewRef(w->nothing);
}

/* The words of a run that stand near a place. Twin: `_near`. */
static void near(const Proposed *p, Py_ssize_t *low, Py_ssize_t *high)
{
    Py_ssize_t n = PyTuple_GET_SIZE(p->words), a = 0, b = n;
    *low = 0;
    *high = n;
    if (n <= 2 * HANDFUL)
        return;
    while (a < b) {
        Py_ssize_t middle = (a + b) / 2;
        if (PyLong_AsSsize_t(PyTuple_GET_ITEM(PyTuple_GET_ITEM(p->words, middle), 0)) < p->start - p->run)
            a = middle + 1;
        else
            b = middle;
    }
    *low = a > HANDFUL ? a - HANDFUL : 0;
    *high = a + HANDFUL < n ? a + HANDFUL : n;
}

static inline PyObject *word_of(const Proposed *p, Py_ssize_t k, Py_ssize_t *start, Py_ssize_t *end) /* borrowed */
{
    PyObject *one = PyTuple_GET_ITEM(p->words, k);
    *start = PyLong_AsSsize_t(PyTuple_GET_ITEM(one, 0));
    *end = PyLong_AsSsize_t(PyTuple_GET_ITEM(one, 1));
    return PyTuple_GET_ITEM(one, 2);
}

static int gap_is_comma(const Sheet *s, Py_ssize_t start, Py_ssize_t end)
{
    if (end - start < 1 || end - start > 3)
        return 0;
    while (start < end && at(s, start) == ' ')
        start++;
    while (start < end && at(s, end - 1) == ' ')
        end--;
    return end - start == 1 && at(s, start) == ',';
}

/* Twin: `surroundings`. */
int surround(const Witness *w, const Sheet *s, Proposed *p)
{
    Py_ssize_t low, high, start, end, first = p->start, last = p->end;
    near(p, &low, &high);
    if (low < high) {
        word_of(p, low, &start, &end);
        first = start + p->run < first ? start + p->run : first;
        word_of(p, high - 1, &start, &end);
        last = end + p->run > last ? end + p->run : last;
    }
    Py_ssize_t from = first_from(s, first - 4 - s->longest);
    PyObject *before = NULL, *after = NULL; /* borrowed */
    for (Py_ssize_t k = low; k < high; k++) {
        PyObject *word = word_of(p, k, &start, &end), *mark = word;
        start += p->run;
        end += p->run;
        if (start < 0 || start >= s->size) {
            PyErr_SetString(PyExc_IndexError, "a word stands beyond its text");
            return -1;
        }
        int listed = 0;
        for (Py_ssize_t t = from; t < s->taken_count && s->taken[t].start <= start && !listed; t++)
            listed = end <= s->taken[t].end;
        mark = listed ? w->listed : Py_UNICODE_ISUPPER(at(s, start)) ? w->capital : word;
        if (end <= p->start) {
            if (before != NULL && mark == w->capital && PySet_Contains(w->titles, before) == 1)
                continue; /* Dr Miriam ... */
            before = PySet_Contains(w->locatives, word) == 1 || PySet_Contains(w->titles, word) == 1 ? word : mark;
        } else if (start >= p->end && after == NULL && PyUnicode_CompareWithASCIIString(word, "s") != 0) {
            after = mark;
        }
    }
    p->before = before ? Py_NewRef(before) : word_before(w, s, p->start);
    p->after = after ? Py_NewRef(after) : word_after(w, s, p->end);
    for (Py_ssize_t t = from; t < s->taken_count && s->taken[t].start < last + 4 && !p->comma; t++) {
        const Extent *one = &s->taken[t];
        if (one->end > first - 4)
            p->comma = gap_is_comma(s, p->end, one->start) || gap_is_comma(s, one->end, p->start);
    }
    int cased = 0, upper = 1;
    for (Py_ssize_t k = p->start; k < p->end && upper; k++) {
        Py_UCS4 c = at(s, k);
        if (Py_UNICODE_ISUPPER(c))
            cased = 1;
        else
            upper = !Py_UNICODE_ISLOWER(c) && !Py_UNICODE_ISTITLE(c);
    }
    p->shouted = cased && upper;
    return p->before && p->after && !PyErr_Occurred() ? 0 : -1;
}

/* -- what is no damaged name ------------------------------------------------------------------------------------ */

static int ask(PyObject *function, PyObject *text, PyObject *place) /* -1 with an error */
{
    PyObject *answer = PyObject_CallFunctionObjArgs(function, text, place, NULL);
    int out = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return out;
}

/* Whether a set holds a word, which is taken over. */
static int held_by(PyObject *set, PyObject *word)
{
    int out = word == NULL ? -1 : PySet_Contains(set, word);
    Py_XDECREF(word);
    return out;
}

/* Twin: `_is_company`. */
static int is_company(const Witness *w, const Proposed *p)
{
    Py_ssize_t low, high, start, end;
    near(p, &low, &high);
    for (Py_ssize_t k = low; k < high; k++) {
        PyObject *word = word_of(p, k, &start, &end);
        if (start >= p->span_end)
            return PySet_Contains(w->companies, word);
    }
    return 0;
}

/* Whether `_is_coined` may hold: a capital inside the word. */
static int has_inner(const Sheet *s, const Proposed *p)
{
    int pair = 0;
    for (Py_ssize_t k = p->start + 2; k < p->end; k++) {
        if (!is_high(at(s, k)))
            continue;
        if (is_low(at(s, k - 1)))
            return 1;
        pair = pair || is_high(at(s, k - 1));
    }
    return pair && !is_high(at(s, p->end - 1));
}

/* Twin: `_is_firm`. */
static int is_firm(const Witness *w, const Sheet *s, const Proposed *p)
{
    if (p->start > 0 && at(s, p->start - 1) == '<')
        return 1;
    if (p->end < s->size && at(s, p->end) == ' ') {
        Py_ssize_t high = p->end + SIGN_AHEAD < s->size ? p->end + SIGN_AHEAD : s->size;
        if (PyUnicode_FindChar(s->text, '<', p->end, high, 1) >= 0) {
            int found = ask(w->signed_, s->text, p->place);
            if (found != 0)
                return found;
        }
    }
    int part = held_by(w->parts, word_after(w, s, p->end));
    if (part != 0)
        return part;
    /* A word, " of" or " in", and blanks. */
    Py_ssize_t low = p->start > WINDOW ? p->start - WINDOW : 0, k = p->start;
    while (k > low && Py_UNICODE_ISSPACE(at(s, k - 1)))
        k--;
    if (k == p->start || k - 3 < low || at(s, k - 3) != ' ' || (p->end < s->size && at(s, p->end) == '-'))
        return 0;
    int of = at(s, k - 2) == 'o' && at(s, k - 1) == 'f';
    if (!of && !(at(s, k - 2) == 'i' && at(s, k - 1) == 'n'))
        return 0;
    Py_ssize_t end = k - 3, begin = end;
    while (begin > low && is_word(at(s, begin - 1)))
        begin--;
    if (begin == end)
        return 0;
    PyObject *word = PyUnicode_Substring(s->text, begin, end);
    PyObject *folded = word ? PyObject_CallOneArg(w->fold, word) : NULL;
    Py_XDECREF(word);
    return held_by(of ? w->parts : w->holdings, folded);
}

/* Twin: `_is_foreign`. */
static int is_foreign(const Witness *w, const Sheet *s, const Proposed *p)
{
    int found = held_by(w->foreign, word_before(w, s, p->start));
    if (found != 0)
        return found;
    Py_ssize_t k = p->end + 1;
    if (p->end >= s->size || at(s, p->end) != '-')
        return 0;
    while (k < s->size && is_low(at(s, k)))
        k++;
    if (k == p->end + 1 || k + 1 >= s->size || at(s, k) != '-' || !is_word(at(s, k + 1)))
        return 0;
    return held_by(w->particles, PyUnicode_Substring(s->text, p->end + 1, k));
}

/* Twin: `Page._is_other`. */
int is_other(const Witness *w, const Sheet *s, const Proposed *p)
{
    if (PyUnicode_FindChar(p->form, ' ', 0, PyUnicode_GET_LENGTH(p->form), 1) >= 0)
        return 0;
    int found = is_company(w, p);
    if (found == 0 && has_inner(s, p))
        found = ask(w->coined, s->text, p->place);
    if (found == 0)
        found = is_foreign(w, s, p);
    if (found != 0)
        return found;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(p->candidates); k++) {
        PyObject *entity = get(PyTuple_GET_ITEM(p->candidates, k), &s_entity);
        PyObject *id = entity ? get(entity, &s_id) : NULL;
        PyObject *prominence = entity ? get(entity, &s_prominence) : NULL;
        int known = id == NULL || prominence == NULL || counted(s, ENTITIES, hash_of(id)) > 0 ||
                    PyLong_AsLongLong(prominence) >= w->well_known;
        Py_XDECREF(entity);
        Py_XDECREF(id);
        Py_XDECREF(prominence);
        if (known != 0 || PyErr_Occurred())
            return PyErr_Occurred() ? -1 : 0;
    }
    return is_firm(w, s, p);
}
