//! Pins: what a host reads for a while stays, although its version may be released meanwhile.
//!
//! A pin is no version. Whoever asks the store what there is (statistics, families, versions) sees
//! the same as without it; only what the pinned version holds is there for longer.

use crate::error::Error;

use super::table::{EMPTY_SLOT, State, VersionTable};
use super::{Store, Version};

impl<K, V, S> Store<K, V, S> {
    /// Keeps what a version holds until [`unpin`](Store::unpin), even if the version is released
    /// before that: its handle becomes stale then, and it is counted and listed no more, but its
    /// entries are not freed. For a host that has copied keys out of a version and runs code of
    /// its user, who may release the version. O(1); takes no memory.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let version = store.insert(store.empty(), "a", 1)?;
    /// store.pin(version)?;
    /// store.release(version)?;
    /// assert!(store.at(version).is_err());
    /// assert_eq!((store.stats().live_versions, store.stats().live_entries), (0, 1));
    /// store.unpin(version)?;
    /// assert_eq!(store.stats().live_entries, 0);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn pin(&mut self, version: Version) -> Result<(), Error> {
        let slot = self.table.resolve(version)?;
        // Versions are fewer than 2^28, and so is what a program can have under way on one.
        self.table.get_mut(slot).pins += 1;
        Ok(())
    }

    /// Ends a [`pin`](Store::pin). If it was the last one of a version that was released meanwhile,
    /// what only that held is freed now.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] for a version that is not pinned, [`Error::Foreign`].
    pub fn unpin(&mut self, version: Version) -> Result<(), Error> {
        let slot = self.table.resolve_pinned(version)?;
        let row = self.table.get_mut(slot);
        row.pins -= 1;
        if row.pins == 0 && row.state == State::Pinned {
            self.table.revive(slot);
            self.release_slot(slot);
            self.after_release();
        }
        Ok(())
    }

    /// Releases a version that is pinned: in name. Says whether it was.
    #[inline]
    pub(super) fn release_pinned(&mut self, slot: u32) -> bool {
        let is_pinned = self.table.get(slot).pins > 0;
        if is_pinned && slot != EMPTY_SLOT {
            self.table.outlive(slot);
        }
        is_pinned
    }
}

impl VersionTable {
    /// The row of a version that is pinned, released or not.
    fn resolve_pinned(&self, version: Version) -> Result<u32, Error> {
        match self.resolve_any(version) {
            Err(Error::Stale { .. }) => {}
            resolved => {
                let slot = resolved?;
                let is_pinned = self.get(slot).pins > 0;
                return if is_pinned { Ok(slot) } else { Err(Error::Stale { version }) };
            }
        }
        let slot = version.slot();
        match self.slots.get(slot as usize) {
            Some(row) if row.state == State::Pinned && row.generation == version.generation() => {
                Ok(slot)
            }
            _ => Err(Error::Stale { version }),
        }
    }

    /// The version has been released, and is pinned.
    #[cold]
    fn outlive(&mut self, slot: u32) {
        self.get_mut(slot).state = State::Pinned;
        self.live -= 1;
        self.pinned += 1;
    }

    /// The reverse, for the version to be released indeed.
    fn revive(&mut self, slot: u32) {
        self.get_mut(slot).state = State::Live;
        self.live += 1;
        self.pinned -= 1;
    }
}
