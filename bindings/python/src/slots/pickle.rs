//! What pickle calls: `Map.__reduce_ex__`, and the functions that its pickles name.
//!
//! Pickles that were written stay, so these functions keep their names and what they take.

use pyo3::PyTypeInfo;
use pyo3::prelude::*;

use crate::ffi::call::{Raw, call_safely, instance};
use crate::ffi::method::{self, Method};
use crate::map::Map;
use crate::part::Part;
use crate::pickle;

/// Adds the method. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    method::add(py, Map::type_object_raw(py), &MAP_REDUCE)
}

/// Adds the functions to the module. Called whenever it is made.
pub(super) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    method::add_function(module, &ENTRIES)?;
    method::add_function(module, &KEYED)?;
    method::add_function(module, &PARTS)?;
    method::add_function(module, &MAP)
}

static MAP_REDUCE: Method = method::one_argument(
    c"__reduce_ex__",
    map_reduce,
    c"__reduce_ex__($self, protocol, /)\n--\n\n\
      For pickle: as __reduce__(), but shorter, and maps write what they share once.",
);
static ENTRIES: Method = method::tuple(
    c"_entries",
    entries,
    c"_entries(*keys_and_values)\n--\n\nFor pickles: a part of a map, of these entries.",
);
static KEYED: Method = method::tuple(
    c"_keyed",
    keyed,
    c"_keyed(keys, /, *values)\n--\n\nFor pickles: a part of a map, of these keys and values.",
);
static PARTS: Method = method::tuple(
    c"_parts",
    parts,
    c"_parts(*parts)\n--\n\nFor pickles: a part of a map, of smaller ones.",
);
static MAP: Method = method::tuple(
    c"_map",
    map,
    c"_map(*part_or_keys_and_values)\n--\n\nFor pickles: a map of these entries, or of a part.",
);

unsafe extern "C" fn map_reduce(map: Raw, _protocol: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe { pickle::reduce_shortly(&instance(py, map)) })
}

unsafe extern "C" fn entries(_: Raw, arguments: Raw) -> Raw {
    // SAFETY: called by CPython with a tuple.
    call_safely(|py| unsafe { Ok(Part::of_entries(&instance(py, arguments))?.into_any()) })
}

unsafe extern "C" fn keyed(_: Raw, arguments: Raw) -> Raw {
    // SAFETY: called by CPython with a tuple.
    call_safely(|py| unsafe { Ok(Part::of_keyed(&instance(py, arguments))?.into_any()) })
}

unsafe extern "C" fn parts(_: Raw, arguments: Raw) -> Raw {
    // SAFETY: called by CPython with a tuple.
    call_safely(|py| unsafe { Ok(Part::of_parts(&instance(py, arguments))?.into_any()) })
}

unsafe extern "C" fn map(_: Raw, arguments: Raw) -> Raw {
    // SAFETY: called by CPython with a tuple.
    call_safely(|py| unsafe { Ok(pickle::map_of(&instance(py, arguments))?.into_any()) })
}
