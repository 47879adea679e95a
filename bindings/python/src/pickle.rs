//! Pickles of maps.
//!
//! A map is pickled as its keys and values in turn. One that may share entries with other maps is
//! pickled as a tree of parts, which a pickler writes once for all maps that have them: see
//! [`Part`]. An instance of a subclass is pickled as its class and a dict.

use std::convert::Infallible;
use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::{Batch, HostMemory, HostStore};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::build::{HashedEntries, Stays, version_of_batch};
use crate::copy;
use crate::edit::Edit;
use crate::ffi::construct;
use crate::ffi::fault::{Fault, raised};
use crate::ffi::object::Object;
use crate::ffi::pairs::{TuplePairs, tuple_of};
use crate::ffi::plain_hash::plain_hash;
use crate::ffi::stack::check_stack;
use crate::ffi::store_cell;
use crate::map::{Map, new_map};
use crate::part::{Kind, Ordered, Part, UniqueParts};
use crate::store::{self, Entries};

/// Maps of at most so many entries are pickled without parts.
const LARGEST_WHOLE: usize = 32;
/// The most entries of a part that has no parts, unless their hashes are the same.
const LARGEST_PART: usize = 16;
/// How many bits of a hash lead from a part to its parts.
const BITS: u32 = 2;

/// `map.__reduce__()`.
pub(crate) fn reduce<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, PyTuple>> {
    let py = map.py();
    // To pickle or copy a map does the same with what it holds.
    check_stack(py, c" while taking a map apart")?;
    let dict = construct::dict(py)?;
    let mut entries = Entries::new(py, map.get().version())?;
    while let Some((key, value)) = entries.next(py)? {
        dict.set_item(key.into_bound(py), value.into_bound(py))?;
    }
    copy::reduced(map, dict.into_any())
}

/// `map.__reduce_ex__(protocol)`. A subclass may have a `__reduce__` of its own.
pub(crate) fn reduce_shortly<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, PyAny>> {
    let (py, version) = (map.py(), map.get().version());
    if !map.is_exact_instance_of::<Map>() {
        return construct::call_method(map, c"__reduce__");
    }
    check_stack(py, c" while taking a map apart")?;
    let make = construct::import(py, c"hedgerow._hedgerow", c"_map")?;
    let arguments = if may_share(py, version)? {
        let entries = entries_in_order(py, version)?;
        let part = part_of(&UniqueParts::new(py)?, &entries, 0)?;
        construct::tuple(py, [part.into_bound(py)])?.into_any()
    } else {
        keys_and_values(py, version)?.into_bound(py)
    };
    Ok(construct::tuple(py, [make, arguments])?.into_any())
}

/// A tuple of the keys and values of a version in turn.
fn keys_and_values(py: Python<'_>, version: Version) -> PyResult<Object> {
    let items = store_cell::read(py, |store| {
        let mut items = Vec::with_capacity(2 * store.at(version)?.len());
        let mut cursor = store.cursor(version)?;
        let _ = store.advance_by(&mut cursor, usize::MAX, |key, value| {
            items.extend([key.object(), value.clone()]);
        })?;
        Ok::<_, Fault>(items)
    })??;
    tuple_of(py, items.len(), items.into_iter())
}

/// Whether a version is large enough for parts, and others may have some of them.
fn may_share(py: Python<'_>, version: Version) -> Result<bool, Fault> {
    store_cell::read(py, |store| {
        Ok(store.at(version)?.len() > LARGEST_WHOLE && store.has_relatives(version)?)
    })?
}

fn entries_in_order(py: Python<'_>, version: Version) -> Result<Vec<Ordered>, Fault> {
    store_cell::read(py, |store| {
        let mut entries = Vec::with_capacity(store.at(version)?.len());
        let end = store.unshared(store.empty(), version, |group| {
            let order = order_of(group.hash());
            entries.extend(
                group
                    .right()
                    .map(|(key, value)| Ordered { order, pair: [key.object(), value.clone()] }),
            );
            ControlFlow::<Infallible>::Continue(())
        })?;
        match end {
            ControlFlow::Continue(()) => Ok(entries),
            ControlFlow::Break(never) => match never {},
        }
    })?
}

/// A number that sorts hashes in the order of iteration: by chunks of five bits, the lowest first.
fn order_of(hash: u32) -> u32 {
    let chunks = (0..6).fold(0, |order, level| order << 5 | hash >> (5 * level) & 31);
    chunks << 2 | hash >> 30
}

/// The part of entries whose hashes agree in `depth` bits.
fn part_of(unique: &UniqueParts<'_>, entries: &[Ordered], depth: u32) -> PyResult<Object> {
    if entries.len() <= LARGEST_PART || depth == u32::BITS {
        return unique.of_entries(entries);
    }
    let mut parts = Vec::new();
    divide(unique, entries, depth, &mut parts)?;
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(only);
    }
    unique.of_parts(&parts, entries.len())
}

/// Adds parts of these entries, divided by the next bits of their hashes.
fn divide(
    unique: &UniqueParts<'_>,
    entries: &[Ordered],
    depth: u32,
    parts: &mut Vec<Object>,
) -> PyResult<()> {
    let bit = 1 << (u32::BITS - 1 - depth);
    let (zeros, ones) = entries.split_at(entries.partition_point(|entry| entry.order & bit == 0));
    for half in [zeros, ones].into_iter().filter(|half| !half.is_empty()) {
        let below = depth + 1;
        if half.len() <= LARGEST_PART || below.is_multiple_of(BITS) || below == u32::BITS {
            parts.push(part_of(unique, half, below)?);
        } else {
            divide(unique, half, below, parts)?;
        }
    }
    Ok(())
}

/// The map of a part that was read from a pickle, or of keys and values in turn.
pub(crate) fn map_of<'py>(items: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Map>> {
    let py = items.py();
    if items.len().is_multiple_of(2) {
        let mut pairs = TuplePairs::new(items);
        let batch = Batch::new(pairs.by_ref(), |a, b| store::is_equal_key(py, a, b));
        let batch = batch.map_err(raised)?;
        let tracked = pairs.may_hold_tracked();
        pairs.end()?;
        return new_map(py, None, Map::new(version_of_batch(py, batch)?, tracked));
    }
    let part = construct::cast::<Part>(items.get_item(0)?, "a part of a map")?;
    if items.len() > 1 {
        return Err(construct::error::<PyTypeError>(py, "the last key has no value"));
    }
    let (version, tracked) = match version_by_changes(&part)? {
        Some(made) => made,
        None => version_of_all(&part)?,
    };
    let map = new_map(py, None, Map::new(version, tracked))?;
    Part::set_version(&part, version, tracked)?;
    Ok(map)
}

/// A version of all entries of a part.
fn version_of_all(part: &Bound<'_, Part>) -> PyResult<(Version, bool)> {
    let mut hashed = HashedEntries::with_capacity(part.get().count().min(1 << 20));
    for_each_entry(part, &mut |key, value| hashed.add(&key, Object::of(value)))?;
    hashed.build(part.py(), Stays::Last)
}

/// Calls `each` with the keys and values of a part.
fn for_each_entry<'py>(
    part: &Bound<'py, Part>,
    each: &mut dyn FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let items = part.get().items(part.py())?;
    match part.get().kind() {
        Kind::Entries => {
            for at in (0..items.len()).step_by(2) {
                each(items.get_item(at)?, items.get_item(at + 1)?)?;
            }
        }
        Kind::Keyed => {
            let keys = construct::cast::<PyTuple>(items.get_item(0)?, "a tuple of keys")?;
            for (at, key) in (1..).zip(keys.iter()) {
                each(key, items.get_item(at)?)?;
            }
        }
        Kind::Parts(_) => {
            for part in items.iter() {
                for_each_entry(&part.cast_into()?, each)?;
            }
        }
    }
    Ok(())
}

/// A version of a part, derived from that of the part that was read last, if they have most in
/// common. So maps that shared memory before they were pickled do so again.
fn version_by_changes(part: &Bound<'_, Part>) -> PyResult<Option<(Version, bool)>> {
    let py = part.py();
    let Some(last) = Part::last(py)? else { return Ok(None) };
    let Some((base, tracked)) = last.get().version() else { return Ok(None) };
    let most = part.get().count() / 4;
    let mut changes = Changes::default();
    if store::len(py, base).is_err() || !changes.find(&last, part, most)? {
        return Ok(None);
    }
    let mut edit = Edit::open(py, base, tracked)?;
    for key in &changes.removed {
        // Of a key whose hash or equality is Python code, too much could be different by now.
        if plain_hash(&Object::new(key)).is_none() || !edit.remove(key)? {
            return Ok(None);
        }
    }
    for (key, value) in &changes.added {
        if plain_hash(&Object::new(key)).is_none() {
            return Ok(None);
        }
        edit.insert(key, value)?;
    }
    let is_whole = store::len(py, edit.version()?)? == part.get().count();
    if is_whole { edit.finish().map(Some) } else { Ok(None) }
}

/// The entries of parts that only one of two has.
#[derive(Default)]
struct Changes<'py> {
    removed: Vec<Bound<'py, PyAny>>,
    added: Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>,
}

impl<'py> Changes<'py> {
    /// Finds what is only in one of two parts. Returns false if that is more than `most` entries.
    fn find(
        &mut self,
        old: &Bound<'py, Part>,
        new: &Bound<'py, Part>,
        most: usize,
    ) -> PyResult<bool> {
        const MOST_PARTS: usize = 64;
        if old.is(new) {
            return Ok(true);
        }
        let py = old.py();
        if let (Kind::Parts(_), Kind::Parts(_)) = (old.get().kind(), new.get().kind()) {
            let (olds, news) = (old.get().items(py)?, new.get().items(py)?);
            if olds.len().max(news.len()) > MOST_PARTS {
                return Ok(false);
            }
            let without = |all: &Bound<'py, PyTuple>, others: &Bound<'py, PyTuple>| {
                let is_only = |part: &Bound<'py, PyAny>| !others.iter().any(|o| o.is(part));
                all.iter()
                    .filter(is_only)
                    .map(|part| Ok(part.cast_into::<Part>()?))
                    .collect::<PyResult<Vec<_>>>()
            };
            let (gone, come) = (without(&olds, &news)?, without(&news, &olds)?);
            if gone.len() == come.len() {
                for (old, new) in gone.iter().zip(&come) {
                    if !self.find(old, new, most)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            return self.take(gone.iter(), come.iter(), most);
        }
        self.take([old].into_iter(), [new].into_iter(), most)
    }

    /// Takes all entries of some parts.
    fn take<'a>(
        &mut self,
        gone: impl Iterator<Item = &'a Bound<'py, Part>> + Clone,
        come: impl Iterator<Item = &'a Bound<'py, Part>> + Clone,
        most: usize,
    ) -> PyResult<bool>
    where
        'py: 'a,
    {
        let count = gone.clone().chain(come.clone()).map(|part| part.get().count());
        let count = count.fold(0, usize::saturating_add);
        if count.saturating_add(self.removed.len() + self.added.len()) > most {
            return Ok(false);
        }
        for part in gone {
            for_each_entry(part, &mut |key, _| {
                self.removed.push(key);
                Ok(())
            })?;
        }
        for part in come {
            for_each_entry(part, &mut |key, value| {
                self.added.push((key, value));
                Ok(())
            })?;
        }
        Ok(true)
    }
}
