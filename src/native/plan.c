/* Whether a run may hold anything at all: a listed name that would be rewritten, or a form near one. Twin:
   `spans.Planner`, which has the last word on what is let through here; this only says "nothing" early. Where a
   spelling is not plain ASCII, or it is not certain what the planner would say, the run is let through. */
#include "sieve.h"

static int has(const Layer *layer, char space, const char *text, size_t size)
{
    return layer_find(layer, key_of(space, text, size)) >= 0;
}

int any_key(const Sieve *s, uint64_t key)
{
    for (int k = 0; k < s->tables; k++)
        if (layer_find(&s->layers[k], key) >= 0)
            return 1;
    return 0;
}

int any_has(const Sieve *s, char space, const char *text, size_t size)
{
    return any_key(s, key_of(space, text, size));
}

static int is_joint(const Sieve *s, Py_UCS4 c)
{
    unsigned f = flags_of(s->scanner, c);
    return (f & (SPACE | DASH | QUOTE)) && !(f & ALNUM);
}

/* Whether a small word was written on to a word, as where a sentence ends without a stop: "NewsweekIn". Twin:
   `spans._is_glued`. */
static int is_glued(const Sieve *s, Slice run, const Word *w)
{
    int last = w->size - 1;
    while (last > 2 && !is_upper(slice_at(run, w->begin + last), 1))
        last--;
    for (int k = last; k < w->size && w->accented; k++)
        if (slice_at(run, w->begin + k) >= 128)
            return 0;
    return last > 2 && last < w->size - 1 && words_get(&s->openers, w->text + last, (size_t)(w->size - last)) != NULL;
}

/* The words of a run, of which nothing is known yet; their number, or -1 where the run is not plain enough. */
static int cut(const Sieve *s, Slice run, Word *out)
{
    Py_ssize_t n = run.size, before = 0;
    int count = 0;
    if (n > 2000)
        return -1;
    for (Py_ssize_t k = 0; k < n;) {
        Py_UCS4 c = slice_at(run, k);
        char letter = letter_at(run, k);
        if (!letter && c >= 128 && !is_joint(s, c))
            return -1;
        if (!letter) {
            k++;
            continue;
        }
        if (count == MOST_TOKENS)
            return -1;
        Word *w = &out[count];
        memset(w, 0, sizeof *w);
        w->begin = (int)k;
        for (; k < n && (letter = letter_at(run, k)); k++) {
            if (w->size >= WORD_ROOM - 1)
                return -1;
            c = slice_at(run, k);
            w->upper |= is_upper(c, 0);
            w->lower |= is_lower(c);
            w->accented |= c >= 128;
            w->text[w->size++] = letter;
        }
        if (k < n && slice_at(run, k) >= 128 && !is_joint(s, slice_at(run, k)))
            return -1;
        w->end = (int)k;
        Py_ssize_t gap = w->begin - before;
        Py_UCS4 between = gap == 1 ? slice_at(run, before) : 0;
        w->quote = gap == 1 && (flags_of(s->scanner, between) & QUOTE);
        w->dash = gap == 1 && count > 0 && (flags_of(s->scanner, between) & DASH);
        w->joined = w->quote || (between == '.' && count > 0 && out[count - 1].size == 1 && w->size == 1);
        w->plain = is_letters(w->text, w->size);
        w->glued = is_glued(s, run, w);
        ask_word(s, w);
        before = k;
        count++;
    }
    return count;
}

static void know(Sieve *s, Word *words, int count)
{
    for (int k = 0; k < count; k++)
        know_word(s, &words[k]);
}

int split(Sieve *s, Slice run, Word *out)
{
    int count = cut(s, run, out);
    know(s, out, count);
    return count;
}

/* Words one after the other as `scan.joined` writes them; the size, or -1 where there is no room. */
int join(const Word *words, int from, int to, char *out)
{
    int size = 0;
    for (int k = from; k < to; k++) {
        if (size + words[k].size + 2 > MOST_FORM)
            return -1;
        if (k > from && !words[k].joined)
            out[size++] = ' ';
        memcpy(out + size, words[k].text, (size_t)words[k].size);
        size += words[k].size;
    }
    out[size] = 0;
    return size;
}

static int is_ending(const Sieve *s, const Word *w)
{
    return (w->size == 1 && w->text[0] == 's') ||
           (w->lower && !w->upper && words_get(&s->endings, w->text, (size_t)w->size));
}

static int may_start(const Word *words, int at)
{
    return at == 0 || !words[at].joined || (words[at].quote && words[at - 1].size <= 2);
}

static int may_end(const Sieve *s, const Word *words, int count, int end)
{
    return end >= count || !words[end].joined || (words[end].quote && is_ending(s, &words[end]));
}

static int may_open(const Sieve *s, const Word *words, int count, int at)
{
    char form[MOST_FORM];
    if (words[at].facts & OPENS)
        return 1;
    for (int end = at + 2; end <= count && words[end - 1].joined; end++) {
        int size = join(words, at, end, form);
        if (size < 0 || any_has(s, '^', form, (size_t)size))
            return 1;
    }
    return 0;
}

/* Letters and single blanks only, so that the spelling is the folded form but for capitals. */
static int plainly_spelt(Slice run, const Word *words, int from, int to)
{
    for (int k = from; k < to; k++)
        if (words[k].accented)
            return 0;
    for (int k = from + 1; k < to; k++) {
        for (int p = words[k - 1].end; p < words[k].begin; p++) {
            Py_UCS4 c = slice_at(run, p);
            if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
                return 0;
        }
    }
    return 1;
}

/* Whether all words stand in listed names, as those of a listed name do; words that are joined are not asked. */
static int all_parts(const Word *words, int count, int at, int end)
{
    for (int k = at; k < end; k++)
        if (!(words[k].facts & PART) && !words[k].joined && !(k + 1 < count && words[k + 1].joined))
            return 0;
    return 1;
}

/* Whether a word in small letters stands in a form, no particle. */
static int is_small(Slice run, const Word *words, int at, int end)
{
    for (int k = at; k < end; k++) {
        Py_UCS4 first = slice_at(run, words[k].begin);
        if (is_lower(first) && !(words[k].facts & PARTICLE))
            return 1;
    }
    return 0;
}

/* Words one after the other: the size of their form, or -1 where there is no room; their letters; how common the rarest of
   them is; and hashes, to be ended. */
typedef struct {
    int size, letters, joined;
    double least;
    uint64_t words, bare, squeezed;
} Series;

static void series_begin(Series *of)
{
    *of = (Series){0, 0, 0, 9.0, key_add(KEY_BEGUN, "w", 1), key_add(KEY_BEGUN, "=", 1), key_add(KEY_BEGUN, "+", 1)};
}

static void series_add(Series *of, const Word *w)
{
    int begun = of->letters > 0;
    if (begun)
        of->words = key_add(of->words, w->joined ? "|" : " ", 1);
    for (int k = 0; k < w->size; k++) {
        of->words = key_add(of->words, w->text + k, 1);
        of->bare = key_add(of->bare, w->text + k, 1);
        of->squeezed = key_add(of->squeezed, w->text + k, 1);
    }
    of->size = of->size < 0 || of->size + w->size + 2 > MOST_FORM ? -1 : of->size + w->size + (begun && !w->joined);
    of->letters += w->size;
    of->joined |= begun && w->joined;
    of->least = w->zipf < of->least ? w->zipf : of->least;
}

/* What stands for the words, wherever they stand. */
static uint64_t series_key(const Series *of, int small)
{
    return key_end(key_add(of->words, small ? "s" : "c", 1));
}

uint64_t word_key(const Word *w)
{
    Series one;
    series_begin(&one);
    series_add(&one, w);
    return series_key(&one, 0);
}

void sift_words(const Sieve *s, Slice run, Sifted *out)
{
    out->run = run;
    out->sure = out->told = out->loud = out->name_count = out->hit_count = out->form_count = out->names.count = 0;
    out->names.used = 0;
    out->word_count = cut(s, run, out->words);
}

/* Whether a listed name that is not surely one, or not as it is spelt, is one: 1; no name at all, though listed: 0; none
   here: -1; -2 on an error. */
static int ask_named(const Sieve *s, Sifted *out, int at, int end)
{
    PyObject *named = named_at(s, out, at, end);
    int known = named == NULL ? -2 : named == Py_None ? -1 : PyTuple_GET_ITEM(named, 3) != Py_True;
    if (known == 1)
        out->loud |= PyTuple_GET_ITEM(named, 2) == Py_True;
    Py_XDECREF(named);
    return known;
}

/* The listed names of a run; 0 where the run is too long, -1 on an error. */
static int sift_listed(const Sieve *s, Sifted *out)
{
    const Word *words = out->words;
    int count = out->word_count;
    char form[MOST_FORM];
    memset(out->until, 0, sizeof out->until);
    for (int at = 0; at < count;) {
        int next = at + 1;
        if (may_start(words, at) && may_open(s, words, count, at)) {
            int end = at + s->words < count ? at + s->words : count;
            for (; end > at; end--) {
                if (!may_end(s, words, count, end) || !all_parts(words, count, at, end))
                    continue;
                int size = join(words, at, end, form), layer = 0, known = 1;
                if (size < 0)
                    return 0;
                while (layer < s->tables && !has(&s->layers[layer], '=', form, (size_t)size))
                    layer++;
                if (layer == s->tables)
                    continue;
                if (size < 4 || !plainly_spelt(out->run, words, at, end) ||
                    has(&s->layers[layer], '?', form, (size_t)size) ||
                    (!has(&s->layers[layer], '%', form, (size_t)size) &&
                     (known = listed_plainly(s, &s->layers[layer], form, size, words[at].zipf)) < 0))
                    known = ask_named(s, out, at, end);
                else if (known)
                    out->loud |= has(&s->layers[layer], '!', form, (size_t)size);
                else
                    continue;
                if (known == -2)
                    return -1;
                if (known == -1)
                    continue;
                if (known) {
                    out->listed[out->name_count][0] = at;
                    out->listed[out->name_count++][1] = end;
                }
                for (int k = at; k < end; k++)
                    out->until[k] = end;
                next = end;
                break;
            }
        }
        at = next;
    }
    return 1;
}

/* A word that a damaged one may be, though it is not suspected: too short for that, or listed by itself. */
static int is_odd(const Sieve *s, const Word *w)
{
    return w->zipf < (w->size <= 2 ? s->ordinary : s->rare);
}

/* Whether a name of two words may have lost a letter of one that is not suspected: Nw York, but not NW York, which lies to
   the north. Twin: `spans.Planner._may_join`. */
static int may_join(const Sieve *s, const Word *w, const Word *last)
{
    int size = w->size + last->size;
    if (last->joined || last->dash || !w->lower || !last->lower)
        return 0;
    return (is_odd(s, w) && (last->facts & PART) && has_joint(s, '>', last, size)) ||
           (is_odd(s, last) && (w->facts & OPENS) && has_joint(s, '<', w, size));
}

/* How common the rarest word of a form is. */
static double common(const Sieve *s, const Word *words, int at, int end, const Series *series)
{
    char form[MOST_FORM];
    return series->joined ? commonness(s->scanner->lexicon, form, join(words, at, end, form)) : series->least;
}

/* The forms of a run that may be damaged names; 0 where there are more than can be told. */
static int sift_forms(const Sieve *s, Sifted *out)
{
    const Word *words = out->words;
    int count = out->word_count;
    for (int at = 0; at < count; at++) {
        const Word *w = &words[at];
        if (!may_start(words, at) || (w->facts & OPENER))
            continue;
        if (w->dash && at > 0) {
            const Word *before = &words[at - 1];
            Py_UCS4 first = slice_at(out->run, w->begin);
            if (words_get(&s->articles, before->text, (size_t)before->size) || !is_upper(first, 0))
                continue;
        }
        int suspect = 0;
        Series series;
        series_begin(&series);
        for (int end = at + 1; end <= count && end <= at + 5; end++) {
            const Word *last = &words[end - 1];
            int parts = end - at;
            if (last->glued)
                break;
            series_add(&series, last);
            suspect |= (last->facts & SUSPECT) != 0;
            if (!may_end(s, words, count, end) || end <= out->until[at])
                continue;
            if ((last->quote && is_ending(s, last)) || (parts > 1 && w->size == 1 && words[at + 1].dash))
                continue;
            if (last->facts & PARTICLE)
                continue;
            if (series.size < 0)
                return 0;
            if (series.size < 4)
                continue;
            if (parts != 2 && !(parts == 3 && words_get(&s->izafa, words[at + 1].text, (size_t)words[at + 1].size)) &&
                common(s, words, at, end, &series) >= s->rare)
                continue;
            int small = is_small(out->run, words, at, end);
            if (parts == 1 && (w->facts & HOPELESS) && !small)
                continue;
            int near = suspect || (parts == 2 && (w->zipf == 0.0 || last->zipf == 0.0 || may_join(s, w, last)));
            Form one = {series_key(&series, small), 0, 0, (uint8_t)at, (uint8_t)end, (uint8_t)small, (uint8_t)near};
            __builtin_prefetch(&s->empty.keys[(size_t)one.key & s->empty.mask]);
            if (series.letters >= FEWEST_JOINED) {
                one.squeezed = key_end(series.squeezed);
                one.bare = parts > 1 ? key_end(series.bare) : 0;
                ask_ahead(s, one.squeezed);
                ask_ahead(s, one.bare);
            }
            out->forms[out->form_count++] = one;
        }
    }
    return 1;
}

int sift_known(Sieve *s, Sifted *out)
{
    know(s, out->words, out->word_count);
    int certain = out->word_count >= 0 ? sift_listed(s, out) : 0;
    return certain > 0 ? sift_forms(s, out) : certain;
}

int sift_judged(Sieve *s, Sifted *out)
{
    char form[MOST_FORM];
    Names *names = &out->names;
    out->told = 1;
    for (int k = 0; k < out->form_count; k++) {
        const Form *one = &out->forms[k];
        if (one->key && numbers_get(&s->empty, one->key))
            continue;
        int size = join(out->words, one->at, one->end, form);
        Near ruled[MOST_RULED];
        int joined = (one->squeezed && any_key(s, one->squeezed)) || (one->bare && any_key(s, one->bare));
        int rules = words_by_rule(s, out->words, one->at, one->end, form, size, joined, ruled);
        Hit hit = {one->at, one->end, rules != 0, one->small, names->count, 0, names->used, HOPE_UNKNOWN, -1, {{0, 0, 0}}};
        if (one->near && fuzzy_names(s, out->words, one->at, one->end, one->small, form, size, names) < 0)
            return -1;
        if (names->count == MOST_NAMES)
            return MAYBE;
        hit.names = names->count - hit.first;
        if (rules >= 0 && (rules || hit.names)) {
            hit.near_count =
                nearest(s, form, size, ruled, rules, names->text + hit.text, hit.names, hit.small, NULL, hit.near);
            if (hit.near_count >= 0)
                hit.hope = hope_of(s, form, size, hit.near, hit.near_count);
            if (hit.hope == HOPE_NONE) {
                names->count = hit.first;
                names->used = hit.text;
                hit.rule = hit.names = 0;
            }
        }
        if (hit.rule || hit.names) {
            out->told &= hit.near_count >= 0 && hit.hope != HOPE_UNKNOWN;
            out->hits[out->hit_count++] = hit;
        } else if (one->key && numbers_put(&s->empty, one->key, 1) < 0)
            return -1;
    }
    out->sure = 1;
    return out->hit_count || out->loud ? MAYBE : out->name_count ? LISTED : NOTHING;
}

int sift(Sieve *s, Slice run, Sifted *out)
{
    sift_words(s, run, out);
    int known = sift_known(s, out);
    return known < 0 ? -1 : known ? sift_judged(s, out) : MAYBE;
}

int sift_names(Sieve *s, Sifted *out)
{
    know(s, out->words, out->word_count);
    int certain = out->word_count >= 0 ? sift_listed(s, out) : 0;
    out->sure = out->told = certain > 0;
    return certain < 0 ? -1 : LISTED;
}
