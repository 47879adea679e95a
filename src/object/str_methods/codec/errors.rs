//! Python's error handlers: what becomes of text that an encoding does not have, and of bytes that
//! are no text.

use std::fmt::Write;

use super::encoding::Codec;
use crate::object::python_version::Unicode;
use crate::object::str::{PyStr, UnicodeError, name_of};
use crate::object::value::ObjectError;

/// What to do with what cannot be converted: the argument `errors` of Python's codecs.
///
/// ```
/// use hedgerow::object::{Codec, Errors, PyStr, Unicode};
///
/// let text = PyStr::from("\u{201c}\u{e9}");
/// let ascii = |errors| text.encode(Codec::Ascii, errors);
/// assert_eq!(ascii(Errors::Ignore)?, b"");
/// assert_eq!(ascii(Errors::Replace)?, b"??");
/// assert_eq!(ascii(Errors::BackslashReplace)?, br"\u201c\xe9");
/// assert_eq!(ascii(Errors::XmlCharRefReplace)?, b"&#8220;&#233;");
/// let names = ascii(Errors::NameReplace(Unicode::LATEST))?;
/// assert_eq!(names, br"\N{LEFT DOUBLE QUOTATION MARK}\N{LATIN SMALL LETTER E WITH ACUTE}");
///
/// // What a Unix system calls a file comes back as the same bytes.
/// let path = PyStr::from_utf8(b"caf\xe9", Errors::SurrogateEscape)?;
/// assert_eq!(path.to_utf8(Errors::SurrogateEscape)?, b"caf\xe9");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Errors {
    /// "strict": fail.
    Strict,
    /// "ignore": leave it out.
    Ignore,
    /// "replace": write a question mark instead, or U+FFFD when decoding.
    Replace,
    /// "backslashreplace": write it as `\xhh`, `\uhhhh` or `\Uhhhhhhhh`; bytes as `\xhh`.
    BackslashReplace,
    /// "xmlcharrefreplace": write `&#number;`. Decoding fails with a TypeError.
    XmlCharRefReplace,
    /// "namereplace": write `\N{name}`, or as [`BackslashReplace`](Errors::BackslashReplace) what
    /// has no name in this version of Unicode. Decoding fails with a TypeError.
    NameReplace(Unicode),
    /// "surrogateescape": decode a byte as the surrogate U+DC00 plus its number, and encode that
    /// as the byte. Fails for what is no such surrogate, or a byte of ASCII.
    SurrogateEscape,
    /// "surrogatepass": convert lone surrogates as if they were characters, and fail for the rest.
    /// It is for UTF-8, UTF-16 and UTF-32.
    SurrogatePass,
}

impl Errors {
    /// The handler of a name; `None` for one that Python does not have by itself.
    ///
    /// ```
    /// use hedgerow::object::{Errors, Unicode};
    ///
    /// let named = |name| Errors::from_name(name, Unicode::LATEST);
    /// assert_eq!(named("surrogateescape"), Some(Errors::SurrogateEscape));
    /// assert_eq!(named("Strict"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str, unicode: Unicode) -> Option<Self> {
        Some(match name {
            "strict" => Errors::Strict,
            "ignore" => Errors::Ignore,
            "replace" => Errors::Replace,
            "backslashreplace" => Errors::BackslashReplace,
            "xmlcharrefreplace" => Errors::XmlCharRefReplace,
            "namereplace" => Errors::NameReplace(unicode),
            "surrogateescape" => Errors::SurrogateEscape,
            "surrogatepass" => Errors::SurrogatePass,
            _ => return None,
        })
    }

    /// Python's name of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Errors::Strict => "strict",
            Errors::Ignore => "ignore",
            Errors::Replace => "replace",
            Errors::BackslashReplace => "backslashreplace",
            Errors::XmlCharRefReplace => "xmlcharrefreplace",
            Errors::NameReplace(_) => "namereplace",
            Errors::SurrogateEscape => "surrogateescape",
            Errors::SurrogatePass => "surrogatepass",
        }
    }
}

/// Code points that a codec cannot encode.
pub(super) struct Unencodable<'a> {
    pub(super) text: &'a PyStr,
    pub(super) codec: Codec,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: &'static str,
}

/// What is encoded instead.
pub(super) enum Substitute {
    /// Characters, all of them ASCII.
    Ascii(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The surrogates themselves, as if they were characters.
    Surrogates,
}

impl Unencodable<'_> {
    pub(super) fn error(&self) -> ObjectError {
        let (encoding, object) = (self.codec.name(), self.text.clone());
        let (start, end, reason) = (self.start, self.end, self.reason);
        UnicodeError::Encode { encoding, object, start, end, reason }.into()
    }

    /// What the handler puts in place of the code points.
    pub(super) fn substitute(&self, errors: Errors) -> Result<Substitute, ObjectError> {
        let points = self.text.units().part(self.start, self.end).iter();
        let mut text = String::new();
        match errors {
            Errors::Strict => return Err(self.error()),
            Errors::Ignore => {}
            Errors::Replace => text.extend(points.map(|_| '?')),
            Errors::BackslashReplace => points.for_each(|point| write_escape(&mut text, point)),
            Errors::XmlCharRefReplace => {
                points.for_each(|point| append(&mut text, format_args!("&#{point};")));
            }
            Errors::NameReplace(unicode) => {
                for point in points {
                    match name_of(point, unicode) {
                        Some(name) => append(&mut text, format_args!("\\N{{{name}}}")),
                        None => write_escape(&mut text, point),
                    }
                }
            }
            Errors::SurrogateEscape => return self.escaped().map(Substitute::Bytes),
            Errors::SurrogatePass if self.codec.has_surrogates() => {
                return Ok(Substitute::Surrogates);
            }
            Errors::SurrogatePass => return Err(self.error()),
        }
        Ok(Substitute::Ascii(text))
    }

    /// The bytes for which the surrogates stand. The error is about those after the last that
    /// stands for one.
    fn escaped(&self) -> Result<Vec<u8>, ObjectError> {
        let points = self.text.units().part(self.start, self.end).iter();
        let bytes: Vec<u8> = points
            .map_while(|point| (0xdc80..=0xdcff).contains(&point).then_some(point as u8))
            .collect();
        let start = self.start + bytes.len();
        if start < self.end {
            return Err(Unencodable { start, ..*self }.error());
        }
        Ok(bytes)
    }
}

/// Bytes that a codec cannot decode.
pub(super) struct Undecodable<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) codec: Codec,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: &'static str,
}

impl Undecodable<'_> {
    pub(super) fn error(&self) -> ObjectError {
        let &Undecodable { bytes, codec, start, end, reason } = self;
        let encoding = codec.name();
        UnicodeError::Decode { encoding, byte: bytes[start], start, end, reason }.into()
    }

    /// Adds what the handler puts in place of the bytes, and returns the index of the byte at which
    /// decoding goes on.
    pub(super) fn substitute(
        &self,
        errors: Errors,
        points: &mut Vec<u32>,
    ) -> Result<usize, ObjectError> {
        let bytes = &self.bytes[self.start..self.end];
        match errors {
            Errors::Strict => Err(self.error()),
            Errors::Ignore => Ok(self.end),
            Errors::Replace => {
                points.push(u32::from(char::REPLACEMENT_CHARACTER));
                Ok(self.end)
            }
            Errors::BackslashReplace => {
                let mut text = String::new();
                bytes.iter().for_each(|&byte| write_escape(&mut text, u32::from(byte)));
                points.extend(text.bytes().map(u32::from));
                Ok(self.end)
            }
            Errors::XmlCharRefReplace | Errors::NameReplace(_) => {
                let words = "don't know how to handle UnicodeDecodeError in error callback";
                Err(ObjectError::Type(words.to_string()))
            }
            Errors::SurrogateEscape => {
                let escaped = bytes.iter().take_while(|byte| !byte.is_ascii());
                let before = points.len();
                points.extend(escaped.map(|&byte| 0xdc00 + u32::from(byte)));
                match points.len() - before {
                    0 => Err(self.error()),
                    count => Ok(self.start + count),
                }
            }
            Errors::SurrogatePass => match self.codec.surrogate_at(&self.bytes[self.start..]) {
                Some((surrogate, width)) => {
                    points.push(surrogate);
                    Ok(self.start + width)
                }
                None => Err(self.error()),
            },
        }
    }
}

fn write_escape(out: &mut String, point: u32) {
    match point {
        0..=0xff => append(out, format_args!("\\x{point:02x}")),
        0x100..=0xffff => append(out, format_args!("\\u{point:04x}")),
        _ => append(out, format_args!("\\U{point:08x}")),
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}
