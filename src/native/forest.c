/* Rows down a forest of full binary trees. Twin: `trees.Trees.sums`.

   A forest that many rows go down is planted first: what its nodes ask of a row are a few thousand comparisons, each of
   which is made once for a row, without a branch, and a node then only says which of the answers it goes by. */
#include "native.h"

#include <math.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define MANY_ROWS 1000 /* from so many on it pays to plant a forest */

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
    free(forest->order);
    free(forest->limits);
    free(forest->asked);
    free(forest->leaves);
}

/* -- Planting ---------------------------------------------------------------------------------------------------- */

static int by_range(const void *a, const void *b)
{
    const Telling *x = a, *y = b;
    return x->range > y->range ? -1 : x->range < y->range ? 1 : (x->tree > y->tree) - (x->tree < y->tree);
}

/* The trees of a forest, those first that tell most; -1 where the leaves of one lie too far apart. */
static int order_trees(Forest *forest)
{
    Py_ssize_t leaves = (Py_ssize_t)1 << forest->depth;
    for (Py_ssize_t tree = 0; tree < forest->trees; tree++) {
        const int64_t *leaf = (const int64_t *)forest->leaf.buf + tree * leaves;
        int64_t most = leaf[0], least = leaf[0];
        for (Py_ssize_t k = 1; k < leaves; k++) {
            most = leaf[k] > most ? leaf[k] : most;
            least = leaf[k] < least ? leaf[k] : least;
        }
        if ((uint64_t)most - (uint64_t)least > UINT32_MAX)
            return -1;
        forest->order[tree] = (Telling){most - least, least, tree};
    }
    qsort(forest->order, (size_t)forest->trees, sizeof *forest->order, by_range);
    return 0;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Note the thresholds of a feature, each once, in whole rows; where they end, or -1 where there are too many. */
static int note_limits(Forest *forest, int at, float *own, size_t count)
{
    qsort(own, count, sizeof *own, by_value);
    for (size_t k = 0; k < count; k++) {
        if (k && own[k] == own[k - 1])
            continue;
        if (at == MOST_LIMITS)
            return -1;
        forest->limits[at++] = own[k];
    }
    while (at % LIMIT_ROW)
        forest->limits[at++] = (float)Py_HUGE_VAL;
    return at;
}

/* The same of all features; -1 where there are too many. */
static int note_all(Forest *forest, float *spare)
{
    Py_ssize_t nodes = forest->trees * (((Py_ssize_t)1 << forest->depth) - 1);
    const int16_t *f = forest->feature.buf;
    const float *threshold = forest->threshold.buf;
    size_t ends[MOST_WIDTH + 1] = {0};
    int at = 0;
    for (Py_ssize_t k = 0; k < nodes; k++)
        ends[f[k] + 1]++;
    for (int feature = 0; feature < forest->width; feature++)
        ends[feature + 1] += ends[feature];
    for (Py_ssize_t k = 0; k < nodes; k++) /* each beginning goes on to be the end */
        spare[ends[f[k]]++] = threshold[k];
    for (int feature = 0; at >= 0 && feature < forest->width; feature++) {
        size_t first = feature ? ends[feature - 1] : 0;
        forest->starts[feature] = at;
        at = note_limits(forest, at, spare + first, ends[feature] - first);
        forest->starts[feature + 1] = at;
    }
    return at < 0 ? -1 : 0;
}

/* Which of the comparisons is that of a node. */
static uint16_t limit_of(const Forest *forest, int feature, float threshold)
{
    int low = forest->starts[feature], high = forest->starts[feature + 1];
    while (low + 1 < high) {
        int middle = (low + high) / 2;
        if (forest->limits[middle] <= threshold)
            low = middle;
        else
            high = middle;
    }
    /* Behind the last one, infinite ones fill the row: they all come to the same. */
    return (uint16_t)low;
}

/* The tree that is `at` in the order: what its nodes ask, and its leaves. */
static void plant_tree(Forest *forest, Py_ssize_t at)
{
    const Telling *one = &forest->order[at];
    Py_ssize_t leaves = (Py_ssize_t)1 << forest->depth, inner = leaves - 1;
    Py_ssize_t first = at / EIGHT_TREES * EIGHT_TREES * leaves + at % EIGHT_TREES;
    const int16_t *feature = (const int16_t *)forest->feature.buf + one->tree * inner;
    const float *threshold = (const float *)forest->threshold.buf + one->tree * inner;
    const int64_t *leaf = (const int64_t *)forest->leaf.buf + one->tree * leaves;
    for (Py_ssize_t k = 0; k < inner; k++)
        forest->asked[first + (k + 1) * EIGHT_TREES] = limit_of(forest, feature[k], threshold[k]);
    for (Py_ssize_t k = 0; k < leaves; k++)
        forest->leaves[first + k * EIGHT_TREES] = (uint32_t)(leaf[k] - one->least);
    forest->base += one->least;
}

int forest_plant(Forest *forest)
{
    size_t groups = (size_t)forest->trees / EIGHT_TREES + 1, places = (groups * EIGHT_TREES) << forest->depth;
    float *spare = malloc(places * sizeof *spare);
    forest->order = malloc(((size_t)forest->trees + 1) * sizeof *forest->order);
    forest->limits = malloc(MOST_LIMITS * sizeof *forest->limits);
    forest->asked = calloc(places + 1, sizeof *forest->asked);
    forest->leaves = calloc(places + 1, sizeof *forest->leaves);
    int fits = forest->width <= MOST_WIDTH;
    if (spare == NULL || forest->order == NULL || forest->limits == NULL || forest->asked == NULL ||
        forest->leaves == NULL) {
        free(spare);
        PyErr_NoMemory();
        return -1;
    }
    fits = fits && order_trees(forest) == 0 && note_all(forest, spare) == 0;
    free(spare);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "a forest to plant has at most 96 features, few thresholds, and leaves that "
                                          "lie at most 1 apart in each tree");
        return -1;
    }
    forest->groups = (Py_ssize_t)groups;
    for (Py_ssize_t k = 0; k < forest->trees; k++)
        plant_tree(forest, k);
    return 0;
}

/* -- Rows --------------------------------------------------------------------------------------------------------- */

/* Whether a value is beyond each limit of a row: simple, so that they are compared several at a time. */
static inline void ask_row(float value, const float *limits, uint8_t *answers)
{
#ifdef __SSE2__
    __m128 v = _mm_set1_ps(value);
    __m128i a = _mm_castps_si128(_mm_cmplt_ps(_mm_loadu_ps(limits), v));
    __m128i b = _mm_castps_si128(_mm_cmplt_ps(_mm_loadu_ps(limits + 4), v));
    __m128i c = _mm_castps_si128(_mm_cmplt_ps(_mm_loadu_ps(limits + 8), v));
    __m128i d = _mm_castps_si128(_mm_cmplt_ps(_mm_loadu_ps(limits + 12), v));
    __m128i all = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
    _mm_storeu_si128((__m128i *)answers, _mm_and_si128(all, _mm_set1_epi8(EIGHT_TREES)));
#else
    for (int k = 0; k < LIMIT_ROW; k++)
        answers[k] = value > limits[k] ? EIGHT_TREES : 0;
#endif
}

void forest_ask(const Forest *forest, const float *row, int from, int to, uint8_t *answers)
{
    const float *limits = forest->limits;
    for (int feature = from; feature < to; feature++, row++) {
        float value = *row;
        for (int at = forest->starts[feature], end = forest->starts[feature + 1]; at < end; at += LIMIT_ROW)
            ask_row(value, limits + at, answers + at);
    }
}

/* Eight trees go down abreast, since each step waits for the one before; a place in them is eight times that of a node. A
   function of its own, so that nothing but these places is kept in registers. */
static __attribute__((noinline)) uint64_t eight_sum(const uint16_t *asked, const uint32_t *leaves, const uint8_t *answers,
                                                    int depth, uint32_t *out)
{
    size_t a = 8, b = 8, c = 8, d = 8, e = 8, f = 8, g = 8, h = 8, all = (size_t)EIGHT_TREES << depth;
    for (; depth > 0; depth--) {
        a = 2 * a + answers[asked[a]];
        b = 2 * b + answers[asked[b + 1]];
        c = 2 * c + answers[asked[c + 2]];
        d = 2 * d + answers[asked[d + 3]];
        e = 2 * e + answers[asked[e + 4]];
        f = 2 * f + answers[asked[f + 5]];
        g = 2 * g + answers[asked[g + 6]];
        h = 2 * h + answers[asked[h + 7]];
    }
    out[0] = leaves[a - all], out[1] = leaves[b - all + 1], out[2] = leaves[c - all + 2], out[3] = leaves[d - all + 3];
    out[4] = leaves[e - all + 4], out[5] = leaves[f - all + 5], out[6] = leaves[g - all + 6], out[7] = leaves[h - all + 7];
    return (uint64_t)out[0] + out[1] + out[2] + out[3] + out[4] + out[5] + out[6] + out[7];
}

int64_t forest_eight(const Forest *forest, const uint8_t *answers, Py_ssize_t group, uint32_t *out)
{
    size_t first = (size_t)(group * EIGHT_TREES) << forest->depth;
    return (int64_t)eight_sum(forest->asked + first, forest->leaves + first, answers, forest->depth, out);
}

/* One after the other: the processor begins with the next while it waits for the one before. */
static inline void some_sums(const Forest *forest, const uint8_t *answers, const uint32_t *places, int depth, uint32_t *out)
{
    for (int k = 0; k < EIGHT_TREES; k++) {
        const uint16_t *asked = forest->asked + places[k];
        size_t node = EIGHT_TREES;
        for (int d = 0; d < depth; d++)
            node = 2 * node + answers[asked[node]];
        out[k] = forest->leaves[places[k] + node - ((size_t)EIGHT_TREES << depth)];
    }
}

void forest_some(const Forest *forest, const uint8_t *answers, const uint32_t *places, uint32_t *out)
{
    if (forest->depth == 6) /* as it comes with the package: the compiler counts the steps */
        some_sums(forest, answers, places, 6, out);
    else
        some_sums(forest, answers, places, forest->depth, out);
}

/* What a row comes to in some trees. They go down abreast: each step waits for memory, and those of different trees wait
   together. */
static inline int64_t sum_of(const Forest *forest, const float *row, Py_ssize_t tree, Py_ssize_t count)
{
    Py_ssize_t inner = ((Py_ssize_t)1 << forest->depth) - 1;
    const int16_t *f = (const int16_t *)forest->feature.buf + tree * inner;
    const float *t = (const float *)forest->threshold.buf + tree * inner;
    const int64_t *l = (const int64_t *)forest->leaf.buf + tree * (inner + 1);
    uint32_t node[EIGHT_TREES] = {0};
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
    int64_t total = forest->base;
    Py_ssize_t tree = 0;
    if (forest->groups) {
        uint8_t answers[MOST_LIMITS];
        uint32_t leaves[EIGHT_TREES];
        forest_ask(forest, row, 0, forest->width, answers);
        for (Py_ssize_t group = 0; group < forest->groups; group++)
            total += forest_eight(forest, answers, group, leaves);
        return total;
    }
    for (; tree + EIGHT_TREES <= forest->trees; tree += EIGHT_TREES)
        total += sum_of(forest, row, tree, EIGHT_TREES);
    return total + sum_of(forest, row, tree, forest->trees - tree);
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
    if (!failed && n >= MANY_ROWS && forest_plant(&forest) < 0)
        PyErr_Clear(); /* it is gone down as it stands */
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

/* Twin: `Trees._likely`. */
PyObject *native_likely(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer sums;
    double scale, shift, most;
    if (!PyArg_ParseTuple(args, "y*ddd", &sums, &scale, &shift, &most))
        return NULL;
    Py_ssize_t count = sums.len / (Py_ssize_t)sizeof(int64_t);
    PyObject *out = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(double));
    for (Py_ssize_t k = 0; out != NULL && k < count; k++) {
        int64_t sum;
        memcpy(&sum, (const char *)sums.buf + k * 8, sizeof sum);
        double odds = (double)sum * scale + shift;
        odds = odds < -most ? -most : odds > most ? most : odds;
        odds = 1 / (1 + exp(-odds));
        memcpy(PyBytes_AS_STRING(out) + k * 8, &odds, sizeof odds);
    }
    PyBuffer_Release(&sums);
    return out;
}
