//! What the numbers of kinds mean, for programs that read images of any kind.

use std::fmt;

use super::data::{BOOL, BYTES, ImageKey, OPTION, PLAIN, TEXT, UNIT};
use super::error::Kinds;

/// What the Python package writes.
const PYTHON: u32 = 256;
/// From here on kinds are those of other programs, up to those of plain data.
const OTHERS: u32 = 1000;
/// The names of the first kinds, from 1 on.
const NAMES: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "f32", "f64", "bool",
    "str", "bytes", "()",
];
const _: () = assert!(BOOL == 13 && TEXT == 14 && BYTES == 15 && UNIT == 16);

/// The first byte of an object that the Python package wrote.
const NONE: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const STR1: u8 = 5;
const STR2: u8 = 6;
const STR4: u8 = 7;
const PYTHON_BYTES: u8 = 8;
/// The hash of None: what CPython 3.12 and later give it.
const NONE_HASH: u64 = 0xFCA8_6420;
/// Python's hash of a number is its remainder by this.
const PYTHON_MODULUS: u64 = (1 << 61) - 1;

impl Kinds {
    /// Python's objects, as `Map.image()` of the Python package writes them.
    pub const PYTHON: Kinds = Kinds { key: PYTHON, value: PYTHON };

    /// The hash of a key's bytes under the hash key of an image, for
    /// [`RawImage::candidates`](super::RawImage::candidates). `None` if the hash is not known here:
    /// of a kind of another program, and of a Python object that is not None, a bool, an int of at
    /// most 8 bytes, a str or bytes.
    ///
    /// ```
    /// use hedgerow::Map;
    /// use hedgerow::image::RawImage;
    ///
    /// let bytes = Map::from([("apple".to_owned(), 3_u64)]).image()?;
    /// let image = RawImage::open(&bytes[..])?;
    /// assert_eq!(image.kinds().to_string(), "str to u64");
    /// let hash = image.kinds().key_hash(b"apple", image.hash_key()).unwrap();
    /// assert_eq!(image.candidates(hash)?.next().unwrap()?.value, 3_u64.to_le_bytes());
    /// # Ok::<(), hedgerow::image::ImageError>(())
    /// ```
    #[must_use]
    pub fn key_hash(self, key: &[u8], hash_key: [u64; 2]) -> Option<u64> {
        match self.key {
            PYTHON => python_hash(key, hash_key),
            1..OTHERS | PLAIN.. => Some(<[u8]>::image_hash(key, hash_key)),
            _ => None,
        }
    }
}

/// As in `str to u64`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Kinds::PYTHON {
            return f.write_str("Python's objects");
        }
        write_kind(f, self.key)?;
        f.write_str(" to ")?;
        write_kind(f, self.value)
    }
}

fn write_kind(f: &mut fmt::Formatter<'_>, kind: u32) -> fmt::Result {
    if kind & OPTION != 0 {
        f.write_str("optional ")?;
    }
    match kind & !OPTION {
        PYTHON => f.write_str("a Python object"),
        kind @ PLAIN.. => write!(f, "plain data of {} bytes", kind - PLAIN),
        kind => match NAMES.get((kind as usize).wrapping_sub(1)) {
            Some(name) => f.write_str(name),
            None => write!(f, "kind {kind} of another program"),
        },
    }
}

/// The hash of an object as the Python package wrote it, as the package hashes it.
fn python_hash(key: &[u8], hash_key: [u64; 2]) -> Option<u64> {
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
        STR1 | STR2 | STR4 | PYTHON_BYTES if content.is_empty() => Some(0),
        STR1 | STR2 | STR4 | PYTHON_BYTES => Some(<[u8]>::image_hash(content, hash_key)),
        _ => None,
    }
}

fn hash_of_int(int: i64) -> u64 {
    let size = int.unsigned_abs() % PYTHON_MODULUS;
    let hash = if int < 0 { size.wrapping_neg() } else { size };
    // -1 stands for an error in CPython.
    if hash == u64::MAX { hash - 1 } else { hash }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{ImageData, Plain};

    fn kinds<K: ImageData + ?Sized, V: ImageData + ?Sized>() -> Kinds {
        Kinds { key: K::KIND, value: V::KIND }
    }

    #[test]
    fn kinds_have_the_names_of_their_types() {
        assert_eq!(kinds::<u8, u16>().to_string(), "u8 to u16");
        assert_eq!(kinds::<i128, f64>().to_string(), "i128 to f64");
        assert_eq!(kinds::<str, Option<Vec<u8>>>().to_string(), "str to optional bytes");
        assert_eq!(kinds::<bool, ()>().to_string(), "bool to ()");
        let plain = kinds::<Plain<[u8; 12]>, Option<Plain<u32>>>().to_string();
        assert_eq!(plain, "plain data of 12 bytes to optional plain data of 4 bytes");
        assert_eq!(Kinds::PYTHON.to_string(), "Python's objects");
        let other = Kinds { key: 2000, value: 0 }.to_string();
        assert_eq!(other, "kind 2000 of another program to kind 0 of another program");
    }

    #[test]
    fn hashes_are_those_of_the_types() {
        let own = |bytes: &[u8]| Some(<[u8]>::image_hash(bytes, [1, 2]));
        assert_eq!(kinds::<str, u8>().key_hash(b"a", [1, 2]), own(b"a"));
        assert_eq!(kinds::<Plain<u32>, u8>().key_hash(b"abcd", [1, 2]), own(b"abcd"));
        assert_eq!(Kinds { key: 2000, value: 1 }.key_hash(b"a", [1, 2]), None);
        assert_eq!(Kinds::PYTHON.key_hash(b"\x05a", [1, 2]), own(b"a"));
        assert_eq!(Kinds::PYTHON.key_hash(b"\x05", [1, 2]), Some(0));
        assert_eq!(Kinds::PYTHON.key_hash(b"", [1, 2]), None);
        assert_eq!(Kinds::PYTHON.key_hash(b"\x03", [1, 2]), None);
        assert_eq!(Kinds::PYTHON.key_hash(b"\x03123456789", [1, 2]), None);
        assert_eq!(Kinds::PYTHON.key_hash(b"\x04abcdefgh", [1, 2]), None);
    }

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
