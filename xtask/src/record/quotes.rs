//! Figures that other pages take from the tables. A test compares them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::run::{Measured, Run};
use crate::perf::{Block, Table, block_of};

const README: &str = "README.md";
const SHARING: &str = "docs/sharing.md";
const SIZES: [&str; 4] = ["10", "1000", "100000", "1000000"];
const ROWS: [(&str, &str); 5] = [
    ("insert into a new version, release the old one", "insert_release"),
    ("insert in place, from empty", "insert_in_place"),
    ("get, hit", "get_hit"),
    ("get, miss", "get_miss"),
    ("iterate, built in bulk", "iterate"),
];
/// Smaller maps take more, and how much depends on their number of entries.
const LEAST_ENTRIES: f64 = 10_000.0;

pub(super) fn prepare(_run: &Run<'_>) -> Result<Option<String>> {
    Ok(None)
}

/// Takes the figures from the tables as they are.
pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    Ok(Measured {
        versions: Vec::new(),
        settings: String::new(),
        cores: "no core",
        blocks: blocks(&run.root)?,
    })
}

/// The blocks that quote, as the tables under a folder have it.
fn blocks(root: &Path) -> Result<Vec<Block>> {
    let read = |page: &str| {
        fs::read_to_string(root.join(page)).with_context(|| format!("there is no {page}"))
    };
    let (peers, memory, image) =
        (read("perf/peers.md")?, read("perf/memory.md")?, read("perf/image.md")?);
    Ok(vec![
        Block::new(README, "quoted", figures(&peers, &memory)?),
        Block::new(SHARING, "quoted", images(&image)?),
    ])
}

/// README's table of ratios.
fn figures(peers: &str, memory: &str) -> Result<String> {
    let table = Table::find(peers, &["row", "n"]).context("perf/peers.md has no table")?;
    let mut text = String::from(
        "| | n = 10 | 1,000 | 100,000 | 1,000,000 |\n| --- | --: | --: | --: | --: |\n",
    );
    for (title, row) in ROWS {
        let cells = SIZES.map(|size| {
            table.number(&[row, size], "vs best plain").map_or("-".to_owned(), rounded)
        });
        text.push_str(&format!("| {title} | {} |\n", cells.join(" | ")));
    }
    let memory = Table::find(memory, &["n", "hedgerow"]).context("perf/memory.md has no table")?;
    let (least, most) = bytes_an_entry(&memory).context("perf/memory.md has no figures")?;
    text.push_str(&format!(
        "\nAn entry takes {least:.0} to {most:.0} bytes from 10,000 entries up \
         ([perf/memory.md](perf/memory.md)).\n"
    ));
    Ok(text)
}

/// What a map takes that was built by inserts, at all sizes but the small ones.
fn bytes_an_entry(memory: &Table) -> Option<(f64, f64)> {
    let figures: Vec<f64> = memory
        .rows()
        .iter()
        .filter(|row| row[0].parse().is_ok_and(|entries: f64| entries >= LEAST_ENTRIES))
        .filter_map(|row| memory.number(&[&row[0]], "hedgerow"))
        .collect();
    let least = figures.iter().copied().min_by(f64::total_cmp)?;
    let most = figures.iter().copied().max_by(f64::total_cmp)?;
    Some((least.floor(), most.ceil()))
}

/// What an image costs, in the page about sharing.
fn images(image: &str) -> Result<String> {
    let own = block_of(image, "own").and_then(|it| Table::find(it, &["", "measured"]));
    let own = own.context("perf/image.md has no block `own` with a table")?;
    let cell = |row: &str| own.cell(&[row], "measured").unwrap_or("-");
    let lookups = block_of(image, "lookups").and_then(|it| Table::find(it, &["entries"]));
    let lookups = lookups.context("perf/image.md has no block `lookups` with a table")?;
    let ratios = lookups.rows().iter().filter_map(|row| row.get(3)?.parse::<f64>().ok());
    let ratios: Vec<f64> = ratios.collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    Ok(format!(
        "| | |\n| --- | --- |\n| making it, beside `Map(dict)` | {} |\n| opening a file | {} |\n\
         | `get` of a key, beside `Map.get` | {least:.1} to {most:.1} times its time |\n\
         | bytes an entry, where key and value take {} as plain bytes | {} |\n\
         | what one `set` sends | {} |\n",
        cell("`m.image()`, beside `Map(dict)` of the same contents"),
        cell("`Image.open(path)`"),
        cell("bytes of a key and a value alone"),
        cell("bytes an entry"),
        cell("`m.set(k, v).delta(m)`, its bytes"),
    ))
}

/// Two digits, or all before the point.
fn rounded(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_quote_what_the_tables_have() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for block in blocks(root).unwrap() {
            let page = fs::read_to_string(root.join(&block.page)).unwrap();
            let quoted = block_of(&page, &block.name).unwrap_or_default();
            assert_eq!(
                quoted.trim(),
                block.text.trim(),
                "{} differs from the tables of perf/; `cargo xtask record --only quotes` mends it",
                block.page
            );
        }
    }

    #[test]
    fn ratios_are_rounded_to_two_digits() {
        assert_eq!([0.5, 9.94, 9.96, 38.6].map(rounded), ["0.5", "9.9", "10", "39"]);
    }

    #[test]
    fn a_ratio_that_changed_changes_the_quote() {
        let peers = |ratio: &str| {
            format!(
                "| row | n | hedgerow | vs best plain |\n| --- | --: | --: | --: |\n\
                 | get_hit | 10 | 2.0 | {ratio} |\n"
            )
        };
        let memory = "| n | hedgerow |\n| --: | --: |\n| 1000 | 43.3 |\n| 10000 | 34.8 |\n\
                      | 1000000 | 36.1 |\n";
        let text = figures(&peers("1.52"), memory).unwrap();
        assert!(text.contains("| get, hit | 1.5 | - | - | - |"), "{text}");
        assert!(text.contains("An entry takes 34 to 37 bytes"), "{text}");
        assert_ne!(text, figures(&peers("1.57"), memory).unwrap());
    }
}
