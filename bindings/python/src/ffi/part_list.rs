//! The parts of maps that are being pickled, found by what they hold.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pyo3::ffi;
use pyo3::prelude::*;

use super::call::Raw;
use super::fault::Fault;
use super::guarded::Guarded;
use super::object::Object;

/// A part, and the tuple of its items.
struct Listed {
    part: Raw,
    items: Raw,
}

// SAFETY: contract 1.
unsafe impl Send for Listed {}

impl Listed {
    fn new(part: &Object, items: &Object) -> Self {
        Listed { part: part.as_ptr(), items: items.as_ptr() }
    }

    /// A reference to the part, unless it waits to be destroyed.
    fn reference(&self) -> Option<Object> {
        // SAFETY: contract 12.
        unsafe { (ffi::Py_REFCNT(self.part) > 0).then(|| Object::clone_raw(self.part)) }
    }
}

/// The numbers are hashes already.
#[derive(Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// See [`last`].
static LAST: Guarded<Option<Listed>> = Guarded::new(None);

static LIST: Guarded<Option<HashMap<u64, Listed, BuildHasherDefault<NumberHasher>>>> =
    Guarded::new(None);

/// The part that was listed under this number, if its `count` items are these very objects.
pub(crate) fn find<'a>(
    py: Python<'_>,
    number: u64,
    count: usize,
    items: impl Iterator<Item = &'a Object>,
) -> Result<Option<Object>, Fault> {
    LIST.with(py, |list| {
        let listed = list.as_ref()?.get(&number)?;
        // SAFETY: contract 12.
        let is_same = unsafe {
            ffi::PyTuple_GET_SIZE(listed.items) == count as ffi::Py_ssize_t
                && (0..)
                    .zip(items)
                    .all(|(at, item)| ffi::PyTuple_GET_ITEM(listed.items, at) == item.as_ptr())
        };
        if is_same { listed.reference() } else { None }
    })
}

/// Lists a part, instead of another one of this number. Its destructor calls [`unlist`].
pub(crate) fn list(
    py: Python<'_>,
    number: u64,
    part: &Object,
    items: &Object,
) -> Result<(), Fault> {
    LIST.with(py, |list| {
        list.get_or_insert_default().insert(number, Listed::new(part, items));
    })
}

/// The part that [`set_last`] was called with last, if it lives.
pub(crate) fn last(py: Python<'_>) -> Result<Option<Object>, Fault> {
    LAST.with(py, |last| last.as_ref()?.reference())
}

/// Sets what [`last`] returns. The part's destructor calls [`unlist`].
pub(crate) fn set_last(py: Python<'_>, part: &Object, items: &Object) -> Result<(), Fault> {
    LAST.with(py, |last| *last = Some(Listed::new(part, items)))
}

/// Takes the part with this tuple of items off the list.
pub(crate) fn unlist(py: Python<'_>, number: Option<u64>, items: &Object) {
    // Nothing runs while these are borrowed, so they are not.
    let _ = LAST.with(py, |last| last.take_if(|last| last.items == items.as_ptr()));
    let Some(number) = number else { return };
    let _ = LIST.with(py, |list| {
        if let Some(parts) = list
            && parts.get(&number).is_some_and(|listed| listed.items == items.as_ptr())
        {
            parts.remove(&number);
            if parts.is_empty() {
                *list = None;
            }
        }
    });
}
