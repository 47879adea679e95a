//! The memory of a dict: entries in the order of insertion, an index of their positions,
//! tombstones.
//!
//! ```text
//! index    hash table of positions       [ 3  0  -  4  - ]
//! entries  hash, key, value              [ 'a':1   —   —   'b':2   'c':3 ]
//! dead     a bit for each, as far as     [   0     1   1 ]
//!          the last one that was removed
//! ```
//!
//! As `dk_indices` and `dk_entries` of `Objects/dictobject.c`, with hashbrown's table for the
//! former. Nothing here runs code of the user: keys are compared by
//! [`Key::matches`](super::Key::matches), and what is removed is handed out for the caller to drop.
//!
//! D1. The index holds the position of each live entry once, and no other.
//! D2. A dead entry holds `None: None`, and its bit is set; no bit is set beyond.
//! D3. No entry before `head` is live.
//! D4. `changes` grows with every entry that is added or removed, `moves` whenever a live entry
//!     changes its position or the dict is cleared.

mod room;

use std::ops::{Deref, DerefMut};

use bitvec::vec::BitVec;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::key::{Key, needs_asking};
use crate::object::drop_dead::{drop_dead, may_hold_dict};
use crate::object::value::Value;

/// Dicts of fewer entries keep their dead until they grow.
const SHRINK_FROM: usize = 64;

/// One key with its value.
#[derive(Clone)]
pub(in crate::object::dict) struct Entry {
    pub(in crate::object::dict) hash: i64,
    pub(in crate::object::dict) key: Value,
    pub(in crate::object::dict) value: Value,
}

const _: () = assert!(size_of::<Entry>() == 40);

const VACANT: Entry = Entry { hash: 0, key: Value::None, value: Value::None };

/// What can be said of a key without asking a user's `__eq__`.
pub(in crate::object::dict) enum Quick {
    /// Where it is, or that it is nowhere.
    Certain(Option<u32>),
    /// There is a key of the same hash that has to be asked.
    Ask,
}

/// The entries; dropping them takes constant stack, however deep dicts hold dicts.
#[derive(Default)]
struct Rows(Vec<Entry>);

/// See the top of the file.
#[derive(Default)]
pub(in crate::object::dict) struct Table {
    entries: Rows,
    index: HashTable<u32>,
    dead: BitVec,
    live: usize,
    head: usize,
    moves: u64,
    changes: u64,
    /// Some key may have an `__eq__` of the user's: then the order of comparisons matters.
    may_ask: bool,
}

/// Spreads a Python hash over the bits that hashbrown looks at: the lowest and the highest seven.
/// Small ints are their own hashes, and would share the highest.
#[inline]
fn spread(hash: i64) -> u64 {
    let product = u128::from(hash as u64) * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}

impl Deref for Rows {
    type Target = Vec<Entry>;

    #[inline]
    fn deref(&self) -> &Vec<Entry> {
        &self.0
    }
}

impl DerefMut for Rows {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<Entry> {
        &mut self.0
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if self.iter().any(|entry| may_hold_dict(&entry.value) || may_hold_dict(&entry.key)) {
            let entries = std::mem::take(&mut self.0);
            drop_dead(entries.into_iter().flat_map(|entry| [entry.key, entry.value]));
        }
    }
}

impl Table {
    #[inline]
    pub(in crate::object::dict) fn len(&self) -> usize {
        self.live
    }

    /// One more than the position of the last entry, dead or alive.
    pub(in crate::object::dict) fn end(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::object::dict) fn moves(&self) -> u64 {
        self.moves
    }

    pub(in crate::object::dict) fn changes(&self) -> u64 {
        self.changes
    }

    /// The entries, and the bits of the dead among them: none if all are live.
    pub(in crate::object::dict) fn rows(&self) -> (&[Entry], Option<&BitVec>) {
        (&self.entries, (self.live < self.entries.len()).then_some(&self.dead))
    }

    /// The live entries: hash, key and value.
    pub(in crate::object::dict) fn hashed(&self) -> impl Iterator<Item = (i64, &Value, &Value)> {
        let live = self.positions().filter_map(|position| self.get(position));
        live.map(|entry| (entry.hash, &entry.key, &entry.value))
    }

    /// The live entry at a position.
    #[inline]
    pub(in crate::object::dict) fn get(&self, position: usize) -> Option<&Entry> {
        if self.is_dead(position) { None } else { self.entries.get(position) }
    }

    /// The live entry that was found at a position.
    #[inline]
    pub(in crate::object::dict) fn at(&self, position: u32) -> &Entry {
        &self.entries[position as usize]
    }

    /// A copy of the first live entry from a position on, and the position after it.
    pub(in crate::object::dict) fn copy_next(&self, from: usize) -> Option<(usize, Entry)> {
        let position = self.next_live(from)?;
        Some((position + 1, self.entries[position].clone()))
    }

    #[inline]
    fn is_dead(&self, position: usize) -> bool {
        position < self.dead.len() && self.dead[position]
    }

    /// The first live position from this one on.
    pub(in crate::object::dict) fn next_live(&self, from: usize) -> Option<usize> {
        let from = from.max(self.head);
        let live = match self.dead.get(from..) {
            Some(bits) => from + bits.first_zero().unwrap_or(bits.len()),
            None => from,
        };
        (live < self.entries.len()).then_some(live)
    }

    /// The last live position before this one.
    pub(in crate::object::dict) fn prev_live(&self, before: usize) -> Option<usize> {
        let before = before.min(self.entries.len());
        if before > self.dead.len() {
            return Some(before - 1);
        }
        self.dead[..before].last_zero()
    }

    /// Looks for a key as far as that is possible without asking a user's `__eq__`.
    #[inline(always)]
    pub(in crate::object::dict) fn quick<K: Key + ?Sized>(&self, hash: i64, key: &K) -> Quick {
        let of_hash = |&position: &u32| self.at(position).hash == hash;
        match self.index.find(spread(hash), of_hash) {
            None => Quick::Certain(None),
            Some(&candidate) => self.quick_from(candidate, hash, key),
        }
    }

    /// The same when a key of the hash is known. It is the one, but for collisions.
    #[inline(always)]
    pub(in crate::object::dict) fn quick_from<K: Key + ?Sized>(
        &self,
        candidate: u32,
        hash: i64,
        key: &K,
    ) -> Quick {
        if !self.may_ask && key.matches(&self.at(candidate).key) == Some(true) {
            return Quick::Certain(Some(candidate));
        }
        self.quick_among(hash, key)
    }

    /// The same among all keys of the hash. Those that stand before the one that is found would be
    /// asked first.
    #[inline(never)]
    fn quick_among<K: Key + ?Sized>(&self, hash: i64, key: &K) -> Quick {
        let (mut found, mut asked) = (None, None::<u32>);
        for position in self.of_hash(hash) {
            match key.matches(&self.at(position).key) {
                Some(true) => found = Some(position),
                Some(false) => {}
                None => asked = Some(asked.map_or(position, |first| first.min(position))),
            }
        }
        match (asked, found) {
            (Some(asked), Some(found)) if found < asked => Quick::Certain(Some(found)),
            (Some(_), _) => Quick::Ask,
            (None, found) => Quick::Certain(found),
        }
    }

    /// The positions of all keys of a hash, in no order.
    fn of_hash(&self, hash: i64) -> impl Iterator<Item = u32> {
        let positions = self.index.iter_hash(spread(hash)).copied();
        positions.filter(move |&position| self.at(position).hash == hash)
    }

    /// The positions of all keys of a hash, last one first.
    pub(in crate::object::dict) fn candidates(&self, hash: i64) -> Vec<u32> {
        let mut found: Vec<u32> = self.of_hash(hash).collect();
        found.sort_unstable_by_key(|&position| std::cmp::Reverse(position));
        found
    }

    /// Adds an entry whose key is not there. The caller has reserved its room.
    #[inline]
    pub(in crate::object::dict) fn push(&mut self, hash: i64, key: Value, value: Value) -> u32 {
        let position = self.entries.len() as u32;
        self.push_row(Entry { hash, key, value });
        let entries = &self.entries;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        self.index.insert_unique(spread(hash), position, hasher);
        position
    }

    /// Adds an entry if no key has its hash, so that there is nobody to compare it with: one walk
    /// where finding and adding are two. Else gives the pair back, and the position of a key of
    /// that hash. The caller has reserved the room.
    #[inline]
    pub(in crate::object::dict) fn push_if_first(
        &mut self,
        hash: i64,
        key: Value,
        value: Value,
    ) -> Result<u32, (u32, (Value, Value))> {
        let Table { entries, index, .. } = self;
        let of_hash = |&position: &u32| entries[position as usize].hash == hash;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        let position = entries.len() as u32;
        match index.entry(spread(hash), of_hash, hasher) {
            Slot::Occupied(found) => return Err((*found.get(), (key, value))),
            Slot::Vacant(slot) => drop(slot.insert(position)),
        }
        self.push_row(Entry { hash, key, value });
        Ok(position)
    }

    #[inline]
    fn push_row(&mut self, entry: Entry) {
        self.may_ask |= needs_asking(&entry.key);
        self.entries.push(entry);
        self.live += 1;
        self.changes += 1;
    }

    /// Stores another value over a live entry; gives the old one.
    #[inline]
    pub(in crate::object::dict) fn replace(&mut self, position: u32, value: Value) -> Value {
        std::mem::replace(&mut self.entries[position as usize].value, value)
    }

    /// Takes a live entry out.
    pub(in crate::object::dict) fn remove(&mut self, position: u32) -> Entry {
        let place = position as usize;
        let entry = std::mem::replace(&mut self.entries[place], VACANT);
        self.forget(entry.hash, position);
        if place >= self.dead.len() {
            self.dead.resize(place + 1, false);
        }
        self.dead.set(place, true);
        if place == self.head {
            self.head = self.next_live(place).unwrap_or(self.entries.len());
        }
        if self.entries.len() >= SHRINK_FROM && self.entries.len() / 8 >= self.live {
            self.compact();
        }
        entry
    }

    /// Takes the last entry out. Those behind it are dead, and go as well: `popitem` is O(1).
    pub(in crate::object::dict) fn pop_last(&mut self) -> Option<Entry> {
        let last = self.prev_live(self.entries.len())?;
        self.entries.truncate(last + 1);
        let entry = self.entries.pop()?;
        self.dead.truncate(last);
        self.head = self.head.min(last);
        self.forget(entry.hash, last as u32);
        Some(entry)
    }

    fn forget(&mut self, hash: i64, position: u32) {
        if let Ok(indexed) = self.index.find_entry(spread(hash), |&other| other == position) {
            indexed.remove();
        }
        self.live -= 1;
        self.changes += 1;
    }

    /// Takes everything out. The counters go on: a search or an iterator has to notice.
    pub(in crate::object::dict) fn take_all(&mut self) -> Table {
        let (moves, changes) = (self.moves + 1, self.changes + 1);
        std::mem::replace(self, Table { moves, changes, ..Table::default() })
    }

    fn positions(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.next_live(0), |&position| self.next_live(position + 1))
    }
}
