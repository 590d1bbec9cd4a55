/* What a rewritten text has in common with what it was. What it must do is said in tests/apart.py. */
#include "witness.h"

/* A stretch of a text around some edits, and where it stands when they are made. */
typedef struct {
    Py_ssize_t start, end, to, to_end;
} Window;

/* Whether no run, and no word, goes on across a place that is no part of an edit, which ends before `from`. Twin:
   `_BARRIER` there. */
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

enum { APART = 1, INSIDE = 0, CUT = -1 };

/* Where a run stands beside the windows, the next of which is at some number; and where it stands now. */
static int place_run(PyObject *run, const Window *windows, Py_ssize_t count, Py_ssize_t *at, Py_ssize_t *start,
                     Py_ssize_t *end) /* CUT on an error too */
{
    if (!PyTuple_Check(run) || PyTuple_GET_SIZE(run) != 3) {
        PyErr_SetString(PyExc_TypeError, "no run");
        return CUT;
    }
    *start = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 0));
    *end = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 1));
    if (PyErr_Occurred())
        return CUT;
    while (*at < count && windows[*at].end <= *start)
        ++*at;
    if (*at < count && *end > windows[*at].start)
        return windows[*at].start <= *start && *end <= windows[*at].end ? INSIDE : CUT;
    Py_ssize_t shift = *at ? windows[*at - 1].to_end - windows[*at - 1].end : 0;
    *start += shift;
    *end += shift;
    return APART;
}

/* The runs that stand in no window, where they stand now; NULL without an error where one is cut. */
static PyObject *runs_apart(PyObject *runs, const Window *windows, Py_ssize_t count)
{
    PyObject *out = PyList_New(0);
    Py_ssize_t at = 0, start, end;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(runs); k++) {
        PyObject *run = PyList_GET_ITEM(runs, k);
        int place = place_run(run, windows, count, &at, &start, &end);
        long grade = place == APART ? PyLong_AsLong(PyTuple_GET_ITEM(run, 2)) : 0;
        if (place == CUT || (place == APART && (PyErr_Occurred() || append(out, run_of(start, end, grade)) < 0)))
            Py_CLEAR(out);
    }
    return out;
}

/* -- many texts ---------------------------------------------------------------------------------------------------- */

/* A code of the scanner, as in `looked.py`. */
enum { GRADE_BITS = 7, SMALL_BITS = 3, PLAIN_ONLY = 2, MIXED_CODE = 64, WHOLE = 255 };

/* The greatest grade of the runs that stand apart from the windows; -1 where one is cut, or on an error. */
static long grade_apart(PyObject *runs, const Window *windows, Py_ssize_t count)
{
    Py_ssize_t at = 0, start, end;
    long most = 0;
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(runs); k++) {
        PyObject *run = PyList_GET_ITEM(runs, k);
        int place = place_run(run, windows, count, &at, &start, &end);
        long grade = place == APART ? PyLong_AsLong(PyTuple_GET_ITEM(run, 2)) : 0;
        if (place == CUT || PyErr_Occurred())
            return -1;
        most = grade > most ? grade : most;
    }
    return most;
}

/* What is known of a text of which some is edited: how many pieces must be looked at, which are added to those of
   others, and the code of the rest; None where all of it must be. */
static PyObject *head_of(PyObject *text, PyObject *was, PyObject *look, PyObject *pieces)
{
    PyObject *before, *edits, *looked, *runs;
    long code;
    if (!PyTuple_Check(was) || !PyArg_ParseTuple(was, "UO!", &before, &PyTuple_Type, &edits))
        return NULL;
    if (!PyTuple_Check(look))
        return Py_NewRef(Py_None);
    if (!PyArg_ParseTuple(look, "OO!", &looked, &PyTuple_Type, &looked) ||
        !PyArg_ParseTuple(looked, "lO", &code, &runs))
        return NULL;
    if (!PyList_Check(runs) || code == MIXED_CODE || code >> SMALL_BITS > PLAIN_ONLY)
        return Py_NewRef(Py_None);
    Window *windows = malloc(((size_t)PyTuple_GET_SIZE(edits) + 1) * sizeof *windows);
    if (windows == NULL)
        return PyErr_NoMemory();
    Py_ssize_t count = take_windows(whole_of(before), edits, windows);
    long grade = count < 0 ? -1 : grade_apart(runs, windows, count);
    int failed = PyErr_Occurred() != NULL;
    for (Py_ssize_t k = 0; !failed && grade >= 0 && k < count; k++)
        failed = append(pieces, PyUnicode_Substring(text, windows[k].to, windows[k].to_end)) < 0;
    free(windows);
    if (failed)
        return NULL;
    return grade < 0 ? Py_NewRef(Py_None) : Py_BuildValue("(nl)", count, grade | (code >> SMALL_BITS << SMALL_BITS));
}

PyObject *witness_pieces(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *texts, *was, *looks, *out = NULL;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &texts, &PyList_Type, &was, &PyList_Type, &looks))
        return NULL;
    PyObject *pieces = PyList_New(0), *heads = PyList_New(0);
    int failed = pieces == NULL || heads == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(texts); k++) {
        failed = k >= PyList_GET_SIZE(was) || k >= PyList_GET_SIZE(looks) ||
                 !PyUnicode_Check(PyList_GET_ITEM(texts, k)) ||
                 append(heads, head_of(PyList_GET_ITEM(texts, k), PyList_GET_ITEM(was, k), PyList_GET_ITEM(looks, k),
                                       pieces)) < 0;
    }
    if (!failed)
        out = PyTuple_Pack(2, pieces, heads);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "texts, and as many others");
    Py_XDECREF(pieces);
    Py_XDECREF(heads);
    return out;
}

PyObject *witness_codes(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *heads;
    Py_buffer codes;
    if (!PyArg_ParseTuple(args, "O!y*", &PyList_Type, &heads, &codes))
        return NULL;
    PyObject *out = PyBytes_FromStringAndSize(NULL, PyList_GET_SIZE(heads));
    Py_ssize_t used = 0;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(heads); k++) {
        PyObject *head = PyList_GET_ITEM(heads, k);
        Py_ssize_t count = 0;
        long code = WHOLE;
        int mixed = head == Py_None;
        if (!mixed && (!PyTuple_Check(head) || !PyArg_ParseTuple(head, "nl", &count, &code) || count < 0 ||
                       count > codes.len - used)) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "the codes do not fit the texts");
            Py_CLEAR(out);
            break;
        }
        long grade = code & GRADE_BITS, small = code >> SMALL_BITS;
        for (Py_ssize_t j = 0; j < count; j++) {
            int one = ((const uint8_t *)codes.buf)[used + j];
            mixed |= one == MIXED_CODE;
            grade = (one & GRADE_BITS) > grade ? one & GRADE_BITS : grade;
            small = one >> SMALL_BITS > small ? one >> SMALL_BITS : small;
        }
        /* A word that it was said of may be gone; with capitals it would say nothing. */
        PyBytes_AS_STRING(out)[k] = (char)(mixed || grade == 0 ? WHOLE : grade | small << SMALL_BITS);
        used += count;
    }
    PyBuffer_Release(&codes);
    return out;
}

/* The runs of a text of which some is edited: those of the pieces that were looked at, from some number on, and those
   that stand apart; NULL on an error. */
static PyObject *runs_joined(PyObject *was, PyObject *look, const Scanner *scanner, Py_ssize_t piece, unsigned least)
{
    PyObject *before, *edits, *looked, *runs, *out = NULL;
    if (!PyTuple_Check(was) || !PyArg_ParseTuple(was, "UO!", &before, &PyTuple_Type, &edits) || !PyTuple_Check(look) ||
        !PyArg_ParseTuple(look, "OO!", &looked, &PyTuple_Type, &looked) ||
        !PyArg_ParseTuple(looked, "OO!", &runs, &PyList_Type, &runs)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "nothing was said of a text");
        return NULL;
    }
    Window *windows = malloc(((size_t)PyTuple_GET_SIZE(edits) + 1) * sizeof *windows);
    if (windows == NULL)
        return PyErr_NoMemory();
    Py_ssize_t count = take_windows(whole_of(before), edits, windows);
    if (count >= 0)
        out = runs_apart(runs, windows, count);
    for (Py_ssize_t k = 0; out != NULL && k < count; k++)
        if (add_places(scanner, piece + k, least, windows[k].to, out) < 0)
            Py_CLEAR(out);
    if (out != NULL && PyList_Sort(out) < 0)
        Py_CLEAR(out);
    if (out == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "an edit cuts a run");
    free(windows);
    return out;
}

PyObject *witness_joined(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *was, *looks, *heads, *scanner, *type, *out = NULL;
    Py_buffer codes, still;
    unsigned least;
    if (!PyArg_ParseTuple(args, "O!O!O!y*y*O!IO!", &PyList_Type, &was, &PyList_Type, &looks, &PyList_Type, &heads, &codes,
                          &still, &ScannerType, &scanner, &least, &PyType_Type, &type))
        return NULL;
    Py_ssize_t piece = 0, texts = PyList_GET_SIZE(heads);
    if (texts != codes.len || texts != PyList_GET_SIZE(was) || texts != PyList_GET_SIZE(looks) ||
        !PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type))
        PyErr_SetString(PyExc_TypeError, "texts, and as many others, and a tuple");
    else
        out = PyDict_New();
    for (Py_ssize_t k = 0; out != NULL && k < texts; k++) {
        PyObject *head = PyList_GET_ITEM(heads, k), *number, *one;
        unsigned code = ((const uint8_t *)codes.buf)[k];
        if (!PyTuple_Check(head))
            continue;
        if (code != WHOLE && !has_code(&still, code)) {
            number = PyLong_FromSsize_t(k);
            one = looked_of(type, code, runs_joined(PyList_GET_ITEM(was, k), PyList_GET_ITEM(looks, k),
                                                    (const Scanner *)scanner, piece, least));
            if (number == NULL || one == NULL || PyDict_SetItem(out, number, one) < 0)
                Py_CLEAR(out);
            Py_XDECREF(number);
            Py_XDECREF(one);
        }
        piece += PyTuple_GET_SIZE(head) ? PyLong_AsSsize_t(PyTuple_GET_ITEM(head, 0)) : 0;
    }
    if (out != NULL && PyErr_Occurred())
        Py_CLEAR(out);
    PyBuffer_Release(&codes);
    PyBuffer_Release(&still);
    return out;
}
