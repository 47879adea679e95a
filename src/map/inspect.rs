//! What the arena of a map holds, and whether it is whole.

use crate::store::Stats;
use crate::store::error::Corruption;

use super::{Arena, Map};

impl<K, V, S> Map<K, V, S> {
    /// What the map's arena holds, with all maps in it. O(1); takes the arena's lock for a moment.
    ///
    /// ```
    /// let map: hedgerow::Map<u32, u32> = (0..100).map(|n| (n, n)).collect();
    /// let mut other = map.clone();
    /// other.insert(100, 100);
    /// assert_eq!((map.stats().live_versions, map.stats().live_entries), (2, 101));
    /// drop(other);
    /// assert_eq!((map.stats().live_versions, map.stats().live_entries), (1, 100));
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.handle.as_ref().map(|handle| handle.stats()).unwrap_or_default()
    }

    /// Tests every invariant of the arena of a map that is alone in it: that words and entries
    /// allocated are those that the map reaches, and the others that [`Store::check`] tests. `None`
    /// where other maps share the arena. O(everything): for tests and debugging.
    ///
    /// [`Store::check`]: crate::Store::check
    pub fn check(&mut self) -> Option<Result<(), Corruption>> {
        self.handle.as_mut().map_or(Some(Ok(())), |handle| handle.check())
    }
}

impl<K, V, S> Arena<K, V, S> {
    /// What the arena holds, with all maps in it. O(1); takes its lock for a moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.owner.stats()
    }
}
