/* The weighted edits between two spellings. Twin: `features.edit_cost`, whose weights are handed over. */
#include "native.h"

#define SYMBOLS 37 /* a to z, 0 to 9, anything else */
#define OTHER 36

struct Edits {
    PyObject_HEAD
    double one[SYMBOLS][SYMBOLS];          /* a letter for a letter */
    uint8_t two_one[SYMBOLS * SYMBOLS][SYMBOLS]; /* two letters for one: they sound or look alike */
    uint8_t *two_two;                      /* two for two, SYMBOLS**4 flags */
    uint8_t pairs[SYMBOLS * SYMBOLS];      /* whether two letters stand for one, or for two */
};

enum { FOR_ONE = 1, FOR_TWO = 2 };

static inline int symbol(Py_UCS4 c)
{
    if (c >= 'a' && c <= 'z')
        return (int)(c - 'a');
    if (c >= '0' && c <= '9')
        return 26 + (int)(c - '0');
    return OTHER;
}

static inline double least(double a, double b)
{
    return b < a ? b : a;
}

/* `rows` has room for (n + 1) * (m + 1) numbers, `symbols` for n + m. */
static double cost_of(const Edits *e, const Py_UCS4 *form, Py_ssize_t n, const Py_UCS4 *alias, Py_ssize_t m,
                      double *rows, uint8_t *symbols)
{
    Py_ssize_t shorter = n < m ? n : m, low = 0, high = 0;
    while (low < shorter - 2 && form[low] == alias[low])
        low++;
    low = low > 2 ? low - 2 : 0;
    while (high < shorter - low - 2 && form[n - 1 - high] == alias[m - 1 - high])
        high++;
    high = high > 2 ? high - 2 : 0;
    double penalty = low == 0 ? 0.5 : 0.0;
    form += low;
    alias += low;
    n -= low + high;
    m -= low + high;
    Py_ssize_t wide = m + 1;
    uint8_t *mine = symbols, *theirs = symbols + n;
    for (Py_ssize_t i = 0; i < n; i++)
        mine[i] = (uint8_t)symbol(form[i]);
    rows[0] = 0.0;
    for (Py_ssize_t j = 1; j <= m; j++) {
        Py_UCS4 b = alias[j - 1];
        double cost = b == ' ' ? 0.3 : j > 1 && alias[j - 2] == b ? 0.6 : 0.85;
        theirs[j - 1] = (uint8_t)symbol(b);
        rows[j] = rows[j - 1] + cost + (j == 1 ? penalty : 0.0);
    }
    for (Py_ssize_t i = 1; i <= n; i++) {
        double *row = rows + i * wide;
        const double *up = row - wide, *upper = up - wide;
        Py_UCS4 a = form[i - 1], before_a = i > 1 ? form[i - 2] : 0;
        int sa = mine[i - 1], pair = i > 1 ? mine[i - 2] * SYMBOLS + sa : OTHER, kinds = i > 1 ? e->pairs[pair] : 0;
        double gone = a == ' ' ? 0.3 : i > 1 && before_a == a ? 0.7 : 1.0, first = i == 1 ? penalty : 0.0;
        row[0] = up[0] + gone + penalty;
        for (Py_ssize_t j = 1; j <= m; j++) {
            Py_UCS4 b = alias[j - 1], before_b = j > 1 ? alias[j - 2] : 0;
            int sb = theirs[j - 1], other = j > 1 ? theirs[j - 2] * SYMBOLS + sb : OTHER;
            double come = b == ' ' ? 0.3 : j > 1 && before_b == b ? 0.6 : 0.85;
            double here = a == b ? up[j - 1] : up[j - 1] + e->one[sa][sb] + (j == 1 ? first : 0.0);
            here = least(here, up[j] + gone);
            here = least(here, row[j - 1] + come);
            if (i > 1 && j > 1 && a == before_b && before_a == b && b != a)
                here = least(here, upper[j - 2] + 0.7 + (j == 2 ? penalty : 0.0));
            if ((kinds & FOR_ONE) && e->two_one[pair][sb])
                here = least(here, upper[j - 1] + 0.5);
            if (j > 1 && (e->pairs[other] & FOR_ONE) && e->two_one[other][sa])
                here = least(here, up[j - 2] + 0.5);
            if (j > 1 && (kinds & FOR_TWO) && e->two_two[pair * SYMBOLS * SYMBOLS + other])
                here = least(here, upper[j - 2] + 0.5);
            row[j] = here;
        }
    }
    return rows[n * wide + m];
}

double edits_short(const Edits *edits, const char *form, int n, const char *alias, int m)
{
    Py_UCS4 f[SHORT], a[SHORT];
    double rows[SHORT * SHORT];
    uint8_t symbols[2 * SHORT];
    for (int k = 0; k < n; k++)
        f[k] = (uint8_t)form[k];
    for (int k = 0; k < m; k++)
        a[k] = (uint8_t)alias[k];
    return cost_of(edits, f, n, a, m, rows, symbols);
}

static PyObject *edits_cost(Edits *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyUnicode_Check(args[0]) || !PyUnicode_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "cost(form, alias) takes two str");
        return NULL;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(args[0]), m = PyUnicode_GET_LENGTH(args[1]);
    Py_UCS4 form[SHORT], alias[SHORT], *long_form = NULL, *long_alias = NULL;
    double rows[SHORT * SHORT], *long_rows = NULL;
    uint8_t symbols[2 * SHORT], *long_symbols = NULL;
    int fits = n < SHORT && m < SHORT;
    if (!fits) {
        long_form = malloc((size_t)(n + 1) * sizeof(Py_UCS4));
        long_alias = malloc((size_t)(m + 1) * sizeof(Py_UCS4));
        long_rows = malloc((size_t)(n + 1) * (size_t)(m + 1) * sizeof(double));
        long_symbols = malloc((size_t)(n + m + 1));
        if (long_form == NULL || long_alias == NULL || long_rows == NULL || long_symbols == NULL) {
            free(long_form);
            free(long_alias);
            free(long_rows);
            free(long_symbols);
            return PyErr_NoMemory();
        }
    }
    Py_UCS4 *f = fits ? form : long_form, *a = fits ? alias : long_alias;
    for (Py_ssize_t k = 0; k < n; k++)
        f[k] = PyUnicode_READ_CHAR(args[0], k);
    for (Py_ssize_t k = 0; k < m; k++)
        a[k] = PyUnicode_READ_CHAR(args[1], k);
    double cost = cost_of(self, f, n, a, m, fits ? rows : long_rows, fits ? symbols : long_symbols);
    free(long_symbols);
    free(long_form);
    free(long_alias);
    free(long_rows);
    return PyFloat_FromDouble(cost);
}

/* One pair of letters or of pairs of letters; 0 where it holds what no table has. */
static int set_pair(Edits *e, PyObject *x, PyObject *y, double one, int roman)
{
    int s[2][2];
    Py_ssize_t size[2] = {PyUnicode_GET_LENGTH(x), PyUnicode_GET_LENGTH(y)};
    for (int k = 0; k < 2; k++)
        for (Py_ssize_t j = 0; j < size[k] && j < 2; j++)
            if ((s[k][j] = symbol(PyUnicode_READ_CHAR(k ? y : x, j))) == OTHER)
                return 0;
    int pair = s[0][0] * SYMBOLS + (size[0] > 1 ? s[0][1] : 0);
    if (size[0] == 1 && size[1] == 1)
        e->one[s[0][0]][s[1][0]] = one;
    else if (size[0] == 2 && size[1] == 1)
        e->two_one[pair][s[1][0]] = 1, e->pairs[pair] |= FOR_ONE;
    else if (size[0] == 2 && size[1] == 2 && roman)
        e->two_two[pair * SYMBOLS * SYMBOLS + s[1][0] * SYMBOLS + s[1][1]] = 1, e->pairs[pair] |= FOR_TWO;
    return 1;
}

static int set_pairs(Edits *e, PyObject *pairs, double one, int roman)
{
    PyObject *pair, *each = PyObject_GetIter(pairs);
    if (each == NULL)
        return -1;
    while ((pair = PyIter_Next(each)) != NULL) {
        PyObject *x, *y;
        int fits = PyArg_ParseTuple(pair, "UU", &x, &y) && set_pair(e, x, y, one, roman);
        Py_DECREF(pair);
        if (!fits) {
            Py_DECREF(each);
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "letters are a to z and 0 to 9");
            return -1;
        }
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

static void edits_dealloc(Edits *self)
{
    free(self->two_two);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *edits_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"keys", "roman", "ocr", NULL};
    PyObject *keys, *roman, *ocr, *key, *near;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!", names, &PyDict_Type, &keys, &PyFrozenSet_Type, &roman,
                                     &PyFrozenSet_Type, &ocr))
        return NULL;
    Edits *self = (Edits *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->two_two = calloc(SYMBOLS * SYMBOLS, SYMBOLS * SYMBOLS);
    if (self->two_two == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (int a = 0; a < SYMBOLS; a++)
        for (int b = 0; b < SYMBOLS; b++)
            self->one[a][b] = 1.1;
    Py_ssize_t at = 0;
    while (PyDict_Next(keys, &at, &key, &near))
        for (Py_ssize_t k = 0; k < PyUnicode_GET_LENGTH(near); k++)
            self->one[symbol(PyUnicode_READ_CHAR(key, 0))][symbol(PyUnicode_READ_CHAR(near, k))] = 0.75;
    /* The later wins: a pair of romanisation before one of print before a key. */
    if (set_pairs(self, ocr, 0.5, 0) < 0 || set_pairs(self, roman, 0.45, 1) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyMethodDef edits_methods[] = {
    {"cost", (PyCFunction)(void (*)(void))edits_cost, METH_FASTCALL, "The weighted edits from an alias to a form."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject EditsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Edits",
    .tp_doc = "Edits weighted by how easily each happens.",
    .tp_basicsize = sizeof(Edits),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = edits_new,
    .tp_dealloc = (destructor)edits_dealloc,
    .tp_methods = edits_methods,
};
