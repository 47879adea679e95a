//! Operations on the one store: each a quick way, which runs no Python code and walks the tree
//! once, and a slow way around a comparison that Python has to make, outside the borrow.

use hedgerow::host::{Cursor, HostStore, KeyMatch, Probe};
use hedgerow::{Error, Version, View, WithError};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::fault::Fault;
use crate::fence::cell::{self, Maps, NoHash};
use crate::fence::recursion::check_stack;
use crate::fence::{Key, Object, Verdict, Wanted, made};

/// How often an operation on a mutation begins anew because comparing its keys wrote to it.
const MAX_RESTARTS: usize = 1000;

/// A comparison needs Python code: the slow way has to be taken.
#[derive(Clone, Copy)]
struct Ask;

/// The permanent empty version.
pub(crate) fn empty(py: Python<'_>) -> PyResult<Version> {
    Ok(cell::with(py, |store| store.empty())?)
}

/// Another version of the same entries, in O(1).
pub(crate) fn share(py: Python<'_>, version: Version) -> PyResult<Version> {
    Ok(cell::write_to(py, version, |store| {
        let edit = store.open(version)?;
        store.commit(edit)
    })?
    .map_err(Fault::Store)?)
}

/// Lets go of a version, or of an open edit; what dies with it is dropped before this returns.
#[inline]
pub(crate) fn release(py: Python<'_>, version: Version) -> Result<(), Fault> {
    cell::end(py, version)
}

/// How many entries a version, or an open edit, has.
#[inline]
pub(crate) fn len(py: Python<'_>, version: Version) -> Result<usize, Fault> {
    Ok(cell::with(py, |store| view(store, version).map(|view| view.len()))??)
}

/// A view of a version, or of an open edit.
#[inline]
fn view(store: &Maps, version: Version) -> Result<View<'_, Key, Object, NoHash>, Error> {
    match store.at(version) {
        Err(Error::WrongState { open: true, .. }) => store.at_open(version),
        done => done,
    }
}

/// The value of a key in a version.
#[inline]
pub(crate) fn find(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
) -> PyResult<Option<Object>> {
    match look_quickly(py, version, wanted, Object::clone) {
        Some(found) => Ok(found),
        None => find_slowly(py, version, wanted, Order::GivenFirst)
            .map(|(_, found)| found.map(|(_, value)| value)),
    }
}

/// What `take` makes of the value of a key, while the store is borrowed; `None` if Python code
/// would have to be run, or if it fails: the slow way says why.
#[inline(always)]
pub(crate) fn look_quickly<R>(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    take: impl FnOnce(&Object) -> R,
) -> Option<Option<R>> {
    cell::quickly(py, |store| {
        let mut ask = false;
        let found = store.get_hashed(version, wanted.hash, |stored| match wanted.judge(stored) {
            Verdict::Same => true,
            Verdict::Other => false,
            Verdict::Ask => {
                ask = true;
                true
            }
        });
        let found = found.ok()?;
        if ask { None } else { Some(found.map(|(_, value)| take(value))) }
    })
}

/// A version with a value under a key: the same one if it holds that very value already. An open
/// edit is written in place, and its own handle returned; if it is committed by the time its keys
/// have been compared, that is [`Fault::Finished`].
#[inline]
pub(crate) fn put(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> PyResult<Version> {
    // Into an open edit a value may be put over another one, which dies.
    match cell::write_to(py, version, |store| insert_hashed(store, version, wanted, value, Ask))? {
        Err(WithError::Caller(Ask)) => {
            let was_open = is_open(py, version)?;
            put_slowly(py, version, wanted, Object::new(value), was_open)
        }
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(put) => Ok(put),
    }
}

/// [`put`] of a committed version; `None` if Python code would have to be run, or if it fails: the
/// slow way says why.
#[inline]
pub(crate) fn put_quickly(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Option<Version> {
    cell::write_to_quickly(py, version, |store| {
        insert_hashed(store, version, wanted, value, ()).ok()
    })
}

/// `ask` is the error where Python code would have to be run.
#[inline]
fn insert_hashed<E: Copy>(
    store: &mut Maps,
    version: Version,
    wanted: Wanted<'_, '_>,
    value: &Bound<'_, PyAny>,
    ask: E,
) -> Result<Version, WithError<E>> {
    let judge = |stored: &Key, old: &Object| match wanted.judge(stored) {
        Verdict::Same if old.is_bound(value) => Ok(KeyMatch::Unchanged),
        Verdict::Same if wanted.is(stored) => Ok(KeyMatch::Identical),
        Verdict::Same => Ok(KeyMatch::Equal),
        Verdict::Other => Ok(KeyMatch::Different),
        Verdict::Ask => Err(ask),
    };
    let (key, value) = (wanted.key(), Object::new(value));
    store.insert_hashed(version, wanted.hash, key, value, judge)
}

#[cold]
fn put_slowly(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    value: Object,
    was_open: bool,
) -> PyResult<Version> {
    let (probe, found) = find_slowly(py, version, wanted, Order::GivenFirst)?;
    let key = match found {
        Some((_, old)) if old.is(&value) => return Ok(version),
        Some((key, _)) => key,
        None => wanted.key(),
    };
    if was_open && !is_open(py, version)? {
        return Err(Fault::Finished.into());
    }
    Ok(cell::write_to(py, version, |store| store.insert_at(probe, key, value))?
        .map_err(Fault::Store)?)
}

/// Whether a handle is that of an open edit.
fn is_open(py: Python<'_>, version: Version) -> Result<bool, Fault> {
    cell::with(py, |store| store.at_open(version).is_ok())
}

/// A version without a key; `None` where it is absent. Of an open edit as [`put`].
#[inline]
pub(crate) fn cut(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
) -> PyResult<Option<Version>> {
    match cell::write_to(py, version, |store| remove_hashed(store, version, wanted, Ask))? {
        Err(WithError::Caller(Ask)) => {
            let was_open = is_open(py, version)?;
            cut_slowly(py, version, wanted, was_open)
        }
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(cut) => Ok(cut),
    }
}

/// [`cut`] of a committed version; `None` if there is no such key, and as [`put_quickly`].
#[inline]
pub(crate) fn cut_quickly(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
) -> Option<Version> {
    cell::write_to_quickly(py, version, |store| remove_hashed(store, version, wanted, ()).ok()?)
}

/// `ask` is the error where Python code would have to be run.
#[inline]
fn remove_hashed<E: Copy>(
    store: &mut Maps,
    version: Version,
    wanted: Wanted<'_, '_>,
    ask: E,
) -> Result<Option<Version>, WithError<E>> {
    let is_key = |stored: &Key| match wanted.judge(stored) {
        Verdict::Same => Ok(true),
        Verdict::Other => Ok(false),
        Verdict::Ask => Err(ask),
    };
    store.remove_hashed(version, wanted.hash, is_key)
}

#[cold]
fn cut_slowly(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    was_open: bool,
) -> PyResult<Option<Version>> {
    match find_slowly(py, version, wanted, Order::StoredFirst)? {
        (_, None) => Ok(None),
        (probe, Some(_)) => {
            if was_open && !is_open(py, version)? {
                return Err(Fault::Finished.into());
            }
            Ok(Some(
                cell::write_to(py, version, |store| store.remove_at(probe))?
                    .map_err(Fault::Store)?,
            ))
        }
    }
}

/// Removes a key from an open edit, and returns the value that it removed; `None` where the key is
/// absent. One search: a value that is put while keys are compared is found, or stays.
pub(crate) fn take(
    py: Python<'_>,
    edit: Version,
    wanted: Wanted<'_, '_>,
) -> PyResult<Option<Object>> {
    let (probe, found) = find_slowly(py, edit, wanted, Order::GivenFirst)?;
    let Some((_, value)) = found else { return Ok(None) };
    if !is_open(py, edit)? {
        return Err(Fault::Finished.into());
    }
    cell::write_to(py, edit, |store| store.remove_at(probe))?.map_err(Fault::Store)?;
    Ok(Some(value))
}

/// Which of two keys is asked first whether it equals the other: as in CPython.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    GivenFirst,
    StoredFirst,
}

/// Where a key stands in a version or an open edit, and what is there. The store is left for every
/// comparison that Python makes; if an open edit was written meanwhile, the search begins anew.
fn find_slowly(
    py: Python<'_>,
    version: Version,
    wanted: Wanted<'_, '_>,
    order: Order,
) -> PyResult<(Probe, Option<(Key, Object)>)> {
    for _ in 0..MAX_RESTARTS {
        let mut probe =
            cell::with(py, |store| store.probe(version, wanted.hash))?.map_err(Fault::Store)?;
        loop {
            let looked = cell::with(py, |store| look(store, &probe, wanted))?;
            let (verdict, pair) = match looked {
                Ok(None) => return Ok((probe, None)),
                Ok(Some(found)) => found,
                Err(Error::Changed { .. }) => break,
                Err(error) => return Err(Fault::Store(error).into()),
            };
            if verdict == Verdict::Same || verdict == Verdict::Ask && ask(py, wanted, &pair, order)?
            {
                // The comparison may have written to the edit: what was found must still be there.
                if cell::with(py, |store| store.candidate(&probe).is_ok())? {
                    return Ok((probe, Some(pair)));
                }
                break;
            }
            probe.advance();
        }
    }
    Err(made::error::<PyRuntimeError>(py, "mutation changed during every comparison of its keys"))
}

/// A stored key and its value.
pub(crate) type Pair = (Key, Object);

fn look(
    store: &Maps,
    probe: &Probe,
    wanted: Wanted<'_, '_>,
) -> Result<Option<(Verdict, Pair)>, Error> {
    let candidate = store.candidate(probe)?;
    Ok(candidate.map(|(key, value)| (wanted.judge(key), (key.clone(), value.clone()))))
}

fn ask(py: Python<'_>, wanted: Wanted<'_, '_>, stored: &Pair, order: Order) -> PyResult<bool> {
    let stored = stored.0.object();
    let (given, stored) = (wanted.object(), stored.bound(py));
    check_stack(py, c" while comparing keys")?;
    match order {
        Order::GivenFirst => given.eq(stored),
        Order::StoredFirst => stored.eq(given),
    }
}

/// A walk over a version or an open edit, which leaves the store between its steps.
pub(crate) struct Walk {
    cursor: Cursor,
    ahead: std::vec::IntoIter<Pair>,
    /// How many it takes at once: no more than there are, as walks may nest by the thousand.
    step: usize,
}

impl Walk {
    pub(crate) fn new(py: Python<'_>, version: Version) -> Result<Self, Fault> {
        const AHEAD: usize = 64;
        let (cursor, count) = cell::with(py, |store| {
            Ok::<_, Error>((store.cursor(version)?, view(store, version)?.len()))
        })??;
        Ok(Walk { cursor, ahead: Vec::new().into_iter(), step: count.min(AHEAD) })
    }

    /// The next entry.
    pub(crate) fn next(&mut self, py: Python<'_>) -> Result<Option<Pair>, Fault> {
        if self.ahead.as_slice().is_empty() {
            let mut pairs = Vec::with_capacity(self.step);
            cell::with(py, |store| {
                store.advance_by(&mut self.cursor, self.step, |key, value| {
                    pairs.push((key.clone(), value.clone()));
                })
            })??;
            self.ahead = pairs.into_iter();
        }
        Ok(self.ahead.next())
    }
}

/// Whether two objects are equal as Python's containers see it: the same, or `==`.
pub(crate) fn same(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    check_stack(a.py(), c" in comparison")?;
    a.eq(b)
}
