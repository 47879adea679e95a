//! Upper and lower case.

use crate::object::python_version::Unicode;
use crate::object::str::{Case, CharProperties, PyStr, Units, map_case};

/// The capital letter whose lower case is another one at the end of a word.
const SIGMA: u32 = 0x3a3;
const SMALL_SIGMA: u32 = 0x3c3;
const FINAL_SIGMA: u32 = 0x3c2;

impl PyStr {
    /// `self.lower()`. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// let text = PyStr::from("\u{3a3}\u{1f48}\u{3a6}\u{39f}\u{3a3}");
    /// let lower = "\u{3c3}\u{1f40}\u{3c6}\u{3bf}\u{3c2}"; // Another sigma at the end.
    /// assert_eq!(text.lower(Unicode::LATEST), lower);
    /// ```
    #[must_use]
    pub fn lower(&self, unicode: Unicode) -> PyStr {
        if let Units::One(units) = self.units() {
            return PyStr::from_vec1(units.iter().map(|&unit| lower_latin1(unit)).collect());
        }
        self.mapped(|mapped, index, point| self.add_lower(mapped, index, point, unicode))
    }

    /// `self.upper()`. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert_eq!(PyStr::from("stra\u{df}e").upper(Unicode::LATEST), "STRASSE");
    /// ```
    #[must_use]
    pub fn upper(&self, unicode: Unicode) -> PyStr {
        if let Units::One(units) = self.units()
            && units.is_ascii()
        {
            return PyStr::from_vec1(units.to_ascii_uppercase());
        }
        self.mapped(|mapped, _, point| add(mapped, Case::Upper, point, unicode))
    }

    /// `self.casefold()`: for comparing without regard to case. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert_eq!(PyStr::from("Stra\u{df}e").casefold(Unicode::LATEST), "strasse");
    /// ```
    #[must_use]
    pub fn casefold(&self, unicode: Unicode) -> PyStr {
        if let Units::One(units) = self.units()
            && units.is_ascii()
        {
            return PyStr::from_vec1(units.to_ascii_lowercase());
        }
        self.mapped(|mapped, _, point| add(mapped, Case::Folded, point, unicode))
    }

    /// `self.capitalize()`: the first character in title case, the others in lower case. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert_eq!(PyStr::from("\u{fb01}ne LINE").capitalize(Unicode::LATEST), "Fine line");
    /// ```
    #[must_use]
    pub fn capitalize(&self, unicode: Unicode) -> PyStr {
        self.mapped(|mapped, index, point| match index {
            0 => add(mapped, Case::Title, point, unicode),
            _ => self.add_lower(mapped, index, point, unicode),
        })
    }

    /// `self.title()`: the first letter of each word in title case, the others in lower case. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert_eq!(PyStr::from("it's a HEDGE").title(Unicode::LATEST), "It'S A Hedge");
    /// ```
    #[must_use]
    pub fn title(&self, unicode: Unicode) -> PyStr {
        let mut is_in_word = false;
        self.mapped(|mapped, index, point| {
            if is_in_word {
                self.add_lower(mapped, index, point, unicode);
            } else {
                add(mapped, Case::Title, point, unicode);
            }
            is_in_word = CharProperties::of(point, unicode).is_cased();
        })
    }

    /// `self.swapcase()`. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert_eq!(PyStr::from("Hedge\u{df}").swapcase(Unicode::LATEST), "hEDGESS");
    /// ```
    #[must_use]
    pub fn swapcase(&self, unicode: Unicode) -> PyStr {
        self.mapped(|mapped, index, point| {
            let properties = CharProperties::of(point, unicode);
            if properties.is_upper() {
                self.add_lower(mapped, index, point, unicode);
            } else if properties.is_lower() {
                add(mapped, Case::Upper, point, unicode);
            } else {
                mapped.push(point);
            }
        })
    }

    /// The str of what is added for each code point and its index.
    fn mapped(&self, mut add: impl FnMut(&mut Vec<u32>, usize, u32)) -> PyStr {
        let mut mapped = Vec::with_capacity(self.length());
        self.chars().enumerate().for_each(|(index, point)| add(&mut mapped, index, point));
        PyStr::from_vec4(mapped)
    }

    /// Adds the lower case of the code point at an index.
    fn add_lower(&self, mapped: &mut Vec<u32>, index: usize, point: u32, unicode: Unicode) {
        if point != SIGMA {
            return add(mapped, Case::Lower, point, unicode);
        }
        mapped.push(if self.ends_word(index, unicode) { FINAL_SIGMA } else { SMALL_SIGMA });
    }

    /// Whether there is a letter before this index and none after it, ignoring such as apostrophes:
    /// "Final_Sigma" in chapter 3 of the Unicode standard.
    fn ends_word(&self, index: usize, unicode: Unicode) -> bool {
        let of = |point| CharProperties::of(point, unicode);
        let counts = |one: &CharProperties| !one.is_ignorable();
        let before = self.units().part(0, index).iter().rev().map(of).find(counts);
        let after = self.units().part(index + 1, self.length()).iter().map(of).find(counts);
        before.is_some_and(|one| one.is_cased()) && !after.is_some_and(|one| one.is_cased())
    }
}

#[inline]
fn add(mapped: &mut Vec<u32>, case: Case, point: u32, unicode: Unicode) {
    map_case(case, point, unicode, |point| mapped.push(point));
}

/// The lower case of a code point up to U+00FF is another one, in all versions of Unicode.
fn lower_latin1(unit: u8) -> u8 {
    match unit {
        b'A'..=b'Z' | 0xc0..=0xd6 | 0xd8..=0xde => unit + 0x20,
        _ => unit,
    }
}
