//! UTF-16.

use super::encoding::{Codec, is_surrogate, unit16};
use super::errors::{Errors, Substitute, Undecodable, Unencodable};
use crate::object::str::{PyStr, Units};
use crate::object::value::ObjectError;

/// `text.encode("utf-16")`, or another of that family.
pub(super) fn encode(text: &PyStr, codec: Codec, errors: Errors) -> Result<Vec<u8>, ObjectError> {
    let units = encode_units(text, codec, errors)?;
    let mut bytes = Vec::with_capacity(2 * units.len() + 2);
    let mark = (codec == Codec::Utf16).then_some(0xfeff);
    let units = mark.into_iter().chain(units);
    if codec.is_big_endian() {
        bytes.extend(units.flat_map(u16::to_be_bytes));
    } else {
        bytes.extend(units.flat_map(u16::to_le_bytes));
    }
    Ok(bytes)
}

/// The units of the encoded text, without a mark. Errors name the codec.
pub(super) fn encode_units(
    text: &PyStr,
    codec: Codec,
    errors: Errors,
) -> Result<Vec<u16>, ObjectError> {
    let mut units = Vec::with_capacity(text.length());
    for (start, point) in text.chars().enumerate() {
        if let Some(char) = char::from_u32(point) {
            units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
            continue;
        }
        let reason = "surrogates not allowed";
        let refused = Unencodable { text, codec, start, end: start + 1, reason };
        match refused.substitute(errors)? {
            Substitute::Ascii(text) => units.extend(text.bytes().map(u16::from)),
            Substitute::Surrogates => units.push(point as u16),
            // A handler that gives half a unit is refused.
            Substitute::Bytes(_) => return Err(refused.error()),
        }
    }
    Ok(units)
}

/// `bytes.decode("utf-16")`, or another of that family.
pub(super) fn decode(bytes: &[u8], codec: Codec, errors: Errors) -> Result<PyStr, ObjectError> {
    let mark = (codec == Codec::Utf16).then(|| unit16(bytes, false)).flatten();
    let (is_big, mut start) = match mark {
        Some(0xfeff) => (false, 2),
        Some(0xfffe) => (true, 2),
        _ => (codec.is_big_endian(), 0),
    };
    let codec = if is_big { Codec::Utf16Be } else { Codec::Utf16Le };
    if let Some(text) = decode_plain(&bytes[start..], is_big) {
        return Ok(text);
    }
    let mut points = Vec::with_capacity(bytes.len() / 2);
    while start < bytes.len() {
        match point_at(&bytes[start..], is_big) {
            Ok((point, width)) => {
                points.push(point);
                start += width;
            }
            Err((reason, length)) => {
                let end = length.map_or(bytes.len(), |length| start + length);
                let refused = Undecodable { bytes, codec, start, end, reason };
                start = refused.substitute(errors, &mut points)?;
            }
        }
    }
    Ok(PyStr::from_units(Units::Four(&points)))
}

/// The text if it has no surrogate, as most texts have not.
fn decode_plain(bytes: &[u8], is_big: bool) -> Option<PyStr> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    let units: Vec<u16> = if is_big {
        pairs.map(u16::from_be_bytes).collect()
    } else {
        pairs.map(u16::from_le_bytes).collect()
    };
    let is_plain = !units.iter().any(|&unit| is_surrogate(u32::from(unit)));
    is_plain.then(|| PyStr::from_units(Units::Two(&units)))
}

/// The code point that the bytes begin with, and its width. Or why they begin with none, and how
/// many bytes that is about; all of them for `None`.
fn point_at(bytes: &[u8], is_big: bool) -> Result<(u32, usize), (&'static str, Option<usize>)> {
    let Some(first) = unit16(bytes, is_big) else { return Err(("truncated data", None)) };
    let first = u32::from(first);
    match first {
        0xd800..=0xdbff => match unit16(&bytes[2..], is_big).map(u32::from) {
            Some(second @ 0xdc00..=0xdfff) => {
                Ok((0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff), 4))
            }
            Some(_) => Err(("illegal UTF-16 surrogate", Some(2))),
            None => Err(("unexpected end of data", None)),
        },
        0xdc00..=0xdfff => Err(("illegal encoding", Some(2))),
        _ => Ok((first, 2)),
    }
}
