//! References fetched ahead by an iterator: a small array of which only a part is filled.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use pyo3::ffi;

use super::Object;

/// How many: an iterator of this many stays in CPython's small blocks.
pub(crate) const AHEAD: usize = 32;

/// A queue that is filled when it is empty. Not an array of options, because most iterators are
/// short, and would spend most of their time on clearing it.
pub(crate) struct Ahead {
    objects: [MaybeUninit<Object>; AHEAD],
    /// Those from `next` to `filled` are there.
    next: usize,
    filled: usize,
}

impl Ahead {
    #[inline]
    pub(crate) fn new() -> Self {
        Ahead { objects: [const { MaybeUninit::uninit() }; AHEAD], next: 0, filled: 0 }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.next == self.filled
    }

    /// The next one.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<Object> {
        if self.is_empty() {
            return None;
        }
        // SAFETY: between `next` and `filled`, and taken once, as `next` moves on.
        let object = unsafe { self.objects[self.next].assume_init_read() };
        self.next += 1;
        Some(object)
    }

    /// Gives the next two to a tuple that [`pair`](super::pairs::pair) made and nobody else refers
    /// to, as the iterator of a dict does; says whether there were two. The old contents go to
    /// `held`: two places, as a pair of them would be read at once before its halves have reached
    /// the cache.
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
        // SAFETY: a tuple of two that nobody sees change; both items are between `next` and
        // `filled`, and taken once, as `next` moves on.
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
            *held.0 = Some(Object::from_raw(old.0));
            *held.1 = Some(Object::from_raw(old.1));
        }
        true
    }

    /// Makes room for all, if it is empty.
    #[inline]
    pub(crate) fn rewind(&mut self) {
        if self.is_empty() {
            (self.next, self.filled) = (0, 0);
        }
    }

    /// Puts one at the end; where there is no room, it is let go of.
    #[inline]
    pub(crate) fn push(&mut self, object: Object) {
        if let Some(place) = self.objects.get_mut(self.filled) {
            place.write(object);
            self.filled += 1;
        }
    }

    /// Those that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object> {
        let there = self.objects[self.next..self.filled].iter();
        // SAFETY: between `next` and `filled` all are.
        there.map(|object| unsafe { object.assume_init_ref() })
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        while let Some(object) = self.take() {
            drop(object);
        }
    }
}
