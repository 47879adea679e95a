//! Finding a key whose comparison may run Python code.

use hedgerow::host::{Found, HostStore, KeySearch, Probe, search, search_from};
use hedgerow::{Error, Version};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::ffi::ask;
use crate::ffi::attached::attached;
use crate::ffi::call::Raised;
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::store_cell::{self, MapStore, NoHash, Pair};

/// Which of two keys is the left operand of `==`. CPython's dict and HAMT have both orders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    GivenFirst,
    StoredFirst,
}

/// Finds a key whose comparison may run Python code.
pub(crate) fn find(
    version: Version,
    key: HashedKey<'_, '_>,
    order: Order,
) -> PyResult<Found<Pair>> {
    search(&mut Search { key, order }, version, key.hash).map_err(|Failure(error)| error)
}

/// [`find`] in a committed version, after the first candidate.
#[cold]
pub(crate) fn find_after_first(
    version: Version,
    key: HashedKey<'_, '_>,
    order: Order,
) -> PyResult<Found<Pair>> {
    let second = |store: &MapStore| store.probe_at(version, key.hash, 1);
    let probe = store_cell::read(key.py(), second)?.map_err(Fault::Store)?;
    search_from(&mut Search { key, order }, probe).map_err(|Failure(error)| error)
}

/// Asks Python whether a stored key is the one that is looked for. Nothing is borrowed.
pub(crate) fn ask(key: HashedKey<'_, '_>, stored: &Key, order: Order) -> Result<bool, Raised> {
    let (given, stored) = (key.object(), stored.bound(key.py()));
    match order {
        Order::GivenFirst => ask::ask(given, stored),
        Order::StoredFirst => ask::ask(stored, given),
    }
}

/// How a search reaches the store, and how it compares keys.
struct Search<'a, 'py> {
    key: HashedKey<'a, 'py>,
    order: Order,
}

/// Why a search failed.
struct Failure(PyErr);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure(match error {
            Error::Changed { .. } => construct::error::<PyRuntimeError>(
                attached(),
                "mutation changed during every comparison of its keys",
            ),
            error => Fault::Store(error).into(),
        })
    }
}

impl KeySearch<Key, Object, NoHash> for Search<'_, '_> {
    type Error = Failure;
    type Candidate = Pair;

    fn read<R>(&self, read: impl FnOnce(&MapStore) -> R) -> Result<R, Failure> {
        store_cell::read(self.key.py(), read).map_err(|fault| Failure(fault.into()))
    }

    fn compare(&self, stored: &Key) -> Option<bool> {
        self.key.compare(stored)
    }

    fn keep(&self, key: &Key, value: &Object) -> Pair {
        (key.clone(), value.clone())
    }

    fn ask(&mut self, (stored, _): &Pair, _: &Probe) -> Result<bool, Failure> {
        ask(self.key, stored, self.order).map_err(|raised| Failure(raised.fetch(self.key.py())))
    }
}
