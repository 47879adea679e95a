//! Copies of maps and sets, and what a subclass adds to one.
//!
//! An instance of a subclass has attributes besides its entries, in `__dict__` and in slots. They
//! are read and restored by the protocol of `object.__getstate__` and `copy.copy`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::ffi::construct;
use crate::ffi::stack::check_stack;
use crate::map::{Collection, new_map};

/// A map or set itself, as it cannot change; of a subclass, another one with the same attributes.
pub(crate) fn copy<'py, T: Collection>(map: &Bound<'py, T>) -> PyResult<Bound<'py, T>> {
    if T::is_class(map.as_any().get_type().as_type_ptr()) {
        return Ok(map.clone());
    }
    let (py, class) = (map.py(), map.as_any().get_type());
    let copy: Bound<'_, T> = new_map(py, Some(&class), map.get().as_map().shared(py)?)?;
    if let Some(state) = state(map.as_any())? {
        restore(copy.as_any(), state)?;
    }
    Ok(copy)
}

/// What `__reduce__` returns: the class, what it is called with, and what a subclass has besides.
pub(crate) fn reduced<'py>(
    map: &Bound<'py, PyAny>,
    contents: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = map.py();
    let class = map.get_type().into_any();
    let arguments = construct::tuple(py, [contents])?.into_any();
    match state(map)? {
        Some(state) => construct::tuple(py, [class, arguments, state]),
        None => construct::tuple(py, [class, arguments]),
    }
}

/// What `__getstate__` returns, unless that is empty.
fn state<'py>(map: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let state = construct::call_method(map, c"__getstate__")?;
    Ok(if state.is_truthy()? { Some(state) } else { None })
}

/// Sets the state that [`state`] returned.
fn restore<'py>(map: &Bound<'py, PyAny>, state: Bound<'py, PyAny>) -> PyResult<()> {
    if let Some(set_state) = construct::attribute_if_any(map, c"__setstate__")? {
        construct::call(&set_state, &construct::tuple(map.py(), [state])?)?;
        return Ok(());
    }
    // A dict of attributes; or a tuple of such a dict or None, and a dict of slots.
    let (attributes, slots) = match state.cast_exact::<PyTuple>() {
        Ok(both) if both.len() == 2 => (both.get_item(0)?, Some(both.get_item(1)?)),
        _ => (state, None),
    };
    if !attributes.is_none() {
        construct::call_method_with(
            &construct::attribute(map, c"__dict__")?,
            c"update",
            &attributes,
        )?;
    }
    if let Some(slots) = slots.filter(|slots| !slots.is_none()) {
        for (name, value) in construct::cast::<PyDict>(slots, "a dict of slots")?.copy()? {
            map.setattr(construct::cast::<PyString>(name, "the name of a slot")?, value)?;
        }
    }
    Ok(())
}

/// `copy.deepcopy(map)`: as pickle would do it, so that a map that holds itself stays one map.
pub(crate) fn deep_copy<'py>(
    map: &Bound<'py, PyAny>,
    memo: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = map.py();
    // To copy a map does the same with what it holds.
    check_stack(py, c" while copying a map")?;
    let arguments = construct::tuple(py, [map.clone(), memo.clone()])?;
    construct::call(&construct::import(py, c"hedgerow._copy", c"deep_copy")?, &arguments)
}
