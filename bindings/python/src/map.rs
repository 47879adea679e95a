//! `Map`: an immutable mapping, which is a version of the store.
//!
//! The class, and what concerns one key. What CPython calls is in `slots/map.rs`.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyType};

use crate::collect;
use crate::ffi::construct;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::instance::{allocate, allocate_subclass, is_map_class};
use crate::ffi::key::HashedKey;
use crate::ffi::object::Object;
use crate::ffi::tracking::may_be_tracked;
use crate::known_hash::{self, KnownHash, NO_HASH};
use crate::store;

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

/// What a map notes beside its version and a hash, in one word.
///
/// ```text
/// bit 63     it may hold what the collector tracks: if not, the collector need not know it
/// 48 to 62   `KnownHash::ahead`
///  0 to 47   the handle of the version whose hash is known, XOR the map's own: 0 if it is its own.
///            Handles of one store differ in these bits only.
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
struct Note(u64);

impl Note {
    const TRACKED: u64 = 1 << 63;
    const AHEAD_SHIFT: u32 = 48;
    const OTHER_VERSION: u64 = (1 << Note::AHEAD_SHIFT) - 1;

    #[inline(always)]
    fn new(tracked: bool) -> Self {
        Note(if tracked { Note::TRACKED } else { 0 })
    }

    #[inline]
    fn is_tracked(self) -> bool {
        self.0 & Note::TRACKED != 0
    }

    /// With what is known of a hash, for the map of `own`.
    fn with(self, own: Version, known: KnownHash) -> Self {
        let other = (own.to_bits().get() ^ known.of.to_bits().get()) & Note::OTHER_VERSION;
        Note(self.0 & Note::TRACKED | u64::from(known.ahead) << Note::AHEAD_SHIFT | other)
    }

    fn known(self, own: Version, hash: i64) -> KnownHash {
        // The bits above, which name the store, are never all zero.
        let bits = own.to_bits().get() ^ self.0 & Note::OTHER_VERSION;
        let of = NonZeroU64::new(bits).map_or(own, Version::from_bits);
        KnownHash { hash, of, ahead: (self.0 >> Note::AHEAD_SHIFT) as u8 & u8::MAX >> 1 }
    }
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
    pub(crate) fn derived(&self, py: Python<'_>, version: Version, tracked: bool) -> Self {
        let derived = Map::new(version, tracked);
        if self.hash.load(Relaxed) != NO_HASH {
            known_hash::hand_on_from(py, self, &derived);
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
        (hash != NO_HASH && self.note().0 & Note::OTHER_VERSION == 0).then_some(hash)
    }

    /// [`own_hash`](Map::own_hash), where somebody asks for it.
    #[inline(always)]
    pub(crate) fn asked_hash(&self) -> Option<i64> {
        let hash = self.own_hash()?;
        if self.note().0 & !Note::TRACKED != KnownHash::ASKED << Note::AHEAD_SHIFT {
            self.cache_hash(hash);
        }
        Some(hash)
    }

    /// Keeps its hash, which somebody asked for.
    pub(crate) fn cache_hash(&self, hash: i64) {
        self.set_known_hash(KnownHash::asked(hash, self.version()));
    }

    /// Takes over what a map with the same entries knows.
    pub(crate) fn copy_hash(&self, source: &Map) {
        if let Some(known) = source.known_hash() {
            let is_own = known.of == source.version();
            let of = if is_own { self.version() } else { known.of };
            self.set_known_hash(KnownHash { of, ..known });
        }
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

/// A map of a class (`Map` itself if that is `None`), made without its `__new__`. If there is no
/// memory for it, the version is released.
pub(crate) fn new_map<'py>(
    py: Python<'py>,
    class: Option<&Bound<'py, PyType>>,
    map: Map,
) -> PyResult<Bound<'py, Map>> {
    let instance = match class.filter(|class| !is_map_class(class.as_type_ptr())) {
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
    Ok(instance.write(py, map, tracked))
}

/// An instance of `Map` itself, of a version that was derived from the one of `from`. If there is no memory for it the version is released, and no
/// exception set: the slow path says why.
#[inline(always)]
pub(crate) fn new_map_quickly<'py>(
    py: Python<'py>,
    from: &Map,
    version: Version,
    tracked: bool,
) -> Option<Bound<'py, Map>> {
    let Some(instance) = allocate::<Map>(py) else {
        drop(construct::fetch(py));
        store::release(py, version);
        return None;
    };
    if tracked {
        collect::register(py, version);
    }
    Some(instance.write(py, from.derived(py, version, tracked), tracked))
}

/// A map of the class of `like`, of another version, which was derived from that of `like`.
pub(crate) fn derive<'py>(
    like: &Bound<'py, Map>,
    version: Version,
    tracked: bool,
) -> PyResult<Bound<'py, Map>> {
    let derived = like.get().derived(like.py(), version, tracked);
    new_map(like.py(), Some(&like.get_type()), derived)
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

/// `map.set(key, value)`.
pub(crate) fn set<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let this = map.get();
    let version = this.version();
    let inserted = store::insert(map.py(), version, HashedKey::new(key)?, value)?;
    if inserted == version {
        return Ok(map.clone());
    }
    let tracked = this.may_hold_tracked() || may_be_tracked(key) || may_be_tracked(value);
    derive(map, inserted, tracked)
}

/// `map.delete(key)`.
pub(crate) fn delete<'py>(
    map: &Bound<'py, Map>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Map>> {
    let this = map.get();
    match store::remove(map.py(), this.version(), HashedKey::new(key)?)? {
        Some(version) => derive(map, version, this.may_hold_tracked()),
        None => Err(construct::key_error(key)),
    }
}
