//! The slot `repr`, of maps, sets, mutations and views. It recurses through what these hold: see
//! `equality.rs`.

use std::ffi::c_void;
use std::ptr::NonNull;

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::equality::mutation_version;
use super::types::wrap_slot;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, borrowed, call_safely, instance, object_or_null, raise};
use crate::ffi::instance::contents;
use crate::ffi::object::Object;
use crate::map::Map;
use crate::mutation::MapMutation;
use crate::pprint;
use crate::repr::{Form, MapText, inside_itself};
use crate::set::Set;
use crate::set_mutation::SetMutation;
use crate::views::{self, MapItems, MapKeys, MapValues};

/// Sets the slots. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    for (class, repr) in [
        (Map::type_object_raw(py), map_repr as ffi::reprfunc),
        (MapMutation::type_object_raw(py), mutation_repr),
        (Set::type_object_raw(py), set_repr),
        (SetMutation::type_object_raw(py), set_mutation_repr),
        (MapKeys::type_object_raw(py), view_repr),
        (MapValues::type_object_raw(py), view_repr),
        (MapItems::type_object_raw(py), view_repr),
    ] {
        // SAFETY: contract 6.
        unsafe { (*class).tp_repr = Some(repr) };
        wrap_slot(py, class, c"__repr__", repr as *mut c_void)?;
    }
    Ok(())
}

unsafe extern "C" fn map_repr(map: Raw) -> Raw {
    if !pprint::is_registered() && !register_with_pprint() {
        return std::ptr::null_mut();
    }
    // SAFETY: contract 6.
    unsafe { repr_contents(attached(), map, contents::<Map>(map).version(), Form::Map) }
}

/// Returns whether that worked; if not, an exception is set.
#[cold]
#[inline(never)]
fn register_with_pprint() -> bool {
    pprint::register(attached()).map_err(raise).is_ok()
}

unsafe extern "C" fn set_repr(set: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe { repr_contents(attached(), set, contents::<Set>(set).version(), Form::Set) }
}

unsafe extern "C" fn mutation_repr(mutation: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe { repr_mutation(mutation, Form::Map) }
}

unsafe extern "C" fn set_mutation_repr(mutation: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe { repr_mutation(mutation, Form::Set) }
}

/// # Safety
///
/// `mutation` is a live mutation of a map or set.
#[inline(always)]
unsafe fn repr_mutation(mutation: Raw, form: Form) -> Raw {
    // SAFETY: by the caller's promise.
    unsafe {
        match mutation_version(mutation) {
            Some(version) => repr_contents(attached(), mutation, version, form),
            None => std::ptr::null_mut(),
        }
    }
}

/// The text of an object that holds a version.
///
/// # Safety
///
/// `owner` is a live object.
#[inline(always)]
unsafe fn repr_contents(py: Python<'_>, owner: Raw, version: Version, form: Form) -> Raw {
    // SAFETY: by the caller's promise; entered, and left once.
    unsafe {
        match ffi::Py_ReprEnter(owner) {
            0 => {}
            1 => return repr_inside_itself(py, owner, form),
            _ => return std::ptr::null_mut(),
        }
        let text = match begin_text(py, owner, version, form) {
            Some(text) => join_texts(py, text),
            None => std::ptr::null_mut(),
        };
        ffi::Py_ReprLeave(owner);
        text
    }
}

/// Apart, because it would add to the frame of each level.
#[cold]
#[inline(never)]
unsafe fn repr_inside_itself(py: Python<'_>, owner: Raw, form: Form) -> Raw {
    // SAFETY: a live object.
    object_or_null(unsafe { inside_itself(&borrowed(py, owner), form) })
}

#[inline(always)]
fn join_texts(py: Python<'_>, mut text: Box<MapText>) -> Raw {
    let mut last = None;
    loop {
        let object = match next_text(py, &mut text, last) {
            Ok(object) => object,
            Err(whole) => return whole,
        };
        // SAFETY: a live object; its text is a new reference.
        last = unsafe {
            match NonNull::new(ffi::PyObject_Repr(object.as_ptr())) {
                Some(text) => Some(Object::from_raw(text)),
                None => return std::ptr::null_mut(),
            }
        };
    }
}

#[inline(never)]
unsafe fn begin_text(
    py: Python<'_>,
    owner: Raw,
    version: Version,
    form: Form,
) -> Option<Box<MapText>> {
    // SAFETY: a live object.
    let owner: Borrowed<'_, '_, PyAny> = unsafe { instance(py, owner) };
    MapText::begin(&owner, version, form).map(Box::new).map_err(raise).ok()
}

/// The next object whose text is wanted; or the whole text, or null with an exception.
#[inline(never)]
fn next_text(py: Python<'_>, text: &mut MapText, last: Option<Object>) -> Result<Object, Raw> {
    match text.next(py, last) {
        Ok(Some(object)) => Ok(object),
        Ok(None) => Err(match text.finish(py) {
            Ok(text) => text.into_ptr(),
            Err(error) => call_safely(|_| Err(error)),
        }),
        Err(error) => Err(call_safely(|_| Err(error))),
    }
}

/// The text of an object that holds a version.
pub(super) fn repr<'py>(
    owner: &Bound<'py, PyAny>,
    version: Version,
    form: Form,
) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: a live object; returns a new `str`, or null.
    unsafe {
        let text = repr_contents(owner.py(), owner.as_ptr(), version, form);
        Ok(Bound::from_owned_ptr_or_err(owner.py(), text)?.cast_into_unchecked())
    }
}

unsafe extern "C" fn view_repr(view: Raw) -> Raw {
    // SAFETY: contract 6; a live list, whose text is a new reference, or null.
    unsafe {
        let Some(items) = view_items(view) else { return std::ptr::null_mut() };
        let text = ffi::PyObject_Repr(items.as_ptr());
        drop(items);
        match NonNull::new(text) {
            Some(text) => name_view(view, Object::from_raw(text)),
            None => text,
        }
    }
}

#[inline(never)]
unsafe fn view_items(view: Raw) -> Option<Object> {
    // SAFETY: a live view.
    let view: Borrowed<'_, '_, PyAny> = unsafe { instance(attached(), view) };
    views::items(&view).map(|items| Object::of(items.into_any())).map_err(raise).ok()
}

#[inline(never)]
unsafe fn name_view(view: Raw, text: Object) -> Raw {
    // SAFETY: a live view.
    call_safely(|py| unsafe {
        let view: Borrowed<'_, '_, PyAny> = instance(py, view);
        Ok(views::name(&view, text.into_bound(py))?.into_any())
    })
}
