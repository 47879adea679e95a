//! What maps lend to the collector for the time of a full collection (contract 8).
//!
//! The store owns one reference to each key and value, whatever number of maps hold it. So that
//! the collector may be told who holds what, a loan draws up a graph of Python objects: a map or
//! mutation holds what is its own, and a [`Joint`] what several of them share. Every edge of the
//! graph owns a reference; of those that lead to one entry the first counts for the store's, and
//! the others are lent: taken from the object for the time of the loan.
//!
//! Nothing has to be taken back before its time, whatever happens meanwhile: when a version ends,
//! or an edit is written, its own edges go before that ([`recall`]), and those of the joints that
//! nothing holds any longer. A version made meanwhile has no edges. It shares entries with the one
//! that it is made from, so that one shows nothing any longer, and what its
//! edges lead to is pinned ([`recall_and_pin`]): to the collector all that both hold is then held
//! from outside, which is safe. Compaction moves entries, but no object.

use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::{Error, Holding, Version};
use pyo3::exceptions::PyImportError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use super::cell::{self, Guarded, Maps, attached};
use super::instance::{CONTENTS, Visit, new_map};
use super::object::holds_tracked;
use super::{Key, Object};
use crate::map::Map;
use crate::mutation::MapMutation;

/// Whether there is a loan: to be asked before anything else.
static IS_LENT: AtomicBool = AtomicBool::new(false);
static LOAN: Guarded<Option<Loan>> = Guarded::new(None);
/// Loans so far. A joint that outlives its loan is of another one.
static ROUND: Guarded<u64> = Guarded::new(0);

/// No unit.
const NO_UNIT: u32 = u32::MAX;

/// An edge of the graph: a reference to a key or value, which is lent unless it is the store's.
struct Edge(NonNull<ffi::PyObject>);

// SAFETY: as for `Object`.
unsafe impl Send for Edge {}

impl Edge {
    /// Marks an edge that counts for the store's reference. Collected objects are aligned to 8.
    const STORES: usize = 1;

    fn new(object: NonNull<ffi::PyObject>, first: bool) -> Self {
        if first {
            return Edge(object.map_addr(|address| address | Edge::STORES));
        }
        // SAFETY: a live object of the store; contract 1.
        unsafe { ffi::Py_INCREF(object.as_ptr()) };
        Edge(object)
    }

    fn is_stores(&self) -> bool {
        self.0.addr().get() & Edge::STORES != 0
    }

    fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr().map_addr(|address| address & !Edge::STORES)
    }

    /// The reference, if it is not the store's.
    fn into_object(self) -> Option<Object> {
        let edge = ManuallyDrop::new(self);
        // SAFETY: the edge's own reference, which it does not drop now.
        (!edge.is_stores()).then(|| unsafe { Object::from_raw(edge.0) })
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        if !self.is_stores() {
            // SAFETY: the edge owns this reference, and the store has another (contract 8).
            unsafe { ffi::Py_DECREF(self.as_ptr()) };
        }
    }
}

/// A map, mutation or joint, and its edges.
#[derive(Default)]
struct Unit {
    edges: Range<usize>,
    /// Edges to joints.
    joints: Range<usize>,
    /// Edges that lead here, if it is a joint.
    parents: u32,
    /// The version, if it is not.
    version: Option<Version>,
}

impl Unit {
    fn is_empty(&self) -> bool {
        self.edges.is_empty() && self.joints.is_empty()
    }
}

/// The graph.
#[derive(Default)]
struct Loan {
    /// Joints come first, and each after those that it holds.
    units: Vec<Unit>,
    edges: Vec<Option<Edge>>,
    joints: Vec<(u32, Option<Object>)>,
    /// The unit of a version, by its row.
    unit_of: Vec<u32>,
    /// Versions that are open edits.
    mutations: Vec<Version>,
    /// What versions hold that show nothing any longer, as held from outside.
    pinned: Vec<Object>,
    /// Objects that the unit under way holds, of which it is not known yet whether the collector
    /// may know them, and whether the store's reference is counted to it.
    candidates: Vec<(NonNull<ffi::PyObject>, bool)>,
}

// SAFETY: as for `Object`.
unsafe impl Send for Loan {}

/// Candidates are looked at so many at a time: each costs a cache miss, and they overlap.
const CANDIDATES: usize = 64;

impl Loan {
    /// Draws the graph, but for the objects of the joints.
    fn draw(store: &Maps, versions: &[Version], others: &[Version]) -> Result<Self, Error> {
        let mut loan = Loan::default();
        store.holdings(versions, others, |told| match told {
            Holding::Joint(_) => loan.begin(None),
            Holding::Version(version) => loan.begin(Some(version)),
            Holding::Entry { key, value, first } => loan.hold_entry(key, value, first),
            Holding::HoldsJoint(joint) => {
                let held = &mut loan.units[joint as usize];
                if !held.is_empty() {
                    held.parents += 1;
                    loan.joints.push((joint, None));
                    loan.extend_last();
                }
            }
        })?;
        loan.settle();
        let rows = versions.iter().map(|version| version.slot() as usize + 1).max().unwrap_or(0);
        loan.unit_of = vec![NO_UNIT; rows];
        for (number, unit) in loan.units.iter().enumerate() {
            if let Some(version) = unit.version {
                loan.unit_of[version.slot() as usize] = number as u32;
            }
        }
        loan.mutations = versions.to_vec();
        loan.mutations.retain(|&version| store.at_open(version).is_ok());
        Ok(loan)
    }

    fn begin(&mut self, version: Option<Version>) {
        self.settle();
        let (edges, joints) = (self.edges.len(), self.joints.len());
        let (edges, joints) = (edges..edges, joints..joints);
        self.units.push(Unit { edges, joints, parents: 0, version });
    }

    fn extend_last(&mut self) {
        if let Some(unit) = self.units.last_mut() {
            unit.edges.end = self.edges.len();
            unit.joints.end = self.joints.len();
        }
    }

    #[inline]
    fn hold_entry(&mut self, key: &Key, value: &Object, first: bool) {
        if !key.is_plain() {
            self.hold(key.as_ptr(), first);
        }
        self.hold(value.as_ptr(), first);
    }

    #[inline]
    fn hold(&mut self, object: *mut ffi::PyObject, first: bool) {
        if let Some(object) = NonNull::new(object) {
            self.candidates.push((object, first));
            if self.candidates.len() == CANDIDATES {
                self.settle();
            }
        }
    }

    /// Makes edges of the candidates that the collector may know.
    fn settle(&mut self) {
        let mut classes = [std::ptr::null_mut(); CANDIDATES];
        for (class, (object, _)) in classes.iter_mut().zip(&self.candidates) {
            // SAFETY: a live object of the store (contract 2).
            *class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        }
        for (class, (object, first)) in classes.into_iter().zip(self.candidates.drain(..)) {
            // SAFETY: as above, and its type.
            if unsafe { holds_tracked(object.as_ptr(), class) } {
                self.edges.push(Some(Edge::new(object, first)));
            }
        }
        self.extend_last();
    }

    /// Makes the objects of the joints. Says whether there was memory for them.
    fn make_joints(&mut self, py: Python<'_>, round: u64) -> bool {
        let mut made: Vec<Option<Object>> = Vec::new();
        for (unit, joint) in (0..).zip(self.units.iter().take_while(|u| u.version.is_none())) {
            if joint.parents == 0 {
                made.push(None);
                continue;
            }
            match Bound::new(py, Joint { round, unit }) {
                Ok(object) => made.push(Some(Object::of(object.into_any()))),
                Err(_) => return false,
            }
        }
        for (unit, object) in &mut self.joints {
            object.clone_from(&made[*unit as usize]);
        }
        true
    }

    fn unit_of(&self, version: Version) -> Option<u32> {
        let &unit = self.unit_of.get(version.slot() as usize)?;
        let unit = Some(unit).filter(|&unit| unit != NO_UNIT)?;
        (self.units[unit as usize].version == Some(version)).then_some(unit)
    }

    /// Takes back a version's edges, and those of the joints that only it held. If the version, or
    /// one made from it, goes on to hold what it did, that is pinned, but for what is the store's.
    fn recall(&mut self, version: Version, goes_on: bool) {
        let Some(unit) = self.unit_of(version) else { return };
        self.unit_of[version.slot() as usize] = NO_UNIT;
        let mut ended = vec![unit];
        while let Some(unit) = ended.pop() {
            let Unit { edges, joints, .. } = std::mem::take(&mut self.units[unit as usize]);
            for edge in &mut self.edges[edges] {
                match edge.take() {
                    Some(edge) if goes_on => self.pinned.extend(edge.into_object()),
                    // Runs no destructor: the store has a reference to what this one leads to.
                    edge => drop(edge),
                }
            }
            for (joint, object) in &mut self.joints[joints] {
                let object = object.take();
                let joint_unit = &mut self.units[*joint as usize];
                joint_unit.parents -= 1;
                if joint_unit.parents == 0 {
                    ended.push(*joint);
                } else if goes_on {
                    self.pinned.extend(object);
                }
            }
        }
    }

    fn traverse(&self, unit: u32, visit: &Visit) -> Result<(), i32> {
        let Some(unit) = self.units.get(unit as usize) else { return Ok(()) };
        for edge in self.edges[unit.edges.clone()].iter().flatten() {
            visit.raw(edge.as_ptr())?;
        }
        for (_, joint) in &self.joints[unit.joints.clone()] {
            if let Some(joint) = joint {
                visit.raw(joint.as_ptr())?;
            }
        }
        Ok(())
    }
}

/// Lends what these versions and open edits hold; entries that one of the others holds, too, keep
/// the store's reference for that. Without memory for it, or while the store is borrowed, nothing
/// is lent.
pub(crate) fn lend(py: Python<'_>, versions: &[Version], others: &[Version]) {
    take_back(py);
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
    let is_made = loan.make_joints(py, round);
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
pub(crate) fn is_lent() -> bool {
    IS_LENT.load(Relaxed)
}

/// Takes back all that is lent.
pub(crate) fn take_back(py: Python<'_>) {
    if IS_LENT.swap(false, Relaxed) {
        // Dropped after the borrow.
        drop(LOAN.with(py, Option::take));
    }
}

/// Takes back what a version or open edit lent, before it ends.
#[cold]
pub(crate) fn recall(py: Python<'_>, version: Version) {
    recall_one(py, version, false);
}

/// Takes back what a version or open edit lent, before it is written or another is made from it.
#[cold]
pub(crate) fn recall_and_pin(py: Python<'_>, version: Version) {
    recall_one(py, version, true);
}

fn recall_one(py: Python<'_>, version: Version, goes_on: bool) {
    let _ = LOAN.with(py, |loan| {
        if let Some(loan) = loan {
            loan.recall(version, goes_on);
        }
    });
}

/// Takes back what all open edits lent.
#[cold]
pub(crate) fn recall_mutations(py: Python<'_>) {
    let _ = LOAN.with(py, |loan| {
        if let Some(loan) = loan {
            for mutation in std::mem::take(&mut loan.mutations) {
                loan.recall(mutation, true);
            }
        }
    });
}

/// Shows the collector what a version or open edit lent.
#[inline]
pub(crate) fn traverse(version: Version, visit: &Visit) -> Result<(), i32> {
    if !is_lent() {
        return Ok(());
    }
    let visited = LOAN.with(attached(), |loan| {
        let Some(loan) = loan else { return Ok(()) };
        loan.unit_of(version).map_or(Ok(()), |unit| loan.traverse(unit, visit))
    });
    visited.unwrap_or(Ok(()))
}

/// What several maps share, for the time of one full collection.
#[pyclass(frozen, name = "_Joint", module = "hedgerow")]
struct Joint {
    round: u64,
    unit: u32,
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
    let joint = Bound::new(py, Joint { round: 0, unit: 0 })?;
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
        let visited = LOAN.with(py, |loan| {
            loan.as_ref().map_or(Ok(()), |loan| loan.traverse(joint.unit, &visit))
        });
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
