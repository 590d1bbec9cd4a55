/* A planted forest of which the last features are one of some kinds that are known: whether a row reaches a sum with one.
   Twin: `decide.promises`.

   What is asked of the known features is answered once for each kind; and of each kind it is known what there is left to
   gain or to lose in the trees that are still to come. */
#include "native.h"

struct Grove {
    const Forest *forest;
    uint8_t *known;        /* of each kind the answers of its features */
    int64_t *most, *least; /* of each kind what is left to gain from each eight trees on */
    int from, kinds, first, rest; /* the first of the known features; where their answers begin, and how many these are */
    uint8_t answers[MOST_LIMITS]; /* of the row that is asked about */
};

/* The most, and the least, that a tree comes to below a node with the known features. */
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
    int told = threshold == Py_HUGE_VAL ? 0 : feature >= g->from ? known[feature - g->from] > threshold : -1;
    if (told != 1)
        span_of(g, tree, 2 * node + 1, known, most, least);
    if (told != 0)
        span_of(g, tree, 2 * node + 2, known, most, least);
}

static void bound(Grove *g, int kind, const float *known)
{
    const Forest *forest = g->forest;
    int64_t *most = g->most + kind * (forest->groups + 1), *least = g->least + kind * (forest->groups + 1);
    for (Py_ssize_t group = forest->groups - 1; group >= 0; group--) {
        most[group] = most[group + 1];
        least[group] = least[group + 1];
        for (Py_ssize_t at = group * EIGHT_TREES; at < (group + 1) * EIGHT_TREES && at < forest->trees; at++) {
            int64_t high = INT64_MIN, low = INT64_MAX;
            span_of(g, forest->order[at].tree, 0, known, &high, &low);
            most[group] += high - forest->order[at].least;
            least[group] += low - forest->order[at].least;
        }
    }
}

Grove *grove_new(const Forest *forest, const float *known, int kinds, int from)
{
    size_t bounds = (size_t)kinds * (size_t)(forest->groups + 1);
    Grove *g = calloc(1, sizeof *g);
    if (g == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    g->forest = forest, g->from = from, g->kinds = kinds;
    g->first = forest->starts[from], g->rest = forest->starts[forest->width] - g->first;
    g->known = malloc((size_t)kinds * (size_t)g->rest + 1);
    g->most = calloc(bounds + 1, sizeof *g->most);
    g->least = calloc(bounds + 1, sizeof *g->least);
    if (g->known == NULL || g->most == NULL || g->least == NULL) {
        grove_close(g);
        PyErr_NoMemory();
        return NULL;
    }
    for (int kind = 0; kind < kinds; kind++, known += forest->width - from) {
        forest_ask(forest, known, from, forest->width, g->answers);
        memcpy(g->known + (size_t)kind * (size_t)g->rest, g->answers + g->first, (size_t)g->rest);
        bound(g, kind, known);
    }
    return g;
}

void grove_close(Grove *g)
{
    if (g == NULL)
        return;
    free(g->known);
    free(g->most);
    free(g->least);
    free(g);
}

void grove_read(Grove *g, const float *row)
{
    forest_ask(g->forest, row, 0, g->from, g->answers);
}

int grove_reaches(Grove *g, int kind, int64_t limit)
{
    Py_ssize_t groups = g->forest->groups;
    const int64_t *most = g->most + kind * (groups + 1), *least = g->least + kind * (groups + 1);
    int64_t total = g->forest->base;
    memcpy(g->answers + g->first, g->known + (size_t)kind * (size_t)g->rest, (size_t)g->rest);
    for (Py_ssize_t group = 0; group < groups; group++) {
        if (total + most[group] < limit)
            return 0;
        if (total + least[group] >= limit)
            return 1;
        total += forest_eight(g->forest, g->answers, group);
    }
    return total >= limit;
}
