//! Bytes that belong to an object of Python.

use std::ptr::NonNull;
use std::sync::Arc;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;

use super::construct;

/// The bytes of a buffer, and the object that exports it, which they keep alive.
///
/// Whoever may write to the buffer must not do so meanwhile. What reads the bytes checks each read,
/// and so may read anything, but a slice is not meant to change.
#[derive(Clone)]
pub(crate) struct ByteSource {
    start: NonNull<u8>,
    length: usize,
    exported: Arc<Exported>,
}

struct Exported {
    /// Held for as long as its bytes are used.
    _buffer: PyBuffer<u8>,
    object: Py<PyAny>,
}

// SAFETY: the bytes are read only, and stay where they are until the buffer is released, which its
// owner, `exported`, does on any thread.
unsafe impl Send for ByteSource {}
// SAFETY: as above.
unsafe impl Sync for ByteSource {}

impl ByteSource {
    /// The bytes of an object: `bytes`, `memoryview`, `mmap`, or anything with such a buffer.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let buffer = PyBuffer::<u8>::get(object)?;
        if !buffer.is_c_contiguous() {
            let words =
                "an image is read from bytes that follow each other; copy them into `bytes`";
            return Err(construct::error::<PyBufferError>(py, words));
        }
        // A buffer without bytes may be at null.
        let start = NonNull::new(buffer.buf_ptr().cast::<u8>()).unwrap_or(NonNull::dangling());
        let length = buffer.len_bytes();
        let exported = Exported { _buffer: buffer, object: object.clone().unbind() };
        Ok(ByteSource { start, length, exported: Arc::new(exported) })
    }

    /// The object that has the bytes.
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.exported.object.bind(py).clone()
    }
}

impl AsRef<[u8]> for ByteSource {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the buffer is held, so that its bytes are in memory; nobody writes to them
        // (above). Where there are none, any address will do that is not null.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}
