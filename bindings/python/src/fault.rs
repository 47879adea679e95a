//! What can go wrong, and the exception that Python sees.

use hedgerow::Error;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// Why an operation on the store failed.
pub(crate) enum Fault {
    /// The store was borrowed already: a bug of this package.
    Busy,
    /// The store refused.
    Store(Error),
    /// A mutation was finished while its keys were compared.
    Finished,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Store(error)
    }
}

impl From<Fault> for PyErr {
    #[cold]
    fn from(fault: Fault) -> PyErr {
        match fault {
            Fault::Busy => PyRuntimeError::new_err(
                "hedgerow: the store is in use, or an operation on it panicked; this is a bug of \
                 hedgerow, please report it",
            ),
            Fault::Finished => PyValueError::new_err("mutation has been finished"),
            Fault::Store(error @ (Error::Full { .. } | Error::Allocation { .. })) => {
                PyMemoryError::new_err(error.to_string())
            }
            Fault::Store(error) => PyRuntimeError::new_err(format!("hedgerow: {error}")),
        }
    }
}
