//! What words and rows look like from outside: references and entries.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

/// The address of a node: the index of its first word. Prints as `n1f40`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeRef(pub(crate) u32);

impl NodeRef {
    /// The root of an empty map. It reads as a node without slots.
    pub(crate) const NONE: NodeRef = NodeRef(0);

    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{:x}", self.0)
    }
}

impl fmt::Debug for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address of an entry: the index of its row. Prints as `e1f40`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryRef(pub(crate) u32);

impl fmt::Display for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{:x}", self.0)
    }
}

impl fmt::Debug for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Words of the largest branch: three of header and 32 slots, rounded up to a block size.
pub(crate) const BRANCH_WORDS: usize = 36;

/// The stamp of the version that made an entry. Never zero: a row whose birth is zero is vacant.
///
/// Atomic, because renumbering writes it while others read the key and the value.
pub(crate) struct Birth(AtomicU32);

impl Birth {
    #[inline(always)]
    pub(crate) fn of(stamp: u32) -> Self {
        assert!(stamp != 0, "stamps start at 1");
        Birth(AtomicU32::new(stamp))
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, stamp: u32) {
        self.0.store(stamp, Ordering::Relaxed);
    }
}

/// One key with its value. Every version that holds it shares it; it does not change while shared.
pub(crate) struct Entry<K, V> {
    pub(crate) birth: Birth,
    /// The folded hash, so that a split need not hash the key again.
    pub(crate) hash: u32,
    pub(crate) key: K,
    pub(crate) value: V,
}

const _: () = assert!(size_of::<Entry<u32, u32>>() == 16, "two words, a key and a value");
