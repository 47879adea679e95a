//! `hedgerow inspect`: the tree that a file of keys makes, in figures and as a drawing.

mod drawing;

use crate::failure::Failure;
use crate::key_file;
use crate::output::{self, Output};
use clap::Args;
use hedgerow::{NodeKind, ShapeNode, Sharing, Store};
use std::fmt::Write;
use std::path::PathBuf;

/// The seed of the hasher: with it the same file makes the same tree in each run.
const SEED: u64 = 0;

/// More lines of a tree than this hide the rest of the report.
const MOST_LINES: usize = 40;

/// Show the tree of a file of keys: depths, kinds of node, memory, and what two versions share
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The keys, one a line
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Draw the tree
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The keys are borrowed from the file's text, each with the number of its line.
type Keys<'a> = Store<&'a str, u64>;

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let keys = key_file::read(&options.keys)?;
    output::check_writable("--svg", options.svg.as_deref())?;
    let output = Output::new(1);
    let mut store = Keys::with_seed(SEED);
    let version = store.bulk(keys.iter().map(String::as_str).zip(1..))?;
    store.compact();
    let shape = store.at(version)?.shape();
    let nodes = shape.nodes();

    output.print(&format!("{} keys, hashed with seed {SEED}\n", counted(keys.len())))?;
    output.print(&tree(&shape.to_string()))?;
    output.print(&depths(nodes))?;
    output.print(&kinds(nodes))?;
    output.print(&memory(&store, nodes, keys.len()))?;
    let more = key_file::absent(&keys, keys.len(), 1);
    let next = store.insert(version, &more[0], 0)?;
    output.print(&sharing(&store.shared(version, next)?, &more[0]))?;
    output.finish();
    if let Some(path) = &options.svg {
        output::write_file("--svg", path, &drawing::svg(nodes))?;
    }
    Ok(())
}

/// The first lines of the tree, and how many more there are.
fn tree(dump: &str) -> String {
    let count = dump.lines().count();
    let mut shown: Vec<&str> = dump.lines().take(MOST_LINES).collect();
    let note = format!("    ... and {} nodes more", counted(count.saturating_sub(MOST_LINES)));
    if count > MOST_LINES {
        shown.push(&note);
    }
    shown.join("\n") + "\n"
}

/// How many nodes and entries stand how deep. An entry that C would give a node of its own under an
/// Array stands in the Array here, and counts there.
fn depths(nodes: &[ShapeNode]) -> String {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for node in nodes.iter().filter(|node| !is_inline(node)) {
        rows.resize(rows.len().max(node.depth + 1), (0, 0));
        rows[node.depth].0 += 1;
        rows[node.depth].1 += node.entries;
    }
    let most = rows.iter().map(|row| row.1).max().unwrap_or(0).max(1);
    let mut text = format!("{:>5} {:>10} {:>10}\n", "depth", "nodes", "entries");
    for (depth, (nodes, entries)) in rows.iter().enumerate() {
        let bar = "#".repeat((entries * 40).div_ceil(most));
        let line = format!("{depth:>5} {:>10} {:>10}  {bar}", counted(*nodes), counted(*entries));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn kinds(nodes: &[ShapeNode]) -> String {
    let mut text = format!(
        "{:<15} {:>10} {:>10} {:>10} {:>12}\n",
        "kind", "nodes", "slots", "words", "slots/node"
    );
    for kind in [NodeKind::Bitmap, NodeKind::Array, NodeKind::Collision] {
        let of_kind = || nodes.iter().filter(|node| node.kind == kind && !is_inline(node));
        let count = of_kind().count();
        let slots: usize = of_kind().map(|node| node.slots).sum();
        let words: usize = of_kind().map(|node| node.words).sum();
        let mean =
            if count == 0 { "-".to_owned() } else { format!("{:.1}", slots as f64 / count as f64) };
        let _ = writeln!(
            text,
            "{:<15} {:>10} {:>10} {:>10} {mean:>12}",
            kind.to_string(),
            counted(count),
            counted(slots),
            counted(words)
        );
    }
    let inline = nodes.iter().filter(|node| is_inline(node)).count();
    if inline > 0 {
        let _ = writeln!(
            text,
            "CPython has {} nodes more, of one entry each, where an entry here stands in an \
             Array's slot",
            counted(inline)
        );
    }
    text
}

fn memory(store: &Keys<'_>, nodes: &[ShapeNode], count: usize) -> String {
    let words: usize = nodes.iter().map(|node| node.words).sum();
    let stats = store.stats();
    format!(
        "{} words of nodes, {:.2} words an entry\n{} bytes in all after compaction, {:.1} bytes \
         an entry (key: a borrowed &str; value: a u64)\n",
        counted(words),
        words as f64 / count as f64,
        counted(stats.heap_bytes),
        stats.heap_bytes as f64 / count as f64,
    )
}

fn sharing(sharing: &Sharing, key: &str) -> String {
    let nodes = sharing.nodes_shared + sharing.nodes_only_b;
    let entries = sharing.entries_shared + sharing.entries_only_b;
    let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    format!(
        "one more insert, of {key:?}: the version before and the version after share\n\
         {:>10} of {} nodes ({:.2} %)\n{:>10} of {} entries ({:.2} %)",
        counted(sharing.nodes_shared),
        counted(nodes),
        percent(sharing.nodes_shared, nodes),
        counted(sharing.entries_shared),
        counted(entries),
        percent(sharing.entries_shared, entries),
    )
}

/// A node that only C has.
fn is_inline(node: &ShapeNode) -> bool {
    node.words == 0 && node.depth > 0
}

fn counted(count: usize) -> String {
    output::grouped(count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_nodes<T>(count: u64, look: impl Fn(&Keys<'_>, &[ShapeNode]) -> T) -> T {
        let keys: Vec<String> = (0..count).map(|key| format!("key {key}")).collect();
        let mut store = Keys::with_seed(SEED);
        let version = store.bulk(keys.iter().map(String::as_str).zip(1..)).unwrap();
        let shape = store.at(version).unwrap().shape();
        look(&store, shape.nodes())
    }

    /// The numbers in a column of a text table, from its second line on.
    fn column(text: &str, index: usize) -> Vec<usize> {
        let cell = |line: &str| line.split_whitespace().nth(index)?.replace(',', "").parse().ok();
        text.lines().skip(1).filter_map(cell).collect()
    }

    #[test]
    fn every_entry_stands_at_some_depth() {
        for count in [1, 5, 40, 3000] {
            let text = with_nodes(count, |_, nodes| depths(nodes));
            let entries: usize = column(&text, 2).iter().sum();
            assert_eq!(entries, count as usize, "{text}");
            assert_eq!(column(&text, 1)[0], 1, "one root\n{text}");
        }
    }

    #[test]
    fn kinds_count_every_node_and_word() {
        with_nodes(3000, |_, nodes| {
            let text = kinds(nodes);
            let listed: usize = column(&text, 1).iter().take(3).sum();
            let words: usize = column(&text, 3).iter().take(3).sum();
            assert_eq!(listed, nodes.iter().filter(|node| !is_inline(node)).count());
            assert_eq!(words, nodes.iter().map(|node| node.words).sum::<usize>());
        });
    }

    #[test]
    fn long_trees_are_cut_with_a_note() {
        let dump: String = (0..100).map(|line| format!("{line}\n")).collect();
        let shown = tree(&dump);
        assert_eq!(shown.lines().count(), MOST_LINES + 1);
        assert!(shown.ends_with("... and 60 nodes more\n"), "{shown}");
        assert_eq!(tree("a\nb\n"), "a\nb\n");
    }

    #[test]
    fn memory_is_told_per_entry() {
        let text = with_nodes(500, |store, nodes| memory(store, nodes, 500));
        assert!(text.contains("words an entry") && text.contains("bytes an entry"), "{text}");
    }
}
