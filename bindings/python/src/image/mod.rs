//! Images of maps: bytes that any process reads in place.
//!
//! ```text
//! codec      objects as bytes, and back
//! keys       hashes and equality of keys that are bytes
//! class      the class `Image`, whose methods are in `slots`
//! entries    its iterators
//! delta      the class `Delta`, and applying one
//! make       an image of a map, a delta of two
//! relate     equality and `diff`
//! ```

mod class;
pub(crate) mod codec;
mod delta;
mod entries;
mod keys;
mod make;
pub(crate) mod relate;

pub(crate) use class::{Image, raised};
pub(crate) use delta::{Delta, applied};
pub(crate) use entries::{ImageIterator, Part};
pub(crate) use make::{check_path, delta_of_maps, image_of_map};
