/* Whether a text may have lost a string, by its words alone. Twin: `profile.builder`, which has the last word. */
#include "words.h"

enum { FEWEST = 8, FIRST = 200, LONGEST = 24, SHORTEST = 3, DIFFERENT = 64, BITS = 25, WAITING = 64, BRIEFEST = 8 };
enum { PLAIN_BITS = 14, PLAIN = 1 << PLAIN_BITS, MET = 1 << 15, LANGUAGES = 64, SHOWN = 2000, TYPES = 5, AHEAD = 2048 };

typedef struct {
    PyObject_HEAD
    Numbers common;   /* words that tell the language: the number of a mask of languages, the first bit English */
    uint64_t *masks;
    Numbers english;  /* those of English, which are few */
    Numbers frequent; /* words that explain themselves */
    uint8_t *left;    /* what common words leave when a string is cut out of them: two bits for each */
    double share, other_share;
    size_t mask_count;
    Py_buffer stored; /* where all of the above lies, if it was made before */
    uint8_t *narrow; /* of a text beyond ASCII a byte for each character */
    size_t narrow_room;
    uint64_t plain[PLAIN]; /* brief words met before that tell of nothing, by their letters, most of a text; MARKED: ENGLISH */
    uint64_t met[MET];     /* words met before, their two lowest bits put to use: ENGLISH, TELLING */
} Glance;

/* One of the commonest English words; one of which a string may have been cut. */
enum { ENGLISH = 1, TELLING = 2 };

static inline void mark(uint8_t *bits, uint64_t h)
{
    uint32_t a = (uint32_t)(h >> (64 - BITS)), b = (uint32_t)(h & ((1u << BITS) - 1));
    bits[a >> 3] |= (uint8_t)(1 << (a & 7));
    bits[b >> 3] |= (uint8_t)(1 << (b & 7));
}

static inline int marked(const uint8_t *bits, uint64_t h)
{
    uint32_t a = (uint32_t)(h >> (64 - BITS)), b = (uint32_t)(h & ((1u << BITS) - 1));
    return ((bits[a >> 3] >> (a & 7)) & 1) && ((bits[b >> 3] >> (b & 7)) & 1);
}

/* How often the common words of each language stand in the first words of a text, and how many different ones. */
typedef struct {
    Py_ssize_t shown, first_english, words[LANGUAGES], types[LANGUAGES];
    size_t slots; /* of `seen`: a power of two, twice what is counted at least */
    uint64_t *seen;
} Counts;

static inline int is_english(const Glance *g, const uint32_t *mask)
{
    return mask != NULL && (g->masks[*mask] & 1);
}

static void count(const Glance *g, Counts *c, uint64_t h)
{
    const uint32_t *mask = numbers_get(&g->common, h);
    c->first_english += c->shown < FIRST && is_english(g, mask);
    c->shown++;
    if (mask == NULL)
        return;
    size_t at = h & (c->slots - 1);
    while (c->seen[at] != 0 && c->seen[at] != h)
        at = (at + 1) & (c->slots - 1);
    int is_new = c->seen[at] == 0;
    c->seen[at] = h;
    uint64_t bits = g->masks[*mask];
    for (; bits; bits &= bits - 1) {
        c->words[lowest_bit(bits)]++;
        c->types[lowest_bit(bits)] += is_new;
    }
}

/* Whether the text is of a language beside English, as far as its common words tell; or of English after all. */
static int is_foreign(const Glance *g, const Counts *c)
{
    int best = -1;
    for (int k = 0; k < LANGUAGES; k++)
        if (c->types[k] >= TYPES && (best < 0 || c->words[k] > c->words[best]))
            best = k;
    if (best < 0)
        return 0;
    double share = (double)c->words[best] / (double)c->shown;
    if (best == 0)
        return share >= g->share;
    return share >= g->other_share && c->words[best] >= 2 * c->words[0];
}

/* Whether the first words of a text are English enough. */
static int is_shown_english(const Glance *g, const Counts *c)
{
    return (double)c->first_english / (double)(c->shown < FIRST ? c->shown : FIRST) >= g->share;
}

static unsigned nature(const Glance *g, uint64_t h, Py_ssize_t size)
{
    int telling = size >= SHORTEST && size <= LONGEST && marked(g->left, h) && !numbers_get(&g->frequent, h);
    return (numbers_get(&g->english, h) ? ENGLISH : 0) | (telling ? TELLING : 0);
}

static inline uint64_t *met_at(Glance *g, uint64_t h)
{
    return &g->met[(h >> 2) & (MET - 1)];
}

/* `nature`, of most words without a look into the tables, which are large. */
static inline unsigned known_nature(Glance *g, uint64_t h, Py_ssize_t size)
{
    uint64_t *met = met_at(g, h);
    if ((*met ^ h) >= 4)
        *met = (h & ~(uint64_t)3) | nature(g, h, size);
    return (unsigned)*met & 3;
}

/* Bits that no letter in ASCII has: of eight letters, and of the first. */
static const uint64_t WIDES = 0x8080808080808080u, MARKED = 0x80;

/* How many different words there are, up to a limit, with one more. */
static Py_ssize_t with_word(uint64_t *told, Py_ssize_t different, uint64_t h)
{
    Py_ssize_t j = 0;
    while (j < different && told[j] != h)
        j++;
    if (j < different || different == DIFFERENT)
        return different;
    told[different] = h;
    return different + 1;
}

/* A text as bytes, in which no capital is special. */
typedef struct {
    PyObject *whole;
    const uint8_t *bytes;
    Py_ssize_t size;
} Narrow;

static ALWAYS_INLINE uint64_t hash_at(const Narrow *text, Py_ssize_t begin, Py_ssize_t size, int wide)
{
    return wide ? hash_wide(text->whole, begin, size) : hash_ascii(text->bytes + begin, size, text->size - begin);
}

/* A word in it. */
typedef struct {
    Py_ssize_t begin, size;
} Place;

/* A word of up to eight bytes as one number; 0 for a longer one. The text is that long itself. */
static inline uint64_t letters_at(const Narrow *text, Place place)
{
    static const uint64_t masks[BRIEFEST + 2] = {0, 0xFFu, 0xFFFFu, 0xFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFFFu,
                                                 0xFFFFFFFFFFFFu, 0xFFFFFFFFFFFFFFu, 0xFFFFFFFFFFFFFFFFu, 0};
    uint64_t x;
    Py_ssize_t beyond = place.begin + BRIEFEST - text->size;
    memcpy(&x, text->bytes + (beyond <= 0 ? place.begin : text->size - BRIEFEST), BRIEFEST);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    if (beyond > 0)
        x >>= 8 * beyond;
    return (x | 0x2020202020202020u) & masks[place.size <= BRIEFEST ? place.size : BRIEFEST + 1];
}

/* Where a brief word stands that is plain, if it is. */
static inline uint64_t *plain_at(Glance *g, uint64_t letters)
{
    return &g->plain[(letters * 0x9E3779B97F4A7C15u) >> (64 - PLAIN_BITS)];
}

/* What is gathered of a text. */
typedef struct {
    Glance *glance;
    Narrow text;
    Py_ssize_t known, end_first, different; /* how many are English of the first words, and where these end */
    uint64_t told[DIFFERENT];
    Place places[DIFFERENT]; /* where each of those that tell stands first */
    Place waiting[WAITING];  /* words that are not plain, to be asked for together */
} Gathered;

static void add_nature(Gathered *to, uint64_t h, unsigned what, Place place)
{
    to->known += (what & ENGLISH) && place.begin < to->end_first;
    if (what & TELLING) {
        Py_ssize_t before = to->different;
        to->different = with_word(to->told, before, h);
        if (to->different > before)
            to->places[before] = place;
    }
}

static ALWAYS_INLINE uint64_t hash_of_waiting(const Gathered *to, Place place, int brief, int ascii)
{
    const Narrow *text = &to->text;
    if (!brief)
        return hash_at(text, place.begin, place.size, !ascii && has_wide(text->bytes + place.begin, place.size));
    uint64_t letters = letters_at(text, place);
    return letters & WIDES ? hash_wide(text->whole, place.begin, place.size) : hash_letters(letters, place.size);
}

static inline void keep_plain(Gathered *to, unsigned what, Place place)
{
    uint64_t letters = letters_at(&to->text, place);
    if (!(what & TELLING) && !(letters & WIDES))
        *plain_at(to->glance, letters) = letters | (what & ENGLISH ? MARKED : 0);
}

/* Some words, all of them brief, or none: what the tables say is fetched for all of them at once. */
static ALWAYS_INLINE void ask_some(Gathered *to, const Place *places, int count, int brief)
{
    Glance *g = to->glance;
    int ascii = PyUnicode_IS_ASCII(to->text.whole);
    uint64_t hashes[WAITING];
    for (int k = 0; k < count; k++) {
        uint64_t h = hashes[k] = hash_of_waiting(to, places[k], brief, ascii);
        PREFETCH(&g->left[h >> (64 - BITS + 3)]);
        PREFETCH(met_at(g, h));
    }
    for (int k = 0; k < count; k++) {
        unsigned what = known_nature(g, hashes[k], places[k].size);
        if (what)
            add_nature(to, hashes[k], what, places[k]);
        if (brief)
            keep_plain(to, what, places[k]);
    }
}

static void ask_waiting(Gathered *to, int count)
{
    Place brief[WAITING], longer[WAITING];
    int briefs = 0, longers = 0;
    for (int k = 0; k < count; k++) {
        Place place = to->waiting[k];
        brief[briefs] = longer[longers] = place;
        briefs += place.size <= BRIEFEST;
        longers += place.size > BRIEFEST;
    }
    ask_some(to, brief, briefs, 1);
    ask_some(to, longer, longers, 0);
}

/* A walk over the words of a text: what changes with each is kept apart, where the compiler sees that nobody else does. */
typedef struct {
    Gathered *all;
    Narrow text;
    Glance *glance;
    Py_ssize_t words, english;
    int waiting;
} Walk;

static ALWAYS_INLINE int take_word(void *context, Py_ssize_t begin, Py_ssize_t size, int wide)
{
    Walk *to = context;
    Place place = {begin, size};
    (void)wide; /* none such is plain */
    uint64_t letters = letters_at(&to->text, place), other = *plain_at(to->glance, letters) ^ letters;
    to->english += other == MARKED;
    to->all->waiting[to->waiting] = place;
    to->waiting += (other & ~MARKED) != 0; /* most are plain, but never is it told of the next one: so nothing is guessed */
    if (++to->words == FIRST) {
        to->all->known += to->english;
        to->all->end_first = begin + size;
    }
    if (to->waiting == WAITING) {
        ask_waiting(to->all, WAITING);
        to->waiting = 0;
    }
    return 0;
}

/* A text as bytes: 1; 0 where it has special capitals, and is first to be made small; -1 without memory. */
static int make_narrow(Glance *g, PyObject *whole, Narrow *out)
{
    *out = (Narrow){whole, g->narrow, PyUnicode_GET_LENGTH(whole)};
    if (PyUnicode_IS_ASCII(whole)) {
        out->bytes = PyUnicode_1BYTE_DATA(whole);
        return 1;
    }
    if (g->narrow_room < (size_t)out->size) {
        uint8_t *room = PyMem_RawRealloc(g->narrow, (size_t)out->size * 2);
        if (room == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        out->bytes = g->narrow = room;
        g->narrow_room = (size_t)out->size * 2;
    }
    return narrowed(whole, out->size, g->narrow) == 0;
}

static PyObject *word_at(const Narrow *text, Place place)
{
    PyObject *word = PyUnicode_Substring(text->whole, place.begin, place.begin + place.size);
    PyObject *out = word == NULL ? NULL : PyObject_CallMethod(word, "lower", NULL);
    Py_XDECREF(word);
    return out;
}

/* The words that tell, in small letters. */
static PyObject *gathered_words(const Gathered *all)
{
    PyObject *out = PySet_New(NULL);
    for (Py_ssize_t k = 0; out != NULL && k < all->different; k++) {
        PyObject *word = word_at(&all->text, all->places[k]);
        if (word == NULL || PySet_Add(out, word) < 0)
            Py_CLEAR(out);
        Py_XDECREF(word);
    }
    return out;
}

/* What is gathered of a text that is looked at more closely. */
typedef struct {
    Glance *glance;
    Narrow text;
    Counts counts;
    PyObject *told; /* a set of words */
} Closely;

static int take_closely(void *context, Py_ssize_t begin, Py_ssize_t size, int wide)
{
    Closely *to = context;
    uint64_t h = hash_at(&to->text, begin, size, wide);
    if (to->counts.shown < SHOWN)
        count(to->glance, &to->counts, h);
    if (!(known_nature(to->glance, h, size) & TELLING))
        return 0;
    PyObject *word = word_at(&to->text, (Place){begin, size});
    int failed = word == NULL || PySet_Add(to->told, word) < 0;
    Py_XDECREF(word);
    return failed ? -1 : 0;
}

/* Of a text in which many words tell, or which is not plainly English: whether it is, and the words; None where it is of
   no language. */
static PyObject *told_closely(Glance *g, const Narrow *text, Py_ssize_t words)
{
    Closely all = {.glance = g, .text = *text, .counts.slots = 2, .told = PySet_New(NULL)};
    PyObject *out = NULL;
    while (all.counts.slots < 2 * (size_t)(words < SHOWN ? words : SHOWN))
        all.counts.slots *= 2;
    all.counts.seen = calloc(all.counts.slots, sizeof *all.counts.seen);
    if (all.counts.seen == NULL)
        PyErr_NoMemory();
    else if (all.told != NULL && each_word_of(text->bytes, text->size, take_closely, &all) == 0) {
        int english = is_shown_english(g, &all.counts);
        if (english || is_foreign(g, &all.counts))
            out = Py_BuildValue("(OO)", english ? Py_True : Py_False, all.told);
        else
            out = Py_NewRef(Py_None);
    }
    Py_XDECREF(all.told);
    free(all.counts.seen);
    return out;
}

static PyObject *told_of(Glance *g, PyObject *text, Py_ssize_t enough)
{
    Gathered all;
    if (PyUnicode_GET_LENGTH(text) < 2 * FEWEST - 1)
        Py_RETURN_NONE; /* so many words are not in it */
    int narrow = make_narrow(g, text, &all.text);
    if (narrow <= 0) {
        PyObject *lowered = narrow < 0 ? NULL : PyObject_CallMethod(text, "lower", NULL);
        PyObject *out = lowered != NULL ? told_of(g, lowered, enough) : NULL;
        Py_XDECREF(lowered);
        return out;
    }
    all.glance = g;
    all.known = all.different = 0;
    all.end_first = PY_SSIZE_T_MAX;
    Walk walk = {&all, all.text, g, 0, 0, 0};
    (void)each_word_of(walk.text.bytes, walk.text.size, take_word, &walk); /* it is taken whatever it is */
    ask_waiting(&all, walk.waiting);
    Py_ssize_t known = all.known + (walk.words < FIRST ? walk.english : 0), shown = walk.words < FIRST ? walk.words : FIRST;
    int english = walk.words >= FEWEST && (double)known / (double)shown >= g->share;
    if (walk.words < FEWEST || (english && all.different < enough))
        Py_RETURN_NONE; /* most */
    if (!english || all.different == DIFFERENT)
        return told_closely(g, &all.text, walk.words);
    PyObject *words = gathered_words(&all);
    return words == NULL ? NULL : Py_BuildValue("(ON)", Py_True, words);
}

/* What a text tells, with its number, onto a list; most tell nothing. */
static int add_told(Glance *self, PyObject *text, Py_ssize_t number, Py_ssize_t enough, PyObject *out)
{
    PyObject *told = told_of(self, text, enough);
    PyObject *one = told != NULL && told != Py_None ? Py_BuildValue("(nO)", number, told) : NULL;
    int failed = told == NULL || (told != Py_None && (one == NULL || PyList_Append(out, one) < 0));
    Py_XDECREF(told);
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

/* Asks for the memory of what comes soon: of a text its head, and of a nearer one what stands first in it. */
static void fetch_ahead(PyObject *texts, Py_ssize_t k)
{
    if (k + 4 < PyList_GET_SIZE(texts))
        PREFETCH(PyList_GET_ITEM(texts, k + 4));
    PyObject *near = k + 2 < PyList_GET_SIZE(texts) ? PyList_GET_ITEM(texts, k + 2) : NULL;
    Py_ssize_t size = near != NULL && PyUnicode_Check(near) ? PyUnicode_GET_LENGTH(near) : 0;
    for (Py_ssize_t byte = 0; byte < size && byte < AHEAD; byte += 64)
        PREFETCH((const char *)PyUnicode_DATA(near) + byte);
}

static PyObject *glance_told(Glance *self, PyObject *args)
{
    PyObject *texts;
    Py_ssize_t enough;
    if (!PyArg_ParseTuple(args, "O!n", &PyList_Type, &texts, &enough))
        return NULL;
    PyObject *out = PyList_New(0);
    for (Py_ssize_t k = 0; out != NULL && k < PyList_GET_SIZE(texts); k++) {
        PyObject *text = PyList_GET_ITEM(texts, k);
        fetch_ahead(texts, k);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            Py_CLEAR(out);
        } else if (add_told(self, text, k, enough, out) < 0) {
            Py_CLEAR(out);
        }
    }
    return out;
}

static uint64_t hash_of(PyObject *word)
{
    Hash hash = BEGUN;
    for (Py_ssize_t k = 0; PyUnicode_Check(word) && k < PyUnicode_GET_LENGTH(word); k++)
        add_letter(&hash, PyUnicode_READ_CHAR(word, k));
    return end_hash(&hash);
}

/* A dict of words to masks of languages. */
static int learn_languages(Glance *g, PyObject *masks)
{
    PyObject *word, *mask;
    Py_ssize_t at = 0;
    uint32_t number = 0;
    g->mask_count = (size_t)PyDict_GET_SIZE(masks);
    g->masks = calloc(g->mask_count + 1, sizeof *g->masks);
    if (g->masks == NULL)
        return -1;
    for (; PyDict_Next(masks, &at, &word, &mask); number++) {
        g->masks[number] = PyLong_AsUnsignedLongLong(mask);
        if (PyErr_Occurred() || numbers_put(&g->common, hash_of(word), number) < 0)
            return -1;
    }
    return 0;
}

/* What is found out from the rest: the words that tell English; and that a word that is not brief is not plain. */
static int get_ready(Glance *g)
{
    g->plain[0] = MARKED >> 1; /* no word */
    if (numbers_open(&g->english) < 0)
        return -1;
    for (size_t k = 0; k <= g->common.mask; k++)
        if (g->common.keys[k] && is_english(g, &g->common.values[k]) && numbers_put(&g->english, g->common.keys[k], 1) < 0)
            return -1;
    return 0;
}

static int learn(Numbers *map, PyObject *words)
{
    PyObject *word, *each = PyObject_GetIter(words);
    if (each == NULL)
        return -1;
    while ((word = PyIter_Next(each)) != NULL) {
        int failed = numbers_put(map, hash_of(word), 1) < 0;
        Py_DECREF(word);
        if (failed) {
            PyErr_NoMemory();
            break;
        }
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

/* Every way to cut a string out of each word, unless too short for the word's frequency. */
static int cut(Glance *g, PyObject *least, int shortest, int longest)
{
    PyObject *word, *length;
    Py_ssize_t at = 0;
    while (PyDict_Next(least, &at, &word, &length)) {
        if (!PyUnicode_Check(word))
            continue;
        Py_ssize_t n = PyUnicode_GET_LENGTH(word);
        long from = PyLong_AsLong(length);
        if (n > LONGEST)
            continue;
        for (Py_ssize_t size = shortest; size <= longest && n - size >= from; size++) {
            Hash head = BEGUN;
            for (Py_ssize_t k = 0; k + size <= n; k++) {
                Hash hash = head;
                for (Py_ssize_t j = k + size; j < n; j++)
                    add_letter(&hash, PyUnicode_READ_CHAR(word, j));
                mark(g->left, end_hash(&hash));
                add_letter(&head, PyUnicode_READ_CHAR(word, k));
            }
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *glance_may_be_left(Glance *self, PyObject *word)
{
    return PyBool_FromLong(PyUnicode_Check(word) && marked(self->left, hash_of(word)));
}

static void glance_dealloc(Glance *self)
{
    numbers_close(&self->common);
    numbers_close(&self->english);
    numbers_close(&self->frequent);
    if (self->stored.obj == NULL) {
        free(self->left);
        free(self->masks);
    }
    PyMem_RawFree(self->narrow);
    PyBuffer_Release(&self->stored);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *glance_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"common", "share", "other_share", "frequent", "witnesses", "shortest", "longest", NULL};
    PyObject *common, *frequent, *witnesses;
    int shortest, longest;
    Glance *self = (Glance *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!ddO!O!ii", names, &PyDict_Type, &common, &self->share,
                                     &self->other_share, &PyFrozenSet_Type, &frequent, &PyDict_Type, &witnesses, &shortest, &longest))
        goto failed;
    self->left = calloc((size_t)1 << (BITS - 3), 1);
    if (self->left == NULL || numbers_open(&self->common) < 0 || numbers_open(&self->frequent) < 0) {
        PyErr_NoMemory();
        goto failed;
    }
    if (learn_languages(self, common) < 0 || learn(&self->frequent, frequent) < 0 ||
        get_ready(self) < 0 || cut(self, witnesses, shortest, longest) < 0)
        goto failed;
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

/* What stands first in it: the format and what else is no array. */
typedef struct {
    uint64_t format, mask_count;
    double share, other_share;
} Head;

static const uint64_t FORMAT = 0x01676C616E636501u;
enum { LEFT = 1 << (BITS - 3) };

static PyObject *glance_store(Glance *self, PyObject *Py_UNUSED(ignored))
{
    Head head = {FORMAT, self->mask_count, self->share, self->other_share};
    size_t masks = self->mask_count * sizeof *self->masks;
    size_t size = sizeof head + masks + LEFT + numbers_size(&self->common) + numbers_size(&self->frequent);
    PyObject *out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (out == NULL)
        return NULL;
    uint8_t *to = (uint8_t *)PyBytes_AS_STRING(out);
    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, self->masks, masks);
    memcpy(to + sizeof head + masks, self->left, LEFT);
    numbers_write(&self->frequent, numbers_write(&self->common, to + sizeof head + masks + LEFT));
    return out;
}

static int take_stored(Glance *g)
{
    Head head;
    const uint8_t *data = g->stored.buf, *end = data + g->stored.len;
    if (end - data < (Py_ssize_t)sizeof head + LEFT)
        return -1;
    memcpy(&head, data, sizeof head);
    size_t room = (size_t)(end - data) - sizeof head - LEFT;
    if (head.format != FORMAT || head.mask_count > room / sizeof *g->masks)
        return -1;
    g->mask_count = head.mask_count;
    g->share = head.share;
    g->other_share = head.other_share;
    g->masks = (uint64_t *)(data + sizeof head);
    g->left = (uint8_t *)(data + sizeof head + g->mask_count * sizeof *g->masks);
    data = numbers_read(&g->common, g->left + LEFT, end);
    return data != NULL && numbers_read(&g->frequent, data, end) == end ? 0 : -1;
}

static PyObject *glance_stored(PyTypeObject *type, PyObject *buffer)
{
    Glance *self = (Glance *)type->tp_alloc(type, 0);
    if (self == NULL || PyObject_GetBuffer(buffer, &self->stored, PyBUF_SIMPLE) < 0) {
        Py_XDECREF(self);
        return NULL;
    }
    if (take_stored(self) < 0 || get_ready(self) < 0) {
        PyErr_SetString(PyExc_ValueError, "this is nothing that was stored");
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyMethodDef glance_methods[] = {
    {"told", (PyCFunction)glance_told, METH_VARARGS,
     "Of some texts those that may tell of a loss, by their numbers, each with whether it is English and the words that tell\n"
     "of it, which are so many at least, or it is of another language."},
    {"may_be_left", (PyCFunction)glance_may_be_left, METH_O,
     "Whether a word of up to 24 letters may be left of a common English one, which most that may are."},
    {"store", (PyCFunction)glance_store, METH_NOARGS, "All of it, for `stored`."},
    {"stored", (PyCFunction)glance_stored, METH_O | METH_CLASS, "What was stored, where it lies."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject GlanceType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Glance",
    .tp_doc = "Tells which texts are worth searching for lost strings.",
    .tp_basicsize = sizeof(Glance),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = glance_new,
    .tp_dealloc = (destructor)glance_dealloc,
    .tp_methods = glance_methods,
};
