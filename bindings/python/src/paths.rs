//! Maps in maps: `get_in`, `set_in`, `update_in` and `delete_in`.
//!
//! A path is a sequence of keys, each of which leads to the map that the next one is looked up in.
//! Paths are walked in loops: their length costs no stack. A path is copied first, and its keys are
//! hashed once, because hashing and comparing them may run code that changes what they came in.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::ffi::construct;
use crate::ffi::key::HashedKey;
use crate::ffi::object::Object;
use crate::map::{self, Map, new_map};
use crate::mappings::is_mapping;

/// `map.get_in(path, default)`: also through other mappings.
pub(crate) fn get_in<'py>(
    map: &Bound<'py, Map>,
    path: &Bound<'py, PyAny>,
    default: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = map.py();
    let path = keys_of(path)?;
    let mut found = map.clone().into_any();
    let mut last_key = None;
    for key in path.as_slice() {
        let value = match found.cast::<Map>() {
            Ok(map) => map::get(map, key)?.map(|value| value.into_bound(py)),
            Err(_) => match last_key {
                Some(last_key) if !is_mapping(&found)? => {
                    return Err(not_a("a mapping", last_key, &found));
                }
                _ => get_of_mapping(&found, key)?,
            },
        };
        match (value, default) {
            (Some(value), _) => found = value,
            (None, Some(default)) => return Ok(default.clone()),
            (None, None) => return Ok(py.None().into_bound(py)),
        }
        last_key = Some(key);
    }
    Ok(found)
}

/// `map.set_in(path, value)`.
pub(crate) fn set_in<'py>(
    map: &Bound<'py, Map>,
    path: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let path = keys_of(path)?;
    let keys = hash_keys(&path)?;
    let (maps, _) = walk(map, &keys)?;
    put(&maps, &keys, value)
}

/// `map.update_in(path, function, default)`.
pub(crate) fn update_in<'py>(
    map: &Bound<'py, Map>,
    path: &Bound<'py, PyAny>,
    function: &Bound<'py, PyAny>,
    default: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let path = keys_of(path)?;
    let keys = hash_keys(&path)?;
    let (maps, old) = walk(map, &keys)?;
    let old = match (old, default) {
        (Some(old), _) => old.into_bound(py),
        (None, Some(default)) => default.clone(),
        (None, None) => py.None().into_bound(py),
    };
    let new = construct::call(function, &construct::tuple(py, [old])?)?;
    put(&maps, &keys, &new)
}

/// `map.delete_in(path)`.
pub(crate) fn delete_in<'py>(
    map: &Bound<'py, Map>,
    path: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let path = keys_of(path)?;
    let keys = hash_keys(&path)?;
    let (maps, _) = walk(map, &keys)?;
    // The first key that is missing is that of the last map there is.
    let at = maps.len() - 1;
    let smaller = if maps.len() == keys.len() { map::without(&maps[at], keys[at])? } else { None };
    match smaller {
        Some(smaller) if at == 0 => Ok(smaller),
        Some(smaller) => put(&maps[..at], &keys[..at], smaller.as_any()),
        None => Err(construct::key_error(&keys[at].object())),
    }
}

/// The keys of a path.
///
/// # Errors
///
/// `TypeError` for a str, whose characters nobody means, and for bytes.
fn keys_of<'py>(path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    if path.is_instance_of::<PyString>() || path.is_instance_of::<PyBytes>() {
        let name = path.get_type().name()?;
        let words = format!("a path is a sequence of keys, not '{}'", name.to_string_lossy());
        return Err(construct::error::<PyTypeError>(path.py(), &words));
    }
    construct::tuple_of(path)
}

/// # Errors
///
/// `ValueError` for an empty path: there is no key to set. What hashing raises.
fn hash_keys<'a, 'py>(path: &'a Bound<'py, PyTuple>) -> PyResult<Vec<HashedKey<'a, 'py>>> {
    if path.is_empty() {
        return Err(construct::error::<PyValueError>(path.py(), "the path is empty"));
    }
    path.as_slice().iter().map(HashedKey::new).collect()
}

/// The value of a key of a mapping that is no map.
fn get_of_mapping<'py>(
    mapping: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(dict) = mapping.cast_exact::<PyDict>() {
        return dict.get_item(key);
    }
    // Asked first, because a mapping may make a missing value.
    if mapping.contains(key)? { mapping.get_item(key).map(Some) } else { Ok(None) }
}

/// The maps along a path, one for each key or fewer, and the value of the last key.
fn walk<'py>(
    map: &Bound<'py, Map>,
    keys: &[HashedKey<'_, 'py>],
) -> PyResult<(Vec<Bound<'py, Map>>, Option<Object>)> {
    let py = map.py();
    let mut maps = Vec::with_capacity(keys.len());
    maps.push(map.clone());
    let mut value = map::get_hashed(map, keys[0])?;
    for (last_key, key) in keys.iter().zip(&keys[1..]) {
        let Some(found) = value else { break };
        let inner = found
            .into_bound(py)
            .cast_into::<Map>()
            .map_err(|error| not_a("a Map", &last_key.object(), &error.into_inner()))?;
        value = map::get_hashed(&inner, *key)?;
        maps.push(inner);
    }
    Ok((maps, value))
}

/// The outermost map with a value at the end of the path, given the maps along it. Where there are
/// fewer than keys, new ones are made.
fn put<'py>(
    maps: &[Bound<'py, Map>],
    keys: &[HashedKey<'_, 'py>],
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let py = value.py();
    let mut value = value.clone();
    for key in keys[maps.len()..].iter().rev() {
        let empty = new_map(py, None, Map::empty(py)?)?;
        value = map::set_hashed(&empty, *key, &value)?.into_any();
    }
    let (outermost, inner) = (&maps[0], &maps[1..]);
    for (map, key) in inner.iter().zip(&keys[1..]).rev() {
        let changed = map::set_hashed(map, *key, &value)?;
        if changed.is(map) {
            return Ok(outermost.clone());
        }
        value = changed.into_any();
    }
    map::set_hashed(outermost, keys[0], &value)
}

/// `TypeError`: what a key leads to has no keys.
#[cold]
fn not_a(what: &str, key: &Bound<'_, PyAny>, found: &Bound<'_, PyAny>) -> PyErr {
    let words = || {
        let py = key.py();
        let parts = construct::list(py)?;
        parts.append(construct::text(py, &format!("expected {what} under key "))?)?;
        parts.append(key.repr()?)?;
        parts.append(construct::text(py, ", not '")?)?;
        parts.append(found.get_type().name()?)?;
        parts.append(construct::text(py, "'")?)?;
        construct::joined(&parts)
    };
    match words() {
        Ok(words) => construct::error_with::<PyTypeError>(words.into_any()),
        Err(error) => error,
    }
}
