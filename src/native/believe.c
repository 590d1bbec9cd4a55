/* Which of the forms that are proposed in pages are believed. Twins: `accept.accepted`, `decide.decide`, which are
   asked where a spelling is not plain ASCII, or is long. */
#include "claim.h"

#define UNKNOWN INT64_MIN
#define LONGEST (SHORT - 6) /* of a name, so that it has room for an ending */

int read_grounds(PyObject *given, Grounds *out)
{
    return PyTuple_Check(given) &&
           PyArg_ParseTuple(given, "O!O!OO!OUUO!O!dddp", &PyFrozenSet_Type, &out->inflections, &PyTuple_Type,
                            &out->demonyms, &out->capital, &PyFrozenSet_Type, &out->other_names, &out->like,
                            &out->unknown, &out->about, &PyTuple_Type, &out->said, &PyType_Type, &out->mention_type,
                            &out->limit, &out->margin, &out->sure, &out->hurt);
}

/* A text folded, below some size: 1; 0 where it is not ASCII or too long, -1 on an error. */
static int fold_into(const Witness *w, PyObject *text, char *out, int *size)
{
    char plain[MOST_FOLDED];
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a name is a str");
        return -1;
    }
    int n = fold_ascii(whole_of(text), 0, PyUnicode_GET_LENGTH(text), plain);
    if (n < 0) {
        PyObject *folded = PyObject_CallOneArg(w->fold, text);
        if (folded == NULL)
            return -1;
        if (PyUnicode_Check(folded) && PyUnicode_IS_ASCII(folded) && PyUnicode_GET_LENGTH(folded) < MOST_FOLDED) {
            n = (int)PyUnicode_GET_LENGTH(folded);
            memcpy(plain, PyUnicode_1BYTE_DATA(folded), (size_t)n);
        }
        Py_DECREF(folded);
    }
    if (n <= 0 || n > LONGEST)
        return 0;
    memcpy(out, plain, (size_t)n);
    *size = n;
    return 1;
}

static int is_text(PyObject *text, const char *wanted)
{
    return PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, wanted) == 0;
}

/* How a name was found; -1 on an error. Twin: `doubts.is_joined`. */
static int how_of(PyObject *candidate)
{
    PyObject *match = get(candidate, &s_match), *reasons = match ? get(candidate, &s_reasons) : NULL;
    int out = -1;
    if (reasons != NULL && PyTuple_Check(reasons)) {
        out = FUZZY;
        if (!is_text(match, "fuzzy")) {
            PyObject *joined = PyTuple_GET_SIZE(reasons) ? PyUnicode_FromString("joined or split") : NULL;
            PyObject *first = joined ? PyTuple_GET_ITEM(reasons, 0) : NULL;
            int begins = 0;
            if (first && PyUnicode_Check(first))
                begins = (int)PyUnicode_Tailmatch(first, joined, 0, PY_SSIZE_T_MAX, -1);
            out = begins < 0 ? -1 : begins ? JOINED : PyTuple_GET_SIZE(reasons) == 1 ? ONE_RULE : RULES;
            Py_XDECREF(joined);
        }
    }
    Py_XDECREF(match);
    Py_XDECREF(reasons);
    return PyErr_Occurred() ? -1 : out;
}

/* One name that a form may mean: 1; 0 where Python must be asked, -1 on an error. */
static int claim_of(const Witness *w, const Grounds *g, PyObject *candidate, Claim *out)
{
    PyObject *alias = get(candidate, &s_alias), *kind = alias ? get(candidate, &s_kind) : NULL;
    PyObject *entity = kind ? get(candidate, &s_entity) : NULL, *canonical = entity ? get(entity, &s_canonical) : NULL;
    PyObject *type = canonical ? get(entity, &s_type) : NULL, *id = type ? get(entity, &s_id) : NULL;
    PyObject *prominence = id ? get(entity, &s_prominence) : NULL;
    int told = -1;
    if (prominence != NULL && (told = fold_into(w, alias, out->alias, &out->rival.size)) > 0 &&
        (told = fold_into(w, canonical, out->plain, &out->rival.plain_size)) > 0) {
        int foreign = PySet_Contains(g->other_names, kind);
        out->how = how_of(candidate);
        out->canonical = is_text(kind, "canonical");
        out->outlet = is_text(type, "outlet");
        out->id = id;
        out->seen = NULL;
        out->rival.alias = out->alias;
        out->rival.plain = out->plain;
        out->rival.prominence = PyLong_AsLongLong(prominence);
        out->rival.rule = out->how != FUZZY;
        out->rival.foreign = foreign == 1;
        told = out->how < 0 || foreign < 0 || PyErr_Occurred() ? -1 : PyUnicode_Check(id);
    }
    PyObject *all[] = {alias, kind, entity, canonical, type, id, prominence};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) /* the candidate holds what is still used */
        Py_XDECREF(all[k]);
    return told;
}

int claims_of(const Witness *w, const Grounds *g, const Proposed *p, Claim *out)
{
    Py_ssize_t count = PyTuple_GET_SIZE(p->candidates), size = PyUnicode_GET_LENGTH(p->form);
    if (count == 0 || count > MOST_CLAIMS || size == 0 || size > LONGEST || !PyUnicode_IS_ASCII(p->form))
        return 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        int told = claim_of(w, g, PyTuple_GET_ITEM(p->candidates, k), &out[k]);
        if (told <= 0)
            return told;
    }
    return (int)count;
}

/* -- scores -------------------------------------------------------------------------------------------------------- */

/* The sums of the names that a form may mean: how many may be believed at all, or -1 on an error. Those that Python
   must tell are UNKNOWN. */
static int sum_up(const Sieve *s, const Witness *w, const Grounds *g, const Proposed *p, const double *seen,
                  int64_t least, int64_t *sums)
{
    Claim claims[MOST_CLAIMS];
    Rival rivals[MOST_CLAIMS];
    float rows[MOST_CLAIMS][MOST_FEATURES];
    Py_ssize_t all = PyTuple_GET_SIZE(p->candidates);
    int count = claims_of(w, g, p, claims), hopeful = 0;
    const char *form = (const char *)PyUnicode_DATA(p->form);
    int size = (int)PyUnicode_GET_LENGTH(p->form);
    for (int k = 0; k < count; k++) {
        rivals[k] = claims[k].rival;
        hopeful += rivals[k].rule;
    }
    if (count > 0 && spelt_rows(s->speller, form, size, rivals, count, rows[0], MOST_FEATURES) < 0)
        count = 0;
    for (Py_ssize_t k = 0; k < all && count == 0; k++) {
        sums[k] = UNKNOWN;
        hopeful++;
    }
    for (int k = 0; k < count; k++) {
        for (int j = 0; j < TRAITS; j++)
            rows[k][SPELT + j] = (float)seen[k * TRAITS + j];
        sums[k] = forest_sum(&s->forest, rows[k]);
        hopeful += sums[k] >= least;
    }
    return count < 0 ? -1 : hopeful || (count > 0 && memchr(form, ' ', (size_t)size) != NULL);
}

/* Keep of the cases gathered those that may be believed. */
static PyObject *hopeful_of(const Witness *w, const Sieve *s, const Grounds *g, int64_t least, PyObject *asked,
                            const double *rows)
{
    PyObject *kept = PyList_New(0), *out = NULL;
    Py_ssize_t room = 0, used = 0, widest = 1;
    int failed = kept == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(asked); k++) {
        Proposed p;
        failed = read_proposed(PyTuple_GET_ITEM(PyList_GET_ITEM(asked, k), 1), &p) < 0;
        Py_ssize_t n = failed ? 0 : PyTuple_GET_SIZE(p.candidates);
        room += n;
        widest = n > widest ? n : widest;
    }
    int64_t *sums = malloc(((size_t)room + (size_t)widest) * sizeof *sums);
    double *seen = malloc(((size_t)room + 1) * TRAITS * sizeof *seen);
    if (sums == NULL || seen == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(asked); k++) {
        PyObject *pair = PyList_GET_ITEM(asked, k);
        Proposed p;
        if (read_proposed(PyTuple_GET_ITEM(pair, 1), &p) < 0) {
            failed = 1;
            break;
        }
        Py_ssize_t n = PyTuple_GET_SIZE(p.candidates);
        int hope = sum_up(s, w, g, &p, rows, least, sums + used);
        if (hope > 0) {
            memcpy(seen + used * TRAITS, rows, (size_t)n * TRAITS * sizeof *seen);
            used += n;
        }
        failed = hope < 0 || (hope > 0 && PyList_Append(kept, pair) < 0);
        rows += n * TRAITS;
    }
    if (!failed)
        out = Py_BuildValue("(Oy#y#)", kept, (const char *)seen, used * TRAITS * (Py_ssize_t)sizeof *seen,
                            (const char *)sums, used * (Py_ssize_t)sizeof *sums);
    Py_XDECREF(kept);
    free(sums);
    free(seen);
    return out;
}

PyObject *witness_judge(Witness *self, PyObject *args)
{
    PyObject *pages, *sieve, *given, *out = NULL;
    long long least;
    Grounds g;
    if (!PyArg_ParseTuple(args, "O!O!OL", &PyList_Type, &pages, &SieveType, &sieve, &given, &least) ||
        !read_grounds(given, &g))
        return NULL;
    const Sieve *s = (const Sieve *)sieve;
    if (s->evidence != TRAITS) {
        PyErr_SetString(PyExc_ValueError, "the evidence does not fit the forest");
        return NULL;
    }
    double *rows = NULL;
    PyObject *asked = gather_pages(self, pages, 0, &rows);
    if (asked != NULL)
        out = hopeful_of(self, s, &g, least, asked, rows);
    Py_XDECREF(asked);
    free(rows);
    return out;
}

/* -- decisions ----------------------------------------------------------------------------------------------------- */

/* Whether one name goes before another: the likelier, then the more prominent. */
static int goes_before(const Claim *a, double mine, const Claim *b, double theirs)
{
    if (mine != theirs)
        return mine > theirs;
    if (a->rival.prominence != b->rival.prominence)
        return a->rival.prominence > b->rival.prominence;
    return PyUnicode_Compare(a->id, b->id) < 0;
}

static void put_in_order(const Claim *claims, const double *scores, int *order, int count)
{
    for (int k = 1; k < count; k++) {
        int one = order[k], at = k;
        for (; at > 0 && goes_before(&claims[one], scores[one], &claims[order[at - 1]], scores[order[at - 1]]); at--)
            order[at] = order[at - 1];
        order[at] = one;
    }
}

static int same_canonical(const Rival *a, const Rival *b)
{
    return a->plain_size == b->plain_size && !memcmp(a->plain, b->plain, (size_t)a->plain_size);
}

/* Twin: `rivals._is_called_after`. */
static int is_called_after(const Rival *a, const Rival *b)
{
    if (a->size == a->plain_size && !memcmp(a->alias, a->plain, (size_t)a->size))
        return 0;
    if (a->size != b->plain_size || memcmp(a->alias, b->plain, (size_t)a->size))
        return 0;
    return a->alias[0] != a->plain[0] || b->prominence > a->prominence;
}

/* Twin: `rivals.same_name`. */
static int same_name(const Rival *a, const Rival *b)
{
    return (a->size == b->size && !memcmp(a->alias, b->alias, (size_t)a->size)) || same_canonical(a, b) ||
           is_called_after(a, b) || is_called_after(b, a);
}

/* Put before a name that is likely by another's that other, where it is as likely. Twin: `rivals.bearer_first`. */
static void bearer_first(const Grounds *g, const Claim *claims, const double *scores, int *order, int count)
{
    double near = scores[order[0]] - g->margin;
    near = near < g->limit ? g->limit : near;
    for (int k = 0; k < count; k++) {
        int bearer = order[k];
        if (scores[bearer] < near || !is_called_after(&claims[order[0]].rival, &claims[bearer].rival))
            continue;
        memmove(order + 1, order, (size_t)k * sizeof *order);
        order[0] = bearer;
        return;
    }
}

/* Whether the first of some names, which are put in order, is accepted; scores are made final. Twin:
   `decide.decide`. */
static int is_accepted(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *claims, int count,
                       double *scores, int *order)
{
    double best[MOST_CLAIMS];
    for (int k = 0; k < count; k++) {
        order[k] = k;
        best[k] = scores[k];
        for (int j = 0; j < count; j++)
            if (scores[j] > best[k] && same_canonical(&claims[j].rival, &claims[k].rival))
                best[k] = scores[j];
    }
    memcpy(scores, best, (size_t)count * sizeof *scores);
    put_in_order(claims, scores, order, count);
    for (int k = 0; k < count; k++)
        if (scores[k] >= g->limit - g->margin || is_sure(s, form, &claims[k]))
            scores[k] = weighed(s, g, form, &claims[k], scores[k]);
    put_in_order(claims, scores, order, count);
    if (scores[order[0]] < g->limit)
        return 0;
    bearer_first(g, claims, scores, order, count);
    for (int k = 1; k < count; k++)
        if (!same_name(&claims[order[k]].rival, &claims[order[0]].rival))
            return scores[order[0]] - scores[order[k]] >= g->margin;
    return 1;
}

/* What speaks for a name, in words. Twin: `decide.reasons`. */
static PyObject *reasons_for(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *claim,
                             PyObject *candidate)
{
    PyObject *out = NULL, *first = NULL, *all = NULL;
    if (claim->how == FUZZY) {
        double cost = edits_short(s->speller->edits, form->text, form->size, claim->alias, claim->rival.size);
        PyObject *alias = get(candidate, &s_alias), *number = alias ? PyFloat_FromDouble(cost) : NULL;
        PyObject *one = number ? PyObject_CallFunctionObjArgs(g->like, alias, number, NULL) : NULL;
        first = one ? PyTuple_Pack(1, one) : NULL;
        Py_XDECREF(alias);
        Py_XDECREF(number);
        Py_XDECREF(one);
    } else {
        first = get(candidate, &s_reasons);
    }
    int failed = first == NULL || (all = PySequence_List(first)) == NULL;
    if (!failed && form->common == 0)
        failed = PyList_Append(all, g->unknown) < 0;
    for (Py_ssize_t k = 0; !failed && k < PyTuple_GET_SIZE(g->said); k++) {
        PyObject *pair = PyTuple_GET_ITEM(g->said, k);
        Py_ssize_t trait = PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) == 2
                               ? PyLong_AsSsize_t(PyTuple_GET_ITEM(pair, 0)) : -1;
        if (trait < 0 || trait >= TRAITS) {
            PyErr_SetString(PyExc_ValueError, "what is said is said of a trait");
            failed = 1;
        } else if (claim->seen[trait])
            failed = PyList_Append(all, PyTuple_GET_ITEM(pair, 1)) < 0;
    }
    if (!failed && claim->seen[COUNTRY_SHARE] >= 0.3)
        failed = PyList_Append(all, g->about) < 0;
    if (!failed)
        out = PyList_AsTuple(all);
    Py_XDECREF(first);
    Py_XDECREF(all);
    return out;
}

/* The ids of the others, each once. Twin: `found.mention`. */
static PyObject *others_than(const Claim *claims, const int *order, int count)
{
    PyObject *out = PyList_New(0), *ids = NULL;
    int failed = out == NULL;
    for (int k = 1; !failed && k < count; k++) {
        PyObject *id = claims[order[k]].id;
        int same = PyUnicode_Compare(id, claims[order[0]].id) == 0 || PySequence_Contains(out, id) == 1;
        failed = !same && PyList_Append(out, id) < 0;
    }
    if (!failed)
        ids = PyList_AsTuple(out);
    Py_XDECREF(out);
    return ids;
}

static Shape mention_shape = {
    10, {"start", "end", "text", "entity", "match", "kind", "score", "reasons", "alternatives", "alias"}, NULL, {0}};

/* What is decided of a form: a mention; None where it is none, True where Python must be asked. */
static PyObject *decided(const Witness *w, const Sieve *s, const Grounds *g, PyObject *page, const Proposed *p,
                         const double *seen, double *scores)
{
    Claim claims[MOST_CLAIMS];
    int order[MOST_CLAIMS], count = claims_of(w, g, p, claims);
    if (count <= 0)
        return count < 0 ? NULL : Py_NewRef(Py_True);
    for (int k = 0; k < count; k++)
        claims[k].seen = seen + k * TRAITS;
    Spelling form = {(const char *)PyUnicode_DATA(p->form), (int)PyUnicode_GET_LENGTH(p->form), 0, 0.0};
    form.blank = memchr(form.text, ' ', (size_t)form.size) != NULL;
    form.common = commonness(s->scanner->lexicon, form.text, form.size);
    int accepted = is_accepted(s, g, &form, claims, count, scores, order);
    if (PyErr_Occurred())
        return NULL;
    if (!accepted)
        return Py_NewRef(Py_None);
    PyObject *best = PyTuple_GET_ITEM(p->candidates, order[0]), *text = get(page, &s_text);
    PyObject *values[] = {
        PyLong_FromSsize_t(p->start), PyLong_FromSsize_t(p->end),
        text && PyUnicode_Check(text) ? PyUnicode_Substring(text, p->start, p->end) : NULL, get(best, &s_entity),
        get(best, &s_match), get(best, &s_kind), PyFloat_FromDouble(scores[order[0]]),
        reasons_for(s, g, &form, &claims[order[0]], best), others_than(claims, order, count), get(best, &s_alias),
    };
    Py_XDECREF(text);
    return object_of(g->mention_type, &mention_shape, values);
}

PyObject *witness_decide(Witness *self, PyObject *args)
{
    PyObject *asked, *sieve, *given, *out = NULL;
    Py_buffer rows, sums, scores;
    Grounds g;
    if (!PyArg_ParseTuple(args, "O!y*y*y*O!O", &PyList_Type, &asked, &rows, &sums, &scores, &SieveType, &sieve, &given))
        return NULL;
    Py_ssize_t used = 0, room = scores.len / (Py_ssize_t)sizeof(double);
    int failed = !read_grounds(given, &g) || (out = PyList_New(0)) == NULL;
    if (!failed && (rows.len != room * TRAITS * (Py_ssize_t)sizeof(double) || sums.len != scores.len)) {
        PyErr_SetString(PyExc_ValueError, "the scores do not fit the evidence");
        failed = 1;
    }
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(asked); k++) {
        PyObject *pair = PyList_GET_ITEM(asked, k), *one = NULL;
        Proposed p;
        failed = !PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 ||
                 read_proposed(PyTuple_GET_ITEM(pair, 1), &p) < 0;
        Py_ssize_t n = failed ? 0 : PyTuple_GET_SIZE(p.candidates);
        double own[MOST_CLAIMS];
        if (failed || used + n > room) {
            failed = 1;
            break;
        }
        if (n == 0 || n > MOST_CLAIMS || ((const int64_t *)sums.buf)[used] == UNKNOWN)
            one = Py_NewRef(Py_True);
        else {
            memcpy(own, (const double *)scores.buf + used, (size_t)n * sizeof *own);
            one = decided(self, (const Sieve *)sieve, &g, PyTuple_GET_ITEM(pair, 0), &p,
                          (const double *)rows.buf + used * TRAITS, own);
        }
        failed = append(out, one) < 0;
        used += n;
    }
    if (failed) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "the cases do not fit the evidence");
        Py_CLEAR(out);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&sums);
    PyBuffer_Release(&scores);
    return out;
}
