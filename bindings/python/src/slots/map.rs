//! The slots and methods of `Map` for one key, and the constructor.

use std::ffi::c_int;

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::arguments::{at_most_one, tuple_and_dict};
use super::look_up::{Finish, Looked, look_up};
use crate::build;
use crate::ffi::any_dict::AnyDict;
use crate::ffi::attached::attached;
use crate::ffi::call::{
    Raised, Raw, answer, borrowed, call_safely, instance, length_or_raise, object_or_null, or_null,
    try_safely,
};
use crate::ffi::construct;
use crate::ffi::instance::contents;
use crate::ffi::key::HashedKey;
use crate::ffi::method::{self, Arguments, Method, check_count, fast};
use crate::ffi::object::Object;
use crate::ffi::tracking::may_be_tracked;
use crate::iterator::{Kind, MapIterator};
use crate::lookup::Walk;
use crate::map::{self, Collection, Map, new_map_quickly};
use crate::update;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    // SAFETY: contract 6. PyO3 has given the type mapping and sequence slots.
    unsafe {
        (*(*map).tp_as_mapping).mp_subscript = Some(map_subscript);
        (*(*map).tp_as_mapping).mp_length = Some(map_length);
        (*map).tp_iter = Some(map_iter);
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

unsafe extern "C" fn map_subscript(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6. There is no default.
    unsafe { look_up::<Value>(map, key, std::ptr::null_mut()) }
}

/// A new reference to the value, or KeyError.
struct Value;

impl Finish for Value {
    type Answer = Raw;

    #[inline(always)]
    unsafe fn finish(looked: Looked, key: Raw, _: Raw) -> Raw {
        // SAFETY: by the caller's promise.
        unsafe {
            match looked {
                Ok(Some(value)) => ffi::Py_NewRef(value),
                Ok(None) => raise_key_error(key),
                Err(Raised) => std::ptr::null_mut(),
            }
        }
    }
}

/// # Safety
///
/// A live key.
#[cold]
pub(super) unsafe fn raise_key_error(key: Raw) -> Raw {
    // SAFETY: by the caller's promise.
    call_safely(|py| unsafe { Err(construct::key_error(&borrowed(py, key))) })
}

unsafe extern "C" fn map_contains(map: Raw, key: Raw) -> c_int {
    // SAFETY: contract 6.
    unsafe { look_up::<IsThere>(map, key, std::ptr::null_mut()) }
}

/// Whether there is the key.
pub(super) struct IsThere;

impl Finish for IsThere {
    type Answer = c_int;

    #[inline(always)]
    unsafe fn finish(looked: Looked, _: Raw, _: Raw) -> c_int {
        answer(looked.map(|found| found.is_some()))
    }
}

unsafe extern "C" fn map_length(map: Raw) -> ffi::Py_ssize_t {
    // SAFETY: contract 6.
    length_of(unsafe { contents(map) })
}

/// The length of a map, for CPython.
#[inline(always)]
pub(super) fn length_of(map: &Map) -> ffi::Py_ssize_t {
    match map.count_quickly(attached()) {
        Some(count) => count as ffi::Py_ssize_t,
        None => length_slowly(map),
    }
}

#[cold]
#[inline(never)]
fn length_slowly(map: &Map) -> ffi::Py_ssize_t {
    length_or_raise(map.count(attached()))
}

unsafe extern "C" fn map_iter(map: Raw) -> Raw {
    // SAFETY: contract 6.
    let map: Borrowed<'_, '_, Map> = unsafe { instance(attached(), map) };
    object_or_null(MapIterator::over(&map, Kind::Keys))
}

unsafe extern "C" fn map_get(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    unsafe {
        if !(1..=2).contains(&count) {
            return call_safely(|_| check_count(c"get", count, 1, 2).map(|()| unreachable!()));
        }
        let default = if count == 2 { *arguments.add(1) } else { ffi::Py_None() };
        look_up::<ValueOr>(map, *arguments, default)
    }
}

/// A new reference to the value, or to the default.
struct ValueOr;

impl Finish for ValueOr {
    type Answer = Raw;

    #[inline(always)]
    unsafe fn finish(looked: Looked, _: Raw, default: Raw) -> Raw {
        match looked {
            // SAFETY: by the caller's promise.
            Ok(found) => unsafe { ffi::Py_NewRef(found.unwrap_or(default)) },
            Err(Raised) => std::ptr::null_mut(),
        }
    }
}

unsafe extern "C" fn map_set(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    unsafe {
        if count != 2 {
            return call_safely(|_| check_count(c"set", count, 2, 2).map(|()| unreachable!()));
        }
        with_entry::<Map>(map, *arguments, *arguments.add(1))
    }
}

/// A map or set with a key and its value; the very one if it has them. Null with an exception set
/// for an error.
///
/// # Safety
///
/// A live instance of `T`, a live key, a live value.
#[inline(always)]
pub(super) unsafe fn with_entry<T: Collection>(map: Raw, key: Raw, value: Raw) -> Raw {
    let py = attached();
    // SAFETY: by the caller's promise.
    let (map, key, value): (Borrowed<'_, '_, T>, _, _) =
        unsafe { (instance(py, map), borrowed(py, key), borrowed(py, value)) };
    if let Some(hashed) = HashedKey::new_quickly(key)
        && let Some(version) = update::insert_quickly(py, version_of(map), hashed, &value)
    {
        return of_version_with(map, version, hashed, &value);
    }
    with_any(map, key, &value)
}

/// [`with_entry`], for keys of any kind.
#[inline(never)]
fn with_any<'py, T: Collection>(
    map: Borrowed<'_, 'py, T>,
    key: Borrowed<'_, 'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> Raw {
    let Ok(key) = HashedKey::new_slowly(key) else {
        return std::ptr::null_mut();
    };
    let version = version_of(map);
    let inserted = match update::insert_walking(key.py(), version, key, value) {
        Walk::Done(inserted) => Ok(inserted),
        Walk::Ask(candidate) => update::insert_asking(version, key, value, candidate),
        Walk::Other => try_safely(|_| update::insert_slowly(version, key, Object::new(value))),
    };
    match inserted {
        Ok(inserted) => of_version_with(map, inserted, key, value),
        Err(Raised) => std::ptr::null_mut(),
    }
}

/// The map of a version that was made of another's with this entry; the other if that has it.
#[inline(always)]
fn of_version_with<'py, T: Collection>(
    map: Borrowed<'_, 'py, T>,
    version: Version,
    key: HashedKey<'_, 'py>,
    value: &Bound<'py, PyAny>,
) -> Raw {
    if version == version_of(map) {
        return map.to_owned().into_ptr();
    }
    let tracked = may_hold_tracked(map) || key.may_be_tracked() || may_be_tracked(value);
    of_version(map, version, tracked)
}

unsafe extern "C" fn map_delete(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match without::<Map>(map, key) {
            Ok(Some(map)) => map,
            Ok(None) => raise_key_error(key),
            Err(Raised) => std::ptr::null_mut(),
        }
    }
}

/// A map or set without a key; `None` where there is no such key.
///
/// # Safety
///
/// A live instance of `T`, a live key.
#[inline(always)]
pub(super) unsafe fn without<T: Collection>(map: Raw, key: Raw) -> Result<Option<Raw>, Raised> {
    let py = attached();
    // SAFETY: by the caller's promise.
    let (map, key): (Borrowed<'_, '_, T>, _) = unsafe { (instance(py, map), borrowed(py, key)) };
    if let Some(key) = HashedKey::new_quickly(key)
        && let Some(version) = update::remove_quickly(py, version_of(map), key)
    {
        return Ok(Some(of_version(map, version, may_hold_tracked(map))));
    }
    without_any(map, key)
}

/// [`without`], for keys of any kind.
#[inline(never)]
fn without_any<'py, T: Collection>(
    map: Borrowed<'_, 'py, T>,
    key: Borrowed<'_, 'py, PyAny>,
) -> Result<Option<Raw>, Raised> {
    let key = HashedKey::new_slowly(key)?;
    let version = version_of(map);
    let removed = match update::remove_walking(key.py(), version, key) {
        Walk::Done(removed) => removed,
        Walk::Ask(stored) => update::remove_asking(version, key, stored)?,
        Walk::Other => try_safely(|_| update::remove_slowly(version, key))?,
    };
    Ok(removed.map(|version| of_version(map, version, may_hold_tracked(map))))
}

#[inline(always)]
fn version_of<T: Collection>(map: Borrowed<'_, '_, T>) -> Version {
    map.get().as_map().version()
}

#[inline(always)]
fn may_hold_tracked<T: Collection>(map: Borrowed<'_, '_, T>) -> bool {
    map.get().as_map().may_hold_tracked()
}

/// A map or set of the class of another, of a version that was made of its version. Null with an
/// exception set where there is no memory.
#[inline(always)]
fn of_version<T: Collection>(map: Borrowed<'_, '_, T>, version: Version, tracked: bool) -> Raw {
    // SAFETY: a live map and its type.
    if T::is_class(unsafe { ffi::Py_TYPE(map.as_ptr()) }) {
        return new_map_quickly::<T>(map.py(), map.get().as_map(), version, tracked);
    }
    or_null(try_safely(|_| Ok(map::derive(&map, version, tracked)?.into_ptr())))
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
                if let Some(dict) = col.as_ref().and_then(AnyDict::exact) {
                    return Ok(build::construct_asking(dict)?.into_any());
                }
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
    // SAFETY: by the caller's promise.
    unsafe {
        if count != 1 {
            return None;
        }
        let col = borrowed(py, *arguments);
        build::construct_quickly(AnyDict::exact(&col)?)
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
