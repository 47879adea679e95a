//! `MapMutation`: many changes at once, over an open edit of the store.

use hedgerow::host::HostStore;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::PyTraverseError;
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple, PyType};

use crate::build::for_each_pair;
use crate::collect;
use crate::fault::Fault;
use crate::fence::cell::{self, Guarded, attached};
use crate::fence::instance::{let_go, new_map};
use crate::fence::object::may_be_tracked;
use crate::fence::recursion;
use crate::fence::texts;
use crate::fence::{Object, Wanted, made};
use crate::map::{Map, missing};
use crate::store;

struct State {
    /// The open edit; once finished, a version of the mutation's own.
    version: Version,
    finished: bool,
}

/// A map that is being changed in place: `Map.mutate()` makes it, `finish()` ends it.
#[pyclass(frozen, weakref, module = "hedgerow")]
pub(crate) struct MapMutation {
    state: Guarded<State>,
    /// The class of the map that it is a mutation of; `None` for `Map` itself.
    class: Option<Object>,
    tracked: AtomicBool,
}

impl MapMutation {
    pub(crate) fn of<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, Self>> {
        let py = map.py();
        let base = map.get().version();
        let is_plain = map.is_exact_instance_of::<Map>();
        let class = (!is_plain).then(|| Object::of(map.get_type().into_any()));
        let version = cell::write_to(py, base, |store| store.open(base))?.map_err(Fault::Store)?;
        let state = Guarded::new(State { version, finished: false });
        let tracked = map.get().may_hold_tracked();
        if tracked {
            collect::takes_part(py, version);
        }
        let tracked = AtomicBool::new(tracked);
        Bound::new(py, MapMutation { state, class, tracked })
    }

    pub(crate) fn version(&self, py: Python<'_>) -> Result<Version, Fault> {
        self.state.with(py, |state| state.version)
    }

    pub(crate) fn find(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<Option<Object>> {
        let py = key.py();
        let version = slf.get().version(py)?;
        if store::len(py, version)? == 0 {
            return Ok(None);
        }
        store::find(py, version, Wanted::new(key.as_borrowed())?)
    }

    fn cut(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        // Hashed first: that may run code which finishes the mutation.
        let wanted = Wanted::new(key.as_borrowed())?;
        Ok(store::cut(slf.py(), Self::open_version(slf)?, wanted)?.is_some())
    }

    pub(crate) fn put(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let wanted = Wanted::new(key.as_borrowed())?;
        let version = Self::open_version(slf)?;
        if may_be_tracked(key) || may_be_tracked(value) {
            slf.get().tracked.store(true, Relaxed);
            collect::takes_part(slf.py(), version);
        }
        store::put(slf.py(), version, wanted, value)?;
        Ok(())
    }

    pub(crate) fn pop<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        // An empty one does not hash.
        if store::len(py, Self::open_version(slf)?)? > 0 {
            // Hashed first: that may run code which finishes the mutation.
            let wanted = Wanted::new(key.as_borrowed())?;
            if let Some(value) = store::take(py, Self::open_version(slf)?, wanted)? {
                return Ok(value.into_bound(py));
            }
        }
        default.ok_or_else(|| missing(key))
    }

    /// Puts every pair of a mapping or of an iterable of pairs, and every keyword.
    pub(crate) fn update(
        slf: &Bound<'_, Self>,
        args: &Bound<'_, PyTuple>,
        kw: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Self::open_version(slf)?;
        let col = crate::map::one_argument("update", args)?;
        if let Some(col) = col {
            for_each_pair(&col, &mut |key, value| Self::put(slf, key, value))?;
        }
        if let Some(kw) = kw {
            for_each_pair(kw, &mut |key, value| Self::put(slf, key, value))?;
        }
        Ok(())
    }

    /// The open edit, if it still is one.
    fn open_version(slf: &Bound<'_, Self>) -> PyResult<Version> {
        let state = slf.get().state.with(slf.py(), |state| (state.version, state.finished))?;
        match state {
            (version, false) => Ok(version),
            (_, true) => {
                let parts = made::list(slf.py())?;
                parts.append(made::text(slf.py(), "mutation ")?)?;
                parts.append(slf.repr()?)?;
                parts.append(made::text(slf.py(), " has been finished")?)?;
                Err(made::error_of::<PyValueError>(made::joined(&parts)?.into_any()))
            }
        }
    }
}

impl Drop for MapMutation {
    fn drop(&mut self) {
        let py = attached();
        if let Ok(version) = self.version(py) {
            let_go(py, version);
        }
    }
}

#[pymethods]
impl MapMutation {
    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        let py = slf.py();
        Ok(store::len(py, slf.get().version(py)?)?)
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(Self::find(slf, key)?.is_some())
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Self::find(slf, key)? {
            Some(value) => Ok(value.into_bound(slf.py())),
            None => Err(missing(key)),
        }
    }

    fn __setitem__(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        val: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        Self::put(slf, key, val)
    }

    fn __delitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        if Self::cut(slf, key)? { Ok(()) } else { Err(missing(key)) }
    }

    /// A map of what this holds now; from then on it can only be read. Each call gives another map.
    pub(crate) fn finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Map>> {
        let (py, this) = (slf.py(), slf.get());
        let (edit, finished) = this.state.with(py, |state| (state.version, state.finished))?;
        if !finished {
            // In one borrow, because a destructor that runs between the two would find the edit
            // committed and the mutation open.
            cell::write_to(py, edit, |store| {
                let version = store.commit(edit).map_err(Fault::Store)?;
                this.state.with(py, |state| (state.version, state.finished) = (version, true))
            })??;
        }
        let class = match &this.class {
            Some(class) => Some(class.clone().into_bound(py).cast_into::<PyType>()?),
            None => None,
        };
        let version = store::share(py, this.version(py)?)?;
        new_map(py, class.as_ref(), Map::new(version, this.tracked.load(Relaxed)))
    }

    /// The mutation itself.
    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let (Ok(other), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Self>(), op) else {
            return Ok(py.NotImplemented().into_bound(py));
        };
        let equal = recursion::equal(py, slf.get().version(py)?, other.get().version(py)?)?;
        let holds = equal == matches!(op, CompareOp::Eq);
        Ok(PyBool::new(py, holds).to_owned().into_any())
    }

    /// Raises TypeError: a mutation cannot be pickled or copied.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Err(made::error::<PyTypeError>(slf.py(), "can't pickle MapMutation objects"))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        texts::repr(slf, slf.get().version(slf.py())?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.class.as_ref().map_or(Ok(()), |class| visit.call(class.as_py()))
    }

    fn __clear__(&self) {
        let py = attached();
        if let Ok(empty) = store::empty(py)
            && let Ok(version) = self.state.with(py, |state| {
                state.finished = true;
                std::mem::replace(&mut state.version, empty)
            })
        {
            let_go(py, version);
        }
    }
}
