//! The store of types: reading a type and writing to it.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cache::LookupCache;
use super::classes::Classes;
use super::messages;
use super::special::Special;
use super::type_object::{Type, TypeArena, TypeObject};
use crate::object::{AsName, HashPolicy, Name, Names, ObjectError, Value};

/// The types of a runtime, and the names of their attributes.
///
/// A new store has Python's `object` and `type`, and a type for each kind of [`Value`]. These are
/// immutable; the runtime [defines](TypeStore::define) their attributes.
///
/// | operation | cost |
/// | --- | --- |
/// | [`lookup`](TypeStore::lookup) in the cache | O(1): a few nanoseconds with a [`Name`] |
/// | [`lookup`](TypeStore::lookup) otherwise | one probe for each type in the MRO |
/// | [`set`](TypeStore::set), [`delete`](TypeStore::delete) | O(subclasses with a version tag) |
/// | [`create`](TypeStore::create) | O(length of the MRO * bases), about 300 bytes |
/// | [`set_bases`](TypeStore::set_bases) | the same for each path down to a subclass |
///
/// The cache takes 96 KiB. A store stays in the thread of its arena; [`Type`]s, values and
/// instances may be sent to others.
///
/// [`Name`]: crate::object::Name
pub struct TypeStore<'a> {
    pub(super) arena: &'a TypeArena,
    /// By number. No type is ever removed.
    pub(super) types: Vec<&'a mut TypeObject>,
    pub(super) names: Names<'a>,
    pub(super) cache: LookupCache,
    /// The next version tag.
    pub(super) next_tag: Cell<u64>,
    /// What instances know of their types.
    pub(super) classes: Arc<Classes>,
    /// Whether types get the ready descriptors.
    pub(super) is_ready: bool,
    pub(super) special: Special,
    mark: u32,
}

impl<'a> TypeStore<'a> {
    /// A store with the built-in types. The dicts of instances hash text under a random key.
    pub fn new(arena: &'a TypeArena) -> Self {
        TypeStore::with_policy(arena, HashPolicy::default())
    }

    /// A store with a hash policy for the dicts of instances. Use one policy for a whole runtime: a
    /// str remembers its hash for one only.
    pub fn with_policy(arena: &'a TypeArena, policy: HashPolicy) -> Self {
        TypeStore::make(arena, policy, true)
    }

    /// A store whose types have empty dicts: without `__class__`, `__name__`, `__dict__` and the
    /// other special attributes, for a runtime with descriptors of its own for these.
    pub fn without_descriptors(arena: &'a TypeArena, policy: HashPolicy) -> Self {
        TypeStore::make(arena, policy, false)
    }

    /// The names of attributes.
    pub fn names(&self) -> &Names<'a> {
        &self.names
    }

    /// The names of attributes, to [intern](Names::intern) more. Lookups are fastest by an interned
    /// [`Name`](crate::object::Name).
    pub fn names_mut(&mut self) -> &mut Names<'a> {
        &mut self.names
    }

    /// The name of a type.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store, here as everywhere.
    pub fn name(&self, ty: Type) -> Result<&str, ObjectError> {
        Ok(&self.type_object(ty)?.name)
    }

    /// The bases of a type, in order: Python's `__bases__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn bases(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        Ok(self.type_object(ty)?.bases.iter().map(|&number| self.type_at(number)))
    }

    /// The type and its ancestors in the order of search: Python's `__mro__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn mro(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        Ok(self.type_object(ty)?.mro.iter().map(|&number| self.type_at(number)))
    }

    /// The types that have this one among their bases: Python's `__subclasses__()`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn subclasses(&self, ty: Type) -> Result<impl ExactSizeIterator<Item = Type>, ObjectError> {
        let all = &self.type_object(ty)?.subclasses;
        let made = all.iter().filter(|&&number| !self.types[number as usize].is_abandoned);
        Ok(made.map(|&number| self.type_at(number)).collect::<Vec<Type>>().into_iter())
    }

    /// Whether `ancestor` is in the MRO of `ty`: Python's `issubclass`. O(length of the MRO).
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn is_subtype(&self, ty: Type, ancestor: Type) -> Result<bool, ObjectError> {
        self.type_object(ancestor)?;
        Ok(self.type_object(ty)?.mro.contains(&ancestor.number))
    }

    /// The type of a type.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn metatype(&self, ty: Type) -> Result<Type, ObjectError> {
        Ok(self.type_at(self.type_object(ty)?.metatype))
    }

    /// The type as a value: always the same object.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn value(&self, ty: Type) -> Result<Value, ObjectError> {
        Ok(Value::Object(self.type_object(ty)?.value.clone()))
    }

    /// The hash policy for the dicts of instances.
    pub fn policy(&self) -> &HashPolicy {
        &self.classes.policy
    }

    /// Sets an attribute of a type, as a program does. Returns the old value for the caller to
    /// drop: dropping may run user code.
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

    /// Sets an attribute of a type, immutable or not: with this the runtime fills its own types.
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
        self.type_object(ty)?;
        let name = self.names.intern(name)?;
        self.retire_tags(ty.number);
        Ok(self.types[ty.number as usize].dict.insert(name, value))
    }

    /// Sets a name of a type that it has not. Only for new types: no tag is retired.
    pub(super) fn define_if_absent(&mut self, ty: Type, name: Name, value: Value) -> bool {
        let dict = &mut self.types[ty.number as usize].dict;
        let is_absent = dict.position(name).is_none();
        if is_absent {
            dict.insert(name, value);
        }
        is_absent
    }

    /// Deletes an attribute of a type, and returns its value.
    ///
    /// # Errors
    ///
    /// TypeError for an immutable type, and for a name that is no str. AttributeError if the type
    /// itself has no such attribute.
    pub fn delete(&mut self, ty: Type, name: impl AsName) -> Result<Value, ObjectError> {
        self.refuse_if_immutable(ty, &name)?;
        if let Some(known) = self.names.find(&name)?
            && self.types[ty.number as usize].dict.position(known).is_some()
        {
            self.retire_tags(ty.number);
            if let Some(value) = self.types[ty.number as usize].dict.remove(known) {
                return Ok(value);
            }
        }
        Err(messages::type_has_none_to_delete(
            self.policy().python,
            self.name(ty)?,
            &name.name_str(&self.names)?,
        ))
    }

    /// Makes a type immutable. After this only [`define`](TypeStore::define) changes it.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn set_immutable(&mut self, ty: Type) -> Result<(), ObjectError> {
        self.type_object(ty)?;
        self.types[ty.number as usize].is_immutable = true;
        Ok(())
    }

    /// Makes a type final: like `bool` it can no longer be a base.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn set_final(&mut self, ty: Type) -> Result<(), ObjectError> {
        self.type_object(ty)?;
        self.types[ty.number as usize].is_final = true;
        Ok(())
    }

    pub(super) fn type_at(&self, number: u32) -> Type {
        Type { number, store: self.mark }
    }

    #[inline]
    pub(super) fn type_object(&self, ty: Type) -> Result<&TypeObject, ObjectError> {
        match self.types.get(ty.number as usize) {
            Some(object) if ty.store == self.mark => Ok(object),
            _ => Err(messages::of_another_store(ty)),
        }
    }

    fn make(arena: &'a TypeArena, policy: HashPolicy, is_ready: bool) -> Self {
        // Marks repeat after 2^32 stores. Then a type of one store passes for a type of another:
        // wrong, but memory-safe.
        static NEXT_MARK: AtomicU32 = AtomicU32::new(1);
        let mut names = Names::new(&arena.names);
        let special = Special::new(&mut names);
        let mut store = TypeStore {
            arena,
            types: Vec::new(),
            names,
            cache: LookupCache::new(),
            next_tag: Cell::new(1),
            classes: Arc::new(Classes::new(policy)),
            is_ready,
            special,
            mark: NEXT_MARK.fetch_add(1, Ordering::Relaxed),
        };
        store.create_builtins();
        store.define_ready();
        store
    }

    /// As in CPython a name that is no str is refused before an immutable type.
    pub(super) fn refuse_if_immutable(
        &self,
        ty: Type,
        name: &impl AsName,
    ) -> Result<(), ObjectError> {
        let object = self.type_object(ty)?;
        self.names.find(name)?;
        if object.is_immutable {
            let name = name.name_str(&self.names)?;
            return Err(messages::immutable(self.policy().python, &object.name, &name));
        }
        Ok(())
    }
}

impl fmt::Debug for TypeStore<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.types.iter().map(|object| &object.name)).finish()
    }
}
