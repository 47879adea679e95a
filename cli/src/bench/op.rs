//! The operations that `bench` times, by the names that `--ops` and the table use.

use super::level::Level;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One operation, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Op {
    Build,
    Bulk,
    GetHit,
    GetMiss,
    Contains,
    SetReplace,
    SetNew,
    Delete,
    Iterate,
    Equal,
    Diff,
    Release,
    Compact,
    ContextGet,
    ContextSet,
    ContextCopy,
    BytesPerEntry,
}

impl Op {
    /// All of them.
    pub(crate) const ALL: [Op; 17] = [
        Op::Build,
        Op::Bulk,
        Op::GetHit,
        Op::GetMiss,
        Op::Contains,
        Op::SetReplace,
        Op::SetNew,
        Op::Delete,
        Op::Iterate,
        Op::Equal,
        Op::Diff,
        Op::Release,
        Op::Compact,
        Op::ContextGet,
        Op::ContextSet,
        Op::ContextCopy,
        Op::BytesPerEntry,
    ];

    /// The name in `--ops`, in the table and in the JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Build => "build",
            Op::Bulk => "bulk",
            Op::GetHit => "get-hit",
            Op::GetMiss => "get-miss",
            Op::Contains => "contains",
            Op::SetReplace => "set-replace",
            Op::SetNew => "set-new",
            Op::Delete => "delete",
            Op::Iterate => "iterate",
            Op::Equal => "equal",
            Op::Diff => "diff",
            Op::Release => "release",
            Op::Compact => "compact",
            Op::ContextGet => "context-get",
            Op::ContextSet => "context-set",
            Op::ContextCopy => "context-copy",
            Op::BytesPerEntry => "bytes-per-entry",
        }
    }

    /// Whether it is one of context variables, and not of maps.
    pub(crate) fn is_of_contexts(self) -> bool {
        matches!(self, Op::ContextGet | Op::ContextSet | Op::ContextCopy)
    }

    /// Whether it is measured at this level.
    pub(crate) fn is_of(self, level: Level) -> bool {
        match self {
            Op::Compact | Op::BytesPerEntry => level != Level::C,
            op => level == Level::C || !op.is_of_contexts(),
        }
    }

    /// What the figure measures, for the page.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Op::Build => {
                "set every key in turn, each set a new version, the old one dropped; per key"
            }
            Op::Bulk => "make a map of all pairs at once; per key",
            Op::GetHit => "look up a key that is there",
            Op::GetMiss => "look up a key that is not",
            Op::Contains => "ask for a key, there and not there in turn",
            Op::SetReplace => "a new version with another value for a key, and drop it",
            Op::SetNew => "a new version with one more key, and drop it",
            Op::Delete => "a new version with one key fewer, and drop it",
            Op::Iterate => "walk all entries; per entry",
            Op::Equal => "compare two relatives one set apart, equal in content",
            Op::Diff => "list what changed between two relatives one set apart",
            Op::Release => "drop one of a chain of versions, newest first",
            Op::Compact => "move what lives together after many updates; per entry",
            Op::ContextGet => "read a context variable",
            Op::ContextSet => "set a context variable, and reset it",
            Op::ContextCopy => "copy the current context, enter the copy, leave it",
            Op::BytesPerEntry => "memory of the map itself, bytes for each entry",
        }
    }

    /// Reads one name.
    pub(crate) fn parse(name: &str) -> Result<Op, String> {
        Op::ALL.into_iter().find(|op| op.name() == name.trim()).ok_or_else(|| {
            let known: Vec<&str> = Op::ALL.iter().map(|op| op.name()).collect();
            format!("no such operation; choose among {}", known.join(", "))
        })
    }
}

impl fmt::Display for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for op in Op::ALL {
            assert_eq!(Op::parse(op.name()), Ok(op));
        }
    }

    #[test]
    fn the_error_for_an_unknown_name_lists_the_known_ones() {
        let line = Op::parse("gett").unwrap_err();
        assert!(line.contains("get-hit") && line.contains("bytes-per-entry"), "{line}");
    }
}
