//! `SetMutation`: many changes at once to a set, as `MapMutation` makes them to a map.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::lookup;
use crate::mutation::{MapMutation, Mutation};
use crate::set::{Set, for_each_element, no_value, with_hashed};

/// A set that is being changed in place: `Set.mutate()` makes it, `finish()` ends it.
#[pyclass(frozen, weakref, module = "hedgerow")]
#[repr(transparent)]
pub(crate) struct SetMutation(MapMutation);

impl Mutation for SetMutation {
    type Of = Set;

    fn as_map_mutation(&self) -> &MapMutation {
        &self.0
    }

    fn of_map_mutation(mutation: MapMutation) -> Self {
        SetMutation(mutation)
    }
}

impl SetMutation {
    pub(crate) fn contains<'py>(
        slf: &Bound<'py, Self>,
        element: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        let py = slf.py();
        with_hashed(element, |key| {
            let version = slf.get().as_map_mutation().version(py)?;
            Ok(lookup::get(py, version, key)?.is_some())
        })
    }

    pub(crate) fn add<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<()> {
        Self::insert(slf, element, &no_value(slf.py()))
    }

    /// Removes an element. Returns whether it was there.
    pub(crate) fn discard<'py>(
        slf: &Bound<'py, Self>,
        element: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        with_hashed(element, |key| Self::remove_hashed(slf, key))
    }

    /// Adds the elements of every iterable.
    pub(crate) fn update<'py>(
        slf: &Bound<'py, Self>,
        others: &Bound<'py, PyTuple>,
    ) -> PyResult<()> {
        let value = no_value(slf.py());
        for other in others.iter() {
            for_each_element(&other, |element| Self::insert(slf, element, &value).map(|()| true))?;
        }
        Ok(())
    }
}
