//! Putting strs together.

use super::find;
use crate::object::room::TryPush;
use crate::object::str::{Cut, Kind, PyStr, Text, Units};
use crate::object::value::{ObjectError, Value};

impl PyStr {
    /// `self + other`. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let high = PyStr::from_code_points([0xd83d])?;
    /// let both = high.concat(&PyStr::from_code_points([0xdc0d])?);
    /// assert_eq!(both.length(), 2, "the surrogates are not merged");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn concat(&self, other: &(impl Text + ?Sized)) -> PyStr {
        let other = other.to_py_str();
        match (self.is_empty(), other.is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other,
            _ => join_units(&[self.units(), other.units()]),
        }
    }

    /// `self.join(parts)`: the parts with this str between them. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let parts = ["a", "b", "\u{e9}"].map(PyStr::from);
    /// assert_eq!(PyStr::from(", ").join(&parts), "a, b, \u{e9}");
    /// ```
    #[must_use]
    pub fn join<'a>(&self, parts: impl IntoIterator<Item = &'a PyStr>) -> PyStr {
        let parts: Vec<&PyStr> = parts.into_iter().collect();
        if let [only] = parts[..] {
            return only.clone();
        }
        self.between(&parts)
    }

    /// `self.join(values)`, of values that have to be strs. O(n).
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Value};
    ///
    /// let refused = PyStr::from("").join_values(&[Value::from("a"), Value::from(1)]);
    /// let words = "sequence item 1: expected str instance, int found";
    /// assert_eq!(refused.unwrap_err().to_string(), words);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`], which names the first value that is no str.
    pub fn join_values<'a>(
        &self,
        values: impl IntoIterator<Item = &'a Value>,
    ) -> Result<PyStr, ObjectError> {
        let strs = values.into_iter().enumerate().map(|(index, value)| match value {
            Value::Str(part) => Ok(part),
            other => Err(ObjectError::Type(format!(
                "sequence item {index}: expected str instance, {} found",
                other.type_name()
            ))),
        });
        Ok(self.join(strs.collect::<Result<Vec<&PyStr>, ObjectError>>()?))
    }

    /// `self * count`. O(n).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// assert_eq!(PyStr::from("ab").repeat(3)?, "ababab");
    /// assert_eq!(PyStr::from("ab").repeat(-1)?, "");
    /// assert!(PyStr::from("ab").repeat(i64::MAX).is_err());
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Overflow`] for more code points than an `isize` counts. In Python it is a
    /// MemoryError if there is no room, and here [`ObjectError::Store`] with
    /// [`Error::Allocation`](crate::Error::Allocation).
    pub fn repeat(&self, count: i64) -> Result<PyStr, ObjectError> {
        let count = usize::try_from(count).unwrap_or(0);
        let length = self.length().checked_mul(count);
        if length.is_none_or(|length| isize::try_from(length).is_err()) {
            return Err(ObjectError::Overflow("repeated string is too long".to_string()));
        }
        Ok(match self.units() {
            _ if count == 1 || self.is_empty() => self.clone(),
            Units::One(units) => PyStr::from_vec1(repeated(units, count)?),
            Units::Two(units) => PyStr::from_vec2(repeated(units, count)?),
            Units::Four(units) => PyStr::from_vec4(repeated(units, count)?),
        })
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
        let most = most.unwrap_or(usize::MAX);
        if let (Some(old), Some(new)) = (only_point(&old), only_point(&new))
            && let Some(replaced) = self.replace_points(old, new, most)
        {
            return replaced;
        }
        let mut indices = Vec::new();
        find::for_each(self.units(), old.units(), most, |index| indices.push(index));
        if indices.is_empty() {
            return self.clone();
        }
        let length = self.length() - indices.len() * old.length() + indices.len() * new.length();
        let mut whole = Whole::new(self.kind().max(new.kind()), length);
        let mut start = 0;
        for index in indices {
            whole.add(self.units().part(start, index));
            whole.add(new.units());
            start = index + old.length();
        }
        whole.add(self.units().part(start, self.length()));
        whole.finish()
    }

    /// [`replace`](PyStr::replace) of one code point by one that takes no more bytes than this str
    /// has for each; `None` for another.
    fn replace_points(&self, old: u32, new: u32, most: usize) -> Option<PyStr> {
        fn replaced<T: Copy + Eq>(units: &[T], old: T, new: T, most: usize) -> Option<Vec<T>> {
            let first = units.iter().position(|unit| *unit == old).filter(|_| most > 0)?;
            if most >= units.len() {
                // Without a branch for each unit.
                return Some(units.iter().map(|u| if *u == old { new } else { *u }).collect());
            }
            let mut copy = units.to_vec();
            let places = copy[first..].iter_mut().filter(|unit| **unit == old);
            places.take(most).for_each(|unit| *unit = new);
            Some(copy)
        }
        let made = match self.units() {
            Units::One(units) => {
                let (Ok(old), new) = (u8::try_from(old), u8::try_from(new).ok()?) else {
                    return Some(self.clone());
                };
                replaced(units, old, new, most).map(PyStr::from_vec1)
            }
            Units::Two(units) => {
                let (Ok(old), new) = (u16::try_from(old), u16::try_from(new).ok()?) else {
                    return Some(self.clone());
                };
                replaced(units, old, new, most).map(PyStr::from_vec2)
            }
            Units::Four(units) => replaced(units, old, new, most).map(PyStr::from_vec4),
        };
        Some(made.unwrap_or_else(|| self.clone()))
    }

    fn between(&self, parts: &[&PyStr]) -> PyStr {
        let count = parts.len().saturating_sub(1);
        let (mut kind, mut length) = (Kind::One, count * self.length());
        if count > 0 {
            kind = self.kind();
        }
        for part in parts {
            let units = part.units();
            kind = kind.max(units.kind());
            length += units.length();
        }
        match kind {
            Kind::One => self.joined::<u8>(parts, length),
            Kind::Two => self.joined::<u16>(parts, length),
            Kind::Four => self.joined::<u32>(parts, length),
        }
    }

    fn joined<T: Cut>(&self, parts: &[&PyStr], length: usize) -> PyStr {
        let mut whole = vec![T::default(); length];
        let mut end = 0;
        // Most separators are one character: it needs no more than a place.
        let only = only_point(self).map(T::of_point);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                end = match only {
                    Some(unit) => {
                        whole[end] = unit;
                        end + 1
                    }
                    None => self.write(&mut whole, end),
                };
            }
            end = part.write(&mut whole, end);
        }
        T::keep(whole)
    }
}

/// The code point of a text that has one.
fn only_point(text: &PyStr) -> Option<u32> {
    if text.length() == 1 { text.get(0) } else { None }
}

/// Concatenates parts.
fn join_units(parts: &[Units<'_>]) -> PyStr {
    let kind = parts.iter().map(|part| part.kind()).max().unwrap_or(Kind::One);
    let mut whole = Whole::new(kind, parts.iter().map(|part| part.length()).sum());
    parts.iter().for_each(|&part| whole.add(part));
    whole.finish()
}

/// A str that grows at its end, of code points that its kind can hold.
pub(super) enum Whole {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Whole {
    /// With room for so many code points.
    pub(super) fn new(kind: Kind, length: usize) -> Self {
        match kind {
            Kind::One => Whole::One(Vec::with_capacity(length)),
            Kind::Two => Whole::Two(Vec::with_capacity(length)),
            Kind::Four => Whole::Four(Vec::with_capacity(length)),
        }
    }

    /// With room for so many code points, or the error of having none.
    pub(super) fn try_new(kind: Kind, length: usize) -> Result<Self, crate::Error> {
        Ok(match kind {
            Kind::One => Whole::One(with_room(length)?),
            Kind::Two => Whole::Two(with_room(length)?),
            Kind::Four => Whole::Four(with_room(length)?),
        })
    }

    /// Adds one code point so often.
    pub(super) fn add_repeated(&mut self, point: u32, count: usize) {
        match self {
            Whole::One(whole) => whole.resize(whole.len() + count, point as u8),
            Whole::Two(whole) => whole.resize(whole.len() + count, point as u16),
            Whole::Four(whole) => whole.resize(whole.len() + count, point),
        }
    }

    /// Adds code points.
    #[inline]
    pub(super) fn add(&mut self, part: Units<'_>) {
        match (self, part) {
            (Whole::One(whole), Units::One(part)) => whole.extend_from_slice(part),
            (Whole::Two(whole), Units::Two(part)) => whole.extend_from_slice(part),
            (Whole::Four(whole), Units::Four(part)) => whole.extend_from_slice(part),
            (Whole::One(whole), part) => whole.extend(part.iter().map(|point| point as u8)),
            (Whole::Two(whole), Units::One(part)) => {
                whole.extend(part.iter().map(|&unit| u16::from(unit)));
            }
            (Whole::Two(whole), part) => whole.extend(part.iter().map(|point| point as u16)),
            (Whole::Four(whole), Units::One(part)) => {
                whole.extend(part.iter().map(|&unit| u32::from(unit)));
            }
            (Whole::Four(whole), Units::Two(part)) => {
                whole.extend(part.iter().map(|&unit| u32::from(unit)));
            }
        }
    }

    pub(super) fn finish(self) -> PyStr {
        match self {
            Whole::One(units) => PyStr::from_vec1(units),
            Whole::Two(units) => PyStr::from_vec2(units),
            Whole::Four(units) => PyStr::from_vec4(units),
        }
    }
}

/// The units, so often, or the error of having no room for them.
fn repeated<T: Copy>(units: &[T], count: usize) -> Result<Vec<T>, crate::Error> {
    let mut whole = with_room(units.len() * count)?;
    if let [unit] = *units {
        whole.resize(count, unit);
        return Ok(whole);
    }
    for _ in 0..count {
        whole.extend_from_slice(units);
    }
    Ok(whole)
}

fn with_room<T>(count: usize) -> Result<Vec<T>, crate::Error> {
    let mut room = Vec::new();
    room.try_reserve_for(count)?;
    Ok(room)
}
