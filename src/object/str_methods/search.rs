//! Finding one str in another, by code points: a surrogate is never found inside of a character.
//!
//! Ranges follow `ADJUST_INDICES` of `Objects/unicodeobject.c`.

use super::find;
use crate::object::str::{PyStr, Text, Units};
use crate::object::value::ObjectError;

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
        find::find(self.units(), needle.to_py_str().units())
    }

    /// `self.find(needle, start, end)`; `None` for -1. O(n).
    pub fn find_in(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Option<usize> {
        let (start, range) = self.range(start, end)?;
        Some(start + find::find(range, needle.to_py_str().units())?)
    }

    /// `self.rfind(needle)`; `None` for -1. O(n).
    pub fn rfind(&self, needle: &(impl Text + ?Sized)) -> Option<usize> {
        find::rfind(self.units(), needle.to_py_str().units())
    }

    /// `self.rfind(needle, start, end)`; `None` for -1. O(n).
    pub fn rfind_in(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Option<usize> {
        let (start, range) = self.range(start, end)?;
        Some(start + find::rfind(range, needle.to_py_str().units())?)
    }

    /// `self.index(needle, start, end)`: [`find_in`](PyStr::find_in) of what has to be there. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("hedgerow");
    /// assert_eq!(text.index("e", Some(2), None)?, 4);
    /// let refused = text.index("x", None, None).unwrap_err();
    /// assert_eq!(refused.to_string(), "substring not found");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`]: "substring not found".
    pub fn index(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Result<usize, ObjectError> {
        self.find_in(needle, start, end).ok_or_else(not_found)
    }

    /// `self.rindex(needle, start, end)`: [`rfind_in`](PyStr::rfind_in) of what has to be there.
    /// O(n).
    ///
    /// # Errors
    ///
    /// As [`index`](PyStr::index).
    pub fn rindex(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> Result<usize, ObjectError> {
        self.rfind_in(needle, start, end).ok_or_else(not_found)
    }

    /// `needle in self`. O(n).
    pub fn contains(&self, needle: &(impl Text + ?Sized)) -> bool {
        self.find(needle).is_some()
    }

    /// `self.count(needle)`: how often it occurs without overlap. O(n).
    pub fn count(&self, needle: &(impl Text + ?Sized)) -> usize {
        count(self.units(), needle.to_py_str().units())
    }

    /// `self.count(needle, start, end)`. O(n).
    pub fn count_in(
        &self,
        needle: &(impl Text + ?Sized),
        start: Option<i64>,
        end: Option<i64>,
    ) -> usize {
        let range = self.range(start, end);
        range.map_or(0, |(_, range)| count(range, needle.to_py_str().units()))
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
        self.startswith_any([prefix], start, end)
    }

    /// `self.startswith(prefixes, start, end)`, where the prefixes are a tuple: whether one of them
    /// is there. O(n) for each.
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("hedgerow");
    /// assert!(text.startswith_any(["row", "hedge"], None, None));
    /// assert!(text.endswith_any(["row", "hedge"], None, Some(5)));
    /// ```
    pub fn startswith_any<T: Text>(
        &self,
        prefixes: impl IntoIterator<Item = T>,
        start: Option<i64>,
        end: Option<i64>,
    ) -> bool {
        let Some((_, range)) = self.range(start, end) else { return false };
        prefixes.into_iter().any(|prefix| starts_with(range, prefix.to_py_str().units()))
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
        self.endswith_any([suffix], start, end)
    }

    /// `self.endswith(suffixes, start, end)`, where the suffixes are a tuple: whether one of them
    /// is there. O(n) for each.
    pub fn endswith_any<T: Text>(
        &self,
        suffixes: impl IntoIterator<Item = T>,
        start: Option<i64>,
        end: Option<i64>,
    ) -> bool {
        let Some((_, range)) = self.range(start, end) else { return false };
        suffixes.into_iter().any(|suffix| ends_with(range, suffix.to_py_str().units()))
    }

    /// `self.removeprefix(prefix)`. O(n).
    #[must_use]
    pub fn removeprefix(&self, prefix: &(impl Text + ?Sized)) -> PyStr {
        let prefix = prefix.to_py_str();
        let is_there = starts_with(self.units(), prefix.units());
        if is_there { self.part(prefix.length(), self.length()) } else { self.clone() }
    }

    /// `self.removesuffix(suffix)`. O(n).
    #[must_use]
    pub fn removesuffix(&self, suffix: &(impl Text + ?Sized)) -> PyStr {
        let suffix = suffix.to_py_str();
        let is_there = ends_with(self.units(), suffix.units());
        if is_there { self.part(0, self.length() - suffix.length()) } else { self.clone() }
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

fn not_found() -> ObjectError {
    ObjectError::Value("substring not found".to_string())
}

fn count(hay: Units<'_>, needle: Units<'_>) -> usize {
    let mut count = 0;
    find::for_each(hay, needle, usize::MAX, |_| count += 1);
    count
}

fn starts_with(hay: Units<'_>, prefix: Units<'_>) -> bool {
    hay.part(0, prefix.length()) == prefix
}

fn ends_with(hay: Units<'_>, suffix: Units<'_>) -> bool {
    let start = hay.length().checked_sub(suffix.length());
    start.is_some_and(|start| hay.part(start, hay.length()) == suffix)
}
