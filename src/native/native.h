/* What the files of the extension share. Each has a Python twin, named in it, which says what is done and why; the
   twin is used where no compiler was at hand, and the tests hold the two together. */
#ifndef CANONYM_NATIVE_H
#define CANONYM_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern PyTypeObject LexiconType, ScannerType, EditsType, SpellerType, HoodType, SieveType, GlanceType, CutsType, WitnessType,
    CensusType;

/* -- numbers.c: a map from 64-bit hashes to numbers, and hashes ------------------------------------------------ */

typedef struct {
    uint64_t *keys; /* 0 is no key */
    uint32_t *values;
    size_t mask, used;
    int lent; /* they lie in memory that is mapped, and do not change */
} Numbers;

int numbers_open(Numbers *map);
int numbers_open_for(Numbers *map, size_t count); /* with room for so many */
void numbers_close(Numbers *map);
int numbers_put(Numbers *map, uint64_t key, uint32_t value);

/* A map as bytes, to be mapped by many processes. */
size_t numbers_size(const Numbers *map);
uint8_t *numbers_write(const Numbers *map, uint8_t *to);                                /* what follows it */
const uint8_t *numbers_read(Numbers *map, const uint8_t *data, const uint8_t *end);     /* the same, or NULL */

static inline const uint32_t *numbers_get(const Numbers *map, uint64_t key)
{
    size_t at = (size_t)key & map->mask;
    while (map->keys[at] != 0) {
        if (map->keys[at] == key)
            return &map->values[at];
        at = (at + 1) & map->mask;
    }
    return NULL;
}

/* The hash of a key: its space, then its text, which may be added piece by piece. Twin: `keys.key_hash`. */
#define KEY_BEGUN 0xCBF29CE484222325u

static inline uint64_t key_add(uint64_t h, const char *text, size_t size)
{
    for (size_t k = 0; k < size; k++)
        h = (h ^ (uint8_t)text[k]) * 0x100000001B3u;
    return h;
}

static inline uint64_t key_end(uint64_t h)
{
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDu;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53u;
    return h ^ (h >> 33);
}

static inline uint64_t key_of(char space, const char *text, size_t size)
{
    return key_end(key_add(space ? key_add(KEY_BEGUN, &space, 1) : KEY_BEGUN, text, size));
}

/* Verdicts of 1 to 7 by hashes, each in one word with its hash, so that a look-up waits for memory once. */
typedef struct {
    uint64_t *slots; /* 0 is free */
    size_t mask, used;
} Verdicts;

#define VERDICT 7u

int verdicts_open(Verdicts *map);
void verdicts_close(Verdicts *map);
int verdicts_put(Verdicts *map, uint64_t key, uint32_t verdict);

static inline size_t verdicts_place(const Verdicts *map, uint64_t key)
{
    return (size_t)(key >> 3) & map->mask;
}

static inline uint32_t verdicts_get(const Verdicts *map, uint64_t key) /* 0 where there is none */
{
    for (size_t at = verdicts_place(map, key);; at = (at + 1) & map->mask) {
        uint64_t found = map->slots[at];
        if (found == 0 || ((found ^ key) & ~(uint64_t)VERDICT) == 0)
            return (uint32_t)(found & VERDICT);
    }
}

/* The first place of a hash among sorted ones between two places, or where it would stand. */
static inline Py_ssize_t lower_place(const uint64_t *hashes, Py_ssize_t low, Py_ssize_t high, uint64_t wanted)
{
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (hashes[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Py_ssize_t keys_find(const uint64_t *keys, Py_ssize_t count, uint64_t wanted); /* its first place, or -1 */

PyObject *native_sums(PyObject *self, PyObject *args);
PyObject *native_find(PyObject *self, PyObject *args);
PyObject *native_key_hash(PyObject *self, PyObject *text);

/* Words, each with the number 1. */
int words_from(Numbers *map, PyObject *words); /* of a frozenset of str */

static inline const uint32_t *words_get(const Numbers *map, const char *text, size_t size)
{
    uint64_t key = key_of(0, text, size);
    return numbers_get(map, key ? key : 1);
}

/* -- lexicon.c -------------------------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Numbers words;  /* hundredths of the Zipf scale */
    Py_buffer stored; /* where they lie, if they were made before */
} Lexicon;

static inline double zipf_of(const Lexicon *lexicon, const char *word, size_t size)
{
    const uint32_t *found = words_get(&lexicon->words, word, size);
    return found ? *found / 100.0 : 0.0;
}

double commonness(const Lexicon *lexicon, const char *form, int size); /* of its rarest word */

/* -- forest.c --------------------------------------------------------------------------------------------------- */

PyObject *forest_sums(PyObject *self, PyObject *args);
PyObject *native_likely(PyObject *self, PyObject *args);

#define MOST_WIDTH 96
#define MOST_LIMITS 8192
#define LIMIT_ROW 16
#define EIGHT_TREES 8

/* A tree with how far its leaves lie apart, and the least of them. */
typedef struct {
    int64_t range, least;
    Py_ssize_t tree;
} Telling;

typedef struct {
    Py_buffer feature, threshold, leaf;
    Py_ssize_t trees;
    int depth, width;
    /* Where it is planted: */
    Py_ssize_t groups;           /* of eight trees, with one more at least that comes to nothing; 0 where it is not */
    Telling *order;              /* the trees, those first that tell most */
    float *limits;               /* the thresholds of each feature, each once, in rows of sixteen */
    int starts[MOST_WIDTH + 1];  /* where those of each feature begin */
    uint16_t *asked;             /* of each eight of them, node by node, the limit that each goes by; the roots from the second place on */
    uint32_t *leaves;            /* of each eight of them likewise, beyond the least leaf of their tree */
    int64_t base;                /* these, of all trees */
} Forest;

int forest_open(Forest *forest, PyObject *args); /* (feature, threshold, leaf, trees, depth, width) */
int forest_plant(Forest *forest);                /* get it ready for many rows: 0, or -1 on an error */
void forest_close(Forest *forest);
int64_t forest_sum(const Forest *forest, const float *row);
/* Whether some features of a row, of which the first is given, are beyond each of their limits: EIGHT_TREES, or 0. */
void forest_ask(const Forest *forest, const float *row, int from, int to, uint8_t *answers);

/* What comes of these in eight trees, the sum and each; and in eight that stand anywhere, by their places. */
int64_t forest_eight(const Forest *forest, const uint8_t *answers, Py_ssize_t group, uint32_t *out);
void forest_some(const Forest *forest, const uint8_t *answers, const uint32_t *places, uint32_t *out);

/* Where the root of a tree would be asked, were it the first node. */
static inline uint32_t forest_place(const Forest *forest, uint32_t at)
{
    return (at / EIGHT_TREES * EIGHT_TREES << forest->depth) + at % EIGHT_TREES;
}

/* A planted forest, with some kinds of what its last features may be: the first so many are one part of them, those behind
   them the other. */
typedef struct Grove Grove;

Grove *grove_new(const Forest *forest, const float *known, int kinds, int part, int from); /* NULL on an error */
void grove_close(Grove *grove);
void grove_read(Grove *grove, const float *row);           /* the first features of a row that is asked about */
int grove_reaches(Grove *grove, int part, int64_t limit); /* whether it comes to so much with any kind of a part */

/* -- signs.c ---------------------------------------------------------------------------------------------------- */

#define LESS_SIGN 2 /* `Sign.LESS`, `Sign.HOST` */
#define HOST_SIGN 128

unsigned signs_of(PyObject *text); /* of a str */
PyObject *native_signs(PyObject *self, PyObject *text);

/* -- mojibake.c ------------------------------------------------------------------------------------------------- */

PyObject *native_beyond(PyObject *self, PyObject *text);
PyObject *native_doubtful(PyObject *self, PyObject *args);

/* -- json.c ----------------------------------------------------------------------------------------------------- */

PyObject *native_members(PyObject *self, PyObject *args);
PyObject *native_escaped(PyObject *self, PyObject *args);
PyObject *native_respelt(PyObject *self, PyObject *args);
PyObject *native_unsettled(PyObject *self, PyObject *args);
PyObject *native_literal(PyObject *self, PyObject *args);
PyObject *native_line_feeds(PyObject *self, PyObject *raw);
PyObject *native_documents(PyObject *self, PyObject *args);

/* -- letters.c -------------------------------------------------------------------------------------------------- */

#define LETTERS 28

PyObject *native_widened(PyObject *self, PyObject *args);
PyObject *native_surprise(PyObject *self, PyObject *args);
double surprise_of(const double *odd, const char *form, int size, double *most); /* the mean of an ASCII form */

/* -- spread.c ---------------------------------------------------------------------------------------------------- */

PyObject *native_united(PyObject *self, PyObject *pieces);

/* -- board.c: verdicts shared with other processes --------------------------------------------------------------- */

typedef struct {
    Py_buffer view;
    uint64_t *slots; /* NULL where nothing is shared */
    size_t mask;
} Board;

int board_open(Board *board, PyObject *memory);
void board_close(Board *board);
uint32_t board_get(const Board *board, uint64_t key, int small); /* 0 where there is none */
void board_put(Board *board, uint64_t key, int small, uint32_t verdict);

/* -- scan.c ----------------------------------------------------------------------------------------------------- */

#define FEW 32

/* A few short words by their hashes, with the letters that those of each length begin with. */
typedef struct {
    Numbers words;
    uint32_t first[FEW];
} Few;

/* Common words as they stand in a text, up to sixteen letters, of which nothing more has to be asked: a place for each, in
   which the first one stands that was put there, since common words come early. */
#define BRIEF 16
#define PLAIN_WORDS 8192

typedef struct {
    uint64_t letters[PLAIN_WORDS][2];
} PlainWords;

/* A bit for each character of a text: it stands in a word; a run may begin there; it is a small letter; four of them and
   a word begin there. */
typedef struct {
    uint64_t *word, *opening, *small, *four;
    size_t room;
} Marks;

typedef struct {
    PyObject_HEAD
    uint16_t *flags;
    Few particles, leading;
    Marks marks; /* of the text that is looked at */
    Lexicon *lexicon;
    double rare;
    Verdicts tails; /* what is known of words in small letters after a run: 1 rare, 2 not */
    Verdicts runs;
    Verdicts smalls;
    PlainWords *quiet, *sound; /* of words in small letters those that open no name, and those after a run that are not rare */
    Board board; /* the same as other processes know them */
    uint8_t *codes;   /* of the texts last looked at */
    Py_ssize_t texts;
    struct Open {
        uint64_t key;
        uint32_t text, small;
    } *open; /* what had no verdict in them, each time that it was met */
    size_t open_count, open_room;
    struct Fresh { /* the same, each once, and where it was met first */
        uint64_t key;
        Py_ssize_t start, end;
        uint32_t text, small;
    } *fresh;
    size_t fresh_count, fresh_room;
    struct Noted {
        uint64_t key;
        Py_ssize_t start, end;
    } *noted; /* the runs of the texts last looked at that may hold something, text by text */
    size_t noted_count, noted_room, *noted_ends;
} Scanner;

/* Where words stand: from, to. */
typedef struct {
    Py_ssize_t (*at)[2]; /* to be freed */
    size_t count, room;
} Smalls;

/* The words of a text in small letters that have at least some verdict, or none: 0, or -1 on an error. */
int scanner_small_words(const Scanner *s, PyObject *text, unsigned least, Smalls *out);
int scanner_scan(Scanner *s, PyObject *texts); /* look at a list of texts, and note what is fresh in them */
uint32_t scanner_verdict_on(const Scanner *s, PyObject *run); /* a str; 0 where there is none */
int scanner_know(Scanner *s, uint64_t key, int small, uint32_t verdict);

/* -- told.c: what was said of the texts last looked at ------------------------------------------------------------ */

PyObject *scanner_told(Scanner *self, PyObject *args);
/* Add the runs of one of them with at least some verdict to a list, so much farther on: 0, or -1 on an error. */
int add_places(const Scanner *s, Py_ssize_t text, unsigned least, Py_ssize_t farther, PyObject *list);
PyObject *looked_of(PyObject *type, unsigned code, PyObject *runs); /* a tuple of some type; the runs are taken over */
PyObject *run_of(Py_ssize_t start, Py_ssize_t end, long grade);     /* a tuple */

/* Whether a code is among some. */
static inline int has_code(const Py_buffer *codes, unsigned code)
{
    return codes->len > 0 && memchr(codes->buf, (int)code, (size_t)codes->len) != NULL;
}

/* A stretch of a str. */
typedef struct {
    int kind;
    const void *data;
    Py_ssize_t size;
} Slice;

static inline Slice slice_of(PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    int kind = PyUnicode_KIND(text);
    return (Slice){kind, (const char *)PyUnicode_DATA(text) + start * kind, end - start};
}

static inline Slice whole_of(PyObject *text)
{
    return slice_of(text, 0, PyUnicode_GET_LENGTH(text));
}

/* A character of a text; 0 where none is. */
static inline Py_UCS4 read_at(int kind, const void *data, Py_ssize_t n, Py_ssize_t k)
{
    return k >= 0 && k < n ? PyUnicode_READ(kind, data, k) : 0;
}

/* Write a character in UTF-8; gives the place behind it. */
static inline uint8_t *put_utf8(uint8_t *to, Py_UCS4 c)
{
    if (c < 0x80) {
        *to++ = (uint8_t)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (uint8_t)(0xC0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (uint8_t)(0xE0 | c >> 12);
        } else {
            *to++ = (uint8_t)(0xF0 | c >> 18);
            *to++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
        }
        *to++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    }
    *to++ = (uint8_t)(0x80 | (c & 0x3F));
    return to;
}

static inline Py_UCS4 slice_at(Slice slice, Py_ssize_t k)
{
    return PyUnicode_READ(slice.kind, slice.data, k);
}

enum {
    ALNUM = 1,    /* [^\W_] */
    UPPER = 2,    /* a capital */
    MARK = 4,     /* a combining mark */
    DIGIT = 8,    /* \d */
    ALPHA = 16,   /* str.isalpha */
    SMALL = 32,   /* what `scan.lower_words` is made of */
    SPACE = 64,   /* a blank inside a name */
    DASH = 128,
    QUOTE = 256,
    JOINT = 512,  /* what a leading small word is joined by */
    FIGURE = 1024, /* 0 to 9 */
    CASELESS = 2048 /* a letter of a script without capitals */
};

#define PLANE 0x10000

static inline unsigned flags_of(const Scanner *s, Py_UCS4 c)
{
    if (c < PLANE)
        return s->flags[c];
    return (Py_UNICODE_ISALNUM(c) ? ALNUM : 0) | (Py_UNICODE_ISALPHA(c) ? ALPHA : 0) |
           (Py_UNICODE_ISDECIMAL(c) ? DIGIT : 0);
}

static inline int is_upper(Py_UCS4 c, int plain) /* plain: only where it is ASCII */
{
    return c < 128 ? Py_ISUPPER((int)c) != 0 : !plain && Py_UNICODE_ISUPPER(c);
}

static inline int is_lower(Py_UCS4 c)
{
    return c < 128 ? Py_ISLOWER((int)c) != 0 : Py_UNICODE_ISLOWER(c);
}

#define MOST_FOLDED 400

char plain_letter(Py_UCS4 c); /* what a letter with an accent folds to where that is one letter of ASCII, else 0 */

/* A letter or figure at a place folded, or 0 where that is not told so. */
static inline char letter_at(Slice text, Py_ssize_t k)
{
    Py_UCS4 c = slice_at(text, k);
    return c >= 128 ? plain_letter(c) : Py_ISALNUM((int)c) ? (char)Py_TOLOWER((int)c) : 0;
}

/* A stretch of ASCII folded, in letters.c: its size; -1 for one that is not, or is longer. Twin: `text.fold`. */
int fold_ascii(Slice text, Py_ssize_t start, Py_ssize_t end, char *out);

/* -- spelling.c ------------------------------------------------------------------------------------------------- */

typedef struct Edits Edits;

#define SHORT 64 /* longer spellings are measured on the heap */

double edits_short(Edits *edits, const char *form, int n, const char *alias, int m); /* both below SHORT */

/* -- speller.c -------------------------------------------------------------------------------------------------- */

#define WORD_ROOM 64
#define SPELT 28 /* features of a spelling, and of what its rivals say */

/* The vowels of a word, group by group, each as `keys._group` writes it. */
typedef struct {
    int count;
    char text[WORD_ROOM][12];
} Groups;

typedef struct {
    PyObject_HEAD
    Edits *edits;
    Lexicon *lexicon;
    double odd[LETTERS * LETTERS * LETTERS];
    char sounds[128][2][8]; /* spelt, sound */
    uint32_t sound_letters[128]; /* those it is spelt with */
    int sound_count;
} Speller;

/* A name that a form may be a damaged spelling of: folded, with the folded canonical form of its entity. */
typedef struct {
    const char *alias, *plain;
    int size, plain_size, rule, foreign;
    int64_t prominence;
    double cost;
} Rival;

int frame_of(const Speller *s, const char *word, int size, char *out, Groups *groups); /* its size, or -1 */
int spelt_rows(const Speller *s, const char *form, int size, Rival *rivals, int count, float *out, int width);
int osa_of(const char *a, int n, const char *b, int m);

/* -- near.c ----------------------------------------------------------------------------------------------------- */

typedef struct Hood Hood;

int hood_ask(Hood *hood, const uint8_t *word, Py_ssize_t size); /* 0: none is near a word */
/* Of the word last asked for, how many, at most so many, the nearest and most prominent first; -1 without memory. */
Py_ssize_t hood_answer(Hood *hood, const uint8_t *word, Py_ssize_t size, Py_ssize_t most);
const char *hood_word(const Hood *hood, Py_ssize_t k, int *size);       /* one of those last found */


/* -- whole.c ------------------------------------------------------------------------------------------------------ */

PyObject *native_lower_words(PyObject *self, PyObject *text);
PyObject *native_letters_beyond(PyObject *self, PyObject *args);
PyObject *native_stopped(PyObject *self, PyObject *args);
PyObject *native_folders(PyObject *self, PyObject *text);
PyObject *native_has_line(PyObject *self, PyObject *args);

/* -- around.c ----------------------------------------------------------------------------------------------------- */

/* Of a sieve: whether surely no listed name holds a span of a text, which fits it, and more. */
int sieve_is_alone(PyObject *sieve, PyObject *text, Py_ssize_t start, Py_ssize_t end);

/* -- small.c ------------------------------------------------------------------------------------------------------ */

/* Of a sieve: whether surely no word of a text in small letters opens a name; -1 on an error. */
int sieve_opens_none(PyObject *sieve, PyObject *text, int capitals);

/* -- shape.c ------------------------------------------------------------------------------------------------------ */

#define MOST_SLOTS 10

/* The slots of a type, by their names; and where objects of the type that was asked for last keep them. */
typedef struct {
    int count;
    const char *names[MOST_SLOTS];
    PyTypeObject *type;
    Py_ssize_t at[MOST_SLOTS];
} Shape;

/* An object of a type with slots, or a tuple, whose values are taken over; any of these may be NULL on an error. */
PyObject *object_of(PyObject *of, Shape *shape, PyObject *const *values);
PyObject *tuple_with(Py_ssize_t count, PyObject *const *values);

/* A str of ASCII letters. */
static inline PyObject *ascii_str(const char *text, Py_ssize_t size)
{
    if (size < 2) /* which there is already */
        return PyUnicode_FromStringAndSize(text, size);
    PyObject *out = PyUnicode_New(size, 127);
    if (out != NULL)
        memcpy(PyUnicode_1BYTE_DATA(out), text, (size_t)size);
    return out;
}

#endif
