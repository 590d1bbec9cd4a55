/* How odd the letters of a form are. Twin: `letters.surprise`. */
#include <math.h>

#include "native.h"

#define SIZE LETTERS

static int code_of(Py_UCS4 c)
{
    return c >= 'a' && c <= 'z' ? (int)(c - 96) : SIZE - 1;
}

double surprise_of(const double *odd, const char *form, int size, double *most)
{
    double sum = 0.0;
    int count = 0;
    *most = 0.0;
    for (int k = 0; k < size;) {
        if (form[k] == ' ') {
            k++;
            continue;
        }
        int a = 0, b = 0, edge = 0;
        while (!edge) {
            edge = k >= size || form[k] == ' ';
            int c = edge ? 0 : code_of((unsigned char)form[k]);
            double here = odd[(a * SIZE + b) * SIZE + c];
            sum += here;
            if (!count || here > *most)
                *most = here;
            count++;
            a = b;
            b = c;
            k++;
        }
    }
    return count ? sum / (double)count : 0.0;
}

static double half_of(unsigned bits)
{
    int exponent = bits >> 10 & 31;
    unsigned rest = bits & 1023;
    double size = exponent == 31 ? (rest ? NAN : INFINITY)
                                 : ldexp(exponent ? rest | 1024 : rest, (exponent ? exponent : 1) - 25);
    return bits >> 15 ? -size : size;
}

/* Twin: `npz.widened_plain`. */
PyObject *native_widened(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer halves;
    int whole;
    if (!PyArg_ParseTuple(args, "y*p", &halves, &whole))
        return NULL;
    const uint8_t *data = halves.buf;
    Py_ssize_t count = halves.len / 2;
    PyObject *out = PyBytes_FromStringAndSize(NULL, count * 8);
    char *to = out != NULL ? PyBytes_AS_STRING(out) : NULL;
    for (Py_ssize_t k = 0; out != NULL && k < count; k++) {
        double half = half_of(data[2 * k] | (unsigned)data[2 * k + 1] << 8);
        int64_t parts = whole && isfinite(half) ? (int64_t)(half * 0x1p32) : 0;
        memcpy(to + 8 * k, whole ? (const void *)&parts : &half, 8);
    }
    PyBuffer_Release(&halves);
    return out;
}

PyObject *native_surprise(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer table;
    PyObject *folded;
    if (!PyArg_ParseTuple(args, "y*U", &table, &folded))
        return NULL;
    if (table.len != SIZE * SIZE * SIZE * (Py_ssize_t)sizeof(double)) {
        PyBuffer_Release(&table);
        PyErr_SetString(PyExc_ValueError, "the table has 28 * 28 * 28 numbers");
        return NULL;
    }
    const double *odd = table.buf;
    double sum = 0.0, most = 0.0;
    Py_ssize_t n = PyUnicode_GET_LENGTH(folded), count = 0;
    for (Py_ssize_t k = 0; k < n;) {
        if (PyUnicode_READ_CHAR(folded, k) == ' ') {
            k++;
            continue;
        }
        int a = 0, b = 0, edge = 0;
        while (!edge) {
            edge = k >= n || PyUnicode_READ_CHAR(folded, k) == ' ';
            int c = edge ? 0 : code_of(PyUnicode_READ_CHAR(folded, k));
            double here = odd[(a * SIZE + b) * SIZE + c];
            sum += here;
            if (!count || here > most)
                most = here;
            count++;
            a = b;
            b = c;
            k++;
        }
    }
    PyBuffer_Release(&table);
    return Py_BuildValue("(dd)", count ? sum / (double)count : 0.0, most);
}

int fold_ascii(Slice text, Py_ssize_t start, Py_ssize_t end, char *out)
{
    int size = 0, blank = 0;
    if (end - start > MOST_FOLDED)
        return -1;
    for (Py_ssize_t k = start; k < end; k++) {
        Py_UCS4 c = slice_at(text, k);
        if (c >= 128)
            return -1;
        if (c == '\'' || c == '`')
            continue;
        if (c == '.') { /* the stop of an initial before another one */
#define WORD(at) ((at) >= start && (at) < end && (slice_at(text, at) == '_' || Py_UNICODE_ISALNUM(slice_at(text, at))))
            if (WORD(k - 1) && !WORD(k - 2) && WORD(k + 1) && !WORD(k + 2))
                continue;
#undef WORD
        }
        if (c >= 'A' && c <= 'Z')
            c |= 32;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '&') {
            if (blank && size)
                out[size++] = ' ';
            out[size++] = (char)c;
            blank = 0;
        } else {
            blank = 1;
        }
    }
    return size;
}

char plain_letter(Py_UCS4 c)
{
    static const char latin[] = /* from C0 on */
        "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllll."
        ".llnnnnnnn..oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
        ".b....o..dd...aae.......kk......oo.............uu..yy..........."
        ".............aaiioouuuuuuuuuuaaaaa....ggkkoooo..j...gg..nnaa..oo"
        "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
        "................";
    static const char more[] = /* from 1E00 on */
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
        "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
        "wwwwwwwwwwxxxxyyzzzzzzhtwyas....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";
    char out = c >= 0xC0 && c < 0xC0 + sizeof latin - 1       ? latin[c - 0xC0]
               : c >= 0x1E00 && c < 0x1E00 + sizeof more - 1 ? more[c - 0x1E00]
                                                              : '.';
    return out == '.' ? 0 : out;
}
