//! Encoding a str, and decoding bytes.
//!
//! What cannot be converted is CPython's error, or goes to one of Python's error handlers ("Error
//! Handlers" in the documentation of the module codecs). Each codec has a file; it finds what it
//! cannot convert, and `errors.rs` says what becomes of that.

mod encoding;
mod errors;
mod narrow;
mod utf16;
mod utf32;
mod utf8;

use crate::object::str::{PyStr, Units};
use crate::object::value::ObjectError;

pub use encoding::Codec;
pub use errors::Errors;

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

    /// `self.encode(codec, errors)`. O(n).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Unicode`] for what the codec does not have and the handler does not replace.
    pub fn encode(&self, codec: Codec, errors: Errors) -> Result<Vec<u8>, ObjectError> {
        match codec {
            Codec::Utf8 => utf8::encode(self, errors),
            Codec::Latin1 | Codec::Ascii => narrow::encode(self, codec, errors),
            Codec::Utf16 | Codec::Utf16Le | Codec::Utf16Be => utf16::encode(self, codec, errors),
            Codec::Utf32 | Codec::Utf32Le | Codec::Utf32Be => utf32::encode(self, codec, errors),
        }
    }

    /// `bytes.decode(codec, errors)`. O(n).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Unicode`] for bytes that are no text in this encoding and that the handler
    /// does not replace; [`ObjectError::Type`] for a handler that only encodes.
    pub fn decode(bytes: &[u8], codec: Codec, errors: Errors) -> Result<PyStr, ObjectError> {
        match codec {
            Codec::Utf8 => utf8::decode(bytes, errors),
            Codec::Latin1 => Ok(PyStr::from_latin1(bytes)),
            Codec::Ascii => narrow::decode_ascii(bytes, errors),
            Codec::Utf16 | Codec::Utf16Le | Codec::Utf16Be => utf16::decode(bytes, codec, errors),
            Codec::Utf32 | Codec::Utf32Le | Codec::Utf32Be => utf32::decode(bytes, codec, errors),
        }
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
    /// As [`decode`](PyStr::decode).
    pub fn from_utf8(bytes: &[u8], errors: Errors) -> Result<Self, ObjectError> {
        utf8::decode(bytes, errors)
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
    /// As [`encode`](PyStr::encode), for lone surrogates.
    pub fn to_utf8(&self, errors: Errors) -> Result<Vec<u8>, ObjectError> {
        utf8::encode(self, errors)
    }

    /// `str.encode("utf-16-le", errors)`, as units. O(n).
    ///
    /// With [`Errors::SurrogatePass`] a high surrogate before a low one reads back as one
    /// character: in UTF-16 they are that.
    ///
    /// # Errors
    ///
    /// As [`encode`](PyStr::encode), for lone surrogates.
    pub fn to_utf16(&self, errors: Errors) -> Result<Vec<u16>, ObjectError> {
        utf16::encode_units(self, Codec::Utf16Le, errors)
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
                None => return Err(utf8::unencodable(text, index).error()),
            }
        }
        Ok(whole)
    }
}
