//! The names of characters.

use std::fmt;

use super::printable::is_printable;
use crate::object::python_version::Unicode;

/// The name that `unicodedata.name` gives a character in the CPython of this version of Unicode;
/// `None` for one without.
pub(in crate::object) fn name_of(point: u32, unicode: Unicode) -> Option<impl fmt::Display> {
    if is_tangut(point) && unicode >= Unicode::V17_0 && is_printable(point, unicode) {
        return Some(Name::Tangut(point));
    }
    let name = unicode_names2::name(char::from_u32(point)?)?;
    is_assigned(point, unicode).then_some(Name::Listed(name))
}

enum Name {
    Listed(unicode_names2::Name),
    Tangut(u32),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Listed(name) => name.fmt(f),
            Name::Tangut(point) => write!(f, "TANGUT IDEOGRAPH-{point:X}"),
        }
    }
}

/// Whether a character with a name is one in this version of Unicode.
fn is_assigned(point: u32, unicode: Unicode) -> bool {
    // The only ones that are not printed and came after Unicode 12.1 are format characters.
    let since = match point {
        0x0890..=0x0891 => Unicode::V14_0,
        0x1_3439..=0x1_343f => Unicode::V15_0,
        _ => return is_printable(point, unicode) || !is_printable(point, Unicode::LATEST),
    };
    unicode >= since
}

/// Whether a character is a Tangut ideograph, which CPython names from 3.15 on.
fn is_tangut(point: u32) -> bool {
    matches!(point, 0x1_7000..=0x1_87ff | 0x1_8d00..=0x1_8d7f)
}
