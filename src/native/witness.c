/* What documents say about the forms proposed in them. Twin: `pages.Page.cases`, with `pages.surroundings` and
   `evidence.gather`; what is rare there is asked of Python. */
#include "native.h"
#include <math.h>

#define FEW 12
#define WINDOW 40
#define SIGN_AHEAD 200
#define SHORT_TEXT 200000
#define TRAITS 22 /* as in `evidence.NAMES` */

typedef struct {
    PyObject_HEAD
    PyObject *titles, *locatives, *features, *verbs, *companies, *parts, *holdings, *foreign, *particles; /* frozensets */
    PyObject *before, *after;           /* dicts: how much a neighbour speaks for a place */
    PyObject *capital, *listed, *nothing; /* marks */
    PyObject *fold, *coined, *signed_;  /* functions */
    PyObject *name_type, *place_type;   /* tuples with names: `pages.Listed`, `pages.Placed` */
    long long well_known;
} Witness;

/* Names of attributes. */
static PyObject *s_text, *s_listed, *s_proposed, *s_candidates, *s_form, *s_needy, *s_entity, *s_id, *s_country,
    *s_alias, *s_prominence, *s_words, *s_start, *s_end, *s_weak,
    *s_canonical, *s_in_small;

/* A form proposed at a place of a text. */
typedef struct {
    PyObject *place, *form, *candidates, *words; /* borrowed of the page, which is held */
    Py_ssize_t start, end, run, span_end;
    int asked, comma, shouted;
    Py_ssize_t number;       /* of the form, among those asked */
    PyObject *before, *after; /* owned */
} Proposed;

typedef struct {
    Py_ssize_t start, end;
} Extent;

/* All places of a form in a text. */
typedef struct {
    Py_ssize_t times, persons, places;
    int small;
} Form;

typedef struct {
    PyObject *page, *text, *held; /* `held` keeps what is borrowed */
    int kind;
    const void *data;
    Py_ssize_t size;
    PyObject *forms, *believable, *others, *numbers;
    uint64_t *tallies[3];    /* hashes of what is listed, sorted: see ENTITIES */
    Py_ssize_t total;        /* of the countries */
    Extent *taken;
    Py_ssize_t taken_count, longest;
    Proposed *proposed;
    Py_ssize_t count;
    Form *form;
} Sheet;

static inline Py_UCS4 at(const Sheet *s, Py_ssize_t k)
{
    return PyUnicode_READ(s->kind, s->data, k);
}

static inline int is_letter(Py_UCS4 c) /* [^\W\d_] */
{
    return c < 128 ? (c | 32) >= 'a' && (c | 32) <= 'z' : Py_UNICODE_ISALNUM(c) && !Py_UNICODE_ISDECIMAL(c);
}

static inline int is_word(Py_UCS4 c) /* \w */
{
    return c == '_' || Py_UNICODE_ISALNUM(c);
}

static inline int is_mark(Py_UCS4 c) /* [^\w\s] */
{
    return !is_word(c) && !Py_UNICODE_ISSPACE(c);
}

static inline int is_low(Py_UCS4 c)
{
    return c >= 'a' && c <= 'z';
}

static inline int is_high(Py_UCS4 c)
{
    return c >= 'A' && c <= 'Z';
}

/* -- counts ------------------------------------------------------------------------------------------------------- */

enum { ENTITIES, NAMES, COUNTRIES }; /* by id; by folded spelling; of those that have one */

static int by_size(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

/* The first place of a hash among sorted ones, or where it would stand. */
static Py_ssize_t first_place(const uint64_t *hashes, Py_ssize_t count, uint64_t wanted)
{
    Py_ssize_t low = 0, high = count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (hashes[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How often a hash is among those of what is listed. */
static Py_ssize_t counted(const Sheet *s, int tally, uint64_t wanted)
{
    const uint64_t *hashes = s->tallies[tally];
    Py_ssize_t count = tally == COUNTRIES ? s->total : s->taken_count, low = first_place(hashes, count, wanted);
    if (low == count || hashes[low] != wanted)
        return 0;
    return (wanted == UINT64_MAX ? count : first_place(hashes, count, wanted + 1)) - low;
}

/* The hash of a string as it is; in case of an error that is what is set. */
static uint64_t hash_of(PyObject *text)
{
    return text ? (uint64_t)PyObject_Hash(text) : 0;
}

static uint64_t hash_more(uint64_t h, Py_UCS4 c)
{
    return (h ^ c) * 0x9E3779B97F4A7C15u ^ h >> 29;
}

/* The hash of a stretch of a text as it folds. */
static uint64_t hash_folded(const Witness *w, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    char plain[MOST_FOLDED];
    uint64_t h = 0;
    int size = fold_ascii(whole_of(text), start, end, plain);
    for (int k = 0; k < size; k++)
        h = hash_more(h, (unsigned char)plain[k]);
    if (size >= 0)
        return h;
    PyObject *part = PyUnicode_Substring(text, start, end), *folded = part ? PyObject_CallOneArg(w->fold, part) : NULL;
    if (folded != NULL && PyUnicode_Check(folded))
        for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(folded); k++)
            h = hash_more(h, PyUnicode_READ_CHAR(folded, k));
    Py_XDECREF(part);
    Py_XDECREF(folded);
    return h;
}

/* How many other forms are near an entity; -1 with an error. */
static Py_ssize_t others_of(const Sheet *s, PyObject *id, PyObject *form)
{
    PyObject *some = PyDict_GetItemWithError(s->forms, id);
    if (some == NULL)
        return PyErr_Occurred() ? -1 : 0;
    int own = PySet_Contains(some, form);
    return own < 0 ? -1 : PySet_GET_SIZE(some) - own;
}

/* An attribute of an attribute. */
static PyObject *deep(PyObject *of, PyObject *name, PyObject *inner)
{
    PyObject *between = PyObject_GetAttr(of, name);
    PyObject *out = between ? PyObject_GetAttr(between, inner) : NULL;
    Py_XDECREF(between);
    return out;
}

/* The hash of an alias as it folds. */
static uint64_t hash_alias(const Witness *w, PyObject *candidate)
{
    PyObject *alias = PyObject_GetAttr(candidate, s_alias);
    uint64_t out = 0;
    if (alias != NULL && PyUnicode_Check(alias))
        out = hash_folded(w, alias, 0, PyUnicode_GET_LENGTH(alias));
    Py_XDECREF(alias);
    return out;
}

/* -- what is listed ------------------------------------------------------------------------------------------------ */

/* The entity of a name: a span of a plan at its place, or a mention. With where it stands. */
static PyObject *entity_of(PyObject *found, Extent *extent)
{
    PyObject *out = NULL;
    if (PyTuple_Check(found)) {
        extent->start = PyLong_AsSsize_t(PyTuple_GET_ITEM(found, 0));
        extent->end = PyLong_AsSsize_t(PyTuple_GET_ITEM(found, 1));
        PyObject *some = PyObject_GetAttr(PyTuple_GET_ITEM(found, 2), s_candidates);
        if (some != NULL && PyTuple_Check(some) && PyTuple_GET_SIZE(some) > 0)
            out = PyObject_GetAttr(PyTuple_GET_ITEM(some, 0), s_entity);
        Py_XDECREF(some);
        return out;
    }
    PyObject *start = PyObject_GetAttr(found, s_start), *end = start ? PyObject_GetAttr(found, s_end) : NULL;
    if (end != NULL) {
        extent->start = PyLong_AsSsize_t(start);
        extent->end = PyLong_AsSsize_t(end);
        out = PyErr_Occurred() ? NULL : PyObject_GetAttr(found, s_entity);
    }
    Py_XDECREF(start);
    Py_XDECREF(end);
    return out;
}

static int list_one(const Witness *w, Sheet *s, Py_ssize_t k, PyObject *one)
{
    Extent *here = &s->taken[k];
    PyObject *entity = entity_of(one, here), *id = entity ? PyObject_GetAttr(entity, s_id) : NULL;
    PyObject *country = id ? PyObject_GetAttr(entity, s_country) : NULL;
    if (country != NULL && PyUnicode_Check(country) && here->start >= 0 && here->start <= here->end &&
        here->end <= s->size) {
        s->tallies[ENTITIES][k] = hash_of(id);
        s->tallies[NAMES][k] = hash_folded(w, s->text, here->start, here->end);
        if (PyUnicode_GET_LENGTH(country) > 0)
            s->tallies[COUNTRIES][s->total++] = hash_of(country);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "a name does not fit its text");
    }
    Py_XDECREF(entity);
    Py_XDECREF(id);
    Py_XDECREF(country);
    return PyErr_Occurred() ? -1 : 0;
}

static int by_place(const void *one, const void *other)
{
    const Extent *a = one, *b = other;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

static int list_all(const Witness *w, Sheet *s, PyObject *listed)
{
    s->taken_count = PyList_GET_SIZE(listed);
    s->taken = calloc((size_t)s->taken_count + 1, sizeof *s->taken);
    int failed = s->taken == NULL, sorted = 1;
    for (int k = 0; k < 3; k++)
        failed = (s->tallies[k] = calloc((size_t)s->taken_count + 1, sizeof **s->tallies)) == NULL || failed;
    if (failed) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t k = 0; k < s->taken_count; k++) {
        const Extent *here = &s->taken[k];
        if (list_one(w, s, k, PyList_GET_ITEM(listed, k)) < 0)
            return -1;
        s->longest = here->end - here->start > s->longest ? here->end - here->start : s->longest;
        sorted = sorted && (k == 0 || here[-1].start < here->start);
    }
    if (!sorted)
        qsort(s->taken, (size_t)s->taken_count, sizeof *s->taken, by_place);
    for (int k = 0; k < 3; k++)
        qsort(s->tallies[k], (size_t)(k == COUNTRIES ? s->total : s->taken_count), sizeof **s->tallies, by_size);
    return 0;
}

/* The first of the listed spans that begins at a place or after it. */
static Py_ssize_t first_from(const Sheet *s, Py_ssize_t start)
{
    Py_ssize_t low = 0, high = s->taken_count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (s->taken[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* -- words beside a place ------------------------------------------------------------------------------------------- */

/* What a word or a mark of a text folds to, or itself. */
static PyObject *plain(const Witness *w, const Sheet *s, Py_ssize_t start, Py_ssize_t end)
{
    int ascii = 1;
    for (Py_ssize_t k = start; k < end && ascii; k++)
        ascii = at(s, k) < 128;
    PyObject *out = PyUnicode_Substring(s->text, start, end);
    if (out == NULL || (ascii && end == start + 1 && !is_letter(at(s, start))))
        return out; /* a mark stays one */
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
    if (n <= 2 * FEW)
        return;
    while (a < b) {
        Py_ssize_t middle = (a + b) / 2;
        if (PyLong_AsSsize_t(PyTuple_GET_ITEM(PyTuple_GET_ITEM(p->words, middle), 0)) < p->start - p->run)
            a = middle + 1;
        else
            b = middle;
    }
    *low = a > FEW ? a - FEW : 0;
    *high = a + FEW < n ? a + FEW : n;
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
static int surround(const Witness *w, const Sheet *s, Proposed *p)
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

/* Twin: `looks`. */
static void look_at(const Witness *w, const Proposed *p, Form *form)
{
    int person = p->before == w->capital || p->after == w->capital || PySet_Contains(w->titles, p->before) == 1 ||
                 PySet_Contains(w->verbs, p->after) == 1;
    int place = p->comma || PySet_Contains(w->locatives, p->before) == 1 || PySet_Contains(w->features, p->after) == 1;
    form->times++;
    form->persons += person;
    form->places += place;
}

/* -- what is no damaged name ------------------------------------------------------------------------------------------ */

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
static int is_other(const Witness *w, const Sheet *s, const Proposed *p)
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
        PyObject *entity = PyObject_GetAttr(PyTuple_GET_ITEM(p->candidates, k), s_entity);
        PyObject *id = entity ? PyObject_GetAttr(entity, s_id) : NULL;
        PyObject *prominence = entity ? PyObject_GetAttr(entity, s_prominence) : NULL;
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

/* Twin: `has_company`. */
static int has_company(const Witness *w, const Sheet *s, const Proposed *p)
{
    int found = 0;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(p->candidates) && found == 0; k++) {
        PyObject *candidate = PyTuple_GET_ITEM(p->candidates, k);
        PyObject *id = deep(candidate, s_entity, s_id);
        found = id == NULL ? -1 : counted(s, ENTITIES, hash_of(id)) > 0;
        if (found == 0) {
            Py_ssize_t others = others_of(s, id, p->form);
            found = others < 0 ? -1 : others > 0;
        }
        if (found == 0)
            found = counted(s, NAMES, hash_alias(w, candidate)) > 0;
        Py_XDECREF(id);
    }
    return PyErr_Occurred() ? -1 : found;
}

/* -- a page ------------------------------------------------------------------------------------------------------- */

static int read_place(Sheet *s, PyObject *place, Proposed *p)
{
    if (!PyTuple_Check(place) || PyTuple_GET_SIZE(place) != 5) {
        PyErr_SetString(PyExc_TypeError, "a place is a tuple of five");
        return -1;
    }
    PyObject *span = PyTuple_GET_ITEM(place, 2), *plan = PyTuple_GET_ITEM(place, 4), *end;
    p->place = place;
    p->start = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 0));
    p->end = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 1));
    p->run = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 3));
    PyObject *got[] = {PyObject_GetAttr(span, s_form), PyObject_GetAttr(span, s_candidates),
                       PyObject_GetAttr(plan, s_words)};
    p->form = got[0];
    p->candidates = got[1];
    p->words = got[2];
    int failed = 0;
    for (int k = 0; k < 3; k++) { /* held by the list, and by their owners */
        failed = failed || got[k] == NULL || PyList_Append(s->held, got[k]) < 0;
        Py_XDECREF(got[k]);
    }
    if (!failed && (end = PyObject_GetAttr(span, s_end)) != NULL) {
        p->span_end = PyLong_AsSsize_t(end);
        Py_DECREF(end);
    }
    if (failed || PyErr_Occurred())
        return -1;
    if (PyUnicode_Check(p->form) && PyTuple_Check(p->candidates) && PyTuple_Check(p->words) && p->start >= 0 &&
        p->start < p->end && p->end <= s->size)
        return 0;
    PyErr_SetString(PyExc_ValueError, "a place does not fit its text");
    return -1;
}

/* The forms near each entity that is the nearest of some form. */
static int note_form(Sheet *s, const Proposed *p)
{
    if (PyTuple_GET_SIZE(p->candidates) == 0) {
        PyErr_SetString(PyExc_IndexError, "a form without candidates");
        return -1;
    }
    PyObject *id = deep(PyTuple_GET_ITEM(p->candidates, 0), s_entity, s_id);
    PyObject *some = id ? PyDict_GetItemWithError(s->forms, id) : NULL;
    int failed = id == NULL;
    if (!failed && some == NULL) {
        PyObject *made = PyErr_Occurred() ? NULL : PySet_New(NULL);
        failed = made == NULL || PyDict_SetItem(s->forms, id, made) < 0;
        some = made;
        Py_XDECREF(made);
    }
    failed = failed || PySet_Add(some, p->form) < 0;
    Py_XDECREF(id);
    return failed ? -1 : 0;
}

/* Which forms are believable, and which of those are something else. */
static int sift(const Witness *w, Sheet *s, int lone)
{
    for (Py_ssize_t k = 0; k < s->count; k++) {
        const Proposed *p = &s->proposed[k];
        int known = PySet_Contains(s->believable, p->form), needy = !lone && known == 0;
        if (needy) {
            PyObject *answer = PyObject_GetAttr(PyTuple_GET_ITEM(p->place, 2), s_needy);
            needy = answer == NULL ? -1 : PyObject_IsTrue(answer);
            Py_XDECREF(answer);
        }
        if (known == 0 && needy == 1)
            needy = (known = has_company(w, s, p)) < 0 ? -1 : !known;
        if (known < 0 || needy < 0 || (!needy && PySet_Add(s->believable, p->form) < 0))
            return -1;
    }
    for (Py_ssize_t k = 0; k < s->count; k++) {
        const Proposed *p = &s->proposed[k];
        int asked = PySet_Contains(s->believable, p->form), other = asked == 1 ? PySet_Contains(s->others, p->form) : 0;
        if (asked == 1 && other == 0 && (other = is_other(w, s, p)) == 1 && PySet_Add(s->others, p->form) < 0)
            return -1;
        if (asked < 0 || other < 0)
            return -1;
    }
    return 0;
}

#define AT_ONCE 64

/* Whether one text stands in another, both of one byte a letter, or whether it may. Its first and last letter are looked
   for in many places at once. */
static int may_hold(const uint8_t *text, Py_ssize_t n, const uint8_t *part, Py_ssize_t m)
{
    Py_ssize_t k = 0;
    for (; k + AT_ONCE + m <= n; k += AT_ONCE) {
        uint8_t any = 0;
        for (int j = 0; j < AT_ONCE; j++)
            any |= (text[k + j] == part[0]) & (text[k + j + m - 1] == part[m - 1]);
        for (int j = 0; any && j < AT_ONCE; j++)
            if (!memcmp(text + k + j, part, (size_t)m))
                return 1;
    }
    for (; k + m <= n; k++)
        if (!memcmp(text + k, part, (size_t)m))
            return 1;
    return 0;
}

/* Whether a form stands in small letters too. Twin: `Page._in_small`, which is asked where it is no short matter. */
static int in_small(const Sheet *s, PyObject *form)
{
    if (s->size < SHORT_TEXT) {
        Py_ssize_t found;
        if (s->kind == PyUnicode_1BYTE_KIND && PyUnicode_KIND(form) == PyUnicode_1BYTE_KIND && PyUnicode_GET_LENGTH(form))
            found = may_hold(s->data, s->size, PyUnicode_1BYTE_DATA(form), PyUnicode_GET_LENGTH(form)) - 1;
        else
            found = PyUnicode_Find(s->text, form, 0, s->size, 1);
        if (found < 0)
            return found == -2 ? -1 : 0;
    }
    PyObject *answer = PyObject_CallMethodOneArg(s->page, s_in_small, form);
    int out = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return out;
}

/* The number of a form among those asked, with all its places so far. */
static Py_ssize_t form_number(Sheet *s, PyObject *form)
{
    PyObject *number = PyDict_GetItemWithError(s->numbers, form);
    if (number != NULL)
        return PyLong_AsSsize_t(number);
    Py_ssize_t fresh = PyDict_GET_SIZE(s->numbers);
    int small = PyErr_Occurred() ? -1 : in_small(s, form);
    number = small < 0 ? NULL : PyLong_FromSsize_t(fresh);
    if (number == NULL || PyDict_SetItem(s->numbers, form, number) < 0)
        fresh = -1;
    else
        s->form[fresh].small = small;
    Py_XDECREF(number);
    return fresh;
}

static double leaning(PyObject *from, PyObject *word)
{
    PyObject *found = PyDict_GetItemWithError(from, word);
    return found ? PyFloat_AsDouble(found) : 0.0;
}

static int is_opening(const Witness *w, PyObject *before)
{
    if (before == w->nothing)
        return 1;
    Py_UCS4 c = PyUnicode_GET_LENGTH(before) == 1 ? PyUnicode_READ_CHAR(before, 0) : 0;
    return c == '.' || c == '!' || c == '?' || c == ':';
}

static inline double most(Py_ssize_t limit, Py_ssize_t count)
{
    return (double)(count < limit ? count : limit);
}

/* Twin: `gather`. */
static int gather_one(const Witness *w, const Sheet *s, const Proposed *p, PyObject *candidate, double *row)
{
    const Form *form = &s->form[p->number];
    PyObject *entity = PyObject_GetAttr(candidate, s_entity), *id = entity ? PyObject_GetAttr(entity, s_id) : NULL;
    PyObject *country = entity ? PyObject_GetAttr(entity, s_country) : NULL;
    int failed = id == NULL || country == NULL || !PyUnicode_Check(country);
    Py_ssize_t entities = failed ? 0 : counted(s, ENTITIES, hash_of(id));
    Py_ssize_t names = failed ? 0 : counted(s, NAMES, hash_alias(w, candidate));
    Py_ssize_t damaged = failed ? 0 : others_of(s, id, p->form);
    Py_ssize_t here = failed || PyUnicode_GET_LENGTH(country) == 0 ? 0 : counted(s, COUNTRIES, hash_of(country));
    Py_XDECREF(entity);
    Py_XDECREF(id);
    Py_XDECREF(country);
    if (failed || PyErr_Occurred())
        return -1;
    const double out[TRAITS] = {
        1.0,
        most(3, entities),
        most(3, names),
        most(3, damaged),
        most(5, form->times),
        s->total ? (double)here / (double)s->total : 0.0,
        log2((double)(1 + s->total)),
        PySet_Contains(w->locatives, p->before) == 1,
        PySet_Contains(w->features, p->after) == 1,
        PySet_Contains(w->titles, p->before) == 1,
        PySet_Contains(w->verbs, p->after) == 1,
        p->before == w->capital,
        p->after == w->capital,
        p->comma,
        form->small,
        is_opening(w, p->before),
        p->shouted,
        most(8, PyTuple_GET_SIZE(p->words)),
        (double)form->persons / (double)form->times,
        (double)form->places / (double)form->times,
        leaning(w->before, p->before),
        leaning(w->after, p->after),
    };
    memcpy(row, out, sizeof out);
    return PyErr_Occurred() ? -1 : 0;
}

/* Rows with room to grow. */
typedef struct {
    double *data;
    size_t count, room;
} Rows;

static double *row_for(Rows *rows)
{
    if (rows->count == rows->room) {
        size_t more = rows->room ? 2 * rows->room : 256;
        double *wider = realloc(rows->data, more * TRAITS * sizeof *wider);
        if (wider == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        rows->data = wider;
        rows->room = more;
    }
    return rows->data + TRAITS * rows->count++;
}

static int fill(const Witness *w, Sheet *s, int lone, PyObject *asked, Rows *rows)
{
    PyObject *listed = PyObject_GetAttr(s->page, s_listed), *proposed = PyObject_GetAttr(s->page, s_proposed);
    int failed = listed == NULL || proposed == NULL || !PyList_Check(listed) || !PyList_Check(proposed) ||
                 PyList_Append(s->held, listed) < 0 || PyList_Append(s->held, proposed) < 0;
    Py_XDECREF(listed);
    Py_XDECREF(proposed);
    if (failed || list_all(w, s, listed) < 0)
        return -1;
    Py_ssize_t count = PyList_GET_SIZE(proposed);
    s->proposed = calloc((size_t)count + 1, sizeof *s->proposed);
    s->form = calloc((size_t)count + 1, sizeof *s->form);
    if (s->proposed == NULL || s->form == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (s->count = 0; s->count < count; s->count++) {
        Proposed *p = &s->proposed[s->count];
        if (read_place(s, PyList_GET_ITEM(proposed, s->count), p) < 0 || note_form(s, p) < 0)
            return -1;
    }
    if (sift(w, s, lone) < 0)
        return -1;
    for (Py_ssize_t k = 0; k < count; k++) {
        Proposed *p = &s->proposed[k];
        p->asked = PySet_Contains(s->believable, p->form) == 1 && PySet_Contains(s->others, p->form) == 0;
        if (!p->asked)
            continue;
        if (surround(w, s, p) < 0 || (p->number = form_number(s, p->form)) < 0)
            return -1;
        look_at(w, p, &s->form[p->number]);
    }
    for (Py_ssize_t k = 0; k < count; k++) {
        const Proposed *p = &s->proposed[k];
        if (!p->asked)
            continue;
        PyObject *pair = PyTuple_Pack(2, s->page, p->place);
        failed = pair == NULL || PyList_Append(asked, pair) < 0;
        Py_XDECREF(pair);
        for (Py_ssize_t c = 0; !failed && c < PyTuple_GET_SIZE(p->candidates); c++) {
            double *row = row_for(rows);
            failed = row == NULL || gather_one(w, s, p, PyTuple_GET_ITEM(p->candidates, c), row) < 0;
        }
        if (failed)
            return -1;
    }
    return 0;
}

static int gather_page(const Witness *w, PyObject *page, int lone, PyObject *asked, Rows *rows)
{
    Sheet s = {.page = page, .text = PyObject_GetAttr(page, s_text), .held = PyList_New(0)};
    PyObject **made[] = {&s.forms, &s.numbers};
    int failed = s.text == NULL || s.held == NULL;
    for (size_t k = 0; k < sizeof made / sizeof *made; k++)
        failed = (*made[k] = PyDict_New()) == NULL || failed;
    failed = (s.believable = PySet_New(NULL)) == NULL || failed;
    failed = (s.others = PySet_New(NULL)) == NULL || failed;
    if (!failed && !PyUnicode_Check(s.text)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        failed = 1;
    }
    if (!failed) {
        s.kind = PyUnicode_KIND(s.text);
        s.data = PyUnicode_DATA(s.text);
        s.size = PyUnicode_GET_LENGTH(s.text);
        failed = fill(w, &s, lone, asked, rows) < 0;
    }
    for (Py_ssize_t k = 0; s.proposed != NULL && k < s.count; k++) {
        Py_XDECREF(s.proposed[k].before);
        Py_XDECREF(s.proposed[k].after);
    }
    free(s.proposed);
    free(s.form);
    free(s.taken);
    for (int k = 0; k < 3; k++)
        free(s.tallies[k]);
    for (size_t k = 0; k < sizeof made / sizeof *made; k++)
        Py_XDECREF(*made[k]);
    Py_XDECREF(s.believable);
    Py_XDECREF(s.others);
    Py_XDECREF(s.held);
    Py_XDECREF(s.text);
    return failed ? -1 : 0;
}

static PyObject *witness_gather(Witness *self, PyObject *args)
{
    PyObject *pages;
    int lone;
    if (!PyArg_ParseTuple(args, "O!p", &PyList_Type, &pages, &lone))
        return NULL;
    PyObject *asked = PyList_New(0), *out = NULL;
    Rows rows = {0};
    int failed = asked == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(pages); k++)
        failed = gather_page(self, PyList_GET_ITEM(pages, k), lone, asked, &rows) < 0;
    if (!failed)
        out = Py_BuildValue("(Oy#)", asked, rows.data ? (const char *)rows.data : "",
                            (Py_ssize_t)(rows.count * TRAITS * sizeof *rows.data));
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no page");
    Py_XDECREF(asked);
    free(rows.data);
    return out;
}

/* -- what the runs of a text hold ------------------------------------------------------------------------------------ */

/* A tuple of some type that has room for so many; its first two are the span. */
static PyObject *tuple_of(PyObject *type, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *out = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, size);
    PyObject *a = out ? PyLong_FromSsize_t(start) : NULL, *b = a ? PyLong_FromSsize_t(end) : NULL;
    if (b == NULL) {
        Py_XDECREF(out);
        Py_XDECREF(a);
        return NULL;
    }
    PyTuple_SET_ITEM(out, 0, a);
    PyTuple_SET_ITEM(out, 1, b);
    return out;
}

static PyObject *name_of(const Witness *w, Py_ssize_t start, Py_ssize_t end, PyObject *span)
{
    PyObject *out = tuple_of(w->name_type, 3, start, end);
    if (out != NULL)
        PyTuple_SET_ITEM(out, 2, Py_NewRef(span));
    return out;
}

static PyObject *place_of(const Witness *w, Py_ssize_t start, Py_ssize_t end, PyObject *span, PyObject *run,
                          PyObject *plan)
{
    PyObject *out = tuple_of(w->place_type, 5, start, end);
    if (out != NULL) {
        PyTuple_SET_ITEM(out, 2, Py_NewRef(span));
        PyTuple_SET_ITEM(out, 3, Py_NewRef(run));
        PyTuple_SET_ITEM(out, 4, Py_NewRef(plan));
    }
    return out;
}

static int append(PyObject *list, PyObject *taken_over)
{
    int failed = taken_over == NULL || PyList_Append(list, taken_over) < 0;
    Py_XDECREF(taken_over);
    return failed ? -1 : 0;
}

/* Whether a stop belongs to what ends there, as the last one of U.S. does. Twin: `pages.listed_name`. */
static int takes_stop(PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    if (end >= PyUnicode_GET_LENGTH(text) || end - start < 2 || PyUnicode_READ_CHAR(text, end) != '.' ||
        PyUnicode_FindChar(text, '.', start, end, 1) < 0)
        return 0;
    return !(Py_UNICODE_ISALPHA(PyUnicode_READ_CHAR(text, end - 2)) &&
             Py_UNICODE_ISALPHA(PyUnicode_READ_CHAR(text, end - 1)));
}

/* Where a span of a run stands in the text: 0, or -1 on an error. */
static int span_at(PyObject *text, Py_ssize_t run, PyObject *span, Py_ssize_t *start, Py_ssize_t *end)
{
    PyObject *a = PyObject_GetAttr(span, s_start), *b = a ? PyObject_GetAttr(span, s_end) : NULL;
    if (b != NULL) {
        *start = run + PyLong_AsSsize_t(a);
        *end = run + PyLong_AsSsize_t(b);
        if (!PyErr_Occurred() && (*start < 0 || *start > *end || *end > PyUnicode_GET_LENGTH(text)))
            PyErr_SetString(PyExc_ValueError, "a span does not fit its text");
    }
    Py_XDECREF(a);
    Py_XDECREF(b);
    return PyErr_Occurred() ? -1 : 0;
}

static int open_run(const Witness *w, PyObject *text, PyObject *where, PyObject *plan, PyObject *const out[3])
{
    Py_ssize_t run = PyLong_AsSsize_t(where), start, end;
    PyObject *listed = PyObject_GetAttr(plan, s_listed), *proposed = listed ? PyObject_GetAttr(plan, s_proposed) : NULL;
    int failed = proposed == NULL || !PyTuple_Check(listed) || !PyTuple_Check(proposed);
    for (Py_ssize_t k = 0; !failed && k < PyTuple_GET_SIZE(listed); k++) {
        PyObject *span = PyTuple_GET_ITEM(listed, k), *weak = PyObject_GetAttr(span, s_weak);
        failed = weak == NULL || span_at(text, run, span, &start, &end) < 0;
        if (!failed) {
            end += takes_stop(text, start, end);
            failed = append(out[weak == Py_True], name_of(w, start, end, span)) < 0;
        }
        Py_XDECREF(weak);
    }
    for (Py_ssize_t k = 0; !failed && k < PyTuple_GET_SIZE(proposed); k++) {
        PyObject *span = PyTuple_GET_ITEM(proposed, k);
        failed = span_at(text, run, span, &start, &end) < 0 ||
                 append(out[2], place_of(w, start, end, span, where, plan)) < 0;
    }
    Py_XDECREF(listed);
    Py_XDECREF(proposed);
    return failed ? -1 : 0;
}

/* Whether a name is spelt as the canonical form of its entity. Twin: `recognise._is_canonical`. */
static int is_canonical(PyObject *text, PyObject *found)
{
    Extent place = {0, 0};
    PyObject *entity = entity_of(found, &place), *canonical;
    canonical = entity ? PyObject_GetAttr(entity, s_canonical) : NULL;
    int same = canonical != NULL && PyUnicode_Check(canonical) && PyUnicode_GET_LENGTH(canonical) == place.end - place.start;
    same = same && PyUnicode_Tailmatch(text, canonical, place.start, place.end, -1) > 0;
    Py_XDECREF(entity);
    Py_XDECREF(canonical);
    return PyErr_Occurred() ? -1 : same;
}

static PyObject *witness_otherwise(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *found;
    if (!PyArg_ParseTuple(args, "UO!", &text, &PyList_Type, &found))
        return NULL;
    PyObject *out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(found); k++) {
        int same = is_canonical(text, PyList_GET_ITEM(found, k));
        if (same < 0 || (!same && append(out, PyLong_FromSsize_t(k)) < 0))
            Py_CLEAR(out);
    }
    return out;
}

static PyObject *witness_open(Witness *self, PyObject *args)
{
    PyObject *text, *runs, *plan_of;
    if (!PyArg_ParseTuple(args, "UO!O", &text, &PyList_Type, &runs, &plan_of))
        return NULL;
    PyObject *const out[3] = {PyList_New(0), PyList_New(0), PyList_New(0)};
    int failed = out[0] == NULL || out[1] == NULL || out[2] == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(runs); k++) {
        PyObject *run = PyList_GET_ITEM(runs, k), *plan = NULL;
        failed = !PyTuple_Check(run) || PyTuple_GET_SIZE(run) != 2 ||
                 (plan = PyObject_CallOneArg(plan_of, PyTuple_GET_ITEM(run, 1))) == NULL ||
                 open_run(self, text, PyTuple_GET_ITEM(run, 0), plan, out) < 0;
        Py_XDECREF(plan);
    }
    if (!failed)
        return Py_BuildValue("(NNN)", out[0], out[1], out[2]);
    for (int k = 0; k < 3; k++)
        Py_XDECREF(out[k]);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no runs, or no plans");
    return NULL;
}

static void witness_dealloc(Witness *self)
{
    for (PyObject **one = &self->titles; one <= &self->place_type; one++)
        Py_XDECREF(*one);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *witness_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"titles", "locatives", "features", "verbs",   "companies", "parts",   "holdings",
                            "foreign", "particles", "before",  "after",   "capital",   "listed",  "nothing",
                            "fold",    "coined",    "signed",  "name",    "place",     "well_known", NULL};
    static const struct {
        PyObject **to;
        const char *name;
    } interned[] = {
        {&s_text, "text"},   {&s_listed, "listed"},   {&s_proposed, "proposed"},     {&s_candidates, "candidates"},
        {&s_form, "form"},   {&s_needy, "needy"},     {&s_entity, "entity"},         {&s_id, "id"},
        {&s_alias, "alias"}, {&s_country, "country"}, {&s_prominence, "prominence"}, {&s_words, "words"},
        {&s_start, "start"}, {&s_end, "end"},         {&s_in_small, "_in_small"},    {&s_weak, "weak"},
        {&s_canonical, "canonical"},
    };
    for (size_t k = 0; k < sizeof interned / sizeof *interned; k++)
        if (*interned[k].to == NULL && (*interned[k].to = PyUnicode_InternFromString(interned[k].name)) == NULL)
            return NULL;
    Witness *self = (Witness *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    PyTypeObject *set = &PyFrozenSet_Type, *dict = &PyDict_Type;
    int parsed = PyArg_ParseTupleAndKeywords(
        args, kwargs, "O!O!O!O!O!O!O!O!O!O!O!UUUOOOO!O!L", names, set, &self->titles, set, &self->locatives, set,
        &self->features, set, &self->verbs, set, &self->companies, set, &self->parts, set, &self->holdings, set,
        &self->foreign, set, &self->particles, dict, &self->before, dict, &self->after, &self->capital, &self->listed,
        &self->nothing, &self->fold, &self->coined, &self->signed_, &PyType_Type, &self->name_type,
        &PyType_Type, &self->place_type, &self->well_known);
    for (PyObject **one = &self->titles; one <= &self->place_type; one++)
        Py_XINCREF(*one);
    if (parsed && !(PyType_IsSubtype((PyTypeObject *)self->name_type, &PyTuple_Type) &&
                    PyType_IsSubtype((PyTypeObject *)self->place_type, &PyTuple_Type))) {
        PyErr_SetString(PyExc_TypeError, "names and places are tuples");
        parsed = 0;
    }
    if (!parsed)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static PyMethodDef witness_methods[] = {
    {"open", (PyCFunction)witness_open, METH_VARARGS,
     "What the runs (start, run) of a text hold, given what plans a run: listed names, those that need support, and\n"
     "proposals."},
    {"otherwise", (PyCFunction)witness_otherwise, METH_VARARGS,
     "Which of the names found in a text, by their numbers, are not spelt as the canonical form."},
    {"gather", (PyCFunction)witness_gather, METH_VARARGS,
     "The proposals of some pages that are believable, each with its page, and the evidence for each of their candidates:\n"
     "one row after the other, as doubles. With a second argument that is true, those that lack company too."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject WitnessType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Witness",
    .tp_doc = "Tells what documents say about the forms proposed in them.",
    .tp_basicsize = sizeof(Witness),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = witness_new,
    .tp_dealloc = (destructor)witness_dealloc,
    .tp_methods = witness_methods,
};
