/* What a spelling says about the names near it. Twins: `features.FEATURES`, in their order, and what `decide.rows` says
   of rivals; `keys.sounds`; and of likeness, rapidfuzz (Jaro and Winkler, optimal string alignment). */
#include "native.h"
#include <math.h>

static void add_group(Groups *groups, const char *vowels, int size)
{
    char spelt[WORD_ROOM * 2], *to = groups->text[groups->count];
    int n = 0, made = 0;
    for (int k = 0; k < size; k++) {
        int pair = k + 1 < size && vowels[k] == vowels[k + 1];
        if (pair && vowels[k] == 'e')
            spelt[n++] = 'i', k++;
        else
            spelt[n++] = vowels[k];
    }
    for (int k = 0; k < n; k++) {
        char c = spelt[k];
        if (c == 'o' && k + 1 < n && spelt[k + 1] == 'o')
            c = 'u', k++;
        c = c == 'y' ? 'i' : c == 'w' ? 'u' : c;
        if (made < 11 && (!made || to[made - 1] != c))
            to[made++] = c;
    }
    to[made] = 0;
    groups->count++;
}

/* A bit for each letter of a word. */
static uint32_t letters_of(const char *word)
{
    uint32_t letters = 0;
    while (*word)
        letters |= (uint32_t)1 << (*word++ & 31);
    return letters;
}

#define LETTER(c) ((uint32_t)1 << ((c) - 'a'))
#define PURE (LETTER('a') | LETTER('e') | LETTER('i') | LETTER('o') | LETTER('u'))
#define VOWELS (PURE | LETTER('y') | LETTER('w'))

static inline int is_one(uint32_t letters, char c)
{
    return c >= 'a' && c <= 'z' && (letters & LETTER(c));
}

int frame_of(const Speller *s, const char *word, int size, char *out, Groups *groups)
{
    char token[WORD_ROOM * 2], next[WORD_ROOM * 2];
    if (size >= WORD_ROOM)
        return -1;
    memcpy(token, word, (size_t)size);
    token[size] = 0;
    uint32_t letters = letters_of(token);
    for (int k = 0; k < s->sound_count; k++) {
        const char *spelt = s->sounds[k][0], *sound = s->sounds[k][1];
        if (s->sound_letters[k] & ~letters || !strstr(token, spelt))
            continue;
        size_t to = 0, length = strlen(spelt), short_ = strlen(sound);
        for (const char *p = token; *p;) {
            if (to + short_ + 1 >= sizeof next)
                return -1;
            if (!strncmp(p, spelt, length)) {
                memcpy(next + to, sound, short_);
                to += short_;
                p += length;
            } else {
                next[to++] = *p++;
            }
        }
        next[to] = 0;
        memcpy(token, next, to + 1);
        letters |= letters_of(sound);
    }
    int n = (int)strlen(token), made = 0, at = 0;
    while (at < n) {
        char c = token[at];
        if (is_one(PURE, c) || (c == 'y' && at) || (c == 'w' && at && is_one(PURE | LETTER('y'), token[at - 1]))) {
            int begin = at++;
            while (at < n && is_one(VOWELS, token[at]))
                at++;
            if (groups != NULL && groups->count < WORD_ROOM)
                add_group(groups, token + begin, at - begin);
            out[made++] = '*';
            if (at < n && token[at] == 'h' && (at + 1 == n || !is_one(VOWELS, token[at + 1])))
                at++;
        } else {
            if (c == 'c')
                c = at + 1 < n && is_one(LETTER('e') | LETTER('i') | LETTER('y'), token[at + 1]) ? 's' : 'k';
            if (!made || out[made - 1] != c)
                out[made++] = c;
            at++;
        }
    }
    return made;
}

int osa_of(const char *a, int n, const char *b, int m)
{
    while (n && m && a[0] == b[0]) {
        a++, b++, n--, m--;
    }
    while (n && m && a[n - 1] == b[m - 1]) {
        n--, m--;
    }
    int rows[3][SHORT + 1], *upper = rows[0], *up = rows[1], *row = rows[2];
    for (int j = 0; j <= m; j++)
        up[j] = j;
    for (int i = 1; i <= n; i++) {
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int here = up[j - 1] + (a[i - 1] != b[j - 1]);
            if (up[j] + 1 < here)
                here = up[j] + 1;
            if (row[j - 1] + 1 < here)
                here = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && upper[j - 2] + 1 < here)
                here = upper[j - 2] + 1;
            row[j] = here;
        }
        int *spare = upper;
        upper = up;
        up = row;
        row = spare;
    }
    return up[m];
}

/* Spellings are shorter than 64 letters: a set of them is a word of memory. */
static double likeness(const char *a, int n, const char *b, int m)
{
    if (n == 0 && m == 0)
        return 1.0;
    if (n == 0 || m == 0)
        return 0.0;
    int bound = (n > m ? n : m) / 2 - 1, common = 0, moved = 0, prefix = 0;
    bound = bound < 0 ? 0 : bound;
    uint64_t met_a = 0, met_b = 0;
    for (int j = 0; j < m; j++) {
        int from = j > bound ? j - bound : 0, to = j + bound + 1 < n ? j + bound + 1 : n;
        for (int i = from; i < to; i++) {
            if (!((met_a >> i) & 1) && a[i] == b[j]) {
                met_a |= (uint64_t)1 << i;
                met_b |= (uint64_t)1 << j;
                common++;
                break;
            }
        }
    }
    if (common == 0)
        return 0.0;
    for (int i = 0, j = 0; j < m; j++) {
        if (!((met_b >> j) & 1))
            continue;
        while (!((met_a >> i) & 1))
            i++;
        moved += a[i++] != b[j];
    }
    moved /= 2;
    double sum = 0.0;
    sum += (double)common / n;
    sum += (double)common / m;
    sum += ((double)common - (double)moved) / (double)common;
    sum /= 3.0;
    if (sum > 0.7) {
        while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix])
            prefix++;
        sum += prefix * 0.1 * (1.0 - sum);
    }
    return sum;
}

static int squeezed(const char *form, int size, char *out)
{
    int n = 0;
    for (int k = 0; k < size; k++)
        if (form[k] != ' ')
            out[n++] = form[k];
    return n;
}

/* The features of a form and each of the names it may be, `SPELT` numbers in rows of `width`; -1 where a spelling is
   too long. Both are plain ASCII. */
int spelt_rows(const Speller *s, const char *form, int size, Rival *rivals, int count, float *out, int width)
{
    char bare[SHORT] = {0}, other[SHORT] = {0}, frame[WORD_ROOM * 2], theirs[WORD_ROOM * 2];
    if (size >= SHORT)
        return -1;
    int n = squeezed(form, size, bare), framed = frame_of(s, bare, n, frame, NULL), figures = 0, blanks = size - n;
    double rarest = commonness(s->lexicon, form, size), whole = zipf_of(s->lexicon, bare, (size_t)n), most;
    double odd = surprise_of(s->odd, form, size, &most), least = Py_HUGE_VAL;
    if (framed < 0)
        return -1;
    for (int k = 0; k < n; k++)
        figures |= bare[k] >= '0' && bare[k] <= '9';
    for (int k = 0; k < count; k++) {
        Rival *r = &rivals[k];
        if (r->size >= SHORT || r->plain_size >= SHORT)
            return -1;
        r->cost = edits_short(s->edits, form, size, r->alias, r->size);
        least = r->cost < least ? r->cost : least;
    }
    for (int k = 0; k < count; k++, out += width) {
        const Rival *r = &rivals[k];
        int m = squeezed(r->alias, r->size, other), made = frame_of(s, other, m, theirs, NULL), to = 0;
        double unused, margin = 4.0;
        int64_t same = 0;
        int others = 0;
        if (made < 0)
            return -1;
        for (int j = 0; j < count; j++) {
            const Rival *o = &rivals[j];
            if (o->size != r->size || memcmp(o->alias, r->alias, (size_t)r->size)) {
                margin = !others++ || o->cost < margin ? o->cost : margin;
            } else if (j != k && o->prominence > same) {
                same = o->prominence;
            }
        }
        out[to++] = (float)r->cost;
        out[to++] = (float)(r->cost / sqrt(m > 4 ? m : 4));
        out[to++] = (float)osa_of(bare, n, other, m);
        out[to++] = (float)likeness(bare, n, other, m);
        out[to++] = (float)(m < 20 ? m : 20);
        out[to++] = (float)(n - m);
        out[to++] = (float)((size ? form[0] : 0) != (r->size ? r->alias[0] : 0));
        out[to++] = (float)((size ? form[size - 1] : 0) != (r->size ? r->alias[r->size - 1] : 0));
        out[to++] = (float)(framed == made && !memcmp(frame, theirs, (size_t)made));
        out[to++] = (float)r->rule;
        out[to++] = (float)(blanks - (r->size - m));
        out[to++] = (float)figures;
        out[to++] = (float)(blanks + 1);
        out[to++] = (float)rarest;
        out[to++] = (float)whole;
        out[to++] = (float)commonness(s->lexicon, r->alias, r->size);
        out[to++] = (float)log10((double)(r->prominence > 1 ? r->prominence : 1));
        out[to++] = (float)(r->plain_size == r->size && !memcmp(r->plain, r->alias, (size_t)r->size));
        out[to++] = (float)(1.0 - likeness(r->alias, r->size, r->plain, r->plain_size));
        out[to++] = (float)r->foreign;
        out[to++] = (float)odd;
        out[to++] = (float)most;
        out[to++] = (float)(odd - surprise_of(s->odd, r->alias, r->size, &unused));
        out[to++] = (float)(margin - r->cost);
        out[to++] = (float)(r->cost - least);
        out[to++] = (float)k;
        out[to++] = (float)count;
        out[to++] = (float)(same > r->prominence);
    }
    return 0;
}

static int as_ascii(PyObject *text, const char **out, int *size)
{
    if (!PyUnicode_IS_ASCII(text) || PyUnicode_GET_LENGTH(text) >= SHORT)
        return 0;
    *out = (const char *)PyUnicode_1BYTE_DATA(text);
    *size = (int)PyUnicode_GET_LENGTH(text);
    return 1;
}

static PyObject *speller_rows(Speller *self, PyObject *args)
{
    enum { MOST = 64 };
    PyObject *form, *names;
    Rival rivals[MOST];
    const char *text;
    int size;
    if (!PyArg_ParseTuple(args, "UO!", &form, &PyTuple_Type, &names))
        return NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(names);
    if (count > MOST || !as_ascii(form, &text, &size) || size == 0)
        Py_RETURN_NONE;
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *alias, *plain;
        long long prominence;
        Rival *r = &rivals[k];
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(names, k), "UULpp", &alias, &plain, &prominence, &r->rule, &r->foreign))
            return NULL;
        if (!as_ascii(alias, &r->alias, &r->size) || !as_ascii(plain, &r->plain, &r->plain_size))
            Py_RETURN_NONE;
        r->prominence = prominence;
    }
    PyObject *out = PyBytes_FromStringAndSize(NULL, count * SPELT * (Py_ssize_t)sizeof(float));
    if (out != NULL && spelt_rows(self, text, size, rivals, (int)count, (float *)PyBytes_AS_STRING(out), SPELT) < 0) {
        Py_DECREF(out);
        Py_RETURN_NONE;
    }
    return out;
}

static void speller_dealloc(Speller *self)
{
    Py_XDECREF(self->edits);
    Py_XDECREF(self->lexicon);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int set_sounds(Speller *self, PyObject *sounds)
{
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(sounds); k++) {
        const char *spelt, *sound;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(sounds, k), "ss", &spelt, &sound))
            return -1;
        if (self->sound_count == 128 || !*spelt || strlen(spelt) > 7 || strlen(sound) > 7) {
            PyErr_SetString(PyExc_ValueError, "at most 128 sounds of 1 to 7 letters");
            return -1;
        }
        strcpy(self->sounds[self->sound_count][0], spelt);
        self->sound_letters[self->sound_count] = letters_of(spelt);
        strcpy(self->sounds[self->sound_count++][1], sound);
    }
    return 0;
}

static PyObject *speller_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"edits", "lexicon", "sounds", "letters", NULL};
    Edits *edits;
    Lexicon *lexicon;
    PyObject *sounds;
    Py_buffer letters;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!y*", names, &EditsType, &edits, &LexiconType, &lexicon,
                                     &PyTuple_Type, &sounds, &letters))
        return NULL;
    Speller *self = (Speller *)type->tp_alloc(type, 0);
    int fits = letters.len == (Py_ssize_t)sizeof self->odd;
    if (self != NULL) {
        self->edits = (Edits *)Py_NewRef(edits);
        self->lexicon = (Lexicon *)Py_NewRef(lexicon);
        if (fits)
            memcpy(self->odd, letters.buf, sizeof self->odd);
        else
            PyErr_SetString(PyExc_ValueError, "the table of letters has 28 * 28 * 28 numbers");
        if (!fits || set_sounds(self, sounds) < 0)
            Py_CLEAR(self);
    }
    PyBuffer_Release(&letters);
    return (PyObject *)self;
}

static PyMethodDef speller_methods[] = {
    {"rows", (PyCFunction)speller_rows, METH_VARARGS,
     "Of a folded form and the names it may be (alias, canonical form, both folded; prominence, whether a rule made it\n"
     "one, whether it is a translation or a former name) the features, as bytes of float32; None where one is not ASCII\n"
     "or too long."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SpellerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Speller",
    .tp_doc = "Tells what a spelling says about names near it.",
    .tp_basicsize = sizeof(Speller),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = speller_new,
    .tp_dealloc = (destructor)speller_dealloc,
    .tp_methods = speller_methods,
};
