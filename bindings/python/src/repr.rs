//! Text: `repr` and `__dump__`.

use std::fmt::{self, Write};

use hedgerow::Version;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::fault::Fault;
use crate::fence::cell;
use crate::fence::pairs::{Nested, Recursion};
use crate::fence::{Key, Object, made};
use crate::store::Walk;

/// `hedgerow.Map({k: v, ...})` of whatever holds the version; `{...}` inside itself.
pub(crate) fn repr<'py>(
    owner: &Bound<'py, PyAny>,
    version: Version,
) -> PyResult<Bound<'py, PyString>> {
    let py = owner.py();
    let Some(_guard) = Recursion::enter(owner)? else {
        return made::text(py, "{...}");
    };
    let _nested = Nested::enter(py, c" while making the repr of a map")?;
    let class = owner.get_type();
    let parts = made::list(py)?;
    parts.append(made::attribute(&class, c"__module__")?.str()?)?;
    parts.append(made::text(py, ".")?)?;
    parts.append(made::attribute(&class, c"__qualname__")?.str()?)?;
    parts.append(made::text(py, "({")?)?;
    let (comma, colon) = (made::text(py, ", ")?, made::text(py, ": ")?);
    let mut walk = Walk::new(py, version)?;
    let mut is_first = true;
    while let Some((key, value)) = walk.next(py)? {
        if !std::mem::take(&mut is_first) {
            parts.append(&comma)?;
        }
        parts.append(key.into_bound(py).repr()?)?;
        parts.append(&colon)?;
        parts.append(value.bound(py).repr()?)?;
    }
    parts.append(made::text(py, "})")?)?;
    made::joined(&parts)
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
