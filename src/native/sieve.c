/* The sieve as Python sees it: runs in, what they may hold out; and what it is made of. */
#include "sieve.h"

static PyObject *word_told(const Word *w)
{
    return Py_BuildValue("(iis#)", w->begin, w->end, w->text, (Py_ssize_t)w->size);
}

static PyObject *listed_told(const Sifted *found, int k)
{
    char form[MOST_FORM];
    int at = found->listed[k][0], end = found->listed[k][1], size = join(found->words, at, end, form);
    return Py_BuildValue("(iis#i)", found->words[at].begin, found->words[end - 1].end, form, (Py_ssize_t)size, end - at);
}

static PyObject *names_told(const Sifted *found, const Hit *hit)
{
    const char *text = found->names.text + hit->text;
    PyObject *names = PyTuple_New(hit->names);
    for (int j = 0; names != NULL && j < hit->names; j++) {
        int length = (unsigned char)text[1];
        PyObject *one = Py_BuildValue("(Cs#)", (int)text[0], text + 2, (Py_ssize_t)length);
        if (one == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, j, one);
        text += 2 + length;
    }
    return names;
}

static PyObject *hit_told(const Sifted *found, int k)
{
    const Hit *hit = &found->hits[k];
    char form[MOST_FORM];
    int size = join(found->words, hit->at, hit->end, form);
    PyObject *names = names_told(found, hit);
    if (names == NULL)
        return NULL;
    return Py_BuildValue("(iis#OON)", found->words[hit->at].begin, found->words[hit->end - 1].end, form,
                         (Py_ssize_t)size, hit->small ? Py_True : Py_False, hit->rule ? Py_True : Py_False, names);
}

/* What was found in a run: its plan; its words, the listed names and the forms near others, as tuples, where Python must
   be asked what these are; None where all of it must be looked at. */
static PyObject *told(const Sieve *s, const Sifted *found, int *grade)
{
    *grade = 0;
    if (!found->sure)
        return Py_NewRef(Py_None);
    if (found->told)
        return draft_of(s, found, grade);
    int counts[3] = {found->word_count, found->name_count, found->hit_count};
    PyObject *out = PyTuple_New(3);
    for (int part = 0; out != NULL && part < 3; part++) {
        PyObject *all = PyTuple_New(counts[part]);
        for (int k = 0; all != NULL && k < counts[part]; k++) {
            PyObject *one = part == 0   ? word_told(&found->words[k])
                            : part == 1 ? listed_told(found, k)
                                        : hit_told(found, k);
            if (one == NULL)
                Py_CLEAR(all);
            else
                PyTuple_SET_ITEM(all, k, one);
        }
        if (all == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, part, all);
    }
    return out;
}

/* Those of some words under which, after a prefix that names their space, something is stored. */
static PyObject *sieve_among(Sieve *self, PyObject *args)
{
    int space;
    PyObject *words, *word, *each, *out;
    if (!PyArg_ParseTuple(args, "CO", &space, &words) || (each = PyObject_GetIter(words)) == NULL)
        return NULL;
    if ((out = PySet_New(NULL)) == NULL) {
        Py_DECREF(each);
        return NULL;
    }
    while ((word = PyIter_Next(each)) != NULL) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(word, &size);
        int failed = text == NULL || (any_has(self, (char)space, text, (size_t)size) && PySet_Add(out, word) < 0);
        Py_DECREF(word);
        if (failed)
            break;
    }
    Py_DECREF(each);
    if (PyErr_Occurred())
        Py_CLEAR(out);
    return out;
}

/* One thread at a time. */
static int enter(Sieve *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "the sieve is in use");
        return -1;
    }
    self->busy = 1;
    return 0;
}

static void no_memory(void)
{
    if (!PyErr_Occurred())
        PyErr_NoMemory();
}

/* Sift some runs at once, so that memory is waited for once for all of them, and deal them out: 0, or -1 on an error. */
static int sift_some(Sieve *self, PyObject *const *runs, int count, Sifted *found, PyObject *const dealt[3])
{
    int known[AT_ONCE], verdicts[AT_ONCE], grade;
    if (forget_many(self) < 0)
        return -1;
    for (int k = 0; k < count; k++) {
        known[k] = scanner_verdict_on(self->scanner, runs[k]) == LISTED;
        sift_words(self, whole_of(runs[k]), &found[k]);
    }
    for (int k = 0; k < count; k++) {
        verdicts[k] = known[k] ? sift_names(self, &found[k]) : sift_known(self, &found[k]);
        if (verdicts[k] < 0)
            return -1;
    }
    for (int k = 0; k < count; k++) {
        int failed;
        if (!known[k] && (verdicts[k] = verdicts[k] ? sift_judged(self, &found[k]) : MAYBE) < 0)
            return -1;
        if (verdicts[k] == NOTHING) {
            failed = PyList_Append(dealt[0], runs[k]) < 0;
        } else {
            PyObject *all = told(self, &found[k], &grade);
            failed = all == NULL || PyDict_SetItem(dealt[verdicts[k] == LISTED ? 1 : 2], runs[k], all) < 0;
            Py_XDECREF(all);
        }
        if (failed)
            return -1;
    }
    return 0;
}

static PyObject *sieve_sift(Sieve *self, PyObject *runs)
{
    if (enter(self) < 0)
        return NULL;
    PyObject *const dealt[3] = {PyList_New(0), PyDict_New(), PyDict_New()};
    PyObject *given = PySequence_Tuple(runs), *out = NULL;
    Sifted *found = malloc(AT_ONCE * sizeof *found);
    Py_ssize_t count = given ? PyTuple_GET_SIZE(given) : 0, k = 0;
    int fits = given != NULL;
    for (; fits && k < count; k++)
        fits = PyUnicode_Check(PyTuple_GET_ITEM(given, k));
    if (!fits && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a run is a str");
    fits = fits && found != NULL && dealt[0] != NULL && dealt[1] != NULL && dealt[2] != NULL;
    for (k = 0; fits && k < count; k += AT_ONCE) {
        int some = count - k < AT_ONCE ? (int)(count - k) : AT_ONCE;
        fits = sift_some(self, &PyTuple_GET_ITEM(given, k), some, found, dealt) == 0;
    }
    if (fits)
        out = PyTuple_Pack(3, dealt[0], dealt[1], dealt[2]);
    else
        no_memory();
    self->busy = 0;
    free(found);
    for (k = 0; k < 3; k++)
        Py_XDECREF(dealt[k]);
    Py_XDECREF(given);
    return out;
}

/* Keep what was found in a fresh run, or tell it whoever asked: 0, or -1 on an error. */
static int keep_fresh(Sieve *self, const struct Fresh *one, PyObject *text, PyObject *maybe, const Sifted *found,
                      int verdict)
{
    if (verdict != MAYBE)
        return scanner_know(self->scanner, one->key, 0, (uint32_t)verdict);
    int grade = 0;
    PyObject *run = PyUnicode_Substring(text, one->start, one->end), *all = run ? told(self, found, &grade) : NULL;
    int failed = all == NULL || PyDict_SetItem(maybe, run, all) < 0;
    Py_XDECREF(run);
    Py_XDECREF(all);
    return failed ? -1 : grade ? scanner_know(self->scanner, one->key, 0, (uint32_t)grade) : 0;
}

/* Judge some fresh runs at once, so that memory is waited for once for all of them: 0, or -1 on an error. */
static int judge_fresh(Sieve *self, const struct Fresh *const *some, int count, PyObject *texts, PyObject *maybe,
                       Sifted *found)
{
    int verdicts[AT_ONCE];
    if (forget_many(self) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    for (int k = 0; k < count; k++)
        sift_words(self, slice_of(PyList_GET_ITEM(texts, some[k]->text), some[k]->start, some[k]->end), &found[k]);
    for (int k = 0; k < count; k++) {
        int known = sift_known(self, &found[k]);
        if (known < 0)
            return -1;
        verdicts[k] = known ? 0 : MAYBE;
    }
    for (int k = 0; k < count; k++) {
        if (!verdicts[k] && (verdicts[k] = sift_judged(self, &found[k])) < 0) {
            no_memory();
            return -1;
        }
        if (keep_fresh(self, some[k], PyList_GET_ITEM(texts, some[k]->text), maybe, &found[k], verdicts[k]) < 0)
            return -1;
    }
    return 0;
}

/* Judge a fresh word in small letters, or add it to those for whoever asked: 0, or -1 on an error. */
static int judge_small(Sieve *self, const struct Fresh *one, PyObject *text, PyObject *smalls)
{
    uint32_t verdict = small_verdict(self, slice_of(text, one->start, one->end));
    if (verdict)
        return scanner_know(self->scanner, one->key, 1, verdict);
    PyObject *word = PyUnicode_Substring(text, one->start, one->end);
    int failed = word == NULL || PyList_Append(smalls, word) < 0;
    Py_XDECREF(word);
    return failed ? -1 : 0;
}

static PyObject *sieve_look(Sieve *self, PyObject *texts)
{
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts come in a list");
        return NULL;
    }
    if (enter(self) < 0)
        return NULL;
    if (scanner_scan(self->scanner, texts) < 0) {
        self->busy = 0;
        return NULL;
    }
    PyObject *maybe = PyDict_New(), *smalls = PyList_New(0), *out = NULL;
    Sifted *found = malloc(AT_ONCE * sizeof *found);
    const struct Fresh *some[AT_ONCE];
    int count = 0;
    if (found == NULL)
        PyErr_NoMemory();
    if (maybe == NULL || smalls == NULL || found == NULL)
        goto done;
    for (size_t k = 0; k < self->scanner->fresh_count; k++) {
        const struct Fresh *one = &self->scanner->fresh[k];
        if (!one->small)
            some[count++] = one;
        else if (judge_small(self, one, PyList_GET_ITEM(texts, one->text), smalls) < 0)
            goto done;
        if (count == AT_ONCE || (count && k + 1 == self->scanner->fresh_count)) {
            if (judge_fresh(self, some, count, texts, maybe, found) < 0)
                goto done;
            count = 0;
        }
    }
    out = PyTuple_Pack(2, maybe, smalls);
done:
    self->busy = 0;
    free(found);
    Py_XDECREF(maybe);
    Py_XDECREF(smalls);
    return out;
}

static void sieve_dealloc(Sieve *self)
{
    for (int k = 0; k < self->tables; k++) {
        for (int b = 0; b < ARRAYS; b++)
            PyBuffer_Release(&self->layers[k].at[b]);
        Py_XDECREF(self->layers[k].hood);
        Py_XDECREF(self->layers[k].known);
        free(self->layers[k].there);
        free(self->layers[k].starts);
    }
    Numbers *all[] = {&self->particles, &self->openers, &self->endings, &self->izafa, &self->articles, &self->vowels,
                      &self->compass, &self->surnames, &self->asked, &self->empty};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        numbers_close(all[k]);
    lore_close(self);
    PyBuffer_Release(&self->foreseen);
    Py_XDECREF(self->scanner);
    Py_XDECREF(self->speller);
    draft_close(self);
    forest_close(&self->forest);
    grove_close(self->grove);
    characters_close(self->characters);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int set_layers(Sieve *self, PyObject *layers)
{
    Py_ssize_t count = PyTuple_GET_SIZE(layers);
    if (count > MOST_TABLES) {
        PyErr_Format(PyExc_ValueError, "at most %d tables", MOST_TABLES);
        return -1;
    }
    for (Py_ssize_t k = 0; k < count; k++) {
        Layer *layer = &self->layers[k];
        Hood *hood;
        PyObject *arrays, *known;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, k), "O!O!O!", &PyTuple_Type, &arrays, &HoodType, &hood,
                              &PyDict_Type, &known))
            return -1;
        if (PyTuple_GET_SIZE(arrays) != ARRAYS) {
            PyErr_Format(PyExc_ValueError, "an index has %d arrays here", ARRAYS);
            return -1;
        }
        self->tables++;
        for (int b = 0; b < ARRAYS; b++)
            if (PyObject_GetBuffer(PyTuple_GET_ITEM(arrays, b), &layer->at[b], PyBUF_SIMPLE) < 0)
                return -1;
        if (!layer_fits(layer)) {
            PyErr_SetString(PyExc_ValueError, "the arrays of the index do not fit together");
            return -1;
        }
        layer->hood = (Hood *)Py_NewRef(hood);
        layer->known = Py_NewRef(known);
        if (layer_ready(layer) < 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

static int set_tails(Sieve *self, PyObject *tails)
{
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(tails); k++) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(tails, k), &size);
        if (text == NULL)
            return -1;
        if (k == 16 || size == 0 || size > 7) {
            PyErr_SetString(PyExc_ValueError, "at most 16 endings of 1 to 7 letters");
            return -1;
        }
        strcpy(self->tails[self->tail_count++], text);
    }
    return 0;
}

static PyObject *sieve_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {
        "scanner",    "speller",     "layers",       "words",        "particles", "openers",  "endings",
        "izafa",      "articles",    "vowels",       "compass",      "surnames",  "tails",    "rule_kinds",
        "near_kinds", "other_kinds", "silent_kinds", "quiet_kinds",  "ordinary",  "rare",     "small_rare",
        "small_plain", "most_cost",  "other_name",   "digit",        "by_hand",   "makers",   "forest",
        "seen",       "best",        "hopeless",     "needy",        "character", NULL};
    PyObject *layers, *particles, *openers, *endings, *izafa, *articles, *vowels, *compass, *surnames, *tails, *forest;
    PyObject *character;
    Sieve *self = (Sieve *)type->tp_alloc(type, 0);
    Scanner *scanner;
    Speller *speller;
    PyObject *makers;
    Py_buffer seen = {0};
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!O!O!iOOOOOOOOO!IIIIIdddddddLO!O!y*iLLO", names, &ScannerType, &scanner, &SpellerType,
            &speller, &PyTuple_Type, &layers, &self->words, &particles, &openers, &endings, &izafa, &articles, &vowels,
            &compass, &surnames, &PyTuple_Type, &tails, &self->rule_kinds, &self->near_kinds, &self->other_kinds,
            &self->silent_kinds, &self->quiet_kinds, &self->ordinary, &self->rare, &self->small_rare,
            &self->small_plain, &self->most_cost, &self->other_name, &self->digit, &self->by_hand, &PyTuple_Type,
            &makers, &PyTuple_Type, &forest, &seen, &self->best, &self->hopeless, &self->needy, &character))
        goto failed;
    self->scanner = (Scanner *)Py_NewRef(scanner);
    self->speller = (Speller *)Py_NewRef(speller);
    if (draft_open(self, makers) < 0)
        goto failed;
    if (lore_open(self) < 0 || (self->characters = characters_new(character)) == NULL) {
        PyErr_NoMemory();
        goto failed;
    }
    if (words_from(&self->particles, particles) < 0 || words_from(&self->openers, openers) < 0 ||
        words_from(&self->endings, endings) < 0 || words_from(&self->izafa, izafa) < 0 ||
        words_from(&self->articles, articles) < 0 || words_from(&self->vowels, vowels) < 0 ||
        words_from(&self->compass, compass) < 0 || words_from(&self->surnames, surnames) < 0 ||
        set_tails(self, tails) < 0 || set_layers(self, layers) < 0 || forest_open(&self->forest, forest) < 0 ||
        forest_plant(&self->forest) < 0)
        goto failed;
    self->evidence = self->forest.width - SPELT;
    if (self->evidence <= 0 || self->forest.width > MOST_FEATURES ||
        seen.len % ((Py_ssize_t)sizeof(float) * self->evidence)) {
        PyErr_SetString(PyExc_ValueError, "the evidence does not fit the forest");
        goto failed;
    }
    self->seen_count = (int)(seen.len / ((Py_ssize_t)sizeof(float) * self->evidence));
    if ((self->grove = grove_new(&self->forest, seen.buf, self->seen_count, self->best, SPELT)) == NULL)
        goto failed;
    PyBuffer_Release(&seen);
    return (PyObject *)self;
failed:
    PyBuffer_Release(&seen);
    Py_DECREF(self);
    return NULL;
}

static PyMethodDef sieve_methods[] = {
    {"look", (PyCFunction)sieve_look, METH_O,
     "Look at some texts, and tell what in them may be rewritten, or has no verdict: runs, each with its plan, which gives\n"
     "it a verdict, or with what else `sift` tells of it; and some words in small letters. All others have one then."},
    {"sift", (PyCFunction)sieve_sift, METH_O,
     "Deal runs out: those that hold nothing, those that hold listed names which stay as they are, and the others;\n"
     "of the last two the plan, or, where it is not certain: the words (start, end, folded), the listed names (start, end,\n"
     "form, words), and forms near others: start, end, form, whether words in small letters stand in it, whether a rule\n"
     "makes it a name, the names as they are stored (space, form). None where all of the run must be looked at."},
    {"alone", (PyCFunction)sieve_alone, METH_VARARGS,
     "Of names, taken whole (of some type; whether it is known that no table lists them): the number of candidates of\n"
     "each as int32, -1 where Python must be asked, -2 where it must be asked what tables list; of each candidate (layer,\n"
     "alias, how) as 3 int32, its sum in the forest as int64, and a mark for what is known besides."},
    {"settle", (PyCFunction)sieve_settle, METH_VARARGS,
     "Decide what `alone` found, given the scores of all candidates (float64), and three thresholds: candidates and\n"
     "scores are put in order, scores are made final. What is decided of each name, as a byte: 0 abstain, 1 ambiguous, 2\n"
     "accept; and the ids of the others."},
    {"caseless", (PyCFunction)sieve_caseless, METH_VARARGS,
     "The listed names that stand in a text in scripts without capitals, none of more bytes than some in UTF-8: each\n"
     "folded, and its span."},
    {"stands_alone", (PyCFunction)sieve_stands_alone, METH_VARARGS,
     "Whether surely no listed name holds a span of a text and more."},
    {"may_name", (PyCFunction)sieve_may_name, METH_VARARGS,
     "Whether a folded form may be listed, or, with a second argument that is true, name something under the rules."},
    {"small_names", (PyCFunction)sieve_small_names, METH_VARARGS,
     "Where in a text words in small letters stand, (start, end), with at least some verdict or none, from which on up to\n"
     "six of them may name something."},
    {"foresee", (PyCFunction)sieve_foresee, METH_O,
     "What is to be known of some words in small letters, for `take` of another sieve with the same table."},
    {"take", (PyCFunction)sieve_take, METH_O, "Know of words what `foresee` found out about them."},
    {"among", (PyCFunction)sieve_among, METH_VARARGS, "Those of some words that are stored under a prefix."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SieveType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Sieve",
    .tp_doc = "Tells which runs are worth planning.",
    .tp_basicsize = sizeof(Sieve),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = sieve_new,
    .tp_dealloc = (destructor)sieve_dealloc,
    .tp_methods = sieve_methods,
};
