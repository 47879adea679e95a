//! Searching units for one unit.
//!
//! The crate memchr searches bytes, by the widest vector instructions that the processor has. So
//! one byte of a wider unit is looked for, and wherever that is, the unit is compared. A byte that
//! is at many other places is given up.

use zerocopy::{Immutable, IntoBytes};

use crate::object::str::Cut;

/// How often the byte may be found in vain before the search changes, and how many units later it
/// may be once more.
const VAIN: usize = 16;
const UNITS_A_VAIN: usize = 32;

/// How many units are looked at together without the crate.
const GROUP: usize = 64;

/// A unit that is searched for.
pub(super) trait FindUnit: Cut + TryFrom<u32> {
    /// Where it is first. O(n).
    fn find_unit(hay: &[Self], unit: Self) -> Option<usize>;
}

impl FindUnit for u8 {
    #[inline]
    fn find_unit(hay: &[u8], unit: u8) -> Option<usize> {
        memchr::memchr(unit, hay)
    }
}

impl FindUnit for u16 {
    #[inline]
    fn find_unit(hay: &[u16], unit: u16) -> Option<usize> {
        find_wide_unit(hay, unit)
    }
}

impl FindUnit for u32 {
    #[inline]
    fn find_unit(hay: &[u32], unit: u32) -> Option<usize> {
        find_wide_unit(hay, unit)
    }
}

fn find_wide_unit<T: Copy + Eq + Into<u32> + IntoBytes + Immutable>(
    hay: &[T],
    unit: T,
) -> Option<usize> {
    // The lowest byte differs most among the characters of a script. Zero is in most of them.
    let bytes = unit.into().to_le_bytes();
    let byte = bytes.into_iter().find(|&byte| byte != 0).unwrap_or(0);
    let (mut start, mut in_vain) = (0, 0);
    while in_vain <= VAIN + start / UNITS_A_VAIN {
        let found = memchr::memchr(byte, hay[start..].as_bytes())?;
        start += found / size_of::<T>();
        if hay[start] == unit {
            return Some(start);
        }
        start += 1;
        in_vain += 1;
    }
    let index = hay[start..].chunks(GROUP).position(|group| {
        // Without a branch for each unit.
        group.iter().fold(false, |found, other| found | (*other == unit))
    })?;
    let start = start + index * GROUP;
    hay[start..].iter().position(|other| *other == unit).map(|within| start + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places behind bytes that are found in vain, in each way of searching.
    #[test]
    fn a_wide_unit_is_found_behind_units_with_the_same_byte() {
        for length in [0, 1, 15, 16, 17, 18, 63, 64, 65, 500] {
            for (unit, other) in [(0x0435, 0x3504), (0x0400, 0x0401), (0, 0x0100), (0x20, 0x2020)] {
                let mut hay: Vec<u16> = vec![other; length];
                assert_eq!(u16::find_unit(&hay, unit), None);
                hay.extend([unit, other, unit]);
                assert_eq!(u16::find_unit(&hay, unit), Some(length));
                let hay: Vec<u32> = hay.iter().map(|&unit| 0x1_0000 | u32::from(unit)).collect();
                assert_eq!(u32::find_unit(&hay, 0x1_0000 | u32::from(unit)), Some(length));
            }
        }
    }
}
