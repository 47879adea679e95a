//! Values from text.

use hedgerow::object::{Errors, ObjectError, PyStr, Value, repr};
use num_bigint::BigInt;

use super::types::{ERRORS_REPLACE, ERRORS_STRICT, ERRORS_SURROGATEPASS};
use crate::status::Status;

/// How much of a literal CPython shows.
const SHOWN: usize = 200;

/// The handler of a number of the caller's.
pub(crate) fn errors(number: u32) -> Result<Errors, Status> {
    match number {
        ERRORS_STRICT => Ok(Errors::Strict),
        ERRORS_SURROGATEPASS => Ok(Errors::SurrogatePass),
        ERRORS_REPLACE => Ok(Errors::Replace),
        _ => Err(Status::Argument),
    }
}

/// Bytes as the text they have to be.
pub(crate) fn text_of(bytes: Vec<u8>) -> Result<String, ObjectError> {
    String::from_utf8(bytes)
        .or_else(|error| String::try_from(&PyStr::from_utf8(error.as_bytes(), Errors::Strict)?))
}

/// `int(text)` for ASCII: space around, a sign, digits with single underscores between them.
pub(crate) fn int_of_text(text: &[u8]) -> Result<Value, ObjectError> {
    match digits_of(text).and_then(|digits| BigInt::parse_bytes(&digits, 10)) {
        Some(int) => Ok(Value::from(int)),
        None => {
            let literal = repr(&Value::from(PyStr::from_utf8(text, Errors::Replace)?))?;
            let shown: String = literal.chars().take(SHOWN).collect();
            Err(ObjectError::Value(format!("invalid literal for int() with base 10: {shown}")))
        }
    }
}

/// A sign and digits, if the text is an int.
fn digits_of(text: &[u8]) -> Option<Vec<u8>> {
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ');
    let start = text.iter().position(|byte| !is_space(byte))?;
    let end = text.iter().rposition(|byte| !is_space(byte))?;
    let (sign, digits) = match &text[start..=end] {
        [sign @ (b'+' | b'-'), digits @ ..] => (Some(*sign), digits),
        digits => (None, digits),
    };
    let groups = digits.split(|&byte| byte == b'_');
    let is_group = |group: &[u8]| !group.is_empty() && group.iter().all(u8::is_ascii_digit);
    groups
        .clone()
        .all(is_group)
        .then(|| sign.into_iter().chain(groups.flatten().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_are_read_as_python_reads_them() {
        let read = |text: &str| int_of_text(text.as_bytes()).map(|int| repr(&int).unwrap()).ok();
        for (text, int) in [
            ("0", "0"),
            ("-0", "0"),
            (" \t+1_000\n", "1000"),
            ("007", "7"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(read(text).as_deref(), Some(int), "{text:?}");
        }
        assert!(matches!(int_of_text(b"9223372036854775807"), Ok(Value::Int(i64::MAX))));
        for text in ["", " ", "-", "+-1", "1__0", "_1", "1_", "1 0", "0x1", "1.0", "\u{661}"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_int_is_shown() {
        let words = |text: &[u8]| int_of_text(text).unwrap_err().to_string();
        assert_eq!(words(b" 1x"), "invalid literal for int() with base 10: ' 1x'");
        assert_eq!(words(b"\xff"), "invalid literal for int() with base 10: '\u{fffd}'");
        assert_eq!(words(&[b'x'; 500]).len(), 40 + SHOWN);
    }

    #[test]
    fn bytes_that_are_no_text_say_where() {
        assert_eq!(text_of(b"ok".to_vec()).unwrap(), "ok");
        let words = "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte";
        assert_eq!(text_of(b"a\xff".to_vec()).unwrap_err().to_string(), words);
    }
}
