//! Iterating without a borrow, and noticing changes of the dict.
//!
//! After `dictiter_iternextkey` and `dictreviter_iternext` of `Objects/dictobject.c`: an iterator
//! knows how many entries the dict had, its position, and how many entries are left.

use super::table::{Entry, Table};
use crate::object::value::ObjectError;

/// A dict whose entries stand at positions in the order of insertion: that of values, or that of a
/// type.
pub(in crate::object) trait Positions {
    /// The number of live entries.
    fn len(&self) -> usize;

    /// One more than the position of the last entry, dead or alive.
    fn end(&self) -> usize;

    /// A number that changes when entries get other positions.
    fn moves(&self) -> u64;

    /// The first live position from this one on.
    fn next_live(&self, from: usize) -> Option<usize>;

    /// The last live position before this one.
    fn prev_live(&self, before: usize) -> Option<usize>;
}

/// In the last word of a cursor, the direction is the lowest bit, and the state is above it.
const STATE_SHIFT: u32 = 1;

/// An iteration over a dict that holds no borrow, for the iterators of a runtime. See
/// [`Dict::cursor`](super::Dict::cursor).
#[derive(Clone, Debug)]
pub struct DictCursor {
    used: usize,
    position: usize,
    left: usize,
    moves: u64,
    direction: Direction,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::object) enum Direction {
    Forward,
    Backward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    /// The size of the dict has changed. As in CPython the error stays.
    Resized,
    Ended,
}

impl DictCursor {
    /// The cursor as integers, for iterators that a foreign language stores.
    ///
    /// ```
    /// use hedgerow::object::{DictCursor, HashPolicy, SharedDict, Value};
    ///
    /// let dict = SharedDict::new(HashPolicy::cpython(0));
    /// dict.insert("a".into(), Value::None)?;
    /// let words = dict.cursor().to_words();
    /// let mut cursor = DictCursor::from_words(words).expect("the words are unchanged");
    /// assert!(dict.advance(&mut cursor)?.is_some() && dict.advance(&mut cursor)?.is_none());
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    #[must_use]
    pub fn to_words(&self) -> [u64; 5] {
        let state = match self.state {
            State::Active => 0,
            State::Resized => 1,
            State::Ended => 2,
        };
        let rest = state << STATE_SHIFT | u64::from(self.direction == Direction::Backward);
        [self.used as u64, self.position as u64, self.left as u64, self.moves, rest]
    }

    /// The cursor of [`to_words`](DictCursor::to_words). `None` if the words are no cursor. Forged
    /// words may give a cursor that skips entries or reports a change of the dict.
    #[must_use]
    pub fn from_words([used, position, left, moves, rest]: [u64; 5]) -> Option<Self> {
        let state = match rest >> STATE_SHIFT {
            0 => State::Active,
            1 => State::Resized,
            2 => State::Ended,
            _ => return None,
        };
        let direction = if rest & 1 == 0 { Direction::Forward } else { Direction::Backward };
        // The positions of a dict fit in 32 bits.
        let number = |word| u32::try_from(word).ok().map(|number| number as usize);
        let (used, position, left) = (number(used)?, number(position)?, number(left)?);
        Some(DictCursor { used, position, left, moves, direction, state })
    }

    pub(in crate::object) fn new(dict: &impl Positions, direction: Direction) -> Self {
        let position = if direction == Direction::Forward { 0 } else { dict.end() };
        let (used, moves) = (dict.len(), dict.moves());
        DictCursor { used, position, left: used, moves, direction, state: State::Active }
    }

    /// Whether the iteration has ended for good.
    pub(super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// How many entries are left: 0 once the size of the dict has changed.
    pub(super) fn remaining(&self, table: &Table) -> usize {
        let valid = self.state == State::Active && self.used == table.len();
        if valid { self.left } else { 0 }
    }

    pub(super) fn advance<'a>(
        &mut self,
        table: &'a Table,
    ) -> Result<Option<&'a Entry>, ObjectError> {
        Ok(self.advance_in(table)?.and_then(|position| table.get(position)))
    }

    /// The position of the next entry.
    pub(in crate::object) fn advance_in(
        &mut self,
        table: &impl Positions,
    ) -> Result<Option<usize>, ObjectError> {
        if self.state == State::Ended {
            return Ok(None);
        }
        if self.state == State::Resized || self.used != table.len() {
            self.state = State::Resized;
            return Err(runtime("dictionary changed size during iteration"));
        }
        if self.used == 0 {
            // Nothing that was cleared can come again.
            self.state = State::Ended;
            return Ok(None);
        }
        let found = match self.direction {
            Direction::Forward => table.next_live(self.position),
            Direction::Backward => table.prev_live(self.position),
        };
        // CPython notices other keys only when it gives more entries than there were, and goes on
        // at a wrong position if entries have moved: see docs/python-differences.md.
        let keys_changed = self.moves != table.moves() || found.is_some() && self.left == 0;
        if keys_changed {
            self.state = State::Ended;
            return Err(runtime("dictionary keys changed during iteration"));
        }
        let Some(position) = found else {
            self.state = State::Ended;
            return Ok(None);
        };
        self.position = position + usize::from(self.direction == Direction::Forward);
        self.left -= 1;
        Ok(Some(position))
    }
}

impl Positions for Table {
    fn len(&self) -> usize {
        Table::len(self)
    }

    fn end(&self) -> usize {
        Table::end(self)
    }

    fn moves(&self) -> u64 {
        Table::moves(self)
    }

    fn next_live(&self, from: usize) -> Option<usize> {
        Table::next_live(self, from)
    }

    fn prev_live(&self, before: usize) -> Option<usize> {
        Table::prev_live(self, before)
    }
}

pub(super) fn runtime(message: &str) -> ObjectError {
    ObjectError::Runtime(message.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{HashPolicy, SharedDict, Value};

    #[test]
    fn words_keep_the_cursor_in_every_state() {
        let dict = SharedDict::new(HashPolicy::cpython(0));
        for number in 0..5 {
            dict.insert(Value::from(number), Value::None).unwrap();
        }
        let through = |cursor: &DictCursor| DictCursor::from_words(cursor.to_words()).unwrap();
        for start in [dict.cursor(), dict.cursor_reversed()] {
            let (mut kept, mut made) = (start.clone(), through(&start));
            for _ in 0..7 {
                let steps = (dict.advance(&mut kept), dict.advance(&mut made));
                let key = |pair: Option<(Value, Value)>| pair.map(|(key, _)| format!("{key:?}"));
                assert_eq!(key(steps.0.unwrap()), key(steps.1.unwrap()));
                made = through(&made);
            }
            assert!(made.has_ended());
        }
        let mut cursor = dict.cursor();
        dict.insert("more".into(), Value::None).unwrap();
        assert!(dict.advance(&mut cursor).is_err());
        dict.remove("more").unwrap();
        assert!(dict.advance(&mut through(&cursor)).is_err(), "the error stays");
    }

    #[test]
    fn forged_words_are_no_cursor_or_a_wrong_one() {
        let dict = SharedDict::new(HashPolicy::cpython(0));
        dict.insert(1.into(), Value::None).unwrap();
        let words = dict.cursor().to_words();
        for bit in 0..5 * 64 {
            let mut forged = words;
            forged[bit / 64] ^= 1 << (bit % 64);
            if let Some(mut cursor) = DictCursor::from_words(forged) {
                // Any result will do, but no panic.
                let _ = (dict.advance(&mut cursor), dict.advance(&mut cursor));
            }
        }
        assert!(DictCursor::from_words([0, 0, 0, 0, 6]).is_none());
        assert!(DictCursor::from_words([0, u64::MAX, 0, 0, 0]).is_none());
    }
}
