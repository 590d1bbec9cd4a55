/* Rows down a forest of full binary trees. Twin: `trees.Trees.sums`. */
#include "native.h"

#include <math.h>

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
