//! Room for what an operation is about to write.
//!
//! Everything is reserved in one place, after the last user code has run and right before the first
//! word is written. User code may answer differently each time, so room reserved for one answer
//! must not be used for another.
//!
//! Where growing does not help, a compaction may. It drops what forgotten versions held, so it runs
//! destructors; all that was reserved is reserved again after it.

use super::error::{Error, Resource};
use crate::arena::NoRoom;
use crate::trie::{Location, Sorted};

use super::Store;
use super::update::Target;

/// What there is no room for.
struct Lack {
    what: Resource,
    error: Error,
}

impl<K, V, S> Store<K, V, S> {
    /// The slow half of `reserve_write`.
    #[cold]
    pub(crate) fn make_room_to_write(
        &mut self,
        target: Target,
        location: &mut Location,
        entries: usize,
    ) -> Result<(), Error> {
        let Err(lack) = self.reserve_to_write(target, location, entries) else { return Ok(()) };
        self.compact_for(lack, &mut [])?;
        self.locate(target, location.path.hash, location);
        self.reserve_to_write(target, location, entries).map_err(|lack| lack.error)
    }

    /// Without compaction. Close to the limit it asks for the tighter of two bounds.
    fn reserve_to_write(
        &mut self,
        target: Target,
        location: &Location,
        entries: usize,
    ) -> Result<(), Lack> {
        if matches!(target, Target::NewVersion(_)) {
            self.reserve_row_and_stamp()?;
        }
        self.reserve_entries(entries)?;
        let words = &mut self.arena.words;
        if words.reserve(location.words_to_write(words)).is_ok() {
            return Ok(());
        }
        let tighter = location.tighter_words_to_write(words);
        words.reserve(tighter).map_err(|why| lack(Resource::Words, why))
    }

    /// Room for one more version of what is there already.
    #[inline]
    pub(crate) fn room_for_version(&mut self) -> Result<(), Error> {
        if self.table.has_room() && self.has_stamp() {
            return Ok(());
        }
        let Err(lack) = self.reserve_row_and_stamp() else { return Ok(()) };
        self.compact_for(lack, &mut [])?;
        self.reserve_row_and_stamp().map_err(|lack| lack.error)
    }

    /// Room for a version of a whole tree: the words of its nodes, and new entries. A compaction
    /// updates the references in `chosen`, entries of live versions that the tree will hold.
    pub(crate) fn room_for_tree(
        &mut self,
        words: usize,
        entries: usize,
        chosen: &mut [Sorted],
    ) -> Result<(), Error> {
        let Err(lack) = self.reserve_for_tree(words, entries) else { return Ok(()) };
        self.compact_for(lack, chosen)?;
        self.reserve_for_tree(words, entries).map_err(|lack| lack.error)
    }

    fn reserve_for_tree(&mut self, words: usize, entries: usize) -> Result<(), Lack> {
        self.reserve_row_and_stamp()?;
        self.arena.words.reserve_tree(words).map_err(|why| lack(Resource::Words, why))?;
        self.reserve_entries(entries)
    }

    fn reserve_entries(&mut self, count: usize) -> Result<(), Lack> {
        if count == 0 {
            return Ok(());
        }
        self.arena.entries.reserve(count).map_err(|why| lack(Resource::Entries, why))
    }

    fn reserve_row_and_stamp(&mut self) -> Result<(), Lack> {
        self.table.reserve().map_err(|error| Lack { what: Resource::Versions, error })?;
        if self.has_stamp() {
            return Ok(());
        }
        let (what, limit) = (Resource::Stamps, self.max_stamp as usize);
        Err(Lack { what, error: Error::Full { what, limit } })
    }

    /// Compacts if that can make room, and drops what forgotten versions held. The store is
    /// consistent here, and the caller reserves everything again.
    fn compact_for(&mut self, lack: Lack, chosen: &mut [Sorted]) -> Result<(), Error> {
        let can_help = match lack.what {
            _ if self.is_owned => false,
            Resource::Versions => false,
            Resource::Entries => self.holds_garbage(),
            Resource::Words | Resource::Stamps => true,
        };
        if self.is_owned && matches!(lack.what, Resource::Stamps) {
            return self.renumber().map_err(Error::refused);
        }
        if !can_help {
            return Err(lack.error);
        }
        let compacted = self.compact_moving(chosen);
        self.drop_dead();
        compacted.map_err(|why| Error::no_room(Resource::Words, why))
    }
}

fn lack(what: Resource, why: NoRoom) -> Lack {
    Lack { what, error: Error::no_room(what, why) }
}

// With stress compactions make room all the time, and nothing runs out of it.
#[cfg(all(test, not(feature = "stress")))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::host::{Batch, HostStore};
    use crate::store::Version;
    use crate::trie;

    type Numbers = Store<u64, u64, ()>;

    /// A store with hardly any room left, and a version in it.
    fn full() -> (Numbers, Version) {
        let mut store = Numbers::with_hasher(());
        let batch = Batch::new((0..60).map(|n| (n * 37, u64::from(n), 1)), |_, _| {
            Ok::<_, std::convert::Infallible>(false)
        });
        let version = store.build_batch(batch.unwrap()).unwrap();
        store.compact();
        (store, version)
    }

    /// Calls `act` until it panics, and returns the message. The version is unchanged.
    fn panics(mut act: impl FnMut(&mut Numbers, Version, u64)) -> String {
        let (mut store, version) = full();
        let words = (0..).find_map(|n| {
            let panic = catch_unwind(AssertUnwindSafe(|| act(&mut store, version, n))).err()?;
            Some(*panic.downcast::<String>().expect("a message with a word in it"))
        });
        store.check().unwrap();
        assert_eq!(store.len(version), Ok(60));
        assert!((0..60).all(|key| {
            let hash = key as u32 * 37;
            store.get_hashed(version, hash, |stored| *stored == key).unwrap().is_some()
        }));
        // The next compaction frees what it had made, and everything works again.
        for made in store.versions().filter(|&made| made != version).collect::<Vec<_>>() {
            store.release(made).unwrap();
        }
        store.set_limits(crate::Limits { stamps: usize::MAX, ..store.limits() });
        assert!(store.compact().done);
        assert_eq!(store.stats().live_entries, 60);
        store.check().unwrap();
        let probe = store.probe(version, 7).unwrap();
        let made = store.insert_at(probe, 7, 7).unwrap();
        store.release(made).unwrap();
        store.release(version).unwrap();
        store.check().unwrap();
        assert_eq!((store.stats().live_words, store.stats().live_entries), (0, 0));
        words.expect("it panics")
    }

    fn put_unreserved(store: &mut Numbers, version: Version, key: u64) {
        let index = store.table.resolve(version).unwrap();
        let target = Target::NewVersion(index);
        let mut location = Location::unset();
        store.locate(target, key as u32, &mut location);
        let mut writer = store.writer(target);
        let stamp = writer.stamp;
        let root = writer.insert(&location, None, 1_000 + key, 0);
        let _ = store.finish(target, root, 1, stamp, key as u32);
    }

    #[test]
    fn an_update_that_takes_unreserved_words_panics_before_it_overwrites_any() {
        let words = panics(|store, version, n| {
            store.arena.entries.reserve(1).unwrap();
            store.table.reserve().unwrap();
            put_unreserved(store, version, n * 37 + 5);
        });
        assert!(words.contains("more words than it had reserved"), "{words}");
    }

    #[test]
    fn an_update_that_takes_unreserved_entries_panics() {
        let words = panics(|store, version, n| {
            store.arena.words.reserve(2_000).unwrap();
            store.table.reserve().unwrap();
            put_unreserved(store, version, n * 37 + 5);
        });
        assert!(words.contains("more entries than it had reserved"), "{words}");
    }

    #[test]
    fn an_update_that_takes_an_unreserved_row_panics() {
        let words = panics(|store, version, n| {
            store.arena.words.reserve(2_000).unwrap();
            store.arena.entries.reserve(1).unwrap();
            put_unreserved(store, version, n * 37 + 5);
        });
        assert!(words.contains("more versions than it had reserved"), "{words}");
    }

    #[test]
    fn an_update_that_takes_an_unreserved_stamp_panics() {
        let words = panics(|store, version, n| {
            store.set_limits(crate::Limits { stamps: 9, ..store.limits() });
            store.arena.words.reserve(2_000).unwrap();
            store.arena.entries.reserve(1).unwrap();
            store.table.reserve().unwrap();
            put_unreserved(store, version, n * 37 + 5);
        });
        assert!(words.contains("more stamps than it had reserved"), "{words}");
    }

    #[test]
    fn a_build_that_takes_unreserved_words_leaves_what_is_free() {
        let words = panics(|store, version, _| {
            let probe = store.probe(version, 3).unwrap();
            // Its blocks become free, and a build at the top must not use them.
            let made = store.insert_at(probe, 3, 3).unwrap();
            store.release(made).unwrap();
            let entry = crate::arena::EntryRef(0);
            let sorted: Vec<Sorted> =
                (0..9_000).map(|n| Sorted { order: n, arrival: n, entry }).collect();
            store.arena.words.in_a_row(1_000, |words| trie::build(words, 1, &sorted, 0));
        });
        assert!(words.contains("more words than it had reserved"), "{words}");
    }

    #[test]
    fn what_a_panicking_edit_replaced_is_not_freed_by_the_next() {
        let (mut store, version) = full();
        let other = store.open(version).unwrap();
        let index = store.table.resolve_any(other).unwrap();
        store.replaced.push(store.table.get(index).root, 0);
        let probe = store.probe(other, 3).unwrap();
        let _ = store.insert_at(probe, 3, 3).unwrap();
        store.check().unwrap();
        store.abandon(other).unwrap();
        store.check().unwrap();
        assert_eq!(store.len(version), Ok(60));
    }
}
