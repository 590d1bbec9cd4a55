/* Whether a run may hold anything at all: a listed name that would be rewritten, or a form near one. Twin:
   `spans.Planner`, which has the last word on what is let through here; this only says "nothing" early. Where a
   spelling is not plain ASCII, or it is not certain what the planner would say, the run is let through. */
#include "native.h"

#define MOST_TOKENS 48
#define MOST_TABLES 16
#define MOST_OPTIONS 8
#define MOST_COMBINATIONS 64
#define MOST_FORM 160
#define WORD_ROOM 64

enum { NOTHING = 1, LISTED = 2, MAYBE = 3 };

typedef struct {
    Py_buffer keys;
    Py_ssize_t count;
    Hood *hood;
} Layer;

typedef struct {
    PyObject_HEAD
    Layer layers[MOST_TABLES];
    int tables;
    int words; /* of the longest name */
    Scanner *scanner;
    Numbers particles, openers, endings, izafa, articles;
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

/* The frame of a word under the rules of sound; its size. Twin: `keys.sounds`. */
static int frame_of(const Sieve *s, const char *word, int size, char *out)
{
    char token[WORD_ROOM * 2], next[WORD_ROOM * 2];
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
            at++;
            while (at < n && IS(vowels, token[at]))
                at++;
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
            int made = frame_of(s, token[at[k]], length[at[k]], key + used);
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
        if (sum >= 4 && any_has(s, '~', key, (size_t)used))
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

/* The neighbours of a word: their count, then the size and the letters of each. NULL without memory. */
static const char *near_words(Sieve *s, const char *word, int size)
{
    uint64_t key = key_of('#', word, (size_t)size);
    key = key ? key : 1;
    const uint32_t *known = numbers_get(&s->asked, key);
    if (known)
        return s->answers[*known];
    char found[MOST_TABLES * MOST_OPTIONS * WORD_ROOM + 1];
    size_t used = 1;
    int count = 0;
    for (int k = 0; k < s->tables; k++) {
        Hood *hood = s->layers[k].hood;
        Py_ssize_t n = hood_find(hood, (const uint8_t *)word, size);
        if (n < 0)
            return NULL;
        for (Py_ssize_t j = 0; j < n && j < MOST_OPTIONS; j++) {
            int length;
            const char *text = hood_word(hood, j, &length);
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

/* Whether a listed name is within reach of a form: 1, 0, or -1 on an error. Twin: `Candidates.fuzzy`, `spans.best`. */
static int fuzzy_hit(Sieve *s, const Word *words, int from, int to, const char *form, int size)
{
    const char *option[8][MOST_TABLES * MOST_OPTIONS];
    int length[8][MOST_TABLES * MOST_OPTIONS], count[8], parts = to - from, combinations = 1, complete = 1;
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
            int n = (unsigned char)*found++;
            for (int j = 0; j < n; j++) {
                length[k][j] = (unsigned char)*found++;
                option[k][j] = found;
                found += length[k][j];
            }
            count[k] = n;
        } else if (parts == 1 || any_has(s, '#', own[k], (size_t)w->size)) {
            option[k][0] = own[k];
            length[k][0] = w->size;
            count[k] = 1;
        }
        complete = count[k] > 0;
        combinations *= count[k] ? count[k] : 1;
        if (combinations > MOST_COMBINATIONS * MOST_TABLES)
            return 1;
    }
    if (complete) {
        int at[8] = {0};
        for (;;) {
            char text[MOST_FORM];
            int used = 0, fits = 1;
            for (int k = 0; k < parts && fits; k++) {
                int n = length[k][at[k]];
                fits = used + n + 2 <= MOST_FORM;
                if (!fits)
                    break;
                if (k && !words[from + k].joined)
                    text[used++] = ' ';
                memcpy(text + used, option[k][at[k]], (size_t)n);
                used += n;
            }
            if (!fits || (any_has(s, '=', text, (size_t)used) && near_enough(s, form, size, text, used, 0)))
                return 1;
            int k = parts - 1;
            while (k >= 0 && ++at[k] == count[k])
                at[k--] = 0;
            if (k < 0)
                break;
        }
    }
    if (parts > 3 || whole_size < 6 || whole_size > 32 || !is_letters(whole, whole_size)) {
        return complete && parts > 1 && any_has(s, '=', whole, (size_t)whole_size);
    }
    if (parts > 1 && any_has(s, '=', whole, (size_t)whole_size))
        return 1;
    const char *found = near_words(s, whole, whole_size);
    if (found == NULL)
        return -1;
    int n = (unsigned char)*found++;
    for (int j = 0; j < n; j++) {
        int m = (unsigned char)*found++;
        /* With its blanks the name is longer, and no nearer. */
        if ((any_has(s, '+', found, (size_t)m) || (parts > 1 && any_has(s, '=', found, (size_t)m))) &&
            near_enough(s, whole, whole_size, found, m, 6))
            return 1;
        found += m;
    }
    return 0;
}

typedef struct {
    int at, end, rule, fuzzy;
} Hit;

/* What was found in a run: listed names from word to word, and forms that may be damaged ones. `sure` unless all of
   the run must be looked at. */
typedef struct {
    int sure, name_count, hit_count;
    int names[MOST_TOKENS][2];
    Hit hits[MOST_TOKENS * 5];
} Sifted;

/* What a run may hold: one of the verdicts above, or -1 on an error. */
static int sift(Sieve *s, PyObject *run, Sifted *out)
{
    Word words[MOST_TOKENS];
    uint8_t taken[MOST_TOKENS][MOST_TOKENS] = {{0}};
    char form[MOST_FORM];
    int count = split(s, run, words), loud = 0;
    out->sure = out->name_count = out->hit_count = 0;
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
                out->names[out->name_count][0] = at;
                out->names[out->name_count++][1] = end;
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
            int parts = end - at, rule, fuzzy = 0;
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
            rule = rule_hit(s, form, size);
            if (suspect || (parts == 2 && (w->zipf == 0.0 || last->zipf == 0.0)))
                fuzzy = fuzzy_hit(s, words, at, end, form, size);
            if (fuzzy < 0)
                return -1;
            if (rule || fuzzy)
                out->hits[out->hit_count++] = (Hit){at, end, rule, fuzzy};
        }
    }
    out->sure = 1;
    return out->hit_count || loud ? MAYBE : out->name_count ? LISTED : NOTHING;
}

/* (((first word, word behind) of listed names), ((first word, word behind, by rule, by likeness) of other forms)), or
   None where all must be looked at. */
static PyObject *told(const Sifted *found)
{
    if (!found->sure)
        return Py_NewRef(Py_None);
    PyObject *names = PyTuple_New(found->name_count), *hits = PyTuple_New(found->hit_count), *out = NULL, *one;
    for (int k = 0; names != NULL && k < found->name_count; k++) {
        if ((one = Py_BuildValue("(ii)", found->names[k][0], found->names[k][1])) == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, k, one);
    }
    for (int k = 0; hits != NULL && k < found->hit_count; k++) {
        const Hit *hit = &found->hits[k];
        one = Py_BuildValue("(iiOO)", hit->at, hit->end, hit->rule ? Py_True : Py_False, hit->fuzzy ? Py_True : Py_False);
        if (one == NULL)
            Py_CLEAR(hits);
        else
            PyTuple_SET_ITEM(hits, k, one);
    }
    if (names != NULL && hits != NULL)
        out = PyTuple_Pack(2, names, hits);
    Py_XDECREF(names);
    Py_XDECREF(hits);
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
    if (fast == NULL || nothing == NULL || listed == NULL || maybe == NULL)
        goto done;
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(fast); k++) {
        PyObject *run = PySequence_Fast_GET_ITEM(fast, k);
        Sifted found;
        int verdict, failed;
        if (!PyUnicode_Check(run)) {
            PyErr_SetString(PyExc_TypeError, "a run is a str");
            goto done;
        }
        if ((verdict = sift(self, run, &found)) < 0) {
            PyErr_NoMemory();
            goto done;
        }
        if (verdict == NOTHING) {
            failed = PyList_Append(nothing, run) < 0;
        } else {
            PyObject *all = told(&found);
            failed = all == NULL || PyDict_SetItem(verdict == LISTED ? listed : maybe, run, all) < 0;
            Py_XDECREF(all);
        }
        if (failed)
            goto done;
    }
    out = PyTuple_Pack(3, nothing, listed, maybe);
done:
    Py_XDECREF(nothing);
    Py_XDECREF(listed);
    Py_XDECREF(maybe);
    Py_XDECREF(fast);
    return out;
}

static void sieve_dealloc(Sieve *self)
{
    for (int k = 0; k < self->tables; k++) {
        PyBuffer_Release(&self->layers[k].keys);
        Py_XDECREF(self->layers[k].hood);
    }
    Numbers *all[] = {&self->particles, &self->openers, &self->endings, &self->izafa, &self->articles, &self->asked};
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
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, k), "y*O!", &layer->keys, &HoodType, &hood))
            return -1;
        layer->count = layer->keys.len / (Py_ssize_t)sizeof(uint64_t);
        layer->hood = (Hood *)Py_NewRef(hood);
        self->tables++;
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
                            "articles", "sounds", "ordinary", "rare",      "most_cost", NULL};
    PyObject *layers, *particles, *openers, *endings, *izafa, *articles, *sounds;
    Sieve *self = (Sieve *)type->tp_alloc(type, 0);
    Scanner *scanner;
    Edits *edits;
    if (self == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!iOOOOOO!ddd", names, &ScannerType, &scanner, &EditsType,
                                     &edits, &PyTuple_Type, &layers, &self->words, &particles, &openers, &endings,
                                     &izafa, &articles, &PyTuple_Type, &sounds, &self->ordinary, &self->rare,
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
        words_from(&self->articles, articles) < 0 || set_sounds(self, sounds) < 0 || set_layers(self, layers) < 0)
        goto failed;
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

static PyMethodDef sieve_methods[] = {
    {"sift", (PyCFunction)sieve_sift, METH_O,
     "Deal runs out: those that hold nothing, those that hold listed names which stay as they are, and the others;\n"
     "of the last two, where the names stand (first word, word behind), and the forms to look at (first word, word\n"
     "behind, by rule, by likeness). None where all must be looked at."},
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
