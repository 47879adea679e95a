//! What versions hold, as a graph that says what they share once: for hosts whose collector wants
//! every reference told, although the store owns each entry once.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::arena::NodeRef;
use crate::error::Error;

use super::{Store, Version};

/// One line of what [`Store::holdings`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding<'a, K, V> {
    /// What follows, up to the next holder, is held by this version.
    Version(Version),
    /// What follows, up to the next holder, is held by this joint: a part that several of the
    /// versions share. Joints are numbered from 0 in the order in which they are told.
    Joint(u32),
    /// The holder holds this entry.
    Entry {
        /// Its key.
        key: &'a K,
        /// Its value.
        value: &'a V,
        /// Whether this is the first holder of the entry, where no other version has it: the one
        /// to which the store's own reference may be counted.
        first: bool,
    },
    /// The holder holds this joint, which was told before.
    HoldsJoint(u32),
}

impl<K, V, S> Store<K, V, S> {
    /// Tells what versions, or open edits, hold. Nodes that have several parents become joints,
    /// so that nothing is told twice: this costs O(nodes and entries that are reached), however
    /// many versions there are, and takes three bits for every word of the store's memory.
    ///
    /// Of an entry that one of the `others` reaches, no holder is the first. A version given twice
    /// holds everything twice.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`]; then nothing was told.
    ///
    /// ```
    /// use hedgerow::Holding;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), "old", 1)?;
    /// let b = store.insert(a, "new", 2)?;
    /// let mut first = Vec::new();
    /// store.holdings(&[a, b], &[], |told| match told {
    ///     Holding::Entry { key, first: true, .. } => first.push(*key),
    ///     _ => {}
    /// })?;
    /// first.sort();
    /// assert_eq!(first, ["new", "old"]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn holdings(
        &self,
        versions: &[Version],
        others: &[Version],
        tell: impl FnMut(Holding<'_, K, V>),
    ) -> Result<(), Error> {
        let roots = self.roots_of(versions)?;
        let mut taken = Bits::new(self.arena.entries.row_count());
        let mut passed = Bits::new(self.arena.words.as_slice().len());
        for root in self.roots_of(others)? {
            self.take(root, &mut passed, &mut taken);
        }
        let mut survey = Survey {
            store: self,
            seen: Bits::new(self.arena.words.as_slice().len()),
            shared: Bits::new(self.arena.words.as_slice().len()),
            joints: Vec::new(),
        };
        for &root in &roots {
            survey.pass(root, 0);
        }
        let Survey { shared, mut joints, .. } = survey;
        // The deepest first: what a joint holds is told before it. Those of one level hold none
        // of each other, as a branch stands at one level in all the trees it is part of.
        joints.sort_unstable_by_key(|&(node, level)| (std::cmp::Reverse(level), node.0));
        let mut told = Telling { store: self, shared, numbers: HashMap::default(), taken, tell };
        for (number, &(joint, _)) in joints.iter().enumerate() {
            (told.tell)(Holding::Joint(number as u32));
            told.contents(joint);
            told.numbers.insert(joint.0, number as u32);
        }
        for (&version, root) in versions.iter().zip(roots) {
            (told.tell)(Holding::Version(version));
            told.node(root);
        }
        Ok(())
    }

    fn roots_of(&self, versions: &[Version]) -> Result<Vec<NodeRef>, Error> {
        let root = |&version| Ok(self.table.get(self.table.resolve_any(version)?).root);
        versions.iter().map(root).collect()
    }

    /// Marks the entries below a node.
    fn take(&self, node: NodeRef, passed: &mut Bits, taken: &mut Bits) {
        if node.is_none() || passed.set(node.0) {
            return;
        }
        self.children(node, |child| match child {
            Child::Entry(entry) => _ = taken.set(entry),
            Child::Node(node) => self.take(node, passed, taken),
        });
    }

    /// What a node holds, in iteration order.
    #[inline]
    pub(super) fn children(&self, node: NodeRef, mut visit: impl FnMut(Child)) {
        let words = &self.arena.words;
        let head = words.head(node);
        if head.is_collision() {
            let colliding = words.collision_entries(node);
            return colliding.iter().for_each(|&entry| visit(Child::Entry(entry)));
        }
        let mut bits = head.slot_map;
        for &word in words.slots(node, head) {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let is_entry = head.data_map & bit != 0;
            visit(if is_entry { Child::Entry(word) } else { Child::Node(NodeRef(word)) });
        }
    }
}

/// What stands under a node: the row of an entry, or another node.
pub(super) enum Child {
    Entry(u32),
    Node(NodeRef),
}

/// The first walk: finds the nodes that have several parents.
struct Survey<'a, K, V, S> {
    store: &'a Store<K, V, S>,
    seen: Bits,
    shared: Bits,
    joints: Vec<(NodeRef, u32)>,
}

impl<K, V, S> Survey<'_, K, V, S> {
    fn pass(&mut self, node: NodeRef, level: u32) {
        if node.is_none() {
            return;
        }
        // A collision node may stand at several levels, but holds no other node.
        let is_collision = self.store.arena.words.head(node).is_collision();
        if self.seen.set(node.0) {
            if !self.shared.set(node.0) {
                self.joints.push((node, if is_collision { u32::MAX } else { level }));
            }
        } else if !is_collision {
            self.store.children(node, |child| {
                if let Child::Node(node) = child {
                    self.pass(node, level + 1);
                }
            });
        }
    }
}

/// The second walk.
struct Telling<'a, K, V, S, F> {
    store: &'a Store<K, V, S>,
    shared: Bits,
    numbers: HashMap<u32, u32, FixedState>,
    taken: Bits,
    tell: F,
}

impl<K, V, S, F: FnMut(Holding<'_, K, V>)> Telling<'_, K, V, S, F> {
    fn node(&mut self, node: NodeRef) {
        if node.is_none() {
            return;
        }
        if self.shared.get(node.0) {
            (self.tell)(Holding::HoldsJoint(self.numbers[&node.0]));
        } else {
            self.contents(node);
        }
    }

    fn contents(&mut self, node: NodeRef) {
        let store = self.store;
        store.children(node, |child| match child {
            Child::Node(node) => self.node(node),
            Child::Entry(row) => {
                let first = !self.taken.set(row);
                let entry = store.arena.entries.get(crate::arena::EntryRef(row));
                (self.tell)(Holding::Entry { key: &entry.key, value: &entry.value, first });
            }
        });
    }
}

/// A bit for every number below a bound. Memory that is never marked is never touched.
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Bits(vec![0; count.div_ceil(64)])
    }

    #[inline]
    fn get(&self, at: u32) -> bool {
        self.0[at as usize / 64] >> (at % 64) & 1 != 0
    }

    /// Marks it; says whether it was marked before.
    #[inline]
    fn set(&mut self, at: u32) -> bool {
        let (word, bit) = (&mut self.0[at as usize / 64], 1 << (at % 64));
        let was = *word & bit != 0;
        *word |= bit;
        was
    }
}
