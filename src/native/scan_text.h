/* The scanning itself, for texts of one width: included by scan.c once for each, with CHAR the type of a character
   and OF(name) the name of a function for it. */

#define View OF(View)
#define char_at OF(char_at)
#define flags_at OF(flags_at)
#define is_word OF(is_word)
#define in_set OF(in_set)
#define rest OF(rest)
#define small_ascii OF(small_ascii)
#define small_before_capital OF(small_before_capital)
#define capital OF(capital)
#define line OF(line)
#define blanks OF(blanks)
#define after_small OF(after_small)
#define match_run OF(match_run)
#define next_run OF(next_run)
#define rare_tail OF(rare_tail)
#define next_long_run OF(next_long_run)
#define hash_span OF(hash_span)
#define next_small OF(next_small)
#define judged OF(judged)
#define judge_smalls OF(judge_smalls)

typedef struct {
    const Scanner *s;
    PyObject *text;
    const CHAR *data;
    Py_ssize_t low, high; /* what a match may see */
} View;

static inline Py_UCS4 char_at(const View *v, Py_ssize_t k)
{
    return v->data[k];
}

static inline unsigned flags_at(const View *v, Py_ssize_t k)
{
    return k < v->high ? flags_of(v->s, char_at(v, k)) : 0;
}

static inline int is_word(const View *v, Py_ssize_t k)
{
    return k >= v->low && k < v->high && ((flags_at(v, k) & ALNUM) || char_at(v, k) == '_');
}

static inline Py_ssize_t rest(const View *v, Py_ssize_t k)
{
    while (k < v->high && (flags_at(v, k) & (ALNUM | MARK)))
        k++;
    return k;
}

static inline int small_ascii(const View *v, Py_ssize_t k)
{
    if (k >= v->high)
        return 0;
    Py_UCS4 c = char_at(v, k);
    return c >= 'a' && c <= 'z';
}

/* [a-z]{2,}(?=SPACE[UPPER]), or -1 */
static Py_ssize_t small_before_capital(const View *v, Py_ssize_t k)
{
    Py_ssize_t begin = k;
    while (small_ascii(v, k))
        k++;
    return k - begin >= 2 && (flags_at(v, k) & SPACE) && (flags_at(v, k + 1) & UPPER) ? k : -1;
}

static Py_ssize_t capital(const View *v, Py_ssize_t k)
{
    if (flags_at(v, k) & UPPER)
        return rest(v, k + 1);
    int digits = 0;
    while (digits < 4 && (flags_at(v, k) & DIGIT)) {
        k++;
        digits++;
    }
    if (!digits)
        return -1;
    if (flags_at(v, k) & UPPER)
        return rest(v, k + 1);
    return small_before_capital(v, k);
}

/* SPACE*\r?\nSPACE*, or -1 */
static Py_ssize_t line(const View *v, Py_ssize_t k)
{
    while (flags_at(v, k) & SPACE)
        k++;
    if (k < v->high && char_at(v, k) == '\r')
        k++;
    if (k >= v->high || char_at(v, k) != '\n')
        return -1;
    k++;
    while (flags_at(v, k) & SPACE)
        k++;
    return k;
}

/* Where each way to read a blank at k ends; at most six. */
static int blanks(const View *v, Py_ssize_t k, Py_ssize_t *out)
{
    int n = 0;
    unsigned f = flags_at(v, k);
    Py_ssize_t end;
    if (k >= v->high)
        return 0;
    if (f & SPACE) {
        if (flags_at(v, k + 1) & SPACE)
            out[n++] = k + 2;
        out[n++] = k + 1;
    }
    if ((end = line(v, k)) >= 0)
        out[n++] = end;
    if (f & DASH) {
        if ((end = line(v, k + 1)) >= 0)
            out[n++] = end;
        out[n++] = k + 1;
    }
    if (char_at(v, k) == '.' && is_word(v, k - 1)) {
        if (!is_word(v, k - 2)) {
            if (flags_at(v, k + 1) & SPACE)
                out[n++] = k + 2;
            out[n++] = k + 1;
        } else if (!is_word(v, k - 3) && (flags_at(v, k + 1) & SPACE)) {
            out[n++] = k + 2;
        }
    }
    return n;
}

static int in_set(PyObject *set, const View *v, Py_ssize_t begin, Py_ssize_t end)
{
    PyObject *word = PyUnicode_Substring(v->text, begin, end);
    if (word == NULL)
        return -1;
    int found = PySet_Contains(set, word);
    Py_DECREF(word);
    return found;
}

/* small{1,2}capital, or -1; -2 on an error */
static Py_ssize_t after_small(const View *v, Py_ssize_t k, int depth)
{
    Py_ssize_t end = k;
    while (end < v->high && end - k <= LONGEST_SMALL && is_word(v, end))
        end++;
    if (end == k || end - k > LONGEST_SMALL || !small_ascii(v, k))
        return -1;
    int found = in_set(v->s->particles, v, k, end);
    if (found <= 0)
        return found < 0 ? -2 : -1;
    Py_ssize_t ends[8];
    int n = blanks(v, end, ends);
    if (flags_at(v, end) & QUOTE)
        ends[n++] = end + 1;
    for (int j = 0; j < n; j++) {
        if (depth < 2) {
            Py_ssize_t deeper = after_small(v, ends[j], depth + 1);
            if (deeper != -1)
                return deeper;
        }
        Py_ssize_t done = capital(v, ends[j]);
        if (done >= 0)
            return done;
    }
    return -1;
}

/* Where a run that begins at k ends, or -1 where none does; -2 on an error. */
static Py_ssize_t match_run(const View *v, Py_ssize_t k)
{
    unsigned f = flags_at(v, k);
    if (!(f & (UPPER | FIGURE)) || (k > v->low && (flags_at(v, k - 1) & ALNUM)))
        return -1;
    Py_ssize_t end = k + 1;
    if (f & FIGURE) {
        for (int n = 0; n < 3 && (flags_at(v, end) & FIGURE); n++)
            end++;
        end = flags_at(v, end) & UPPER ? rest(v, end + 1) : small_before_capital(v, end);
        if (end < 0)
            return -1;
    } else {
        end = rest(v, end);
    }
    for (;;) {
        Py_ssize_t ends[8], next = -1;
        int n = blanks(v, end, ends);
        for (int j = 0; j < n && next < 0; j++) {
            next = capital(v, ends[j]);
            if (next < 0)
                next = after_small(v, ends[j], 1);
            if (next == -2)
                return -2;
        }
        if (next < 0 && (flags_at(v, end) & (DASH | QUOTE)) && (flags_at(v, end + 1) & ALNUM))
            next = rest(v, end + 2);
        if (next < 0)
            return end;
        end = next;
    }
}

/* The next run at or after *k, as `scan.find_runs` yields it; *done is the end of the one before. 0 at the end. */
static int next_run(const View *v, Py_ssize_t *k, Py_ssize_t *done, Py_ssize_t *start, Py_ssize_t *end)
{
    Py_ssize_t p = *k;
    for (; p < v->high; p++) {
        if (!(flags_at(v, p) & (UPPER | FIGURE)))
            continue;
        Py_ssize_t e = match_run(v, p);
        if (e == -2)
            return -1;
        if (e < 0)
            continue;
        Py_ssize_t s = p;
        if (s - *done > 1 && (flags_at(v, s - 1) & JOINT)) {
            Py_ssize_t a = s - 2;
            while (a >= *done && s - a < 6 && (flags_at(v, a) & ALPHA))
                a--;
            if (s - 1 > a + 1) {
                int found = in_set(v->s->leading, v, a + 1, s - 1);
                if (found < 0)
                    return -1;
                if (found)
                    s = a + 1;
            }
        }
        *start = s;
        *end = *done = e;
        *k = e > p ? e : p + 1;
        return 1;
    }
    *k = p;
    return 0;
}

static inline uint64_t hash_span(const View *v, Py_ssize_t begin, Py_ssize_t end)
{
    uint64_t h = HASH_START;
    for (Py_ssize_t k = begin; k < end; k++)
        h = hash_more(h, char_at(v, k));
    return hash_done(h, end - begin);
}

/* Where the word in small letters after a run ends, if it is a word that nobody knows; else -1; -2 on an error. */
static Py_ssize_t rare_tail(const View *v, Py_ssize_t k)
{
    if (!(flags_at(v, k) & SPACE))
        return -1;
    Py_ssize_t begin = k + 1, end = begin;
    while (end < v->high) {
        Py_UCS4 c = char_at(v, end);
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            break;
        end++;
    }
    if (end - begin < 3 || (flags_at(v, end) & ALNUM))
        return -1;
    int fits = 0;
    for (int n = 1; n <= 2 && !fits; n++) {
        Py_ssize_t p = begin;
        int small = 1;
        for (int j = 0; j < n; j++)
            small = small && small_ascii(v, p++);
        if (!small)
            break;
        if (p < end && !small_ascii(v, p))
            p++;
        fits = p + 1 < end && small_ascii(v, p) && small_ascii(v, p + 1);
    }
    if (!fits)
        return -1;
    uint64_t key = hash_span(v, begin, end);
    uint32_t known = verdicts_get(&v->s->tails, key);
    if (known)
        return known == 1 ? end : -1;
    char low[64];
    int rare = 1;
    if (end - begin < (Py_ssize_t)sizeof low) {
        for (Py_ssize_t p = begin; p < end; p++)
            low[p - begin] = (char)Py_TOLOWER((int)char_at(v, p));
        const uint32_t *zipf = words_get(&v->s->lexicon->words, low, (size_t)(end - begin));
        rare = !zipf || *zipf / 100.0 < v->s->rare;
    }
    if (verdicts_put((Verdicts *)&v->s->tails, key, rare ? 1 : 2) < 0) {
        PyErr_NoMemory();
        return -2;
    }
    return rare ? end : -1;
}

/* The next run with what belongs behind it, as `_runs` in `recognise.py` yields it. */
static int next_long_run(const View *v, Place *place, Py_ssize_t *start, Py_ssize_t *end)
{
    for (;;) {
        int found = next_run(v, &place->next, &place->done, start, end);
        if (found <= 0)
            return found;
        if (*start < place->past)
            continue;
        Py_ssize_t tail = rare_tail(v, *end);
        if (tail == -2)
            return -1;
        if (tail >= 0) {
            *end = tail;
            if (tail < v->high && char_at(v, tail) == ' ') {
                View ahead = *v;
                ahead.low = tail + 1;
                if (ahead.high > tail + 1 + FOLLOW)
                    ahead.high = tail + 1 + FOLLOW;
                Py_ssize_t from = ahead.low, done = ahead.low, first, more;
                int follows = next_run(&ahead, &from, &done, &first, &more);
                if (follows < 0)
                    return -1;
                if (follows && first == ahead.low)
                    *end = more;
            }
        }
        place->past = *end;
        return 1;
    }
}

/* The next word in small letters of four letters or more, and its hash; 0 at the end. */
static inline int next_small(const View *v, Py_ssize_t *k, Py_ssize_t *start, Py_ssize_t *end, uint64_t *hash)
{
    const CHAR *data = v->data;
    const Scanner *s = v->s;
    Py_ssize_t p = *k, high = v->high;
    while (p < high) {
        unsigned f = flags_of(s, data[p]);
        if (!(f & ALNUM)) {
            p++;
            continue;
        }
        Py_ssize_t begin = p;
        unsigned all = SMALL;
        uint64_t h = HASH_START;
        do {
            all &= f;
            h = hash_more(h, data[p]);
        } while (++p < high && ((f = flags_of(s, data[p])) & ALNUM));
        if (all && p - begin >= 4) {
            *start = begin;
            *end = *k = p;
            *hash = hash_done(h, p - begin);
            return 1;
        }
    }
    *k = p;
    return 0;
}

/* The verdict on a string with some hash; 0 where there is none yet. -1 on an error. */
static int judged(const View *v, int small, uint32_t text, uint64_t key, Py_ssize_t start, Py_ssize_t end)
{
    Scanner *s = (Scanner *)v->s;
    uint32_t verdict = verdicts_get(small ? &s->smalls : &s->runs, key);
    if (verdict)
        return (int)verdict;
    uint32_t told = board_get(&s->board, key, small);
    if (!told)
        return keep_open(s, key, small, text, start, end);
    if (verdicts_put(small ? &s->smalls : &s->runs, key, told) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return (int)told;
}

/* The greatest verdict on the words in small letters, or -1. Memory is asked for some words ahead. */
static int judge_smalls(const View *v, uint32_t text)
{
    struct {
        uint64_t key;
        Py_ssize_t start, end;
    } ahead[AHEAD];
    size_t put = 0, taken = 0;
    Py_ssize_t start, end, k = 0;
    int more = 1, most = 0;
    while (more || taken < put) {
        uint64_t key;
        if (more && (more = next_small(v, &k, &start, &end, &key))) {
            __builtin_prefetch(&v->s->smalls.slots[verdicts_place(&v->s->smalls, key)]);
            ahead[put % AHEAD].key = key;
            ahead[put % AHEAD].start = start;
            ahead[put++ % AHEAD].end = end;
        }
        if (put - taken < AHEAD && more)
            continue;
        if (taken == put)
            break;
        size_t one = taken++ % AHEAD;
        int verdict = judged(v, 1, text, ahead[one].key, ahead[one].start, ahead[one].end);
        if (verdict < 0)
            return -1;
        most = verdict > most ? verdict : most;
    }
    return most;
}

/* The greatest verdict on the runs, and eight times that on the small words; or -1. */
static int OF(look)(const Scanner *s, PyObject *text, uint32_t number)
{
    View v = {s, text, PyUnicode_DATA(text), 0, PyUnicode_GET_LENGTH(text)};
    Place place = {0, 0, -1};
    Py_ssize_t start, end;
    int found, verdict, run = 0;
    while ((found = next_long_run(&v, &place, &start, &end)) > 0) {
        uint64_t key = hash_span(&v, start, end);
        if ((verdict = judged(&v, 0, number, key, start, end)) < 0)
            return -1;
        if ((verdict == 0 || verdict >= NOTABLE) && note((Scanner *)s, key, start, end) < 0)
            return -1;
        run = verdict > run ? verdict : run;
    }
    int small = found < 0 ? -1 : judge_smalls(&v, number);
    return small < 0 ? -1 : run + 8 * small;
}

static int OF(spans)(const Scanner *s, PyObject *text, PyObject *out)
{
    View v = {s, text, PyUnicode_DATA(text), 0, PyUnicode_GET_LENGTH(text)};
    Place place = {0, 0, -1};
    Py_ssize_t start, end;
    int found;
    while ((found = next_long_run(&v, &place, &start, &end)) > 0) {
        PyObject *pair = Py_BuildValue("(nn)", start, end);
        if (pair == NULL || PyList_Append(out, pair) < 0) {
            Py_XDECREF(pair);
            return -1;
        }
        Py_DECREF(pair);
    }
    return found;
}

/* The words in small letters whose verdict is at least so much. */
static int OF(words)(const Scanner *s, PyObject *text, uint32_t least, PyObject *out)
{
    View v = {s, text, PyUnicode_DATA(text), 0, PyUnicode_GET_LENGTH(text)};
    Py_ssize_t start, end, k = 0;
    uint64_t key;
    while (next_small(&v, &k, &start, &end, &key)) {
        uint32_t verdict = verdicts_get(&s->smalls, key);
        if (verdict && verdict < least)
            continue;
        PyObject *one = PyUnicode_Substring(text, start, end);
        int failed = one == NULL || PySet_Add(out, one) < 0;
        Py_XDECREF(one);
        if (failed)
            return -1;
    }
    return 0;
}

static uint64_t OF(hash)(const Scanner *s, PyObject *text)
{
    View v = {s, text, PyUnicode_DATA(text), 0, PyUnicode_GET_LENGTH(text)};
    return hash_span(&v, 0, v.high);
}

#undef View
#undef char_at
#undef flags_at
#undef is_word
#undef in_set
#undef rest
#undef small_ascii
#undef small_before_capital
#undef capital
#undef line
#undef blanks
#undef after_small
#undef match_run
#undef next_run
#undef rare_tail
#undef next_long_run
#undef hash_span
#undef next_small
#undef judged
#undef judge_smalls
