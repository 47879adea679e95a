//! The caller's pointers as values that are safe to use, once they are made.
//!
//! Making one is `unsafe`, and asks for C3 or C4 of the [contract](super) until the call returns;
//! no value of this module outlives its call. What they point at is read and written value by
//! value.

use std::ptr::NonNull;

use crate::status::Status;

/// Where one result goes.
pub(super) struct Out<T>(NonNull<T>);

/// One value that is read, and written back.
pub(super) struct InOut<T>(NonNull<T>);

/// An array to read.
pub(super) struct Array<T> {
    start: NonNull<T>,
    len: usize,
}

/// An array to write.
pub(super) struct Buffer<T> {
    start: NonNull<T>,
    len: usize,
}

fn tested<T>(pointer: *mut T) -> Result<NonNull<T>, Status> {
    NonNull::new(pointer).filter(|pointer| pointer.is_aligned()).ok_or(Status::Pointer)
}

/// Tests an array; one of no elements may be null.
fn tested_array<T>(start: *mut T, len: usize) -> Result<NonNull<T>, Status> {
    if len == 0 {
        return Ok(NonNull::dangling());
    }
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(Status::Argument);
    }
    tested(start)
}

/// # Safety
///
/// C3: good for writing until the call returns.
#[inline]
pub(super) unsafe fn out<T: Copy>(pointer: *mut T) -> Result<Out<T>, Status> {
    tested(pointer).map(Out)
}

/// A result that the caller may not want.
///
/// # Safety
///
/// As [`out`].
pub(super) unsafe fn out_or_null<T: Copy>(pointer: *mut T) -> Result<Option<Out<T>>, Status> {
    if pointer.is_null() { Ok(None) } else { tested(pointer).map(|it| Some(Out(it))) }
}

/// # Safety
///
/// C3: good for reading and writing until the call returns, and holds a value.
#[inline]
pub(super) unsafe fn in_out<T: Copy>(pointer: *mut T) -> Result<InOut<T>, Status> {
    tested(pointer).map(InOut)
}

/// Reads one value.
///
/// # Safety
///
/// C3: good for reading, and holds a value.
#[inline]
pub(super) unsafe fn value<T: Copy>(pointer: *const T) -> Result<T, Status> {
    // SAFETY: C3, and it was tested.
    tested(pointer.cast_mut()).map(|pointer| unsafe { pointer.read() })
}

/// # Safety
///
/// C4: good for reading until the call returns, and holds values.
pub(super) unsafe fn array<T: Copy>(start: *const T, len: usize) -> Result<Array<T>, Status> {
    Ok(Array { start: tested_array(start.cast_mut(), len)?, len })
}

/// # Safety
///
/// C4: good for writing until the call returns.
pub(super) unsafe fn buffer<T: Copy>(start: *mut T, len: usize) -> Result<Buffer<T>, Status> {
    Ok(Buffer { start: tested_array(start, len)?, len })
}

impl<T: Copy> Out<T> {
    #[inline]
    pub(super) fn set(&self, value: T) {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.write(value) }
    }
}

impl<T: Copy> InOut<T> {
    #[inline]
    pub(super) fn get(&self) -> T {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.read() }
    }

    #[inline]
    pub(super) fn set(&self, value: T) {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.write(value) }
    }
}

impl<T: Copy> Array<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> T {
        assert!(index < self.len, "an index of ours is within the caller's array");
        // SAFETY: C4, promised where this was made, and the index is below the length.
        unsafe { self.start.add(index).read() }
    }

    /// A copy that nobody else can write.
    pub(super) fn copied(&self) -> Vec<T> {
        (0..self.len).map(|index| self.get(index)).collect()
    }
}

impl<T: Copy> Buffer<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn set(&self, index: usize, value: T) {
        assert!(index < self.len, "an index of ours is within the caller's array");
        // SAFETY: C4, promised where this was made, and the index is below the length.
        unsafe { self.start.add(index).write(value) }
    }

    /// Writes all of `values`, or none where they do not fit; tells `count` how many they are.
    pub(super) fn fill(&self, values: &[T], count: &Out<usize>) -> crate::status::Answer {
        count.set(values.len());
        if values.len() > self.len {
            return Err(Status::Short);
        }
        for (index, &value) in values.iter().enumerate() {
            self.set(index, value);
        }
        Ok(Status::Ok)
    }
}
