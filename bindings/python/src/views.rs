//! `keys()`, `values()` and `items()`: views of a map, of which keys and items are sets.

use hedgerow::Version;
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyIterator, PyList, PySet, PyString, PyTuple, PyType};
use pyo3::{Borrowed, PyTraverseError};

use crate::fence::Object;
use crate::fence::made;
use crate::fence::object::MapObject;
use crate::fence::pairs::pair;
use crate::fence::pool::new_in_place;
use crate::fence::recursion::check_stack;
use crate::iter::{Kind, MapIterator};
use crate::map::{Map, lookup};
use crate::relatives::reversed_pairs;
use crate::store;

macro_rules! view {
    ($name:ident, $kind:expr, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, module = "hedgerow")]
        pub(crate) struct $name {
            map: MapObject,
        }

        impl $name {
            pub(crate) fn of<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, Self>> {
                new_in_place(map.py(), || $name { map: MapObject::new(map) })
            }

            fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, Map> {
                self.map.bound(py)
            }

            #[inline]
            pub(crate) fn iterate<'py>(
                &self,
                py: Python<'py>,
            ) -> PyResult<Bound<'py, MapIterator>> {
                MapIterator::over(&self.bound(py), $kind)
            }
        }
    };
}

view!(MapKeys, Kind::Keys, "The keys of a map: a set-like view.");
view!(MapValues, Kind::Values, "The values of a map: a view.");
view!(MapItems, Kind::Items, "The pairs of key and value of a map: a set-like view.");

impl MapItems {
    pub(crate) fn version(&self, py: Python<'_>) -> Version {
        self.bound(py).get().version()
    }
}

/// What a view gives, as a list.
pub(crate) fn items<'py>(view: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    check_stack(view.py(), c" while making the repr of a view")?;
    made::list_of(view)
}

/// `name([...])`, of the text of that list.
pub(crate) fn name<'py>(
    view: &Bound<'py, PyAny>,
    items: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyString>> {
    let py = view.py();
    let parts = made::list(py)?;
    parts.append(view.get_type().name()?)?;
    parts.append(made::text(py, "(")?)?;
    parts.append(items)?;
    parts.append(made::text(py, ")")?)?;
    made::joined(&parts)
}

/// An iterator over a map from its last entry to its first.
pub(crate) fn reversed<'py>(map: &Bound<'py, Map>, kind: Kind) -> PyResult<Bound<'py, PyIterator>> {
    let py = map.py();
    let list = made::list(py)?;
    for (key, value) in reversed_pairs(map)? {
        list.append(match kind {
            Kind::Keys => key.into_bound(py),
            Kind::Values => value.into_bound(py),
            Kind::Items => pair(py, key.object(), value)?.into_bound(py),
        })?;
    }
    list.try_iter()
}

fn set_of<'py>(items: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    let set = made::set(items.py())?;
    for item in items.try_iter()? {
        set.add(item?)?;
    }
    Ok(set)
}

/// Whether an object is a set, or a view that is one.
fn is_set(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    static SET: pyo3::sync::PyOnceLock<Py<PyType>> = pyo3::sync::PyOnceLock::new();
    let py = object.py();
    let set = SET.get_or_try_init(py, || {
        made::import_class(py, c"collections.abc", c"Set").map(Bound::unbind)
    })?;
    object.is_instance(set.bind(py))
}

fn all_in(some: &Bound<'_, PyAny>, container: &Bound<'_, PyAny>) -> PyResult<bool> {
    for item in some.try_iter()? {
        if !container.contains(item?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a view and an iterable have nothing in common.
pub(crate) fn is_disjoint<'py>(
    view: &Bound<'py, PyAny>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBool>> {
    let py = view.py();
    for item in other.try_iter()? {
        if view.contains(item?)? {
            return Ok(PyBool::new(py, false).to_owned());
        }
    }
    Ok(PyBool::new(py, true).to_owned())
}

/// What the other set has to hold if it is to equal this view of as many items; or whether it does,
/// or nothing if it is no set.
pub(crate) fn equal_or_items(
    view: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
) -> PyResult<Result<Vec<Object>, Option<bool>>> {
    check_stack(view.py(), c" in comparison")?;
    if !is_set(other)? {
        return Ok(Err(None));
    }
    let count = view.len()?;
    if count != other.len()? {
        return Ok(Err(Some(false)));
    }
    let mut items = Vec::with_capacity(count);
    for item in view.try_iter()? {
        items.push(Object::of(item?));
    }
    items.reverse();
    Ok(Ok(items))
}

pub(crate) fn compare<'py>(
    view: &Bound<'py, PyAny>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Bound<'py, PyAny>> {
    let py = view.py();
    if !is_set(other)? {
        return Ok(py.NotImplemented().into_bound(py));
    }
    let (mine, theirs) = (view.len()?, other.len()?);
    let holds = match op {
        CompareOp::Eq => mine == theirs && all_in(view, other)?,
        CompareOp::Ne => mine != theirs || !all_in(view, other)?,
        CompareOp::Lt => mine < theirs && all_in(view, other)?,
        CompareOp::Le => mine <= theirs && all_in(view, other)?,
        CompareOp::Gt => mine > theirs && all_in(other, view)?,
        CompareOp::Ge => mine >= theirs && all_in(other, view)?,
    };
    Ok(PyBool::new(py, holds).to_owned().into_any())
}

macro_rules! common_methods {
    ($name:ident, $kind:expr, $contains:expr, $({ $($more:item)* })?) => {
        #[pymethods]
        impl $name {
            fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                let py = slf.py();
                slf.get().bound(py).get().count(py)
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapIterator>> {
                slf.get().iterate(slf.py())
            }

            /// An iterator from the last to the first.
            fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
                reversed(&slf.get().bound(slf.py()), $kind)
            }

            fn __contains__(slf: &Bound<'_, Self>, item: &Bound<'_, PyAny>) -> PyResult<bool> {
                $contains(&slf.get().bound(slf.py()), item)
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
                name(slf, items(slf)?.repr()?.into_any())
            }

            /// Raises TypeError: a view cannot be pickled or copied, as those of dict cannot.
            fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
                let words = concat!("cannot pickle 'hedgerow.", stringify!($name), "' object");
                Err(made::error::<PyTypeError>(slf.py(), words))
            }

            /// The map that this is a view of.
            #[getter]
            fn mapping<'py>(&self, py: Python<'py>) -> Bound<'py, Map> {
                self.bound(py).to_owned()
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(self.map.as_py())
            }

            $($($more)*)?
        }
    };
}

macro_rules! set_methods {
    ($name:ident, $kind:expr, $contains:expr) => {
        common_methods!($name, $kind, $contains, {
            fn __richcmp__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
                op: CompareOp,
            ) -> PyResult<Bound<'py, PyAny>> {
                compare(slf, other, op)
            }

            fn __and__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let both = made::set(slf.py())?;
                for item in other.try_iter()? {
                    let item = item?;
                    if slf.contains(&item)? {
                        both.add(item)?;
                    }
                }
                Ok(both.into_any())
            }

            fn __rand__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                Self::__and__(slf, other)
            }

            fn __or__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                made::call_with(set_of(slf)?.as_any(), c"union", other)
            }

            fn __ror__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                made::call_with(set_of(other)?.as_any(), c"union", slf)
            }

            fn __sub__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                made::call_with(set_of(slf)?.as_any(), c"difference", other)
            }

            fn __rsub__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                made::call_with(set_of(other)?.as_any(), c"difference", slf)
            }

            fn __xor__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                made::call_with(set_of(slf)?.as_any(), c"symmetric_difference", other)
            }

            fn __rxor__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                Self::__xor__(slf, other)
            }
        });
    };
}

fn has_key(map: &Bound<'_, Map>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(lookup(map, key)?.is_some())
}

fn has_item(map: &Bound<'_, Map>, item: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = map.py();
    let Ok(item) = item.cast::<PyTuple>() else {
        return Ok(false);
    };
    if item.len() != 2 {
        return Ok(false);
    }
    match lookup(map, &item.get_item(0)?)? {
        Some(value) => store::same(&value.bound(py), &item.get_item(1)?),
        None => Ok(false),
    }
}

fn has_value(map: &Bound<'_, Map>, wanted: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = map.py();
    let mut walk = store::Walk::new(py, map.get().version())?;
    while let Some((_, value)) = walk.next(py)? {
        if store::same(&value.bound(py), wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

set_methods!(MapKeys, Kind::Keys, has_key);
set_methods!(MapItems, Kind::Items, has_item);
common_methods!(MapValues, Kind::Values, has_value,);
