//! Layer 2: one persistent hash trie in an arena.
//!
//! The trie knows one root at a time. It must not know versions, and it never hashes a key; how
//! keys compare is a closure of the caller's.
//!
//! # One key, step by step
//!
//! A hash is folded to 32 bits, and each level takes five of them, low bits first. Say the folded
//! hash is `0x0000_0866`. Its chunks are `00110 00011 00010 00000 ...`, that is 6, 3, 2, 0 and so
//! on. (The maps are drawn with bit 0 on the right, and without their zeros on the left.)
//!
//! ```text
//! root n24   slot_map 1...1.1    the bit of chunk 6 is in slot_map and not in data_map: a child.
//!            data_map ....1.1    Slot = popcount(slot_map & (bit - 1)) = 2
//!              slots: [e0, e5, n48]
//!                               |
//! n48        slot_map .1.1...    the bit of chunk 3 is in data_map too: an entry.
//!            data_map .1.1...    Slot = popcount(slot_map & (bit - 1)) = 0
//!              slots: [e7, e9]   -> entry e7: compare the whole hash, then the key
//! ```
//!
//! [`locate()`] makes this walk. [`Writer`] (in `write`, `split` and `remove`) copies the path back
//! up. [`EntryWalk`] visits every entry, `bulk` builds a tree at once, and `in_place` writes in one
//! walk where an edit owns the path. `lockstep` walks two trees for what differs, `one_key` and
//! `part` find what a release frees, `relocate` moves trees for compaction, and `shape` shows a
//! tree as CPython does. `sharing` tells relatives from strangers. [`check_tree`] tests every
//! invariant, T1 to T7 in `node`.

mod bulk;
mod check;
mod group;
mod in_place;
mod iter;
mod locate;
mod lockstep;
mod node;
mod one_key;
mod part;
mod relocate;
mod remove;
mod renumber;
mod shape;
mod sharing;
mod split;
mod write;

pub use node::fold;
pub use shape::{NodeId, NodeKind, Shape, ShapeNode};

pub(crate) use bulk::{Sorted, build, hash_of, order_key, words_to_build};
pub(crate) use check::{Reached, check_tree};
pub(crate) use group::Group;
pub(crate) use in_place::InPlace;
pub(crate) use iter::{EMPTY_CHUNK, EntryWalk, Position, for_each_entry};
pub(crate) use locate::{LANES, Location, find, find_many, hash_first, locate};
pub(crate) use lockstep::{Groups, Visitor, differences, try_each_group};
pub(crate) use node::Slot;
pub(crate) use one_key::{OnlyOnPath, find_only_on_path, free_only_on_path, free_own};
pub(crate) use part::Part;
pub(crate) use relocate::{NOT_MOVED, Relocation, renumbered};
pub(crate) use remove::{free_tree, free_unheld};
pub(crate) use renumber::Renumbering;
pub(crate) use shape::{DumpPart, shape, visit};
pub(crate) use sharing::share_near_root;
pub(crate) use write::{Replaced, ToFree, Writer};
