//! What an instance of a subclass has besides its entries, for pickles and copies: by the protocol
//! of `object.__getstate__` and `copy.copy`, attributes in `__dict__` and in slots.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::fence::made;
use crate::map::Map;

/// What `__getstate__` gives, unless that is nothing.
pub(crate) fn state<'py>(map: &Bound<'py, Map>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let state = made::call(map, c"__getstate__")?;
    Ok(if state.is_truthy()? { Some(state) } else { None })
}

/// Gives what [`state`] took to another instance.
pub(crate) fn restore<'py>(map: &Bound<'py, Map>, state: Bound<'py, PyAny>) -> PyResult<()> {
    if let Some(set_state) = made::attribute_if_any(map, c"__setstate__")? {
        made::called(&set_state, &made::tuple(map.py(), [state])?)?;
        return Ok(());
    }
    // A dict, or a tuple of that, or None, and a dict of what is in slots.
    let (attributes, slots) = match state.cast_exact::<PyTuple>() {
        Ok(both) if both.len() == 2 => (both.get_item(0)?, Some(both.get_item(1)?)),
        _ => (state, None),
    };
    if !attributes.is_none() {
        made::call_with(&made::attribute(map, c"__dict__")?, c"update", &attributes)?;
    }
    if let Some(slots) = slots.filter(|slots| !slots.is_none()) {
        for (name, value) in made::cast::<PyDict>(slots, "a dict of slots")?.copy()? {
            map.setattr(made::cast::<PyString>(name, "the name of a slot")?, value)?;
        }
    }
    Ok(())
}
