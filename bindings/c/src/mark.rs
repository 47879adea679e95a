//! The first word of what a handle points at, which tells whether it is alive.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::status::{Status, StatusResult};

/// What was freed, until the memory is used again.
const FREED: u64 = u64::from_le_bytes(*b"freed...");

/// The first word of a handle. Tells a live one from other memory as well as possible.
pub(crate) struct Mark(AtomicU64);

impl Mark {
    pub(crate) const fn new(word: u64) -> Self {
        Mark(AtomicU64::new(word))
    }

    pub(crate) fn is(&self, word: u64) -> bool {
        self.0.load(Ordering::Relaxed) == word
    }

    /// Marks the handle as freed, if it is one of this kind.
    pub(crate) fn end(&self, word: u64) -> StatusResult {
        let ended = self.0.compare_exchange(word, FREED, Ordering::Relaxed, Ordering::Relaxed);
        ended.map(|_| Status::Ok).map_err(|_| Status::Handle)
    }

    /// Marks it as freed, whatever it is.
    pub(crate) fn end_always(&self) {
        self.0.store(FREED, Ordering::Relaxed);
    }
}
