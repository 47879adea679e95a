//! Statistics of the store and of maps, compaction, and functions for tests.

use hedgerow::host::HostMemory;
use hedgerow::{Limits, Version};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::ffi::allocator::give_back;
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::store_cell;
use crate::map::Collection;

/// The bytes of an entry in the store: its hash, and references to key and value.
const BYTES_PER_ENTRY: usize = 24;

/// What the store of this interpreter holds: words are 4 bytes.
#[pyfunction]
pub(crate) fn stats(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let stats = store_cell::read(py, |store| store.stats())?;
    let dict = construct::dict(py)?;
    construct::set_number(&dict, c"live_versions", stats.live_versions as u64)?;
    construct::set_number(&dict, c"dead_versions", stats.dead_versions as u64)?;
    construct::set_number(&dict, c"live_words", stats.live_words as u64)?;
    construct::set_number(&dict, c"free_words", stats.free_words as u64)?;
    construct::set_number(&dict, c"live_entries", stats.live_entries as u64)?;
    construct::set_number(&dict, c"free_entries", stats.free_entries as u64)?;
    let rows = store_cell::read(py, |store| store.version_rows())?;
    construct::set_number(&dict, c"version_rows", rows as u64)?;
    construct::set_number(&dict, c"heap_bytes", stats.heap_bytes as u64)?;
    construct::set_number(&dict, c"compactions", stats.compactions)?;
    Ok(dict)
}

/// Moves everything that is live together, newest map first, which gives memory back and makes
/// iteration faster. Costs as much as all maps hold.
#[pyfunction]
pub(crate) fn compact(py: Python<'_>) -> PyResult<()> {
    store_cell::write(py, |store| {
        store.compact();
    })?;
    give_back();
    Ok(())
}

/// For tests: limits how large the store may grow; by default to what its handles can address.
pub(crate) fn set_limits(
    py: Python<'_>,
    words: Option<usize>,
    entries: Option<usize>,
) -> PyResult<()> {
    store_cell::write(py, |store| {
        let limits = store.limits();
        store.set_limits(Limits {
            words: words.unwrap_or(u32::MAX as usize),
            entries: entries.unwrap_or(u32::MAX as usize),
            ..limits
        });
    })?;
    Ok(())
}

/// For tests: walks everything and tests every invariant of the store.
#[pyfunction]
#[pyo3(name = "_check")]
pub(crate) fn check(py: Python<'_>) -> PyResult<()> {
    let checked = store_cell::read(py, |store| store.check())?;
    checked.map_err(|corruption| construct::error::<PyRuntimeError>(py, &corruption.to_string()))
}

/// `Map.stats()`.
pub(crate) fn of_version(py: Python<'_>, version: Version) -> PyResult<Bound<'_, PyDict>> {
    let shape = store_cell::read(py, |store| store.at(version).map(|view| view.shape()))?
        .map_err(Fault::Store)?;
    let own = shape.nodes().iter().filter(|node| node.words > 0);
    let dict = construct::dict(py)?;
    construct::set_number(&dict, c"entries", shape.entry_count() as u64)?;
    construct::set_number(&dict, c"nodes", own.clone().count() as u64)?;
    construct::set_number(
        &dict,
        c"words",
        own.clone().map(|node| node.words).sum::<usize>() as u64,
    )?;
    construct::set_number(
        &dict,
        c"depth",
        own.map(|node| node.depth + 1).max().unwrap_or(0) as u64,
    )?;
    Ok(dict)
}

/// The bytes of a map or set and of its version, as if nothing of that were shared.
pub(crate) fn size_in_full<'py, T: Collection>(map: &Bound<'py, T>) -> PyResult<Bound<'py, PyAny>> {
    let (py, version) = (map.py(), map.get().as_map().version());
    let shape = store_cell::read(py, |store| store.at(version).map(|view| view.shape()))?;
    let shape = shape.map_err(Fault::Store)?;
    let words: usize = shape.nodes().iter().map(|node| node.words).sum();
    let object: usize =
        construct::attribute(&map.as_any().get_type(), c"__basicsize__")?.extract()?;
    let size = object + words * size_of::<u32>() + shape.entry_count() * BYTES_PER_ENTRY;
    construct::number(py, size as u64)
}
