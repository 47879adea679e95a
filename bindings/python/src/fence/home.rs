//! The interpreter that the store belongs to.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

const NOBODY: i64 = -1;

/// The number of the interpreter that imported the module first.
static HOME: AtomicI64 = AtomicI64::new(NOBODY);

/// Whether all that the module needs has been made.
static IS_READY: AtomicBool = AtomicBool::new(false);

/// Whether the module was imported before. CPython initialises it again after a program has dropped
/// it from `sys.modules`, and for every other interpreter of the process; those would share the
/// store, and the objects in it, and are refused.
pub(crate) fn is_ready(_: Python<'_>) -> PyResult<bool> {
    // SAFETY: contract 1: the caller is attached, so there is a current interpreter.
    let here = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    match HOME.compare_exchange(NOBODY, here, Relaxed, Relaxed) {
        Err(home) if home != here => Err(PyImportError::new_err(
            "hedgerow keeps all maps in one store, which belongs to the interpreter that imported \
             it first: no other one of this process can import it",
        )),
        _ => Ok(IS_READY.load(Relaxed)),
    }
}

/// Notes that the first import has come to its end.
pub(crate) fn set_ready(_: Python<'_>) {
    IS_READY.store(true, Relaxed);
}
