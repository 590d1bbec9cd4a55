/* Rows down a forest of full binary trees. Twin: `trees.Trees.sums`. */
#include "native.h"

int forest_open(Forest *forest, PyObject *args)
{
    if (!PyArg_ParseTuple(args, "y*y*y*nii", &forest->feature, &forest->threshold, &forest->leaf, &forest->trees,
                          &forest->depth, &forest->width))
        return -1;
    const int16_t *f = forest->feature.buf;
    int fits = forest->depth > 0 && forest->depth < 16;
    Py_ssize_t inner = fits ? ((Py_ssize_t)1 << forest->depth) - 1 : 0, trees = forest->trees;
    fits = fits && forest->feature.len == trees * inner * 2 && forest->threshold.len == trees * inner * 4 &&
           forest->leaf.len == trees * (inner + 1) * 8;
    for (Py_ssize_t k = 0; fits && k < trees * inner; k++)
        fits = f[k] >= 0 && f[k] < forest->width;
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arrays of the forest do not fit together");
        return -1;
    }
    return 0;
}

void forest_close(Forest *forest)
{
    PyBuffer_Release(&forest->feature);
    PyBuffer_Release(&forest->threshold);
    PyBuffer_Release(&forest->leaf);
}

#define ABREAST 8

/* What a row comes to in some trees. They go down abreast: each step waits for memory, and those of different trees wait
   together. */
static inline int64_t sum_of(const Forest *forest, const float *row, Py_ssize_t tree, Py_ssize_t count)
{
    Py_ssize_t inner = ((Py_ssize_t)1 << forest->depth) - 1;
    const int16_t *f = (const int16_t *)forest->feature.buf + tree * inner;
    const float *t = (const float *)forest->threshold.buf + tree * inner;
    const int64_t *l = (const int64_t *)forest->leaf.buf + tree * (inner + 1);
    uint32_t node[ABREAST] = {0};
    int64_t total = 0;
    for (int d = 0; d < forest->depth; d++)
        for (Py_ssize_t k = 0; k < count; k++)
            node[k] = 2 * node[k] + 1 + (row[f[k * inner + node[k]]] > t[k * inner + node[k]]);
    for (Py_ssize_t k = 0; k < count; k++)
        total += l[k * (inner + 1) + node[k] - inner];
    return total;
}

int64_t forest_sum(const Forest *forest, const float *row)
{
    int64_t total = 0;
    Py_ssize_t tree = 0;
    for (; tree + ABREAST <= forest->trees; tree += ABREAST)
        total += sum_of(forest, row, tree, ABREAST);
    return total + sum_of(forest, row, tree, forest->trees - tree);
}

/* -- A forest of which some features are known ------------------------------------------------------------------ */

enum { NEVER = 255, USUAL = 6 }; /* a bin that no feature is beyond; the depth of the trees as they come */

/* The trees in two bytes a node, those first that tell most: a feature, and the bin that it must be beyond. The bins of a
   feature are what lies between its thresholds. */
struct Grove {
    const Forest *forest;
    uint8_t (*nodes)[2];
    uint32_t *leaves;      /* beyond the least leaf of their tree */
    int64_t base;          /* these, of all trees */
    float *edges;          /* the thresholds of each feature, in their order */
    uint8_t *known;        /* of each kind the bins of the features from some one on */
    int64_t *most, *least; /* of each kind what is left to gain from each eight trees on */
    Py_ssize_t groups;
    int from, kinds, ends[MOST_WIDTH + 1];
};

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* How many thresholds of a feature are below a number. */
static inline uint8_t bin_of(const Grove *g, int feature, float x)
{
    const float *edges = g->edges + g->ends[feature];
    int low = 0, count = g->ends[feature + 1] - g->ends[feature];
    while (count > 0) {
        int half = count / 2, below = edges[low + half] < x;
        low = below ? low + half + 1 : low;
        count = below ? count - half - 1 : half;
    }
    return (uint8_t)low;
}

/* The thresholds of each feature, each once; -1 where there are too many. */
static int take_edges(Grove *g)
{
    const Forest *forest = g->forest;
    const int16_t *f = forest->feature.buf;
    const float *t = forest->threshold.buf;
    Py_ssize_t nodes = forest->trees * (((Py_ssize_t)1 << forest->depth) - 1);
    int used = 0;
    for (int feature = 0; feature < forest->width; feature++) {
        float *edges = g->edges + used;
        int count = 0, kept = 0;
        for (Py_ssize_t k = 0; k < nodes; k++)
            if (f[k] == feature && t[k] < Py_HUGE_VAL)
                edges[count++] = t[k];
        qsort(edges, (size_t)count, sizeof *edges, by_size);
        for (int k = 0; k < count; k++)
            if (!kept || edges[kept - 1] != edges[k])
                edges[kept++] = edges[k];
        if (kept >= NEVER)
            return -1;
        g->ends[feature + 1] = used += kept;
    }
    return 0;
}

/* The most, and the least, that a tree comes to below a node with the known features of some kind. */
static void span_of(const Grove *g, Py_ssize_t tree, Py_ssize_t node, const uint8_t *known, int64_t *most,
                    int64_t *least)
{
    Py_ssize_t leaves = (Py_ssize_t)1 << g->forest->depth;
    const uint8_t *one = g->nodes[tree * leaves + node];
    if (node >= leaves - 1) {
        int64_t value = (int64_t)g->leaves[tree * leaves + node - (leaves - 1)];
        *most = value > *most ? value : *most;
        *least = value < *least ? value : *least;
        return;
    }
    int told = one[1] == NEVER ? 0 : one[0] >= g->from && known != NULL ? known[one[0] - g->from] > one[1] : -1;
    if (told != 1)
        span_of(g, tree, 2 * node + 1, known, most, least);
    if (told != 0)
        span_of(g, tree, 2 * node + 2, known, most, least);
}

typedef struct {
    int64_t range;
    Py_ssize_t tree;
} Telling;

static int tells_more(const void *a, const void *b)
{
    const Telling *x = a, *y = b;
    return x->range > y->range ? -1 : x->range < y->range ? 1 : (x->tree > y->tree) - (x->tree < y->tree);
}

/* Put a tree of the forest at a place of its own; -1 where its leaves lie too far apart. */
static int plant(Grove *g, Py_ssize_t tree, Py_ssize_t at)
{
    Py_ssize_t leaves = (Py_ssize_t)1 << g->forest->depth, inner = leaves - 1;
    const int16_t *f = (const int16_t *)g->forest->feature.buf + tree * inner;
    const float *t = (const float *)g->forest->threshold.buf + tree * inner;
    const int64_t *leaf = (const int64_t *)g->forest->leaf.buf + tree * leaves;
    int64_t least = leaf[0];
    for (Py_ssize_t k = 0; k < inner; k++) {
        g->nodes[at * leaves + k][0] = (uint8_t)f[k];
        g->nodes[at * leaves + k][1] = t[k] < Py_HUGE_VAL ? bin_of(g, f[k], t[k]) : NEVER;
    }
    for (Py_ssize_t k = 1; k < leaves; k++)
        least = leaf[k] < least ? leaf[k] : least;
    for (Py_ssize_t k = 0; k < leaves; k++) {
        if (leaf[k] - least > UINT32_MAX)
            return -1;
        g->leaves[at * leaves + k] = (uint32_t)(leaf[k] - least);
    }
    g->base += least;
    return 0;
}

static void bound(Grove *g)
{
    for (int kind = 0; kind < g->kinds; kind++) {
        int64_t *most = g->most + kind * (g->groups + 1), *least = g->least + kind * (g->groups + 1);
        for (Py_ssize_t group = g->groups - 1; group >= 0; group--) {
            most[group] = most[group + 1];
            least[group] = least[group + 1];
            for (Py_ssize_t tree = group * ABREAST; tree < (group + 1) * ABREAST && tree < g->forest->trees; tree++) {
                int64_t high = INT64_MIN, low = INT64_MAX;
                span_of(g, tree, 0, g->known + kind * (g->forest->width - g->from), &high, &low);
                most[group] += high;
                least[group] += low;
            }
        }
    }
}

Grove *grove_new(const Forest *forest, const float *known, int kinds, int from)
{
    size_t trees = (size_t)forest->trees, nodes = trees << forest->depth, groups = (trees + ABREAST - 1) / ABREAST;
    size_t rest = (size_t)kinds * (size_t)(forest->width - from), bounds = (size_t)kinds * (groups + 1);
    Grove *g = calloc(1, sizeof *g);
    Telling *order = malloc((trees + 1) * sizeof *order);
    int fits = 1;
    if (g != NULL)
        *g = (Grove){.forest = forest, .groups = (Py_ssize_t)groups, .from = from, .kinds = kinds};
    if (g == NULL || order == NULL || (g->nodes = calloc(nodes + 1, sizeof *g->nodes)) == NULL ||
        (g->leaves = malloc((nodes + 1) * sizeof *g->leaves)) == NULL ||
        (g->edges = malloc((nodes + 1) * sizeof *g->edges)) == NULL || (g->known = malloc(rest + 1)) == NULL ||
        (g->most = calloc(bounds + 1, sizeof *g->most)) == NULL ||
        (g->least = calloc(bounds + 1, sizeof *g->least)) == NULL) {
        PyErr_NoMemory();
        fits = 0;
    } else if (forest->width > MOST_WIDTH || take_edges(g) < 0) {
        PyErr_SetString(PyExc_ValueError, "a forest has at most 96 features here, and 254 thresholds of each");
        fits = 0;
    }
    for (Py_ssize_t tree = 0; fits && tree < forest->trees; tree++) {
        int64_t most = INT64_MIN, least = INT64_MAX;
        fits = plant(g, tree, tree) == 0;
        if (!fits) {
            PyErr_SetString(PyExc_ValueError, "the leaves of a tree lie at most 1 apart here");
            break;
        }
        span_of(g, tree, 0, NULL, &most, &least);
        order[tree] = (Telling){most - least, tree};
    }
    if (!fits) {
        free(order);
        grove_close(g);
        return NULL;
    }
    for (size_t k = 0; k < rest; k++)
        g->known[k] = bin_of(g, from + (int)(k % (size_t)(forest->width - from)), known[k]);
    qsort(order, trees, sizeof *order, tells_more);
    g->base = 0;
    for (Py_ssize_t tree = 0; tree < forest->trees; tree++)
        plant(g, order[tree].tree, tree);
    free(order);
    bound(g);
    return g;
}

void grove_close(Grove *g)
{
    if (g == NULL)
        return;
    free(g->nodes);
    free(g->leaves);
    free(g->edges);
    free(g->known);
    free(g->most);
    free(g->least);
    free(g);
}

void grove_bins(const Grove *g, const float *row, uint8_t *bins)
{
    for (int k = 0; k < g->from; k++)
        bins[k] = bin_of(g, k, row[k]);
}

/* What some trees come to, abreast as in `sum_of`. It is compiled for the usual depth by itself. */
static inline __attribute__((always_inline)) int64_t grown(const Grove *g, const uint8_t *bins, Py_ssize_t tree,
                                                           int count, int depth)
{
    size_t leaves = (size_t)1 << depth;
    const uint8_t *nodes = g->nodes[(size_t)tree * leaves];
    const uint32_t *values = g->leaves + (size_t)tree * leaves;
    size_t at[ABREAST] = {0};
    int64_t total = 0;
    for (int d = 0; d < depth; d++)
        for (int k = 0; k < count; k++) {
            const uint8_t *one = nodes + 2 * (leaves * (size_t)k + at[k]);
            at[k] = 2 * at[k] + 1 + (bins[one[0]] > one[1]);
        }
    for (int k = 0; k < count; k++)
        total += values[leaves * (size_t)k + at[k] - (leaves - 1)];
    return total;
}

int grove_reaches(const Grove *g, uint8_t *bins, int kind, int64_t limit)
{
    int64_t total = g->base, *most = g->most + kind * (g->groups + 1), *least = g->least + kind * (g->groups + 1);
    size_t rest = (size_t)(g->forest->width - g->from);
    memcpy(bins + g->from, g->known + (size_t)kind * rest, rest);
    for (Py_ssize_t group = 0; group < g->groups; group++) {
        Py_ssize_t left = g->forest->trees - group * ABREAST;
        if (total + most[group] < limit)
            return 0;
        if (total + least[group] >= limit)
            return 1;
        if (left >= ABREAST && g->forest->depth == USUAL)
            total += grown(g, bins, group * ABREAST, ABREAST, USUAL);
        else
            total += grown(g, bins, group * ABREAST, left < ABREAST ? (int)left : ABREAST, g->forest->depth);
    }
    return total >= limit;
}

PyObject *forest_sums(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *given;
    Py_buffer rows, out;
    Forest forest = {0};
    if (!PyArg_ParseTuple(args, "O!y*w*", &PyTuple_Type, &given, &rows, &out))
        return NULL;
    int failed = forest_open(&forest, given) < 0;
    const float *row = rows.buf;
    int64_t *sum = out.buf;
    Py_ssize_t n = out.len / (Py_ssize_t)sizeof *sum;
    if (!failed && rows.len != n * forest.width * 4) {
        PyErr_SetString(PyExc_ValueError, "the rows do not fit the forest");
        failed = 1;
    }
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t k = 0; k < n; k++, row += forest.width)
            sum[k] = forest_sum(&forest, row);
        Py_END_ALLOW_THREADS;
    }
    forest_close(&forest);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}
