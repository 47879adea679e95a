//! Rust and UTF-16 text as keys: equal to the `str` of the same code points, with the same hash.

use super::py_str::PyStr;
use super::units::{Kind, Units};
use crate::object::hash_policy::StrHash;

/// Text in any encoding. It is hashed and compared with a [`PyStr`] without a copy.
///
/// ```
/// use hedgerow::object::{PyStr, StrHash, Text, Utf16};
///
/// let policy = StrHash::cpython(0);
/// let units: Vec<u16> = "caf\u{e9} \u{1f40d}".encode_utf16().collect();
/// let stored = PyStr::from("caf\u{e9} \u{1f40d}");
/// assert!("caf\u{e9} \u{1f40d}".same_text(&stored) && Utf16(&units).same_text(&stored));
/// assert_eq!("caf\u{e9} \u{1f40d}".text_hash(&policy), stored.hash(&policy));
/// assert_eq!(Utf16(&units).text_hash(&policy), stored.hash(&policy));
/// ```
pub trait Text {
    /// The code points. Making the iterator is O(1).
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_;

    /// The hash of the `PyStr` of the same code points. O(n).
    fn text_hash(&self, policy: &StrHash) -> i64 {
        let points = self.code_points();
        let greatest = points.clone().max().unwrap_or(0);
        policy.of_points(Kind::of_greatest(greatest).width() as u32, points)
    }

    /// Whether a `PyStr` has the same code points. O(n).
    fn same_text(&self, other: &PyStr) -> bool {
        self.code_points().eq(other.chars())
    }

    /// The `PyStr` of its code points. O(n), but O(1) for a `PyStr`.
    fn to_py_str(&self) -> PyStr;
}

/// Text in UTF-16, as in Java and JavaScript. A high surrogate before a low one is one character;
/// any other surrogate is a code point of its own.
#[derive(Clone, Copy, Debug)]
pub struct Utf16<'a>(pub &'a [u16]);

impl Text for str {
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.chars().map(u32::from)
    }

    fn text_hash(&self, policy: &StrHash) -> i64 {
        if self.is_ascii() {
            return policy.of_units1(self.as_bytes());
        }
        policy.of_points(Kind::of_utf8(self).width() as u32, self.code_points())
    }

    fn same_text(&self, other: &PyStr) -> bool {
        match other.units() {
            Units::One(units) if units.len() == self.len() => {
                units == self.as_bytes() && units.is_ascii()
            }
            // A character takes one to four bytes in UTF-8.
            units if self.len() < units.length() || self.len() / 4 > units.length() => false,
            units => self.code_points().eq(units.iter()),
        }
    }

    fn to_py_str(&self) -> PyStr {
        PyStr::from(self)
    }
}

impl Text for String {
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.as_str().code_points()
    }

    fn text_hash(&self, policy: &StrHash) -> i64 {
        self.as_str().text_hash(policy)
    }

    fn same_text(&self, other: &PyStr) -> bool {
        self.as_str().same_text(other)
    }

    fn to_py_str(&self) -> PyStr {
        PyStr::from(self.as_str())
    }
}

impl Text for Utf16<'_> {
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        char::decode_utf16(self.0.iter().copied()).map(|decoded| match decoded {
            Ok(char) => u32::from(char),
            Err(half) => u32::from(half.unpaired_surrogate()),
        })
    }

    fn same_text(&self, other: &PyStr) -> bool {
        match other.units() {
            // Without surrogates every unit is a code point.
            Units::Two(units) if !units.iter().any(|unit| (0xd800..0xe000).contains(unit)) => {
                self.0 == units
            }
            units => self.code_points().eq(units.iter()),
        }
    }

    fn to_py_str(&self) -> PyStr {
        PyStr::from_utf16(self.0)
    }
}

impl Text for PyStr {
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.chars()
    }

    fn text_hash(&self, policy: &StrHash) -> i64 {
        self.hash(policy)
    }

    fn same_text(&self, other: &PyStr) -> bool {
        self == other
    }

    fn to_py_str(&self) -> PyStr {
        self.clone()
    }
}

impl<T: Text + ?Sized> Text for &T {
    fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        (**self).code_points()
    }

    fn text_hash(&self, policy: &StrHash) -> i64 {
        (**self).text_hash(policy)
    }

    fn same_text(&self, other: &PyStr) -> bool {
        (**self).same_text(other)
    }

    fn to_py_str(&self) -> PyStr {
        (**self).to_py_str()
    }
}

impl PyStr {
    /// A str of UTF-16. A surrogate pair is one character, a lone surrogate a code point of its
    /// own. O(n).
    #[must_use]
    pub fn from_utf16(units: &[u16]) -> Self {
        if units.iter().any(|unit| (0xd800..0xdc00).contains(unit)) {
            let points: Vec<u32> = Utf16(units).code_points().collect();
            return PyStr::from_units(Units::Four(&points));
        }
        PyStr::from_units(Units::Two(units))
    }
}

impl PartialEq<str> for PyStr {
    fn eq(&self, other: &str) -> bool {
        other.same_text(self)
    }
}

impl PartialEq<PyStr> for str {
    fn eq(&self, other: &PyStr) -> bool {
        self.same_text(other)
    }
}

impl PartialEq<&str> for PyStr {
    fn eq(&self, other: &&str) -> bool {
        other.same_text(self)
    }
}

impl PartialEq<Utf16<'_>> for PyStr {
    fn eq(&self, other: &Utf16<'_>) -> bool {
        other.same_text(self)
    }
}

impl PartialEq<PyStr> for Utf16<'_> {
    fn eq(&self, other: &PyStr) -> bool {
        self.same_text(other)
    }
}
