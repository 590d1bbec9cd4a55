/* Maps from hashes to numbers, and to verdicts: open addressing, grown at half full; and words kept by their hashes
   alone. */
#include "native.h"

int numbers_open(Numbers *map)
{
    return numbers_open_for(map, 0);
}

int numbers_open_for(Numbers *map, size_t count)
{
    map->mask = (1 << 12) - 1;
    while (count * 2 > map->mask)
        map->mask = map->mask * 2 + 1;
    map->used = 0;
    map->lent = 0;
    map->keys = calloc(map->mask + 1, sizeof *map->keys);
    map->values = calloc(map->mask + 1, sizeof *map->values);
    return map->keys == NULL || map->values == NULL ? -1 : 0;
}

void numbers_close(Numbers *map)
{
    if (!map->lent) {
        free(map->keys);
        free(map->values);
    }
    map->keys = NULL;
    map->values = NULL;
}

int numbers_put(Numbers *map, uint64_t key, uint32_t value)
{
    if (map->used * 2 > map->mask) {
        Numbers wider = {NULL, NULL, map->mask * 2 + 1, 0, 0};
        wider.keys = calloc(wider.mask + 1, sizeof *wider.keys);
        wider.values = calloc(wider.mask + 1, sizeof *wider.values);
        if (wider.keys == NULL || wider.values == NULL) {
            numbers_close(&wider);
            return -1;
        }
        for (size_t k = 0; k <= map->mask; k++)
            if (map->keys[k])
                numbers_put(&wider, map->keys[k], map->values[k]);
        numbers_close(map);
        *map = wider;
    }
    size_t at = (size_t)key & map->mask;
    while (map->keys[at] != 0 && map->keys[at] != key)
        at = (at + 1) & map->mask;
    map->used += map->keys[at] == 0;
    map->keys[at] = key;
    map->values[at] = value;
    return 0;
}

int verdicts_open(Verdicts *map)
{
    map->mask = (1 << 12) - 1;
    map->used = 0;
    map->slots = calloc(map->mask + 1, sizeof *map->slots);
    return map->slots == NULL ? -1 : 0;
}

void verdicts_close(Verdicts *map)
{
    free(map->slots);
    map->slots = NULL;
}

int verdicts_put(Verdicts *map, uint64_t key, uint32_t verdict)
{
    if (map->used * 2 > map->mask) {
        Verdicts wider = {NULL, map->mask * 2 + 1, 0};
        if ((wider.slots = calloc(wider.mask + 1, sizeof *wider.slots)) == NULL)
            return -1;
        for (size_t k = 0; k <= map->mask; k++)
            if (map->slots[k])
                verdicts_put(&wider, map->slots[k], (uint32_t)(map->slots[k] & VERDICT));
        verdicts_close(map);
        *map = wider;
    }
    size_t at = verdicts_place(map, key);
    while (map->slots[at] && ((map->slots[at] ^ key) & ~(uint64_t)VERDICT))
        at = (at + 1) & map->mask;
    map->used += map->slots[at] == 0;
    map->slots[at] = (key & ~(uint64_t)VERDICT) | (verdict & VERDICT);
    return 0;
}

/* First a word that tells the format, and the order of bytes; then mask and number of keys; keys; values. */
enum { HEAD = 3 * sizeof(uint64_t) };
static const uint64_t FORMAT = 0x01736E756D62726Eu;

size_t numbers_size(const Numbers *map)
{
    return HEAD + (map->mask + 1) * (sizeof *map->keys + sizeof *map->values);
}

uint8_t *numbers_write(const Numbers *map, uint8_t *to)
{
    uint64_t head[] = {FORMAT, map->mask, map->used};
    size_t count = map->mask + 1;
    memcpy(to, head, HEAD);
    memcpy(to + HEAD, map->keys, count * sizeof *map->keys);
    memcpy(to + HEAD + count * sizeof *map->keys, map->values, count * sizeof *map->values);
    return to + numbers_size(map);
}

const uint8_t *numbers_read(Numbers *map, const uint8_t *data, const uint8_t *end)
{
    uint64_t head[3];
    if (end - data < HEAD)
        return NULL;
    memcpy(head, data, HEAD);
    uint64_t count = head[1] + 1;
    if (head[0] != FORMAT || count == 0 || (count & (count - 1)) || head[2] * 2 > count + 1 ||
        count > (uint64_t)(end - data) || numbers_size(&(Numbers){.mask = head[1]}) > (size_t)(end - data))
        return NULL;
    map->lent = 1;
    map->mask = head[1];
    map->used = head[2];
    map->keys = (uint64_t *)(data + HEAD);
    map->values = (uint32_t *)(data + HEAD + count * sizeof *map->keys);
    return data + numbers_size(map);
}

static int put_word(Numbers *map, PyObject *word)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(word, &size);
    if (text == NULL)
        return -1;
    uint64_t key = key_of(0, text, (size_t)size);
    if (numbers_put(map, key ? key : 1, 1) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

int words_from(Numbers *map, PyObject *words)
{
    PyObject *word, *each;
    if (map->keys == NULL && numbers_open(map) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    if ((each = PyObject_GetIter(words)) == NULL)
        return -1;
    while ((word = PyIter_Next(each)) != NULL) {
        int failed = put_word(map, word) < 0;
        Py_DECREF(word);
        if (failed)
            break;
    }
    Py_DECREF(each);
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *native_key_hash(PyObject *Py_UNUSED(self), PyObject *text)
{
    Py_ssize_t size;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a key is a str");
        return NULL;
    }
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes != NULL)
        return PyLong_FromUnsignedLongLong(key_of(0, bytes, (size_t)size));
    PyErr_Clear(); /* half a surrogate pair */
    PyObject *encoded = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
    if (encoded == NULL)
        return NULL;
    uint64_t key = key_of(0, PyBytes_AS_STRING(encoded), (size_t)PyBytes_GET_SIZE(encoded));
    Py_DECREF(encoded);
    return PyLong_FromUnsignedLongLong(key);
}

/* Where a hash must stand among sorted ones: hashes are spread evenly. */
static Py_ssize_t keys_guess(Py_ssize_t count, uint64_t wanted)
{
    return (Py_ssize_t)(((unsigned __int128)wanted * (unsigned __int128)count) >> 64);
}

/* The same to within a few places, from what stands at a place near it. */
static Py_ssize_t keys_closer(const uint64_t *keys, Py_ssize_t count, uint64_t wanted, Py_ssize_t at)
{
    int64_t off = wanted > keys[at] ? (int64_t)((wanted - keys[at]) >> 1) : -(int64_t)((keys[at] - wanted) >> 1);
    at += (Py_ssize_t)(((__int128)off * count) >> 63);
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

Py_ssize_t keys_find(const uint64_t *keys, Py_ssize_t count, uint64_t wanted)
{
    Py_ssize_t low = 0, high = count;
    /* Hashes are spread evenly: where one must stand is known to within a few places. */
    if (high > 64) {
        Py_ssize_t guess = keys_closer(keys, count, wanted, keys_guess(count, wanted)), step = 16;
        if (keys[guess] < wanted) {
            low = guess;
            while (low + step < high && keys[low + step] < wanted)
                low += step, step *= 2;
            if (low + step < high)
                high = low + step + 1;
        } else {
            high = guess + 1;
            while (high - 1 - step > 0 && keys[high - 1 - step] >= wanted)
                high -= step, step *= 2;
            if (high - 1 - step > 0)
                low = high - 1 - step;
        }
    }
    low = lower_place(keys, low, high, wanted);
    return low < count && keys[low] == wanted ? low : -1;
}

/* Twin: `kept.sums_plain`. */
PyObject *native_sums(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer data;
    unsigned long long sum, sums;
    if (!PyArg_ParseTuple(args, "y*KK", &data, &sum, &sums))
        return NULL;
    const uint8_t *at = data.buf;
    Py_ssize_t whole = data.len & ~(Py_ssize_t)7;
    Py_ssize_t k = 0;
    for (uint64_t w[4]; k + (Py_ssize_t)sizeof w <= data.len; k += (Py_ssize_t)sizeof w) {
        memcpy(w, at + k, sizeof w); /* four at a time: each sum waits for the one before */
        sums += 4 * (sum + w[0]) + 3 * w[1] + 2 * w[2] + w[3];
        sum += w[0] + w[1] + w[2] + w[3];
    }
    for (; k < data.len; k += 8) {
        uint64_t word = 0;
        if (k < whole)
            memcpy(&word, at + k, 8);
        else
            memcpy(&word, at + k, (size_t)(data.len - whole));
        sum += word;
        sums += sum;
    }
    PyBuffer_Release(&data);
    return Py_BuildValue("(KK)", sum, sums);
}

PyObject *native_find(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer keys;
    const char *key;
    Py_ssize_t size;
    PyObject *text;
    if (!PyArg_ParseTuple(args, "y*U", &keys, &text))
        return NULL;
    Py_ssize_t found = -2;
    if ((key = PyUnicode_AsUTF8AndSize(text, &size)) != NULL) {
        found = keys_find(keys.buf, keys.len / (Py_ssize_t)sizeof(uint64_t), key_of(0, key, (size_t)size));
    } else {
        PyErr_Clear(); /* half a surrogate pair: no name */
        found = -1;
    }
    PyBuffer_Release(&keys);
    return PyLong_FromSsize_t(found);
}
