//! The pairs of a collection, one by one.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PySequence, PyTuple};

use crate::ffi::any_dict::AnyDict;
use crate::ffi::construct;
use crate::map::Map;
use crate::store::Entries;

type EachPair<'a, 'py> = &'a mut dyn FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<()>;

/// Calls `each` with the pairs of a collection: a map, a dict, anything with `items()` or `keys()`,
/// or an iterable of pairs.
pub(crate) fn for_each_pair<'py>(col: &Bound<'py, PyAny>, each: EachPair<'_, 'py>) -> PyResult<()> {
    let py = col.py();
    if let Ok(map) = col.cast::<Map>() {
        let mut entries = Entries::new(py, map.get().version())?;
        while let Some((key, value)) = entries.next(py)? {
            each(&key.into_bound(py), &value.into_bound(py))?;
        }
        return Ok(());
    }
    if let Some(dict) = AnyDict::with_own_items(col)? {
        return dict
            .pairs()
            .into_iter()
            .try_for_each(|(key, value)| each(&key.into_bound(py), &value.into_bound(py)));
    }
    if let Some(items) = construct::attribute_if_any(col, c"items")? {
        return each_of_iterable(&items.call0()?, each);
    }
    if let Some(keys) = construct::attribute_if_any(col, c"keys")? {
        for key in keys.call0()?.try_iter()? {
            let key = key?;
            each(&key, &col.get_item(&key)?)?;
        }
        return Ok(());
    }
    each_of_iterable(col, each)
}

fn each_of_iterable<'py>(col: &Bound<'py, PyAny>, each: EachPair<'_, 'py>) -> PyResult<()> {
    for (number, element) in col.try_iter()?.enumerate() {
        let element = element?;
        let pair = sequence(&element, number)?;
        let length = pair.len()?;
        if length != 2 {
            let words =
                format!("map update sequence element #{number} has length {length}; 2 is required");
            return Err(construct::error::<PyValueError>(col.py(), &words));
        }
        each(&pair.get_item(0)?, &pair.get_item(1)?)?;
    }
    Ok(())
}

/// An element as a sequence; a list of its items if it is none.
fn sequence<'py>(element: &Bound<'py, PyAny>, number: usize) -> PyResult<Bound<'py, PySequence>> {
    let py = element.py();
    if element.is_instance_of::<PyTuple>() || element.is_instance_of::<PyList>() {
        return Ok(element.clone().cast_into::<PySequence>()?);
    }
    let iterated = element.try_iter().map_err(|error| {
        if error.is_instance_of::<PyTypeError>(py) {
            let words =
                format!("cannot convert map update sequence element #{number} to a sequence");
            construct::error::<PyTypeError>(py, &words)
        } else {
            error
        }
    })?;
    Ok(construct::list_of(iterated.as_any())?.cast_into::<PySequence>()?)
}
