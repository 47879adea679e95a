//! `type.__dict__`: a read-only view of the dict of a type.

use super::store::TypeStore;
use super::type_object::{Type, TypeObject};
use crate::object::{AsName, Dict, Name, ObjectError, Value, equal, repr};

/// A read-only view of the dict of a type: Python's `mappingproxy`.
///
/// It shows what the type has now, as the [`Type`] itself does. Types are written by
/// [`TypeStore::set`] and [`TypeStore::delete`].
///
/// Keys are names, in the order of insertion. A name that is set again keeps its position; one that
/// was deleted and set again is the last.
///
/// ```
/// use hedgerow::object::{TypeArena, TypeStore, Value};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
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

/// An iteration over the names of a type that holds no borrow. See [`MappingProxy::cursor`].
#[derive(Clone, Copy, Debug)]
pub struct ProxyCursor {
    position: usize,
    /// The number of names when the iteration began. `left` of them are still to come.
    length: usize,
    left: usize,
    moves: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    /// The number of names has changed. As in CPython the error stays.
    Resized,
    Ended,
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

    /// The number of names.
    ///
    /// # Errors
    ///
    /// RuntimeError for a store that is not that of the type, here as everywhere.
    pub fn len(self, types: &TypeStore<'_>) -> Result<usize, ObjectError> {
        Ok(types.type_object(self.ty)?.dict.len())
    }

    /// Whether there are no names.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn is_empty(self, types: &TypeStore<'_>) -> Result<bool, ObjectError> {
        Ok(self.len(types)? == 0)
    }

    /// The value of a name in the type itself, not in its bases.
    ///
    /// # Errors
    ///
    /// TypeError for a [`Value`] that is no str: for any key use [`get_item`](Self::get_item).
    pub fn get<'t>(
        self,
        types: &'t TypeStore<'_>,
        name: impl AsName,
    ) -> Result<Option<&'t Value>, ObjectError> {
        let object = types.type_object(self.ty)?;
        Ok(types.names().find(name)?.and_then(|name| object.dict.get(name)))
    }

    /// Whether the type itself has a name.
    ///
    /// # Errors
    ///
    /// As [`get`](MappingProxy::get).
    pub fn contains(self, types: &TypeStore<'_>, name: impl AsName) -> Result<bool, ObjectError> {
        Ok(self.get(types, name)?.is_some())
    }

    /// Python's `proxy[key]`. A key that is no str is never there.
    ///
    /// # Errors
    ///
    /// KeyError with the key; TypeError for one that cannot be hashed.
    pub fn get_item(self, types: &TypeStore<'_>, key: &Value) -> Result<Value, ObjectError> {
        let object = types.type_object(self.ty)?;
        let found = match key {
            Value::Str(text) => types.names().find(text)?.and_then(|name| object.dict.get(name)),
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
    pub fn iter<'t>(
        self,
        types: &'t TypeStore<'_>,
    ) -> Result<impl DoubleEndedIterator<Item = (Name, &'t Value)>, ObjectError> {
        Ok(pairs(types.type_object(self.ty)?))
    }

    /// Clones of the names, as str, and values. They do not borrow the store.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn items(self, types: &TypeStore<'_>) -> Result<Vec<(Value, Value)>, ObjectError> {
        let named = |(name, value): (Name, &Value)| {
            Ok((Value::Str(name.name_str(types.names())?), value.clone()))
        };
        pairs(types.type_object(self.ty)?).map(named).collect()
    }

    /// Python's `repr(proxy)`: `mappingproxy({'a': 42})`.
    ///
    /// # Errors
    ///
    /// What the `repr` of a value fails with.
    pub fn repr(self, types: &TypeStore<'_>) -> Result<String, ObjectError> {
        let shown = |(name, value)| Ok(format!("{}: {}", repr(&name)?, repr(&value)?));
        let items: Result<Vec<String>, ObjectError> =
            self.items(types)?.into_iter().map(shown).collect();
        Ok(format!("mappingproxy({{{}}})", items?.join(", ")))
    }

    /// Starts an iteration that holds no borrow, for the iterators of a runtime.
    ///
    /// # Errors
    ///
    /// As [`len`](MappingProxy::len).
    pub fn cursor(self, types: &TypeStore<'_>) -> Result<ProxyCursor, ObjectError> {
        let dict = &types.type_object(self.ty)?.dict;
        let (length, moves) = (dict.len(), dict.moves());
        Ok(ProxyCursor { position: 0, length, left: length, moves, state: State::Active })
    }

    /// The next name and value; `None` after the last.
    ///
    /// # Errors
    ///
    /// RuntimeError with CPython's message if names were added or removed since the iteration began
    /// (`dictiter_iternextkey` of `Objects/dictobject.c`).
    pub fn advance(
        self,
        types: &TypeStore<'_>,
        cursor: &mut ProxyCursor,
    ) -> Result<Option<(Name, Value)>, ObjectError> {
        let dict = &types.type_object(self.ty)?.dict;
        if cursor.state == State::Ended {
            return Ok(None);
        }
        if cursor.state == State::Resized || dict.len() != cursor.length {
            cursor.state = State::Resized;
            let why = "dictionary changed size during iteration";
            return Err(ObjectError::Runtime(why.into()));
        }
        let found = dict.iter_from(cursor.position).next();
        // CPython notices other names only by their number. If entries have moved it goes on at a
        // wrong position; here that is an error.
        if dict.moves() != cursor.moves || found.is_some() && cursor.left == 0 {
            cursor.state = State::Ended;
            let why = "dictionary keys changed during iteration";
            return Err(ObjectError::Runtime(why.into()));
        }
        let Some((position, name, value)) = found else {
            cursor.state = State::Ended;
            return Ok(None);
        };
        cursor.position = position + 1;
        cursor.left -= 1;
        Ok(Some((name, value.clone())))
    }

    /// Python's `proxy == dict`: the same names with equal values, in any order.
    ///
    /// Compares clones of the values. Meanwhile only the dict is borrowed.
    ///
    /// # Errors
    ///
    /// What the equality of a value or of a key fails with.
    pub fn equal(self, types: &TypeStore<'_>, dict: &Dict) -> Result<bool, ObjectError> {
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

fn pairs(object: &TypeObject) -> impl DoubleEndedIterator<Item = (Name, &Value)> {
    object.dict.iter_from(0).map(|(_, name, value)| (name, value))
}
