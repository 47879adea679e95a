//! Rust types that can stand in an image, and their bytes.

use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::siphash::SipHash;

/// A type that images hold, as keys' values or, with [`ImageKey`], as keys.
///
/// | | bytes | read back as |
/// | --- | --- | --- |
/// | `bool`, integers and floats up to 128 bits | little-endian | itself |
/// | `str`, `String` | UTF-8 | `&str` |
/// | `[u8]`, `Vec<u8>` | themselves | `&[u8]` |
/// | `()` | none | `()` |
/// | [`Plain<T>`] | those of `T` in memory | `T` |
/// | [`Option<T>`] | one byte, and those of `T` | `Option` of what `T` is read back as |
pub trait ImageData {
    /// What is read back; it borrows the image where it can.
    type Read<'a>;

    /// Tells the types apart whose bytes mean different things. An image opens only with the kinds
    /// it was made with. Below 1,000 are those of this crate.
    const KIND: u32;

    /// Writes the bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads them; `None` if they cannot be of this type.
    fn read(bytes: &[u8]) -> Option<Self::Read<'_>>;
}

/// A type whose values can be keys: equal if and only if their bytes are.
pub trait ImageKey: ImageData {
    /// The hash of the bytes: SipHash-1-3 under the key of the image.
    #[inline]
    fn image_hash(bytes: &[u8], key: [u64; 2]) -> u64 {
        SipHash::<1, 3>::of_bytes(key, bytes)
    }

    /// Calls `work` with the bytes that [`write`](ImageData::write) writes, for a lookup. A type
    /// whose bytes are in memory already lends those; by default they are written into a vector.
    #[inline]
    fn with_bytes<R>(&self, work: impl FnOnce(&[u8]) -> R) -> R {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        work(&bytes)
    }
}

/// A type of plain data: any that implements zerocopy's traits, such as a `repr(C)` struct of
/// numbers without padding. The bytes are those in memory; for machines of either byte order, make
/// it of zerocopy's little-endian numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Plain<T>(pub T);

macro_rules! number {
    ($($type:ty = $kind:expr),* $(,)?) => {$(
        impl ImageData for $type {
            type Read<'a> = $type;
            const KIND: u32 = $kind;

            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn read(bytes: &[u8]) -> Option<$type> {
                Some(<$type>::from_le_bytes(bytes.try_into().ok()?))
            }
        }
    )*};
}

number!(u8 = 1, u16 = 2, u32 = 3, u64 = 4, u128 = 5);
number!(i8 = 6, i16 = 7, i32 = 8, i64 = 9, i128 = 10);
number!(f32 = 11, f64 = 12);

macro_rules! number_key {
    ($($type:ty),*) => {$(
        impl ImageKey for $type {
            #[inline]
            fn with_bytes<R>(&self, work: impl FnOnce(&[u8]) -> R) -> R {
                work(&self.to_le_bytes())
            }
        }
    )*};
}

macro_rules! borrowed_key {
    ($($type:ty),*) => {$(
        impl ImageKey for $type {
            #[inline]
            fn with_bytes<R>(&self, work: impl FnOnce(&[u8]) -> R) -> R {
                work(self.as_ref())
            }
        }
    )*};
}

number_key!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128);
borrowed_key!(str, String, [u8], Vec<u8>);

impl ImageKey for bool {}
impl ImageKey for () {}

pub(super) const BOOL: u32 = 13;
pub(super) const TEXT: u32 = 14;
pub(super) const BYTES: u32 = 15;
pub(super) const UNIT: u32 = 16;
/// And the number of bytes.
pub(super) const PLAIN: u32 = 1 << 16;
/// And what it is an option of.
pub(super) const OPTION: u32 = 1 << 31;

impl ImageData for bool {
    type Read<'a> = bool;
    const KIND: u32 = BOOL;

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(bytes: &[u8]) -> Option<bool> {
        match bytes {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl ImageData for () {
    type Read<'a> = ();
    const KIND: u32 = UNIT;

    fn write(&self, _out: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Option<()> {
        bytes.is_empty().then_some(())
    }
}

macro_rules! text {
    ($($type:ty),*) => {$(
        impl ImageData for $type {
            type Read<'a> = &'a str;
            const KIND: u32 = TEXT;

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.as_bytes());
            }

            fn read(bytes: &[u8]) -> Option<&str> {
                std::str::from_utf8(bytes).ok()
            }
        }
    )*};
}

macro_rules! bytes {
    ($($type:ty),*) => {$(
        impl ImageData for $type {
            type Read<'a> = &'a [u8];
            const KIND: u32 = BYTES;

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self);
            }

            fn read(bytes: &[u8]) -> Option<&[u8]> {
                Some(bytes)
            }
        }
    )*};
}

text!(str, String);
bytes!([u8], Vec<u8>);

impl<T: FromBytes + IntoBytes + Immutable> ImageData for Plain<T> {
    type Read<'a> = T;
    const KIND: u32 = PLAIN + size_of::<T>() as u32;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<T> {
        T::read_from_bytes(bytes).ok()
    }
}

impl<T: FromBytes + IntoBytes + Immutable + Eq> ImageKey for Plain<T> {
    fn with_bytes<R>(&self, work: impl FnOnce(&[u8]) -> R) -> R {
        work(self.0.as_bytes())
    }
}

impl<T: ImageData> ImageData for Option<T> {
    type Read<'a> = Option<T::Read<'a>>;
    const KIND: u32 = OPTION | T::KIND;

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(bytes: &[u8]) -> Option<Option<T::Read<'_>>> {
        match bytes {
            [0] => Some(None),
            [1, rest @ ..] => Some(Some(T::read(rest)?)),
            _ => None,
        }
    }
}
