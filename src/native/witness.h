/* What the files share that read pages: what is listed in a text, and what is proposed. */
#ifndef CANONYM_WITNESS_H
#define CANONYM_WITNESS_H

#include "native.h"

typedef struct {
    PyObject_HEAD
    /* Frozensets of words. */
    PyObject *titles, *locatives, *features, *verbs, *companies, *parts, *holdings, *foreign, *particles;
    PyObject *before, *after;           /* dicts: how much a neighbour speaks for a place */
    PyObject *capital, *listed, *nothing; /* marks */
    PyObject *fold, *coined, *signed_;  /* functions */
    PyObject *name_type, *place_type;   /* tuples with names: `pages.Listed`, `pages.Placed` */
    long long well_known;
} Witness;

/* Attributes, and where objects of the two types that were asked last keep them. */
typedef struct {
    PyObject *key;
    PyTypeObject *type[2];
    Py_ssize_t offset[2];
} Attribute;

#define ATTRIBUTES(X) \
    X(text) X(listed) X(proposed) X(candidates) X(form) X(needy) X(entity) X(id) X(country) X(alias) \
    X(prominence) X(words) X(start) X(end) X(weak) X(canonical) X(in_small) X(kind) X(match) X(score) X(reasons) \
    X(type) X(after)
#define X(name) extern Attribute s_##name;
ATTRIBUTES(X)
#undef X

enum { ENTITIES, NAMES, COUNTRIES }; /* by id; by folded spelling; of those that have one */

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
} Standing;

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
    Standing *form;
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

PyObject *get_anew(PyObject *of, Attribute *attribute);

static inline PyObject *get(PyObject *of, Attribute *attribute)
{
    for (int k = 0; k < 2; k++) {
        if (Py_TYPE(of) == attribute->type[k]) {
            PyObject *value = *(PyObject **)((char *)of + attribute->offset[k]);
            if (value != NULL)
                return Py_NewRef(value);
        }
    }
    return get_anew(of, attribute);
}

/* An attribute of an attribute. */
static inline PyObject *deep(PyObject *of, Attribute *name, Attribute *inner)
{
    PyObject *between = get(of, name);
    PyObject *out = between ? get(between, inner) : NULL;
    Py_XDECREF(between);
    return out;
}

/* -- witness.c ---------------------------------------------------------------------------------------------------- */

int has_company(const Witness *w, const Sheet *s, const Proposed *p); /* -1 on an error */
int note_form(Sheet *s, const Proposed *p);                           /* of a form the entity it is nearest; the same */
int read_proposed(PyObject *place, Proposed *p); /* what is borrowed is held by the place; -1 on an error */
/* The believable proposals of some pages, with their pages, and rows of evidence, to be freed; NULL on an error. */
PyObject *gather_pages(const Witness *w, PyObject *pages, int lone, double **rows);

/* -- tally.c: what is listed in a text, counted ------------------------------------------------------------------- */

int tally_room(Sheet *s, Py_ssize_t count); /* 0, or -1 without memory */
void tally_sort(Sheet *s);
int list_all(const Witness *w, Sheet *s, PyObject *listed);
Py_ssize_t first_from(const Sheet *s, Py_ssize_t start);               /* the first listed span from a place on */
PyObject *entity_of(PyObject *found, Extent *extent);                  /* of a listed name, with where it stands */
Py_ssize_t counted(const Sheet *s, int tally, uint64_t wanted);        /* how often a hash is among those listed */
uint64_t hash_of(PyObject *text);                                      /* of a string; an error is left set */
uint64_t hash_form(PyObject *form);                                    /* of a folded string as it folds */
uint64_t hash_alias(const Witness *w, PyObject *candidate);            /* of its alias as it folds; the same */
Py_ssize_t others_of(const Sheet *s, PyObject *id, PyObject *form);    /* other forms near an entity, or -1 */

/* -- beside.c: what stands beside a place -------------------------------------------------------------------------- */

int surround(const Witness *w, const Sheet *s, Proposed *p);           /* 0, or -1 on an error */
int is_other(const Witness *w, const Sheet *s, const Proposed *p);     /* the same with 1 for what is no damaged name */

/* -- lonely.c ------------------------------------------------------------------------------------------------------ */

PyObject *witness_lonely(Witness *self, PyObject *args);

/* -- opening.c: what the runs of a text hold ------------------------------------------------------------------- */

PyObject *witness_plans(Witness *self, PyObject *args);
PyObject *witness_all_plans(Witness *self, PyObject *args);
PyObject *witness_open(Witness *self, PyObject *args);
PyObject *witness_pages(Witness *self, PyObject *args);
PyObject *witness_otherwise(Witness *self, PyObject *args);
/* Of a run as `plans` tells it, by now among the plans that there are, or to be planned; owned. */
PyObject *plan_for(PyObject *known, PyObject *plan_of, PyObject *run);
int is_canonical(PyObject *text, PyObject *entity, Extent place); /* -1 on an error */
int append(PyObject *list, PyObject *taken_over);                 /* 0, or -1 on an error */

/* -- written.c: what is written otherwise ------------------------------------------------------------------------ */

PyObject *witness_edits(Witness *self, PyObject *args);
PyObject *witness_results(Witness *self, PyObject *args);

/* -- believe.c: what is believed ----------------------------------------------------------------------------------- */

PyObject *witness_judge(Witness *self, PyObject *args);
PyObject *witness_decide(Witness *self, PyObject *args);

/* -- again.c: what an edited text has in common with what it was -------------------------------------------------- */

PyObject *witness_pieces(Witness *self, PyObject *args);
PyObject *witness_codes(Witness *self, PyObject *args);
PyObject *witness_joined(Witness *self, PyObject *args);

#endif
