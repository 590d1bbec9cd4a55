/* What the runs of a text hold. Twins: `planned_plain`, `opened_plain` and `otherwise_plain` in `pages.py`. */
#include "witness.h"

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

int append(PyObject *list, PyObject *taken_over)
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
    PyObject *a = get(span, &s_start), *b = a ? get(span, &s_end) : NULL;
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
    PyObject *listed = get(plan, &s_listed), *proposed = listed ? get(plan, &s_proposed) : NULL;
    int failed = proposed == NULL || !PyTuple_Check(listed) || !PyTuple_Check(proposed);
    for (Py_ssize_t k = 0; !failed && k < PyTuple_GET_SIZE(listed); k++) {
        PyObject *span = PyTuple_GET_ITEM(listed, k), *weak = get(span, &s_weak);
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

/* Whether a name is spelt as the canonical form of its entity. Twin: `pages.otherwise_plain`. */
int is_canonical(PyObject *text, PyObject *entity, Extent place)
{
    PyObject *canonical = entity ? get(entity, &s_canonical) : NULL;
    int same = canonical != NULL && PyUnicode_Check(canonical) &&
               PyUnicode_GET_LENGTH(canonical) == place.end - place.start;
    same = same && PyUnicode_Tailmatch(text, canonical, place.start, place.end, -1) > 0;
    Py_XDECREF(canonical);
    return PyErr_Occurred() ? -1 : same;
}

PyObject *witness_otherwise(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *found;
    if (!PyArg_ParseTuple(args, "UO!", &text, &PyList_Type, &found))
        return NULL;
    PyObject *out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(found); k++) {
        Extent place = {0, 0};
        PyObject *entity = entity_of(PyList_GET_ITEM(found, k), &place);
        int same = is_canonical(text, entity, place);
        Py_XDECREF(entity);
        if (same < 0 || (!same && append(out, PyLong_FromSsize_t(k)) < 0))
            Py_CLEAR(out);
    }
    return out;
}

/* A run of a text, with its `Grade`. */
typedef struct {
    Py_ssize_t start, end;
    long grade;
} Run;

static int read_run(PyObject *text, PyObject *span, Run *run) /* 0 on an error */
{
    if (PyTuple_Check(span) && PyTuple_GET_SIZE(span) == 3) {
        run->start = PyLong_AsSsize_t(PyTuple_GET_ITEM(span, 0));
        run->end = PyLong_AsSsize_t(PyTuple_GET_ITEM(span, 1));
        run->grade = PyLong_AsLong(PyTuple_GET_ITEM(span, 2));
        if (!PyErr_Occurred() && run->start >= 0 && run->start <= run->end && run->end <= PyUnicode_GET_LENGTH(text))
            return 1;
    }
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no run");
    return 0;
}

/* Whether a plan tells nothing that the rest of its text has a say in. Twin: `pages._is_settled`. */
static int is_settled(PyObject *plan)
{
    PyObject *proposed = get(plan, &s_proposed), *listed = proposed ? get(plan, &s_listed) : NULL;
    int out = listed == NULL || !PyTuple_Check(listed) || !PyTuple_Check(proposed) ? -1 : !PyTuple_GET_SIZE(proposed);
    for (Py_ssize_t k = 0; out == 1 && k < PyTuple_GET_SIZE(listed); k++) {
        PyObject *weak = get(PyTuple_GET_ITEM(listed, k), &s_weak);
        out = weak == NULL ? -1 : weak != Py_True;
        Py_XDECREF(weak);
    }
    Py_XDECREF(proposed);
    Py_XDECREF(listed);
    if (out < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no plan");
    return out;
}

/* The plan of a run, borrowed, or the run itself, which is added to those missing; NULL on an error. */
static PyObject *plan_or_run(PyObject *text, const Run *run, PyObject *plans, PyObject *missing)
{
    PyObject *name = PyUnicode_Substring(text, run->start, run->end), *plan;
    if (name == NULL)
        return NULL;
    plan = PyDict_GetItemWithError(plans, name);
    if (plan == NULL && !PyErr_Occurred() && PyList_Append(missing, name) == 0)
        plan = name; /* held there */
    Py_DECREF(name);
    return plan;
}

/* Add the plans of the runs above some grade: 1, or -1 on an error; above one, 0 where one of them is not settled. */
static int add_plans(PyObject *text, PyObject *spans, PyObject *plans, PyObject *missing, long above, PyObject *out)
{
    int settled = 1;
    for (Py_ssize_t k = 0; settled >= 0 && k < PyList_GET_SIZE(spans); k++) {
        PyObject *span = PyList_GET_ITEM(spans, k), *plan;
        Run run;
        if (!read_run(text, span, &run))
            return -1;
        if (run.grade <= above)
            continue;
        plan = plan_or_run(text, &run, plans, missing);
        PyObject *const values[] = {Py_NewRef(PyTuple_GET_ITEM(span, 0)), Py_XNewRef(plan)};
        if (append(out, tuple_with(2, values)) < 0)
            return -1;
        if (above > 0 && (PyUnicode_Check(plan) || (settled = is_settled(plan)) <= 0))
            return settled < 0 ? -1 : 0;
    }
    return settled;
}

static PyObject *plans_of(PyObject *text, PyObject *spans, PyObject *plans, PyObject *missing, long spared)
{
    PyObject *out = PyList_New(0);
    Py_ssize_t before = PyList_GET_SIZE(missing);
    int done = out == NULL ? -1 : spared > 0 ? add_plans(text, spans, plans, missing, spared, out) : 0;
    if (done == 0 && PyList_SetSlice(out, 0, PyList_GET_SIZE(out), NULL) == 0 &&
        PyList_SetSlice(missing, before, PyList_GET_SIZE(missing), NULL) == 0)
        done = add_plans(text, spans, plans, missing, 0, out);
    if (done <= 0)
        Py_CLEAR(out);
    return out;
}

PyObject *witness_plans(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *spans, *plans, *missing;
    long spared;
    if (!PyArg_ParseTuple(args, "UO!O!O!l", &text, &PyList_Type, &spans, &PyDict_Type, &plans, &PyList_Type, &missing,
                          &spared))
        return NULL;
    return plans_of(text, spans, plans, missing, spared);
}

/* What was seen of a text: its runs, whether it has capitals, and whether words in small letters open names. */
static int is_seen(PyObject *one)
{
    return PyTuple_Check(one) && PyTuple_GET_SIZE(one) == 3 && PyList_Check(PyTuple_GET_ITEM(one, 0));
}

static int opens_small(PyObject *seen)
{
    return PyTuple_GET_ITEM(seen, 2) != Py_False;
}

/* Texts, and as many of something else. */
static int are_texts(PyObject *texts, PyObject *others)
{
    int fits = PyList_GET_SIZE(texts) == PyList_GET_SIZE(others);
    for (Py_ssize_t k = 0; fits && k < PyList_GET_SIZE(texts); k++)
        fits = PyUnicode_Check(PyList_GET_ITEM(texts, k));
    if (!fits)
        PyErr_SetString(PyExc_TypeError, "texts, and something for each");
    return fits;
}

PyObject *witness_all_plans(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *texts, *seen, *plans, *missing, *out;
    long spared;
    if (!PyArg_ParseTuple(args, "O!O!O!O!l", &PyList_Type, &texts, &PyList_Type, &seen, &PyDict_Type, &plans,
                          &PyList_Type, &missing, &spared) ||
        !are_texts(texts, seen) || (out = PyList_New(0)) == NULL)
        return NULL;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(texts); k++) {
        PyObject *one = PyList_GET_ITEM(seen, k);
        if (!is_seen(one)) {
            PyErr_SetString(PyExc_TypeError, "what is seen is a tuple of three");
            Py_CLEAR(out);
        } else if (append(out, plans_of(PyList_GET_ITEM(texts, k), PyTuple_GET_ITEM(one, 0), plans, missing,
                                        opens_small(one) ? 0 : spared)) < 0) {
            Py_CLEAR(out);
        }
    }
    return out;
}

PyObject *plan_for(PyObject *known, PyObject *plan_of, PyObject *run)
{
    PyObject *given = PyTuple_Check(run) && PyTuple_GET_SIZE(run) == 2 ? PyTuple_GET_ITEM(run, 1) : NULL;
    if (given == NULL)
        PyErr_SetString(PyExc_TypeError, "no run");
    if (given == NULL || !PyUnicode_Check(given))
        return Py_XNewRef(given);
    PyObject *found = PyDict_GetItemWithError(known, given);
    return found || PyErr_Occurred() ? Py_XNewRef(found) : PyObject_CallOneArg(plan_of, given);
}

/* What the runs of a text hold: names, weak ones, proposals; 0, or -1 on an error. */
static int open_runs(const Witness *self, PyObject *text, PyObject *runs, PyObject *known, PyObject *plan_of,
                     PyObject *const out[3])
{
    int failed = out[0] == NULL || out[1] == NULL || out[2] == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(runs); k++) {
        PyObject *run = PyList_GET_ITEM(runs, k), *plan = NULL;
        failed = (plan = plan_for(known, plan_of, run)) == NULL ||
                 open_run(self, text, PyTuple_GET_ITEM(run, 0), plan, out) < 0;
        Py_XDECREF(plan);
    }
    if (failed && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no runs, or no plans");
    return failed ? -1 : 0;
}

PyObject *witness_open(Witness *self, PyObject *args)
{
    PyObject *text, *runs, *known, *plan_of, *out = NULL;
    if (!PyArg_ParseTuple(args, "UO!O!O", &text, &PyList_Type, &runs, &PyDict_Type, &known, &plan_of))
        return NULL;
    PyObject *const found[3] = {PyList_New(0), PyList_New(0), PyList_New(0)};
    if (open_runs(self, text, runs, known, plan_of, found) == 0)
        out = PyTuple_Pack(3, found[0], found[1], found[2]);
    for (int k = 0; k < 3; k++)
        Py_XDECREF(found[k]);
    return out;
}

/* Add to the names those weak ones whose entity is among them: 0, or -1 on an error. */
static int support(PyObject *names, PyObject *weak)
{
    PyObject *sure = PySet_New(NULL);
    int failed = sure == NULL;
    for (Py_ssize_t k = 0, n = PyList_GET_SIZE(names); !failed && k < n + PyList_GET_SIZE(weak); k++) {
        PyObject *one = k < n ? PyList_GET_ITEM(names, k) : PyList_GET_ITEM(weak, k - n);
        Extent place;
        PyObject *entity = entity_of(one, &place), *id = entity ? get(entity, &s_id) : NULL;
        int known = id == NULL ? -1 : k < n ? PySet_Add(sure, id) : PySet_Contains(sure, id);
        failed = known < 0 || (known > 0 && PyList_Append(names, one) < 0);
        Py_XDECREF(entity);
        Py_XDECREF(id);
    }
    Py_XDECREF(sure);
    return failed ? -1 : 0;
}

/* The next ticker of a text from a place on, as <JAPN.T>; 0 where there is none. Twin: `protected._TICKER`. */
static int next_ticker(PyObject *text, Py_ssize_t from, Extent *out)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    while (from < n && (from = PyUnicode_FindChar(text, '<', from, n, 1)) >= 0) {
        Py_ssize_t k = from + 1;
        for (; k < n; k++) {
            Py_UCS4 c = PyUnicode_READ_CHAR(text, k);
            if (!(is_high(c) || (c >= '0' && c <= '9') || c == '.'))
                break;
        }
        *out = (Extent){from, k + 1};
        if (k > from + 1 && k < n && PyUnicode_READ_CHAR(text, k) == '>')
            return 1;
        from++;
    }
    return 0;
}

/* Take from what is found in a text, in its order, that which shares a place with a ticker: 0, or -1 on an error. */
static int without_tickers(PyObject *text, PyObject *found)
{
    Extent ticker;
    int more = next_ticker(text, 0, &ticker);
    Py_ssize_t kept = 0, count = PyList_GET_SIZE(found);
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *one = PyList_GET_ITEM(found, k);
        Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(one, 0)), end = PyLong_AsSsize_t(PyTuple_GET_ITEM(one, 1));
        while (more && ticker.end <= start)
            more = next_ticker(text, ticker.end, &ticker);
        if (more && ticker.start < end)
            continue;
        /* Those that go gather behind those that stay, so that the list is cut once. */
        PyList_SET_ITEM(found, k, PyList_GET_ITEM(found, kept));
        PyList_SET_ITEM(found, kept, one);
        kept++;
    }
    return PyErr_Occurred() || (kept < count && PyList_SetSlice(found, kept, count, NULL) < 0) ? -1 : 0;
}

/* Where all pages come from: the plans that there are, and what plans a run; the sieve; what makes a page of a text that is
   not plain; the signs that are passed over; and the type. */
typedef struct {
    PyObject *known, *plan_of, *sieve, *rest, *type;
    unsigned passed;
} Opener;

static Shape page_shape = {6, {"text", "listed", "proposed", "partial", "_mended", "_small"}, NULL, {0}};

/* Whether a text holds nothing beside its runs, but for tickers, given its signs; -1 on an error. */
static int is_plain(const Opener *o, PyObject *text, PyObject *seen, unsigned signs)
{
    if (signs & ~LESS_SIGN)
        return 0;
    return opens_small(seen) ? sieve_opens_none(o->sieve, text, PyTuple_GET_ITEM(seen, 1) != Py_False) : 1;
}

/* The page of a text; `rest` makes one of a text that has signs, but for those that are passed over and those of
   tickers, or in which words in small letters may open names. */
static PyObject *page_of(const Witness *w, const Opener *o, PyObject *text, PyObject *seen, PyObject *runs)
{
    PyObject *const found[3] = {PyList_New(0), PyList_New(0), PyList_New(0)};
    PyObject *out = NULL;
    if (open_runs(w, text, runs, o->known, o->plan_of, found) == 0) {
        unsigned signs = signs_of(text) & ~o->passed;
        int plain = is_plain(o, text, seen, signs), failed = plain < 0;
        PyObject *there = plain ? NULL : PyLong_FromUnsignedLong(signs);
        for (int k = 0; k < 3 && plain && signs; k++)
            failed = failed || without_tickers(text, found[k]) < 0;
        if (there != NULL) {
            out = PyObject_CallFunctionObjArgs(o->rest, text, seen, runs, found[0], found[1], found[2], there, NULL);
        } else if (plain && !failed && (PyList_GET_SIZE(found[1]) == 0 || support(found[0], found[1]) == 0)) {
            int partial = PyList_GET_SIZE(runs) < PyList_GET_SIZE(PyTuple_GET_ITEM(seen, 0));
            PyObject *values[] = {
                Py_NewRef(text), Py_NewRef(found[0]), Py_NewRef(found[2]), Py_NewRef(partial ? Py_True : Py_False),
                PyLong_FromLong(0), Py_NewRef(Py_None),
            };
            out = object_of(o->type, &page_shape, values);
        }
        Py_XDECREF(there);
    }
    for (int k = 0; k < 3; k++)
        Py_XDECREF(found[k]);
    return out;
}

PyObject *witness_pages(Witness *self, PyObject *args)
{
    PyObject *texts, *seen, *runs, *out;
    Opener o;
    if (!PyArg_ParseTuple(args, "O!O!O!O!OO!OIO!", &PyList_Type, &texts, &PyList_Type, &seen, &PyList_Type, &runs,
                          &PyDict_Type, &o.known, &o.plan_of, &SieveType, &o.sieve, &o.rest, &o.passed, &PyType_Type, &o.type) ||
        !are_texts(texts, seen) || !are_texts(texts, runs) || (out = PyList_New(0)) == NULL)
        return NULL;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(texts); k++) {
        PyObject *one = PyList_GET_ITEM(seen, k), *planned = PyList_GET_ITEM(runs, k);
        if (!is_seen(one) || !PyList_Check(planned)) {
            PyErr_SetString(PyExc_TypeError, "what is seen is a tuple of three, and runs are a list");
            Py_CLEAR(out);
        } else if (append(out, page_of(self, &o, PyList_GET_ITEM(texts, k), one, planned)) < 0) {
            Py_CLEAR(out);
        }
    }
    return out;
}
