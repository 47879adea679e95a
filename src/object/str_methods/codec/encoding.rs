//! The encodings and their names.

/// An encoding of text.
///
/// ```
/// use hedgerow::object::{Codec, Errors, PyStr};
///
/// let text = PyStr::from("\u{e9}\u{1f40d}");
/// assert_eq!(text.encode(Codec::Utf16Be, Errors::Strict)?, b"\x00\xe9\xd8\x3d\xdc\x0d");
/// let marked = b"\xfe\xff\x00\xe9\xd8\x3d\xdc\x0d";
/// assert_eq!(PyStr::decode(marked, Codec::Utf16, Errors::Strict)?, text);
/// let words = text.encode(Codec::Latin1, Errors::Strict).unwrap_err().to_string();
/// let expected = r"'latin-1' codec can't encode character '\U0001f40d' in position 1: ";
/// assert_eq!(words, format!("{expected}ordinal not in range(256)"));
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// UTF-8. A byte order mark is a character like any other.
    Utf8,
    /// Latin-1: the code points up to U+00FF.
    Latin1,
    /// ASCII.
    Ascii,
    /// UTF-16. A byte order mark is written, in the order of the machine. What is read is in the
    /// order that its mark says, and in that of the machine without one.
    Utf16,
    /// UTF-16, least significant byte first, without a byte order mark.
    Utf16Le,
    /// UTF-16, most significant byte first, without a byte order mark.
    Utf16Be,
    /// UTF-32, with a byte order mark as for [`Utf16`](Codec::Utf16).
    Utf32,
    /// UTF-32, least significant byte first, without a byte order mark.
    Utf32Le,
    /// UTF-32, most significant byte first, without a byte order mark.
    Utf32Be,
}

impl Codec {
    /// The codec that CPython has for a name or one of its aliases. Case and punctuation do not
    /// count. `None` for a codec that is not here.
    ///
    /// ```
    /// use hedgerow::object::Codec;
    ///
    /// assert_eq!(Codec::from_name("UTF8"), Some(Codec::Utf8));
    /// assert_eq!(Codec::from_name("iso-8859-1"), Some(Codec::Latin1));
    /// assert_eq!(Codec::from_name("cp1252"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match normal_name(name).as_str() {
            "utf_8" | "u8" | "utf" | "utf8" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => Codec::Utf8,
            "latin_1" | "8859" | "cp819" | "csisolatin1" | "ibm819" | "iso8859" | "iso8859_1"
            | "iso_8859_1" | "iso_8859_1_1987" | "iso_ir_100" | "l1" | "latin" | "latin1" => {
                Codec::Latin1
            }
            "ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3_4_1968" | "ansi_x3.4_1986" | "cp367"
            | "csascii" | "ibm367" | "iso646_us" | "iso_646.irv_1991" | "iso_ir_6" | "us"
            | "us_ascii" => Codec::Ascii,
            "utf_16" | "u16" | "utf16" => Codec::Utf16,
            "utf_16_le" | "unicodelittleunmarked" | "utf_16le" => Codec::Utf16Le,
            "utf_16_be" | "unicodebigunmarked" | "utf_16be" => Codec::Utf16Be,
            "utf_32" | "u32" | "utf32" => Codec::Utf32,
            "utf_32_le" | "utf_32le" => Codec::Utf32Le,
            "utf_32_be" | "utf_32be" => Codec::Utf32Be,
            _ => return None,
        })
    }

    /// What errors call it: "utf-8".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::Utf16 => "utf-16",
            Codec::Utf16Le => "utf-16-le",
            Codec::Utf16Be => "utf-16-be",
            Codec::Utf32 => "utf-32",
            Codec::Utf32Le => "utf-32-le",
            Codec::Utf32Be => "utf-32-be",
        }
    }

    /// Whether "surrogatepass" can write surrogates in it.
    pub(super) fn has_surrogates(self) -> bool {
        !matches!(self, Codec::Latin1 | Codec::Ascii)
    }

    /// Whether the most significant byte is first. Only UTF-16 and UTF-32 have an order.
    pub(super) fn is_big_endian(self) -> bool {
        match self {
            Codec::Utf16Be | Codec::Utf32Be => true,
            Codec::Utf16 | Codec::Utf32 => cfg!(target_endian = "big"),
            _ => false,
        }
    }

    /// The surrogate that the bytes begin with, as "surrogatepass" writes it, and how many bytes it
    /// takes.
    pub(super) fn surrogate_at(self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (point, width) = match self {
            Codec::Utf8 => (utf8_surrogate(bytes)?, 3),
            Codec::Utf16 | Codec::Utf16Le | Codec::Utf16Be => {
                (u32::from(unit16(bytes, self.is_big_endian())?), 2)
            }
            Codec::Utf32 | Codec::Utf32Le | Codec::Utf32Be => {
                (unit32(bytes, self.is_big_endian())?, 4)
            }
            Codec::Latin1 | Codec::Ascii => return None,
        };
        is_surrogate(point).then_some((point, width))
    }
}

/// Whether a code point is a surrogate.
pub(super) fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

/// The unit of UTF-16 that the bytes begin with.
pub(super) fn unit16(bytes: &[u8], is_big: bool) -> Option<u16> {
    let &pair = bytes.first_chunk()?;
    Some(if is_big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
}

/// The unit of UTF-32 that the bytes begin with.
pub(super) fn unit32(bytes: &[u8], is_big: bool) -> Option<u32> {
    let &four = bytes.first_chunk()?;
    Some(if is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
}

/// The surrogate that the bytes begin with in UTF-8.
fn utf8_surrogate(bytes: &[u8]) -> Option<u32> {
    match *bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
            Some(0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f))
        }
        _ => None,
    }
}

/// The name in lower case, with `_` for each run of what is no letter, digit or dot.
fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for char in name.chars() {
        if char.is_ascii_alphanumeric() || char == '.' {
            normal.push(char.to_ascii_lowercase());
        } else if !normal.ends_with('_') && !normal.is_empty() {
            normal.push('_');
        }
    }
    normal.truncate(normal.trim_end_matches('_').len());
    normal
}
