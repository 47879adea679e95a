//! UTF-32.

use super::encoding::{Codec, is_surrogate, unit32};
use super::errors::{Errors, Substitute, Undecodable, Unencodable};
use crate::object::str::{PyStr, Units};
use crate::object::value::ObjectError;

/// `text.encode("utf-32")`, or another of that family.
pub(super) fn encode(text: &PyStr, codec: Codec, errors: Errors) -> Result<Vec<u8>, ObjectError> {
    let mut units = Vec::with_capacity(text.length() + 1);
    if codec == Codec::Utf32 {
        units.push(0xfeff);
    }
    for (start, point) in text.chars().enumerate() {
        if !is_surrogate(point) {
            units.push(point);
            continue;
        }
        let reason = "surrogates not allowed";
        let refused = Unencodable { text, codec, start, end: start + 1, reason };
        match refused.substitute(errors)? {
            Substitute::Ascii(text) => units.extend(text.bytes().map(u32::from)),
            Substitute::Surrogates => units.push(point),
            // A handler that gives part of a unit is refused.
            Substitute::Bytes(_) => return Err(refused.error()),
        }
    }
    Ok(if codec.is_big_endian() {
        units.into_iter().flat_map(u32::to_be_bytes).collect()
    } else {
        units.into_iter().flat_map(u32::to_le_bytes).collect()
    })
}

/// `bytes.decode("utf-32")`, or another of that family.
pub(super) fn decode(bytes: &[u8], codec: Codec, errors: Errors) -> Result<PyStr, ObjectError> {
    let mark = (codec == Codec::Utf32).then(|| unit32(bytes, false)).flatten();
    let (is_big, mut start) = match mark {
        Some(0xfeff) => (false, 4),
        Some(0xfffe_0000) => (true, 4),
        _ => (codec.is_big_endian(), 0),
    };
    let codec = if is_big { Codec::Utf32Be } else { Codec::Utf32Le };
    let mut points = Vec::with_capacity(bytes.len() / 4);
    while start < bytes.len() {
        let (reason, end) = match unit32(&bytes[start..], is_big) {
            None => ("truncated data", bytes.len()),
            Some(0xd800..=0xdfff) => {
                ("code point in surrogate code point range(0xd800, 0xe000)", start + 4)
            }
            Some(point @ 0..=0x10_ffff) => {
                points.push(point);
                start += 4;
                continue;
            }
            Some(_) => ("code point not in range(0x110000)", start + 4),
        };
        let refused = Undecodable { bytes, codec, start, end, reason };
        start = refused.substitute(errors, &mut points)?;
    }
    Ok(PyStr::from_units(Units::Four(&points)))
}
