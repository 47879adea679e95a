//! What can go wrong, and the exception that Python sees.

use hedgerow::{Error, WithError};
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use super::attached::attached;
use super::construct;

/// Why an operation on the store failed.
pub(crate) enum Fault {
    /// The store is borrowed already: a bug of this package.
    Busy,
    /// The store refused.
    Store(Error),
    /// A mutation was finished while its keys were compared.
    Finished,
}

/// The exception of an operation that the store refused, or in which Python code raised one.
pub(crate) fn raised(error: WithError<PyErr>) -> PyErr {
    match error {
        WithError::Store(error) => Fault::Store(error).into(),
        WithError::Caller(error) => error,
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Store(error)
    }
}

impl From<Fault> for PyErr {
    #[cold]
    fn from(fault: Fault) -> PyErr {
        let py = attached();
        match fault {
            Fault::Busy => construct::error::<PyRuntimeError>(
                py,
                "hedgerow: the store is in use, or an operation on it panicked; this is a bug of \
                 hedgerow, please report it",
            ),
            Fault::Finished => construct::error::<PyValueError>(py, "mutation has been finished"),
            Fault::Store(error @ (Error::Full { .. } | Error::Allocation { .. })) => {
                construct::error::<PyMemoryError>(py, &error.to_string())
            }
            Fault::Store(error) => {
                construct::error::<PyRuntimeError>(py, &format!("hedgerow: {error}"))
            }
        }
    }
}
