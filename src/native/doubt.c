/* What speaks against a likely name. Twins: `doubts.py`, `sound.py`. */
#include "claim.h"

#define TOWN 15000
#define LITTLE_KNOWN 50000
#define WELL_KNOWN 1000000
#define GREAT 2000000
#define GREATEST 100000000
#define LIKELY 0.85
#define LIKELIER 0.9
#define LIKELIEST 0.95
#define CERTAIN 0.97
#define SURELY 0.99
#define BARE 0.8
#define TOLD 0.65
#define LED 0.55
#define UNSURE 0.7
#define ABOUT 0.3
#define ONE_LETTER 0.85
#define FAR 1.4
#define FARTHER 1.25
#define FARTHEST 1.8
#define FAIR 0.88
#define ODDEST 1.0
#define ODDER 0.5
#define ORDINARY 4.0
#define KNOWN 2.0
#define PARTS 3.0
#define PART_SIZE 4
#define HALF 0.5
#define SELDOM 0.1
#define FAMILIAR 1.5
#define NEARER 0.3
#define OFTEN 4

static int same(const char *a, int n, const char *b, int m)
{
    return n == m && !memcmp(a, b, (size_t)n);
}

static int begins_with(const Spelling *form, const char *name, int n)
{
    return form->size >= n && !memcmp(form->text, name, (size_t)n);
}

static double cost_of(const Sieve *s, const Spelling *form, const char *name, int n)
{
    return edits_short(s->speller->edits, form->text, form->size, name, n);
}

/* Whether a Python set holds some letters; an error is left set. */
static int set_holds(PyObject *set, const char *text, int size)
{
    PyObject *word = PyUnicode_FromStringAndSize(text, size);
    int out = word != NULL && PySet_Contains(set, word) == 1;
    Py_XDECREF(word);
    return out;
}

/* -- `sound.py` ---------------------------------------------------------------------------------------------------- */

/* Twin: `surname_of`. */
static int is_surname(const Sieve *s, const Spelling *form, const Claim *c)
{
    const Rival *r = &c->rival;
    int found = 0;
    for (int k = 0; k < 2 && !found; k++) {
        const char *name = k ? r->plain : r->alias;
        int n = k ? r->plain_size : r->size;
        found = begins_with(form, name, n) && words_get(&s->surnames, form->text + n, (size_t)(form->size - n));
    }
    return found && (c->seen[PERSON] > 0 || !(c->seen[LOCATIVE] || c->seen[FEATURE_WORD]));
}

static int is_turned(const Sieve *s, const Spelling *form, const Claim *c)
{
    Piece mine[MOST_TOKENS], theirs[MOST_TOKENS];
    int n = pieces_of(form->text, form->size, mine), m = pieces_of(c->rival.alias, c->rival.size, theirs);
    return n >= 0 && m >= 0 && other_point(s, mine, n, theirs, m); /* neither has room for more words */
}

static int is_form_of_its_own(const Sieve *s, const Spelling *form, const Claim *c)
{
    static const char *const demonyms[] = {"n", "an", "ian", "ese", "ish"};
    const double *seen = c->seen;
    const Rival *r = &c->rival;
    int rest = form->size - r->size;
    for (size_t k = 0; k < sizeof demonyms / sizeof *demonyms && begins_with(form, r->alias, r->size); k++)
        if (same(form->text + r->size, rest, demonyms[k], (int)strlen(demonyms[k])) &&
            (rest > 1 || ends_in_vowel(r->alias, r->size)))
            return 1;
    if (is_turned(s, form, c) || (seen[SHOUTED] && form->size <= 5 && seen[RUN] < 3 && !form->blank))
        return 1;
    if (c->how == JOINED) {
        int town = r->prominence >= TOWN || seen[SAME_ENTITY];
        int known = r->prominence >= WELL_KNOWN || seen[SAME_ENTITY];
        if (!town || (!known && !form->blank && zipf_of(s->scanner->lexicon, form->text, (size_t)form->size) >= KNOWN))
            return 1;
    }
    if (seen[REPEATED] > 1 && c->outlet && c->how == FUZZY && !form->blank)
        return !(seen[SAME_ENTITY] || seen[SAME_NAME]);
    return seen[SAYING] && seen[REPEATED] > 1 && !(r->prominence >= WELL_KNOWN || seen[SAME_ENTITY]);
}

/* Twin: `noted`. */
static int is_noted(const Sieve *s, const Spelling *form, const Claim *c)
{
    char read[MOST_FORM];
    const Rival *r = &c->rival;
    int n = form->size;
    while (n > 0 && Py_ISDIGIT(form->text[n - 1]))
        n--;
    if (c->how != FUZZY || n == 0 || n == form->size || form->size > MOST_FORM)
        return 0;
    if (!form->blank && zipf_of(s->scanner->lexicon, form->text, (size_t)n) >
                            zipf_of(s->scanner->lexicon, r->alias, (size_t)r->size))
        return 1;
    memcpy(read, form->text, (size_t)form->size);
    read_figures(read, form->size);
    return edits_short(s->speller->edits, form->text, n, r->alias, r->size) <=
           edits_short(s->speller->edits, read, form->size, r->alias, r->size);
}

/* Twin: `doubts._is_mark`. */
static int is_number(const char *rest, int size)
{
    int k = 0, digits = 0;
    if (size == 2 && rest[0] == ' ')
        return 1;
    while (k < size && rest[k] == ' ')
        k++;
    for (; k < size && Py_ISDIGIT(rest[k]); k++)
        digits++;
    while (k < size && rest[k] == ' ')
        k++;
    return digits && k == size;
}

/* Twin: `doubts.inflected`. */
static int is_inflected(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *c)
{
    const char *const names[2] = {c->rival.alias, c->rival.plain};
    const int sizes[2] = {c->rival.size, c->rival.plain_size};
    if (c->how != FUZZY)
        return 0;
    for (int k = 0; k < 2; k++) {
        const char *rest = form->text + sizes[k];
        int left = form->size - sizes[k];
        if (!begins_with(form, names[k], sizes[k]) || left == 0)
            continue;
        if (is_number(rest, left) || (set_holds(g->inflections, rest, left) &&
                                      (rest[0] != 'n' || ends_in_vowel(names[k], sizes[k]))))
            return 1;
    }
    double cost = -1.0;
    for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(g->demonyms); j++) {
        Py_ssize_t n;
        const char *tail = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(g->demonyms, j), &n);
        if (tail == NULL)
            return 0;
        if (n == 0 || n > form->size || memcmp(form->text + form->size - n, tail, (size_t)n))
            continue;
        if (cost < 0)
            cost = cost_of(s, form, c->rival.alias, c->rival.size);
        for (int k = 0; k < 2; k++) {
            char longer[2 * SHORT];
            int size = sizes[k] + (int)n;
            if ((tail[0] == 'n' && !ends_in_vowel(names[k], sizes[k])) || size >= SHORT)
                continue; /* that is too long to be near is no nearer */
            memcpy(longer, names[k], (size_t)sizes[k]);
            memcpy(longer + sizes[k], tail, (size_t)n);
            if (cost_of(s, form, longer, size) < cost - NEARER)
                return 1;
        }
    }
    return 0;
}

/* -- `doubts.py` --------------------------------------------------------------------------------------------------- */

static int is_placed(const double *seen)
{
    return seen[COMMA_PLACE] || seen[FEATURE_WORD];
}

static int is_named(const double *seen)
{
    return seen[SAME_NAME] || seen[SAME_ENTITY];
}

static int is_told(const double *seen)
{
    return seen[COUNTRY_SHARE] >= ABOUT;
}

static int has_word(const Piece *words, int count, const char *text, int size)
{
    Piece one = {text, size};
    return among(&one, words, count);
}

/* Twins: `two_words`, `with_more`, `other_word`. */
static int is_more_than_a_name(const Sieve *s, const Spelling *form, const Claim *c)
{
    const Rival *r = &c->rival;
    Piece mine[MOST_TOKENS], theirs[MOST_TOKENS];
    int n = pieces_of(form->text, form->size, mine), m = pieces_of(r->alias, r->size, theirs), fuzzy = c->how == FUZZY;
    if (!form->blank)
        return 0;
    if (fuzzy || c->how == JOINED) {
        if (!fuzzy && has_word(mine, n, r->plain, r->plain_size))
            return 1;
        if (!(fuzzy && r->prominence >= WELL_KNOWN) && form->common >= ORDINARY)
            return 1;
    }
    if (!fuzzy)
        return 0;
    if (form->size > r->size && ((begins_with(form, r->alias, r->size) && form->text[r->size] == ' ') ||
                                 (!memcmp(form->text + form->size - r->size, r->alias, (size_t)r->size) &&
                                  form->text[form->size - r->size - 1] == ' ')))
        return 1;
    for (int k = 0; k < n && c->outlet; k++)
        if (!among(&mine[k], theirs, m) && zipf_of(s->scanner->lexicon, mine[k].text, (size_t)mine[k].size) >= ORDINARY)
            return 1;
    return 0;
}

static int is_foreign_name(const Sieve *s, const Claim *c)
{
    const Rival *r = &c->rival;
    if (c->how != FUZZY || !r->foreign)
        return 0;
    if (commonness(s->scanner->lexicon, r->alias, r->size) < FAMILIAR || r->prominence < TOWN)
        return 1;
    return r->prominence < WELL_KNOWN && !c->seen[SAME_NAME];
}

static int is_acronym(const Spelling *form, const double *seen)
{
    return seen[SHOUTED] && !seen[BEGINS] && seen[RUN] <= 1 && !form->blank && !is_named(seen) && !is_placed(seen);
}

/* Twin: `is_sound`. */
static int sounds_well(const Sieve *s, const Spelling *form, const Claim *c)
{
    double most, owns, mean = surprise_of(s->speller->odd, form->text, form->size, &most);
    double own = surprise_of(s->speller->odd, c->rival.alias, c->rival.size, &owns);
    return most <= owns + ODDEST && mean <= own + ODDER;
}

/* Twin: `is_swapped`. */
static int is_swapped(const Spelling *form, const Claim *c)
{
    const char *a = form->text, *b = c->rival.alias;
    int n = form->size, k = 0;
    if (n != c->rival.size)
        return 0;
    while (k < n && a[k] == b[k])
        k++;
    k = k == n ? 0 : k;
    if (k + 1 >= n)
        return !memcmp(a, b, (size_t)n);
    return a[k] == b[k + 1] && a[k + 1] == b[k] && !memcmp(a, b, (size_t)k) &&
           !memcmp(a + k + 2, b + k + 2, (size_t)(n - k - 2));
}

static int stands_in(const Spelling *form, const Claim *c)
{
    for (int k = 0; k + form->size <= c->rival.size; k++)
        if (!memcmp(c->rival.alias + k, form->text, (size_t)form->size))
            return 1;
    return 0;
}

static int is_far_off(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    const Rival *r = &c->rival;
    if (form->blank || score >= LIKELIEST)
        return 0;
    double cost = cost_of(s, form, r->alias, r->size);
    if (!c->canonical)
        return memchr(r->alias, ' ', (size_t)r->size) && cost >= FAR && score < UNSURE && !seen[SAME_NAME];
    if (cost < FARTHER || r->prominence >= GREATEST)
        return 0;
    if (score < FAIR && !(is_placed(seen) && is_told(seen)) && !stands_in(form, c) && sounds_well(s, form, c))
        return 1;
    if (r->prominence >= WELL_KNOWN || seen[SAME_NAME] || is_placed(seen) || seen[LOCATIVE])
        return 0;
    return cost >= FAR;
}

static int is_unexpected(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    const Rival *r = &c->rival;
    if (r->prominence >= LITTLE_KNOWN)
        return 0;
    int named = seen[SAME_NAME] != 0, placed = is_placed(seen);
    if (r->prominence >= TOWN)
        return score < LIKELY && !(named || placed || seen[LOCATIVE]);
    if (named || placed)
        return score < (named ? LIKELIER : BARE);
    if (score < LIKELIER || seen[PERSON] >= HALF || cost_of(s, form, r->alias, r->size) > ONE_LETTER)
        return 1;
    int told = c->how == FUZZY && seen[COUNTRY_SHARE] >= 0.6 && seen[PLACES] > 1;
    return !told && !(seen[LOCATIVE] && seen[REPEATED] <= 1);
}

/* How often a name has a capital; an error is left set. */
static double capital_of(const Grounds *g, const Claim *c)
{
    PyObject *name = PyUnicode_FromStringAndSize(c->rival.alias, c->rival.size);
    PyObject *found = name ? PyObject_CallOneArg(g->capital, name) : NULL;
    double out = found ? PyFloat_AsDouble(found) : 0.0;
    Py_XDECREF(name);
    Py_XDECREF(found);
    return out;
}

static int is_unsupported(const Grounds *g, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    if (c->rival.prominence >= GREAT || is_placed(seen))
        return 0;
    if (!c->canonical && score < UNSURE && !seen[LOCATIVE])
        return 1;
    if (is_named(seen))
        return 0;
    if (is_told(seen))
        return score < TOLD && c->how == FUZZY && !seen[LOCATIVE];
    if (seen[LOCATIVE] || seen[SAME_DAMAGED])
        return score < LED || (seen[SAYING] && !seen[LOCATIVE] && score < LIKELIEST);
    if (score < (seen[SAYING] ? LIKELIEST : is_swapped(form, c) ? TOLD : BARE))
        return 1;
    return !form->blank && capital_of(g, c) < SELDOM;
}

static int is_coined(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    const char *a = form->text, *b = c->rival.alias;
    int n = form->size;
    if (c->rival.prominence >= WELL_KNOWN || is_named(seen) || is_placed(seen))
        return 0;
    if (c->how == JOINED)
        return seen[REPEATED] > 1;
    if (n != c->rival.size || form->blank || score >= CERTAIN || seen[PERSON] < HALF)
        return 0;
    for (int k = PART_SIZE; k <= n - PART_SIZE; k++)
        if (!memcmp(a, b, (size_t)k) != !memcmp(a + k, b + k, (size_t)(n - k)) &&
            zipf_of(s->scanner->lexicon, a, (size_t)k) >= PARTS &&
            zipf_of(s->scanner->lexicon, a + k, (size_t)(n - k)) >= PARTS)
            return 1;
    return 0;
}

static int is_known(const Spelling *form, const double *seen, double score)
{
    if (form->common < KNOWN || score >= LIKELY || is_placed(seen))
        return 0;
    return !form->blank || (score < TOLD && !(is_named(seen) || is_told(seen) || seen[LOCATIVE]));
}

static int is_habitual(const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    if (seen[REPEATED] < 2 || c->rival.prominence >= WELL_KNOWN || is_told(seen))
        return 0;
    int little = c->rival.prominence < LITTLE_KNOWN;
    if (seen[REPEATED] >= OFTEN && ((little && !seen[SAME_NAME]) || (seen[SAME_NAME] < 2 && score < BARE)))
        return 1;
    if (form->blank || is_named(seen) || is_placed(seen))
        return 0;
    return score < (little ? LIKELIEST : UNSURE);
}

static int is_speaker(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    return seen[CAPITAL_BEFORE] && seen[SAYING] && !seen[SAME_NAME] && score < LIKELIEST && sounds_well(s, form, c) &&
           !is_swapped(form, c);
}

static int is_unmet(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    return c->rival.prominence < WELL_KNOWN && score < SURELY && seen[PLACES] <= 1 && !seen[LOCATIVE] &&
           !seen[SAME_DAMAGED] && !is_named(seen) && sounds_well(s, form, c) && !is_swapped(form, c);
}

/* Twins: `pronoun`, `numbered`. */
static int is_no_spelling(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    int digits = 0;
    if (c->how == FUZZY && begins_with(form, "i ", 2))
        return 1;
    for (int k = 0; k < form->size; k++)
        digits |= Py_ISDIGIT(form->text[k]);
    return digits && !form->blank && score < CERTAIN && !is_named(c->seen) &&
           cost_of(s, form, c->rival.alias, c->rival.size) >= ONE_LETTER;
}

/* Twin: `careful`. */
static int is_careful(const Sieve *s, const Spelling *form, const Claim *c, double score)
{
    const double *seen = c->seen;
    int great = c->rival.prominence >= GREATEST;
    if (is_named(seen) || is_placed(seen) || seen[LOCATIVE] || seen[SAME_DAMAGED] || seen[SHOUTED])
        return 0;
    if (c->rival.foreign && score < LIKELIER)
        return 1;
    if (!sounds_well(s, form, c) || is_swapped(form, c))
        return 0;
    if (!great && ((c->how != FUZZY && score < SURELY) || (seen[PERSON] >= HALF && score < LIKELIEST)))
        return 1;
    return cost_of(s, form, c->rival.alias, c->rival.size) >= FARTHEST;
}

static int is_doubted(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *c, double score)
{
    if (is_more_than_a_name(s, form, c) || is_foreign_name(s, c) || is_acronym(form, c->seen) ||
        is_no_spelling(s, form, c, score) || is_coined(s, form, c, score) || is_known(form, c->seen, score) ||
        is_habitual(form, c, score) || is_speaker(s, form, c, score))
        return 1;
    return !g->hurt && (is_far_off(s, form, c, score) || is_unexpected(s, form, c, score) ||
                        is_unsupported(g, form, c, score) || is_unmet(s, form, c, score) ||
                        is_careful(s, form, c, score));
}

int is_sure(const Sieve *s, const Spelling *form, const Claim *c)
{
    return sure_rule(s, form->text, form->size, &c->rival, c->how) ||
           one_slip(s, form->text, form->size, c->rival.alias, c->rival.size);
}

double weighed(const Sieve *s, const Grounds *g, const Spelling *form, const Claim *c, double score)
{
    if (c->seen[TITLE] || is_surname(s, form, c) || is_form_of_its_own(s, form, c) || is_inflected(s, g, form, c) ||
        is_noted(s, form, c))
        return score < 0.1 ? score : 0.1;
    if (is_sure(s, form, c))
        return score > g->sure ? score : g->sure;
    return is_doubted(s, g, form, c, score) && score > 0.1 ? 0.1 : score;
}
