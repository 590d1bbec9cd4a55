/* Plans of runs of which the sieve knows all. Twin: `spans.Planner`, which makes the same of what it finds itself. */
#include "sieve.h"

enum { MOST_MADE = 60000, MOST_NAMED = 20000 };

static Shape plan_shape = {3, {"listed", "proposed", "words"}, NULL, {0}};
static Shape span_shape = {6, {"start", "end", "form", "candidates", "weak", "needy"}, NULL, {0}};
static Shape candidate_shape = {6, {"entity", "alias", "kind", "match", "score", "reasons"}, NULL, {0}};
static Shape entity_shape = {5, {"id", "type", "canonical", "prominence", "country"}, NULL, {0}};

static PyObject *matches[MATCHES];

int draft_open(Sieve *s, PyObject *makers)
{
    static const char *const match[MATCHES] = {"fuzzy", "rule", "exact", "alias"};
    int fits = PyTuple_GET_SIZE(makers) == MAKERS;
    for (int k = PLAN; fits && k <= ENTITY_TYPE; k++)
        fits = PyType_Check(PyTuple_GET_ITEM(makers, k));
    if (!fits || !PyTuple_Check(PyTuple_GET_ITEM(makers, KIND_NAMES))) {
        PyErr_SetString(PyExc_TypeError, "plans are made of four types, kinds, reasons and two functions");
        return -1;
    }
    s->makers = Py_NewRef(makers);
    if ((s->made = PyDict_New()) == NULL || (s->named[0] = PyDict_New()) == NULL || (s->named[1] = PyDict_New()) == NULL)
        return -1;
    for (int k = 0; k < MATCHES; k++)
        if (matches[k] == NULL && (matches[k] = PyUnicode_InternFromString(match[k])) == NULL)
            return -1;
    return 0;
}

void draft_close(Sieve *s)
{
    Py_XDECREF(s->makers);
    Py_XDECREF(s->made);
    Py_XDECREF(s->named[0]);
    Py_XDECREF(s->named[1]);
}

PyObject *maker(const Sieve *s, int which)
{
    return PyTuple_GET_ITEM(s->makers, which);
}

static PyObject *form_of(const Sifted *found, int at, int end)
{
    char form[MOST_FORM];
    int size = join(found->words, at, end, form);
    return ascii_str(form, size);
}

/* In capitals throughout, and of more than two words. */
static int is_shouted(const Sifted *found)
{
    int upper = 0, lower = 0;
    for (int k = 0; k < found->word_count; k++) {
        upper |= found->words[k].upper;
        lower |= found->words[k].lower;
    }
    return found->word_count > 2 && upper && !lower;
}

/* What the spelling of some words names, where it must be asked. */
static PyObject *ask_listing(const Sieve *s, const Sifted *found, int at, int end, PyObject *surface, int shouted)
{
    PyObject *given[4] = {surface, form_of(found, at, end), PyLong_FromLong(end - at), shouted ? Py_True : Py_False};
    PyObject *named = given[1] && given[2] ? PyObject_Vectorcall(maker(s, NAMED), given, 4, NULL) : NULL;
    Py_XDECREF(given[1]);
    Py_XDECREF(given[2]);
    if (named != NULL && named != Py_None && !(PyTuple_Check(named) && PyTuple_GET_SIZE(named) == 4)) {
        PyErr_SetString(PyExc_TypeError, "what is named is a tuple of four");
        Py_CLEAR(named);
    }
    return named;
}

PyObject *named_at(const Sieve *s, const Sifted *found, int at, int end)
{
    Slice run = found->run;
    int begin = found->words[at].begin, size = found->words[end - 1].end - begin, shouted = is_shouted(found);
    Slice spelt = {run.kind, (const char *)run.data + begin * run.kind, size};
    PyObject *surface = PyUnicode_FromKindAndData(spelt.kind, spelt.data, spelt.size);
    PyObject *known = s->named[shouted], *out = surface ? Py_XNewRef(PyDict_GetItemWithError(known, surface)) : NULL;
    if (out == NULL && !PyErr_Occurred()) {
        out = listing_of(s, found, at, end, spelt);
        if (out == NULL && !PyErr_Occurred())
            out = ask_listing(s, found, at, end, surface, shouted);
        if (PyDict_GET_SIZE(known) > MOST_NAMED)
            PyDict_Clear(known);
        if (out != NULL && PyDict_SetItem(known, surface, out) < 0)
            Py_CLEAR(out);
    }
    Py_XDECREF(surface);
    return out;
}

static PyObject *words_of(const Sifted *found)
{
    PyObject *out = PyTuple_New(found->word_count);
    for (int k = 0; out != NULL && k < found->word_count; k++) {
        const Word *w = &found->words[k];
        PyObject *values[] = {PyLong_FromLong(w->begin), PyLong_FromLong(w->end), ascii_str(w->text, w->size)};
        PyObject *one = tuple_with(3, values);
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, one);
    }
    return out;
}

static PyObject *span_of(const Sieve *s, const Sifted *found, int at, int end, PyObject *candidates, PyObject *weak,
                         int needy)
{
    PyObject *values[] = {
        PyLong_FromLong(found->words[at].begin), PyLong_FromLong(found->words[end - 1].end), form_of(found, at, end),
        candidates, weak, Py_NewRef(needy ? Py_True : Py_False),
    };
    return object_of(maker(s, SPAN), &span_shape, values);
}

static PyObject *listed_of(const Sieve *s, const Sifted *found, int *loud)
{
    PyObject *out = PyTuple_New(found->name_count);
    for (int k = 0; out != NULL && k < found->name_count; k++) {
        int at = found->listed[k][0], end = found->listed[k][1];
        PyObject *named = named_at(s, found, at, end), *span = NULL;
        if (named == Py_None)
            PyErr_SetString(PyExc_ValueError, "a name is listed for the sieve alone");
        else if (named != NULL) {
            *loud |= PyTuple_GET_ITEM(named, 2) == Py_True;
            span = span_of(s, found, at, end, Py_NewRef(PyTuple_GET_ITEM(named, 0)),
                           Py_NewRef(PyTuple_GET_ITEM(named, 1)), 0);
        }
        Py_XDECREF(named);
        if (span == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, span);
    }
    return out;
}

PyObject *layer_string(const Layer *layer, int text, uint32_t k)
{
    int size;
    const char *from = string_at(layer, text, k, &size);
    return is_ascii(from, size) ? ascii_str(from, size) : PyUnicode_DecodeUTF8(from, size, "surrogatepass");
}

/* An entity, made once. Twin: `Index.entity`. */
PyObject *layer_entity(const Sieve *s, const Layer *layer, uint32_t number)
{
    PyObject *key = PyLong_FromUnsignedLong(number), *known = key ? PyDict_GetItemWithError(layer->known, key) : NULL;
    if (known != NULL || PyErr_Occurred()) {
        Py_XDECREF(key);
        return Py_XNewRef(known);
    }
    PyObject *values[] = {
        layer_string(layer, ID, number), layer_string(layer, TYPE, number), layer_string(layer, CANONICAL, number),
        PyLong_FromLongLong(((const int64_t *)layer->at[PROMINENCE].buf)[number]), layer_string(layer, COUNTRY, number),
    };
    PyObject *out = object_of(maker(s, ENTITY_TYPE), &entity_shape, values);
    if (out != NULL && PyDict_SetItem(layer->known, key, out) < 0)
        Py_CLEAR(out);
    Py_DECREF(key);
    return out;
}

static PyObject *candidate_from(const Sieve *s, int table, uint32_t number, int kind, int match, PyObject *why)
{
    const Layer *layer = &s->layers[table];
    PyObject *kinds = maker(s, KIND_NAMES);
    if (kind >= PyTuple_GET_SIZE(kinds)) {
        PyErr_SetString(PyExc_ValueError, "an alias is of a kind that is not known");
        Py_XDECREF(why);
        return NULL;
    }
    PyObject *values[] = {
        layer_entity(s, layer, ((const uint32_t *)layer->at[ENTITY].buf)[number]),
        layer_string(layer, TEXT, number),
        Py_NewRef(PyTuple_GET_ITEM(kinds, kind)),
        Py_NewRef(matches[match]),
        PyFloat_FromDouble(match != BY_LIKENESS),
        why,
    };
    return object_of(maker(s, CANDIDATE), &candidate_shape, values);
}

/* Why a form names an alias under the rules; asked for where that is not told here. */
static PyObject *why_of(const Sieve *s, const Near *near, const char *form, int size)
{
    int n;
    const Layer *layer = &s->layers[near->layer];
    const char *folded = string_at(layer, FOLDED, near->alias, &n);
    PyObject *out = reasons_of(s, form, size, folded, n);
    if (out != NULL || PyErr_Occurred())
        return out;
    PyObject *given = PyUnicode_FromStringAndSize(form, size), *alias = layer_string(layer, TEXT, near->alias);
    if (given != NULL && alias != NULL)
        out = PyObject_CallFunctionObjArgs(maker(s, WHY), given, alias, NULL);
    Py_XDECREF(given);
    Py_XDECREF(alias);
    return out;
}

static PyObject *new_candidate(const Sieve *s, const Near *near, const char *form, int size)
{
    int kind = ((const uint8_t *)s->layers[near->layer].at[KINDS].buf)[near->alias];
    PyObject *why = near->how == FUZZY    ? PyTuple_New(0)
                    : near->how == JOINED ? Py_NewRef(maker(s, WHY_JOINED))
                                          : why_of(s, near, form, size);
    if (why == NULL)
        return NULL;
    return candidate_from(s, near->layer, near->alias, kind, near->how != FUZZY ? BY_RULE : BY_LIKENESS, why);
}

PyObject *listed_candidate(const Sieve *s, int table, const Row *row, int exact)
{
    PyObject *key = PyLong_FromLongLong(-1 - (((long long)table << 32) | row->alias));
    PyObject *out = key ? Py_XNewRef(PyDict_GetItemWithError(s->made, key)) : NULL;
    if (out == NULL && !PyErr_Occurred()) {
        if (PyDict_GET_SIZE(s->made) > MOST_MADE)
            PyDict_Clear(s->made);
        PyObject *why = PyTuple_New(0);
        out = why ? candidate_from(s, table, row->alias, row->kind, exact ? AS_IT_IS : AS_ALIAS, why) : NULL;
        if (out != NULL && PyDict_SetItem(s->made, key, out) < 0)
            Py_CLEAR(out);
    }
    Py_XDECREF(key);
    return out;
}

/* A candidate of a form, made once unless its reasons are those of the form. Twin: `Candidates.at`. */
static PyObject *candidate_of(const Sieve *s, const Near *near, const char *form, int size)
{
    if (near->how != FUZZY && near->how != JOINED)
        return new_candidate(s, near, form, size);
    long long number = ((long long)near->layer << 33) | ((long long)near->alias << 1) | (near->how == JOINED);
    PyObject *key = PyLong_FromLongLong(number);
    PyObject *out = key ? Py_XNewRef(PyDict_GetItemWithError(s->made, key)) : NULL;
    if (out == NULL && !PyErr_Occurred()) {
        if (PyDict_GET_SIZE(s->made) > MOST_MADE)
            PyDict_Clear(s->made);
        if ((out = new_candidate(s, near, form, size)) != NULL && PyDict_SetItem(s->made, key, out) < 0)
            Py_CLEAR(out);
    }
    Py_XDECREF(key);
    return out;
}

/* The nearest names of a form, as candidates. */
static PyObject *candidates_of(const Sieve *s, const Sifted *found, const Hit *hit)
{
    char form[MOST_FORM];
    int size = join(found->words, hit->at, hit->end, form);
    PyObject *out = PyTuple_New(hit->near_count);
    for (int k = 0; out != NULL && k < hit->near_count; k++) {
        PyObject *one = candidate_of(s, &hit->near[k], form, size);
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, one);
    }
    return out;
}

static PyObject *proposed_of(const Sieve *s, const Sifted *found)
{
    PyObject *out = PyTuple_New(found->hit_count);
    for (int k = 0; out != NULL && k < found->hit_count; k++) {
        const Hit *hit = &found->hits[k];
        PyObject *span = span_of(s, found, hit->at, hit->end, candidates_of(s, found, hit), Py_NewRef(Py_False),
                                 hit->hope == HOPE_NEEDY);
        if (span == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, span);
    }
    return out;
}

PyObject *draft_of(const Sieve *s, const Sifted *found, int *grade)
{
    int loud = 0;
    for (int k = 0; k < found->hit_count; k++)
        loud |= found->hits[k].hope == HOPE_GOOD;
    PyObject *listed = listed_of(s, found, &loud), *proposed = listed ? proposed_of(s, found) : NULL;
    PyObject *values[] = {listed, proposed, proposed ? words_of(found) : NULL};
    *grade = loud ? LOUD : found->hit_count ? NEEDY : found->name_count ? LISTED : NOTHING;
    return object_of(maker(s, PLAN), &plan_shape, values);
}
