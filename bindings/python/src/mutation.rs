//! `MapMutation`: many changes at once, over an open edit of the store.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::PyClass;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyDict, PyType};

use crate::collect;
use crate::entries::for_each_pair;
use crate::ffi::attached::attached;
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::guarded::Guarded;
use crate::ffi::key::HashedKey;
use crate::ffi::object::Object;
use crate::ffi::store_cell;
use crate::ffi::tracking::may_be_tracked;
use crate::known_hash::KnownHash;
use crate::lookup;
use crate::map::{Collection, Map, new_map};
use crate::store;
use crate::update;

struct State {
    /// The open edit; once finished, a version that the mutation owns.
    version: Version,
    finished: bool,
}

/// A map that is being changed in place: `Map.mutate()` makes it, `finish()` ends it.
#[pyclass(frozen, weakref, module = "hedgerow")]
pub(crate) struct MapMutation {
    state: Guarded<State>,
    /// The class of the map it was made from; `None` for `Map` itself.
    class: Option<Object>,
    tracked: AtomicBool,
    /// What the map knew of its hash or of a relative's.
    known_hash: Option<KnownHash>,
}

/// A class whose instances are mutations of maps, or of sets.
pub(crate) trait Mutation: PyClass<Frozen = True, BaseType = PyAny> + Sync {
    /// What is changed.
    type Of: Collection;

    fn as_map_mutation(&self) -> &MapMutation;

    /// The contents of an instance that is to change this.
    fn of_map_mutation(mutation: MapMutation) -> Self;

    fn of<'py>(map: &Bound<'py, Self::Of>) -> PyResult<Bound<'py, Self>> {
        let (py, this) = (map.py(), map.get().as_map());
        let base = this.version();
        let is_plain = Self::Of::is_class(map.as_any().get_type().as_type_ptr());
        let class = (!is_plain).then(|| Object::of(map.as_any().get_type().into_any()));
        let version =
            store_cell::write_version(py, base, |store| store.open(base))?.map_err(Fault::Store)?;
        let state = Guarded::new(State { version, finished: false });
        let tracked = this.may_hold_tracked();
        if tracked {
            collect::register(py, version);
        }
        let tracked = AtomicBool::new(tracked);
        let known_hash = this.known_hash();
        let mutation = MapMutation { state, class, tracked, known_hash };
        Bound::new(py, Self::of_map_mutation(mutation))
    }

    fn get(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
        let py = key.py();
        let version = slf.get().as_map_mutation().version(py)?;
        if store::len(py, version)? == 0 {
            return Ok(None);
        }
        lookup::get(py, version, HashedKey::new(key)?)
    }

    fn remove(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        // Hashed first: that may run code that finishes the mutation.
        Self::remove_hashed(slf, HashedKey::new(key)?)
    }

    fn remove_hashed(slf: &Bound<'_, Self>, key: HashedKey<'_, '_>) -> PyResult<bool> {
        Ok(update::remove(slf.py(), Self::open_version(slf)?, key)?.is_some())
    }

    fn insert(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let hashed = HashedKey::new(key)?;
        let version = Self::open_version(slf)?;
        if may_be_tracked(key) || may_be_tracked(value) {
            slf.get().as_map_mutation().tracked.store(true, Relaxed);
            collect::register(slf.py(), version);
        }
        let _ = update::insert(slf.py(), version, hashed, value)?;
        Ok(())
    }

    /// A map or set of what this holds now. From then on it can only be read. Each call returns
    /// another one.
    fn finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self::Of>> {
        let (py, this) = (slf.py(), slf.get().as_map_mutation());
        let (edit, finished) = this.state.with(py, |state| (state.version, state.finished))?;
        if !finished {
            // In one borrow: a destructor that runs between the two would find the edit committed
            // and the mutation open.
            store_cell::write_version(py, edit, |store| {
                let version = store.commit(edit).map_err(Fault::Store)?;
                this.state.with(py, |state| (state.version, state.finished) = (version, true))
            })??;
        }
        let class = match &this.class {
            Some(class) => Some(class.clone().into_bound(py).cast_into::<PyType>()?),
            None => None,
        };
        let version = store::share(py, this.version(py)?)?;
        let map = Map::new(version, this.tracked.load(Relaxed));
        map.derive_hash::<Self::Of>(py, this.known_hash);
        new_map(py, class.as_ref(), map)
    }

    /// The open edit.
    ///
    /// # Errors
    ///
    /// `ValueError` once the mutation is finished.
    fn open_version(slf: &Bound<'_, Self>) -> PyResult<Version> {
        let this = slf.get().as_map_mutation();
        let state = this.state.with(slf.py(), |state| (state.version, state.finished))?;
        match state {
            (version, false) => Ok(version),
            (_, true) => {
                let parts = construct::list(slf.py())?;
                parts.append(construct::text(slf.py(), "mutation ")?)?;
                parts.append(slf.as_any().repr()?)?;
                parts.append(construct::text(slf.py(), " has been finished")?)?;
                Err(construct::error_with::<PyValueError>(construct::joined(&parts)?.into_any()))
            }
        }
    }
}

impl Mutation for MapMutation {
    type Of = Map;

    fn as_map_mutation(&self) -> &MapMutation {
        self
    }

    fn of_map_mutation(mutation: MapMutation) -> Self {
        mutation
    }
}

impl MapMutation {
    pub(crate) fn version(&self, py: Python<'_>) -> Result<Version, Fault> {
        self.state.with(py, |state| state.version)
    }

    pub(crate) fn pop<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        // An empty one does not hash the key.
        if store::len(py, Self::open_version(slf)?)? > 0 {
            // Hashed first: that may run code that finishes the mutation.
            let hashed = HashedKey::new(key)?;
            if let Some(value) = update::take(py, Self::open_version(slf)?, hashed)? {
                return Ok(value.into_bound(py));
            }
        }
        default.ok_or_else(|| construct::key_error(key))
    }

    /// Stores every pair of a mapping or of an iterable of pairs, and every keyword.
    pub(crate) fn update(
        slf: &Bound<'_, Self>,
        col: Option<&Bound<'_, PyAny>>,
        kw: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        if let Some(col) = col {
            for_each_pair(col, &mut |key, value| Self::insert(slf, key, value))?;
        }
        if let Some(kw) = kw {
            for_each_pair(kw, &mut |key, value| Self::insert(slf, key, value))?;
        }
        Ok(())
    }

    /// The class of what it was made from, if that is a subclass.
    pub(crate) fn class(&self) -> Option<&Object> {
        self.class.as_ref()
    }

    pub(crate) fn clear(&self, py: Python<'_>) {
        if let Ok(empty) = store::empty(py)
            && let Ok(version) = self.state.with(py, |state| {
                state.finished = true;
                std::mem::replace(&mut state.version, empty)
            })
        {
            store::release(py, version);
        }
    }
}

impl Drop for MapMutation {
    fn drop(&mut self) {
        let py = attached();
        if let Ok(version) = self.version(py) {
            store::release(py, version);
        }
    }
}
