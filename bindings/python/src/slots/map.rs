//! The slots and methods of `Map` for one key, and the constructor.

use std::ffi::c_int;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::arguments::{at_most_one, tuple_and_dict};
use crate::build;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, answer_safely, borrowed, call_safely, instance};
use crate::ffi::construct;
use crate::ffi::instance::contents;
use crate::ffi::key::HashedKey;
use crate::ffi::method::{self, Arguments, Method, check_count, fast};
use crate::ffi::object::Object;
use crate::ffi::tracking::may_be_tracked;
use crate::map::{self, Collection, Map, new_map_quickly};
use crate::store;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    // SAFETY: contract 6. PyO3 has given the type mapping and sequence slots.
    unsafe {
        (*(*map).tp_as_mapping).mp_subscript = Some(map_subscript);
        (*(*map).tp_as_sequence).sq_contains = Some(map_contains);
        // For `match`. To register with `collections.abc` sets it for mutable types only.
        (*map).tp_flags |= ffi::Py_TPFLAGS_MAPPING;
        (*map).tp_vectorcall = Some(map_vectorcall);
        (*map).tp_new = Some(map_new);
    }
    method::add(py, map, &MAP_GET)?;
    method::add(py, map, &MAP_SET)?;
    method::add(py, map, &MAP_DELETE)
}

static MAP_GET: Method = fast(
    c"get",
    map_get,
    c"get($self, key, default=None, /)\n--\n\nThe value of the key, or the default.",
);
static MAP_SET: Method = fast(
    c"set",
    map_set,
    c"set($self, key, val, /)\n--\n\n\
      A map with the value under the key; this very one if it has that value there already.",
);
static MAP_DELETE: Method = method::one_argument(
    c"delete",
    map_delete,
    c"delete($self, key, /)\n--\n\nA map without the key; KeyError if there is none.",
);

/// What `take` makes of the value of a key, if it takes no Python code to find it.
///
/// # Safety
///
/// A live map or set, a live key.
#[inline(always)]
pub(super) unsafe fn get_quickly<R>(
    map: Raw,
    key: Raw,
    take: impl FnOnce(&Object) -> R,
) -> Option<Option<R>> {
    // SAFETY: contract 1; by the caller's promise.
    let (py, map, key) = unsafe {
        let py = Python::assume_attached();
        (py, contents::<Map>(map), Borrowed::from_ptr(py, key))
    };
    store::get_quickly(py, map.version(), HashedKey::new_quickly(key)?, take)
}

/// A new reference, for CPython.
#[inline]
fn new_reference(value: &Object) -> Raw {
    value.clone().into_raw()
}

unsafe extern "C" fn map_subscript(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match get_quickly(map, key, new_reference) {
            Some(Some(value)) => value,
            _ => call_safely(|py| map::get_item(&instance(py, map), &borrowed(py, key))),
        }
    }
}

unsafe extern "C" fn map_contains(map: Raw, key: Raw) -> c_int {
    // SAFETY: contract 6.
    unsafe {
        if let Some(found) = get_quickly(map, key, |_| ()) {
            return c_int::from(found.is_some());
        }
        answer_safely(|py| Ok(map::get(&instance(py, map), &borrowed(py, key))?.is_some()))
    }
}

unsafe extern "C" fn map_get(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    unsafe {
        if !(1..=2).contains(&count) {
            return call_safely(|_| check_count(c"get", count, 1, 2).map(|()| unreachable!()));
        }
        let key = *arguments;
        let default = if count == 2 { *arguments.add(1) } else { ffi::Py_None() };
        match get_quickly(map, key, new_reference) {
            Some(Some(value)) => value,
            Some(None) => {
                ffi::Py_INCREF(default);
                default
            }
            None => call_safely(|py| {
                let found = map::get(&instance(py, map), &borrowed(py, key))?;
                Ok(match found {
                    Some(value) => value.into_bound(py),
                    None => borrowed(py, default).to_owned(),
                })
            }),
        }
    }
}

unsafe extern "C" fn map_set(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    unsafe {
        if count != 2 {
            return call_safely(|_| check_count(c"set", count, 2, 2).map(|()| unreachable!()));
        }
        let (key, value) = (*arguments, *arguments.add(1));
        match set_quickly::<Map>(map, key, value) {
            Some(map) => map,
            None => call_safely(|py| {
                let map: Borrowed<'_, '_, Map> = instance(py, map);
                Ok(map::set(&map, &borrowed(py, key), &borrowed(py, value))?.into_any())
            }),
        }
    }
}

/// # Safety
///
/// A live instance of `T`, a live key, a live value.
#[inline(always)]
pub(super) unsafe fn set_quickly<T: Collection>(map: Raw, key: Raw, value: Raw) -> Option<Raw> {
    // SAFETY: contract 1; by the caller's promise.
    unsafe {
        if !T::is_class(ffi::Py_TYPE(map)) {
            return None;
        }
        let (py, this) = (Python::assume_attached(), contents::<T>(map).as_map());
        let (key, value) = (Borrowed::from_ptr(py, key), Borrowed::from_ptr(py, value));
        let key = HashedKey::new_quickly(key)?;
        let version = this.version();
        let inserted = store::insert_quickly(py, version, key, &value)?;
        if inserted == version {
            return Some(ffi::Py_NewRef(map));
        }
        // A key that is hashed quickly is of an exact kind, which the collector does not track.
        let tracked = this.may_hold_tracked() || may_be_tracked(&value);
        new_map_quickly::<T>(py, inserted, tracked).map(Bound::into_ptr)
    }
}

unsafe extern "C" fn map_delete(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match delete_quickly::<Map>(map, key) {
            Some(map) => map,
            None => call_safely(|py| {
                let map = instance(py, map);
                Ok(map::delete(&map, &borrowed(py, key))?.into_any())
            }),
        }
    }
}

/// # Safety
///
/// A live instance of `T`, a live key.
#[inline(always)]
pub(super) unsafe fn delete_quickly<T: Collection>(map: Raw, key: Raw) -> Option<Raw> {
    // SAFETY: contract 1; by the caller's promise.
    unsafe {
        if !T::is_class(ffi::Py_TYPE(map)) {
            return None;
        }
        let (py, this) = (Python::assume_attached(), contents::<T>(map).as_map());
        let key = HashedKey::new_quickly(Borrowed::from_ptr(py, key))?;
        let version = store::remove_quickly(py, this.version(), key)?;
        new_map_quickly::<T>(py, version, this.may_hold_tracked()).map(Bound::into_ptr)
    }
}

/// `Map(...)`, of `Map` itself.
unsafe extern "C" fn map_vectorcall(
    class: Raw,
    arguments: *const Raw,
    count: usize,
    keywords: Raw,
) -> Raw {
    // SAFETY: called by CPython to make an instance of `class`. There are so many arguments, and as
    // many more as there are names in `keywords`, a tuple or null.
    unsafe {
        let positional = ffi::PyVectorcall_NARGS(count);
        let has_keywords = !keywords.is_null() && ffi::PyTuple_GET_SIZE(keywords) > 0;
        if !has_keywords && let Some(map) = construct_quickly(attached(), arguments, positional) {
            return map.into_ptr();
        }
        call_safely(|py| {
            check_count(c"hedgerow.Map", positional, 0, 1)?;
            let col = (positional == 1).then(|| borrowed(py, *arguments).to_owned());
            let class: Borrowed<'_, '_, PyType> = instance(py, class);
            if !has_keywords {
                return Ok(build::construct(&class, col.as_ref(), None)?.into_any());
            }
            let kw = construct::dict(py)?;
            let names: Borrowed<'_, '_, PyTuple> = instance(py, keywords);
            for (at, name) in (positional..).zip(names.iter()) {
                kw.set_item(name, borrowed(py, *arguments.offset(at)))?;
            }
            Ok(build::construct(&class, col.as_ref(), Some(&kw))?.into_any())
        })
    }
}

/// `Map()` and `Map(dict)`, where that takes no Python code.
///
/// # Safety
///
/// There are `count` arguments.
#[inline(always)]
unsafe fn construct_quickly<'py>(
    py: Python<'py>,
    arguments: *const Raw,
    count: ffi::Py_ssize_t,
) -> Option<Bound<'py, Map>> {
    if count == 0 {
        return Map::empty(py).and_then(|map| map::new_map(py, None, map)).ok();
    }
    // SAFETY: by the caller's promise; an exact dict.
    unsafe {
        if count != 1 || ffi::PyDict_CheckExact(*arguments) == 0 {
            return None;
        }
        let dict: Borrowed<'_, 'py, PyDict> = instance(py, *arguments);
        build::construct_quickly(&dict)
    }
}

/// `Map.__new__`, also of subclasses.
unsafe extern "C" fn map_new(class: *mut ffi::PyTypeObject, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: called by CPython with `Map` or a subclass, a tuple, and a dict or null.
    call_safely(|py| unsafe {
        let (arguments, keywords) = tuple_and_dict(py, arguments, keywords);
        let class: Borrowed<'_, '_, PyType> = instance(py, class.cast());
        let col = at_most_one("hedgerow.Map", &arguments)?;
        Ok(build::construct(&class, col.as_ref(), keywords.as_deref())?.into_any())
    })
}
