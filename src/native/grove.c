/* A forest of which the last features are one of some kinds that are known: whether a row reaches a sum with one. Twin:
   `decide.promises`.

   The leaves of a tree are bits of a word, the first lowest. A node that a row leaves to the right rules out the leaves on
   its left; of what is left when all of these have spoken the first is where the row ends (Lucchese et al., QuickScorer,
   SIGIR 2015). What the known features rule out is worked out once for each kind, what the others do once for a row. */
#include "native.h"

enum { DEEPEST = 6, ABREAST = 8 };

/* A node that rows leave to the right that are beyond its threshold. */
typedef struct {
    uint64_t kept; /* all leaves but those on its left */
    uint32_t tree;
    float threshold;
} Turn;

struct Grove {
    const Forest *forest;
    Turn *turns;           /* of each feature, by their thresholds */
    uint32_t *leaves;      /* beyond the least leaf of their tree; the trees stand in an order of their own */
    int64_t base;          /* these, of all trees */
    uint64_t *left, *open; /* of each tree what a row leaves of its leaves; of each kind and tree what that does */
    int64_t *most, *least; /* of each kind what is left to gain from each eight trees on */
    Py_ssize_t groups;
    int from, kinds, starts[MOST_WIDTH + 1];
};

/* All leaves of a full tree but those on the left of a node. */
static uint64_t without_left(int depth, Py_ssize_t node)
{
    int level = 0, below;
    for (Py_ssize_t k = node + 1; k > 1; k >>= 1)
        level++;
    below = 1 << (depth - level); /* leaves below it */
    Py_ssize_t first = (node + 1 - ((Py_ssize_t)1 << level)) * below;
    uint64_t half = ((uint64_t)1 << (below / 2)) - 1;
    return ~(half << first);
}

/* The most, and the least, that a tree comes to below a node with the known features; NULL: with any. */
static void span_of(const Grove *g, Py_ssize_t tree, Py_ssize_t node, const float *known, int64_t *most, int64_t *least)
{
    const Forest *forest = g->forest;
    Py_ssize_t inner = ((Py_ssize_t)1 << forest->depth) - 1;
    if (node >= inner) {
        int64_t value = ((const int64_t *)forest->leaf.buf)[tree * (inner + 1) + node - inner];
        *most = value > *most ? value : *most;
        *least = value < *least ? value : *least;
        return;
    }
    int feature = ((const int16_t *)forest->feature.buf)[tree * inner + node];
    float threshold = ((const float *)forest->threshold.buf)[tree * inner + node];
    int told = threshold == Py_HUGE_VAL ? 0 : known && feature >= g->from ? known[feature - g->from] > threshold : -1;
    if (told != 1)
        span_of(g, tree, 2 * node + 1, known, most, least);
    if (told != 0)
        span_of(g, tree, 2 * node + 2, known, most, least);
}

/* A tree with how far its leaves lie apart, and the least of them. */
typedef struct {
    int64_t range, least;
    Py_ssize_t tree;
} Telling;

static int tells_more(const void *a, const void *b)
{
    const Telling *x = a, *y = b;
    return x->range > y->range ? -1 : x->range < y->range ? 1 : (x->tree > y->tree) - (x->tree < y->tree);
}

/* The trees of a forest, those first that tell most; -1 where the leaves of one lie too far apart. */
static int order_trees(const Grove *g, Telling *order)
{
    for (Py_ssize_t tree = 0; tree < g->forest->trees; tree++) {
        int64_t most = INT64_MIN, least = INT64_MAX;
        span_of(g, tree, 0, NULL, &most, &least);
        if (most - least > UINT32_MAX)
            return -1;
        order[tree] = (Telling){most - least, least, tree};
    }
    qsort(order, (size_t)g->forest->trees, sizeof *order, tells_more);
    return 0;
}

static int by_threshold(const void *a, const void *b)
{
    const Turn *x = a, *y = b;
    if (x->threshold != y->threshold)
        return x->threshold > y->threshold ? 1 : -1;
    return (x->tree > y->tree) - (x->tree < y->tree);
}

/* Put the tree that is `at` in the order there: its leaves, and what the known features leave of them. */
static void plant(Grove *g, const Telling *one, Py_ssize_t at, const float *known)
{
    const Forest *forest = g->forest;
    Py_ssize_t leaves = (Py_ssize_t)1 << forest->depth, inner = leaves - 1;
    const int16_t *feature = (const int16_t *)forest->feature.buf + one->tree * inner;
    const float *threshold = (const float *)forest->threshold.buf + one->tree * inner;
    const int64_t *leaf = (const int64_t *)forest->leaf.buf + one->tree * leaves;
    Py_ssize_t rest = forest->width - g->from;
    for (Py_ssize_t k = 0; k < leaves; k++)
        g->leaves[at * leaves + k] = (uint32_t)(leaf[k] - one->least);
    g->base += one->least;
    for (int kind = 0; kind < g->kinds; kind++) {
        uint64_t open = ~(uint64_t)0;
        for (Py_ssize_t k = 0; k < inner; k++)
            if (feature[k] >= g->from && known[kind * rest + feature[k] - g->from] > threshold[k])
                open &= without_left(forest->depth, k);
        g->open[kind * forest->trees + at] = open;
    }
}

/* The turns by the features that a row has, feature by feature. */
static void take_turns(Grove *g, const Telling *order)
{
    const Forest *forest = g->forest;
    Py_ssize_t inner = ((Py_ssize_t)1 << forest->depth) - 1;
    int used = 0;
    for (int feature = 0; feature < g->from; feature++) {
        g->starts[feature] = used;
        for (Py_ssize_t at = 0; at < forest->trees; at++) {
            const int16_t *f = (const int16_t *)forest->feature.buf + order[at].tree * inner;
            const float *t = (const float *)forest->threshold.buf + order[at].tree * inner;
            for (Py_ssize_t k = 0; k < inner; k++)
                if (f[k] == feature && t[k] < Py_HUGE_VAL)
                    g->turns[used++] = (Turn){without_left(forest->depth, k), (uint32_t)at, t[k]};
        }
        qsort(g->turns + g->starts[feature], (size_t)(used - g->starts[feature]), sizeof *g->turns, by_threshold);
    }
    g->starts[g->from] = used;
}

static void bound(Grove *g, const Telling *order, const float *known)
{
    for (int kind = 0; kind < g->kinds; kind++) {
        int64_t *most = g->most + kind * (g->groups + 1), *least = g->least + kind * (g->groups + 1);
        for (Py_ssize_t group = g->groups - 1; group >= 0; group--) {
            most[group] = most[group + 1];
            least[group] = least[group + 1];
            for (Py_ssize_t at = group * ABREAST; at < (group + 1) * ABREAST && at < g->forest->trees; at++) {
                int64_t high = INT64_MIN, low = INT64_MAX;
                span_of(g, order[at].tree, 0, known + kind * (g->forest->width - g->from), &high, &low);
                most[group] += high - order[at].least;
                least[group] += low - order[at].least;
            }
        }
    }
}

Grove *grove_new(const Forest *forest, const float *known, int kinds, int from)
{
    size_t trees = (size_t)forest->trees, nodes = trees << forest->depth, groups = (trees + ABREAST - 1) / ABREAST;
    size_t bounds = (size_t)kinds * (groups + 1);
    if (forest->width > MOST_WIDTH || forest->depth > DEEPEST) {
        PyErr_SetString(PyExc_ValueError, "a forest has at most 96 features here, and is six nodes deep");
        return NULL;
    }
    Grove *g = calloc(1, sizeof *g);
    Telling *order = malloc((trees + 1) * sizeof *order);
    if (g != NULL)
        *g = (Grove){.forest = forest, .groups = (Py_ssize_t)groups, .from = from, .kinds = kinds};
    int fits = g != NULL && order != NULL && (g->turns = malloc((nodes + 1) * sizeof *g->turns)) != NULL &&
               (g->leaves = malloc((nodes + 1) * sizeof *g->leaves)) != NULL &&
               (g->left = malloc((trees + 1) * sizeof *g->left)) != NULL &&
               (g->open = malloc(((size_t)kinds * trees + 1) * sizeof *g->open)) != NULL &&
               (g->most = calloc(bounds + 1, sizeof *g->most)) != NULL &&
               (g->least = calloc(bounds + 1, sizeof *g->least)) != NULL;
    if (!fits)
        PyErr_NoMemory();
    else if (order_trees(g, order) < 0) {
        PyErr_SetString(PyExc_ValueError, "the leaves of a tree lie at most 1 apart here");
        fits = 0;
    }
    for (Py_ssize_t at = 0; fits && at < forest->trees; at++)
        plant(g, &order[at], at, known);
    if (fits) {
        take_turns(g, order);
        bound(g, order, known);
    }
    free(order);
    if (!fits) {
        grove_close(g);
        return NULL;
    }
    return g;
}

void grove_close(Grove *g)
{
    if (g == NULL)
        return;
    free(g->turns);
    free(g->leaves);
    free(g->left);
    free(g->open);
    free(g->most);
    free(g->least);
    free(g);
}

void grove_read(Grove *g, const float *row)
{
    uint64_t *left = g->left;
    memset(left, 0xFF, (size_t)g->forest->trees * sizeof *left);
    for (int feature = 0; feature < g->from; feature++) {
        const Turn *turn = g->turns + g->starts[feature], *end = turn;
        for (int count = g->starts[feature + 1] - g->starts[feature]; count > 0;) {
            int half = count / 2, beyond = row[feature] > end[half].threshold;
            end = beyond ? end + half + 1 : end;
            count = beyond ? count - half - 1 : half;
        }
        for (; turn < end; turn++)
            left[turn->tree] &= turn->kept;
    }
}

int grove_reaches(const Grove *g, int kind, int64_t limit)
{
    Py_ssize_t trees = g->forest->trees;
    const int64_t *most = g->most + kind * (g->groups + 1), *least = g->least + kind * (g->groups + 1);
    const uint64_t *left = g->left, *open = g->open + kind * trees;
    const uint32_t *leaves = g->leaves;
    int64_t total = g->base;
    for (Py_ssize_t group = 0; group < g->groups; group++) {
        Py_ssize_t from = group * ABREAST, to = from + ABREAST < trees ? from + ABREAST : trees;
        if (total + most[group] < limit)
            return 0;
        if (total + least[group] >= limit)
            return 1;
        for (Py_ssize_t at = from; at < to; at++)
            total += leaves[((size_t)at << g->forest->depth) + (size_t)__builtin_ctzll(left[at] & open[at])];
    }
    return total >= limit;
}
