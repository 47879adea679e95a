//! `Map`: an immutable mapping, which is a version of the store.
//!
//! The class, and what concerns one key. What CPython calls is in `slots/map.rs`.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::PyClass;
use pyo3::ffi::PyTypeObject;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyList, PyType};

use crate::collect;
use crate::entry_sum::pair_hash;
use crate::ffi::call::{Raw, raise};
use crate::ffi::construct;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::instance::{allocate, allocate_subclass, is_map_class};
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::plain_hash::{plain_hash, plain_hash_of_key};
use crate::ffi::tracking::may_be_tracked;
use crate::known_hash::{KnownHash, NO_HASH, Note};
use crate::lookup;
use crate::store;
use crate::update;

/// An immutable mapping. `set`, `delete` and `update` give new maps, which share what is equal.
#[pyclass(frozen, subclass, weakref, mapping, module = "hedgerow")]
pub(crate) struct Map {
    /// The handle of its version. Atomic to be `Sync`; only the collector and the deallocator
    /// change it.
    version: AtomicU64,
    /// A hash that it knows: its own or a relative's. [`NO_HASH`] if none.
    hash: AtomicI64,
    /// Whose hash that is, and whether the map may hold what the collector tracks: see [`Note`].
    note: AtomicU64,
}

impl Map {
    #[inline(always)]
    pub(crate) fn new(version: Version, tracked: bool) -> Self {
        Map {
            version: AtomicU64::new(version.to_bits().get()),
            hash: AtomicI64::new(NO_HASH),
            note: AtomicU64::new(Note::new(tracked).0),
        }
    }

    /// A map of a version that was derived from this one's.
    #[inline(always)]
    pub(crate) fn derived<T: Collection>(
        &self,
        py: Python<'_>,
        version: Version,
        tracked: bool,
    ) -> Self {
        let derived = Map::new(version, tracked);
        if self.hash.load(Relaxed) != NO_HASH {
            derived.derive_hash_from::<T>(py, self);
        }
        derived
    }

    pub(crate) fn empty(py: Python<'_>) -> PyResult<Self> {
        Ok(Map::new(store::empty(py)?, false))
    }

    #[inline(always)]
    pub(crate) fn version(&self) -> Version {
        let bits = NonZeroU64::new(self.version.load(Relaxed)).unwrap_or(NonZeroU64::MIN);
        Version::from_bits(bits)
    }

    /// Whether this is its version.
    #[inline(always)]
    pub(crate) fn is_of(&self, version: Version) -> bool {
        self.version.load(Relaxed) == version.to_bits().get()
    }

    /// Takes the version, and leaves the empty one.
    pub(crate) fn take_version(&self, py: Python<'_>) -> Version {
        let version = self.version();
        // The note of whose hash it is refers to the version.
        self.hash.store(NO_HASH, Relaxed);
        if let Ok(empty) = store::empty(py) {
            self.version.store(empty.to_bits().get(), Relaxed);
        }
        version
    }

    #[inline]
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.note().is_tracked()
    }

    #[inline(always)]
    fn note(&self) -> Note {
        Note(self.note.load(Relaxed))
    }

    /// What it knows of its own hash or a relative's.
    pub(crate) fn known_hash(&self) -> Option<KnownHash> {
        let hash = self.hash.load(Relaxed);
        (hash != NO_HASH).then(|| self.note().known(self.version(), hash))
    }

    pub(crate) fn set_known_hash(&self, known: KnownHash) {
        self.note.store(self.note().with(self.version(), known).0, Relaxed);
        self.hash.store(known.hash, Relaxed);
    }

    /// Its hash, if that is known.
    #[inline(always)]
    pub(crate) fn own_hash(&self) -> Option<i64> {
        let hash = self.hash.load(Relaxed);
        (hash != NO_HASH && self.note().is_own()).then_some(hash)
    }

    /// [`own_hash`](Map::own_hash), where somebody asks for it.
    #[inline(always)]
    pub(crate) fn asked_hash(&self) -> Option<i64> {
        let hash = self.own_hash()?;
        if !self.note().is_asked() {
            self.cache_hash(hash);
        }
        Some(hash)
    }

    /// Keeps its hash, which somebody asked for.
    pub(crate) fn cache_hash(&self, hash: i64) {
        self.set_known_hash(KnownHash::asked(hash, self.version()));
    }

    /// Takes note of what is known of the hash of a map that this one was derived from.
    pub(crate) fn derive_hash<T: Collection>(&self, py: Python<'_>, known: Option<KnownHash>) {
        if let Some(known) = known {
            self.set_known_hash(known.handed_on(py, self.version(), T::hash_of_entry));
        }
    }

    #[cold]
    #[inline(never)]
    fn derive_hash_from<T: Collection>(&self, py: Python<'_>, map: &Map) {
        let Some(known) = map.known_hash() else { return };
        self.derive_hash::<T>(py, Some(known));
        // Of many maps that are derived from that one, only the first get theirs at once.
        map.set_known_hash(KnownHash { ahead: known.ahead.saturating_sub(1), ..known });
    }

    /// Takes over what a map with the same entries knows.
    pub(crate) fn copy_hash(&self, source: &Map) {
        if let Some(known) = source.known_hash() {
            let is_own = known.of == source.version();
            let of = if is_own { self.version() } else { known.of };
            self.set_known_hash(KnownHash { of, ..known });
        }
    }

    /// Another map of the same entries, in O(1).
    pub(crate) fn shared(&self, py: Python<'_>) -> PyResult<Self> {
        let map = Map::new(store::share(py, self.version())?, self.may_hold_tracked());
        map.copy_hash(self);
        Ok(map)
    }

    #[inline]
    pub(crate) fn count(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(store::len(py, self.version())?)
    }

    /// [`count`](Map::count); `None` where the store is borrowed.
    #[inline(always)]
    pub(crate) fn count_quickly(&self, py: Python<'_>) -> Option<usize> {
        store::len_quickly(py, self.version())
    }
}

/// The hash of a value, if that takes no Python code: [`plain_hash`], or that of a map.
fn hash_of_value(py: Python<'_>, value: &Object) -> Option<i64> {
    match value.bound(py).cast_exact::<Map>() {
        Ok(map) => map.get().asked_hash(),
        Err(_) => plain_hash(value),
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

    /// What an entry adds to the hash of an instance, if that takes no Python code.
    fn hash_of_entry(py: Python<'_>, key: &Key, value: &Object) -> Option<i64>;
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

    fn hash_of_entry(py: Python<'_>, key: &Key, value: &Object) -> Option<i64> {
        Some(pair_hash(plain_hash_of_key(key)?, hash_of_value(py, value)?))
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

/// An instance of `Map` or `Set` itself, for CPython, of a version that was derived from the one of
/// `from`. If there is no memory for it the version is released, and this is null with an exception
/// set.
#[inline(always)]
pub(crate) fn new_map_quickly<T: Collection>(
    py: Python<'_>,
    from: &Map,
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
    instance.write(py, T::of_map(from.derived::<T>(py, version, tracked)), tracked).into_ptr()
}

/// A map or set of the class of `like`, of another version, which was derived from that of `like`.
pub(crate) fn derive<'py, T: Collection>(
    like: &Bound<'py, T>,
    version: Version,
    tracked: bool,
) -> PyResult<Bound<'py, T>> {
    let derived = like.get().as_map().derived::<T>(like.py(), version, tracked);
    new_map(like.py(), Some(&like.as_any().get_type()), derived)
}

/// The value of a key, or nothing. An empty map does not hash the key.
#[inline]
pub(crate) fn get(map: &Bound<'_, Map>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
    let version = map.get().version();
    if store::is_empty(version) {
        return Ok(None);
    }
    lookup::get(map.py(), version, HashedKey::new(key)?)
}

/// The value of a key that has been hashed, or nothing.
pub(crate) fn get_hashed(map: &Bound<'_, Map>, key: HashedKey<'_, '_>) -> PyResult<Option<Object>> {
    lookup::get(map.py(), map.get().version(), key)
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
    let inserted = update::insert(map.py(), version, key, value)?;
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
    match update::remove(map.py(), this.version(), key)? {
        Some(version) => derive(map, version, this.may_hold_tracked()).map(Some),
        None => Ok(None),
    }
}
