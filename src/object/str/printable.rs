//! Which characters `repr` prints and which it escapes.

use crate::object::python_version::Unicode;

use super::printable_table::{
    REFUSED, SINCE_13_0, SINCE_14_0, SINCE_15_0, SINCE_15_1, SINCE_16_0, SINCE_17_0,
};

/// `chr(point).isprintable()`: false for control and format characters, surrogates, private use,
/// unassigned code points, and separators other than the space. O(log n) beyond ASCII.
///
/// ```
/// use hedgerow::object::{Unicode, is_printable};
///
/// assert!(is_printable(0xe9, Unicode::LATEST) && !is_printable(0xa0, Unicode::LATEST));
/// assert!(is_printable(0x31ef, Unicode::V15_1) && !is_printable(0x31ef, Unicode::V15_0));
/// ```
#[must_use]
pub fn is_printable(point: u32, unicode: Unicode) -> bool {
    if point < 0x7f {
        return point >= 0x20;
    }
    if point > 0x10_ffff {
        return false;
    }
    let since = |version, table| unicode >= version && holds(table, point);
    !holds(&REFUSED, point)
        || since(Unicode::V13_0, &SINCE_13_0[..])
        || since(Unicode::V14_0, &SINCE_14_0)
        || since(Unicode::V15_0, &SINCE_15_0)
        || since(Unicode::V15_1, &SINCE_15_1)
        || since(Unicode::V16_0, &SINCE_16_0)
        || since(Unicode::V17_0, &SINCE_17_0)
}

fn holds(runs: &[(u32, u32)], point: u32) -> bool {
    let after = runs.partition_point(|&(first, _)| first <= point);
    after > 0 && runs[after - 1].1 >= point
}
