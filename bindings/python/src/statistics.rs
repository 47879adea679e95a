//! What the store holds, its compaction, and hooks for tests.

use hedgerow::host::HostMemory;
use hedgerow::{Limits, Version};
use pyo3::exceptions::{PyImportError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::fault::Fault;
use crate::fence::memory::give_back;
use crate::fence::{cell, made};

/// What an entry takes in the store: its hash, and references to key and value.
const BYTES_PER_ENTRY: usize = 24;

/// What the store of this interpreter holds: words are 4 bytes.
#[pyfunction]
pub(crate) fn stats(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let stats = cell::with(py, |store| store.stats())?;
    let dict = made::dict(py)?;
    made::set_number(&dict, c"live_versions", stats.live_versions as u64)?;
    made::set_number(&dict, c"dead_versions", stats.dead_versions as u64)?;
    made::set_number(&dict, c"live_words", stats.live_words as u64)?;
    made::set_number(&dict, c"free_words", stats.free_words as u64)?;
    made::set_number(&dict, c"live_entries", stats.live_entries as u64)?;
    made::set_number(&dict, c"free_entries", stats.free_entries as u64)?;
    let rows = cell::with(py, |store| store.version_rows())?;
    made::set_number(&dict, c"version_rows", rows as u64)?;
    made::set_number(&dict, c"heap_bytes", stats.heap_bytes as u64)?;
    made::set_number(&dict, c"compactions", stats.compactions)?;
    Ok(dict)
}

/// Moves everything that is live together, newest map first, which gives memory back and makes
/// iteration faster. Costs as much as all maps hold.
#[pyfunction]
pub(crate) fn compact(py: Python<'_>) -> PyResult<()> {
    cell::write(py, |store| {
        store.compact();
    })?;
    give_back();
    Ok(())
}

/// For tests: what the store may grow to. Without a number, what its handles can address.
pub(crate) fn set_limits(
    py: Python<'_>,
    words: Option<usize>,
    entries: Option<usize>,
) -> PyResult<()> {
    cell::write(py, |store| {
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
    let checked = cell::with(py, |store| store.check())?;
    checked.map_err(|corruption| made::error::<PyRuntimeError>(py, &corruption.to_string()))
}

/// `Map.stats()`.
pub(crate) fn of_version(py: Python<'_>, version: Version) -> PyResult<Bound<'_, PyDict>> {
    let shape = cell::with(py, |store| store.at(version).map(|view| view.shape()))?
        .map_err(Fault::Store)?;
    let own = shape.nodes().iter().filter(|node| node.words > 0);
    let dict = made::dict(py)?;
    made::set_number(&dict, c"entries", shape.entry_count() as u64)?;
    made::set_number(&dict, c"nodes", own.clone().count() as u64)?;
    made::set_number(&dict, c"words", own.clone().map(|node| node.words).sum::<usize>() as u64)?;
    made::set_number(&dict, c"depth", own.map(|node| node.depth + 1).max().unwrap_or(0) as u64)?;
    Ok(dict)
}

/// The bytes of an object of this class and of what it stands for in the store, as if nothing of
/// that were shared.
pub(crate) fn size_in_full(
    py: Python<'_>,
    class: &Bound<'_, PyAny>,
    of: Version,
) -> PyResult<usize> {
    let shape = cell::with(py, |store| store.at(of).map(|view| view.shape()))?;
    let shape = shape.map_err(Fault::Store)?;
    let words: usize = shape.nodes().iter().map(|node| node.words).sum();
    let object: usize = made::attribute(class, c"__basicsize__")?.extract()?;
    Ok(object + words * size_of::<u32>() + shape.entry_count() * BYTES_PER_ENTRY)
}

/// A build of CPython without the interpreter lock turns it on for this module, unless it was told
/// not to.
pub(crate) fn refuse_without_lock(py: Python<'_>) -> PyResult<()> {
    let told_not_to = match py.import("sys")?.getattr("flags")?.getattr_opt("gil")? {
        Some(gil) => gil.eq(0)?,
        None => false,
    };
    if told_not_to {
        return Err(PyImportError::new_err(
            "hedgerow needs the interpreter lock: run Python without -X gil=0 and PYTHON_GIL=0",
        ));
    }
    Ok(())
}
