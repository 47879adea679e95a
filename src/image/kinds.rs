//! What the numbers of kinds mean, for programs that read images of any kind.

use std::fmt;

use super::data::{BOOL, BYTES, ImageKey, OPTION, PLAIN, TEXT, UNIT};
use super::error::Kinds;
use super::python;

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
            PYTHON => python::hash(key, hash_key),
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
}
