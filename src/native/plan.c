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

static int near_enough(const Sieve *s, const char *form, int n, const char *alias, int m, int slack)
{
    int length = m + slack < 4 ? 4 : m + slack;
    if (n >= SHORT || m >= SHORT)
        return 1;
    return edits_short(s->speller->edits, form, n, alias, m) <= s->most_cost * length + 0.001;
}

static void add_name(Names *names, char space, const char *text, int size)
{
    if (names->count == MOST_NAMES || names->used + (size_t)size + 2 > sizeof names->text)
        return;
    names->text[names->used++] = space;
    names->text[names->used++] = (char)size;
    memcpy(names->text + names->used, text, (size_t)size);
    names->used += (size_t)size;
    names->count++;
}

/* Spellings that will be looked up: their keys, so that their memory is asked for early. */
typedef struct {
    int count;
    uint64_t key[MOST_COMBINATIONS + 2 * MOST_OPTIONS];
} Asked;

static void ask_for(const Sieve *s, Asked *asked, uint64_t key)
{
    asked->key[asked->count++] = key;
    for (int k = 0; k < s->tables; k++)
        __builtin_prefetch(s->layers[k].there + (key >> (64 - s->layers[k].bits) >> 3));
}

/* What may stand for each word of a form. */
typedef struct {
    const char *text[8][MOST_OPTIONS];
    int length[8][MOST_OPTIONS], count[8];
} Options;

/* Ask for each way to take one of the options for each word, the last word's fastest. */
static void ask_options(const Sieve *s, const Word *words, int parts, const Options *options, Asked *asked)
{
    uint64_t begun[9];
    int at[8] = {0}, k = 0;
    begun[0] = key_add(KEY_BEGUN, "=", 1);
    for (;;) {
        for (; k < parts; k++) {
            uint64_t h = k && !words[k].joined ? key_add(begun[k], " ", 1) : begun[k];
            begun[k + 1] = key_add(h, options->text[k][at[k]], (size_t)options->length[k][at[k]]);
        }
        ask_for(s, asked, key_end(begun[parts]));
        for (k = parts - 1; k >= 0 && ++at[k] == options->count[k]; k--)
            at[k] = 0;
        if (k < 0)
            return;
    }
}

/* Write down one of these ways by its number; its size, or -1 where there is no room. */
static int write_option(const Word *words, int parts, const Options *options, int number, char *out)
{
    int at[8], n = 0;
    for (int k = parts - 1; k >= 0; k--) {
        at[k] = number % options->count[k];
        number /= options->count[k];
    }
    for (int k = 0; k < parts; k++) {
        int size = options->length[k][at[k]];
        if (n + size + 2 > MOST_FORM)
            return -1;
        if (k && !words[k].joined)
            out[n++] = ' ';
        memcpy(out + n, options->text[k][at[k]], (size_t)size);
        n += size;
    }
    return n;
}

/* The listed names within reach of a form; 0, or -1 on an error. Twin: `Candidates.fuzzy`, with `spans.best`. */
int fuzzy_names(Sieve *s, const Word *words, int from, int to, const char *form, int size, Names *out)
{
    Options options;
    int parts = to - from, combinations = 1, complete = 1, figures = 0;
    char own[8][WORD_ROOM], whole[MOST_FORM];
    int whole_size = 0;
    for (int k = 0; k < parts; k++) {
        const Word *w = &words[from + k];
        memcpy(whole + whole_size, w->text, (size_t)w->size);
        whole_size += w->size;
    }
    figures = read_figures(whole, whole_size);
    /* One word that no name has, nor any near it, is enough: the others are not asked for. */
    for (int k = 0; k < parts && parts > 1 && complete; k++) {
        const Word *w = &words[from + k];
        complete = !w->plain || (w->facts & SUSPECT ? !near_nothing(s, w) : (w->facts & PART) != 0);
    }
    for (int k = 0; k < parts && complete; k++) {
        const Word *w = &words[from + k];
        memcpy(own[k], w->text, (size_t)w->size);
        int changed = read_figures(own[k], w->size);
        options.count[k] = 0;
        if (changed ? is_suspect(s, own[k], w->size) : (w->facts & SUSPECT) != 0) {
            const char *found = changed ? near_words(s, own[k], w->size) : near_word(s, w);
            if (found == NULL)
                return -1;
            options.count[k] = (unsigned char)*found++;
            for (int j = 0; j < options.count[k]; j++) {
                options.length[k][j] = (unsigned char)*found++;
                options.text[k][j] = found;
                found += options.length[k][j];
            }
        } else if (parts == 1 || (changed ? any_has(s, '#', own[k], (size_t)w->size) : (w->facts & PART) != 0)) {
            options.text[k][0] = own[k];
            options.length[k][0] = w->size;
            options.count[k] = 1;
        }
        complete = options.count[k] > 0;
        combinations *= options.count[k] ? options.count[k] : 1;
    }
    int joinable = parts <= 3 && whole_size >= 6 && whole_size <= 32 && is_letters(whole, whole_size);
    const char *found = NULL;
    if (joinable) /* of a word alone it is known */
        found = parts == 1 && !figures ? near_word(s, &words[from]) : near_words(s, whole, whole_size);
    if (joinable && found == NULL)
        return -1;
    Asked asked;
    asked.count = 0;
    if (complete && combinations <= MOST_COMBINATIONS)
        ask_options(s, words + from, parts, &options, &asked);
    int made = asked.count;
    const char *one = found;
    for (int j = found ? (unsigned char)*one++ : 0; j > 0; j--) {
        int m = (unsigned char)*one++;
        ask_for(s, &asked, key_of('+', one, (size_t)m));
        if (parts > 1)
            ask_for(s, &asked, key_of('=', one, (size_t)m));
        one += m;
    }
    for (int k = 0; k < made; k++) {
        char text[MOST_FORM];
        if (!any_key(s, asked.key[k]))
            continue;
        int n = write_option(words + from, parts, &options, k, text);
        if (n >= 0 && near_enough(s, form, size, text, n, 0))
            add_name(out, '=', text, n);
    }
    if (!complete && !(found && *found))
        return 0;
    if (parts > 1 && any_has(s, '#', whole, (size_t)whole_size) && any_has(s, '=', whole, (size_t)whole_size))
        add_name(out, '=', whole, whole_size);
    const uint64_t *key = asked.key + made;
    for (int j = found ? (unsigned char)*found++ : 0; j > 0; j--) {
        int m = (unsigned char)*found++;
        int squeezed = any_key(s, *key++), plain = parts > 1 && any_key(s, *key++);
        /* With its blanks the name is longer, and no nearer. */
        if ((squeezed || plain) && near_enough(s, whole, whole_size, found, m, 6)) {
            if (squeezed && (m >= LONG_NAME || osa_of(whole, whole_size, found, m) == 1))
                add_name(out, '+', found, m);
            if (plain)
                add_name(out, '=', found, m);
        }
        found += m;
    }
    return 0;
}

/* How common the rarest word of a form is. */
static double common(const Sieve *s, const Word *words, int at, int end, const char *form, int size)
{
    double least = 9.0;
    for (int k = at; k < end; k++) {
        if (k > at && words[k].joined)
            return commonness(s->scanner->lexicon, form, size);
        least = words[k].zipf < least ? words[k].zipf : least;
    }
    return least;
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

/* 0 where there is no room. */
uint64_t words_key(const Word *words, int at, int end, int small)
{
    char text[MOST_FORM + MOST_TOKENS];
    int size = 0;
    for (int k = at; k < end; k++) {
        if (size + words[k].size + 2 > (int)sizeof text)
            return 0;
        memcpy(text + size, words[k].text, (size_t)words[k].size);
        size += words[k].size;
        text[size++] = k + 1 == end ? (small ? 's' : 'c') : words[k + 1].joined ? '|' : ' ';
    }
    return key_of('w', text, (size_t)size);
}

/* Begin with a run: its words. */
static void sift_words(const Sieve *s, Slice run, Sifted *out)
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
                next = end;
                break;
            }
        }
        at = next;
    }
    return 1;
}

/* The forms of a run that may be damaged names; 0 where there are more than can be told. */
static int sift_forms(const Sieve *s, Sifted *out)
{
    const Word *words = out->words;
    int count = out->word_count, until[MOST_TOKENS] = {0}; /* where the listed name ends that a word stands in */
    char form[MOST_FORM];
    for (int k = 0; k < out->name_count; k++)
        for (int at = out->listed[k][0]; at < out->listed[k][1]; at++)
            until[at] = out->listed[k][1];
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
        for (int end = at + 1; end <= count && end <= at + 5; end++) {
            const Word *last = &words[end - 1];
            int parts = end - at;
            if (last->glued)
                break;
            suspect |= (last->facts & SUSPECT) != 0;
            if (!may_end(s, words, count, end) || end <= until[at])
                continue;
            if ((last->quote && is_ending(s, last)) || (parts > 1 && w->size == 1 && words[at + 1].dash))
                continue;
            if (last->facts & PARTICLE)
                continue;
            int size = join(words, at, end, form);
            if (size < 0)
                return 0;
            if (size < 4)
                continue;
            if (parts != 2 && !(parts == 3 && words_get(&s->izafa, words[at + 1].text, (size_t)words[at + 1].size)) &&
                common(s, words, at, end, form, size) >= s->rare)
                continue;
            int small = is_small(out->run, words, at, end);
            if (parts == 1 && (w->facts & HOPELESS) && !small)
                continue;
            int near = suspect || (parts == 2 && (w->zipf == 0.0 || last->zipf == 0.0));
            uint64_t key = words_key(words, at, end, small);
            __builtin_prefetch(&s->empty.keys[(size_t)key & s->empty.mask]);
            out->forms[out->form_count++] = (Form){key, (uint8_t)at, (uint8_t)end, (uint8_t)small, (uint8_t)near};
        }
    }
    return 1;
}

/* What is known of the words of a run, and what has to be looked at therefore; 0 where all of it has, -1 on an error. */
static int sift_known(Sieve *s, Sifted *out)
{
    know(s, out->words, out->word_count);
    int certain = out->word_count >= 0 ? sift_listed(s, out) : 0;
    return certain > 0 ? sift_forms(s, out) : certain;
}

/* What a run may hold, of which the words are known: one of the verdicts above, or -1 on an error. */
static int sift_judged(Sieve *s, Sifted *out)
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
        int rules = words_by_rule(s, out->words, one->at, one->end, form, size, ruled);
        Hit hit = {one->at, one->end, rules != 0, one->small, names->count, 0, names->used, HOPE_UNKNOWN, -1, {{0, 0, 0}}};
        if (one->near && fuzzy_names(s, out->words, one->at, one->end, form, size, names) < 0)
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

/* The listed names of a run that is known to hold no more: the same. */
static int sift_names(Sieve *s, Slice run, Sifted *out)
{
    sift_words(s, run, out);
    know(s, out->words, out->word_count);
    int certain = out->word_count >= 0 ? sift_listed(s, out) : 0;
    out->sure = out->told = certain > 0;
    return certain < 0 ? -1 : LISTED;
}

static PyObject *word_told(const Word *w)
{
    return Py_BuildValue("(iis#)", w->begin, w->end, w->text, (Py_ssize_t)w->size);
}

static PyObject *listed_told(const Sifted *found, int k)
{
    char form[MOST_FORM];
    int at = found->listed[k][0], end = found->listed[k][1], size = join(found->words, at, end, form);
    return Py_BuildValue("(iis#i)", found->words[at].begin, found->words[end - 1].end, form, (Py_ssize_t)size, end - at);
}

static PyObject *names_told(const Sifted *found, const Hit *hit)
{
    const char *text = found->names.text + hit->text;
    PyObject *names = PyTuple_New(hit->names);
    for (int j = 0; names != NULL && j < hit->names; j++) {
        int length = (unsigned char)text[1];
        PyObject *one = Py_BuildValue("(Cs#)", (int)text[0], text + 2, (Py_ssize_t)length);
        if (one == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, j, one);
        text += 2 + length;
    }
    return names;
}

static PyObject *hit_told(const Sifted *found, int k)
{
    const Hit *hit = &found->hits[k];
    char form[MOST_FORM];
    int size = join(found->words, hit->at, hit->end, form);
    PyObject *names = names_told(found, hit);
    if (names == NULL)
        return NULL;
    return Py_BuildValue("(iis#OON)", found->words[hit->at].begin, found->words[hit->end - 1].end, form,
                         (Py_ssize_t)size, hit->small ? Py_True : Py_False, hit->rule ? Py_True : Py_False, names);
}

/* What was found in a run: its plan; its words, the listed names and the forms near others, as tuples, where Python must
   be asked what these are; None where all of it must be looked at. */
static PyObject *told(const Sieve *s, const Sifted *found, int *grade)
{
    *grade = 0;
    if (!found->sure)
        return Py_NewRef(Py_None);
    if (found->told)
        return draft_of(s, found, grade);
    int counts[3] = {found->word_count, found->name_count, found->hit_count};
    PyObject *out = PyTuple_New(3);
    for (int part = 0; out != NULL && part < 3; part++) {
        PyObject *all = PyTuple_New(counts[part]);
        for (int k = 0; all != NULL && k < counts[part]; k++) {
            PyObject *one = part == 0   ? word_told(&found->words[k])
                            : part == 1 ? listed_told(found, k)
                                        : hit_told(found, k);
            if (one == NULL)
                Py_CLEAR(all);
            else
                PyTuple_SET_ITEM(all, k, one);
        }
        if (all == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, part, all);
    }
    return out;
}

/* Those of some words under which, after a prefix that names their space, something is stored. */
static PyObject *sieve_among(Sieve *self, PyObject *args)
{
    int space;
    PyObject *words, *word, *each, *out;
    if (!PyArg_ParseTuple(args, "CO", &space, &words) || (each = PyObject_GetIter(words)) == NULL)
        return NULL;
    if ((out = PySet_New(NULL)) == NULL) {
        Py_DECREF(each);
        return NULL;
    }
    while ((word = PyIter_Next(each)) != NULL) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(word, &size);
        int failed = text == NULL || (any_has(self, (char)space, text, (size_t)size) && PySet_Add(out, word) < 0);
        Py_DECREF(word);
        if (failed)
            break;
    }
    Py_DECREF(each);
    if (PyErr_Occurred())
        Py_CLEAR(out);
    return out;
}

/* One thread at a time. */
static int enter(Sieve *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "the sieve is in use");
        return -1;
    }
    self->busy = 1;
    return 0;
}

static void no_memory(void)
{
    if (!PyErr_Occurred())
        PyErr_NoMemory();
}

static PyObject *sieve_sift(Sieve *self, PyObject *runs)
{
    PyObject *nothing = PyList_New(0), *listed = PyDict_New(), *maybe = PyDict_New(), *out = NULL;
    int entered = 1;
    PyObject *fast = PySequence_Fast(runs, "runs come in a sequence");
    Sifted *found = malloc(sizeof *found);
    if (found == NULL)
        PyErr_NoMemory();
    if (enter(self) < 0)
        entered = 0;
    if (!entered || fast == NULL || nothing == NULL || listed == NULL || maybe == NULL || found == NULL)
        goto done;
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(fast); k++) {
        PyObject *run = PySequence_Fast_GET_ITEM(fast, k);
        int verdict, failed, grade;
        if (!PyUnicode_Check(run)) {
            PyErr_SetString(PyExc_TypeError, "a run is a str");
            goto done;
        }
        int known = scanner_verdict_on(self->scanner, run) == LISTED;
        if (forget_many(self) < 0 ||
            (verdict = known ? sift_names(self, whole_of(run), found) : sift(self, whole_of(run), found)) < 0) {
            no_memory();
            goto done;
        }
        if (verdict == NOTHING) {
            failed = PyList_Append(nothing, run) < 0;
        } else {
            PyObject *all = told(self, found, &grade);
            failed = all == NULL || PyDict_SetItem(verdict == LISTED ? listed : maybe, run, all) < 0;
            Py_XDECREF(all);
        }
        if (failed)
            goto done;
    }
    out = PyTuple_Pack(3, nothing, listed, maybe);
done:
    self->busy -= entered;
    free(found);
    Py_XDECREF(nothing);
    Py_XDECREF(listed);
    Py_XDECREF(maybe);
    Py_XDECREF(fast);
    return out;
}

/* Keep what was found in a fresh run, or tell it whoever asked: 0, or -1 on an error. */
static int keep_fresh(Sieve *self, const struct Fresh *one, PyObject *text, PyObject *maybe, const Sifted *found,
                      int verdict)
{
    if (verdict != MAYBE)
        return scanner_know(self->scanner, one->key, 0, (uint32_t)verdict);
    int grade = 0;
    PyObject *run = PyUnicode_Substring(text, one->start, one->end), *all = run ? told(self, found, &grade) : NULL;
    int failed = all == NULL || PyDict_SetItem(maybe, run, all) < 0;
    Py_XDECREF(run);
    Py_XDECREF(all);
    return failed ? -1 : grade ? scanner_know(self->scanner, one->key, 0, (uint32_t)grade) : 0;
}

/* Judge some fresh runs at once, so that memory is waited for once for all of them: 0, or -1 on an error. */
static int judge_fresh(Sieve *self, const struct Fresh *const *some, int count, PyObject *texts, PyObject *maybe,
                       Sifted *found)
{
    int verdicts[AT_ONCE];
    if (forget_many(self) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    for (int k = 0; k < count; k++)
        sift_words(self, slice_of(PyList_GET_ITEM(texts, some[k]->text), some[k]->start, some[k]->end), &found[k]);
    for (int k = 0; k < count; k++) {
        int known = sift_known(self, &found[k]);
        if (known < 0)
            return -1;
        verdicts[k] = known ? 0 : MAYBE;
    }
    for (int k = 0; k < count; k++) {
        if (!verdicts[k] && (verdicts[k] = sift_judged(self, &found[k])) < 0) {
            no_memory();
            return -1;
        }
        if (keep_fresh(self, some[k], PyList_GET_ITEM(texts, some[k]->text), maybe, &found[k], verdicts[k]) < 0)
            return -1;
    }
    return 0;
}

/* Judge a fresh word in small letters, or add it to those for whoever asked: 0, or -1 on an error. */
static int judge_small(Sieve *self, const struct Fresh *one, PyObject *text, PyObject *smalls)
{
    uint32_t verdict = small_verdict(self, slice_of(text, one->start, one->end));
    if (verdict)
        return scanner_know(self->scanner, one->key, 1, verdict);
    PyObject *word = PyUnicode_Substring(text, one->start, one->end);
    int failed = word == NULL || PyList_Append(smalls, word) < 0;
    Py_XDECREF(word);
    return failed ? -1 : 0;
}

static PyObject *sieve_look(Sieve *self, PyObject *texts)
{
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts come in a list");
        return NULL;
    }
    if (enter(self) < 0)
        return NULL;
    if (scanner_scan(self->scanner, texts) < 0) {
        self->busy = 0;
        return NULL;
    }
    PyObject *maybe = PyDict_New(), *smalls = PyList_New(0), *out = NULL;
    Sifted *found = malloc(AT_ONCE * sizeof *found);
    const struct Fresh *some[AT_ONCE];
    int count = 0;
    if (found == NULL)
        PyErr_NoMemory();
    if (maybe == NULL || smalls == NULL || found == NULL)
        goto done;
    for (size_t k = 0; k < self->scanner->fresh_count; k++) {
        const struct Fresh *one = &self->scanner->fresh[k];
        if (!one->small)
            some[count++] = one;
        else if (judge_small(self, one, PyList_GET_ITEM(texts, one->text), smalls) < 0)
            goto done;
        if (count == AT_ONCE || (count && k + 1 == self->scanner->fresh_count)) {
            if (judge_fresh(self, some, count, texts, maybe, found) < 0)
                goto done;
            count = 0;
        }
    }
    out = PyTuple_Pack(2, maybe, smalls);
done:
    self->busy = 0;
    free(found);
    Py_XDECREF(maybe);
    Py_XDECREF(smalls);
    return out;
}

static void sieve_dealloc(Sieve *self)
{
    for (int k = 0; k < self->tables; k++) {
        for (int b = 0; b < ARRAYS; b++)
            PyBuffer_Release(&self->layers[k].at[b]);
        Py_XDECREF(self->layers[k].hood);
        Py_XDECREF(self->layers[k].known);
        free(self->layers[k].there);
        free(self->layers[k].starts);
    }
    Numbers *all[] = {&self->particles, &self->openers, &self->endings, &self->izafa, &self->articles, &self->vowels,
                      &self->compass, &self->surnames, &self->asked, &self->empty};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        numbers_close(all[k]);
    lore_close(self);
    PyBuffer_Release(&self->foreseen);
    Py_XDECREF(self->scanner);
    Py_XDECREF(self->speller);
    draft_close(self);
    forest_close(&self->forest);
    grove_close(self->grove);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int set_layers(Sieve *self, PyObject *layers)
{
    Py_ssize_t count = PyTuple_GET_SIZE(layers);
    if (count > MOST_TABLES) {
        PyErr_Format(PyExc_ValueError, "at most %d tables", MOST_TABLES);
        return -1;
    }
    for (Py_ssize_t k = 0; k < count; k++) {
        Layer *layer = &self->layers[k];
        Hood *hood;
        PyObject *arrays, *known;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, k), "O!O!O!", &PyTuple_Type, &arrays, &HoodType, &hood,
                              &PyDict_Type, &known))
            return -1;
        if (PyTuple_GET_SIZE(arrays) != ARRAYS) {
            PyErr_Format(PyExc_ValueError, "an index has %d arrays here", ARRAYS);
            return -1;
        }
        self->tables++;
        for (int b = 0; b < ARRAYS; b++)
            if (PyObject_GetBuffer(PyTuple_GET_ITEM(arrays, b), &layer->at[b], PyBUF_SIMPLE) < 0)
                return -1;
        if (!layer_fits(layer)) {
            PyErr_SetString(PyExc_ValueError, "the arrays of the index do not fit together");
            return -1;
        }
        layer->hood = (Hood *)Py_NewRef(hood);
        layer->known = Py_NewRef(known);
        if (layer_ready(layer) < 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

static int set_tails(Sieve *self, PyObject *tails)
{
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(tails); k++) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(tails, k), &size);
        if (text == NULL)
            return -1;
        if (k == 16 || size == 0 || size > 7) {
            PyErr_SetString(PyExc_ValueError, "at most 16 endings of 1 to 7 letters");
            return -1;
        }
        strcpy(self->tails[self->tail_count++], text);
    }
    return 0;
}

static PyObject *sieve_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {
        "scanner",    "speller",     "layers",       "words",        "particles", "openers",  "endings",
        "izafa",      "articles",    "vowels",       "compass",      "surnames",  "tails",    "rule_kinds",
        "near_kinds", "other_kinds", "silent_kinds", "quiet_kinds",  "ordinary",  "rare",     "small_rare",
        "small_plain", "most_cost",  "other_name",   "digit",        "by_hand",   "makers",   "forest",
        "seen",       "best",        "hopeless",     "needy",        NULL};
    PyObject *layers, *particles, *openers, *endings, *izafa, *articles, *vowels, *compass, *surnames, *tails, *forest;
    Sieve *self = (Sieve *)type->tp_alloc(type, 0);
    Scanner *scanner;
    Speller *speller;
    PyObject *makers;
    Py_buffer seen = {0};
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!O!O!iOOOOOOOOO!IIIIIdddddddLO!O!y*iLL", names, &ScannerType, &scanner, &SpellerType,
            &speller, &PyTuple_Type, &layers, &self->words, &particles, &openers, &endings, &izafa, &articles, &vowels,
            &compass, &surnames, &PyTuple_Type, &tails, &self->rule_kinds, &self->near_kinds, &self->other_kinds,
            &self->silent_kinds, &self->quiet_kinds, &self->ordinary, &self->rare, &self->small_rare,
            &self->small_plain, &self->most_cost, &self->other_name, &self->digit, &self->by_hand, &PyTuple_Type,
            &makers, &PyTuple_Type, &forest, &seen, &self->best, &self->hopeless, &self->needy))
        goto failed;
    self->scanner = (Scanner *)Py_NewRef(scanner);
    self->speller = (Speller *)Py_NewRef(speller);
    if (draft_open(self, makers) < 0)
        goto failed;
    if (lore_open(self) < 0) {
        PyErr_NoMemory();
        goto failed;
    }
    if (words_from(&self->particles, particles) < 0 || words_from(&self->openers, openers) < 0 ||
        words_from(&self->endings, endings) < 0 || words_from(&self->izafa, izafa) < 0 ||
        words_from(&self->articles, articles) < 0 || words_from(&self->vowels, vowels) < 0 ||
        words_from(&self->compass, compass) < 0 || words_from(&self->surnames, surnames) < 0 ||
        set_tails(self, tails) < 0 || set_layers(self, layers) < 0 || forest_open(&self->forest, forest) < 0)
        goto failed;
    self->evidence = self->forest.width - SPELT;
    if (self->evidence <= 0 || self->forest.width > MOST_FEATURES ||
        seen.len % ((Py_ssize_t)sizeof(float) * self->evidence)) {
        PyErr_SetString(PyExc_ValueError, "the evidence does not fit the forest");
        goto failed;
    }
    self->seen_count = (int)(seen.len / ((Py_ssize_t)sizeof(float) * self->evidence));
    if ((self->grove = grove_new(&self->forest, seen.buf, self->seen_count, SPELT)) == NULL)
        goto failed;
    PyBuffer_Release(&seen);
    return (PyObject *)self;
failed:
    PyBuffer_Release(&seen);
    Py_DECREF(self);
    return NULL;
}

static PyMethodDef sieve_methods[] = {
    {"look", (PyCFunction)sieve_look, METH_O,
     "Look at some texts, and tell what in them may be rewritten, or has no verdict: runs, each with its plan, which gives\n"
     "it a verdict, or with what else `sift` tells of it; and some words in small letters. All others have one then."},
    {"sift", (PyCFunction)sieve_sift, METH_O,
     "Deal runs out: those that hold nothing, those that hold listed names which stay as they are, and the others;\n"
     "of the last two the plan, or, where it is not certain: the words (start, end, folded), the listed names (start, end,\n"
     "form, words), and forms near others: start, end, form, whether words in small letters stand in it, whether a rule\n"
     "makes it a name, the names as they are stored (space, form). None where all of the run must be looked at."},
    {"alone", (PyCFunction)sieve_alone, METH_VARARGS,
     "Of names, taken whole (of some type; whether it is known that no table lists them): the number of candidates of\n"
     "each as int32, -1 where Python must be asked, -2 where it must be asked what tables list; of each candidate (layer,\n"
     "alias, how) as 3 int32, its sum in the forest as int64, and a mark for what is known besides."},
    {"settle", (PyCFunction)sieve_settle, METH_VARARGS,
     "Decide what `alone` found, given the scores of all candidates (float64), and three thresholds: candidates and\n"
     "scores are put in order, scores are made final. What is decided of each name, as a byte: 0 abstain, 1 ambiguous, 2\n"
     "accept; and the ids of the others."},
    {"stands_alone", (PyCFunction)sieve_stands_alone, METH_VARARGS,
     "Whether surely no listed name holds a span of a text and more."},
    {"may_name", (PyCFunction)sieve_may_name, METH_VARARGS,
     "Whether a folded form may be listed, or, with a second argument that is true, name something under the rules."},
    {"foresee", (PyCFunction)sieve_foresee, METH_O,
     "What is to be known of some words in small letters, for `take` of another sieve with the same table."},
    {"take", (PyCFunction)sieve_take, METH_O, "Know of words what `foresee` found out about them."},
    {"among", (PyCFunction)sieve_among, METH_VARARGS, "Those of some words that are stored under a prefix."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SieveType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "canonym._native.Sieve",
    .tp_doc = "Tells which runs are worth planning.",
    .tp_basicsize = sizeof(Sieve),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = sieve_new,
    .tp_dealloc = (destructor)sieve_dealloc,
    .tp_methods = sieve_methods,
};
