//! Iterators: they fetch ahead, so that the store is borrowed once for many items.

use hedgerow::host::{Cursor, HostStore};
use pyo3::PyTraverseError;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;

use crate::fault::Fault;
use crate::fence::Object;
use crate::fence::ahead::{AHEAD, Ahead};
use crate::fence::cell::{self, Guarded, attached};
use crate::fence::iteration::next_item;
use crate::fence::made;
use crate::fence::pairs::{pair, track_again};
use crate::fence::pool::new_in_place;
use crate::map::Map;

/// Whether a tuple whose receiver has let it go may be filled again: not from 3.14 on, where it
/// keeps its hash.
const REUSES_TUPLES: bool = !cfg!(Py_3_14);

/// Whether the tuple given last may serve again.
#[inline]
fn is_reusable(last: &Object) -> bool {
    REUSES_TUPLES && last.is_only()
}

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Keys,
    Values,
    Items,
}

/// What comes next where nothing is ready.
pub(crate) enum Step {
    /// Something is ready now.
    Quickly,
    Item(Object),
    End,
}

struct State {
    /// Keeps the version alive; gone at the end.
    map: Option<Object>,
    cursor: Cursor,
    /// Keys and values by turns, or one of the two.
    ahead: Ahead,
    /// Items not given yet.
    left: usize,
    /// Whether the map may hold what the collector tracks.
    tracked: bool,
    /// The tuple given last.
    last: Option<Object>,
    /// Why nothing could be fetched.
    failed: Option<Fault>,
}

/// An iterator over a map's keys, values or items, in the order of CPython's HAMT.
#[pyclass(frozen, module = "hedgerow")]
pub(crate) struct MapIterator {
    kind: Kind,
    state: Guarded<State>,
}

impl MapIterator {
    #[inline]
    pub(crate) fn over<'py>(map: &Bound<'py, Map>, kind: Kind) -> PyResult<Bound<'py, Self>> {
        let py = map.py();
        let (version, tracked) = (map.get().version(), map.get().may_hold_tracked());
        let (cursor, left) = cell::with(py, |store| {
            Ok::<_, hedgerow::Error>((store.cursor(version)?, store.len(version)?))
        })?
        .map_err(Fault::Store)?;
        let map = Some(Object::new(map));
        new_in_place(py, || {
            let (ahead, last, failed) = (Ahead::new(), None, None);
            let state = State { map, cursor, ahead, left, tracked, last, failed };
            MapIterator { kind, state: Guarded::new(state) }
        })
    }

    /// Whether it holds what it fetched ahead, of which it may be the last one to do so.
    #[inline]
    pub(crate) fn is_ahead(&self) -> bool {
        self.state.look(|state| !state.ahead.is_empty()).unwrap_or(false)
    }

    /// The next item, if it was fetched ahead and the tuple given before may serve again. What that
    /// held is dropped when nothing is borrowed: that may run code.
    #[inline(always)]
    pub(crate) fn step_quickly(&self, py: Python<'_>) -> Option<Object> {
        let (mut first, mut second) = (None, None);
        let stepped = self.state.with_inline(py, |state| {
            if self.kind != Kind::Items {
                let item = state.ahead.take()?;
                state.left -= 1;
                return Some(item);
            }
            let last = state.last.as_ref().filter(|last| is_reusable(last))?;
            if !state.ahead.refill(last, (&mut first, &mut second)) {
                return None;
            }
            state.left -= 1;
            if state.tracked {
                track_again(last);
            }
            Some(last.clone())
        });
        stepped.ok()?
    }

    /// Where [`step_quickly`](MapIterator::step_quickly) gave nothing: fetches, or makes a tuple.
    #[inline(never)]
    pub(crate) fn step_slowly(&self, py: Python<'_>) -> PyResult<Step> {
        let fetched = self.state.with(py, |state| {
            if state.ahead.is_empty() && !state.fetch(py, self.kind) {
                return None;
            }
            let is_quick = self.kind != Kind::Items || state.last.as_ref().is_some_and(is_reusable);
            if is_quick {
                return Some(None);
            }
            state.left -= 1;
            Some(Some((state.ahead.take()?, state.ahead.take()?)))
        })?;
        match fetched {
            Some(None) => Ok(Step::Quickly),
            Some(Some((first, second))) => {
                Ok(Step::Item(self.remember(py, pair(py, first, second)?)?))
            }
            None => self.end(py).map(|()| Step::End),
        }
    }

    /// Gives a tuple, and keeps it to be used again.
    #[inline(never)]
    fn remember(&self, py: Python<'_>, item: Object) -> PyResult<Object> {
        let last = Some(item.clone());
        let old = self.state.with(py, |state| std::mem::replace(&mut state.last, last))?;
        drop(old);
        Ok(item)
    }

    /// Lets go of the map at the end; or says why there was no next item.
    #[cold]
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let (failed, held) = self.state.with(py, |state| match state.failed.take() {
            Some(fault) => (Some(fault), (None, None)),
            None => (None, (state.map.take(), state.last.take())),
        })?;
        drop(held);
        failed.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

impl State {
    /// Fetches items; says whether there were any.
    #[inline(never)]
    fn fetch(&mut self, py: Python<'_>, kind: Kind) -> bool {
        let State { cursor, ahead, left, failed, .. } = self;
        if *left == 0 {
            return false;
        }
        ahead.rewind();
        let fetched = cell::with(py, |store| {
            let count = if kind == Kind::Items { AHEAD / 2 } else { AHEAD };
            match kind {
                Kind::Keys => store.advance_by(cursor, count, |key, _| ahead.push(key.object())),
                Kind::Values => {
                    store.advance_by(cursor, count, |_, value| ahead.push(value.clone()))
                }
                Kind::Items => store.advance_by(cursor, count, |key, value| {
                    ahead.push(key.object());
                    ahead.push(value.clone());
                }),
            }?;
            // The next counts of references to be written come meanwhile.
            for (key, value) in store.upcoming(cursor)?.take(count) {
                key.prefetch();
                value.prefetch();
            }
            Ok(())
        });
        match fetched {
            Ok(Ok(())) => return !ahead.is_empty(),
            Ok(Err(error)) => *failed = Some(Fault::Store(error)),
            Err(fault) => *failed = Some(fault),
        }
        false
    }
}

#[pymethods]
impl MapIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        next_item(slf)
    }

    /// How many items are left.
    fn __length_hint__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let left = slf.get().state.with(slf.py(), |state| state.left)?;
        made::number(slf.py(), left as u64)
    }

    /// Raises TypeError: an iterator cannot be pickled or copied.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let words = "cannot pickle 'hedgerow.MapIterator' object";
        Err(made::error::<PyTypeError>(slf.py(), words))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let visited = self.state.look(|state| {
            if let Some(map) = &state.map {
                visit.call(map.as_py())?;
            }
            if let Some(last) = &state.last {
                visit.call(last.as_py())?;
            }
            state.ahead.iter().try_for_each(|object| visit.call(object.as_py()))
        });
        visited.unwrap_or(Ok(()))
    }

    fn __clear__(&self) {
        let py = attached();
        // Taken out first: a destructor may come back here.
        let held = self.state.with(py, |state| {
            state.left = 0;
            let ahead = std::mem::replace(&mut state.ahead, Ahead::new());
            (ahead, state.map.take(), state.last.take())
        });
        drop(held);
    }
}
