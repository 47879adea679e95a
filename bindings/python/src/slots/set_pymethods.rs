//! What PyO3 defines of `Set`: operators, and methods without arguments.

use pyo3::PyTraverseError;
use pyo3::basic::CompareOp;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::arguments::at_most_one;
use super::{equality, hash, repr};
use crate::ffi::construct;
use crate::ffi::stack::check_stack;
use crate::iterator::{Kind, MapIterator};
use crate::mutation::Mutation;
use crate::repr::Form;
use crate::set::{self, Set, set_like};
use crate::set_mutation::SetMutation;
use crate::set_operations::{self, Operand, Operation};
use crate::{copy, statistics};

#[pymethods]
impl Set {
    // Gives the class its text signature. `set::prepare` replaces the slot.
    #[new]
    #[classmethod]
    #[pyo3(signature = (*args, **_kw), text_signature = "(iterable=(), /)")]
    fn __new__<'py>(
        class: &Bound<'py, PyType>,
        args: &Bound<'py, PyTuple>,
        _kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Set>> {
        set::construct(class, at_most_one("hedgerow.Set", args)?.as_ref())
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        slf.get().map().count(slf.py())
    }

    fn __contains__<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<bool> {
        set::contains(slf, element)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, MapIterator>> {
        MapIterator::over(slf, Kind::Elements)
    }

    /// A mutation, to make many changes at once.
    fn mutate<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, SetMutation>> {
        SetMutation::of(slf)
    }

    fn __or__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate(slf, other, set_operations::union)
    }

    fn __ror__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate_reflected(slf, other, set_operations::union)
    }

    fn __and__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate(slf, other, set_operations::intersection)
    }

    fn __rand__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate_reflected(slf, other, set_operations::intersection)
    }

    fn __sub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate(slf, other, set_operations::difference)
    }

    fn __rsub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate_reflected(slf, other, set_operations::difference)
    }

    fn __xor__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate(slf, other, set_operations::symmetric_difference)
    }

    fn __rxor__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        operate_reflected(slf, other, set_operations::symmetric_difference)
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        equality::compare_sets(slf, other, op)
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        hash::hash(slf, Kind::Elements)
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        repr::repr(slf, slf.get().version(), Form::Set)
    }

    /// What the set takes: entries, nodes, and words of 4 bytes. Shared nodes count in full.
    fn stats<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        statistics::of_version(slf.py(), slf.get().version())
    }

    /// Bytes of the set's object, nodes and entries, shared or not; elements not counted.
    fn __sizeof__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        statistics::size_in_full(slf)
    }

    /// The set itself, as it cannot change; of a subclass, another one with the same attributes.
    fn copy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        copy::copy(slf)
    }

    /// As `copy()`.
    fn __copy__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        copy::copy(slf)
    }

    /// For pickle: the class, a list, and what a subclass has besides.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        // To pickle or copy a set does the same with what it holds.
        check_stack(slf.py(), c" while taking a set apart")?;
        let elements = construct::list(slf.py())?;
        set::for_each_element(slf, |element| elements.append(element).map(|()| true))?;
        copy::reduced(slf, elements.into_any())
    }

    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; `lifetime` replaces the slot")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

/// An operator between a set and another one, or a `set` or frozenset.
fn operate<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
    operation: Operation,
) -> PyResult<Bound<'py, PyAny>> {
    if Operand::of(other).is_none() {
        return Ok(set.py().NotImplemented().into_bound(set.py()));
    }
    Ok(operation(set, other)?.into_any())
}

/// An operator between a `set` or frozenset and a set.
fn operate_reflected<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
    operation: Operation,
) -> PyResult<Bound<'py, PyAny>> {
    if Operand::of(other).is_none() {
        return Ok(set.py().NotImplemented().into_bound(set.py()));
    }
    Ok(operation(&set_like(set, other)?, set)?.into_any())
}
