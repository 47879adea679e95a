//! Arithmetic on folded hashes and bitmaps.
//!
//! A folded hash has 32 bits, which seven levels consume five at a time, **low bits first**, as
//! CPython's `hamt.c` does; level 6 has only two significant bits. A collision node can hang one
//! level deeper still, at level 7, so a tree is at most [`MAX_DEPTH`] nodes deep.

/// Bits of the hash that one level consumes.
pub(crate) const BITS: u32 = 5;

/// Nodes on the longest path: levels 0 to 6, and a collision node under the last.
pub(crate) const MAX_DEPTH: usize = 8;

const _: () = assert!(MAX_DEPTH == u32::BITS.div_ceil(BITS) as usize + 1);

/// Folds a 64-bit hash to 32 bits as CPython's HAMT does: the halves are XORed, and -1 becomes -2.
///
/// So two hashes that fold to -1 and to -2 meet in one collision node, and for Python's integers
/// `k` and `-k - 1` do (their hashes fold to the same 32 bits).
///
/// ```
/// assert_eq!(hedgerow::fold(4), 4);
/// assert_eq!(hedgerow::fold(-5i64 as u64), 4);
/// assert_eq!(hedgerow::fold(0xffff_ffff), 0xffff_fffe);
/// ```
///
/// Source: `map_hash` in immutables' `_map.c`, `hamt_hash` in CPython's `hamt.c`.
#[inline]
pub const fn fold(hash: u64) -> u32 {
    let folded = hash as u32 ^ (hash >> 32) as u32;
    folded - (folded == u32::MAX) as u32
}

/// The five bits of `hash` that choose a slot at `level`; 0 below level 6, where none are left.
#[inline]
pub(crate) fn chunk(hash: u32, level: usize) -> u32 {
    (u64::from(hash) >> (BITS * level as u32)) as u32 & 31
}

/// The bit of a node's bitmaps that stands for the chunk at `level`.
#[inline]
pub(crate) fn bit_position(hash: u32, level: usize) -> u32 {
    1 << chunk(hash, level)
}

/// How many of the slots of `bitmap` come before `bit`: the position of its slot.
#[inline]
pub(crate) fn rank(bitmap: u32, bit: u32) -> usize {
    (bitmap & (bit - 1)).count_ones() as usize
}

/// A number that sorts hashes in iteration order: the first chunk becomes the most significant.
#[inline]
pub(crate) fn order_key(hash: u32) -> u32 {
    let mut key = 0;
    for level in 0..6 {
        key = key << BITS | chunk(hash, level);
    }
    key << 2 | chunk(hash, 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_as_cpython_does() {
        // Recorded from immutables.map.map_hash with the step from -1 to -2 that C adds.
        let vectors: [(i64, u32); 6] = [
            (0, 0),
            (-1, 0),
            (-2, 1),
            (1 << 32 | 7, 6),
            (0x7fff_ffff_8000_0000_u64 as i64, 0xffff_fffe),
            (0x1234_5678_9abc_def0, 0x8888_8888),
        ];
        for (hash, folded) in vectors {
            assert_eq!(fold(hash as u64), folded, "{hash:#x}");
        }
    }

    #[test]
    fn chunks_take_low_bits_first_and_end_after_level_six() {
        let hash = 0b11_00001_00010_00011_00100_00101_00110;
        let chunks: Vec<u32> = (0..MAX_DEPTH).map(|level| chunk(hash, level)).collect();
        assert_eq!(chunks, [6, 5, 4, 3, 2, 1, 3, 0]);
    }

    #[test]
    fn order_key_compares_chunk_by_chunk() {
        let hashes = [0, 1 << 31, 32, 1 << 30 | 32, 1, 33, 2];
        let keys: Vec<u32> = hashes.iter().map(|&hash| order_key(hash)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
