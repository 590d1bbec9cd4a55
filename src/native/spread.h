/* Words with the number of texts that each stands in, as they travel: `Piece` of `profile.spread`. */
#ifndef CANONYM_SPREAD_H
#define CANONYM_SPREAD_H

#include "native.h"

typedef struct {
    PyObject *words, *numbers; /* bytes: words that end in zeros, and a number of eight bytes for each */
    char *to, *number;
} Parcel;

int parcel_open(Parcel *parcel, size_t letters, size_t count); /* for so many words, of so many bytes with their zeros */

static inline void parcel_add(Parcel *parcel, const char *word, size_t size, uint64_t number)
{
    memcpy(parcel->to, word, size);
    parcel->to[size] = 0;
    memcpy(parcel->number, &number, 8);
    parcel->to += size + 1;
    parcel->number += 8;
}

#endif
