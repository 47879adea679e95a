//! The extension module of the Python package `hedgerow`.
//!
//! Start with `fence/mod.rs`, which says what all of it relies on; then `store.rs`, the operations,
//! and `map.rs`, the type. `unsafe` is opened in `fence` only.

mod attributes;
mod build;
mod collect;
mod compare;
mod equality;
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

/// Maps over one store of versions. Import `hedgerow` instead. (`submodule`: the entry is
/// `fence::home`'s, not PyO3's.)
#[pymodule(submodule, gil_used = true)]
mod _hedgerow {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::collect::{at_exit, partaker_rows};
    #[pymodule_export]
    use crate::iter::MapIterator;
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
        crate::fence::methods::add_functions(module)?;
        crate::fence::home::prepare(
            module,
            &[
                |module| crate::statistics::refuse_without_lock(module.py()),
                |_| {
                    crate::fence::exit::prepare();
                    Ok(())
                },
                |module| crate::fence::instance::prepare(module.py()),
                |module| crate::fence::methods::prepare(module.py()),
                |module| crate::fence::slots::prepare(module.py()),
                |module| crate::fence::lent::prepare(module.py()),
                crate::collect::watch_collections,
                crate::collect::watch_exit,
            ],
        )
    }
}
