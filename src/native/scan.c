/* Runs of capitalised words, and what is already known of each. Twins: `scan.find_runs`, `scan.find_tail`,
   `scan.lower_words`, and `_runs` in `recognise.py`. The regular expressions there are the definition. */
#include "native.h"

#define LONGEST_SMALL 16
#define FOLLOW 59
#define AHEAD 16
#define MIXED 64  /* what is told of a text in which letters of a script without capitals stand */
#define QUIET 1   /* the verdict on a word in small letters that opens no name */
#define NOTABLE 2 /* the least verdict on a run that holds something */
#define PENDING 7 /* stands where a string was met that has no verdict yet */

typedef struct {
    Py_ssize_t next, done, past;
} Place;

/* What a string goes by: the same for each width. */
#define HASH_START 0x9E3779B97F4A7C15u

static inline uint64_t hash_more(uint64_t h, uint64_t block)
{
    unsigned __int128 product = (unsigned __int128)(h ^ block) * 0xD6E8FEB86659FD93u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_done(uint64_t h, Py_ssize_t size)
{
    h ^= h >> 32 ^ (uint64_t)size;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 29;
    return h ? h : 1;
}

/* -- A bit for each character ----------------------------------------------------------------------------------- */

#ifdef __SSE2__
#include <emmintrin.h>
#define SIXTEEN

/* The lowest bytes of sixteen characters of one or two bytes; a bit for each that is beyond ASCII. */
static inline unsigned load_sixteen(const void *from, size_t width, __m128i *out)
{
    __m128i a = _mm_loadu_si128(from);
    if (width == 1) {
        *out = a;
        return (unsigned)_mm_movemask_epi8(a);
    }
    __m128i b = _mm_loadu_si128((const __m128i *)from + 1), zero = _mm_setzero_si128();
    __m128i low_a = _mm_cmpeq_epi16(_mm_srli_epi16(a, 7), zero), low_b = _mm_cmpeq_epi16(_mm_srli_epi16(b, 7), zero);
    *out = _mm_packus_epi16(a, b);
    return ~(unsigned)_mm_movemask_epi8(_mm_packs_epi16(low_a, low_b)) & 0xFFFF;
}

/* A bit for each of sixteen bytes that is one of so many from some letter on. */
static inline unsigned among_sixteen(__m128i bytes, char first, int count)
{
    __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(-128 - first)));
    return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(moved, _mm_set1_epi8((char)(-128 + count))));
}
#endif

static inline int bit_at(const uint64_t *bits, Py_ssize_t k)
{
    return (int)(bits[k >> 6] >> (k & 63)) & 1;
}

/* The first bit that is set from a place on, or the end. */
static inline Py_ssize_t next_bit(const uint64_t *bits, Py_ssize_t k, Py_ssize_t end)
{
    if (k >= end)
        return end;
    Py_ssize_t block = k >> 6, last = (end - 1) >> 6;
    uint64_t here = bits[block] & ~(uint64_t)0 << (k & 63);
    while (!here && block < last)
        here = bits[++block];
    k = block * 64 + (here ? __builtin_ctzll(here) : 64);
    return k < end ? k : end;
}

/* The first that is not; none is behind the text. */
static inline Py_ssize_t next_clear(const uint64_t *bits, Py_ssize_t k)
{
    Py_ssize_t block = k >> 6;
    uint64_t here = ~bits[block] & ~(uint64_t)0 << (k & 63);
    while (!here)
        here = ~bits[++block];
    return block * 64 + __builtin_ctzll(here);
}

/* Room for so many characters, and for a place behind them; -1 without memory. */
static int marks_room(Marks *m, Py_ssize_t n)
{
    size_t blocks = (size_t)n / 64 + 2;
    if (blocks <= m->room)
        return 0;
    uint64_t *wider = realloc(m->word, 4 * 2 * blocks * sizeof *wider);
    if (wider == NULL)
        return -1;
    m->room = 2 * blocks;
    m->word = wider;
    m->opening = wider + m->room;
    m->small = m->opening + m->room;
    m->four = m->small + m->room;
    return 0;
}

/* From what each character is to what begins there. */
static void marks_finish(Marks *m, Py_ssize_t n)
{
    Py_ssize_t blocks = (n + 63) / 64;
    uint64_t before = 0;
    m->word[blocks] = m->small[blocks] = 0;
    for (Py_ssize_t k = 0; k < blocks; k++) {
        uint64_t first = ~(m->word[k] << 1 | before), small = m->small[k], next = m->small[k + 1];
        before = m->word[k] >> 63;
        m->opening[k] &= first;
        m->four[k] = first & small & (small >> 1 | next << 63) & (small >> 2 | next << 62) & (small >> 3 | next << 61);
    }
}

/* -- A few words ------------------------------------------------------------------------------------------------ */

/* Whether a word that begins so and is so long may be among them. */
static inline int few_may(const Few *few, Py_UCS4 first, Py_ssize_t size)
{
    return size < FEW && ((few->first[size] >> (first & 31)) & 1);
}

/* Room for one more at the end of an array, which may move. */
static void *with_room(void *array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return array;
    size_t more = *room ? 2 * *room : 4096;
    void *wider = realloc(array, more * each);
    if (wider == NULL)
        PyErr_NoMemory();
    else
        *room = more;
    return wider;
}

/* Keep what has no verdict for `settle`, and where it was met first: 0, or -1 on an error. */
static int keep_open(Scanner *s, uint64_t key, int small, int met, uint32_t text, Py_ssize_t start, Py_ssize_t end)
{
    void *wider = with_room(s->open, s->open_count, &s->open_room, sizeof *s->open);
    if (wider == NULL)
        return -1;
    s->open = wider;
    s->open[s->open_count++] = (struct Open){key, text, (uint32_t)small};
    if (met)
        return 0;
    if ((wider = with_room(s->fresh, s->fresh_count, &s->fresh_room, sizeof *s->fresh)) == NULL)
        return -1;
    s->fresh = wider;
    if (verdicts_put(small ? &s->smalls : &s->runs, key, PENDING) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    s->fresh[s->fresh_count++] = (struct Fresh){key, start, end, text, (uint32_t)small};
    return 0;
}

/* Forget of what was met last that nobody told a verdict on it. */
static int forget_pending(Scanner *s)
{
    int failed = 0;
    for (size_t k = 0; k < s->fresh_count; k++) {
        Verdicts *verdicts = s->fresh[k].small ? &s->smalls : &s->runs;
        if (verdicts_get(verdicts, s->fresh[k].key) == PENDING)
            failed |= verdicts_put(verdicts, s->fresh[k].key, 0);
    }
    s->open_count = s->fresh_count = s->noted_count = 0;
    return failed;
}

static int note(Scanner *s, uint64_t key, Py_ssize_t start, Py_ssize_t end)
{
    void *wider = with_room(s->noted, s->noted_count, &s->noted_room, sizeof *s->noted);
    if (wider == NULL)
        return -1;
    s->noted = wider;
    s->noted[s->noted_count++] = (struct Noted){key, start, end};
    return 0;
}

/* -- Common words ----------------------------------------------------------------------------------------------- */

/* A word of at most sixteen bytes as two numbers; that many can be read from its beginning on. */
static inline void letters_of(const void *from, Py_ssize_t size, uint64_t *out)
{
    memcpy(out, from, BRIEF);
    out[0] &= size < 8 ? ((uint64_t)1 << 8 * size) - 1 : ~(uint64_t)0;
    out[1] &= size < 8 ? 0 : size < 16 ? ((uint64_t)1 << 8 * (size - 8)) - 1 : ~(uint64_t)0;
}

static inline uint64_t *place_of(PlainWords *plain, const uint64_t *letters)
{
    uint64_t h = letters[0] * 0x9E3779B97F4A7C15u ^ letters[1] * 0xD6E8FEB86659FD93u;
    return plain->letters[h >> 51];
}

static inline int is_plain(PlainWords *plain, const uint64_t *letters)
{
    const uint64_t *there = place_of(plain, letters);
    return there[0] == letters[0] && there[1] == letters[1];
}

static inline void keep_plain(PlainWords *plain, const uint64_t *letters)
{
    uint64_t *there = place_of(plain, letters);
    if (!there[0])
        memcpy(there, letters, BRIEF);
}

/* One set of functions for each width that a str may have. */
#define CHAR Py_UCS1
#define OF(name) name##_1
#include "scan_text.h"
#undef CHAR
#undef OF
#define CHAR Py_UCS2
#define OF(name) name##_2
#include "scan_text.h"
#undef CHAR
#undef OF
#define CHAR Py_UCS4
#define OF(name) name##_4
#include "scan_text.h"

#define BY_WIDTH(text, name, ...)                                                \
    (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND   ? name##_1(__VA_ARGS__)       \
     : PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND ? name##_2(__VA_ARGS__)       \
                                                    : name##_4(__VA_ARGS__))

static int is_text(PyObject *text)
{
    if (PyUnicode_Check(text))
        return 1;
    PyErr_SetString(PyExc_TypeError, "a text is a str");
    return 0;
}

static PyObject *scanner_runs(Scanner *self, PyObject *text)
{
    PyObject *out = is_text(text) ? PyList_New(0) : NULL;
    if (out != NULL && BY_WIDTH(text, spans, self, text, out) < 0)
        Py_CLEAR(out);
    return out;
}

int scanner_small_words(const Scanner *self, PyObject *text, unsigned least, Smalls *out)
{
    return BY_WIDTH(text, words, self, text, least, out);
}

static PyObject *scanner_smalls(Scanner *self, PyObject *args)
{
    PyObject *text;
    unsigned least;
    if (!PyArg_ParseTuple(args, "UI", &text, &least))
        return NULL;
    Smalls found = {0};
    PyObject *out = scanner_small_words(self, text, least, &found) < 0 ? NULL : PySet_New(NULL);
    for (size_t k = 0; out != NULL && k < found.count; k++) {
        PyObject *one = PyUnicode_Substring(text, found.at[k][0], found.at[k][1]);
        if (one == NULL || PySet_Add(out, one) < 0)
            Py_CLEAR(out);
        Py_XDECREF(one);
    }
    free(found.at);
    return out;
}

/* Verdicts as bytes: the number of runs, then of each run and each word its hash with its verdict. */
static PyObject *scanner_dump(Scanner *self, PyObject *Py_UNUSED(ignored))
{
    const Verdicts *maps[] = {&self->runs, &self->smalls};
    uint64_t count = maps[0]->used;
    PyObject *out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(8 * (1 + maps[0]->used + maps[1]->used)));
    if (out == NULL)
        return NULL;
    char *to = PyBytes_AS_STRING(out);
    memcpy(to, &count, 8);
    for (int m = 0; m < 2; m++)
        for (size_t k = 0; k <= maps[m]->mask; k++)
            if (maps[m]->slots[k])
                memcpy(to += 8, &maps[m]->slots[k], 8);
    return out;
}

static PyObject *scanner_load(Scanner *self, PyObject *args)
{
    Py_buffer data;
    uint64_t runs = 0;
    if (!PyArg_ParseTuple(args, "y*", &data))
        return NULL;
    const char *from = data.buf;
    int fits = data.len >= 8 && data.len % 8 == 0;
    if (fits)
        memcpy(&runs, from, 8);
    fits = fits && runs < (uint64_t)data.len / 8;
    int failed = 0;
    for (Py_ssize_t k = 1; fits && !failed && k < data.len / 8; k++) {
        uint64_t key;
        memcpy(&key, from + 8 * k, 8);
        if ((key & VERDICT) && (key & VERDICT) != PENDING)
            failed = verdicts_put((uint64_t)k <= runs ? &self->runs : &self->smalls, key, key & VERDICT) < 0;
    }
    PyBuffer_Release(&data);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "these are no verdicts");
        return NULL;
    }
    if (failed)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *scanner_forget(Scanner *self, PyObject *Py_UNUSED(ignored))
{
    Verdicts *maps[] = {&self->runs, &self->smalls, &self->tails};
    memset(self->quiet, 0, sizeof *self->quiet);
    memset(self->sound, 0, sizeof *self->sound);
    for (int m = 0; m < 3; m++) {
        verdicts_close(maps[m]);
        if (verdicts_open(maps[m]) < 0)
            return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

int scanner_scan(Scanner *self, PyObject *texts)
{
    Py_ssize_t count = PyList_GET_SIZE(texts);
    uint8_t *codes = realloc(self->codes, (size_t)count + 1);
    size_t *ends = realloc(self->noted_ends, ((size_t)count + 1) * sizeof *ends);
    self->codes = codes ? codes : self->codes;
    self->noted_ends = ends ? ends : self->noted_ends;
    self->texts = 0;
    if (codes == NULL || ends == NULL || count > UINT32_MAX || forget_pending(self) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    ends[0] = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *text = PyList_GET_ITEM(texts, k);
        int found = !is_text(text) ? -1 : BY_WIDTH(text, look, self, text, (uint32_t)k);
        if (found < 0) {
            self->open_count = 0;
            return -1;
        }
        codes[k] = (uint8_t)found;
        ends[k + 1] = self->noted_count;
    }
    self->texts = count;
    return 0;
}

int scanner_know(Scanner *self, uint64_t key, int small, uint32_t verdict)
{
    if (verdicts_put(small ? &self->smalls : &self->runs, key, verdict) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    board_put(&self->board, key, small, verdict);
    return 0;
}

static PyObject *scanner_settle(Scanner *self, PyObject *Py_UNUSED(ignored))
{
    for (size_t k = 0; k < self->open_count; k++) {
        const struct Open *one = &self->open[k];
        uint32_t verdict = verdicts_get(one->small ? &self->smalls : &self->runs, one->key);
        if (verdict == 0 || verdict == PENDING) {
            PyErr_SetString(PyExc_ValueError, "a string has no verdict yet");
            return NULL;
        }
        uint8_t code = self->codes[one->text];
        if (one->small && (uint32_t)(code >> 3) < verdict)
            code = (uint8_t)((code & 7) | (verdict << 3));
        else if (!one->small && (uint32_t)(code & 7) < verdict)
            code = (uint8_t)((code & ~7) | verdict);
        self->codes[one->text] = code;
    }
    self->open_count = self->fresh_count = 0;
    return PyBytes_FromStringAndSize((const char *)self->codes, self->texts);
}

uint32_t scanner_verdict_on(const Scanner *self, PyObject *run)
{
    uint64_t key = BY_WIDTH(run, hash, self, run);
    uint32_t found = verdicts_get(&self->runs, key);
    return found && found != PENDING ? found : board_get(&self->board, key, 0);
}

static PyObject *scanner_verdict(Scanner *self, PyObject *run)
{
    return is_text(run) ? PyLong_FromUnsignedLong(scanner_verdict_on(self, run)) : NULL;
}

static PyObject *learn(Scanner *self, PyObject *args, int small)
{
    PyObject *words;
    int verdict;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &words, &verdict))
        return NULL;
    if (small && PyList_GET_SIZE(words))
        memset(self->quiet, 0, sizeof *self->quiet); /* they may be told of anew */
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(words); k++) {
        PyObject *word = PyList_GET_ITEM(words, k);
        if (!is_text(word))
            return NULL;
        if (scanner_know(self, BY_WIDTH(word, hash, self, word), small, (uint32_t)verdict) < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *scanner_learn_runs(Scanner *self, PyObject *args)
{
    return learn(self, args, 0);
}

static PyObject *scanner_learn_smalls(Scanner *self, PyObject *args)
{
    return learn(self, args, 1);
}

static PyObject *scanner_share(Scanner *self, PyObject *memory)
{
    if (board_open(&self->board, memory) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *scanner_size(Scanner *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(nn)", (Py_ssize_t)self->runs.used, (Py_ssize_t)self->smalls.used);
}

/* "A-ZÀ-Ö...": characters and ranges, as in a class of `re`. */
static int mark_class(Scanner *s, PyObject *class_, unsigned flag)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(class_);
    for (Py_ssize_t k = 0; k < n; k++) {
        Py_UCS4 first = PyUnicode_READ_CHAR(class_, k), last = first;
        if (k + 2 < n && PyUnicode_READ_CHAR(class_, k + 1) == '-') {
            last = PyUnicode_READ_CHAR(class_, k + 2);
            k += 2;
        }
        for (Py_UCS4 c = first; c <= last && c < PLANE; c++)
            s->flags[c] |= (uint16_t)flag;
    }
    return 0;
}

static int set_few(Few *few, PyObject *words)
{
    PyObject *word, *each = numbers_open(&few->words) < 0 ? PyErr_NoMemory() : PyObject_GetIter(words);
    if (each == NULL)
        return -1;
    while ((word = PyIter_Next(each)) != NULL) {
        Py_ssize_t size = is_text(word) ? PyUnicode_GET_LENGTH(word) : 0;
        if (size > 0 && size < FEW) {
            few->first[size] |= 1u << (PyUnicode_READ_CHAR(word, 0) & 31);
            if (numbers_put(&few->words, BY_WIDTH(word, hash, NULL, word), 1) < 0)
                PyErr_NoMemory();
        } else if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "a particle has 1 to %d letters", FEW - 1);
        }
        Py_DECREF(word);
        if (PyErr_Occurred())
            break;
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

/* Whether the classes are in ASCII what `mark` takes them for. */
static int is_usual(const Scanner *s)
{
    for (int c = 0; c < 128; c++) {
        unsigned wanted = (Py_ISALNUM(c) ? ALNUM : 0) | (Py_ISUPPER(c) ? UPPER : 0) | (Py_ISLOWER(c) ? SMALL : 0);
        if ((s->flags[c] & (ALNUM | UPPER | SMALL)) == wanted)
            continue;
        PyErr_SetString(PyExc_ValueError, "in ASCII A to Z are capitals, and a to z small letters");
        return 0;
    }
    return 1;
}

static void scanner_dealloc(Scanner *self)
{
    free(self->flags);
    free(self->marks.word);
    numbers_close(&self->particles.words);
    numbers_close(&self->leading.words);
    Py_XDECREF(self->lexicon);
    verdicts_close(&self->tails);
    verdicts_close(&self->runs);
    verdicts_close(&self->smalls);
    free(self->quiet);
    free(self->sound);
    board_close(&self->board);
    free(self->codes);
    free(self->open);
    free(self->fresh);
    free(self->noted);
    free(self->noted_ends);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *scanner_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"upper",     "mark",    "caseless",    "small", "space", "dash", "quote", "joint",
                            "particles", "leading", "lexicon", "rare",  NULL};
    PyObject *upper, *mark, *caseless, *small, *space, *dash, *quote, *joint, *particles, *leading;
    Lexicon *lexicon;
    double rare;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "UUUUUUUUO!O!O!d", names, &upper, &mark, &caseless, &small, &space, &dash,
                                     &quote, &joint, &PyFrozenSet_Type, &particles, &PyFrozenSet_Type, &leading,
                                     &LexiconType, &lexicon, &rare))
        return NULL;
    Scanner *self = (Scanner *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->flags = calloc(PLANE, sizeof *self->flags);
    self->quiet = calloc(1, sizeof *self->quiet);
    self->sound = calloc(1, sizeof *self->sound);
    if (self->flags == NULL || self->quiet == NULL || self->sound == NULL || verdicts_open(&self->tails) < 0 ||
        verdicts_open(&self->runs) < 0 || verdicts_open(&self->smalls) < 0) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->lexicon = (Lexicon *)Py_NewRef(lexicon);
    self->rare = rare;
    for (Py_UCS4 c = 0; c < PLANE; c++) {
        unsigned f = 0;
        if (Py_UNICODE_ISALNUM(c))
            f |= ALNUM;
        if (Py_UNICODE_ISALPHA(c))
            f |= ALPHA;
        if (Py_UNICODE_ISDECIMAL(c))
            f |= DIGIT;
        if (c >= '0' && c <= '9')
            f |= FIGURE;
        self->flags[c] = (uint16_t)f;
    }
    mark_class(self, upper, UPPER);
    mark_class(self, mark, MARK);
    mark_class(self, caseless, CASELESS);
    mark_class(self, small, SMALL);
    mark_class(self, space, SPACE);
    mark_class(self, dash, DASH);
    mark_class(self, quote, QUOTE);
    mark_class(self, joint, JOINT);
    if (set_few(&self->particles, particles) < 0 || set_few(&self->leading, leading) < 0 || !is_usual(self)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyMethodDef scanner_methods[] = {
    {"runs", (PyCFunction)scanner_runs, METH_O, "The spans (start, end) of the runs of a text."},
    {"told", (PyCFunction)scanner_told, METH_VARARGS,
     "What was said of the texts last looked at, by their numbers: of some type, made of the code (see `settle`) and what\n"
     "`places` gives with at least some verdict. Nothing of those with one of some codes."},
    {"smalls", (PyCFunction)scanner_smalls, METH_VARARGS,
     "The words in small letters with at least some verdict, or none yet."},
    {"settle", (PyCFunction)scanner_settle, METH_NOARGS,
     "Of each text last looked at (see `Sieve.look`) the greatest verdict on its runs, plus eight times that on its words in small letters,\n"
     "as bytes; raises ValueError where one has none yet. 64 is all that is told of a text with letters of a script\n"
     "without capitals."},
    {"dump", (PyCFunction)scanner_dump, METH_NOARGS, "All verdicts as bytes."},
    {"load", (PyCFunction)scanner_load, METH_VARARGS, "Add the verdicts of a dump."},
    {"forget", (PyCFunction)scanner_forget, METH_NOARGS, "Drop all verdicts."},
    {"verdict", (PyCFunction)scanner_verdict, METH_O, "The verdict on one run, 0 where there is none here or elsewhere."},
    {"learn_runs", (PyCFunction)scanner_learn_runs, METH_VARARGS, "Keep one verdict (1 to 6) on some runs."},
    {"learn_smalls", (PyCFunction)scanner_learn_smalls, METH_VARARGS,
     "Keep one verdict (1 to 3) on some words in small letters."},
    {"share", (PyCFunction)scanner_share, METH_O,
     "Know what other scanners tell through some memory, and tell them. It is all zeros at first, a power of two of words\n"
     "of 64 bits, and is held as long as the scanner lives."},
    {"size", (PyCFunction)scanner_size, METH_NOARGS, "How many verdicts are kept: of runs, of words."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject ScannerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Scanner",
    .tp_doc = "Finds the runs of a text, and keeps what was found of each.",
    .tp_basicsize = sizeof(Scanner),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = scanner_new,
    .tp_dealloc = (destructor)scanner_dealloc,
    .tp_methods = scanner_methods,
};
