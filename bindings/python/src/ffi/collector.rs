//! What CPython's collector is shown during a full collection (contract 8).
//!
//! The store owns one reference to each key and value, however many maps hold the entry. So that
//! the collector can learn who holds what, a [`CollectorGraph`] is drawn at the start of a full
//! collection: a map or mutation holds what it alone has, and a [`SharedNode`] what several of them
//! share. Every edge of the graph owns a reference.
//!
//! A collection lets other threads run, and runs finalizers, so anything may happen to the store
//! while the graph is shown. The graph learns of a change before it happens: from [`before_write`]
//! and [`before_end`], which `store_cell` calls.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use super::attached::attached;
use super::call::Raw;
use super::collector_graph::CollectorGraph;
use super::fault::Fault;
use super::guarded::Guarded;
use super::instance::{check_contents, contents};
use super::object::Object;
use super::tracking::Visit;

/// Whether there is a graph: the first question of all that follows.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);
static GRAPH: Guarded<Option<CollectorGraph>> = Guarded::new(None);
/// How many graphs there were. A [`SharedNode`] may outlive its graph, and shows nothing then.
static ROUND: Guarded<u64> = Guarded::new(0);

/// Whether a graph is shown.
#[inline(always)]
pub(super) fn is_shown() -> bool {
    IS_SHOWN.load(Relaxed)
}

/// Shows a graph that was just drawn. Without memory for its objects, nothing is shown.
pub(super) fn show(py: Python<'_>, mut graph: CollectorGraph) {
    let Ok(round) = ROUND.with(py, |round| {
        *round += 1;
        *round
    }) else {
        return;
    };
    // Nothing may happen to the store until the graph is shown. Up to 3.11 an allocation can start
    // a collection, unless one is running, which is not certain: any code can call this. SAFETY:
    // attached.
    let was_on = unsafe { ffi::PyGC_Disable() } != 0;
    let is_made = graph.make_nodes(|holder| {
        let node = Bound::new(py, SharedNode { round, holder }).ok()?;
        Some(Object::of(node.into_any()))
    });
    if was_on {
        // SAFETY: as above.
        unsafe { ffi::PyGC_Enable() };
    }
    if is_made && GRAPH.with(py, |place| *place = Some(graph)).is_ok() {
        IS_SHOWN.store(true, Relaxed);
    }
}

/// Ends the graph. What only the graph still held ends with it, and destructors may do anything.
pub(crate) fn end_graph(py: Python<'_>) {
    if IS_SHOWN.swap(false, Relaxed) {
        // Dropped after the borrow.
        drop(GRAPH.with(py, Option::take));
    }
}

/// Called before another version is derived from this one, and before it is written if it is an
/// open edit. If this fails, which would be a bug, that must not be done.
#[inline]
pub(super) fn before_write(py: Python<'_>, version: Version) -> Result<(), Fault> {
    if !IS_SHOWN.load(Relaxed) {
        return Ok(());
    }
    change(py, |graph, _| graph.set_aside(version))
}

/// Called before a version or open edit ends. If this fails, which would be a bug, it must not end.
#[inline]
pub(super) fn before_end(py: Python<'_>, version: Version) -> Result<(), Fault> {
    if !IS_SHOWN.load(Relaxed) {
        return Ok(());
    }
    change(py, |graph, freed| graph.end(version, freed))
}

#[cold]
fn change(
    py: Python<'_>,
    work: impl FnOnce(&mut CollectorGraph, &mut Vec<Object>),
) -> Result<(), Fault> {
    // Dropped after the borrow.
    let mut freed = Vec::new();
    GRAPH.with(py, |graph| {
        if let Some(graph) = graph {
            work(graph, &mut freed);
        }
    })
}

/// Shows the collector what a version or open edit holds: nothing outside of full collections.
#[inline]
pub(crate) fn traverse(version: Version, visit: &Visit) -> Result<(), i32> {
    if !is_shown() {
        return Ok(());
    }
    let visited = GRAPH.with(attached(), |graph| {
        let Some(graph) = graph else { return Ok(()) };
        graph.holder_of(version).map_or(Ok(()), |holder| graph.show(holder, visit))
    });
    visited.unwrap_or(Ok(()))
}

/// A node that several maps share, during one full collection.
#[pyclass(frozen, name = "_SharedNode", module = "hedgerow")]
struct SharedNode {
    round: u64,
    holder: u32,
}

#[pymethods]
impl SharedNode {
    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; `prepare` replaces the slot")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

/// Sets the slot of shared nodes that PyO3 has no form for. Called once, before anybody sees the
/// type.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    let node = Bound::new(py, SharedNode { round: 0, holder: 0 })?;
    check_contents(&node, node.get())?;
    // SAFETY: contract 6.
    unsafe { (*SharedNode::type_object_raw(py)).tp_traverse = Some(traverse_shared_node) };
    Ok(())
}

unsafe extern "C" fn traverse_shared_node(
    object: Raw,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector with a live shared node (contract 6), which owns its type.
    let (visit, node, class) =
        unsafe { (Visit::new(visit, arg), contents::<SharedNode>(object), ffi::Py_TYPE(object)) };
    // SAFETY: as above.
    let visited = unsafe { visit.show(class.cast()) }.and_then(|()| {
        let py = attached();
        if !is_shown() || !ROUND.with(py, |round| *round == node.round).unwrap_or(false) {
            return Ok(());
        }
        let visited = GRAPH.with(py, |graph| {
            graph.as_ref().map_or(Ok(()), |graph| graph.show(node.holder, &visit))
        });
        visited.unwrap_or(Ok(()))
    });
    visited.err().unwrap_or(0)
}
