//! Properties and case of characters, of each version of Unicode.
//!
//! They are those of the crates of ICU4X, which have a version of their own, for characters that
//! the version asked for has. What changed while a character was there is in `changes_table.rs`.

use std::sync::OnceLock;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_locale_core::LanguageIdentifier;
use icu_properties::props::{
    CaseIgnorable, Cased, GeneralCategory, GeneralCategoryGroup, Lowercase, NumericType, Uppercase,
    XidContinue, XidStart,
};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, CodePointSetData};

use super::change::{
    ALPHA, CASED, CONTINUE, Change, DECIMAL, DIGIT, IGNORABLE, LOWER, NUMERIC, START, TITLE, UPPER,
};
use super::changes_table::CHANGES;
use super::printable::is_printable;
use crate::object::python_version::Unicode;

/// What kind of character a code point is, in one version of Unicode: what the `is...` methods of
/// `str` ask of each.
///
/// ```
/// use hedgerow::object::{CharProperties, Unicode};
///
/// let of = |char| CharProperties::of(u32::from(char), Unicode::LATEST);
/// assert!(of('\u{e9}').is_lower() && of('\u{e9}').may_start_identifier());
/// assert!(of('7').may_continue_identifier() && !of('7').may_start_identifier());
/// assert!(of('\u{bd}').is_numeric() && !of('\u{bd}').is_digit());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharProperties(u16);

impl CharProperties {
    /// Those of a code point. O(log n) beyond Latin-1, for the size of the tables.
    #[must_use]
    pub fn of(point: u32, unicode: Unicode) -> Self {
        static LATIN1: OnceLock<[u16; 0x100]> = OnceLock::new();
        if point < 0x100 {
            // They are the same in all versions.
            let bits = LATIN1.get_or_init(|| std::array::from_fn(|point| of_crates(point as u32)));
            return CharProperties(bits[point as usize]);
        }
        if let Some(change) = change(point, unicode) {
            return CharProperties(change.bits);
        }
        CharProperties(if is_known(point, unicode) { of_crates(point) } else { 0 })
    }

    /// `str.isalpha`: a letter.
    #[must_use]
    pub fn is_alpha(self) -> bool {
        self.has(ALPHA)
    }

    /// `str.isalnum`: a letter, or numeric.
    #[must_use]
    pub fn is_alnum(self) -> bool {
        self.has(ALPHA | NUMERIC)
    }

    /// `str.isdecimal`: a digit of a decimal number.
    #[must_use]
    pub fn is_decimal(self) -> bool {
        self.has(DECIMAL)
    }

    /// `str.isdigit`: a digit, such as a superscript.
    #[must_use]
    pub fn is_digit(self) -> bool {
        self.has(DIGIT)
    }

    /// `str.isnumeric`: a number, such as a fraction.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        self.has(NUMERIC)
    }

    /// In lower case.
    #[must_use]
    pub fn is_lower(self) -> bool {
        self.has(LOWER)
    }

    /// In upper case.
    #[must_use]
    pub fn is_upper(self) -> bool {
        self.has(UPPER)
    }

    /// Two letters in one character, of which the first is in upper case.
    #[must_use]
    pub fn is_title(self) -> bool {
        self.has(TITLE)
    }

    /// The first character of an identifier, if it is not `_`.
    #[must_use]
    pub fn may_start_identifier(self) -> bool {
        self.has(START)
    }

    /// A character of an identifier after the first.
    #[must_use]
    pub fn may_continue_identifier(self) -> bool {
        self.has(CONTINUE)
    }

    /// Whether case matters to it: `str.title` makes what follows lower case.
    pub(in crate::object) fn is_cased(self) -> bool {
        self.has(CASED)
    }

    /// Whether the rule for a sigma at the end of a word looks past it.
    pub(in crate::object) fn is_ignorable(self) -> bool {
        self.has(IGNORABLE)
    }

    fn has(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}

/// A mapping of characters that does not depend on those around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::object) enum Case {
    Lower,
    Upper,
    Title,
    Folded,
}

/// Calls back with each character that one becomes: in three cases of a hundred thousand more than
/// one.
#[inline]
pub(in crate::object) fn map_case(
    case: Case,
    point: u32,
    unicode: Unicode,
    mut each: impl FnMut(u32),
) {
    const MAPPER: CaseMapperBorrowed<'static> = CaseMapper::new();
    let is_upper = matches!(case, Case::Upper | Case::Title);
    let Some(char) = char::from_u32(point) else { return each(point) };
    if char.is_ascii() {
        let mapped = if is_upper { char.to_ascii_uppercase() } else { char.to_ascii_lowercase() };
        return each(u32::from(mapped));
    }
    if point > 0xff {
        match change(point, unicode) {
            Some(change) if is_upper => return each(change.upper),
            None if is_known(point, unicode) => {}
            _ => return each(point),
        }
    }
    if is_special(point) {
        let (text, mut buffer) = (char, [0; 4]);
        let text = &*text.encode_utf8(&mut buffer);
        let root = LanguageIdentifier::UNKNOWN;
        let mapped = match case {
            Case::Lower => MAPPER.lowercase_to_string(text, &root),
            Case::Upper => MAPPER.uppercase_to_string(text, &root),
            Case::Title => {
                MAPPER.titlecase_segment_with_only_case_data_to_string(text, &root, <_>::default())
            }
            Case::Folded => MAPPER.fold_string(text),
        };
        return mapped.chars().for_each(|char| each(u32::from(char)));
    }
    each(u32::from(match case {
        Case::Lower => MAPPER.simple_lowercase(char),
        Case::Upper => MAPPER.simple_uppercase(char),
        Case::Title => MAPPER.simple_titlecase(char),
        Case::Folded => MAPPER.simple_fold(char),
    }))
}

/// Whether a character is in one of the ranges in which some become several: "SpecialCasing.txt"
/// and "CaseFolding.txt" of Unicode. To those in it that do not, only time is lost.
fn is_special(point: u32) -> bool {
    matches!(
        point,
        0xdf | 0x130
            | 0x149
            | 0x1f0
            | 0x390
            | 0x3b0
            | 0x587
            | 0x1e96..=0x1e9e
            | 0x1f50..=0x1ffc
            | 0xfb00..=0xfb17
    )
}

/// The row of a character whose properties are not those of the crates.
fn change(point: u32, unicode: Unicode) -> Option<&'static Change> {
    let after = CHANGES.partition_point(|row| (row.point, row.since) <= (point, unicode));
    CHANGES[..after].last().filter(|row| row.point == point)
}

/// Whether the version has this character, if it has any property.
fn is_known(point: u32, unicode: Unicode) -> bool {
    // What is not printed has no property, but for the ignorable format characters.
    is_printable(point, unicode) || category(point) == GeneralCategory::Format
}

fn category(point: u32) -> GeneralCategory {
    const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::new();
    CATEGORY.get32(point)
}

/// The bits that the crates have for a code point.
fn of_crates(point: u32) -> u16 {
    let category = category(point);
    let mut bits = match CodePointMapData::<NumericType>::new().get32(point) {
        NumericType::Decimal => DECIMAL | DIGIT | NUMERIC,
        NumericType::Digit => DIGIT | NUMERIC,
        NumericType::Numeric => NUMERIC,
        _ => 0,
    };
    let mut set = |is_so: bool, bit: u16| bits |= if is_so { bit } else { 0 };
    set(GeneralCategoryGroup::Letter.contains(category), ALPHA);
    set(category == GeneralCategory::TitlecaseLetter, TITLE);
    set(CodePointSetData::new::<Lowercase>().contains32(point), LOWER);
    set(CodePointSetData::new::<Uppercase>().contains32(point), UPPER);
    set(CodePointSetData::new::<XidStart>().contains32(point), START);
    set(CodePointSetData::new::<XidContinue>().contains32(point), CONTINUE);
    set(CodePointSetData::new::<Cased>().contains32(point), CASED);
    set(CodePointSetData::new::<CaseIgnorable>().contains32(point), IGNORABLE);
    bits
}
