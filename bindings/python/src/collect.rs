//! Garbage collection: which maps take part in CPython's, and when.
//!
//! Outside of a full collection the store owns one reference to each key and value, and maps tell
//! the collector nothing: to it, all that they hold is held from outside. That is safe, and
//! collects nothing. For the time of a full collection they lend the collector a graph of what
//! they hold, which [`lent`](crate::fence::lent) draws up and keeps.

use hedgerow::host::{HostMemory, HostStore};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::fence::cell::{self, Guarded};
use crate::fence::instance::Visit;
use crate::fence::lent;
use crate::fence::made;
use crate::fence::memory::give_back;
use crate::map::Map;

/// By row, the versions and open edits that a map or mutation has which may hold what the
/// collector tracks. Those that ended stay here until the next full collection.
static PARTAKERS: Guarded<Vec<Option<Version>>> = Guarded::new(Vec::new());

/// Whether the interpreter is about to end.
static AT_EXIT: AtomicBool = AtomicBool::new(false);

/// Notes that a map or mutation, which tells the collector of this version by [`on_traverse`] or
/// [`lent::traverse`], may hold what the collector tracks.
#[inline]
pub(crate) fn takes_part(py: Python<'_>, version: Version) {
    // If the list is borrowed, which would be a bug, the version is not lent.
    let _ = PARTAKERS.with(py, |partakers| {
        let row = version.row() as usize;
        if row >= partakers.len() {
            partakers.resize(row + 1, None);
        }
        partakers[row] = Some(version);
    });
}

/// Tells the collector what a map holds: what it has lent, and else nothing. Breaks with what the
/// collector's visitor said, if that was not 0.
#[inline]
pub(crate) fn on_traverse(map: &Map, visit: &Visit) -> Result<(), i32> {
    lent::traverse(map.version(), visit)
}

/// For tests: how many rows a full collection goes through to find the maps that take part.
#[pyfunction]
#[pyo3(name = "_partaker_rows")]
pub(crate) fn partaker_rows(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let rows = PARTAKERS.with(py, |partakers| partakers.capacity())?;
    made::number(py, rows as u64)
}

/// Called by CPython at the start and end of each collection: see `gc.callbacks`.
pub(crate) fn on_collection(phase: &Bound<'_, PyAny>, info: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = phase.py();
    if phase.eq("start")? {
        if is_full(info)? {
            lend(py);
        }
    } else if !AT_EXIT.load(Relaxed) {
        lent::take_back(py);
        if is_full(info)? {
            // The next one goes through all rows of versions that there are.
            cell::write(py, |store| store.shrink_version_table())?;
            give_back();
        }
    }
    Ok(())
}

/// Called when the interpreter is about to end: it will collect several times more, but not say
/// so, and from now on what is lent stays lent.
#[pyfunction]
#[pyo3(name = "_at_exit")]
pub(crate) fn at_exit(py: Python<'_>) {
    AT_EXIT.store(true, Relaxed);
    lend(py);
}

/// The young generations are collected without maps: lending costs as much as the maps hold.
fn is_full(info: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(info) = info.cast::<PyDict>() else { return Ok(false) };
    match info.get_item("generation")? {
        Some(generation) => generation.eq(2),
        None => Ok(false),
    }
}

/// Lends what all maps and mutations hold that take part. Families of which none does are left
/// alone.
fn lend(py: Python<'_>) {
    // Where nobody said that the last collection had ended. Before anything else, as destructors
    // that run by it may derive maps of those that take part.
    lent::take_back(py);
    let partakers = PARTAKERS.with(py, |partakers| {
        cell::with(py, |store| {
            for partaker in partakers.iter_mut() {
                let ended = partaker.is_some_and(|version| {
                    store.at(version).is_err() && store.at_open(version).is_err()
                });
                if ended {
                    *partaker = None;
                }
            }
            // What ended at the end of the list is not gone through again.
            let last = partakers.iter().rposition(Option::is_some);
            partakers.truncate(last.map_or(0, |last| last + 1));
            partakers.shrink_to(partakers.len() * 2);
            let is_partaker =
                |version: &Version| partakers.get(version.row() as usize) == Some(&Some(*version));
            if partakers.is_empty() {
                return (Vec::new(), Vec::new());
            }
            let mut families = store.families();
            families.retain(|family| family.iter().any(is_partaker));
            families.into_iter().flatten().partition(is_partaker)
        })
    });
    if let Ok(Ok((partakers, others))) = partakers
        && !partakers.is_empty()
    {
        lent::lend(py, &partakers, &others);
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
