//! Memory of instances that ended, kept for the next ones of their class.

use std::marker::PhantomData;

use pyo3::prelude::*;
use pyo3::{PyClass, ffi};

use super::call::Raw;
use super::guarded::Guarded;

/// A class whose instances come and go all the time, so that their memory is kept.
pub(crate) trait Recycled: PyClass {
    /// Where the memory of instances is kept.
    fn free_list() -> &'static FreeList<Self>;

    /// Whether instances may end inside one another with no other deallocator in between that
    /// counts how deep it is nested.
    fn may_nest(&self) -> bool;
}

/// How much a list has room for at most.
const MAX_ROOM: usize = 80;

/// Memory of instances of `T` itself: whole but for their contents, untracked, without weak
/// references and of reference count 0. Their references to the class are kept.
pub(crate) struct FreeList<T> {
    kept: Guarded<Kept>,
    room: usize,
    class: PhantomData<fn() -> T>,
}

struct Kept {
    objects: [Raw; MAX_ROOM],
    count: usize,
}

// SAFETY: contract 1; the pointers are memory that nobody refers to.
unsafe impl Send for Kept {}

impl<T> FreeList<T> {
    /// Builds that track all objects have to be told of each.
    const IS_USED: bool =
        !cfg!(any(Py_GIL_DISABLED, py_sys_config = "Py_TRACE_REFS", feature = "no-free-lists"));

    pub(crate) const fn new(room: usize) -> Self {
        assert!(room <= MAX_ROOM);
        let kept = Kept { objects: [std::ptr::null_mut(); MAX_ROOM], count: 0 };
        FreeList { kept: Guarded::new(kept), room, class: PhantomData }
    }

    /// An instance with one reference, whose contents are to be written.
    #[inline]
    pub(super) fn take(&self, py: Python<'_>) -> Option<Raw> {
        let taken = self.kept.with(py, |kept| {
            kept.count = kept.count.checked_sub(1)?;
            Some(kept.objects[kept.count])
        });
        let object = taken.ok()??;
        // SAFETY: memory of an instance that has no references. (`PyObject_Init` would tell
        // `tracemalloc` where it is used again, which costs a tenth of an update.)
        unsafe { ffi::Py_INCREF(object) };
        Some(object)
    }

    /// Keeps the memory of an instance. Returns whether there was room.
    ///
    /// # Safety
    ///
    /// The memory is as [`FreeList`] says, and of an instance of `T` itself.
    #[inline]
    pub(super) unsafe fn keep(&self, py: Python<'_>, object: Raw) -> bool {
        let is_kept = self.kept.with(py, |kept| {
            if !Self::IS_USED || kept.count >= self.room {
                return false;
            }
            match kept.objects.get_mut(kept.count) {
                Some(place) => {
                    *place = object;
                    kept.count += 1;
                    true
                }
                None => false,
            }
        });
        matches!(is_kept, Ok(true))
    }
}
