//! Type objects: what a class is, without an interpreter.
//!
//! A type has a name, bases, a dict of names, and an order in which it and its ancestors are
//! searched. [`TypeStore`] holds the types of a runtime, [`Type`] is the handle of one, and
//! [`getattr`], [`setattr`] and [`delattr`] are Python's rules for finding an attribute.
//!
//! ```
//! use hedgerow::object::{Instance, TypeStore, Value, getattr, setattr};
//!
//! let mut types = TypeStore::new();
//! let swims = types.create("Swims", &[])?;
//! let flies = types.create("Flies", &[])?;
//! types.set(swims, "pace", Value::from(3))?;
//! types.set(flies, "pace", Value::from(70))?;
//! let duck = types.create("Duck", &[swims, flies])?;
//! let mro: Vec<&str> = types.mro(duck)?.map(|ty| types.name(ty)).collect::<Result<_, _>>()?;
//! assert_eq!(mro, ["Duck", "Swims", "Flies", "object"]);
//! assert_eq!(format!("{:?}", types.lookup(duck, "pace")?), "Some(3)");
//!
//! let donald = Instance::value(&types, duck)?;
//! setattr(&mut types, &donald, "name", Value::from("Donald"))?;
//! let refused = getattr(&mut types, &donald, "age").unwrap_err();
//! assert_eq!(refused.to_string(), "'Duck' object has no attribute 'age'");
//! # Ok::<(), hedgerow::object::ObjectError>(())
//! ```
//!
//! # Who owns a type
//!
//! Types point at each other, in both directions, and change after they were made: bases know their
//! subclasses, classes hold classes as attributes. Two ways lead there without unsafe code.
//!
//! *References into an arena* (`&'a TypeObject<'a>`, with cells inside) are the faster to follow,
//! by one index. But the lifetime of the arena is then in every struct of the runtime, and the
//! runtime cannot own the arena; a reference with cells behind it cannot be shared between threads;
//! and it cannot stand in a [`Value`](super::Value), which lives as long as it likes. A class that
//! is no value cannot be an attribute, an argument, or a key.
//!
//! So it is *a store that owns everything, and handles*: a [`Type`] is eight bytes, `Copy`, and
//! `'static`. It may stand in a value, in compiled code, in another thread, in a C struct. Each
//! handle carries the mark of its store, so a handle of another store is an error, and not some
//! other type. Types are never freed before their store, as types of a program mostly are not.
//!
//! Reading takes `&TypeStore`, also with the cache, from any number of threads; changing takes
//! `&mut`. So that the compiler keeps a borrow from being alive while code of the user runs (a
//! descriptor's `__get__`, an `__eq__` in an instance dict) the rules for attributes do not work on
//! a store but on a [`Host`]: the runtime, which lends its store for one step at a time, from where
//! it keeps it: in a field, a `RefCell` or an `RwLock`. Between two steps the user's code gets the
//! whole runtime, and may change every type; the rule goes on with what it holds, as CPython does.
//!
//! # Finding an attribute of a type
//!
//! [`TypeStore::lookup`] walks the MRO, and takes the first dict that has the name. A [version
//! tag](TypeStore::version_tag) makes that a matter of nanoseconds:
//!
//! ```text
//! Duck, tag 17 ──┐
//!                ├─ hash ─> row: 17, 'pace', found in Swims at position 0
//! 'pace' ────────┘
//! ```
//!
//! A tag is a number that no type had before. A type loses its tag, and with it all of its rows,
//! before anything changes that a lookup on it could see: a dict along its MRO, or the MRO. It gets
//! a new one at the next lookup.
//!
//! T1. A type that has a tag has only ancestors that have one.
//! T2. Whoever changes a type takes the tag from it and all its subclasses. By T1 the walk down
//!     stops at types that have none.
//! T3. The MRO of a type is the linearization of its bases, and their MROs.
//! T4. A type is among the subclasses of each of its bases, once, and of no other type.
//!
//! This is CPython's design (`assign_version_tag`, `PyType_Modified` and `_PyType_Lookup` of
//! Objects/typeobject.c), but for the tags having 64 bits, so that they never run out.

mod attribute;
mod cache;
mod create;
mod dict;
mod hierarchy;
mod host;
mod instance;
mod linearize;
mod lookup;
mod proxy;
mod store;
pub(super) mod words;

pub use attribute::{delattr, getattr, setattr};
pub use host::{Descriptor, Host, Methods};
pub use instance::Instance;
pub use lookup::VersionTag;
pub use proxy::{MappingProxy, ProxyCursor};
pub use store::{Type, TypeStore};
