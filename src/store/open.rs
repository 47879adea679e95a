//! Open edits by handle: an edit that outlives any borrow of the store.
//!
//! [`Edit`](super::Edit) is the form for Rust. This one is for hosts whose transient is an object
//! of their own, which stays open while other versions come and go; its base may be released under
//! it.
//! An open edit is a row of the version table like any other version, whose root still moves.

use crate::error::Error;

use super::table::{EMPTY_SLOT, NewVersion, State};
use super::{Store, Version, View};

impl<K, V, S> Store<K, V, S> {
    /// Opens an edit on a version, in O(1). The handle is to be given to
    /// [`commit`](Store::commit) or [`abandon`](Store::abandon) at last; [`probe`](Store::probe)
    /// and what follows it read and write it until then. The base stays as it is, and may be
    /// released.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`], [`Error::WrongState`]; [`Error::Full`],
    /// [`Error::Allocation`].
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let base = store.insert(store.empty(), "a", 1)?;
    /// let edit = store.open(base)?;
    /// store.release(base)?;
    /// let hash = store.hash_of("b");
    /// let probe = store.probe(edit, hash)?; // no candidate: "b" is new
    /// store.put(probe, "b", 2)?;
    /// let version = store.commit(edit)?;
    /// assert_eq!(store.len(version)?, 2);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn open(&mut self, base: Version) -> Result<Version, Error> {
        let parent = self.table.resolve(base)?;
        self.room_for_version()?;
        let stamp = self.take_stamp();
        let row = self.table.get(parent);
        let (root, len) = (row.root, row.len);
        let new = NewVersion::plain(State::Open, root, len, stamp);
        let slot = self.table.add(parent, new);
        Ok(self.table.handle(slot))
    }

    /// Ends an edit: what it holds is a version from now on, under the same handle. (Of an edit
    /// that holds nothing the handle becomes stale, and the version is the permanent empty one.)
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`]; [`Error::WrongState`] if it is committed already.
    pub fn commit(&mut self, edit: Version) -> Result<Version, Error> {
        let slot = self.table.resolve_open(edit)?;
        Ok(self.commit_open(slot))
    }

    /// Ends an edit, and frees what it made.
    ///
    /// # Errors
    ///
    /// As [`commit`](Store::commit).
    pub fn abandon(&mut self, edit: Version) -> Result<(), Error> {
        let slot = self.table.resolve_open(edit)?;
        self.release_slot(slot);
        self.after_release();
        Ok(())
    }

    /// A view of what an open edit holds now.
    ///
    /// # Errors
    ///
    /// As [`commit`](Store::commit).
    pub fn at_open(&self, edit: Version) -> Result<View<'_, K, V, S>, Error> {
        Ok(View::new(self, self.table.resolve_open(edit)?))
    }

    pub(super) fn commit_open(&mut self, slot: u32) -> Version {
        if self.table.get(slot).root.is_none() {
            self.table.retire(slot);
            return self.table.handle(EMPTY_SLOT);
        }
        self.table.get_mut(slot).state = State::Live;
        let version = self.table.handle(slot);
        if cfg!(feature = "zeal") {
            self.compact_in_zeal();
        }
        version
    }
}
