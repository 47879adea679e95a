//! `Map`: an immutable mapping, a version of the store.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::PyTraverseError;
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyString, PyTuple, PyType};

use crate::attributes;
use crate::build::{self, Growing};
use crate::compare;
use crate::fence::instance::new_map;
use crate::fence::object::may_be_tracked;
use crate::fence::recursion::{self, check_stack};
use crate::fence::texts;
use crate::fence::{Object, Wanted, made};
use crate::iter::{Kind, MapIterator};
use crate::mutation::MapMutation;
use crate::relatives;
use crate::repr::dump;
use crate::statistics;
use crate::store;
use crate::views;

/// An immutable mapping. `set`, `delete` and `update` give new maps, which share what is equal.
#[pyclass(frozen, subclass, weakref, mapping, module = "hedgerow")]
pub(crate) struct Map {
    /// The handle of its version. Atomic to be `Sync`; only the collector ever changes it.
    version: AtomicU64,
    /// Its hash, once asked for; -1 before.
    hash: AtomicI64,
    /// Whether it may hold what the collector tracks: if not, the collector need not know it.
    tracked: AtomicBool,
}

impl Map {
    #[inline(always)]
    pub(crate) fn new(version: Version, tracked: bool) -> Self {
        Map {
            version: AtomicU64::new(version.to_bits().get()),
            hash: AtomicI64::new(-1),
            tracked: AtomicBool::new(tracked),
        }
    }

    pub(crate) fn empty(py: Python<'_>) -> PyResult<Self> {
        Ok(Map::new(store::empty(py)?, false))
    }

    #[inline]
    pub(crate) fn version(&self) -> Version {
        let bits = NonZeroU64::new(self.version.load(Relaxed)).unwrap_or(NonZeroU64::MIN);
        Version::from_bits(bits)
    }

    /// Leaves the empty version in its place.
    pub(crate) fn take_version(&self, py: Python<'_>) -> Version {
        let version = self.version();
        if let Ok(empty) = store::empty(py) {
            self.version.store(empty.to_bits().get(), Relaxed);
        }
        version
    }

    #[inline]
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.tracked.load(Relaxed)
    }

    pub(crate) fn cached_hash(&self) -> Option<i64> {
        Some(self.hash.load(Relaxed)).filter(|&hash| hash != -1)
    }

    pub(crate) fn cache_hash(&self, hash: i64) {
        self.hash.store(hash, Relaxed);
    }

    #[inline]
    pub(crate) fn count(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(store::len(py, self.version())?)
    }
}

/// A map of the class of `like`, of another version.
pub(crate) fn derive<'py>(
    like: &Bound<'py, Map>,
    version: Version,
    tracked: bool,
) -> PyResult<Bound<'py, Map>> {
    let py = like.py();
    let map = Map::new(version, tracked);
    if like.is_exact_instance_of::<Map>() {
        new_map(py, None, map)
    } else {
        new_map(py, Some(&like.get_type()), map)
    }
}

/// The value of a key, or nothing. An empty map does not hash.
#[inline]
pub(crate) fn lookup(map: &Bound<'_, Map>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
    let py = map.py();
    let version = map.get().version();
    if version == store::empty(py)? {
        return Ok(None);
    }
    store::find(py, version, Wanted::new(key.as_borrowed())?)
}

/// `map[key]`.
pub(crate) fn get_item<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    match lookup(map, key)? {
        Some(value) => Ok(value.into_bound(map.py())),
        None => Err(missing(key)),
    }
}

/// `map.set(key, value)`.
pub(crate) fn set<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let this = map.get();
    let version = this.version();
    let put = store::put(map.py(), version, Wanted::new(key.as_borrowed())?, value)?;
    if put == version {
        return Ok(map.clone());
    }
    let tracked = this.may_hold_tracked() || may_be_tracked(key) || may_be_tracked(value);
    derive(map, put, tracked)
}

/// `map.delete(key)`.
pub(crate) fn delete<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let this = map.get();
    match store::cut(map.py(), this.version(), Wanted::new(key.as_borrowed())?)? {
        Some(version) => derive(map, version, this.may_hold_tracked()),
        None => Err(missing(key)),
    }
}

/// The values of many keys, with the default for those that are missing.
pub(crate) fn get_many<'py>(
    map: &Bound<'py, Map>,
    keys: &Bound<'py, PyAny>,
    default: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let py = map.py();
    let values = made::list(py)?;
    for key in keys.try_iter()? {
        match lookup(map, &key?)? {
            Some(value) => values.append(value.into_bound(py))?,
            None => values.append(default)?,
        }
    }
    Ok(values)
}

/// A map with the keys of an iterable, all with one value: None, if none is given.
pub(crate) fn from_keys<'py>(
    class: &Bound<'py, PyType>,
    keys: &Bound<'py, PyAny>,
    value: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let py = class.py();
    let none = py.None().into_bound(py);
    let mut edit = Growing::over(py, store::empty(py)?, false)?;
    for key in keys.try_iter()? {
        edit.put(&key?, value.unwrap_or(&none))?;
    }
    let (version, tracked) = edit.finish()?;
    new_map(py, Some(class), Map::new(version, tracked))
}

/// What changed from a map to the other.
pub(crate) fn diff<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let other = build::as_map(other)?;
    compare::diff(map.py(), map.get().version(), other.get().version())
}

/// As pickle would do it: a map that holds itself stays one map.
pub(crate) fn deep_copy<'py>(
    map: &Bound<'py, Map>,
    memo: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = map.py();
    let arguments = made::tuple(py, [map.clone().into_any(), memo.clone()])?;
    made::called(&made::import(py, c"hedgerow._copy", c"deep_copy")?, &arguments)
}

/// A `KeyError` of the very key.
#[cold]
pub(crate) fn missing(key: &Bound<'_, PyAny>) -> PyErr {
    made::key_error(key)
}

/// The one argument of a method that takes keywords of any name, or none.
pub(crate) fn one_argument<'py>(
    method: &str,
    args: &Bound<'py, PyTuple>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if args.len() > 1 {
        let words = format!("{method} expected at most 1 argument, got {}", args.len());
        return Err(made::error::<PyTypeError>(args.py(), &words));
    }
    Ok(args.iter().next())
}

/// `types.GenericAlias(class, item)`.
pub(crate) fn generic_alias<'py>(
    class: &Bound<'py, PyType>,
    item: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let arguments = made::tuple(py, [class.clone().into_any(), item.clone()])?;
    made::called(&made::import(py, c"types", c"GenericAlias")?, &arguments)
}

// Methods that take arguments are in `fence::methods`.
#[pymethods]
impl Map {
    #[new]
    #[classmethod]
    #[pyo3(signature = (*args, **kw), text_signature = "(*args, **kw)")]
    fn __new__<'py>(
        class: &Bound<'py, PyType>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Map>> {
        let col = one_argument("hedgerow.Map", args)?;
        build::construct(class, col.as_ref(), kw)
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        slf.get().count(slf.py())
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(lookup(slf, key)?.is_some())
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        get_item(slf, key)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapIterator>> {
        MapIterator::over(slf, Kind::Keys)
    }

    /// A mutation, to make many changes at once.
    fn mutate<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapMutation>> {
        MapMutation::of(slf)
    }

    /// The keys from the last to the first.
    fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        views::reversed(slf, Kind::Keys)
    }

    fn __or__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !build::is_mapping(other)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        Ok(relatives::union(slf, other)?.into_any())
    }

    fn __ror__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !build::is_mapping(other)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        Ok(relatives::over(other, slf)?.into_any())
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        compare::answer(slf, other, op)
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        recursion::hash(slf)
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        texts::repr(slf, slf.get().version())
    }

    /// The tree as text, as immutables prints it.
    fn __dump__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        dump(slf.py(), slf.get().version())
    }

    /// What the map takes: entries, nodes, and words of 4 bytes. Shared nodes count in full.
    fn stats<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        statistics::of_version(slf.py(), slf.get().version())
    }

    /// Bytes of the map's object, nodes and entries, shared or not; keys and values not counted.
    fn __sizeof__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let class = slf.get_type();
        let size = statistics::size_in_full(slf.py(), class.as_any(), slf.get().version())?;
        made::number(slf.py(), size as u64)
    }

    /// The map itself, as it cannot change; of a subclass, another one with the same attributes.
    fn copy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        if slf.is_exact_instance_of::<Map>() {
            return Ok(slf.clone());
        }
        let map = slf.get();
        let copy = derive(slf, store::share(slf.py(), map.version())?, map.may_hold_tracked())?;
        if let Some(state) = attributes::state(slf)? {
            attributes::restore(&copy, state)?;
        }
        Ok(copy)
    }

    /// As `copy()`.
    fn __copy__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        Self::copy(slf)
    }

    /// For pickle: the class, a dict, and what a subclass has besides.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        // Whoever pickles or copies it does so with what it holds.
        check_stack(py, c" while taking a map apart")?;
        let dict = made::dict(py)?;
        build::for_each_pair(slf, &mut |key, value| dict.set_item(key, value))?;
        let class = slf.get_type().into_any();
        let arguments = made::tuple(py, [dict.into_any()])?.into_any();
        match attributes::state(slf)? {
            Some(state) => made::tuple(py, [class, arguments, state]),
            None => made::tuple(py, [class, arguments]),
        }
    }

    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; the slot is written over")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}
