//! Walking down by a hash.
//!
//! [`find`] looks a key up. [`locate`] begins every update: it keeps the nodes on the path, and
//! ends where the hash leads no further. It compares no key; the caller compares the candidates
//! there, by an equality of its own, and says which one matched.

use crate::arena::{Entry, EntryRef, NodeRef, Nodes, ReadRows};

use super::node::{BITS, MAX_DEPTH, bit_position, rank};
use super::node::{HEADER, SLOT_MAP, maps_of};

/// Whether comparing hashes before keys saves anything. It does not for keys of a machine word that
/// own nothing: comparing those costs no more than comparing their hashes.
pub(crate) const fn hash_first<K>() -> bool {
    size_of::<K>() > size_of::<u64>() || std::mem::needs_drop::<K>()
}

/// Looks a key up: the entry of this hash whose key `is_key` accepts. Pass [`hash_first`] as
/// `compare_hashes` if `is_key` accepts only keys of equal hash; otherwise `true`.
#[inline]
pub(crate) fn find<'a, K: 'a, V: 'a>(
    (nodes, rows): (Nodes<'a>, impl ReadRows<'a, K, V>),
    root: NodeRef,
    hash: u32,
    compare_hashes: bool,
    mut is_key: impl FnMut(&K) -> bool,
) -> Option<&'a Entry<K, V>> {
    let mut node = root;
    let mut rest = hash;
    loop {
        let words = nodes.node(node);
        let head = maps_of(words);
        let bit = 1 << (rest & 31);
        if head.slot_map & bit == 0 {
            // An empty map ends here too: n0 reads as a collision node without entries.
            return if head.is_collision() {
                find_in_collision(nodes, rows, node, hash, is_key)
            } else {
                None
            };
        }
        let word = words.word(HEADER + rank(head.slot_map, bit));
        if head.data_map & bit != 0 {
            let entry = rows.entry(EntryRef(word));
            let same_hash = !compare_hashes || entry.hash == hash;
            return if same_hash && is_key(&entry.key) { Some(entry) } else { None };
        }
        node = NodeRef(word);
        nodes.prefetch(node);
        rest >>= BITS;
    }
}

/// Takes the two parts one by one, because a `Reader` would be spilled to memory on every lookup.
#[cold]
fn find_in_collision<'a, K: 'a, V: 'a>(
    nodes: Nodes<'a>,
    rows: impl ReadRows<'a, K, V>,
    node: NodeRef,
    hash: u32,
    mut is_key: impl FnMut(&K) -> bool,
) -> Option<&'a Entry<K, V>> {
    if nodes.collision_hash(node) != hash {
        return None;
    }
    let mut colliding =
        nodes.collision_entries(node).iter().map(|&word| rows.entry(EntryRef(word)));
    colliding.find(|entry| is_key(&entry.key))
}

/// The nodes from the root to where a hash leads.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    pub(crate) hash: u32,
    pub(crate) nodes: [NodeRef; MAX_DEPTH],
    /// Where the slots are that the path takes, among those of their nodes; 0 where there is none.
    positions: [u8; MAX_DEPTH],
    /// Index of the last node.
    pub(crate) depth: usize,
}

impl Path {
    pub(crate) fn last(&self) -> NodeRef {
        self.nodes[self.depth]
    }

    /// Where the slot is that the path takes at `level`, among those of its node. The walk has met
    /// a slot there.
    #[inline(always)]
    pub(super) fn position(&self, level: usize) -> usize {
        usize::from(self.positions[level])
    }

    /// The bit that the path takes in its node at `level`.
    #[inline]
    pub(crate) fn bit(&self, level: usize) -> u32 {
        bit_position(self.hash, level)
    }
}

/// What is at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathEnd {
    /// The last node is a branch without that slot, or the map is empty.
    Empty,
    /// The last node is a branch with this entry in that slot. Its hash may be another.
    Entry(EntryRef),
    /// The last node is a collision node of this hash.
    Collision,
    /// The last node is a collision node of another hash.
    OtherCollision,
}

/// A place in a tree: a path, and what is at its end.
#[derive(Clone, Copy)]
pub(crate) struct Location {
    pub(crate) path: Path,
    pub(crate) end: PathEnd,
}

/// Walks down from `root` as far as `hash` leads.
#[inline]
pub(crate) fn locate(nodes: Nodes<'_>, root: NodeRef, hash: u32) -> Location {
    let mut location = Location::unset();
    location.locate(nodes, root, hash);
    location
}

impl Location {
    /// A location to be [found](Location::locate).
    #[inline]
    pub(crate) fn unset() -> Self {
        let (nodes, positions) = ([NodeRef::NONE; MAX_DEPTH], [0; MAX_DEPTH]);
        Location { path: Path { hash: 0, nodes, positions, depth: 0 }, end: PathEnd::Empty }
    }

    /// [`locate`] into a value of the caller's. A path is written word by word; moving it right
    /// afterwards, in larger pieces, would wait for those writes.
    #[inline(always)]
    pub(crate) fn locate(&mut self, nodes: Nodes<'_>, root: NodeRef, hash: u32) {
        self.path.hash = hash;
        let mut node = root;
        let mut depth = 0;
        self.end = loop {
            self.path.nodes[depth] = node;
            let words = nodes.node(node);
            let head = maps_of(words);
            let bit = bit_position(hash, depth);
            if head.slot_map & bit == 0 {
                break if !head.is_collision() || root.is_none() {
                    PathEnd::Empty
                } else if nodes.collision_hash(node) == hash {
                    PathEnd::Collision
                } else {
                    PathEnd::OtherCollision
                };
            }
            let position = rank(head.slot_map, bit);
            self.path.positions[depth] = position as u8;
            let word = words.word(HEADER + position);
            if head.data_map & bit != 0 {
                break PathEnd::Entry(EntryRef(word));
            }
            node = NodeRef(word);
            nodes.prefetch(node);
            depth += 1;
        };
        self.path.depth = depth;
    }

    /// A candidate: the `ordinal`-th entry of this folded hash, in insertion order, whose key may
    /// be equal to the caller's. `None` past the last.
    #[inline(always)]
    pub(crate) fn candidate<'a, K: 'a, V: 'a>(
        &self,
        (nodes, rows): (Nodes<'a>, impl ReadRows<'a, K, V>),
        ordinal: usize,
    ) -> Option<EntryRef> {
        match self.end {
            PathEnd::Entry(entry) if ordinal == 0 && rows.entry(entry).hash == self.path.hash => {
                Some(entry)
            }
            PathEnd::Collision => {
                let colliding = nodes.collision_entries(self.path.last());
                colliding.get(ordinal).map(|&word| EntryRef(word))
            }
            _ => None,
        }
    }

    /// The ordinal of the first candidate whose key `is_key` accepts.
    #[inline(always)]
    pub(crate) fn ordinal_of<'a, K: 'a, V: 'a>(
        &self,
        (nodes, rows): (Nodes<'a>, impl ReadRows<'a, K, V>),
        mut is_key: impl FnMut(&K) -> bool,
    ) -> Option<usize> {
        let mut ordinal = 0;
        loop {
            let candidate = self.candidate((nodes, rows), ordinal)?;
            if is_key(&rows.entry(candidate).key) {
                return Some(ordinal);
            }
            ordinal += 1;
        }
    }
}

/// How many walks [`find_many`] interleaves.
pub(crate) const LANES: usize = 16;

/// How far [`find_many`] has got with one key.
#[derive(Clone, Copy, Default)]
struct Lane {
    node: u32,
    /// The chunks of the hash not walked yet.
    rest: u32,
    /// The word in the slot; garbage if there is no slot.
    word: u32,
    has_slot: bool,
    is_entry: bool,
    is_collision: bool,
}

/// Looks up to [`LANES`] keys up at once. All walks make one step before any makes the next. The
/// loads of one step do not depend on each other, and nothing branches on their results before all
/// have been issued, so their cache misses overlap.
pub(crate) fn find_many<'a, K: 'a, V: 'a>(
    (nodes, rows): (Nodes<'a>, impl ReadRows<'a, K, V>),
    root: NodeRef,
    hashes: &[u32],
    mut is_key: impl FnMut(usize, &K) -> bool,
) -> [Option<&'a Entry<K, V>>; LANES] {
    let mut found = [None; LANES];
    let mut lanes = [Lane::default(); LANES];
    let mut walking = [0u8; LANES];
    let mut arrived = [0u8; LANES];
    let (mut walking_count, mut arrived_count) = (hashes.len(), 0);
    for (index, &hash) in hashes.iter().enumerate() {
        lanes[index] = Lane { node: root.0, rest: hash, ..Lane::default() };
        walking[index] = index as u8;
    }
    while walking_count != 0 {
        for &index in &walking[..walking_count] {
            let lane = &mut lanes[index as usize & (LANES - 1)];
            let words = nodes.node(NodeRef(lane.node));
            let head = maps_of(words);
            let bit = 1 << (lane.rest & 31);
            lane.has_slot = head.slot_map & bit != 0;
            // Without a branch, and within the node's own words.
            let slot = HEADER + rank(head.slot_map, bit);
            lane.word = words.word(if lane.has_slot { slot } else { SLOT_MAP });
            lane.is_entry = head.data_map & bit != 0;
            lane.is_collision = head.is_collision();
        }
        let mut still_walking = 0;
        for position in 0..walking_count {
            let index = walking[position];
            let lane = &mut lanes[index as usize & (LANES - 1)];
            if lane.is_entry {
                arrived[arrived_count] = index;
                arrived_count += 1;
            } else if lane.has_slot {
                lane.node = lane.word;
                lane.rest >>= BITS;
                walking[still_walking] = index;
                still_walking += 1;
            } else if lane.is_collision {
                let (index, node) = (usize::from(index), NodeRef(lane.node));
                let is_key = |key: &K| is_key(index, key);
                found[index] = find_in_collision(nodes, rows, node, hashes[index], is_key);
            }
        }
        walking_count = still_walking;
    }
    let arrived = &arrived[..arrived_count];
    let mut same_hash = [false; LANES];
    for &index in arrived {
        let index = usize::from(index);
        same_hash[index] = rows.entry(EntryRef(lanes[index].word)).hash == hashes[index];
    }
    for index in arrived.iter().map(|&index| usize::from(index)) {
        let entry = rows.entry(EntryRef(lanes[index].word));
        if same_hash[index] && is_key(index, &entry.key) {
            found[index] = Some(entry);
        }
    }
    found
}
