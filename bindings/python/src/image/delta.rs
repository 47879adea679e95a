//! The class `Delta`.

use hedgerow::image::{ImageError, RawDelta};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::class::{Image, KINDS, raised};
use super::keys;
use crate::ffi::byte_source::ByteSource;
use crate::ffi::construct;

/// What changed from one map to another, as bytes: `Image.apply` takes it.
#[pyclass(frozen, module = "hedgerow")]
pub(crate) struct Delta {
    pub(crate) raw: RawDelta<ByteSource>,
    pub(crate) source: ByteSource,
}

impl Delta {
    /// A delta over the bytes of an object. Its checksum is looked at: O(its bytes).
    pub(crate) fn over(buffer: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = buffer.py();
        let source = ByteSource::of(buffer)?;
        let raw = RawDelta::open(source.clone()).map_err(|error| raised(py, &error))?;
        if raw.kinds() != KINDS {
            let words = "a delta of another language's types, not of Python's objects";
            return Err(construct::error::<PyValueError>(py, words));
        }
        Ok(Delta { raw, source })
    }
}

/// The image of what a delta makes of the contents of one.
pub(crate) fn applied(py: Python<'_>, image: &Image, delta: &Delta) -> PyResult<Image> {
    let hash_key = image.raw.hash_key();
    let raw = image.raw.apply(
        &delta.raw,
        |key| Ok(keys::hash(py, key, hash_key)?),
        |a, b| Ok(keys::equal(py, a, b)?),
    );
    match raw {
        Ok(raw) => Ok(Image { raw, may_unpickle: image.may_unpickle }),
        Err(Refusal::Image(error)) => Err(raised(py, &error)),
        Err(Refusal::Python(error)) => Err(error),
    }
}

/// Why a delta was not applied.
enum Refusal {
    Image(ImageError),
    Python(PyErr),
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        Refusal::Image(error)
    }
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Self {
        Refusal::Python(error)
    }
}
