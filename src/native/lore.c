/* What is known of words, found out once for each as long as there are not too many: whether they open names, how
   common they are, and the words near them. */
#include "sieve.h"

enum { BLOCK_BITS = 20, BLOCK = 1 << BLOCK_BITS };

/* How near words, and frames, are written down: not yet, none, or the place of them behind these. */
enum { UNASKED = 0, NONE = 1, SOME = 2 };

static const char nothing[1] = {0};

int is_letters(const char *text, int size)
{
    for (int k = 0; k < size; k++)
        if (text[k] < 'a' || text[k] > 'z')
            return 0;
    return size > 0;
}

int read_figures(char *text, int size)
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

int is_suspect(const Sieve *s, const char *text, int size)
{
    return size >= 3 && is_letters(text, size) && zipf_of(s->scanner->lexicon, text, (size_t)size) < s->ordinary &&
           !any_has(s, '=', text, (size_t)size);
}

static int lore_room(Sieve *s, size_t room)
{
    Lore *wider = calloc(room, sizeof *wider);
    if (wider == NULL)
        return -1;
    for (size_t k = 0; s->lore != NULL && k <= s->lore_mask; k++) {
        if (!s->lore[k].key)
            continue;
        size_t at = (size_t)s->lore[k].key & (room - 1);
        while (wider[at].key)
            at = (at + 1) & (room - 1);
        wider[at] = s->lore[k];
    }
    free(s->lore);
    s->lore = wider;
    s->lore_mask = room - 1;
    return 0;
}

int lore_open(Sieve *s)
{
    return lore_room(s, 1 << 12) < 0 || numbers_open(&s->asked) < 0 || numbers_open(&s->empty) < 0 ? -1 : 0;
}

static void drop_blocks(Sieve *s)
{
    for (size_t k = 0; k < s->block_count; k++)
        free(s->blocks[k]);
    s->block_count = s->block_used = 0;
}

void lore_close(Sieve *s)
{
    drop_blocks(s);
    free(s->blocks);
    free(s->lore);
}

int forget_many(Sieve *s)
{
    if (s->empty.used > MOST_ANSWERS) {
        numbers_close(&s->empty);
        if (numbers_open(&s->empty) < 0)
            return -1;
    }
    if (s->lore_used + s->asked.used < MOST_ANSWERS)
        return 0;
    memset(s->lore, 0, (s->lore_mask + 1) * sizeof *s->lore);
    s->lore_used = 0;
    drop_blocks(s);
    numbers_close(&s->asked);
    return numbers_open(&s->asked);
}

static inline Lore *lore_at(const Sieve *s, uint64_t key)
{
    size_t at = (size_t)key & s->lore_mask;
    while (s->lore[at].key != key && s->lore[at].key)
        at = (at + 1) & s->lore_mask;
    return &s->lore[at];
}

void ask_word(const Sieve *s, Word *w)
{
    uint64_t key = key_of(0, w->text, (size_t)w->size);
    w->key = key ? key : 1;
    __builtin_prefetch(&s->lore[(size_t)w->key & s->lore_mask]);
    foreseen_ahead(s, w->key);
}

static unsigned facts_of(const Sieve *s, const char *text, int size)
{
    char plain[WORD_ROOM];
    const uint32_t *zipf = words_get(&s->scanner->lexicon->words, text, (size_t)size);
    unsigned facts = zipf ? *zipf & ZIPF : 0;
    memcpy(plain, text, (size_t)size);
    facts |= any_has(s, '^', text, (size_t)size) ? OPENS : 0;
    facts |= any_has(s, '#', text, (size_t)size) ? PART : 0;
    facts |= read_figures(plain, size) || is_suspect(s, plain, size) ? SUSPECT : 0;
    facts |= words_get(&s->openers, text, (size_t)size) ? OPENER : 0;
    facts |= words_get(&s->particles, text, (size_t)size) ? PARTICLE : 0;
    facts |= words_get(&s->articles, text, (size_t)size) ? ARTICLE : 0;
    facts |= words_get(&s->izafa, text, (size_t)size) ? IZAFA : 0;
    return facts;
}

/* Room for an answer, which stays where it is: its place, or -1 without memory. */
static int64_t room_for(Sieve *s, size_t size)
{
    if (s->block_count == 0 || s->block_used + size > BLOCK) {
        char **wider = realloc(s->blocks, (s->block_count + 1) * sizeof *wider);
        if (wider == NULL)
            return -1;
        s->blocks = wider;
        if ((s->blocks[s->block_count] = malloc(BLOCK)) == NULL)
            return -1;
        s->block_count++;
        s->block_used = 0;
    }
    s->block_used += size;
    return (int64_t)(((s->block_count - 1) << BLOCK_BITS) + s->block_used - size);
}

/* What is found out about a word but for what is near it, unless that was foreseen too. */
static Lore first_look(Sieve *s, const Word *w)
{
    Lore one = {w->key, 0, UNASKED, UNASKED};
    const char *near;
    if (!foreseen(s, w->key, &one.facts, &near)) {
        one.facts = facts_of(s, w->text, w->size);
        return one;
    }
    if (near != NULL && !*near)
        one.near = NONE;
    if (near == NULL || !*near)
        return one;
    size_t size = 1;
    for (int k = (unsigned char)*near; k > 0; k--)
        size += 1 + (unsigned char)near[size];
    int64_t place = room_for(s, size);
    if (place >= 0) {
        memcpy(s->blocks[place >> BLOCK_BITS] + (place & (BLOCK - 1)), near, size);
        one.near = (uint32_t)place + SOME;
    }
    return one;
}

void know_word(Sieve *s, Word *w)
{
    Lore *lore = lore_at(s, w->key);
    if (!lore->key) {
        /* Without room it is looked up again. */
        Lore one = first_look(s, w);
        w->facts = one.facts;
        if (2 * s->lore_used <= s->lore_mask || lore_room(s, 2 * (s->lore_mask + 1)) == 0) {
            *lore_at(s, w->key) = one;
            s->lore_used++;
        }
    } else {
        w->facts = lore->facts;
    }
    w->zipf = (w->facts & ZIPF) / 100.0;
}

static const char *written(const Sieve *s, uint32_t near)
{
    near -= SOME;
    return s->blocks[near >> BLOCK_BITS] + (near & (BLOCK - 1));
}

/* Whether any word may be near one; all tables are asked. */
static int ask_hoods(const Sieve *s, const char *word, int size)
{
    int any = 0;
    for (int k = 0; k < s->tables; k++)
        any |= hood_ask(s->layers[k].hood, (const uint8_t *)word, size);
    return any;
}

/* Write down the neighbours of a word that the tables were asked for; UNASKED without memory. */
static uint32_t write_near(Sieve *s, const char *word, int size)
{
    char found[MOST_NEAR];
    size_t used = 1;
    int count = 0;
    for (int k = 0; k < s->tables; k++) {
        Hood *hood = s->layers[k].hood;
        Py_ssize_t n = hood_answer(hood, (const uint8_t *)word, size, MOST_OPTIONS);
        if (n < 0)
            return UNASKED;
        for (Py_ssize_t j = 0; j < n && count < MOST_OPTIONS; j++) {
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
    if (!count)
        return NONE;
    found[0] = (char)count;
    int64_t place = room_for(s, used);
    if (place < 0)
        return UNASKED;
    memcpy(s->blocks[place >> BLOCK_BITS] + (place & (BLOCK - 1)), found, used);
    return (uint32_t)place + SOME;
}

const char *near_word(Sieve *s, const Word *w)
{
    Lore *lore = lore_at(s, w->key);
    if (!lore->key)
        return near_words(s, w->text, w->size);
    if (lore->near == UNASKED) {
        ask_hoods(s, w->text, w->size);
        lore->near = write_near(s, w->text, w->size);
    }
    return lore->near == UNASKED ? NULL : lore->near == NONE ? nothing : written(s, lore->near);
}

int near_nothing(const Sieve *s, const Word *w)
{
    const Lore *lore = lore_at(s, w->key);
    return lore->key && lore->near == NONE;
}

const char *near_words(Sieve *s, const char *word, int size)
{
    if (!ask_hoods(s, word, size))
        return nothing;
    uint64_t key = key_of('#', word, (size_t)size);
    key = key ? key : 1;
    const uint32_t *known = numbers_get(&s->asked, key);
    uint32_t near = known ? *known : write_near(s, word, size);
    if (near == UNASKED || (!known && numbers_put(&s->asked, key, near) < 0))
        return NULL;
    return near == NONE ? nothing : written(s, near);
}

const char *word_frame(Sieve *s, const Word *w, int *size)
{
    Lore *lore = lore_at(s, w->key);
    if (!lore->key)
        return NULL;
    if (lore->frame == UNASKED) {
        char frame[2 * WORD_ROOM];
        int made = frame_of(s->speller, w->text, w->size, frame, NULL);
        int64_t place = made < 0 ? -1 : room_for(s, (size_t)made + 1);
        lore->frame = place < 0 ? NONE : (uint32_t)place + SOME;
        if (place >= 0) {
            char *to = s->blocks[place >> BLOCK_BITS] + (place & (BLOCK - 1));
            to[0] = (char)made;
            memcpy(to + 1, frame, (size_t)made);
        }
    }
    if (lore->frame == NONE)
        return NULL;
    const char *found = written(s, lore->frame);
    *size = (unsigned char)*found;
    return found + 1;
}
