//! All records of an image, in iteration order.

use std::iter::FusedIterator;

use super::error::{ImageError, damaged};
use super::header::NONE;
use super::parts::{BRANCH_LEVELS, Node, Parts, Record};

/// The records of an image in the order of their hashes: by chunks of five bits, lowest chunk
/// first, and among equal hashes as they were inserted. Ends after an error. A step allocates
/// nothing.
#[derive(Clone)]
pub struct Records<'a> {
    parts: Parts<'a>,
    cursor: RecordCursor,
}

/// A place among the records of one image, without a borrow of it: for iterators of a language that
/// has none. It owns nothing. With another image it leads to some of its records, or to an error.
#[derive(Clone)]
pub struct RecordCursor {
    frames: [Frame; BRANCH_LEVELS as usize + 1],
    depth: usize,
    left: u64,
}

/// The words of a [`RecordCursor`].
const CURSOR_WORDS: usize = 2 + (BRANCH_LEVELS as usize + 1) * 3 / 2;

/// A node on the way, and how far the walk has come in it.
#[derive(Clone, Copy, Default)]
struct Frame {
    slots_at: u32,
    index: u32,
    count: u32,
    /// A bit for each slot in order, set if it holds data. A collision node has data alone.
    data: Data,
}

#[derive(Clone, Copy, Default)]
enum Data {
    #[default]
    All,
    Some {
        slot_map: u32,
        data_map: u32,
    },
}

impl<'a> Records<'a> {
    pub(super) fn new(parts: Parts<'a>, root: u32, count: u64) -> Result<Self, ImageError> {
        Ok(Records { parts, cursor: RecordCursor::new(parts, root, count)? })
    }

    pub(super) fn next_reference(&mut self) -> Option<Result<u32, ImageError>> {
        self.cursor.next_reference(self.parts)
    }
}

impl RecordCursor {
    pub(super) fn new(parts: Parts<'_>, root: u32, count: u64) -> Result<Self, ImageError> {
        let frames = [Frame::default(); BRANCH_LEVELS as usize + 1];
        let mut cursor = RecordCursor { frames, depth: 0, left: count };
        if root != NONE {
            cursor.enter(parts, root)?;
        }
        Ok(cursor)
    }

    /// How many records are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The reference of the next record. An image that was damaged cannot make this run for ever:
    /// a node has slots, one below the last level has data alone, and there are as many steps as
    /// the header counts entries.
    pub(super) fn next_reference(&mut self, parts: Parts<'_>) -> Option<Result<u32, ImageError>> {
        let step = self.step(parts).transpose();
        if let Some(Err(_)) = step {
            self.end();
        }
        step
    }

    /// The place in 14 words, for a language that keeps it in memory of its own.
    #[must_use]
    pub fn to_words(&self) -> [u64; CURSOR_WORDS] {
        let mut words = [0; CURSOR_WORDS];
        (words[0], words[1]) = (self.left, self.depth as u64);
        let parts = self.frames.iter().flat_map(|frame| frame.to_parts());
        for (index, part) in parts.enumerate() {
            words[2 + index / 2] |= u64::from(part) << (32 * (index % 2));
        }
        words
    }

    /// The place that [`to_words`](RecordCursor::to_words) has written; `None` if it cannot have.
    /// Forged words lead to some records of the image, or to an error.
    #[must_use]
    pub fn from_words(words: [u64; CURSOR_WORDS]) -> Option<Self> {
        let mut frames = [Frame::default(); BRANCH_LEVELS as usize + 1];
        let depth = usize::try_from(words[1]).ok().filter(|&depth| depth <= frames.len())?;
        let part = |index: usize| (words[2 + index / 2] >> (32 * (index % 2))) as u32;
        for (index, frame) in frames.iter_mut().enumerate() {
            *frame = Frame::from_parts([3 * index, 3 * index + 1, 3 * index + 2].map(part));
        }
        Some(RecordCursor { frames, depth, left: words[0] })
    }

    pub(super) fn next_record<'a>(
        &mut self,
        parts: Parts<'a>,
    ) -> Option<Result<Record<'a>, ImageError>> {
        let record = self.next_reference(parts)?.and_then(|reference| parts.record(reference));
        if record.is_err() {
            self.end();
        }
        Some(record)
    }

    fn end(&mut self) {
        (self.depth, self.left) = (0, 0);
    }

    fn step(&mut self, parts: Parts<'_>) -> Result<Option<u32>, ImageError> {
        while self.depth > 0 {
            let frame = &mut self.frames[self.depth - 1];
            if frame.index == frame.count {
                self.depth -= 1;
                continue;
            }
            let slot = parts.slot(frame.slots_at, frame.index)?;
            let is_data = frame.advance();
            if is_data {
                self.left = self.left.checked_sub(1).ok_or_else(|| miscounted(slot))?;
                return Ok(Some(slot));
            }
            self.enter(parts, slot)?;
        }
        if self.left > 0 { Err(miscounted(0)) } else { Ok(None) }
    }

    fn enter(&mut self, parts: Parts<'_>, at: u32) -> Result<(), ImageError> {
        let frame = match parts.node(at)? {
            Node::Collision { count, slots_at } if self.depth < self.frames.len() => {
                Frame { slots_at, index: 0, count, data: Data::All }
            }
            // Deeper than any node: only forged words have led here.
            Node::Collision { .. } => {
                return Err(damaged("a node below the last level", u64::from(at)));
            }
            Node::Branch { .. } if self.depth >= BRANCH_LEVELS as usize => {
                return Err(damaged("a branch below the last level", u64::from(at)));
            }
            Node::Branch { slot_map, data_map, slots_at } => Frame {
                slots_at,
                index: 0,
                count: slot_map.count_ones(),
                data: Data::Some { slot_map, data_map },
            },
        };
        self.frames[self.depth] = frame;
        self.depth += 1;
        Ok(())
    }
}

impl Frame {
    /// Where the slots that are left begin, and which they are: of a branch its bitmaps, of a
    /// collision node 0 and their number.
    fn to_parts(self) -> [u32; 3] {
        let start = self.slots_at.saturating_add(self.index);
        match self.data {
            Data::All => [start, 0, self.count - self.index],
            Data::Some { slot_map: 0, .. } => [start, 0, 0],
            Data::Some { slot_map, data_map } => [start, slot_map, data_map],
        }
    }

    fn from_parts(parts: [u32; 3]) -> Self {
        match parts {
            [slots_at, 0, count] => Frame { slots_at, index: 0, count, data: Data::All },
            [slots_at, slot_map, data_map] => Frame {
                slots_at,
                index: 0,
                count: slot_map.count_ones(),
                data: Data::Some { slot_map, data_map },
            },
        }
    }

    /// Goes on to the next slot, and says whether the last one held data.
    fn advance(&mut self) -> bool {
        self.index += 1;
        match &mut self.data {
            Data::All => true,
            Data::Some { slot_map, data_map } => {
                let lowest = *slot_map & slot_map.wrapping_neg();
                *slot_map &= !lowest;
                *data_map & lowest != 0
            }
        }
    }
}

fn miscounted(at: u32) -> ImageError {
    damaged("the nodes hold more or fewer entries than the header counts", u64::from(at))
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.next_record(self.parts)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.cursor.left).unwrap_or(usize::MAX);
        (usize::from(left > 0).min(left), Some(left.saturating_add(1)))
    }
}

impl FusedIterator for Records<'_> {}

#[cfg(test)]
mod tests {
    use super::RecordCursor;
    use crate::image::{Kinds, RawImage, RawWriter};

    /// Entries at several levels, some of which share a hash.
    fn image() -> Vec<u8> {
        let mut writer = RawWriter::new(Kinds::PYTHON, [0, 0]);
        let hashes = (0..40_u64).chain([5 | 1 << 25, 5 | 1 << 31, 5 | 3 << 30, 7, 7, 7 | 1 << 31]);
        for (key, hash) in hashes.enumerate() {
            writer.push(hash, &key.to_le_bytes(), b"value").unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn a_place_goes_through_words_and_back() {
        let bytes = image();
        let image = RawImage::open(&bytes[..]).unwrap();
        let mut cursor = image.cursor().unwrap();
        let mut again = cursor.clone();
        while let Some(record) = image.next_record(&mut cursor) {
            again = RecordCursor::from_words(again.to_words()).unwrap();
            let other = image.next_record(&mut again).unwrap();
            assert_eq!(record.unwrap(), other.unwrap());
        }
        again = RecordCursor::from_words(again.to_words()).unwrap();
        assert!(image.next_record(&mut again).is_none());
    }

    #[test]
    fn forged_words_end() {
        let bytes = image();
        let image = RawImage::open(&bytes[..]).unwrap();
        let mut cursor = image.cursor().unwrap();
        for _ in 0..20 {
            let _ = image.next_record(&mut cursor);
        }
        let sound = cursor.to_words();
        for index in 0..sound.len() * 64 {
            let mut words = sound;
            words[index / 64] ^= 1 << (index % 64);
            let Some(mut forged) = RecordCursor::from_words(words) else { continue };
            let mut steps = 0;
            while image.next_record(&mut forged).is_some() {
                steps += 1;
                assert!(steps < bytes.len(), "word {} bit {}", index / 64, index % 64);
            }
        }
        let mut deep = sound;
        deep[1] = 9;
        assert!(RecordCursor::from_words(deep).is_none());
    }
}
