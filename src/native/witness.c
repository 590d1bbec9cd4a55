/* What documents say about the forms proposed in them. Twin: `pages.Page.cases`, with `evidence.gather`; what is rare
   there is asked of Python. */
#include "witness.h"
#include <math.h>
#include <structmember.h>

#define SHORT_TEXT 200000
#define SHORT_WIDE 20000 /* of more than a byte a letter, where it takes longer to look for a form */
#define TRAITS 22 /* as in `evidence.NAMES` */

#define X(name) Attribute s_##name;
ATTRIBUTES(X)
#undef X

/* Where objects of a type keep an attribute is looked up once: most are asked for by the thousand. */
PyObject *get_anew(PyObject *of, Attribute *attribute)
{
    PyTypeObject *type = Py_TYPE(of);
    PyObject *kept = PyObject_GetAttr((PyObject *)type, attribute->key);
    if (kept == NULL)
        PyErr_Clear();
    else if (Py_IS_TYPE(kept, &PyMemberDescr_Type) && ((PyMemberDescrObject *)kept)->d_member->type == T_OBJECT_EX &&
             PyType_IsSubtype(type, PyDescr_TYPE(kept))) {
        Py_XDECREF(attribute->type[1]);
        attribute->type[1] = attribute->type[0];
        attribute->offset[1] = attribute->offset[0];
        attribute->type[0] = (PyTypeObject *)Py_NewRef(type);
        attribute->offset[0] = ((PyMemberDescrObject *)kept)->d_member->offset;
    }
    Py_XDECREF(kept);
    return PyObject_GetAttr(of, attribute->key);
}

/* Twin: `looks`. */
static void look_at(const Witness *w, const Proposed *p, Standing *form)
{
    int person = p->before == w->capital || p->after == w->capital || PySet_Contains(w->titles, p->before) == 1 ||
                 PySet_Contains(w->verbs, p->after) == 1;
    int place = p->comma || PySet_Contains(w->locatives, p->before) == 1 || PySet_Contains(w->features, p->after) == 1;
    form->times++;
    form->persons += person;
    form->places += place;
}

/* Twin: `has_company`. */
int has_company(const Witness *w, const Sheet *s, const Proposed *p)
{
    int found = 0;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(p->candidates) && found == 0; k++) {
        PyObject *candidate = PyTuple_GET_ITEM(p->candidates, k);
        PyObject *id = deep(candidate, &s_entity, &s_id);
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

int read_proposed(PyObject *place, Proposed *p)
{
    if (!PyTuple_Check(place) || PyTuple_GET_SIZE(place) != 5) {
        PyErr_SetString(PyExc_TypeError, "a place is a tuple of five");
        return -1;
    }
    PyObject *span = PyTuple_GET_ITEM(place, 2), *plan = PyTuple_GET_ITEM(place, 4);
    *p = (Proposed){.place = place};
    p->start = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 0));
    p->end = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 1));
    p->run = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 3));
    PyObject *got[] = {get(span, &s_form), get(span, &s_candidates), get(plan, &s_words)};
    p->form = got[0];
    p->candidates = got[1];
    p->words = got[2];
    for (int k = 0; k < 3; k++)
        Py_XDECREF(got[k]);
    PyObject *end = got[0] && got[1] && got[2] ? get(span, &s_end) : NULL;
    if (end != NULL)
        p->span_end = PyLong_AsSsize_t(end);
    Py_XDECREF(end);
    if (PyErr_Occurred())
        return -1;
    if (PyUnicode_Check(p->form) && PyTuple_Check(p->candidates) && PyTuple_Check(p->words))
        return 0;
    PyErr_SetString(PyExc_TypeError, "no form with candidates");
    return -1;
}

static int read_place(Sheet *s, PyObject *place, Proposed *p)
{
    if (read_proposed(place, p) < 0)
        return -1;
    PyObject *const got[] = {p->form, p->candidates, p->words};
    for (int k = 0; k < 3; k++) /* held by the list, and by their owners */
        if (PyList_Append(s->held, got[k]) < 0)
            return -1;
    if (p->start >= 0 && p->start < p->end && p->end <= s->size)
        return 0;
    PyErr_SetString(PyExc_ValueError, "a place does not fit its text");
    return -1;
}

/* The forms near each entity that is the nearest of some form. */
int note_form(Sheet *s, const Proposed *p)
{
    if (PyTuple_GET_SIZE(p->candidates) == 0) {
        PyErr_SetString(PyExc_IndexError, "a form without candidates");
        return -1;
    }
    PyObject *id = deep(PyTuple_GET_ITEM(p->candidates, 0), &s_entity, &s_id);
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
            PyObject *answer = get(PyTuple_GET_ITEM(p->place, 2), &s_needy);
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

/* Whether one text stands in another, both of one byte a letter. Its first and last letter are looked for in many
   places at once. */
static int holds(const uint8_t *text, Py_ssize_t n, const uint8_t *part, Py_ssize_t m)
{
    Py_ssize_t k = 0;
    for (; k + AT_ONCE + m <= n; k += AT_ONCE) {
        uint8_t any = 0;
        for (int j = 0; j < AT_ONCE; j++)
            any |= (text[k + j] == part[0]) & (text[k + j + m - 1] == part[m - 1]);
        for (int j = 0; any && j < AT_ONCE; j++)
            if (text[k + j] == part[0] && text[k + j + m - 1] == part[m - 1] && !memcmp(text + k + j, part, (size_t)m))
                return 1;
    }
    for (; k + m <= n; k++)
        if (!memcmp(text + k, part, (size_t)m))
            return 1;
    return 0;
}

/* Whether a form stands in small letters too. Twin: `Page.in_small`, which is asked where it is no short matter. */
static int in_small(const Sheet *s, PyObject *form)
{
    if (s->size < (s->kind == PyUnicode_1BYTE_KIND ? SHORT_TEXT : SHORT_WIDE)) {
        Py_ssize_t found;
        Py_ssize_t length = PyUnicode_GET_LENGTH(form);
        if (s->kind == PyUnicode_1BYTE_KIND && PyUnicode_KIND(form) == PyUnicode_1BYTE_KIND && length)
            found = holds(s->data, s->size, PyUnicode_1BYTE_DATA(form), length) - 1;
        else
            found = PyUnicode_Find(s->text, form, 0, s->size, 1);
        if (found < 0)
            return found == -2 ? -1 : 0;
    }
    PyObject *answer = PyObject_CallMethodOneArg(s->page, s_in_small.key, form);
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
    const Standing *form = &s->form[p->number];
    PyObject *entity = get(candidate, &s_entity), *id = entity ? get(entity, &s_id) : NULL;
    PyObject *country = entity ? get(entity, &s_country) : NULL;
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
    PyObject *listed = PyObject_GetAttr(s->page, s_listed.key), *proposed = PyObject_GetAttr(s->page, s_proposed.key);
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
    Sheet s = {.page = page, .text = PyObject_GetAttr(page, s_text.key), .held = PyList_New(0)};
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

/* The same with how many rows there are. */
static PyObject *gather_rows(const Witness *w, PyObject *pages, int lone, Rows *rows)
{
    PyObject *asked = PyList_New(0);
    for (Py_ssize_t k = 0; asked != NULL && k < PyList_GET_SIZE(pages); k++)
        if (gather_page(w, PyList_GET_ITEM(pages, k), lone, asked, rows) < 0)
            Py_CLEAR(asked);
    if (asked == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no page");
    return asked;
}

PyObject *gather_pages(const Witness *w, PyObject *pages, int lone, double **rows)
{
    Rows all = {0};
    PyObject *asked = gather_rows(w, pages, lone, &all);
    *rows = all.data;
    return asked;
}

static PyObject *witness_gather(Witness *self, PyObject *args)
{
    PyObject *pages, *out = NULL;
    int lone;
    if (!PyArg_ParseTuple(args, "O!p", &PyList_Type, &pages, &lone))
        return NULL;
    Rows rows = {0};
    PyObject *asked = gather_rows(self, pages, lone, &rows);
    if (asked != NULL)
        out = Py_BuildValue("(Ny#)", asked, rows.data ? (const char *)rows.data : "",
                            (Py_ssize_t)(rows.count * TRAITS * sizeof *rows.data));
    free(rows.data);
    return out;
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
#define X(name)                                                                       \
    if (s_##name.key == NULL && (s_##name.key = PyUnicode_InternFromString(#name)) == NULL) \
        return NULL;
    ATTRIBUTES(X)
#undef X
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
    {"plans", (PyCFunction)witness_plans, METH_VARARGS,
     "The runs of a text, given their spans with what grade each has, and the plans that there are: where each\n"
     "begins, and its plan, or the run itself, which is added to a list. Those of no more than some last grade are\n"
     "left out where no other one holds what needs a document."},
    {"open", (PyCFunction)witness_open, METH_VARARGS,
     "What the runs of a text hold, as `plans` tells them, given the plans that there are, and what plans a run: listed\n"
     "names, those that need support, and proposals."},
    {"all_plans", (PyCFunction)witness_all_plans, METH_VARARGS,
     "`plans` of many texts, given what was seen of each: its runs, whether it has capitals, and whether words in\n"
     "small letters open names, where none is left out."},
    {"pages", (PyCFunction)witness_pages, METH_VARARGS,
     "The pages of some texts, given what was seen of each and `plans`, the plans that there are, what plans a run, the\n"
     "sieve, what makes a page of a text with signs or names in small letters (of it, what was seen, its plans, what\n"
     "`open` gives, the signs), the signs that tell nothing, and the type."},
    {"lonely", (PyCFunction)witness_lonely, METH_VARARGS,
     "Whether in a text, given its runs as `plans` tells them, the plans that there are, what plans a run, and what finds\n"
     "mentions of hosts, no form that needs company has any."},
    {"otherwise", (PyCFunction)witness_otherwise, METH_VARARGS,
     "Which of the names found in a text, by their numbers, are not spelt as the canonical form."},
    {"judge", (PyCFunction)witness_judge, METH_VARARGS,
     "Of what `gather` gives of some pages, that which may be believed, given the least sum in the forest that is\n"
     "likely enough: proposals with their pages, the evidence for each candidate, and its sum as int64; of one that\n"
     "Python must be asked for the least number that there is."},
    {"decide", (PyCFunction)witness_decide, METH_VARARGS,
     "What is decided of what `judge` gives, and how likely each candidate is (float64): a mention, None where there\n"
     "is none, True where Python must be asked."},
    {"edits", (PyCFunction)witness_edits, METH_VARARGS,
     "Of some pages what their texts become and the edits that lead there; None where Python must be asked. Given a\n"
     "sieve that tells which names stand alone, how a spelling is written (see `editing.spelt`), whether something else\n"
     "may be meant where some edits are (see `meant.asked`), and the type of edits."},
    {"results", (PyCFunction)witness_results, METH_VARARGS,
     "Results of some type: texts, with their edits and their mentions."},
    {"pieces", (PyCFunction)witness_pieces, METH_VARARGS,
     "Of some texts, given what each was, with the edits since, and that with what was said of it: pieces of them\n"
     "that must be looked at, and for each text how many, and the code of the rest; None where all of it must be\n"
     "looked at."},
    {"codes", (PyCFunction)witness_codes, METH_VARARGS,
     "The codes of these texts, given those of the pieces; 255 where all of a text must be looked at."},
    {"joined", (PyCFunction)witness_joined, METH_VARARGS,
     "What is said of these texts, by their numbers, once the pieces were looked at: given what each was, what was said\n"
     "of that, what `pieces` told, and `codes`; then the codes of which nothing is told, the scanner, the least verdict,\n"
     "and the type. Nothing of those that must be looked at as a whole."},
    {"gather", (PyCFunction)witness_gather, METH_VARARGS,
     "The proposals of some pages that are believable, each with its page, and the evidence for each of their\n"
     "candidates: one row after the other, as doubles. With a second argument that is true, also those that lack\n"
     "company."},
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
