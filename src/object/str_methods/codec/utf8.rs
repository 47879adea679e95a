//! UTF-8.

use super::encoding::{Codec, is_surrogate};
use super::errors::{Errors, Substitute, Undecodable, Unencodable};
use crate::object::str::{PyStr, Units};
use crate::object::value::ObjectError;

/// `text.encode("utf-8")`.
pub(super) fn encode(text: &PyStr, errors: Errors) -> Result<Vec<u8>, ObjectError> {
    if let Units::One(units) = text.units()
        && units.is_ascii()
    {
        return Ok(units.to_vec());
    }
    let mut bytes = Vec::with_capacity(text.size());
    let mut next = 0;
    while let Some(point) = text.get(next) {
        if let Some(char) = char::from_u32(point) {
            bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            next += 1;
            continue;
        }
        let refused = unencodable(text, next);
        match refused.substitute(errors)? {
            Substitute::Ascii(text) => bytes.extend_from_slice(text.as_bytes()),
            Substitute::Bytes(escaped) => bytes.extend_from_slice(&escaped),
            Substitute::Surrogates => {
                let surrogates = text.units().part(next, refused.end);
                bytes.extend(surrogates.iter().flat_map(surrogate_bytes));
            }
        }
        next = refused.end;
    }
    Ok(bytes)
}

/// `bytes.decode("utf-8")`.
pub(super) fn decode(bytes: &[u8], errors: Errors) -> Result<PyStr, ObjectError> {
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
        start = undecodable(bytes, start, start + invalid).substitute(errors, &mut points)?;
    }
    Ok(PyStr::from_units(Units::Four(&points)))
}

/// What cannot be encoded from `start` on. As in CPython, that is the whole run of surrogates.
pub(super) fn unencodable(text: &PyStr, start: usize) -> Unencodable<'_> {
    let mut end = start;
    while text.get(end).is_some_and(is_surrogate) {
        end += 1;
    }
    Unencodable { text, codec: Codec::Utf8, start, end, reason: "surrogates not allowed" }
}

fn surrogate_bytes(point: u32) -> [u8; 3] {
    [0xe0 | (point >> 12) as u8, 0x80 | (point >> 6 & 0x3f) as u8, 0x80 | (point & 0x3f) as u8]
}

fn undecodable(bytes: &[u8], start: usize, end: usize) -> Undecodable<'_> {
    let reason = match bytes[start] {
        0x80..=0xc1 | 0xf5..=0xff => "invalid start byte",
        _ if end == bytes.len() && is_cut_short(&bytes[start..]) => "unexpected end of data",
        _ => "invalid continuation byte",
    };
    Undecodable { bytes, codec: Codec::Utf8, start, end, reason }
}

/// Whether more bytes could complete a character.
fn is_cut_short(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}
