//! `Set`: an immutable set, which is a map of its elements to None.
//!
//! The class, its constructor, and what concerns one element. What CPython calls is in
//! `slots/set.rs`.

use hedgerow::Version;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi::PyTypeObject;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple, PyType};

use crate::build::{HashedEntries, Stays, version_of_plain};
use crate::edit::Edit;
use crate::ffi::construct;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::instance::is_set_class;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::plain_hash::plain_hash_of_key;
use crate::lookup;
use crate::map::{self, Collection, Map, new_map};
use crate::store::{self, Entries};

/// An immutable set. `add`, `discard` and the operators give new sets, which share what is equal.
#[pyclass(frozen, subclass, weakref, module = "hedgerow")]
#[repr(transparent)]
pub(crate) struct Set(Map);

impl Set {
    /// The elements, as keys of a map.
    #[inline(always)]
    pub(crate) fn map(&self) -> &Map {
        &self.0
    }

    #[inline(always)]
    pub(crate) fn version(&self) -> Version {
        self.0.version()
    }
}

impl Collection for Set {
    #[inline(always)]
    fn as_map(&self) -> &Map {
        &self.0
    }

    #[inline(always)]
    fn of_map(map: Map) -> Self {
        Set(map)
    }

    #[inline(always)]
    fn is_class(class: *mut PyTypeObject) -> bool {
        is_set_class(class)
    }

    fn hash_of_entry(_: Python<'_>, key: &Key, _: &Object) -> Option<i64> {
        plain_hash_of_key(key)
    }
}

impl Recycled for Set {
    #[inline(always)]
    fn free_list() -> &'static FreeList<Self> {
        static FREE: FreeList<Set> = FreeList::new(80);
        &FREE
    }

    fn may_nest(&self) -> bool {
        true
    }
}

/// The value of every element.
pub(crate) fn no_value(py: Python<'_>) -> Bound<'_, PyAny> {
    py.None().into_bound(py)
}

/// `Set(elements)`. `Set` of a set is that set itself.
pub(crate) fn construct<'py>(
    class: &Bound<'py, PyType>,
    elements: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Set>> {
    let py = class.py();
    let Some(elements) = elements else {
        return new_map(py, Some(class), Map::empty(py)?);
    };
    if let Ok(set) = elements.cast_exact::<Set>()
        && is_set_class(class.as_type_ptr())
    {
        return Ok(set.clone());
    }
    new_map(py, Some(class), map_of(elements)?)
}

/// An iterable as a set: itself, or a new one.
pub(crate) fn as_set<'py>(elements: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Set>> {
    match elements.cast::<Set>() {
        Ok(set) => Ok(set.clone()),
        Err(_) => new_map(elements.py(), None, map_of(elements)?),
    }
}

/// The elements of an iterable, for a new set.
pub(crate) fn map_of(elements: &Bound<'_, PyAny>) -> PyResult<Map> {
    let py = elements.py();
    if let Ok(set) = elements.cast::<Set>() {
        return set.get().map().shared(py);
    }
    let has_length = elements.is_exact_instance_of::<PyList>()
        || elements.is_exact_instance_of::<PyTuple>()
        || elements.is_exact_instance_of::<PySet>()
        || elements.is_exact_instance_of::<PyFrozenSet>()
        || elements.is_exact_instance_of::<PyDict>();
    let (version, tracked) = if let Some(made) = version_of_plain(elements, Some(&no_value(py)))? {
        made
    } else if has_length {
        version_of_all(elements)?
    } else {
        let mut edit = Edit::open(py, store::empty(py)?, false)?;
        insert_all(&mut edit, elements)?;
        edit.finish()?
    };
    Ok(Map::new(version, tracked))
}

/// A version with the elements of a collection of Python's own, built at once; and whether that may
/// hold what the collector tracks.
fn version_of_all(elements: &Bound<'_, PyAny>) -> PyResult<(Version, bool)> {
    let py = elements.py();
    let value = Object::of(no_value(py));
    let mut hashed = HashedEntries::with_capacity(elements.len()?);
    for element in elements.try_iter()? {
        hashed.add(&element?, value.clone())?;
    }
    hashed.build(py, Stays::First)
}

/// Inserts the elements of an iterable.
pub(crate) fn insert_all<'py>(edit: &mut Edit<'py>, elements: &Bound<'py, PyAny>) -> PyResult<()> {
    let value = no_value(elements.py());
    for_each_element(elements, |element| edit.insert(element, &value).map(|()| true))?;
    Ok(())
}

/// Calls `work` with the elements of an iterable, for as long as it returns true. Returns whether
/// it always did. Python's own sets are read past the methods of a subclass, as frozenset does.
pub(crate) fn for_each_element<'py>(
    elements: &Bound<'py, PyAny>,
    mut work: impl FnMut(&Bound<'py, PyAny>) -> PyResult<bool>,
) -> PyResult<bool> {
    let py = elements.py();
    if let Ok(set) = elements.cast::<Set>() {
        let mut entries = Entries::new(py, set.get().version())?;
        while let Some((element, _)) = entries.next(py)? {
            if !work(&element.into_bound(py))? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    for element in construct::iterator(elements)? {
        if !work(&element?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `element in set`.
pub(crate) fn contains<'py>(set: &Bound<'py, Set>, element: &Bound<'py, PyAny>) -> PyResult<bool> {
    with_hashed(element, |key| Ok(lookup::get(set.py(), set.get().version(), key)?.is_some()))
}

/// Whether an element of another set is in this one.
pub(crate) fn has<'py>(set: &Bound<'py, Set>, element: &Bound<'py, PyAny>) -> PyResult<bool> {
    Ok(lookup::get(set.py(), set.get().version(), HashedKey::new(element)?)?.is_some())
}

/// A set without an element; `None` where there is no such element.
pub(crate) fn without<'py>(
    set: &Bound<'py, Set>,
    element: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, Set>>> {
    with_hashed(element, |key| map::without(set, key))
}

/// Calls `work` with an element that is looked for. In the place of a `set`, which cannot be
/// hashed, that is a frozenset of the same elements, as Python's sets do it.
pub(crate) fn with_hashed<'py, R>(
    element: &Bound<'py, PyAny>,
    work: impl FnOnce(HashedKey<'_, 'py>) -> PyResult<R>,
) -> PyResult<R> {
    match HashedKey::new(element) {
        Ok(key) => work(key),
        Err(error) => {
            let is_set = element.is_instance_of::<PySet>();
            if !is_set || !error.is_instance_of::<PyTypeError>(element.py()) {
                return Err(error);
            }
            let frozen = construct::frozen_set(element)?;
            work(HashedKey::new(frozen.as_any())?)
        }
    }
}

/// A set of the class of `like`, with the elements of an iterable.
pub(crate) fn set_like<'py>(
    like: &Bound<'py, Set>,
    elements: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Set>> {
    new_map(like.py(), Some(&like.get_type()), map_of(elements)?)
}
