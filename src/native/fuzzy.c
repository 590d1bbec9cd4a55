/* The listed names within reach of a form. Twins: `Candidates.fuzzy`, with `nearest.best`. */
#include "sieve.h"

#define BAND 5 /* letters */

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
    ask_ahead(s, key);
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

/* Whether a name of several words begins, or ends, with a word, and has about as many letters as a form. Twin:
   `indexkeys.joint`. */
int has_joint(const Sieve *s, char space, const Word *w, int size)
{
    char band[2] = {' ', (char)('0' + (size - w->size) / BAND)};
    return any_key(s, key_end(key_add(key_add(key_add(KEY_BEGUN, &space, 1), w->text, (size_t)w->size), band, 2)));
}

int fuzzy_names(Sieve *s, const Word *words, int from, int to, int split, const char *form, int size, Names *out)
{
    Options options;
    int parts = to - from, combinations = 1, complete = 1, figures = 0;
    char own[8][WORD_ROOM], whole[MOST_FORM];
    int whole_size = 0;
    for (int k = 0; k < parts; k++) {
        const Word *w = &words[from + k];
        memcpy(whole + whole_size, w->text, (size_t)w->size);
        whole_size += w->size;
        split |= k && (w->dash || w->joined);
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
        /* With its figures read, Po1ynesia is a word of French Polynesia. */
        int part = parts > 1 && changed && any_has(s, '#', own[k], (size_t)w->size);
        if (changed ? is_suspect(s, own[k], w->size) : (w->facts & SUSPECT) != 0) {
            const char *found = changed ? near_words(s, own[k], w->size) : near_word(s, w);
            if (found == NULL)
                return -1;
            int near = (unsigned char)*found++;
            if (part) {
                options.text[k][0] = own[k];
                options.length[k][0] = w->size;
            }
            options.count[k] = near + part > MOST_OPTIONS ? MOST_OPTIONS : near + part;
            for (int j = part; j < options.count[k]; j++) {
                options.length[k][j] = (unsigned char)*found++;
                options.text[k][j] = found;
                found += options.length[k][j];
            }
        } else if (parts == 1 || (changed ? part : (w->facts & PART) != 0)) {
            options.text[k][0] = own[k];
            options.length[k][0] = w->size;
            options.count[k] = 1;
        }
        complete = options.count[k] > 0;
        combinations *= options.count[k] ? options.count[k] : 1;
    }
    int joinable = parts <= 3 && whole_size >= 6 && whole_size <= 32 && is_letters(whole, whole_size) &&
                   (parts == 1 || split || ((words[from].facts & OPENS) && has_joint(s, '<', &words[from], whole_size)) ||
                    ((words[to - 1].facts & PART) && has_joint(s, '>', &words[to - 1], whole_size)));
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
