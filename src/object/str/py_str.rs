//! The type `str` itself.

use std::array;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::buffer::Buffer;
use super::quote::quote_str;
use super::units::{CodePoints, Kind, Unit, Units, each_kind};
use crate::object::hash_policy::StrHash;
use crate::object::python_version::Unicode;

/// An immutable `str` in 16 bytes: its text, or a counted reference to the text and its hash.
///
/// | operation | cost |
/// | --- | --- |
/// | [`length`](PyStr::length), [`get`](PyStr::get), [`kind`](PyStr::kind) | O(1) |
/// | [`hash`](PyStr::hash) | O(n) once, for the policy that asks first |
/// | conversions, slices, `concat`, `replace`, `split` and the like | O(n), a new str each |
/// | [`find`](PyStr::find) and the like | O(n), no allocation for most needles |
///
/// What a method makes, as [`split`](PyStr::split) does, stands in the 16 bytes if its
/// [`size`](PyStr::size) is at most 14 (12 for code points of 4 bytes). It takes no allocation, and
/// computes its hash at each call. Every other str refers to 48 bytes more and its size, in one
/// allocation, or to 64 if the size is 1,024 or more.
///
/// `==` and the order compare code points, as in Python. `Display` prints lone surrogates as
/// U+FFFD. `Debug` prints Python's `repr`.
///
/// ```
/// use hedgerow::object::{Kind, PyStr};
///
/// let text = PyStr::from("caf\u{e9} \u{1f40d}");
/// assert_eq!((text.length(), text.kind(), text.get(5)), (6, Kind::Four, Some(0x1f40d)));
/// let halves = PyStr::from_code_points([0xd83d, 0xdc0d])?;
/// assert_eq!((halves.length(), format!("{halves:?}")), (2, r"'\ud83d\udc0d'".to_string()));
/// assert_ne!(halves, PyStr::from("\u{1f40d}"));
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone)]
pub struct PyStr(Buffer);

impl PyStr {
    /// A str of code points up to U+00FF, one in each byte. O(n).
    #[must_use]
    pub fn from_latin1(units: &[u8]) -> Self {
        if units.is_empty() {
            return PyStr(Buffer::one(units));
        }
        PyStr(Buffer::shared_one(units))
    }

    /// How many bytes each code point takes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.units().kind()
    }

    /// The number of code points: Python's `len`.
    #[must_use]
    pub fn length(&self) -> usize {
        self.units().length()
    }

    /// The number of bytes that all code points take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.length() * self.kind().width()
    }

    /// Whether there are no code points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length() == 0
    }

    /// The code point at an index, counted from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<u32> {
        self.units().get(index)
    }

    /// The code points.
    #[must_use]
    pub fn chars(&self) -> CodePoints<'_> {
        self.units().iter()
    }

    /// The code points as they are stored.
    #[inline]
    #[must_use]
    pub fn units(&self) -> Units<'_> {
        self.0.units()
    }

    /// The hash, computed once for the policy that asks first. Any other policy computes it at each
    /// call, and so does a str without an allocation.
    #[inline]
    #[must_use]
    pub fn hash(&self, policy: &StrHash) -> i64 {
        let compute = || match self.units() {
            Units::One(units) => policy.of_units1(units),
            Units::Two(units) => policy.of_units2(units),
            Units::Four(units) => policy.of_units4(units),
        };
        match self.0.cache() {
            Some(cache) => cache.get_or(policy, compute),
            None => compute(),
        }
    }

    /// Whether both are the same object: Python's `is`. Two strs without an allocation are if they
    /// are equal.
    #[inline]
    #[must_use]
    pub fn is(&self, other: &PyStr) -> bool {
        self.0.is(&other.0)
    }

    /// A str of code points, which may be stored wider than they need. It remembers its hash.
    pub(in crate::object) fn from_units(units: Units<'_>) -> Self {
        match (units, units.narrowest()) {
            (Units::One(units), _) => PyStr::from_latin1(units),
            (Units::Two(units), Kind::Two) => PyStr(Buffer::shared_two(units)),
            (Units::Four(units), Kind::Four) => PyStr(Buffer::shared_four(units)),
            (_, Kind::One) => {
                let units: Vec<u8> = units.iter().map(|point| point as u8).collect();
                PyStr::from_latin1(&units)
            }
            _ => {
                let units: Vec<u16> = units.iter().map(|point| point as u16).collect();
                PyStr(Buffer::shared_two(&units))
            }
        }
    }

    /// Writes the code points, which the units of `whole` can hold, from `start` on. It says where
    /// they end. What is behind them may change.
    #[inline]
    pub(in crate::object) fn write<T: Unit>(&self, whole: &mut [T], start: usize) -> usize {
        self.0.write(whole, start)
    }

    /// What a method made, of code points up to U+00FF.
    pub(in crate::object) fn from_vec1(units: Vec<u8>) -> Self {
        PyStr(Buffer::of_vec1(units))
    }

    /// What a method made, of code points that may be stored wider than they need.
    pub(in crate::object) fn from_vec2(units: Vec<u16>) -> Self {
        match Units::Two(&units).narrowest() {
            Kind::Two => PyStr(Buffer::of_vec2(units)),
            _ => Cut::cut(&units, 0..units.len()),
        }
    }

    /// What a method made, of code points that may be stored wider than they need.
    pub(in crate::object) fn from_vec4(units: Vec<u32>) -> Self {
        match Units::Four(&units).narrowest() {
            Kind::Four => PyStr(Buffer::of_vec4(units)),
            _ => Cut::cut(&units, 0..units.len()),
        }
    }
}

/// Units that a str is made of.
pub(in crate::object) trait Cut: Unit {
    /// The str of the units of this range. They may be wider than it needs.
    fn cut(units: &[Self], range: Range<usize>) -> PyStr;

    /// The str of all units, none of which may be wider than it needs.
    fn keep(units: Vec<Self>) -> PyStr;
}

impl Cut for u8 {
    #[inline]
    fn cut(units: &[u8], range: Range<usize>) -> PyStr {
        PyStr(Buffer::cut_one(units, range))
    }

    fn keep(units: Vec<u8>) -> PyStr {
        PyStr(Buffer::of_vec1(units))
    }
}

impl Cut for u16 {
    #[inline]
    fn cut(units: &[u16], range: Range<usize>) -> PyStr {
        // As in `Buffer::cut_one`, the same units are looked at, whatever the length is.
        match units[range.start..].first_chunk::<8>() {
            Some(window) if range.len() < window.len() => {
                let limit = range.len() as u16;
                let kept: [u16; 8] =
                    array::from_fn(|index| if (index as u16) < limit { window[index] } else { 0 });
                if Units::Two(&kept).narrowest() == Kind::Two {
                    return PyStr(Buffer::two_of(&kept, range.len()));
                }
                let mut narrow = [0; 16];
                narrow.iter_mut().zip(kept).for_each(|(to, unit)| *to = unit as u8);
                PyStr(Buffer::cut_one(&narrow, 0..range.len()))
            }
            _ => part_of_two(&units[range]),
        }
    }

    fn keep(units: Vec<u16>) -> PyStr {
        PyStr(Buffer::of_vec2(units))
    }
}

impl Cut for u32 {
    fn cut(units: &[u32], range: Range<usize>) -> PyStr {
        let units = &units[range];
        match Units::Four(units).narrowest() {
            Kind::One => PyStr::from_vec1(units.iter().map(|&unit| unit as u8).collect()),
            Kind::Two => PyStr(Buffer::of_vec2(units.iter().map(|&unit| unit as u16).collect())),
            Kind::Four => PyStr(Buffer::four(units)),
        }
    }

    fn keep(units: Vec<u32>) -> PyStr {
        PyStr(Buffer::of_vec4(units))
    }
}

fn part_of_two(units: &[u16]) -> PyStr {
    match Units::Two(units).narrowest() {
        Kind::One => PyStr::from_vec1(units.iter().map(|&unit| unit as u8).collect()),
        _ => PyStr(Buffer::two(units)),
    }
}

impl From<&str> for PyStr {
    fn from(text: &str) -> Self {
        if text.is_ascii() {
            return PyStr::from_latin1(text.as_bytes());
        }
        let points = text.chars().map(u32::from);
        match Kind::of_utf8(text) {
            Kind::One => PyStr::from_latin1(&points.map(|point| point as u8).collect::<Vec<u8>>()),
            Kind::Two => {
                let units: Vec<u16> = points.map(|point| point as u16).collect();
                PyStr(Buffer::shared_two(&units))
            }
            Kind::Four => PyStr(Buffer::shared_four(&points.collect::<Vec<u32>>())),
        }
    }
}

impl PartialEq for PyStr {
    #[inline]
    fn eq(&self, other: &PyStr) -> bool {
        self.0.same_text(&other.0)
    }
}

impl Eq for PyStr {}

impl PartialOrd for PyStr {
    fn partial_cmp(&self, other: &PyStr) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PyStr {
    fn cmp(&self, other: &PyStr) -> Ordering {
        match (self.units(), other.units()) {
            (Units::One(a), Units::One(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }
}

impl Hash for PyStr {
    /// For Rust's maps. Python's hash is [`PyStr::hash`].
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal strs have the same kind.
        each_kind!(self.units(), units => units.hash(state));
    }
}

impl fmt::Debug for PyStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        quote_str(&mut text, self.chars(), Unicode::LATEST);
        f.write_str(&text)
    }
}

impl fmt::Display for PyStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self
            .chars()
            .map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        f.pad(&text)
    }
}
