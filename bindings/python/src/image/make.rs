//! An image of a map, and a delta of two.

use hedgerow::image::{RawDeltaWriter, RawWriter, random_hash_key};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::class::{Image, KINDS, raised};
use super::codec::{self, Allowed};
use super::delta::Delta;
use super::keys;
use crate::ffi::construct;
use crate::ffi::store_cell::Pair;
use crate::map::Map;
use crate::store::Entries;
use crate::unshared::{by_identity, match_keys, unshared};

/// `map.image(path=None, *, pickle=False)`.
pub(crate) fn image_of_map<'py>(
    map: &Bound<'py, Map>,
    path: Option<&Bound<'py, PyAny>>,
    may_pickle: bool,
) -> PyResult<Bound<'py, Image>> {
    let py = map.py();
    let bytes = bytes_of_map(map, random_hash_key(), may_pickle)?;
    let bytes = construct::bytes(py, &bytes)?.into_any();
    if let Some(path) = path.filter(|path| !path.is_none()) {
        check_path(path)?;
        let write = construct::import(py, c"hedgerow._image", c"write_file")?;
        construct::call(&write, &construct::tuple(py, [path.clone(), bytes.clone()])?)?;
    }
    Bound::new(py, Image::over(&bytes, may_pickle)?)
}

/// Refuses what is no path. A number would be an open file, which reading it would close; and
/// `os.fspath` of CPython 3.11 is a SystemError for one, where there is no memory.
pub(crate) fn check_path(path: &Bound<'_, PyAny>) -> PyResult<()> {
    let is_name = path.is_instance_of::<PyString>() || path.is_instance_of::<PyBytes>();
    if is_name || construct::attribute_if_any(path, c"__fspath__")?.is_some() {
        return Ok(());
    }
    let words = "a path is a str, bytes or an object with __fspath__";
    Err(construct::error::<PyTypeError>(path.py(), words))
}

/// The bytes of an image of a map.
pub(super) fn bytes_of_map(
    map: &Bound<'_, Map>,
    hash_key: [u64; 2],
    may_pickle: bool,
) -> PyResult<Vec<u8>> {
    let py = map.py();
    let raise = |error| raised(py, &error);
    let mut writer = RawWriter::new(KINDS, hash_key);
    let mut bytes = Vec::new();
    let mut entries = Entries::new(py, map.get().version())?;
    while let Some((key, value)) = entries.next(py)? {
        bytes.clear();
        write_key(&key.into_bound(py), &mut bytes)?;
        let key_bytes = bytes.len();
        write_value(&value.into_bound(py), may_pickle, &mut bytes)?;
        let (key, value) = bytes.split_at(key_bytes);
        writer.push(keys::hash(py, key, hash_key)?, key, value).map_err(raise)?;
    }
    writer.finish().map_err(raise)
}

/// `map.delta(since, base=None, *, pickle=False)`.
pub(crate) fn delta_of_maps<'py>(
    map: &Bound<'py, Map>,
    since: &Bound<'py, Map>,
    base: Option<&Bound<'py, Image>>,
    may_pickle: bool,
) -> PyResult<Bound<'py, Delta>> {
    let py = map.py();
    let raise = |error| raised(py, &error);
    let base = base.map(|base| base.get().raw.fingerprint());
    let (before, after) = (since.get().count(py)? as u64, map.get().count(py)? as u64);
    let mut writer = RawDeltaWriter::new(KINDS, base, before, after);
    let entries = unshared(py, since.get().version(), map.get().version(), by_identity)?;
    for sides in match_keys(py, entries)? {
        let old = sides.left.map(|pair| written(py, pair, may_pickle)).transpose()?;
        let new = sides.right.map(|pair| written(py, pair, may_pickle)).transpose()?;
        match (&old, &new) {
            (old, Some((key, value))) if old != &new => {
                let old = old.as_ref().map(|(key, value)| (&key[..], &value[..]));
                writer.set(key, old, value).map_err(raise)?;
            }
            (Some((key, value)), None) => writer.remove(key, value).map_err(raise)?,
            _ => {}
        }
    }
    let bytes = writer.finish().map_err(raise)?;
    Bound::new(py, Delta::over(construct::bytes(py, &bytes)?.as_any())?)
}

/// A key and its value as bytes.
fn written(py: Python<'_>, pair: Pair, may_pickle: bool) -> PyResult<(Vec<u8>, Vec<u8>)> {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    write_key(&pair.0.into_bound(py), &mut key)?;
    write_value(&pair.1.into_bound(py), may_pickle, &mut value)?;
    Ok((key, value))
}

fn write_key(key: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    let start = out.len();
    if codec::write(key, Allowed::Exact, out)? && keys::is_key(&out[start..]) {
        return Ok(());
    }
    let remedy = "keys are None, bool, int, float, str, bytes, and tuples and frozensets of these";
    Err(codec::no_form(key, "a key", remedy))
}

fn write_value(value: &Bound<'_, PyAny>, may_pickle: bool, out: &mut Vec<u8>) -> PyResult<()> {
    let allowed = if may_pickle { Allowed::Pickles } else { Allowed::Exact };
    if codec::write(value, allowed, out)? {
        return Ok(());
    }
    Err(codec::no_form(value, "a value", "with pickle=True it is pickled"))
}
