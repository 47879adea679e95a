//! The extension module of the Python package `hedgerow`.
//!
//! Start with `fence/mod.rs`, which says what all of it relies on; then `store.rs`, the operations,
//! and `map.rs`, the type. `unsafe` is opened in `fence` only.

mod attributes;
mod build;
mod collect;
mod compare;
mod fault;
mod fence;
mod iter;
mod map;
mod mappings;
mod mutation;
mod relatives;
mod repr;
mod statistics;
mod store;
mod views;

use pyo3::prelude::*;

/// Maps over one store of versions. Import `hedgerow` instead.
#[pymodule(gil_used = true)]
mod _hedgerow {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::collect::{at_exit, on_collection};
    #[pymodule_export]
    use crate::iter::MapIterator;
    #[pymodule_export]
    use crate::map::Map;
    #[pymodule_export]
    use crate::mutation::MapMutation;
    #[pymodule_export]
    use crate::statistics::{check, compact, set_limits, stats};
    #[pymodule_export]
    use crate::views::{MapItems, MapKeys, MapValues};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::statistics::refuse_without_lock(py)?;
        if crate::fence::home::is_ready(py)? {
            return Ok(());
        }
        crate::fence::instance::prepare(py)?;
        crate::fence::methods::prepare(py)?;
        crate::fence::slots::prepare(py)?;
        crate::collect::prepare(module)?;
        crate::fence::home::set_ready(py);
        Ok(())
    }
}
