//! Building maps: the constructor and `fromkeys`.

use std::cell::Cell;
use std::vec::IntoIter;

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::edit::Edit;
use crate::ffi::any_dict::AnyDict;
use crate::ffi::construct;
use crate::ffi::elements::PlainEntries;
use crate::ffi::fault::{Fault, raised};
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::pairs::DictPairs;
use crate::ffi::store_cell;
use crate::ffi::tracking::may_be_tracked;
use crate::map::{Map, new_map};
use crate::mappings::is_mapping;
use crate::mutation::MapMutation;
use crate::store;

/// `Map(col, **kw)`.
pub(crate) fn construct<'py>(
    class: &Bound<'py, PyType>,
    col: Option<&Bound<'py, PyAny>>,
    kw: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, Map>> {
    let py = class.py();
    let kw = kw.filter(|kw| !kw.is_empty());
    if col.is_none()
        && let Some(kw) = kw
    {
        let (version, tracked) = version_of(kw)?;
        return new_map(py, Some(class), Map::new(version, tracked));
    }
    let (mut version, mut tracked) = version_or_empty(py, col)?;
    if let Some(kw) = kw {
        let updated = Edit::open(py, version, tracked).and_then(|mut edit| {
            edit.insert_all(kw)?;
            edit.finish()
        });
        // Before the error is returned: names of a subclass of str may raise when they are hashed.
        store::release(py, version);
        (version, tracked) = updated?;
    }
    let map = Map::new(version, tracked);
    if let Some(source) = col.and_then(|col| col.cast::<Map>().ok()) {
        match kw {
            None => map.copy_hash(source.get()),
            Some(_) => map.derive_hash::<Map>(py, source.get().known_hash()),
        }
    }
    new_map(py, Some(class), map)
}

fn version_or_empty<'py>(
    py: Python<'py>,
    col: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Version, bool)> {
    match col {
        None => Ok((store::empty(py)?, false)),
        Some(col) if col.is_instance_of::<MapMutation>() => {
            Err(construct::error::<PyTypeError>(py, "cannot create Maps from MapMutations"))
        }
        Some(col) => version_of(col),
    }
}

/// A new version with what a collection holds, and whether that may hold what the collector tracks.
pub(crate) fn version_of(col: &Bound<'_, PyAny>) -> PyResult<(Version, bool)> {
    let py = col.py();
    if let Ok(map) = col.cast::<Map>() {
        let map = map.get();
        return Ok((store::share(py, map.version())?, map.may_hold_tracked()));
    }
    if let Some(dict) = AnyDict::with_own_items(col)? {
        return version_of_dict(dict);
    }
    if let Some(made) = version_of_plain(col, None)? {
        return Ok(made);
    }
    let mut edit = Edit::open(py, store::empty(py)?, false)?;
    edit.insert_all(col)?;
    edit.finish()
}

/// [`version_of`] a dict, built at once.
fn version_of_dict(dict: AnyDict<'_, '_>) -> PyResult<(Version, bool)> {
    let py = dict.py();
    if let Some((batch, tracked)) = batch_of_dict(dict) {
        return Ok((version_of_batch(py, batch)?, tracked));
    }
    version_of_pairs(py, dict.pairs())
}

/// A new version of pairs, and whether it may hold what the collector tracks. Of equal keys, the
/// last stays.
fn version_of_pairs(py: Python<'_>, pairs: Vec<(Object, Object)>) -> PyResult<(Version, bool)> {
    let error = Cell::new(None);
    let mut hashing = HashingPairs { py, pairs: pairs.into_iter(), tracked: false, error: &error };
    // No key is compared once another could not be hashed.
    let batch = Batch::new(hashing.by_ref(), |a, b| match error.take() {
        Some(error) => Err(error),
        None => store::is_equal_key(py, a, b),
    });
    error.take().map_or(Ok(()), Err)?;
    Ok((version_of_batch(py, batch.map_err(raised)?)?, hashing.tracked))
}

/// Pairs whose keys are hashed one by one, as they are taken. That may run Python code.
struct HashingPairs<'a, 'py> {
    py: Python<'py>,
    pairs: IntoIter<(Object, Object)>,
    /// Whether a pair so far may hold what the collector tracks.
    tracked: bool,
    /// Why a key could not be hashed, with which the iterator has ended.
    error: &'a Cell<Option<PyErr>>,
}

impl Iterator for HashingPairs<'_, '_> {
    type Item = (u32, Key, Object);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.pairs.next()?;
        match HashedKey::new(&key.bound(self.py)) {
            Ok(key) => {
                let tracked = self.tracked || key.may_be_tracked();
                self.tracked = tracked || may_be_tracked(&value.bound(self.py));
                Some((key.hash, key.key(), value))
            }
            Err(error) => {
                self.error.set(Some(error));
                None
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Which of equal keys stays.
#[derive(Clone, Copy)]
pub(crate) enum Stays {
    First,
    Last,
}

/// A new version of the elements of a collection of Python's own under one value, or of the pairs
/// in it, and whether that may hold what the collector tracks. `None` if it takes Python code to
/// read, hash or compare them, and if two pairs have equal keys. Of equal elements the first stays.
pub(crate) fn version_of_plain(
    col: &Bound<'_, PyAny>,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<(Version, bool)>> {
    let Some(mut entries) = PlainEntries::of(col, value)? else { return Ok(None) };
    let is_same = |a: &Key, b: &Key| match a.compare(b) {
        Some(true) if value.is_none() => Err(()),
        answer => answer.ok_or(()),
    };
    let Ok(batch) = Batch::keeping_first(entries.by_ref(), is_same) else { return Ok(None) };
    if !entries.was_complete() {
        return Ok(None);
    }
    Ok(Some((version_of_batch(col.py(), batch)?, entries.may_hold_tracked())))
}

/// Entries whose keys have been hashed, for a version that is built at once.
pub(crate) struct HashedEntries {
    entries: Vec<(u32, Key, Object)>,
    /// Whether they may hold what the collector tracks.
    tracked: bool,
}

impl HashedEntries {
    pub(crate) fn with_capacity(count: usize) -> Self {
        HashedEntries { entries: Vec::with_capacity(count), tracked: false }
    }

    pub(crate) fn add(&mut self, key: &Bound<'_, PyAny>, value: Object) -> PyResult<()> {
        let key = HashedKey::new(key)?;
        self.tracked =
            self.tracked || key.may_be_tracked() || may_be_tracked(&value.bound(key.py()));
        self.entries.push((key.hash, key.key(), value));
        Ok(())
    }

    /// The version, and whether it may hold what the collector tracks.
    pub(crate) fn build(self, py: Python<'_>, stays: Stays) -> PyResult<(Version, bool)> {
        let is_equal = |a: &Key, b: &Key| store::is_equal_key(py, a, b);
        let batch = match stays {
            Stays::First => Batch::keeping_first(self.entries, is_equal),
            Stays::Last => Batch::new(self.entries, is_equal),
        };
        Ok((version_of_batch(py, batch.map_err(raised)?)?, self.tracked))
    }
}

/// The entries of a dict, if it takes no Python code to hash and compare its keys.
fn batch_of_dict(dict: AnyDict<'_, '_>) -> Option<(Batch<Key, Object>, bool)> {
    let mut pairs = DictPairs::new(dict);
    if !pairs.begins_plain() {
        return None;
    }
    let batch = Batch::new(pairs.by_ref(), |a: &Key, b: &Key| a.compare(b).ok_or(())).ok()?;
    pairs.was_complete().then(|| (batch, pairs.may_hold_tracked()))
}

/// `Map(dict)`, of `Map` itself, if it takes no Python code to hash and compare the keys.
#[inline]
pub(crate) fn construct_quickly<'py>(dict: AnyDict<'_, 'py>) -> Option<Bound<'py, Map>> {
    let py = dict.py();
    let (batch, tracked) = batch_of_dict(dict)?;
    let version = version_of_batch(py, batch).ok()?;
    new_map(py, None, Map::new(version, tracked)).ok()
}

/// [`construct_quickly`], where it may take Python code.
pub(crate) fn construct_asking<'py>(dict: AnyDict<'_, 'py>) -> PyResult<Bound<'py, Map>> {
    let py = dict.py();
    let (version, tracked) = version_of_pairs(py, dict.pairs())?;
    new_map(py, None, Map::new(version, tracked))
}

/// A dict as a map, if it is large beside another map, with which it is to be combined, and it
/// takes no Python code to hash and compare its keys.
pub(crate) fn map_of_large_dict<'py>(
    dict: AnyDict<'_, 'py>,
    beside: &Map,
) -> PyResult<Option<Bound<'py, Map>>> {
    const SMALLEST: usize = 16;
    let (py, count) = (dict.py(), dict.len());
    if count < SMALLEST || count < beside.count(py)? / 4 {
        return Ok(None);
    }
    let Some((batch, tracked)) = batch_of_dict(dict) else { return Ok(None) };
    new_map(py, None, Map::new(version_of_batch(py, batch)?, tracked)).map(Some)
}

/// A version with the entries of a batch.
pub(crate) fn version_of_batch(
    py: Python<'_>,
    batch: Batch<Key, Object>,
) -> Result<Version, Fault> {
    store_cell::write(py, |store| store.bulk_batch(batch))?.map_err(Fault::from)
}

/// `Map.fromkeys(keys, value)`.
pub(crate) fn from_keys<'py>(
    class: &Bound<'py, PyType>,
    keys: &Bound<'py, PyAny>,
    value: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let py = class.py();
    let none = py.None().into_bound(py);
    if let Some((version, tracked)) = version_of_plain(keys, Some(value.unwrap_or(&none)))? {
        return new_map(py, Some(class), Map::new(version, tracked));
    }
    let mut edit = Edit::open(py, store::empty(py)?, false)?;
    for key in keys.try_iter()? {
        edit.insert(&key?, value.unwrap_or(&none))?;
    }
    let (version, tracked) = edit.finish()?;
    new_map(py, Some(class), Map::new(version, tracked))
}

/// A mapping as a map: itself, or a new one.
pub(crate) fn as_map<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    if let Ok(map) = object.cast::<Map>() {
        return Ok(map.clone());
    }
    if !is_mapping(object)? {
        let name: Bound<'_, PyString> = object.get_type().name()?;
        let words = format!("expected a mapping, not '{}'", name.to_str()?);
        return Err(construct::error::<PyTypeError>(object.py(), &words));
    }
    let (version, tracked) = version_of(object)?;
    new_map(object.py(), None, Map::new(version, tracked))
}
