//! Edits (transients): a version in the making, written in place.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::error::Error;
use crate::trie::Location;

use super::table::{EMPTY_ROW, State, VersionRow};
use super::update::Target;
use super::{Store, Version, View};

/// A version in the making. Nodes and entries that the edit made itself are written in place, so
/// only the first change to a path copies it. [`commit`](Edit::commit) makes it a version; dropping
/// it abandons it. One that is leaked stays open, and
/// [`open_edits`](crate::host::HostStore::open_edits) names it.
///
/// ```
/// let mut store = hedgerow::Store::new();
/// let mut edit = store.edit(store.empty())?;
/// edit.extend((0..1000).map(|n| (n, n * n)));
/// edit.remove(&13)?;
/// let version = edit.commit();
/// assert_eq!(store.at(version)?.len(), 999);
/// # Ok::<(), hedgerow::Error>(())
/// ```
#[must_use = "dropping an edit abandons it"]
pub struct Edit<'s, K, V, S = super::DefaultHashBuilder> {
    store: &'s mut Store<K, V, S>,
    index: u32,
    ended: bool,
}

impl<K, V, S> Store<K, V, S> {
    /// Opens an edit on a version, in O(1).
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::WrongState`]; [`Error::Full`],
    /// [`Error::Allocation`].
    pub fn edit(&mut self, base: Version) -> Result<Edit<'_, K, V, S>, Error> {
        let index = self.open_edit(base)?;
        Ok(Edit { store: self, index, ended: false })
    }

    /// Another version with the contents of this one, all of which they share, in O(1). Each of the
    /// two is released by itself: so two owners may have one map. It takes a row, and no words or
    /// entries. Of the permanent empty version, this is the same handle again.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::WrongState`]; [`Error::Full`],
    /// [`Error::Allocation`].
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// let other = store.duplicate(one)?;
    /// store.release(one)?;
    /// assert_eq!(store.at(other)?.get("a"), Some(&1));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn duplicate(&mut self, version: Version) -> Result<Version, Error> {
        let original = self.table.resolve(version)?;
        if original == EMPTY_ROW {
            return Ok(version);
        }
        let index = self.open_edit(version)?;
        // Asked for here, because making room may have moved the entries.
        self.table.get_mut(index).run = self.table.get(original).run;
        Ok(self.commit_edit(index))
    }

    /// Makes a row for an open edit: like any version's, but its root still moves.
    pub(crate) fn open_edit(&mut self, base: Version) -> Result<u32, Error> {
        let parent = self.table.resolve(base)?;
        self.room_for_version()?;
        let stamp = self.take_stamp();
        let VersionRow { root, len, .. } = *self.table.get(parent);
        let edit = VersionRow { state: State::Open, root, len, stamp, ..VersionRow::VACANT };
        Ok(self.table.add(parent, edit).0)
    }

    /// Makes a version of an open edit. An empty one gives its row back, and is the empty version.
    pub(crate) fn commit_edit(&mut self, index: u32) -> Version {
        if self.table.get(index).root.is_none() {
            self.table.retire(index);
            return self.empty();
        }
        self.table.get_mut(index).state = State::Live;
        let version = self.table.handle(index);
        if cfg!(feature = "stress") {
            self.compact_under_stress();
        }
        version
    }

    /// Ends an open edit, and frees what it made.
    pub(crate) fn abandon_edit(&mut self, index: u32) {
        self.release_row(index);
        self.after_release();
    }
}

impl<K, V, S> Edit<'_, K, V, S> {
    /// How many entries there are now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.table.get(self.index).len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the edit holds now, to read.
    #[must_use]
    pub fn view(&self) -> View<'_, K, V, S> {
        self.store.view(self.index)
    }

    /// Makes a version of what the edit holds. It cannot fail: the edit has a row already.
    pub fn commit(mut self) -> Version {
        self.ended = true;
        self.store.commit_edit(self.index)
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Edit<'_, K, V, S> {
    /// Puts `value` under `key`, and returns whether the key is new. If there is an equal key, the
    /// given key and value replace both.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::Allocation`]; the edit is as before.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Result<bool, Error> {
        let hash = self.store.key_hash(&key);
        let (key, value) = match self.store.write_in_place(self.index, hash, key, value) {
            Ok(is_new) => return Ok(is_new),
            Err(pair) => pair,
        };
        let mut location = Location::unset();
        let target = Target::BorrowedEdit(self.index);
        let matched = self.store.find(target, hash, &key, &mut location);
        let written = self.store.write_pair(target, &mut location, matched, key, value);
        written.map(|_| matched.is_none())
    }

    /// Removes `key`, and returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`insert`](Edit::insert): what a removal changes may have to be copied first.
    pub fn remove<Q>(&mut self, key: &Q) -> Result<bool, Error>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut location = Location::unset();
        let target = Target::BorrowedEdit(self.index);
        let hash = self.store.key_hash(key);
        let Some(matched) = self.store.find(target, hash, key, &mut location) else {
            return Ok(false);
        };
        self.store.write_removal(target, &mut location, matched).map(|_| true)
    }

    /// The value of a key.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.view().get(key)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.view().contains_key(key)
    }
}

/// # Panics
///
/// Where [`Edit::insert`] would fail, as a `HashMap` does when it cannot grow.
impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for Edit<'_, K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        for (key, value) in items {
            if let Err(error) = self.insert(key, value) {
                panic!("{error}");
            }
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Edit<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl<K, V, S> Drop for Edit<'_, K, V, S> {
    fn drop(&mut self) {
        if !self.ended {
            self.store.abandon_edit(self.index);
        }
    }
}
