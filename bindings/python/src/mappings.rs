//! `==` and `!=` of a map and a mapping of another kind.
//!
//! A dict asks an operand of a subclass first, and returns what that says. A map asks every other
//! mapping first, so that both orders of the operands give one answer. Where the other side
//! declines, the contents decide; those of a dict or `frozendict` are read as `dict` itself would.
//!
//! Equal objects must have equal hashes. So a map and a hashable dict are equal only if their
//! hashes are. Any other hashable mapping has a hash of its own making, and has to answer for
//! itself.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyType};

use crate::ffi::any_dict::AnyDict;
use crate::ffi::construct;
use crate::ffi::type_queries::{is_hashable, is_hashed_as_maps_are, rich_compare};
use crate::map::Map;
use crate::store::{self, Entries};

/// `map == other` or `map != other`; `None` where the other side has to answer.
pub(crate) fn compare<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(mapping) = Mapping::of(other)? else {
        return Ok(None);
    };
    if let Some(answer) = rich_compare(other, map.as_any(), op)? {
        return Ok(Some(answer));
    }
    let equal = mapping.equals(map)? && hashes_agree(map, other)?;
    let answer = equal == matches!(op, CompareOp::Eq);
    Ok(Some(PyBool::new(map.py(), answer).to_owned().into_any()))
}

/// A mapping that a map can be equal to.
enum Mapping<'a, 'py> {
    /// Read past the methods of a subclass, as `dict` does.
    Dict(AnyDict<'a, 'py>),
    /// One that cannot be hashed.
    Other(&'a Bound<'py, PyAny>),
}

impl<'a, 'py> Mapping<'a, 'py> {
    fn of(object: &'a Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Some(dict) = AnyDict::of(object) {
            return Ok(Some(Mapping::Dict(dict)));
        }
        let can_be_equal = is_mapping(object)? && !is_hashable(object);
        Ok(can_be_equal.then_some(Mapping::Other(object)))
    }

    fn len(&self) -> PyResult<usize> {
        match self {
            Mapping::Dict(dict) => Ok(dict.len()),
            Mapping::Other(mapping) => mapping.len(),
        }
    }

    fn get(&self, key: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self {
            Mapping::Dict(dict) => dict.get(key),
            // Asked first, because a mapping may make a missing value.
            Mapping::Other(mapping) if !mapping.contains(key)? => Ok(None),
            Mapping::Other(mapping) => mapping.get_item(key).map(Some),
        }
    }

    fn equals(&self, map: &Bound<'py, Map>) -> PyResult<bool> {
        let py = map.py();
        if self.len()? != map.get().count(py)? {
            return Ok(false);
        }
        let mut entries = Entries::new(py, map.get().version())?;
        while let Some((key, value)) = entries.next(py)? {
            match self.get(&key.into_bound(py))? {
                Some(theirs) if store::is_equal(&value.bound(py), &theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Whether a map and a mapping with the same contents have equal hashes, or one of them has none.
fn hashes_agree(map: &Bound<'_, Map>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
    if !is_hashable(other) || is_hashed_as_maps_are(other) {
        return Ok(true);
    }
    let Some(theirs) = hash_of(other)? else { return Ok(true) };
    Ok(hash_of(map.as_any())?.is_none_or(|hash| hash == theirs))
}

/// The hash of an object; `None` if `TypeError` says that it has none.
fn hash_of(object: &Bound<'_, PyAny>) -> PyResult<Option<isize>> {
    match object.hash() {
        Ok(hash) => Ok(Some(hash)),
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an object is a mapping, as operands of `|` have to be.
pub(crate) fn is_mapping(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<Map>() || AnyDict::of(object).is_some() {
        return Ok(true);
    }
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = object.py();
    let mapping = MAPPING.get_or_try_init(py, || {
        construct::import_class(py, c"collections.abc", c"Mapping").map(Bound::unbind)
    })?;
    object.is_instance(mapping.bind(py))
}
