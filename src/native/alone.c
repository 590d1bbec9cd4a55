/* Names alone, without a text: the nearest few of each, and what is decided of them. Twins: `resolve.Normaliser`, and
   `decide` with `evidence.ALONE`. Where it is not certain what these would say, they are asked. */
#include "sieve.h"

#define MOST_WORDS 6

/* What is known of a candidate besides its score: that it is left alone, is sure, or is doubted. */
enum { OPEN = 0, LEFT = 1, SURE = 2, DOUBTED = 3 };

enum { ABSTAIN = 0, AMBIGUOUS = 1, ACCEPT = 2 };

/* Of a name how many candidates it has; or that Python must be asked, or asked first what tables list. */
enum { ASK = -1, ASK_FIRST = -2 };

static int is_word(PyObject *name, Py_ssize_t at, Py_ssize_t size)
{
    if (at < 0 || at >= size)
        return 0;
    Py_UCS4 c = PyUnicode_READ_CHAR(name, at);
    return Py_ISALNUM((int)c) || c == '_';
}

/* An ASCII name folded; its size, or -1 where there is no room. Twin: `text.fold`. */
static int folded(PyObject *name, char *out)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(name);
    const Py_UCS1 *text = PyUnicode_1BYTE_DATA(name);
    int made = 0, blank = 0;
    for (Py_ssize_t k = 0; k < size; k++) {
        Py_UCS1 c = text[k];
        int initials = c == '.' && is_word(name, k - 1, size) && !is_word(name, k - 2, size) &&
                       is_word(name, k + 1, size) && !is_word(name, k + 2, size);
        if (c == '\'' || c == '`' || initials)
            continue;
        if (!Py_ISALNUM(c) && c != '&') {
            blank = made > 0;
            continue;
        }
        if (made + 2 > MOST_FORM)
            return -1;
        if (blank)
            out[made++] = ' ';
        blank = 0;
        out[made++] = (char)Py_TOLOWER(c);
    }
    return made;
}

/* The words of a name and its form; how many words, or 0 where Python must be asked. */
static int plain_words(Sieve *s, PyObject *name, Word *words, char *form, int *size)
{
    char other[MOST_FORM];
    if (!PyUnicode_Check(name) || !PyUnicode_IS_ASCII(name))
        return 0;
    int count = split(s, whole_of(name), words), n = count > 0 ? join(words, 0, count, form) : -1;
    if (n < 0 || folded(name, other) != n || memcmp(form, other, (size_t)n))
        return 0;
    *size = n;
    return count;
}

static int starts(const char *form, int size, const char *name, int n)
{
    return size >= n && !memcmp(form, name, (size_t)n);
}

/* Twin: `decide.surname_of`. */
static int is_surname(const Sieve *s, const char *form, int size, const char *name, int n)
{
    return starts(form, size, name, n) && words_get(&s->surnames, form + n, (size_t)(size - n));
}

int other_point(const Sieve *s, const Piece *mine, int n, const Piece *theirs, int m)
{
    int differ = 0;
    for (int side = 0; side < 2; side++) {
        const Piece *a = side ? theirs : mine, *b = side ? mine : theirs;
        int here = side ? m : n, there = side ? n : m;
        for (int k = 0; k < here; k++) {
            if (among(&a[k], b, there) || among(&a[k], a, k))
                continue;
            if (++differ > 2 || !words_get(&s->compass, a[k].text, (size_t)a[k].size))
                return 0;
        }
    }
    return differ == 2;
}

/* Twin: `decide.sound`, and `decide.surname_of`. */
static int is_left(const Sieve *s, const char *form, int size, const Rival *r, int how, const Piece *mine, int n,
                   const Piece *theirs, int m)
{
    static const char *demonyms[] = {"n", "an", "ian", "ese", "ish"};
    if (is_surname(s, form, size, r->alias, r->size) || is_surname(s, form, size, r->plain, r->plain_size))
        return 1;
    for (size_t k = 0; k < sizeof demonyms / sizeof *demonyms && starts(form, size, r->alias, r->size); k++)
        if ((size_t)(size - r->size) == strlen(demonyms[k]) && !memcmp(form + r->size, demonyms[k], strlen(demonyms[k])) &&
            (size - r->size > 1 || ends_in_vowel(r->alias, r->size)))
            return 1;
    if (other_point(s, mine, n, theirs, m))
        return 1;
    return how == JOINED &&
           (r->prominence < 15000 || (r->prominence < 1000000 && n == 1 &&
                                      zipf_of(s->scanner->lexicon, form, (size_t)size) >= 2.0));
}

/* Twin: `doubts.doubted`. */
static int is_doubted(const Sieve *s, const char *form, int size, const Rival *r, int how, int outlet,
                      const Piece *mine, int n, const Piece *theirs, int m)
{
    const Lexicon *lexicon = s->scanner->lexicon;
    const int64_t well_known = 1000000;
    const double everyday = 4.0;
    if (n > 1 && (how == JOINED || how == FUZZY)) {
        Piece plain = {r->plain, r->plain_size};
        if (how == JOINED && among(&plain, mine, n))
            return 1;
        if (!(how == FUZZY && r->prominence >= well_known) && commonness(lexicon, form, size) >= everyday)
            return 1;
    }
    if (how != FUZZY)
        return 0;
    for (int k = 0; k < n && n > 1 && outlet; k++)
        if (!among(&mine[k], theirs, m) && zipf_of(lexicon, mine[k].text, (size_t)mine[k].size) >= everyday)
            return 1;
    return r->foreign && (commonness(lexicon, r->alias, r->size) < 1.5 || r->prominence < well_known);
}

/* What speaks for and against each candidate of a form, whatever its score; -1: ask Python. */
static int mark(const Sieve *s, const char *form, int size, const Near *near, const Rival *rivals, int count,
                uint8_t *marks)
{
    Piece mine[MOST_TOKENS], theirs[MOST_TOKENS];
    int n = pieces_of(form, size, mine);
    for (int k = 0; k < count; k++) {
        const Rival *r = &rivals[k];
        int how = near[k].how, m = pieces_of(r->alias, r->size, theirs), type_size;
        if (n < 0 || m < 0)
            return -1;
        const Layer *layer = &s->layers[near[k].layer];
        uint32_t entity = ((const uint32_t *)layer->at[ENTITY].buf)[near[k].alias];
        const char *type = string_at(layer, TYPE, entity, &type_size);
        int outlet = type_size == 6 && !memcmp(type, "outlet", 6);
        marks[k] = is_left(s, form, size, r, how, mine, n, theirs, m)                          ? LEFT
                   : sure_rule(s, form, size, r, how) ||
                           one_slip(s, form, size, r->alias, r->size)                          ? SURE
                   : is_doubted(s, form, size, r, how, outlet, mine, n, theirs, m)             ? DOUBTED
                                                                                               : OPEN;
    }
    return 0;
}

/* The candidates of a name with their sums and marks; how many, ASK or ASK_FIRST, or -3 without memory. */
static int judge(Sieve *s, PyObject *name, int unlisted, const char *type, Sifted *found, Near *near, int64_t *sums,
                 uint8_t *marks)
{
    char form[MOST_FORM];
    Near ruled[MOST_RULED];
    Rival rivals[MOST_RIVALS];
    float rows[MOST_RIVALS][MOST_FEATURES];
    int size, parts = plain_words(s, name, found->words, form, &size);
    Names *names = &found->names;
    if (!parts)
        return unlisted ? ASK : ASK_FIRST;
    if (!unlisted && (any_has(s, '=', form, (size_t)size) ||
                      PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1) >= 0))
        return ASK_FIRST;
    names->count = 0;
    names->used = 0;
    int rules = by_rule(s, form, size, ruled);
    if (parts <= MOST_WORDS && fuzzy_names(s, found->words, 0, parts, 1, form, size, names) < 0)
        return -3;
    if (rules < 0 || names->count == MOST_NAMES)
        return ASK;
    int count = nearest(s, form, size, ruled, rules, names->text, names->count, 0, type, near);
    if (count <= 0)
        return count < 0 ? ASK : 0;
    rivals_of(s, near, count, rivals);
    if (spelt_rows(s->speller, form, size, rivals, count, rows[0], MOST_FEATURES) < 0 ||
        mark(s, form, size, near, rivals, count, marks) < 0)
        return ASK;
    for (int k = 0; k < count; k++) {
        memset(rows[k] + SPELT, 0, (size_t)s->evidence * sizeof(float));
        sums[k] = forest_sum(&s->forest, rows[k]);
    }
    return count;
}

PyObject *sieve_alone(Sieve *self, PyObject *args)
{
    PyObject *names, *out = NULL;
    const char *type = NULL;
    int unlisted = 0;
    if (!PyArg_ParseTuple(args, "O!zp", &PyList_Type, &names, &type, &unlisted))
        return NULL;
    Py_ssize_t n = PyList_GET_SIZE(names), used = 0;
    PyObject *counts = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(int32_t));
    PyObject *near = PyByteArray_FromStringAndSize(NULL, n * MOST_RIVALS * (Py_ssize_t)sizeof(Near));
    PyObject *sums = PyByteArray_FromStringAndSize(NULL, n * MOST_RIVALS * (Py_ssize_t)sizeof(int64_t));
    PyObject *marks = PyByteArray_FromStringAndSize(NULL, n * MOST_RIVALS);
    Sifted *found = malloc(sizeof *found);
    if (counts == NULL || near == NULL || sums == NULL || marks == NULL || found == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t k = 0; k < n; k++) {
        Near here[MOST_RIVALS];
        int64_t sum[MOST_RIVALS];
        uint8_t mark[MOST_RIVALS];
        int count = forget_many(self) < 0 ? -3
                                          : judge(self, PyList_GET_ITEM(names, k), unlisted, type, found, here, sum, mark);
        if (count == -3) {
            PyErr_NoMemory();
            goto done;
        }
        ((int32_t *)PyBytes_AS_STRING(counts))[k] = count;
        if (count > 0) {
            memcpy((Near *)PyByteArray_AS_STRING(near) + used, here, (size_t)count * sizeof *here);
            memcpy((int64_t *)PyByteArray_AS_STRING(sums) + used, sum, (size_t)count * sizeof *sum);
            memcpy(PyByteArray_AS_STRING(marks) + used, mark, (size_t)count);
            used += count;
        }
    }
    if (PyByteArray_Resize(near, used * (Py_ssize_t)sizeof(Near)) == 0 &&
        PyByteArray_Resize(sums, used * (Py_ssize_t)sizeof(int64_t)) == 0 && PyByteArray_Resize(marks, used) == 0)
        out = PyTuple_Pack(4, counts, near, sums, marks);
done:
    free(found);
    Py_XDECREF(counts);
    Py_XDECREF(near);
    Py_XDECREF(sums);
    Py_XDECREF(marks);
    return out;
}

static uint32_t entity_of(const Sieve *s, const Near *near)
{
    return ((const uint32_t *)s->layers[near->layer].at[ENTITY].buf)[near->alias];
}

/* One of the texts of a candidate's alias or entity. */
static Piece text_of(const Sieve *s, const Near *near, int text)
{
    Piece out;
    out.text = string_at(&s->layers[near->layer], text, text == FOLDED ? near->alias : entity_of(s, near), &out.size);
    return out;
}

static int64_t prominence_of(const Sieve *s, const Near *near)
{
    return ((const int64_t *)s->layers[near->layer].at[PROMINENCE].buf)[entity_of(s, near)];
}

/* Whether one candidate goes before another: the likelier one; of homonyms the more prominent. */
static int goes_before(const Sieve *s, const Near *a, double mine, const Near *b, double theirs)
{
    if (mine != theirs)
        return mine > theirs;
    int64_t great = prominence_of(s, a), other = prominence_of(s, b);
    if (great != other)
        return great > other;
    Piece one = text_of(s, a, ID), two = text_of(s, b, ID);
    int order = memcmp(one.text, two.text, (size_t)(one.size < two.size ? one.size : two.size));
    return order ? order < 0 : one.size < two.size;
}

/* Whether two texts begin with one letter. */
static int same_letter(const Piece *a, const Piece *b)
{
    int n = 1;
    while (n < a->size && ((unsigned char)a->text[n] & 0xC0) == 0x80)
        n++;
    return a->size >= n && b->size >= n && !memcmp(a->text, b->text, (size_t)n);
}

/* Whether one candidate is likely by the name of another. Twin: `rivals._is_called_after`. */
static int called_after(const Sieve *s, const Near *one, const Near *other)
{
    Piece alias = text_of(s, one, FOLDED), own = text_of(s, one, PLAIN), name = text_of(s, other, PLAIN);
    if (same_piece(&alias, &own) || !same_piece(&alias, &name))
        return 0;
    return !same_letter(&alias, &own) || prominence_of(s, other) > prominence_of(s, one);
}

/* Put the bearer of a name before one that is listed under it too. Twin: `rivals.bearer_first`. */
static void bearer_first(const Sieve *s, Near *near, double *scores, int count, double limit, double margin)
{
    double least = scores[0] - margin > limit ? scores[0] - margin : limit;
    for (int k = 1; k < count && scores[k] >= least; k++) {
        if (!called_after(s, &near[0], &near[k]))
            continue;
        Near one = near[k];
        double score = scores[k];
        memmove(near + 1, near, (size_t)k * sizeof *near);
        memmove(scores + 1, scores, (size_t)k * sizeof *scores);
        near[0] = one;
        scores[0] = score;
        return;
    }
}

/* Order the candidates of a name by their scores, which are made final; what is decided. Twin: `decide._decide`. */
static int decide(const Sieve *s, Near *near, double *scores, const uint8_t *marks, int count, double limit,
                  double margin, double sure)
{
    double best[MOST_RIVALS];
    Piece names[MOST_RIVALS];
    if (count == 0)
        return ABSTAIN;
    for (int k = 0; k < count; k++) {
        names[k] = text_of(s, &near[k], PLAIN);
        best[k] = scores[k];
    }
    /* A spelling tells which name is meant, not whose. */
    for (int k = 0; k < count; k++)
        for (int j = 0; j < count; j++)
            if (scores[j] > best[k] && same_piece(&names[j], &names[k]))
                best[k] = scores[j];
    for (int k = 0; k < count; k++) {
        double score = best[k];
        if (marks[k] == SURE)
            score = score > sure ? score : sure;
        else if (marks[k] != OPEN)
            score = score < 0.1 ? score : 0.1;
        Near one = near[k];
        int at = k;
        for (; at > 0 && goes_before(s, &one, score, &near[at - 1], scores[at - 1]); at--) {
            near[at] = near[at - 1];
            scores[at] = scores[at - 1];
        }
        near[at] = one;
        scores[at] = score;
    }
    if (scores[0] < limit)
        return ABSTAIN;
    bearer_first(s, near, scores, count, limit, margin);
    Piece alias = text_of(s, &near[0], FOLDED), name = text_of(s, &near[0], PLAIN);
    for (int k = 1; k < count; k++) {
        Piece other = text_of(s, &near[k], FOLDED), another = text_of(s, &near[k], PLAIN);
        if (!same_piece(&alias, &other) && !same_piece(&name, &another) && !called_after(s, &near[0], &near[k]) &&
            !called_after(s, &near[k], &near[0]))
            return scores[0] - scores[k] < margin ? AMBIGUOUS : ACCEPT;
    }
    return ACCEPT;
}

static PyObject *ids_of(const Sieve *s, const Near *near, int count)
{
    PyObject *out = PyTuple_New(count);
    for (int k = 0; out != NULL && k < count; k++) {
        Piece id = text_of(s, &near[k], ID);
        PyObject *one = PyUnicode_DecodeUTF8(id.text, id.size, "surrogatepass");
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, k, one);
    }
    return out;
}

static int candidates_fit(const Sieve *s, const Near *near, Py_ssize_t used)
{
    for (Py_ssize_t k = 0; k < used; k++)
        if (near[k].layer < 0 || near[k].layer >= s->tables || near[k].alias >= s->layers[near[k].layer].aliases)
            return 0;
    return 1;
}

PyObject *sieve_settle(Sieve *self, PyObject *args)
{
    Py_buffer counts, near, scores, marks;
    double limit, margin, sure;
    PyObject *statuses = NULL, *others = NULL, *out = NULL;
    if (!PyArg_ParseTuple(args, "y*w*w*y*ddd", &counts, &near, &scores, &marks, &limit, &margin, &sure))
        return NULL;
    Py_ssize_t n = counts.len / (Py_ssize_t)sizeof(int32_t), used = 0;
    const int32_t *count = counts.buf;
    Near *found = near.buf;
    double *score = scores.buf;
    const uint8_t *marked = marks.buf;
    int fits = 1;
    for (Py_ssize_t k = 0; fits && k < n; k++) {
        fits = count[k] <= MOST_RIVALS;
        used += count[k] > 0 ? count[k] : 0;
    }
    if (!fits || near.len != used * (Py_ssize_t)sizeof *found || scores.len != used * (Py_ssize_t)sizeof *score ||
        marks.len != used || !candidates_fit(self, found, used)) {
        PyErr_SetString(PyExc_ValueError, "the candidates do not fit together");
        goto done;
    }
    statuses = PyBytes_FromStringAndSize(NULL, n);
    others = PyList_New(n);
    for (Py_ssize_t k = 0; statuses != NULL && others != NULL && k < n; k++) {
        int here = count[k] > 0 ? count[k] : 0;
        int status = decide(self, found, score, marked, here, limit, margin, sure), taken = status != ABSTAIN;
        PyObject *ids = ids_of(self, found + taken, here - taken);
        if (ids == NULL)
            goto done;
        PyBytes_AS_STRING(statuses)[k] = (char)status;
        PyList_SET_ITEM(others, k, ids);
        found += here;
        score += here;
        marked += here;
    }
    if (statuses != NULL && others != NULL)
        out = PyTuple_Pack(2, statuses, others);
done:
    PyBuffer_Release(&counts);
    PyBuffer_Release(&near);
    PyBuffer_Release(&scores);
    PyBuffer_Release(&marks);
    Py_XDECREF(statuses);
    Py_XDECREF(others);
    return out;
}
