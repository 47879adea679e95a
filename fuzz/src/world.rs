//! Plays steps on a store, with a `HashMap` as the model of each version.

use std::collections::HashMap;

use hedgerow::host::{HostMemory, HostStore, Probe};
use hedgerow::{Change, Conflict, Edit, Error, Limits, Store, Version, WithError};

use crate::history::{Setting, Step, Write};
use crate::keys::{ChosenHashes, Key};

type Keyed = Store<Key, u64, ChosenHashes>;
type Contents = HashMap<u8, u64>;

/// The most live versions: the checker walks all of them after every step.
const MOST_VERSIONS: usize = 16;
const MOST_OPEN: usize = 4;
const MOST_PINS: usize = 4;
/// Versions of a crowd: more than it takes for the version table to shrink.
const CROWD: u64 = 1_500;
/// What a tight store may hold: little, so that most histories reach the limit.
const TIGHT_WORDS: usize = 600;
const TIGHT_ENTRIES: usize = 150;
const TIGHT_VERSIONS: usize = 12;

/// A store, and what each of its versions has to hold.
pub(crate) struct World {
    store: Keyed,
    live: Vec<(Version, Contents)>,
    open: Vec<(Version, Contents)>,
    pinned: Vec<Version>,
    is_tight: bool,
}

impl World {
    /// A store with this setting, and the empty version.
    pub(crate) fn new(setting: &Setting) -> Self {
        let mut store = Keyed::with_hasher(ChosenHashes::default());
        if setting.is_tight {
            let (words, entries, versions) = (TIGHT_WORDS, TIGHT_ENTRIES, TIGHT_VERSIONS);
            store.set_limits(Limits { words, entries, versions, ..store.limits() });
        }
        if setting.has_late_stamps {
            store.skip_stamps_to(u32::MAX);
        }
        let live = vec![(store.empty(), Contents::new())];
        World { store, live, open: Vec::new(), pinned: Vec::new(), is_tight: setting.is_tight }
    }

    /// Does one step on the store and the models, and compares them.
    pub(crate) fn step(&mut self, step: &Step) {
        match *step {
            Step::Insert(version, write) => self.insert(version, write),
            Step::Remove(version, key) => self.remove(version, key),
            Step::Release(version) => self.end(version, Keyed::release),
            Step::Forget(version) => self.end(version, Keyed::forget),
            Step::Edit(version, ref writes, commit) => self.edit(version, writes, commit),
            Step::Open(version) => self.open(version),
            Step::WriteOpen(edit, write) => self.write_open(edit, write),
            Step::Commit(edit) => self.commit(edit),
            Step::Abandon(edit) => self.abandon(edit),
            Step::Compact => drop(self.store.compact()),
            Step::Bulk(ref pairs) => self.bulk(pairs),
            Step::Compare(a, b) => self.compare(a, b),
            Step::Merge(base, ours, theirs) => self.merge(base, ours, theirs),
            Step::Union(a, b) => self.union(a, b),
            Step::Intersection(a, b) => self.intersection(a, b),
            Step::Difference(a, b) => self.difference(a, b),
            Step::Pin(version) => self.pin(version),
            Step::Unpin(pin) => self.unpin(pin),
            Step::Crowd(key) => self.crowd(key),
        }
        self.check();
    }

    /// Compares all versions, then releases them; afterwards nothing may be in use.
    pub(crate) fn finish(mut self) {
        self.live.iter().for_each(|(version, contents)| self.assert_holds(*version, contents));
        for (edit, _) in std::mem::take(&mut self.open) {
            self.store.abandon(edit).expect("an open edit");
        }
        for (version, _) in std::mem::take(&mut self.live) {
            self.store.release(version).expect("a live version");
        }
        for version in std::mem::take(&mut self.pinned) {
            self.store.unpin(version).expect("a pinned version");
        }
        // Frees what only forgotten versions held.
        self.store.compact();
        assert_eq!(self.store.version_rows(), 1);
        self.check();
        let stats = self.store.stats();
        assert_eq!((stats.live_versions, stats.live_words, stats.live_entries), (0, 0, 0));
    }

    fn check(&self) {
        self.store.check().unwrap_or_else(|corruption| panic!("{corruption}"));
    }

    fn insert(&mut self, version: u8, write: Write) {
        let (version, mut contents) = self.pick(version);
        let value = write.value.unwrap_or(0).into();
        let made = self.store.insert(version, Key(write.key), value);
        contents.insert(write.key, value);
        self.keep(made, contents);
    }

    fn remove(&mut self, version: u8, key: u8) {
        let (version, mut contents) = self.pick(version);
        let was_there = contents.remove(&key).is_some();
        match self.store.remove(version, &Key(key)) {
            Ok(Some(made)) => {
                assert!(was_there, "removed a key that was not there");
                self.keep(Ok(made), contents);
            }
            Ok(None) => assert!(!was_there, "did not find the key to remove"),
            Err(error) => self.keep(Err(error), contents),
        }
    }

    fn end(&mut self, version: u8, end: impl Fn(&mut Keyed, Version) -> Result<(), Error>) {
        if self.live.len() < 2 {
            return;
        }
        let index = usize::from(version) % self.live.len();
        let (version, contents) = self.live.swap_remove(index);
        self.assert_holds(version, &contents);
        end(&mut self.store, version).expect("a live version");
        // The empty version is permanent.
        assert!(self.store.at(version).is_err() || version == self.store.empty());
    }

    fn edit(&mut self, version: u8, writes: &[Write], commit: bool) {
        let (version, mut contents) = self.pick(version);
        let is_tight = self.is_tight;
        let mut edit = match self.store.edit(version) {
            Ok(edit) => edit,
            Err(error) => return assert_full(is_tight, error),
        };
        for write in writes {
            write_edit(&mut edit, &mut contents, *write, is_tight);
            assert_eq!(edit.get(&Key(write.key)), contents.get(&write.key));
            assert_eq!(edit.len(), contents.len());
        }
        if commit {
            let made = edit.commit();
            self.keep(Ok(made), contents);
        }
    }

    fn open(&mut self, version: u8) {
        let (version, contents) = self.pick(version);
        if self.open.len() == MOST_OPEN {
            return;
        }
        match self.store.open(version) {
            Ok(edit) => self.open.push((edit, contents)),
            Err(error) => assert_full(self.is_tight, error),
        }
    }

    fn write_open(&mut self, edit: u8, write: Write) {
        let Some(index) = index(edit, self.open.len()) else { return };
        let (edit, contents) = &mut self.open[index];
        let key = Key(write.key);
        let hash = self.store.hash_of(&key);
        let is_key = |store: &mut Keyed, probe: &Probe| -> Result<bool, WithError<()>> {
            Ok(store.candidate(probe)?.is_some_and(|(candidate, _)| *candidate == key))
        };
        let done = match write.value {
            Some(value) => self
                .store
                .insert_with(*edit, hash, key, value.into(), |store, probe, _| is_key(store, probe))
                .map(Some),
            None => self.store.remove_with(*edit, hash, is_key),
        };
        match (done, write.value) {
            (Ok(made), Some(value)) => {
                assert_eq!(made, Some(*edit), "an open edit keeps its handle");
                contents.insert(write.key, value.into());
            }
            (Ok(made), None) => assert_eq!(made.is_some(), contents.remove(&write.key).is_some()),
            (Err(WithError::Store(error)), _) => assert_full(self.is_tight, error),
            (Err(error), _) => panic!("{error:?}"),
        }
        let view = self.store.at_open(*edit).expect("an open edit");
        assert_eq!(view.get(&key), contents.get(&write.key));
        assert_eq!(view.len(), contents.len());
    }

    fn commit(&mut self, edit: u8) {
        let Some(index) = index(edit, self.open.len()) else { return };
        let (edit, contents) = self.open.swap_remove(index);
        let made = self.store.commit(edit);
        self.keep(made, contents);
    }

    fn abandon(&mut self, edit: u8) {
        let Some(index) = index(edit, self.open.len()) else { return };
        let (edit, _) = self.open.swap_remove(index);
        self.store.abandon(edit).expect("an open edit");
        assert!(self.store.at_open(edit).is_err(), "an abandoned edit is gone");
    }

    fn bulk(&mut self, pairs: &[(u8, u8)]) {
        let made = self.store.bulk(pairs.iter().map(|&(key, value)| (Key(key), value.into())));
        let contents = pairs.iter().map(|&(key, value)| (key, value.into())).collect();
        self.keep(made, contents);
    }

    fn compare(&self, a: u8, b: u8) {
        let ((a, left), (b, right)) = (self.pick(a), self.pick(b));
        assert_eq!(self.store.equal(a, b).expect("live versions"), left == right);
        let mut patched = left.clone();
        for change in self.store.diff(a, b).expect("live versions") {
            let old = match change {
                Change::Added { key, value } => (patched.insert(key.0, *value), None),
                Change::Removed { key, value } => (patched.remove(&key.0), Some(*value)),
                Change::Changed { key, old, new } => {
                    assert_ne!(old, new, "{key:?} is listed as changed");
                    (patched.insert(key.0, *new), Some(*old))
                }
            };
            assert_eq!(old.0, old.1, "a change tells another old value than there was");
        }
        assert_eq!(patched, right, "the changes do not lead from one version to the other");
    }

    fn merge(&mut self, base: u8, ours: u8, theirs: u8) {
        let ((base, before), (ours, left)) = (self.pick(base), self.pick(ours));
        let (theirs, right) = self.pick(theirs);
        let mut merged = Contents::new();
        for key in 0..=u8::MAX {
            let (was, mine, other) = (before.get(&key), left.get(&key), right.get(&key));
            let value = if was == other || mine == other {
                mine.copied()
            } else if mine == was {
                other.copied()
            } else {
                settle(mine, other)
            };
            merged.extend(value.map(|value| (key, value)));
        }
        let on_conflict = |conflict: Conflict<'_, Key, u64>| {
            let name = conflict.key.0;
            assert_eq!(conflict.base, before.get(&name), "the base of a conflict");
            settle(conflict.ours, conflict.theirs)
        };
        let made = self.store.merge(base, ours, theirs, on_conflict);
        self.keep(made, merged);
    }

    fn union(&mut self, a: u8, b: u8) {
        let ((a, left), (b, mut contents)) = (self.pick(a), self.pick(b));
        contents.extend(left);
        let made = self.store.union(a, b);
        self.keep(made, contents);
    }

    fn intersection(&mut self, a: u8, b: u8) {
        let ((a, mut contents), (b, right)) = (self.pick(a), self.pick(b));
        contents.retain(|key, _| right.contains_key(key));
        let made = self.store.intersection(a, b);
        self.keep(made, contents);
    }

    fn difference(&mut self, a: u8, b: u8) {
        let ((a, mut contents), (b, right)) = (self.pick(a), self.pick(b));
        contents.retain(|key, _| !right.contains_key(key));
        let made = self.store.difference(a, b);
        self.keep(made, contents);
    }

    fn pin(&mut self, version: u8) {
        let (version, _) = self.pick(version);
        if self.pinned.len() < MOST_PINS {
            let seen = self.store.stats();
            self.store.pin(version).expect("a live version");
            assert_eq!(self.store.stats(), seen, "a pin does not show");
            self.pinned.push(version);
        }
    }

    fn unpin(&mut self, pin: u8) {
        let Some(index) = index(pin, self.pinned.len()) else { return };
        let version = self.pinned.swap_remove(index);
        self.store.unpin(version).expect("a pinned version");
    }

    fn crowd(&mut self, key: u8) {
        let mut crowd = Vec::new();
        for value in 0..CROWD {
            match self.store.insert(self.store.empty(), Key(key), value) {
                Ok(made) => crowd.push(made),
                Err(error) => {
                    assert_full(self.is_tight, error);
                    break;
                }
            }
        }
        let rows = self.store.version_rows();
        let end = |version: Version| self.store.release(version).expect("a live version");
        crowd.into_iter().for_each(end);
        let gone = self.store.shrink_version_table();
        assert!(self.store.version_rows() + gone <= rows);
    }

    fn pick(&self, number: u8) -> (Version, Contents) {
        self.live[usize::from(number) % self.live.len()].clone()
    }

    /// Adds a new version, and releases the oldest one if there are too many.
    fn keep(&mut self, made: Result<Version, Error>, contents: Contents) {
        match made {
            Ok(version) => {
                self.assert_holds(version, &contents);
                self.live.push((version, contents));
            }
            Err(error) => assert_full(self.is_tight, error),
        }
        if self.live.len() > MOST_VERSIONS {
            let (oldest, _) = self.live.remove(0);
            self.store.release(oldest).expect("a live version");
        }
    }

    fn assert_holds(&self, version: Version, contents: &Contents) {
        let view = self.store.at(version).expect("a live version");
        assert_eq!(view.len(), contents.len());
        let found: Contents = view.iter().map(|(key, value)| (key.0, *value)).collect();
        assert_eq!(&found, contents, "what the iterator gives");
        for key in 0..=u8::MAX {
            assert_eq!(view.get(&Key(key)), contents.get(&key), "{:?}", Key(key));
        }
    }
}

/// Writes to a closed edit and its model. A refused write changes neither.
fn write_edit(
    edit: &mut Edit<'_, Key, u64, ChosenHashes>,
    contents: &mut Contents,
    write: Write,
    is_tight: bool,
) {
    let done = match write.value {
        Some(value) => edit.insert(Key(write.key), value.into()),
        None => edit.remove(&Key(write.key)),
    };
    match (done, write.value) {
        (Ok(is_new), Some(value)) => {
            assert_eq!(is_new, contents.insert(write.key, value.into()).is_none());
        }
        (Ok(was_there), None) => assert_eq!(was_there, contents.remove(&write.key).is_some()),
        (Err(error), _) => assert_full(is_tight, error),
    }
}

/// Resolves a conflict: both values combined, or removal if one side removed the key.
fn settle(ours: Option<&u64>, theirs: Option<&u64>) -> Option<u64> {
    Some(ours? ^ theirs?)
}

/// Only a tight store may refuse a step, and only because it is full.
fn assert_full(is_tight: bool, error: Error) {
    assert!(is_tight && matches!(error, Error::Full { .. }), "refused: {error}");
}

fn index(number: u8, count: usize) -> Option<usize> {
    usize::from(number).checked_rem(count)
}
