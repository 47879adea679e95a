//! `keys()`, `values()` and `items()`: views of a map, of which keys and items are sets.

use hedgerow::Version;
use pyo3::Borrowed;
use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFrozenSet, PyIterator, PyList, PySet, PyString, PyTuple, PyType};

use crate::ffi::construct;
use crate::ffi::free_list::{FreeList, Recycled};
use crate::ffi::instance::allocate;
use crate::ffi::object::{Object, ObjectOf};
use crate::ffi::pairs::pair;
use crate::ffi::stack::check_stack;
use crate::iterator::{Kind, MapIterator};
use crate::map::{self, Map};
use crate::store::{self, Entries};

macro_rules! view {
    ($name:ident, $kind:expr, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, module = "hedgerow")]
        pub(crate) struct $name {
            map: ObjectOf<Map>,
        }

        impl $name {
            pub(crate) fn of<'py>(map: &Bound<'py, Map>) -> PyResult<Bound<'py, Self>> {
                let py = map.py();
                let instance = allocate::<$name>(py).ok_or_else(|| construct::fetch(py))?;
                Ok(instance.write(py, $name { map: ObjectOf::new(map) }, true))
            }

            pub(crate) fn map<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, Map> {
                self.map.bound(py)
            }

            #[inline]
            pub(crate) fn count(&self, py: Python<'_>) -> PyResult<usize> {
                self.map(py).get().count(py)
            }

            /// The map, as PyO3's visitors of the collector take it.
            pub(crate) fn map_as_py(&self) -> &Py<PyAny> {
                self.map.as_py()
            }

            #[inline]
            pub(crate) fn iterate<'py>(
                &self,
                py: Python<'py>,
            ) -> PyResult<Bound<'py, MapIterator>> {
                MapIterator::over(&self.map(py), $kind)
            }
        }

        impl Recycled for $name {
            #[inline(always)]
            fn free_list() -> &'static FreeList<Self> {
                static FREE: FreeList<$name> = FreeList::new(8);
                &FREE
            }

            /// A view holds a map, whose deallocator counts how deep it is nested.
            #[inline]
            fn may_nest(&self) -> bool {
                false
            }
        }
    };
}

view!(MapKeys, Kind::Keys, "The keys of a map: a set-like view.");
view!(MapValues, Kind::Values, "The values of a map: a view.");
view!(MapItems, Kind::Items, "The pairs of key and value of a map: a set-like view.");

impl MapItems {
    pub(crate) fn version(&self, py: Python<'_>) -> Version {
        self.map(py).get().version()
    }
}

/// The items of a view, as a list.
pub(crate) fn items<'py>(view: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    check_stack(view.py(), c" while making the repr of a view")?;
    construct::list_of(view)
}

/// The text of a view, given that of its [`items`].
pub(crate) fn name<'py>(
    view: &Bound<'py, PyAny>,
    items: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyString>> {
    let py = view.py();
    let parts = construct::list(py)?;
    parts.append(view.get_type().name()?)?;
    parts.append(construct::text(py, "(")?)?;
    parts.append(items)?;
    parts.append(construct::text(py, ")")?)?;
    construct::joined(&parts)
}

/// An iterator over a map from its last entry to its first.
pub(crate) fn reversed<'py>(map: &Bound<'py, Map>, kind: Kind) -> PyResult<Bound<'py, PyIterator>> {
    let py = map.py();
    let list = construct::list(py)?;
    let mut entries = Entries::new(py, map.get().version())?;
    let mut pairs = Vec::with_capacity(map.get().count(py)?);
    while let Some(pair) = entries.next(py)? {
        pairs.push(pair);
    }
    for (key, value) in pairs.into_iter().rev() {
        list.append(match kind {
            Kind::Keys | Kind::Elements => key.into_bound(py),
            Kind::Values => value.into_bound(py),
            Kind::Items => pair(py, key.object(), value)?.into_bound(py),
        })?;
    }
    list.try_iter()
}

/// `set(items)`.
pub(crate) fn set_of<'py>(items: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    let set = construct::set(items.py())?;
    for item in items.try_iter()? {
        set.add(item?)?;
    }
    Ok(set)
}

/// Whether an object is a set, or a view that is one.
pub(crate) fn is_set(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<PySet>() || object.is_instance_of::<PyFrozenSet>() {
        return Ok(true);
    }
    static SET: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = object.py();
    let set = SET.get_or_try_init(py, || {
        construct::import_class(py, c"collections.abc", c"Set").map(Bound::unbind)
    })?;
    object.is_instance(set.bind(py))
}

/// Whether a container has all of these.
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

/// How a view compares with another object by `==`.
pub(crate) enum SetEquality {
    /// The other is no set.
    NotImplemented,
    /// The numbers of items differ.
    Different,
    /// Equal if the other set contains all of these.
    EqualIfContains(Vec<Object>),
}

/// Begins to compare a view of keys or items with another object.
pub(crate) fn begin_equality(
    view: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
) -> PyResult<SetEquality> {
    check_stack(view.py(), c" in comparison")?;
    if !is_set(other)? {
        return Ok(SetEquality::NotImplemented);
    }
    let count = view.len()?;
    if count != other.len()? {
        return Ok(SetEquality::Different);
    }
    let mut items = Vec::with_capacity(count);
    for item in view.try_iter()? {
        items.push(Object::of(item?));
    }
    items.reverse();
    Ok(SetEquality::EqualIfContains(items))
}

/// `view == other` and the like, where both are sets.
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

pub(crate) fn has_key(map: &Bound<'_, Map>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(map::get(map, key)?.is_some())
}

pub(crate) fn has_item(map: &Bound<'_, Map>, item: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = map.py();
    let Ok(item) = item.cast::<PyTuple>() else {
        return Ok(false);
    };
    if item.len() != 2 {
        return Ok(false);
    }
    match map::get(map, &item.get_item(0)?)? {
        Some(value) => store::is_equal(&value.bound(py), &item.get_item(1)?),
        None => Ok(false),
    }
}

pub(crate) fn has_value(map: &Bound<'_, Map>, wanted: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = map.py();
    let mut entries = Entries::new(py, map.get().version())?;
    while let Some((_, value)) = entries.next(py)? {
        if store::is_equal(&value.bound(py), wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}
