/* What is known of common words before any text is read: found out when an index is compiled, and mapped with it. Twin:
   none is needed, since it says what would be found out otherwise; see `canonym.foreseen`.

   A table of entries by the beginning of their keys, an empty one at the end of each row of taken ones, and behind it the
   words near them, as lore.c writes them. */
#include "sieve.h"

typedef struct Foreseen {
    uint64_t key; /* 0: no word */
    uint32_t facts, near;
} Foreseen;

/* What entries say of near words: not asked, none, or their place behind these. */
enum { UNASKED = 0, NONE = 1, SOME = 2 };

static Foreseen *slot_of(Foreseen *table, size_t mask, uint64_t key)
{
    size_t at = (size_t)key & mask;
    while (table[at].key && table[at].key != key)
        at = (at + 1) & mask;
    return &table[at];
}

int foreseen(const Sieve *s, uint64_t key, uint32_t *facts, const char **near)
{
    if (s->foreseen_mask == 0)
        return 0;
    const Foreseen *table = s->foreseen.buf;
    size_t at = (size_t)key & s->foreseen_mask, met = 0;
    while (table[at].key != key) {
        if (!table[at].key || met++ > s->foreseen_mask)
            return 0;
        at = (at + 1) & s->foreseen_mask;
    }
    *facts = table[at].facts;
    *near = NULL;
    if (table[at].near == NONE)
        *near = "";
    if (table[at].near < SOME)
        return 1;
    const char *text = (const char *)(table + s->foreseen_mask + 1) + (table[at].near - SOME);
    const char *end = (const char *)s->foreseen.buf + s->foreseen.len, *p = text;
    for (int count = p < end ? 1 + (unsigned char)*p++ : 0; --count > 0;) {
        if (p >= end || end - p <= (unsigned char)*p || (unsigned char)*p >= WORD_ROOM)
            return 1; /* the file is damaged: they are asked for */
        p += 1 + (unsigned char)*p;
    }
    if (p > text && p - text <= MOST_NEAR)
        *near = text;
    return 1;
}

void foreseen_ahead(const Sieve *s, uint64_t key)
{
    if (s->foreseen_mask)
        __builtin_prefetch((const Foreseen *)s->foreseen.buf + ((size_t)key & s->foreseen_mask));
}

PyObject *sieve_take(Sieve *self, PyObject *data)
{
    Py_buffer given;
    uint64_t room;
    if (PyObject_GetBuffer(data, &given, PyBUF_SIMPLE) < 0)
        return NULL;
    int fits = given.len > (Py_ssize_t)sizeof room && (uintptr_t)given.buf % sizeof room == 0;
    if (fits) {
        memcpy(&room, (const char *)given.buf + given.len - sizeof room, sizeof room);
        fits = room > 1 && !(room & (room - 1)) && room <= (uint64_t)given.len / sizeof(Foreseen);
    }
    if (!fits || self->busy || self->lore_used) {
        PyBuffer_Release(&given);
        PyErr_SetString(PyExc_ValueError, fits ? "the sieve was used before" : "nothing foreseen can be read there");
        return NULL;
    }
    PyBuffer_Release(&self->foreseen);
    self->foreseen = given;
    self->foreseen.len -= (Py_ssize_t)sizeof room;
    self->foreseen_mask = (size_t)room - 1;
    Py_RETURN_NONE;
}

/* -- When an index is compiled ---------------------------------------------------------------------------------- */

typedef struct {
    Foreseen *table;
    size_t mask, used, room;
    char *text;
} Making;

/* Keep what was found out about a word: 0, or -1 without memory. */
static int keep_word(Sieve *s, const Sifted *found, Making *m)
{
    const Word *w = &found->words[0];
    Foreseen *entry = slot_of(m->table, m->mask, w->key);
    const char *near = (w->facts & SUSPECT) && w->plain ? near_word(s, w) : NULL;
    uint64_t alone = word_key(w);
    uint32_t facts = w->facts | (alone && numbers_get(&s->empty, alone) ? (uint32_t)HOPELESS : 0);
    size_t size = 1;
    if ((w->facts & SUSPECT) && w->plain && near == NULL)
        return -1;
    *entry = (Foreseen){w->key, facts, near == NULL ? UNASKED : NONE};
    if (near == NULL || !*near)
        return 0;
    for (int k = (unsigned char)*near; k > 0; k--)
        size += 1 + (unsigned char)near[size];
    if (m->used + size > m->room) {
        size_t room = 2 * m->room + MOST_NEAR;
        char *wider = realloc(m->text, room);
        if (wider == NULL)
            return -1;
        m->text = wider;
        m->room = room;
    }
    memcpy(m->text + m->used, near, size);
    entry->near = (uint32_t)m->used + SOME;
    m->used += size;
    return 0;
}

/* Look at a word as if it stood alone in a text, with a capital: 1 where something is kept of it, -1 on an error. */
static int foresee_word(Sieve *s, PyObject *word, Sifted *found, Making *m)
{
    char run[WORD_ROOM];
    Py_ssize_t size = PyUnicode_Check(word) ? PyUnicode_GET_LENGTH(word) : 0;
    if (size == 0 || size >= WORD_ROOM || !PyUnicode_IS_ASCII(word))
        return 0;
    memcpy(run, PyUnicode_1BYTE_DATA(word), (size_t)size);
    run[0] = (char)Py_TOUPPER((int)run[0]);
    if (forget_many(s) < 0 || sift(s, (Slice){PyUnicode_1BYTE_KIND, run, size}, found) < 0)
        return -1;
    if (found->word_count != 1 || found->words[0].size != size)
        return 0;
    return keep_word(s, found, m) < 0 ? -1 : 1;
}

PyObject *sieve_foresee(Sieve *self, PyObject *words)
{
    PyObject *fast = PySequence_Fast(words, "words come in a sequence"), *out = NULL;
    Making m = {NULL, 0, 0, 0, NULL};
    uint64_t room = 2;
    Sifted *found = malloc(sizeof *found);
    Py_ssize_t count = fast ? PySequence_Fast_GET_SIZE(fast) : 0;
    while (3 * room < 4 * ((uint64_t)count + 1))
        room *= 2;
    m.table = calloc(room, sizeof *m.table);
    m.mask = (size_t)room - 1;
    if (fast == NULL || found == NULL || m.table == NULL || self->tables != 1 || self->busy) {
        if (fast && found && m.table)
            PyErr_SetString(PyExc_ValueError, "words are foreseen for one table, by a sieve that is not in use");
        goto done;
    }
    self->busy = 1;
    for (Py_ssize_t k = 0; k < count; k++)
        if (foresee_word(self, PySequence_Fast_GET_ITEM(fast, k), found, &m) < 0)
            goto done;
    size_t table = (size_t)room * sizeof *m.table, padding = (8 - m.used % 8) % 8;
    if ((out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(table + m.used + padding + sizeof room))) != NULL) {
        char *to = PyBytes_AS_STRING(out);
        memcpy(to, m.table, table);
        if (m.used)
            memcpy(to + table, m.text, m.used);
        memset(to + table + m.used, 0, padding);
        memcpy(to + table + m.used + padding, &room, sizeof room);
    }
done:
    if (fast != NULL && found != NULL && m.table != NULL && self->tables == 1)
        self->busy = 0;
    if (out == NULL && !PyErr_Occurred())
        PyErr_NoMemory();
    free(found);
    free(m.table);
    free(m.text);
    Py_XDECREF(fast);
    return out;
}
