//! Whether the test programs leave anything out: a call of the library that no C program makes, a
//! status that none expects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::step::Outcome;

/// Statuses that a C program cannot bring about in a library without a bug. Unit tests of the
/// package make one of them happen from inside, and show that of the other the text is right.
const FROM_INSIDE: [&str; 2] = ["HEDGEROW_CORRUPT", "HEDGEROW_PANIC"];

/// Looks through the programs of a folder for everything a header declares.
pub(super) fn check(header: &Path, programs: &Path) -> Result<(Outcome, String)> {
    let header =
        fs::read_to_string(header).with_context(|| format!("cannot read {}", header.display()))?;
    let mut text = String::new();
    let entries =
        fs::read_dir(programs).with_context(|| format!("cannot list {}", programs.display()))?;
    for entry in entries {
        text.push_str(&fs::read_to_string(entry?.path())?);
    }
    let (calls, statuses) = (calls(&header), statuses(&header));
    let used = words(&text);
    let missing = |name: &&String| !used.contains(name.as_str());
    let mut left_out: Vec<&String> = calls.iter().filter(missing).collect();
    let expected = statuses.iter().filter(|name| !FROM_INSIDE.contains(&name.as_str()));
    left_out.extend(expected.filter(missing));
    let note = format!("{} calls and {} statuses", calls.len(), statuses.len());
    if calls.len() < 35 || statuses.len() < 20 {
        return Ok((Outcome::Failed, format!("{note}: the header is not read right")));
    }
    if left_out.is_empty() {
        return Ok((Outcome::Passed, note));
    }
    let names: Vec<&str> = left_out.iter().map(|name| name.as_str()).collect();
    Ok((Outcome::Failed, format!("no C program uses {}", names.join(", "))))
}

/// The functions that a header declares: names before a parenthesis, outside comments.
fn calls(header: &str) -> BTreeSet<String> {
    let declared = header.lines().filter(|line| !line.trim_start().starts_with("//"));
    declared.flat_map(calls_in).collect()
}

fn calls_in(line: &str) -> Vec<String> {
    let before: Vec<&str> = line.split('(').collect();
    let names = before[..before.len() - 1].iter();
    let last = names.filter_map(|text| text.rsplit(|c| !is_of_name(c)).next());
    last.filter(|name| name.starts_with("hedgerow_")).map(str::to_owned).collect()
}

/// The statuses: the values of the enumeration.
fn statuses(header: &str) -> BTreeSet<String> {
    let values = header.lines().filter_map(|line| line.trim().split_once(" = "));
    let names = values.map(|(name, _)| name.to_owned());
    names.filter(|name| name.starts_with("HEDGEROW_")).collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c| !is_of_name(c)).collect()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "// See hedgerow_other(x).\nint hedgerow_one(int a,\n  int b);\n\
                          enum s {\n    HEDGEROW_OK = 0,\n};\ntypedef int (*hedgerow_f)(void *);\n";

    #[test]
    fn calls_and_statuses_are_found_and_comments_are_not() {
        assert_eq!(calls(HEADER).into_iter().collect::<Vec<_>>(), ["hedgerow_one"]);
        assert_eq!(statuses(HEADER).into_iter().collect::<Vec<_>>(), ["HEDGEROW_OK"]);
    }

    #[test]
    fn a_longer_name_is_no_use_of_a_shorter_one() {
        assert!(words("hedgerow_one_more();").contains("hedgerow_one_more"));
        assert!(!words("hedgerow_one_more();").contains("hedgerow_one"));
    }
}
