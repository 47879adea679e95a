//! The type `str` itself.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::quote::quote_str;
use super::units::{CodePoints, Kind, Units, each_kind};
use crate::object::hash_policy::{HashCache, StrHash};
use crate::object::python_version::Unicode;

/// Up to this many code points of 1, 2 or 4 bytes are kept in the object itself, without an
/// allocation of their own.
const SHORT: usize = 30;
const SHORT_TWO: usize = 15;
const SHORT_FOUR: usize = 7;

/// An immutable `str`: a counted reference of 8 bytes, which remembers its hash.
///
/// | operation | cost |
/// | --- | --- |
/// | [`length`](PyStr::length), [`get`](PyStr::get), [`kind`](PyStr::kind) | O(1) |
/// | [`hash`](PyStr::hash) | O(n) once, for the policy that asks first |
/// | conversions, slices, `concat`, `replace`, `split` and the like | O(n), a new str each |
/// | [`find`](PyStr::find) and the like | O(n), no allocation for most needles |
///
/// It takes 88 bytes, and its [`size`](PyStr::size) unless that is at most 30 (28 for code points
/// of 4 bytes).
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
pub struct PyStr(Arc<Inner>);

struct Inner {
    buffer: Buffer,
    cache: HashCache,
}

enum Buffer {
    Short { length: u8, units: [u8; SHORT] },
    ShortTwo { length: u8, units: [u16; SHORT_TWO] },
    ShortFour { length: u8, units: [u32; SHORT_FOUR] },
    One(Box<[u8]>),
    Two(Box<[u16]>),
    Four(Box<[u32]>),
}

impl PyStr {
    /// A str of code points up to U+00FF, one in each byte. O(n).
    #[must_use]
    pub fn from_latin1(units: &[u8]) -> Self {
        if units.len() > SHORT {
            return PyStr::of(Buffer::One(units.into()));
        }
        let mut short = [0; SHORT];
        short[..units.len()].copy_from_slice(units);
        PyStr::of(Buffer::Short { length: units.len() as u8, units: short })
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
        match &self.0.buffer {
            Buffer::Short { length, units } => Units::One(&units[..usize::from(*length)]),
            Buffer::ShortTwo { length, units } => Units::Two(&units[..usize::from(*length)]),
            Buffer::ShortFour { length, units } => Units::Four(&units[..usize::from(*length)]),
            Buffer::One(units) => Units::One(units),
            Buffer::Two(units) => Units::Two(units),
            Buffer::Four(units) => Units::Four(units),
        }
    }

    /// The hash, computed once for the policy that asks first. Any other policy computes it at each
    /// call.
    #[inline]
    #[must_use]
    pub fn hash(&self, policy: &StrHash) -> i64 {
        self.0.cache.get_or(policy, || match self.units() {
            Units::One(units) => policy.of_units1(units),
            Units::Two(units) => policy.of_units2(units),
            Units::Four(units) => policy.of_units4(units),
        })
    }

    /// Whether both are the same object: Python's `is`.
    #[inline]
    #[must_use]
    pub fn is(&self, other: &PyStr) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A str of code points, which may be stored wider than they need.
    pub(in crate::object) fn from_units(units: Units<'_>) -> Self {
        let Units::One(units) = units else {
            return match (units, Kind::of_greatest(units.greatest())) {
                (Units::Two(units), Kind::Two | Kind::Four) => PyStr::of_two(Cow::Borrowed(units)),
                (Units::Four(units), Kind::Four) => PyStr::of_four(Cow::Borrowed(units)),
                (_, kind) => PyStr::narrowed(units, kind),
            };
        };
        PyStr::from_latin1(units)
    }

    /// [`from_latin1`](PyStr::from_latin1) without a copy, if there is no room to spare.
    pub(in crate::object) fn from_vec1(units: Vec<u8>) -> Self {
        if units.len() > SHORT {
            return PyStr::of(Buffer::One(units.into()));
        }
        PyStr::from_latin1(&units)
    }

    /// [`from_units`](PyStr::from_units) without a copy, if they need 2 bytes and there is no room
    /// to spare.
    pub(in crate::object) fn from_vec2(units: Vec<u16>) -> Self {
        match Kind::of_greatest(Units::Two(&units).greatest()) {
            Kind::One => PyStr::narrowed(Units::Two(&units), Kind::One),
            _ => PyStr::of_two(Cow::Owned(units)),
        }
    }

    /// [`from_units`](PyStr::from_units) without a copy, if they need 4 bytes and there is no room
    /// to spare.
    pub(in crate::object) fn from_vec4(units: Vec<u32>) -> Self {
        match Kind::of_greatest(Units::Four(&units).greatest()) {
            Kind::Four => PyStr::of_four(Cow::Owned(units)),
            kind => PyStr::narrowed(Units::Four(&units), kind),
        }
    }

    /// A str of units that are wider than its kind.
    fn narrowed(units: Units<'_>, kind: Kind) -> Self {
        match (units, kind) {
            (Units::Two(units), Kind::One) => {
                PyStr::from_vec1(units.iter().map(|&unit| unit as u8).collect())
            }
            (_, Kind::One) => PyStr::from_vec1(units.iter().map(|point| point as u8).collect()),
            (_, Kind::Two) => PyStr::of_two(units.iter().map(|point| point as u16).collect()),
            (_, Kind::Four) => PyStr::of_four(units.iter().collect()),
        }
    }

    /// A str whose greatest code point needs 2 bytes.
    fn of_two(units: Cow<'_, [u16]>) -> Self {
        if units.len() > SHORT_TWO {
            return PyStr::of(Buffer::Two(units.into()));
        }
        let mut short = [0; SHORT_TWO];
        short[..units.len()].copy_from_slice(&units);
        PyStr::of(Buffer::ShortTwo { length: units.len() as u8, units: short })
    }

    /// A str whose greatest code point needs 4 bytes.
    fn of_four(units: Cow<'_, [u32]>) -> Self {
        if units.len() > SHORT_FOUR {
            return PyStr::of(Buffer::Four(units.into()));
        }
        let mut short = [0; SHORT_FOUR];
        short[..units.len()].copy_from_slice(&units);
        PyStr::of(Buffer::ShortFour { length: units.len() as u8, units: short })
    }

    fn of(buffer: Buffer) -> Self {
        PyStr(Arc::new(Inner { buffer, cache: HashCache::default() }))
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
            Kind::Two => PyStr::of_two(points.map(|point| point as u16).collect()),
            Kind::Four => PyStr::of_four(points.collect()),
        }
    }
}

impl PartialEq for PyStr {
    #[inline]
    fn eq(&self, other: &PyStr) -> bool {
        self.is(other) || self.units() == other.units()
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
