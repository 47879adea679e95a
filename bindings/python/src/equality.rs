//! `==` of two maps, as a sequence of questions for Python.
//!
//! A question may be an `==` of maps again, as deep as the stack allows. So the caller,
//! `slots/equality.rs`, asks from a small frame: the state in between is on the heap, and the
//! functions here have returned when Python is asked.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::ffi::object::{Object, compare_values};
use crate::ffi::stack::check_stack;
use crate::store;
use crate::unshared::{UnsharedEntry, take_unshared};

/// How many entries are fetched first: most maps that differ do so early.
const FIRST: usize = 256;

/// What to do next.
pub(crate) enum Step {
    /// Are the two equal?
    Ask(Object, Object),
    Answer(bool),
}

/// A comparison in progress.
pub(crate) struct Equality {
    versions: (Version, Version),
    /// What the two do not share, without what is known to be equal. For each hash, the entries of
    /// the left version come before as many of the right one.
    entries: Vec<UnsharedEntry>,
    /// Whether that is all.
    is_all: bool,
    /// The first left entry of this hash whose key is not matched yet.
    first: usize,
    /// The left entry whose key is compared. As large as `right` once all have been.
    left: usize,
    /// The right entry whose key is compared.
    right: usize,
    /// Values of equal keys, to be compared when all keys are matched.
    values: Vec<(Object, Object)>,
    /// The values that are being compared.
    pending: std::vec::IntoIter<(Object, Object)>,
    /// Whether the last question was about values.
    asked_value: bool,
}

impl Equality {
    /// Begins to compare two versions, or open edits. Returns the answer instead, if it takes no
    /// question.
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
            entries: Vec::new(),
            is_all: false,
            first: 0,
            left: 0,
            right: 0,
            values: Vec::new(),
            pending: Vec::new().into_iter(),
            asked_value: false,
        };
        if !new.fetch(py, FIRST)? {
            return Ok(Err(false));
        }
        Ok(if new.is_all && new.entries.is_empty() { Err(true) } else { Ok(new) })
    }

    /// Copies the entries to be compared out of the store. Returns whether the two may be equal.
    fn fetch(&mut self, py: Python<'_>, limit: usize) -> PyResult<bool> {
        let mut differ = false;
        let (a, b) = self.versions;
        (self.entries, self.is_all) =
            take_unshared(py, a, b, compare_values, |is_equal, taken| {
                differ = is_equal == Some(false);
                differ || taken >= limit
            })?;
        self.right = 0;
        self.begin_hash();
        Ok(!differ)
    }

    /// Goes to the entries of the next hash.
    fn begin_hash(&mut self) {
        (self.first, self.left) = (self.right, self.right);
        while self.entries.get(self.right).is_some_and(|entry| !entry.is_right) {
            self.right += 1;
        }
    }

    /// The next step, given the answer to the last question, if there was one.
    pub(crate) fn step(&mut self, py: Python<'_>, answer: Option<bool>) -> PyResult<Step> {
        match answer {
            Some(false) if self.asked_value => return Ok(Step::Answer(false)),
            Some(true) if !self.asked_value => self.match_keys(),
            Some(false) => self.left += 1,
            _ => {}
        }
        loop {
            if let Some(step) = self.next_keys() {
                return Ok(step);
            }
            if !self.values.is_empty() {
                self.pending = std::mem::take(&mut self.values).into_iter();
            }
            if let Some((a, b)) = self.pending.next() {
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

    /// The next question about two keys, if there is one.
    fn next_keys(&mut self) -> Option<Step> {
        while let Some(right) = self.entries.get(self.right) {
            let Some(left) = self.entries.get(self.left).filter(|entry| !entry.is_right) else {
                return Some(Step::Answer(false));
            };
            match left.pair.0.compare(&right.pair.0) {
                Some(true) => self.match_keys(),
                Some(false) => self.left += 1,
                None => {
                    self.asked_value = false;
                    return Some(Step::Ask(left.pair.0.object(), right.pair.0.object()));
                }
            }
        }
        None
    }

    /// Matches the two keys that were compared last.
    fn match_keys(&mut self) {
        let values =
            (self.entries[self.left].pair.1.clone(), self.entries[self.right].pair.1.clone());
        if !values.0.is(&values.1) {
            self.values.push(values);
        }
        self.entries[self.first..=self.left].rotate_right(1);
        self.first += 1;
        self.left = self.first;
        self.right += 1;
        if self.entries.get(self.right).is_none_or(|entry| !entry.is_right) {
            self.begin_hash();
        }
    }
}
