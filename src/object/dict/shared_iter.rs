//! Iterating over a shared dict, which may change meanwhile.

use super::cursor::DictCursor;
use super::shared::SharedDict;
use super::views::{ItemsView, KeysView, ValuesView};
use crate::object::value::{ObjectError, Value};

/// An iterator over a [`SharedDict`]. Once the size of the dict has changed it gives an error at
/// each step, as CPython's does.
#[derive(Clone, Debug)]
pub struct SharedIter<T> {
    /// `None` once the iteration has ended.
    dict: Option<SharedDict>,
    cursor: DictCursor,
    pick: fn((Value, Value)) -> T,
}

impl<T> SharedIter<T> {
    fn new(dict: &SharedDict, cursor: DictCursor, pick: fn((Value, Value)) -> T) -> Self {
        SharedIter { dict: Some(dict.clone()), cursor, pick }
    }

    /// `operator.length_hint(iterator)`: how many are left, and 0 once the size of the dict has
    /// changed.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.dict.as_ref().map_or(0, |dict| dict.remaining(&self.cursor))
    }
}

impl<T> Iterator for SharedIter<T> {
    type Item = Result<T, ObjectError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.dict.as_ref()?.advance(&mut self.cursor);
        if self.cursor.has_ended() {
            self.dict = None;
        }
        step.transpose().map(|pair| pair.map(self.pick))
    }
}

impl KeysView<SharedDict> {
    /// The keys. Changing the size of the dict meanwhile is an error.
    #[must_use]
    pub fn iter(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor(), |(key, _)| key)
    }

    /// `reversed(dict.keys())`.
    #[must_use]
    pub fn iter_reversed(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |(key, _)| key)
    }
}

impl ValuesView<SharedDict> {
    /// The values. Changing the size of the dict meanwhile is an error.
    #[must_use]
    pub fn iter(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor(), |(_, value)| value)
    }

    /// `reversed(dict.values())`.
    #[must_use]
    pub fn iter_reversed(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |(_, value)| value)
    }
}

impl ItemsView<SharedDict> {
    /// The keys and values. Changing the size of the dict meanwhile is an error.
    #[must_use]
    pub fn iter(&self) -> SharedIter<(Value, Value)> {
        SharedIter::new(&self.0, self.0.cursor(), |pair| pair)
    }

    /// `reversed(dict.items())`.
    #[must_use]
    pub fn iter_reversed(&self) -> SharedIter<(Value, Value)> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |pair| pair)
    }
}
