/* What plan.c and judge.c share: the indexes, and what was found in a run. */
#ifndef CANONYM_SIEVE_H
#define CANONYM_SIEVE_H

#include "native.h"

#define MOST_TOKENS 48
#define MOST_TABLES 16
#define MOST_OPTIONS 8
#define MOST_NAMES 512
#define MOST_COMBINATIONS 64
#define MOST_FORM 160
#define MOST_NEAR (MOST_OPTIONS * WORD_ROOM + 1) /* bytes of what is near a word */
#define MOST_FOUND 400
#define MOST_RULED 200
#define MOST_ANSWERS 300000
#define MOST_RIVALS 4
#define SOUND 3.0 /* `candidates._SOUND` */
#define LONG_NAME 8 /* `candidates._LONG` */
#define FEWEST_JOINED 6 /* letters of a name that is found but for its blanks: `Candidates.joined` */
#define CITY 100000 /* `candidates._CITY` */
#define MOST_FEATURES MOST_WIDTH

/* Whether an n behind a name may make a demonym of it: Asian, but not Irann. Twin: `doubts.VOWELS`. */
static inline int ends_in_vowel(const char *text, int size)
{
    return size > 0 && text[size - 1] && strchr("aeiouy", text[size - 1]) != NULL;
}

enum { NOTHING = 1, LISTED = 2, MAYBE = 3 };

/* What words in small letters open. */
enum { SMALL_QUIET = 1, SMALL_PLAIN = 2, SMALL_OPENS = 3 };

/* What could make a form believable. Twin: `decide.Hope`; unknown: ask there. */
enum { HOPE_NONE = 0, HOPE_NEEDY = 1, HOPE_GOOD = 2, HOPE_UNKNOWN = 3 };

/* The arrays of an index, in the order of `Candidates.layers`. */
enum {
    KEYS, OWNERS, /* sorted hashes, and the alias of each */
    KINDS, ENTITY, TEXT, ENDS, FOLDED, FOLDED_ENDS, /* of aliases */
    PROMINENCE, PLAIN, PLAIN_ENDS, ID, ID_ENDS, TYPE, TYPE_ENDS, CANONICAL, CANONICAL_ENDS, COUNTRY,
    COUNTRY_ENDS, /* of entities */
    CASELESS_NAMES, CASELESS_ENDS, /* names in scripts without capitals, folded */
    ARRAYS
};

typedef struct {
    Py_buffer at[ARRAYS];
    Py_ssize_t count, aliases, entities, caseless;
    uint8_t *there; /* a bit for each beginning of a key that there is: it answers most misses */
    uint32_t *starts; /* where among the keys each beginning of them starts; one more at the end */
    int bits, starts_bits;
    Hood *hood;
    PyObject *known; /* a dict of the entities made so far, by number */
} Layer;

/* The first place of a key, or -1. */
static inline Py_ssize_t layer_find(const Layer *layer, uint64_t key)
{
    uint64_t slot = key >> (64 - layer->bits);
    if (!((layer->there[slot >> 3] >> (slot & 7)) & 1))
        return -1;
    const uint64_t *keys = layer->at[KEYS].buf;
    uint64_t start = key >> (64 - layer->starts_bits);
    Py_ssize_t k = layer->starts[start], end = layer->starts[start + 1];
    while (k < end && keys[k] < key)
        k++;
    return k < end && keys[k] == key ? k : -1;
}

typedef struct {
    PyObject_HEAD
    Layer layers[MOST_TABLES];
    int tables;
    int words; /* of the longest name */
    Scanner *scanner;
    Speller *speller;
    Numbers particles, openers, endings, izafa, articles, vowels, compass, surnames;
    unsigned rule_kinds, near_kinds, other_kinds, silent_kinds, quiet_kinds; /* a bit for each kind; see `Planner.sieve` */
    double ordinary, rare, small_rare, small_plain, most_cost, other_name, digit;
    long long by_hand; /* the prominence of whatever stands in a table made by hand */
    char tails[16][8]; /* izafa vowels at the end of a word */
    int tail_count;
    Forest forest;
    Grove *grove; /* it with kinds of evidence: the best that there is, then the same without company */
    int evidence, seen_count, best;
    long long hopeless, needy;
    struct Lore *lore; /* of words, by their hashes */
    size_t lore_mask, lore_used;
    Numbers asked, empty; /* where what is near to words that are joined; words that are near nothing believable */
    char **blocks;        /* near words: a count, then size and letters of each */
    size_t block_count, block_used;
    Py_buffer foreseen;   /* what is known of common words: see foresee.c */
    size_t foreseen_mask; /* 0: nothing */
    PyObject *makers, *made; /* what plans are made of: see draft.c; the candidates made so far */
    PyObject *named[2]; /* what spellings were found to name; those among capitals */
    struct Characters *characters; /* those that were met: see caseless.c */
    int busy; /* what is asked of Python may let other threads go on: they do not come in here then */
} Sieve;

/* A key will be asked for. */
static inline void ask_ahead(const Sieve *s, uint64_t key)
{
    for (int k = 0; k < s->tables; k++)
        __builtin_prefetch(s->layers[k].there + (key >> (64 - s->layers[k].bits) >> 3));
}

typedef struct {
    char text[WORD_ROOM]; /* folded */
    int size;
    int begin, end;       /* in the run */
    int joined, quote, dash, upper, lower; /* joined: no blank before it */
    int plain, glued, accented;            /* plain: of letters only, as it folds */
    unsigned facts;
    double zipf;
    uint64_t key;
} Word;

/* What is known of a word, and where what is near it and its frame stand. */
typedef struct Lore {
    uint64_t key; /* 0: no word */
    uint32_t facts, near, frame;
} Lore;

/* What is known of a word, above the hundredths of its Zipf frequency. */
enum {
    ZIPF = 1023,
    OPENS = 1 << 10,   /* a listed name begins with it */
    PART = 1 << 11,    /* it stands in a listed name */
    SUSPECT = 1 << 12, /* it may be damaged */
    OPENER = 1 << 13,
    PARTICLE = 1 << 14,
    ARTICLE = 1 << 15,
    IZAFA = 1 << 16,
    HOPELESS = 1 << 17 /* alone, with a capital, it is surely no damaged name */
};

/* Names found, one after the other: the space they stand in, their size, their letters. */
typedef struct {
    int count;
    size_t used;
    char text[MOST_NAMES * 40];
} Names;

/* How a form names an alias: by likeness, written with other blanks, or under the rules, for one reason or several. */
enum { FUZZY = 0, JOINED = 1, ONE_RULE = 2, RULES = 3 };

/* An alias near a form. */
typedef struct {
    int layer;
    uint32_t alias;
    int how;
} Near;

/* A word of a folded form. */
typedef struct {
    const char *text;
    int size;
} Piece;

/* A row of a name: its spelling and entity once, as the kind that speaks for them. */
typedef struct {
    uint32_t alias, entity;
    int kind, first; /* first: the first row of its spelling and entity */
} Row;

typedef struct {
    int at, end, rule, small, first, names; /* the names: from which on, and how many */
    size_t text;
    int hope, near_count; /* where they could be told */
    Near near[MOST_RIVALS];
} Hit;

/* Words of a run that may be a damaged name: what they go by; the keys of the names that they are but for blanks, 0 where
   none is asked for; whether one of them is in small letters, and whether it is asked what is near them. */
typedef struct {
    uint64_t key, squeezed, bare;
    uint8_t at, end, small, near;
} Form;

/* What was found in a run: listed names from word to word, and forms that may be damaged ones. `sure` unless all of
   the run must be looked at; `told` where nothing of it is left to be asked. */
typedef struct {
    Slice run;
    int sure, told, loud, name_count, hit_count, form_count;
    int listed[MOST_TOKENS][2];
    int until[MOST_TOKENS]; /* where the listed name ends that a word stands in, or what is listed as no name */
    Hit hits[MOST_TOKENS * 5];
    int word_count;
    Word words[MOST_TOKENS];
    Form forms[MOST_TOKENS * 5];
    Names names;
} Sifted;

#define AT_ONCE 8 /* so many runs are looked at together */

static inline const char *string_at(const Layer *layer, int text, uint32_t k, int *size)
{
    const uint32_t *ends = layer->at[text + 1].buf;
    *size = (int)(ends[k + 1] - ends[k]);
    return (const char *)layer->at[text].buf + ends[k];
}

static inline int is_ascii(const char *text, int size)
{
    for (int k = 0; k < size; k++)
        if ((unsigned char)text[k] >= 128)
            return 0;
    return 1;
}

/* -- rule.c ----------------------------------------------------------------------------------------------------- */

int pieces_of(const char *form, int size, Piece *out); /* how many; -1: more than MOST_TOKENS */
int same_piece(const Piece *a, const Piece *b);
int among(const Piece *one, const Piece *all, int count);
int by_rule(const Sieve *s, const char *form, int size, Near *out); /* at most MOST_RULED; -1: Python must be asked */
/* The same of a form of some words, by what is known of these; `joined`: whether it may be a name but for blanks. */
int words_by_rule(Sieve *s, const Word *words, int at, int end, const char *form, int size, int joined, Near *out);

/* Why a form is an alias under the rules, in words; NULL without an error where Python must be asked. */
PyObject *reasons_of(const Sieve *s, const char *form, int size, const char *alias, int n);

/* -- judge.c ---------------------------------------------------------------------------------------------------- */

int layer_fits(Layer *layer);
int layer_ready(Layer *layer); /* -1 without memory */

/* Whether a form of plain words that is listed, though not spelt so, is that name: 1; or a word that is known and no name
   without its accents: 0; -1 where that is not certain. Twin: `candidates.choose`. */
int listed_plainly(const Sieve *s, const Layer *layer, const char *form, int size, double zipf);

/* The rows of a layer under a key; -1: too many. */
int rows_under(const Sieve *s, const Layer *layer, char space, const char *text, int size, Row *rows);

/* The nearest few for a form of those that rules make of it and some names, as `nearest.best` ranks them; -1 where
   Python must be asked. `type`: of that type only; `small`: no outlets but by rule. */
int nearest(const Sieve *s, const char *form, int size, const Near *ruled, int ruled_count, const char *names, int count,
            int small, const char *type, Near *out);
int hope_of(const Sieve *s, const char *form, int size, const Near *near, int count);
void rivals_of(const Sieve *s, const Near *near, int count, Rival *out); /* what is read of them */
int sure_rule(const Sieve *s, const char *form, int size, const Rival *r, int how);
int one_slip(const Sieve *s, const char *form, int size, const char *alias, int alias_size);

/* -- lore.c ----------------------------------------------------------------------------------------------------- */

int lore_open(Sieve *s); /* -1 without memory */
void lore_close(Sieve *s);
int forget_many(Sieve *s); /* once there are many, all words; nothing that points at them may be in use */
int is_letters(const char *text, int size);
int is_suspect(const Sieve *s, const char *text, int size);
int read_figures(char *text, int size); /* 01358 as olesb where a word is mostly letters; 1 where that changed it */
void ask_word(const Sieve *s, Word *w);
void know_word(Sieve *s, Word *w); /* what is known of a word asked for; it is found out once */

/* The neighbours of a word, or of words that are joined: their count, then the size and the letters of each. NULL
   without memory. */
const char *near_word(Sieve *s, const Word *w);
const char *near_words(Sieve *s, const char *word, int size);
int near_nothing(const Sieve *s, const Word *w); /* whether it is known that no word is near one */
const char *word_frame(Sieve *s, const Word *w, int *size); /* its frame under the rules; NULL where it has none */

/* -- plan.c ----------------------------------------------------------------------------------------------------- */

int any_key(const Sieve *s, uint64_t key);
int any_has(const Sieve *s, char space, const char *text, size_t size);
int split(Sieve *s, Slice run, Word *out); /* its words; how many, or -1 where it is not plain enough */
int join(const Word *words, int from, int to, char *out);
uint64_t word_key(const Word *w); /* what stands for a word that is a form by itself, with a capital */
/* What a run may hold, in three steps: its words; what is known of them and what has to be looked at (0 where all of it
   has, -1 on an error); and what that is: a verdict, or -1; or all at once. And the listed names of one that holds no
   more, once its words are told. */
int sift(Sieve *s, Slice run, Sifted *out);
void sift_words(const Sieve *s, Slice run, Sifted *out);
int sift_known(Sieve *s, Sifted *out);
int sift_judged(Sieve *s, Sifted *out);
int sift_names(Sieve *s, Sifted *out);

/* -- fuzzy.c ---------------------------------------------------------------------------------------------------- */

int has_joint(const Sieve *s, char space, const Word *w, int size);
int fuzzy_names(Sieve *s, const Word *words, int from, int to, int split, const char *form, int size, Names *out); /* -1: no memory */

/* -- foresee.c -------------------------------------------------------------------------------------------------- */

/* Whether something is known of a word beforehand: facts, and what is near it, NULL where that must be asked. */
int foreseen(const Sieve *s, uint64_t key, uint32_t *facts, const char **near);
void foreseen_ahead(const Sieve *s, uint64_t key); /* it will be asked */
PyObject *sieve_foresee(Sieve *self, PyObject *words);
PyObject *sieve_take(Sieve *self, PyObject *data);

/* -- small.c ---------------------------------------------------------------------------------------------------- */

uint32_t small_verdict(const Sieve *s, Slice word); /* 0 where Python must be asked */
PyObject *sieve_may_name(Sieve *self, PyObject *args);
PyObject *sieve_small_names(Sieve *self, PyObject *args);

/* -- draft.c ---------------------------------------------------------------------------------------------------- */

enum { NEEDY = 3, LOUD = 4 }; /* what a run holds beside LISTED: `plans.Grade` */

/* What plans are made of: types; the kinds of aliases; reasons, and a function for them; and `Listing.named`. */
enum { PLAN, SPAN, CANDIDATE, ENTITY_TYPE, KIND_NAMES, WHY_JOINED, WHY, NAMED, MAKERS };

/* How a candidate was found: `model.Match`. */
enum { BY_LIKENESS, BY_RULE, AS_IT_IS, AS_ALIAS, MATCHES };

PyObject *maker(const Sieve *s, int which); /* borrowed */
PyObject *layer_string(const Layer *layer, int text, uint32_t k);
PyObject *layer_entity(const Sieve *s, const Layer *layer, uint32_t number); /* made once */
/* The candidate of a row of a table, whose kind speaks for it; made once. */
PyObject *listed_candidate(const Sieve *s, int table, const Row *row, int exact);

int draft_open(Sieve *s, PyObject *makers); /* -1 on an error */
void draft_close(Sieve *s);
/* What the spelling of some words of a run names: a tuple, see `listed.Named`, or None; NULL on an error. */
PyObject *named_at(const Sieve *s, const Sifted *found, int at, int end);
PyObject *draft_of(const Sieve *s, const Sifted *found, int *grade); /* the plan of a run of which all is told */

/* -- listing.c -------------------------------------------------------------------------------------------------- */

/* `Listing.named` of some words, which stand in a run as is given; NULL without an error where it must be asked. */
PyObject *listing_of(const Sieve *s, const Sifted *found, int at, int end, Slice surface);

/* -- alone.c ---------------------------------------------------------------------------------------------------- */

/* Whether words that stand in one of two spellings are two points of the compass. */
int other_point(const Sieve *s, const Piece *mine, int n, const Piece *theirs, int m);
PyObject *sieve_alone(Sieve *self, PyObject *args);
PyObject *sieve_settle(Sieve *self, PyObject *args);

/* -- caseless.c ------------------------------------------------------------------------------------------------- */

struct Characters *characters_new(PyObject *reader); /* NULL without memory */
void characters_close(struct Characters *all);
PyObject *sieve_caseless(Sieve *self, PyObject *args);
/* A stretch folded, of at most MOST_FOLDED bytes in UTF-8: its size, or -1 where that is not told so. Twin: `text.fold`. */
int fold_characters(Sieve *s, Slice text, Py_ssize_t start, Py_ssize_t end, char *out);

/* -- around.c --------------------------------------------------------------------------------------------------- */

PyObject *sieve_stands_alone(Sieve *self, PyObject *args);

#endif
