//! What is made of two or three maps: union, intersection, difference and merge, in what differs
//! between relatives.

use pyo3::prelude::*;
use pyo3::types::PyAny;

use crate::build::{Growing, as_map, for_each_pair};
use crate::compare::{Twin, identical, same_value, twins, unshared, whatever};
use crate::fence::{Object, made};
use crate::map::{Map, derive};
use crate::store::{self, Walk};

/// All keys of both; where both have one, the other's value.
pub(crate) fn union<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let mut edit = Growing::from(map)?;
    match other.cast::<Map>() {
        Ok(other) => {
            let lone = unshared(py, map.get().version(), other.get().version(), identical)?;
            for twin in twins(py, lone)? {
                if let Some((key, value)) = twin.right {
                    edit.put(&key.into_bound(py), &value.into_bound(py))?;
                }
            }
        }
        Err(_) => edit.put_all(other)?,
    }
    edit.finish_from(map)
}

/// The entries of a map whose keys the other mapping has too.
pub(crate) fn intersection<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let other = as_map(other)?;
    let mut edit = Growing::from(map)?;
    let lone = unshared(py, map.get().version(), other.get().version(), whatever)?;
    for twin in twins(py, lone)? {
        if let Twin { left: Some((key, _)), right: None } = twin {
            edit.cut(&key.into_bound(py))?;
        }
    }
    edit.finish_from(map)
}

/// The entries of a map whose keys the other mapping has not.
pub(crate) fn difference<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let other = as_map(other)?;
    // What is shared is in both: only what is left over can stay.
    let mut edit = Growing::over(py, store::empty(py)?, false)?;
    let lone = unshared(py, map.get().version(), other.get().version(), whatever)?;
    for twin in twins(py, lone)? {
        if let Twin { left: Some((key, value)), right: None } = twin {
            edit.put(&key.into_bound(py), &value.into_bound(py))?;
        }
    }
    if store::len(py, edit.version()?)? == map.get().count(py)? {
        return Ok(map.clone());
    }
    let (version, tracked) = edit.finish()?;
    derive(map, version, tracked)
}

/// Whether two sides of a merge have the very same to say of a key.
fn is_one(a: Option<&Object>, b: Option<&Object>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether two sides of a merge say the same of a key.
fn agree(py: Python<'_>, a: Option<&Object>, b: Option<&Object>) -> PyResult<bool> {
    match (a, b) {
        (Some(a), Some(b)) => same_value(py, a, b),
        (a, b) => Ok(a.is_none() && b.is_none()),
    }
}

/// What `theirs` changed since `base`, on top of `ours`.
pub(crate) fn merge<'py>(
    ours: &Bound<'py, Map>,
    base: &Bound<'py, Map>,
    theirs: &Bound<'py, Map>,
    conflict: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let py = ours.py();
    let absent = made::import(py, c"hedgerow._merge", c"ABSENT")?;
    let mut edit = Growing::from(ours)?;
    let lone = unshared(py, base.get().version(), theirs.get().version(), identical)?;
    for Twin { left, right } in twins(py, lone)? {
        let (old, new) = (left.as_ref().map(|pair| &pair.1), right.as_ref().map(|pair| &pair.1));
        if is_one(old, new) {
            continue;
        }
        let Some(key) = right.as_ref().or(left.as_ref()).map(|pair| pair.0.object()) else {
            continue;
        };
        let key = key.into_bound(py);
        let mine = crate::map::lookup(ours, &key)?;
        let takes_theirs = is_one(mine.as_ref(), old);
        // Where identity does not answer, equality does, and may fail.
        if is_one(mine.as_ref(), new)
            || !takes_theirs && (agree(py, old, new)? || agree(py, mine.as_ref(), new)?)
        {
            continue;
        }
        let or_absent = |side: Option<&Object>| match side {
            Some(value) => value.clone().into_bound(py),
            None => absent.clone(),
        };
        let result = if takes_theirs || agree(py, mine.as_ref(), old)? {
            or_absent(new)
        } else {
            let sides = [key.clone(), or_absent(old), or_absent(mine.as_ref()), or_absent(new)];
            let sides = made::tuple(py, sides)?;
            match conflict {
                Some(decide) => made::called(decide, &sides)?,
                None => {
                    let class = made::import(py, c"hedgerow._merge", c"MergeConflict")?;
                    let error = made::called(&class, &sides)?;
                    return Err(PyErr::from_value(error));
                }
            }
        };
        if result.is(&absent) {
            edit.cut(&key)?;
        } else {
            edit.put(&key, &result)?;
        }
    }
    edit.finish_from(ours)
}

/// A map without any of the keys, all of which it must have.
pub(crate) fn delete_many<'py>(
    map: &Bound<'py, Map>,
    keys: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let mut edit = Growing::from(map)?;
    for key in keys.try_iter()? {
        let key = key?;
        if !edit.cut(&key)? {
            return Err(crate::map::missing(&key));
        }
    }
    edit.finish_from(map)
}

/// The entries of a map in another order than its own: last first.
pub(crate) fn reversed_pairs(map: &Bound<'_, Map>) -> PyResult<Vec<store::Pair>> {
    let py = map.py();
    let mut walk = Walk::new(py, map.get().version())?;
    let mut pairs = Vec::with_capacity(map.get().count(py)?);
    while let Some(pair) = walk.next(py)? {
        pairs.push(pair);
    }
    pairs.reverse();
    Ok(pairs)
}

/// Puts every pair of `other` over those of `base`: the reflected `|`.
pub(crate) fn over<'py>(
    base: &Bound<'py, PyAny>,
    map: &Bound<'py, Map>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let mut edit = Growing::over(py, store::empty(py)?, map.get().may_hold_tracked())?;
    for_each_pair(base, &mut |key, value| edit.put(key, value))?;
    edit.put_all(map)?;
    let (version, tracked) = edit.finish()?;
    derive(map, version, tracked)
}
