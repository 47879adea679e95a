//! The counts as a table for people.

use std::collections::BTreeMap;

use super::count::{Count, Counts, group, operations, split};
use super::record::Verdict;

/// Whose rows are compared with ours.
const PEERS: [&str; 3] = ["imbl", "rpds", "hashbrown"];
/// How our groups begin.
pub(super) const OURS: &str = "hedgerow";

/// Prints a line for each row of ours: counts of one operation, the ratio to the peer with the
/// fewest instructions, the change.
pub(super) fn print(counts: &Counts, peers: &Counts, verdicts: &BTreeMap<String, Verdict>) {
    let ours = || counts.iter().filter(|(name, _)| group(name).starts_with(OURS));
    let width = ours().map(|(name, _)| name.len()).max().unwrap_or(0);
    let heads = ["instructions", "L1 misses", "last level", "best peer", "ratio", "change"];
    let [instructions, l1, last, peer, ratio, change] = heads;
    println!(
        "{:width$}  {instructions:>12} {l1:>10} {last:>10}  {peer:9} {ratio:>6}  {change}",
        "of one operation"
    );
    for (name, count) in ours() {
        let each = |number: u64| number as f64 / operations(name) as f64;
        let Count { instructions, l1_misses, last_level_misses } = *count;
        let (peer, ratio) = match best_peer(name, peers) {
            Some((peer, best)) => {
                (peer, format!("{:.2}", instructions as f64 / best.instructions as f64))
            }
            None => ("", String::new()),
        };
        println!(
            "{name:width$}  {:12.1} {:10.3} {:10.3}  {peer:9} {ratio:>6}  {}",
            each(instructions),
            each(l1_misses),
            each(last_level_misses),
            verdicts.get(name).map_or(String::new(), describe)
        );
    }
}

/// What has become of a row, in words.
pub(super) fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Same { growth } => format!("{:+.2} %", 100.0 * growth),
        Verdict::Grew { growth } => format!("{:+.2} % GREW", 100.0 * growth),
        Verdict::New => "not recorded yet".to_owned(),
        Verdict::Missing => "MISSING: recorded, but no longer counted".to_owned(),
    }
}

/// The same row of the peer that takes the fewest instructions for it.
fn best_peer<'a>(name: &str, counts: &'a Counts) -> Option<(&'static str, &'a Count)> {
    let (group, bench) = split(name);
    let rest = group.strip_prefix(OURS)?;
    let rows = PEERS
        .into_iter()
        .filter_map(|peer| Some((peer, counts.get(&format!("{peer}{rest}::{bench}"))?)));
    rows.min_by_key(|(_, count)| count.instructions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_peer_has_the_same_row() {
        let count = |instructions| Count { instructions, l1_misses: 0, last_level_misses: 0 };
        let rows = [("imbl_u64::get a(10)", 9), ("rpds_u64::get a(10)", 7), ("rpds_u64::set", 1)];
        let counts = rows.map(|(name, instructions)| (name.to_owned(), count(instructions)));
        let counts: Counts = counts.into();
        let best = best_peer("hedgerow_u64::get a(10)", &counts);
        assert_eq!(best, Some(("rpds", &count(7))));
        assert_eq!(best_peer("hedgerow_u64::get a(99)", &counts), None);
    }
}
