/* What a rewritten text has in common with what it was. Twin: `again.apart_plain`. */
#include "witness.h"

/* A stretch of a text around some edits, and where it stands when they are made. */
typedef struct {
    Py_ssize_t start, end, to, to_end;
} Window;

/* Whether no run, and no word, goes on across a place that is no part of an edit, which ends before `from`. Twin:
   `again._BARRIER`. */
static int is_barrier(Slice text, Py_ssize_t k, Py_ssize_t from)
{
    Py_UCS4 c = slice_at(text, k);
    if (c == '.')
        return k - 3 >= from && is_word(slice_at(text, k - 1)) && is_word(slice_at(text, k - 2)) &&
               is_word(slice_at(text, k - 3));
    return c == ',' || c == ';' || c == ':' || c == '!' || c == '?' || c == '(' || c == ')' || c == '"';
}

/* The last barrier between some place and another, or what is before the former. */
static Py_ssize_t barrier_before(Slice text, Py_ssize_t low, Py_ssize_t k)
{
    while (k > low && !is_barrier(text, k - 1, 0))
        k--;
    return k > 0 ? k - 1 : 0;
}

/* Where the first barrier behind an edit ends; none stands between it and some place. */
static Py_ssize_t barrier_after(Slice text, Py_ssize_t from, Py_ssize_t k)
{
    while (k < text.size && !is_barrier(text, k, from))
        k++;
    return k < text.size ? k + 1 : k;
}

static int read_edit(PyObject *edit, Py_ssize_t size, Py_ssize_t done, Py_ssize_t *start, Py_ssize_t *end,
                     Py_ssize_t *more) /* 0 on an error */
{
    PyObject *a = get(edit, &s_start), *b = a ? get(edit, &s_end) : NULL, *after = b ? get(edit, &s_after) : NULL;
    if (after != NULL && PyUnicode_Check(after)) {
        *start = PyLong_AsSsize_t(a);
        *end = PyLong_AsSsize_t(b);
        *more = PyUnicode_GET_LENGTH(after) - (*end - *start);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "no edit");
    }
    if (!PyErr_Occurred() && (*start < done || *end < *start || *end > size))
        PyErr_SetString(PyExc_ValueError, "an edit does not fit its text");
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(after);
    return !PyErr_Occurred();
}

/* The windows around some edits; how many, or -1 on an error. */
static Py_ssize_t take_windows(Slice text, PyObject *edits, Window *out)
{
    Py_ssize_t count = 0, done = 0, shift = 0;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(edits); k++) {
        Py_ssize_t start = 0, end = 0, more = 0;
        if (!read_edit(PyTuple_GET_ITEM(edits, k), text.size, done, &start, &end, &more))
            return -1;
        done = end;
        Py_ssize_t past = count ? out[count - 1].end : 0, from = barrier_before(text, past, start);
        if (count == 0 || past <= from)
            out[count++] = (Window){from, 0, from + shift, 0};
        shift += more;
        Window *w = &out[count - 1];
        w->end = barrier_after(text, end, w->end > end ? w->end - 1 : end);
        w->to_end = w->end + shift;
    }
    return count;
}

static PyObject *run_of(Py_ssize_t start, Py_ssize_t end, PyObject *grade)
{
    return Py_BuildValue("(nnO)", start, end, grade);
}

/* The runs that stand in no window, where they stand now; NULL without an error where one is cut. */
static PyObject *runs_apart(PyObject *runs, const Window *windows, Py_ssize_t count)
{
    PyObject *out = PyList_New(0);
    Py_ssize_t at = 0;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(runs); k++) {
        PyObject *run = PyList_GET_ITEM(runs, k);
        if (!PyTuple_Check(run) || PyTuple_GET_SIZE(run) != 3) {
            PyErr_SetString(PyExc_TypeError, "no run");
            Py_CLEAR(out);
            break;
        }
        Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 0)), end = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 1));
        while (at < count && windows[at].end <= start)
            at++;
        if (at < count && windows[at].start <= start && end <= windows[at].end && !PyErr_Occurred())
            continue;
        Py_ssize_t shift = at ? windows[at - 1].to_end - windows[at - 1].end : 0;
        int cut = at < count && end > windows[at].start;
        if (cut || PyErr_Occurred() ||
            append(out, run_of(start + shift, end + shift, PyTuple_GET_ITEM(run, 2))) < 0)
            Py_CLEAR(out);
    }
    return out;
}

PyObject *witness_apart(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *text, *edits, *runs, *places = NULL, *kept = NULL, *out = NULL;
    if (!PyArg_ParseTuple(args, "UO!O!", &text, &PyTuple_Type, &edits, &PyList_Type, &runs))
        return NULL;
    Window *windows = malloc(((size_t)PyTuple_GET_SIZE(edits) + 1) * sizeof *windows);
    if (windows == NULL)
        return PyErr_NoMemory();
    Py_ssize_t count = take_windows(whole_of(text), edits, windows);
    if (count >= 0 && (places = PyList_New(0)) != NULL && (kept = runs_apart(runs, windows, count)) != NULL) {
        int failed = 0;
        for (Py_ssize_t k = 0; !failed && k < count; k++)
            failed = append(places, Py_BuildValue("(nn)", windows[k].to, windows[k].to_end)) < 0;
        if (!failed)
            out = PyTuple_Pack(2, places, kept);
    } else if (!PyErr_Occurred()) {
        out = Py_NewRef(Py_None);
    }
    free(windows);
    Py_XDECREF(places);
    Py_XDECREF(kept);
    return out;
}
