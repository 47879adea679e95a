//! The default hash policy.

use std::hash::BuildHasher;

/// The default hasher of a [`Store`](crate::Store): foldhash, seeded at random for each store.
///
/// It is fast, and its random seed keeps keys that were chosen beforehand from colliding. It is no
/// defence against someone who can watch timings or iteration order and choose keys accordingly:
/// for such keys use a keyed hash, as in `Store::with_hasher(std::hash::RandomState::new())`. What
/// an attack could reach is bounded by this: keys of one folded hash share one collision node, in
/// which a lookup compares with every key and an insert copies 4 bytes a key.
///
/// With [`with_seed`](DefaultHashBuilder::with_seed) hashes, and with them iteration order, are the
/// same in every run of one build of a program.
#[derive(Clone, Debug)]
pub struct DefaultHashBuilder(foldhash::fast::FixedState);

impl DefaultHashBuilder {
    /// A hasher with this seed.
    pub fn with_seed(seed: u64) -> Self {
        DefaultHashBuilder(foldhash::fast::FixedState::with_seed(seed))
    }
}

impl Default for DefaultHashBuilder {
    /// A hasher with a random seed.
    fn default() -> Self {
        // std asks the operating system once a thread, and counts up from there.
        DefaultHashBuilder::with_seed(std::hash::RandomState::new().hash_one(0))
    }
}

impl BuildHasher for DefaultHashBuilder {
    type Hasher = foldhash::fast::FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}
