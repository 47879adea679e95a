//! Maps with a checksum of their contents in them.

use std::sync::Arc;
use std::sync::atomic::AtomicIsize;

use crate::tokens::{MARK, Token, TokenMap};

/// The key of the checksum.
const SUM: u64 = u64::MAX;

fn mix(key: u64, number: u64) -> u64 {
    (key ^ number.rotate_left(20)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Puts a number under a key, or removes the key, and keeps the checksum right.
pub(crate) fn set(map: &mut TokenMap, key: u64, number: Option<u64>, alive: &Arc<AtomicIsize>) {
    let mut sum = map.get(&SUM).map_or(0, |token| token.number);
    let old = match number {
        Some(number) => {
            sum = sum.wrapping_add(mix(key, number));
            map.insert(key, Token::new(number, alive))
        }
        None => map.remove(&key),
    };
    if let Some(old) = old {
        sum = sum.wrapping_sub(mix(key, old.number));
    }
    map.insert(SUM, Token::new(sum, alive));
}

/// Panics unless the contents of a map are those of its checksum, by both ways of reading.
pub(crate) fn check(map: &TokenMap) {
    let mut sum = 0_u64;
    let mut stored = None;
    let mut count = 0;
    for (&key, token) in map {
        assert_eq!(token.mark, MARK ^ token.number);
        assert!(std::ptr::eq(map.get(&key).unwrap(), token));
        count += 1;
        match key {
            SUM => stored = Some(token.number),
            _ => sum = sum.wrapping_add(mix(key, token.number)),
        }
    }
    assert_eq!((count, stored.unwrap_or(0)), (map.len(), sum));
}
