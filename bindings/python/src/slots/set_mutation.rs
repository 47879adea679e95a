//! The slots and methods of mutations of sets.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use pyo3::{Borrowed, PyTraverseError, PyTypeInfo};

use super::mutation::{exit, prepare_class};
use super::{equality, repr};
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::construct;
use crate::ffi::method::{self, Method};
use crate::mutation::Mutation;
use crate::repr::Form;
use crate::set::Set;
use crate::set_mutation::SetMutation;
use crate::store;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    prepare_class::<SetMutation>(py)?;
    let class = SetMutation::type_object_raw(py);
    for method in [&ADD, &DISCARD, &REMOVE, &UPDATE, &EXIT] {
        method::add(py, class, method)?;
    }
    Ok(())
}

static ADD: Method =
    method::one_argument(c"add", add, c"add($self, element, /)\n--\n\nAdds the element.");
static DISCARD: Method = method::one_argument(
    c"discard",
    discard,
    c"discard($self, element, /)\n--\n\nRemoves the element, if it is there.",
);
static REMOVE: Method = method::one_argument(
    c"remove",
    remove,
    c"remove($self, element, /)\n--\n\nRemoves the element; KeyError if there is none.",
);
static UPDATE: Method = method::tuple(
    c"update",
    update,
    c"update($self, /, *others)\n--\n\nAdds the elements of all others.",
);
static EXIT: Method = exit::<SetMutation>();

unsafe extern "C" fn add(mutation: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        SetMutation::add(&instance(py, mutation), &borrowed(py, element))?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn discard(mutation: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        SetMutation::discard(&instance(py, mutation), &borrowed(py, element))?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn remove(mutation: Raw, element: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        let element = borrowed(py, element);
        match SetMutation::discard(&instance(py, mutation), &element)? {
            true => Ok(py.None().into_bound(py)),
            false => Err(construct::key_error(&element)),
        }
    })
}

unsafe extern "C" fn update(mutation: Raw, others: Raw) -> Raw {
    // SAFETY: contract 6; called by CPython with a tuple.
    call_safely(|py| unsafe {
        let mutation = instance(py, mutation);
        let _ = SetMutation::open_version(&mutation)?;
        let others: Borrowed<'_, '_, PyTuple> = instance(py, others);
        SetMutation::update(&mutation, &others)?;
        Ok(py.None().into_bound(py))
    })
}

#[pymethods]
impl SetMutation {
    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        let py = slf.py();
        Ok(store::len(py, slf.get().as_map_mutation().version(py)?)?)
    }

    fn __contains__<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<bool> {
        Self::contains(slf, element)
    }

    /// A set of what this holds now; from then on it can only be read. Each call gives another set.
    #[pyo3(name = "finish")]
    fn py_finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Set>> {
        Self::finish(slf)
    }

    /// The mutation itself.
    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        equality::compare_set_mutations(slf, other, op)
    }

    /// Raises TypeError: a mutation cannot be pickled or copied.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Err(construct::error::<PyTypeError>(slf.py(), "can't pickle SetMutation objects"))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        repr::repr(slf, slf.get().as_map_mutation().version(slf.py())?, Form::Set)
    }

    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; `prepare` replaces the slot")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}
