//! Encoding a str, and decoding bytes.
//!
//! What cannot be converted is CPython's error, or goes to one of Python's error handlers ("Error
//! Handlers" in the documentation of the module codecs).

use crate::object::str::{PyStr, UnicodeError, Units};
use crate::object::value::ObjectError;

/// What to do with what cannot be converted: the argument `errors` of Python's codecs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Errors {
    /// "strict": fail.
    Strict,
    /// "surrogatepass": convert lone surrogates as if they were characters, and fail for the rest.
    SurrogatePass,
    /// "replace": write a question mark instead, or U+FFFD when decoding.
    Replace,
}

impl PyStr {
    /// A str of code points, which may be lone surrogates. O(n).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`] for a number beyond U+10FFFF, with the message of Python's `chr`.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Result<Self, ObjectError> {
        let points: Vec<u32> = points.into_iter().collect();
        if points.iter().any(|&point| point > 0x10_ffff) {
            return Err(ObjectError::Value("chr() arg not in range(0x110000)".to_string()));
        }
        Ok(PyStr::from_units(Units::Four(&points)))
    }

    /// `bytes.decode("utf-8", errors)`. O(n).
    ///
    /// ```
    /// use hedgerow::object::{Errors, PyStr};
    ///
    /// let half = PyStr::from_utf8(b"\xed\xa0\xbd", Errors::SurrogatePass)?;
    /// assert_eq!(half.get(0), Some(0xd83d));
    /// let refused = PyStr::from_utf8(b"a\xff", Errors::Strict).unwrap_err();
    /// let words = "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte";
    /// assert_eq!(refused.to_string(), words);
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Unicode`].
    pub fn from_utf8(bytes: &[u8], errors: Errors) -> Result<Self, ObjectError> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(PyStr::from(text));
        }
        let mut points = Vec::with_capacity(bytes.len());
        let mut start = 0;
        while let Some(chunk) = bytes[start..].utf8_chunks().next() {
            points.extend(chunk.valid().chars().map(u32::from));
            start += chunk.valid().len();
            let invalid = chunk.invalid().len();
            if invalid == 0 {
                break;
            }
            let surrogate =
                surrogate_in_utf8(&bytes[start..]).filter(|_| errors == Errors::SurrogatePass);
            match surrogate {
                Some(surrogate) => {
                    points.push(surrogate);
                    start += 3;
                }
                None if errors == Errors::Replace => {
                    points.push(u32::from(char::REPLACEMENT_CHARACTER));
                    start += invalid;
                }
                None => return Err(undecodable(bytes, start, start + invalid).into()),
            }
        }
        Ok(PyStr::from_units(Units::Four(&points)))
    }

    /// `str.encode("utf-8", errors)`. O(n).
    ///
    /// ```
    /// use hedgerow::object::{Errors, PyStr};
    ///
    /// let half = PyStr::from_code_points([0x61, 0xd83d])?;
    /// assert_eq!(half.to_utf8(Errors::Replace)?, b"a?");
    /// assert_eq!(half.to_utf8(Errors::SurrogatePass)?, b"a\xed\xa0\xbd");
    /// let words = r"'utf-8' codec can't encode character '\ud83d' in position 1: \
    /// surrogates not allowed".replace("\\\n", "");
    /// assert_eq!(half.to_utf8(Errors::Strict).unwrap_err().to_string(), words);
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Unicode`] for a lone surrogate under [`Errors::Strict`].
    pub fn to_utf8(&self, errors: Errors) -> Result<Vec<u8>, ObjectError> {
        if let Units::One(units) = self.units()
            && units.is_ascii()
        {
            return Ok(units.to_vec());
        }
        let mut bytes = Vec::with_capacity(self.size());
        for (index, point) in self.chars().enumerate() {
            match (char::from_u32(point), errors) {
                (Some(char), _) => bytes.extend(char.encode_utf8(&mut [0; 4]).as_bytes()),
                (None, Errors::SurrogatePass) => bytes.extend([
                    0xe0 | (point >> 12) as u8,
                    0x80 | (point >> 6 & 0x3f) as u8,
                    0x80 | (point & 0x3f) as u8,
                ]),
                (None, Errors::Replace) => bytes.push(b'?'),
                (None, Errors::Strict) => return Err(self.unencodable_in_utf8(index)),
            }
        }
        Ok(bytes)
    }

    /// `str.encode("utf-16-le", errors)`, as units. O(n).
    ///
    /// With [`Errors::SurrogatePass`] a high surrogate before a low one reads back as one
    /// character: in UTF-16 they are that.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Unicode`] for a lone surrogate under [`Errors::Strict`].
    pub fn to_utf16(&self, errors: Errors) -> Result<Vec<u16>, ObjectError> {
        let mut units = Vec::with_capacity(self.length());
        for (index, point) in self.chars().enumerate() {
            match (char::from_u32(point), errors) {
                (Some(char), _) => units.extend_from_slice(char.encode_utf16(&mut [0; 2])),
                (None, Errors::SurrogatePass) => units.push(point as u16),
                (None, Errors::Replace) => units.push(u16::from(b'?')),
                (None, Errors::Strict) => {
                    return Err(self.unencodable("utf-16-le", index, index + 1));
                }
            }
        }
        Ok(units)
    }

    /// As in CPython, the error covers the whole run of surrogates.
    fn unencodable_in_utf8(&self, start: usize) -> ObjectError {
        let run = self.chars().skip(start).take_while(|&point| is_surrogate(point)).count();
        self.unencodable("utf-8", start, start + run)
    }

    fn unencodable(&self, encoding: &'static str, start: usize, end: usize) -> ObjectError {
        let (object, reason) = (self.clone(), "surrogates not allowed");
        UnicodeError::Encode { encoding, object, start, end, reason }.into()
    }
}

impl TryFrom<&PyStr> for String {
    type Error = ObjectError;

    /// Fails with [`ObjectError::Unicode`] for a lone surrogate.
    fn try_from(text: &PyStr) -> Result<String, ObjectError> {
        let mut whole = String::with_capacity(text.size());
        for (index, point) in text.chars().enumerate() {
            match char::from_u32(point) {
                Some(char) => whole.push(char),
                None => return Err(text.unencodable_in_utf8(index)),
            }
        }
        Ok(whole)
    }
}

/// Whether a code point is a surrogate.
fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

/// The surrogate that the bytes begin with, as "surrogatepass" writes it.
fn surrogate_in_utf8(bytes: &[u8]) -> Option<u32> {
    match *bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
            Some(0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f))
        }
        _ => None,
    }
}

fn undecodable(bytes: &[u8], start: usize, end: usize) -> UnicodeError {
    let byte = bytes[start];
    let reason = match byte {
        0x80..=0xc1 | 0xf5..=0xff => "invalid start byte",
        _ if end == bytes.len() && is_cut_short(&bytes[start..]) => "unexpected end of data",
        _ => "invalid continuation byte",
    };
    UnicodeError::Decode { encoding: "utf-8", byte, start, end, reason }
}

/// Whether more bytes could complete a character.
fn is_cut_short(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}
