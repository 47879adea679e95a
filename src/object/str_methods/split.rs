//! Taking a str apart, and replacing parts of it.

use super::search::{find_all, find_units, rfind_all, rfind_units};
use crate::object::str::{PyStr, Text, Units};
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
        Ok(match find_units(self.units(), separator.units()) {
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
        Ok(match rfind_units(self.units(), separator.units()) {
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
        let indices = find_all(self.units(), separator.units(), most.unwrap_or(usize::MAX));
        Ok(self.between(&indices, separator.length()))
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
        let mut indices = rfind_all(self.units(), separator.units(), most.unwrap_or(usize::MAX));
        indices.reverse();
        Ok(self.between(&indices, separator.length()))
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
        let mut words = Vec::new();
        let mut points = self.chars().enumerate().peekable();
        while let Some((start, _)) = points.by_ref().find(|&(_, point)| !is_space(point)) {
            if most.is_some_and(|most| words.len() >= most) {
                words.push(self.part(start, self.length()));
                break;
            }
            let end = points.by_ref().find(|&(_, point)| is_space(point));
            words.push(self.part(start, end.map_or(self.length(), |(end, _)| end)));
        }
        words
    }

    /// `self.replace(old, new, most)`; replaces all for `None`. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("hedge");
    /// assert_eq!(text.replace("e", "\u{eb}", None), "h\u{eb}dg\u{eb}");
    /// assert_eq!(text.replace("", "-", Some(2)), "-h-edge");
    /// ```
    pub fn replace(
        &self,
        old: &(impl Text + ?Sized),
        new: &(impl Text + ?Sized),
        most: Option<usize>,
    ) -> PyStr {
        let (old, new) = (old.to_py_str(), new.to_py_str());
        let indices = find_all(self.units(), old.units(), most.unwrap_or(usize::MAX));
        if indices.is_empty() {
            return self.clone();
        }
        let mut parts: Vec<Units<'_>> = Vec::with_capacity(2 * indices.len() + 1);
        let mut start = 0;
        for index in indices {
            parts.extend([self.units().part(start, index), new.units()]);
            start = index + old.length();
        }
        parts.push(self.units().part(start, self.length()));
        PyStr::join_units(&parts)
    }

    fn around(&self, index: usize, separator: PyStr) -> [PyStr; 3] {
        let end = index + separator.length();
        [self.part(0, index), separator, self.part(end, self.length())]
    }

    /// The parts between separators of the same length at these indices.
    fn between(&self, indices: &[usize], length: usize) -> Vec<PyStr> {
        let mut parts = Vec::with_capacity(indices.len() + 1);
        let mut start = 0;
        for &index in indices {
            parts.push(self.part(start, index));
            start = index + length;
        }
        parts.push(self.part(start, self.length()));
        parts
    }
}

fn not_empty(separator: &(impl Text + ?Sized)) -> Result<PyStr, ObjectError> {
    let separator = separator.to_py_str();
    if separator.is_empty() {
        return Err(ObjectError::Value("empty separator".to_string()));
    }
    Ok(separator)
}

/// `chr(point).isspace()`: bidirectional type WS, B or S, or category Zs.
fn is_space(point: u32) -> bool {
    matches!(
        point,
        0x09..=0x0d
            | 0x1c..=0x20
            | 0x85
            | 0xa0
            | 0x1680
            | 0x2000..=0x200a
            | 0x2028
            | 0x2029
            | 0x202f
            | 0x205f
            | 0x3000
    )
}
