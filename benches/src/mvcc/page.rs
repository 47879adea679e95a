//! The counts of all rounds as Markdown.

use super::Round;
use crate::tail::{grouped, median, microseconds};

const HEADER: &str = "\
| map | commits/s | p50 | p99 | p99.99 | max | least max | scans/s | lookups/s |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |
";

/// A table with a line for each map, of which there are one or more rounds.
#[must_use]
pub fn markdown(size: usize, maps: &[Vec<Round>]) -> String {
    let lines: String = maps.iter().filter_map(|rounds| line(rounds)).collect();
    format!("{}\n{HEADER}{lines}", introduction(size, maps))
}

fn introduction(size: usize, maps: &[Vec<Round>]) -> String {
    let count = maps.iter().map(Vec::len).max().unwrap_or(0);
    let seconds = maps.iter().flatten().next().map_or(0.0, |round| round.time.as_secs_f64());
    format!(
        "\
{} entries, `u64` keys and values; {count} rounds of {seconds:.1} s for each map, in turn, on all \
cores.

One thread replaces random values, each in a commit of its own: it changes its map, puts a clone
into an `RwLock`, and drops the clone that was there. One thread adds up all values of a snapshot,
and takes the next one. One thread looks up a hundred random keys in a snapshot, and takes the next
one.

Rates are the medians of the rounds. Times of commits are in microseconds, of all rounds together;
*least max* is the slowest commit of the best round. *no map* commits nothing and reads a table:
where there are fewer cores than threads, its slowest commit is how long the writer waits for one.
",
        grouped(size as u64)
    )
}

fn line(rounds: &[Round]) -> Option<String> {
    let (first, others) = rounds.split_first()?;
    let mut commits = first.commits.clone();
    for round in others {
        commits.add(&round.commits).expect("all rounds have the same bounds and digits");
    }
    let times = [50.0, 99.0, 99.99].map(|percentile| commits.value_at_percentile(percentile));
    let least_max = rounds.iter().map(|round| round.commits.max()).min()?;
    let [p50, p99, p9999] = times.map(microseconds);
    let [max, least_max] = [commits.max(), least_max].map(microseconds);
    let rate = |count: fn(&Round) -> u64| {
        let per_second = |round: &Round| (count(round) as f64 / round.time.as_secs_f64()) as u64;
        grouped(median(rounds.iter().map(per_second).collect()))
    };
    let [committed, scans, lookups] =
        [rate(|round| round.commits.len()), rate(|round| round.scans), rate(|round| round.lookups)];
    let name = first.name;
    Some(format!(
        "| {name} | {committed} | {p50} | {p99} | {p9999} | {max} | {least_max} | {scans} \
         | {lookups} |\n"
    ))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hdrhistogram::Histogram;

    use super::*;

    fn sample(commits: &[u64], scans: u64) -> Round {
        let mut histogram = Histogram::new_with_bounds(1, 1_000_000, 3).unwrap();
        commits.iter().for_each(|commit| histogram.record(*commit).unwrap());
        let time = Duration::from_secs(2);
        Round { name: "a map", time, commits: histogram, scans, lookups: 2_400 }
    }

    #[test]
    fn a_line_has_medians_of_rates_and_times_of_all_rounds() {
        let rounds = [(9_000, 20), (4_000, 40), (7_000, 60)]
            .map(|(slowest, scans)| sample(&[1_000, 1_000, 1_000, slowest], scans));
        let page = markdown(2_000, &[rounds.into()]);
        assert!(page.starts_with("2,000 entries, `u64` keys and values; 3 rounds of 2.0 s"));
        let line = page.lines().last().unwrap();
        assert!(line.starts_with("| a map | 2 | 1.00 | 9.0"), "{line}");
        assert!(line.ends_with(" | 4.00 | 20 | 1,200 |"), "{line}");
    }
}
