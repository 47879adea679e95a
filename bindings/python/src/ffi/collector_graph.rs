//! The graph of who holds what, as the collector is shown it (contract 8).
//!
//! *Holders* are the maps and mutations there were when it was drawn, and every *shared node*: a
//! node of the trie that several of them have. A holder has *edges* to keys and values, and to
//! shared nodes. It shows all its edges until it is taken out, and nothing from then on. There are
//! two ways out, and each takes whole parts of the graph along:
//!
//! * [`end`](CollectorGraph::end): a version ends. Its holder is taken out, and each shared node of
//!   which that was the last holder.
//! * [`set_aside`](CollectorGraph::set_aside): a version goes on, but another may come to hold what
//!   it holds. Its holder is taken out, and every shared node below it. The references that their
//!   edges owned are kept as long as the graph: to the collector, all of that is held from outside.
//!
//! DESIGN.md beside this crate proves that this is exact: its G1, G2, L1 and L2.

use std::mem::{ManuallyDrop, take};
use std::ops::Range;
use std::ptr::NonNull;

use hedgerow::host::{HostMemory, Ownership};
use hedgerow::{Error, Store, Version};
use pyo3::ffi;

use super::empty_version::row_of;
use super::key::Key;
use super::object::Object;
use super::tracking::{Visit, may_be_tracked_raw};

/// No holder.
const NONE: u32 = u32::MAX;

/// An edge to a key or value. It owns a reference: the store's, or one taken for it.
struct Edge(NonNull<ffi::PyObject>);

// SAFETY: as for `Object`.
unsafe impl Send for Edge {}

impl Edge {
    /// Marks an edge that owns the store's reference. Objects that are tracked are aligned to 8.
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

/// A map, a mutation or a shared node.
struct Holder {
    /// Its edges to keys and values. None once it is taken out.
    edges: Range<usize>,
    /// Its edges to shared nodes. None once it is taken out.
    node_edges: Range<usize>,
    /// For a shared node: how many of its holders have not ended.
    holders: u32,
    /// Its version; `None` for a shared node.
    version: Option<Version>,
}

impl Holder {
    fn is_empty(&self) -> bool {
        self.edges.is_empty() && self.node_edges.is_empty()
    }
}

#[derive(Default)]
pub(super) struct CollectorGraph {
    /// Shared nodes come first, each after those that it holds.
    holders: Vec<Holder>,
    edges: Vec<Option<Edge>>,
    /// The number of a shared node, and a reference to the object that stands for it.
    node_edges: Vec<(u32, Option<Object>)>,
    /// The holder of the version in each row, unless it was taken out.
    holder_of: Vec<u32>,
    /// References that edges of holders that were set aside owned.
    set_aside: Vec<Object>,
    /// While the graph is drawn: objects of the last holder that may become edges, each with
    /// whether the edge owns the store's reference.
    candidates: Vec<(NonNull<ffi::PyObject>, bool)>,
}

// SAFETY: as for `Object`.
unsafe impl Send for CollectorGraph {}

/// How many candidates are looked at together: each costs a cache miss, and these overlap.
const CANDIDATES: usize = 64;

impl CollectorGraph {
    /// Draws the graph, without the objects that stand for shared nodes.
    pub(super) fn draw<S>(
        store: &Store<Key, Object, S>,
        versions: &[Version],
        others: &[Version],
    ) -> Result<Self, Error> {
        let mut graph = CollectorGraph::default();
        store.ownership(versions, others, |ownership| match ownership {
            Ownership::SharedNode(_) => graph.begin(None),
            Ownership::Version(version) => graph.begin(Some(version)),
            Ownership::Entry { key, value, first } => graph.hold_entry(key, value, first),
            Ownership::HoldsShared(node) => {
                let held = &mut graph.holders[node as usize];
                if !held.is_empty() {
                    held.holders += 1;
                    graph.node_edges.push((node, None));
                    graph.extend_last();
                }
            }
        })?;
        graph.settle();
        let rows = versions.iter().map(|version| row_of(*version) + 1).max().unwrap_or(0);
        graph.holder_of = vec![NONE; rows];
        for (number, holder) in graph.holders.iter().enumerate() {
            if let Some(version) = holder.version {
                graph.holder_of[row_of(version)] = number as u32;
            }
        }
        Ok(graph)
    }

    fn begin(&mut self, version: Option<Version>) {
        self.settle();
        let (edges, node_edges) = (self.edges.len(), self.node_edges.len());
        let (edges, node_edges) = (edges..edges, node_edges..node_edges);
        self.holders.push(Holder { edges, node_edges, holders: 0, version });
    }

    fn extend_last(&mut self) {
        if let Some(holder) = self.holders.last_mut() {
            holder.edges.end = self.edges.len();
            holder.node_edges.end = self.node_edges.len();
        }
    }

    #[inline]
    fn hold_entry(&mut self, key: &Key, value: &Object, first: bool) {
        if !key.is_exact() {
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

    /// Makes edges of the candidates that the collector may have to know of.
    fn settle(&mut self) {
        let mut classes = [std::ptr::null_mut(); CANDIDATES];
        for (class, (object, _)) in classes.iter_mut().zip(&self.candidates) {
            // SAFETY: a live object of the store (contract 2).
            *class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        }
        for (class, (object, first)) in classes.into_iter().zip(self.candidates.drain(..)) {
            // SAFETY: as above, and its type.
            if unsafe { may_be_tracked_raw(object.as_ptr(), class) } {
                self.edges.push(Some(Edge::new(object, first)));
            }
        }
        self.extend_last();
    }

    /// Makes the objects that stand for shared nodes, each by its number. Returns whether there was
    /// memory for all.
    pub(super) fn make_nodes(&mut self, mut make: impl FnMut(u32) -> Option<Object>) -> bool {
        let mut objects: Vec<Option<Object>> = Vec::new();
        for (number, node) in (0..).zip(self.holders.iter().take_while(|h| h.version.is_none())) {
            let object = if node.holders == 0 { None } else { make(number) };
            if object.is_none() && node.holders != 0 {
                return false;
            }
            objects.push(object);
        }
        for (number, object) in &mut self.node_edges {
            object.clone_from(&objects[*number as usize]);
        }
        true
    }

    /// A version ends. The references that its edges owned go to `freed`, to be dropped when
    /// nothing is borrowed. The store still has a reference to each key and value (L1), so no
    /// destructor of one runs then.
    pub(super) fn end(&mut self, version: Version, freed: &mut Vec<Object>) {
        let mut ended: Vec<u32> = self.take_holder(version).into_iter().collect();
        while let Some(holder) = ended.pop() {
            let (edges, node_edges) = self.take_out(holder);
            freed
                .extend(self.edges[edges].iter_mut().filter_map(|edge| edge.take()?.into_object()));
            for (number, object) in &mut self.node_edges[node_edges] {
                freed.extend(object.take());
                let node = &mut self.holders[*number as usize];
                node.holders -= 1;
                if node.holders == 0 {
                    ended.push(*number);
                }
            }
        }
    }

    /// A version goes on, and another may come to hold what it holds.
    pub(super) fn set_aside(&mut self, version: Version) {
        let mut below: Vec<u32> = self.take_holder(version).into_iter().collect();
        while let Some(holder) = below.pop() {
            let (edges, node_edges) = self.take_out(holder);
            let edges = self.edges[edges].iter_mut();
            self.set_aside.extend(edges.filter_map(|edge| edge.take()?.into_object()));
            for (number, object) in &mut self.node_edges[node_edges] {
                self.set_aside.extend(object.take());
                below.push(*number);
            }
        }
    }

    /// Takes a holder out, and returns its edges: none if it is out already.
    fn take_out(&mut self, holder: u32) -> (Range<usize>, Range<usize>) {
        let holder = &mut self.holders[holder as usize];
        (take(&mut holder.edges), take(&mut holder.node_edges))
    }

    fn take_holder(&mut self, version: Version) -> Option<u32> {
        let holder = self.holder_of(version)?;
        self.holder_of[row_of(version)] = NONE;
        Some(holder)
    }

    /// The holder of a version, unless it was taken out.
    pub(super) fn holder_of(&self, version: Version) -> Option<u32> {
        let &holder = self.holder_of.get(row_of(version))?;
        let holder = Some(holder).filter(|&holder| holder != NONE)?;
        (self.holders[holder as usize].version == Some(version)).then_some(holder)
    }

    /// Shows the collector the edges of a holder.
    pub(super) fn show(&self, holder: u32, visit: &Visit) -> Result<(), i32> {
        let Some(holder) = self.holders.get(holder as usize) else { return Ok(()) };
        for edge in self.edges[holder.edges.clone()].iter().flatten() {
            // SAFETY: the edge owns a reference to it.
            unsafe { visit.show(edge.as_ptr())? };
        }
        for (_, node) in &self.node_edges[holder.node_edges.clone()] {
            if let Some(node) = node {
                // SAFETY: as above.
                unsafe { visit.show(node.as_ptr())? };
            }
        }
        Ok(())
    }
}
