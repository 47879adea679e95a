//! Which keys to time at which sizes: what the options ask for, limited by the keys there are.

use super::key_set::{self, Drawn, KeySet};
use super::level::Level;
use super::op::Op;
use super::python::PythonLevel;
use crate::failure::Failure;
use crate::key_file;
use crate::output::grouped;
use std::path::Path;

/// With more keys a row takes minutes, and gigabytes.
const MOST_KEYS: usize = 10_000_000;

/// A set of keys by its name in `--sets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetName {
    /// Every set.
    All,
    /// Identifiers of the standard library.
    Names,
    Drawn(Drawn),
}

/// The sets that are timed at every size and for every operation if none is asked for.
const DEEP: [SetName; 2] = [SetName::Names, SetName::Drawn(Drawn::Ids)];

/// The operations of the other sets, which are timed at one size.
const MAIN_OPS: [Op; 6] =
    [Op::Build, Op::GetHit, Op::GetMiss, Op::SetReplace, Op::Iterate, Op::BytesPerEntry];

/// The size of the other sets.
const MAIN_SIZE: usize = 1_000;

/// What the options ask for. Empty lists are not asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) sets: &'a [SetName],
    pub(crate) sizes: &'a [usize],
    pub(crate) ops: &'a [Op],
    pub(crate) quick: bool,
}

/// One set at one size, and what to time of it.
pub(crate) struct Workload<'a> {
    pub(crate) set: &'a KeySet,
    pub(crate) count: usize,
    pub(crate) ops: Vec<Op>,
}

impl Workload<'_> {
    /// What to time at a level.
    pub(crate) fn ops_of(&self, level: Level) -> impl Iterator<Item = Op> {
        self.ops.iter().copied().filter(move |op| op.is_of(level))
    }
}

/// A set that was chosen, and whether it is timed at every size and for every operation.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) set: KeySet,
    pub(crate) is_deep: bool,
}

/// The sets, sizes and operations to time, in order, and notes for the user about the choice.
pub(crate) struct Plan<'a> {
    pub(crate) workloads: Vec<Workload<'a>>,
    pub(crate) notes: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Chooses the sizes and operations for each set. `is_given` says that the keys are the user's
    /// own: then a size above their number is an error, and otherwise a note.
    pub(crate) fn new(
        chosen: &'a [Chosen],
        asked: &Asked<'_>,
        is_given: bool,
    ) -> Result<Self, Failure> {
        let mut plan = Plan { workloads: Vec::new(), notes: Vec::new() };
        let sizes: &[usize] = match (asked.sizes, asked.quick) {
            ([], true) => &[10, 1_000, 10_000],
            ([], false) => &[10, 1_000, 100_000],
            (sizes, _) => sizes,
        };
        for Chosen { set, is_deep } in chosen {
            let sizes = if *is_deep { sizes } else { &[MAIN_SIZE] };
            let ops = match asked.ops {
                [] if *is_deep => Op::ALL.to_vec(),
                [] => MAIN_OPS.to_vec(),
                ops => in_order(ops.to_vec()),
            };
            let of_contexts = set.is_of_variables();
            let ops: Vec<Op> =
                ops.into_iter().filter(|op| op.is_of_contexts() == of_contexts).collect();
            for count in plan.bounded(set, sizes, is_given && !asked.sizes.is_empty(), is_given)? {
                plan.workloads.push(Workload { set, count, ops: ops.clone() });
            }
        }
        if chosen.iter().any(|chosen| !chosen.is_deep) {
            plan.notes.push(format!(
                "names and ids are timed at all sizes, the other keys at {} with the main \
                 operations: --sets all times everything",
                grouped(MAIN_SIZE as f64)
            ));
        }
        Ok(plan)
    }

    /// What is left of the plan with these lines alone.
    pub(crate) fn only(&self, is_wanted: impl Fn(&str, usize, Op) -> bool) -> Plan<'a> {
        let workload = |&Workload { set, count, ref ops }: &Workload<'a>| {
            let ops = ops.iter().copied().filter(|&op| is_wanted(set.name(), count, op));
            Workload { set, count, ops: ops.collect() }
        };
        let mut workloads: Vec<_> = self.workloads.iter().map(workload).collect();
        workloads.retain(|workload| !workload.ops.is_empty());
        Plan { workloads, notes: Vec::new() }
    }

    /// The number of lines in the table of a level.
    pub(crate) fn lines(&self, level: Level) -> usize {
        self.workloads.iter().map(|workload| workload.ops_of(level).count()).sum()
    }

    /// The sizes that the set has keys for.
    fn bounded(
        &mut self,
        set: &KeySet,
        sizes: &[usize],
        is_strict: bool,
        is_given: bool,
    ) -> Result<Vec<usize>, Failure> {
        let limit = set.limit().unwrap_or(usize::MAX);
        let most = sizes.iter().copied().max().unwrap_or(0);
        if most > limit && is_strict {
            return Err(Failure::message(format!(
                "--sizes asks for {} keys and {} has {}: ask for fewer, or add keys",
                grouped(most as f64),
                set.name(),
                grouped(limit as f64)
            )));
        }
        if most > limit && !is_given {
            self.notes.push(format!(
                "{}: there are {}, which are timed instead of {}",
                set.name(),
                grouped(limit as f64),
                grouped(most as f64)
            ));
        }
        let mut bounded: Vec<usize> = sizes.iter().map(|&size| size.min(limit)).collect();
        bounded.sort_unstable();
        bounded.dedup();
        Ok(bounded)
    }
}

/// The sets asked for, or all sets. The names come from the Python that was found.
pub(crate) fn sets(asked: &Asked<'_>, python: &mut PythonLevel) -> Result<Vec<Chosen>, Failure> {
    let mut chosen = Vec::new();
    for name in all_sets() {
        let is_asked = asked.sets.contains(&name) || asked.sets.contains(&SetName::All);
        // With sizes alone, the two sets that stand for all get them.
        let is_default = asked.sets.is_empty() && (asked.sizes.is_empty() || DEEP.contains(&name));
        if !is_asked && !is_default {
            continue;
        }
        let set = match name {
            SetName::Drawn(drawn) => KeySet::drawn(drawn),
            SetName::Names | SetName::All => {
                // A Python without the source of its library has no names to give.
                let found = python.standard_library()?.filter(|names| !names.is_empty());
                KeySet::names(found.unwrap_or_else(key_set::embedded_names))
            }
        };
        chosen.push(Chosen { set, is_deep: is_asked || DEEP.contains(&name) });
    }
    // The deep sets come first.
    chosen.sort_by_key(|chosen| !chosen.is_deep);
    Ok(chosen)
}

/// Adds the variables of contexts to the sets, if they or their operations are asked for, or
/// nothing is.
pub(crate) fn add_variables(chosen: &mut Vec<Chosen>, asked: &Asked<'_>, is_given: bool) {
    let is_named = |name| asked.sets.contains(&name);
    let is_default = asked.sets.is_empty() && asked.ops.is_empty() && !is_given;
    if is_default
        || is_named(SetName::All)
        || is_named(SetName::Drawn(Drawn::Variables))
        || asked.ops.iter().any(|op| op.is_of_contexts())
    {
        chosen.push(Chosen { set: KeySet::drawn(Drawn::Variables), is_deep: true });
    }
}

fn all_sets() -> impl Iterator<Item = SetName> {
    std::iter::once(SetName::Names).chain(Drawn::ALL.map(SetName::Drawn))
}

/// The user's own keys, named after their file.
pub(crate) fn given_set(path: &Path) -> Result<Chosen, Failure> {
    let keys = key_file::read(path)?;
    let name = path.file_name().map_or_else(|| "keys".into(), |name| name.to_string_lossy());
    Ok(Chosen { set: KeySet::given(name.into_owned(), keys), is_deep: true })
}

/// Reads one name of `--sets`.
pub(crate) fn parse_set(name: &str) -> Result<SetName, String> {
    match name.trim() {
        "all" => Ok(SetName::All),
        "names" => Ok(SetName::Names),
        name => {
            let known = || Drawn::ALL.into_iter().chain([Drawn::Variables]);
            known().find(|drawn| drawn.name() == name).map(SetName::Drawn).ok_or_else(|| {
                let names = known().map(Drawn::name).collect::<Vec<_>>().join(", ");
                format!("no such set of keys; choose among all, names, {names}")
            })
        }
    }
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
fn in_order(mut ops: Vec<Op>) -> Vec<Op> {
    ops.sort_unstable();
    ops.dedup();
    ops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five_keys() -> [Chosen; 1] {
        let keys = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        [Chosen { set: KeySet::given("five.txt".into(), keys), is_deep: true }]
    }

    fn drawn(drawn: Drawn, is_deep: bool) -> Chosen {
        Chosen { set: KeySet::drawn(drawn), is_deep }
    }

    fn sizes(plan: &Plan<'_>) -> Vec<usize> {
        plan.workloads.iter().map(|workload| workload.count).collect()
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
        assert_eq!(sizes(&Plan::new(&sets, &Asked::default(), true).unwrap()), [5]);
        let endless = [drawn(Drawn::Ints, true)];
        let quick = Asked { quick: true, ..Asked::default() };
        assert_eq!(sizes(&Plan::new(&endless, &quick, false).unwrap()), [10, 1000, 10_000]);
    }

    #[test]
    fn a_size_above_the_users_own_keys_is_an_error_and_above_the_names_a_note() {
        let sets = five_keys();
        let asked = Asked { sizes: &[2, 6], ..Asked::default() };
        assert!(Plan::new(&sets, &asked, true).is_err());
        let plan = Plan::new(&sets, &asked, false).unwrap();
        assert_eq!(sizes(&plan), [2, 5]);
        assert_eq!(plan.notes, ["five.txt: there are 5, which are timed instead of 6"]);
    }

    #[test]
    fn sets_that_were_not_asked_for_have_one_size_and_the_main_operations() {
        let sets = [drawn(Drawn::Ids, true), drawn(Drawn::Floats, false)];
        let plan = Plan::new(&sets, &Asked::default(), false).unwrap();
        assert_eq!(sizes(&plan), [10, 1000, 100_000, 1000]);
        let counts: Vec<usize> = plan.workloads.iter().map(|workload| workload.ops.len()).collect();
        assert_eq!(counts, [14, 14, 14, 6]);
        assert_eq!(plan.lines(Level::Rust), 48);
        assert!(plan.notes[0].contains("--sets all"), "{:?}", plan.notes);
    }

    #[test]
    fn contexts_have_variables_and_maps_have_keys() {
        let with = |asked: &Asked<'_>| {
            let mut sets = vec![drawn(Drawn::Ids, true)];
            add_variables(&mut sets, asked, false);
            let plan = Plan::new(&sets, asked, false).unwrap();
            let ops =
                |workload: &Workload<'_>| (workload.set.name().to_owned(), workload.ops.len());
            plan.workloads.iter().map(ops).collect::<Vec<_>>()
        };
        let row = |name: &str, count| (name.to_owned(), count);
        let sizes = &[10];
        let all = with(&Asked { sizes, ..Asked::default() });
        assert_eq!(all, [row("ids", 14), row("variables", 3)]);
        let ops = &[Op::GetHit, Op::ContextCopy];
        let some = with(&Asked { sizes, ops, ..Asked::default() });
        assert_eq!(some, [row("ids", 1), row("variables", 1)]);
        let sets = &[SetName::Drawn(Drawn::Ids)];
        assert_eq!(with(&Asked { sizes, sets, ..Asked::default() }), [row("ids", 14)]);
    }

    #[test]
    fn sets_are_read_by_their_names() {
        assert_eq!(parse_set(" uuids"), Ok(SetName::Drawn(Drawn::Uuids)));
        assert_eq!(parse_set("all"), Ok(SetName::All));
        assert!(parse_set("primes").unwrap_err().contains("all, names, strings"));
    }

    #[test]
    fn operations_are_sorted_without_duplicates() {
        assert_eq!(in_order(vec![Op::Equal, Op::Build, Op::Equal]), [Op::Build, Op::Equal]);
    }
}
