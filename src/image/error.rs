//! Why an image or a delta could not be made, opened, read or applied.

use std::error::Error;
use std::fmt;

/// Why an operation on an image or a delta failed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes do not begin as an image (or a delta) does: another kind of file, or one that was
    /// copied as text.
    NotAnImage,
    /// The layout has another number than this version of the library reads.
    Format {
        /// The number in the header.
        found: u32,
        /// The number that is read.
        expected: u32,
    },
    /// The bytes end too early, or are followed by others.
    Length {
        /// How many the header names, or the least that a header has.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Keys or values are of another kind than asked for.
    Kind {
        /// What was asked for.
        expected: Kinds,
        /// What the image holds.
        found: Kinds,
    },
    /// What a part says cannot be: the bytes were changed, by accident or on purpose.
    Damaged {
        /// What is wrong.
        what: &'static str,
        /// The byte of the image where it was seen.
        at: u64,
    },
    /// The bytes of a section are not those that were written.
    Checksum {
        /// Which section.
        section: &'static str,
    },
    /// The delta starts from other contents than the image has.
    WrongBase,
    /// More entries, or more bytes of entries, than 32-bit references can tell apart.
    Full,
    /// The allocator refused memory.
    Allocation,
}

/// What the keys and the values of an image are: numbers that the codec gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kinds {
    /// Of the keys.
    pub key: u32,
    /// Of the values.
    pub value: u32,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::NotAnImage => f.write_str(
                "not an image: it begins with other bytes; was the file copied as text?",
            ),
            ImageError::Format { found, expected } => write!(
                f,
                "format {found}, and this version reads {expected}: make the image anew, or read \
                 it with the version that wrote it"
            ),
            ImageError::Length { expected, found } => write!(
                f,
                "{found} bytes where there should be {expected}: the file was cut off, or more was \
                 written behind it; copy it again"
            ),
            ImageError::Kind { expected, found } => write!(
                f,
                "an image of {found}, not of {expected}: open it with the types it was made with",
            ),
            ImageError::Damaged { what, at } => {
                write!(f, "damaged at byte {at}: {what}; copy the image again")
            }
            ImageError::Checksum { section } => {
                write!(f, "the {section} are not as they were written; copy the image again")
            }
            ImageError::WrongBase => f.write_str(
                "the delta starts from other contents than this image has: apply it to the image \
                 of the version it was made from",
            ),
            ImageError::Full => f.write_str(
                "the entries exceed what 32-bit references reach: make several images of the map",
            ),
            ImageError::Allocation => f.write_str("the allocator refused memory"),
        }
    }
}

impl Error for ImageError {}

/// Says that a part is damaged.
#[cold]
pub(super) fn damaged(what: &'static str, at: u64) -> ImageError {
    ImageError::Damaged { what, at }
}
