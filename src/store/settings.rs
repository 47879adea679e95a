//! Limits and statistics.

#[cfg(doc)]
use super::Version;
use super::{MAX_STAMP, Store};

/// What a store may grow to. Reaching a limit is [`Error::Full`](crate::Error::Full), and changes
/// nothing. The defaults are what the 32 bits of a handle can address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Words of nodes, 4 bytes each.
    pub words: usize,
    /// Entries.
    pub entries: usize,
    /// Rows of the version table: live versions, open edits, released ones that are pinned or join
    /// live ones, and the permanent empty one.
    pub versions: usize,
    /// Birth stamps stay below this. Reaching it compacts, which renumbers them from 1 upwards.
    pub stamps: usize,
}

/// What a store holds. Words are 4 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Committed versions and open edits, without the permanent empty one.
    pub live_versions: usize,
    /// Released versions that still join live ones.
    pub dead_versions: usize,
    /// Versions forgotten since the last compaction.
    pub forgotten_versions: usize,
    /// Words of blocks in use.
    pub live_words: usize,
    /// Words of free blocks.
    pub free_words: usize,
    /// Entries in use.
    pub live_entries: usize,
    /// Vacant rows of the entry arena.
    pub free_entries: usize,
    /// Bytes the store has from the allocator for words, entries and versions; keys and values
    /// that own memory of their own come on top.
    pub heap_bytes: usize,
    /// Compactions so far.
    pub compactions: u64,
}

impl<K, V, S> Store<K, V, S> {
    /// What the store holds. O(1).
    pub fn stats(&self) -> Stats {
        let (words, entries) = (&self.arena.words, &self.arena.entries);
        Stats {
            live_versions: self.table.live_count(),
            dead_versions: self.table.dead_count(),
            forgotten_versions: self.forgotten,
            live_words: words.live_words(),
            free_words: words.free_words(),
            live_entries: entries.live_count(),
            free_entries: entries.free_count(),
            heap_bytes: words.heap_bytes()
                + entries.heap_bytes()
                + self.table.heap_bytes()
                + self.arena.dead.capacity() * size_of::<(K, V)>(),
            compactions: self.epoch,
        }
    }

    /// Rows of the version table, in use or vacant: the [row](Version::slot) of every live version
    /// and open edit is below this. For a host that keeps a table of its own beside it. O(1).
    pub fn version_rows(&self) -> usize {
        self.table.row_count()
    }

    /// Gives vacant rows of the version table back to the allocator, if most are vacant, and says
    /// how many there are less now. Nothing is moved, and nothing is freed but rows.
    /// [`compact`](Store::compact) does it, too; this is for a host that would do it more often,
    /// since releasing does not.
    ///
    /// The vacant rows at the end go, and new versions take the lowest of the others first, so that
    /// the end becomes vacant by and by. Costs O(rows) where rows go or are listed anew; else
    /// nothing: where less than three quarters or than 1,024 are vacant, and where a version in the
    /// last row keeps the others and new ones go to low rows already.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let versions: Vec<_> = (0..5_000).map(|n| store.bulk([(n, n)])).collect::<Result<_, _>>()?;
    /// assert_eq!(store.version_rows(), 5_001);
    /// versions.into_iter().try_for_each(|version| store.release(version))?;
    /// store.shrink_version_table();
    /// assert_eq!(store.version_rows(), 1);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn shrink_version_table(&mut self) -> usize {
        self.table.give_back_waste()
    }

    /// Sets what the store may grow to. What it holds beyond a new limit stays.
    pub fn set_limits(&mut self, limits: Limits) {
        self.arena.words.set_limit(limits.words);
        self.arena.entries.set_limit(limits.entries);
        self.table.set_limit(limits.versions);
        self.max_stamp = limits.stamps.clamp(1, MAX_STAMP as usize) as u32;
    }

    /// Skips birth stamps, so that the next version gets this one if it is higher than the next:
    /// for tests of what happens when they run out.
    #[doc(hidden)]
    pub fn skip_stamps_to(&mut self, stamp: u32) {
        self.next_stamp = self.next_stamp.max(stamp.min(self.max_stamp));
    }

    /// Whether the store compacts of its own accord, at the end of a release, when free words
    /// exceed three times the live ones and 256 KiB, or vacant rows do so (and number 16,384). On
    /// by default. Compaction to stay within a limit is not affected.
    pub fn set_auto_compact(&mut self, on: bool) {
        self.auto_compact = on;
    }

    /// Whether dead keys and values are kept for [`take_dead`](Store::take_dead) instead of being
    /// dropped at the end of the operation that freed them. Off by default.
    ///
    /// For hosts whose destructors may call back into the store: they take the dead out, let go of
    /// the store, and drop them then.
    pub fn keep_dead(&mut self, keep: bool) {
        self.arena.keep_dead = keep;
        self.bury_dead();
    }

    /// The keys and values that died since the last call, if [`keep_dead`](Store::keep_dead) is on.
    pub fn take_dead(&mut self) -> Vec<(K, V)> {
        std::mem::take(&mut self.arena.dead)
    }

    /// [`take_dead`](Store::take_dead) into a vector that the caller keeps for its capacity. What
    /// the vector holds stays.
    #[inline]
    pub fn take_dead_into(&mut self, dead: &mut Vec<(K, V)>) {
        if dead.is_empty() {
            std::mem::swap(&mut self.arena.dead, dead);
        } else {
            dead.append(&mut self.arena.dead);
        }
    }

    /// The key and value that died last, of those not taken yet: for the common case that one died.
    #[inline]
    pub fn pop_dead(&mut self) -> Option<(K, V)> {
        self.arena.dead.pop()
    }

    /// [`pop_dead`](Store::pop_dead), if `wanted` says so of it.
    #[inline]
    pub fn pop_dead_if(&mut self, wanted: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)> {
        self.arena.dead.pop_if(|(key, value)| wanted(key, value))
    }

    /// Whether there are dead keys and values to be taken.
    #[inline]
    pub fn has_dead(&self) -> bool {
        !self.arena.dead.is_empty()
    }

    /// Drops what died. The store is consistent: a destructor that panics leaves it so.
    #[inline]
    pub(super) fn bury_dead(&mut self) {
        if !self.arena.dead.is_empty() && !self.arena.keep_dead {
            drop(std::mem::take(&mut self.arena.dead));
        }
    }
}
