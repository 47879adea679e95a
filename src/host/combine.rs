//! Union, intersection and difference of two versions, for hosts whose keys the store cannot
//! compare by itself.

use crate::store::combine::Plan;
use crate::store::error::WithError;
use crate::store::{Combination, Store, Version};

/// What [`combine()`] made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Combined {
    /// A new version, derived from the first.
    New(Version),
    /// Nothing: the first version is what was asked for.
    First,
    /// Nothing: so little of a large version changes that an edit of it takes less.
    Few,
}

/// A version of the entries of two others. They are read in iteration order, and the new tree is
/// built at once, so no key is hashed or looked up. Entries of the first are shared with it.
///
/// `is_same_key` compares keys of one folded hash. It fails where that takes user code, and nothing
/// has changed then. For [`Combination::Update`], `is_same_value(old, new)` says whether `old` may
/// stay.
///
/// # Errors
///
/// As [`HostStore::insert_at`](super::HostStore::insert_at); what `is_same_key` fails with.
///
/// ```
/// use std::convert::Infallible;
///
/// use hedgerow::host::{Combination, Combined, combine};
///
/// let mut store = hedgerow::Store::new();
/// let a = store.bulk((0..1000).map(|n| (n, "a")))?;
/// let b = store.bulk((500..1500).map(|n| (n, "b")))?;
/// let is_same = |a: &i32, b: &i32| Ok::<bool, Infallible>(a == b);
/// let made = combine(&mut store, a, b, Combination::Update, is_same, |old, new| old == new);
/// let Ok(Combined::New(both)) = made else { panic!("much differs") };
/// assert_eq!(store.len(both)?, 1500);
/// assert_eq!(store.at(both)?.get(&700), Some(&"b"));
/// # Ok::<(), hedgerow::Error>(())
/// ```
pub fn combine<K: Clone, V: Clone, S, E>(
    store: &mut Store<K, V, S>,
    first: Version,
    second: Version,
    how: Combination,
    is_same_key: impl FnMut(&K, &K) -> Result<bool, E>,
    is_same_value: impl Fn(&V, &V) -> bool,
) -> Result<Combined, WithError<E>> {
    match store.plan((first, second), how, is_same_key, is_same_value)? {
        Plan::First => Ok(Combined::First),
        Plan::Edit => Ok(Combined::Few),
        Plan::Build(tree) => {
            let pairs = store.copies(&tree)?;
            Ok(Combined::New(store.build_planned(first, tree, pairs)?))
        }
    }
}
