//! Iterators. They fetch many items at once, so that the store is borrowed once for all of them.

use hedgerow::host::{Cursor, HostStore};
use pyo3::PyTraverseError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::guarded::Guarded;
use crate::ffi::instance::allocate;
use crate::ffi::item_buffer::{ITEM_BUFFER_LEN, ItemBuffer};
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::ffi::pairs::{pair, track_again};
use crate::ffi::store_cell::{self, MapStore};
use crate::map::Collection;

/// What an iterator returns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Keys,
    /// Of a set: the keys of a map.
    Elements,
    Values,
    Items,
}

/// The result of a quick step.
pub(crate) enum QuickStep {
    Item(Object),
    /// A key and a value, for a new tuple.
    Pair(Object, Object),
    /// Take the slow step.
    None,
}

/// The result of a slow step.
pub(crate) enum Step {
    /// Items have been fetched: take the quick step.
    Fetched,
    Item(Object),
    End,
}

struct State {
    /// Keeps the version alive; gone at the end.
    map: Option<Object>,
    cursor: Cursor,
    /// Keys and values in turn, or one of the two.
    buffer: ItemBuffer,
    /// How many items are neither returned nor in the buffer.
    unfetched: usize,
    /// Whether the map may hold what the collector tracks.
    tracked: bool,
    /// The last tuple.
    last: Option<Object>,
    /// Whether somebody kept a tuple.
    is_kept: bool,
    /// Why the last fetch failed.
    failed: Option<Fault>,
}

/// An iterator over a map's keys, values or items, or over a set, in the order of CPython's HAMT.
#[pyclass(frozen, module = "hedgerow")]
pub(crate) struct MapIterator {
    kind: Kind,
    state: Guarded<State>,
}

impl MapIterator {
    #[inline]
    pub(crate) fn over<'py, T: Collection>(
        map: &Bound<'py, T>,
        kind: Kind,
    ) -> PyResult<Bound<'py, Self>> {
        let py = map.py();
        let held = map.get().as_map();
        let (version, tracked) = (held.version(), held.may_hold_tracked());
        let begin =
            |store: &MapStore| Some((store.cursor(version).ok()?, store.len(version).ok()?));
        let (cursor, unfetched) = match store_cell::read_quickly(py, begin) {
            Some(begun) => begun,
            None => store_cell::read(py, |store| {
                Ok::<_, hedgerow::Error>((store.cursor(version)?, store.len(version)?))
            })?
            .map_err(Fault::Store)?,
        };
        let instance = allocate::<MapIterator>(py).ok_or_else(|| construct::fetch(py))?;
        let map = Some(Object::new(map.as_any()));
        let make = || MapIterator {
            kind,
            state: Guarded::new(State {
                map,
                cursor,
                buffer: ItemBuffer::new(),
                unfetched,
                tracked,
                last: None,
                is_kept: false,
                failed: None,
            }),
        };
        Ok(instance.write_in_place(py, make, true))
    }

    /// How many items are left.
    pub(crate) fn left(&self, py: Python<'_>) -> Result<usize, Fault> {
        self.state.with(py, |state| {
            let fetched = state.buffer.len();
            state.unfetched + if self.kind == Kind::Items { fetched / 2 } else { fetched }
        })
    }

    /// What an iterator over a set has left, as a list; `None` for any other iterator.
    pub(crate) fn elements_left<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        if self.kind != Kind::Elements {
            return Ok(None);
        }
        let elements = self.state.with(py, |state| {
            let mut elements: Vec<Object> = state.buffer.iter().cloned().collect();
            let (mut cursor, count) = (state.cursor, state.unfetched);
            // Otherwise the version may have ended.
            if count > 0 {
                store_cell::read(py, |store| {
                    store.advance_by(&mut cursor, count, |key, _| elements.push(key.object()))
                })??;
            }
            Ok::<_, Fault>(elements)
        })??;
        let list = construct::list(py)?;
        for element in elements {
            list.append(element.into_bound(py))?;
        }
        Ok(Some(list))
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let visited = self.state.read(|state| {
            if let Some(map) = &state.map {
                visit.call(map.as_py())?;
            }
            if let Some(last) = &state.last {
                visit.call(last.as_py())?;
            }
            state.buffer.iter().try_for_each(|object| visit.call(object.as_py()))
        });
        visited.unwrap_or(Ok(()))
    }

    pub(crate) fn clear(&self, py: Python<'_>) {
        // Taken out first: a destructor may come back here.
        let held = self.state.with(py, |state| {
            state.unfetched = 0;
            let buffer = std::mem::replace(&mut state.buffer, ItemBuffer::new());
            (buffer, state.map.take(), state.last.take())
        });
        drop(held);
    }

    /// Whether items are tuples.
    #[inline(always)]
    pub(crate) fn makes_pairs(&self) -> bool {
        self.kind == Kind::Items
    }

    /// The next item, if it is in the buffer; of an iterator that makes no pairs.
    #[inline(always)]
    pub(crate) fn next_quickly(&self, py: Python<'_>) -> Option<Object> {
        self.state.with_inline(py, |state| state.buffer.take()).ok().flatten()
    }

    /// The next pair for a new tuple, if it is in the buffer, and there is no last tuple.
    #[inline(always)]
    pub(crate) fn next_new_pair_quickly(&self, py: Python<'_>) -> Option<(Object, Object)> {
        let taken = self.state.with_inline(py, |state| {
            if state.last.is_some() { None } else { state.buffer.take_two() }
        });
        taken.ok().flatten()
    }

    /// Whether there is a last tuple.
    #[inline(always)]
    pub(crate) fn has_last_pair(&self) -> bool {
        self.state.read(|state| state.last.is_some()).unwrap_or(false)
    }

    /// The next pair, if it is in the buffer. The last tuple is refilled, if nobody kept it; its
    /// old contents are dropped when nothing is borrowed: they may run code. If somebody did,
    /// whoever iterates keeps tuples: the next ones are new until the buffer is empty.
    #[inline(always)]
    pub(crate) fn next_pair_quickly(&self, py: Python<'_>) -> QuickStep {
        let (mut old_key, mut old_value) = (None, None);
        let stepped = self.state.with_inline(py, |state| {
            if let Some(last) = state.last.as_ref().filter(|last| last.is_only()) {
                if !state.buffer.refill(last, (&mut old_key, &mut old_value)) {
                    return QuickStep::None;
                }
                if state.tracked {
                    track_again(last);
                }
                return QuickStep::Item(last.clone());
            }
            let Some((key, value)) = state.buffer.take_two() else { return QuickStep::None };
            // Not the only reference, so this runs no code.
            (state.last, state.is_kept) = (None, true);
            QuickStep::Pair(key, value)
        });
        stepped.unwrap_or(QuickStep::None)
    }

    /// The step where the quick one returned nothing: fetches items, and makes a tuple, which the
    /// next steps may refill.
    #[inline(never)]
    pub(crate) fn step_slowly(&self, py: Python<'_>) -> PyResult<Step> {
        let fetched = self.state.with(py, |state| {
            if state.buffer.is_empty() && !state.fetch(py, self.kind) {
                return None;
            }
            let has_last = state.last.as_ref().is_some_and(Object::is_only);
            // Where tuples are kept, it is tried again now and then.
            let is_due = (state.unfetched / ITEM_BUFFER_LEN).is_multiple_of(8);
            if self.kind != Kind::Items || has_last || state.is_kept && !is_due {
                return Some(None);
            }
            Some(Some(state.buffer.take_two()?))
        })?;
        match fetched {
            Some(None) => Ok(Step::Fetched),
            Some(Some((first, second))) => {
                Ok(Step::Item(self.remember(py, pair(py, first, second)?)?))
            }
            None => self.end(py).map(|()| Step::End),
        }
    }

    /// Returns a tuple, and keeps it to be refilled.
    #[inline(never)]
    fn remember(&self, py: Python<'_>, item: Object) -> PyResult<Object> {
        let last = Some(item.clone());
        let old = self.state.with(py, |state| std::mem::replace(&mut state.last, last))?;
        drop(old);
        Ok(item)
    }

    /// Drops the map at the end; or fails as the last fetch did.
    #[cold]
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let held = self.state.with(py, |state| {
            let has_failed = state.failed.is_some();
            (!has_failed).then(|| (state.map.take(), state.last.take()))
        })?;
        if held.is_none() {
            let failed = self.state.with(py, |state| state.failed.take())?;
            return failed.map_or(Ok(()), |fault| Err(fault.into()));
        }
        Ok(())
    }
}

impl Recycled for MapIterator {
    #[inline(always)]
    fn free_list() -> &'static FreeList<Self> {
        static FREE: FreeList<MapIterator> = FreeList::new(8);
        &FREE
    }

    /// What is in the buffer may end with it.
    #[inline]
    fn may_nest(&self) -> bool {
        self.state.read(|state| !state.buffer.is_empty()).unwrap_or(false)
    }
}

impl State {
    /// Fetches items. Returns whether there were any.
    #[inline(never)]
    fn fetch(&mut self, py: Python<'_>, kind: Kind) -> bool {
        let State { cursor, buffer, unfetched, failed, .. } = self;
        if *unfetched == 0 {
            return false;
        }
        let count = if kind == Kind::Items { ITEM_BUFFER_LEN / 2 } else { ITEM_BUFFER_LEN };
        // The next fetch writes to the reference counts of those ahead.
        let fetched = store_cell::read(py, |store| {
            buffer.refill_with(|filling| match kind {
                Kind::Keys | Kind::Elements => {
                    let push = |key: &Key, _: &Object| filling.push(key.object());
                    store.advance_by_looking_ahead(cursor, count, push, |key, _| key.prefetch())
                }
                Kind::Values => {
                    let push = |_: &Key, value: &Object| filling.push(value.clone());
                    store.advance_by_looking_ahead(cursor, count, push, |_, value| value.prefetch())
                }
                Kind::Items => {
                    let push = |key: &Key, value: &Object| {
                        filling.push_all([key.object(), value.clone()]);
                    };
                    store.advance_by_looking_ahead(cursor, count, push, |key, value| {
                        key.prefetch();
                        value.prefetch();
                    })
                }
            })
        });
        *unfetched = unfetched.saturating_sub(count);
        match fetched {
            Ok(Ok(())) => return !buffer.is_empty(),
            Ok(Err(error)) => *failed = Some(Fault::Store(error)),
            Err(fault) => *failed = Some(fault),
        }
        false
    }
}
