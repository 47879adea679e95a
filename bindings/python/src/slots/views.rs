//! The slots and methods of views.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyString};
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use super::class_item::VIEW_CLASS_ITEM;
use super::map::length_of;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, borrowed, call_safely, instance, object_or_null};
use crate::ffi::construct;
use crate::ffi::instance::{contents, dealloc};
use crate::ffi::method::{self, Method};
use crate::iterator::{Kind, MapIterator};
use crate::map::Map;
use crate::views::{self, MapItems, MapKeys, MapValues};

/// Sets the slots and methods. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let keys = MapKeys::type_object_raw(py);
    let values = MapValues::type_object_raw(py);
    let items = MapItems::type_object_raw(py);
    // SAFETY: contract 6. PyO3 lays views out as iterators, which `lifetime` has checked.
    unsafe {
        (*keys).tp_dealloc = Some(dealloc::<MapKeys>);
        (*values).tp_dealloc = Some(dealloc::<MapValues>);
        (*items).tp_dealloc = Some(dealloc::<MapItems>);
        (*keys).tp_iter = Some(keys_iter);
        (*values).tp_iter = Some(values_iter);
        (*items).tp_iter = Some(items_iter);
        (*(*keys).tp_as_mapping).mp_length = Some(keys_length);
        (*(*values).tp_as_mapping).mp_length = Some(values_length);
        (*(*items).tp_as_mapping).mp_length = Some(items_length);
    }
    for class in [keys, values, items] {
        method::add(py, class, &VIEW_CLASS_ITEM)?;
    }
    method::add(py, keys, &IS_DISJOINT)?;
    method::add(py, items, &IS_DISJOINT)
}

static IS_DISJOINT: Method = method::one_argument(
    c"isdisjoint",
    is_disjoint,
    c"isdisjoint($self, other, /)\n--\n\nWhether the two have nothing in common.",
);

unsafe extern "C" fn is_disjoint(view: Raw, other: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        Ok(views::is_disjoint(&instance(py, view), &borrowed(py, other))?.into_any())
    })
}

unsafe extern "C" fn keys_length(view: Raw) -> ffi::Py_ssize_t {
    // SAFETY: contract 6.
    length_of(unsafe { contents::<MapKeys>(view) }.map(attached()).get())
}

unsafe extern "C" fn values_length(view: Raw) -> ffi::Py_ssize_t {
    // SAFETY: contract 6.
    length_of(unsafe { contents::<MapValues>(view) }.map(attached()).get())
}

unsafe extern "C" fn items_length(view: Raw) -> ffi::Py_ssize_t {
    // SAFETY: contract 6.
    length_of(unsafe { contents::<MapItems>(view) }.map(attached()).get())
}

unsafe extern "C" fn keys_iter(view: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { contents::<MapKeys>(view) }.iterate(attached()))
}

unsafe extern "C" fn values_iter(view: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { contents::<MapValues>(view) }.iterate(attached()))
}

unsafe extern "C" fn items_iter(view: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { contents::<MapItems>(view) }.iterate(attached()))
}

macro_rules! common_methods {
    ($name:ident, $kind:expr, $contains:expr, $({ $($more:item)* })?) => {
        #[pymethods]
        impl $name {
            fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                slf.get().count(slf.py())
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapIterator>> {
                slf.get().iterate(slf.py())
            }

            /// An iterator from the last to the first.
            fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
                views::reversed(&slf.get().map(slf.py()), $kind)
            }

            fn __contains__(slf: &Bound<'_, Self>, item: &Bound<'_, PyAny>) -> PyResult<bool> {
                $contains(&slf.get().map(slf.py()), item)
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
                views::name(slf, views::items(slf)?.repr()?.into_any())
            }

            /// Raises TypeError: a view cannot be pickled or copied, as those of dict cannot.
            fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
                let words = concat!("cannot pickle 'hedgerow.", stringify!($name), "' object");
                Err(construct::error::<PyTypeError>(slf.py(), words))
            }

            /// The map that this is a view of.
            #[getter]
            fn mapping<'py>(&self, py: Python<'py>) -> Bound<'py, Map> {
                self.map(py).to_owned()
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(self.map_as_py())
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
                views::compare(slf, other, op)
            }

            fn __and__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let both = construct::set(slf.py())?;
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
                construct::call_method_with(views::set_of(slf)?.as_any(), c"union", other)
            }

            fn __ror__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                construct::call_method_with(views::set_of(other)?.as_any(), c"union", slf)
            }

            fn __sub__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                construct::call_method_with(views::set_of(slf)?.as_any(), c"difference", other)
            }

            fn __rsub__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                construct::call_method_with(views::set_of(other)?.as_any(), c"difference", slf)
            }

            fn __xor__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                construct::call_method_with(
                    views::set_of(slf)?.as_any(),
                    c"symmetric_difference",
                    other,
                )
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

set_methods!(MapKeys, Kind::Keys, views::has_key);
set_methods!(MapItems, Kind::Items, views::has_item);
common_methods!(MapValues, Kind::Values, views::has_value,);
