/* Plans of runs of which the sieve knows all. Twin: `spans.Planner`, which makes the same of what it finds itself. */
#include "sieve.h"

enum { SPAN_PARTS = 6, PLAN_PARTS = 3 };

static PyObject *span_parts[SPAN_PARTS], *plan_parts[PLAN_PARTS];

static int intern_all(PyObject **to, const char *const *names, int count)
{
    for (int k = 0; k < count; k++)
        if (to[k] == NULL && (to[k] = PyUnicode_InternFromString(names[k])) == NULL)
            return -1;
    return 0;
}

int draft_open(void)
{
    static const char *const span[] = {"start", "end", "form", "candidates", "weak", "needy"};
    static const char *const plan[] = {"listed", "proposed", "words"};
    return intern_all(span_parts, span, SPAN_PARTS) < 0 || intern_all(plan_parts, plan, PLAN_PARTS) < 0 ? -1 : 0;
}

/* An object of some slots, whose values are taken over; any of these may be NULL on an error. Of a frozen class the slots
   are set past its own `__setattr__`, as its `__init__` does. */
static PyObject *made(PyTypeObject *type, PyObject *const *names, PyObject *const *values, int count)
{
    int failed = 0;
    for (int k = 0; k < count; k++)
        failed |= values[k] == NULL;
    PyObject *out = failed ? NULL : type->tp_alloc(type, 0);
    for (int k = 0; k < count; k++) {
        if (out != NULL && PyObject_GenericSetAttr(out, names[k], values[k]) < 0)
            Py_CLEAR(out);
        Py_XDECREF(values[k]);
    }
    return out;
}

static PyObject *form_of(const Sifted *found, int at, int end)
{
    char form[MOST_FORM];
    int size = join(found->words, at, end, form);
    return PyUnicode_FromStringAndSize(form, size);
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

PyObject *named_at(const Sieve *s, const Sifted *found, int at, int end)
{
    Slice run = found->run;
    int begin = found->words[at].begin, size = found->words[end - 1].end - begin;
    PyObject *given[4] = {
        PyUnicode_FromKindAndData(run.kind, (const char *)run.data + begin * run.kind, size),
        form_of(found, at, end),
        PyLong_FromLong(end - at),
        Py_NewRef(is_shouted(found) ? Py_True : Py_False),
    };
    PyObject *named = given[0] && given[1] && given[2] ? PyObject_Vectorcall(s->named, given, 4, NULL) : NULL;
    for (int k = 0; k < 4; k++)
        Py_XDECREF(given[k]);
    if (named != NULL && named != Py_None && !(PyTuple_Check(named) && PyTuple_GET_SIZE(named) == 4)) {
        PyErr_SetString(PyExc_TypeError, "what is named is a tuple of four");
        Py_CLEAR(named);
    }
    return named;
}

static PyObject *words_of(const Sifted *found)
{
    PyObject *out = PyTuple_New(found->word_count);
    for (int k = 0; out != NULL && k < found->word_count; k++) {
        const Word *w = &found->words[k];
        PyObject *begin = PyLong_FromLong(w->begin), *end = PyLong_FromLong(w->end);
        PyObject *text = PyUnicode_FromStringAndSize(w->text, w->size);
        PyObject *one = begin && end && text ? PyTuple_Pack(3, begin, end, text) : NULL;
        Py_XDECREF(begin);
        Py_XDECREF(end);
        Py_XDECREF(text);
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
    PyObject *values[SPAN_PARTS] = {
        PyLong_FromLong(found->words[at].begin), PyLong_FromLong(found->words[end - 1].end), form_of(found, at, end),
        candidates, weak, Py_NewRef(needy ? Py_True : Py_False),
    };
    return made(s->span_type, span_parts, values, SPAN_PARTS);
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

/* The nearest names of a form, as candidates. */
static PyObject *candidates_of(const Sieve *s, const Sifted *found, const Hit *hit)
{
    PyObject *form = form_of(found, hit->at, hit->end), *out = form ? PyTuple_New(hit->near_count) : NULL;
    for (int k = 0; out != NULL && k < hit->near_count; k++) {
        PyObject *given[4] = {form, PyLong_FromLong(hit->near[k].layer), PyLong_FromUnsignedLong(hit->near[k].alias),
                              PyLong_FromLong(hit->near[k].how)};
        PyObject *one = given[1] && given[2] && given[3] ? PyObject_Vectorcall(s->at, given, 4, NULL) : NULL;
        for (int j = 1; j < 4; j++)
            Py_XDECREF(given[j]);
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, one);
    }
    Py_XDECREF(form);
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
    PyObject *values[PLAN_PARTS] = {listed, proposed, proposed ? words_of(found) : NULL};
    *grade = loud ? LOUD : found->hit_count ? NEEDY : found->name_count ? LISTED : NOTHING;
    return made(s->plan_type, plan_parts, values, PLAN_PARTS);
}
