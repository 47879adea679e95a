//! New objects of CPython's own types, and exceptions, where there may be no memory for them.
//!
//! PyO3's own constructors panic where CPython gives null, and its exceptions make their words when
//! they are raised, where nobody catches that. From here comes a `MemoryError` instead: nothing in
//! this crate makes an object in another way once the module is imported. `None`, `NotImplemented`
//! and the two of `bool` are there already: PyO3 may hand these out.

use std::ffi::CStr;

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyString, PyTuple, PyType};
use pyo3::{PyTypeCheck, PyTypeInfo, ffi};

/// An owned reference from CPython, or the exception that it has set.
///
/// # Safety
///
/// `object` is a new reference to an instance of `T`, or null with an exception set.
unsafe fn made<T>(py: Python<'_>, object: *mut ffi::PyObject) -> PyResult<Bound<'_, T>> {
    // SAFETY: by the caller's promise.
    match unsafe { Bound::from_owned_ptr_or_opt(py, object) } {
        // SAFETY: as above.
        Some(object) => Ok(unsafe { object.cast_into_unchecked() }),
        None => Err(fetch(py)),
    }
}

/// The exception that CPython has set: a `MemoryError` where it has set none, as it does here and
/// there when it has no memory. PyO3's `fetch` would make words of its own for that, too late.
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

/// What an object gives that is called with a tuple of arguments.
pub(crate) fn called<'py>(
    object: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a live object and a live tuple; a new reference or null.
    let result =
        unsafe { ffi::PyObject_Call(object.as_ptr(), arguments.as_ptr(), std::ptr::null_mut()) };
    // SAFETY: as it is said there.
    unsafe { made(object.py(), result) }
}

/// An empty list.
pub(crate) fn list(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    // SAFETY: attached; a new list or null.
    unsafe { made(py, ffi::PyList_New(0)) }
}

/// `list(iterable)`. To collect it in Rust would swallow what a `__length_hint__` raises.
pub(crate) fn list_of<'py>(iterable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: a live object; a new list or null.
    unsafe { made(iterable.py(), ffi::PySequence_List(iterable.as_ptr())) }
}

/// The pairs of a dict, as it is now.
pub(crate) fn items<'py>(dict: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: a live dict; a new list or null.
    unsafe { made(dict.py(), ffi::PyDict_Items(dict.as_ptr())) }
}

/// An empty dict.
pub(crate) fn dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: attached; a new dict or null.
    unsafe { made(py, ffi::PyDict_New()) }
}

/// An `int`.
pub(crate) fn number(py: Python<'_>, number: u64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: attached; a new int or null.
    unsafe { made(py, ffi::PyLong_FromUnsignedLongLong(number)) }
}

/// Puts a number into a dict.
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
    unsafe { made(py, ffi::PySet_New(std::ptr::null_mut())) }
}

/// A tuple.
pub(crate) fn tuple<'py, const N: usize>(
    py: Python<'py>,
    items: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: a new tuple of `N`, whose slots are filled before anybody sees it.
    unsafe {
        let tuple: Bound<'py, PyTuple> = made(py, ffi::PyTuple_New(N as ffi::Py_ssize_t))?;
        for (at, item) in (0..).zip(items) {
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), at, item.into_ptr());
        }
        Ok(tuple)
    }
}

/// A `str`.
pub(crate) fn text<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    let (start, length) = (text.as_ptr().cast(), text.len() as ffi::Py_ssize_t);
    // SAFETY: so many bytes of UTF-8; a new `str` or null.
    unsafe { made(py, ffi::PyUnicode_FromStringAndSize(start, length)) }
}

/// A `str` of which there is one.
pub(crate) fn interned<'py>(py: Python<'py>, text: &CStr) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a text that ends; a new reference or null.
    unsafe { made(py, ffi::PyUnicode_InternFromString(text.as_ptr())) }
}

/// The texts of a list, as one.
pub(crate) fn joined<'py>(parts: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyString>> {
    let nothing = text(parts.py(), "")?;
    // SAFETY: live objects; a new `str` or null.
    unsafe { made(parts.py(), ffi::PyUnicode_Join(nothing.as_ptr(), parts.as_ptr())) }
}

/// A name of a module, which is imported if need be.
pub(crate) fn import<'py>(
    py: Python<'py>,
    module: &CStr,
    name: &CStr,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a text that ends; a new reference or null.
    let module: Bound<'py, PyAny> =
        unsafe { made(py, ffi::PyImport_ImportModule(module.as_ptr()))? };
    attribute(&module, name)
}

/// A class of a module, which is imported if need be.
pub(crate) fn import_class<'py>(
    py: Python<'py>,
    module: &CStr,
    name: &CStr,
) -> PyResult<Bound<'py, PyType>> {
    cast(import(py, module, name)?, "a class")
}

/// The object as one of the type; or a `TypeError` that says what had to be there. (PyO3's own
/// makes its words too late.)
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
    // SAFETY: a live object, a text that ends; a new reference or null.
    unsafe { made(object.py(), ffi::PyObject_GetAttrString(object.as_ptr(), name.as_ptr())) }
}

/// An attribute, if there is one: only an `AttributeError` says that there is none.
pub(crate) fn attribute_if_any<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    object.getattr_opt(interned(object.py(), name)?.cast_into::<PyString>()?)
}

/// What a method gives that takes nothing.
pub(crate) fn call<'py>(object: &Bound<'py, PyAny>, name: &CStr) -> PyResult<Bound<'py, PyAny>> {
    attribute(object, name)?.call0()
}

/// What a method gives that takes one object.
pub(crate) fn call_with<'py>(
    object: &Bound<'py, PyAny>,
    name: &CStr,
    argument: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    called(&attribute(object, name)?, &tuple(object.py(), [argument.clone()])?)
}

/// An exception with words; a `MemoryError` if there is no memory for it.
#[cold]
pub(crate) fn error<E: PyTypeInfo>(py: Python<'_>, words: &str) -> PyErr {
    match text(py, words) {
        Ok(words) => error_of::<E>(words.into_any()),
        Err(error) => error,
    }
}

/// An exception with that for its arguments, if it is a tuple, or else for its one argument.
#[cold]
pub(crate) fn error_of<E: PyTypeInfo>(value: Bound<'_, PyAny>) -> PyErr {
    let py = value.py();
    // SAFETY: a class of exceptions, and a live object. Made now, as the exception's own words.
    unsafe { ffi::PyErr_SetObject(E::type_object_raw(py).cast(), value.as_ptr()) };
    fetch(py)
}

/// A `KeyError` of the very key.
#[cold]
pub(crate) fn key_error(key: &Bound<'_, PyAny>) -> PyErr {
    // A tuple of one, because a key that is a tuple would become the exception's arguments.
    match tuple(key.py(), [key.clone()]) {
        Ok(arguments) => error_of::<PyKeyError>(arguments.into_any()),
        Err(error) => error,
    }
}
