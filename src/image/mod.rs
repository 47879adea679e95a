//! Images: a map as bytes, which any process reads in place.
//!
//! A map that took a minute to build is opened in a microsecond: an [`Image`] is a header, and a
//! trie whose references count from its beginning, so that it means the same in a file, in shared
//! memory and in a message. Many processes read one copy. A [`Delta`] says what changed from one
//! map to another; applied to an image of the first it gives one of the second, which shares the
//! bytes of the first.
//!
//! ```
//! use hedgerow::Map;
//! use hedgerow::image::{Delta, Image};
//!
//! let mut squares: Map<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
//! let before = squares.clone();
//! let bytes: std::sync::Arc<[u8]> = squares.image()?.into();
//! let image = Image::<u64, u64, _>::open(bytes)?; // By any number of threads or processes.
//! assert_eq!(image.get(&31)?, Some(961));
//!
//! squares.insert(1000, 1_000_000);
//! squares.remove(&7);
//! let delta = squares.delta(&before, Some(image.raw().fingerprint()))?;
//! assert!(delta.as_bytes().len() < 300);
//!
//! let received = Delta::<u64, u64, _>::open(delta.as_bytes())?;
//! let newer = image.apply(&received)?;
//! assert_eq!((newer.get(&1000)?, newer.get(&7)?, newer.len()), (Some(1_000_000), None, 1000));
//! # Ok::<(), hedgerow::image::ImageError>(())
//! ```
//!
//! # Form
//!
//! ```text
//! header      128 bytes: magic, format, kinds, counts, key of the hash, fingerprint, checksums
//! records     one for each entry, in iteration order: hash, lengths, key, value
//! nodes       the trie over them: two bitmaps, then a word for each slot
//! ```
//!
//! `header.rs` and `parts.rs` have the bytes. [`IMAGE_FORMAT`] is raised whenever they change their
//! meaning; `tests/vectors` keeps an image of each format.
//!
//! The hash is not that of the map: a map hashes under a seed of its process, an image by
//! SipHash-1-3 under a key that stands in its header. So an image has an order of its own, that of
//! its folded hashes, as a map has.
//!
//! # Bytes from outside
//!
//! Every read is checked, so that damaged or hostile bytes give an error, never a panic, and never
//! an endless loop. What is read is not compared with a checksum: [`Image::verify`] does that, for
//! everything, in O(n). The checksums and fingerprints find accidents; they are no signature.
//!
//! Bytes that change while they are read, as a file may that was mapped and is written by others,
//! are as damaged ones. Write a new file beside the old one, and rename it: [`write_file`] does.

mod build;
#[cfg(test)]
mod damage;
mod data;
mod delta;
mod error;
mod file;
mod header;
mod iter;
mod kinds;
mod make;
mod parts;
pub mod python;
mod raw;
mod search;
mod shape;
mod typed;
mod verify;
mod write;

pub use data::{ImageData, ImageKey, Plain};
pub use delta::{DELTA_FORMAT, RawChange, RawDelta, RawDeltaWriter};
pub use error::{ImageError, Kinds};
pub use file::write_file;
pub use header::IMAGE_FORMAT;
pub use iter::{RecordCursor, Records};
pub use parts::Record;
pub use raw::RawImage;
pub use search::Candidates;
pub use shape::{ImageLevel, ImageShape};
pub use typed::{Delta, Entries, Image};
pub use write::{RawWriter, random_hash_key};
