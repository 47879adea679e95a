//! The module: its entry, what is in it, and what is done when it is imported.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

use super::{equality, functions, hash, iterator, lifetime, map, map_methods};
use super::{mutation, repr, types, views};
use crate::collect;
use crate::ffi::call::Raw;
use crate::ffi::{collector, module_definition, processor, store_cell, thread_exit};

/// Maps over one store of versions. Import `hedgerow` instead. (`submodule`: the entry is
/// `PyInit__hedgerow`, not PyO3's.)
#[pymodule(submodule, gil_used = true)]
mod _hedgerow {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::collect::{at_exit, registered_rows};
    #[pymodule_export]
    use crate::iterator::MapIterator;
    #[pymodule_export]
    use crate::map::Map;
    #[pymodule_export]
    use crate::mutation::MapMutation;
    #[pymodule_export]
    use crate::statistics::{check, compact, stats};
    #[pymodule_export]
    use crate::views::{MapItems, MapKeys, MapValues};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::prepare(module)
    }
}

/// What CPython calls to import the module. From 3.13 on it calls this in the main interpreter,
/// whichever interpreter imports, so nothing is decided here but whether the processor will do.
///
/// # Safety
///
/// For CPython alone.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyInit__hedgerow() -> Raw {
    // SAFETY: CPython calls this with the interpreter lock held; PyO3's definition.
    unsafe {
        if !processor::is_sufficient() {
            return std::ptr::null_mut();
        }
        module_definition::define(_hedgerow::_PYO3_DEF.init_multi_phase())
    }
}

/// A step of the first import.
type Step = fn(&Bound<'_, PyModule>) -> PyResult<()>;

/// What the first import does, in order. Each step does all of its work, or nothing that does harm
/// when it is done again.
const STEPS: &[Step] = &[
    refuse_without_lock,
    |_| {
        thread_exit::prepare();
        Ok(())
    },
    |module| Ok(store_cell::prepare(module.py())?),
    |module| lifetime::prepare(module.py()),
    |module| map::prepare(module.py()),
    |module| map_methods::prepare(module.py()),
    |module| mutation::prepare(module.py()),
    |module| iterator::prepare(module.py()),
    |module| views::prepare(module.py()),
    |module| equality::prepare(module.py()),
    |module| hash::prepare(module.py()),
    |module| repr::prepare(module.py()),
    |module| types::make_immutable(module.py()),
    |module| collector::prepare(module.py()),
    collect::watch_collections,
    collect::watch_exit,
];

/// How many steps have been done.
static DONE: AtomicUsize = AtomicUsize::new(0);

/// Does the steps that no import has done yet. CPython initialises the module again after a program
/// has removed it from `sys.modules`, and after an import that failed.
fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
    functions::add(module)?;
    for (at, step) in STEPS.iter().enumerate() {
        if DONE.load(Relaxed) <= at {
            step(module)?;
            DONE.store(at + 1, Relaxed);
        }
    }
    Ok(())
}

/// A build of CPython without the interpreter lock turns it on for this module, unless it was told
/// not to.
fn refuse_without_lock(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let stays_off = match module.py().import("sys")?.getattr("flags")?.getattr_opt("gil")? {
        Some(gil) => gil.eq(0)?,
        None => false,
    };
    if stays_off {
        return Err(PyImportError::new_err(
            "hedgerow needs the interpreter lock: run Python without -X gil=0 and PYTHON_GIL=0",
        ));
    }
    Ok(())
}
