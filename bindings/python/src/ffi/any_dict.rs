//! Dicts as CPython's own functions read them.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;

use super::construct;
use super::object::Object;

/// What CPython calls any dict: an instance of `dict`, of `frozendict` (from 3.15 on no subclass of
/// `dict`, but with its layout), or of a subclass of either. It is read past the methods of its
/// class.
#[derive(Clone, Copy)]
pub(crate) struct AnyDict<'a, 'py>(&'a Bound<'py, PyAny>);

impl<'a, 'py> AnyDict<'a, 'py> {
    pub(crate) fn of(object: &'a Bound<'py, PyAny>) -> Option<Self> {
        Self::base(object).map(|_| AnyDict(object))
    }

    /// An object that is no instance of a subclass.
    #[inline(always)]
    pub(crate) fn exact(object: &'a Bound<'py, PyAny>) -> Option<Self> {
        let object_ptr = object.as_ptr();
        // SAFETY: a live object; a read of its type.
        let is_exact = unsafe {
            #[cfg(Py_3_15)]
            let is_exact = ffi::PyAnyDict_CheckExact(object_ptr) != 0;
            #[cfg(not(Py_3_15))]
            let is_exact = ffi::PyDict_CheckExact(object_ptr) != 0;
            is_exact
        };
        is_exact.then_some(AnyDict(object))
    }

    /// An object whose `items()` is that of `dict` or `frozendict`: it returns what is read here.
    pub(crate) fn with_own_items(object: &'a Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Some(dict) = Self::exact(object) {
            return Ok(Some(dict));
        }
        let Some(base) = Self::base(object) else { return Ok(None) };
        let Some(items) = construct::attribute_if_any(object, c"items")? else {
            return Ok(None);
        };
        // SAFETY: live objects, and a static type of CPython.
        let is_own = unsafe {
            let items = items.as_ptr();
            ffi::PyCFunction_Check(items) != 0
                && ffi::PyCFunction_GetSelf(items) == object.as_ptr()
                && ffi::PyCFunction_GetFunction(items)
                    .zip(method_of(base, c"items"))
                    .is_some_and(|(a, b)| std::ptr::fn_addr_eq(a, b))
        };
        Ok(is_own.then_some(AnyDict(object)))
    }

    pub(crate) fn len(self) -> usize {
        // SAFETY: any dict; a read of its length.
        unsafe { ffi::PyDict_Size(self.0.as_ptr()) }.unsigned_abs()
    }

    /// `dict.get(self, key)`.
    pub(crate) fn get(self, key: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.0.py();
        let mut value = std::ptr::null_mut();
        // SAFETY: any dict and a live key; writes a new reference where it returns 1.
        unsafe {
            match ffi::compat::PyDict_GetItemRef(self.0.as_ptr(), key.as_ptr(), &raw mut value) {
                0 => Ok(None),
                1 => Ok(Some(Bound::from_owned_ptr(py, value))),
                _ => Err(construct::fetch(py)),
            }
        }
    }

    /// What is in `dict.items(self)`, as new references. Runs no Python code.
    pub(crate) fn pairs(self) -> Vec<(Object, Object)> {
        let mut pairs = Vec::with_capacity(self.len());
        let (mut position, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: any dict, which nobody changes meanwhile. The references are borrowed from it.
        unsafe {
            let dict = self.as_ptr();
            while ffi::PyDict_Next(dict, &raw mut position, &raw mut key, &raw mut value) != 0 {
                pairs.push((Object::clone_raw(key), Object::clone_raw(value)));
            }
        }
        pairs
    }

    pub(crate) fn py(self) -> Python<'py> {
        self.0.py()
    }

    #[inline(always)]
    pub(super) fn as_ptr(self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// `dict` or `frozendict`, if an object is an instance of it.
    fn base(object: &Bound<'py, PyAny>) -> Option<*mut ffi::PyTypeObject> {
        // SAFETY: a live object, and static types of CPython.
        unsafe {
            #[cfg(Py_3_15)]
            if ffi::PyFrozenDict_Check(object.as_ptr()) != 0 {
                return Some(&raw mut ffi::PyFrozenDict_Type);
            }
            (ffi::PyDict_Check(object.as_ptr()) != 0).then_some(&raw mut ffi::PyDict_Type)
        }
    }
}

/// The function behind a method without arguments that a static type of CPython defines itself.
///
/// # Safety
///
/// `class` is such a type.
unsafe fn method_of(class: *mut ffi::PyTypeObject, name: &CStr) -> Option<ffi::PyCFunction> {
    // SAFETY: its methods end with one that has no name.
    unsafe {
        let mut method = (*class).tp_methods;
        while !method.is_null() && !(*method).ml_name.is_null() {
            if CStr::from_ptr((*method).ml_name) == name {
                return Some((*method).ml_meth.PyCFunction);
            }
            method = method.add(1);
        }
    }
    None
}
