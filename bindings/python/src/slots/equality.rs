//! The slots `==` and the like, of maps, sets, mutations and views.
//!
//! `==`, `hash` and `repr` of a map call themselves through what the map holds. Maps may hold maps
//! as deep as the stack allows, so each of these slots calls CPython from a frame of a few words.
//! The work in between is done by functions that are not inlined, and have returned by then; the
//! state is on the heap. CPython counts the nested calls of `==` and `repr`, but before 3.14 it
//! does not know the stacks of threads: [`check_stack`] does.

use std::ffi::{c_int, c_void};

use hedgerow::Version;
use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::types::wrap_slot;
use crate::equality::{Equality, Step};
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, borrowed, call_safely, instance, raise};
use crate::ffi::instance::contents;
use crate::ffi::object::Object;
use crate::ffi::stack::check_stack;
use crate::map::Map;
use crate::mappings;
use crate::mutation::MapMutation;
use crate::set::Set;
use crate::set_mutation::SetMutation;
use crate::set_relations;
use crate::views::{self, MapItems, MapKeys, SetEquality};

/// Sets the slots. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    set_compare(py, Map::type_object_raw(py), map_compare)?;
    set_compare(py, Set::type_object_raw(py), sets_compare)?;
    set_compare(py, MapMutation::type_object_raw(py), mutation_compare)?;
    set_compare(py, SetMutation::type_object_raw(py), mutation_compare)?;
    set_compare(py, MapItems::type_object_raw(py), items_compare)?;
    set_compare(py, MapKeys::type_object_raw(py), keys_compare)
}

fn set_compare(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    compare: ffi::richcmpfunc,
) -> PyResult<()> {
    // SAFETY: contract 6.
    unsafe { (*class).tp_richcompare = Some(compare) };
    for name in [c"__eq__", c"__ne__", c"__lt__", c"__le__", c"__gt__", c"__ge__"] {
        wrap_slot(py, class, name, compare as *mut c_void)?;
    }
    Ok(())
}

/// 1, 0 or -1 of `==` as the result of `==` or `!=`: a new reference to a `bool`, or null for -1,
/// where an exception is set.
#[inline]
fn answer(equal: c_int, op: c_int) -> Raw {
    // SAFETY: new references to immortal objects.
    unsafe {
        match (equal, op) {
            (-1, _) => std::ptr::null_mut(),
            (1, ffi::Py_EQ) | (0, ffi::Py_NE) => ffi::Py_NewRef(ffi::Py_True()),
            _ => ffi::Py_NewRef(ffi::Py_False()),
        }
    }
}

/// A comparison in progress.
struct Comparison {
    equality: Equality,
    op: c_int,
    /// The objects that Python is asked about.
    operands: Option<(Object, Object)>,
    /// The result, once there is one.
    result: Raw,
}

/// The answer before the first question.
const NO_ANSWER: c_int = 2;

unsafe extern "C" fn map_compare(map: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) || !is_a::<Map>(other) {
            return compare_with_any(map, other, op);
        }
        ask_all(begin_maps(map, other, op))
    }
}

unsafe extern "C" fn sets_compare(set: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        if !matches!(op, ffi::Py_EQ | ffi::Py_NE) || !is_a::<Set>(other) {
            return compare_set_with_any(set, other, op);
        }
        ask_all(begin_maps(set, other, op))
    }
}

/// Whether a live object is an instance of a class.
#[inline(never)]
unsafe fn is_a<T: PyTypeInfo>(object: Raw) -> bool {
    // SAFETY: by the caller's promise.
    unsafe { ffi::PyObject_TypeCheck(object, T::type_object_raw(attached())) != 0 }
}

/// Asks Python the questions of a comparison until there is a result. Keeps one pointer on the
/// stack meanwhile.
#[inline(always)]
fn ask_all(begun: Result<Box<Comparison>, Raw>) -> Raw {
    let mut comparison = match begun {
        Ok(comparison) => comparison,
        Err(answer) => return answer,
    };
    let mut equal = NO_ANSWER;
    while let Some((a, b)) = ask_next(&mut comparison, equal) {
        // SAFETY: live objects, which the comparison holds.
        equal = unsafe { ffi::PyObject_RichCompareBool(a.as_ptr(), b.as_ptr(), ffi::Py_EQ) };
    }
    finish(comparison)
}

#[inline(never)]
#[expect(clippy::boxed_local, reason = "freed here, and not in the small frame")]
fn finish(comparison: Box<Comparison>) -> Raw {
    comparison.result
}

/// The comparison of two maps or two sets; or its result, where there is nothing to ask.
#[inline(never)]
unsafe fn begin_maps(map: Raw, other: Raw, op: c_int) -> Result<Box<Comparison>, Raw> {
    // SAFETY: contract 6; both are maps, or both sets.
    unsafe {
        begin_comparison(
            attached(),
            contents::<Map>(map).version(),
            contents::<Map>(other).version(),
            op,
        )
    }
}

#[inline(never)]
unsafe fn compare_with_any(map: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        check_stack(py, c" in comparison")?;
        let result = match CompareOp::from_raw(op) {
            Some(op @ (CompareOp::Eq | CompareOp::Ne)) => {
                mappings::compare(&instance(py, map), &instance(py, other), op)?
            }
            _ => None,
        };
        Ok(result.unwrap_or_else(|| py.NotImplemented().into_bound(py)))
    })
}

#[inline(never)]
unsafe fn compare_set_with_any(set: Raw, other: Raw, op: c_int) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        let result = match CompareOp::from_raw(op) {
            Some(op) => set_relations::compare(&instance(py, set), &borrowed(py, other), op)?,
            None => None,
        };
        Ok(result.unwrap_or_else(|| py.NotImplemented().into_bound(py)))
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
            Ok(Box::new(Comparison { equality, op, operands: None, result: std::ptr::null_mut() }))
        }
        Ok(Err(equal)) => Err(answer(c_int::from(equal), op)),
        Err(error) => {
            raise(error);
            Err(std::ptr::null_mut())
        }
    }
}

/// The next two objects to compare; `None` when there is a result, which may be null with an
/// exception.
#[inline(never)]
fn ask_next(comparison: &mut Comparison, equal: c_int) -> Option<&(Object, Object)> {
    let last = match equal {
        -1 => return None,
        NO_ANSWER => None,
        equal => Some(equal == 1),
    };
    match comparison.equality.step(attached(), last) {
        Ok(Step::Ask(a, b)) => {
            let old = comparison.operands.replace((a, b));
            // A destructor may run, which cannot reach the comparison.
            drop(old);
            return comparison.operands.as_ref();
        }
        Ok(Step::Answer(equal)) => {
            comparison.result = answer(c_int::from(equal), comparison.op);
        }
        Err(error) => {
            raise(error);
        }
    }
    None
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

/// Also for items, compared with sets other than items of maps.
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
    call_safely(|py| unsafe {
        let (view, other) = (instance(py, view), instance(py, other));
        match CompareOp::from_raw(op) {
            Some(op) => views::compare(&view, &other, op),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    })
}

/// The items that the other set has to contain, the last one first; or the result.
#[inline(never)]
unsafe fn begin_sets(view: Raw, other: Raw, op: c_int) -> Result<Vec<Object>, Raw> {
    // SAFETY: contract 6.
    let begun = unsafe {
        let py = attached();
        views::begin_equality(&instance(py, view), &instance(py, other))
    };
    match begun {
        Ok(SetEquality::EqualIfContains(items)) => Ok(items),
        Ok(SetEquality::Different) => Err(answer(0, op)),
        // SAFETY: a new reference to an immortal object.
        Ok(SetEquality::NotImplemented) => Err(unsafe { ffi::Py_NewRef(ffi::Py_NotImplemented()) }),
        Err(error) => Err(call_safely(|_| Err(error))),
    }
}

/// Defines a comparison for PyO3, by the slot that replaces it.
macro_rules! comparison {
    ($name:ident, $class:ty, $slot:path) => {
        pub(super) fn $name<'py>(
            object: &Bound<'py, $class>,
            other: &Bound<'py, PyAny>,
            op: CompareOp,
        ) -> PyResult<Bound<'py, PyAny>> {
            // SAFETY: contract 6; a new reference, or null with an exception.
            unsafe {
                let result = $slot(object.as_ptr(), other.as_ptr(), op as c_int);
                Bound::from_owned_ptr_or_err(object.py(), result)
            }
        }
    };
}

comparison!(compare_maps, Map, map_compare);
comparison!(compare_sets, Set, sets_compare);
comparison!(compare_mutations, MapMutation, mutation_compare);
comparison!(compare_set_mutations, SetMutation, mutation_compare);
