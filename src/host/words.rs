//! Probes and cursors as plain words, for code in other languages that keeps them in its own
//! memory.
//!
//! Words that cannot be a probe or cursor are refused. Overwritten ones may be one by chance. Then
//! a probe names some entry of the store, and a cursor some step of the version it names; reads are
//! checked. A binding that must tell them apart adds a check word.

use std::num::NonZeroU64;

use crate::arena::EntryRef;
use crate::store::Version;
use crate::trie::Position;

use super::{Cursor, Probe};

/// No entry is cached.
const NO_ENTRY: u64 = u64::MAX;

impl Probe {
    /// The probe as plain words.
    #[must_use]
    pub fn to_words(self) -> [u64; 5] {
        let place = u64::from(self.hash) << 32 | u64::from(self.ordinal);
        let entry = self.entry.map_or(NO_ENTRY, |entry| u64::from(entry.0));
        [self.version.to_bits().get(), place, self.revision, entry, self.epoch]
    }

    /// The probe that [`to_words`](Probe::to_words) gave; `None` for words that are none.
    ///
    /// ```
    /// use hedgerow::host::{HostStore, Probe};
    ///
    /// let mut store = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// let words = store.probe(one, store.hash_of("a"))?.to_words();
    /// let probe = Probe::from_words(words).expect("these are a probe's words");
    /// assert_eq!(store.candidate(&probe)?, Some((&"a", &1)));
    /// assert!(Probe::from_words([0; 5]).is_none());
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[must_use]
    pub fn from_words([version, place, revision, entry, epoch]: [u64; 5]) -> Option<Self> {
        let version = Version::from_bits(NonZeroU64::new(version)?);
        let entry = match entry {
            NO_ENTRY => None,
            row => Some(EntryRef(u32::try_from(row).ok()?)),
        };
        Some(Probe {
            version,
            hash: (place >> 32) as u32,
            ordinal: place as u32,
            revision,
            entry,
            epoch,
        })
    }
}

impl Cursor {
    /// The cursor as plain words.
    #[must_use]
    pub fn to_words(self) -> [u64; 4] {
        let last = u64::from(self.last.hash) << 32 | u64::from(self.last.ordinal);
        [self.version.to_bits().get(), self.revision, last, u64::from(self.visited)]
    }

    /// The cursor that [`to_words`](Cursor::to_words) gave; `None` for words that are none.
    ///
    /// ```
    /// use hedgerow::host::{Cursor, HostStore};
    ///
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..10).map(|n| (n, n * n)))?;
    /// let mut words = store.cursor(squares)?.to_words();
    /// let mut sum = 0;
    /// loop {
    ///     let mut cursor = Cursor::from_words(words).expect("these are a cursor's words");
    ///     let Some((_, square)) = store.advance(&mut cursor)? else { break };
    ///     sum += square;
    ///     words = cursor.to_words();
    /// }
    /// assert_eq!(sum, 285);
    /// assert!(Cursor::from_words([words[0], 0, 0, u64::MAX]).is_none());
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[must_use]
    pub fn from_words([version, revision, last, visited]: [u64; 4]) -> Option<Self> {
        let version = Version::from_bits(NonZeroU64::new(version)?);
        let visited = u32::try_from(visited).ok()?;
        let last = Position { hash: (last >> 32) as u32, ordinal: last as u32 };
        // Both counts saturate, and may be `u32::MAX` together.
        let is_one = visited > last.ordinal
            || visited == u32::MAX
            || visited == 0 && last == Position::default();
        is_one.then_some(Cursor { version, revision, last, visited })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::HostStore;
    use crate::store::Store;

    #[test]
    fn words_that_are_no_place_are_refused_and_others_never_panic() {
        let mut store = Store::with_seed(1);
        let in_a_row = store.bulk((0..2_000_u32).map(|n| (n, n))).unwrap();
        let scattered = store.insert(in_a_row, 2_000, 0).unwrap();
        for version in [in_a_row, scattered] {
            scribble(&store, version);
        }
    }

    fn scribble(store: &Store<u32, u32>, version: Version) {
        let [handle, revision, ..] = store.cursor(version).unwrap().to_words();
        let mut random = 1_u64;
        let mut taken = 0;
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let last = random & 0xffff_ffff_0000_0001;
            let Some(mut cursor) = Cursor::from_words([handle, revision, last, random >> 52])
            else {
                continue;
            };
            taken += 1;
            let _ = store.advance(&mut cursor).unwrap();
            assert!(Cursor::from_words(cursor.to_words()).is_some());
        }
        assert!(taken > 2_000);
        for last in [0, 7 << 32] {
            let mut cursor = Cursor::from_words([handle, revision, last, u64::from(u32::MAX)]);
            let _ = store.advance(cursor.as_mut().unwrap()).unwrap();
        }
        for [last, visited] in [[1, 0], [1 << 32, 0], [5, 5], [0, 1 << 32]] {
            assert!(Cursor::from_words([handle, revision, last, visited]).is_none());
        }
    }

    #[test]
    fn a_probe_keeps_its_place_past_the_last_candidate() {
        let mut store = Store::with_seed(1);
        let one = store.insert(store.empty(), 1, 1).unwrap();
        let mut probe = store.probe(one, store.hash_of(&1)).unwrap();
        probe.advance();
        let words = probe.to_words();
        let probe = Probe::from_words(words).unwrap();
        assert_eq!((store.candidate(&probe), probe.to_words()), (Ok(None), words));
        assert!(Probe::from_words([words[0], 0, 0, 1 << 40, 0]).is_none());
    }
}
