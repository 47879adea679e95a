//! Text: `repr` and `__dump__`.

use std::fmt::{self, Write};

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::fault::Fault;
use crate::fence::cell;
use crate::fence::recursion::check_stack;
use crate::fence::{Key, Object, made};
use crate::store::Walk;

/// `hedgerow.Map({k: v, ...})` under way, of whatever holds a version. It leaves it to others to
/// ask for the texts of keys and values, as `equality.rs` does, and for the same reason.
pub(crate) struct Text {
    parts: Object,
    walk: Walk,
    /// The value of the key whose text was taken last.
    value: Option<Object>,
    is_first: bool,
}

impl Text {
    pub(crate) fn begin(owner: &Bound<'_, PyAny>, version: Version) -> PyResult<Self> {
        let py = owner.py();
        check_stack(py, c" while making the repr of a map")?;
        let class = owner.get_type();
        let parts = made::list(py)?;
        parts.append(made::attribute(&class, c"__module__")?.str()?)?;
        parts.append(made::text(py, ".")?)?;
        parts.append(made::attribute(&class, c"__qualname__")?.str()?)?;
        parts.append(made::text(py, "({")?)?;
        let parts = Object::of(parts.into_any());
        Ok(Text { parts, walk: Walk::new(py, version)?, value: None, is_first: true })
    }

    /// The next object whose text is wanted, after that of the last one.
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
            parts.append(made::interned(py, c": ")?)?;
            return Ok(Some(value));
        }
        let Some((key, value)) = self.walk.next(py)? else {
            parts.append(made::interned(py, c"})")?)?;
            return Ok(None);
        };
        if !std::mem::take(&mut self.is_first) {
            parts.append(made::interned(py, c", ")?)?;
        }
        self.value = Some(value);
        Ok(Some(key.object()))
    }

    pub(crate) fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let parts = self.parts.bound(py);
        let parts = parts.cast::<PyList>()?;
        made::joined(&parts)
    }
}

/// Where a key or value goes in a dump, which is written while the store is borrowed.
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

/// The tree in the words of immutables' `Map.__dump__()`.
pub(crate) fn dump(py: Python<'_>, version: Version) -> PyResult<Bound<'_, PyString>> {
    let text = cell::with(py, |store| store.at(version).map(|view| view.dump().to_string()))?
        .map_err(Fault::Store)?;
    let parts = made::list(py)?;
    // The drawing visits entries in iteration order.
    let mut walk = Walk::new(py, version)?;
    let mut pieces = text.split(GAP);
    let mut piece = || made::text(py, pieces.next().unwrap_or_default());
    parts.append(piece()?)?;
    while let Some((key, value)) = walk.next(py)? {
        parts.append(key.into_bound(py).repr()?)?;
        parts.append(piece()?)?;
        parts.append(value.bound(py).repr()?)?;
        parts.append(piece()?)?;
    }
    made::joined(&parts)
}
