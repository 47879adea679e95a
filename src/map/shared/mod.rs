//! Who holds which version of an arena, who may write, and when what has gone is freed.
//!
//! Maps made from one another share one arena. Each is a [`Handle`]: the root of its version, and
//! one count of that version's [`Holder`]. Reading takes the handle alone. Writing takes the
//! writer's lock, unless the map is the only one of its arena.
//!
//! A version whose last handle goes is released at once by whoever dropped that, or if somebody is
//! writing, by them before they let go of the lock: it stands in a queue meanwhile.
//!
//! # Contract
//!
//! 1. A [`Shared`] lives until its `refs` are zero. Each version has one of them, from when it is
//!    made until it is released, and each [`Owner`] has one.
//! 2. Whoever has the writer's lock has `inner`; so has a handle that is borrowed mutably while
//!    `refs` and the count of its holder are 1: then there is no other handle.
//! 3. A holder lives until its version is released.
//! 4. Nodes and entries that a version holds are not written while it is held, unless there is no
//!    other handle of it (2). Rows do not move while an arena is shared, and words that move leave
//!    the old ones where they were.
//! 5. The [`Bases`] that a handle has live as long as it has them: while an arena is shared, none
//!    are freed.
//!
//! What orders the writes of one thread before the reads of another: a handle gets from thread to
//! thread by something that synchronises, and all that it leads to was written before it was made.
//! What orders the reads of one thread before the writes of another: counts go down by `Release`
//! and are asked by `Acquire`. The tests in `models` show that what is said here is needed, and is
//! enough.
#![allow(unsafe_code, reason = "versions that threads share without a lock")]

mod handle;
mod holder;
mod inner;
#[cfg(all(test, loom))]
mod models;
mod owner;
mod state;
mod sync;
mod writing;

pub(super) use handle::{EntriesMut, Handle};
pub(super) use owner::Owner;
