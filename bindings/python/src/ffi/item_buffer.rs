//! The references that an iterator has fetched and not yet returned.

use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;

use pyo3::ffi;

use super::object::Object;

/// How many fit: an iterator with so many stays within CPython's small blocks.
pub(crate) const ITEM_BUFFER_LEN: usize = 32;

/// A queue that is refilled when it is empty. Not an array of options: most iterators are short,
/// and would spend most of their time on clearing that.
pub(crate) struct ItemBuffer {
    objects: [MaybeUninit<Object>; ITEM_BUFFER_LEN],
    /// Those from `next` to `filled` are initialised; `next` <= `filled` <= `ITEM_BUFFER_LEN`.
    next: usize,
    filled: usize,
}

impl ItemBuffer {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        // SAFETY: an array whose items need not be initialised.
        let objects = unsafe { MaybeUninit::uninit().assume_init() };
        ItemBuffer { objects, next: 0, filled: 0 }
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
        // SAFETY: between `next` and `filled`, and taken once, as `next` moves on.
        let object = unsafe { self.objects.get_unchecked(self.next).assume_init_read() };
        self.next += 1;
        Some(object)
    }

    /// Takes the next two references.
    #[inline(always)]
    pub(crate) fn take_two(&mut self) -> Option<(Object, Object)> {
        if self.next + 2 > self.filled {
            return None;
        }
        // SAFETY: as in `take`, both of them.
        let pair = unsafe {
            let [first, second] =
                [self.next, self.next + 1].map(|at| self.objects.get_unchecked(at));
            (first.assume_init_read(), second.assume_init_read())
        };
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

    /// How many references are there.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.filled - self.next
    }

    /// Lets `fill` add references, of which the buffer has `ITEM_BUFFER_LEN` at most.
    #[inline(always)]
    pub(crate) fn refill_with<R>(&mut self, fill: impl FnOnce(&mut Filling<'_>) -> R) -> R {
        if self.is_empty() {
            (self.next, self.filled) = (0, 0);
        }
        let mut filling = Filling { places: &mut self.objects, filled: self.filled };
        let result = fill(&mut filling);
        self.filled = filling.filled;
        result
    }

    /// The references that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object> {
        let filled = self.objects[self.next..self.filled].iter();
        // SAFETY: between `next` and `filled` all are initialised.
        filled.map(|object| unsafe { object.assume_init_ref() })
    }
}

/// A buffer that is being filled: it counts in a place of its own, which can be a register.
pub(crate) struct Filling<'a> {
    places: &'a mut [MaybeUninit<Object>; ITEM_BUFFER_LEN],
    filled: usize,
}

impl Filling<'_> {
    /// Adds a reference at the end; leaks it where there is no room, which would be a bug.
    #[inline(always)]
    pub(crate) fn push(&mut self, object: Object) {
        self.push_all([object]);
    }

    /// [`push`](Filling::push), of several.
    #[inline(always)]
    pub(crate) fn push_all<const COUNT: usize>(&mut self, objects: [Object; COUNT]) {
        // To drop them would take a call.
        let mut objects = objects.map(ManuallyDrop::new);
        let places = self.places.get_mut(self.filled..).and_then(<[_]>::first_chunk_mut);
        debug_assert!(places.is_some());
        let Some(places): Option<&mut [_; COUNT]> = places else { return };
        for (place, object) in places.iter_mut().zip(&mut objects) {
            // SAFETY: taken once.
            place.write(unsafe { ManuallyDrop::take(object) });
        }
        self.filled += COUNT;
    }
}

impl Drop for ItemBuffer {
    fn drop(&mut self) {
        while let Some(object) = self.take() {
            drop(object);
        }
    }
}
