//! How arenas grow and shrink, and what they report when they cannot.

use super::scratch::Refused;

/// Why an arena could not grow. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// The settable limit, in words or entries.
    Limit(usize),
    /// The allocator refused this many bytes.
    Allocation(usize),
}

impl From<Refused> for NoRoom {
    fn from(Refused(bytes): Refused) -> Self {
        NoRoom::Allocation(bytes)
    }
}

/// By how much to grow beyond what is needed: as much again up to a limit, then a sixteenth,
/// because every entry pays for memory that is allocated ahead of need. In a mapping, where growing
/// costs next to nothing, a 64th is enough.
pub(super) fn growth(needed: usize, doubling_limit: usize, is_mapped: bool) -> usize {
    if is_mapped {
        needed / 64
    } else if needed < doubling_limit {
        needed
    } else {
        needed / 16
    }
}

/// Spare room for an arena of known size, so that the next update need not grow it.
pub(super) fn slack(size: usize) -> usize {
    size / 64 + 16
}

/// Panics where an operation takes more than it reserved. No user code runs between reserving and
/// writing, so only a bug of this crate leads here. Nothing is overwritten before: every version
/// stays as it was, and what the operation had made stays allocated until the next compaction.
#[cold]
pub(crate) fn overrun(what: &str) -> ! {
    panic!("an operation took more {what} than it had reserved: a bug of hedgerow");
}
