//! The layout of instances: what a type adds to that of its base.

use crate::object::Name;

/// What a type of the runtime's own adds to the layout of its instances.
/// See [`TypeStore::set_layout`](super::TypeStore::set_layout).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TypeLayout {
    /// Instances have fields that those of its base have not, as those of `int` or of a list.
    /// No type can be derived from two such types, unless one is derived from the other.
    pub is_solid: bool,
    /// Instances differ in size, as those of `int`, `tuple` and `bytes` do. Such types take no
    /// `__slots__`.
    pub has_items: bool,
    /// Instances have a dict.
    pub has_dict: bool,
    /// Instances can be referred to weakly.
    pub has_weakref: bool,
}

/// The layout of a type.
#[derive(Clone, Default)]
pub(super) struct Layout {
    /// The base that this layout extends: Python's `__base__`. Only `object` has none.
    pub(super) base: Option<u32>,
    pub(super) own: TypeLayout,
    /// Whether CPython's collector tracks the instances. It does for every class of a program.
    pub(super) is_collected: bool,
    /// The slots of the type itself, sorted.
    pub(super) slots: Box<[Name]>,
    /// The number of slots of an instance, inherited ones included.
    pub(super) slot_count: u32,
}
