/* Texts in which no form that needs company has any. Twin: `Recogniser.is_lonely`. */
#include "witness.h"

/* How many spans a part of some plans has: -1 on an error. */
static Py_ssize_t count_spans(PyObject *plans, Attribute *part)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(plans); k++) {
        PyObject *some = get(PyList_GET_ITEM(plans, k), part);
        if (some == NULL || !PyTuple_Check(some)) {
            Py_XDECREF(some);
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "no plan");
            return -1;
        }
        count += PyTuple_GET_SIZE(some);
        Py_DECREF(some); /* the plan holds it */
    }
    return count;
}

/* A span of a plan, borrowed: its form and candidates, which it holds; 0 on an error. */
static int read_span(PyObject *span, PyObject **form, PyObject **candidates)
{
    PyObject *a = get(span, &s_form), *b = a ? get(span, &s_candidates) : NULL;
    int fits = b != NULL && PyUnicode_Check(a) && PyTuple_Check(b) && PyTuple_GET_SIZE(b) > 0;
    *form = a;
    *candidates = b;
    Py_XDECREF(a);
    Py_XDECREF(b);
    if (!fits && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no span");
    return fits;
}

static int note_entity(Sheet *s, Py_ssize_t at, PyObject *of) /* a candidate, or a mention; 0 on an error */
{
    PyObject *id = deep(of, &s_entity, &s_id);
    s->tallies[ENTITIES][at] = hash_of(id);
    Py_XDECREF(id);
    return !PyErr_Occurred();
}

/* Count what is listed: the spans of the plans, and the hosts; 0 on an error. */
static int note_listed(Sheet *s, PyObject *plans, PyObject *hosts)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(plans); k++) {
        PyObject *some = get(PyList_GET_ITEM(plans, k), &s_listed), *form, *found;
        Py_XDECREF(some);
        for (Py_ssize_t j = 0; some != NULL && j < PyTuple_GET_SIZE(some); j++, at++) {
            if (!read_span(PyTuple_GET_ITEM(some, j), &form, &found) ||
                !note_entity(s, at, PyTuple_GET_ITEM(found, 0)))
                return 0;
            s->tallies[NAMES][at] = hash_form(form);
        }
    }
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(hosts); k++, at++)
        if (!note_entity(s, at, PyList_GET_ITEM(hosts, k)))
            return 0;
    tally_sort(s);
    return 1;
}

/* Whether one of the forms of some plans has company; -1 on an error. */
static int any_company(const Witness *w, Sheet *s, PyObject *plans)
{
    for (int noted = 0; noted < 2; noted++) {
        for (Py_ssize_t k = 0; k < PyList_GET_SIZE(plans); k++) {
            PyObject *some = get(PyList_GET_ITEM(plans, k), &s_proposed);
            Py_XDECREF(some);
            for (Py_ssize_t j = 0; some != NULL && j < PyTuple_GET_SIZE(some); j++) {
                Proposed p = {0};
                if (!read_span(PyTuple_GET_ITEM(some, j), &p.form, &p.candidates))
                    return -1;
                int found = noted ? has_company(w, s, &p) : note_form(s, &p);
                if (found != 0)
                    return found;
            }
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int is_lonely(const Witness *w, PyObject *plans, PyObject *hosts) /* -1 on an error */
{
    Sheet s = {.forms = PyDict_New()};
    Py_ssize_t listed = count_spans(plans, &s_listed), proposed = count_spans(plans, &s_proposed);
    int company = -1;
    if (s.forms != NULL && listed >= 0 && proposed >= 0 && tally_room(&s, listed + PyList_GET_SIZE(hosts)) == 0 &&
        note_listed(&s, plans, hosts))
        company = any_company(w, &s, plans);
    free(s.taken);
    for (int k = 0; k < 3; k++)
        free(s.tallies[k]);
    Py_XDECREF(s.forms);
    return company < 0 ? -1 : !company;
}

PyObject *witness_lonely(Witness *self, PyObject *args)
{
    PyObject *text, *runs, *known, *plan_of, *find_hosts, *hosts = NULL;
    if (!PyArg_ParseTuple(args, "UO!O!OO", &text, &PyList_Type, &runs, &PyDict_Type, &known, &plan_of, &find_hosts))
        return NULL;
    PyObject *plans = PyList_New(0);
    int failed = plans == NULL, lonely = -1;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(runs); k++)
        failed = append(plans, plan_for(known, plan_of, PyList_GET_ITEM(runs, k))) < 0;
    if (!failed)
        hosts = signs_of(text) & HOST_SIGN ? PyObject_CallOneArg(find_hosts, text) : PyList_New(0);
    if (hosts != NULL && PyList_Check(hosts))
        lonely = is_lonely(self, plans, hosts);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "hosts come in a list");
    Py_XDECREF(plans);
    Py_XDECREF(hosts);
    return lonely < 0 ? NULL : PyBool_FromLong(lonely);
}
