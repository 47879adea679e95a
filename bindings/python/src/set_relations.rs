//! How a set compares with others: subsets, supersets, and sets with nothing in common.
//!
//! `==` of two sets is in `slots/equality.rs`, as that of maps. A set of another class is asked
//! first, as it would be if the set were a frozenset, which declines all but Python's own. Where
//! the other declines, the elements decide.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFrozenSet, PySet};

use crate::ffi::stack::check_stack;
use crate::ffi::type_queries::rich_compare;
use crate::set::{Set, for_each_element, has};
use crate::set_operations::{Operand, are_close, intersection};
use crate::unshared::{BothSides, ignore_values, match_keys, take_unshared};
use crate::views::is_set;

/// How many entries are fetched first: most sets that are no subsets show so early.
const FIRST: usize = 256;

/// `set == other` and the like; `None` where that is not for a set to say.
pub(crate) fn compare<'py>(
    set: &Bound<'py, Set>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = set.py();
    check_stack(py, c" in comparison")?;
    if !other.is_instance_of::<Set>() {
        if !is_set(other)? {
            return Ok(None);
        }
        if let Some(answer) = rich_compare(other, set.as_any(), reflected(op))? {
            return Ok(Some(answer));
        }
    }
    let mine = set.get().map().count(py)?;
    let theirs = match Operand::of(other) {
        Some(operand) => operand.len()?,
        None => other.len()?,
    };
    let holds = match op {
        CompareOp::Eq => mine == theirs && is_within(set, other)?,
        CompareOp::Ne => mine != theirs || !is_within(set, other)?,
        CompareOp::Lt => mine < theirs && is_within(set, other)?,
        CompareOp::Le => mine <= theirs && is_within(set, other)?,
        CompareOp::Gt => mine > theirs && is_superset(set, other)?,
        CompareOp::Ge => mine >= theirs && is_superset(set, other)?,
    };
    Ok(Some(PyBool::new(py, holds).to_owned().into_any()))
}

/// The operator with its operands exchanged.
fn reflected(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        op => op,
    }
}

/// Whether another set has all elements of this one.
fn is_within<'py>(set: &Bound<'py, Set>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
    match Operand::of(other) {
        Some(Operand::Ours(other)) => is_subset_of(set, other),
        Some(operand) => for_each_element(set, |element| operand.contains(element)),
        None => for_each_element(set, |element| other.contains(element)),
    }
}

/// `set.issubset(other)`.
pub(crate) fn is_subset<'py>(set: &Bound<'py, Set>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
    match Operand::of(other) {
        Some(operand) => {
            Ok(set.get().map().count(set.py())? <= operand.len()? && is_within(set, other)?)
        }
        None => {
            let common = intersection(set, other)?;
            Ok(common.get().map().count(set.py())? == set.get().map().count(set.py())?)
        }
    }
}

/// `set.issuperset(other)`.
pub(crate) fn is_superset<'py>(set: &Bound<'py, Set>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
    match Operand::of(other) {
        Some(Operand::Ours(other)) => is_subset_of(other, set),
        Some(operand) if operand.len()? > set.get().map().count(set.py())? => Ok(false),
        _ => for_each_element(other, |element| has(set, element)),
    }
}

/// `set.isdisjoint(other)`. An instance of a subclass is read by its methods, as frozenset does it
/// here, and here only.
pub(crate) fn is_disjoint<'py>(set: &Bound<'py, Set>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
    let is_exact = other.is_exact_instance_of::<Set>()
        || other.is_exact_instance_of::<PySet>()
        || other.is_exact_instance_of::<PyFrozenSet>();
    if !is_exact {
        for element in other.try_iter()? {
            if has(set, &element?)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    match Operand::of(other) {
        Some(operand) if operand.len()? > set.get().map().count(set.py())? => {
            for_each_element(set, |element| Ok(!operand.contains(element)?))
        }
        _ => for_each_element(other, |element| Ok(!has(set, element)?)),
    }
}

/// Whether one set has all elements of another. Of relatives, only what they do not share is read.
fn is_subset_of<'py>(set: &Bound<'py, Set>, other: &Bound<'py, Set>) -> PyResult<bool> {
    let py = set.py();
    let (this, that) = (set.get().map(), other.get().map());
    let (mine, theirs) = (this.count(py)?, that.count(py)?);
    if mine > theirs {
        return Ok(false);
    }
    if !are_close(mine, theirs) {
        return for_each_element(set, |element| has(other, element));
    }
    for limit in [FIRST, usize::MAX] {
        let (entries, is_all) =
            take_unshared(py, this.version(), that.version(), ignore_values, |_, taken| {
                taken >= limit
            })?;
        let is_only_left =
            |sides: &BothSides| matches!(sides, BothSides { left: Some(_), right: None });
        if match_keys(py, entries)?.iter().any(is_only_left) {
            return Ok(false);
        }
        if is_all {
            break;
        }
    }
    Ok(true)
}
