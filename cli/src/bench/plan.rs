//! Which keys to time at which sizes: what the options ask for, limited by the keys there are.

use super::key_set::{self, KeySet};
use super::op::Op;
use super::peers::Peers;
use crate::failure::Failure;
use crate::key_file;
use crate::output::grouped;
use std::path::Path;

/// With more keys a row takes minutes, and gigabytes.
const MOST_KEYS: usize = 10_000_000;

/// A set of keys by its name in `--sets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetName {
    Names,
    Ints,
    Negative,
    Strings,
}

const SETS: [(&str, SetName); 4] = [
    ("names", SetName::Names),
    ("ints", SetName::Ints),
    ("negative", SetName::Negative),
    ("strings", SetName::Strings),
];

/// The sets and sizes to time, in order, and notes for the user about the choice.
pub(crate) struct Plan<'a> {
    pub(crate) workloads: Vec<(&'a KeySet, usize)>,
    pub(crate) notes: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Chooses the sizes for each set. `is_given` says that the keys are the user's own: then a
    /// size above their number is an error, and otherwise a note.
    pub(crate) fn new(
        sets: &'a [KeySet],
        sizes: &[usize],
        quick: bool,
        is_given: bool,
    ) -> Result<Self, Failure> {
        let mut plan = Plan { workloads: Vec::new(), notes: Vec::new() };
        let defaults: &[usize] = if quick { &[10, 1_000, 10_000] } else { &[10, 1_000, 100_000] };
        let wanted = if sizes.is_empty() { defaults } else { sizes };
        for set in sets {
            let limit = set.limit().unwrap_or(usize::MAX);
            let most = wanted.iter().copied().max().unwrap_or(0);
            if most > limit && is_given && !sizes.is_empty() {
                return Err(Failure::message(format!(
                    "--sizes asks for {} keys and {} has {}: ask for fewer, or add keys",
                    grouped(most as f64),
                    set.name(),
                    grouped(limit as f64)
                )));
            }
            let mut bounded: Vec<usize> = wanted.iter().map(|&size| size.min(limit)).collect();
            bounded.sort_unstable();
            bounded.dedup();
            if most > limit && !is_given {
                plan.notes.push(format!(
                    "{}: there are {}, which are timed instead of {}",
                    set.name(),
                    grouped(limit as f64),
                    grouped(most as f64)
                ));
            }
            plan.workloads.extend(bounded.into_iter().map(|size| (set, size)));
        }
        Ok(plan)
    }
}

/// The sets asked for, or all sets. The names come from the Python that was found.
pub(crate) fn sets(asked: &[SetName], peers: &mut Peers) -> Result<Vec<KeySet>, Failure> {
    let mut sets = Vec::new();
    for (_, set) in SETS {
        if !asked.is_empty() && !asked.contains(&set) {
            continue;
        }
        sets.push(match set {
            SetName::Names => {
                // A Python without the source of its library has no names to give.
                let found = peers.standard_library()?.filter(|names| !names.is_empty());
                KeySet::names(found.unwrap_or_else(key_set::embedded_names))
            }
            SetName::Ints => KeySet::ints(),
            SetName::Negative => KeySet::negative(),
            SetName::Strings => KeySet::strings(),
        });
    }
    Ok(sets)
}

/// The user's own keys, named after their file.
pub(crate) fn given_set(path: &Path) -> Result<KeySet, Failure> {
    let keys = key_file::read(path)?;
    let name = path.file_name().map_or_else(|| "keys".into(), |name| name.to_string_lossy());
    Ok(KeySet::given(name.into_owned(), keys))
}

/// Reads one name of `--sets`.
pub(crate) fn parse_set(name: &str) -> Result<SetName, String> {
    SETS.into_iter().find_map(|(known, set)| (known == name.trim()).then_some(set)).ok_or_else(
        || "no such set of keys; choose among names, ints, negative, strings".to_owned(),
    )
}

/// Reads one number of `--sizes`.
pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim().replace('_', "");
    match digits.parse::<usize>() {
        Ok(size) if (1..=MOST_KEYS).contains(&size) => Ok(size),
        _ => Err(format!(
            "a size is a whole number from 1 to {MOST_KEYS}, as in --sizes 10,1000,100000"
        )),
    }
}

/// The operations without duplicates, in the order of the table.
pub(crate) fn in_order(mut ops: Vec<Op>) -> Vec<Op> {
    ops.sort_unstable();
    ops.dedup();
    ops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five_keys() -> [KeySet; 1] {
        [KeySet::given("five.txt".into(), ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec())]
    }

    fn sizes(plan: &Plan<'_>) -> Vec<usize> {
        plan.workloads.iter().map(|workload| workload.1).collect()
    }

    #[test]
    fn sizes_are_whole_numbers_above_zero() {
        assert_eq!(parse_size("1_000"), Ok(1000));
        for bad in ["0", "-1", "ten", "", "1e3", "99999999999"] {
            assert!(parse_size(bad).unwrap_err().contains("whole number"), "{bad}");
        }
    }

    #[test]
    fn default_sizes_are_limited_by_the_keys_there_are() {
        let sets = five_keys();
        assert_eq!(sizes(&Plan::new(&sets, &[], false, true).unwrap()), [5]);
        let endless = [KeySet::ints()];
        assert_eq!(sizes(&Plan::new(&endless, &[], true, false).unwrap()), [10, 1000, 10_000]);
    }

    #[test]
    fn a_size_above_the_users_own_keys_is_an_error_and_above_the_names_a_note() {
        let sets = five_keys();
        assert!(Plan::new(&sets, &[2, 6], false, true).is_err());
        let plan = Plan::new(&sets, &[2, 6], false, false).unwrap();
        assert_eq!(sizes(&plan), [2, 5]);
        assert_eq!(plan.notes, ["five.txt: there are 5, which are timed instead of 6"]);
    }

    #[test]
    fn operations_are_sorted_without_duplicates() {
        assert_eq!(in_order(vec![Op::Equal, Op::Build, Op::Equal]), [Op::Build, Op::Equal]);
    }
}
