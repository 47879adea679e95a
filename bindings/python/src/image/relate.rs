//! Equality and `diff` of images.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList};

use super::class::{Image, raised};
use super::codec;
use super::make;
use crate::ffi::construct;
use crate::map::{self, Map};
use crate::store::is_equal;

/// `==` and `!=` with another image or a map.
pub(crate) fn compare<'py>(
    image: &Bound<'py, Image>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Bound<'py, PyAny>> {
    let py = image.py();
    let equal = match op {
        CompareOp::Eq => equal(image, other)?,
        CompareOp::Ne => equal(image, other)?.map(|equal| !equal),
        _ => None,
    };
    Ok(match equal {
        None => py.NotImplemented().into_bound(py),
        Some(truth) => PyBool::new(py, truth).to_owned().into_any(),
    })
}

/// `None` for an object that is neither an image nor a map.
fn equal(image: &Bound<'_, Image>, other: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    let py = image.py();
    let this = image.get();
    if let Ok(other) = other.cast::<Image>() {
        let other = other.get();
        if this.raw.len() != other.raw.len() {
            return Ok(Some(false));
        }
        if this.raw.fingerprint() == other.raw.fingerprint() {
            return Ok(Some(true));
        }
        this.will_read_all(py)?;
        other.will_read_all(py)?;
        // 1 and 1.0 are equal in other bytes.
        for record in this.raw.records().map_err(|error| raised(py, &error))? {
            let record = record.map_err(|error| raised(py, &error))?;
            let Some(found) = other.find_bytes(py, record.key)? else { return Ok(Some(false)) };
            let is_same = found.value == record.value
                || is_equal(&this.value(py, record.value)?, &other.value(py, found.value)?)?;
            if !is_same {
                return Ok(Some(false));
            }
        }
        return Ok(Some(true));
    }
    if let Ok(other) = other.cast::<Map>() {
        if this.raw.len() != other.get().count(py)? as u64 {
            return Ok(Some(false));
        }
        this.will_read_all(py)?;
        for record in this.raw.records().map_err(|error| raised(py, &error))? {
            let record = record.map_err(|error| raised(py, &error))?;
            let key = codec::read(py, record.key, false)?;
            let Some(value) = map::get(other, &key)? else { return Ok(Some(false)) };
            if !is_equal(&this.value(py, record.value)?, &value.into_bound(py))? {
                return Ok(Some(false));
            }
        }
        return Ok(Some(true));
    }
    Ok(None)
}

/// What changed from an image to another image, or a map.
pub(crate) fn diff<'py>(
    image: &Bound<'py, Image>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = image.py();
    let this = image.get();
    let other = match other.cast::<Image>() {
        Ok(other) => other.clone(),
        Err(_) => {
            let map = construct::cast::<Map>(other.clone(), "an Image or a Map")?;
            let bytes = make::bytes_of_map(&map, this.raw.hash_key(), this.may_unpickle)?;
            let bytes = construct::bytes(py, &bytes)?.into_any();
            Bound::new(py, Image::over(&bytes, this.may_unpickle)?)?
        }
    };
    let other = other.get();
    let changes: Bound<'py, PyList> = construct::list(py)?;
    if this.raw.fingerprint() == other.raw.fingerprint() && this.raw.len() == other.raw.len() {
        return Ok(changes.into_any());
    }
    this.will_read_all(py)?;
    other.will_read_all(py)?;
    let raise = |error| raised(py, &error);
    for record in this.raw.records().map_err(raise)? {
        let record = record.map_err(raise)?;
        let found = other.find_bytes(py, record.key)?;
        if found.is_some_and(|found| found.value == record.value) {
            continue;
        }
        let key = codec::read(py, record.key, false)?;
        let old = this.value(py, record.value)?;
        match found {
            None => add(&changes, c"removed", &[key, old])?,
            Some(found) => {
                let new = other.value(py, found.value)?;
                if !is_equal(&old, &new)? {
                    add(&changes, c"changed", &[codec::read(py, found.key, false)?, old, new])?;
                }
            }
        }
    }
    for record in other.raw.records().map_err(raise)? {
        let record = record.map_err(raise)?;
        if this.find_bytes(py, record.key)?.is_none() {
            let key = codec::read(py, record.key, false)?;
            add(&changes, c"added", &[key, other.value(py, record.value)?])?;
        }
    }
    Ok(changes.into_any())
}

/// Adds a tuple of what happened, and these objects.
fn add(
    changes: &Bound<'_, PyList>,
    what: &std::ffi::CStr,
    objects: &[Bound<'_, PyAny>],
) -> PyResult<()> {
    let change = construct::list(changes.py())?;
    change.append(construct::interned(changes.py(), what)?)?;
    objects.iter().try_for_each(|object| change.append(object))?;
    changes.append(construct::tuple_of(change.as_any())?)
}
