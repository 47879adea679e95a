//! Bytes that belong to an object of Python.

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
pub(crate) struct ByteSource(Arc<Exported>);

struct Exported {
    buffer: PyBuffer<u8>,
    object: Py<PyAny>,
}

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
        Ok(ByteSource(Arc::new(Exported { buffer, object: object.clone().unbind() })))
    }

    /// The object that has the bytes.
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.0.object.bind(py).clone()
    }
}

impl AsRef<[u8]> for ByteSource {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        let buffer = &self.0.buffer;
        let length = buffer.len_bytes();
        if length == 0 {
            return &[];
        }
        // SAFETY: the buffer is held, so its bytes are in memory; nobody writes to them (above).
        unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), length) }
    }
}
