//! How methods and functions are defined that do not go through PyO3: it says of wrong arguments
//! what it makes words for too late, where a want of memory ends the process. CPython counts the
//! arguments here, and what it does not count is counted by [`check_count`].

use std::ffi::{CStr, c_int};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::cell::attached;
use super::made;
use super::slots::Raw;

pub(super) type Arguments = *mut Raw;

type Fast = unsafe extern "C" fn(Raw, Arguments, ffi::Py_ssize_t) -> Raw;

/// The definition of a method or a function.
pub(super) struct Method(ffi::PyMethodDef);

// SAFETY: pointers to functions and static text only.
unsafe impl Sync for Method {}

impl Method {
    const fn new(
        name: &'static CStr,
        function: ffi::PyMethodDefPointer,
        flags: c_int,
        doc: &'static CStr,
    ) -> Method {
        Method(ffi::PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: function,
            ml_flags: flags,
            ml_doc: doc.as_ptr(),
        })
    }

    /// The same, of the class.
    pub(super) const fn of_class(mut self) -> Method {
        self.0.ml_flags |= ffi::METH_CLASS;
        self
    }

    fn name(&self) -> &'static CStr {
        // SAFETY: that of a static text.
        unsafe { CStr::from_ptr(self.0.ml_name) }
    }

    /// As CPython wants it, which only reads it.
    fn definition(&'static self) -> *mut ffi::PyMethodDef {
        (&raw const self.0).cast_mut()
    }
}

/// A method that takes nothing.
pub(super) const fn bare(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_NOARGS, doc)
}

/// A method that takes one object.
pub(super) const fn single(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_O, doc)
}

/// A method that takes objects by their places, which it counts itself.
pub(super) const fn fast(name: &'static CStr, function: Fast, doc: &'static CStr) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunctionFast: function };
    Method::new(name, function, ffi::METH_FASTCALL, doc)
}

/// A method that takes a tuple.
pub(super) const fn many(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_VARARGS, doc)
}

/// A method that takes a tuple, and a dict or null.
pub(super) const fn named(
    name: &'static CStr,
    function: ffi::PyCFunctionWithKeywords,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunctionWithKeywords: function };
    Method::new(name, function, ffi::METH_VARARGS | ffi::METH_KEYWORDS, doc)
}

/// Puts a method into a type.
pub(super) fn add(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    method: &'static Method,
) -> PyResult<()> {
    // SAFETY: a ready type, and a definition that lives for ever, which the descriptor only reads.
    unsafe {
        let descriptor = if method.0.ml_flags & ffi::METH_CLASS != 0 {
            ffi::PyDescr_NewClassMethod(class, method.definition())
        } else {
            ffi::PyDescr_NewMethod(class, method.definition())
        };
        let descriptor = Bound::from_owned_ptr_or_err(py, descriptor)?;
        let class: Borrowed<'_, '_, PyAny> = Borrowed::from_ptr(py, class.cast());
        class.setattr(method.name().to_string_lossy().as_ref(), descriptor)
    }
}

/// Puts a function into a module.
pub(super) fn add_function(
    module: &Bound<'_, PyModule>,
    function: &'static Method,
) -> PyResult<()> {
    let name = module.name()?;
    // SAFETY: a live module, a live `str`, and a definition as above.
    let function_object = unsafe {
        let made = ffi::PyCFunction_NewEx(function.definition(), module.as_ptr(), name.as_ptr());
        Bound::from_owned_ptr_or_err(module.py(), made)?
    };
    module.add(function.name().to_string_lossy().as_ref(), function_object)
}

/// What CPython says of a wrong number of arguments.
pub(super) fn check_count(
    name: &CStr,
    count: ffi::Py_ssize_t,
    least: isize,
    most: isize,
) -> PyResult<()> {
    let (bound, kind) = if count < least { (least, "at least ") } else { (most, "at most ") };
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let kind = if least == most { "" } else { kind };
    let plural = if bound == 1 { "" } else { "s" };
    let name = name.to_string_lossy();
    let words = format!("{name} expected {kind}{bound} argument{plural}, got {count}");
    Err(made::error::<PyTypeError>(attached(), &words))
}
