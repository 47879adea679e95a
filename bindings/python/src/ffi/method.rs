//! Definitions of methods and functions that CPython calls without PyO3 in between.
//!
//! PyO3 makes its words for wrong arguments outside of what catches a panic, and panics where there
//! is no memory for them. Here CPython checks the arguments, and [`check_count`] what CPython does
//! not check.

use std::ffi::{CStr, c_int};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::attached::attached;
use super::call::Raw;
use super::construct;

/// Positional arguments, as CPython passes them to a method made by [`fast`].
pub(crate) type Arguments = *mut Raw;

type Fast = unsafe extern "C" fn(Raw, Arguments, ffi::Py_ssize_t) -> Raw;
type FastKeywords = unsafe extern "C" fn(Raw, *const Raw, ffi::Py_ssize_t, Raw) -> Raw;

/// The definition of a method or a function.
pub(crate) struct Method(ffi::PyMethodDef);

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

    /// The same method, called with the class.
    pub(crate) const fn of_class(mut self) -> Method {
        self.0.ml_flags |= ffi::METH_CLASS;
        self
    }

    fn name(&self) -> &'static CStr {
        // SAFETY: `new` took it from a static text.
        unsafe { CStr::from_ptr(self.0.ml_name) }
    }

    /// As CPython takes it: mutable, but CPython only reads it.
    fn definition(&'static self) -> *mut ffi::PyMethodDef {
        (&raw const self.0).cast_mut()
    }
}

/// A method without arguments.
pub(crate) const fn no_arguments(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_NOARGS, doc)
}

/// A method with one argument.
pub(crate) const fn one_argument(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_O, doc)
}

/// A method with positional arguments, which it counts itself.
pub(crate) const fn fast(name: &'static CStr, function: Fast, doc: &'static CStr) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunctionFast: function };
    Method::new(name, function, ffi::METH_FASTCALL, doc)
}

/// A method with positional arguments, which it counts itself, and keywords behind them, whose
/// names it gets as a tuple, or null.
pub(crate) const fn fast_keywords(
    name: &'static CStr,
    function: FastKeywords,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: function };
    Method::new(name, function, ffi::METH_FASTCALL | ffi::METH_KEYWORDS, doc)
}

/// A method that takes its arguments as a tuple.
pub(crate) const fn tuple(
    name: &'static CStr,
    function: ffi::PyCFunction,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunction: function };
    Method::new(name, function, ffi::METH_VARARGS, doc)
}

/// A method that takes its arguments as a tuple, and as a dict or null.
pub(crate) const fn keywords(
    name: &'static CStr,
    function: ffi::PyCFunctionWithKeywords,
    doc: &'static CStr,
) -> Method {
    let function = ffi::PyMethodDefPointer { PyCFunctionWithKeywords: function };
    Method::new(name, function, ffi::METH_VARARGS | ffi::METH_KEYWORDS, doc)
}

/// Adds a method to a type.
pub(crate) fn add(
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

/// Adds a function to a module.
pub(crate) fn add_function(
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

/// # Errors
///
/// `TypeError` for a wrong number of arguments, in CPython's words.
pub(crate) fn check_count(
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
    Err(construct::error::<PyTypeError>(attached(), &words))
}
