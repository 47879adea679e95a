//! What two versions do not share, and whose keys are equal: the base of `==`, `diff`, `merge` and
//! the set operations.
//!
//! Entries are compared while the store is borrowed, as far as that takes no Python code. The rest
//! is copied out and compared afterwards.

use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::{HostStore, Unshared};
use pyo3::prelude::*;

use crate::ffi::fault::Fault;
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::ffi::store_cell::{self, Pair};
use crate::store;

/// An entry that only one of two versions holds.
pub(crate) struct UnsharedEntry {
    hash: u32,
    pub(crate) is_right: bool,
    pub(crate) pair: Pair,
}

/// What two versions hold under one key, of which they do not share the entry.
pub(crate) struct BothSides {
    pub(crate) left: Option<Pair>,
    pub(crate) right: Option<Pair>,
}

/// Whether two values are equal, if that can be said without running Python code.
pub(crate) trait CompareValues: Fn(&Object, &Object) -> Option<bool> {}

impl<F: Fn(&Object, &Object) -> Option<bool>> CompareValues for F {}

/// For [`unshared`]: a value equals only itself. Another one may be equal by `==` and still be told
/// apart: 0.0 and -0.0, 1 and True.
pub(crate) fn by_identity(a: &Object, b: &Object) -> Option<bool> {
    Some(a.is(b))
}

/// For [`unshared`]: values do not matter.
pub(crate) fn ignore_values(_: &Object, _: &Object) -> Option<bool> {
    Some(true)
}

/// Copies out what two versions, or open edits, do not share, without the groups of one hash that
/// are known to be equal. Returns whether that is all: it stops when `is_enough` says so of how the
/// last group compares, and of how many entries there are.
pub(crate) fn take_unshared(
    py: Python<'_>,
    a: Version,
    b: Version,
    compare: impl CompareValues,
    mut is_enough: impl FnMut(Option<bool>, usize) -> bool,
) -> Result<(Vec<UnsharedEntry>, bool), Fault> {
    let mut entries = Vec::new();
    let end = store_cell::read(py, |store| {
        store.unshared(a, b, |group| {
            let is_equal = compare_group(&group, &compare);
            if is_equal != Some(true) {
                let hash = group.hash();
                let new = |is_right| {
                    move |(key, value): (&Key, &Object)| UnsharedEntry {
                        hash,
                        is_right,
                        pair: (key.clone(), value.clone()),
                    }
                };
                entries.extend(group.left().map(new(false)));
                entries.extend(group.right().map(new(true)));
                if is_enough(is_equal, entries.len()) {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })
    })??;
    Ok((entries, end.is_continue()))
}

/// All that two versions do not share, without the groups of one hash that are known to be equal.
pub(crate) fn unshared(
    py: Python<'_>,
    a: Version,
    b: Version,
    compare: impl CompareValues,
) -> PyResult<Vec<UnsharedEntry>> {
    Ok(take_unshared(py, a, b, compare, |_, _| false)?.0)
}

/// Whether two versions hold the very same values under equal keys, as far as that can be said
/// without running Python code. Costs nothing if no entry was written in between.
pub(crate) fn is_unchanged(py: Python<'_>, a: Version, b: Version) -> PyResult<bool> {
    let (entries, _) = take_unshared(py, a, b, by_identity, |_, _| true)?;
    Ok(entries.is_empty())
}

/// Whether the entries of one hash are equal on both sides; `None` if it takes Python code to say.
fn compare_group(group: &Unshared<'_, Key, Object>, compare: &impl CompareValues) -> Option<bool> {
    let (mut left, mut right) = (group.left(), group.right());
    if left.len() != right.len() {
        return Some(false);
    }
    if left.len() == 1 {
        let (a, b) = (left.next()?, right.next()?);
        return if a.0.compare(b.0)? { compare(a.1, b.1) } else { Some(false) };
    }
    for (key, value) in left {
        let mut is_equal = Some(false);
        for (other_key, other_value) in group.right() {
            match key.compare(other_key) {
                Some(true) => {
                    is_equal = compare(value, other_value);
                    break;
                }
                Some(false) => {}
                None => is_equal = None,
            }
        }
        if is_equal != Some(true) {
            return is_equal;
        }
    }
    Some(true)
}

/// Matches entries whose keys are equal. Runs Python code.
pub(crate) fn match_keys(py: Python<'_>, entries: Vec<UnsharedEntry>) -> PyResult<Vec<BothSides>> {
    let mut matched: Vec<BothSides> = Vec::with_capacity(entries.len());
    let mut group = 0;
    let mut last_hash = None;
    for UnsharedEntry { hash, is_right, pair } in entries {
        if last_hash.replace(hash) != Some(hash) {
            group = matched.len();
        }
        if !is_right {
            matched.push(BothSides { left: Some(pair), right: None });
            continue;
        }
        let mut found = None;
        for (index, sides) in matched[group..].iter().enumerate() {
            if let BothSides { left: Some(left), right: None } = sides
                && store::is_equal_key(py, &left.0, &pair.0)?
            {
                found = Some(group + index);
                break;
            }
        }
        match found {
            Some(index) => matched[index].right = Some(pair),
            None => matched.push(BothSides { left: None, right: Some(pair) }),
        }
    }
    Ok(matched)
}
