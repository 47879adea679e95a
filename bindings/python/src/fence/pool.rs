//! Instances that are made and end all the time: their memory waits to be used again.

use pyo3::PyClass;
use pyo3::ffi;
use pyo3::prelude::*;

use super::cell::{Guarded, attached};
use super::instance::{CONTENTS, contents};
use super::trashcan::end_nested;
use crate::iter::MapIterator;
use crate::views::{MapItems, MapKeys, MapValues};

/// Memory of instances of one class that ended: whole but for their contents, untracked, without
/// weak references and of reference count 0. Their references to the class are kept.
pub(crate) struct Free<const ROOM: usize> {
    objects: [*mut ffi::PyObject; ROOM],
    count: usize,
}

// SAFETY: contract 1; the pointers are memory that nobody refers to.
unsafe impl<const ROOM: usize> Send for Free<ROOM> {}

impl<const ROOM: usize> Free<ROOM> {
    /// A build that keeps a list of all objects has to be told of each.
    const IS_USED: bool =
        !cfg!(any(Py_GIL_DISABLED, py_sys_config = "Py_TRACE_REFS", feature = "no-free-lists"));

    pub(crate) const fn new() -> Self {
        Free { objects: [std::ptr::null_mut(); ROOM], count: 0 }
    }

    /// An instance with one reference, whose contents are to be written.
    #[inline]
    pub(super) fn take(&mut self) -> Option<*mut ffi::PyObject> {
        self.count = self.count.checked_sub(1)?;
        let object = self.objects[self.count];
        // SAFETY: memory of an instance that has no references. (`PyObject_Init` would tell
        // `tracemalloc` where it is used again; that is a tenth of an update.)
        unsafe { ffi::Py_INCREF(object) };
        Some(object)
    }

    /// Says whether there was room.
    #[inline]
    pub(super) fn keep(&mut self, object: *mut ffi::PyObject) -> bool {
        match self.objects.get_mut(self.count) {
            Some(room) if Self::IS_USED => {
                *room = object;
                self.count += 1;
                true
            }
            _ => false,
        }
    }
}

/// Views and iterators: a loop over a small map makes and ends one of each.
pub(crate) trait Pooled: PyClass {
    /// Where their memory waits to be used again.
    fn pool() -> &'static Guarded<Free<8>>;

    /// Whether instances of this class may end inside one another with no other deallocator in
    /// between: a view holds a map, whose deallocator sees to that.
    fn may_nest(&self) -> bool;
}

macro_rules! pooled {
    ($($class:ty, $may_nest:expr);*) => {
        $(impl Pooled for $class {
            #[inline]
            fn pool() -> &'static Guarded<Free<8>> {
                static POOL: Guarded<Free<8>> = Guarded::new(Free::new());
                &POOL
            }

            #[inline]
            fn may_nest(&self) -> bool {
                $may_nest(self)
            }
        })*
    };
}

pooled!(
    MapIterator, MapIterator::is_ahead;
    MapKeys, |_| false;
    MapValues, |_| false;
    MapItems, |_| false
);

/// Ends an instance of a class that has no weak references and no subclasses.
///
/// # Safety
///
/// Called by CPython, as `tp_dealloc` of `T`.
pub(super) unsafe extern "C" fn end<T: Pooled>(object: *mut ffi::PyObject) {
    // SAFETY: contract 6: the last reference is gone.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        if contents::<T>(object).may_nest() {
            end_nested(object, end::<T>, || finish::<T>(object));
        } else {
            finish::<T>(object);
        }
    }
}

/// # Safety
///
/// `object` is an instance of `T` whose last reference is gone, and not tracked.
#[inline]
unsafe fn finish<T: Pooled>(object: *mut ffi::PyObject) {
    // SAFETY: by the caller's promise. The contents hold no reference of PyO3's own kind, which
    // would want to know that the thread is attached.
    unsafe {
        let class = ffi::Py_TYPE(object);
        object.byte_add(CONTENTS).cast::<T>().drop_in_place();
        if !matches!(T::pool().with(attached(), |free| free.keep(object)), Ok(true)) {
            ffi::PyObject_GC_Del(object.cast());
            ffi::Py_DECREF(class.cast());
        }
    }
}

/// An instance of a class of this crate that nobody can subclass, whose contents `make` makes in
/// their place: an iterator's are too many to be copied.
#[inline(always)]
pub(crate) fn new_in_place<T: Pooled>(
    py: Python<'_>,
    make: impl FnOnce() -> T,
) -> PyResult<Bound<'_, T>> {
    // SAFETY: PyO3's class of `T`, whose contents stand where `prepare` found them; they are
    // written before the collector knows of the instance, or anybody else.
    unsafe {
        let object = match T::pool().with(py, Free::take) {
            Ok(Some(object)) => object,
            _ => new_untracked::<T>(py)?,
        };
        object.byte_add(CONTENTS).cast::<T>().write(make());
        ffi::PyObject_GC_Track(object.cast());
        Ok(Bound::from_owned_ptr(py, object).cast_into_unchecked())
    }
}

/// An instance whose contents are to be written, which the collector does not know of.
#[cold]
fn new_untracked<T: Pooled>(py: Python<'_>) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: a class of this crate; its allocator gives a new instance, tracked, or null.
    unsafe {
        let object = ffi::PyType_GenericAlloc(T::type_object_raw(py), 0);
        if object.is_null() {
            return Err(PyErr::fetch(py));
        }
        ffi::PyObject_GC_UnTrack(object.cast());
        Ok(object)
    }
}
