//! Operations on two or three maps: union, intersection, difference, diff and merge. They cost what
//! differs between maps that are derived from each other. Where much differs, and it takes no
//! Python code to compare the keys, the result is built at once.

use hedgerow::WithError;
use hedgerow::host::{Combination, Combined, combine};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::build::{as_map, map_of_large_dict};
use crate::edit::Edit;
use crate::entries::for_each_pair;
use crate::ffi::any_dict::AnyDict;
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::key::Key;
use crate::ffi::object::{Object, compare_values};
use crate::ffi::plain_hash::is_hashed_plainly;
use crate::ffi::store_cell;
use crate::map::{self, Collection, Map, derive};
use crate::store;
use crate::unshared::{BothSides, by_identity, ignore_values, match_keys, unshared};

/// The entries of both; where both have a key, the other's value.
pub(crate) fn union<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    if let Ok(other) = other.cast::<Map>() {
        return unite(map, other.get());
    }
    if let Some(dict) = AnyDict::with_own_items(other)?
        && let Some(other) = map_of_large_dict(dict, map.get())?
    {
        return unite(map, other.get());
    }
    let mut edit = Edit::of(map)?;
    edit.insert_all(other)?;
    edit.finish_map(map)
}

/// `map.update(col, **kw)`.
pub(crate) fn update<'py>(
    map: &Bound<'py, Map>,
    col: Option<&Bound<'py, PyAny>>,
    kw: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, Map>> {
    let kw = kw.filter(|kw| !kw.is_empty());
    match (col, kw) {
        (None, None) => return Ok(map.clone()),
        (Some(col), None) if !has_hashes_of_python(col)? => return union(map, col),
        _ => {}
    }
    let mut edit = Edit::of(map)?;
    if let Some(col) = col {
        edit.insert_all(col)?;
    }
    if let Some(kw) = kw {
        edit.insert_all(kw)?;
    }
    edit.finish_map(map)
}

/// Whether it is a map with a key whose hash Python code computes. As in immutables, an update asks
/// for it again, and fails with it.
fn has_hashes_of_python(col: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(map) = col.cast::<Map>() else { return Ok(false) };
    let version = map.get().version();
    let is_plain =
        |store: &store_cell::MapStore| Ok(store.at(version)?.keys().all(is_hashed_plainly));
    Ok(!store_cell::read(col.py(), is_plain)?.map_err(Fault::Store)?)
}

/// A combination of two maps or sets that is built at once; the first one itself if that holds
/// what it would. `None` if little differs, or if it takes Python code to compare the keys.
pub(crate) fn combined<'py, T: Collection>(
    first: &Bound<'py, T>,
    second: &Map,
    how: Combination,
) -> PyResult<Option<Bound<'py, T>>> {
    let (py, this) = (first.py(), first.get().as_map());
    let (a, b) = (this.version(), second.version());
    let is_same = |a: &Key, b: &Key| a.compare(b).ok_or(());
    let made = store_cell::write_version(py, a, |store| {
        combine(store, a, b, how, is_same, |old, new| old.is(new))
    })?;
    match made {
        Ok(Combined::New(version)) => {
            let is_part = matches!(how, Combination::Intersection | Combination::Difference);
            let tracked = this.may_hold_tracked() || !is_part && second.may_hold_tracked();
            derive(first, version, tracked).map(Some)
        }
        Ok(Combined::First) => Ok(Some(first.clone())),
        Ok(Combined::Few) | Err(WithError::Caller(())) => Ok(None),
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
    }
}

/// [`union`] with a map; or of two sets.
pub(crate) fn unite<'py, T: Collection>(
    map: &Bound<'py, T>,
    other: &Map,
) -> PyResult<Bound<'py, T>> {
    if let Some(made) = combined(map, other, Combination::Update)? {
        return Ok(made);
    }
    let py = map.py();
    let mut edit = Edit::of(map)?;
    let entries = unshared(py, map.get().as_map().version(), other.version(), by_identity)?;
    for sides in match_keys(py, entries)? {
        if let Some((key, value)) = sides.right {
            edit.insert(&key.into_bound(py), &value.into_bound(py))?;
        }
    }
    edit.finish_map(map)
}

/// The entries of a map whose keys the other mapping has too.
pub(crate) fn intersection<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let other = as_map(other)?;
    intersect(map, other.get())
}

/// [`intersection`] with a map; or of two sets.
pub(crate) fn intersect<'py, T: Collection>(
    map: &Bound<'py, T>,
    other: &Map,
) -> PyResult<Bound<'py, T>> {
    if let Some(made) = combined(map, other, Combination::Intersection)? {
        return Ok(made);
    }
    let py = map.py();
    let mut edit = Edit::of(map)?;
    let entries = unshared(py, map.get().as_map().version(), other.version(), ignore_values)?;
    for sides in match_keys(py, entries)? {
        if let BothSides { left: Some((key, _)), right: None } = sides {
            edit.remove(&key.into_bound(py))?;
        }
    }
    edit.finish_map(map)
}

/// The entries of a map whose keys the other mapping does not have.
pub(crate) fn difference<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let other = as_map(other)?;
    subtract(map, other.get())
}

/// [`difference`] from a map; or of two sets.
pub(crate) fn subtract<'py, T: Collection>(
    map: &Bound<'py, T>,
    other: &Map,
) -> PyResult<Bound<'py, T>> {
    if let Some(made) = combined(map, other, Combination::Difference)? {
        return Ok(made);
    }
    let py = map.py();
    // What the two share is in both: only the rest can stay.
    let mut edit = Edit::open(py, store::empty(py)?, false)?;
    let entries = unshared(py, map.get().as_map().version(), other.version(), ignore_values)?;
    for sides in match_keys(py, entries)? {
        if let BothSides { left: Some((key, value)), right: None } = sides {
            edit.insert(&key.into_bound(py), &value.into_bound(py))?;
        }
    }
    edit.finish_part_of(map)
}

/// What changed from a map to another mapping, as tuples, in iteration order.
pub(crate) fn diff<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = map.py();
    let other = as_map(other)?;
    let (a, b) = (map.get().version(), other.get().version());
    let changes = construct::list(py)?;
    for sides in match_keys(py, unshared(py, a, b, compare_values)?)? {
        let change = match sides {
            BothSides { left: Some((key, value)), right: None } => {
                let kind = construct::interned(py, c"removed")?;
                construct::tuple(py, [kind, key.into_bound(py), value.into_bound(py)])?
            }
            BothSides { left: None, right: Some((key, value)) } => {
                let kind = construct::interned(py, c"added")?;
                construct::tuple(py, [kind, key.into_bound(py), value.into_bound(py)])?
            }
            BothSides { left: Some((_, old)), right: Some((key, new)) } => {
                if is_equal_value(py, &old, &new)? {
                    continue;
                }
                changed(py, key, old, new)?
            }
            BothSides { left: None, right: None } => continue,
        };
        changes.append(change)?;
    }
    Ok(changes)
}

fn changed(py: Python<'_>, key: Key, old: Object, new: Object) -> PyResult<Bound<'_, PyTuple>> {
    let kind = construct::interned(py, c"changed")?;
    construct::tuple(py, [kind, key.into_bound(py), old.into_bound(py), new.into_bound(py)])
}

/// Whether two values are equal.
fn is_equal_value(py: Python<'_>, a: &Object, b: &Object) -> PyResult<bool> {
    store::is_equal(&a.bound(py), &b.bound(py))
}

/// Whether two sides of a merge have the very same value, or both none.
fn is_same(a: Option<&Object>, b: Option<&Object>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether two sides of a merge have equal values, or both none.
fn is_equal(py: Python<'_>, a: Option<&Object>, b: Option<&Object>) -> PyResult<bool> {
    match (a, b) {
        (Some(a), Some(b)) => is_equal_value(py, a, b),
        (a, b) => Ok(a.is_none() && b.is_none()),
    }
}

/// `ours` with what `theirs` changed since `base`.
pub(crate) fn merge<'py>(
    ours: &Bound<'py, Map>,
    base: &Bound<'py, PyAny>,
    theirs: &Bound<'py, PyAny>,
    conflict: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let py = ours.py();
    let (base, theirs) = (as_map(base)?, as_map(theirs)?);
    let absent = construct::import(py, c"hedgerow._merge", c"ABSENT")?;
    let mut edit = Edit::of(ours)?;
    let entries = unshared(py, base.get().version(), theirs.get().version(), by_identity)?;
    for BothSides { left, right } in match_keys(py, entries)? {
        let (old, new) = (left.as_ref().map(|pair| &pair.1), right.as_ref().map(|pair| &pair.1));
        if is_same(old, new) {
            continue;
        }
        let Some(key) = right.as_ref().or(left.as_ref()).map(|pair| pair.0.object()) else {
            continue;
        };
        let key = key.into_bound(py);
        let mine = map::get(ours, &key)?;
        let takes_theirs = is_same(mine.as_ref(), old);
        // Equality is asked only where identity does not decide: it may fail.
        if is_same(mine.as_ref(), new)
            || !takes_theirs && (is_equal(py, old, new)? || is_equal(py, mine.as_ref(), new)?)
        {
            continue;
        }
        let or_absent = |side: Option<&Object>| match side {
            Some(value) => value.clone().into_bound(py),
            None => absent.clone(),
        };
        let result = if takes_theirs || is_equal(py, mine.as_ref(), old)? {
            or_absent(new)
        } else {
            let sides = [key.clone(), or_absent(old), or_absent(mine.as_ref()), or_absent(new)];
            let sides = construct::tuple(py, sides)?;
            match conflict {
                Some(decide) => construct::call(decide, &sides)?,
                None => {
                    let class = construct::import(py, c"hedgerow._merge", c"MergeConflict")?;
                    let error = construct::call(&class, &sides)?;
                    return Err(PyErr::from_value(error));
                }
            }
        };
        if result.is(&absent) {
            edit.remove(&key)?;
        } else {
            edit.insert(&key, &result)?;
        }
    }
    edit.finish_map(ours)
}

/// A map without any of the keys. `KeyError` with the first that is missing.
pub(crate) fn delete_many<'py>(
    map: &Bound<'py, Map>,
    keys: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let mut edit = Edit::of(map)?;
    for key in keys.try_iter()? {
        let key = key?;
        if !edit.remove(&key)? {
            return Err(construct::key_error(&key));
        }
    }
    edit.finish_map(map)
}

/// `base | map`, where `base` is no map.
pub(crate) fn reflected_union<'py>(
    base: &Bound<'py, PyAny>,
    map: &Bound<'py, Map>,
) -> PyResult<Bound<'py, Map>> {
    let py = map.py();
    let mut edit = Edit::open(py, store::empty(py)?, map.get().may_hold_tracked())?;
    for_each_pair(base, &mut |key, value| edit.insert(key, value))?;
    edit.insert_all(map)?;
    edit.finish_like(map)
}
