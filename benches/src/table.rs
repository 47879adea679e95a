//! Criterion's figures as one markdown table with ratios.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The subjects that are compared with the others.
const STORE: &str = "hedgerow";
const MAP: &str = "hedgerow::Map";
/// The columns in order. There is none for a subject that was not measured at all.
const COLUMNS: [&str; 7] = [STORE, MAP, "rpds", "imbl-rc", "imbl", "rpds-sync", "hashbrown"];
/// Peers for a single thread.
const PLAIN: [&str; 3] = ["imbl", "imbl-rc", "rpds"];
/// Peers whose maps may cross threads, as Hedgerow's may.
const ATOMIC: [&str; 2] = ["imbl", "rpds-sync"];
/// The columns of ratios. There is none if a peer was not measured at all.
const RATIOS: [Ratio; 3] = [
    Ratio { title: "vs best plain", ours: STORE, peers: &PLAIN },
    Ratio { title: "vs best atomic", ours: STORE, peers: &ATOMIC },
    Ratio { title: "Map vs best atomic", ours: MAP, peers: &ATOMIC },
];
/// Rows that no peer has, and the peers' row to compare each with.
const STAND_INS: [(&str, &str); 3] =
    [("get_many", "get_hit"), ("get_many_str", "get_hit_str"), ("iterate_compacted", "iterate")];
/// The order of rows. Others follow by name.
const ORDER: [&str; 18] = [
    "insert_release",
    "insert_new_release",
    "remove",
    "clone_branch",
    "clone_drop",
    "insert_in_place",
    "replace_in_place",
    "bulk",
    "get_hit",
    "get_hit_aged",
    "get_miss",
    "get_many",
    "iterate",
    "iterate_compacted",
    "iterate_scattered",
    "iterate_fold",
    "equal",
    "diff",
];

/// The rows and the columns of the table of maps that own their versions.
const MAPS_ROWS: [&str; 5] =
    ["insert_release", "clone_drop", "insert_in_place", "replace_in_place", "get_hit"];
const MAPS_COLUMNS: [&str; 4] = [STORE, MAP, "imbl", "rpds-sync"];

/// What the columns mean, under the table.
const LEGEND: &str = "
Median ns per operation, of several runs the least. `hedgerow` is a store, and `hedgerow::Map` a
map that owns its version. `vs` is peer / hedgerow, and `Map vs` is peer / hedgerow::Map, so 2.00
means twice as fast; best plain is the best of imbl, imbl-rc and rpds, best atomic of imbl and
rpds-sync. A star marks a row that no peer has: get_many is compared with their get_hit,
iterate_compacted with their iterate.
";

/// How many times as long the best of some peers takes as one of ours.
struct Ratio {
    title: &'static str,
    ours: &'static str,
    peers: &'static [&'static str],
}

/// Medians in nanoseconds per operation, by row, size and subject.
#[derive(Debug, Default, PartialEq)]
pub struct Figures(BTreeMap<(String, usize), BTreeMap<String, f64>>);

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
    throughput: Option<Throughput>,
}

/// How many operations an iteration has.
#[derive(Deserialize)]
struct Throughput {
    #[serde(rename = "Elements")]
    elements: Option<u64>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

impl Figures {
    /// Reads every `new/estimates.json` under criterion's folder, or under a folder with those of
    /// several runs. Of these the least is kept: what else a machine does only adds to a time.
    ///
    /// # Errors
    ///
    /// Names the folder or file that cannot be read, or a folder without figures.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut figures = Figures::default();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            let children = list(&next).map_err(|error| explain(&next, &error))?;
            for child in children {
                if child.is_dir() && child.file_name().is_some_and(|name| name == "new") {
                    figures.read_one(&child)?;
                } else if child.is_dir() {
                    folders.push(child);
                }
            }
        }
        if figures.0.is_empty() {
            return Err(format!(
                "{}: no figures there; run `cargo xtask bench` first",
                folder.display()
            ));
        }
        Ok(figures)
    }

    fn read_one(&mut self, folder: &Path) -> Result<(), String> {
        let benchmark: Benchmark = parse(&folder.join("benchmark.json"))?;
        let estimates: Estimates = parse(&folder.join("estimates.json"))?;
        let size = benchmark.value_str.and_then(|text| text.parse().ok());
        // Other benches have figures without a subject or a size, which this table does not show.
        if let (Some(subject), Some(size)) = (benchmark.function_id, size) {
            let operations = benchmark.throughput.and_then(|it| it.elements).unwrap_or(1);
            let median = estimates.median.point_estimate / operations as f64;
            self.set(&benchmark.group_id, size, &subject, median);
        }
        Ok(())
    }

    fn set(&mut self, row: &str, size: usize, subject: &str, nanoseconds: f64) {
        let cells = self.0.entry((row.to_owned(), size)).or_default();
        let cell = cells.entry(subject.to_owned()).or_insert(nanoseconds);
        *cell = cell.min(nanoseconds);
    }

    /// Those of maps that own their versions, of a store, and of the peers that may cross threads.
    #[must_use]
    pub fn of_maps(self) -> Self {
        let rows = self.0.into_iter().filter(|((row, _), _)| MAPS_ROWS.contains(&row.as_str()));
        let columns = |mut cells: BTreeMap<String, f64>| {
            cells.retain(|subject, _| MAPS_COLUMNS.contains(&subject.as_str()));
            cells
        };
        Figures(rows.map(|(place, cells)| (place, columns(cells))).collect())
    }

    /// The table: a line for each row and size. A ratio is the peer's time over ours.
    #[must_use]
    pub fn markdown(&self) -> String {
        let titles: Vec<&str> =
            self.columns().into_iter().chain(self.ratios().map(|ratio| ratio.title)).collect();
        let rule = " --: |".repeat(titles.len());
        let mut text = format!("| row | n | {} |\n| --- | --: |{rule}\n", titles.join(" | "));
        for row in self.rows() {
            for (_, size) in self.0.keys().filter(|(name, _)| *name == row) {
                self.line(&mut text, &row, *size);
            }
        }
        text.push_str(LEGEND);
        text
    }

    fn columns(&self) -> Vec<&'static str> {
        COLUMNS.into_iter().filter(|name| self.is_measured(name)).collect()
    }

    fn ratios(&self) -> impl Iterator<Item = Ratio> {
        RATIOS.into_iter().filter(|ratio| ratio.peers.iter().all(|peer| self.is_measured(peer)))
    }

    fn is_measured(&self, subject: &str) -> bool {
        self.0.values().any(|cells| cells.contains_key(subject))
    }

    fn rows(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().map(|(row, _)| row).collect();
        let mut names: Vec<String> = names.into_iter().cloned().collect();
        names.sort_by_key(|name| {
            ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len())
        });
        names
    }

    fn line(&self, text: &mut String, row: &str, size: usize) {
        let _ = write!(text, "| {row} | {size} |");
        for column in self.columns() {
            let cell = self.get(row, size, column).map(figure).unwrap_or_default();
            let _ = write!(text, " {cell} |");
        }
        for ratio in self.ratios() {
            let _ = write!(text, " {} |", self.ratio(row, size, &ratio).unwrap_or_default());
        }
        text.push('\n');
    }

    fn ratio(&self, row: &str, size: usize, ratio: &Ratio) -> Option<String> {
        let ours = self.get(row, size, ratio.ours)?;
        let stand_in = STAND_INS.iter().find(|(own, _)| *own == row).map(|(_, theirs)| *theirs);
        let theirs = stand_in.unwrap_or(row);
        let best = ratio
            .peers
            .iter()
            .filter_map(|peer| self.get(theirs, size, peer))
            .min_by(f64::total_cmp)?;
        let star = if stand_in.is_some() { "\\*" } else { "" };
        Some(format!("{:.2}{star}", best / ours))
    }

    fn get(&self, row: &str, size: usize, subject: &str) -> Option<f64> {
        self.0.get(&(row.to_owned(), size))?.get(subject).copied()
    }
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let file = File::open(path).map_err(|error| explain(path, &error))?;
    serde_json::from_reader(io::BufReader::new(file))
        .map_err(|error| format!("{}: not criterion's format: {error}", path.display()))
}

fn explain(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}; run `cargo xtask bench` first", path.display())
}

/// Three significant digits, without an exponent.
fn figure(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 10.0 => format!("{n:.2}"),
        n if n < 100.0 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Figures {
        let mut figures = Figures::default();
        figures.set("insert_release", 10, "hedgerow", 20.0);
        figures.set("insert_release", 10, "hedgerow::Map", 40.0);
        figures.set("insert_release", 10, "rpds", 50.0);
        figures.set("insert_release", 10, "imbl-rc", 90.0);
        figures.set("insert_release", 10, "imbl", 80.0);
        figures.set("insert_release", 10, "rpds-sync", 100.0);
        figures.set("get_hit", 10, "imbl", 9.0);
        figures.set("get_many", 10, "hedgerow", 3.0);
        figures
    }

    #[test]
    fn ratios_are_against_the_best_of_each_kind() {
        let table = sample().markdown();
        let line = "\n| insert_release | 10 | 20.0 | 40.0 | 50.0 | 90.0 | 80.0 | 100 \
                    | 2.50 | 4.00 | 2.00 |\n";
        assert!(table.contains(line), "{table}");
    }

    #[test]
    fn a_row_that_no_peer_has_is_compared_with_another_row_and_starred() {
        let table = sample().markdown();
        let line = "| get_many | 10 | 3.00 |  |  |  |  |  | 3.00\\* | 3.00\\* |  |";
        assert!(table.contains(line), "{table}");
    }

    #[test]
    fn only_subjects_that_were_measured_have_columns() {
        let mut figures = Figures::default();
        for subject in ["imbl", "rpds-sync", "hedgerow::Map"] {
            figures.set("clone_drop", 10, subject, 5.0);
        }
        assert_eq!(figures.columns(), ["hedgerow::Map", "imbl", "rpds-sync"]);
        let titles: Vec<&str> = figures.ratios().map(|ratio| ratio.title).collect();
        assert_eq!(titles, ["vs best atomic", "Map vs best atomic"]);
    }

    #[test]
    fn the_table_of_maps_has_its_rows_and_columns_alone() {
        let table = sample().of_maps().markdown();
        assert!(table.starts_with("| row | n | hedgerow | hedgerow::Map | imbl | rpds-sync |"));
        assert!(!table.contains("| get_many"), "{table}");
    }

    #[test]
    fn rows_are_in_order() {
        let mut figures = sample();
        figures.set("zebra", 10, "hedgerow", 1.0);
        assert_eq!(figures.rows(), ["insert_release", "get_hit", "get_many", "zebra"]);
    }

    #[test]
    fn the_error_for_a_missing_folder_says_what_to_run() {
        let error = Figures::read(Path::new("no-such-folder")).unwrap_err();
        assert!(error.contains("cargo xtask bench"), "{error}");
    }
}
