//! Searching units for units. Every search is O(n).
//!
//! Units of one byte are searched by the crate memchr. For wider ones, the search looks at a group
//! of places at once for those where the first and the last unit of the needle are, which the
//! compiler turns into vector instructions, and compares the needle at each. When it has compared
//! far more units than it has passed, it goes on with the algorithm of Knuth, Morris and Pratt.

use std::borrow::Cow;

use memchr::memmem;

pub(super) use super::find_unit::FindUnit;
use super::marks::Marks;
use crate::object::str::Units;

/// How many wasted comparisons the search allows before it changes to the other algorithm.
const WASTE: usize = 64;
/// How many places are looked at together.
const GROUP: usize = 32;

/// Where the needle is first. An empty needle is at the start.
pub(super) fn find(hay: Units<'_>, needle: Units<'_>) -> Option<usize> {
    match (hay, needle) {
        (_, needle) if needle.length() == 0 => Some(0),
        (hay, needle) if needle.length() > hay.length() => None,
        (Units::One(hay), Units::One(&[unit])) => memchr::memchr(unit, hay),
        (Units::One(hay), Units::One(needle)) => memmem::find(hay, needle),
        // A wider str has a code point that a narrower one cannot have.
        (Units::One(_), _) | (Units::Two(_), Units::Four(_)) => None,
        (Units::Two(hay), needle) => match *two(needle) {
            [unit] => FindUnit::find_unit(hay, unit),
            ref needle => find_wide(hay, needle),
        },
        (Units::Four(hay), needle) => match *four(needle) {
            [unit] => FindUnit::find_unit(hay, unit),
            ref needle => find_wide(hay, needle),
        },
    }
}

/// Where one unit is, each time, in order.
pub(super) fn all<T: FindUnit>(hay: &[T], unit: T) -> impl Iterator<Item = usize> {
    // The search for the next place is quick where they are far from each other; those near to the
    // one found need none.
    Marks::new(hay, move |other| other == unit, move |rest| T::find_unit(rest, unit))
}

/// Where the needle is last. An empty needle is at the end.
pub(super) fn rfind(hay: Units<'_>, needle: Units<'_>) -> Option<usize> {
    match (hay, needle) {
        (hay, needle) if needle.length() > hay.length() => None,
        (hay, needle) if needle.length() == 0 => Some(hay.length()),
        (Units::One(hay), Units::One(&[unit])) => memchr::memrchr(unit, hay),
        (Units::One(hay), Units::One(needle)) => memmem::rfind(hay, needle),
        (Units::One(_), _) | (Units::Two(_), Units::Four(_)) => None,
        (Units::Two(hay), needle) => rfind_wide(hay, &two(needle)),
        (Units::Four(hay), needle) => rfind_wide(hay, &four(needle)),
    }
}

/// Calls back with each place of the needle without overlap, from the left, at most `limit` times.
/// An empty needle is before every code point and at the end.
pub(super) fn for_each(
    hay: Units<'_>,
    needle: Units<'_>,
    limit: usize,
    mut each: impl FnMut(usize),
) {
    match (hay, needle) {
        (hay, needle) if needle.length() == 0 => (0..=hay.length()).take(limit).for_each(each),
        (Units::One(hay), Units::One(&[unit])) => all(hay, unit).take(limit).for_each(each),
        (Units::One(hay), Units::One(needle)) => {
            memmem::find_iter(hay, needle).take(limit).for_each(each);
        }
        (Units::One(_), _) | (Units::Two(_), Units::Four(_)) => {}
        (Units::Two(hay), needle) => for_each_wide(hay, &two(needle), limit, &mut each),
        (Units::Four(hay), needle) => for_each_wide(hay, &four(needle), limit, &mut each),
    }
}

/// The places of the needle without overlap, from the right, at most `limit`. They descend.
pub(super) fn rfind_all(hay: Units<'_>, needle: Units<'_>, limit: usize) -> Vec<usize> {
    let (mut found, mut end) = (Vec::new(), hay.length());
    while found.len() < limit {
        let Some(index) = rfind(hay.part(0, end), needle) else { break };
        found.push(index);
        end = index;
        if needle.length() == 0 {
            break;
        }
    }
    found
}

fn two(units: Units<'_>) -> Cow<'_, [u16]> {
    match units {
        Units::Two(units) => Cow::Borrowed(units),
        units => units.iter().map(|point| point as u16).collect(),
    }
}

fn four(units: Units<'_>) -> Cow<'_, [u32]> {
    match units {
        Units::Four(units) => Cow::Borrowed(units),
        units => units.iter().collect(),
    }
}

fn for_each_wide<T: FindUnit>(hay: &[T], needle: &[T], limit: usize, each: &mut impl FnMut(usize)) {
    if let [only] = *needle {
        return all(hay, only).take(limit).for_each(each);
    }
    let mut start = 0;
    for _ in 0..limit {
        let Some(index) = find_wide(&hay[start..], needle) else { break };
        each(start + index);
        start += index + needle.len();
    }
}

/// The needle is not empty.
fn find_wide<T: Copy + Eq>(hay: &[T], needle: &[T]) -> Option<usize> {
    let last = needle.len() - 1;
    let ends = (needle[0], needle[last]);
    let tails = hay.get(last..)?;
    let heads = &hay[..tails.len()];
    let mut wasted = 0;
    let mut start = 0;
    while start < tails.len() {
        let end = tails.len().min(start + GROUP);
        let (some_heads, some_tails) = (&heads[start..end], &tails[start..end]);
        if has_candidate(some_heads, some_tails, ends) {
            for (index, pair) in some_heads.iter().zip(some_tails).enumerate() {
                if (*pair.0, *pair.1) != ends {
                    continue;
                }
                let place = start + index;
                let alike = hay[place..].iter().zip(needle).take_while(|(a, b)| a == b).count();
                if alike == needle.len() {
                    return Some(place);
                }
                wasted += alike;
            }
        }
        start = end;
        if wasted > 2 * start + WASTE {
            return find_steady(hay[start..].iter(), needle.iter()).map(|index| start + index);
        }
    }
    None
}

/// Whether both ends of the needle are at one of these places. It looks at all of them, without a
/// branch for each.
fn has_candidate<T: Copy + Eq>(heads: &[T], tails: &[T], (first, last): (T, T)) -> bool {
    let both = |(head, tail): (&T, &T)| (*head == first) & (*tail == last);
    heads.iter().zip(tails).fold(false, |found, pair| found | both(pair))
}

/// [`find_wide`] from the end.
fn rfind_wide<T: Copy + Eq>(hay: &[T], needle: &[T]) -> Option<usize> {
    let last = needle.len() - 1;
    let ends = (needle[0], needle[last]);
    let tails = hay.get(last..)?;
    let heads = &hay[..tails.len()];
    let mut wasted = 0;
    let mut end = tails.len();
    while end > 0 {
        let start = end.saturating_sub(GROUP);
        let (some_heads, some_tails) = (&heads[start..end], &tails[start..end]);
        if has_candidate(some_heads, some_tails, ends) {
            for (index, pair) in some_heads.iter().zip(some_tails).enumerate().rev() {
                if (*pair.0, *pair.1) != ends {
                    continue;
                }
                let place = start + index;
                let alike = hay[place..].iter().zip(needle).take_while(|(a, b)| a == b).count();
                if alike == needle.len() {
                    return Some(place);
                }
                wasted += alike;
            }
        }
        end = start;
        if wasted > 2 * (tails.len() - end) + WASTE {
            let rest = &hay[..end + last];
            let behind = find_steady(rest.iter().rev(), needle.iter().rev())?;
            return Some(rest.len() - needle.len() - behind);
        }
    }
    None
}

/// The algorithm of Knuth, Morris and Pratt, which never goes back in the hay.
fn find_steady<'a, T: Copy + Eq + 'a>(
    hay: impl Iterator<Item = &'a T>,
    needle: impl Iterator<Item = &'a T>,
) -> Option<usize> {
    let needle: Vec<T> = needle.copied().collect();
    let borders = borders(&needle);
    let mut matched = 0;
    for (index, unit) in hay.enumerate() {
        while matched > 0 && needle[matched] != *unit {
            matched = borders[matched - 1];
        }
        if needle[matched] == *unit {
            matched += 1;
        }
        if matched == needle.len() {
            return Some(index + 1 - matched);
        }
    }
    None
}

/// For each prefix of the needle, the length of the longest shorter prefix that it ends with.
fn borders<T: Eq>(needle: &[T]) -> Vec<usize> {
    let mut borders = vec![0; needle.len()];
    let mut length = 0;
    for end in 1..needle.len() {
        while length > 0 && needle[end] != needle[length] {
            length = borders[length - 1];
        }
        if needle[end] == needle[length] {
            length += 1;
        }
        borders[end] = length;
    }
    borders
}
