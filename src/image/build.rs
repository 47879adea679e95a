//! Nodes over records whose hashes are sorted: of a whole image, or of what a delta changes.

use super::error::{ImageError, damaged};
use super::header::NONE;
use super::parts::{BITS, BRANCH_LEVELS, Node, Parts};
use crate::trie::order_key;

/// A record to be put into a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) hash: u32,
    pub(super) reference: u32,
}

/// A change of one key: its record goes, or a record comes, or both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) hash: u32,
    pub(super) old: Option<u32>,
    pub(super) new: Option<u32>,
}

/// What is in a slot.
#[derive(Clone, Copy)]
enum Slot {
    Data(Item),
    Child(u32),
}

/// Writes nodes behind those that are there, in references that go on from theirs.
pub(super) struct NodeWriter {
    pub(super) words: Vec<u32>,
    first: usize,
    limit: u32,
}

impl NodeWriter {
    /// For nodes behind so many words that are elsewhere, up to a limit of words.
    pub(super) fn new(words_before: usize, limit: u32) -> Self {
        NodeWriter { words: Vec::new(), first: words_before, limit }
    }

    fn node(&mut self, header: [u32; 2], slots: &[u32]) -> Result<u32, ImageError> {
        let at = u32::try_from(self.first + self.words.len()).map_err(|_| ImageError::Full)?;
        let count = header.len() + slots.len();
        // A slot behind the limit could not be named.
        if at as usize + count > self.limit as usize {
            return Err(ImageError::Full);
        }
        self.words.try_reserve(count).map_err(|_| ImageError::Allocation)?;
        self.words.extend_from_slice(&header);
        self.words.extend_from_slice(slots);
        Ok(at)
    }
}

/// Sorts by iteration order; items of one hash stay in theirs.
fn sort(items: &mut [Item]) {
    items.sort_by_key(|item| order_key(item.hash));
}

/// The tree of sorted items: the reference of its root.
pub(super) fn build(items: &[Item], to: &mut NodeWriter) -> Result<u32, ImageError> {
    let top = build_at(items, 0, to)?;
    root_of(top, to)
}

/// The tree that another one becomes by sorted steps: the reference of its root. Nodes without a
/// change are shared.
pub(super) fn rebuild(
    parts: &Parts<'_>,
    root: u32,
    steps: &[Step],
    to: &mut NodeWriter,
) -> Result<u32, ImageError> {
    let top = if root == NONE {
        build_at(&added(steps), 0, to)?
    } else {
        rebuild_node(parts, root, steps, 0, to)?
    };
    root_of(top, to)
}

/// A single entry is in a slot of a node, too.
fn root_of(top: Option<Slot>, to: &mut NodeWriter) -> Result<u32, ImageError> {
    match top {
        None => Ok(NONE),
        Some(Slot::Child(root)) => Ok(root),
        Some(Slot::Data(item)) => {
            let bit = 1 << (item.hash & 31);
            to.node([bit, bit], &[item.reference])
        }
    }
}

fn build_at(items: &[Item], level: u32, to: &mut NodeWriter) -> Result<Option<Slot>, ImageError> {
    match items {
        [] => return Ok(None),
        [item] => return Ok(Some(Slot::Data(*item))),
        // Sorted: if the ends are equal, all are.
        [first, .., last] if first.hash == last.hash => {
            let slots: Vec<u32> = items.iter().map(|item| item.reference).collect();
            let count = u32::try_from(slots.len()).map_err(|_| ImageError::Full)?;
            return Ok(Some(Slot::Child(to.node([0, count], &slots)?)));
        }
        // Five bits at each level: those of a sound image differ before.
        [first, ..] if level == BRANCH_LEVELS => {
            return Err(damaged(
                "a record under another hash than its own",
                first.reference.into(),
            ));
        }
        _ => {}
    }
    let mut branch = Branch::default();
    for group in items.chunk_by(|a, b| chunk(a.hash, level) == chunk(b.hash, level)) {
        let slot = build_at(group, level + 1, to)?;
        branch.push(chunk(group[0].hash, level), slot);
    }
    branch.finish(to)
}

fn rebuild_node(
    parts: &Parts<'_>,
    at: u32,
    steps: &[Step],
    level: u32,
    to: &mut NodeWriter,
) -> Result<Option<Slot>, ImageError> {
    if steps.is_empty() {
        return Ok(Some(Slot::Child(at)));
    }
    let (slot_map, data_map, slots_at) = match parts.node(at)? {
        Node::Branch { slot_map, data_map, slots_at } if level < BRANCH_LEVELS => {
            (slot_map, data_map, slots_at)
        }
        Node::Branch { .. } => {
            return Err(damaged("a branch below the last level", u64::from(at)));
        }
        Node::Collision { count, slots_at } => {
            let mut items = Vec::new();
            for index in 0..count {
                let reference = parts.slot(slots_at, index)?;
                items.push(Item { hash: parts.record(reference)?.hash, reference });
            }
            return build_at(&changed(items, steps), level, to);
        }
    };
    let mut branch = Branch::default();
    let mut rest = steps;
    let mut index = 0;
    for position in 0..u32::BITS {
        let bit = 1 << position;
        let split = rest.partition_point(|step| chunk(step.hash, level) <= position);
        let (here, after) = rest.split_at(split);
        rest = after;
        if slot_map & bit == 0 {
            branch.push(position, build_at(&added(here), level + 1, to)?);
            continue;
        }
        let slot = parts.slot(slots_at, index)?;
        index += 1;
        let slot = if data_map & bit == 0 {
            rebuild_node(parts, slot, here, level + 1, to)?
        } else {
            let item = Item { hash: parts.record(slot)?.hash, reference: slot };
            build_at(&changed(vec![item], here), level + 1, to)?
        };
        branch.push(position, slot);
    }
    branch.finish(to)
}

/// The records that steps add where there are none.
fn added(steps: &[Step]) -> Vec<Item> {
    let new = |step: &Step| Some(Item { hash: step.hash, reference: step.new? });
    steps.iter().filter_map(new).collect()
}

/// Records after steps: a replaced record stays where it was among those of its hash, and new ones
/// follow.
fn changed(mut items: Vec<Item>, steps: &[Step]) -> Vec<Item> {
    for step in steps {
        let place = step.old.and_then(|old| items.iter().position(|item| item.reference == old));
        match (place, step.new) {
            (Some(place), Some(reference)) => items[place].reference = reference,
            (Some(place), None) => drop(items.remove(place)),
            (None, Some(reference)) => items.push(Item { hash: step.hash, reference }),
            (None, None) => {}
        }
    }
    sort(&mut items);
    items
}

/// The chunk of a hash at a level. Below the last level, where only equal hashes meet, it is 0.
fn chunk(hash: u32, level: u32) -> u32 {
    hash.checked_shr(BITS * level).unwrap_or(0) & 31
}

/// A branch in the making.
#[derive(Default)]
struct Branch {
    slot_map: u32,
    data_map: u32,
    slots: [u32; 32],
    count: usize,
    only: Option<Item>,
}

impl Branch {
    fn push(&mut self, position: u32, slot: Option<Slot>) {
        let bit = 1 << position;
        let word = match slot {
            None => return,
            Some(Slot::Data(item)) => {
                self.data_map |= bit;
                self.only = Some(item);
                item.reference
            }
            Some(Slot::Child(at)) => at,
        };
        self.slot_map |= bit;
        self.slots[self.count] = word;
        self.count += 1;
    }

    /// Writes the branch. One that has a single entry is not needed: its parent has the entry.
    fn finish(self, to: &mut NodeWriter) -> Result<Option<Slot>, ImageError> {
        match (self.count, self.only) {
            (0, _) => Ok(None),
            (1, Some(item)) => Ok(Some(Slot::Data(item))),
            _ => {
                let slots = &self.slots[..self.count];
                Ok(Some(Slot::Child(to.node([self.slot_map, self.data_map], slots)?)))
            }
        }
    }
}
