//! The counts as a table: of one operation, with the ratio of ours to the best peer.

use super::profile::Count;
use crate::output::grouped;
use hedgerow_bench::batches::Batch;

/// The maps that are ours. The others are peers.
const OURS: [&str; 2] = ["store", "Map"];

/// The line of titles.
pub(super) fn header() -> String {
    let [keys, n, op, map] = ["keys", "n", "of one operation", "map"];
    let [instructions, l1, last] = ["instructions", "L1 misses", "last level"];
    format!(
        "{keys:<10} {n:>9}  {op:<22} {map:<10} {instructions:>12} {l1:>10} {last:>11}  ratio to \
         the best peer"
    )
}

/// The lines of one set of keys and size, from the counts of each map.
pub(super) fn lines(keys: &str, size: usize, counts: &[(&str, Vec<Count>)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (row, batch) in Batch::ALL.into_iter().enumerate() {
        let of_batch: Vec<(&str, Count)> =
            counts.iter().filter_map(|(map, of_map)| Some((*map, *of_map.get(row)?))).collect();
        let best = best_peer(&of_batch);
        for (map, count) in &of_batch {
            let ratio = match best {
                Some((peer, instructions)) if OURS.contains(map) => {
                    format!("{:.2} {peer}", count.instructions as f64 / instructions as f64)
                }
                _ => String::new(),
            };
            let keys: String = keys.chars().take(10).collect();
            let each = |events: u64| events as f64 / batch.operations(size) as f64;
            let line = format!(
                "{keys:<10} {:>9}  {:<22} {map:<10} {:>12.1} {:>10.3} {:>11.3}  {ratio}",
                grouped(size as f64),
                batch.name(),
                each(count.instructions),
                each(count.l1_misses),
                each(count.last_level_misses),
            );
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// The peer that takes the fewest instructions, and how many.
fn best_peer<'a>(of_batch: &[(&'a str, Count)]) -> Option<(&'a str, u64)> {
    let peers = of_batch.iter().filter(|(map, _)| !OURS.contains(map));
    peers.map(|(map, count)| (*map, count.instructions)).min_by_key(|&(_, count)| count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_the_peer_with_the_fewest_instructions() {
        let count = |instructions| Count { instructions, l1_misses: 20, last_level_misses: 0 };
        let of_map = |instructions, batches| vec![count(instructions); batches];
        let counts = [
            ("store", of_map(30_000, 6)),
            ("Map", of_map(40_000, 6)),
            ("imbl", of_map(60_000, 6)),
            ("rpds", of_map(50_000, 6)),
            ("hashbrown", of_map(20_000, 4)),
        ];
        let lines = lines("a-name-too-long", 100, &counts);
        assert_eq!(lines.len(), 28);
        let cells =
            |line: &str| line.split_whitespace().skip(2).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            cells(&lines[0]),
            ["get_hit", "store", "30.0", "0.020", "0.000", "1.50", "hashbrown"]
        );
        assert_eq!(cells(&lines[2]), ["get_hit", "imbl", "60.0", "0.020", "0.000"]);
        assert_eq!(cells(&lines[10])[..3], ["iterate", "store", "300.0"]);
        assert_eq!(cells(&lines[21])[5..], ["0.80", "rpds"], "hashbrown has no such row");
        assert!(lines[0].starts_with("a-name-too       100  get_hit"));
        let end_of_title = header().find("instructions").unwrap() + "instructions".len();
        assert!(lines[0][..end_of_title].ends_with("30.0"), "{}\n{}", header(), lines[0]);
    }
}
