//! Finding a place by hash alone. No key is compared in here.
//!
//! [`find`] is the lookup; [`locate`] is the walk of every update: it remembers the nodes it came
//! by and stops where the hash leads no further. The caller then compares the candidate keys it
//! finds there, by whatever equality it has, and comes back with what it saw.

use crate::arena::{Entries, Entry, EntryRef, NodeRef, Words};

use super::bits::{BITS, MAX_DEPTH, bit_position, rank};
use super::node::{HEADER, Item, head_of, item_of};

/// Whether comparing hashes before keys saves anything: not for keys of a machine word that own
/// nothing, where the second comparison costs as much as the first.
pub(super) const fn hash_decides<K>() -> bool {
    size_of::<K>() > size_of::<u64>() || std::mem::needs_drop::<K>()
}

/// Looks a key up: the entry of this hash whose key `is_key` accepts.
#[inline]
pub(crate) fn find<'a, K, V>(
    words: &Words,
    entries: &'a Entries<K, V>,
    root: NodeRef,
    hash: u32,
    mut is_key: impl FnMut(&K) -> bool,
) -> Option<&'a Entry<K, V>> {
    let mut node = root;
    let mut rest = hash;
    loop {
        let window = words.window(node);
        let head = head_of(window);
        let bit = 1 << (rest & 31);
        if head.slot_map & bit == 0 {
            // An empty map ends here too: n0 reads as a branch without slots and of no entries.
            return if head.is_collision() {
                find_in_collision(words, entries, node, hash, is_key)
            } else {
                None
            };
        }
        let word = window[HEADER + rank(head.slot_map, bit)];
        if head.data_map & bit != 0 {
            let entry = entries.get(EntryRef(word));
            let same_hash = !hash_decides::<K>() || entry.hash == hash;
            return if same_hash && is_key(&entry.key) { Some(entry) } else { None };
        }
        node = NodeRef(word);
        rest >>= BITS;
    }
}

#[cold]
fn find_in_collision<'a, K, V>(
    words: &Words,
    entries: &'a Entries<K, V>,
    node: NodeRef,
    hash: u32,
    mut is_key: impl FnMut(&K) -> bool,
) -> Option<&'a Entry<K, V>> {
    if words.collision_hash(node) != hash {
        return None;
    }
    let colliding = words.collision_entries(node).iter();
    colliding.map(|&word| entries.get(EntryRef(word))).find(|entry| is_key(&entry.key))
}

/// The nodes from the root to where a hash leads.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    pub(crate) hash: u32,
    pub(crate) nodes: [NodeRef; MAX_DEPTH],
    /// Index of the last node.
    pub(crate) depth: usize,
}

impl Path {
    pub(crate) fn last(&self) -> NodeRef {
        self.nodes[self.depth]
    }

    /// The bit that the path takes in its node at `level`.
    #[inline]
    pub(crate) fn bit(&self, level: usize) -> u32 {
        bit_position(self.hash, level)
    }
}

/// What stands at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last node, a branch, has no slot there; or the map is empty.
    Nothing,
    /// The last node, a branch, holds this entry there, of whatever hash.
    Entry(EntryRef),
    /// The last node is a collision node of the very hash.
    Collision,
    /// The last node is a collision node of another hash.
    Foreign,
}

/// A place in a tree.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) path: Path,
    pub(crate) end: End,
}

/// Walks down from `root` as far as `hash` leads.
#[inline]
pub(crate) fn locate(words: &Words, root: NodeRef, hash: u32) -> Spot {
    let mut spot = Spot::unset();
    spot.set(words, root, hash);
    spot
}

impl Spot {
    /// A spot to be [set](Spot::set).
    #[inline]
    pub(crate) fn unset() -> Self {
        let path = Path { hash: 0, nodes: [NodeRef::NONE; MAX_DEPTH], depth: 0 };
        Spot { path, end: End::Nothing }
    }

    /// What [`locate`] does, in a place that the caller has: a path is written word by word, and
    /// moving it right afterwards, in larger pieces, waits for those writes.
    #[inline(always)]
    pub(crate) fn set(&mut self, words: &Words, root: NodeRef, hash: u32) {
        self.path.hash = hash;
        let mut node = root;
        let mut depth = 0;
        self.end = loop {
            self.path.nodes[depth] = node;
            let window = words.window(node);
            let head = head_of(window);
            break match item_of(window, head, bit_position(hash, depth)) {
                Item::Entry(entry) => End::Entry(entry),
                Item::Node(child) => {
                    depth += 1;
                    node = child;
                    continue;
                }
                Item::Nothing if !head.is_collision() || root.is_none() => End::Nothing,
                Item::Nothing if words.collision_hash(node) == hash => End::Collision,
                Item::Nothing => End::Foreign,
            };
        };
        self.path.depth = depth;
    }

    /// The `ordinal`-th entry whose folded hash is the one looked for, in insertion order: the
    /// keys that may be equal to the caller's. `None` past the last.
    #[inline(always)]
    pub(crate) fn candidate<K, V>(
        &self,
        words: &Words,
        entries: &Entries<K, V>,
        ordinal: usize,
    ) -> Option<EntryRef> {
        match self.end {
            End::Entry(entry) if ordinal == 0 && entries.get(entry).hash == self.path.hash => {
                Some(entry)
            }
            End::Collision => {
                words.collision_entries(self.path.last()).get(ordinal).map(|&word| EntryRef(word))
            }
            _ => None,
        }
    }

    /// The ordinal of the candidate whose key `is_key` accepts.
    #[inline(always)]
    pub(crate) fn ordinal_of<K, V>(
        &self,
        words: &Words,
        entries: &Entries<K, V>,
        mut is_key: impl FnMut(&K) -> bool,
    ) -> Option<usize> {
        let mut ordinal = 0;
        loop {
            let candidate = self.candidate(words, entries, ordinal)?;
            if is_key(&entries.get(candidate).key) {
                return Some(ordinal);
            }
            ordinal += 1;
        }
    }
}

/// How many walks [`find_many`] interleaves.
pub(crate) const LANES: usize = 16;

/// Looks up to [`LANES`] keys up at once, each step of all walks before the next step of any. The
/// loads of one step do not wait for each other, so their cache misses overlap; nothing branches on
/// a word before all words of the step were asked for.
pub(crate) fn find_many<'a, K, V>(
    words: &Words,
    entries: &'a Entries<K, V>,
    root: NodeRef,
    hashes: &[u32],
    mut is_key: impl FnMut(usize, &K) -> bool,
) -> [Option<&'a Entry<K, V>>; LANES] {
    let mut found = [None; LANES];
    let mut nodes = [root; LANES];
    let mut walking = [0u8; LANES];
    let mut count = hashes.len();
    for (lane, walker) in walking.iter_mut().enumerate().take(count) {
        *walker = lane as u8;
    }
    let mut arrived = [EntryRef(0); LANES];
    let mut has_arrived = [false; LANES];
    for level in 0..MAX_DEPTH {
        let mut heads = [(0u32, 0u32); LANES];
        for &lane in &walking[..count] {
            let head = words.head(nodes[lane as usize]);
            heads[lane as usize] = (head.slot_map, head.data_map);
        }
        let mut slots = [0u32; LANES];
        for &lane in &walking[..count] {
            let (slot_map, _) = heads[lane as usize];
            let bit = bit_position(hashes[lane as usize], level);
            let window = words.window(nodes[lane as usize]);
            slots[lane as usize] = window[HEADER + rank(slot_map, bit)];
        }
        let mut still_walking = 0;
        for position in 0..count {
            let lane = walking[position] as usize;
            let (slot_map, data_map) = heads[lane];
            let bit = bit_position(hashes[lane], level);
            if slot_map & !data_map & bit != 0 {
                nodes[lane] = NodeRef(slots[lane]);
                walking[still_walking] = lane as u8;
                still_walking += 1;
            } else if data_map & bit != 0 {
                arrived[lane] = EntryRef(slots[lane]);
                has_arrived[lane] = true;
            } else if slot_map == 0 {
                let is_key = |key: &K| is_key(lane, key);
                found[lane] = find_in_collision(words, entries, nodes[lane], hashes[lane], is_key);
            }
        }
        count = still_walking;
        if count == 0 {
            break;
        }
    }
    let mut stored = [0u32; LANES];
    for lane in (0..hashes.len()).filter(|&lane| has_arrived[lane]) {
        stored[lane] = entries.get(arrived[lane]).hash;
    }
    for lane in (0..hashes.len()).filter(|&lane| has_arrived[lane]) {
        let entry = entries.get(arrived[lane]);
        if stored[lane] == hashes[lane] && is_key(lane, &entry.key) {
            found[lane] = Some(entry);
        }
    }
    found
}
