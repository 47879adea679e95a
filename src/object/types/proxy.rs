//! `type.__dict__`: a read-only view of the dict of a type.

use super::proxy_ref::ProxyRef;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::dict::Direction;
use crate::object::repr::repr_for;
use crate::object::{
    AsName, Dict, DictCursor, DictRef, ItemsView, KeysView, Name, ObjectError, PythonVersion,
    Source, Value, ValuesView, equal,
};

/// A read-only view of the dict of a type: Python's `mappingproxy`.
///
/// It shows what the type has now, as the [`Type`] itself does. Types are written by
/// [`TypeStore::set`] and [`TypeStore::delete`].
///
/// Keys are names, in the order of insertion. A name that is set again keeps its position; one that
/// was deleted and set again is the last.
///
/// ```
/// use hedgerow::object::{Dict, HashPolicy, SetView, TypeArena, TypeStore, Value};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::without_descriptors(&arena, HashPolicy::default());
/// let c = types.create("C", &[])?;
/// let proxy = types.dict(c)?;
/// types.set(c, "a", Value::from(42))?;
/// types.set(c, "b", Value::from(43))?;
/// assert_eq!(proxy.repr(&types)?, "mappingproxy({'a': 42, 'b': 43})");
/// let names: Vec<_> = proxy.iter(&types)?.map(|(name, _)| types.names().text(name)).collect();
/// assert_eq!(names, ["a", "b"]);
/// assert_eq!(proxy.get_item(&types, &Value::from("z")).unwrap_err().to_string(), "'z'");
/// assert_eq!(proxy.items(&types)?.repr()?, "dict_items([('a', 42), ('b', 43)])");
/// assert_eq!(proxy.keys(&types)?.intersection(&["b".into(), 1.into()])?.repr()?, "{'b'}");
/// let mut more = Dict::new(types.policy().clone());
/// more.insert("z".into(), Value::None)?;
/// assert_eq!(proxy.union(&types, &more)?.repr()?, "{'a': 42, 'b': 43, 'z': None}");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MappingProxy {
    ty: Type,
}

impl TypeStore<'_> {
    /// A read-only view of the dict of a type: Python's `__dict__`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn dict(&self, ty: Type) -> Result<MappingProxy, ObjectError> {
        self.type_object(ty).map(|_| MappingProxy { ty })
    }
}

impl MappingProxy {
    /// The type.
    #[must_use]
    pub fn ty(self) -> Type {
        self.ty
    }

    /// The dict of the type, for as long as the store is borrowed: what the views refer to.
    ///
    /// # Errors
    ///
    /// RuntimeError for a store that is not that of the type, here as everywhere.
    pub fn within<'t>(self, types: &'t TypeStore<'_>) -> Result<ProxyRef<'t>, ObjectError> {
        Ok(ProxyRef::new(types, &types.type_object(self.ty)?.dict))
    }

    /// The number of names.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn len(self, types: &TypeStore<'_>) -> Result<usize, ObjectError> {
        Ok(types.type_object(self.ty)?.dict.len())
    }

    /// Whether there are no names.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn is_empty(self, types: &TypeStore<'_>) -> Result<bool, ObjectError> {
        Ok(self.len(types)? == 0)
    }

    /// Python's `proxy.get(key)`: the value of a name in the type itself, not in its bases. A
    /// [`Value`] that is no str is not there, unless an [`Object`](crate::object::Object) says that
    /// it is equal to a name.
    ///
    /// O(1), and O(names) for an object.
    ///
    /// # Errors
    ///
    /// TypeError for a value that cannot be hashed; what the hash or the equality fails with.
    pub fn get<'t>(
        self,
        types: &'t TypeStore<'_>,
        key: impl AsName,
    ) -> Result<Option<&'t Value>, ObjectError> {
        match key.as_value() {
            Some(value) => Ok(self.within(types)?.find(value)?.map(|(_, value)| value)),
            None => {
                let dict = &types.type_object(self.ty)?.dict;
                Ok(types.names().find(key)?.and_then(|name| dict.get(name)))
            }
        }
    }

    /// Python's `key in proxy`.
    ///
    /// # Errors
    ///
    /// As [`get`](MappingProxy::get).
    pub fn contains(self, types: &TypeStore<'_>, key: impl AsName) -> Result<bool, ObjectError> {
        Ok(self.get(types, key)?.is_some())
    }

    /// Python's `proxy[key]`.
    ///
    /// # Errors
    ///
    /// As [`get`](MappingProxy::get); KeyError with the key if it is not there.
    pub fn get_item(self, types: &TypeStore<'_>, key: &Value) -> Result<Value, ObjectError> {
        self.get(types, key)?
            .cloned()
            .ok_or_else(|| ObjectError::missing(key.clone(), types.policy()))
    }

    /// The names and values, in order. `rev()` is Python's `reversed`.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn iter<'t>(
        self,
        types: &'t TypeStore<'_>,
    ) -> Result<impl DoubleEndedIterator<Item = (Name, &'t Value)>, ObjectError> {
        Ok(types.type_object(self.ty)?.dict.iter())
    }

    /// Python's `proxy.keys()`: a view with the operations of a set.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn keys<'t>(self, types: &'t TypeStore<'_>) -> Result<KeysView<ProxyRef<'t>>, ObjectError> {
        self.within(types).map(KeysView)
    }

    /// Python's `proxy.values()`.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn values<'t>(
        self,
        types: &'t TypeStore<'_>,
    ) -> Result<ValuesView<ProxyRef<'t>>, ObjectError> {
        self.within(types).map(ValuesView)
    }

    /// Python's `proxy.items()`: a view with the operations of a set of pairs.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn items<'t>(
        self,
        types: &'t TypeStore<'_>,
    ) -> Result<ItemsView<ProxyRef<'t>>, ObjectError> {
        self.within(types).map(ItemsView)
    }

    /// Python's `proxy.copy()`: a dict.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within); [`ObjectError::Store`] if there is no room.
    pub fn copied(self, types: &TypeStore<'_>) -> Result<Dict, ObjectError> {
        self.within(types)?.copied()
    }

    /// Python's `proxy | other`: a dict with the entries of both. `other | proxy` is the
    /// [union](Dict::union) of the other dict with a [copy](MappingProxy::copied).
    ///
    /// # Errors
    ///
    /// As [`Dict::union`].
    pub fn union<'s>(
        self,
        types: &TypeStore<'_>,
        other: impl Into<Source<'s>>,
    ) -> Result<Dict, ObjectError> {
        self.copied(types)?.union(other)
    }

    /// Python's `repr(proxy)`: `mappingproxy({'a': 42})`.
    ///
    /// # Errors
    ///
    /// What the `repr` of a value fails with.
    pub fn repr(self, types: &TypeStore<'_>) -> Result<String, ObjectError> {
        let dict = self.within(types)?;
        let unicode = types.policy().python.unicode();
        let shown = |(name, value): (Value, &Value)| {
            Ok(format!("{}: {}", repr_for(&name, unicode)?, repr_for(value, unicode)?))
        };
        let items: Result<Vec<String>, ObjectError> =
            dict.pairs().map(|pair| shown(pair?)).collect();
        Ok(format!("mappingproxy({{{}}})", items?.join(", ")))
    }

    /// Python's `hash(proxy)`: that of the dict, which has none.
    ///
    /// # Errors
    ///
    /// TypeError. Up to 3.11 it names the proxy, later the dict.
    pub fn hash(self, types: &TypeStore<'_>) -> Result<i64, ObjectError> {
        let own = types.policy().python < PythonVersion::V3_12;
        Err(ObjectError::unhashable(if own { "mappingproxy" } else { "dict" }))
    }

    /// Starts an iteration that holds no borrow, for the iterators of a runtime. Pass the cursor to
    /// [`advance`](MappingProxy::advance) of the same proxy.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn cursor(self, types: &TypeStore<'_>) -> Result<DictCursor, ObjectError> {
        Ok(DictCursor::new(&types.type_object(self.ty)?.dict, Direction::Forward))
    }

    /// A cursor from the last name to the first: `reversed(proxy)`.
    ///
    /// # Errors
    ///
    /// As [`within`](MappingProxy::within).
    pub fn cursor_reversed(self, types: &TypeStore<'_>) -> Result<DictCursor, ObjectError> {
        Ok(DictCursor::new(&types.type_object(self.ty)?.dict, Direction::Backward))
    }

    /// The next name and value; `None` after the last.
    ///
    /// # Errors
    ///
    /// RuntimeError with CPython's message if names were added or removed since the iteration
    /// began.
    pub fn advance(
        self,
        types: &TypeStore<'_>,
        cursor: &mut DictCursor,
    ) -> Result<Option<(Name, Value)>, ObjectError> {
        let dict = &types.type_object(self.ty)?.dict;
        let found = cursor.advance_in(dict)?.and_then(|position| dict.entry(position));
        Ok(found.map(|(name, value)| (name, value.clone())))
    }

    /// Python's `proxy == dict`: the same names with equal values, in any order. The other one may
    /// be a `&Dict`, a [`SharedDict`](crate::object::SharedDict), or another proxy
    /// [within](MappingProxy::within) its store.
    ///
    /// # Errors
    ///
    /// What the equality of a value or of a key fails with.
    pub fn equal(self, types: &TypeStore<'_>, dict: impl DictRef) -> Result<bool, ObjectError> {
        let mine = self.within(types)?;
        if mine.len() != dict.len() {
            return Ok(false);
        }
        for pair in mine.pairs() {
            let (name, value) = pair?;
            match dict.entry(&name)? {
                Some((_, other)) if equal(value, &other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}
