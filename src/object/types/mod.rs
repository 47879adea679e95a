//! Type objects: what a class is, without an interpreter.
//!
//! A type has a name, bases, a dict of names, and an order in which it and its ancestors are
//! searched. [`TypeStore`] holds the types of a runtime, [`Type`] is the handle of one, and
//! [`getattr`], [`setattr`] and [`delattr`] are Python's rules for finding an attribute.
//!
//! ```
//! use hedgerow::object::{Instance, TypeArena, TypeStore, Value, getattr, setattr};
//!
//! let arena = TypeArena::new();
//! let mut types = TypeStore::new(&arena);
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
//! subclasses, classes hold classes as attributes. So a *type object* stands in the [`TypeArena`],
//! and stays where it is for good; the [`TypeStore`] alone writes to it; and everyone else has a
//! [`Type`], its number:
//!
//! ```text
//! Type t12 ──> TypeStore: 0 ... 12 ... ──> type object in the arena: name, bases, MRO, dict
//! ```
//!
//! A handle that were a reference into the arena would save that one step. But the lifetime of the
//! arena would then be in every struct of the runtime, and a type could not stand in a
//! [`Value`](super::Value), which lives as long as it likes: a class that is no value cannot be an
//! attribute, an argument, or a key. A [`Type`] is eight bytes, `Copy`, and `'static`. It carries
//! the mark of its store, so a handle of another store is an error, and not some other type.
//!
//! Reading takes `&TypeStore`, also with the cache; changing takes `&mut`. So that the compiler
//! keeps a borrow from being alive while code of the user runs (a descriptor's `__get__`, an
//! `__eq__` in an instance dict) the rules for attributes do not work on a store but on a [`Runtime`]:
//! the runtime, which lends its store for one step at a time, from where it keeps it. Between two
//! steps the user's code gets the whole runtime, and may change every type; the rule goes on with
//! what it holds, as CPython does.
//!
//! # Finding an attribute of a type
//!
//! [`TypeStore::lookup`] walks the MRO, and takes the first dict that has the name. A [version
//! tag](TypeStore::version_tag) makes that a matter of nanoseconds:
//!
//! ```text
//! Duck, tag 17 ──┐
//!                ├─ hash ─> line: 17, 'pace', found in Swims at position 0
//! 'pace' ────────┘
//! ```
//!
//! A tag is a number that no type had before. A type loses its tag, and with it all of its
//! lines, before anything changes that a lookup on it could see: a dict along its MRO, or the MRO.
//! It gets a new one at the next lookup.
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
mod instance;
mod linearize;
mod lookup;
mod messages;
mod proxy;
mod runtime;
mod store;
mod type_object;

pub use attribute::{delattr, getattr, lookup_attr, object_delattr, object_setattr, setattr};
pub use instance::Instance;
pub use lookup::VersionTag;
pub use proxy::{MappingProxy, ProxyCursor};
pub use runtime::{Descriptor, Methods, Runtime};
pub use store::TypeStore;
pub use type_object::{Type, TypeArena};
