/* In how many texts each word stands, and which words may be what is left of others. Twin: `profile.census.Plain`. */
#include "spread.h"
#include "words.h"

enum { FEWEST = 8, GLANCE = 200, TYPES = 5, LANGUAGES = 64 };
enum { LOOK = 2000 }; /* also how many words are dealt with at a time */
enum { SHORTEST = 3, LONGEST = 24 };
enum { ROOM = 1 << 12, MOST_WORDS = 700000, BRIEF_ROOM = 1 << 10 };

/* What is known of a word, in the lowest bits of its hash: it is listed; it may be a leftover; and it is there. */
enum { LISTED = 1, LEFT = 2, THERE = 4, KNOWN = 7 };

typedef struct {
    uint64_t h;
    uint32_t texts, last; /* in how many it stands, and the last of them */
} Slot;

/* The words of a language. What is not listed is forgotten where there is too much of it, and looked up again. */
typedef struct {
    Slot *slots;
    uint32_t *names; /* of those that are listed, where they stand among `letters` */
    size_t mask, used, most;
    char *letters;
    size_t letters_size, letters_room;
    uint32_t texts;
    Lexicon *lexicon;
    PyObject *cuts, *maybe; /* `maybe` tells at once of most words that they are no leftovers; or None */
} Words;

typedef struct {
    uint64_t h;
    Py_ssize_t begin, size;
    int wide;
} Word;

typedef struct {
    PyObject_HEAD
    Numbers common; /* words that tell the language: the number of a mask of languages, the first bit English */
    uint64_t *masks;
    uint64_t english[BRIEF_ROOM]; /* the English ones again: nearly all texts of most corpora are asked for these alone */
    uint32_t *met; /* by the same number: the last text where one was met */
    uint32_t looks; /* how many texts were looked at for their language that are not plainly English */
    double share, other_share, rare, least, strangers[LONGEST + 1];
    PyObject *open; /* gives the lexicon of a language, its cuts, and `maybe` */
    Words *words[LANGUAGES];
    uint8_t *narrow; /* of a text beyond ASCII a byte for each character */
    size_t narrow_room;
    const Words *likely; /* those of the last text's language */
    char *spelt; /* a word in UTF-8 */
    size_t spelt_room;
    int busy;
    Word some[LOOK]; /* the next words of a text */
} Census;

/* The text that is counted. */
typedef struct {
    Census *census;
    PyObject *text;
    const uint8_t *bytes;
    Py_ssize_t size, begun, words; /* `begun`: how many of the next words are there; `words`: how many came before */
    int language;                  /* -1: none */
    Words *of;
    PyObject *left; /* the words that may be leftovers, and how often each stands there; or NULL */
} Counted;

/* -- the words of a language ------------------------------------------------------------------------------------- */

static int grow_bytes(void *data, size_t *room, size_t wanted)
{
    void **held = data;
    if (wanted <= *room)
        return 0;
    wanted += wanted / 4 + 64;
    void *wider = PyMem_RawRealloc(*held, wanted);
    if (wider == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *held = wider;
    *room = wanted;
    return 0;
}

static void words_close(Words *w)
{
    if (w == NULL)
        return;
    PyMem_RawFree(w->slots);
    PyMem_RawFree(w->names);
    PyMem_RawFree(w->letters);
    Py_XDECREF((PyObject *)w->lexicon);
    Py_XDECREF(w->cuts);
    Py_XDECREF(w->maybe);
    PyMem_RawFree(w);
}

static inline size_t place_of(const Words *w, uint64_t h)
{
    size_t at = (size_t)(h >> 3) & w->mask;
    while (w->slots[at].h && ((w->slots[at].h ^ h) & ~(uint64_t)KNOWN))
        at = (at + 1) & w->mask;
    return at;
}

/* Make it anew with room for more, or without what is not listed. */
static int remake(Words *w, size_t mask, int all)
{
    Words old = *w;
    w->mask = mask;
    w->slots = PyMem_RawCalloc(mask + 1, sizeof *w->slots);
    w->names = PyMem_RawCalloc(mask + 1, sizeof *w->names);
    if (w->slots == NULL || w->names == NULL) {
        PyMem_RawFree(w->slots);
        PyMem_RawFree(w->names);
        *w = old;
        PyErr_NoMemory();
        return -1;
    }
    w->used = 0;
    for (size_t k = 0; old.slots != NULL && k <= old.mask; k++) {
        if (!(old.slots[k].h & (all ? THERE : LISTED)))
            continue;
        size_t at = place_of(w, old.slots[k].h);
        w->slots[at] = old.slots[k];
        w->names[at] = old.names[k];
        w->used++;
    }
    PyMem_RawFree(old.slots);
    PyMem_RawFree(old.names);
    return 0;
}

static int make_room(Words *w)
{
    if (w->used >= w->most) {
        if (remake(w, w->mask, 0) < 0)
            return -1;
        if (w->used > w->most / 2)
            w->most *= 2; /* no language has so many, but a list might */
    }
    return w->used * 3 > w->mask * 2 ? remake(w, w->mask * 2 + 1, 1) : 0;
}

static Words *words_of(Census *c, int language)
{
    if (c->words[language] != NULL)
        return c->words[language];
    PyObject *found = PyObject_CallFunction(c->open, "i", language), *lexicon, *cuts, *maybe;
    if (found == NULL || !PyArg_ParseTuple(found, "O!OO", &LexiconType, &lexicon, &cuts, &maybe)) {
        Py_XDECREF(found);
        return NULL;
    }
    Words *w = PyMem_RawCalloc(1, sizeof *w);
    if (w != NULL) {
        w->lexicon = (Lexicon *)Py_NewRef(lexicon);
        w->cuts = Py_NewRef(cuts);
        w->maybe = Py_NewRef(maybe);
        w->most = MOST_WORDS;
    }
    Py_DECREF(found);
    if (w == NULL)
        return (Words *)PyErr_NoMemory();
    if (remake(w, ROOM - 1, 1) < 0) {
        words_close(w);
        return NULL;
    }
    return c->words[language] = w;
}

static int add_utf8(char *to, Py_UCS4 c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    int size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int k = size - 1; k > 0; k--, c >>= 6)
        to[k] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)((0xF00 >> size) | c);
    return size;
}

/* A word in small letters, in UTF-8: its size; -1 on an error. */
static Py_ssize_t spell(const Counted *t, const Word *word)
{
    Census *c = t->census;
    Py_ssize_t size = 0;
    if (grow_bytes(&c->spelt, &c->spelt_room, (size_t)word->size * 4) < 0)
        return -1;
    for (Py_ssize_t k = word->begin; k < word->begin + word->size; k++) {
        if (word->wide)
            size += add_utf8(c->spelt + size, small_letter(PyUnicode_READ_CHAR(t->text, k)));
        else
            c->spelt[size++] = (char)(t->bytes[k] | 0x20);
    }
    return size;
}

/* Whether there are words of which a string may have been cut so that this one is left; -1 on an error. */
static int is_left(const Counted *t, PyObject *word, double base)
{
    if (t->of->maybe != Py_None) {
        PyObject *told = PyObject_CallOneArg(t->of->maybe, word);
        int maybe = told != NULL ? PyObject_IsTrue(told) : -1;
        Py_XDECREF(told);
        if (maybe <= 0)
            return maybe;
    }
    PyObject *ways = PyObject_CallMethod(t->of->cuts, "of", "Odd", word, base, t->census->least);
    int found = ways == NULL ? -1 : PyObject_IsTrue(ways);
    Py_XDECREF(ways);
    return found;
}

/* The same of the word that is spelt, so many bytes and letters of a frequency. */
static int spelt_is_left(const Counted *t, Py_ssize_t size, Py_ssize_t length, double zipf)
{
    if (zipf >= t->census->rare || length < SHORTEST || length > LONGEST)
        return 0;
    double base = t->census->strangers[length];
    PyObject *word = PyUnicode_DecodeUTF8(t->census->spelt, size, NULL);
    int found = word != NULL ? is_left(t, word, base > zipf ? base : zipf) : -1;
    Py_XDECREF(word);
    return found;
}

/* Look a word up that is not there, and put it there. Gives its place, or NULL on an error. */
static Slot *learn(const Counted *t, const Word *word)
{
    Words *w = t->of;
    Py_ssize_t size = spell(t, word);
    if (size < 0 || make_room(w) < 0)
        return NULL;
    const uint32_t *listed = words_get(&w->lexicon->words, t->census->spelt, (size_t)size);
    double zipf = listed != NULL ? *listed / 100.0 : 0.0;
    int left = spelt_is_left(t, size, word->size, zipf);
    if (left < 0)
        return NULL;
    size_t at = place_of(w, word->h);
    if (zipf > 0) {
        if (w->letters_size + (size_t)size >= UINT32_MAX) {
            PyErr_NoMemory();
            return NULL;
        }
        if (grow_bytes(&w->letters, &w->letters_room, w->letters_size + (size_t)size + 1) < 0)
            return NULL;
        w->names[at] = (uint32_t)w->letters_size;
        memcpy(w->letters + w->letters_size, t->census->spelt, (size_t)size);
        w->letters_size += (size_t)size;
        w->letters[w->letters_size++] = 0;
    }
    w->slots[at].h = (word->h & ~(uint64_t)KNOWN) | THERE | (zipf > 0 ? LISTED : 0) | (left ? LEFT : 0);
    w->used++;
    return &w->slots[at];
}

/* -- the language of a text --------------------------------------------------------------------------------------- */

static inline size_t english_place(const Census *c, uint64_t h)
{
    size_t at = (size_t)h & (BRIEF_ROOM - 1);
    while (c->english[at] && c->english[at] != h)
        at = (at + 1) & (BRIEF_ROOM - 1);
    return at;
}

/* The language that the common words among some tell beside plain English, or -1. Twin: `profile.words.language`. */
static int compared(Census *c, const Word *words, Py_ssize_t count)
{
    Py_ssize_t counts[LANGUAGES] = {0}, types[LANGUAGES] = {0};
    int best = -1;
    if (++c->looks == 0) {
        memset(c->met, 0, c->common.used * sizeof *c->met);
        c->looks = 1;
    }
    for (Py_ssize_t k = 0; k < count; k++) {
        const uint32_t *number = numbers_get(&c->common, words[k].h);
        if (number == NULL)
            continue;
        int is_new = c->met[*number] != c->looks;
        c->met[*number] = c->looks;
        uint64_t bits = c->masks[*number];
        for (int j = 0; bits; j++, bits >>= 1) {
            counts[j] += (Py_ssize_t)(bits & 1);
            types[j] += (Py_ssize_t)(bits & 1) & is_new;
        }
    }
    for (int j = 0; j < LANGUAGES; j++)
        if (types[j] >= TYPES && (best < 0 || counts[j] > counts[best]))
            best = j;
    if (best < 0)
        return -1;
    double share = (double)counts[best] / (double)count;
    if (best == 0)
        return share >= c->share ? 0 : -1;
    return share >= c->other_share && counts[best] >= 2 * counts[0] ? best : -1;
}

/* The language of a text by its first words, or -1 for none. */
static int language_of(Census *c, const Word *words, Py_ssize_t count)
{
    Py_ssize_t shown = count < GLANCE ? count : GLANCE, english = 0;
    if (count < FEWEST)
        return -1;
    for (Py_ssize_t k = 0; k < shown; k++)
        english += c->english[english_place(c, words[k].h)] != 0;
    return (double)english / (double)shown >= c->share ? 0 : compared(c, words, count);
}

/* -- counting ----------------------------------------------------------------------------------------------------- */

/* One more of a word that may be a leftover. */
static int add_left(Counted *t, const Word *word)
{
    Py_ssize_t size = spell(t, word);
    PyObject *key = size < 0 ? NULL : PyUnicode_DecodeUTF8(t->census->spelt, size, NULL), *more = NULL;
    if (t->left == NULL)
        t->left = PyDict_New();
    if (key != NULL && t->left != NULL) {
        PyObject *before = PyDict_GetItemWithError(t->left, key);
        Py_ssize_t count = before != NULL ? PyLong_AsSsize_t(before) : 0;
        more = PyErr_Occurred() ? NULL : PyLong_FromSsize_t(count + 1);
    }
    int failed = more == NULL || PyDict_SetItem(t->left, key, more) < 0;
    Py_XDECREF(key);
    Py_XDECREF(more);
    return failed ? -1 : 0;
}

static int count_words(Counted *t)
{
    const Word *some = t->census->some;
    Words *w = t->of;
    for (Py_ssize_t k = 0; k < t->begun; k++) {
        Slot *slot = &w->slots[place_of(w, some[k].h)];
        if (slot->h == 0 && (slot = learn(t, &some[k])) == NULL)
            return -1;
        slot->texts += slot->last != w->texts;
        slot->last = w->texts;
        if ((slot->h & LEFT) && add_left(t, &some[k]) < 0)
            return -1;
    }
    return 0;
}

/* Count the next words of a text, the first of which tell its language. */
static int settle(Counted *t)
{
    Census *c = t->census;
    if (t->words == 0 && (t->language = language_of(c, c->some, t->begun)) >= 0) {
        if ((t->of = words_of(c, t->language)) == NULL)
            return -1;
        if (t->of->texts == UINT32_MAX) {
            PyErr_SetString(PyExc_OverflowError, "too many texts are counted: take what is counted first");
            return -1;
        }
        t->of->texts++;
        c->likely = t->of;
    }
    int failed = t->of != NULL && count_words(t) < 0;
    t->words += t->begun;
    t->begun = 0;
    return failed ? -1 : 0;
}

static ALWAYS_INLINE int take_word(void *context, Py_ssize_t begin, Py_ssize_t size, int wide)
{
    Counted *t = context;
    uint64_t h = wide ? hash_wide(t->text, begin, size) : hash_ascii(t->bytes + begin, size, t->size - begin);
    const Words *likely = t->census->likely;
    if (likely != NULL) /* the place of the word is fetched while the text is read on */
        PREFETCH(&likely->slots[(size_t)(h >> 3) & likely->mask]);
    t->census->some[t->begun++] = (Word){h, begin, size, wide};
    return t->begun == LOOK ? settle(t) : 0;
}

static int count_small(Counted *t);

/* A text as bytes. 1 where it has capitals for which it was to be made small first, and was counted so; -1 on an error. */
static int make_narrow(Counted *t)
{
    Census *c = t->census;
    t->size = PyUnicode_GET_LENGTH(t->text);
    if (PyUnicode_IS_ASCII(t->text)) {
        t->bytes = PyUnicode_1BYTE_DATA(t->text);
        return 0;
    }
    if (grow_bytes(&c->narrow, &c->narrow_room, (size_t)t->size) < 0)
        return -1;
    t->bytes = c->narrow;
    return narrowed(t->text, t->size, c->narrow) < 0 ? count_small(t) : 0;
}

static int count_text(Counted *t)
{
    int done = make_narrow(t);
    if (done)
        return done < 0 ? -1 : 0;
    if (each_word_of(t->bytes, t->size, take_word, t) < 0)
        return -1;
    return t->begun ? settle(t) : 0;
}

static int count_small(Counted *t)
{
    PyObject *text = t->text;
    t->text = PyObject_CallMethod(text, "lower", NULL);
    int failed = t->text == NULL || count_text(t) < 0;
    Py_XDECREF(t->text);
    t->text = text;
    return failed ? -1 : 1;
}

/* -- for Python --------------------------------------------------------------------------------------------------- */

/* One text more: what it tells goes onto a list, its words to a dict of how many there are of each language. */
static int add_text(Census *self, PyObject *text, Py_ssize_t number, PyObject *told, Py_ssize_t totals[LANGUAGES + 1])
{
    Counted t = {.census = self, .text = text, .language = -1};
    int failed = count_text(&t) < 0;
    if (!failed && t.left != NULL) {
        PyObject *one = Py_BuildValue("(niO)", number, t.language, t.left);
        failed = one == NULL || PyList_Append(told, one) < 0;
        Py_XDECREF(one);
    }
    totals[t.language + 1] += t.words;
    Py_XDECREF(t.left);
    return failed ? -1 : 0;
}

static PyObject *census_count(Census *self, PyObject *texts)
{
    Py_ssize_t totals[LANGUAGES + 1] = {0};
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "the texts are a list");
        return NULL;
    }
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "this census counts already");
        return NULL;
    }
    self->busy = 1;
    PyObject *told = PyList_New(0), *words = PyDict_New(), *out = NULL;
    int failed = told == NULL || words == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(texts); k++) {
        PyObject *text = PyList_GET_ITEM(texts, k);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            failed = 1;
        } else {
            Py_INCREF(text);
            failed = add_text(self, text, k, told, totals) < 0;
            Py_DECREF(text);
        }
    }
    for (int k = 0; !failed && k <= LANGUAGES; k++) {
        PyObject *language = totals[k] ? PyLong_FromLong(k - 1) : NULL, *count = PyLong_FromSsize_t(totals[k]);
        failed = count == NULL || (totals[k] && (language == NULL || PyDict_SetItem(words, language, count) < 0));
        Py_XDECREF(language);
        Py_XDECREF(count);
    }
    if (!failed)
        out = PyTuple_Pack(2, told, words);
    Py_XDECREF(told);
    Py_XDECREF(words);
    self->busy = 0;
    return out;
}

static inline int is_counted(const Slot *slot)
{
    return (slot->h & LISTED) && slot->texts;
}

/* The listed words of a language with the number of texts that each stands in, which is none from now on. */
static PyObject *taken_words(Words *w)
{
    size_t count = 0, letters = 0;
    Parcel out;
    for (size_t k = 0; k <= w->mask; k++) {
        if (is_counted(&w->slots[k])) {
            count++;
            letters += strlen(w->letters + w->names[k]) + 1;
        }
    }
    if (parcel_open(&out, letters, count) < 0)
        return NULL;
    for (size_t k = 0; k <= w->mask; k++) {
        const char *name = w->letters + w->names[k];
        if (is_counted(&w->slots[k]))
            parcel_add(&out, name, strlen(name), w->slots[k].texts);
        w->slots[k].texts = w->slots[k].last = 0;
    }
    w->texts = 0;
    return Py_BuildValue("(NN)", out.words, out.numbers);
}

static PyObject *census_take(Census *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *out = PyDict_New();
    for (int k = 0; out != NULL && k < LANGUAGES; k++) {
        if (self->words[k] == NULL || !self->words[k]->texts)
            continue;
        PyObject *language = PyLong_FromLong(k), *words = taken_words(self->words[k]);
        if (language == NULL || words == NULL || PyDict_SetItem(out, language, words) < 0)
            Py_CLEAR(out);
        Py_XDECREF(language);
        Py_XDECREF(words);
    }
    return out;
}

static int learn_languages(Census *c, PyObject *masks)
{
    PyObject *word, *mask;
    Py_ssize_t at = 0;
    uint32_t number = 0, english = 0;
    size_t count = (size_t)PyDict_GET_SIZE(masks);
    c->masks = PyMem_RawCalloc(count + 1, sizeof *c->masks);
    c->met = PyMem_RawCalloc(count + 1, sizeof *c->met);
    if (c->masks == NULL || c->met == NULL || numbers_open_for(&c->common, count) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    for (; PyDict_Next(masks, &at, &word, &mask); number++) {
        Hash hash = BEGUN;
        for (Py_ssize_t k = 0; PyUnicode_Check(word) && k < PyUnicode_GET_LENGTH(word); k++)
            add_letter(&hash, PyUnicode_READ_CHAR(word, k));
        uint64_t h = end_hash(&hash);
        c->masks[number] = PyLong_AsUnsignedLongLong(mask);
        if (PyErr_Occurred())
            return -1;
        if (numbers_put(&c->common, h, number) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        if (!(c->masks[number] & 1))
            continue;
        if (++english == BRIEF_ROOM) {
            PyErr_SetString(PyExc_ValueError, "too many words are common in English");
            return -1;
        }
        c->english[english_place(c, h)] = h;
    }
    return 0;
}

static int learn_strangers(Census *c, PyObject *strangers)
{
    if (PyTuple_GET_SIZE(strangers) != LONGEST + 1) {
        PyErr_SetString(PyExc_ValueError, "there is a stranger of each length up to 24");
        return -1;
    }
    for (Py_ssize_t k = 0; k <= LONGEST; k++)
        c->strangers[k] = PyFloat_AsDouble(PyTuple_GET_ITEM(strangers, k));
    return PyErr_Occurred() ? -1 : 0;
}

static void census_dealloc(Census *self)
{
    for (int k = 0; k < LANGUAGES; k++)
        words_close(self->words[k]);
    numbers_close(&self->common);
    PyMem_RawFree(self->masks);
    PyMem_RawFree(self->met);
    PyMem_RawFree(self->narrow);
    PyMem_RawFree(self->spelt);
    Py_XDECREF(self->open);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *census_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"common", "share", "other_share", "rare", "strangers", "least", "open", NULL};
    PyObject *common, *strangers, *open;
    Census *self = (Census *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!dddO!dO", names, &PyDict_Type, &common, &self->share,
                                     &self->other_share, &self->rare, &PyTuple_Type, &strangers, &self->least, &open) ||
        learn_languages(self, common) < 0 || learn_strangers(self, strangers) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    self->open = Py_NewRef(open);
    return (PyObject *)self;
}

static PyMethodDef census_methods[] = {
    {"count", (PyCFunction)census_count, METH_O,
     "Counts some texts: gives the number of each that has words that may be leftovers, with its language and how often\n"
     "each of them stands there; and how many words there are of each language, by its number, -1 for none."},
    {"take", (PyCFunction)census_take, METH_NOARGS,
     "The listed words of each language with the number of texts that each stands in, as `united` has them; then all\n"
     "begins anew."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject CensusType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Census",
    .tp_doc = "Counts the texts that each word stands in, and finds words that may be leftovers.",
    .tp_basicsize = sizeof(Census),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = census_new,
    .tp_dealloc = (destructor)census_dealloc,
    .tp_methods = census_methods,
};
