//! `Map`: an immutable mapping, which is a version of the store.
//!
//! The class, and what concerns one key. What CPython calls is in `slots/map.rs`.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::PyClass;
use pyo3::ffi::PyTypeObject;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyList, PyType};

use crate::collect;
use crate::ffi::call::{Raw, raise};
use crate::ffi::construct;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::instance::{allocate, allocate_subclass, is_map_class};
use crate::ffi::key::HashedKey;
use crate::ffi::object::Object;
use crate::ffi::tracking::may_be_tracked;
use crate::store;

/// An immutable mapping. `set`, `delete` and `update` give new maps, which share what is equal.
#[pyclass(frozen, subclass, weakref, mapping, module = "hedgerow")]
pub(crate) struct Map {
    /// The handle of its version. Atomic to be `Sync`; only the collector and the deallocator
    /// change it.
    version: AtomicU64,
    /// Its hash, once computed; -1 before.
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

    #[inline(always)]
    pub(crate) fn version(&self) -> Version {
        let bits = NonZeroU64::new(self.version.load(Relaxed)).unwrap_or(NonZeroU64::MIN);
        Version::from_bits(bits)
    }

    /// Takes the version, and leaves the empty one.
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

impl Recycled for Map {
    /// Large, because making the map is half of what an update costs.
    #[inline(always)]
    fn free_list() -> &'static FreeList<Self> {
        static FREE: FreeList<Map> = FreeList::new(80);
        &FREE
    }

    fn may_nest(&self) -> bool {
        true
    }
}

/// A class whose instances hold a version: `Map` or `Set`.
///
/// A set is a map of its elements to None, as `HashSet` of std is one of them to nothing. So
/// instances of both have the same contents, and what is written for one class serves both.
pub(crate) trait Collection: Recycled + PyClass<Frozen = True> + Sync {
    /// What an instance holds.
    fn as_map(&self) -> &Map;

    /// The contents of an instance that is to hold this.
    fn of_map(map: Map) -> Self;

    /// Whether a class is this one itself, and no subclass.
    fn is_class(class: *mut PyTypeObject) -> bool;
}

impl Collection for Map {
    #[inline(always)]
    fn as_map(&self) -> &Map {
        self
    }

    #[inline(always)]
    fn of_map(map: Map) -> Self {
        map
    }

    #[inline(always)]
    fn is_class(class: *mut PyTypeObject) -> bool {
        is_map_class(class)
    }
}

/// A map or set of a class (`Map` or `Set` itself if that is `None`), made without its `__new__`.
/// If there is no memory for it, the version is released.
pub(crate) fn new_map<'py, T: Collection>(
    py: Python<'py>,
    class: Option<&Bound<'py, PyType>>,
    map: Map,
) -> PyResult<Bound<'py, T>> {
    let instance = match class.filter(|class| !T::is_class(class.as_type_ptr())) {
        Some(class) => allocate_subclass(class),
        None => allocate(py).ok_or_else(|| construct::fetch(py)),
    };
    let instance = match instance {
        Ok(instance) => instance,
        Err(error) => {
            store::release(py, map.version());
            return Err(error);
        }
    };
    let tracked = map.may_hold_tracked();
    if tracked {
        collect::register(py, map.version());
    }
    Ok(instance.write(py, T::of_map(map), tracked))
}

/// An instance of `Map` or `Set` itself, for CPython. If there is no memory for it the version is
/// released, and this is null with an exception set.
#[inline(always)]
pub(crate) fn new_map_quickly<T: Collection>(
    py: Python<'_>,
    version: Version,
    tracked: bool,
) -> Raw {
    let Some(instance) = allocate::<T>(py) else {
        let error = construct::fetch(py);
        store::release(py, version);
        raise(error);
        return std::ptr::null_mut();
    };
    if tracked {
        collect::register(py, version);
    }
    instance.write(py, T::of_map(Map::new(version, tracked)), tracked).into_ptr()
}

/// A map or set of the class of `like`, of another version.
pub(crate) fn derive<'py, T: Collection>(
    like: &Bound<'py, T>,
    version: Version,
    tracked: bool,
) -> PyResult<Bound<'py, T>> {
    new_map(like.py(), Some(&like.as_any().get_type()), Map::new(version, tracked))
}

/// The value of a key, or nothing. An empty map does not hash the key.
#[inline]
pub(crate) fn get(map: &Bound<'_, Map>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
    let py = map.py();
    let version = map.get().version();
    if version == store::empty(py)? {
        return Ok(None);
    }
    store::get(py, version, HashedKey::new(key)?)
}

/// The value of a key that has been hashed, or nothing.
pub(crate) fn get_hashed(map: &Bound<'_, Map>, key: HashedKey<'_, '_>) -> PyResult<Option<Object>> {
    store::get(map.py(), map.get().version(), key)
}

/// `map[key]`.
pub(crate) fn get_item<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    match get(map, key)? {
        Some(value) => Ok(value.into_bound(map.py())),
        None => Err(construct::key_error(key)),
    }
}

/// `map.get_many(keys, default)`.
pub(crate) fn get_many<'py>(
    map: &Bound<'py, Map>,
    keys: &Bound<'py, PyAny>,
    default: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let py = map.py();
    let values = construct::list(py)?;
    for key in keys.try_iter()? {
        match get(map, &key?)? {
            Some(value) => values.append(value.into_bound(py))?,
            None => values.append(default)?,
        }
    }
    Ok(values)
}

/// `map.set(key, value)`, of a key that has been hashed.
pub(crate) fn set_hashed<'py>(
    map: &Bound<'py, Map>,
    key: HashedKey<'_, 'py>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let this = map.get();
    let version = this.version();
    let inserted = store::insert(map.py(), version, key, value)?;
    if inserted == version {
        return Ok(map.clone());
    }
    derive(map, inserted, this.may_hold_tracked() || key.may_be_tracked() || may_be_tracked(value))
}

/// `map.discard(key)`.
pub(crate) fn discard<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    Ok(without(map, HashedKey::new(key)?)?.unwrap_or_else(|| map.clone()))
}

/// A map or set without a key; `None` where there is no such key.
pub(crate) fn without<'py, T: Collection>(
    map: &Bound<'py, T>,
    key: HashedKey<'_, 'py>,
) -> PyResult<Option<Bound<'py, T>>> {
    let this = map.get().as_map();
    match store::remove(map.py(), this.version(), key)? {
        Some(version) => derive(map, version, this.may_hold_tracked()).map(Some),
        None => Ok(None),
    }
}
