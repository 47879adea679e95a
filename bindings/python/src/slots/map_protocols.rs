//! Methods of `Map` that other modules call: `copy.replace`, and pydantic.

use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::arguments::tuple_and_dict;
use crate::combine;
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::construct;
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::map::Map;

/// Adds the methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    method::add(py, map, &REPLACE)?;
    method::add(py, map, &PYDANTIC_SCHEMA)
}

static REPLACE: Method = method::keywords(
    c"__replace__",
    map_replace,
    c"__replace__($self, /, **changes)\n--\n\n\
      As `update(**changes)`; for `copy.replace`.",
);
static PYDANTIC_SCHEMA: Method = method::fast(
    c"__get_pydantic_core_schema__",
    pydantic_schema,
    c"__get_pydantic_core_schema__($cls, source, handler, /)\n--\n\n\
      For pydantic: how fields of this type are validated and serialized.",
)
.of_class();

unsafe extern "C" fn map_replace(map: Raw, arguments: Raw, changes: Raw) -> Raw {
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null.
    call_safely(|py| unsafe {
        let (arguments, changes) = tuple_and_dict(py, arguments, changes);
        check_count(c"__replace__", ffi::PyTuple_GET_SIZE(arguments.as_ptr()), 0, 0)?;
        Ok(combine::update(&instance(py, map), None, changes.as_deref())?.into_any())
    })
}

unsafe extern "C" fn pydantic_schema(
    class: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: a class method; there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"__get_pydantic_core_schema__", count, 2, 2)?;
        let (source, handler) = (borrowed(py, *arguments), borrowed(py, *arguments.add(1)));
        let class = borrowed(py, class).to_owned();
        let arguments = construct::tuple(py, [class, source.to_owned(), handler.to_owned()])?;
        construct::call(&construct::import(py, c"hedgerow._pydantic", c"schema_of")?, &arguments)
    })
}
