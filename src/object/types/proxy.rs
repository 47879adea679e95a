//! `type.__dict__`: the dict of a type, to be read.

use super::store::Row;
use super::{Type, TypeStore};
use crate::object::{AsName, Dict, Name, ObjectError, Value, equal};

/// The dict of a type, to be read: Python's `mappingproxy`.
///
/// It is *live*: a handle like the [`Type`] itself, that shows what the type has when it is asked.
/// There is no way to write through it, nor to reach the dict behind it; a type is written by
/// [`TypeStore::set`] and [`TypeStore::delete`].
///
/// Keys are names, in the order in which they came to the type. A name that is set again keeps its
/// place; one that was deleted comes last when it comes again.
///
/// ```
/// use hedgerow::object::{TypeStore, Value};
///
/// let mut types = TypeStore::new();
/// let c = types.create("C", &[])?;
/// let proxy = types.dict(c)?;
/// types.set(c, "a", Value::from(42))?;
/// types.set(c, "b", Value::from(43))?;
/// let names: Vec<_> = proxy.iter(&types)?.map(|(name, _)| types.names().text(name)).collect();
/// assert_eq!(names, ["a", "b"]);
/// assert_eq!(proxy.get_item(&types, &Value::from("z")).unwrap_err().to_string(), "'z'");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MappingProxy {
    ty: Type,
}

/// A walk over the names of a type that holds no borrow. See [`MappingProxy::cursor`].
#[derive(Clone, Copy, Debug)]
pub struct ProxyCursor {
    position: usize,
    length: usize,
    shape: u64,
}

impl MappingProxy {
    pub(super) fn new(ty: Type) -> Self {
        MappingProxy { ty }
    }

    /// The type.
    pub fn ty(self) -> Type {
        self.ty
    }

    /// How many names there are.
    ///
    /// # Errors
    ///
    /// RuntimeError for a store that is not that of the type, here as everywhere.
    pub fn len(self, types: &TypeStore) -> Result<usize, ObjectError> {
        Ok(types.row(self.ty)?.dict.len())
    }

    /// Whether there are none.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn is_empty(self, types: &TypeStore) -> Result<bool, ObjectError> {
        Ok(self.len(types)? == 0)
    }

    /// The value of a name in this type itself, not in its bases.
    ///
    /// # Errors
    ///
    /// TypeError for a [`Value`] that is no str: for any key use [`get_item`](Self::get_item).
    pub fn get(self, types: &TypeStore, name: impl AsName) -> Result<Option<&Value>, ObjectError> {
        let row = types.row(self.ty)?;
        Ok(types.names().find(name)?.and_then(|name| row.dict.get(name)))
    }

    /// Whether the type itself has a name.
    ///
    /// # Errors
    ///
    /// As [`get`](MappingProxy::get).
    pub fn contains(self, types: &TypeStore, name: impl AsName) -> Result<bool, ObjectError> {
        Ok(self.get(types, name)?.is_some())
    }

    /// Python's `proxy[key]`. Any key may be asked for; one that is no str is not there.
    ///
    /// # Errors
    ///
    /// KeyError with the key; TypeError for one that cannot be hashed.
    pub fn get_item(self, types: &TypeStore, key: &Value) -> Result<Value, ObjectError> {
        let row = types.row(self.ty)?;
        let found = match key {
            Value::Str(text) => types.names().find(text)?.and_then(|name| row.dict.get(name)),
            other => {
                crate::object::hash(other, types.policy())?;
                None
            }
        };
        found.cloned().ok_or_else(|| ObjectError::Key(key.clone()))
    }

    /// The names and values, in order.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn iter(
        self,
        types: &TypeStore,
    ) -> Result<impl DoubleEndedIterator<Item = (Name, &Value)>, ObjectError> {
        Ok(pairs(types.row(self.ty)?))
    }

    /// The same as clones, with each name as a str: for whoever needs the store meanwhile.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn items(self, types: &TypeStore) -> Result<Vec<(Value, Value)>, ObjectError> {
        let named = |(name, value): (Name, &Value)| {
            Ok((Value::Str(name.name_str(types.names())?), value.clone()))
        };
        pairs(types.row(self.ty)?).map(named).collect()
    }

    /// Starts a walk for an iterator of a host language.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn cursor(self, types: &TypeStore) -> Result<ProxyCursor, ObjectError> {
        let dict = &types.row(self.ty)?.dict;
        Ok(ProxyCursor { position: 0, length: dict.len(), shape: dict.shape() })
    }

    /// The next name and value of a walk; `None` after the last.
    ///
    /// # Errors
    ///
    /// RuntimeError in CPython's words if names came or went since the walk began.
    pub fn advance(
        self,
        types: &TypeStore,
        cursor: &mut ProxyCursor,
    ) -> Result<Option<(Name, Value)>, ObjectError> {
        let dict = &types.row(self.ty)?.dict;
        if dict.len() != cursor.length {
            let why = "dictionary changed size during iteration";
            return Err(ObjectError::Runtime(why.into()));
        }
        if dict.shape() != cursor.shape {
            let why = "dictionary keys changed during iteration";
            return Err(ObjectError::Runtime(why.into()));
        }
        let Some((position, name, value)) = dict.iter_from(cursor.position).next() else {
            return Ok(None);
        };
        cursor.position = position + 1;
        Ok(Some((name, value.clone())))
    }

    /// Python's `proxy == dict`: the same names with equal values, in whatever order.
    ///
    /// Takes the items of the proxy first: values are compared while nothing is borrowed but the
    /// dict.
    ///
    /// # Errors
    ///
    /// What the equality of a value or of a key fails with.
    pub fn equal(self, types: &TypeStore, dict: &Dict) -> Result<bool, ObjectError> {
        let items = self.items(types)?;
        if items.len() != dict.len() {
            return Ok(false);
        }
        for (name, value) in items {
            match dict.get(&name)? {
                Some(other) if equal(&value, other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn pairs(row: &Row) -> impl DoubleEndedIterator<Item = (Name, &Value)> {
    row.dict.iter_from(0).map(|(_, name, value)| (name, value))
}
