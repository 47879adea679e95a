//! The store of types, and what may be read of one and written to it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::cache::LookupCache;
use super::create::builtin_of;
use super::dict::TypeDict;
use super::instance::{Instance, TypeObject};
use super::{MappingProxy, words};
use crate::object::{AsName, Foreign, HashPolicy, Names, ObjectError, Value};

/// The handle of a type in a [`TypeStore`]: 8 bytes, to be copied about.
///
/// It prints as `t12`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type {
    pub(super) number: u32,
    /// The mark of its store.
    pub(super) store: u32,
}

impl Type {
    /// The type that a value is, if it is a type: see [`TypeStore::value`].
    pub fn of(value: &Value) -> Option<Type> {
        match value {
            Value::Object(foreign) => foreign.downcast_ref().map(TypeObject::ty),
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

/// The types of a runtime, and the names of their attributes.
///
/// It begins with Python's `object` and `type`, and a type for each kind of [`Value`]; these are
/// immutable, and the runtime [defines](TypeStore::define) what is in them.
///
/// | operation | cost |
/// | --- | --- |
/// | [`lookup`](TypeStore::lookup) in the cache | O(1): a few nanoseconds with a [`Name`] |
/// | [`lookup`](TypeStore::lookup) otherwise | one probe for each type in the MRO |
/// | [`set`](TypeStore::set), [`delete`](TypeStore::delete) | O(subclasses with a version tag) |
/// | [`create`](TypeStore::create) | O(length of the MRO * bases), about 300 bytes |
/// | [`set_bases`](TypeStore::set_bases) | the same for each way down to a subclass |
///
/// A store takes 128 KiB for its cache. `Send` and `Sync`: threads may read one store at once.
///
/// [`Name`]: crate::object::Name
pub struct TypeStore {
    pub(super) rows: Vec<Row>,
    pub(super) names: Names,
    pub(super) cache: LookupCache,
    /// The version tag that is given next.
    pub(super) next_tag: AtomicU64,
    policy: HashPolicy,
    mark: u32,
}

/// A type. Types are named by their row's number; none is ever removed.
pub(super) struct Row {
    pub(super) name: Arc<str>,
    pub(super) metatype: u32,
    pub(super) bases: Box<[u32]>,
    pub(super) mro: Box<[u32]>,
    /// The types that have this one among their bases, in the order in which they came to it.
    pub(super) subclasses: Vec<u32>,
    pub(super) dict: TypeDict,
    /// 0 for none.
    pub(super) tag: AtomicU64,
    pub(super) is_immutable: bool,
    pub(super) is_final: bool,
    /// The type as a value: one object, as it has an identity.
    pub(super) object: Foreign,
}

impl TypeStore {
    /// A store with the built-in types. The dicts of instances hash text under a random key.
    pub fn new() -> Self {
        TypeStore::with_policy(HashPolicy::default())
    }

    /// The same with a hash policy for the dicts of instances. Give all of a runtime the same: a
    /// str keeps its hash for one.
    pub fn with_policy(policy: HashPolicy) -> Self {
        // Marks repeat after 2^32 stores; then a handle of the first passes for one of the last,
        // and is a wrong type or an error, but nothing worse.
        static NEXT_MARK: AtomicU32 = AtomicU32::new(1);
        let mut store = TypeStore {
            rows: Vec::new(),
            names: Names::new(),
            cache: LookupCache::new(),
            next_tag: AtomicU64::new(1),
            policy,
            mark: NEXT_MARK.fetch_add(1, Ordering::Relaxed),
        };
        store.create_builtins();
        store
    }

    /// The names of attributes.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The names of attributes, to [intern](Names::intern) more. Lookups by an interned
    /// [`Name`](crate::object::Name) are the fastest.
    pub fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    /// The name of a type.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store, here as everywhere.
    pub fn name(&self, ty: Type) -> Result<&str, ObjectError> {
        Ok(&self.row(ty)?.name)
    }

    /// The bases of a type, in order: Python's `__bases__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn bases(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        Ok(self.row(ty)?.bases.iter().map(|&number| self.handle(number)))
    }

    /// The order in which a type and its ancestors are searched: Python's `__mro__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn mro(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        Ok(self.row(ty)?.mro.iter().map(|&number| self.handle(number)))
    }

    /// The types that have this one among their bases: Python's `__subclasses__()`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn subclasses(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        Ok(self.row(ty)?.subclasses.iter().map(|&number| self.handle(number)))
    }

    /// Whether `ancestor` is in the MRO of `ty`: Python's `issubclass`. O(length of the MRO).
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn is_subtype(&self, ty: Type, ancestor: Type) -> Result<bool, ObjectError> {
        self.row(ancestor)?;
        Ok(self.row(ty)?.mro.contains(&ancestor.number))
    }

    /// The type of a type.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn metatype(&self, ty: Type) -> Result<Type, ObjectError> {
        Ok(self.handle(self.row(ty)?.metatype))
    }

    /// The type as a value: always the same object.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn value(&self, ty: Type) -> Result<Value, ObjectError> {
        Ok(Value::Object(self.row(ty)?.object.clone()))
    }

    /// The type of a value. `object` for objects of the host that are no [`Instance`].
    pub fn type_of(&self, value: &Value) -> Type {
        let ty = match value {
            Value::Object(foreign) => match Type::of(value) {
                Some(ty) => self.row(ty).ok().map(|row| self.handle(row.metatype)),
                None => foreign.downcast_ref().map(Instance::ty),
            },
            _ => None,
        };
        ty.unwrap_or_else(|| self.handle(builtin_of(value)))
    }

    /// How the dicts of instances hash.
    pub fn policy(&self) -> &HashPolicy {
        &self.policy
    }

    /// The dict of a type, to be read: Python's `__dict__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn dict(&self, ty: Type) -> Result<MappingProxy, ObjectError> {
        self.row(ty).map(|_| MappingProxy::new(ty))
    }

    /// Sets an attribute of a type, as a program does it. Gives the value that it had, for the
    /// caller to drop: dropping may run code of the user.
    ///
    /// # Errors
    ///
    /// TypeError for an immutable type, and for a name that is no str.
    pub fn set(
        &mut self,
        ty: Type,
        name: impl AsName,
        value: Value,
    ) -> Result<Option<Value>, ObjectError> {
        self.refuse_if_immutable(ty, &name)?;
        self.define(ty, name, value)
    }

    /// Sets an attribute of a type, immutable or not: for the runtime, to give its own types what
    /// they have.
    ///
    /// # Errors
    ///
    /// TypeError for a name that is no str.
    pub fn define(
        &mut self,
        ty: Type,
        name: impl AsName,
        value: Value,
    ) -> Result<Option<Value>, ObjectError> {
        self.row(ty)?;
        let name = self.names.intern(name)?;
        self.retire_tags(ty.number);
        Ok(self.rows[ty.number as usize].dict.insert(name, value))
    }

    /// Deletes an attribute of a type, and gives its value.
    ///
    /// # Errors
    ///
    /// TypeError for an immutable type, and for a name that is no str; AttributeError if the type
    /// itself has no such attribute.
    pub fn delete(&mut self, ty: Type, name: impl AsName) -> Result<Value, ObjectError> {
        self.refuse_if_immutable(ty, &name)?;
        if let Some(known) = self.names.find(&name)?
            && self.rows[ty.number as usize].dict.position(known).is_some()
        {
            self.retire_tags(ty.number);
            if let Some(value) = self.rows[ty.number as usize].dict.remove(known) {
                return Ok(value);
            }
        }
        Err(words::type_has_no(self.name(ty)?, &name.name_str(&self.names)?))
    }

    /// Makes a type immutable: from now on only [`define`](TypeStore::define) changes it.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn set_immutable(&mut self, ty: Type) -> Result<(), ObjectError> {
        self.row(ty)?;
        self.rows[ty.number as usize].is_immutable = true;
        Ok(())
    }

    /// Makes a type final: it can be no base any more, as `bool`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn set_final(&mut self, ty: Type) -> Result<(), ObjectError> {
        self.row(ty)?;
        self.rows[ty.number as usize].is_final = true;
        Ok(())
    }

    pub(super) fn handle(&self, number: u32) -> Type {
        Type { number, store: self.mark }
    }

    #[inline]
    pub(super) fn row(&self, ty: Type) -> Result<&Row, ObjectError> {
        match self.rows.get(ty.number as usize) {
            Some(row) if ty.store == self.mark => Ok(row),
            _ => Err(words::of_another_store(ty)),
        }
    }

    /// In CPython's order: a name that is no str is refused before the type is looked at.
    pub(super) fn refuse_if_immutable(
        &self,
        ty: Type,
        name: &impl AsName,
    ) -> Result<(), ObjectError> {
        let row = self.row(ty)?;
        self.names.find(name)?;
        if row.is_immutable {
            return Err(words::immutable(&row.name, &name.name_str(&self.names)?));
        }
        Ok(())
    }
}

impl Default for TypeStore {
    fn default() -> Self {
        TypeStore::new()
    }
}

impl fmt::Debug for TypeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows.iter().map(|row| &row.name)).finish()
    }
}
