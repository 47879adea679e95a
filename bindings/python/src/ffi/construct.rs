//! New objects of CPython's own types, and exceptions, with `MemoryError` where there is no memory.
//!
//! PyO3's constructors panic where CPython returns null, and its exceptions make their words when
//! they are raised, where nobody catches a panic. So once the module is imported, this crate makes
//! all objects here. `None`, `NotImplemented` and the two of `bool` exist already: PyO3 may return
//! these.

use std::ffi::CStr;

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBytes, PyDict, PyFrozenSet, PyIterator, PyList, PySet, PyString, PyTuple, PyType,
};
use pyo3::{PyTypeCheck, PyTypeInfo, ffi};

/// A new object from CPython, or the exception that it has set.
///
/// # Safety
///
/// `object` is a new reference to an instance of `T`, or null with an exception set.
pub(super) unsafe fn owned_or_error<T>(
    py: Python<'_>,
    object: *mut ffi::PyObject,
) -> PyResult<Bound<'_, T>> {
    // SAFETY: by the caller's promise.
    match unsafe { Bound::from_owned_ptr_or_opt(py, object) } {
        // SAFETY: as above.
        Some(object) => Ok(unsafe { object.cast_into_unchecked() }),
        None => Err(fetch(py)),
    }
}

/// The exception that CPython has set; a `MemoryError` if it has set none, as some of its functions
/// do without memory. PyO3's `fetch` would make words of its own for that, too late.
#[cold]
pub(crate) fn fetch(py: Python<'_>) -> PyErr {
    // SAFETY: attached.
    unsafe {
        if ffi::PyErr_Occurred().is_null() {
            ffi::PyErr_NoMemory();
        }
    }
    PyErr::fetch(py)
}

/// Calls an object with a tuple of arguments.
pub(crate) fn call<'py>(
    object: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a live object and a live tuple; a new reference or null.
    let result =
        unsafe { ffi::PyObject_Call(object.as_ptr(), arguments.as_ptr(), std::ptr::null_mut()) };
    // SAFETY: as above.
    unsafe { owned_or_error(object.py(), result) }
}

/// An empty list.
pub(crate) fn list(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    // SAFETY: attached; a new list or null.
    unsafe { owned_or_error(py, ffi::PyList_New(0)) }
}

/// `list(iterable)`. Collecting it in Rust would swallow what `__length_hint__` raises.
pub(crate) fn list_of<'py>(iterable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: a live object; a new list or null.
    unsafe { owned_or_error(iterable.py(), ffi::PySequence_List(iterable.as_ptr())) }
}

/// An empty dict.
pub(crate) fn dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: attached; a new dict or null.
    unsafe { owned_or_error(py, ffi::PyDict_New()) }
}

/// An `int`.
pub(crate) fn number(py: Python<'_>, number: u64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: attached; a new int or null.
    unsafe { owned_or_error(py, ffi::PyLong_FromUnsignedLongLong(number)) }
}

/// An `int` below zero, too.
pub(crate) fn int(py: Python<'_>, number: i64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: attached; a new int or null.
    unsafe { owned_or_error(py, ffi::PyLong_FromLongLong(number)) }
}

/// A `float`.
pub(crate) fn float(py: Python<'_>, number: f64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: attached; a new float or null.
    unsafe { owned_or_error(py, ffi::PyFloat_FromDouble(number)) }
}

/// A `bytes` object.
pub(crate) fn bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let (start, length) = (bytes.as_ptr().cast(), bytes.len() as ffi::Py_ssize_t);
    // SAFETY: so many bytes; a new object or null.
    unsafe { owned_or_error(py, ffi::PyBytes_FromStringAndSize(start, length)) }
}

/// Sets a number in a dict.
pub(crate) fn set_number(dict: &Bound<'_, PyDict>, name: &CStr, number: u64) -> PyResult<()> {
    let py = dict.py();
    let number = self::number(py, number)?;
    // SAFETY: a live dict and a live value.
    match unsafe { ffi::PyDict_SetItemString(dict.as_ptr(), name.as_ptr(), number.as_ptr()) } {
        0 => Ok(()),
        _ => Err(fetch(py)),
    }
}

/// An empty set.
pub(crate) fn set(py: Python<'_>) -> PyResult<Bound<'_, PySet>> {
    // SAFETY: attached; a new set or null.
    unsafe { owned_or_error(py, ffi::PySet_New(std::ptr::null_mut())) }
}

/// `frozenset(iterable)`.
pub(crate) fn frozen_set<'py>(iterable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyFrozenSet>> {
    // SAFETY: a live object; a new frozenset or null.
    unsafe { owned_or_error(iterable.py(), ffi::PyFrozenSet_New(iterable.as_ptr())) }
}

/// `iter(iterable)`; of a set or frozenset, past an `__iter__` of a subclass.
pub(crate) fn iterator<'py>(iterable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyIterator>> {
    if !iterable.is_instance_of::<PySet>() && !iterable.is_instance_of::<PyFrozenSet>() {
        return iterable.try_iter();
    }
    // SAFETY: a static type of CPython, whose slot both kinds of sets have. Called with an instance
    // of one; a new iterator or null.
    unsafe {
        match (&raw const ffi::PySet_Type).read().tp_iter {
            Some(iter) => owned_or_error(iterable.py(), iter(iterable.as_ptr())),
            None => iterable.try_iter(),
        }
    }
}

/// A tuple.
pub(crate) fn tuple<'py, const N: usize>(
    py: Python<'py>,
    items: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: a new tuple of `N`, whose slots are filled before anybody sees it.
    unsafe {
        let tuple: Bound<'py, PyTuple> =
            owned_or_error(py, ffi::PyTuple_New(N as ffi::Py_ssize_t))?;
        for (at, item) in (0..).zip(items) {
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), at, item.into_ptr());
        }
        Ok(tuple)
    }
}

/// `tuple(iterable)`.
pub(crate) fn tuple_of<'py>(iterable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: a live object; a new tuple or null.
    unsafe { owned_or_error(iterable.py(), ffi::PySequence_Tuple(iterable.as_ptr())) }
}

/// A `str`.
pub(crate) fn text<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    let (start, length) = (text.as_ptr().cast(), text.len() as ffi::Py_ssize_t);
    // SAFETY: so many bytes of UTF-8; a new `str` or null.
    unsafe { owned_or_error(py, ffi::PyUnicode_FromStringAndSize(start, length)) }
}

/// An interned `str`.
pub(crate) fn interned<'py>(py: Python<'py>, text: &CStr) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a terminated text; a new reference or null.
    unsafe { owned_or_error(py, ffi::PyUnicode_InternFromString(text.as_ptr())) }
}

/// `"".join(parts)`.
pub(crate) fn joined<'py>(parts: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyString>> {
    let nothing = text(parts.py(), "")?;
    // SAFETY: live objects; a new `str` or null.
    unsafe { owned_or_error(parts.py(), ffi::PyUnicode_Join(nothing.as_ptr(), parts.as_ptr())) }
}

/// An attribute of a module, which is imported if need be.
pub(crate) fn import<'py>(
    py: Python<'py>,
    module: &CStr,
    name: &CStr,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a terminated text; a new reference or null.
    let module: Bound<'py, PyAny> =
        unsafe { owned_or_error(py, ffi::PyImport_ImportModule(module.as_ptr()))? };
    attribute(&module, name)
}

/// A module, if it is imported already.
pub(crate) fn imported<'py>(py: Python<'py>, module: &CStr) -> PyResult<Option<Bound<'py, PyAny>>> {
    let name = interned(py, module)?;
    // SAFETY: a live `str`; a new reference, or null, with an exception or without.
    let module =
        unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyImport_GetModule(name.as_ptr())) };
    match PyErr::take(py) {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

/// A class of a module, which is imported if need be.
pub(crate) fn import_class<'py>(
    py: Python<'py>,
    module: &CStr,
    name: &CStr,
) -> PyResult<Bound<'py, PyType>> {
    cast(import(py, module, name)?, "a class")
}

/// Casts an object.
///
/// # Errors
///
/// `TypeError` with `what` was expected. (PyO3's own makes its words too late.)
pub(crate) fn cast<'py, T: PyTypeCheck>(
    object: Bound<'py, PyAny>,
    what: &str,
) -> PyResult<Bound<'py, T>> {
    object.cast_into().map_err(|error| {
        let object = error.into_inner();
        let py = object.py();
        match object.get_type().name() {
            Ok(name) => {
                let words = format!("expected {what}, not '{}'", name.to_string_lossy());
                self::error::<PyTypeError>(py, &words)
            }
            Err(error) => error,
        }
    })
}

/// An attribute.
pub(crate) fn attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a live object, a terminated text; a new reference or null.
    unsafe {
        owned_or_error(object.py(), ffi::PyObject_GetAttrString(object.as_ptr(), name.as_ptr()))
    }
}

/// An attribute; `None` where `AttributeError` says that there is none.
pub(crate) fn attribute_if_any<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    object.getattr_opt(interned(object.py(), name)?.cast_into::<PyString>()?)
}

/// Calls a method without arguments.
pub(crate) fn call_method<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
) -> PyResult<Bound<'py, PyAny>> {
    attribute(object, name)?.call0()
}

/// Calls a method with one argument.
pub(crate) fn call_method_with<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
    argument: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    call(&attribute(object, name)?, &tuple(object.py(), [argument.clone()])?)
}

/// An exception with words; a `MemoryError` where there is no memory for it.
#[cold]
pub(crate) fn error<E: PyTypeInfo>(py: Python<'_>, words: &str) -> PyErr {
    match text(py, words) {
        Ok(words) => error_with::<E>(words.into_any()),
        Err(error) => error,
    }
}

/// An exception with these arguments: those in a tuple, or any other object as the only one.
#[cold]
pub(crate) fn error_with<E: PyTypeInfo>(value: Bound<'_, PyAny>) -> PyErr {
    let py = value.py();
    // SAFETY: a class of exceptions, and a live object. The exception is made now.
    unsafe { ffi::PyErr_SetObject(E::type_object_raw(py).cast(), value.as_ptr()) };
    fetch(py)
}

/// `KeyError(key)`.
#[cold]
pub(crate) fn key_error(key: &Bound<'_, PyAny>) -> PyErr {
    // A tuple of one, because a key that is a tuple would become the exception's arguments.
    match tuple(key.py(), [key.clone()]) {
        Ok(arguments) => error_with::<PyKeyError>(arguments.into_any()),
        Err(error) => error,
    }
}
