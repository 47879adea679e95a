//! Parallel iterators of maps and sets, by the crate rayon (feature `rayon`).
//!
//! The names are those of hashbrown. The traits are rayon's, and a program imports them from there:
//!
//! ```
//! use hedgerow::{Map, Set};
//! use rayon::prelude::*;
//!
//! let squares: Map<u64, u64> = (0..1_000u64).into_par_iter().map(|n| (n, n * n)).collect();
//! assert_eq!(squares.par_values().sum::<u64>(), 332_833_500);
//! let odd: Set<u64> = squares.par_keys().copied().filter(|n| n % 2 == 1).collect();
//! assert_eq!(odd.len(), 500);
//! ```
//!
//! | | |
//! | --- | --- |
//! | `par_iter()`, `(&map).into_par_iter()` | [`ParIter`]: references to keys and values |
//! | [`par_keys`](Map::par_keys), [`par_values`](Map::par_values) | [`ParKeys`], [`ParValues`] |
//! | `par_iter_mut()`, [`par_values_mut`](Map::par_values_mut) | [`ParIterMut`], [`ParValuesMut`] |
//! | `into_par_iter()`, [`par_drain`](Map::par_drain) | [`IntoParIter`], [`ParDrain`]: pairs |
//! | `collect`, `par_extend` | [`FromParallelIterator`], [`ParallelExtend`] |
//!
//! A [`Set`] has `par_iter`, `into_par_iter`, `par_drain`, `collect` and `par_extend`. The rest of
//! what hashbrown has is not here: `==`, [`union`](Set::union), [`is_subset`](Set::is_subset) and
//! their like cost only what differs.
//!
//! An iterator is split between the subtrees of the trie, or along the entries where these are
//! consecutive; no split allocates. It is no indexed iterator, but `collect` into a `Vec` gives the
//! order of [`iter`](Map::iter).
//!
//! Reading and changing values is what several threads do. The rest is done by the thread that asks
//! for it: pairs that are taken out of a map are moved or cloned before the others get them, and
//! what is collected from the others is hashed, compared and inserted after that.
//!
//! Handing work to other threads takes some ten microseconds. Adding up the values of a map pays
//! from about 100,000 entries on; closures that do more pay earlier.
//!
//! A panic in a closure ends the operation and leaves all maps whole, but for the values that a
//! closure had changed; the thread that began the operation gets it.
//!
//! [`FromParallelIterator`]: rayon::iter::FromParallelIterator
//! [`ParallelExtend`]: rayon::iter::ParallelExtend

mod build;
mod iter;
mod iter_mut;
mod owned;
mod producer;
mod set;

#[cfg(doc)]
use super::{Map, Set};

pub use iter::{ParIter, ParKeys, ParValues};
pub use iter_mut::{ParIterMut, ParValuesMut};
pub use owned::{IntoParIter, ParDrain};
pub use set::IntoParKeys;
