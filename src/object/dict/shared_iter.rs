//! Iterating over a dict that is shared, and may change meanwhile.

use super::cursor::DictCursor;
use super::shared::SharedDict;
use super::views::{ItemsView, KeysView, ValuesView};
use crate::object::value::{ObjectError, Value};

/// An iterator over a [`SharedDict`]. After an error of a dict that changed its size it gives that
/// error for ever, as CPython's does.
#[derive(Clone, Debug)]
pub struct SharedIter<T> {
    /// Let go of at the end.
    dict: Option<SharedDict>,
    cursor: DictCursor,
    pick: fn((Value, Value)) -> T,
}

impl<T> SharedIter<T> {
    fn new(dict: &SharedDict, cursor: DictCursor, pick: fn((Value, Value)) -> T) -> Self {
        SharedIter { dict: Some(dict.clone()), cursor, pick }
    }

    /// `operator.length_hint(iterator)`: how many are left, and 0 once the dict changed its size.
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
    /// The keys. A dict that changed its size is an error.
    pub fn iter(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor(), |(key, _)| key)
    }

    /// `reversed(dict.keys())`.
    pub fn iter_reversed(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |(key, _)| key)
    }
}

impl ValuesView<SharedDict> {
    /// The values. A dict that changed its size is an error.
    pub fn iter(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor(), |(_, value)| value)
    }

    /// `reversed(dict.values())`.
    pub fn iter_reversed(&self) -> SharedIter<Value> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |(_, value)| value)
    }
}

impl ItemsView<SharedDict> {
    /// The keys and values. A dict that changed its size is an error.
    pub fn iter(&self) -> SharedIter<(Value, Value)> {
        SharedIter::new(&self.0, self.0.cursor(), |pair| pair)
    }

    /// `reversed(dict.items())`.
    pub fn iter_reversed(&self) -> SharedIter<(Value, Value)> {
        SharedIter::new(&self.0, self.0.cursor_reversed(), |pair| pair)
    }
}
