/* What the files share that decide which names are meant by forms in texts. */
#ifndef CANONYM_CLAIM_H
#define CANONYM_CLAIM_H

#include "sieve.h"
#include "witness.h"

#define MOST_CLAIMS 8

/* What is known of a document and a form: `evidence.NAMES`. */
enum {
    IN_TEXT, SAME_ENTITY, SAME_NAME, SAME_DAMAGED, REPEATED, COUNTRY_SHARE, PLACES, LOCATIVE, FEATURE_WORD, TITLE,
    SAYING, CAPITAL_BEFORE, CAPITAL_AFTER, COMMA_PLACE, LOWER_IN_TEXT, BEGINS, SHOUTED, RUN, PERSON, PLACE_LIKE, BEFORE,
    AFTER, TRAITS
};

/* What decisions go by that Python tells: endings of names, demonyms' first; how often a word has a capital; kinds of
   aliases that are other names; and how reasons are worded. */
typedef struct {
    PyObject *inflections, *demonyms, *capital, *other_names, *like, *unknown, *about, *said, *mention_type;
    double limit, margin, sure;
    int hurt; /* something else in the text is surely damaged */
} Grounds;

int read_grounds(PyObject *given, Grounds *out); /* 0 on an error */

/* A name that a form may mean. */
typedef struct {
    Rival rival;
    char alias[SHORT], plain[SHORT];
    int how, canonical, outlet;
    PyObject *id;       /* of its entity, which the candidate holds */
    const double *seen; /* the evidence for it */
} Claim;

/* The form and the names it may mean; their number, 0 where Python must be asked, or -1 on an error. */
int claims_of(const Witness *w, const Grounds *g, const Proposed *p, Claim *out);

/* -- doubt.c ------------------------------------------------------------------------------------------------------- */

/* A form that is spelt in ASCII. */
typedef struct {
    const char *text;
    int size, blank; /* blank: it is of several words */
    double common;   /* how common its rarest word is */
} Spelling;

/* The score of a name with what speaks against it. Twin: `decide.weighed`; an error is left set. */
double weighed(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *claim, double score);
int is_sure(const Sieve *s, const Spelling *form, const Claim *claim);

#endif
