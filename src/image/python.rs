//! Python's objects as bytes, as the Python package writes them into images and other programs read
//! them.
//!
//! The first byte says what follows. One object has one form: a str stands in its narrowest width,
//! an int in its fewest bytes, and the items of a frozenset and of a map sorted. So equal bytes are
//! equal objects of one type, in any process.
//!
//! ```text
//! None, False, True       nothing
//! int                     little-endian, two's complement
//! float                   8 bytes
//! str                     its code points, in 1, 2 or 4 bytes each: three kinds
//! bytes                   themselves
//! tuple, frozenset, map   each item behind its length in 4 bytes; of a map keys and values in turn
//! pickle                  a pickle of anything else, where the user asked for that
//! ```

use super::data::ImageKey;

/// `None`.
pub const NONE: u8 = 0;
/// `False`.
pub const FALSE: u8 = 1;
/// `True`.
pub const TRUE: u8 = 2;
/// An int.
pub const INT: u8 = 3;
/// A float.
pub const FLOAT: u8 = 4;
/// A str of code points up to U+00FF.
pub const STR1: u8 = 5;
/// A str with one above that, up to U+FFFF.
pub const STR2: u8 = 6;
/// Any other str.
pub const STR4: u8 = 7;
/// A bytes object.
pub const BYTES: u8 = 8;
/// A tuple.
pub const TUPLE: u8 = 9;
/// A frozenset.
pub const FROZENSET: u8 = 10;
/// A `hedgerow.Map`.
pub const MAP: u8 = 11;
/// A pickle.
pub const PICKLE: u8 = 12;

/// The hash of None: what CPython 3.12 and later give it.
const NONE_HASH: u64 = 0xFCA8_6420;
/// Python's hash of a number is its remainder by this.
const MODULUS: u64 = (1 << 61) - 1;

/// The items of a tuple, frozenset or map, without their lengths. `None` for one that is cut off,
/// which is the last.
pub fn items(content: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = content;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let item = rest.split_first_chunk::<4>().and_then(|(length, after)| {
            after.split_at_checked(u32::from_le_bytes(*length) as usize)
        });
        rest = item.map_or(&[], |(_, after)| after);
        Some(item.map(|(item, _)| item))
    })
}

/// The hash of text or bytes, without the byte that says so: CPython's own, under this key.
#[inline]
#[must_use]
pub fn hash_of_units(units: &[u8], hash_key: [u64; 2]) -> u64 {
    if units.is_empty() { 0 } else { <[u8]>::image_hash(units, hash_key) }
}

/// The hash of None, a bool, an int of at most 8 bytes, a str or bytes.
pub(super) fn hash(key: &[u8], hash_key: [u64; 2]) -> Option<u64> {
    let (&kind, content) = key.split_first()?;
    match kind {
        NONE => Some(NONE_HASH),
        FALSE | TRUE => Some(u64::from(kind == TRUE)),
        INT => {
            let sign = if *content.last()? & 0x80 == 0 { 0 } else { 0xff };
            let mut bytes = [sign; 8];
            bytes.get_mut(..content.len())?.copy_from_slice(content);
            Some(hash_of_int(i64::from_le_bytes(bytes)))
        }
        STR1 | STR2 | STR4 | BYTES => Some(hash_of_units(content, hash_key)),
        _ => None,
    }
}

fn hash_of_int(int: i64) -> u64 {
    let size = int.unsigned_abs() % MODULUS;
    let hash = if int < 0 { size.wrapping_neg() } else { size };
    // -1 stands for an error in CPython.
    if hash == u64::MAX { hash - 1 } else { hash }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Kinds;

    /// What CPython says: `hash(-1)`, `hash(2**61 - 1)`, `hash(-2**63)`, `hash(2**62)`.
    #[test]
    fn ints_hash_as_in_python() {
        assert_eq!(hash_of_int(-1) as i64, -2);
        assert_eq!(hash_of_int((1 << 61) - 1) as i64, 0);
        assert_eq!(hash_of_int(i64::MIN) as i64, -4);
        assert_eq!(hash_of_int(1 << 62) as i64, 2);
        assert_eq!(Kinds::PYTHON.key_hash(b"\x03\xfe", [1, 2]), Some(-2_i64 as u64));
    }
}
