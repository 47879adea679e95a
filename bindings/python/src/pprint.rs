//! Makes `pprint.pprint(map)` break lines as for a dict.
//!
//! `pprint` prints what its own table says for a class's `__repr__`. It asks an object for its
//! `repr` before it looks there, so a map enters the table when its `repr` is asked for and
//! `pprint` is imported by then. Importing hedgerow imports nothing for that.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::ffi::construct;

static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// Whether `pprint` knows maps.
#[inline(always)]
pub(crate) fn is_registered() -> bool {
    IS_REGISTERED.load(Relaxed)
}

/// Tells `pprint` of maps, if it is imported.
///
/// # Errors
///
/// What is no `Exception`, such as `KeyboardInterrupt`. A `repr` does not fail for any other
/// reason here: the next one tries again.
pub(crate) fn register(py: Python<'_>) -> PyResult<()> {
    match try_register(py) {
        Ok(is_registered) => {
            IS_REGISTERED.store(is_registered, Relaxed);
            Ok(())
        }
        Err(error) if error.is_instance_of::<PyException>(py) => Ok(()),
        Err(error) => Err(error),
    }
}

fn try_register(py: Python<'_>) -> PyResult<bool> {
    let Some(module) = construct::imported(py, c"pprint")? else { return Ok(false) };
    let register = construct::import(py, c"hedgerow._pprint", c"register")?;
    construct::call(&register, &construct::tuple(py, [module])?)?.is_truthy()
}
