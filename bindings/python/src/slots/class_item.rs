//! `Map[str, int]` and the like, for annotations.

use std::ptr::null_mut;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::arguments::check_parsed;
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::construct;
use crate::ffi::method::{self, Method};

/// For maps.
pub(super) static CLASS_ITEM: Method = method::keywords(
    c"__class_getitem__",
    class_item,
    c"__class_getitem__($cls, item)\n--\n\nFor annotations: `Map[str, int]`.",
)
.of_class();
/// For sets.
pub(super) static SET_CLASS_ITEM: Method = method::keywords(
    c"__class_getitem__",
    class_item,
    c"__class_getitem__($cls, item)\n--\n\nFor annotations: `Set[int]`.",
)
.of_class();
/// For views.
pub(super) static VIEW_CLASS_ITEM: Method = method::keywords(
    c"__class_getitem__",
    class_item,
    c"__class_getitem__($cls, item)\n--\n\nFor annotations.",
)
.of_class();

/// `class[item]`: `types.GenericAlias(class, item)`.
unsafe extern "C" fn class_item(class: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"item".as_ptr(), std::ptr::null()];
    let mut item = null_mut();
    // SAFETY: a class method; called by CPython with a class, a tuple, and a dict or null, which
    // outlive what is borrowed from them. The format asks for any object.
    call_safely(|py| unsafe {
        check_parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"O:__class_getitem__".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                &raw mut item,
            ),
        )?;
        generic_alias(&instance(py, class), &borrowed(py, item))
    })
}

/// `types.GenericAlias(class, item)`.
fn generic_alias<'py>(
    class: &Bound<'py, PyType>,
    item: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let arguments = construct::tuple(py, [class.clone().into_any(), item.clone()])?;
    construct::call(&construct::import(py, c"types", c"GenericAlias")?, &arguments)
}
