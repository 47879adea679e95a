//! The graph of a loan: who holds what, as the collector is told (contract 8).
//!
//! *Holders* are the maps and mutations there were when it was drawn, and a *joint* for every part
//! that several of them share. A holder has *edges* to keys and values, and to joints. It *shows*
//! its edges, all of them, until it is taken out; from then on it shows nothing. There are two ways
//! out, and each takes whole parts of the graph along:
//!
//! * [`end`](Loan::end): a version ends. Its holder is taken out, and each joint of which that was
//!   the last holder.
//! * [`pin`](Loan::pin): a version goes on, but from now on another may hold what it holds. Its
//!   holder is taken out, and every joint below it. References that edges owned are kept until the
//!   loan ends: to the collector, all of it is held from outside.
//!
//! Why that is exact stands in DESIGN.md, "The loan".

use std::mem::{ManuallyDrop, take};
use std::ops::Range;
use std::ptr::NonNull;

use hedgerow::host::{HostMemory, Ownership};
use hedgerow::{Error, Version};
use pyo3::ffi;

use super::cell::Maps;
use super::instance::Visit;
use super::object::holds_tracked;
use super::{Key, Object};

/// No holder.
const NONE: u32 = u32::MAX;

/// An edge to a key or value. It owns a reference: one of its own, or the store's.
struct Edge(NonNull<ffi::PyObject>);

// SAFETY: as for `Object`.
unsafe impl Send for Edge {}

impl Edge {
    /// Marks an edge that the store's reference is counted to. Collected objects are aligned to 8.
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
            // SAFETY: the edge owns this reference; contract 1.
            unsafe { ffi::Py_DECREF(self.as_ptr()) };
        }
    }
}

/// A map, mutation or joint.
struct Holder {
    /// Its edges to keys and values. None once it is taken out.
    edges: Range<usize>,
    /// Its edges to joints. None once it is taken out.
    joints: Range<usize>,
    /// Of a joint: holders of it that were not ended.
    holders: u32,
    /// Its version; `None` of a joint.
    version: Option<Version>,
}

impl Holder {
    fn is_empty(&self) -> bool {
        self.edges.is_empty() && self.joints.is_empty()
    }
}

#[derive(Default)]
pub(super) struct Loan {
    /// Joints come first, and each after those that it holds.
    holders: Vec<Holder>,
    edges: Vec<Option<Edge>>,
    joints: Vec<(u32, Option<Object>)>,
    /// By the row of a version, its holder, unless that was taken out.
    holder_of: Vec<u32>,
    /// What was pinned.
    pinned: Vec<Object>,
    /// While it is drawn, objects of the last holder of which it is not known yet whether the
    /// collector may know them, and whether the store's reference is counted to it.
    candidates: Vec<(NonNull<ffi::PyObject>, bool)>,
}

// SAFETY: as for `Object`.
unsafe impl Send for Loan {}

/// Candidates are looked at so many at a time: each costs a cache miss, and they overlap.
const CANDIDATES: usize = 64;

impl Loan {
    /// Draws the graph, but for the objects of the joints.
    pub(super) fn draw(
        store: &Maps,
        versions: &[Version],
        others: &[Version],
    ) -> Result<Self, Error> {
        let mut loan = Loan::default();
        store.ownership(versions, others, |told| match told {
            Ownership::SharedNode(_) => loan.begin(None),
            Ownership::Version(version) => loan.begin(Some(version)),
            Ownership::Entry { key, value, first } => loan.hold_entry(key, value, first),
            Ownership::HoldsShared(joint) => {
                let held = &mut loan.holders[joint as usize];
                if !held.is_empty() {
                    held.holders += 1;
                    loan.joints.push((joint, None));
                    loan.extend_last();
                }
            }
        })?;
        loan.settle();
        let rows = versions.iter().map(|version| version.row() as usize + 1).max().unwrap_or(0);
        loan.holder_of = vec![NONE; rows];
        for (number, holder) in loan.holders.iter().enumerate() {
            if let Some(version) = holder.version {
                loan.holder_of[version.row() as usize] = number as u32;
            }
        }
        Ok(loan)
    }

    fn begin(&mut self, version: Option<Version>) {
        self.settle();
        let (edges, joints) = (self.edges.len(), self.joints.len());
        let (edges, joints) = (edges..edges, joints..joints);
        self.holders.push(Holder { edges, joints, holders: 0, version });
    }

    fn extend_last(&mut self) {
        if let Some(holder) = self.holders.last_mut() {
            holder.edges.end = self.edges.len();
            holder.joints.end = self.joints.len();
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

    /// Makes the objects of the joints, each of its number. Says whether there was memory for them.
    pub(super) fn make_joints(&mut self, mut make: impl FnMut(u32) -> Option<Object>) -> bool {
        let mut made: Vec<Option<Object>> = Vec::new();
        for (number, joint) in (0..).zip(self.holders.iter().take_while(|h| h.version.is_none())) {
            let object = if joint.holders == 0 { None } else { make(number) };
            if object.is_none() && joint.holders != 0 {
                return false;
            }
            made.push(object);
        }
        for (number, object) in &mut self.joints {
            object.clone_from(&made[*number as usize]);
        }
        true
    }

    /// A version ends. What its edges owned goes to `freed`, to be dropped when nothing is
    /// borrowed: the store still has a reference to each, so no destructor runs then.
    pub(super) fn end(&mut self, version: Version, freed: &mut Vec<Object>) {
        let mut ended: Vec<u32> = self.take_holder(version).into_iter().collect();
        while let Some(holder) = ended.pop() {
            let (edges, joints) = self.take_out(holder);
            freed
                .extend(self.edges[edges].iter_mut().filter_map(|edge| edge.take()?.into_object()));
            for (number, object) in &mut self.joints[joints] {
                freed.extend(object.take());
                let joint = &mut self.holders[*number as usize];
                joint.holders -= 1;
                if joint.holders == 0 {
                    ended.push(*number);
                }
            }
        }
    }

    /// A version goes on, and another may hold what it holds.
    pub(super) fn pin(&mut self, version: Version) {
        let mut below: Vec<u32> = self.take_holder(version).into_iter().collect();
        while let Some(holder) = below.pop() {
            let (edges, joints) = self.take_out(holder);
            let edges = self.edges[edges].iter_mut();
            self.pinned.extend(edges.filter_map(|edge| edge.take()?.into_object()));
            for (number, object) in &mut self.joints[joints] {
                self.pinned.extend(object.take());
                below.push(*number);
            }
        }
    }

    /// Takes a holder out: its edges, which it shows no longer. None of one that is out already.
    fn take_out(&mut self, holder: u32) -> (Range<usize>, Range<usize>) {
        let holder = &mut self.holders[holder as usize];
        (take(&mut holder.edges), take(&mut holder.joints))
    }

    fn take_holder(&mut self, version: Version) -> Option<u32> {
        let holder = self.holder_of(version)?;
        self.holder_of[version.row() as usize] = NONE;
        Some(holder)
    }

    pub(super) fn holder_of(&self, version: Version) -> Option<u32> {
        let &holder = self.holder_of.get(version.row() as usize)?;
        let holder = Some(holder).filter(|&holder| holder != NONE)?;
        (self.holders[holder as usize].version == Some(version)).then_some(holder)
    }

    /// Shows the collector what a holder holds.
    pub(super) fn show(&self, holder: u32, visit: &Visit) -> Result<(), i32> {
        let Some(holder) = self.holders.get(holder as usize) else { return Ok(()) };
        for edge in self.edges[holder.edges.clone()].iter().flatten() {
            visit.raw(edge.as_ptr())?;
        }
        for (_, joint) in &self.joints[holder.joints.clone()] {
            if let Some(joint) = joint {
                visit.raw(joint.as_ptr())?;
            }
        }
        Ok(())
    }
}
