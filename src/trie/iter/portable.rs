//! A place as two words, for cursors that foreign code keeps.

use super::Place;

/// Of the second word: positions below, then the level, then whether the walk has begun.
const DEPTH_SHIFT: u32 = 32;
const STARTED_SHIFT: u32 = 40;

impl Place {
    /// The place as plain words.
    pub(crate) fn to_words(self) -> [u64; 2] {
        let rest = u64::from(self.started) << STARTED_SHIFT
            | (self.depth as u64) << DEPTH_SHIFT
            | u64::from(self.colliding as u32);
        [u64::from_le_bytes(self.chunks), rest]
    }

    /// The place that [`to_words`](Place::to_words) gave; `None` for words that are no place.
    pub(crate) fn from_words([chunks, rest]: [u64; 2]) -> Option<Self> {
        let place = Place {
            chunks: chunks.to_le_bytes(),
            depth: (rest >> DEPTH_SHIFT) as u8 as usize,
            colliding: rest as u32 as usize,
            started: rest >> STARTED_SHIFT & 1 == 1,
        };
        // A walk that has not begun stands at the root, and goes down from there.
        let is_somewhere = place.started || (chunks, rest) == (0, 0);
        let fits = is_somewhere
            && place.depth < place.chunks.len()
            && place.chunks.iter().all(|&chunk| chunk < 32);
        (fits && place.to_words() == [chunks, rest]).then_some(place)
    }
}
