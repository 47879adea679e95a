//! `==` of two maps, as a row of questions that Python has to answer.
//!
//! Each question may be an `==` of maps, which nest as deep as the stack allows. So the one who
//! asks, `fence/recursion.rs`, does so from a small frame: what is done in between stands on the
//! heap, and what does it has returned by then.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::compare::{Lone, take_unshared};
use crate::fence::object::judge_values;
use crate::fence::recursion::check_stack;
use crate::fence::{Object, Verdict};
use crate::store;

/// Most maps that differ do so early on: a few comparisons first, the rest only if need be.
const FIRST: usize = 256;

/// What to do next.
pub(crate) enum Step {
    /// Are the two equal?
    Ask(Object, Object),
    Answer(bool),
}

/// A comparison under way.
pub(crate) struct Equality {
    versions: (Version, Version),
    /// What the two do not share and is not told equal at sight: by hash, those of the left one
    /// before as many of the right one.
    lone: Vec<Lone>,
    /// Whether that is all.
    is_all: bool,
    /// The first of the left ones of this hash that have no twin yet.
    first: usize,
    /// The pair of keys that is looked at. `left` is `right` where all have been looked at.
    left: usize,
    right: usize,
    /// Values of equal keys, to be compared once all keys have been.
    values: Vec<(Object, Object)>,
    /// The values that are being compared, and whether that is what was asked last.
    twins: std::vec::IntoIter<(Object, Object)>,
    asked_value: bool,
}

impl Equality {
    /// The questions whether two versions, or open edits, hold equal keys with equal values; or the
    /// answer, if there are none.
    pub(crate) fn begin(py: Python<'_>, a: Version, b: Version) -> PyResult<Result<Self, bool>> {
        if a == b {
            return Ok(Err(true));
        }
        check_stack(py, c" while comparing maps")?;
        if store::len(py, a)? != store::len(py, b)? {
            return Ok(Err(false));
        }
        let mut new = Equality {
            versions: (a, b),
            lone: Vec::new(),
            is_all: false,
            first: 0,
            left: 0,
            right: 0,
            values: Vec::new(),
            twins: Vec::new().into_iter(),
            asked_value: false,
        };
        if !new.fetch(py, FIRST)? {
            return Ok(Err(false));
        }
        Ok(if new.is_all && new.lone.is_empty() { Err(true) } else { Ok(new) })
    }

    /// Takes the entries to be compared out of the store. Says whether the two may be equal.
    fn fetch(&mut self, py: Python<'_>, limit: usize) -> PyResult<bool> {
        let mut differ = false;
        let (a, b) = self.versions;
        (self.lone, self.is_all) = take_unshared(py, a, b, judge_values, |verdict, taken| {
            differ = verdict == Some(false);
            differ || taken >= limit
        })?;
        self.right = 0;
        self.begin_hash();
        Ok(!differ)
    }

    /// Goes to the next hash, whose entries begin where the last one's end.
    fn begin_hash(&mut self) {
        (self.first, self.left) = (self.right, self.right);
        while self.lone.get(self.right).is_some_and(|lone| !lone.is_right) {
            self.right += 1;
        }
    }

    /// What comes next, after the answer to what was asked last, if anything was.
    pub(crate) fn step(&mut self, py: Python<'_>, answer: Option<bool>) -> PyResult<Step> {
        match answer {
            Some(false) if self.asked_value => return Ok(Step::Answer(false)),
            Some(true) if !self.asked_value => self.match_keys(),
            Some(false) => self.left += 1,
            _ => {}
        }
        loop {
            if let Some(step) = self.next_keys(py) {
                return Ok(step);
            }
            if !self.values.is_empty() {
                self.twins = std::mem::take(&mut self.values).into_iter();
            }
            if let Some((a, b)) = self.twins.next() {
                self.asked_value = true;
                return Ok(Step::Ask(a, b));
            }
            if self.is_all {
                return Ok(Step::Answer(true));
            }
            if !self.fetch(py, usize::MAX)? {
                return Ok(Step::Answer(false));
            }
        }
    }

    /// The next two keys of which Python has to say whether they are equal, if there are any.
    fn next_keys(&mut self, py: Python<'_>) -> Option<Step> {
        while let Some(right) = self.lone.get(self.right) {
            let Some(left) = self.lone.get(self.left).filter(|lone| !lone.is_right) else {
                return Some(Step::Answer(false));
            };
            match left.pair.0.wanted(py, 0).judge(&right.pair.0) {
                Verdict::Same => self.match_keys(),
                Verdict::Other => self.left += 1,
                Verdict::Ask => {
                    self.asked_value = false;
                    return Some(Step::Ask(left.pair.0.object(), right.pair.0.object()));
                }
            }
        }
        None
    }

    /// The two keys that are looked at are equal.
    fn match_keys(&mut self) {
        let values = (self.lone[self.left].pair.1.clone(), self.lone[self.right].pair.1.clone());
        if !values.0.is(&values.1) {
            self.values.push(values);
        }
        self.lone[self.first..=self.left].rotate_right(1);
        self.first += 1;
        self.left = self.first;
        self.right += 1;
        if self.lone.get(self.right).is_none_or(|lone| !lone.is_right) {
            self.begin_hash();
        }
    }
}
