/* The words of a text in small letters, as `profile.words` has them: where they stand, and a hash of each. */
#ifndef CANONYM_WORDS_H
#define CANONYM_WORDS_H

#include "native.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __GNUC__
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define ALWAYS_INLINE inline
#define PREFETCH(at) ((void)(at))
#endif

/* A hash of letters, eight bytes at a time, so that words in ASCII are taken as they lie in a text. */
typedef struct {
    uint64_t h, bytes;
    int count;
} Hash;

#define BEGUN ((Hash){0xCBF29CE484222325u, 0, 0})

static inline void add_bytes(Hash *hash, uint64_t bytes)
{
    hash->h = (hash->h ^ bytes) * 0xFF51AFD7ED558CCDu;
    hash->h ^= hash->h >> 32;
}

static inline void add_byte(Hash *hash, uint64_t byte)
{
    hash->bytes |= byte << (8 * hash->count);
    if (++hash->count == 8) {
        add_bytes(hash, hash->bytes);
        hash->bytes = 0;
        hash->count = 0;
    }
}

static inline void add_letter(Hash *hash, Py_UCS4 c)
{
    if (c < 128) {
        add_byte(hash, c);
        return;
    }
    add_byte(hash, 0x80 | (c >> 14));
    add_byte(hash, 0x80 | ((c >> 7) & 0x7F));
    add_byte(hash, 0x80 | (c & 0x7F));
}

static inline uint64_t end_hash(const Hash *hash)
{
    uint64_t h = (hash->h ^ hash->bytes ^ ((uint64_t)hash->count << 56)) * 0xC4CEB9FE1A85EC53u;
    h = (h ^ (h >> 32)) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 32;
    return h ? h : 1;
}

/* The hash of up to eight small letters in ASCII, as one number. */
static inline uint64_t hash_letters(uint64_t letters, Py_ssize_t size)
{
    Hash hash = BEGUN, full = BEGUN;
    add_bytes(&full, letters);
    hash.h = size == 8 ? full.h : hash.h;
    hash.bytes = size == 8 ? 0 : letters;
    hash.count = (int)(size & 7);
    return end_hash(&hash);
}

/* The hash of some letters in ASCII, small or not, `left` bytes before the end of the text. */
static inline uint64_t hash_ascii(const uint8_t *text, Py_ssize_t size, Py_ssize_t left)
{
    Hash hash = BEGUN;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t bits = 0x2020202020202020u;
    uint64_t x;
    for (; size >= 8; size -= 8, left -= 8, text += 8) {
        memcpy(&x, text, 8);
        add_bytes(&hash, x | bits);
    }
    if (left >= 8) {
        memcpy(&x, text, 8);
    } else {
        x = 0;
        memcpy(&x, text, (size_t)size);
    }
    hash.bytes = (x | bits) & (((uint64_t)1 << (8 * size)) - 1);
    hash.count = (int)size;
#else
    (void)left;
    for (Py_ssize_t k = 0; k < size; k++)
        add_byte(&hash, text[k] | 0x20);
#endif
    return end_hash(&hash);
}

/* What a letter beyond ASCII is in a text made narrow; what is no letter there is 0. */
#define WIDE 0x80u

/* A letter in small as str.lower has it, but for those of `is_special`; 0 for what is none. */
static inline Py_UCS4 small_letter(Py_UCS4 c)
{
    if (c >= 128)
        c = Py_UNICODE_TOLOWER(c);
    if (c < 128) {
        c |= 32;
        return c >= 'a' && c <= 'z' ? c : 0;
    }
    return Py_UNICODE_ISALNUM(c) && !Py_UNICODE_ISDECIMAL(c) ? c : 0;
}

/* The hash of some letters that go beyond ASCII. */
static inline uint64_t hash_wide(PyObject *text, Py_ssize_t begin, Py_ssize_t size)
{
    Hash hash = BEGUN;
    for (Py_ssize_t k = 0; k < size; k++)
        add_letter(&hash, small_letter(PyUnicode_READ_CHAR(text, begin + k)));
    return end_hash(&hash);
}

/* Capitals of which str.lower makes two characters, or different ones by what stands beside them. */
static inline int is_special(Py_UCS4 c)
{
    return c == 0x130 || c == 0x3A3;
}

/* How many of the next 16 characters of a text are copied as they are: all of them, if they are in ASCII, or none. */
static inline Py_ssize_t copy_ascii(int kind, const void *data, Py_ssize_t k, uint8_t *to)
{
#ifdef __SSE2__
    const __m128i *at = (const __m128i *)((const char *)data + k * kind);
    if (kind == PyUnicode_4BYTE_KIND)
        return 0;
    __m128i one = _mm_loadu_si128(at);
    if (kind == PyUnicode_1BYTE_KIND) {
        if (_mm_movemask_epi8(one))
            return 0;
    } else {
        __m128i two = _mm_loadu_si128(at + 1), high = _mm_set1_epi16((short)0xFF80);
        __m128i beyond = _mm_and_si128(_mm_or_si128(one, two), high);
        if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xFFFF)
            return 0;
        one = _mm_packus_epi16(one, two);
    }
    _mm_storeu_si128((__m128i *)to, one);
    return 16;
#else
    (void)kind, (void)data, (void)k, (void)to;
    return 0;
#endif
}

/* A text of n characters as bytes: those in ASCII, and WIDE for each letter beyond. -1 where one is special. */
static inline int narrowed(PyObject *text, Py_ssize_t n, uint8_t *to)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    for (Py_ssize_t k = 0; k < n;) {
        Py_ssize_t end = k + 16 < n ? k + 16 : n;
        if (k + 16 <= n)
            k += copy_ascii(kind, data, k, to + k); /* most */
        for (; k < end; k++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, k);
            if (is_special(c))
                return -1;
            to[k] = (uint8_t)(c < 128 ? c : small_letter(c) ? WIDE : 0);
        }
    }
    return 0;
}

/* Where among 64 bytes letters stand, and which of them are beyond ASCII. */
static inline uint64_t letters_among(const uint8_t *text, uint64_t *wide)
{
    uint64_t out = 0;
    *wide = 0;
#ifdef __SSE2__
    const __m128i bit = _mm_set1_epi8(0x20), before = _mm_set1_epi8('a' - 1), after = _mm_set1_epi8('z' + 1);
    for (int k = 0; k < 4; k++) {
        __m128i raw = _mm_loadu_si128((const __m128i *)(text + 16 * k)), x = _mm_or_si128(raw, bit);
        __m128i is = _mm_and_si128(_mm_cmpgt_epi8(x, before), _mm_cmplt_epi8(x, after));
        out |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(is, raw)) << (16 * k);
        *wide |= (uint64_t)(uint32_t)_mm_movemask_epi8(raw) << (16 * k);
    }
#else
    for (int k = 0; k < 64; k++) {
        uint64_t beyond = text[k] >> 7, small = (uint8_t)((text[k] | 0x20) - 'a') < 26;
        out |= (beyond | small) << k;
        *wide |= beyond << k;
    }
#endif
    return out;
}

/* The number of the lowest bit of some that are not all 0. */
static inline int lowest_bit(uint64_t bits)
{
#ifdef __GNUC__
    return __builtin_ctzll(bits);
#else
    int k = 0;
    for (; !(bits & 1); bits >>= 1)
        k++;
    return k;
#endif
}

static inline int has_wide(const uint8_t *word, Py_ssize_t size)
{
    unsigned all = 0;
    for (Py_ssize_t k = 0; k < size; k++)
        all |= word[k];
    return all >= WIDE;
}

/* Takes a word: where it begins, how long it is, and whether it goes beyond ASCII. Below 0: there is to be no more. */
typedef int (*TakeWord)(void *context, Py_ssize_t begin, Py_ssize_t size, int wide);

/* Every word of n bytes of ASCII, or of a text made narrow; 64 of them are looked at together. */
static ALWAYS_INLINE int each_word_of(const uint8_t *text, Py_ssize_t n, TakeWord take, void *context)
{
    uint8_t last[64];
    Py_ssize_t open = -1;    /* where a word begins that goes on */
    uint64_t before = 0;     /* whether a letter stood last */
    uint64_t open_wide = 0;  /* whether it may go beyond ASCII */
    for (Py_ssize_t base = 0; base < n; base += 64) {
        const uint8_t *here = text + base;
        if (n - base < 64) {
            memset(last, 0, sizeof last);
            here = memcpy(last, here, (size_t)(n - base));
        }
        uint64_t wide, letters = letters_among(here, &wide), behind = letters << 1 | before;
        uint64_t begins = letters & ~behind, ends = behind & ~letters;
        before = letters >> 63;
        if (open >= 0 && ends) {
            Py_ssize_t size = base + lowest_bit(ends) - open;
            if (take(context, open, size, (open_wide | wide) && has_wide(text + open, size)) < 0)
                return -1;
            open = -1;
            ends &= ends - 1;
        }
        for (; ends; ends &= ends - 1, begins &= begins - 1) {
            int begin = lowest_bit(begins), size = lowest_bit(ends) - begin;
            if (take(context, base + begin, size, wide && has_wide(here + begin, size)) < 0)
                return -1;
        }
        if (begins)
            open = base + lowest_bit(begins);
        open_wide = open >= 0 ? open_wide | wide : 0;
    }
    return open >= 0 ? take(context, open, n - open, has_wide(text + open, n - open)) : 0;
}

#endif
