//! The class `Image`.

use hedgerow::image::python::{STR1, hash_of_units};
use hedgerow::image::{ImageError, Kinds, RawImage, Record};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt};

use super::codec::{self, Allowed, ShortInt};
use super::keys;
use crate::ffi::byte_source::ByteSource;
use crate::ffi::construct;
use crate::ffi::text_units::{TextUnits, ready_units};
use crate::store::is_equal;

/// What tells the images of Python's objects from others.
pub(super) const KINDS: Kinds = Kinds::PYTHON;

/// A map as bytes, read in place: from a file, shared memory, or any buffer.
#[pyclass(frozen, mapping, module = "hedgerow")]
pub(crate) struct Image {
    pub(crate) raw: RawImage<ByteSource>,
    pub(crate) may_unpickle: bool,
}

impl Image {
    /// Opens the bytes of an object.
    pub(crate) fn over(bytes: &Bound<'_, PyAny>, may_unpickle: bool) -> PyResult<Self> {
        let py = bytes.py();
        let raw = RawImage::open(ByteSource::of(bytes)?).map_err(|error| raised(py, &error))?;
        if raw.kinds() != KINDS {
            let words = "an image of another language's types, not of Python's objects";
            return Err(construct::error::<PyValueError>(py, words));
        }
        Ok(Image { raw, may_unpickle })
    }

    /// The record of a key.
    pub(crate) fn find<'a>(&'a self, key: &Bound<'_, PyAny>) -> PyResult<Option<Record<'a>>> {
        if let Some(found) = self.find_text(key) {
            return Ok(found);
        }
        if let Ok(int) = key.cast_exact::<PyInt>()
            && let Ok(number) = int.extract::<i64>()
        {
            return self.find_hashed(key.py(), key.hash()? as u64, &ShortInt::of(number));
        }
        self.find_any(key)
    }

    /// The record of a str whose characters take a byte each, as those of most keys do. `None` for
    /// another key, and for an image that is damaged where this has looked. Raises nothing, and
    /// needs nothing of PyO3.
    #[inline(always)]
    pub(crate) fn find_text(&self, key: &Bound<'_, PyAny>) -> Option<Option<Record<'_>>> {
        let TextUnits::One(units) = ready_units(key.cast_exact().ok()?)? else { return None };
        let hash = hash_of_units(units, self.raw.hash_key());
        self.raw.find(hash, |found| found.split_first() == Some((&STR1, units))).ok()
    }

    #[cold]
    fn find_any<'a>(&'a self, key: &Bound<'_, PyAny>) -> PyResult<Option<Record<'a>>> {
        let py = key.py();
        let mut bytes = Vec::new();
        if codec::write(key, Allowed::Exact, &mut bytes)? && keys::is_key(&bytes) {
            return self.find_bytes(py, &bytes);
        }
        // A subclass may hash and compare as it likes, and an object of any type may be equal to a
        // number: ask it. An object that is not hashable is a TypeError, as in a dict.
        let hash = key.hash()? as u64;
        bytes.clear();
        let own = codec::write(key, Allowed::Subclasses, &mut bytes)? && keys::is_key(&bytes);
        let hash = if own { keys::hash(py, &bytes, self.raw.hash_key())? } else { hash };
        let raise = |error| raised(py, &error);
        for record in self.raw.candidates(hash).map_err(raise)? {
            let record = record.map_err(raise)?;
            if is_equal(&codec::read(py, record.key, false)?, key)? {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The record of a key that was written by the codec.
    pub(super) fn find_bytes(&self, py: Python<'_>, key: &[u8]) -> PyResult<Option<Record<'_>>> {
        self.find_hashed(py, keys::hash(py, key, self.raw.hash_key())?, key)
    }

    /// [`Image::find_bytes`], of a hash.
    fn find_hashed(&self, py: Python<'_>, hash: u64, key: &[u8]) -> PyResult<Option<Record<'_>>> {
        let raise = |error| raised(py, &error);
        for record in self.raw.candidates(hash).map_err(raise)? {
            let record = record.map_err(raise)?;
            if keys::equal(py, record.key, key)? {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The object of a value's bytes.
    pub(crate) fn value<'py>(&self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        codec::read(py, bytes, self.may_unpickle)
    }

    /// Says that all bytes are about to be read, so that those of a file are read ahead. A lookup
    /// has the system read no page but those on its way.
    pub(crate) fn will_read_all(&self, py: Python<'_>) -> PyResult<()> {
        let object = self.raw.bytes().object(py);
        if !object.is_exact_instance_of::<PyBytes>() {
            let read_ahead = construct::import(py, c"hedgerow._image", c"read_ahead")?;
            construct::call(&read_ahead, &construct::tuple(py, [object])?)?;
        }
        Ok(())
    }

    /// An object with the bytes of the image: that which it is read from, unless deltas were
    /// applied.
    pub(crate) fn bytes_object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.will_read_all(py)?;
        if self.raw.added_bytes() == 0 {
            return Ok(self.raw.bytes().object(py));
        }
        let bytes = self.raw.to_bytes().map_err(|error| raised(py, &error))?;
        Ok(construct::bytes(py, &bytes)?.into_any())
    }
}

/// What is raised for an image that cannot be read or made.
#[cold]
pub(crate) fn raised(py: Python<'_>, error: &ImageError) -> PyErr {
    match error {
        ImageError::Allocation => construct::error::<PyMemoryError>(py, "no memory for an image"),
        other => construct::error::<PyValueError>(py, &other.to_string()),
    }
}
