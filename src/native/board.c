/* Verdicts that several processes find out together: words of 64 bits in memory that all of them map. What one of them
   has put there the others need not find out. Nothing waits and nothing is taken away: a place that is taken stays so,
   and where all that may hold a verdict are taken it is not shared. */
#include "native.h"

#define TRIED 32
#define SMALL_WORD 8u
#define LOW (VERDICT | SMALL_WORD)

/* Of a string the upper bits of its hash, and whether it is a word in small letters. */
static inline uint64_t name_of(uint64_t key, int small)
{
    return (key & ~(uint64_t)LOW) | (small ? SMALL_WORD : 0);
}

static inline size_t place_of(const Board *board, uint64_t name)
{
    uint64_t h = name * 0x9E3779B97F4A7C15u;
    return (size_t)(h ^ (h >> 32)) & board->mask;
}

uint32_t board_get(const Board *board, uint64_t key, int small)
{
    if (board->slots == NULL)
        return 0;
    uint64_t name = name_of(key, small);
    size_t at = place_of(board, name);
    for (int n = 0; n < TRIED; n++, at = (at + 1) & board->mask) {
        /* A verdict is in one word with its name, so it matters to nobody what else is seen by then. */
        uint64_t found = __atomic_load_n(&board->slots[at], __ATOMIC_RELAXED);
        if (found == 0)
            return 0;
        if ((found & ~(uint64_t)VERDICT) == name)
            return (uint32_t)(found & VERDICT);
    }
    return 0;
}

void board_put(Board *board, uint64_t key, int small, uint32_t verdict)
{
    if (board->slots == NULL || verdict == 0 || verdict > VERDICT)
        return;
    uint64_t name = name_of(key, small);
    size_t at = place_of(board, name);
    for (int n = 0; n < TRIED; n++, at = (at + 1) & board->mask) {
        uint64_t found = __atomic_load_n(&board->slots[at], __ATOMIC_RELAXED);
        if (found == 0 && __atomic_compare_exchange_n(&board->slots[at], &found, name | verdict, 0, __ATOMIC_RELAXED,
                                                      __ATOMIC_RELAXED))
            return;
        if ((found & ~(uint64_t)VERDICT) == name) /* put there meanwhile, perhaps */
            return;
    }
}

/* Use a buffer, whose words are a power of two; what is in it holds. */
int board_open(Board *board, PyObject *memory)
{
    Py_buffer view;
    if (PyObject_GetBuffer(memory, &view, PyBUF_WRITABLE) < 0)
        return -1;
    size_t words = (size_t)view.len / sizeof *board->slots;
    if (words == 0 || (words & (words - 1)) || (size_t)view.len % sizeof *board->slots ||
        (uintptr_t)view.buf % sizeof *board->slots) {
        PyBuffer_Release(&view);
        PyErr_SetString(PyExc_ValueError, "a board is a power of two of words of 64 bits");
        return -1;
    }
    board_close(board);
    board->view = view;
    board->slots = view.buf;
    board->mask = words - 1;
    return 0;
}

void board_close(Board *board)
{
    if (board->slots != NULL)
        PyBuffer_Release(&board->view);
    board->slots = NULL;
}
