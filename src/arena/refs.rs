//! References into the arena, and what happens when it cannot grow.

use std::fmt;

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

/// Why an arena could not grow. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// The settable limit, in words or entries.
    Limit(usize),
    /// The allocator refused this many bytes.
    Allocation(usize),
}

/// How much an arena that needs this much grows beyond it: as much again up to a limit; beyond, by
/// a sixteenth, because what is allocated ahead of need is memory that every entry pays for.
pub(super) fn growth(needed: usize, doubling_limit: usize) -> usize {
    if needed < doubling_limit { needed } else { needed / 16 }
}

/// What is built to measure gets so much beyond it that the next update need not grow it.
pub(crate) fn slack(size: usize) -> usize {
    size / 64 + 16
}

/// The last line of defence: no code of the user runs between reserving and writing, so only a bug
/// of this crate can come here. It comes before anything is overwritten: every version stays as it
/// was, and what the operation had made by then stays behind until the next compaction.
#[cold]
pub(crate) fn overrun(what: &str) -> ! {
    panic!("an operation took more {what} than it had reserved: a bug of hedgerow");
}

/// Gives back what a vector has reserved beyond its length and `spare`. `Vec::shrink_to` ends the
/// process where the allocator refuses the smaller block; here everything stays as it is then.
pub(crate) fn shrink<T>(items: &mut Vec<T>, spare: usize) {
    let mut fresh = Vec::new();
    let wanted = items.len() + spare;
    if wanted < items.capacity() && fresh.try_reserve_exact(wanted).is_ok() {
        fresh.append(items);
        *items = fresh;
    }
}
