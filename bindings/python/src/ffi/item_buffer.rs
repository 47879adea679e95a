//! The references that an iterator has fetched and not yet returned.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use pyo3::ffi;

use super::object::Object;

/// How many fit: an iterator with so many stays within CPython's small blocks.
pub(crate) const ITEM_BUFFER_LEN: usize = 32;

/// A queue that is refilled when it is empty. Not an array of options: most iterators are short,
/// and would spend most of their time on clearing that.
pub(crate) struct ItemBuffer {
    objects: [MaybeUninit<Object>; ITEM_BUFFER_LEN],
    /// Those from `next` to `filled` are initialised.
    next: usize,
    filled: usize,
}

impl ItemBuffer {
    #[inline]
    pub(crate) fn new() -> Self {
        ItemBuffer {
            objects: [const { MaybeUninit::uninit() }; ITEM_BUFFER_LEN],
            next: 0,
            filled: 0,
        }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.next == self.filled
    }

    /// Takes the next reference.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<Object> {
        if self.is_empty() {
            return None;
        }
        // It is there: a panic would take more registers.
        let place = self.objects.get(self.next)?;
        // SAFETY: between `next` and `filled`, and taken once, as `next` moves on.
        let object = unsafe { place.assume_init_read() };
        self.next += 1;
        Some(object)
    }

    /// Takes the next two references.
    #[inline(always)]
    pub(crate) fn take_two(&mut self) -> Option<(Object, Object)> {
        if self.next + 2 > self.filled {
            return None;
        }
        let [first, second] = self.objects.get(self.next..)?.first_chunk()?;
        // SAFETY: as in `take`, both of them.
        let pair = unsafe { (first.assume_init_read(), second.assume_init_read()) };
        self.next += 2;
        Some(pair)
    }

    /// Moves the next two into a tuple of two to which nobody else refers, as the iterator of a
    /// dict does. Returns whether there were two. The old contents go to `held`: two places,
    /// because a pair would be read as a whole before its halves have reached the cache.
    #[inline(always)]
    pub(crate) fn refill(
        &mut self,
        tuple: &Object,
        held: (&mut Option<Object>, &mut Option<Object>),
    ) -> bool {
        if self.next + 2 > self.filled {
            return false;
        }
        debug_assert!(tuple.is_only());
        // SAFETY: nobody sees the tuple change; both items are between `next` and `filled`, and
        // taken once, as `next` moves on.
        unsafe {
            let raw = tuple.as_ptr();
            let old = (
                NonNull::new_unchecked(ffi::PyTuple_GET_ITEM(raw, 0)),
                NonNull::new_unchecked(ffi::PyTuple_GET_ITEM(raw, 1)),
            );
            let items = (
                self.objects[self.next].assume_init_read(),
                self.objects[self.next + 1].assume_init_read(),
            );
            self.next += 2;
            ffi::PyTuple_SET_ITEM(raw, 0, items.0.into_raw());
            ffi::PyTuple_SET_ITEM(raw, 1, items.1.into_raw());
            // The hash of the old contents, if somebody asked for it.
            #[cfg(Py_3_14)]
            {
                (*raw.cast::<ffi::PyTupleObject>()).ob_hash = -1;
            }
            *held.0 = Some(Object::from_raw(old.0));
            *held.1 = Some(Object::from_raw(old.1));
        }
        true
    }

    /// Makes room for a full buffer, if it is empty.
    #[inline]
    pub(crate) fn rewind(&mut self) {
        if self.is_empty() {
            (self.next, self.filled) = (0, 0);
        }
    }

    /// Adds a reference at the end; drops it where there is no room.
    #[inline]
    pub(crate) fn push(&mut self, object: Object) {
        if let Some(place) = self.objects.get_mut(self.filled) {
            place.write(object);
            self.filled += 1;
        }
    }

    /// The references that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object> {
        let filled = self.objects[self.next..self.filled].iter();
        // SAFETY: between `next` and `filled` all are initialised.
        filled.map(|object| unsafe { object.assume_init_ref() })
    }
}

impl Drop for ItemBuffer {
    fn drop(&mut self) {
        while let Some(object) = self.take() {
            drop(object);
        }
    }
}
