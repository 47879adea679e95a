//! The proof that the thread holds the interpreter lock.

use pyo3::prelude::*;

/// For what CPython calls without passing the proof on: slots and destructors (contract 1).
#[inline(always)]
pub(crate) fn attached<'py>() -> Python<'py> {
    // SAFETY: contract 1.
    unsafe { Python::assume_attached() }
}
