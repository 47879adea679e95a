//! Keys and orders that are computed, so that the harness holds no memory of its own for them.

/// The width of a key.
const ID_BITS: u32 = 62;

/// The key of a counter: an id of 62 bits. Different counters have different ids.
pub(crate) fn id(counter: u64) -> u64 {
    mix(counter, ID_BITS)
}

/// The number in place `index` of `0..count` shuffled.
pub(crate) fn shuffled(index: u64, count: u64) -> u64 {
    let bits = count.next_power_of_two().trailing_zeros().max(2);
    // A bijection of all numbers of so many bits; those beyond the range are passed over.
    let mut number = mix(index, bits);
    while number >= count {
        number = mix(number, bits);
    }
    number
}

/// A bijection of the numbers of `bits` bits, of which there are at least two.
fn mix(number: u64, bits: u32) -> u64 {
    let mask = (1 << bits) - 1;
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15) & mask;
    for factor in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93] {
        word ^= word >> (bits / 2);
        word = word.wrapping_mul(factor) & mask;
    }
    word ^ (word >> (bits / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_shuffled_range_has_every_number_once_and_not_in_order() {
        for count in [1, 2, 3, 4, 5, 1_000, 1_024, 1_025] {
            let numbers: Vec<u64> = (0..count).map(|index| shuffled(index, count)).collect();
            let distinct: BTreeSet<u64> = numbers.iter().copied().collect();
            assert_eq!(distinct, (0..count).collect(), "{count}");
            assert!(count < 1_000 || !numbers.is_sorted(), "{count}");
        }
    }

    #[test]
    fn ids_differ_and_have_62_bits() {
        let ids: BTreeSet<u64> = (0..100_000).map(id).collect();
        assert_eq!(ids.len(), 100_000);
        assert!(ids.iter().all(|id| *id < 1 << ID_BITS));
        let high = ids.iter().filter(|id| **id >= 1 << (ID_BITS - 1)).count();
        assert!((45_000..55_000).contains(&high), "{high} of 100,000 have the highest bit");
    }
}
