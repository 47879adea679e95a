//! Slots of iterators and views, and the methods that make them.

use pyo3::prelude::*;

use super::cell::attached;
use super::instance::contents;
use super::slots::{Raw, instance, slowly};
use crate::iter::{Kind, MapIterator, Step};
use crate::views::{MapItems, MapKeys, MapValues};

pub(super) unsafe extern "C" fn iterator_next(iterator: Raw) -> Raw {
    // SAFETY: contract 6: a live iterator.
    let this: &MapIterator = unsafe { contents(iterator) };
    loop {
        if let Some(item) = this.step_quickly(attached()) {
            return item.into_raw();
        }
        match this.step_slowly(attached()) {
            Ok(Step::Quickly) => {}
            Ok(Step::Item(item)) => return item.into_raw(),
            Ok(Step::End) => return std::ptr::null_mut(),
            Err(error) => return slowly(|_| Err(error)),
        }
    }
}

/// The next item, for Rust.
pub(crate) fn next_item<'py>(
    iterator: &Bound<'py, MapIterator>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = iterator.py();
    // SAFETY: a live iterator; what it gives is a new reference, or null.
    unsafe {
        match Bound::from_owned_ptr_or_opt(py, iterator_next(iterator.as_ptr())) {
            None => PyErr::take(py).map_or(Ok(None), Err),
            item => Ok(item),
        }
    }
}

pub(super) unsafe extern "C" fn map_iter(map: Raw) -> Raw {
    // SAFETY: contract 6.
    give_or(unsafe { MapIterator::over(&instance(attached(), map), Kind::Keys) })
}

pub(super) unsafe extern "C" fn map_keys(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    give_or(unsafe { MapKeys::of(&instance(attached(), map)) })
}

pub(super) unsafe extern "C" fn map_values(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    give_or(unsafe { MapValues::of(&instance(attached(), map)) })
}

pub(super) unsafe extern "C" fn map_items(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    give_or(unsafe { MapItems::of(&instance(attached(), map)) })
}

pub(super) unsafe extern "C" fn keys_iter(view: Raw) -> Raw {
    // SAFETY: contract 6: a live view, laid out as `prepare` found iterators to be.
    give_or(unsafe { contents::<MapKeys>(view) }.iterate(attached()))
}

pub(super) unsafe extern "C" fn values_iter(view: Raw) -> Raw {
    // SAFETY: as above.
    give_or(unsafe { contents::<MapValues>(view) }.iterate(attached()))
}

pub(super) unsafe extern "C" fn items_iter(view: Raw) -> Raw {
    // SAFETY: as above.
    give_or(unsafe { contents::<MapItems>(view) }.iterate(attached()))
}

/// A new object for CPython, or the exception.
#[inline]
fn give_or<T>(made: PyResult<Bound<'_, T>>) -> Raw {
    match made {
        Ok(object) => object.into_ptr(),
        Err(error) => slowly(|_| Err(error)),
    }
}
