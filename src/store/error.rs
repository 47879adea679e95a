//! One error enum per boundary: [`Error`] for the store, [`WithError`] where the caller's own code
//! may fail as well, [`Corruption`] for the checker.

use std::error::Error as StdError;
use std::fmt;

use super::version::Version;
use crate::arena::{NoRoom, Refused};

/// Why a store refused. No version was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The version was released or forgotten, or it is an edit that has ended. This store gave the
    /// handle: one it did not give is [`OtherStore`](Error::OtherStore).
    ///
    /// Keep a version from being released for as long as you use it; a `Version` does not count
    /// its copies.
    Stale {
        /// The handle.
        version: Version,
    },
    /// The version belongs to another store, or was made up. Use it with the store that made it.
    OtherStore {
        /// The handle.
        version: Version,
    },
    /// The operation is for committed versions, and this one is an open edit; or the reverse.
    WrongState {
        /// The handle.
        version: Version,
        /// Whether it is an open edit.
        open: bool,
    },
    /// The open edit was written after the probe or cursor was made, or during every attempt of a
    /// search. Begin again.
    Changed {
        /// The edit's handle.
        version: Version,
    },
    /// A probe does not allow this: see the message.
    Misuse {
        /// What was wrong.
        reason: &'static str,
    },
    /// A limit was reached: [`Limits`](crate::Limits), or what 32-bit references can address.
    ///
    /// Release versions, [`compact`](crate::Store::compact), or raise the limit.
    Full {
        /// What there is too much of.
        what: Resource,
        /// The limit.
        limit: usize,
    },
    /// The allocator refused memory, for words, entries and versions or for what the operation
    /// collects. Release versions, or free memory elsewhere.
    Allocation {
        /// How many bytes were asked for.
        bytes: usize,
    },
}

/// What a store can run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// Words of nodes, 4 bytes each.
    Words,
    /// Entries.
    Entries,
    /// Rows of the version table.
    Versions,
    /// Birth stamps. Compaction renumbers them, so they run out only where as many versions are
    /// live.
    Stamps,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Stale { version } => {
                write!(f, "{version} is stale: it was released or forgotten, or its edit ended")
            }
            Error::OtherStore { version } => {
                write!(f, "{version} belongs to another store: use it with the one that made it")
            }
            Error::WrongState { version, open: true } => {
                write!(f, "{version} is an open edit: commit it first")
            }
            Error::WrongState { version, open: false } => {
                write!(f, "{version} is committed, hence immutable: open an edit on it")
            }
            Error::Changed { version } => {
                write!(f, "{version} changed since it was probed: probe it again")
            }
            Error::Misuse { reason } => f.write_str(reason),
            Error::Full { what, limit } => write!(
                f,
                "no room for more {what}: the limit is {limit}; release versions, compact, or \
                 raise the limit",
            ),
            Error::Allocation { bytes } => {
                write!(f, "the allocator refused {bytes} bytes: release versions, or free memory")
            }
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resource::Words => "words",
            Resource::Entries => "entries",
            Resource::Versions => "versions",
            Resource::Stamps => "birth stamps",
        })
    }
}

impl StdError for Error {}

impl Error {
    /// The allocator refused memory. No `From`: that would take part in the inference of types in
    /// code that knows nothing of it.
    pub(crate) fn refused(Refused(bytes): Refused) -> Self {
        Error::Allocation { bytes }
    }

    /// There is no room for more of `what`.
    pub(super) fn no_room(what: Resource, why: NoRoom) -> Self {
        match why {
            NoRoom::Limit(limit) => Error::Full { what, limit },
            NoRoom::Allocation(bytes) => Error::Allocation { bytes },
        }
    }
}

/// The store's error, or the caller's own, from an operation that runs the caller's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithError<E> {
    /// The store refused.
    Store(Error),
    /// The caller's closure failed with this. No version was changed.
    Caller(E),
}

impl<E> From<Error> for WithError<E> {
    fn from(error: Error) -> Self {
        WithError::Store(error)
    }
}

impl<E: fmt::Display> fmt::Display for WithError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WithError::Store(error) => error.fmt(f),
            WithError::Caller(error) => error.fmt(f),
        }
    }
}

impl<E: StdError + 'static> StdError for WithError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            WithError::Store(error) => error.source(),
            WithError::Caller(error) => error.source(),
        }
    }
}

/// What [`Store::check`](crate::Store::check) found to be wrong: a bug of this crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corruption {
    pub(crate) what: String,
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store is corrupt: {}", self.what)
    }
}

impl StdError for Corruption {}
