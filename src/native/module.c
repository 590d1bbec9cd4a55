#include "native.h"

static PyMethodDef functions[] = {
    {"key_hash", native_key_hash, METH_O, "The 64-bit hash of a key."},
    {"surprise", native_surprise, METH_VARARGS, "The mean and the greatest surprise of the letters of a form."},
    {"sums", native_sums, METH_VARARGS, "The sum of some bytes, and the sum of the sums at each, on top of others."},
    {"widened", native_widened, METH_VARARGS, "Numbers of 16 bits as doubles, or as whole numbers that count 2**-32."},
    {"members", native_members, METH_VARARGS,
     "The members of the object that opens at some place of a line: the spans of the key and of the value of each."},
    {"escaped", native_escaped, METH_VARARGS, "Where sorted offsets into a text stand in it as JSON writes it."},
    {"literal", native_literal, METH_VARARGS,
     "Where sorted offsets into the text under a key of a line stand in its bytes, and whether it is in ASCII there."},
    {"respelt", native_respelt, METH_VARARGS,
     "The lines of the texts under a key that have edits, with those made, as spans and bytes; their edits; and the numbers\n"
     "of the texts where that takes more than to write them as they are."},
    {"unsettled", native_unsettled, METH_VARARGS,
     "The numbers of the results whose edits do not plainly lead from their texts to the new ones, each with a change."},
    {"line_feeds", native_line_feeds, METH_O, "How many lines end in some bytes."},
    {"documents", native_documents, METH_VARARGS,
     "Reads the documents of lines of JSON onto lists, from some place on to the first line that is not as most are."},
    {"signs", native_signs, METH_O, "What a text may hold that is never rewritten, as bits."},
    {"beyond", native_beyond, METH_O, "The spans of a text that are beyond ASCII."},
    {"lower_words", native_lower_words, METH_O, "The distinct words of a text in small letters, of four or more."},
    {"letters_beyond", native_letters_beyond, METH_VARARGS, "The distinct characters of a text beyond some letter."},
    {"folders", native_folders, METH_O, "The spans of the paths of a text with backslashes."},
    {"stopped", native_stopped, METH_VARARGS, "A text with a full stop for each of some characters."},
    {"has_line", native_has_line, METH_VARARGS, "Whether some lines, which are in order, have a text among them."},
    {"doubtful", native_doubtful, METH_VARARGS,
     "The numbers of the texts in which bytes of UTF-8 may have been taken for letters, given the role of each letter."},
    {"united", native_united, METH_O, "Pieces of words in UTF-8 with a number for each as one, the numbers added up."},
    {"find", native_find, METH_VARARGS, "Where a key first stands among sorted hashes, or -1."},
    {"likely", native_likely, METH_VARARGS,
     "How likely rows are (float64) whose leaves come to some sums (int64), given a scale, a shift, and the most log-odds."},
    {"forest_sums", forest_sums, METH_VARARGS, "The sums of the leaves that rows come to in a forest."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "canonym._native", "The inner loops of canonym, compiled.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void)
{
    PyTypeObject *types[] = {&LexiconType, &ScannerType, &EditsType, &SpellerType,
                             &HoodType,    &SieveType,   &GlanceType, &CutsType,
                             &WitnessType, &CensusType};
    const char *names[] = {"Lexicon", "Scanner", "Edits", "Speller", "Hood", "Sieve", "Glance", "Cuts", "Witness",
                           "Census"};
    PyObject *m = PyModule_Create(&module);
    for (size_t k = 0; m != NULL && k < sizeof types / sizeof *types; k++) {
        if (PyType_Ready(types[k]) < 0 || PyModule_AddObjectRef(m, names[k], (PyObject *)types[k]) < 0)
            Py_CLEAR(m);
    }
    return m;
}
