//! What can be said of a character, as bits, and rows of what changed between versions.

use crate::object::python_version::Unicode;

pub(super) const ALPHA: u16 = 1;
pub(super) const DECIMAL: u16 = 1 << 1;
pub(super) const DIGIT: u16 = 1 << 2;
pub(super) const NUMERIC: u16 = 1 << 3;
pub(super) const LOWER: u16 = 1 << 4;
pub(super) const UPPER: u16 = 1 << 5;
pub(super) const TITLE: u16 = 1 << 6;
/// XID_Start.
pub(super) const START: u16 = 1 << 7;
/// XID_Continue.
pub(super) const CONTINUE: u16 = 1 << 8;
pub(super) const CASED: u16 = 1 << 9;
/// Case_Ignorable.
pub(super) const IGNORABLE: u16 = 1 << 10;

/// All of a character from a version on.
pub(super) struct Change {
    pub(super) point: u32,
    pub(super) since: Unicode,
    pub(super) bits: u16,
    /// Its upper case, and title case.
    pub(super) upper: u32,
}

pub(super) const fn row(point: u32, since: Unicode, bits: u16, upper: u32) -> Change {
    Change { point, since, bits, upper }
}
