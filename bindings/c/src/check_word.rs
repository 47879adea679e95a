//! The last word of probes and iterators in the caller's memory, which checks the others.
//!
//! It finds mistakes, not forgeries. The engine checks every word it uses, so a forged probe gives
//! a wrong result or a refusal, but never a read out of bounds.

/// A word that depends on every bit of the others, and on the kind of structure.
pub(crate) fn check_word(kind: u64, words: &[u64]) -> u64 {
    words
        .iter()
        .fold(kind, |sum, word| (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}
