//! The structures, constants and function types of the header.

use std::ffi::c_void;

/// Returns whether two words are equal: above 0 for yes, 0 for no, below 0 for an error, which ends
/// the call with `HEDGEROW_CALLER`.
///
/// It may call any function on any store, including this one. It must return: no `longjmp`, no
/// exception. If it releases the version that is being read, `a` and `b` may die before it returns.
pub type EqFunction = Option<extern "C" fn(context: *mut c_void, a: u64, b: u64) -> i32>;

/// Called with the key and value of one entry. It may call any function on any store, and must
/// return.
pub type PairFunction = Option<extern "C" fn(context: *mut c_void, key: u64, value: u64)>;

/// Called with an entry, and the number of versions and open edits that hold it. Returns 0 to go
/// on; anything else stops the visit, below 0 as an error. It may read the store; writes are
/// `HEDGEROW_BUSY`.
pub type VisitFunction =
    Option<extern "C" fn(context: *mut c_void, key: u64, value: u64, holders: u32) -> i32>;

/// Decides a conflict of a merge. Above 0: the key gets what was written to `value`. 0: the key is
/// removed. Below 0: an error. It may call any function.
pub type ResolveFunction =
    Option<extern "C" fn(context: *mut c_void, conflict: *const Conflict, value: *mut u64) -> i32>;

/// Hashes have 64 bits; the store folds them to 32 as CPython's HAMT does.
pub const HASH_64: u32 = 0;
/// Hashes have 32 bits, and are used as they are. The upper half has to be 0.
pub const HASH_32: u32 = 32;

/// Dead keys and values are forgotten: for plain numbers.
pub const DEAD_DISCARD: u32 = 0;
/// Dead keys and values wait for `hedgerow_store_drain`.
pub const DEAD_KEEP: u32 = 1;

/// How a store works. All zero is a good choice: keys and values are plain numbers.
///
/// Every entry holds one key and one value. If words stand for counted references, take one in each
/// call of `retain`, and give one back in each call of `drop`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Options {
    /// Passed to every function below.
    pub context: *mut c_void,
    /// Whether two keys of one hash are equal; asked only if their words differ. When looking up or
    /// storing, `a` is the given key and `b` the stored one; when removing it is the other way
    /// round, as in CPython. Null: keys are equal if and only if their words are.
    pub key_eq: EqFunction,
    /// The same for values; only comparisons and merges ask.
    pub value_eq: EqFunction,
    /// Called for every entry that was made, before the call that made it returns. May be null.
    pub retain: PairFunction,
    /// Called for every entry that died, before the call that ended it returns. May be null.
    pub drop: PairFunction,
    /// `HEDGEROW_HASH_64` or `HEDGEROW_HASH_32`.
    pub hash_bits: u32,
    /// `HEDGEROW_DEAD_DISCARD` or `HEDGEROW_DEAD_KEEP`. Ignored if there is a `drop`.
    pub dead: u32,
}

/// A key and its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Pair {
    /// The key.
    pub key: u64,
    /// The value.
    pub value: u64,
}

/// A key, its hash and its value: for building a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Item {
    /// The key's hash.
    pub hash: u64,
    /// The key.
    pub key: u64,
    /// The value.
    pub value: u64,
}

/// An entry that only one of two versions holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Unshared {
    /// The key.
    pub key: u64,
    /// The value.
    pub value: u64,
    /// The key's folded hash. Entries of one hash follow each other, the first version's first.
    pub hash: u32,
    /// 0: the first version holds it. 1: the second.
    pub side: u32,
}

/// Only the second version has the key.
pub const CHANGE_ADDED: u32 = 1;
/// Only the first version has the key.
pub const CHANGE_REMOVED: u32 = 2;
/// Both have the key, with values that are not equal.
pub const CHANGE_REPLACED: u32 = 3;

/// One difference between two versions. The fields of a side without the key are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Change {
    /// The key as the first version has it.
    pub old_key: u64,
    /// Its value there.
    pub old_value: u64,
    /// The key as the second version has it.
    pub new_key: u64,
    /// Its value there.
    pub new_value: u64,
    /// The key's folded hash.
    pub hash: u32,
    /// `HEDGEROW_CHANGE_ADDED`, `_REMOVED` or `_REPLACED`.
    pub kind: u32,
}

/// Set in `hedgerow_conflict.present` if the base has the key.
pub const IN_BASE: u32 = 1;
/// Set if ours has the key.
pub const IN_OURS: u32 = 2;
/// Set if theirs has the key.
pub const IN_THEIRS: u32 = 4;

/// A key that two versions changed in different ways. The value of a side without the key is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Conflict {
    /// The key.
    pub key: u64,
    /// Its value in the base.
    pub base: u64,
    /// Its value in ours.
    pub ours: u64,
    /// Its value in theirs.
    pub theirs: u64,
    /// Which sides have the key: `HEDGEROW_IN_BASE`, `_OURS` and `_THEIRS`, added up.
    pub present: u32,
    /// The key's folded hash.
    pub hash: u32,
}

/// How much two versions share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Sharing {
    /// Nodes in both.
    pub nodes_shared: u64,
    /// Nodes only in the first version.
    pub nodes_only_a: u64,
    /// Nodes only in the second version.
    pub nodes_only_b: u64,
    /// Entries in both.
    pub entries_shared: u64,
    /// Entries only in the first version.
    pub entries_only_a: u64,
    /// Entries only in the second version.
    pub entries_only_b: u64,
}

/// What a store holds. Words are 4 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Stats {
    /// Committed versions and open edits, without the permanent empty one.
    pub live_versions: u64,
    /// Released versions whose place in the family tree still connects live ones.
    pub dead_versions: u64,
    /// Versions forgotten since the last compaction.
    pub forgotten_versions: u64,
    /// Words of blocks in use.
    pub live_words: u64,
    /// Words of free blocks.
    pub free_words: u64,
    /// Entries in use.
    pub live_entries: u64,
    /// Vacant rows of the entry arena.
    pub free_entries: u64,
    /// Bytes that the store has allocated.
    pub heap_bytes: u64,
    /// Compactions so far.
    pub compactions: u64,
}

/// What a store may grow to. Reaching a limit is `HEDGEROW_FULL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Limits {
    /// Words of nodes, 4 bytes each.
    pub words: u64,
    /// Entries.
    pub entries: u64,
    /// Versions and open edits, released versions that are pinned or connect live ones, and the
    /// permanent empty one.
    pub versions: u64,
    /// Stamps, which number versions as they are made. Reaching this compacts, which renumbers
    /// them.
    pub stamps: u64,
}

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Compaction {
    /// Bytes of the store before.
    pub bytes_before: u64,
    /// Bytes of the store after.
    pub bytes_after: u64,
    /// Entries freed, which only forgotten versions held.
    pub entries_freed: u64,
}

/// A position in a version, found by a hash. It is the caller's memory, on the stack for example.
/// It owns nothing, keeps no version alive, may be copied, and is never freed.
///
/// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
///
/// Threads: a plain value. Using it is using its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CProbe {
    /// For the library.
    pub opaque: [u64; 6],
}

/// An iterator over a version or open edit. It is the caller's memory, on the stack for example. It
/// owns nothing, keeps no version alive, may be copied to remember a position, and is never freed.
///
/// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
///
/// Threads: a plain value. Using it is using its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CIter {
    /// For the library.
    pub opaque: [u64; 6],
}
