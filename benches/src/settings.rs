//! Sizes and times, which the environment may change: `cargo xtask bench --quick` makes them small.

use std::env;
use std::time::Duration;

/// The sizes at which rows are measured.
pub const SIZES_VARIABLE: &str = "HEDGEROW_BENCH_SIZES";
/// Milliseconds to measure one figure, without warm-up and setup.
pub const MILLISECONDS_VARIABLE: &str = "HEDGEROW_BENCH_MS";
/// Seconds after which a figure is what was measured until then, where a run takes longer.
pub const PATIENCE_VARIABLE: &str = "HEDGEROW_BENCH_PATIENCE_S";

const DEFAULT_SIZES: [usize; 4] = [10, 1_000, 100_000, 1_000_000];
const DEFAULT_MILLISECONDS: u64 = 1_500;

/// What one run of the benches measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Numbers of entries in the map under test. There is a figure for each.
    pub sizes: Vec<usize>,
    /// Measuring time of one figure.
    pub time: Duration,
    /// The time after which no further run is begun. Criterion asks for ten runs or more, and one
    /// run that builds a large map takes seconds.
    pub patience: Duration,
}

impl Settings {
    /// Reads the three variables; an unset one has its default.
    ///
    /// # Errors
    ///
    /// One line that names the variable, what is wrong with it, and a valid value.
    pub fn from_env() -> Result<Self, String> {
        let sizes = sizes_from_env(&DEFAULT_SIZES)?;
        let milliseconds = match env::var(MILLISECONDS_VARIABLE) {
            Ok(text) => parse_milliseconds(&text)?,
            Err(_) => DEFAULT_MILLISECONDS,
        };
        let patience = match env::var(PATIENCE_VARIABLE) {
            Ok(text) => parse_seconds(&text)?,
            Err(_) => Duration::MAX,
        };
        Ok(Settings { sizes, time: Duration::from_millis(milliseconds), patience })
    }
}

/// Sizes as [`SIZES_VARIABLE`] gives them, or `default` where it is not set.
///
/// # Errors
///
/// One line that names the variable, the word that is no size, and a valid value.
pub fn sizes_from_env(default: &[usize]) -> Result<Vec<usize>, String> {
    env::var(SIZES_VARIABLE).map_or_else(|_| Ok(default.to_vec()), |text| parse_sizes(&text))
}

fn parse_sizes(text: &str) -> Result<Vec<usize>, String> {
    let parse = |word: &str| match word.trim().replace('_', "").parse::<usize>() {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(format!(
            "{SIZES_VARIABLE}: {word:?} is no size; give positive numbers as in 10,1000,100000"
        )),
    };
    text.split(',').map(parse).collect()
}

fn parse_milliseconds(text: &str) -> Result<u64, String> {
    match text.trim().parse() {
        Ok(milliseconds) if milliseconds > 0 => Ok(milliseconds),
        _ => Err(format!(
            "{MILLISECONDS_VARIABLE}: {text:?} is no time; give milliseconds as in 1500"
        )),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.trim().parse() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("{PATIENCE_VARIABLE}: {text:?} is no time; give seconds as in 3")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_a_list_of_numbers_with_optional_underscores() {
        assert_eq!(parse_sizes("10, 1_000"), Ok(vec![10, 1_000]));
    }

    #[test]
    fn bad_values_name_the_variable_and_the_word() {
        let error = parse_sizes("10,many").unwrap_err();
        assert!(error.contains(SIZES_VARIABLE) && error.contains("many"), "{error}");
        assert!(parse_sizes("0").is_err() && parse_sizes("").is_err());
        assert!(parse_seconds("soon").unwrap_err().contains(PATIENCE_VARIABLE));
        assert!(parse_milliseconds("0").unwrap_err().contains(MILLISECONDS_VARIABLE));
    }
}
