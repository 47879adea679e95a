//! The code points of a str, in 1, 2 or 4 bytes each (PEP 393).

use std::ops::BitOr;

/// How many bytes each code point of a str takes: as few as its greatest one allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 1 byte: up to U+00FF.
    One = 1,
    /// 2 bytes: up to U+FFFF.
    Two = 2,
    /// 4 bytes.
    Four = 4,
}

impl Kind {
    /// The number of bytes for each code point.
    #[must_use]
    pub fn width(self) -> usize {
        self as usize
    }

    /// The kind of text whose greatest code point is this.
    pub(super) fn of_greatest(point: u32) -> Self {
        match point {
            0..=0xff => Kind::One,
            0x100..=0xffff => Kind::Two,
            _ => Kind::Four,
        }
    }

    /// The kind of the str that the text makes. O(n).
    pub(super) fn of_utf8(text: &str) -> Self {
        // The greater a character, the greater its first byte; the other bytes are smaller.
        match text.bytes().max().unwrap_or(0) {
            0..=0xc3 => Kind::One,
            0xc4..=0xef => Kind::Two,
            _ => Kind::Four,
        }
    }
}

/// What a code point is stored in.
pub(in crate::object) trait Unit: Copy + Default + Eq + Into<u32> {
    /// The code point, which it can hold.
    fn of_point(point: u32) -> Self;
}

impl Unit for u8 {
    #[inline]
    fn of_point(point: u32) -> u8 {
        point as u8
    }
}

impl Unit for u16 {
    #[inline]
    fn of_point(point: u32) -> u16 {
        point as u16
    }
}

impl Unit for u32 {
    #[inline]
    fn of_point(point: u32) -> u32 {
        point
    }
}

/// The code points of a [`PyStr`](super::PyStr), or a part of them, as they are stored.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// 1 byte each.
    One(&'a [u8]),
    /// 2 bytes each.
    Two(&'a [u16]),
    /// 4 bytes each.
    Four(&'a [u32]),
}

/// Evaluates one expression for the slice of whichever kind.
macro_rules! each_kind {
    ($units:expr, $slice:ident => $what:expr) => {
        match $units {
            $crate::object::str::Units::One($slice) => $what,
            $crate::object::str::Units::Two($slice) => $what,
            $crate::object::str::Units::Four($slice) => $what,
        }
    };
}
pub(in crate::object) use each_kind;

impl<'a> Units<'a> {
    /// The kind. A part may need a narrower one.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Units::One(_) => Kind::One,
            Units::Two(_) => Kind::Two,
            Units::Four(_) => Kind::Four,
        }
    }

    /// The number of code points.
    #[must_use]
    pub fn length(self) -> usize {
        each_kind!(self, units => units.len())
    }

    /// The code point at an index.
    #[must_use]
    pub fn get(self, index: usize) -> Option<u32> {
        match self {
            Units::One(units) => units.get(index).map(|&unit| u32::from(unit)),
            Units::Two(units) => units.get(index).map(|&unit| u32::from(unit)),
            Units::Four(units) => units.get(index).copied(),
        }
    }

    /// The code points.
    #[inline]
    #[must_use]
    pub fn iter(self) -> CodePoints<'a> {
        CodePoints { units: self, next: 0 }
    }

    /// The code points from `start` up to `end`, both limited to the length.
    pub(in crate::object) fn part(self, start: usize, end: usize) -> Units<'a> {
        let end = end.min(self.length());
        let range = start.min(end)..end;
        match self {
            Units::One(units) => Units::One(&units[range]),
            Units::Two(units) => Units::Two(&units[range]),
            Units::Four(units) => Units::Four(&units[range]),
        }
    }

    /// The kind of a str of these code points.
    #[inline]
    pub(super) fn narrowest(self) -> Kind {
        match self {
            Units::One(_) => Kind::One,
            Units::Two(units) if has_bits(units, 0xff00) => Kind::Two,
            Units::Four(units) if has_bits(units, 0xffff_0000) => Kind::Four,
            Units::Four(units) if has_bits(units, 0xff00) => Kind::Two,
            _ => Kind::One,
        }
    }
}

/// Whether a unit has one of these bits. Groups are looked at without a branch for each unit.
#[inline]
fn has_bits<T: Unit + BitOr<Output = T>>(units: &[T], bits: u32) -> bool {
    const GROUP: usize = 32;
    let all = |group: &[T]| group.iter().fold(T::default(), |all, &unit| all | unit);
    units.chunks(GROUP).any(|group| all(group).into() & bits != 0)
}

impl PartialEq for Units<'_> {
    /// Whether the code points are the same. The kinds may differ.
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Units::One(a), Units::One(b)) => a == b,
            (Units::Two(a), Units::Two(b)) => a == b,
            (Units::Four(a), Units::Four(b)) => a == b,
            (a, b) => a.length() == b.length() && a.iter().eq(b.iter()),
        }
    }
}

impl Eq for Units<'_> {}

/// An iterator over the code points of [`Units`].
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    units: Units<'a>,
    next: usize,
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let point = self.units.get(self.next)?;
        self.next += 1;
        Some(point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.units.length() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for CodePoints<'_> {}

impl DoubleEndedIterator for CodePoints<'_> {
    fn next_back(&mut self) -> Option<u32> {
        let last = self.units.length().checked_sub(1).filter(|&last| last >= self.next)?;
        let point = self.units.get(last);
        self.units = self.units.part(0, last);
        point
    }
}
