//! Changing a dict, borrowed or shared.
//!
//! After `insertdict`, `PyDict_SetDefault`, `_PyDict_Pop` and `_PyDict_DelItem_KnownHash` of
//! `Objects/dictobject.c`. The step that determines the position of a key also writes there, so
//! nothing comes between. A step returns what it removes, so that it is dropped after the step.

use crate::Error;

use super::key::{Key, hash_key};
use super::search::{TableAccess, find, find_asking};
use super::table::{Entry, Quick, Table};
use crate::object::value::{ObjectError, Value};

/// Access to a table for writing.
pub(super) trait TableAccessMut: TableAccess<Access = Table> {}

impl<R: TableAccess<Access = Table>> TableAccessMut for R {}

/// What happens to the value of a key that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IfThere {
    Keep,
    Replace,
}

/// The result of storing a key and value.
enum Stored {
    /// They are a new entry at this position.
    New(u32),
    /// The key was there, at this position. The given key, and the old value or, where that is
    /// kept, the given one.
    Old(u32, (Value, Value)),
    /// There is no room: the given key and value.
    Refused(Error, (Value, Value)),
}

/// Stores a value. A key that is there already stays, and `if_there` chooses the value. Returns the
/// position, and the value that is not in the dict.
///
/// # Errors
///
/// What the equality of a key fails with, or no room. The dict has not changed.
#[inline]
pub(super) fn store<R: TableAccessMut>(
    dict: &mut R,
    hash: i64,
    key: Value,
    value: Value,
    if_there: IfThere,
) -> Result<(u32, Option<Value>), ObjectError> {
    let quick = dict.with(|table| {
        let (quick, pair) = if table.has_room() {
            match table.push_if_first(hash, key, value) {
                Ok(position) => return Ok(Stored::New(position)),
                Err((candidate, pair)) => (table.quick_from(candidate, hash, &pair.0), pair),
            }
        } else {
            (table.quick(hash, &key), (key, value))
        };
        match quick {
            Quick::Certain(position) => Ok(store_at(table, position, hash, pair, if_there)),
            Quick::Ask => Err(pair),
        }
    });
    let stored = match quick {
        Ok(stored) => stored,
        Err((key, value)) => {
            let pair = (key.clone(), value);
            let store =
                |table: &mut Table, position| store_at(table, position, hash, pair, if_there);
            find_asking(dict, hash, &key, store)?
        }
    };
    match stored {
        Stored::New(position) => Ok((position, None)),
        Stored::Old(position, (_, value)) => Ok((position, Some(value))),
        Stored::Refused(error, _) => Err(error.into()),
    }
}

#[inline]
fn store_at(
    table: &mut Table,
    position: Option<u32>,
    hash: i64,
    (key, value): (Value, Value),
    if_there: IfThere,
) -> Stored {
    match position {
        Some(position) if if_there == IfThere::Keep => Stored::Old(position, (key, value)),
        Some(position) => Stored::Old(position, (key, table.replace(position, value))),
        None => match table.reserve() {
            Ok(()) => Stored::New(table.push(hash, key, value)),
            Err(error) => Stored::Refused(error, (key, value)),
        },
    }
}

/// `dict.setdefault(key, default)` of a shared dict: a clone of the value.
///
/// # Errors
///
/// As [`store`].
pub(super) fn setdefault<R: TableAccessMut>(
    dict: &mut R,
    hash: i64,
    key: Value,
    default: Value,
) -> Result<Value, ObjectError> {
    let pair = (key.clone(), default.clone());
    let (value, _unused) = find(dict, hash, &key, |table, position| match position {
        Some(position) => (Ok(table.at(position).value.clone()), Some(pair)),
        None => match store_at(table, None, hash, pair, IfThere::Keep) {
            Stored::Refused(error, pair) => (Err(error), Some(pair)),
            Stored::New(_) | Stored::Old(..) => (Ok(default), None),
        },
    })?;
    Ok(value?)
}

/// Removes the entry of a key, if there is one.
///
/// # Errors
///
/// What the hash or the equality of a key fails with.
pub(super) fn remove<R: TableAccessMut, K: Key + ?Sized>(
    dict: &mut R,
    key: &K,
) -> Result<Option<Entry>, ObjectError> {
    let hash = hash_key(key, dict.policy())?;
    find(dict, hash, key, |table, position| position.map(|position| table.remove(position)))
}

/// `dict.pop(key)`: the value. As in CPython an empty dict does not hash the key.
///
/// # Errors
///
/// As [`remove`].
pub(super) fn pop<R: TableAccessMut, K: Key + ?Sized>(
    dict: &mut R,
    key: &K,
) -> Result<Option<Value>, ObjectError> {
    if dict.look(Table::len) == 0 {
        return Ok(None);
    }
    Ok(remove(dict, key)?.map(|entry| entry.value))
}

/// `dict.popitem()`.
///
/// # Errors
///
/// [`ObjectError::Key`] of an empty dict.
pub(super) fn popitem<R: TableAccessMut>(dict: &mut R) -> Result<(Value, Value), ObjectError> {
    let Some(entry) = dict.with(Table::pop_last) else {
        let words = "popitem(): dictionary is empty";
        return Err(ObjectError::missing(words.into(), dict.policy()));
    };
    Ok((entry.key, entry.value))
}
