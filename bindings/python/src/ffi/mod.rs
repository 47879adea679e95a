//! What the package does with CPython directly: the lower half of the crate's unsafe code.
//!
//! `unsafe` is open in two folders, here and in `slots/`. Everything between them is safe. This
//! folder imports nothing from the rest of the crate. `slots/` is what CPython calls, and may use
//! everything. Both rely on one contract, which unsafe blocks cite by number, and which the safe
//! code between them need not know:
//!
//! 1. **Attached.** All functions of this crate run with the interpreter lock held: the crate
//!    starts no thread, never detaches, and is entered from CPython only. Free-threaded builds are
//!    refused by `build.rs`, and again by `hedgerow/_interpreter.py`. So reference counts and the
//!    store need no other lock, and an [`Object`](object::Object) may be cloned and dropped
//!    anywhere.
//! 2. **Owned.** An `Object` or [`Key`](key::Key) owns one reference to a live object. Its pointer
//!    is never null. The low three bits of a key's pointer are a tag: objects are aligned to 8
//!    bytes.
//! 3. **Not borrowed while Python runs.** The store is reached through [`store_cell`] only, which
//!    always checks a flag. Nothing that is called during a borrow may run Python code. A last
//!    reference that is dropped during a borrow is kept until the borrow ends.
//! 4. **Exact kinds.** A key's tag says what the object's type is, exactly. Types of immutable
//!    objects cannot change, so the tag is true for as long as the object lives.
//! 5. **Layouts.** Some layouts of CPython are read directly: the cached hash of `str`, the digits
//!    of `int`, and in 3.13 the count of nested calls in a thread state. The last is also written
//!    ([`trashcan`]), and from 3.14 on the cached hash of a tuple that is filled again
//!    ([`item_buffer`]). All are compiled for one minor version (no abi3).
//! 6. **Slots.** Slots and methods that replace those of PyO3 have the signatures that CPython
//!    documents, replace them before anybody sees the type, and are called with instances of that
//!    type only: CPython checks it for method descriptors, and subclasses, which inherit slots,
//!    begin with the same layout. The caller holds the arguments until they return. Contents of
//!    instances are where [`instance`] has found them at import. Some slots serve sets as they
//!    serve maps, and mutations of both: the contents of the former are transparent over those of
//!    the latter.
//! 7. **Panics** do not leave a slot: they become a `SystemError`, or end the process. Lack of
//!    memory is no panic: [`construct`] makes objects and exceptions.
//! 8. **The collector graph.** An edge of the graph ([`collector`]) leads to an object that an
//!    entry in the store holds. It is gone before the store gives up that entry. So code that is
//!    about to derive a version, write to an open edit, or end either, tells the graph first.
//!    `store_cell` alone lends out the store for writing, and each of its functions that does so
//!    names the version, or promises that there is none.
//! 9. **Blocks.** Whether a block of memory is large follows from its layout alone ([`allocator`]),
//!    so it goes back where it came from. Blocks that are kept for reuse have no owner.
//! 10. **The main interpreter.** All of this belongs to it: no other interpreter gets a module
//!     object ([`module_definition`]).
//! 11. **Finalization.** Only panics unwind frames of this library. A thread that CPython would
//!     unwind while the interpreter ends hangs instead ([`thread_exit`]).
//! 12. **Listed parts.** A part that is listed ([`part_list`]) is in memory, and its items live:
//!     its destructor takes it off the list first. It may wait to be destroyed, without references.
//!     A listed tuple of keys is an item of at least one such part.

#![allow(unsafe_code, reason = "this folder and `slots` may: see the contract above")]

pub(crate) mod allocator;
pub(crate) mod any_dict;
pub(crate) mod ask;
pub(crate) mod attached;
pub(crate) mod byte_source;
pub(crate) mod call;
pub(crate) mod collector;
mod collector_graph;
pub(crate) mod construct;
pub(crate) mod elements;
pub(crate) mod empty_version;
pub(crate) mod fault;
pub(crate) mod free_list;
pub(crate) mod guarded;
mod hashed_plainly;
pub(crate) mod instance;
pub(crate) mod item_buffer;
pub(crate) mod key;
pub(crate) mod method;
pub(crate) mod module_definition;
pub(crate) mod object;
pub(crate) mod pairs;
pub(crate) mod part_list;
mod plain;
pub(crate) mod plain_hash;
pub(crate) mod processor;
pub(crate) mod stack;
pub(crate) mod store_cell;
pub(crate) mod text_units;
pub(crate) mod thread_exit;
pub(crate) mod tracemalloc;
pub(crate) mod tracking;
pub(crate) mod trashcan;
pub(crate) mod type_queries;
