//! `MapMutation`: many changes at once, over an open edit of the store.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
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
use crate::map::{Map, new_map};
use crate::store;

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

impl MapMutation {
    pub(crate) fn of<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, Self>> {
        let py = map.py();
        let base = map.get().version();
        let is_plain = map.is_exact_instance_of::<Map>();
        let class = (!is_plain).then(|| Object::of(map.get_type().into_any()));
        let version =
            store_cell::write_version(py, base, |store| store.open(base))?.map_err(Fault::Store)?;
        let state = Guarded::new(State { version, finished: false });
        let tracked = map.get().may_hold_tracked();
        if tracked {
            collect::register(py, version);
        }
        let tracked = AtomicBool::new(tracked);
        let known_hash = map.get().known_hash();
        Bound::new(py, MapMutation { state, class, tracked, known_hash })
    }

    pub(crate) fn version(&self, py: Python<'_>) -> Result<Version, Fault> {
        self.state.with(py, |state| state.version)
    }

    pub(crate) fn get(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
        let py = key.py();
        let version = slf.get().version(py)?;
        if store::len(py, version)? == 0 {
            return Ok(None);
        }
        store::get(py, version, HashedKey::new(key)?)
    }

    pub(crate) fn remove(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        // Hashed first: that may run code that finishes the mutation.
        let hashed = HashedKey::new(key)?;
        Ok(store::remove(slf.py(), Self::open_version(slf)?, hashed)?.is_some())
    }

    pub(crate) fn insert(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let hashed = HashedKey::new(key)?;
        let version = Self::open_version(slf)?;
        if may_be_tracked(key) || may_be_tracked(value) {
            slf.get().tracked.store(true, Relaxed);
            collect::register(slf.py(), version);
        }
        let _ = store::insert(slf.py(), version, hashed, value)?;
        Ok(())
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
            if let Some(value) = store::take(py, Self::open_version(slf)?, hashed)? {
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

    /// A map of what this holds now. From then on it can only be read. Each call returns another
    /// map.
    pub(crate) fn finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Map>> {
        let (py, this) = (slf.py(), slf.get());
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
        map.derive_hash(py, this.known_hash);
        new_map(py, class.as_ref(), map)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.class.as_ref().map_or(Ok(()), |class| visit.call(class.as_py()))
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

    /// The open edit.
    ///
    /// # Errors
    ///
    /// `ValueError` once the mutation is finished.
    pub(crate) fn open_version(slf: &Bound<'_, Self>) -> PyResult<Version> {
        let state = slf.get().state.with(slf.py(), |state| (state.version, state.finished))?;
        match state {
            (version, false) => Ok(version),
            (_, true) => {
                let parts = construct::list(slf.py())?;
                parts.append(construct::text(slf.py(), "mutation ")?)?;
                parts.append(slf.repr()?)?;
                parts.append(construct::text(slf.py(), " has been finished")?)?;
                Err(construct::error_with::<PyValueError>(construct::joined(&parts)?.into_any()))
            }
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
