/* Objects of types with slots, made without their `__init__`. */
#include "native.h"
#include <structmember.h>

/* Where objects of a type keep the values, which is looked up once for each type. */
static int learn(Shape *shape, PyTypeObject *type)
{
    for (int k = 0; k < shape->count; k++) {
        PyObject *slot = PyObject_GetAttrString((PyObject *)type, shape->names[k]);
        int fits = slot != NULL && Py_IS_TYPE(slot, &PyMemberDescr_Type) && PyType_IsSubtype(type, PyDescr_TYPE(slot));
        const PyMemberDef *member = fits ? ((PyMemberDescrObject *)slot)->d_member : NULL;
        if (fits && member->type == T_OBJECT_EX)
            shape->at[k] = member->offset;
        else if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s has no slot %s", type->tp_name, shape->names[k]);
        Py_XDECREF(slot);
        if (PyErr_Occurred())
            return -1;
    }
    Py_XDECREF(shape->type);
    shape->type = (PyTypeObject *)Py_NewRef(type);
    return 0;
}

PyObject *object_of(PyObject *of, Shape *shape, PyObject *const *values)
{
    PyTypeObject *type = (PyTypeObject *)of;
    int failed = 0;
    for (int k = 0; k < shape->count; k++)
        failed |= values[k] == NULL;
    failed = failed || (shape->type != type && learn(shape, type) < 0);
    PyObject *out = failed ? NULL : type->tp_alloc(type, 0);
    for (int k = 0; k < shape->count; k++) {
        if (out != NULL)
            *(PyObject **)((char *)out + shape->at[k]) = values[k];
        else
            Py_XDECREF(values[k]);
    }
    return out;
}

PyObject *tuple_with(Py_ssize_t count, PyObject *const *values)
{
    int failed = 0;
    for (Py_ssize_t k = 0; k < count; k++)
        failed |= values[k] == NULL;
    PyObject *out = failed ? NULL : PyTuple_New(count);
    for (Py_ssize_t k = 0; k < count; k++) {
        if (out != NULL)
            PyTuple_SET_ITEM(out, k, values[k]);
        else
            Py_XDECREF(values[k]);
    }
    return out;
}
