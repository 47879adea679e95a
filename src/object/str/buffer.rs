//! Where the code points of a str stand.
//!
//! | form | for | bytes |
//! | --- | --- | --- |
//! | `One`, `Two`, `Four` | up to 14 bytes that a method made | the 16 of the reference |
//! | `SharedOne`, `SharedTwo`, `SharedFour` | the rest | 16, and 48 with the text behind them |
//! | `Long` | what a method made in a `Vec` without room to spare | 16, and 64, and the text |
//!
//! The first form needs no allocation, so that splitting a text into words takes none but that of
//! the list. It has no room for a hash. Text that comes from outside, such as the names and
//! constants of a program, has the second form at any length, because it is looked up in dicts
//! again and again. The third form saves the copy of a large result.
//!
//! Equal strs may have different forms, but they have the same kind.

use std::ops::Range;
use std::sync::Arc;

use triomphe::ThinArc;

use super::units::{Unit, Units, each_kind};
use crate::object::hash_cache::HashCache;

/// Up to this many code points of 1, 2 or 4 bytes have the short form.
pub(super) const SHORT: usize = 14;
const SHORT_TWO: usize = 7;
const SHORT_FOUR: usize = 3;

/// From this size in bytes on a `Vec` is kept instead of copied.
const LONG: usize = 1024;

/// The first bytes of a word, so many.
const KEPT: [u128; SHORT + 1] = {
    let mut kept = [0; SHORT + 1];
    let mut length = 1;
    while length <= SHORT {
        kept[length] = kept[length - 1] << 8 | 0xff;
        length += 1;
    }
    kept
};

pub(super) enum Buffer {
    SharedOne(ThinArc<HashCache, u8>),
    SharedTwo(ThinArc<HashCache, u16>),
    SharedFour(ThinArc<HashCache, u32>),
    Long(Arc<Long>),
    One { length: u8, units: [u8; SHORT] },
    Two { length: u8, units: [u16; SHORT_TWO] },
    Four { length: u8, units: [u32; SHORT_FOUR] },
}

// So that a value, which holds one beside numbers of 8 bytes, takes no more.
const _: () = assert!(size_of::<Buffer>() == 16);

pub(super) struct Long {
    cache: HashCache,
    units: LongUnits,
}

enum LongUnits {
    One(Box<[u8]>),
    Two(Box<[u16]>),
    Four(Box<[u32]>),
}

impl Buffer {
    #[inline]
    pub(super) fn units(&self) -> Units<'_> {
        match self {
            Buffer::One { length, units } => Units::One(&units[..usize::from(*length)]),
            Buffer::Two { length, units } => Units::Two(&units[..usize::from(*length)]),
            Buffer::Four { length, units } => Units::Four(&units[..usize::from(*length)]),
            Buffer::SharedOne(shared) => Units::One(&shared.slice),
            Buffer::SharedTwo(shared) => Units::Two(&shared.slice),
            Buffer::SharedFour(shared) => Units::Four(&shared.slice),
            Buffer::Long(long) => match &long.units {
                LongUnits::One(units) => Units::One(units),
                LongUnits::Two(units) => Units::Two(units),
                LongUnits::Four(units) => Units::Four(units),
            },
        }
    }

    /// Where the hash is remembered.
    #[inline]
    pub(super) fn cache(&self) -> Option<&HashCache> {
        // The keys of most dicts are of this form.
        if let Buffer::SharedOne(shared) = self {
            return Some(&shared.header.header);
        }
        match self {
            Buffer::One { .. } | Buffer::Two { .. } | Buffer::Four { .. } => None,
            Buffer::SharedOne(shared) => Some(&shared.header.header),
            Buffer::SharedTwo(shared) => Some(&shared.header.header),
            Buffer::SharedFour(shared) => Some(&shared.header.header),
            Buffer::Long(long) => Some(&long.cache),
        }
    }

    /// Whether both are one object. The short form has no address but its code points.
    pub(super) fn is(&self, other: &Buffer) -> bool {
        let are_short = self.cache().is_none() && other.cache().is_none();
        self.is_shared_with(other) || (are_short && self.units() == other.units())
    }

    /// Whether both have the same code points.
    #[inline]
    pub(super) fn same_text(&self, other: &Buffer) -> bool {
        // The keys of most dicts are of this form, and looked up by themselves.
        if let Buffer::SharedOne(one) = self
            && let Buffer::SharedOne(other) = other
        {
            return one.as_ptr() == other.as_ptr() || one.slice == other.slice;
        }
        self.same_units(other)
    }

    fn same_units(&self, other: &Buffer) -> bool {
        self.is_shared_with(other) || self.units() == other.units()
    }

    /// Whether both refer to the same allocation.
    pub(super) fn is_shared_with(&self, other: &Buffer) -> bool {
        match (self, other) {
            (Buffer::SharedOne(a), Buffer::SharedOne(b)) => a.as_ptr() == b.as_ptr(),
            (Buffer::SharedTwo(a), Buffer::SharedTwo(b)) => a.as_ptr() == b.as_ptr(),
            (Buffer::SharedFour(a), Buffer::SharedFour(b)) => a.as_ptr() == b.as_ptr(),
            (Buffer::Long(a), Buffer::Long(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Writes the code points, which the units of `whole` can hold, from `start` on. It says where
    /// they end. What is behind them may change.
    #[inline]
    pub(super) fn write<T: Unit>(&self, whole: &mut [T], start: usize) -> usize {
        let units = self.units();
        let end = start + units.length();
        // As in `cut_one`, the same units are copied, whatever the length is.
        if let Buffer::One { units, .. } = self
            && let Some(place) = whole[start..].first_chunk_mut::<SHORT>()
        {
            *place = units.map(|unit| T::of_point(unit.into()));
        } else if let Buffer::Two { units, .. } = self
            && let Some(place) = whole[start..].first_chunk_mut::<SHORT_TWO>()
        {
            *place = units.map(|unit| T::of_point(unit.into()));
        } else {
            each_kind!(units, units => convert(units, &mut whole[start..end]));
        }
        end
    }

    /// The shared form.
    pub(super) fn shared_one(units: &[u8]) -> Self {
        Buffer::SharedOne(ThinArc::from_header_and_slice(HashCache::default(), units))
    }

    /// The shared form, of units of which one is above U+00FF.
    pub(super) fn shared_two(units: &[u16]) -> Self {
        Buffer::SharedTwo(ThinArc::from_header_and_slice(HashCache::default(), units))
    }

    /// The shared form, of units of which one is above U+FFFF.
    pub(super) fn shared_four(units: &[u32]) -> Self {
        Buffer::SharedFour(ThinArc::from_header_and_slice(HashCache::default(), units))
    }

    /// The short form, if they fit.
    #[inline]
    pub(super) fn one(units: &[u8]) -> Self {
        if units.len() > SHORT {
            return Buffer::shared_one(units);
        }
        let mut short = [0; SHORT];
        short[..units.len()].copy_from_slice(units);
        Buffer::One { length: units.len() as u8, units: short }
    }

    /// [`one`](Buffer::one) of the units of this range.
    #[inline]
    pub(super) fn cut_one(units: &[u8], range: Range<usize>) -> Self {
        // Most parts are short, and their lengths cannot be guessed. So whatever they are, the same
        // units are copied, and those behind the end cleared.
        match units[range.start..].first_chunk::<16>() {
            Some(window) if range.len() <= SHORT => {
                let kept = u128::from_le_bytes(*window) & KEPT[range.len()];
                let mut short = [0; SHORT];
                short.copy_from_slice(&kept.to_le_bytes()[..SHORT]);
                Buffer::One { length: range.len() as u8, units: short }
            }
            _ => Buffer::one(&units[range]),
        }
    }

    /// The short form, if they fit, of units of which one is above U+00FF.
    #[inline]
    pub(super) fn two(units: &[u16]) -> Self {
        if units.len() > SHORT_TWO {
            return Buffer::shared_two(units);
        }
        let mut short = [0; SHORT_TWO];
        short[..units.len()].copy_from_slice(units);
        Buffer::Two { length: units.len() as u8, units: short }
    }

    /// The short form of the first units, at most 7. The others are zero.
    #[inline]
    pub(super) fn two_of(units: &[u16; 8], length: usize) -> Self {
        let mut short = [0; SHORT_TWO];
        short.copy_from_slice(&units[..SHORT_TWO]);
        Buffer::Two { length: length.min(SHORT_TWO) as u8, units: short }
    }

    /// The short form, if they fit, of units of which one is above U+FFFF.
    pub(super) fn four(units: &[u32]) -> Self {
        if units.len() > SHORT_FOUR {
            return Buffer::shared_four(units);
        }
        let mut short = [0; SHORT_FOUR];
        short[..units.len()].copy_from_slice(units);
        Buffer::Four { length: units.len() as u8, units: short }
    }

    /// [`one`](Buffer::one), but without a copy of what is long and has no room to spare.
    pub(super) fn of_vec1(units: Vec<u8>) -> Self {
        if is_kept(&units) { long(LongUnits::One(units.into())) } else { Buffer::one(&units) }
    }

    /// [`two`](Buffer::two), but without a copy of what is long and has no room to spare.
    pub(super) fn of_vec2(units: Vec<u16>) -> Self {
        if is_kept(&units) { long(LongUnits::Two(units.into())) } else { Buffer::two(&units) }
    }

    /// [`four`](Buffer::four), but without a copy of what is long and has no room to spare.
    pub(super) fn of_vec4(units: Vec<u32>) -> Self {
        if is_kept(&units) { long(LongUnits::Four(units.into())) } else { Buffer::four(&units) }
    }
}

impl Clone for Buffer {
    #[inline]
    fn clone(&self) -> Self {
        // The keys of most dicts are of this form.
        if let Buffer::SharedOne(shared) = self {
            return Buffer::SharedOne(shared.clone());
        }
        self.clone_other()
    }
}

impl Buffer {
    fn clone_other(&self) -> Self {
        match self {
            Buffer::SharedOne(shared) => Buffer::SharedOne(shared.clone()),
            Buffer::SharedTwo(shared) => Buffer::SharedTwo(shared.clone()),
            Buffer::SharedFour(shared) => Buffer::SharedFour(shared.clone()),
            Buffer::Long(long) => Buffer::Long(long.clone()),
            &Buffer::One { length, units } => Buffer::One { length, units },
            &Buffer::Two { length, units } => Buffer::Two { length, units },
            &Buffer::Four { length, units } => Buffer::Four { length, units },
        }
    }
}

fn convert<S: Unit, T: Unit>(units: &[S], place: &mut [T]) {
    place.iter_mut().zip(units).for_each(|(to, &unit)| *to = T::of_point(unit.into()));
}

fn is_kept<T>(units: &Vec<T>) -> bool {
    units.len() == units.capacity() && size_of_val(&units[..]) >= LONG
}

fn long(units: LongUnits) -> Buffer {
    Buffer::Long(Arc::new(Long { cache: HashCache::default(), units }))
}
