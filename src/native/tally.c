/* What is listed in a text, counted. Twins: `evidence.summarise`, `found.Spans`. */
#include "witness.h"

static int by_size(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

/* How often a hash is among those of what is listed. */
Py_ssize_t counted(const Sheet *s, int tally, uint64_t wanted)
{
    const uint64_t *hashes = s->tallies[tally];
    Py_ssize_t count = tally == COUNTRIES ? s->total : s->taken_count, low = lower_place(hashes, 0, count, wanted);
    if (low == count || hashes[low] != wanted)
        return 0;
    return (wanted == UINT64_MAX ? count : lower_place(hashes, 0, count, wanted + 1)) - low;
}

/* The hash of a string as it is; in case of an error that is what is set. */
uint64_t hash_of(PyObject *text)
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

uint64_t hash_form(PyObject *form)
{
    uint64_t h = 0;
    for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(form); k++)
        h = hash_more(h, PyUnicode_READ_CHAR(form, k));
    return h;
}

/* How many other forms are near an entity; -1 with an error. */
Py_ssize_t others_of(const Sheet *s, PyObject *id, PyObject *form)
{
    PyObject *some = PyDict_GetItemWithError(s->forms, id);
    if (some == NULL)
        return PyErr_Occurred() ? -1 : 0;
    int own = PySet_Contains(some, form);
    return own < 0 ? -1 : PySet_GET_SIZE(some) - own;
}

/* The hash of an alias as it folds. */
uint64_t hash_alias(const Witness *w, PyObject *candidate)
{
    PyObject *alias = get(candidate, &s_alias);
    uint64_t out = 0;
    if (alias != NULL && PyUnicode_Check(alias))
        out = hash_folded(w, alias, 0, PyUnicode_GET_LENGTH(alias));
    Py_XDECREF(alias);
    return out;
}

/* The entity of a name: a span of a plan at its place, or a mention. With where it stands. */
PyObject *entity_of(PyObject *found, Extent *extent)
{
    PyObject *out = NULL;
    if (PyTuple_Check(found)) {
        extent->start = PyLong_AsSsize_t(PyTuple_GET_ITEM(found, 0));
        extent->end = PyLong_AsSsize_t(PyTuple_GET_ITEM(found, 1));
        PyObject *some = get(PyTuple_GET_ITEM(found, 2), &s_candidates);
        if (some != NULL && PyTuple_Check(some) && PyTuple_GET_SIZE(some) > 0)
            out = get(PyTuple_GET_ITEM(some, 0), &s_entity);
        Py_XDECREF(some);
        return out;
    }
    PyObject *start = get(found, &s_start), *end = start ? get(found, &s_end) : NULL;
    if (end != NULL) {
        extent->start = PyLong_AsSsize_t(start);
        extent->end = PyLong_AsSsize_t(end);
        out = PyErr_Occurred() ? NULL : get(found, &s_entity);
    }
    Py_XDECREF(start);
    Py_XDECREF(end);
    return out;
}

static int list_one(const Witness *w, Sheet *s, Py_ssize_t k, PyObject *one)
{
    Extent *here = &s->taken[k];
    PyObject *entity = entity_of(one, here), *id = entity ? get(entity, &s_id) : NULL;
    PyObject *country = id ? get(entity, &s_country) : NULL;
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

int tally_room(Sheet *s, Py_ssize_t count)
{
    s->taken_count = count;
    s->taken = calloc((size_t)count + 1, sizeof *s->taken);
    int failed = s->taken == NULL;
    for (int k = 0; k < 3; k++)
        failed = (s->tallies[k] = calloc((size_t)count + 1, sizeof **s->tallies)) == NULL || failed;
    if (failed)
        PyErr_NoMemory();
    return failed ? -1 : 0;
}

/* Put hashes in order: of most texts a few. */
static void sort_hashes(uint64_t *hashes, Py_ssize_t count)
{
    enum { FEW_HASHES = 24 };
    if (count > FEW_HASHES) {
        qsort(hashes, (size_t)count, sizeof *hashes, by_size);
        return;
    }
    for (Py_ssize_t k = 1; k < count; k++) {
        uint64_t one = hashes[k];
        Py_ssize_t at = k;
        for (; at > 0 && hashes[at - 1] > one; at--)
            hashes[at] = hashes[at - 1];
        hashes[at] = one;
    }
}

void tally_sort(Sheet *s)
{
    for (int k = 0; k < 3; k++)
        sort_hashes(s->tallies[k], k == COUNTRIES ? s->total : s->taken_count);
}

int list_all(const Witness *w, Sheet *s, PyObject *listed)
{
    int sorted = 1;
    if (tally_room(s, PyList_GET_SIZE(listed)) < 0)
        return -1;
    for (Py_ssize_t k = 0; k < s->taken_count; k++) {
        const Extent *here = &s->taken[k];
        if (list_one(w, s, k, PyList_GET_ITEM(listed, k)) < 0)
            return -1;
        s->longest = here->end - here->start > s->longest ? here->end - here->start : s->longest;
        sorted = sorted && (k == 0 || here[-1].start < here->start);
    }
    if (!sorted)
        qsort(s->taken, (size_t)s->taken_count, sizeof *s->taken, by_place);
    tally_sort(s);
    return 0;
}

/* The first of the listed spans that begins at a place or after it. */
Py_ssize_t first_from(const Sheet *s, Py_ssize_t start)
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
