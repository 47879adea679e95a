//! Removing code points from the ends of a str.

use super::white_space::is_space;
use crate::object::str::{PyStr, Text};

/// Up to how many code points are looked for one after the other.
const FEW: usize = 8;

impl PyStr {
    /// `self.strip()`: without white space at both ends. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("\u{2003} hedge\n");
    /// assert_eq!(text.strip(), "hedge");
    /// assert_eq!(text.rstrip(), "\u{2003} hedge");
    /// assert_eq!(text.strip_chars("\n\u{2003} e"), "hedg");
    /// ```
    #[must_use]
    pub fn strip(&self) -> PyStr {
        self.without(true, true, is_space)
    }

    /// `self.lstrip()`: without white space at the start. O(n).
    #[must_use]
    pub fn lstrip(&self) -> PyStr {
        self.without(true, false, is_space)
    }

    /// `self.rstrip()`: without white space at the end. O(n).
    #[must_use]
    pub fn rstrip(&self) -> PyStr {
        self.without(false, true, is_space)
    }

    /// `self.strip(chars)`: without code points of `chars` at both ends. O(n log m) for m of them.
    #[must_use]
    pub fn strip_chars(&self, chars: &(impl Text + ?Sized)) -> PyStr {
        self.without_chars(true, true, chars)
    }

    /// `self.lstrip(chars)`: without code points of `chars` at the start. O(n log m).
    #[must_use]
    pub fn lstrip_chars(&self, chars: &(impl Text + ?Sized)) -> PyStr {
        self.without_chars(true, false, chars)
    }

    /// `self.rstrip(chars)`: without code points of `chars` at the end. O(n log m).
    #[must_use]
    pub fn rstrip_chars(&self, chars: &(impl Text + ?Sized)) -> PyStr {
        self.without_chars(false, true, chars)
    }

    fn without_chars(&self, left: bool, right: bool, chars: &(impl Text + ?Sized)) -> PyStr {
        let mut chars: Vec<u32> = chars.code_points().collect();
        if chars.len() <= FEW {
            return self.without(left, right, |point| chars.contains(&point));
        }
        chars.sort_unstable();
        self.without(left, right, |point| chars.binary_search(&point).is_ok())
    }

    fn without(&self, left: bool, right: bool, is_removed: impl Fn(u32) -> bool) -> PyStr {
        let mut start = 0;
        if left {
            start = self.chars().take_while(|&point| is_removed(point)).count();
        }
        let mut end = self.length();
        if right && start < end {
            end -= self.chars().rev().take_while(|&point| is_removed(point)).count();
        }
        self.part(start, end)
    }
}
