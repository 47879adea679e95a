//! Slots and methods without PyO3's call path, where that decides a row of the speed table, or
//! where C's words for wrong arguments are wanted.
//!
//! Each has a quick way, which runs no Python code but destructors and makes no exception, and a
//! slow way, which is the safe function behind it, called as PyO3 would call it. A panic in the
//! quick way, which a bug alone can cause, ends the process: to catch it would cost more than the
//! lookup.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::cell::attached;
use super::instance::{map_of, new_exact, new_map, prepare_mutations};
use super::iteration::{
    items_iter, iterator_next, keys_iter, map_items, map_iter, map_keys, map_values, values_iter,
};
use super::key::quick_hash;
use super::object::may_be_tracked;
use super::pool::end;
use super::recursion;
use super::table::{Arguments, Method, add, bare, check_count, fast, single};
use super::texts;
use super::{Object, made};
use crate::build;
use crate::iter::MapIterator;
use crate::map::{self, Map};
use crate::mutation::MapMutation;
use crate::store;
use crate::views::{MapItems, MapKeys, MapValues};

pub(super) type Raw = *mut ffi::PyObject;

/// Writes the slots and methods over. Called once, before anybody sees the types.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    prepare_mutations(py)?;
    let (map, mutation) = (Map::type_object_raw(py), MapMutation::type_object_raw(py));
    // SAFETY: contract 6: PyO3 has given these types mapping and sequence slots, as their classes
    // have the methods for them.
    unsafe {
        (*(*map).tp_as_mapping).mp_subscript = Some(map_subscript);
        (*(*map).tp_as_sequence).sq_contains = Some(map_contains);
        // For `match`: registering with `collections.abc` sets it for types that can be changed.
        (*map).tp_flags |= ffi::Py_TPFLAGS_MAPPING;
        (*MapIterator::type_object_raw(py)).tp_iternext = Some(iterator_next);
        (*MapIterator::type_object_raw(py)).tp_dealloc = Some(end::<MapIterator>);
        (*MapKeys::type_object_raw(py)).tp_dealloc = Some(end::<MapKeys>);
        (*MapValues::type_object_raw(py)).tp_dealloc = Some(end::<MapValues>);
        (*MapItems::type_object_raw(py)).tp_dealloc = Some(end::<MapItems>);
        (*map).tp_vectorcall = Some(map_new);
        (*map).tp_iter = Some(map_iter);
        (*MapKeys::type_object_raw(py)).tp_iter = Some(keys_iter);
        (*MapValues::type_object_raw(py)).tp_iter = Some(values_iter);
        (*MapItems::type_object_raw(py)).tp_iter = Some(items_iter);
        // What has `[]` alone would be iterated by index.
        (*(*mutation).tp_as_sequence).sq_item = None;
        (*(*mutation).tp_as_sequence).sq_ass_item = None;
    }
    recursion::prepare(py)?;
    texts::prepare(py)?;
    add(py, map, &MAP_GET)?;
    add(py, map, &MAP_SET)?;
    add(py, map, &MAP_DELETE)?;
    add(py, map, &MAP_KEYS)?;
    add(py, map, &MAP_VALUES)?;
    add(py, map, &MAP_ITEMS)?;
    add(py, mutation, &MUTATION_GET)?;
    add(py, mutation, &MUTATION_SET)?;
    add(py, mutation, &MUTATION_POP)?;
    for class in [
        map,
        mutation,
        MapIterator::type_object_raw(py),
        MapKeys::type_object_raw(py),
        MapValues::type_object_raw(py),
        MapItems::type_object_raw(py),
    ] {
        // SAFETY: a ready type; from here on Python cannot set attributes of it.
        unsafe {
            (*class).tp_flags |= ffi::Py_TPFLAGS_IMMUTABLETYPE;
            ffi::PyType_Modified(class);
        }
    }
    Ok(())
}

static MAP_KEYS: Method =
    bare(c"keys", map_keys, c"keys($self, /)\n--\n\nA set-like view of the keys.");
static MAP_VALUES: Method =
    bare(c"values", map_values, c"values($self, /)\n--\n\nA view of the values.");
static MAP_ITEMS: Method = bare(
    c"items",
    map_items,
    c"items($self, /)\n--\n\nA set-like view of the pairs of key and value.",
);
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
static MAP_DELETE: Method = single(
    c"delete",
    map_delete,
    c"delete($self, key, /)\n--\n\nA map without the key; KeyError if there is none.",
);
static MUTATION_GET: Method = fast(
    c"get",
    mutation_get,
    c"get($self, key, default=None, /)\n--\n\nThe value of the key, or the default.",
);
static MUTATION_SET: Method =
    fast(c"set", mutation_set, c"set($self, key, val, /)\n--\n\nPuts the value under the key.");
static MUTATION_POP: Method = fast(
    c"pop",
    mutation_pop,
    c"pop($self, key, default=<unrepresentable>, /)\n--\n\n\
      Removes the key, and returns its value; the default, if one is given, where there is none.",
);

/// The slow way: attached as PyO3 wants it, with errors and panics made exceptions.
#[inline(never)]
pub(super) fn slowly(
    work: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyAny>>,
) -> Raw {
    let slow = |py: Python<'_>| {
        match catch_unwind(AssertUnwindSafe(|| {
            // The exception is made here, where a panic is caught, if PyO3 has put that off.
            work(py).inspect_err(|error| {
                error.value(py);
            })
        })) {
            Ok(Ok(object)) => object.into_ptr(),
            Ok(Err(error)) => {
                error.restore(py);
                std::ptr::null_mut()
            }
            Err(_) => {
                let words = "hedgerow: an operation panicked; this is a bug of hedgerow";
                made::error::<PySystemError>(py, words).restore(py);
                std::ptr::null_mut()
            }
        }
    };
    // SAFETY: contract 1. Not `attach`, which asks whether the interpreter is ending, and panics:
    // until the very end destructors use maps, and callbacks run.
    unsafe { Python::attach_unchecked(slow) }
}

/// # Safety
///
/// `object` is a live object.
#[inline]
pub(super) unsafe fn borrowed<'a, 'py>(py: Python<'py>, object: Raw) -> Borrowed<'a, 'py, PyAny> {
    // SAFETY: by the caller's promise.
    unsafe { Borrowed::from_ptr(py, object) }
}

/// # Safety
///
/// `object` is a live instance of `T`.
#[inline]
pub(super) unsafe fn instance<'a, 'py, T>(py: Python<'py>, object: Raw) -> Borrowed<'a, 'py, T> {
    // SAFETY: by the caller's promise.
    unsafe { Borrowed::from_ptr(py, object).cast_unchecked() }
}

/// What `take` makes of the value of a key, if it takes no Python code to look for it.
///
/// # Safety
///
/// A live map, a live key.
#[inline(always)]
unsafe fn find<R>(map: Raw, key: Raw, take: impl FnOnce(&Object) -> R) -> Option<Option<R>> {
    // SAFETY: by the caller's promise.
    let (map, key) = unsafe { (map_of(map), borrowed(attached(), key)) };
    store::look_quickly(attached(), map.version(), quick_hash(key)?, take)
}

/// A new reference, for CPython.
#[inline]
fn give(value: &Object) -> Raw {
    value.clone().into_raw()
}

unsafe extern "C" fn map_subscript(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match find(map, key, give) {
            Some(Some(value)) => value,
            _ => slowly(|py| map::get_item(&instance(py, map), &borrowed(py, key))),
        }
    }
}

unsafe extern "C" fn map_contains(map: Raw, key: Raw) -> c_int {
    // SAFETY: contract 6.
    unsafe {
        if let Some(found) = find(map, key, |_| ()) {
            return c_int::from(found.is_some());
        }
        let answer = slowly(|py| {
            let found = map::lookup(&instance(py, map), &borrowed(py, key))?.is_some();
            Ok(pyo3::types::PyBool::new(py, found).to_owned().into_any())
        });
        if answer.is_null() {
            return -1;
        }
        let found = answer == ffi::Py_True();
        ffi::Py_DECREF(answer);
        c_int::from(found)
    }
}

unsafe extern "C" fn map_get(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; `count` arguments stand there.
    unsafe {
        if !(1..=2).contains(&count) {
            return slowly(|_| check_count(c"get", count, 1, 2).map(|()| unreachable!()));
        }
        let key = *arguments;
        let default = if count == 2 { *arguments.add(1) } else { ffi::Py_None() };
        match find(map, key, give) {
            Some(Some(value)) => value,
            Some(None) => {
                ffi::Py_INCREF(default);
                default
            }
            None => slowly(|py| {
                let found = map::lookup(&instance(py, map), &borrowed(py, key))?;
                Ok(match found {
                    Some(value) => value.into_bound(py),
                    None => borrowed(py, default).to_owned(),
                })
            }),
        }
    }
}

unsafe extern "C" fn map_set(map: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; `count` arguments stand there.
    unsafe {
        if count != 2 {
            return slowly(|_| check_count(c"set", count, 2, 2).map(|()| unreachable!()));
        }
        let (key, value) = (*arguments, *arguments.add(1));
        let quick = (|| {
            let py = attached();
            let (this, value) = (map_of(map), borrowed(py, value));
            let version = this.version();
            let wanted = quick_hash(borrowed(py, key))?;
            let put = store::put_quickly(py, version, wanted, &value)?;
            if put == version {
                ffi::Py_INCREF(map);
                return Some(map);
            }
            let tracked = this.may_hold_tracked() || may_be_tracked(&value);
            new_exact(py, map, put, tracked)
        })();
        match quick {
            Some(result) => result,
            None => slowly(|py| {
                let map = instance(py, map);
                Ok(map::set(&map, &borrowed(py, key), &borrowed(py, value))?.into_any())
            }),
        }
    }
}

unsafe extern "C" fn map_delete(map: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        let quick = (|| {
            let py = attached();
            let this = map_of(map);
            let wanted = quick_hash(borrowed(py, key))?;
            let version = store::cut_quickly(py, this.version(), wanted)?;
            new_exact(py, map, version, this.may_hold_tracked())
        })();
        match quick {
            Some(result) => result,
            None => slowly(|py| {
                let map = instance(py, map);
                Ok(map::delete(&map, &borrowed(py, key))?.into_any())
            }),
        }
    }
}

/// `Map(...)` of `Map` itself: without arguments, with one, or as PyO3 does it.
unsafe extern "C" fn map_new(
    class: Raw,
    arguments: *const Raw,
    count: usize,
    keywords: Raw,
) -> Raw {
    // SAFETY: called by CPython to make an instance of `class`; as many arguments stand there, and
    // as many more as `keywords`, a tuple, has names.
    unsafe {
        let positional = ffi::PyVectorcall_NARGS(count);
        let is_named = !keywords.is_null() && ffi::PyTuple_GET_SIZE(keywords) > 0;
        if positional == 0 && !is_named {
            let py = attached();
            if let Ok(map) = Map::empty(py).and_then(|map| new_map(py, None, map)) {
                return map.into_ptr();
            }
        }
        if positional == 1 && !is_named && ffi::PyDict_CheckExact(*arguments) != 0 {
            let dict: Borrowed<'_, '_, PyDict> = instance(attached(), *arguments);
            if let Some(map) = build::construct_quickly(&dict) {
                return map.into_ptr();
            }
        }
        slowly(|py| {
            check_count(c"hedgerow.Map", positional, 0, 1)?;
            let col = (positional == 1).then(|| borrowed(py, *arguments).to_owned());
            if !is_named {
                return Ok(build::construct_plain(py, col.as_ref())?.into_any());
            }
            let kw = made::dict(py)?;
            if is_named {
                let names: Borrowed<'_, '_, PyTuple> =
                    Borrowed::from_ptr(py, keywords).cast_unchecked();
                for (at, name) in (positional..).zip(names.iter()) {
                    kw.set_item(name, borrowed(py, *arguments.offset(at)))?;
                }
            }
            let class: Borrowed<'_, '_, PyType> = Borrowed::from_ptr(py, class).cast_unchecked();
            Ok(build::construct(&class, col.as_ref(), Some(&kw))?.into_any())
        })
    }
}

unsafe extern "C" fn mutation_get(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; `count` arguments stand there.
    slowly(|py| unsafe {
        check_count(c"get", count, 1, 2)?;
        let default = if count == 2 { *arguments.add(1) } else { ffi::Py_None() };
        let found = MapMutation::find(&instance(py, mutation), &borrowed(py, *arguments))?;
        Ok(match found {
            Some(value) => value.into_bound(py),
            None => borrowed(py, default).to_owned(),
        })
    })
}

unsafe extern "C" fn mutation_set(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; `count` arguments stand there.
    slowly(|py| unsafe {
        check_count(c"set", count, 2, 2)?;
        let (key, value) = (borrowed(py, *arguments), borrowed(py, *arguments.add(1)));
        MapMutation::put(&instance(py, mutation), &key, &value)?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn mutation_pop(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; `count` arguments stand there.
    slowly(|py| unsafe {
        check_count(c"pop", count, 1, 2)?;
        let default = (count == 2).then(|| borrowed(py, *arguments.add(1)).to_owned());
        MapMutation::pop(&instance(py, mutation), &borrowed(py, *arguments), default)
    })
}
