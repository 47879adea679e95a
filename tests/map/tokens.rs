//! Values that are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

use hedgerow::Map;

/// A value that is counted while it is alive, and knows whether it is.
pub(crate) struct Token {
    pub(crate) number: u64,
    pub(crate) mark: u64,
    alive: Arc<AtomicIsize>,
}

pub(crate) const MARK: u64 = 0x5afe_5afe_5afe_5afe;

impl Token {
    pub(crate) fn new(number: u64, alive: &Arc<AtomicIsize>) -> Token {
        alive.fetch_add(1, Ordering::Relaxed);
        Token { number, mark: MARK ^ number, alive: alive.clone() }
    }
}

impl Clone for Token {
    fn clone(&self) -> Token {
        Token::new(self.number, &self.alive)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let is_whole = self.mark == MARK ^ self.number || std::thread::panicking();
        assert!(is_whole, "dropped before, or written over");
        self.mark = 0;
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) type TokenMap = Map<u64, Token>;
