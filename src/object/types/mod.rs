//! Type objects: classes without an interpreter.
//!
//! A type has a name, bases, a dict, and an MRO: the order in which it and its ancestors are
//! searched. A [`TypeStore`] holds the types of a runtime, a [`Type`] is the number of one, and
//! [`getattr`], [`setattr`] and [`delattr`] are Python's rules for attributes.
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
//! Types refer to each other in both directions, and change after they were made. So a *type
//! object* stays in the [`TypeArena`] for good, only the [`TypeStore`] writes to it, and everyone
//! else has a [`Type`], its number:
//!
//! ```text
//! Type t12 ──> TypeStore: 0 ... 12 ... ──> type object in the arena: name, bases, MRO, dict
//! ```
//!
//! A reference into the arena would save one step. But its lifetime would be in every struct of a
//! runtime, and in [`Value`](super::Value): a class that is no value cannot be an attribute, an
//! argument, or a key. A [`Type`] is 8 bytes, `Copy` and `'static`. It has the mark of its store,
//! so using it with another store is an error.
//!
//! Reading takes `&TypeStore`, with the cache too; changing takes `&mut TypeStore`. User code (a
//! descriptor, an `__eq__` in the dict of an instance) must not run during such a borrow. So the
//! attribute rules take a [`Runtime`], which owns the store and lends it for one step at a time.
//! Between two steps user code gets the whole runtime, and may change every type; the rule goes on
//! with what it has cloned, as CPython does.
//!
//! # Looking up an attribute of a type
//!
//! [`TypeStore::lookup`] takes the first dict along the MRO that has the name. With a [version
//! tag](TypeStore::version_tag) the cache answers in nanoseconds:
//!
//! ```text
//! Duck, tag 17 ──┐
//!                ├─ hash ─> line: 17, 'pace', found in Swims at position 0
//! 'pace' ────────┘
//! ```
//!
//! A tag is a number that no type had before. A type loses its tag, and with it all of its lines,
//! before anything changes that a lookup on it could see: a dict along its MRO, or the MRO. The
//! next lookup gives it a new one.
//!
//! Y1. All ancestors of a type that has a tag have one.
//! Y2. Changing a type takes the tags of the type and of all its subclasses. By Y1 the search for
//!     them stops at types without a tag.
//! Y3. The MRO of a type is the linearization of its bases, and their MROs.
//! Y4. A type is among the subclasses of each of its bases, once, and of no other type.
//! Y5. A type gets a new tag when it gets a [shared key](instance), so while it keeps its tag, a
//!     name that is no key of its instances stays none.
//!
//! The design is CPython's (`assign_version_tag`, `PyType_Modified` and `_PyType_Lookup` of
//! `Objects/typeobject.c`), but with tags of 64 bits, which never run out.
//!
//! # Classes
//!
//! [`TypeStore::create`] makes a type of a name and bases; [`ClassBody::create`] makes one as a
//! `class` statement does, with `__slots__` and hooks. The special attributes are [ready
//! descriptors](ReadyDescriptor) in the dicts of the types, as in CPython, and the rules find them
//! there. What is code of the program is called by [`Runtime::call`].
//!
//! A cached lookup, step by step: [`TypeStore::lookup`] (`lookup`), `TypeStore::type_object`
//! (`store`), [`AsName::find_name`](super::AsName::find_name) (`names`), `LookupCache::get`
//! (`cache`), `TypeDict::at` (`dict`).

mod attr_cache;
mod attribute;
mod cache;
mod class;
mod class_messages;
mod classes;
mod create;
mod dict;
mod dir;
mod found;
mod hierarchy;
mod hooks;
mod instance;
mod layout;
mod linearize;
mod lookup;
mod messages;
mod own;
mod proxy;
mod proxy_ref;
mod proxy_value;
mod ready;
mod relations;
mod runtime;
mod slots;
mod solid_base;
mod special;
mod special_attributes;
mod store;
mod super_object;
mod type_object;

pub use attr_cache::{AttrCache, getattr_cached, lookup_method, setattr_cached};
pub use attribute::{
    delattr, getattr, lookup_attr, object_delattr, object_getattr, object_setattr, setattr,
};
pub use class::ClassBody;
pub use dir::dir;
pub use instance::Instance;
pub use layout::TypeLayout;
pub use lookup::VersionTag;
pub use proxy::MappingProxy;
pub use proxy_ref::ProxyRef;
pub use ready::ReadyDescriptor;
pub use relations::{is_instance, is_subclass};
pub use runtime::{Descriptor, FunctionKind, MethodRef, Methods, Runtime};
pub use store::TypeStore;
pub use super_object::Super;
pub use type_object::{Type, TypeArena};
