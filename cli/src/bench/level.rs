//! The levels of call: who calls the maps. Figures are compared only within a level.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who calls the maps that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Python's interpreter.
    Python,
    /// C, through functions that CPython and libhedgerow export.
    C,
    /// Rust.
    Rust,
}

impl Level {
    /// All of them, in the order in which they are measured. The first is the headline.
    pub(crate) const ALL: [Level; 3] = [Level::Python, Level::C, Level::Rust];

    /// The name in `--level` and in the JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Level::Python => "python",
            Level::C => "c",
            Level::Rust => "rust",
        }
    }

    /// The name in headings.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Level::Python => "In Python",
            Level::C => "In C",
            Level::Rust => "In Rust",
        }
    }

    /// Who calls, and what is subtracted from the time: the line under the heading.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Level::Python => {
                "called by the interpreter from one loop for all; the same loop with nothing in it \
                 is subtracted"
            }
            Level::C => "called from C; the same loop with nothing in it is subtracted",
            Level::Rust => "called from Rust with one hasher for all; nothing is subtracted",
        }
    }

    /// Reads one name of `--level`.
    pub(crate) fn parse(name: &str) -> Result<Level, String> {
        Level::ALL
            .into_iter()
            .find(|level| level.name() == name.trim())
            .ok_or_else(|| "no such level; choose among python, c, rust".to_owned())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json_and_read_back() {
        for level in Level::ALL {
            assert_eq!(Level::parse(level.name()), Ok(level));
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
            assert_eq!(serde_json::from_str::<Level>(&json).unwrap(), level);
        }
        assert!(Level::parse("java").unwrap_err().contains("python, c, rust"));
    }
}
