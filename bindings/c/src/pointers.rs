//! The caller's pointers: the only file that dereferences one.
//!
//! The functions of this file are unsafe, and ask for parts of the [contract](crate) until the call
//! ends. They refuse null and misaligned pointers. What they return is safe to use during the call,
//! and no value of this file outlives its call, but for what an image is read from.

use std::fs::File;
use std::io;
use std::ptr::NonNull;

use memmap2::Mmap;

use crate::room::{Spare, try_collect};
use crate::status::{Status, StatusResult};

/// Where one result goes.
pub(crate) struct Out<T>(NonNull<T>);

/// One value that is read, and written back.
pub(crate) struct InOut<T>(NonNull<T>);

/// An array to read.
pub(crate) struct Array<T> {
    start: NonNull<T>,
    len: usize,
}

/// An array to write.
pub(crate) struct Buffer<T> {
    start: NonNull<T>,
    len: usize,
}

/// Bytes of the caller's that an image is read from, for longer than a call.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: C6: nobody writes them while there is a `Kept`.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

/// An opaque structure whose pointer is a handle of something counted by reference.
pub(crate) trait Handle {
    /// What the handle refers to.
    type Content;

    /// Another reference to what a live handle refers to.
    fn content(&self) -> Result<Self::Content, Status>;

    /// Marks the handle as freed; refuses if it may not be freed.
    fn end(&self) -> StatusResult;
}

#[inline]
fn checked<T>(pointer: *mut T) -> Result<NonNull<T>, Status> {
    NonNull::new(pointer).filter(|pointer| pointer.is_aligned()).ok_or(Status::Pointer)
}

/// Checks an array. One without elements may be null.
fn checked_array<T>(start: *mut T, len: usize) -> Result<NonNull<T>, Status> {
    if len == 0 {
        return Ok(NonNull::dangling());
    }
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(Status::Argument);
    }
    checked(start)
}

/// A structure of the library, shared with calls further out: all that changes in it is in cells.
///
/// # Safety
///
/// C1, and C2 for a store; the reference is not used after the call.
#[inline]
pub(crate) unsafe fn shared<'call, T>(pointer: *const T) -> Result<&'call T, Status> {
    // SAFETY: C1.
    checked(pointer.cast_mut()).map(|pointer| unsafe { pointer.as_ref() })
}

/// Another reference to what a handle refers to. Callbacks may free the handle afterwards.
///
/// # Safety
///
/// C1.
#[inline]
pub(crate) unsafe fn content<T: Handle>(handle: *const T) -> Result<T::Content, Status> {
    // SAFETY: C1. The reference ends here.
    unsafe { shared(handle) }?.content()
}

/// [`content`] of a handle that may be null, for none.
///
/// # Safety
///
/// As [`content`].
pub(crate) unsafe fn content_or_null<T: Handle>(
    handle: *const T,
) -> Result<Option<T::Content>, Status> {
    // SAFETY: C1.
    if handle.is_null() { Ok(None) } else { unsafe { content(handle) }.map(Some) }
}

/// What each handle of an array refers to.
///
/// # Safety
///
/// C4 for the array, C1 for each handle.
pub(crate) unsafe fn contents<T: Handle>(
    handles: *const *const T,
    count: usize,
) -> Result<Vec<T::Content>, Status> {
    // SAFETY: C4.
    let handles = unsafe { array(handles, count) }?;
    // SAFETY: C1.
    try_collect((0..count).map(|index| unsafe { content(handles.get(index)) }))
}

/// Frees what [`leak`] made, if `end` agrees. Null is allowed, and nothing is done.
///
/// # Safety
///
/// C1. If `end` agrees, the pointer is not used afterwards.
pub(crate) unsafe fn free<T>(
    pointer: *mut T,
    end: impl FnOnce(&T) -> StatusResult,
) -> StatusResult {
    if pointer.is_null() {
        return Ok(Status::Ok);
    }
    // SAFETY: C1. The reference ends here.
    end(unsafe { shared(pointer) }?)?;
    // SAFETY: C1: it came from `leak`, and is not used afterwards. The memory is free before what
    // was in it is dropped, which may call back.
    let owned = *unsafe { Box::from_raw(pointer) };
    drop(owned);
    Ok(Status::Ok)
}

/// Takes what a handle refers to, and frees the handle.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
pub(crate) unsafe fn take<T: Handle>(handle: *mut T) -> Result<T::Content, Status> {
    // SAFETY: C1.
    let taken = unsafe { content(handle) }?;
    // SAFETY: C1. A handle that is only lent is refused.
    unsafe { free(handle, T::end) }?;
    Ok(taken)
}

/// Moves a structure to where the caller can point at it, until it is freed.
pub(crate) fn leak<T>(structure: T) -> Result<*mut T, Status> {
    Ok(leak_into(Spare::new()?, structure))
}

/// [`leak`] into memory that is there already.
pub(crate) fn leak_into<T>(spare: Spare<T>, structure: T) -> *mut T {
    // A slice of one structure has the layout of the structure, so `free` may box it as such.
    Box::into_raw(spare.fill(structure)).cast()
}

/// # Safety
///
/// C3: good for writing until the call returns.
#[inline]
pub(crate) unsafe fn out<T: Copy>(pointer: *mut T) -> Result<Out<T>, Status> {
    checked(pointer).map(Out)
}

/// A result that the caller may not want, and passes null for.
///
/// # Safety
///
/// As [`out`].
pub(crate) unsafe fn out_or_null<T: Copy>(pointer: *mut T) -> Result<Option<Out<T>>, Status> {
    if pointer.is_null() { Ok(None) } else { checked(pointer).map(|it| Some(Out(it))) }
}

/// # Safety
///
/// C3: good for reading and writing until the call returns, and holds a value.
#[inline]
pub(crate) unsafe fn in_out<T: Copy>(pointer: *mut T) -> Result<InOut<T>, Status> {
    checked(pointer).map(InOut)
}

/// Reads one value.
///
/// # Safety
///
/// C3: good for reading, and holds a value.
#[inline]
pub(crate) unsafe fn read<T: Copy>(pointer: *const T) -> Result<T, Status> {
    // SAFETY: C3, and it was checked.
    checked(pointer.cast_mut()).map(|pointer| unsafe { pointer.read() })
}

/// # Safety
///
/// C4: good for reading until the call returns, and holds values.
pub(crate) unsafe fn array<T: Copy>(start: *const T, len: usize) -> Result<Array<T>, Status> {
    Ok(Array { start: checked_array(start.cast_mut(), len)?, len })
}

/// # Safety
///
/// C4: good for writing until the call returns.
pub(crate) unsafe fn buffer<T: Copy>(start: *mut T, len: usize) -> Result<Buffer<T>, Status> {
    Ok(Buffer { start: checked_array(start, len)?, len })
}

/// Bytes that are read until the last copy of the result is dropped.
///
/// # Safety
///
/// C6.
pub(crate) unsafe fn kept(start: *const u8, len: usize) -> Result<Kept, Status> {
    Ok(Kept { start: checked_array(start.cast_mut(), len)?, len })
}

/// A file as memory.
///
/// # Safety
///
/// C6.
pub(crate) unsafe fn mapped(file: &File) -> io::Result<Mmap> {
    // SAFETY: C6.
    unsafe { Mmap::map(file) }
}

impl AsRef<[u8]> for Kept {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: C6, promised where this was made.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> Out<T> {
    #[inline]
    pub(crate) fn set(&self, value: T) {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.write(value) }
    }
}

impl<T: Copy> InOut<T> {
    #[inline]
    pub(crate) fn get(&self) -> T {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.read() }
    }

    #[inline]
    pub(crate) fn set(&self, value: T) {
        // SAFETY: C3, promised where this was made.
        unsafe { self.0.write(value) }
    }
}

impl<T: Copy> Array<T> {
    #[inline]
    pub(crate) fn get(&self, index: usize) -> T {
        assert!(index < self.len, "the library's indices are within the caller's array");
        // SAFETY: C4, promised where this was made, and the index is below the length.
        unsafe { self.start.add(index).read() }
    }

    /// Adds a copy to a list.
    pub(crate) fn append_to(&self, list: &mut Vec<T>) -> Result<(), Status> {
        list.try_reserve(self.len).map_err(|_| Status::Memory)?;
        let spare = list.spare_capacity_mut();
        // SAFETY: C4, promised where this was made; the room is reserved, and nobody else's.
        unsafe {
            self.start.as_ptr().copy_to_nonoverlapping(spare.as_mut_ptr().cast(), self.len);
            list.set_len(list.len() + self.len);
        }
        Ok(())
    }

    /// A copy that nobody else can write.
    pub(crate) fn copied(&self) -> Result<Vec<T>, Status> {
        try_collect((0..self.len).map(|index| Ok(self.get(index))))
    }

    /// Runs `body` on a copy that nobody else can write. Up to `SHORT` elements are copied to the
    /// stack.
    pub(crate) fn with_copy<R, const SHORT: usize>(
        &self,
        body: impl FnOnce(&[T]) -> R,
    ) -> Result<R, Status>
    where
        T: Default,
    {
        if self.len > SHORT {
            return Ok(body(&self.copied()?));
        }
        let mut short = [T::default(); SHORT];
        let short = &mut short[..self.len];
        for (index, element) in short.iter_mut().enumerate() {
            *element = self.get(index);
        }
        Ok(body(short))
    }
}

impl<T: Copy> Buffer<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn set(&self, index: usize, value: T) {
        assert!(index < self.len, "the library's indices are within the caller's array");
        // SAFETY: C4, promised where this was made, and the index is below the length.
        unsafe { self.start.add(index).write(value) }
    }

    /// The place of one element.
    pub(crate) fn place(&self, index: usize) -> Out<T> {
        assert!(index < self.len, "the library's indices are within the caller's array");
        // SAFETY: C4, promised where this was made, and the index is below the length.
        Out(unsafe { self.start.add(index) })
    }

    /// Writes all of `values`, or none if they do not fit. `count` becomes their number.
    pub(crate) fn fill(&self, values: &[T], count: &Out<usize>) -> StatusResult {
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

impl Buffer<u8> {
    /// Writes text with a 0 at its end, or nothing if it does not fit. `length` becomes the number
    /// of bytes without the 0.
    pub(crate) fn fill_text(&self, text: &[u8], length: &Out<usize>) -> StatusResult {
        length.set(text.len());
        if text.len() >= self.len {
            return Err(Status::Short);
        }
        for (index, &byte) in text.iter().chain(&[0]).enumerate() {
            self.set(index, byte);
        }
        Ok(Status::Ok)
    }
}
