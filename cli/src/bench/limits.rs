//! How much one timed pass does, at each level.

use serde::Serialize;

/// How much one timed pass does. Workers in other languages get these numbers, too.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PassLimits {
    /// The fewest operations in a pass: the clock could not resolve fewer.
    pub(crate) pass: usize,
    /// The most lookups in a pass: all keys of the default sizes.
    pub(crate) lookups: usize,
    /// The most updates in a pass: enough that they do not fit into any cache.
    pub(crate) updates: usize,
    /// The most entries that a pass copies, where a map is copied before each update.
    pub(crate) copied_entries: usize,
}

impl PassLimits {
    pub(crate) const FULL: PassLimits =
        PassLimits { pass: 1_000, lookups: 100_000, updates: 20_000, copied_entries: 500_000 };
    pub(crate) const QUICK: PassLimits =
        PassLimits { pass: 1_000, lookups: 10_000, updates: 5_000, copied_entries: 100_000 };
}
