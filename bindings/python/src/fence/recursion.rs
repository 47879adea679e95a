//! Slots that call themselves by way of what a map holds: `==` and `hash`; `repr` is in `texts.rs`.
//!
//! Maps may hold maps as deep as the stack allows, so each of these slots asks CPython from a
//! frame of a few words. The work in between is done by functions that are not inlined, and have
//! returned by then. CPython counts the calls of `==` and `repr`, but before 3.14 it does not know
//! the stacks of threads: [`check_stack`] does.

use std::ffi::{CStr, c_int, c_void};

use hedgerow::Version;
use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::Object;
use super::cell::attached;
use super::instance::{contents, map_of};
use super::slots::{Raw, instance, slowly};
use super::stack::Depth;
use crate::compare::{self, Hashing};
use crate::equality::{Equality, Step};
use crate::map::Map;
use crate::mutation::MapMutation;
use crate::views::{self, MapItems, MapKeys};

/// Writes the slots over. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let (map, mutation) = (Map::type_object_raw(py), MapMutation::type_object_raw(py));
    let (keys, items) = (MapKeys::type_object_raw(py), MapItems::type_object_raw(py));
    compare_by(py, map, map_compare)?;
    compare_by(py, mutation, mutation_compare)?;
    compare_by(py, items, items_compare)?;
    compare_by(py, keys, keys_compare)?;
    // SAFETY: contract 6.
    unsafe { (*map).tp_hash = Some(map_hash) };
    wrap(py, map, c"__hash__", map_hash as *mut c_void)
}

fn compare_by(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    compare: ffi::richcmpfunc,
) -> PyResult<()> {
    // SAFETY: contract 6.
    unsafe { (*class).tp_richcompare = Some(compare) };
    for name in [c"__eq__", c"__ne__", c"__lt__", c"__le__", c"__gt__", c"__ge__"] {
        wrap(py, class, name, compare as *mut c_void)?;
    }
    Ok(())
}

/// Has a type's special method call the slot that was written over: subclasses take their slots
/// from there.
pub(super) fn wrap(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    name: &CStr,
    slot: *mut c_void,
) -> PyResult<()> {
    // SAFETY: a type that nobody has seen yet; a descriptor of that kind is laid out as CPython's
    // header says, and its function has the signature of the slot that it was made for.
    unsafe {
        let class: Borrowed<'_, '_, PyAny> = Borrowed::from_ptr(py, class.cast());
        let method = class.getattr(PyString::new(py, &name.to_string_lossy()))?;
        if ffi::Py_TYPE(method.as_ptr()) == &raw mut ffi::PyWrapperDescr_Type {
            (*method.as_ptr().cast::<ffi::PyWrapperDescrObject>()).d_wrapped = slot;
        }
    }
    Ok(())
}

/// # Errors
///
/// `RecursionError`, where the stack is too short for one more call into Python, of which CPython
/// counts the depth; it says " while ..." what `doing` says.
pub(crate) fn check_stack(py: Python<'_>, doing: &CStr) -> PyResult<()> {
    super::stack::check(py, doing)
}

/// Sets an exception.
#[cold]
pub(super) fn raise(error: PyErr) {
    slowly(|_| Err(error));
}

/// 1, 0, or -1 with an exception, as a new reference to a `bool`, or to that which is none.
#[inline]
fn answer(equal: c_int, op: c_int) -> Raw {
    // SAFETY: new references to objects that live for ever.
    unsafe {
        match (equal, op) {
            (-1, _) => std::ptr::null_mut(),
            (1, ffi::Py_EQ) | (0, ffi::Py_NE) => ffi::Py_NewRef(ffi::Py_True()),
            _ => ffi::Py_NewRef(ffi::Py_False()),
        }
    }
}

/// A comparison under way, and what is asked of Python next.
struct Comparison {
    equality: Equality,
    op: c_int,
    both: Option<(Object, Object)>,
    /// The answer, once there is one.
    result: Raw,
}

/// What has been answered before anything was asked.
const NOTHING: c_int = 2;

unsafe extern "C" fn map_compare(map: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) || !is_map(other) {
            return compare_with_any(map, other, op);
        }
        ask_all(begin_maps(map, other, op))
    }
}

/// Whether a live object is a map.
#[inline(never)]
unsafe fn is_map(object: Raw) -> bool {
    // SAFETY: by the caller's promise.
    unsafe { ffi::PyObject_TypeCheck(object, Map::type_object_raw(attached())) != 0 }
}

/// Asks Python what a comparison wants to know, until there is an answer. All that is kept on the
/// stack meanwhile is one pointer.
#[inline(always)]
fn ask_all(begun: Result<Box<Comparison>, Raw>) -> Raw {
    let mut comparison = match begun {
        Ok(comparison) => comparison,
        Err(answer) => return answer,
    };
    let mut equal = NOTHING;
    while let Some((a, b)) = ask_next(&mut comparison, equal) {
        // SAFETY: live objects, which the comparison holds.
        equal = unsafe { ffi::PyObject_RichCompareBool(a.as_ptr(), b.as_ptr(), ffi::Py_EQ) };
    }
    finish(comparison)
}

#[inline(never)]
#[expect(clippy::boxed_local, reason = "it is freed here, and not in a larger frame")]
fn finish(comparison: Box<Comparison>) -> Raw {
    comparison.result
}

/// The comparison of two maps; or the answer, where there is nothing to ask.
#[inline(never)]
unsafe fn begin_maps(map: Raw, other: Raw, op: c_int) -> Result<Box<Comparison>, Raw> {
    // SAFETY: contract 6; both are maps.
    unsafe { begin_comparison(attached(), map_of(map).version(), map_of(other).version(), op) }
}

#[inline(never)]
unsafe fn compare_with_any(map: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    slowly(|py| unsafe {
        check_stack(py, c" in comparison")?;
        let (map, other) = (instance(py, map), instance(py, other));
        match CompareOp::from_raw(op) {
            Some(op) => compare::answer(&map, &other, op),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    })
}

unsafe extern "C" fn mutation_compare(mutation: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6; nobody can subclass mutations.
    unsafe { ask_all(begin_mutations(mutation, other, op)) }
}

#[inline(never)]
unsafe fn begin_mutations(mutation: Raw, other: Raw, op: c_int) -> Result<Box<Comparison>, Raw> {
    // SAFETY: as above.
    unsafe {
        let is_mutation = ffi::Py_TYPE(other) == ffi::Py_TYPE(mutation);
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) || !is_mutation {
            return Err(ffi::Py_NewRef(ffi::Py_NotImplemented()));
        }
        match (mutation_version(mutation), mutation_version(other)) {
            (Some(a), Some(b)) => begin_comparison(attached(), a, b, op),
            _ => Err(std::ptr::null_mut()),
        }
    }
}

/// # Safety
///
/// `mutation` is a live mutation.
pub(super) unsafe fn mutation_version(mutation: Raw) -> Option<Version> {
    // SAFETY: by the caller's promise.
    let this: &MapMutation = unsafe { contents(mutation) };
    this.version(attached()).map_err(|fault| raise(fault.into())).ok()
}

#[inline]
fn begin_comparison(
    py: Python<'_>,
    a: Version,
    b: Version,
    op: c_int,
) -> Result<Box<Comparison>, Raw> {
    match Equality::begin(py, a, b) {
        Ok(Ok(equality)) => {
            Ok(Box::new(Comparison { equality, op, both: None, result: std::ptr::null_mut() }))
        }
        Ok(Err(equal)) => Err(answer(c_int::from(equal), op)),
        Err(error) => {
            raise(error);
            Err(std::ptr::null_mut())
        }
    }
}

/// The two objects of which Python has to say next whether they are equal; or nothing, and there is
/// a result, which is null with an exception.
#[inline(never)]
fn ask_next(comparison: &mut Comparison, equal: c_int) -> Option<&(Object, Object)> {
    let last = match equal {
        -1 => return None,
        NOTHING => None,
        equal => Some(equal == 1),
    };
    match comparison.equality.step(attached(), last) {
        Ok(Step::Ask(a, b)) => {
            let old = comparison.both.replace((a, b));
            // May run code, which cannot reach the comparison.
            drop(old);
            return comparison.both.as_ref();
        }
        Ok(Step::Answer(equal)) => {
            comparison.result = answer(c_int::from(equal), comparison.op);
        }
        Err(error) => raise(error),
    }
    None
}

/// Whether two versions, or open edits, hold equal keys with equal values.
pub(crate) fn equal(py: Python<'_>, a: Version, b: Version) -> PyResult<bool> {
    let result = ask_all(begin_comparison(py, a, b, ffi::Py_EQ));
    if result.is_null() {
        return Err(PyErr::fetch(py));
    }
    // SAFETY: a new reference to one of two objects that live for ever.
    unsafe {
        ffi::Py_DECREF(result);
        Ok(result == ffi::Py_True())
    }
}

unsafe extern "C" fn items_compare(view: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6; nobody can subclass views.
    unsafe {
        let is_items = ffi::Py_TYPE(other) == ffi::Py_TYPE(view);
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) || !is_items {
            return keys_compare(view, other, op);
        }
        ask_all(begin_items(view, other, op))
    }
}

#[inline(never)]
unsafe fn begin_items(view: Raw, other: Raw, op: c_int) -> Result<Box<Comparison>, Raw> {
    // SAFETY: as above.
    let version = |view| unsafe { contents::<MapItems>(view) }.version(attached());
    begin_comparison(attached(), version(view), version(other), op)
}

/// Of items as well, with other sets than items of maps.
unsafe extern "C" fn keys_compare(view: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) {
            return compare_view(view, other, op);
        }
        let mut items = match begin_sets(view, other, op) {
            Ok(items) => items,
            Err(answer) => return answer,
        };
        while let Some(item) = items.pop() {
            match ffi::PySequence_Contains(other, item.as_ptr()) {
                1 => {}
                other => return answer(other, op),
            }
        }
        answer(1, op)
    }
}

#[inline(never)]
unsafe fn compare_view(view: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    slowly(|py| unsafe {
        let (view, other) = (instance(py, view), instance(py, other));
        match CompareOp::from_raw(op) {
            Some(op) => views::compare(&view, &other, op),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    })
}

/// What the other set has to hold, the last first; or the answer.
#[inline(never)]
unsafe fn begin_sets(view: Raw, other: Raw, op: c_int) -> Result<Vec<Object>, Raw> {
    // SAFETY: contract 6.
    let begun = unsafe {
        let py = attached();
        views::equal_or_items(&instance(py, view), &instance(py, other))
    };
    match begun {
        Ok(Ok(items)) => Ok(items),
        // SAFETY: a new reference to an object that lives for ever.
        Ok(Err(None)) => Err(unsafe { ffi::Py_NewRef(ffi::Py_NotImplemented()) }),
        Ok(Err(Some(equal))) => Err(answer(c_int::from(equal), op)),
        Err(error) => Err(slowly(|_| Err(error))),
    }
}

unsafe extern "C" fn map_hash(map: Raw) -> ffi::Py_hash_t {
    // SAFETY: contract 6.
    let this = unsafe { map_of(map) };
    match this.cached_hash() {
        Some(hash) => hash as ffi::Py_hash_t,
        None => hash_contents(attached(), this),
    }
}

/// -1 with an exception.
#[inline(always)]
fn hash_contents(py: Python<'_>, map: &Map) -> ffi::Py_hash_t {
    let Some(mut hashing) = begin_hash(py, map) else { return -1 };
    loop {
        let pair = match next_pair(py, &mut hashing.0) {
            Ok(Some(pair)) => pair,
            Ok(None) => return finish_hash(py, map, &hashing.0),
            Err(()) => return -1,
        };
        // SAFETY: a live object.
        let hash = unsafe { ffi::PyObject_Hash(pair.as_ptr()) };
        if hash == -1 {
            return -1;
        }
        hashing.0.add(hash as i64);
    }
}

#[inline(never)]
fn begin_hash(py: Python<'_>, map: &Map) -> Option<Box<(Hashing, Depth)>> {
    let begun = Depth::enter(py, c" while hashing a map")
        .and_then(|depth| Ok((Hashing::begin(py, map.version())?, depth)));
    begun.map(Box::new).map_err(raise).ok()
}

#[inline(never)]
fn next_pair(py: Python<'_>, hashing: &mut Hashing) -> Result<Option<Object>, ()> {
    hashing.next(py).map_err(raise)
}

#[inline(never)]
fn finish_hash(py: Python<'_>, map: &Map, hashing: &Hashing) -> ffi::Py_hash_t {
    match hashing.finish(py) {
        Ok(hash) => {
            map.cache_hash(hash);
            hash as ffi::Py_hash_t
        }
        Err(error) => {
            raise(error);
            -1
        }
    }
}

/// The hash of a map.
pub(crate) fn hash(map: &Bound<'_, Map>) -> PyResult<isize> {
    // SAFETY: a live map.
    match unsafe { map_hash(map.as_ptr()) } {
        -1 => Err(PyErr::fetch(map.py())),
        hash => Ok(hash),
    }
}
