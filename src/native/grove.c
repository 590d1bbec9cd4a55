/* A planted forest of which the last features are one of some kinds that are known: whether a row reaches a sum with one of
   them. Twin: `decide.promises`.

   A row goes down all trees with one kind only. In most trees another kind comes to the same leaf whatever the row; what it
   comes to in the others is asked for as long as that may still decide, those first in which it can come to more. */
#include "native.h"

/* How a kind is told from another. */
typedef struct {
    int base;              /* the other; a kind is not told from itself */
    int count;             /* of trees in which they may differ */
    uint32_t *at, *places; /* these in the order, and their places; eight by eight, with some that come to nothing */
    int64_t *most, *least; /* what there is left to gain from each of them on */
} Step;

struct Grove {
    const Forest *forest;
    int from, kinds, part, first, rest; /* the first of the known features; where their answers begin, and how many these are */
    uint8_t *known;                     /* of each kind the answers of its features */
    Step *steps;                        /* of each kind */
    int64_t totals[2];                  /* what the row that is asked about comes to with the first kind of each part */
    uint32_t *leaves[2];                /* and in each tree */
    int read[2];                        /* whether that is known */
    uint8_t answers[MOST_LIMITS];       /* of that row */
};

/* What is known of a node that asks for a known feature: whether it is left to the right; -1: it does not, or asks nothing. */
static int told_at(const Grove *g, Py_ssize_t node, const float *known)
{
    int feature = ((const int16_t *)g->forest->feature.buf)[node];
    float threshold = ((const float *)g->forest->threshold.buf)[node];
    return threshold == Py_HUGE_VAL ? 0 : feature >= g->from ? known[feature - g->from] > threshold : -1;
}

/* The most, and the least, that a tree comes to below a node with the known features. */
static void span_of(const Grove *g, Py_ssize_t tree, Py_ssize_t node, const float *known, int64_t *most, int64_t *least)
{
    Py_ssize_t inner = ((Py_ssize_t)1 << g->forest->depth) - 1;
    if (node >= inner) {
        int64_t value = ((const int64_t *)g->forest->leaf.buf)[tree * (inner + 1) + node - inner];
        *most = value > *most ? value : *most;
        *least = value < *least ? value : *least;
        return;
    }
    int told = told_at(g, tree * inner + node, known);
    if (told != 1)
        span_of(g, tree, 2 * node + 1, known, most, least);
    if (told != 0)
        span_of(g, tree, 2 * node + 2, known, most, least);
}

/* The most, and the least, that a tree comes to below a node with some known features beyond what it does with others. */
static void gain_of(const Grove *g, Py_ssize_t tree, Py_ssize_t node, const float *base, const float *known,
                    int64_t *most, int64_t *least)
{
    Py_ssize_t inner = ((Py_ssize_t)1 << g->forest->depth) - 1;
    int64_t high = 0, low = 0, base_high = INT64_MIN, base_low = INT64_MAX;
    int mine = node < inner ? told_at(g, tree * inner + node, known) : 0;
    int other = node < inner ? told_at(g, tree * inner + node, base) : 0;
    if (mine != other) {
        high = INT64_MIN, low = INT64_MAX;
        span_of(g, tree, 2 * node + 1 + mine, known, &high, &low);
        span_of(g, tree, 2 * node + 1 + other, base, &base_high, &base_low);
        high -= base_low, low -= base_high;
    }
    *most = high > *most ? high : *most;
    *least = low < *least ? low : *least;
    if (node >= inner || mine != other)
        return;
    if (mine != 1)
        gain_of(g, tree, 2 * node + 1, base, known, most, least);
    if (mine != 0)
        gain_of(g, tree, 2 * node + 2, base, known, most, least);
}

typedef struct {
    int64_t most, least;
    uint32_t at;
} Gain;

static int by_most(const void *a, const void *b)
{
    const Gain *x = a, *y = b;
    return x->most > y->most ? -1 : x->most < y->most ? 1 : (x->at > y->at) - (x->at < y->at);
}

/* How a kind is told from another: 0, or -1 without memory. */
static int step_open(Grove *g, Step *step, const float *base, const float *known)
{
    size_t trees = (size_t)g->forest->trees, room = trees + EIGHT_TREES;
    Gain *gains = calloc(room, sizeof *gains);
    step->at = malloc(room * sizeof *step->at);
    step->places = malloc(room * sizeof *step->places);
    step->most = calloc(room + 1, sizeof *step->most);
    step->least = calloc(room + 1, sizeof *step->least);
    int fits = gains != NULL && step->at != NULL && step->places != NULL && step->most != NULL && step->least != NULL;
    for (size_t k = 0; fits && k < trees; k++) {
        Gain *one = &gains[step->count];
        *one = (Gain){0, 0, (uint32_t)k};
        gain_of(g, g->forest->order[k].tree, 0, base, known, &one->most, &one->least);
        step->count += one->most || one->least;
    }
    if (fits)
        qsort(gains, (size_t)step->count, sizeof *gains, by_most);
    while (fits && step->count % EIGHT_TREES)
        gains[step->count++] = (Gain){0, 0, (uint32_t)trees};
    for (int k = step->count - 1; fits && k >= 0; k--) {
        step->at[k] = gains[k].at;
        step->places[k] = forest_place(g->forest, gains[k].at);
        step->most[k] = step->most[k + 1] + gains[k].most;
        step->least[k] = step->least[k + 1] + gains[k].least;
    }
    free(gains);
    return fits ? 0 : -1;
}

static int kinds_open(Grove *g, const float *known)
{
    int width = g->forest->width - g->from;
    size_t trees = (size_t)(g->forest->groups * EIGHT_TREES);
    g->known = malloc((size_t)g->kinds * (size_t)g->rest + 1);
    g->steps = calloc((size_t)g->kinds + 1, sizeof *g->steps);
    g->leaves[0] = malloc((trees + 1) * sizeof *g->leaves[0]);
    g->leaves[1] = malloc((trees + 1) * sizeof *g->leaves[1]);
    if (g->known == NULL || g->steps == NULL || g->leaves[0] == NULL || g->leaves[1] == NULL)
        return -1;
    for (int kind = 0; kind < g->kinds; kind++) {
        int base = kind > g->part ? g->part : 0;
        forest_ask(g->forest, known + kind * width, g->from, g->forest->width, g->answers);
        memcpy(g->known + (size_t)kind * (size_t)g->rest, g->answers + g->first, (size_t)g->rest);
        if (step_open(g, &g->steps[kind], known + base * width, known + kind * width) < 0)
            return -1;
    }
    return 0;
}

Grove *grove_new(const Forest *forest, const float *known, int kinds, int part, int from)
{
    if (part < 1 || part >= kinds) {
        PyErr_SetString(PyExc_ValueError, "there are kinds of evidence in both parts");
        return NULL;
    }
    Grove *g = calloc(1, sizeof *g);
    if (g != NULL) {
        g->forest = forest, g->from = from, g->kinds = kinds, g->part = part;
        g->first = forest->starts[from], g->rest = forest->starts[forest->width] - g->first;
    }
    if (g == NULL || kinds_open(g, known) < 0) {
        grove_close(g);
        PyErr_NoMemory();
        return NULL;
    }
    return g;
}

void grove_close(Grove *g)
{
    if (g == NULL)
        return;
    for (int kind = 0; g->steps != NULL && kind < g->kinds; kind++) {
        free(g->steps[kind].at);
        free(g->steps[kind].places);
        free(g->steps[kind].most);
        free(g->steps[kind].least);
    }
    free(g->steps);
    free(g->known);
    free(g->leaves[0]);
    free(g->leaves[1]);
    free(g);
}

void grove_read(Grove *g, const float *row)
{
    forest_ask(g->forest, row, 0, g->from, g->answers);
    g->read[0] = g->read[1] = 0;
}

static void take_kind(Grove *g, int kind)
{
    memcpy(g->answers + g->first, g->known + (size_t)kind * (size_t)g->rest, (size_t)g->rest);
}

/* What the row comes to with the first kind of a part, in all trees. */
static void read_whole(Grove *g, int part)
{
    const Step *step = &g->steps[g->part];
    if (g->read[part])
        return;
    g->read[part] = 1;
    if (part == 0) {
        take_kind(g, 0);
        g->totals[0] = g->forest->base;
        for (Py_ssize_t group = 0; group < g->forest->groups; group++)
            g->totals[0] += forest_eight(g->forest, g->answers, group, g->leaves[0] + group * EIGHT_TREES);
        return;
    }
    read_whole(g, 0);
    take_kind(g, g->part);
    memcpy(g->leaves[1], g->leaves[0], (size_t)(g->forest->groups * EIGHT_TREES) * sizeof *g->leaves[1]);
    g->totals[1] = g->totals[0];
    for (int k = 0; k < step->count; k += EIGHT_TREES) {
        uint32_t here[EIGHT_TREES];
        forest_some(g->forest, g->answers, step->places + k, here);
        for (int j = 0; j < EIGHT_TREES; j++) {
            g->totals[1] += (int64_t)here[j] - g->leaves[0][step->at[k + j]];
            g->leaves[1][step->at[k + j]] = here[j];
        }
    }
}

/* Whether the row comes to so much with another kind of a part. */
static int kind_reaches(Grove *g, int part, int kind, int64_t limit)
{
    const Step *step = &g->steps[kind];
    const uint32_t *leaves = g->leaves[part];
    int64_t total = g->totals[part];
    if (total + step->most[0] >= limit)
        take_kind(g, kind);
    for (int k = 0; k < step->count; k += EIGHT_TREES) {
        uint32_t here[EIGHT_TREES];
        if (total + step->most[k] < limit)
            return 0;
        if (total + step->least[k] >= limit)
            return 1;
        forest_some(g->forest, g->answers, step->places + k, here);
        for (int j = 0; j < EIGHT_TREES; j++)
            total += (int64_t)here[j] - leaves[step->at[k + j]];
    }
    return total >= limit;
}

int grove_reaches(Grove *g, int part, int64_t limit)
{
    int first = part ? g->part : 0, end = part ? g->kinds : g->part;
    read_whole(g, part);
    if (g->totals[part] >= limit)
        return 1;
    for (int kind = first + 1; kind < end; kind++)
        if (kind_reaches(g, part, kind, limit))
            return 1;
    return 0;
}
