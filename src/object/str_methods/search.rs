//! Finding one str in another, by code points: a surrogate is never found inside of a character.
//!
//! Ranges follow `ADJUST_INDICES` of `Objects/unicodeobject.c`. The search begins by comparing the
//! needle at each candidate, which is fastest on most texts. When it has compared far more units
//! than it has passed, it goes on with the algorithm of Knuth, Morris and Pratt, so every search is
//! O(n).

use std::borrow::Cow;

use crate::object::str::{PyStr, Text, Units};

/// How many wasted comparisons the search allows before it changes to the other algorithm.
const WASTE: usize = 64;

impl PyStr {
    /// `self.find(needle)`; `None` for -1. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("\u{1f40d} and \u{1f40d}");
    /// assert_eq!((text.find("\u{1f40d}"), text.rfind("\u{1f40d}")), (Some(0), Some(6)));
    /// assert_eq!(text.find(&PyStr::from_code_points([0xd83d])?), None);
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn find(&self, needle: &(impl Text + ?Sized)) -> Option<usize> {
        find_units(self.units(), needle.to_py_str().units())
    }

    /// `self.find(needle, start, end)`; `None` for -1. O(n).
    pub fn find_in(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Option<usize> {
        let (start, range) = self.range(start, end)?;
        Some(start + find_units(range, needle.to_py_str().units())?)
    }

    /// `self.rfind(needle)`; `None` for -1. O(n).
    pub fn rfind(&self, needle: &(impl Text + ?Sized)) -> Option<usize> {
        rfind_units(self.units(), needle.to_py_str().units())
    }

    /// `self.rfind(needle, start, end)`; `None` for -1. O(n).
    pub fn rfind_in(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Option<usize> {
        let (start, range) = self.range(start, end)?;
        Some(start + rfind_units(range, needle.to_py_str().units())?)
    }

    /// `needle in self`. O(n).
    pub fn contains(&self, needle: &(impl Text + ?Sized)) -> bool {
        self.find(needle).is_some()
    }

    /// `self.count(needle)`: how often it occurs without overlap. O(n).
    pub fn count(&self, needle: &(impl Text + ?Sized)) -> usize {
        find_all(self.units(), needle.to_py_str().units(), usize::MAX).len()
    }

    /// `self.startswith(prefix)`. O(n).
    pub fn startswith(&self, prefix: &(impl Text + ?Sized)) -> bool {
        starts_with(self.units(), prefix.to_py_str().units())
    }

    /// `self.startswith(prefix, start, end)`. O(n).
    pub fn startswith_in(
        &self,
        prefix: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> bool {
        let range = self.range(start, end);
        range.is_some_and(|(_, range)| starts_with(range, prefix.to_py_str().units()))
    }

    /// `self.endswith(suffix)`. O(n).
    pub fn endswith(&self, suffix: &(impl Text + ?Sized)) -> bool {
        ends_with(self.units(), suffix.to_py_str().units())
    }

    /// `self.endswith(suffix, start, end)`. O(n).
    pub fn endswith_in(
        &self,
        suffix: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> bool {
        let range = self.range(start, end);
        range.is_some_and(|(_, range)| ends_with(range, suffix.to_py_str().units()))
    }

    /// The range of Python's `start` and `end`; `None` where not even an empty str is found.
    fn range(&self, start: Option<i64>, end: Option<i64>) -> Option<(usize, Units<'_>)> {
        let length = self.length() as i64;
        let from_start = |index: i64| {
            if index < 0 { index.saturating_add(length).max(0) } else { index }
        };
        let start = start.map_or(0, from_start) as usize;
        let end = end.map_or(length, |end| from_start(end).min(length)) as usize;
        (start <= end).then(|| (start, self.units().part(start, end)))
    }
}

/// Where a needle occurs without overlap, from the left, at most `limit` times. An empty needle
/// occurs before every code point and at the end.
pub(super) fn find_all(hay: Units<'_>, needle: Units<'_>, limit: usize) -> Vec<usize> {
    let (mut found, mut start) = (Vec::new(), 0);
    while found.len() < limit && start <= hay.length() {
        let Some(index) = find_units(hay.part(start, usize::MAX), needle) else { break };
        found.push(start + index);
        start += index + needle.length().max(1);
    }
    found
}

/// [`find_all`] from the right. The indices descend.
pub(super) fn rfind_all(hay: Units<'_>, needle: Units<'_>, limit: usize) -> Vec<usize> {
    let (mut found, mut end) = (Vec::new(), hay.length());
    while found.len() < limit {
        let Some(index) = rfind_units(hay.part(0, end), needle) else { break };
        found.push(index);
        end = index;
        if needle.length() == 0 {
            break;
        }
    }
    found
}

pub(super) fn find_units(hay: Units<'_>, needle: Units<'_>) -> Option<usize> {
    match (hay, needle) {
        (_, needle) if needle.length() == 0 => Some(0),
        (hay, needle) if needle.length() > hay.length() => None,
        (Units::One(hay), Units::One(needle)) => find(hay, needle),
        // A wider str has a code point that a narrower one cannot have.
        (Units::One(_), _) | (Units::Two(_), Units::Four(_)) => None,
        (Units::Two(hay), needle) => find(hay, &two(needle)),
        (Units::Four(hay), needle) => find(hay, &four(needle)),
    }
}

pub(super) fn rfind_units(hay: Units<'_>, needle: Units<'_>) -> Option<usize> {
    let from_end = match (hay, needle) {
        (hay, needle) if needle.length() > hay.length() => None,
        (hay, needle) if needle.length() == 0 => return Some(hay.length()),
        (Units::One(hay), Units::One(needle)) => rfind(hay, needle),
        (Units::One(_), _) | (Units::Two(_), Units::Four(_)) => None,
        (Units::Two(hay), needle) => rfind(hay, &two(needle)),
        (Units::Four(hay), needle) => rfind(hay, &four(needle)),
    };
    from_end.map(|index| hay.length() - needle.length() - index)
}

fn starts_with(hay: Units<'_>, prefix: Units<'_>) -> bool {
    hay.part(0, prefix.length()) == prefix
}

fn ends_with(hay: Units<'_>, suffix: Units<'_>) -> bool {
    let start = hay.length().checked_sub(suffix.length());
    start.is_some_and(|start| hay.part(start, hay.length()) == suffix)
}

fn two(units: Units<'_>) -> Cow<'_, [u16]> {
    match units {
        Units::Two(units) => Cow::Borrowed(units),
        units => units.iter().map(|point| point as u16).collect(),
    }
}

fn four(units: Units<'_>) -> Cow<'_, [u32]> {
    match units {
        Units::Four(units) => Cow::Borrowed(units),
        units => units.iter().collect(),
    }
}

/// The needle is neither empty nor longer than the hay.
fn find<T: Copy + Eq>(hay: &[T], needle: &[T]) -> Option<usize> {
    let last = hay.len() - needle.len();
    let (mut start, mut compared) = (0, 0);
    while start <= last {
        start += hay[start..=last].iter().position(|&unit| unit == needle[0])?;
        let alike = hay[start..].iter().zip(needle).take_while(|(a, b)| a == b).count();
        if alike == needle.len() {
            return Some(start);
        }
        compared += alike;
        start += 1;
        if compared > 2 * start + WASTE {
            return find_steady(hay[start..].iter(), needle.iter()).map(|index| start + index);
        }
    }
    None
}

/// [`find`] from the end: the number of units behind the needle.
fn rfind<T: Copy + Eq>(hay: &[T], needle: &[T]) -> Option<usize> {
    if let [single] = needle {
        return hay.iter().rev().position(|unit| unit == single);
    }
    find_steady(hay.iter().rev(), needle.iter().rev())
}

/// The algorithm of Knuth, Morris and Pratt, which never goes back in the hay.
fn find_steady<'a, T: Copy + Eq + 'a>(
    hay: impl Iterator<Item = &'a T>,
    needle: impl Iterator<Item = &'a T>,
) -> Option<usize> {
    let needle: Vec<T> = needle.copied().collect();
    let borders = borders(&needle);
    let mut matched = 0;
    for (index, unit) in hay.enumerate() {
        while matched > 0 && needle[matched] != *unit {
            matched = borders[matched - 1];
        }
        if needle[matched] == *unit {
            matched += 1;
        }
        if matched == needle.len() {
            return Some(index + 1 - matched);
        }
    }
    None
}

/// For each prefix of the needle, the length of the longest shorter prefix that it ends with.
fn borders<T: Eq>(needle: &[T]) -> Vec<usize> {
    let mut borders = vec![0; needle.len()];
    let mut length = 0;
    for end in 1..needle.len() {
        while length > 0 && needle[end] != needle[length] {
            length = borders[length - 1];
        }
        if needle[end] == needle[length] {
            length += 1;
        }
        borders[end] = length;
    }
    borders
}
