/* Rows down a forest of full binary trees. Twin: `trees.Trees.sums`. */
#include "native.h"

PyObject *forest_sums(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer feature, threshold, leaf, rows, out;
    Py_ssize_t trees, width;
    int depth;
    if (!PyArg_ParseTuple(args, "y*y*y*y*w*nin", &feature, &threshold, &leaf, &rows, &out, &trees, &depth, &width))
        return NULL;
    const int16_t *f = feature.buf;
    const float *t = threshold.buf, *row = rows.buf;
    const int64_t *l = leaf.buf;
    int64_t *sum = out.buf;
    Py_ssize_t inner = ((Py_ssize_t)1 << depth) - 1, n = out.len / (Py_ssize_t)sizeof *sum;
    int fits = feature.len == trees * inner * 2 && threshold.len == trees * inner * 4 &&
               leaf.len == trees * (inner + 1) * 8 && rows.len == n * width * 4;
    for (Py_ssize_t k = 0; fits && k < trees * inner; k++)
        fits = f[k] >= 0 && f[k] < width;
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t k = 0; k < n; k++, row += width) {
            int64_t total = 0;
            for (Py_ssize_t tree = 0; tree < trees; tree++) {
                const int16_t *tf = f + tree * inner;
                const float *tt = t + tree * inner;
                Py_ssize_t node = 0;
                for (int d = 0; d < depth; d++)
                    node = 2 * node + 1 + (row[tf[node]] > tt[node]);
                total += l[tree * (inner + 1) + node - inner];
            }
            sum[k] = total;
        }
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&feature);
    PyBuffer_Release(&threshold);
    PyBuffer_Release(&leaf);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arrays of the forest do not fit together");
        return NULL;
    }
    Py_RETURN_NONE;
}
