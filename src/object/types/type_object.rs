//! Type objects, their arena, and the number by which others refer to them.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::classes::Classes;
use super::dict::TypeDict;
use super::layout::Layout;
use crate::object::{Name, NameArena, Object, ObjectError, ObjectRef, PyStr, Value};

/// A type of a [`TypeStore`](super::TypeStore), by its number. 8 bytes; prints as `t12`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type {
    pub(super) number: u32,
    /// The mark of the store.
    pub(super) store: u32,
}

impl Type {
    /// The type that a value is, if it is one: the inverse of
    /// [`TypeStore::value`](super::TypeStore::value).
    pub fn of(value: &Value) -> Option<Type> {
        match value {
            Value::Object(object) => object.downcast_ref().map(TypeValue::ty),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.number)
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The memory of a runtime's type objects and of its names. It outlives its
/// [`TypeStore`](super::TypeStore).
///
/// No type is freed before the arena, as most types of a program are not. A runtime that lives as
/// long as its process may leak the arena by [`Box::leak`] and keep a `TypeStore<'static>`.
#[derive(Default)]
pub struct TypeArena {
    pub(super) objects: typed_arena::Arena<TypeObject>,
    pub(super) names: NameArena,
}

impl TypeArena {
    /// An empty arena.
    #[must_use]
    pub fn new() -> Self {
        TypeArena::default()
    }
}

impl fmt::Debug for TypeArena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeArena({} type objects)", self.objects.len())
    }
}

/// A type object. It refers to other types by number.
pub(super) struct TypeObject {
    pub(super) name: Arc<str>,
    /// Python's `__qualname__`. `None` if it is the name that the type was made with.
    pub(super) qualname: Option<PyStr>,
    pub(super) metatype: u32,
    pub(super) bases: Box<[u32]>,
    pub(super) mro: Box<[u32]>,
    /// The types that have this one among their bases, in the order in which they got it.
    pub(super) subclasses: Vec<u32>,
    pub(super) layout: Layout,
    /// The names of the shared keys of its instances, in the order of their indices.
    pub(super) keys: Vec<Name>,
    pub(super) dict: TypeDict,
    /// 0 for none. In a cell, because a lookup gives a tag to a type without one.
    pub(super) tag: Cell<u64>,
    pub(super) is_immutable: bool,
    pub(super) is_final: bool,
    /// Whether making it failed in user code, which may still have it.
    pub(super) is_abandoned: bool,
    /// The type as a value: always the same object.
    pub(super) value: ObjectRef,
}

/// The object that a type is as a value.
pub(super) struct TypeValue {
    ty: Type,
    metatype: AtomicU32,
    classes: Arc<Classes>,
}

impl TypeValue {
    pub(super) fn new(ty: Type, metatype: u32, classes: Arc<Classes>) -> Self {
        TypeValue { ty, metatype: AtomicU32::new(metatype), classes }
    }

    pub(super) fn set_metatype(&self, metatype: u32) {
        self.metatype.store(metatype, Ordering::Relaxed);
    }

    #[inline]
    fn ty(&self) -> Type {
        self.ty
    }
}

impl Object for TypeValue {
    fn type_name(&self) -> &str {
        self.classes.name(self.metatype.load(Ordering::Relaxed))
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("<class '{}'>", self.classes.name(self.ty.number)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
