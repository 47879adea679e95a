//! Iterating without a borrow, and noticing what happened to the dict meanwhile.
//!
//! After `dictiter_iternextkey` and `dictreviter_iternext` of `Objects/dictobject.c`: an iterator
//! knows how many entries the dict had, where it stands, and how many it has yet to give.

use super::table::{Entry, Table};
use crate::object::value::ObjectError;

/// Of the last word: the direction in the lowest bit, then the state.
const STATE_SHIFT: u32 = 1;

/// A walk over a dict that holds no borrow: for iterators of a host language. See
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
pub(super) enum Direction {
    Forward,
    Backward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Walking,
    /// The dict changed its size once: this error stays, as in CPython.
    Resized,
    Ended,
}

impl DictCursor {
    /// The cursor as plain words, which mean something to [`from_words`](DictCursor::from_words)
    /// alone.
    ///
    /// ```
    /// use hedgerow::object::{DictCursor, HashPolicy, SharedDict, Value};
    ///
    /// let dict = SharedDict::new(HashPolicy::cpython(0));
    /// dict.insert("a".into(), Value::None)?;
    /// let words = dict.cursor().to_words();
    /// let mut cursor = DictCursor::from_words(words).expect("nobody wrote over the words");
    /// assert!(dict.advance(&mut cursor)?.is_some() && dict.advance(&mut cursor)?.is_none());
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn to_words(&self) -> [u64; 5] {
        let state = match self.state {
            State::Walking => 0,
            State::Resized => 1,
            State::Ended => 2,
        };
        let rest = state << STATE_SHIFT | u64::from(self.direction == Direction::Backward);
        [self.used as u64, self.position as u64, self.left as u64, self.moves, rest]
    }

    /// The cursor that [`to_words`](DictCursor::to_words) gave; `None` for words that are no
    /// cursor. One that was forged walks a dict wrongly, or is told that the dict changed.
    pub fn from_words([used, position, left, moves, rest]: [u64; 5]) -> Option<Self> {
        let state = match rest >> STATE_SHIFT {
            0 => State::Walking,
            1 => State::Resized,
            2 => State::Ended,
            _ => return None,
        };
        let direction = if rest & 1 == 0 { Direction::Forward } else { Direction::Backward };
        // Positions of a dict are 32-bit numbers.
        let number = |word| u32::try_from(word).ok().map(|number| number as usize);
        let (used, position, left) = (number(used)?, number(position)?, number(left)?);
        Some(DictCursor { used, position, left, moves, direction, state })
    }

    pub(super) fn new(table: &Table, direction: Direction) -> Self {
        let position = if direction == Direction::Forward { 0 } else { table.end() };
        let (used, moves) = (table.len(), table.moves());
        DictCursor { used, position, left: used, moves, direction, state: State::Walking }
    }

    /// Whether there is nothing more to come, whatever happens to the dict.
    pub(super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// How many entries are left: 0 once the dict has changed its size.
    pub(super) fn remaining(&self, table: &Table) -> usize {
        let valid = self.state == State::Walking && self.used == table.len();
        if valid { self.left } else { 0 }
    }

    pub(super) fn advance<'a>(
        &mut self,
        table: &'a Table,
    ) -> Result<Option<&'a Entry>, ObjectError> {
        if self.state == State::Ended {
            return Ok(None);
        }
        if self.state == State::Resized || self.used != table.len() {
            self.state = State::Resized;
            return Err(runtime("dictionary changed size during iteration"));
        }
        let found = match self.direction {
            Direction::Forward => table.next_live(self.position),
            Direction::Backward => table.prev_live(self.position),
        };
        // CPython finds out only when it gives more than there were, and goes on in the wrong
        // place if the entries were moved meanwhile.
        let others = self.moves != table.moves() || found.is_some() && self.left == 0;
        if others {
            self.state = State::Ended;
            return Err(runtime("dictionary keys changed during iteration"));
        }
        let Some(position) = found else {
            self.state = State::Ended;
            return Ok(None);
        };
        self.position = position + usize::from(self.direction == Direction::Forward);
        self.left -= 1;
        Ok(table.get(position))
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
    fn words_are_the_cursor_in_every_state() {
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
                // Whatever it says, it says it without a panic.
                let _ = (dict.advance(&mut cursor), dict.advance(&mut cursor));
            }
        }
        assert!(DictCursor::from_words([0, 0, 0, 0, 6]).is_none());
        assert!(DictCursor::from_words([0, u64::MAX, 0, 0, 0]).is_none());
    }
}
