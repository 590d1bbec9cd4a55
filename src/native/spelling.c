/* The weighted edits between two spellings. Twin: `features.edit_cost`, whose weights are handed over. */
#include "native.h"

#define SYMBOLS 37 /* a to z, 0 to 9, anything else */
#define OTHER 36

#define KNOWN 64

struct Edits {
    PyObject_HEAD
    double one[SYMBOLS][SYMBOLS];          /* a letter for a letter */
    uint8_t two_one[SYMBOLS * SYMBOLS][SYMBOLS]; /* two letters for one: they sound or look alike */
    uint8_t *two_two;                      /* two for two, SYMBOLS**4 flags */
    uint8_t pairs[SYMBOLS * SYMBOLS];      /* whether two letters stand for one, or for two */
    /* Of the form last measured, what was found: a form is asked about with one name for several reasons, and with the
       same name for each entity that bears it. */
    char form[SHORT];
    int size;
    uint32_t turn; /* of the forms */
    struct Known {
        uint32_t turn;
        int size;
        double cost;
        char alias[SHORT];
    } known[KNOWN];
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

/* What is known of each letter of an alias before any of a form is seen. */
typedef struct {
    double come;  /* what it costs to add it */
    int pair;     /* it with the letter before it */
    uint8_t symbol, joint; /* joint: that pair may stand for one letter */
} Seen;

/* `rows` has room for (n + 1) * (m + 1) numbers, `seen` for m. */
static double cost_of(const Edits *e, const Py_UCS4 *form, Py_ssize_t n, const Py_UCS4 *alias, Py_ssize_t m,
                      double *rows, Seen *seen)
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
    rows[0] = 0.0;
    for (Py_ssize_t j = 1; j <= m; j++) {
        Py_UCS4 b = alias[j - 1];
        Seen *one = &seen[j - 1];
        one->come = b == ' ' ? 0.3 : j > 1 && alias[j - 2] == b ? 0.6 : 0.85;
        one->symbol = (uint8_t)symbol(b);
        one->pair = j > 1 ? one[-1].symbol * SYMBOLS + one->symbol : OTHER;
        one->joint = j > 1 && (e->pairs[one->pair] & FOR_ONE);
        rows[j] = rows[j - 1] + one->come + (j == 1 ? penalty : 0.0);
    }
    for (Py_ssize_t i = 1, before = OTHER; i <= n; i++) {
        double *row = rows + i * wide;
        const double *up = row - wide, *upper = up - wide;
        Py_UCS4 a = form[i - 1], before_a = i > 1 ? form[i - 2] : 0;
        int sa = symbol(a), pair = (int)(i > 1 ? before * SYMBOLS + sa : OTHER), kinds = i > 1 ? e->pairs[pair] : 0;
        const double *other = e->one[sa];
        double gone = a == ' ' ? 0.3 : i > 1 && before_a == a ? 0.7 : 1.0, first = i == 1 ? penalty : 0.0;
        before = sa;
        row[0] = up[0] + gone + penalty;
        for (Py_ssize_t j = 1; j <= m; j++) {
            Py_UCS4 b = alias[j - 1];
            const Seen *one = &seen[j - 1];
            double here = a == b ? up[j - 1] : up[j - 1] + other[one->symbol] + (j == 1 ? first : 0.0);
            here = least(here, up[j] + gone);
            here = least(here, row[j - 1] + one->come);
            if (before_a == b && i > 1 && j > 1 && a == alias[j - 2] && b != a)
                here = least(here, upper[j - 2] + 0.7 + (j == 2 ? penalty : 0.0));
            if (one->joint && e->two_one[one->pair][sa])
                here = least(here, up[j - 2] + 0.5);
            if (kinds) {
                if ((kinds & FOR_ONE) && e->two_one[pair][one->symbol])
                    here = least(here, upper[j - 1] + 0.5);
                if (j > 1 && (kinds & FOR_TWO) && e->two_two[pair * SYMBOLS * SYMBOLS + one->pair])
                    here = least(here, upper[j - 2] + 0.5);
            }
            row[j] = here;
        }
    }
    return rows[n * wide + m];
}

static double measured(const Edits *edits, const char *form, int n, const char *alias, int m)
{
    Py_UCS4 f[SHORT], a[SHORT];
    double rows[SHORT * SHORT];
    Seen seen[SHORT];
    for (int k = 0; k < n; k++)
        f[k] = (uint8_t)form[k];
    for (int k = 0; k < m; k++)
        a[k] = (uint8_t)alias[k];
    return cost_of(edits, f, n, a, m, rows, seen);
}

/* Where what is found of an alias is kept. */
static inline struct Known *place_of(Edits *edits, const char *alias, int m)
{
    unsigned some = m ? (unsigned)alias[0] + 5u * (unsigned)alias[m / 2] + 25u * (unsigned)alias[m - 1] : 0;
    return &edits->known[(some + 7u * (unsigned)m) % KNOWN];
}

double edits_short(Edits *edits, const char *form, int n, const char *alias, int m)
{
    struct Known *known = place_of(edits, alias, m);
    if (n != edits->size || memcmp(form, edits->form, (size_t)n)) {
        memcpy(edits->form, form, (size_t)n);
        edits->size = n;
        if (++edits->turn == 0) {
            memset(edits->known, 0, sizeof edits->known);
            edits->turn = 1;
        }
    }
    if (known->turn != edits->turn || known->size != m || memcmp(known->alias, alias, (size_t)m)) {
        known->turn = edits->turn;
        known->size = m;
        known->cost = measured(edits, form, n, alias, m);
        memcpy(known->alias, alias, (size_t)m);
    }
    return known->cost;
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
    Seen seen[SHORT], *long_seen = NULL;
    int fits = n < SHORT && m < SHORT;
    if (!fits) {
        long_form = malloc((size_t)(n + 1) * sizeof(Py_UCS4));
        long_alias = malloc((size_t)(m + 1) * sizeof(Py_UCS4));
        long_rows = malloc((size_t)(n + 1) * (size_t)(m + 1) * sizeof(double));
        long_seen = malloc((size_t)(m + 1) * sizeof *long_seen);
        if (long_form == NULL || long_alias == NULL || long_rows == NULL || long_seen == NULL) {
            free(long_form);
            free(long_alias);
            free(long_rows);
            free(long_seen);
            return PyErr_NoMemory();
        }
    }
    Py_UCS4 *f = fits ? form : long_form, *a = fits ? alias : long_alias;
    for (Py_ssize_t k = 0; k < n; k++)
        f[k] = PyUnicode_READ_CHAR(args[0], k);
    for (Py_ssize_t k = 0; k < m; k++)
        a[k] = PyUnicode_READ_CHAR(args[1], k);
    double cost = cost_of(self, f, n, a, m, fits ? rows : long_rows, fits ? seen : long_seen);
    free(long_seen);
    free(long_form);
    free(long_alias);
    free(long_rows);
    return PyFloat_FromDouble(cost);
}

/* One pair of letters or of pairs of letters; 0 where it holds what no table has. */
static int set_pair(Edits *e, PyObject *x, PyObject *y, double one, int roman)
{
    int s[2][2] = {{0}};
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
    self->size = -1;
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
