//! The parts of maps that are being pickled, and their tuples of keys, found by what they hold.

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

/// A tuple of keys, and how many parts that live have it as their first item.
struct ListedKeys {
    keys: Raw,
    parts: usize,
}

// SAFETY: contract 1.
unsafe impl Send for ListedKeys {}

static KEYS: Guarded<Option<HashMap<u64, ListedKeys, BuildHasherDefault<NumberHasher>>>> =
    Guarded::new(None);

/// A number of these very objects in this order.
pub(crate) fn number_of<'a>(items: impl Iterator<Item = &'a Object>) -> u64 {
    number(items.map(Object::as_ptr))
}

fn number(items: impl Iterator<Item = Raw>) -> u64 {
    items.fold(0x9e37_79b9_7f4a_7c15, |number, item| {
        let number = number ^ item.addr() as u64;
        number.wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29)
    })
}

/// The tuple that was listed under this number, if its items are these very objects.
pub(crate) fn find_keys<'a>(
    py: Python<'_>,
    number: u64,
    keys: impl ExactSizeIterator<Item = &'a Object>,
) -> Result<Option<Object>, Fault> {
    KEYS.with(py, |list| {
        let listed = list.as_ref()?.get(&number)?;
        // SAFETY: contract 12. A part that waits to be destroyed still holds its items.
        unsafe { has_items(listed.keys, keys).then(|| Object::clone_raw(listed.keys)) }
    })
}

/// Lists the first of the items of a part, a tuple of keys, for as long as the part lives. Returns
/// the number; `None` if there is another tuple under it. The part's destructor calls
/// [`unlist_keys`].
pub(crate) fn list_keys(py: Python<'_>, items: &Object) -> Result<Option<u64>, Fault> {
    // SAFETY: a tuple whose first item is a tuple.
    let (keys, number) = unsafe {
        let keys = ffi::PyTuple_GET_ITEM(items.as_ptr(), 0);
        let count = ffi::PyTuple_GET_SIZE(keys);
        (keys, number((0..count).map(|at| ffi::PyTuple_GET_ITEM(keys, at))))
    };
    KEYS.with(py, |list| {
        let list = list.get_or_insert_default();
        let listed = list.entry(number).or_insert(ListedKeys { keys, parts: 0 });
        (listed.keys == keys).then(|| {
            listed.parts += 1;
            number
        })
    })
}

/// Undoes [`list_keys`].
pub(crate) fn unlist_keys(py: Python<'_>, number: u64, items: &Object) {
    // Nothing runs while it is borrowed, so it is not.
    let _ = KEYS.with(py, |list| {
        let Some(all) = list else { return };
        // SAFETY: as in `list_keys`.
        let keys = unsafe { ffi::PyTuple_GET_ITEM(items.as_ptr(), 0) };
        if let Some(listed) = all.get_mut(&number).filter(|listed| listed.keys == keys) {
            listed.parts -= 1;
            if listed.parts == 0 {
                all.remove(&number);
            }
        }
        if all.is_empty() {
            *list = None;
        }
    });
}

/// Whether the items of a tuple are these very objects.
///
/// # Safety
///
/// A live tuple.
unsafe fn has_items<'a>(tuple: Raw, mut items: impl ExactSizeIterator<Item = &'a Object>) -> bool {
    // SAFETY: by the caller's promise, and within its length.
    unsafe {
        ffi::PyTuple_GET_SIZE(tuple) == items.len() as ffi::Py_ssize_t
            && (0..)
                .zip(&mut items)
                .all(|(at, item)| ffi::PyTuple_GET_ITEM(tuple, at) == item.as_ptr())
    }
}

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
