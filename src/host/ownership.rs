//! Who holds what: for hosts with a garbage collector of their own, which has to be told every
//! reference that a version holds although the store owns each entry once.
//!
//! The versions form a graph. A node that several parents hold is in it once, as a *shared node*,
//! so the graph is no larger than what the versions reach.

use std::cmp::Reverse;
use std::collections::HashMap;

use bitvec::vec::BitVec;
use foldhash::fast::FixedState;

use crate::arena::{Entry, EntryRef, NodeRef};
use crate::store::error::Error;
use crate::store::{Store, Version};
use crate::trie::Slot;

/// One line of the graph that [`HostMemory::ownership`](super::HostMemory::ownership) writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership<'a, K, V> {
    /// The lines that follow, up to the next holder, are held by this version.
    Version(Version),
    /// The lines that follow, up to the next holder, are held by this shared node. Shared nodes are
    /// numbered from 0 in the order of these lines.
    SharedNode(u32),
    /// The holder holds this entry.
    Entry {
        /// Its key.
        key: &'a K,
        /// Its value.
        value: &'a V,
        /// Whether this holder may count the store's own reference as its own: it is the first that
        /// holds the entry, and none of the `others` does.
        first: bool,
    },
    /// The holder holds this shared node, whose lines came before.
    HoldsShared(u32),
}

impl<K, V, S> Store<K, V, S> {
    /// [`HostMemory::ownership`](super::HostMemory::ownership).
    pub(super) fn write_ownership(
        &self,
        versions: &[Version],
        others: &[Version],
        mut write: impl FnMut(Ownership<'_, K, V>),
    ) -> Result<(), Error> {
        let mut reached = BitVec::repeat(false, self.arena.entries.row_count());
        let mut visited = BitVec::repeat(false, self.arena.words.as_slice().len());
        for root in self.roots_of(others)? {
            self.mark_entries(root, &mut visited, &mut reached);
        }
        self.write_graph(versions, |line| match line {
            Line::Version(version) => write(Ownership::Version(version)),
            Line::SharedNode(number) => write(Ownership::SharedNode(number)),
            Line::HoldsShared(number) => write(Ownership::HoldsShared(number)),
            Line::Entry(entry) => {
                let first = !reached.replace(entry.0 as usize, true);
                let Entry { key, value, .. } = self.arena.entries.get(entry);
                write(Ownership::Entry { key, value, first });
            }
        })
    }

    /// [`HostMemory::count_holders`](super::HostMemory::count_holders).
    pub(super) fn visit_holders(
        &self,
        versions: &[Version],
        mut visit: impl FnMut(&K, &V, u32),
    ) -> Result<(), Error> {
        let mut lines = Vec::new();
        let mut shared_count = 0;
        self.write_graph(versions, |line| {
            shared_count += u32::from(matches!(line, Line::SharedNode(_)));
            lines.push(line);
        })?;
        // Backwards, every holder of a shared node comes before it. What a holder holds comes
        // before the holder's own line, so it waits in `entries` and `nodes` until that line.
        let mut holders = vec![0u32; shared_count as usize];
        let mut counts: Vec<(u32, u32)> = Vec::new();
        let (mut entries, mut nodes) = (Vec::new(), Vec::new());
        for line in lines.into_iter().rev() {
            let count = match line {
                Line::Entry(entry) => {
                    entries.push(entry.0);
                    continue;
                }
                Line::HoldsShared(number) => {
                    nodes.push(number as usize);
                    continue;
                }
                Line::Version(_) => 1,
                Line::SharedNode(number) => holders[number as usize],
            };
            counts.extend(entries.drain(..).map(|entry| (entry, count)));
            // Versions are fewer than 2^28: no sum of holders overflows.
            nodes.drain(..).for_each(|node| holders[node] += count);
        }
        counts.sort_unstable_by_key(|&(entry, _)| entry);
        for same in counts.chunk_by(|a, b| a.0 == b.0) {
            let Entry { key, value, .. } = self.arena.entries.get(EntryRef(same[0].0));
            visit(key, value, same.iter().map(|&(_, count)| count).sum());
        }
        Ok(())
    }

    fn roots_of(&self, versions: &[Version]) -> Result<Vec<NodeRef>, Error> {
        let root = |&version| Ok(self.table.get(self.table.resolve_any(version)?).root);
        versions.iter().map(root).collect()
    }

    /// Marks the entries below a node.
    fn mark_entries(&self, node: NodeRef, visited: &mut BitVec, reached: &mut BitVec) {
        if node.is_none() || visited.replace(node.0 as usize, true) {
            return;
        }
        self.arena.words.for_each_slot(node, |slot| match slot {
            Slot::Entry(entry) => reached.set(entry.0 as usize, true),
            Slot::Child(child) => self.mark_entries(child, visited, reached),
            Slot::Empty => {}
        });
    }

    /// Writes the graph: shared nodes first, the deepest of them first of all, then versions.
    fn write_graph(&self, versions: &[Version], write: impl FnMut(Line)) -> Result<(), Error> {
        let roots = self.roots_of(versions)?;
        let word_count = self.arena.words.as_slice().len();
        let mut survey = Survey {
            store: self,
            visited: BitVec::repeat(false, word_count),
            is_shared: BitVec::repeat(false, word_count),
            shared: Vec::new(),
        };
        for &root in &roots {
            survey.visit(root, 0);
        }
        let Survey { is_shared, mut shared, .. } = survey;
        // A branch is at one level in all the trees it is part of (T7), so the nodes of one level
        // hold none of each other.
        shared.sort_unstable_by_key(|&(node, level)| (Reverse(level), node.0));
        let mut graph = Graph { store: self, is_shared, numbers: HashMap::default(), write };
        for (number, &(node, _)) in (0..).zip(&shared) {
            (graph.write)(Line::SharedNode(number));
            graph.contents(node);
            graph.numbers.insert(node.0, number);
        }
        for (&version, root) in versions.iter().zip(roots) {
            (graph.write)(Line::Version(version));
            graph.node(root);
        }
        Ok(())
    }
}

/// [`Ownership`], with the reference of an entry.
#[derive(Clone, Copy)]
enum Line {
    Version(Version),
    SharedNode(u32),
    Entry(EntryRef),
    HoldsShared(u32),
}

/// Finds the nodes that are reached more than once.
struct Survey<'a, K, V, S> {
    store: &'a Store<K, V, S>,
    visited: BitVec,
    is_shared: BitVec,
    /// With their levels; collision nodes, which hold no node, as the deepest of all.
    shared: Vec<(NodeRef, u32)>,
}

impl<K, V, S> Survey<'_, K, V, S> {
    fn visit(&mut self, node: NodeRef, level: u32) {
        if node.is_none() {
            return;
        }
        // A collision node may stand at several levels, but holds no other node.
        let words = &self.store.arena.words;
        let is_collision = words.head(node).is_collision();
        if self.visited.replace(node.0 as usize, true) {
            if !self.is_shared.replace(node.0 as usize, true) {
                self.shared.push((node, if is_collision { u32::MAX } else { level }));
            }
        } else if !is_collision {
            words.for_each_slot(node, |slot| {
                if let Slot::Child(child) = slot {
                    self.visit(child, level + 1);
                }
            });
        }
    }
}

/// Writes the graph, node by node.
struct Graph<'a, K, V, S, F> {
    store: &'a Store<K, V, S>,
    is_shared: BitVec,
    numbers: HashMap<u32, u32, FixedState>,
    write: F,
}

impl<K, V, S, F: FnMut(Line)> Graph<'_, K, V, S, F> {
    fn node(&mut self, node: NodeRef) {
        if node.is_none() {
            return;
        }
        if self.is_shared[node.0 as usize] {
            (self.write)(Line::HoldsShared(self.numbers[&node.0]));
        } else {
            self.contents(node);
        }
    }

    fn contents(&mut self, node: NodeRef) {
        let words = &self.store.arena.words;
        words.for_each_slot(node, |slot| match slot {
            Slot::Child(child) => self.node(child),
            Slot::Entry(entry) => (self.write)(Line::Entry(entry)),
            Slot::Empty => {}
        });
    }
}
