//! The methods of `Map` for maps in maps.

use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::arguments::default_argument;
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::map::Map;
use crate::paths;

/// Adds the methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    for method in [&GET_IN, &SET_IN, &UPDATE_IN, &DELETE_IN] {
        method::add(py, map, method)?;
    }
    Ok(())
}

static GET_IN: Method = method::fast_keywords(
    c"get_in",
    get_in,
    c"get_in($self, path, /, default=None)\n--\n\n\
      The value at the end of a path, a sequence of keys that leads through maps and other\n\
      mappings; the default where a key is missing. The empty path leads to the map itself.",
);
static SET_IN: Method = method::fast(
    c"set_in",
    set_in,
    c"set_in($self, path, value, /)\n--\n\n\
      A map with the value at the end of a path, a sequence of keys that leads through maps.\n\
      Maps that are missing on the way are made.",
);
static UPDATE_IN: Method = method::fast_keywords(
    c"update_in",
    update_in,
    c"update_in($self, path, function, /, default=None)\n--\n\n\
      As `set_in`, with what the function makes of the value that is there, or of the default.",
);
static DELETE_IN: Method = method::one_argument(
    c"delete_in",
    delete_in,
    c"delete_in($self, path, /)\n--\n\n\
      A map without the last key of a path; KeyError with the first key that is missing.\n\
      Maps that become empty stay.",
);

unsafe extern "C" fn get_in(
    map: Raw,
    arguments: *const Raw,
    count: ffi::Py_ssize_t,
    names: Raw,
) -> Raw {
    // SAFETY: contract 6; called by CPython with `count` arguments, and one for each name.
    call_safely(|py| unsafe {
        let default = default_argument(py, c"get_in", arguments, count, names, 1)?;
        paths::get_in(&instance(py, map), &borrowed(py, *arguments), default.as_deref())
    })
}

unsafe extern "C" fn set_in(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"set_in", count, 2, 2)?;
        let (path, value) = (borrowed(py, *arguments), borrowed(py, *arguments.add(1)));
        Ok(paths::set_in(&instance(py, map), &path, &value)?.into_any())
    })
}

unsafe extern "C" fn update_in(
    map: Raw,
    arguments: *const Raw,
    count: ffi::Py_ssize_t,
    names: Raw,
) -> Raw {
    // SAFETY: contract 6; called by CPython with `count` arguments, and one for each name.
    call_safely(|py| unsafe {
        let default = default_argument(py, c"update_in", arguments, count, names, 2)?;
        let (path, function) = (borrowed(py, *arguments), borrowed(py, *arguments.add(1)));
        let map = instance(py, map);
        Ok(paths::update_in(&map, &path, &function, default.as_deref())?.into_any())
    })
}

unsafe extern "C" fn delete_in(map: Raw, path: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        Ok(paths::delete_in(&instance(py, map), &borrowed(py, path))?.into_any())
    })
}
