//! What PyO3 defines of `Map`: operators, and methods without arguments.

use pyo3::PyTraverseError;
use pyo3::basic::CompareOp;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString, PyTuple, PyType};

use super::arguments::{Parameters, at_most_one, required, truth};
use super::{equality, hash, repr};
use crate::ffi::construct;
use crate::image::{Delta, Image, delta_of_maps, image_of_map};
use crate::iterator::{Kind, MapIterator};
use crate::map::{self, Map};
use crate::mappings::is_mapping;
use crate::mutation::{MapMutation, Mutation};
use crate::repr::{Form, dump};
use crate::{build, combine, copy, pickle, statistics, views};

const IMAGE: Parameters<2> =
    Parameters { function: "image", names: ["path", "pickle"], required: 0, positional: 1 };
const DELTA: Parameters<3> =
    Parameters { function: "delta", names: ["", "base", "pickle"], required: 1, positional: 2 };

#[pymethods]
impl Map {
    // Gives the class its text signature. `map::prepare` replaces the slot.
    #[new]
    #[classmethod]
    #[pyo3(signature = (*args, **kw), text_signature = "(*args, **kw)")]
    fn __new__<'py>(
        class: &Bound<'py, PyType>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Map>> {
        let col = at_most_one("hedgerow.Map", args)?;
        build::construct(class, col.as_ref(), kw)
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        slf.get().count(slf.py())
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(map::get(slf, key)?.is_some())
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        map::get_item(slf, key)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapIterator>> {
        MapIterator::over(slf, Kind::Keys)
    }

    /// A mutation, to make many changes at once.
    fn mutate<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapMutation>> {
        MapMutation::of(slf)
    }

    /// The keys from the last to the first.
    fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        views::reversed(slf, Kind::Keys)
    }

    fn __or__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !is_mapping(other)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        Ok(combine::union(slf, other)?.into_any())
    }

    fn __ror__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !is_mapping(other)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        Ok(combine::reflected_union(other, slf)?.into_any())
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        equality::compare_maps(slf, other, op)
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        hash::hash(slf, Kind::Items)
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        repr::repr(slf, slf.get().version(), Form::Map)
    }

    /// The tree as text, as immutables prints it.
    fn __dump__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        dump(slf.py(), slf.get().version())
    }

    /// What the map takes: entries, nodes, and words of 4 bytes. Shared nodes count in full.
    fn stats<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        statistics::of_version(slf.py(), slf.get().version())
    }

    /// Bytes of the map's object, nodes and entries, shared or not; keys and values not counted.
    fn __sizeof__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        statistics::size_in_full(slf)
    }

    /// An image of the map: bytes that any process reads in place. It is written into the file of a
    /// path, too, if there is one. Values that are not None, bool, int, float, str, bytes, tuple,
    /// frozenset or Map are refused, or pickled with pickle=True.
    #[pyo3(signature = (*args, **kw), text_signature = "($self, path=None, *, pickle=False)")]
    fn image<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Image>> {
        let [path, pickle] = IMAGE.parse(args, kw)?;
        image_of_map(slf, path.as_ref(), truth(pickle)?)
    }

    /// What changed from another map to this one, as bytes for `Image.apply`. With `base`, the
    /// image of the other map, no image of other contents takes it.
    #[pyo3(
        signature = (*args, **kw),
        text_signature = "($self, since, /, base=None, *, pickle=False)"
    )]
    fn delta<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Delta>> {
        let [since, base, pickle] = DELTA.parse(args, kw)?;
        let since = construct::cast::<Map>(required(slf.py(), since)?, "a Map")?;
        let base = base.filter(|base| !base.is_none());
        let base = base.map(|base| construct::cast::<Image>(base, "an Image")).transpose()?;
        delta_of_maps(slf, &since, base.as_ref(), truth(pickle)?)
    }

    /// The map itself, as it cannot change; of a subclass, another one with the same attributes.
    fn copy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        copy::copy(slf)
    }

    /// As `copy()`.
    fn __copy__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        copy::copy(slf)
    }

    /// For copies: the class, a dict, and what a subclass has besides.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(slf)
    }

    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; `lifetime` replaces the slot")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}
