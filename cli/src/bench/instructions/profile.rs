//! What callgrind leaves: a file for each batch, with the sum of all events in it.

use std::path::Path;
use std::{fs, io};

/// Events of one batch, of all its operations together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) instructions: u64,
    /// Reads and writes that the model of the first cache does not hold.
    pub(super) l1_misses: u64,
    /// Those that the last cache does not hold either.
    pub(super) last_level_misses: u64,
}

/// The counts of so many batches, in the order in which they were done.
pub(super) fn read(profile: &Path, batches: usize) -> io::Result<Vec<Count>> {
    let of_batch = |number: usize| {
        // `with_extension` would replace what follows a dot in the name.
        let mut path = profile.as_os_str().to_owned();
        path.push(format!(".{number}"));
        let unknown = || io::Error::new(io::ErrorKind::InvalidData, "no totals of the events");
        parse(&fs::read_to_string(path)?).ok_or_else(unknown)
    };
    (1..=batches).map(of_batch).collect()
}

fn parse(text: &str) -> Option<Count> {
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let events: Vec<&str> = line("events:")?.split_whitespace().collect();
    let totals: Vec<&str> = line("totals:")?.split_whitespace().collect();
    let total = |name: &str| {
        let index = events.iter().position(|event| *event == name)?;
        // Zeros at the end of the line are left out.
        totals.get(index).map_or(Some(0), |total| total.parse::<u64>().ok())
    };
    let sum = |names: [&str; 3]| names.into_iter().map(total).sum::<Option<u64>>();
    Some(Count {
        instructions: total("Ir")?,
        l1_misses: sum(["I1mr", "D1mr", "D1mw"])?,
        last_level_misses: sum(["ILmr", "DLmr", "DLmw"])?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read_by_the_names_of_the_events() {
        let text = "version: 1\nevents: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw\nsummary: 9\n\
                    fn=(1) main\n12 7 2\ntotals: 7016 2008 2002 1 4 8 1\n";
        let count = Count { instructions: 7016, l1_misses: 13, last_level_misses: 1 };
        assert_eq!(parse(text), Some(count));
        assert_eq!(parse(&text.replace("totals: ", "totals: many ")), None);
        assert_eq!(parse(&text.replace("I1mr", "Bc")), None);
        assert_eq!(parse(""), None);
    }
}
