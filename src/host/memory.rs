//! The methods that a host's memory management needs: who holds what, pins, the dead, rows.

use crate::arena::{try_collect, with_room};
#[cfg(doc)]
use crate::store::Store;
use crate::store::Version;
use crate::store::error::Error;
use crate::store::table::{EMPTY_ROW, NO_ROW, State};

use super::Ownership;
use super::store::sealed::Sealed;

/// What a host with a garbage collector or destructors of its own needs of a [`Store`]. Implemented
/// for every store, and for nothing else.
///
/// Where a method takes a version, it takes an open edit as well, unless it says otherwise.
pub trait HostMemory<K, V>: Sealed {
    /// Writes what versions hold, as a graph. A node with several parents becomes a shared node, so
    /// that nothing is written twice.
    ///
    /// Where one of the `others` holds an entry, none of its lines has `first`. A version may be
    /// given twice; both then hold everything.
    ///
    /// Costs O(nodes and entries that are reached), however many versions there are, and at most
    /// three bits of memory for every word of the store and one for every row.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::Allocation`], before the first line.
    ///
    /// ```
    /// use hedgerow::host::{HostMemory, Ownership};
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), "old", 1)?;
    /// let b = store.insert(a, "new", 2)?;
    /// let mut first = Vec::new();
    /// store.ownership(&[a, b], &[], |line| match line {
    ///     Ownership::Entry { key, first: true, .. } => first.push(*key),
    ///     _ => {}
    /// })?;
    /// first.sort();
    /// assert_eq!(first, ["new", "old"]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn ownership(
        &self,
        versions: &[Version],
        others: &[Version],
        write: impl FnMut(Ownership<'_, K, V>),
    ) -> Result<(), Error>;

    /// Calls `visit` with every entry that some of the given versions hold, and the number of those
    /// that do. A version given twice counts twice.
    ///
    /// Costs O(m log m) for m nodes and entries that are reached, however often they are shared,
    /// and at most two bits of memory for every word of the store.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::Allocation`], before the first call.
    ///
    /// ```
    /// use hedgerow::host::HostMemory;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), "old", 1)?;
    /// let b = store.insert(a, "new", 2)?;
    /// let mut held = Vec::new();
    /// store.count_holders(&[a, b], |key, _, holders| held.push((*key, holders)))?;
    /// held.sort();
    /// assert_eq!(held, [("new", 1), ("old", 2)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn count_holders(
        &self,
        versions: &[Version],
        visit: impl FnMut(&K, &V, u32),
    ) -> Result<(), Error>;

    /// The live versions and open edits that hold entries, by family. Those of two families share
    /// nothing. Those of one may share: they were derived from each other, or from versions that
    /// have been released. O(rows of the version table).
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`].
    ///
    /// ```
    /// use hedgerow::host::HostMemory;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), 1, 1)?;
    /// let b = store.insert(a, 2, 2)?;
    /// let c = store.insert(store.empty(), 3, 3)?;
    /// let families = store.families()?;
    /// assert!(families[0].len() == 2 && families[0].contains(&a) && families[0].contains(&b));
    /// assert_eq!(families[1..], [[c]]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn families(&self) -> Result<Vec<Vec<Version>>, Error>;

    /// Whether other versions or open edits may share something with this one: it was derived from
    /// another that is live or has other descendants, or another was derived from it. O(1).
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`].
    ///
    /// ```
    /// use hedgerow::host::HostMemory;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), 1, 1)?;
    /// assert!(!store.has_relatives(a)?);
    /// let b = store.insert(a, 2, 2)?;
    /// assert!(store.has_relatives(a)? && store.has_relatives(b)?);
    /// store.release(a)?;
    /// assert!(!store.has_relatives(b)?);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn has_relatives(&self, version: Version) -> Result<bool, Error>;

    /// Keeps what a committed version holds until [`unpin`](HostMemory::unpin), even if the version
    /// is released before that: its handle becomes stale then, and it is no longer counted or
    /// listed, but its entries are not freed. For a host that has copied keys out of a version and
    /// runs user code, which may release the version. O(1); takes no memory.
    ///
    /// # Errors
    ///
    /// As [`Store::at`].
    ///
    /// ```
    /// use hedgerow::host::HostMemory;
    ///
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
    fn pin(&mut self, version: Version) -> Result<(), Error>;

    /// Ends a [`pin`](HostMemory::pin). If it was the last one of a version that was released
    /// meanwhile, frees what only that held.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] for a version that is not pinned, [`Error::OtherStore`].
    fn unpin(&mut self, version: Version) -> Result<(), Error>;

    /// Sets whether dead keys and values are kept for [`take_dead`](HostMemory::take_dead) instead
    /// of being dropped at the end of the operation that freed them. Off by default. Turning it off
    /// drops those that wait.
    ///
    /// A host whose destructors may use the store takes the dead out, ends its borrow, and drops
    /// them then.
    fn keep_dead(&mut self, keep: bool);

    /// The keys and values that died since the last call, if [`keep_dead`](HostMemory::keep_dead)
    /// is on. Where the allocator refuses a list of all, those that are missing wait for the next
    /// call; [`pop_dead`](HostMemory::pop_dead) takes them without memory.
    fn take_dead(&mut self) -> Vec<(K, V)>;

    /// [`take_dead`](HostMemory::take_dead) into a vector that the caller keeps for its capacity.
    /// What the vector holds stays. Afterwards [`has_dead`](HostMemory::has_dead) is true only
    /// where the allocator refused a longer vector.
    fn take_dead_into(&mut self, dead: &mut Vec<(K, V)>);

    /// The key and value that died last, of those not taken yet: for the common case that one died.
    fn pop_dead(&mut self) -> Option<(K, V)>;

    /// [`pop_dead`](HostMemory::pop_dead) if `wanted` returns true for it.
    fn pop_dead_if(&mut self, wanted: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>;

    /// Whether there are dead keys and values to be taken.
    fn has_dead(&self) -> bool;

    /// Rows of the version table, in use or vacant: the [row](Version::row) of every live version
    /// and open edit is below this. For a host that keeps a table of its own beside it. O(1).
    fn version_rows(&self) -> usize;

    /// The live version or open edit in a row of the version table; `None` for the row of the
    /// permanent empty version. With [`version_rows`](HostMemory::version_rows) it lists all
    /// without memory. O(1).
    ///
    /// ```
    /// use hedgerow::host::{HostMemory, HostStore};
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), 1, 1)?;
    /// let edit = store.open(a)?;
    /// let rows = 0..store.version_rows() as u32;
    /// let listed: Vec<_> = rows.filter_map(|row| store.version_in_row(row)).collect();
    /// assert_eq!(listed, [a, edit]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn version_in_row(&self, row: u32) -> Option<Version>;

    /// Gives all vacant rows at the end of the version table back where most are vacant, and
    /// returns by how many rows the table shrank. Moves no version.
    ///
    /// New versions take the lowest vacant rows first, so that the end becomes vacant over time. A
    /// release gives it back by itself, so many rows at a time, where the table is much longer than
    /// what is in use; [`Store::compact`] gives back all. This is for a host that is about to read
    /// all rows.
    ///
    /// Costs what goes back. Does nothing where less than three quarters of the rows are vacant, or
    /// fewer than 1,024.
    ///
    /// ```
    /// use hedgerow::host::HostMemory;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let versions: Vec<_> = (0..5_000).map(|n| store.bulk([(n, n)])).collect::<Result<_, _>>()?;
    /// assert_eq!(store.version_rows(), 5_001);
    /// versions.into_iter().try_for_each(|version| store.release(version))?;
    /// store.shrink_version_table();
    /// assert_eq!(store.version_rows(), 1);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn shrink_version_table(&mut self) -> usize;

    /// Skips birth stamps, so that the next version gets this one if it is higher than the next:
    /// for tests of what happens when they run out.
    #[doc(hidden)]
    fn skip_stamps_to(&mut self, stamp: u32);
}

impl<K, V, S> HostMemory<K, V> for crate::store::Store<K, V, S> {
    fn ownership(
        &self,
        versions: &[Version],
        others: &[Version],
        write: impl FnMut(Ownership<'_, K, V>),
    ) -> Result<(), Error> {
        self.write_ownership(versions, others, write)
    }

    fn count_holders(
        &self,
        versions: &[Version],
        visit: impl FnMut(&K, &V, u32),
    ) -> Result<(), Error> {
        self.visit_holders(versions, visit)
    }

    fn families(&self) -> Result<Vec<Vec<Version>>, Error> {
        let is_listed = |index: u32| {
            let row = self.table.get(index);
            matches!(row.state, State::Live | State::Open) && !row.root.is_none()
        };
        let families = self.table.families(is_listed).map_err(Error::refused)?;
        let mut listed = with_room(families.len()).map_err(Error::refused)?;
        for family in families.iter().filter(|family| !family.is_empty()) {
            let handles = family.iter().map(|&index| self.table.handle(index));
            listed.push(try_collect(handles).map_err(Error::refused)?);
        }
        Ok(listed)
    }

    fn version_in_row(&self, row: u32) -> Option<Version> {
        let is_row = row != EMPTY_ROW && (row as usize) < self.table.row_count();
        let state = is_row.then(|| self.table.get(row).state)?;
        matches!(state, State::Live | State::Open).then(|| self.table.handle(row))
    }

    fn has_relatives(&self, version: Version) -> Result<bool, Error> {
        let row = self.table.find_any(version)?.1;
        Ok(row.parent != NO_ROW || row.first_child != NO_ROW)
    }

    fn pin(&mut self, version: Version) -> Result<(), Error> {
        let index = self.table.resolve(version)?;
        // A host that does not end 2^32 pins of one version has a bug.
        self.table.get_mut(index).pins += 1;
        Ok(())
    }

    fn unpin(&mut self, version: Version) -> Result<(), Error> {
        let index = self.table.resolve_pinned(version)?;
        let row = self.table.get_mut(index);
        row.pins -= 1;
        if row.pins == 0 && row.state == State::Pinned {
            self.table.unkeep_pinned(index);
            self.release_row(index);
            self.after_release();
        }
        Ok(())
    }

    fn keep_dead(&mut self, keep: bool) {
        self.arena.keep_dead = keep;
        if !keep {
            self.arena.drop_dead();
        }
    }

    fn take_dead(&mut self) -> Vec<(K, V)> {
        let mut dead = Vec::new();
        self.arena.take_dead_into(&mut dead);
        dead
    }

    #[inline]
    fn take_dead_into(&mut self, dead: &mut Vec<(K, V)>) {
        self.arena.take_dead_into(dead);
    }

    #[inline]
    fn pop_dead(&mut self) -> Option<(K, V)> {
        self.arena.pop_dead()
    }

    #[inline]
    fn pop_dead_if(&mut self, wanted: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)> {
        self.arena.pop_dead_if(wanted)
    }

    #[inline]
    fn has_dead(&self) -> bool {
        self.arena.has_dead()
    }

    fn version_rows(&self) -> usize {
        self.table.row_count()
    }

    fn shrink_version_table(&mut self) -> usize {
        self.table.give_back_waste()
    }

    fn skip_stamps_to(&mut self, stamp: u32) {
        self.next_stamp = self.next_stamp.max(stamp.min(self.max_stamp));
    }
}
