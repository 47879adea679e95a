//! Limits and statistics.

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

    /// Sets what the store may grow to. What it holds beyond a new limit stays.
    pub fn set_limits(&mut self, limits: Limits) {
        self.arena.words.set_limit(limits.words);
        self.arena.entries.set_limit(limits.entries);
        self.table.set_limit(limits.versions);
        self.max_stamp = limits.stamps.clamp(1, MAX_STAMP as usize) as u32;
    }

    /// Whether the store compacts of its own accord, at the end of a release, when free words
    /// exceed three times the live ones and 256 KiB, or vacant rows do so (and number 16,384). On
    /// by default. Compaction to stay within a limit is not affected.
    pub fn set_auto_compact(&mut self, on: bool) {
        self.auto_compact = on;
    }

    /// Drops what died. The store is consistent: a destructor that panics leaves it so.
    #[inline]
    pub(crate) fn drop_dead(&mut self) {
        if !self.arena.dead.is_empty() && !self.arena.keep_dead {
            drop(std::mem::take(&mut self.arena.dead));
        }
    }
}
