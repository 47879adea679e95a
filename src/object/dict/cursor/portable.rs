//! A cursor as plain words, for iterators that foreign code keeps.

use super::{DictCursor, Direction, State};

/// Of the last word: the direction in the lowest bit, then the state.
const STATE_SHIFT: u32 = 1;

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
