//! Cursors: walks over a version that hold no borrow, for iterators of a host language.
//!
//! A cursor keeps the hash of the entry it visited last, how many entries of that hash came before,
//! and how many entries it has visited. The first two lead down the tree to what follows. Where the
//! entries are a run, the third is enough. A compaction changes none of them.

use crate::arena::{Entry, EntryRef};
use crate::store::error::Error;
use crate::store::table::{NO_RUN, VersionRow};
use crate::store::{Store, Version};
use crate::trie::{EMPTY_CHUNK, EntryWalk, Position};

use super::probe::resolve;

/// A walk over the entries of a version that holds no borrow. See
/// [`HostStore::cursor`](super::HostStore::cursor).
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pub(super) version: Version,
    pub(super) revision: u64,
    /// The position of the entry visited last; meaningless before the first.
    pub(super) last: Position,
    pub(super) visited: u32,
}

impl Cursor {
    /// Notes that an entry of this hash was visited.
    #[inline(always)]
    fn visit(&mut self, hash: u32) {
        // Saturates: no version has so many entries, but a cursor from overwritten words may claim
        // it.
        let again = self.visited > 0 && self.last.hash == hash;
        let ordinal = if again { self.last.ordinal.saturating_add(1) } else { 0 };
        self.last = Position { hash, ordinal };
        self.visited = self.visited.saturating_add(1);
    }

    /// The position of the entry visited last.
    #[inline]
    fn position(&self) -> Option<Position> {
        (self.visited > 0).then_some(self.last)
    }

    #[inline]
    pub(super) fn new<K, V, S>(store: &Store<K, V, S>, version: Version) -> Result<Self, Error> {
        let row = store.table.find_any(version)?.1;
        Ok(Cursor { version, revision: row.revision, last: Position::default(), visited: 0 })
    }

    #[inline]
    pub(super) fn upcoming<'a, K, V, S>(
        &self,
        store: &'a Store<K, V, S>,
    ) -> Result<impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V, S>, Error> {
        let row = store.table.get(resolve(store, self.version, self.revision)?);
        let rest = run_of(store, row).get(self.visited as usize..).unwrap_or_default();
        let in_run = rest.iter();
        let entries = &store.arena.entries;
        let mut walk = (row.run == NO_RUN)
            .then(|| EntryWalk::after(store.arena.words.nodes(), row.root, self.position()));
        let in_tree = std::iter::from_fn(move || Some(entries.get(walk.as_mut()?.next_entry()?)));
        Ok(in_run.chain(in_tree).map(|entry| (&entry.key, &entry.value)))
    }

    /// Notes that the entries of a run before `end` were visited.
    #[inline(always)]
    fn visit_run<K, V>(&mut self, run: &[Entry<K, V>], end: usize) {
        let mut hashes = run[..end].iter().rev().map(|entry| entry.hash);
        if let Some(hash) = hashes.next() {
            let ordinal = hashes.take_while(|&other| other == hash).count() as u32;
            (self.last, self.visited) = (Position { hash, ordinal }, end as u32);
        }
    }

    /// Visits up to `count` entries, and passes `look` up to `ahead` of those that follow.
    #[inline(always)]
    pub(super) fn visit_next<'a, K, V, S>(
        &mut self,
        store: &'a Store<K, V, S>,
        (count, ahead): (usize, usize),
        mut visit: impl FnMut(&'a Entry<K, V>),
        mut look: impl FnMut(&'a Entry<K, V>),
    ) -> Result<(), Error> {
        let row = store.table.get(resolve(store, self.version, self.revision)?);
        if row.run != NO_RUN {
            let run = run_of(store, row);
            let start = run.len().min(self.visited as usize);
            let end = run.len().min(start.saturating_add(count));
            run[start..end].iter().for_each(&mut visit);
            self.visit_run(run, end);
            let rest = &run[end..];
            rest[..ahead.min(rest.len())].iter().for_each(look);
        } else {
            let mut walk = EntryWalk::after(store.arena.words.nodes(), row.root, self.position());
            // A copy, which stays in registers.
            let mut moved = *self;
            in_tree(store, &mut walk, count, |entry| {
                moved.visit(entry.hash);
                visit(entry);
            });
            *self = moved;
            in_tree(store, &mut walk, ahead, &mut look);
        }
        Ok(())
    }
}

/// Passes the next entries of a walk to `visit`.
#[inline(always)]
fn in_tree<'a, K, V, S>(
    store: &'a Store<K, V, S>,
    walk: &mut EntryWalk<'a>,
    count: usize,
    mut visit: impl FnMut(&'a Entry<K, V>),
) {
    let (mut left, mut chunk) = (count, EMPTY_CHUNK);
    while left > 0 {
        let found = walk.next_entries(&mut chunk, left);
        if found.is_empty() {
            break;
        }
        for &entry in found {
            visit(store.arena.entries.get(EntryRef(entry)));
        }
        left -= found.len();
    }
}

/// The entries of a version that are a run; else none.
#[inline]
fn run_of<'a, K, V, S>(store: &'a Store<K, V, S>, row: &VersionRow) -> &'a [Entry<K, V>] {
    if row.run == NO_RUN { &[] } else { store.arena.entries.rows().run(row.run, row.len) }
}
