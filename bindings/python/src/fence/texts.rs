//! The slot `repr`, which calls itself by way of what a map holds: as in `recursion.rs`.

use std::ffi::c_void;
use std::ptr::NonNull;

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::Object;
use super::cell::attached;
use super::instance::map_of;
use super::recursion::{mutation_version, raise, wrap};
use super::slots::{Raw, instance, slowly};
use crate::map::Map;
use crate::mutation::MapMutation;
use crate::repr::Text;
use crate::views::{self, MapItems, MapKeys, MapValues};

/// Writes the slots over. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    for (class, repr) in [
        (Map::type_object_raw(py), map_repr as ffi::reprfunc),
        (MapMutation::type_object_raw(py), mutation_repr),
        (MapKeys::type_object_raw(py), view_repr),
        (MapValues::type_object_raw(py), view_repr),
        (MapItems::type_object_raw(py), view_repr),
    ] {
        // SAFETY: contract 6.
        unsafe { (*class).tp_repr = Some(repr) };
        wrap(py, class, c"__repr__", repr as *mut c_void)?;
    }
    Ok(())
}

unsafe extern "C" fn map_repr(map: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe { repr_contents(attached(), map, map_of(map).version()) }
}

unsafe extern "C" fn mutation_repr(mutation: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match mutation_version(mutation) {
            Some(version) => repr_contents(attached(), mutation, version),
            None => std::ptr::null_mut(),
        }
    }
}

/// The text of a live object that holds the version; `{...}` inside itself.
#[inline(always)]
unsafe fn repr_contents(py: Python<'_>, owner: Raw, version: Version) -> Raw {
    // SAFETY: by the caller's promise; entered, and left once.
    unsafe {
        match ffi::Py_ReprEnter(owner) {
            0 => {}
            1 => return ffi::PyUnicode_FromString(c"{...}".as_ptr()),
            _ => return std::ptr::null_mut(),
        }
        let made = match begin_text(py, owner, version) {
            Some(text) => join_texts(py, text),
            None => std::ptr::null_mut(),
        };
        ffi::Py_ReprLeave(owner);
        made
    }
}

#[inline(always)]
fn join_texts(py: Python<'_>, mut text: Box<Text>) -> Raw {
    let mut last = None;
    loop {
        let object = match next_text(py, &mut text, last) {
            Ok(object) => object,
            Err(made) => return made,
        };
        // SAFETY: a live object; its text is a new reference.
        last = unsafe {
            match NonNull::new(ffi::PyObject_Repr(object.as_ptr())) {
                Some(made) => Some(Object::from_raw(made)),
                None => return std::ptr::null_mut(),
            }
        };
    }
}

#[inline(never)]
unsafe fn begin_text(py: Python<'_>, owner: Raw, version: Version) -> Option<Box<Text>> {
    // SAFETY: a live object.
    let owner: Borrowed<'_, '_, PyAny> = unsafe { instance(py, owner) };
    Text::begin(&owner, version).map(Box::new).map_err(raise).ok()
}

/// The next object whose text is wanted; or the whole text, or null with an exception.
#[inline(never)]
fn next_text(py: Python<'_>, text: &mut Text, last: Option<Object>) -> Result<Object, Raw> {
    match text.next(py, last) {
        Ok(Some(object)) => Ok(object),
        Ok(None) => Err(match text.finish(py) {
            Ok(text) => text.into_ptr(),
            Err(error) => slowly(|_| Err(error)),
        }),
        Err(error) => Err(slowly(|_| Err(error))),
    }
}

/// The text of an object that holds the version.
pub(crate) fn repr<'py>(
    owner: &Bound<'py, PyAny>,
    version: Version,
) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: a live object; what it gives is a new `str`, or null.
    unsafe {
        let made = repr_contents(owner.py(), owner.as_ptr(), version);
        Ok(Bound::from_owned_ptr_or_err(owner.py(), made)?.cast_into_unchecked())
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
    slowly(|py| unsafe {
        let view: Borrowed<'_, '_, PyAny> = instance(py, view);
        Ok(views::name(&view, text.into_bound(py))?.into_any())
    })
}
