//! What all characters of a str are. Python's answers for an empty str are False, but for
//! `isascii` and `isprintable`.

use super::white_space::is_space;
use crate::object::python_version::Unicode;
use crate::object::str::{CharProperties, PyStr, Units, is_printable};

impl PyStr {
    /// `self.isascii()`. O(n).
    #[must_use]
    pub fn isascii(&self) -> bool {
        matches!(self.units(), Units::One(units) if units.is_ascii())
    }

    /// `self.isspace()`. O(n).
    #[must_use]
    pub fn isspace(&self) -> bool {
        !self.is_empty() && self.chars().all(is_space)
    }

    /// `self.isprintable()`: whether `repr` escapes nothing, but for quotes and backslashes. O(n).
    #[must_use]
    pub fn isprintable(&self, unicode: Unicode) -> bool {
        self.chars().all(|point| is_printable(point, unicode))
    }

    /// `self.isalpha()`: letters. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert!(PyStr::from("h\u{e9}dge").isalpha(Unicode::LATEST));
    /// assert!(!PyStr::from("hedge 2").isalpha(Unicode::LATEST));
    /// // This letter is new in Unicode 16, and so in CPython 3.14.
    /// let new = PyStr::from("\u{a7da}");
    /// assert!(new.isalpha(Unicode::V16_0) && !new.isalpha(Unicode::V15_1));
    /// ```
    #[must_use]
    pub fn isalpha(&self, unicode: Unicode) -> bool {
        self.each_is(unicode, CharProperties::is_alpha)
    }

    /// `self.isalnum()`: letters and what is numeric. O(n).
    #[must_use]
    pub fn isalnum(&self, unicode: Unicode) -> bool {
        self.each_is(unicode, CharProperties::is_alnum)
    }

    /// `self.isdecimal()`: digits of decimal numbers. O(n).
    #[must_use]
    pub fn isdecimal(&self, unicode: Unicode) -> bool {
        self.each_is(unicode, CharProperties::is_decimal)
    }

    /// `self.isdigit()`: digits, superscripts among them. O(n).
    #[must_use]
    pub fn isdigit(&self, unicode: Unicode) -> bool {
        self.each_is(unicode, CharProperties::is_digit)
    }

    /// `self.isnumeric()`: numbers, fractions among them. O(n).
    #[must_use]
    pub fn isnumeric(&self, unicode: Unicode) -> bool {
        self.each_is(unicode, CharProperties::is_numeric)
    }

    /// `self.isidentifier()`: whether it can be a name. Keywords are identifiers. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert!(PyStr::from("_h\u{e9}dge2").isidentifier(Unicode::LATEST));
    /// assert!(!PyStr::from("2nd").isidentifier(Unicode::LATEST));
    /// ```
    #[must_use]
    pub fn isidentifier(&self, unicode: Unicode) -> bool {
        let mut points = self.chars();
        let starts = points.next().is_some_and(|point| {
            point == u32::from('_') || CharProperties::of(point, unicode).may_start_identifier()
        });
        starts && points.all(|point| CharProperties::of(point, unicode).may_continue_identifier())
    }

    /// `self.islower()`: something in lower case, and nothing in upper or title case. O(n).
    #[must_use]
    pub fn islower(&self, unicode: Unicode) -> bool {
        let mut properties = self.properties(unicode);
        let mut has_lower = false;
        properties.all(|one| {
            has_lower |= one.is_lower();
            !one.is_upper() && !one.is_title()
        }) && has_lower
    }

    /// `self.isupper()`: something in upper case, and nothing in lower or title case. O(n).
    #[must_use]
    pub fn isupper(&self, unicode: Unicode) -> bool {
        let mut properties = self.properties(unicode);
        let mut has_upper = false;
        properties.all(|one| {
            has_upper |= one.is_upper();
            !one.is_lower() && !one.is_title()
        }) && has_upper
    }

    /// `self.istitle()`: there are words, and each begins in upper or title case and goes on in
    /// lower case. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Unicode};
    ///
    /// assert!(PyStr::from("It'S A Hedge").istitle(Unicode::LATEST));
    /// assert!(!PyStr::from("It's A Hedge").istitle(Unicode::LATEST));
    /// ```
    #[must_use]
    pub fn istitle(&self, unicode: Unicode) -> bool {
        let mut properties = self.properties(unicode);
        let (mut is_in_word, mut has_word) = (false, false);
        properties.all(|one| {
            let begins = one.is_upper() || one.is_title();
            let is_right = if begins { !is_in_word } else { !one.is_lower() || is_in_word };
            is_in_word = begins || one.is_lower();
            has_word |= is_in_word;
            is_right
        }) && has_word
    }

    fn each_is(&self, unicode: Unicode, is_so: impl Fn(CharProperties) -> bool) -> bool {
        !self.is_empty() && self.properties(unicode).all(is_so)
    }

    fn properties(&self, unicode: Unicode) -> impl Iterator<Item = CharProperties> {
        self.chars().map(move |point| CharProperties::of(point, unicode))
    }
}
