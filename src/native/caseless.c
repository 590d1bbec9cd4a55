/* Where listed names stand in scripts without capitals. Twin: `caseless.names_plain`, which says what is looked for. */
#include "sieve.h"

#define PAGES 0x1100
#define JAMO 0x1100 /* letters of Korean, which are composed first */
#define LEAST_BEGINNING 2 /* characters of the beginnings of names that are marked */
#define MOST_BEGINNING 4
#define BEGINNING_BITS 22

/* What a character folds to, or that it is nothing, or several characters, of which this is the number; and what it is:
   a part of a word, a letter of these scripts, one of those that are written without blanks. */
enum { FOLDED_TO = (1 << 21) - 1, WORD_PART = 1 << 21, LETTER = 1 << 22, JOINED_SCRIPT = 1 << 23, NOTHING_AT_ALL = 1 << 24,
       SEVERAL = 1 << 25, READ = 1 << 26 };

/* Characters that were met, by pages of 256; and a bit for each beginning of a name, so that most walks end soon. */
struct Characters {
    PyObject *reader, *several;
    uint32_t *pages[PAGES];
    uint8_t *beginnings;
};

/* What is known of the words from some place on, folded. */
typedef struct {
    char *form;
    int room, size, count, blanks, letters;
    int ended, endless; /* the last is a blank; all is taken, whether a name goes on so or not */
    uint64_t exact, squeezed, first, beginning;
} Walk;

struct Characters *characters_new(PyObject *reader)
{
    struct Characters *all = calloc(1, sizeof *all);
    if (all != NULL && (all->several = PyList_New(0)) == NULL) {
        free(all);
        all = NULL;
    }
    if (all != NULL)
        all->reader = Py_NewRef(reader);
    return all;
}

void characters_close(struct Characters *all)
{
    if (all == NULL)
        return;
    for (int k = 0; k < PAGES; k++)
        free(all->pages[k]);
    free(all->beginnings);
    Py_XDECREF(all->reader);
    Py_XDECREF(all->several);
    free(all);
}

/* Ask what a character is: 0 on an error. */
static uint32_t ask(struct Characters *all, Py_UCS4 c)
{
    PyObject *told = PyObject_CallFunction(all->reader, "C", (int)c), *folded;
    uint32_t out = 0;
    unsigned kind;
    if (told != NULL && PyArg_ParseTuple(told, "UI", &folded, &kind)) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(folded), number = PyList_GET_SIZE(all->several);
        out = READ | (kind & 7) * WORD_PART;
        if (size == 0)
            out |= NOTHING_AT_ALL;
        else if (size == 1)
            out |= PyUnicode_READ_CHAR(folded, 0);
        else if (number <= FOLDED_TO && PyList_Append(all->several, folded) == 0)
            out |= SEVERAL | (uint32_t)number;
        else
            out = 0;
    }
    Py_XDECREF(told);
    if (out == 0 && !PyErr_Occurred())
        PyErr_NoMemory();
    return out;
}

static inline uint32_t character(struct Characters *all, Py_UCS4 c)
{
    uint32_t **page = &all->pages[c >> 8];
    if (*page == NULL && (*page = calloc(256, sizeof **page)) == NULL) {
        PyErr_NoMemory();
        return 0;
    }
    uint32_t *one = &(*page)[c & 255];
    return *one ? *one : (*one = ask(all, c));
}

static inline uint64_t beginning_with(uint64_t beginning, Py_UCS4 c)
{
    return (beginning ^ c) * 0x9E3779B97F4A7C15u;
}

static inline uint8_t *beginning_at(const struct Characters *all, uint64_t beginning, uint8_t *bit)
{
    uint64_t slot = beginning >> (64 - BEGINNING_BITS);
    *bit = (uint8_t)(1 << (slot & 7));
    return &all->beginnings[slot >> 3];
}

/* Mark the beginnings of a name in UTF-8, without its blanks or with them. */
static void mark_beginnings(struct Characters *all, const char *name, int size, int squeezed)
{
    uint64_t beginning = 0;
    uint8_t bit;
    for (int k = 0, count = 0; k < size && count < MOST_BEGINNING;) {
        Py_UCS4 c = (unsigned char)name[k++];
        int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (squeezed && c == ' ')
            continue;
        for (c &= more ? 0x3Fu >> more : 0x7Fu; more-- && k < size; k++)
            c = c << 6 | ((unsigned char)name[k] & 0x3Fu);
        beginning = beginning_with(beginning, c);
        if (++count >= LEAST_BEGINNING)
            *beginning_at(all, beginning, &bit) |= bit;
    }
}

/* Mark how all names begin, once: 0, or -1 without memory. */
static int beginnings_open(Sieve *s)
{
    struct Characters *all = s->characters;
    if (all->beginnings != NULL)
        return 0;
    if ((all->beginnings = calloc((size_t)1 << (BEGINNING_BITS - 3), 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int table = 0; table < s->tables; table++)
        for (Py_ssize_t k = 0; k < s->layers[table].caseless; k++) {
            int size;
            const char *name = string_at(&s->layers[table], CASELESS_NAMES, (uint32_t)k, &size);
            mark_beginnings(all, name, size, 0);
            if (memchr(name, ' ', size < 4 * MOST_BEGINNING ? (size_t)size : 4 * MOST_BEGINNING) != NULL)
                mark_beginnings(all, name, size, 1);
        }
    return 0;
}

/* Go on by a folded character; 0 where no name does. */
static int step(const Sieve *s, Walk *w, Py_UCS4 c)
{
    char text[4];
    if (c == ' ' && w->endless) {
        if (w->ended)
            return 1;
    } else if (c == ' ') {
        if (w->ended || (!w->blanks && !any_key(s, key_end(w->first))) || ++w->blanks >= s->words)
            return 0;
    }
    int size = (int)(put_utf8((uint8_t *)text, c) - (uint8_t *)text);
    if (w->size + size > w->room)
        return 0;
    memcpy(w->form + w->size, text, (size_t)size);
    w->size += size;
    if (++w->count <= MOST_BEGINNING && !w->endless) {
        uint8_t bit;
        w->beginning = beginning_with(w->beginning, c);
        if (w->count >= LEAST_BEGINNING && !(*beginning_at(s->characters, w->beginning, &bit) & bit))
            return 0;
    }
    w->ended = c == ' ';
    w->exact = key_add(w->exact, text, (size_t)size);
    if (!w->blanks) {
        w->squeezed = key_add(w->squeezed, text, (size_t)size);
        w->first = key_add(w->first, text, (size_t)size);
    }
    return 1;
}

/* Go on by all that a character folds to; 0 where no name does. */
static int step_all(const Sieve *s, Walk *w, uint32_t one)
{
    if (one & NOTHING_AT_ALL)
        return 1;
    w->letters |= (one & LETTER) != 0;
    if (!(one & SEVERAL))
        return step(s, w, one & FOLDED_TO);
    PyObject *several = PyList_GET_ITEM(s->characters->several, one & FOLDED_TO);
    for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(several); k++)
        if (!step(s, w, PyUnicode_READ_CHAR(several, k)))
            return 0;
    return 1;
}

int fold_characters(Sieve *s, Slice text, Py_ssize_t start, Py_ssize_t end, char *out)
{
    Walk walk = {.form = out, .room = MOST_FOLDED, .ended = 1, .endless = 1};
    for (Py_ssize_t k = start; k < end; k++) {
        Py_UCS4 c = slice_at(text, k);
        uint32_t one = character(s->characters, c);
        if (one == 0)
            PyErr_Clear();
        if (one == 0 || c == '.' || (flags_of(s->scanner, c) & MARK) || (c >= JAMO && c < JAMO + 0x100))
            return -1;
        if (!step_all(s, &walk, one))
            return -1;
    }
    return walk.size - (walk.size && walk.ended);
}

/* Add the names that begin at a place: 0, or -1 on an error. */
static int names_from(Sieve *s, Slice text, Py_ssize_t start, Walk *w, PyObject *out)
{
    struct Characters *all = s->characters;
    uint32_t one = character(all, slice_at(text, start)), next;
    int joined = (one & JOINED_SCRIPT) != 0;
    w->size = w->count = w->blanks = w->letters = 0;
    w->ended = 1;
    w->beginning = 0;
    w->exact = key_add(KEY_BEGUN, "=", 1);
    w->squeezed = key_add(KEY_BEGUN, "+", 1);
    w->first = key_add(KEY_BEGUN, "^", 1);
    for (Py_ssize_t k = start; k < text.size; k++, one = next) {
        next = k + 1 < text.size ? character(all, slice_at(text, k + 1)) : READ;
        if (next == 0)
            return -1;
        if (!step_all(s, w, one))
            return 0;
        if ((one & NOTHING_AT_ALL) || w->ended || !w->letters || w->count < 2 ||
            (!joined && (one & WORD_PART) && (next & WORD_PART)))
            continue;
        if (!any_key(s, key_end(w->exact)) && (w->blanks || !any_key(s, key_end(w->squeezed))))
            continue;
        PyObject *form = PyUnicode_DecodeUTF8(w->form, w->size, "surrogatepass");
        PyObject *found = form ? Py_BuildValue("(Nnn)", form, start, k + 1) : NULL;
        int failed = found == NULL || PyList_Append(out, found) < 0;
        Py_XDECREF(found);
        if (failed)
            return -1;
    }
    return 0;
}

PyObject *sieve_caseless(Sieve *self, PyObject *args)
{
    PyObject *whole;
    Py_ssize_t longest;
    if (!PyArg_ParseTuple(args, "Un", &whole, &longest) || beginnings_open(self) < 0)
        return NULL;
    Slice text = whole_of(whole);
    Py_ssize_t n = text.size, letter = -1; /* the next of these scripts */
    Walk walk = {0};
    walk.room = longest < 1 ? 1 : longest > 10000 ? 10000 : (int)longest;
    PyObject *out = PyList_New(0);
    if (out != NULL && (walk.form = malloc((size_t)walk.room)) == NULL)
        out = (Py_DECREF(out), PyErr_NoMemory());
    uint32_t before = 0, one;
    for (Py_ssize_t k = 0; out != NULL && k < n; k++, before = one) {
        if (letter < k) {
            for (letter = k; letter < n; letter++) {
                if ((one = character(self->characters, slice_at(text, letter))) == 0)
                    goto failed;
                if (one & LETTER)
                    break;
            }
            if (letter == n)
                break;
            if (letter - k > walk.room) { /* no name goes so far */
                k = letter - walk.room;
                before = character(self->characters, slice_at(text, k - 1));
            }
        }
        if (before == 0 && k > 0)
            goto failed;
        if ((one = character(self->characters, slice_at(text, k))) == 0)
            goto failed;
        if ((one & NOTHING_AT_ALL) || (!(one & JOINED_SCRIPT) && (before & one & WORD_PART)))
            continue;
        if (names_from(self, text, k, &walk, out) < 0)
            goto failed;
    }
    free(walk.form);
    return out;
failed:
    free(walk.form);
    Py_XDECREF(out);
    return NULL;
}
