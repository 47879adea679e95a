//! References fetched ahead by an iterator: a small array of which only a part is filled.

use std::mem::MaybeUninit;

use super::Object;
use super::instance::drop_nested;

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
            drop_nested(object);
        }
    }
}
