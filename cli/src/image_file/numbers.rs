//! Keys and values of Rust's types, from what a user typed and as text.

use hedgerow::image::ImageData;
use std::fmt::{Debug, Write};
use std::str::FromStr;

/// The kind of text.
pub(crate) const TEXT: u32 = str::KIND;
/// The kind of the numbers of lines.
pub(crate) const LINES: u32 = u64::KIND;
/// The kind of bytes.
const BYTES: u32 = <[u8]>::KIND;

const PLAIN: u32 = 1 << 16;
const OPTION: u32 = 1 << 31;

/// What is done with a kind, for one of the types.
macro_rules! by_kind {
    ($kind:expr, $call:ident($argument:expr), $else:expr) => {
        match $kind {
            u8::KIND => $call::<u8>($argument),
            u16::KIND => $call::<u16>($argument),
            u32::KIND => $call::<u32>($argument),
            u64::KIND => $call::<u64>($argument),
            u128::KIND => $call::<u128>($argument),
            i8::KIND => $call::<i8>($argument),
            i16::KIND => $call::<i16>($argument),
            i32::KIND => $call::<i32>($argument),
            i64::KIND => $call::<i64>($argument),
            i128::KIND => $call::<i128>($argument),
            f32::KIND => $call::<f32>($argument),
            f64::KIND => $call::<f64>($argument),
            bool::KIND => $call::<bool>($argument),
            _ => $else,
        }
    };
}

/// The bytes of a key that was typed; if it is none of this kind, the remedy.
pub(super) fn parse(kind: u32, typed: &str) -> Result<Vec<u8>, String> {
    match kind {
        TEXT => Ok(typed.as_bytes().to_vec()),
        BYTES => Ok(typed.as_bytes().to_vec()),
        <() as ImageData>::KIND => Ok(Vec::new()),
        PLAIN.. => parse_hex(typed)
            .ok_or_else(|| format!("give the bytes of the key in hex, not {typed:?}")),
        _ => by_kind!(kind, parsed(typed), None)
            .ok_or_else(|| format!("give a key of that type, not {typed:?}")),
    }
}

/// A key or value as text; `None` if the bytes are none of this kind.
pub(super) fn text(kind: u32, bytes: &[u8]) -> Option<String> {
    match kind {
        TEXT => std::str::from_utf8(bytes).ok().map(|text| format!("{text:?}")),
        BYTES => Some(format!("\"{}\"", bytes.escape_ascii())),
        <() as ImageData>::KIND => bytes.is_empty().then(|| "()".to_owned()),
        OPTION.. => match bytes {
            [0] => Some("None".to_owned()),
            [1, rest @ ..] => Some(format!("Some({})", text(kind & !OPTION, rest)?)),
            _ => None,
        },
        kind => by_kind!(kind, printed(bytes), Some(hex(bytes))),
    }
}

/// Bytes in hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn parsed<T: FromStr + ImageData>(typed: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    typed.parse::<T>().ok()?.write(&mut bytes);
    Some(bytes)
}

fn printed<T: ImageData>(bytes: &[u8]) -> Option<String>
where
    for<'a> T::Read<'a>: Debug,
{
    T::read(bytes).map(|value| format!("{value:?}"))
}

fn parse_hex(typed: &str) -> Option<Vec<u8>> {
    let digits = typed.strip_prefix("0x").unwrap_or(typed);
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::image::Plain;

    #[test]
    fn what_is_parsed_is_printed_again() {
        for (kind, typed) in
            [(u8::KIND, "7"), (i128::KIND, "-5"), (f64::KIND, "0.5"), (bool::KIND, "true")]
        {
            assert_eq!(text(kind, &parse(kind, typed).unwrap()).unwrap(), typed);
        }
        assert_eq!(text(TEXT, &parse(TEXT, "a\"b").unwrap()).unwrap(), r#""a\"b""#);
        assert_eq!(text(BYTES, b"a\xff").unwrap(), r#""a\xff""#);
        let plain = Plain::<[u8; 3]>::KIND;
        assert_eq!(text(plain, &parse(plain, "0x00ff10").unwrap()).unwrap(), "0x00ff10");
    }

    #[test]
    fn other_bytes_and_words_are_none() {
        assert!(parse(u8::KIND, "256").unwrap_err().contains("\"256\""));
        assert!(parse(Plain::<u8>::KIND, "abc").unwrap_err().contains("hex"));
        assert_eq!(text(u64::KIND, b"1234567"), None);
        assert_eq!(text(TEXT, b"\xff"), None);
        assert_eq!(text(Option::<u8>::KIND, &[1, 9]).unwrap(), "Some(9)");
        assert_eq!(text(Option::<u8>::KIND, &[2]), None);
        assert_eq!(text(4000, &[1, 2]).unwrap(), "0x0102");
    }
}
