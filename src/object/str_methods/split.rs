//! Taking a str apart.

use super::find::{self, FindUnit, all, rfind_all};
use super::marks::{Edges, Marks};
use super::white_space::{White, is_space};
use crate::object::str::{PyStr, Text, each_kind};
use crate::object::value::ObjectError;

impl PyStr {
    /// `self.partition(separator)`: the part before the first separator, the separator, and the
    /// part behind it. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let [name, equals, value] = PyStr::from("key=a=b").partition("=")?;
    /// assert!(name == "key" && equals == "=" && value == "a=b");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`]: "empty separator".
    pub fn partition(&self, separator: &(impl Text + ?Sized)) -> Result<[PyStr; 3], ObjectError> {
        let separator = not_empty(separator)?;
        Ok(match find::find(self.units(), separator.units()) {
            Some(index) => self.around(index, separator),
            None => [self.clone(), PyStr::from(""), PyStr::from("")],
        })
    }

    /// `self.rpartition(separator)`: [`partition`](PyStr::partition) at the last one. O(n).
    ///
    /// # Errors
    ///
    /// As [`partition`](PyStr::partition).
    pub fn rpartition(&self, separator: &(impl Text + ?Sized)) -> Result<[PyStr; 3], ObjectError> {
        let separator = not_empty(separator)?;
        Ok(match find::rfind(self.units(), separator.units()) {
            Some(index) => self.around(index, separator),
            None => [PyStr::from(""), PyStr::from(""), self.clone()],
        })
    }

    /// `self.split(separator, most)`; without a limit for `None`. O(n).
    ///
    /// # Errors
    ///
    /// As [`partition`](PyStr::partition).
    pub fn split(
        &self,
        separator: &(impl Text + ?Sized),
        most: Option<usize>,
    ) -> Result<Vec<PyStr>, ObjectError> {
        let separator = not_empty(separator)?;
        let most = most.unwrap_or(usize::MAX);
        Ok(each_kind!(self.units(), units => self.split_units(units, &separator, most)))
    }

    /// `self.rsplit(separator, most)`: splits from the right. O(n).
    ///
    /// # Errors
    ///
    /// As [`partition`](PyStr::partition).
    pub fn rsplit(
        &self,
        separator: &(impl Text + ?Sized),
        most: Option<usize>,
    ) -> Result<Vec<PyStr>, ObjectError> {
        let separator = not_empty(separator)?;
        let indices = rfind_all(self.units(), separator.units(), most.unwrap_or(usize::MAX));
        let (mut parts, mut start) = (Vec::with_capacity(indices.len() + 1), 0);
        for index in indices.into_iter().rev() {
            parts.push(self.part(start, index));
            start = index + separator.length();
        }
        parts.push(self.part(start, self.length()));
        Ok(parts)
    }

    /// `self.split(None, most)`: the words between runs of white space. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let words = PyStr::from(" a\u{2003}b  c ").split_whitespace(Some(1));
    /// assert!(words[0] == "a" && words[1] == "b  c ");
    /// ```
    #[must_use]
    pub fn split_whitespace(&self, most: Option<usize>) -> Vec<PyStr> {
        let most = most.unwrap_or(usize::MAX);
        each_kind!(self.units(), units => self.words(units, most))
    }

    /// `self.rsplit(None, most)`: as [`split_whitespace`](PyStr::split_whitespace), from the right.
    /// O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let words = PyStr::from(" a\u{2003}b  c ").rsplit_whitespace(Some(1));
    /// assert!(words[0] == " a\u{2003}b" && words[1] == "c");
    /// ```
    #[must_use]
    pub fn rsplit_whitespace(&self, most: Option<usize>) -> Vec<PyStr> {
        let mut words = Vec::new();
        let mut points = self.chars().enumerate().rev();
        while let Some((last, _)) = points.by_ref().find(|&(_, point)| !is_space(point)) {
            if most.is_some_and(|most| words.len() >= most) {
                words.push(self.part(0, last + 1));
                break;
            }
            let before = points.by_ref().find(|&(_, point)| is_space(point));
            words.push(self.part(before.map_or(0, |(index, _)| index + 1), last + 1));
        }
        words.reverse();
        words
    }

    /// `self.splitlines(keep_ends)`. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let lines = PyStr::from("a\r\n\nb\u{2028}").splitlines(true);
    /// assert!(lines.iter().eq(&["a\r\n", "\n", "b\u{2028}"]));
    /// ```
    #[must_use]
    pub fn splitlines(&self, keep_ends: bool) -> Vec<PyStr> {
        each_kind!(self.units(), units => self.lines(units, keep_ends))
    }

    /// The parts of the units of this str.
    fn split_units<T: FindUnit>(&self, units: &[T], separator: &PyStr, most: usize) -> Vec<PyStr> {
        let (mut parts, mut start) = (Vec::new(), 0);
        if separator.length() == 1 {
            // A separator of no such unit is not there.
            let separator = separator.get(0).and_then(|point| T::try_from(point).ok());
            for end in separator.into_iter().flat_map(|unit| all(units, unit)).take(most) {
                parts.push(T::cut(units, start..end));
                start = end + 1;
            }
        } else {
            find::for_each(self.units(), separator.units(), most, |end| {
                parts.push(T::cut(units, start..end));
                start = end + separator.length();
            });
        }
        if parts.is_empty() {
            return vec![self.clone()];
        }
        parts.push(T::cut(units, start..units.len()));
        parts
    }

    /// The words of the units of this str.
    fn words<T: White>(&self, units: &[T], most: usize) -> Vec<PyStr> {
        let mut words = Vec::new();
        let mut edges = Edges::new(units, |unit: T| !unit.is_space());
        while let Some(start) = edges.next().filter(|&start| start < units.len()) {
            let end = match edges.next() {
                Some(end) if words.len() < most => end,
                // The last word is the rest, with the white space at its end.
                _ => units.len(),
            };
            if end - start == units.len() {
                return vec![self.clone()];
            }
            words.push(T::cut(units, start..end));
            if words.len() > most {
                break;
            }
        }
        words
    }

    /// The lines of the units of this str.
    fn lines<T: White>(&self, units: &[T], keep_ends: bool) -> Vec<PyStr> {
        let (mut lines, mut start) = (Vec::new(), 0);
        let ends = Marks::new(units, T::is_line_end, |_| Some(0));
        for end in ends {
            // The second half of an end of two.
            if end < start {
                continue;
            }
            let next = match units[end..] {
                [first, second, ..] if (first.into(), second.into()) == (0x0d, 0x0a) => end + 2,
                _ => end + 1,
            };
            if keep_ends && next - start == units.len() {
                return vec![self.clone()];
            }
            lines.push(T::cut(units, start..if keep_ends { next } else { end }));
            start = next;
        }
        match start {
            0 if !units.is_empty() => return vec![self.clone()],
            _ if start < units.len() => lines.push(T::cut(units, start..units.len())),
            _ => {}
        }
        lines
    }

    fn around(&self, index: usize, separator: PyStr) -> [PyStr; 3] {
        let end = index + separator.length();
        [self.part(0, index), separator, self.part(end, self.length())]
    }
}

fn not_empty(separator: &(impl Text + ?Sized)) -> Result<PyStr, ObjectError> {
    let separator = separator.to_py_str();
    if separator.is_empty() {
        return Err(ObjectError::Value("empty separator".to_string()));
    }
    Ok(separator)
}
