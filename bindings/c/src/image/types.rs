//! The structures, constants and function types of images.

use std::ffi::c_void;
use std::ptr::null;

/// Keys or values are words: 8 bytes, little-endian. Rust's `u64`.
pub const IMAGE_WORDS: u32 = 4;
/// Keys or values are text in UTF-8. Rust's `str`.
pub const IMAGE_TEXT: u32 = 14;
/// Keys or values are any bytes. Rust's `[u8]`.
pub const IMAGE_BYTES: u32 = 15;
/// Keys or values are Python's objects, as its package writes them.
pub const IMAGE_PYTHON: u32 = 256;

/// The file is mapped: opening costs the same at any size, and processes share one copy.
pub const IMAGE_MAP: u32 = 0;
/// The file is read into memory.
pub const IMAGE_READ: u32 = 1;

/// Bytes in a row. Null for none is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Bytes {
    /// The first.
    pub start: *const u8,
    /// How many.
    pub length: usize,
}

/// Says which bytes a word stands for, by writing them to `bytes`. They have to stay as they are
/// until the function is called again, or the call that runs it returns. Returns 0, or below 0 for
/// an error, which ends the call with `HEDGEROW_CALLER`. It may call any function.
///
/// Words of equal keys have to stand for equal bytes.
pub type BytesFunction =
    Option<extern "C" fn(context: *mut c_void, word: u64, bytes: *mut Bytes) -> i32>;

/// What the words of a store stand for in an image.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ImageOptions {
    /// Passed to both functions.
    pub context: *mut c_void,
    /// The bytes of a key. Null if they are the word itself.
    pub key_bytes: BytesFunction,
    /// The bytes of a value. Null if they are the word itself.
    pub value_bytes: BytesFunction,
    /// `HEDGEROW_IMAGE_WORDS` without a function, `_TEXT` or `_BYTES` with one.
    pub key_kind: u32,
    /// The same of values.
    pub value_kind: u32,
}

/// An entry of an image. The bytes are the image's, and good until it is freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ImageEntry {
    /// The key.
    pub key: Bytes,
    /// The value.
    pub value: Bytes,
}

/// An iterator over an image. It is the caller's memory, on the stack for example. It owns nothing,
/// may be copied to remember a position, and is never freed.
///
/// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
///
/// Threads: a plain value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CImageIter {
    /// For the library.
    pub opaque: [u64; 16],
}

impl Bytes {
    /// No bytes.
    pub(super) const NONE: Bytes = Bytes { start: null(), length: 0 };

    /// Bytes of an image, which outlive the call.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Bytes { start: bytes.as_ptr(), length: bytes.len() }
    }
}

#[cfg(test)]
mod tests {
    use hedgerow::image::{ImageData, Kinds};

    use super::*;

    #[test]
    fn kinds_are_those_of_rust() {
        assert_eq!(IMAGE_WORDS, u64::KIND);
        assert_eq!(IMAGE_TEXT, str::KIND);
        assert_eq!(IMAGE_BYTES, <[u8]>::KIND);
        assert_eq!(IMAGE_PYTHON, Kinds::PYTHON.key);
    }
}
