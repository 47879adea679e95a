//! The iterators of an image.

use std::sync::Mutex;

use hedgerow::image::RecordCursor;
use pyo3::prelude::*;

use super::class::{Image, raised};
use super::codec;
use crate::ffi::construct;

/// What an iterator gives.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Keys,
    Values,
    Items,
}

/// An iterator over an image.
#[pyclass(frozen, module = "hedgerow._hedgerow")]
pub(crate) struct ImageIterator {
    image: Py<Image>,
    part: Part,
    /// Only ever locked for one step, under the lock of the interpreter.
    cursor: Mutex<RecordCursor>,
}

impl ImageIterator {
    pub(crate) fn over<'py>(
        image: &Bound<'py, Image>,
        part: Part,
    ) -> PyResult<Bound<'py, ImageIterator>> {
        let py = image.py();
        image.get().will_read_all(py)?;
        let cursor = image.get().raw.cursor().map_err(|error| raised(py, &error))?;
        let image = image.clone().unbind();
        Bound::new(py, ImageIterator { image, part, cursor: Mutex::new(cursor) })
    }
}

#[pymethods]
impl ImageIterator {
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let image = self.image.get();
        let next = match self.cursor.lock() {
            Ok(mut cursor) => image.raw.next_record(&mut cursor),
            Err(_) => None,
        };
        let Some(record) = next.transpose().map_err(|error| raised(py, &error))? else {
            return Ok(None);
        };
        let key = || codec::read(py, record.key, false);
        let value = || image.value(py, record.value);
        Ok(Some(match self.part {
            Part::Keys => key()?,
            Part::Values => value()?,
            Part::Items => construct::tuple(py, [key()?, value()?])?.into_any(),
        }))
    }

    fn __length_hint__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        construct::number(py, self.cursor.lock().map_or(0, |cursor| cursor.left()))
    }
}
