//! The texts of a map or set: `repr`, and `__dump__` of maps.

use std::fmt::{self, Write};

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::ffi::stack::check_stack;
use crate::ffi::store_cell;
use crate::store::{self, Entries};

/// How the entries of a version are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `hedgerow.Map({k: v, ...})`; inside itself, `{...}`.
    Map,
    /// `hedgerow.Set({element, ...})`; inside itself, `hedgerow.Set(...)`.
    Set,
}

/// The text of an object that holds a version, in progress. As for an
/// [`Equality`](crate::equality::Equality), the caller asks Python, from a small frame.
pub(crate) struct MapText {
    form: Form,
    parts: Object,
    entries: Entries,
    /// The value of the key whose text is wanted last.
    value: Option<Object>,
    is_first: bool,
}

impl MapText {
    pub(crate) fn begin(owner: &Bound<'_, PyAny>, version: Version, form: Form) -> PyResult<Self> {
        let py = owner.py();
        check_stack(py, c" while making the repr of a map")?;
        let parts = name_parts(owner)?;
        let is_empty_set = form == Form::Set && store::len(py, version)? == 0;
        parts.append(construct::text(py, if is_empty_set { "(" } else { "({" })?)?;
        let parts = Object::of(parts.into_any());
        let entries = Entries::new(py, version)?;
        Ok(MapText { form, parts, entries, value: None, is_first: true })
    }

    /// The next object whose text is wanted, given the text of the last one.
    pub(crate) fn next(
        &mut self,
        py: Python<'_>,
        text: Option<Object>,
    ) -> PyResult<Option<Object>> {
        let parts = self.parts.bound(py);
        let parts = parts.cast::<PyList>()?;
        if let Some(text) = text {
            parts.append(text.into_bound(py))?;
        }
        if let Some(value) = self.value.take() {
            parts.append(construct::interned(py, c": ")?)?;
            return Ok(Some(value));
        }
        let Some((key, value)) = self.entries.next(py)? else {
            let is_empty_set = self.form == Form::Set && self.is_first;
            parts.append(construct::interned(py, if is_empty_set { c")" } else { c"})" })?)?;
            return Ok(None);
        };
        if !std::mem::take(&mut self.is_first) {
            parts.append(construct::interned(py, c", ")?)?;
        }
        self.value = (self.form == Form::Map).then_some(value);
        Ok(Some(key.object()))
    }

    pub(crate) fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let parts = self.parts.bound(py);
        let parts = parts.cast::<PyList>()?;
        construct::joined(&parts)
    }
}

/// The text of an object inside itself.
pub(crate) fn inside_itself<'py>(
    owner: &Bound<'py, PyAny>,
    form: Form,
) -> PyResult<Bound<'py, PyString>> {
    if form == Form::Map {
        return construct::text(owner.py(), "{...}");
    }
    let parts = name_parts(owner)?;
    parts.append(construct::text(owner.py(), "(...)")?)?;
    construct::joined(&parts)
}

/// The name of an object's class, with its module, in parts.
fn name_parts<'py>(owner: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = owner.py();
    let class = owner.get_type();
    let parts = construct::list(py)?;
    parts.append(construct::attribute(&class, c"__module__")?.str()?)?;
    parts.append(construct::text(py, ".")?)?;
    parts.append(construct::attribute(&class, c"__qualname__")?.str()?)?;
    Ok(parts)
}

/// Stands for a key or value in a dump, which is written while the store is borrowed.
const GAP: char = '\0';

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(GAP)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(GAP)
    }
}

/// The trie as text, in the words of immutables' `Map.__dump__()`.
pub(crate) fn dump(py: Python<'_>, version: Version) -> PyResult<Bound<'_, PyString>> {
    let text = store_cell::read(py, |store| store.at(version).map(|view| view.dump().to_string()))?
        .map_err(Fault::Store)?;
    let parts = construct::list(py)?;
    // The dump has the entries in iteration order.
    let mut entries = Entries::new(py, version)?;
    let mut pieces = text.split(GAP);
    let mut piece = || construct::text(py, pieces.next().unwrap_or_default());
    parts.append(piece()?)?;
    while let Some((key, value)) = entries.next(py)? {
        parts.append(key.into_bound(py).repr()?)?;
        parts.append(piece()?)?;
        parts.append(value.bound(py).repr()?)?;
        parts.append(piece()?)?;
    }
    construct::joined(&parts)
}
