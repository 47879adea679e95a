//! Operations that make a set of two or more. Those on two sets that are derived from each other
//! cost what differs between them.
//!
//! Where both operands have an equal element, the result has that of the left one.

use hedgerow::host::Combination;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyList, PySet, PyTuple};

use crate::combine;
use crate::edit::Edit;
use crate::ffi::construct;
use crate::ffi::key::HashedKey;
use crate::lookup;
use crate::set::{Set, as_set, for_each_element, has, insert_all, no_value, set_like};
use crate::store::{self, Entries};
use crate::unshared::{BothSides, ignore_values, match_keys, unshared};

/// A method or operator that makes a set of two.
pub(crate) type Operation =
    for<'py> fn(&Bound<'py, Set>, &Bound<'py, PyAny>) -> PyResult<Bound<'py, Set>>;

/// An operand, by how its elements are looked up.
pub(crate) enum Operand<'a, 'py> {
    Ours(&'a Bound<'py, Set>),
    /// These two are read past the methods of a subclass, as frozenset does.
    Set(&'a Bound<'py, PySet>),
    FrozenSet(&'a Bound<'py, PyFrozenSet>),
}

impl<'a, 'py> Operand<'a, 'py> {
    /// `None` for any other iterable, whose elements can only be iterated.
    pub(crate) fn of(object: &'a Bound<'py, PyAny>) -> Option<Self> {
        if let Ok(set) = object.cast::<Set>() {
            return Some(Operand::Ours(set));
        }
        if let Ok(set) = object.cast::<PySet>() {
            return Some(Operand::Set(set));
        }
        object.cast::<PyFrozenSet>().ok().map(Operand::FrozenSet)
    }

    pub(crate) fn len(&self) -> PyResult<usize> {
        match self {
            Operand::Ours(set) => set.get().map().count(set.py()),
            Operand::Set(set) => Ok(set.len()),
            Operand::FrozenSet(set) => Ok(set.len()),
        }
    }

    pub(crate) fn contains(&self, element: &Bound<'py, PyAny>) -> PyResult<bool> {
        match self {
            Operand::Ours(set) => has(set, element),
            Operand::Set(set) => set.contains(element),
            Operand::FrozenSet(set) => set.contains(element),
        }
    }
}

/// Whether neither of two sets has four times as many elements as the other. If one has, it takes
/// less to look each element of the small one up than to walk both.
pub(crate) fn are_close(a: usize, b: usize) -> bool {
    a <= b.saturating_mul(4) && b <= a.saturating_mul(4)
}

/// Applies an operation to a set and each of the others in turn.
pub(crate) fn fold<'py>(
    set: &Bound<'py, Set>,
    others: &Bound<'py, PyTuple>,
    operation: Operation,
) -> PyResult<Bound<'py, Set>> {
    let mut result = set.clone();
    for other in others.iter() {
        result = operation(&result, &other)?;
    }
    Ok(result)
}

/// The elements of both.
pub(crate) fn union<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Set>> {
    let py = set.py();
    if let Ok(other) = other.cast::<Set>() {
        let (mine, theirs) = (set.get().map().count(py)?, other.get().map().count(py)?);
        if mine == 0 && theirs > 0 {
            return set_like(set, other);
        }
        if theirs > mine || are_close(mine, theirs) {
            return combine::unite(set, other.get().map());
        }
    } else if let Some(other) = large_operand(set, other)? {
        return combine::unite(set, other.get().map());
    }
    let mut edit = Edit::of(set)?;
    insert_all(&mut edit, other)?;
    edit.finish_map(set)
}

/// The elements of a set that the other one has, too.
pub(crate) fn intersection<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Set>> {
    let Some(operand) = Operand::of(other) else {
        return select(set, other);
    };
    let (mine, theirs) = (set.get().map().count(set.py())?, operand.len()?);
    if let Some(other) = large_operand(set, other)? {
        return combine::intersect(set, other.get().map());
    }
    match operand {
        Operand::Ours(other) if are_close(mine, theirs) => {
            combine::intersect(set, other.get().map())
        }
        _ if theirs < mine => select(set, other),
        _ => keep(set, |element| operand.contains(element)),
    }
}

/// The elements of a set that the other one has not.
pub(crate) fn difference<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Set>> {
    if let Some(operand) = Operand::of(other) {
        let (mine, theirs) = (set.get().map().count(set.py())?, operand.len()?);
        if let Some(other) = large_operand(set, other)? {
            return combine::subtract(set, other.get().map());
        }
        match operand {
            Operand::Ours(other) if are_close(mine, theirs) => {
                return combine::subtract(set, other.get().map());
            }
            _ if theirs > mine => return keep(set, |element| Ok(!operand.contains(element)?)),
            _ => {}
        }
    }
    let mut edit = Edit::of(set)?;
    for_each_element(other, |element| edit.remove(element).map(|_| true))?;
    edit.finish_map(set)
}

/// The elements that only one of the two has.
pub(crate) fn symmetric_difference<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, Set>> {
    let py = set.py();
    let other = as_set(other)?;
    let (this, that) = (set.get().map(), other.get().map());
    let (mine, theirs) = (this.count(py)?, that.count(py)?);
    if theirs == 0 {
        return Ok(set.clone());
    }
    if mine == 0 {
        return set_like(set, other.as_any());
    }
    let value = no_value(py);
    if theirs < mine && !are_close(mine, theirs) {
        let mut edit = Edit::of(set)?;
        for_each_element(other.as_any(), |element| {
            if !edit.remove(element)? {
                edit.insert(element, &value)?;
            }
            Ok(true)
        })?;
        return edit.finish_map(set);
    }
    if let Some(made) = combine::combined(set, that, Combination::SymmetricDifference)? {
        return Ok(made);
    }
    // What the two share is in both: only the rest can be in one.
    let mut edit = Edit::open(py, store::empty(py)?, false)?;
    for sides in match_keys(py, unshared(py, this.version(), that.version(), ignore_values)?)? {
        if let BothSides { left: Some((element, _)), right: None }
        | BothSides { left: None, right: Some((element, _)) } = sides
        {
            edit.insert(&element.into_bound(py), &value)?;
        }
    }
    edit.finish_like(set)
}

/// One of Python's own sets as a set of ours, if it is neither small nor much smaller or larger
/// than the one that it is to be combined with.
fn large_operand<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, Set>>> {
    const SMALLEST: usize = 16;
    match Operand::of(other) {
        Some(operand @ (Operand::Set(_) | Operand::FrozenSet(_))) => {
            let (mine, theirs) = (set.get().map().count(set.py())?, operand.len()?);
            let is_large = theirs >= SMALLEST && are_close(mine, theirs);
            is_large.then(|| as_set(other)).transpose()
        }
        _ => Ok(None),
    }
}

/// What changed from a set to the elements of an iterable, as tuples, in iteration order.
pub(crate) fn diff<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = set.py();
    let other = as_set(other)?;
    let (a, b) = (set.get().version(), other.get().version());
    let changes = construct::list(py)?;
    for sides in match_keys(py, unshared(py, a, b, ignore_values)?)? {
        let (kind, element) = match sides {
            BothSides { left: Some((element, _)), right: None } => (c"removed", element),
            BothSides { left: None, right: Some((element, _)) } => (c"added", element),
            _ => continue,
        };
        let kind = construct::interned(py, kind)?;
        changes.append(construct::tuple(py, [kind, element.into_bound(py)])?)?;
    }
    Ok(changes)
}

/// A set of those elements that pass a test.
fn keep<'py>(
    set: &Bound<'py, Set>,
    test: impl Fn(&Bound<'py, PyAny>) -> PyResult<bool>,
) -> PyResult<Bound<'py, Set>> {
    let py = set.py();
    let mut edit = Edit::of(set)?;
    let mut entries = Entries::new(py, set.get().version())?;
    while let Some((element, _)) = entries.next(py)? {
        let element = element.into_bound(py);
        if !test(&element)? {
            edit.remove(&element)?;
        }
    }
    edit.finish_map(set)
}

/// A set of those elements that are equal to one of the iterable, which is read until that is all
/// of them: as of frozenset from 3.12 on, it may have no end.
fn select<'py>(set: &Bound<'py, Set>, wanted: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Set>> {
    let py = set.py();
    let version = set.get().version();
    let mut edit = Edit::open(py, store::empty(py)?, false)?;
    let (value, count) = (no_value(py), set.get().map().count(py)?);
    for_each_element(wanted, |element| {
        let Some(stored) = lookup::stored_key(version, HashedKey::new(element)?)? else {
            return Ok(true);
        };
        edit.insert(&stored.into_bound(py), &value)?;
        Ok(store::len(py, edit.version()?)? < count)
    })?;
    edit.finish_part_of(set)
}
