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
            Node::Collision { count, slots_at } => {
                Frame { slots_at, index: 0, count, data: Data::All }
            }
            Node::Branch { .. } if self.depth == BRANCH_LEVELS as usize => {
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
