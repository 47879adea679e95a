//! Iterating without a borrow, and noticing what happened to the dict meanwhile.
//!
//! After `dictiter_iternextkey` and `dictreviter_iternext` of `Objects/dictobject.c`: an iterator
//! knows how many entries the dict had, where it stands, and how many it has yet to give.

mod portable;

use super::table::{Entry, Table};
use crate::object::error::ObjectError;

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
