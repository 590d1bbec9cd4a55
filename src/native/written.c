/* Which names of a page are written otherwise, and the text as it is then. Twin: `Recogniser._edited`, which is asked
   where names overlap, or a longer name may stand around one. */
#include "witness.h"

enum { SPELT_PARTS = 4, RESULT_PARTS = 3 };

/* What edits are made by. */
typedef struct {
    PyObject *sieve, *spelt, *asked, *edit_type;
} Writer;

/* What is known of one name that is written otherwise, all owned; whether it is surely meant. */
typedef struct {
    Extent place;
    PyObject *edit, *after;
    int sure;
} Change;

enum { STAYS = 0, CHANGES = 1, ASK = 2 };

static Shape edit_shape = {
    10, {"start", "end", "before", "after", "source", "canonical", "id", "type", "score", "reasons"}, NULL, {0}};
static Shape result_shape = {RESULT_PARTS, {"text", "edits", "mentions"}, NULL, {0}};

/* What a name was recognised as, which has its kind and score: the best candidate of a listed one, or a mention. */
static PyObject *recognised(PyObject *found)
{
    if (!PyTuple_Check(found))
        return Py_NewRef(found);
    PyObject *some = PyTuple_GET_SIZE(found) == 3 ? get(PyTuple_GET_ITEM(found, 2), &s_candidates) : NULL;
    PyObject *out = some != NULL && PyTuple_Check(some) && PyTuple_GET_SIZE(some) ? Py_NewRef(PyTuple_GET_ITEM(some, 0))
                                                                                  : NULL;
    Py_XDECREF(some);
    if (out == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no name");
    return out;
}

/* Whether the canonical form may stand around a name, `inside` which it is at some places. Twin: `around._own`. */
static int may_be_whole(PyObject *text, Extent place, PyObject *canonical, PyObject *inside)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), size = PyUnicode_GET_LENGTH(canonical);
    for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(inside); j++) {
        Py_ssize_t start = place.start - PyLong_AsSsize_t(PyTuple_GET_ITEM(inside, j)), k = 0;
        if (start < 0 || start > n - size)
            continue;
        for (; k < size; k++) {
            Py_UCS4 a = PyUnicode_READ_CHAR(text, start + k), b = PyUnicode_READ_CHAR(canonical, k);
            if (a < 128 && b < 128 && Py_TOLOWER(a) != Py_TOLOWER(b))
                break;
        }
        if (k == size)
            return 1;
    }
    return 0;
}

/* Whether a word that nearly every line of English has stands near a place. Twin: the first look of
   `tongues.spoken_near`. */
static int is_english(PyObject *text, Extent place)
{
    enum { AROUND = 90, WORDS = 3 };
    static const char *const words[WORDS] = {"the ", "and ", "was "}; /* behind a blank */
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), end = n - place.end > AROUND ? place.end + AROUND : n;
    for (Py_ssize_t k = place.start > AROUND ? place.start - AROUND : 0; k + 5 <= end; k++) {
        if (PyUnicode_READ(kind, data, k) != ' ')
            continue;
        for (int w = 0; w < WORDS; w++) {
            int j = 0;
            while (j < 4 && PyUnicode_READ(kind, data, k + 1 + j) == (Py_UCS4)words[w][j])
                j++;
            if (j == 4)
                return 1;
        }
    }
    return 0;
}

/* Whether `meant.asked` surely asks nothing of a name, recognised in some way. */
static int is_meant(PyObject *text, Extent place, PyObject *before, PyObject *match)
{
    enum { BEYOND = 0x370 }; /* `meant._BEYOND` */
    if (PyUnicode_READ_CHAR(before, 0) >= BEYOND || match == NULL)
        return 0;
    if (is_english(text, place) || PyUnicode_FindChar(before, ' ', 0, PyUnicode_GET_LENGTH(before), 1) >= 0)
        return 1;
    return PyUnicode_CompareWithASCIIString(match, "rule") == 0 || PyUnicode_CompareWithASCIIString(match, "fuzzy") == 0;
}

/* How a name is written, as `editing.spelt` tells it; None where it stays. */
static PyObject *spelt_of(const Writer *w, PyObject *before, PyObject *best, PyObject *canonical)
{
    PyObject *given[5] = {before, get(best, &s_alias), get(best, &s_kind), get(best, &s_match), canonical};
    PyObject *out = NULL;
    if (given[1] && given[2] && given[3])
        out = PyObject_Vectorcall(w->spelt, given, 5, NULL);
    for (int k = 1; k < 4; k++)
        Py_XDECREF(given[k]);
    if (out == NULL || out == Py_None)
        return out;
    if (PyTuple_Check(out) && PyTuple_GET_SIZE(out) == SPELT_PARTS && PyUnicode_Check(PyTuple_GET_ITEM(out, 0)) &&
        PyTuple_Check(PyTuple_GET_ITEM(out, 1)) && PyTuple_Check(PyTuple_GET_ITEM(out, 2)))
        return out;
    Py_DECREF(out);
    PyErr_SetString(PyExc_TypeError, "how a name is written is a tuple of four");
    return NULL;
}

static PyObject *edit_of(const Writer *w, Extent place, PyObject *before, PyObject *spelt, PyObject *best,
                         PyObject *entity)
{
    PyObject *reasons = get(best, &s_reasons);
    if (reasons != NULL && PyTuple_Check(reasons) && PyTuple_GET_SIZE(reasons) == 0)
        Py_SETREF(reasons, Py_NewRef(PyTuple_GET_ITEM(spelt, 1)));
    PyObject *values[] = {
        PyLong_FromSsize_t(place.start), PyLong_FromSsize_t(place.end), Py_NewRef(before),
        Py_NewRef(PyTuple_GET_ITEM(spelt, 0)), get(best, &s_match), get(entity, &s_canonical), get(entity, &s_id),
        get(entity, &s_type), get(best, &s_score), reasons,
    };
    return object_of(w->edit_type, &edit_shape, values);
}

/* What becomes of a name that is not spelt as its canonical form; -1 on an error. */
static int change(const Writer *w, PyObject *text, PyObject *found, PyObject *entity, Change *out)
{
    Extent place = out->place;
    PyObject *best = recognised(found), *canonical = best ? get(entity, &s_canonical) : NULL;
    PyObject *before = canonical ? PyUnicode_Substring(text, place.start, place.end) : NULL;
    PyObject *spelt = before ? spelt_of(w, before, best, canonical) : NULL;
    int told = spelt == NULL ? -1 : spelt == Py_None ? STAYS : CHANGES;
    if (told == CHANGES && (may_be_whole(text, place, canonical, PyTuple_GET_ITEM(spelt, 2)) ||
                            !sieve_is_alone(w->sieve, text, place.start, place.end)))
        told = ASK;
    if (told == CHANGES && PyTuple_GET_ITEM(spelt, 3) == Py_True) {
        if ((out->edit = edit_of(w, place, before, spelt, best, entity)) != NULL)
            out->after = Py_NewRef(PyTuple_GET_ITEM(spelt, 0));
        PyObject *match = get(best, &s_match);
        out->sure = is_meant(text, place, before, match);
        Py_XDECREF(match);
    } else if (told == CHANGES) {
        told = ASK; /* it is written as it stands after all */
    }
    Py_XDECREF(best);
    Py_XDECREF(canonical);
    Py_XDECREF(before);
    Py_XDECREF(spelt);
    return PyErr_Occurred() ? -1 : told;
}

static int by_start(const void *one, const void *other)
{
    const Extent *a = one, *b = other;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* Whether names that are in no order share no place. */
static int are_apart(Extent *places, Py_ssize_t count)
{
    int sorted = 1;
    for (Py_ssize_t k = 1; k < count && sorted; k++)
        sorted = places[k - 1].start <= places[k].start;
    if (!sorted)
        qsort(places, (size_t)count, sizeof *places, by_start);
    for (Py_ssize_t k = 1; k < count; k++)
        if (places[k - 1].end > places[k].start)
            return 0;
    return 1;
}

static int by_place(const void *one, const void *other)
{
    return by_start(&((const Change *)one)->place, &((const Change *)other)->place);
}

/* A text with some changes made, in their order. */
static PyObject *text_with(PyObject *text, const Change *changes, Py_ssize_t count)
{
    PyObject *parts = PyList_New(0), *joint = PyUnicode_New(0, 0), *out = NULL;
    Py_ssize_t done = 0;
    int failed = parts == NULL || joint == NULL;
    for (Py_ssize_t k = 0; !failed && k < count; done = changes[k++].place.end)
        failed = append(parts, PyUnicode_Substring(text, done, changes[k].place.start)) < 0 ||
                 PyList_Append(parts, changes[k].after) < 0;
    failed = failed || append(parts, PyUnicode_Substring(text, done, PyUnicode_GET_LENGTH(text))) < 0;
    if (!failed)
        out = PyUnicode_Join(joint, parts);
    Py_XDECREF(parts);
    Py_XDECREF(joint);
    return out;
}

/* The text that comes of some changes, with their edits; these are taken over. */
static PyObject *outcome(PyObject *text, Change *changes, Py_ssize_t count)
{
    PyObject *edits = PyTuple_New(count), *after = NULL, *out = NULL;
    qsort(changes, (size_t)count, sizeof *changes, by_place);
    for (Py_ssize_t k = 0; edits != NULL && k < count; k++) {
        PyTuple_SET_ITEM(edits, k, changes[k].edit);
        changes[k].edit = NULL;
    }
    if (edits != NULL && (after = count ? text_with(text, changes, count) : Py_NewRef(text)) != NULL)
        out = PyTuple_Pack(2, after, edits);
    Py_XDECREF(after);
    Py_XDECREF(edits);
    return out;
}

/* What comes of some changes, which is taken over, or None where something else may be meant by one of them. */
static PyObject *if_meant(const Writer *w, PyObject *text, PyObject *out)
{
    PyObject *answer = PyObject_CallFunctionObjArgs(w->asked, text, PyTuple_GET_ITEM(out, 1), NULL);
    int asked = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    if (asked == 0)
        return out;
    Py_DECREF(out);
    return asked < 0 ? NULL : Py_NewRef(Py_None);
}

/* What becomes of the text of a page: see `witness_edits`. */
static PyObject *written(const Writer *w, PyObject *text, PyObject *listed, Extent *places, Change *changes)
{
    Py_ssize_t count = 0, names = PyList_GET_SIZE(listed);
    int told = STAYS, sure = 1;
    for (Py_ssize_t k = 0; k < names && told != ASK && told >= 0; k++) {
        PyObject *found = Py_NewRef(PyList_GET_ITEM(listed, k)), *entity = entity_of(found, &places[k]);
        Extent place = places[k];
        int fits = entity != NULL && place.start >= 0 && place.start < place.end &&
                   place.end <= PyUnicode_GET_LENGTH(text);
        int same = fits ? is_canonical(text, entity, place) : -1;
        told = same < 0 ? -1 : STAYS;
        if (same == 0) {
            changes[count] = (Change){place, NULL, NULL, 1};
            told = change(w, text, found, entity, &changes[count]);
            sure &= changes[count].sure;
            count += changes[count].edit != NULL;
        }
        Py_DECREF(found);
        Py_XDECREF(entity);
    }
    PyObject *out = NULL;
    if (told == ASK || (told >= 0 && !are_apart(places, names)))
        out = Py_NewRef(Py_None);
    else if (told >= 0)
        out = outcome(text, changes, count);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a name does not fit its text");
    for (Py_ssize_t k = 0; k < count; k++) {
        Py_XDECREF(changes[k].edit);
        Py_XDECREF(changes[k].after);
    }
    return out == NULL || out == Py_None || sure ? out : if_meant(w, text, out);
}

static PyObject *page_written(const Writer *w, PyObject *page)
{
    PyObject *text = get(page, &s_text), *listed = text ? get(page, &s_listed) : NULL, *out = NULL;
    if (listed != NULL && PyUnicode_Check(text) && PyList_Check(listed)) {
        size_t room = (size_t)PyList_GET_SIZE(listed) + 1;
        Extent *places = malloc(room * sizeof *places);
        Change *changes = malloc(room * sizeof *changes);
        if (places == NULL || changes == NULL)
            PyErr_NoMemory();
        else
            out = written(w, text, listed, places, changes);
        free(places);
        free(changes);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "no page");
    }
    Py_XDECREF(text);
    Py_XDECREF(listed);
    return out;
}

PyObject *witness_edits(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *pages, *out;
    Writer w;
    if (!PyArg_ParseTuple(args, "O!O!OOO!", &PyList_Type, &pages, &SieveType, &w.sieve, &w.spelt, &w.asked, &PyType_Type,
                          &w.edit_type) ||
        (out = PyList_New(0)) == NULL)
        return NULL;
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(pages); k++)
        if (append(out, page_written(&w, PyList_GET_ITEM(pages, k))) < 0)
            Py_CLEAR(out);
    return out;
}

PyObject *witness_results(Witness *Py_UNUSED(self), PyObject *args)
{
    PyObject *from[RESULT_PARTS], *type, *out;
    if (!PyArg_ParseTuple(args, "O!O!O!O!", &PyList_Type, &from[0], &PyList_Type, &from[1], &PyList_Type, &from[2],
                          &PyType_Type, &type))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(from[0]);
    if (PyList_GET_SIZE(from[1]) != count || PyList_GET_SIZE(from[2]) != count) {
        PyErr_SetString(PyExc_ValueError, "texts, and as many edits and mentions");
        return NULL;
    }
    out = PyList_New(count);
    for (Py_ssize_t k = 0; out != NULL && k < count; k++) {
        PyObject *values[RESULT_PARTS];
        for (int j = 0; j < RESULT_PARTS; j++)
            values[j] = Py_NewRef(PyList_GET_ITEM(from[j], k));
        PyObject *one = object_of(type, &result_shape, values);
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyList_SET_ITEM(out, k, one);
    }
    return out;
}
