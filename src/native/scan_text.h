/* The scanning itself, for texts of one width: included by scan.c once for each, with CHAR the type of a character
   and OF(name) the name of a function for it. */

#define View OF(View)
#define char_at OF(char_at)
#define flags_at OF(flags_at)
#define is_word OF(is_word)
#define is_among OF(is_among)
#define mark OF(mark)
#define view_of OF(view_of)
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
#define judge_runs OF(judge_runs)
#define match_plainly OF(match_plainly)
#define is_brief OF(is_brief)
#define is_quiet OF(is_quiet)
#define note_quiet OF(note_quiet)
#define Ahead OF(Ahead)
#define meet_string OF(meet_string)

typedef struct {
    const Scanner *s;
    PyObject *text;
    const CHAR *data;
    Py_ssize_t low, high;                  /* what a match may see */
    const Marks *marks;
} View;

/* Note of each character what kind it is; CASELESS where there is one of that kind. */
static unsigned mark(const Scanner *s, const CHAR *data, Py_ssize_t n, Marks *m)
{
    unsigned all = 0;
    for (Py_ssize_t block = 0; block * 64 < n; block++) {
        uint64_t word = 0, upper = 0, small = 0;
        for (Py_ssize_t k = block * 64, to = k + 64 < n ? k + 64 : n; k < to;) {
            int shift = (int)(k & 63), count = to - k < 16 ? (int)(to - k) : 16;
            unsigned left = (1u << count) - 1;
#ifdef SIXTEEN
            __m128i sixteen;
            if (sizeof(CHAR) < 4 && count == 16) {
                left = load_sixteen(data + k, sizeof(CHAR), &sixteen);
                unsigned low = ~left & 0xFFFF, a = among_sixteen(sixteen, 'a', 26) & low;
                unsigned b = (among_sixteen(sixteen, 'A', 26) | among_sixteen(sixteen, '0', 10)) & low;
                word |= (uint64_t)(a | b) << shift;
                upper |= (uint64_t)b << shift;
                small |= (uint64_t)a << shift;
            }
#endif
            for (; left; left &= left - 1) {
                int bit = __builtin_ctz(left);
                Py_UCS4 c = data[k + bit];
                unsigned f = flags_of(s, c);
                all |= c >= PLANE && (f & ALPHA) ? CASELESS : f;
                word |= (uint64_t)((f & ALNUM) != 0) << (shift + bit);
                upper |= (uint64_t)((f & (UPPER | FIGURE)) != 0) << (shift + bit);
                small |= (uint64_t)((f & SMALL) != 0) << (shift + bit);
            }
            k += count;
        }
        m->word[block] = word;
        m->opening[block] = upper;
        m->small[block] = small;
    }
    marks_finish(m, n);
    return sizeof(CHAR) == 1 ? 0 : all & CASELESS;
}

/* A view of a whole text; MIXED where letters of a script without capitals stand in it, -1 without memory. */
static int view_of(const Scanner *s, PyObject *text, View *out)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    Marks *marks = &((Scanner *)s)->marks;
    if (marks_room(marks, n) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    *out = (View){s, text, PyUnicode_DATA(text), 0, n, marks};
    return mark(s, out->data, n, marks) ? MIXED : 0;
}

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

/* Where the letters and figures end that a place is in; no mark stands among those of one byte. */
static inline Py_ssize_t rest(const View *v, Py_ssize_t k)
{
    if (sizeof(CHAR) == 1) {
        Py_ssize_t end = k < v->high ? next_clear(v->marks->word, k) : k;
        return end < v->high ? end : k < v->high ? v->high : k;
    }
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

static inline uint64_t hash_span(const View *v, Py_ssize_t begin, Py_ssize_t end)
{
    const CHAR *data = v->data + begin;
    Py_ssize_t size = end - begin, k = 0;
    uint64_t h = HASH_START, wide = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (sizeof(CHAR) == 1 && size >= 4) {
        uint64_t block = 0;
        for (; k + 8 <= size; k += 8) {
            memcpy(&block, data + k, 8);
            h = hash_more(h, block);
        }
        if (k == size)
            return hash_done(h, size);
        if (size >= 8) {
            memcpy(&block, data + size - 8, 8);
            block >>= 8 * (8 - (size - k));
        } else {
            uint32_t first, last;
            memcpy(&first, data, 4);
            memcpy(&last, data + size - 4, 4);
            block = first | (uint64_t)last << 8 * (size - 4);
        }
        return hash_done(hash_more(h, block), size);
    }
#endif
    while (k < size) {
        uint64_t block = 0;
        for (int j = 0; j < 8 && k < size; j++, k++) {
            Py_UCS4 c = data[k];
            block |= (uint64_t)(c & 0xFF) << 8 * j;
            if (c > 0xFF)
                wide = hash_more(wide, (uint64_t)k << 16 | c >> 8);
        }
        h = hash_more(h, block);
    }
    return hash_done(h ^ wide, size);
}

static inline int is_among(const Few *few, const View *v, Py_ssize_t begin, Py_ssize_t end)
{
    return few_may(few, char_at(v, begin), end - begin) && numbers_get(&few->words, hash_span(v, begin, end)) != NULL;
}

/* small{1,2}capital, or -1 */
static Py_ssize_t after_small(const View *v, Py_ssize_t k, int depth)
{
    Py_ssize_t end = k;
    if (!small_ascii(v, k))
        return -1;
    while (end < v->high && end - k <= LONGEST_SMALL && is_word(v, end))
        end++;
    if (end == k || end - k > LONGEST_SMALL || !is_among(&v->s->particles, v, k, end))
        return -1;
    Py_ssize_t ends[8];
    int n = blanks(v, end, ends);
    if (flags_at(v, end) & QUOTE)
        ends[n++] = end + 1;
    for (int j = 0; j < n; j++) {
        if (depth < 2) {
            Py_ssize_t deeper = after_small(v, ends[j], depth + 1);
            if (deeper >= 0)
                return deeper;
        }
        Py_ssize_t done = capital(v, ends[j]);
        if (done >= 0)
            return done;
    }
    return -1;
}

/* What a run goes on with behind one blank or ends with, of characters of one byte: where that ends, its own end where it
   ends there, or -1 where it must be looked at further. */
static inline Py_ssize_t match_plainly(const View *v, Py_ssize_t end)
{
    if (sizeof(CHAR) > 1 || end + 1 >= v->high)
        return -1;
    Py_UCS4 c = v->data[end], next = v->data[end + 1];
    if (c != ' ')
        return flags_of(v->s, c) & (SPACE | DASH | QUOTE) || c == '.' || c == '\n' || c == '\r' ? -1 : end;
    if (flags_of(v->s, next) & UPPER)
        return rest(v, end + 2);
    if (next < 'a' || next > 'z')
        return -1;
    Py_ssize_t size = rest(v, end + 2) - (end + 1);
    if (size <= LONGEST_SMALL && (v->data[end + 1 + size] == '_' || few_may(&v->s->particles, next, size)))
        return -1;
    return end;
}

/* Where a run that begins at k ends, or -1 where none does. No word stands before k. */
static Py_ssize_t match_run(const View *v, Py_ssize_t k)
{
    unsigned f = flags_at(v, k);
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
        Py_ssize_t ends[8], next = match_plainly(v, end);
        if (next == end)
            return end;
        if (next >= 0) {
            end = next;
            continue;
        }
        int n = blanks(v, end, ends);
        for (int j = 0; j < n && next < 0; j++) {
            next = capital(v, ends[j]);
            if (next < 0)
                next = after_small(v, ends[j], 1);
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
    while ((p = next_bit(v->marks->opening, p, v->high)) < v->high) {
        Py_ssize_t e = match_run(v, p), s = p;
        if (e < 0) {
            p++;
            continue;
        }
        if (s - *done > 1 && (flags_at(v, s - 1) & JOINT)) {
            Py_ssize_t a = s - 2;
            while (a >= *done && s - a < 6 && (flags_at(v, a) & ALPHA))
                a--;
            if (s - 1 > a + 1 && is_among(&v->s->leading, v, a + 1, s - 1))
                s = a + 1;
        }
        *start = s;
        *end = *done = e;
        *k = e > p ? e : p + 1;
        return 1;
    }
    *k = p;
    return 0;
}

/* Where the word in small letters after a run ends, if it is a word that nobody knows; else -1; -2 on an error. */
static Py_ssize_t rare_tail(const View *v, Py_ssize_t k)
{
    if (!(flags_at(v, k) & SPACE))
        return -1;
    Py_ssize_t begin = k + 1, end = begin;
    uint64_t letters[2] = {0, 0};
    if (sizeof(CHAR) == 1 && begin + BRIEF <= v->high) {
        Py_ssize_t size = rest(v, begin) - begin;
        if (size > 0 && size <= BRIEF) {
            letters_of(v->data + begin, size, letters);
            if (is_plain(v->s->sound, letters))
                return -1;
        }
    }
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
    if (known == 2 && letters[0])
        keep_plain(v->s->sound, letters);
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

/* The next word in small letters of four letters or more; 0 at the end. */
static inline int next_small(const View *v, Py_ssize_t *k, Py_ssize_t *start, Py_ssize_t *end)
{
    while ((*start = next_bit(v->marks->four, *k, v->high)) < v->high) {
        *k = *end = next_clear(v->marks->small, *start + 4);
        if (!bit_at(v->marks->word, *end))
            return 1;
    }
    return 0;
}

/* The verdict on a string with some hash; 0 where there is none yet. -1 on an error. */
static int judged(const View *v, int small, uint32_t text, uint64_t key, Py_ssize_t start, Py_ssize_t end)
{
    Scanner *s = (Scanner *)v->s;
    uint32_t verdict = verdicts_get(small ? &s->smalls : &s->runs, key);
    if (verdict == PENDING)
        return keep_open(s, key, small, 1, text, start, end);
    if (verdict)
        return (int)verdict;
    uint32_t told = board_get(&s->board, key, small);
    if (!told)
        return keep_open(s, key, small, 0, text, start, end);
    if (verdicts_put(small ? &s->smalls : &s->runs, key, told) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return (int)told;
}

/* The strings that were met last and have no verdict yet: memory is asked for some of them ahead. */
typedef struct {
    uint64_t key[AHEAD];
    Py_ssize_t start[AHEAD], end[AHEAD];
    size_t put, taken;
} Ahead;

static inline void meet_string(const View *v, const Verdicts *verdicts, Ahead *a, Py_ssize_t start, Py_ssize_t end)
{
    size_t at = a->put++ % AHEAD;
    a->key[at] = hash_span(v, start, end);
    a->start[at] = start;
    a->end[at] = end;
    __builtin_prefetch(&verdicts->slots[verdicts_place(verdicts, a->key[at])]);
}

static inline int is_brief(const View *v, Py_ssize_t start, Py_ssize_t end)
{
    return sizeof(CHAR) == 1 && end - start <= BRIEF && start + BRIEF <= v->high;
}

/* Whether a word in small letters is known to open no name. */
static inline int is_quiet(const View *v, Py_ssize_t start, Py_ssize_t end)
{
    uint64_t letters[2];
    if (!is_brief(v, start, end))
        return 0;
    letters_of(v->data + start, end - start, letters);
    return is_plain(v->s->quiet, letters);
}

static inline void note_quiet(const View *v, Py_ssize_t start, Py_ssize_t end)
{
    uint64_t letters[2];
    if (!is_brief(v, start, end))
        return;
    letters_of(v->data + start, end - start, letters);
    keep_plain(v->s->quiet, letters);
}

/* The greatest verdict on the words in small letters, or -1. */
static int judge_smalls(const View *v, uint32_t text)
{
    Ahead a;
    Py_ssize_t start, end, k = 0;
    int more = 1, most = 0;
    a.put = a.taken = 0;
    while (more || a.taken < a.put) {
        if (more && (more = next_small(v, &k, &start, &end))) {
            if (is_quiet(v, start, end)) {
                most = most ? most : QUIET;
                continue;
            }
            meet_string(v, &v->s->smalls, &a, start, end);
        }
        if (a.taken == a.put || (more && a.put - a.taken < AHEAD))
            continue;
        size_t at = a.taken++ % AHEAD;
        int verdict = judged(v, 1, text, a.key[at], a.start[at], a.end[at]);
        if (verdict < 0)
            return -1;
        if (verdict == QUIET)
            note_quiet(v, a.start[at], a.end[at]);
        most = verdict > most ? verdict : most;
    }
    return most;
}

/* The greatest verdict on the runs, or -1. */
static int judge_runs(const View *v, uint32_t text)
{
    Ahead a;
    Place place = {0, 0, -1};
    Py_ssize_t start, end;
    int more = 1, most = 0;
    a.put = a.taken = 0;
    while (more || a.taken < a.put) {
        if (more && (more = next_long_run(v, &place, &start, &end)) > 0)
            meet_string(v, &v->s->runs, &a, start, end);
        if (more < 0)
            return -1;
        if (a.taken == a.put || (more && a.put - a.taken < AHEAD))
            continue;
        size_t at = a.taken++ % AHEAD;
        int verdict = judged(v, 0, text, a.key[at], a.start[at], a.end[at]);
        if (verdict < 0 || ((verdict == 0 || verdict >= NOTABLE) &&
                            note((Scanner *)v->s, a.key[at], a.start[at], a.end[at]) < 0))
            return -1;
        most = verdict > most ? verdict : most;
    }
    return most;
}

/* The greatest verdict on the runs, and eight times that on the small words; MIXED; or -1. */
static int OF(look)(const Scanner *s, PyObject *text, uint32_t number)
{
    View v;
    int mixed = view_of(s, text, &v);
    if (mixed)
        return mixed;
    int run = judge_runs(&v, number), small = run < 0 ? -1 : judge_smalls(&v, number);
    return small < 0 ? -1 : run + 8 * small;
}

static int OF(spans)(const Scanner *s, PyObject *text, PyObject *out)
{
    View v;
    Place place = {0, 0, -1};
    Py_ssize_t start, end;
    int found;
    if (view_of(s, text, &v) < 0)
        return -1;
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

/* Where the words in small letters stand whose verdict is at least so much, or that have none: 0, or -1 on an error. */
static int OF(words)(const Scanner *s, PyObject *text, uint32_t least, Smalls *out)
{
    View v;
    Py_ssize_t start, end, k = 0;
    if (view_of(s, text, &v) < 0)
        return -1;
    while (next_small(&v, &k, &start, &end)) {
        if (least > QUIET && is_quiet(&v, start, end))
            continue;
        uint32_t verdict = verdicts_get(&s->smalls, hash_span(&v, start, end));
        if (verdict && verdict < least)
            continue;
        void *wider = with_room(out->at, out->count, &out->room, sizeof *out->at);
        if (wider == NULL)
            return -1;
        out->at = wider;
        out->at[out->count][0] = start;
        out->at[out->count++][1] = end;
    }
    return 0;
}

static uint64_t OF(hash)(const Scanner *s, PyObject *text)
{
    View v = {s, text, PyUnicode_DATA(text), 0, PyUnicode_GET_LENGTH(text), NULL};
    return hash_span(&v, 0, v.high);
}

#undef View
#undef char_at
#undef flags_at
#undef is_word
#undef is_among
#undef mark
#undef view_of
#undef match_plainly
#undef is_brief
#undef is_quiet
#undef note_quiet
#undef Ahead
#undef meet_string
#undef judge_runs
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
