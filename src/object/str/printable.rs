//! Which characters `repr` prints and which it escapes.

use super::printable_table::{
    REFUSED, SINCE_13_0, SINCE_14_0, SINCE_15_0, SINCE_15_1, SINCE_16_0, SINCE_17_0,
};

/// A version of the Unicode character database. `repr` escapes characters that it does not assign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Unicode {
    /// CPython 3.8.
    V12_1,
    /// CPython 3.9 and 3.10.
    V13_0,
    /// CPython 3.11.
    V14_0,
    /// CPython 3.12.
    V15_0,
    /// CPython 3.13.
    V15_1,
    /// CPython 3.14.
    V16_0,
    /// CPython 3.15.
    V17_0,
}

impl Unicode {
    /// The newest version of this crate.
    pub const LATEST: Unicode = Unicode::V17_0;

    /// The version that `unicodedata.unidata_version` names; `None` for an unknown one.
    ///
    /// ```
    /// use hedgerow::object::Unicode;
    ///
    /// assert_eq!(Unicode::from_version("14.0.0"), Some(Unicode::V14_0));
    /// assert_eq!(Unicode::from_version("3.2.0"), None);
    /// ```
    #[must_use]
    pub fn from_version(version: &str) -> Option<Self> {
        Some(match version {
            "12.1.0" => Unicode::V12_1,
            "13.0.0" => Unicode::V13_0,
            "14.0.0" => Unicode::V14_0,
            "15.0.0" => Unicode::V15_0,
            "15.1.0" => Unicode::V15_1,
            "16.0.0" => Unicode::V16_0,
            "17.0.0" => Unicode::V17_0,
            _ => return None,
        })
    }
}

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
