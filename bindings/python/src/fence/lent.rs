//! What maps lend to the collector for the time of a full collection (contract 8).
//!
//! The store owns one reference to each key and value, whatever number of maps hold it. So that
//! the collector may be told who holds what, a [`Loan`] draws up a graph of Python objects: a map
//! or mutation holds what is its own, and a [`Joint`] what several of them share. Every edge of the
//! graph owns a reference; of those that lead to one entry the first counts for the store's, and
//! the others are lent: taken from the object for the time of the loan.
//!
//! A collection lets go of the interpreter lock, and runs finalizers: anything may happen to the
//! store while the loan lasts. What would make the graph untrue is told it before it happens, by
//! [`before_write`] and [`before_end`]. The store can only be written through
//! [`cell`](super::cell), which sees to it.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::exceptions::PyImportError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use super::Object;
use super::cell::{self, Guarded, attached};
use super::instance::{CONTENTS, Visit, new_map};
use super::loan::Loan;
use crate::fault::Fault;
use crate::map::Map;
use crate::mutation::MapMutation;

/// Whether there is a loan: to be asked before anything else.
static IS_LENT: AtomicBool = AtomicBool::new(false);
static LOAN: Guarded<Option<Loan>> = Guarded::new(None);
/// Loans so far. A joint that outlives its loan is of another one.
static ROUND: Guarded<u64> = Guarded::new(0);

/// Lends what these versions and open edits hold; entries that one of the others holds, too, keep
/// the store's reference for that. Without memory for it, while the store is borrowed, or while
/// something is lent, nothing is. No code may run between the choice of the versions and this.
pub(crate) fn lend(py: Python<'_>, versions: &[Version], others: &[Version]) {
    if is_lent() {
        return;
    }
    let drawn = cell::with(py, |store| Loan::draw(store, versions, others));
    let Ok(Ok(mut loan)) = drawn else { return };
    let Ok(round) = ROUND.with(py, |round| {
        *round += 1;
        *round
    }) else {
        return;
    };
    // Nothing may happen to the store until all is lent, and up to 3.11 an allocation can start a
    // collection (unless this is called by one, which is not certain: anybody can call us).
    // SAFETY: attached.
    let was_on = unsafe { ffi::PyGC_Disable() } != 0;
    let is_made = loan.make_joints(|holder| {
        let joint = Bound::new(py, Joint { round, holder }).ok()?;
        Some(Object::of(joint.into_any()))
    });
    if was_on {
        // SAFETY: as above.
        unsafe { ffi::PyGC_Enable() };
    }
    if is_made && LOAN.with(py, |place| *place = Some(loan)).is_ok() {
        IS_LENT.store(true, Relaxed);
    }
}

/// Whether anything is lent.
#[inline]
fn is_lent() -> bool {
    IS_LENT.load(Relaxed)
}

/// Takes back all that is lent. What only the loan still held ends, and destructors may do
/// anything.
pub(crate) fn take_back(py: Python<'_>) {
    if IS_LENT.swap(false, Relaxed) {
        // Dropped after the borrow.
        drop(LOAN.with(py, Option::take));
    }
}

/// Called before anything that makes another version of this one, or writes to it if it is an open
/// edit. Where it fails, which would be a bug, that must not be done.
#[inline]
pub(super) fn before_write(py: Python<'_>, version: Version) -> Result<(), Fault> {
    if is_lent() { change(py, |loan, _| loan.pin(version)) } else { Ok(()) }
}

/// Called before a version or open edit ends. Where it fails, which would be a bug, it must not
/// end.
#[inline]
pub(super) fn before_end(py: Python<'_>, version: Version) -> Result<(), Fault> {
    if is_lent() { change(py, |loan, freed| loan.end(version, freed)) } else { Ok(()) }
}

#[cold]
fn change(py: Python<'_>, work: impl FnOnce(&mut Loan, &mut Vec<Object>)) -> Result<(), Fault> {
    // Dropped after the borrow.
    let mut freed = Vec::new();
    LOAN.with(py, |loan| {
        if let Some(loan) = loan {
            work(loan, &mut freed);
        }
    })
}

/// Shows the collector what a version or open edit lent.
#[inline]
pub(crate) fn traverse(version: Version, visit: &Visit) -> Result<(), i32> {
    if !is_lent() {
        return Ok(());
    }
    let visited = LOAN.with(attached(), |loan| {
        let Some(loan) = loan else { return Ok(()) };
        loan.holder_of(version).map_or(Ok(()), |holder| loan.show(holder, visit))
    });
    visited.unwrap_or(Ok(()))
}

/// What several maps share, for the time of one full collection.
#[pyclass(frozen, name = "_Joint", module = "hedgerow")]
struct Joint {
    round: u64,
    holder: u32,
}

#[pymethods]
impl Joint {
    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; the slot is written over")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

/// What PyO3 made of the `__traverse__` of mutations.
static MUTATION_TRAVERSE: Guarded<Option<ffi::traverseproc>> = Guarded::new(None);

/// Writes the slots of joints and mutations that PyO3 has no form for. Called once, before anybody
/// sees the types.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    let joint = Bound::new(py, Joint { round: 0, holder: 0 })?;
    let mutation = MapMutation::of(&new_map(py, None, Map::empty(py)?)?)?;
    let joint_contents = std::ptr::from_ref(joint.get()).addr() - joint.as_ptr().addr();
    let mutation_contents = std::ptr::from_ref(mutation.get()).addr() - mutation.as_ptr().addr();
    if joint_contents != CONTENTS || mutation_contents != CONTENTS {
        return Err(PyImportError::new_err("hedgerow: PyO3 lays its instances out in a new way"));
    }
    // SAFETY: contract 6.
    unsafe {
        (*Joint::type_object_raw(py)).tp_traverse = Some(traverse_joint);
        let class = MapMutation::type_object_raw(py);
        MUTATION_TRAVERSE.with(py, |original| *original = (*class).tp_traverse)?;
        (*class).tp_traverse = Some(traverse_mutation);
    }
    Ok(())
}

fn status(visited: Result<(), i32>) -> c_int {
    visited.err().unwrap_or(0)
}

unsafe extern "C" fn traverse_joint(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    let visit = Visit { visit, arg };
    // SAFETY: called by the collector with a live joint (contract 6), which owns its type.
    let (class, joint) =
        unsafe { (ffi::Py_TYPE(object), &*object.byte_add(CONTENTS).cast::<Joint>()) };
    status(visit.raw(class.cast()).and_then(|()| {
        let py = attached();
        if !is_lent() || !ROUND.with(py, |round| *round == joint.round).unwrap_or(false) {
            return Ok(());
        }
        let visited = LOAN
            .with(py, |loan| loan.as_ref().map_or(Ok(()), |loan| loan.show(joint.holder, &visit)));
        visited.unwrap_or(Ok(()))
    }))
}

unsafe extern "C" fn traverse_mutation(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    let py = attached();
    if let Ok(Some(original)) = MUTATION_TRAVERSE.with(py, |original| *original) {
        // SAFETY: called by the collector; the very arguments are given on.
        let stop = unsafe { original(object, visit, arg) };
        if stop != 0 {
            return stop;
        }
    }
    // SAFETY: a live mutation (contract 6).
    let mutation = unsafe { &*object.byte_add(CONTENTS).cast::<MapMutation>() };
    match mutation.version(py) {
        Ok(version) => status(traverse(version, &Visit { visit, arg })),
        Err(_) => 0,
    }
}
