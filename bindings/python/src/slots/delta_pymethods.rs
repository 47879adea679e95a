//! What PyO3 defines of `Delta`.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use super::arguments::{Parameters, required};
use crate::ffi::construct;
use crate::image::Delta;

const OF_BUFFER: Parameters<1> =
    Parameters { function: "Delta", names: [""], required: 1, positional: 1 };

#[pymethods]
impl Delta {
    /// A delta over the bytes of an object. Its checksum is looked at: O(its bytes).
    #[new]
    #[pyo3(signature = (*args, **kw), text_signature = "(buffer, /)")]
    fn __new__(args: &Bound<'_, PyTuple>, kw: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let [buffer] = OF_BUFFER.parse(args, kw)?;
        Delta::over(&required(args.py(), buffer)?)
    }

    /// The number of changes.
    fn __len__(&self) -> usize {
        usize::try_from(self.raw.len()).unwrap_or(usize::MAX)
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let object = self.source.object(py);
        if object.is_exact_instance_of::<PyBytes>() {
            return Ok(object);
        }
        Ok(construct::bytes(py, self.source.as_ref())?.into_any())
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let words = format!("<hedgerow.Delta of {} changes>", self.raw.len());
        construct::text(py, &words)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, class) = (slf.py(), slf.get_type().into_any());
        let arguments = construct::tuple(py, [slf.get().__bytes__(py)?])?.into_any();
        construct::tuple(py, [class, arguments])
    }
}
