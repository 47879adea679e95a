//! Two maps side by side: equality with anything, diff and hash.
//!
//! What two versions do not share is looked at while the store is borrowed, as far as that takes no
//! Python code; the rest is taken out and compared afterwards.

use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::{HostStore, Unshared};
use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyTuple};

use crate::fault::Fault;
use crate::fence::cell;
use crate::fence::object::judge_values;
use crate::fence::pairs::pair;
use crate::fence::recursion;
use crate::fence::{Key, Object, Verdict, made};
use crate::map::Map;
use crate::mappings;
use crate::store::{self, Pair, Walk};

/// An entry that only one of two versions holds.
pub(crate) struct Lone {
    hash: u32,
    pub(crate) is_right: bool,
    pub(crate) pair: Pair,
}

/// A key of two versions that do not share its entry: what the left one and the right one have.
pub(crate) struct Twin {
    pub(crate) left: Option<Pair>,
    pub(crate) right: Option<Pair>,
}

/// What is told at sight of the values of one key.
pub(crate) trait Alike: Fn(&Object, &Object) -> Verdict {}

impl<F: Fn(&Object, &Object) -> Verdict> Alike for F {}

/// For [`unshared`]: values that are one object are the same, and no others. An equal value may
/// still be another one: 0.0 and -0.0, 1 and True.
pub(crate) fn identical(a: &Object, b: &Object) -> Verdict {
    if a.is(b) { Verdict::Same } else { Verdict::Other }
}

/// For [`unshared`]: only keys matter.
pub(crate) fn whatever(_: &Object, _: &Object) -> Verdict {
    Verdict::Same
}

/// Takes out what two versions, or open edits, do not share and is not told the same at sight. Ends
/// early where `enough` says so of a group that is told different, or of what there is so far.
pub(crate) fn take_unshared(
    py: Python<'_>,
    a: Version,
    b: Version,
    alike: impl Alike,
    mut enough: impl FnMut(Option<bool>, usize) -> bool,
) -> Result<(Vec<Lone>, bool), Fault> {
    let mut lone = Vec::new();
    let end = cell::with(py, |store| {
        store.unshared(a, b, |group| {
            let verdict = judge_group(py, &group, &alike);
            if verdict != Some(true) {
                let hash = group.hash();
                let new = |is_right| {
                    move |(key, value): (&Key, &Object)| Lone {
                        hash,
                        is_right,
                        pair: (key.clone(), value.clone()),
                    }
                };
                lone.extend(group.left().map(new(false)));
                lone.extend(group.right().map(new(true)));
                if enough(verdict, lone.len()) {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })
    })??;
    Ok((lone, end.is_continue()))
}

/// All that two versions do not share, but for equal keys whose values are told the same.
pub(crate) fn unshared(
    py: Python<'_>,
    a: Version,
    b: Version,
    alike: impl Alike,
) -> PyResult<Vec<Lone>> {
    Ok(take_unshared(py, a, b, alike, |_, _| false)?.0)
}

/// Whether two versions hold the very same values under equal keys, as far as that can be told at
/// sight: at once, if one is made of the other by nothing at all.
pub(crate) fn is_unchanged(py: Python<'_>, a: Version, b: Version) -> PyResult<bool> {
    let (lone, _) = take_unshared(py, a, b, identical, |_, _| true)?;
    Ok(lone.is_empty())
}

/// Whether the entries of one hash are the same pairs on both sides, if that can be told.
fn judge_group(
    py: Python<'_>,
    group: &Unshared<'_, Key, Object>,
    alike: &impl Alike,
) -> Option<bool> {
    let (mut left, mut right) = (group.left(), group.right());
    if left.len() != right.len() {
        return Some(false);
    }
    if left.len() == 1 {
        let (a, b) = (left.next()?, right.next()?);
        return match a.0.wanted(py, group.hash()).judge(b.0) {
            Verdict::Same => told(alike(a.1, b.1)),
            verdict => told(verdict),
        };
    }
    for (key, value) in left {
        let wanted = key.wanted(py, group.hash());
        let mut twin = Some(false);
        for (other, other_value) in group.right() {
            match wanted.judge(other) {
                Verdict::Same => {
                    twin = told(alike(value, other_value));
                    break;
                }
                Verdict::Ask => twin = None,
                Verdict::Other => {}
            }
        }
        if twin != Some(true) {
            return twin;
        }
    }
    Some(true)
}

fn told(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Same => Some(true),
        Verdict::Other => Some(false),
        Verdict::Ask => None,
    }
}

/// Matches the entries of each hash by their keys. Runs Python code.
pub(crate) fn twins(py: Python<'_>, lone: Vec<Lone>) -> PyResult<Vec<Twin>> {
    let mut twins: Vec<Twin> = Vec::with_capacity(lone.len());
    let mut group = 0;
    let mut hash = None;
    for Lone { hash: here, is_right, pair } in lone {
        if hash.replace(here) != Some(here) {
            group = twins.len();
        }
        if !is_right {
            twins.push(Twin { left: Some(pair), right: None });
            continue;
        }
        let mut found = None;
        for (index, twin) in twins[group..].iter().enumerate() {
            if let Twin { left: Some(left), right: None } = twin
                && same_key(py, &left.0, &pair.0)?
            {
                found = Some(group + index);
                break;
            }
        }
        match found {
            Some(index) => twins[index].right = Some(pair),
            None => twins.push(Twin { left: None, right: Some(pair) }),
        }
    }
    Ok(twins)
}

/// Whether two stored keys of one folded hash are equal.
fn same_key(py: Python<'_>, a: &Key, b: &Key) -> PyResult<bool> {
    match a.wanted(py, 0).judge(b) {
        Verdict::Same => Ok(true),
        Verdict::Other => Ok(false),
        Verdict::Ask => store::same(&a.object().bound(py), &b.object().bound(py)),
    }
}

/// Whether two values are equal.
pub(crate) fn same_value(py: Python<'_>, a: &Object, b: &Object) -> PyResult<bool> {
    store::same(&a.bound(py), &b.bound(py))
}

/// `==` or `!=` of a map and anything, as CPython wants it.
pub(crate) fn answer<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Bound<'py, PyAny>> {
    let py = map.py();
    if let CompareOp::Eq | CompareOp::Ne = op
        && let Some(answer) = equal_to(map, other, op)?
    {
        return Ok(answer);
    }
    Ok(py.NotImplemented().into_bound(py))
}

/// What `map == other`, or `!=`, gives; `None` where it is for the other side to say.
pub(crate) fn equal_to<'py>(
    map: &Bound<'py, Map>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = map.py();
    let Ok(other) = other.cast::<Map>() else {
        return mappings::compare(map, other, op);
    };
    let equal = recursion::equal(py, map.get().version(), other.get().version())?;
    let answer = equal == matches!(op, CompareOp::Eq);
    Ok(Some(PyBool::new(py, answer).to_owned().into_any()))
}

/// What changed from one version to another, as tuples, in iteration order.
pub(crate) fn diff<'py>(py: Python<'py>, a: Version, b: Version) -> PyResult<Bound<'py, PyList>> {
    let changes = made::list(py)?;
    for twin in twins(py, unshared(py, a, b, judge_values)?)? {
        let change = match twin {
            Twin { left: Some((key, value)), right: None } => {
                let kind = made::interned(py, c"removed")?;
                made::tuple(py, [kind, key.into_bound(py), value.into_bound(py)])?
            }
            Twin { left: None, right: Some((key, value)) } => {
                let kind = made::interned(py, c"added")?;
                made::tuple(py, [kind, key.into_bound(py), value.into_bound(py)])?
            }
            Twin { left: Some((_, old)), right: Some((key, new)) } => {
                if same_value(py, &old, &new)? {
                    continue;
                }
                changed(py, key, old, new)?
            }
            Twin { left: None, right: None } => continue,
        };
        changes.append(change)?;
    }
    Ok(changes)
}

fn changed(py: Python<'_>, key: Key, old: Object, new: Object) -> PyResult<Bound<'_, PyTuple>> {
    let kind = made::interned(py, c"changed")?;
    made::tuple(py, [kind, key.into_bound(py), old.into_bound(py), new.into_bound(py)])
}

/// `hash(frozenset(map.items()))` under way, by the steps of CPython's `frozenset_hash`. As an
/// [`Equality`](crate::equality::Equality) it leaves it to others to ask.
pub(crate) struct Hashing {
    version: Version,
    walk: Walk,
    hash: u64,
}

impl Hashing {
    pub(crate) fn begin(py: Python<'_>, version: Version) -> PyResult<Self> {
        Ok(Hashing { version, walk: Walk::new(py, version)?, hash: 0 })
    }

    /// The next pair to be hashed.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<Object>> {
        match self.walk.next(py)? {
            Some((key, value)) => Ok(Some(pair(py, key.object(), value)?)),
            None => Ok(None),
        }
    }

    /// Takes the hash of the last pair in.
    #[inline]
    pub(crate) fn add(&mut self, item: i64) {
        let item = item as u64;
        self.hash ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
    }

    pub(crate) fn finish(&self, py: Python<'_>) -> PyResult<i64> {
        let count = store::len(py, self.version)? as u64;
        let mut hash = self.hash ^ (count + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        Ok(if hash == u64::MAX { 590_923_713 } else { hash as i64 })
    }
}
