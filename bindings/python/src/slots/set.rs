//! The slots and methods of `Set` for one element, and the constructor.

use std::ffi::{c_int, c_void};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::arguments::{at_most_one, tuple_and_dict};
use super::look_up::look_up;
use super::map::{IsThere, with_entry, without};
use super::types::wrap_slot;
use crate::ffi::attached::attached;
use crate::ffi::call::{
    Raised, Raw, answer, borrowed, call_safely, instance, object_or_null, try_safely,
};
use crate::ffi::construct;
use crate::ffi::instance::{contents, is_set_class};
use crate::ffi::method::{self, Method, check_count};
use crate::iterator::{Kind, MapIterator};
use crate::set::{self, Set};
use crate::store;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let class = Set::type_object_raw(py);
    // SAFETY: contract 6. PyO3 has given the type sequence slots.
    unsafe {
        (*(*class).tp_as_sequence).sq_contains = Some(set_contains);
        (*class).tp_iter = Some(set_iter);
        (*class).tp_vectorcall = Some(set_vectorcall);
        (*class).tp_new = Some(set_new);
    }
    wrap_slot(py, class, c"__contains__", set_contains as *mut c_void)?;
    wrap_slot(py, class, c"__iter__", set_iter as *mut c_void)?;
    method::add(py, class, &ADD)?;
    method::add(py, class, &DISCARD)?;
    method::add(py, class, &REMOVE)
}

static ADD: Method = method::one_argument(
    c"add",
    set_add,
    c"add($self, element, /)\n--\n\nA set with the element; this very one if it has that already.",
);
static DISCARD: Method = method::one_argument(
    c"discard",
    set_discard,
    c"discard($self, element, /)\n--\n\nA set without the element; this very one if it has not.",
);
static REMOVE: Method = method::one_argument(
    c"remove",
    set_remove,
    c"remove($self, element, /)\n--\n\nA set without the element; KeyError if there is none.",
);

unsafe extern "C" fn set_contains(set: Raw, element: Raw) -> c_int {
    // SAFETY: contract 6.
    unsafe {
        // An empty set hashes what is looked for, unlike a map: so does a frozenset.
        let is_empty = store::is_empty(contents::<Set>(set).map().version());
        if is_empty || is_looked_for_as_frozenset(element) {
            return answer(try_safely(|py| {
                set::contains(&instance(py, set), &borrowed(py, element))
            }));
        }
        look_up::<IsThere>(set, element, std::ptr::null_mut())
    }
}

/// Whether an element is a `set`, which cannot be hashed.
///
/// # Safety
///
/// A live object.
#[inline(always)]
unsafe fn is_looked_for_as_frozenset(element: Raw) -> bool {
    // SAFETY: by the caller's promise; a read of its type.
    unsafe {
        let class = ffi::Py_TYPE(element);
        class != &raw mut ffi::PyUnicode_Type && ffi::PySet_Check(element) != 0
    }
}

unsafe extern "C" fn set_iter(set: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { MapIterator::over::<Set>(&instance(attached(), set), Kind::Elements) })
}

unsafe extern "C" fn set_add(set: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6; `None` is alive.
    unsafe { with_entry::<Set>(set, element, ffi::Py_None()) }
}

unsafe extern "C" fn set_discard(set: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match without_element(set, element) {
            Ok(Some(set)) => set,
            Ok(None) => ffi::Py_NewRef(set),
            Err(Raised) => std::ptr::null_mut(),
        }
    }
}

unsafe extern "C" fn set_remove(set: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match without_element(set, element) {
            Ok(Some(set)) => set,
            Ok(None) => call_safely(|py| Err(construct::key_error(&borrowed(py, element)))),
            Err(Raised) => std::ptr::null_mut(),
        }
    }
}

/// # Safety
///
/// A live set, a live element.
#[inline(always)]
unsafe fn without_element(set: Raw, element: Raw) -> Result<Option<Raw>, Raised> {
    // SAFETY: by the caller's promise.
    unsafe {
        if is_looked_for_as_frozenset(element) {
            return try_safely(|py| {
                let set: Borrowed<'_, '_, Set> = instance(py, set);
                Ok(set::without(&set, &borrowed(py, element))?.map(Bound::into_ptr))
            });
        }
        without::<Set>(set, element)
    }
}

/// `Set(...)`, of `Set` itself.
unsafe extern "C" fn set_vectorcall(
    class: Raw,
    arguments: *const Raw,
    count: usize,
    keywords: Raw,
) -> Raw {
    // SAFETY: called by CPython to make an instance of `class`. There are so many arguments;
    // `keywords` is a tuple or null.
    unsafe {
        call_safely(|py| {
            let positional = ffi::PyVectorcall_NARGS(count);
            check_count(c"hedgerow.Set", positional, 0, 1)?;
            if !keywords.is_null() && ffi::PyTuple_GET_SIZE(keywords) > 0 {
                return Err(no_keywords(py));
            }
            let elements = (positional == 1).then(|| borrowed(py, *arguments).to_owned());
            let class: Borrowed<'_, '_, PyType> = instance(py, class);
            Ok(set::construct(&class, elements.as_ref())?.into_any())
        })
    }
}

/// `Set.__new__`, also of subclasses. As for frozenset, keywords are for an `__init__` of the
/// subclass's own.
unsafe extern "C" fn set_new(class: *mut ffi::PyTypeObject, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: called by CPython with `Set` or a subclass, a tuple, and a dict or null.
    call_safely(|py| unsafe {
        let (arguments, keywords) = tuple_and_dict(py, arguments, keywords);
        let has_keywords =
            keywords.is_some_and(|keywords: Borrowed<'_, '_, PyDict>| !keywords.is_empty());
        if has_keywords && (is_set_class(class) || takes_no_keywords(py, class)) {
            return Err(no_keywords(py));
        }
        let elements = at_most_one("hedgerow.Set", &arguments)?;
        let class: Borrowed<'_, '_, PyType> = instance(py, class.cast());
        Ok(set::construct(&class, elements.as_ref())?.into_any())
    })
}

/// Whether a subclass has the `__init__` of `Set`.
///
/// # Safety
///
/// `class` is a live class.
unsafe fn takes_no_keywords(py: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: by the caller's promise; ready types.
    let (own, ours) = unsafe { ((*class).tp_init, (*Set::type_object_raw(py)).tp_init) };
    match (own, ours) {
        (Some(own), Some(ours)) => std::ptr::fn_addr_eq(own, ours),
        (own, _) => own.is_none(),
    }
}

#[cold]
fn no_keywords(py: Python<'_>) -> PyErr {
    construct::error::<PyTypeError>(py, "hedgerow.Set() takes no keyword arguments")
}
