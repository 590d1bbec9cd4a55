/* Whether a run may hold anything at all: a listed name that would be rewritten, or a form near one. Twin:
   `spans.Planner`, which has the last word on what is let through here; this only says "nothing" early. Where a
   spelling is not plain ASCII, or it is not certain what the planner would say, the run is let through. */
#include "native.h"

#define MOST_TOKENS 48
#define MOST_TABLES 16
#define MOST_NEAR 24
#define MOST_OPTIONS 8
#define MOST_NAMES 512
#define MOST_COMBINATIONS 64
#define MOST_FORM 160
#define WORD_ROOM 64
#define MOST_ANSWERS 300000

enum { NOTHING = 1, LISTED = 2, MAYBE = 3 };

typedef struct {
    Py_buffer keys, owners, kinds, text, ends; /* sorted hashes, the alias of each; of aliases their kinds and texts */
    Py_ssize_t count, aliases;
    Hood *hood;
} Layer;

typedef struct {
    PyObject_HEAD
    Layer layers[MOST_TABLES];
    int tables;
    int words; /* of the longest name */
    Scanner *scanner;
    Numbers particles, openers, endings, izafa, articles, vowels;
    unsigned rule_kinds; /* a bit for each kind of alias that a rule may find */
    char sounds[128][2][8]; /* spelt, sound */
    int sound_count;
    double ordinary, rare, most_cost;
    Edits *edits;
    /* The neighbours of words already asked for, by their numbers: a count, then size and letters of each. */
    Numbers asked;
    const char **answers;
    size_t answered, room;
    char **blocks;
    size_t block_count, block_used;
} Sieve;

typedef struct {
    char text[WORD_ROOM]; /* folded */
    int size;
    int begin, end;       /* in the run */
    int joined, quote, dash, upper, lower, plain; /* joined: no blank before it; plain: of letters only */
    int suspect;
    double zipf;
} Word;

static int has(const Layer *layer, char space, const char *text, size_t size)
{
    return keys_find(layer->keys.buf, layer->count, key_of(space, text, size)) >= 0;
}

static double zipf_of(const Sieve *s, const char *word, size_t size)
{
    const uint32_t *found = words_get(&s->scanner->lexicon, word, size);
    return found ? *found / 100.0 : 0.0;
}

/* How common the rarest word of a form is. */
static double common(const Sieve *s, const char *form, int size)
{
    double least = 9.0;
    for (int k = 0; k < size;) {
        int begin = k;
        while (k < size && form[k] != ' ')
            k++;
        double here = zipf_of(s, form + begin, (size_t)(k - begin));
        if (here < least)
            least = here;
        k++;
    }
    return least;
}

static int any_has(const Sieve *s, char space, const char *text, size_t size)
{
    for (int k = 0; k < s->tables; k++)
        if (has(&s->layers[k], space, text, size))
            return 1;
    return 0;
}

static int is_letters(const char *text, int size)
{
    for (int k = 0; k < size; k++)
        if (text[k] < 'a' || text[k] > 'z')
            return 0;
    return size > 0;
}

/* 01358 read as olesb where a word is mostly letters; 1 where that changed it. */
static int read_figures(char *text, int size)
{
    int digits = 0, changed = 0;
    for (int k = 0; k < size; k++)
        digits += text[k] >= '0' && text[k] <= '9';
    if (!digits || digits * 3 > size)
        return 0;
    for (int k = 0; k < size; k++) {
        const char *figures = "01358", *found = text[k] ? strchr(figures, text[k]) : NULL;
        if (found) {
            text[k] = "olesb"[found - figures];
            changed = 1;
        }
    }
    return changed;
}

static int is_suspect(const Sieve *s, const char *text, int size)
{
    return size >= 3 && is_letters(text, size) && zipf_of(s, text, (size_t)size) < s->ordinary &&
           !any_has(s, '=', text, (size_t)size);
}

static int is_joint(const Sieve *s, Py_UCS4 c)
{
    unsigned f = flags_of(s->scanner, c);
    return (f & (SPACE | DASH | QUOTE)) && !(f & ALNUM);
}

/* The words of a run; their number, or -1 where the run is not plain enough. */
static int split(const Sieve *s, PyObject *run, Word *out)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(run);
    int kind = PyUnicode_KIND(run), count = 0;
    const void *data = PyUnicode_DATA(run);
    Py_ssize_t before = 0;
    if (n > 2000)
        return -1;
    for (Py_ssize_t k = 0; k < n;) {
        Py_UCS4 c = PyUnicode_READ(kind, data, k);
        if (c >= 128 && !is_joint(s, c))
            return -1;
        if (c >= 128 || !Py_ISALNUM((int)c)) {
            k++;
            continue;
        }
        if (count == MOST_TOKENS)
            return -1;
        Word *w = &out[count];
        memset(w, 0, sizeof *w);
        w->begin = (int)k;
        while (k < n && (c = PyUnicode_READ(kind, data, k)) < 128 && Py_ISALNUM((int)c)) {
            if (w->size >= WORD_ROOM - 1)
                return -1;
            w->upper |= Py_ISUPPER((int)c) != 0;
            w->lower |= Py_ISLOWER((int)c) != 0;
            w->text[w->size++] = (char)Py_TOLOWER((int)c);
            k++;
        }
        if (k < n && c >= 128 && !is_joint(s, c))
            return -1;
        w->end = (int)k;
        Py_ssize_t gap = w->begin - before;
        Py_UCS4 between = gap == 1 ? PyUnicode_READ(kind, data, before) : 0;
        w->quote = gap == 1 && (flags_of(s->scanner, between) & QUOTE);
        w->dash = gap == 1 && count > 0 && (flags_of(s->scanner, between) & DASH);
        w->joined = w->quote || (between == '.' && count > 0 && out[count - 1].size == 1 && w->size == 1);
        w->plain = is_letters(w->text, w->size);
        w->zipf = zipf_of(s, w->text, (size_t)w->size);
        before = k;
        count++;
    }
    return count;
}

/* Words one after the other as `scan.joined` writes them; the size, or -1 where there is no room. */
static int join(const Word *words, int from, int to, char *out)
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
    if (any_has(s, '^', words[at].text, (size_t)words[at].size))
        return 1;
    for (int end = at + 2; end <= count && words[end - 1].joined; end++) {
        int size = join(words, at, end, form);
        if (size < 0 || any_has(s, '^', form, (size_t)size))
            return 1;
    }
    return 0;
}

/* Letters and single blanks only, so that the spelling is the folded form but for capitals. */
static int plainly_spelt(PyObject *run, const Word *words, int from, int to)
{
    int kind = PyUnicode_KIND(run);
    const void *data = PyUnicode_DATA(run);
    for (int k = from + 1; k < to; k++) {
        for (int p = words[k - 1].end; p < words[k].begin; p++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, p);
            if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
                return 0;
        }
    }
    return 1;
}

/* The vowels of a word, group by group, each as `keys._group` writes it. */
typedef struct {
    int count;
    char text[WORD_ROOM][12];
} Groups;

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

/* The frame of a word under the rules of sound; its size. Twin: `keys.sounds`. */
static int frame_of(const Sieve *s, const char *word, int size, char *out, Groups *groups)
{
    char token[WORD_ROOM * 2], next[WORD_ROOM * 2];
    if (size >= WORD_ROOM)
        return -1;
    memcpy(token, word, (size_t)size);
    token[size] = 0;
    for (int k = 0; k < s->sound_count; k++) {
        const char *spelt = s->sounds[k][0], *sound = s->sounds[k][1];
        size_t length = strlen(spelt), short_ = strlen(sound);
        if (!strstr(token, spelt))
            continue;
        size_t to = 0;
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
    }
    int n = (int)strlen(token), made = 0, at = 0;
    const char *vowels = "aeiouyw", *pure = "aeiou", *softening = "eiy";
#define IS(set, c) ((c) && strchr(set, (c)))
    while (at < n) {
        char c = token[at];
        if (IS(pure, c) || (c == 'y' && at) || (c == 'w' && at && IS("aeiouy", token[at - 1]))) {
            int begin = at++;
            while (at < n && IS(vowels, token[at]))
                at++;
            if (groups != NULL && groups->count < WORD_ROOM)
                add_group(groups, token + begin, at - begin);
            out[made++] = '*';
            if (at < n && token[at] == 'h' && (at + 1 == n || !IS(vowels, token[at + 1])))
                at++;
        } else {
            if (c == 'c')
                c = at + 1 < n && IS(softening, token[at + 1]) ? 's' : 'k';
            if (!made || out[made - 1] != c)
                out[made++] = c;
            at++;
        }
    }
#undef IS
    return made;
}

static int agree(const Sieve *s, const char *a, const char *b)
{
    char pair[32];
    int size = snprintf(pair, sizeof pair, "%s|%s", a, b);
    return !strcmp(a, b) || words_get(&s->vowels, pair, (size_t)size) != NULL;
}

/* Whether a name with the key of a single word is that word under the rules. Twin: `keys.rule_reasons`. */
static int sounds_alike(const Sieve *s, const Layer *layer, const char *form, int size, const char *key, int used)
{
    const uint64_t *keys = layer->keys.buf, wanted = key_of('~', key, (size_t)used);
    const uint32_t *owners = layer->owners.buf, *ends = layer->ends.buf;
    Groups mine = {0}, theirs;
    char frame[WORD_ROOM * 2], other[WORD_ROOM * 2], alias[WORD_ROOM];
    int made = -1;
    if (size >= WORD_ROOM)
        return 1;
    for (Py_ssize_t k = keys_find(keys, layer->count, wanted); k >= 0 && k < layer->count && keys[k] == wanted; k++) {
        uint32_t number = owners[k];
        if (number >= layer->aliases || !((s->rule_kinds >> ((const uint8_t *)layer->kinds.buf)[number]) & 1))
            continue;
        const char *text = (const char *)layer->text.buf + ends[number];
        Py_ssize_t n = (Py_ssize_t)ends[number + 1] - ends[number];
        int plain = n < WORD_ROOM;
        for (Py_ssize_t j = 0; plain && j < n; j++) {
            plain = Py_ISALNUM((unsigned char)text[j]) && (unsigned char)text[j] < 128;
            alias[j] = (char)Py_TOLOWER((unsigned char)text[j]);
        }
        if (!plain)
            return 1; /* the planner will see */
        if (n == size && !memcmp(alias, form, (size_t)size))
            continue;
        if (made < 0)
            made = frame_of(s, form, size, frame, &mine);
        theirs.count = 0;
        if (frame_of(s, alias, (int)n, other, &theirs) != made || memcmp(frame, other, (size_t)made) ||
            mine.count != theirs.count)
            continue;
        int differ = 0, fits = 1;
        for (int j = 0; j < mine.count && fits; j++) {
            differ += strcmp(mine.text[j], theirs.text[j]) != 0;
            fits = agree(s, mine.text[j], theirs.text[j]);
        }
        if (fits && differ <= 2)
            return 1;
    }
    return 0;
}

/* Whether some name has the form's key under the rules, or is the form but for blanks. Twin: `Candidates.by_rule`. */
static int rule_hit(const Sieve *s, const char *form, int size)
{
    char key[MOST_FORM * 2], bare[MOST_FORM];
    const char *token[MOST_TOKENS];
    int length[MOST_TOKENS], count = 0, letters = 0, squeezed = 0;
    for (int k = 0; k < size;) {
        int begin = k;
        while (k < size && form[k] != ' ') {
            letters |= form[k] >= 'a' && form[k] <= 'z';
            bare[squeezed++] = form[k++];
        }
        if (count == MOST_TOKENS)
            return 1;
        token[count] = form + begin;
        length[count++] = k - begin;
        k++;
    }
    if (letters && size >= 4) {
        int first = count > 1 && words_get(&s->articles, token[0], (size_t)length[0]);
        int used = 0, sum = 0, cores = 0, at[MOST_TOKENS];
        for (int k = first; k < count; k++)
            if (!(k > first && k < count - 1 && words_get(&s->izafa, token[k], (size_t)length[k])))
                at[cores++] = k;
        for (int k = 0; k < cores; k++) {
            if (k)
                key[used++] = '~';
            int made = frame_of(s, token[at[k]], length[at[k]], key + used, NULL);
            if (made < 0)
                return 1;
            if (k < cores - 1) {
                int kept = made;
                while (kept && key[used + kept - 1] == '*')
                    kept--;
                made = kept ? kept : made;
            }
            used += made;
            sum += made;
        }
        if (sum >= 4)
            for (int k = 0; k < s->tables; k++)
                if (count > 1 ? has(&s->layers[k], '~', key, (size_t)used)
                              : sounds_alike(s, &s->layers[k], form, size, key, used))
                    return 1;
    }
    if (squeezed >= 6) {
        if (squeezed == size)
            return any_has(s, '+', bare, (size_t)squeezed);
        return any_has(s, '=', bare, (size_t)squeezed) || any_has(s, '+', bare, (size_t)squeezed);
    }
    return 0;
}

/* Room for an answer, which stays where it is. */
static char *room_for(Sieve *s, size_t size)
{
    enum { BLOCK = 1 << 20 };
    if (s->block_count == 0 || s->block_used + size > BLOCK) {
        char **wider = realloc(s->blocks, (s->block_count + 1) * sizeof *wider);
        if (wider == NULL)
            return NULL;
        s->blocks = wider;
        if ((s->blocks[s->block_count] = malloc(BLOCK)) == NULL)
            return NULL;
        s->block_count++;
        s->block_used = 0;
    }
    char *at = s->blocks[s->block_count - 1] + s->block_used;
    s->block_used += size;
    return at;
}

/* Forget the neighbours of all words once there are many; nothing that points at them may be in use. */
static int forget_many(Sieve *s)
{
    if (s->answered < MOST_ANSWERS)
        return 0;
    for (size_t k = 0; k < s->block_count; k++)
        free(s->blocks[k]);
    s->block_count = s->block_used = s->answered = 0;
    numbers_close(&s->asked);
    return numbers_open(&s->asked);
}

/* The neighbours of a word: their count, then the size and the letters of each. NULL without memory. */
static const char *near_words(Sieve *s, const char *word, int size)
{
    uint64_t key = key_of('#', word, (size_t)size);
    key = key ? key : 1;
    const uint32_t *known = numbers_get(&s->asked, key);
    if (known)
        return s->answers[*known];
    char found[MOST_OPTIONS * WORD_ROOM + 1];
    size_t used = 1;
    int count = 0;
    for (int k = 0; k < s->tables; k++) {
        Hood *hood = s->layers[k].hood;
        Py_ssize_t n = hood_find(hood, (const uint8_t *)word, size);
        if (n < 0)
            return NULL;
        for (Py_ssize_t j = 0; j < n && j < MOST_NEAR && count < MOST_OPTIONS; j++) {
            int length, known = 0;
            const char *text = hood_word(hood, j, &length);
            for (size_t at = 1; at < used && !known; at += (size_t)found[at] + 1)
                known = found[at] == length && !memcmp(found + at + 1, text, (size_t)length);
            if (known)
                continue;
            found[used++] = (char)length;
            memcpy(found + used, text, (size_t)length);
            used += (size_t)length;
            count++;
        }
    }
    found[0] = (char)count;
    if (s->answered == s->room) {
        size_t room = s->room ? 2 * s->room : 4096;
        const char **wider = realloc(s->answers, room * sizeof *wider);
        if (wider == NULL)
            return NULL;
        s->answers = wider;
        s->room = room;
    }
    char *kept = room_for(s, used);
    if (kept == NULL || numbers_put(&s->asked, key, (uint32_t)s->answered) < 0)
        return NULL;
    memcpy(kept, found, used);
    return s->answers[s->answered++] = kept;
}

static int near_enough(const Sieve *s, const char *form, int n, const char *alias, int m, int slack)
{
    int length = m + slack < 4 ? 4 : m + slack;
    if (n >= SHORT || m >= SHORT)
        return 1;
    return edits_short(s->edits, form, n, alias, m) <= s->most_cost * length + 0.001;
}

/* Names found, one after the other: the space they stand in, their size, their letters. */
typedef struct {
    int count;
    size_t used;
    char text[MOST_NAMES * 40];
} Names;

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

/* The listed names within reach of a form; 0, or -1 on an error. Twin: `Candidates.fuzzy`, with `spans.best`. */
static int fuzzy_names(Sieve *s, const Word *words, int from, int to, const char *form, int size, Names *out)
{
    const char *option[8][MOST_OPTIONS];
    int length[8][MOST_OPTIONS], count[8], parts = to - from, combinations = 1, complete = 1;
    char own[8][WORD_ROOM], whole[MOST_FORM];
    int whole_size = 0;
    for (int k = 0; k < parts; k++) {
        const Word *w = &words[from + k];
        memcpy(whole + whole_size, w->text, (size_t)w->size);
        whole_size += w->size;
    }
    read_figures(whole, whole_size);
    for (int k = 0; k < parts && complete; k++) {
        const Word *w = &words[from + k];
        memcpy(own[k], w->text, (size_t)w->size);
        read_figures(own[k], w->size);
        count[k] = 0;
        if (is_suspect(s, own[k], w->size)) {
            const char *found = near_words(s, own[k], w->size);
            if (found == NULL)
                return -1;
            count[k] = (unsigned char)*found++;
            for (int j = 0; j < count[k]; j++) {
                length[k][j] = (unsigned char)*found++;
                option[k][j] = found;
                found += length[k][j];
            }
        } else if (parts == 1 || any_has(s, '#', own[k], (size_t)w->size)) {
            option[k][0] = own[k];
            length[k][0] = w->size;
            count[k] = 1;
        }
        complete = count[k] > 0;
        combinations *= count[k] ? count[k] : 1;
    }
    int joinable = parts <= 3 && whole_size >= 6 && whole_size <= 32 && is_letters(whole, whole_size);
    if (complete && combinations <= MOST_COMBINATIONS) {
        int at[8] = {0};
        for (;;) {
            char text[MOST_FORM];
            int used = 0, fits = 1;
            for (int k = 0; k < parts; k++) {
                int n = length[k][at[k]];
                if (used + n + 2 > MOST_FORM) {
                    fits = 0;
                    break;
                }
                if (k && !words[from + k].joined)
                    text[used++] = ' ';
                memcpy(text + used, option[k][at[k]], (size_t)n);
                used += n;
            }
            if (fits && any_has(s, '=', text, (size_t)used) && near_enough(s, form, size, text, used, 0))
                add_name(out, '=', text, used);
            int k = parts - 1;
            while (k >= 0 && ++at[k] == count[k])
                at[k--] = 0;
            if (k < 0)
                break;
        }
    }
    const char *found = joinable ? near_words(s, whole, whole_size) : NULL;
    if (joinable && found == NULL)
        return -1;
    if (!complete && !(found && *found))
        return 0;
    if (parts > 1 && any_has(s, '#', whole, (size_t)whole_size) && any_has(s, '=', whole, (size_t)whole_size))
        add_name(out, '=', whole, whole_size);
    int n = found ? (unsigned char)*found++ : 0;
    for (int j = 0; j < n; j++) {
        int m = (unsigned char)*found++;
        /* With its blanks the name is longer, and no nearer. */
        if (near_enough(s, whole, whole_size, found, m, 6)) {
            if (any_has(s, '+', found, (size_t)m))
                add_name(out, '+', found, m);
            if (parts > 1 && any_has(s, '=', found, (size_t)m))
                add_name(out, '=', found, m);
        }
        found += m;
    }
    return 0;
}

typedef struct {
    int at, end, rule, first, names; /* the names: from which on, and how many */
    size_t text;
} Hit;

/* What was found in a run: listed names from word to word, and forms that may be damaged ones. `sure` unless all of
   the run must be looked at. */
typedef struct {
    int sure, name_count, hit_count;
    int listed[MOST_TOKENS][2];
    Hit hits[MOST_TOKENS * 5];
    int word_count;
    Word words[MOST_TOKENS];
    Names names;
} Sifted;

/* What a run may hold: one of the verdicts above, or -1 on an error. */
static int sift(Sieve *s, PyObject *run, Sifted *out)
{
    Word *words = out->words;
    uint8_t taken[MOST_TOKENS][MOST_TOKENS] = {{0}};
    char form[MOST_FORM];
    int count = split(s, run, words), loud = 0;
    out->sure = out->name_count = out->hit_count = out->names.count = 0;
    out->names.used = 0;
    out->word_count = count;
    if (count < 0)
        return MAYBE;
    for (int at = 0; at < count;) {
        int next = at + 1;
        if (may_start(words, at) && may_open(s, words, count, at)) {
            int end = at + s->words < count ? at + s->words : count;
            for (; end > at; end--) {
                if (!may_end(s, words, count, end))
                    continue;
                int size = join(words, at, end, form), layer = 0;
                if (size < 0)
                    return MAYBE;
                while (layer < s->tables && !has(&s->layers[layer], '=', form, (size_t)size))
                    layer++;
                if (layer == s->tables)
                    continue;
                if (size < 4 || !plainly_spelt(run, words, at, end) ||
                    !has(&s->layers[layer], '%', form, (size_t)size) ||
                    has(&s->layers[layer], '?', form, (size_t)size))
                    return MAYBE;
                loud |= has(&s->layers[layer], '!', form, (size_t)size);
                out->listed[out->name_count][0] = at;
                out->listed[out->name_count++][1] = end;
                for (int a = at; a < end; a++)
                    for (int b = a; b < end; b++)
                        taken[a][b] = 1;
                next = end;
                break;
            }
        }
        at = next;
    }
    for (int k = 0; k < count; k++) {
        char plain[WORD_ROOM];
        memcpy(plain, words[k].text, (size_t)words[k].size);
        words[k].suspect = read_figures(plain, words[k].size) || is_suspect(s, plain, words[k].size);
    }
    for (int at = 0; at < count; at++) {
        const Word *w = &words[at];
        if (!may_start(words, at) || words_get(&s->openers, w->text, (size_t)w->size))
            continue;
        if (w->dash && at > 0) {
            const Word *before = &words[at - 1];
            Py_UCS4 first = PyUnicode_READ_CHAR(run, w->begin);
            if (words_get(&s->articles, before->text, (size_t)before->size) || !(first >= 'A' && first <= 'Z'))
                continue;
        }
        int suspect = 0;
        for (int end = at + 1; end <= count && end <= at + 5; end++) {
            const Word *last = &words[end - 1];
            int parts = end - at;
            suspect |= last->suspect;
            if (!may_end(s, words, count, end) || taken[at][end - 1])
                continue;
            if ((last->quote && is_ending(s, last)) || (parts > 1 && w->size == 1 && words[at + 1].dash))
                continue;
            if (words_get(&s->particles, last->text, (size_t)last->size))
                continue;
            int size = join(words, at, end, form);
            if (size < 0)
                return MAYBE;
            if (size < 4)
                continue;
            if (parts != 2 && !(parts == 3 && words_get(&s->izafa, words[at + 1].text, (size_t)words[at + 1].size)) &&
                common(s, form, size) >= s->rare)
                continue;
            Names *names = &out->names;
            Hit hit = {at, end, rule_hit(s, form, size), names->count, 0, names->used};
            if (suspect || (parts == 2 && (w->zipf == 0.0 || last->zipf == 0.0)))
                if (fuzzy_names(s, words, at, end, form, size, names) < 0)
                    return -1;
            if (names->count == MOST_NAMES)
                return MAYBE;
            hit.names = names->count - hit.first;
            if (hit.rule || hit.names)
                out->hits[out->hit_count++] = hit;
        }
    }
    out->sure = 1;
    return out->hit_count || loud ? MAYBE : out->name_count ? LISTED : NOTHING;
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

static PyObject *hit_told(const Sieve *s, const Sifted *found, PyObject *run, int k)
{
    const Hit *hit = &found->hits[k];
    char form[MOST_FORM];
    int size = join(found->words, hit->at, hit->end, form), small = 0;
    PyObject *names = PyTuple_New(hit->names);
    const char *text = found->names.text + hit->text;
    for (int j = 0; names != NULL && j < hit->names; j++) {
        int length = (unsigned char)text[1];
        PyObject *one = Py_BuildValue("(Cs#)", (int)text[0], text + 2, (Py_ssize_t)length);
        if (one == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, j, one);
        text += 2 + length;
    }
    for (int j = hit->at; j < hit->end; j++) {
        const Word *w = &found->words[j];
        Py_UCS4 first = PyUnicode_READ_CHAR(run, w->begin);
        small |= first >= 'a' && first <= 'z' && !words_get(&s->particles, w->text, (size_t)w->size);
    }
    if (names == NULL)
        return NULL;
    return Py_BuildValue("(iis#OON)", found->words[hit->at].begin, found->words[hit->end - 1].end, form,
                         (Py_ssize_t)size, small ? Py_True : Py_False, hit->rule ? Py_True : Py_False, names);
}

/* What was found in a run as tuples: its words, the listed names, the forms near others; None where it is not sure. */
static PyObject *told(const Sieve *s, const Sifted *found, PyObject *run)
{
    if (!found->sure)
        return Py_NewRef(Py_None);
    int counts[3] = {found->word_count, found->name_count, found->hit_count};
    PyObject *out = PyTuple_New(3);
    for (int part = 0; out != NULL && part < 3; part++) {
        PyObject *all = PyTuple_New(counts[part]);
        for (int k = 0; all != NULL && k < counts[part]; k++) {
            PyObject *one = part == 0   ? word_told(&found->words[k])
                            : part == 1 ? listed_told(found, k)
                                        : hit_told(s, found, run, k);
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

/* Of each name by itself whether a rule makes it a listed one, and the names it is near to; None where it is not plain. */
static PyObject *sieve_near(Sieve *self, PyObject *names)
{
    PyObject *fast = PySequence_Fast(names, "names come in a sequence");
    PyObject *out = fast == NULL ? NULL : PyList_New(PySequence_Fast_GET_SIZE(fast));
    Sifted *found = malloc(sizeof *found);
    if (found == NULL)
        Py_CLEAR(out);
    for (Py_ssize_t k = 0; out != NULL && k < PySequence_Fast_GET_SIZE(fast); k++) {
        PyObject *name = PySequence_Fast_GET_ITEM(fast, k), *one = NULL;
        char form[MOST_FORM];
        int count = PyUnicode_Check(name) ? split(self, name, found->words) : -1, size = -1;
        if (forget_many(self) < 0) {
            PyErr_NoMemory();
            Py_CLEAR(out);
            break;
        }
        if (count > 0 && count <= 6 && (size = join(found->words, 0, count, form)) >= 0) {
            Names *near = &found->names;
            near->count = 0;
            near->used = 0;
            found->hits[0] = (Hit){0, count, rule_hit(self, form, size), 0, 0, 0};
            if (fuzzy_names(self, found->words, 0, count, form, size, near) < 0) {
                PyErr_NoMemory();
            } else if (near->count < MOST_NAMES) {
                found->hits[0].names = near->count;
                one = hit_told(self, found, name, 0);
            } else {
                one = Py_NewRef(Py_None);
            }
        } else {
            one = Py_NewRef(Py_None);
        }
        if (one == NULL)
            Py_CLEAR(out);
        else
            PyList_SET_ITEM(out, k, one);
    }
    free(found);
    Py_XDECREF(fast);
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

static PyObject *sieve_sift(Sieve *self, PyObject *runs)
{
    PyObject *nothing = PyList_New(0), *listed = PyDict_New(), *maybe = PyDict_New(), *out = NULL;
    PyObject *fast = PySequence_Fast(runs, "runs come in a sequence");
    Sifted *found = malloc(sizeof *found);
    if (found == NULL)
        PyErr_NoMemory();
    if (fast == NULL || nothing == NULL || listed == NULL || maybe == NULL || found == NULL)
        goto done;
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(fast); k++) {
        PyObject *run = PySequence_Fast_GET_ITEM(fast, k);
        int verdict, failed;
        if (!PyUnicode_Check(run)) {
            PyErr_SetString(PyExc_TypeError, "a run is a str");
            goto done;
        }
        if (forget_many(self) < 0 || (verdict = sift(self, run, found)) < 0) {
            PyErr_NoMemory();
            goto done;
        }
        if (verdict == NOTHING) {
            failed = PyList_Append(nothing, run) < 0;
        } else {
            PyObject *all = told(self, found, run);
            failed = all == NULL || PyDict_SetItem(verdict == LISTED ? listed : maybe, run, all) < 0;
            Py_XDECREF(all);
        }
        if (failed)
            goto done;
    }
    out = PyTuple_Pack(3, nothing, listed, maybe);
done:
    free(found);
    Py_XDECREF(nothing);
    Py_XDECREF(listed);
    Py_XDECREF(maybe);
    Py_XDECREF(fast);
    return out;
}

static void sieve_dealloc(Sieve *self)
{
    for (int k = 0; k < self->tables; k++) {
        Layer *layer = &self->layers[k];
        Py_buffer *buffers[] = {&layer->keys, &layer->owners, &layer->kinds, &layer->text, &layer->ends};
        for (int b = 0; b < 5; b++)
            PyBuffer_Release(buffers[b]);
        Py_XDECREF(self->layers[k].hood);
    }
    Numbers *all[] = {&self->particles, &self->openers, &self->endings, &self->izafa, &self->articles, &self->vowels,
                      &self->asked};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        numbers_close(all[k]);
    for (size_t k = 0; k < self->block_count; k++)
        free(self->blocks[k]);
    free(self->blocks);
    free(self->answers);
    Py_XDECREF(self->scanner);
    Py_XDECREF(self->edits);
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
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, k), "y*y*y*y*y*O!", &layer->keys, &layer->owners, &layer->kinds,
                              &layer->text, &layer->ends, &HoodType, &hood))
            return -1;
        layer->count = layer->keys.len / (Py_ssize_t)sizeof(uint64_t);
        layer->aliases = layer->kinds.len;
        const uint32_t *ends = layer->ends.buf;
        int fits = layer->owners.len == 4 * layer->count && layer->ends.len == 4 * (layer->aliases + 1) &&
                   (Py_ssize_t)ends[layer->aliases] <= layer->text.len;
        for (Py_ssize_t j = 0; fits && j < layer->aliases; j++)
            fits = ends[j] <= ends[j + 1];
        self->tables++;
        if (!fits) {
            PyErr_SetString(PyExc_ValueError, "the arrays of the index do not fit together");
            return -1;
        }
        layer->hood = (Hood *)Py_NewRef(hood);
    }
    return 0;
}

static int set_sounds(Sieve *self, PyObject *sounds)
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
        strcpy(self->sounds[self->sound_count++][1], sound);
    }
    return 0;
}

static PyObject *sieve_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"scanner",  "edits",   "layers", "words",    "particles", "openers", "endings", "izafa",
                            "articles", "vowels",  "sounds", "rule_kinds", "ordinary",  "rare",    "most_cost", NULL};
    PyObject *layers, *particles, *openers, *endings, *izafa, *articles, *vowels, *sounds;
    Sieve *self = (Sieve *)type->tp_alloc(type, 0);
    Scanner *scanner;
    Edits *edits;
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!iOOOOOOO!Iddd", names, &ScannerType, &scanner, &EditsType,
                                     &edits, &PyTuple_Type, &layers, &self->words, &particles, &openers, &endings,
                                     &izafa, &articles, &vowels, &PyTuple_Type, &sounds, &self->rule_kinds, &self->ordinary, &self->rare,
                                     &self->most_cost))
        goto failed;
    self->scanner = (Scanner *)Py_NewRef(scanner);
    self->edits = (Edits *)Py_NewRef(edits);
    if (numbers_open(&self->asked) < 0) {
        PyErr_NoMemory();
        goto failed;
    }
    if (words_from(&self->particles, particles) < 0 || words_from(&self->openers, openers) < 0 ||
        words_from(&self->endings, endings) < 0 || words_from(&self->izafa, izafa) < 0 ||
        words_from(&self->articles, articles) < 0 || words_from(&self->vowels, vowels) < 0 || set_sounds(self, sounds) < 0 || set_layers(self, layers) < 0)
        goto failed;
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

static PyMethodDef sieve_methods[] = {
    {"sift", (PyCFunction)sieve_sift, METH_O,
     "Deal runs out: those that hold nothing, those that hold listed names which stay as they are, and the others;\n"
     "of the last two, the words (start, end, folded), the listed names (start, end, form, words), and forms near\n"
     "others (start, end, form, whether words in small letters stand in it, whether a rule makes it a name, the names\n"
     "as they are stored: space, form). None where all of the run must be looked at."},
    {"near", (PyCFunction)sieve_near, METH_O,
     "Of each name, taken whole, what `sift` tells of a form near others; None where it is not plain ASCII."},
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
