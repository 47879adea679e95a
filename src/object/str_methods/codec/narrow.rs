//! Latin-1 and ASCII, in which a byte is a code point.

use super::encoding::Codec;
use super::errors::{Errors, Substitute, Undecodable, Unencodable};
use crate::object::str::{PyStr, Units};
use crate::object::value::ObjectError;

/// `text.encode("latin-1")`, or "ascii".
pub(super) fn encode(text: &PyStr, codec: Codec, errors: Errors) -> Result<Vec<u8>, ObjectError> {
    let (limit, reason) = match codec {
        Codec::Ascii => (0x80, "ordinal not in range(128)"),
        _ => (0x100, "ordinal not in range(256)"),
    };
    if let Units::One(units) = text.units()
        && (limit == 0x100 || units.is_ascii())
    {
        return Ok(units.to_vec());
    }
    let units = text.units();
    let mut bytes = Vec::with_capacity(units.length());
    let mut next = 0;
    while let Some(point) = units.get(next) {
        if point < limit {
            bytes.push(point as u8);
            next += 1;
            continue;
        }
        let start = next;
        // Python's error is about the whole run.
        while units.get(next).is_some_and(|point| point >= limit) {
            next += 1;
        }
        let refused = Unencodable { text, codec, start, end: next, reason };
        match refused.substitute(errors)? {
            Substitute::Ascii(text) => bytes.extend_from_slice(text.as_bytes()),
            Substitute::Bytes(escaped) => bytes.extend_from_slice(&escaped),
            Substitute::Surrogates => return Err(refused.error()),
        }
    }
    Ok(bytes)
}

/// `bytes.decode("ascii")`.
pub(super) fn decode_ascii(bytes: &[u8], errors: Errors) -> Result<PyStr, ObjectError> {
    if bytes.is_ascii() {
        return Ok(PyStr::from_latin1(bytes));
    }
    let mut points = Vec::with_capacity(bytes.len());
    let mut start = 0;
    while let Some(&byte) = bytes.get(start) {
        if byte.is_ascii() {
            points.push(u32::from(byte));
            start += 1;
            continue;
        }
        let (codec, reason) = (Codec::Ascii, "ordinal not in range(128)");
        let refused = Undecodable { bytes, codec, start, end: start + 1, reason };
        start = refused.substitute(errors, &mut points)?;
    }
    Ok(PyStr::from_units(Units::Four(&points)))
}
