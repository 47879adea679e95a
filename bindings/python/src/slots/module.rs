//! The module: its entry, what is in it, and what is done when it is imported.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use pyo3::prelude::*;

use super::{
    equality, functions, hash, image_look_up, iterator, lifetime, map, map_methods, map_paths,
};
use super::{map_protocols, mutation, pickle, repr, set, set_methods, set_mutation, types, views};
use crate::collect;
use crate::ffi::call::Raw;
use crate::ffi::{
    allocator, collector, module_definition, processor, store_cell, thread_exit, tracemalloc,
};

/// Maps over one store of versions. Import `hedgerow` instead. (`submodule`: the entry is
/// `PyInit__hedgerow`, not PyO3's.)
#[pymodule(submodule, gil_used = true)]
mod _hedgerow {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::collect::{at_exit, registered_rows};
    #[pymodule_export]
    use crate::image::{Delta, Image, ImageIterator};
    #[pymodule_export]
    use crate::iterator::MapIterator;
    #[pymodule_export]
    use crate::map::Map;
    #[pymodule_export]
    use crate::mutation::MapMutation;
    #[pymodule_export]
    use crate::part::Part;
    #[pymodule_export]
    use crate::set::Set;
    #[pymodule_export]
    use crate::set_mutation::SetMutation;
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
    // SAFETY: CPython calls this attached; PyO3's definition.
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
    |_| {
        thread_exit::prepare();
        tracemalloc::watch_mappings();
        // As the blocks of the package's allocator.
        hedgerow::host::use_huge_pages(allocator::VERY_LARGE);
        Ok(())
    },
    |module| Ok(store_cell::prepare(module.py())?),
    |module| lifetime::prepare(module.py()),
    |module| map::prepare(module.py()),
    |module| map_methods::prepare(module.py()),
    |module| map_paths::prepare(module.py()),
    |module| map_protocols::prepare(module.py()),
    |module| set::prepare(module.py()),
    |module| set_methods::prepare(module.py()),
    |module| mutation::prepare(module.py()),
    |module| set_mutation::prepare(module.py()),
    |module| iterator::prepare(module.py()),
    |module| views::prepare(module.py()),
    |module| equality::prepare(module.py()),
    |module| hash::prepare(module.py()),
    |module| pickle::prepare(module.py()),
    |module| repr::prepare(module.py()),
    |module| image_look_up::prepare(module.py()),
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
    pickle::add(module)?;
    for (at, step) in STEPS.iter().enumerate() {
        if DONE.load(Relaxed) <= at {
            step(module)?;
            DONE.store(at + 1, Relaxed);
        }
    }
    Ok(())
}
