//! What a store may grow to, and what it holds.

/// What a store may grow to. Reaching a limit is [`Error::Full`](crate::Error::Full), and changes
/// nothing. The defaults are the most that references and handles can address.
///
/// | | at most |
/// | --- | --- |
/// | words of nodes | 4,294,967,251 (16 GiB) |
/// | entries | 4,294,967,295 |
/// | versions at one time, open edits included | 2^28 - 1 |
/// | versions in all | 2^30 - 1 for each row of the version table |
///
/// Birth stamps have 31 bits. A compaction renumbers them when half are used up. A store that is
/// never compacted is so after two billion commits: once, an update takes as long as `compact`,
/// which is 0.2 s with a million entries and 2 s with ten million (`perf/notes`).
///
/// ```
/// use hedgerow::{Error, Limits, Resource, Store};
///
/// let mut store = Store::new();
/// store.set_limits(Limits { entries: 1, ..store.limits() });
/// let one = store.insert(store.empty(), "a", 1)?;
/// let refused = store.insert(one, "b", 2);
/// assert_eq!(refused, Err(Error::Full { what: Resource::Entries, limit: 1 }));
/// assert_eq!(store.len(one)?, 1);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Words of nodes, 4 bytes each.
    pub words: usize,
    /// Entries.
    pub entries: usize,
    /// Rows of the version table: live versions, open edits, released ones that are pinned or
    /// connect live ones, and the permanent empty one.
    pub versions: usize,
    /// Birth stamps stay below this. Reaching it compacts, which renumbers them from 1
    /// upwards, as does every compaction when half of them are used up.
    pub stamps: usize,
}

/// What a store holds. Words are 4 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Committed versions and open edits, without the permanent empty one.
    pub live_versions: usize,
    /// Released versions that still connect live ones.
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
    /// Bytes the store has for words, entries and versions. Those that went back to the system are
    /// estimated. Keys and values that own memory of their own come on top.
    pub heap_bytes: usize,
    /// Compactions so far.
    pub compactions: u64,
}
