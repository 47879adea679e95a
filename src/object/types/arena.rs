//! Where type objects live, and what there is in one.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use super::dict::TypeDict;
use crate::object::{Foreign, NameArena};

/// The memory of a runtime's type objects and of its names. It outlives its
/// [`TypeStore`](super::TypeStore).
///
/// Types are never freed before it, as types of a program mostly are not. A runtime that lasts as
/// long as its process may leak one, with [`Box::leak`], and keep a `TypeStore<'static>`.
#[derive(Default)]
pub struct TypeArena {
    pub(super) objects: typed_arena::Arena<TypeObject>,
    pub(super) names: NameArena,
}

impl TypeArena {
    /// An empty arena.
    pub fn new() -> Self {
        TypeArena::default()
    }
}

impl fmt::Debug for TypeArena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeArena({} type objects)", self.objects.len())
    }
}

/// A type object. Types point at each other by number.
pub(super) struct TypeObject {
    pub(super) name: Arc<str>,
    pub(super) metatype: u32,
    pub(super) bases: Box<[u32]>,
    pub(super) mro: Box<[u32]>,
    /// The types that have this one among their bases, in the order in which they came to it.
    pub(super) subclasses: Vec<u32>,
    pub(super) dict: TypeDict,
    /// 0 for none. In a cell, because a lookup gives a tag to a type that has none.
    pub(super) tag: Cell<u64>,
    pub(super) is_immutable: bool,
    pub(super) is_final: bool,
    /// The type as a value: one object, as it has an identity.
    pub(super) value: Foreign,
}
