//! The dict of a type: names to values, in the order of insertion.
//!
//! Keys are interned names, so hashing is a multiplication and no user code runs. An index finds
//! the positions of entries. A removed entry leaves a tombstone; when half of the entries are
//! tombstones, they are removed and the others move. Positions are valid until the next removal. A
//! type loses its version tag before that, so the lookup cache can hold positions.

use hashbrown::HashTable;

use crate::object::dict::Positions;
use crate::object::{Name, Value};

/// With fewer entries tombstones stay.
const MIN_ENTRIES: usize = 8;

#[derive(Default)]
pub(super) struct TypeDict {
    entries: Vec<Entry>,
    index: HashTable<u32>,
    /// How often entries have moved to other positions.
    moves: u64,
}

struct Entry {
    name: Name,
    /// `None` in a tombstone.
    value: Option<Value>,
}

impl TypeDict {
    /// The position of a name.
    #[inline]
    pub(super) fn position(&self, name: Name) -> Option<u32> {
        let is_it = |&position: &u32| self.entries[position as usize].name == name;
        self.index.find(hash(name), is_it).copied()
    }

    /// The value at a position.
    #[inline]
    pub(super) fn at(&self, position: u32) -> Option<&Value> {
        self.entries.get(position as usize)?.value.as_ref()
    }

    pub(super) fn get(&self, name: Name) -> Option<&Value> {
        self.at(self.position(name)?)
    }

    /// Sets a name, and returns the old value.
    pub(super) fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if let Some(position) = self.position(name) {
            return self.entries[position as usize].value.replace(value);
        }
        let position = self.entries.len() as u32;
        self.entries.push(Entry { name, value: Some(value) });
        let TypeDict { entries, index, .. } = self;
        let rehash = |&position: &u32| hash(entries[position as usize].name);
        index.insert_unique(hash(name), position, rehash);
        None
    }

    pub(super) fn remove(&mut self, name: Name) -> Option<Value> {
        let entries = &mut self.entries;
        let is_it = |&position: &u32| entries[position as usize].name == name;
        let (position, _) = self.index.find_entry(hash(name), is_it).ok()?.remove();
        let value = entries[position as usize].value.take();
        if entries.len() >= MIN_ENTRIES.max(2 * self.index.len()) {
            self.compact();
        }
        value
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// The names and values in order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (Name, &Value)> {
        self.entries.iter().filter_map(|entry| Some((entry.name, entry.value.as_ref()?)))
    }

    /// The entry at a position, if it is live.
    pub(super) fn entry(&self, position: usize) -> Option<(Name, &Value)> {
        let entry = self.entries.get(position)?;
        Some((entry.name, entry.value.as_ref()?))
    }

    fn compact(&mut self) {
        self.moves += 1;
        self.entries.retain(|entry| entry.value.is_some());
        let TypeDict { entries, index, .. } = self;
        index.clear();
        for (position, entry) in entries.iter().enumerate() {
            let rehash = |&position: &u32| hash(entries[position as usize].name);
            index.insert_unique(hash(entry.name), position as u32, rehash);
        }
    }
}

impl Positions for TypeDict {
    fn len(&self) -> usize {
        TypeDict::len(self)
    }

    fn end(&self) -> usize {
        self.entries.len()
    }

    fn moves(&self) -> u64 {
        self.moves
    }

    fn next_live(&self, from: usize) -> Option<usize> {
        let rest = self.entries.get(from..)?;
        Some(from + rest.iter().position(|entry| entry.value.is_some())?)
    }

    fn prev_live(&self, before: usize) -> Option<usize> {
        let entries = &self.entries[..before.min(self.entries.len())];
        entries.iter().rposition(|entry| entry.value.is_some())
    }
}

/// Names are small numbers. hashbrown uses the low bits of a hash for the group and the high bits
/// for the control byte, so the halves of the product are folded.
#[inline]
fn hash(name: Name) -> u64 {
    let product = (u64::from(name.number()) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{NameArena, Names};

    #[test]
    fn order_survives_removal_and_compaction() {
        let arena = NameArena::new();
        let mut names = Names::new(&arena);
        let mut dict = TypeDict::default();
        let mut model: Vec<(Name, i64)> = Vec::new();
        for step in 0..2_000_i64 {
            let name = names.intern(format!("n{}", step * step % 61).as_str()).unwrap();
            let known = model.iter().position(|&(known, _)| known == name);
            if step % 3 == 0 {
                let removed = dict.remove(name);
                assert_eq!(removed.is_some(), known.is_some());
                model.retain(|&(known, _)| known != name);
            } else {
                let old = dict.insert(name, Value::Int(step));
                assert_eq!(old.is_some(), known.is_some());
                match known {
                    Some(at) => model[at].1 = step,
                    None => model.push((name, step)),
                }
            }
            let rows = dict.iter().map(|(name, value)| (name, format!("{value:?}")));
            let expected = model.iter().map(|&(name, value)| (name, value.to_string()));
            assert!(rows.eq(expected), "after step {step}");
            assert_eq!(dict.len(), model.len());
            assert!(dict.entries.len() <= MIN_ENTRIES.max(2 * model.len() + 1));
        }
    }
}
