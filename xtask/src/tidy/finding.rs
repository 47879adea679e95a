//! What a rule reports.

use std::fmt;

use super::files::Source;

/// One rule broken at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) weight: Weight,
    /// What is wrong, and what to do.
    pub(super) message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Advice,
    Fault,
}

impl Finding {
    pub(super) fn fault(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self::new(Weight::Fault, &source.path, line, message.into())
    }

    pub(super) fn advice(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self::new(Weight::Advice, &source.path, line, message.into())
    }

    /// A fault in a file that is known by its path only, or that is missing.
    pub(super) fn fault_at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self::new(Weight::Fault, path, line, message.into())
    }

    fn new(weight: Weight, path: &str, line: usize, message: String) -> Self {
        Finding { path: path.to_owned(), line, weight, message }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Fault => "",
            Weight::Advice => "advice: ",
        };
        write!(formatter, "{}:{}: {weight}{}", self.path, self.line, self.message)
    }
}
