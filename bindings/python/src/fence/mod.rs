//! The fence: the one module of this crate that opens `unsafe`.
//!
//! What it relies on, and what the rest of the crate may therefore do without a thought:
//!
//! 1. **Attached.** No function of this crate runs without the interpreter lock: it starts no
//!    thread, never detaches, and is entered from CPython only. A build without the lock is made to
//!    turn it on (`gil_used = true`) or refused at import. So reference counts and the store need
//!    no further lock, and [`Object`] may be cloned and dropped anywhere in the crate.
//! 2. **Owned.** An [`Object`] or [`Key`] owns one reference to a live object. Its pointer is never
//!    null; a key's low three bits are a tag, which objects, aligned to 8 bytes, leave free.
//! 3. **Not borrowed while Python runs.** The store is reached through [`cell`] only,
//!    which sets a flag that is always checked. Nothing called inside may run
//!    Python code; references that would drop to zero inside are kept until the borrow ends.
//! 4. **Exact kinds.** A key's tag says what the object's type is, exactly. Types of immutable
//!    objects cannot change, so the tag stays true for as long as the object lives.
//! 5. **Layouts.** Three layouts of CPython are read directly: the cached hash of `str`, the digit
//!    of a one-digit `int`, and in 3.13 the count of nested calls in a thread state, which is
//!    written as well ([`trashcan`]). All are compiled for one minor version (no abi3).
//! 6. **Slots.** Slots and methods written over those that PyO3 made have the very signatures that
//!    CPython documents, are written over before the type is seen by anybody, and are handed
//!    instances of that type only (CPython checks for method descriptors; slots are inherited by
//!    subclasses, which begin with the same layout).
//! 7. **Panics** do not leave a slot: they become a `SystemError`, or end the process. Want of
//!    memory is no panic: objects and exceptions are made in [`made`].
//! 8. **Lent.** An edge of a loan ([`loan`]) leads to an object that an entry in the store holds:
//!    it is gone before the store lets go of that entry. So whatever derives from a version,
//!    writes to an open edit or ends either, tells the loan first. [`cell`] alone hands out the
//!    store to be written, and each of its functions that does names the version, or promises that
//!    there is none.
//! 9. **Blocks.** Whether a block of memory is large follows from its layout alone ([`memory`]), so
//!    it goes back where it came from. Blocks that wait to be used again have no owner.
//! 10. **The main interpreter.** All of this belongs to it; no other gets as far as a module object
//!     ([`home`]).
//! 11. **The end.** No frame of this library is unwound but by a panic: what CPython would unwind
//!     while the interpreter ends is made to hang ([`exit`]).

#![allow(unsafe_code, reason = "this is the module that may: see the contract above")]

pub(crate) mod ahead;
pub(crate) mod cell;
pub(crate) mod exit;
pub(crate) mod home;
pub(crate) mod instance;
pub(crate) mod iteration;
pub(crate) mod key;
pub(crate) mod lent;
pub(crate) mod loan;
pub(crate) mod made;
pub(crate) mod memory;
pub(crate) mod methods;
pub(crate) mod object;
pub(crate) mod pairs;
pub(crate) mod pool;
pub(crate) mod protocol;
pub(crate) mod recursion;
pub(crate) mod slots;
mod stack;
mod table;
pub(crate) mod texts;
mod traced;
mod trashcan;

pub(crate) use key::{Key, Verdict, Wanted};
pub(crate) use object::Object;
