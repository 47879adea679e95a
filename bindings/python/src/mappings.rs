//! `==` and `!=` of a map and a mapping of another kind.
//!
//! A dict asks an instance of a subclass before it compares by itself, and takes what that says.
//! A map does so with every mapping: both orders of the operands give one answer. Where the other
//! side does not know, contents decide, of a dict or `frozendict` as `dict` would look at them.
//!
//! What is equal must have one hash. So two that can both be hashed are equal only if their hashes
//! are; and of other hashable mappings, which have hashes of their own making, it is left to
//! themselves to answer.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
#[cfg(Py_3_15)]
use pyo3::types::PyFrozenDict;
use pyo3::types::{PyBool, PyDict};

use crate::build::is_mapping;
use crate::fence::protocol::{ask_to_compare, is_hashable, is_hashed_as_maps_are};
use crate::map::Map;
use crate::store::{self, Walk};

/// What `map == other`, or `!=`, gives; `None` where it is for the other side to say.
pub(crate) fn compare<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(mapping) = Mapping::of(other)? else {
        return Ok(None);
    };
    if let Some(answer) = ask_to_compare(other, map.as_any(), op)? {
        return Ok(Some(answer));
    }
    let equal = mapping.holds_what(map)? && hashes_agree(map, other)?;
    let answer = equal == matches!(op, CompareOp::Eq);
    Ok(Some(PyBool::new(map.py(), answer).to_owned().into_any()))
}

/// A mapping that a map can be equal to.
enum Mapping<'a, 'py> {
    /// Looked at past the methods of a subclass, as `dict` does.
    Dict(&'a Bound<'py, PyDict>),
    #[cfg(Py_3_15)]
    FrozenDict(&'a Bound<'py, PyFrozenDict>),
    /// One that cannot be hashed.
    Other(&'a Bound<'py, PyAny>),
}

impl<'a, 'py> Mapping<'a, 'py> {
    fn of(object: &'a Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(dict) = object.cast::<PyDict>() {
            return Ok(Some(Mapping::Dict(dict)));
        }
        #[cfg(Py_3_15)]
        if let Ok(dict) = object.cast::<PyFrozenDict>() {
            return Ok(Some(Mapping::FrozenDict(dict)));
        }
        let can_be_equal = is_mapping(object)? && !is_hashable(object);
        Ok(can_be_equal.then_some(Mapping::Other(object)))
    }

    fn len(&self) -> PyResult<usize> {
        match self {
            Mapping::Dict(dict) => Ok(dict.len()),
            #[cfg(Py_3_15)]
            Mapping::FrozenDict(dict) => Ok(dict.len()),
            Mapping::Other(mapping) => mapping.len(),
        }
    }

    fn get(&self, key: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self {
            Mapping::Dict(dict) => dict.get_item(key),
            #[cfg(Py_3_15)]
            Mapping::FrozenDict(dict) => dict.get_item(key),
            // Asked first, because a mapping may make what it is asked for.
            Mapping::Other(mapping) if !mapping.contains(key)? => Ok(None),
            Mapping::Other(mapping) => mapping.get_item(key).map(Some),
        }
    }

    fn holds_what(&self, map: &Bound<'py, Map>) -> PyResult<bool> {
        let py = map.py();
        if self.len()? != map.get().count(py)? {
            return Ok(false);
        }
        let mut walk = Walk::new(py, map.get().version())?;
        while let Some((key, value)) = walk.next(py)? {
            match self.get(&key.into_bound(py))? {
                Some(theirs) if store::same(&value.bound(py), &theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Whether a map and a mapping of the same contents have one hash, or at least one of them none.
fn hashes_agree(map: &Bound<'_, Map>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
    if !is_hashable(other) || is_hashed_as_maps_are(other) {
        return Ok(true);
    }
    let Some(theirs) = hash_of(other)? else { return Ok(true) };
    Ok(hash_of(map.as_any())?.is_none_or(|hash| hash == theirs))
}

/// The hash of an object; `None` if it has none, which is what a `TypeError` says.
fn hash_of(object: &Bound<'_, PyAny>) -> PyResult<Option<isize>> {
    match object.hash() {
        Ok(hash) => Ok(Some(hash)),
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Ok(None),
        Err(error) => Err(error),
    }
}
