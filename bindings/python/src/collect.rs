//! Garbage collection: which maps take part in that of CPython, and when.
//!
//! Outside of a full collection the store owns one reference to each key and value, and maps show
//! the collector nothing: to it, all that they hold is held from outside. That is safe, and
//! collects nothing. During a full collection maps show a graph of what they hold: see
//! [`collector`].

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use hedgerow::host::{HostMemory, HostStore};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::ffi::allocator::give_back;
use crate::ffi::collector;
use crate::ffi::construct;
use crate::ffi::empty_version::row_of;
use crate::ffi::guarded::Guarded;
use crate::ffi::store_cell;

/// The versions and open edits that may hold what the collector tracks, each in its row: those of
/// maps and mutations that show it. One that ended stays until the next full collection.
static REGISTERED: Guarded<Vec<Option<Version>>> = Guarded::new(Vec::new());

/// Whether the interpreter is about to end.
static AT_EXIT: AtomicBool = AtomicBool::new(false);

/// Registers a version or open edit that may hold what the collector tracks, and whose map or
/// mutation calls [`collector::traverse`].
#[inline]
pub(crate) fn register(py: Python<'_>, version: Version) {
    // If the list is borrowed, which would be a bug, the version is not shown.
    let _ = REGISTERED.with(py, |registered| {
        let row = row_of(version);
        if row >= registered.len() {
            registered.resize(row + 1, None);
        }
        registered[row] = Some(version);
    });
}

/// For tests: how many rows a full collection may have to read to find registered versions.
#[pyfunction]
#[pyo3(name = "_registered_rows")]
pub(crate) fn registered_rows(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let rows = REGISTERED.with(py, |registered| registered.capacity())?;
    construct::number(py, rows as u64)
}

/// Called by CPython at the start and end of each collection: see `gc.callbacks`.
pub(crate) fn on_collection(phase: &Bound<'_, PyAny>, info: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = phase.py();
    // Not by `==`, which fails on a stack that is nearly used up.
    let phase = phase.cast::<PyString>().ok().and_then(|phase| phase.to_str().ok());
    if phase == Some("start") {
        if is_full(info)? {
            show(py);
        }
    } else if !AT_EXIT.load(Relaxed) {
        collector::end_graph(py);
        if is_full(info)? {
            // Fewer rows for the next full collection, which reads them all.
            store_cell::write(py, |store| store.shrink_version_table())?;
            give_back();
        }
    }
    Ok(())
}

/// Called when the interpreter is about to end. It collects several more times, without calling
/// [`on_collection`], so the graph stays.
#[pyfunction]
#[pyo3(name = "_at_exit")]
pub(crate) fn at_exit(py: Python<'_>) {
    AT_EXIT.store(true, Relaxed);
    show(py);
}

/// Whether a collection is a full one. Others go without maps: the graph costs as much as all maps
/// hold.
fn is_full(info: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(info) = info.cast::<PyDict>() else { return Ok(false) };
    match info.get_item("generation")? {
        Some(generation) => Ok(generation.extract::<i64>().is_ok_and(|number| number == 2)),
        None => Ok(false),
    }
}

/// Shows the collector what the registered versions hold. Leaves out families of versions of which
/// none is registered.
fn show(py: Python<'_>) {
    // The end of the last collection may not have been reported. Before anything else, because
    // destructors that this runs may derive maps from registered versions.
    collector::end_graph(py);
    let chosen = REGISTERED.with(py, |registered| {
        store_cell::read(py, |store| {
            for row in registered.iter_mut() {
                let has_ended = row.is_some_and(|version| {
                    store.at(version).is_err() && store.at_open(version).is_err()
                });
                if has_ended {
                    *row = None;
                }
            }
            // Empty rows at the end are not read again.
            let last = registered.iter().rposition(Option::is_some);
            registered.truncate(last.map_or(0, |last| last + 1));
            registered.shrink_to(registered.len() * 2);
            let is_registered =
                |version: &Version| registered.get(row_of(*version)) == Some(&Some(*version));
            if registered.is_empty() {
                return (Vec::new(), Vec::new());
            }
            // Without memory nothing is shown.
            let mut families = store.families().unwrap_or_default();
            families.retain(|family| family.iter().any(is_registered));
            families.into_iter().flatten().partition(is_registered)
        })
    });
    if let Ok(Ok((versions, others))) = chosen
        && !versions.is_empty()
    {
        store_cell::show_to_collector(py, &versions, &others);
    }
}

/// Has CPython call [`on_collection`]. Called once, at import.
pub(crate) fn watch_collections(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let callback = module.getattr("_on_collection")?;
    module.py().import("gc")?.getattr("callbacks")?.call_method1("append", (callback,))?;
    Ok(())
}

/// Has CPython call [`at_exit`]. Called once, at import.
pub(crate) fn watch_exit(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let callback = module.getattr("_at_exit")?;
    module.py().import("atexit")?.call_method1("register", (callback,))?;
    Ok(())
}
