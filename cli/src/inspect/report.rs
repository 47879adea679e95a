//! The report as text: the tree, its depths, kinds of node and memory, and what versions share.

use crate::output;
use hedgerow::{NodeKind, ShapeNode, Sharing, Store};
use std::fmt::Write;

/// A longer tree would hide the rest of the report.
const MOST_LINES: usize = 40;

/// Keys borrowed from the text of the file, each with the number of its line.
pub(super) type Keys<'a> = Store<&'a str, u64>;

/// The first lines of the tree, and how many more nodes there are.
pub(super) fn tree(dump: &str) -> String {
    let count = dump.lines().count();
    let mut shown: Vec<&str> = dump.lines().take(MOST_LINES).collect();
    let note = format!("    ... and {} nodes more", counted(count.saturating_sub(MOST_LINES)));
    if count > MOST_LINES {
        shown.push(&note);
    }
    shown.join("\n") + "\n"
}

/// The number of nodes and entries at each depth. Where C has an Array node with a node of one
/// entry below it, the engine has the entry in the Array node, and it counts there.
pub(super) fn depths(nodes: &[ShapeNode]) -> String {
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

/// Nodes, slots and words of each kind of node.
pub(super) fn kinds(nodes: &[ShapeNode]) -> String {
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
            "CPython has {} more nodes, of one entry each: here these entries are in Array nodes",
            counted(inline)
        );
    }
    text
}

/// Words and bytes, in all and for each entry.
pub(super) fn memory(store: &Keys<'_>, nodes: &[ShapeNode], count: usize) -> String {
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

/// How much the versions before and after the insert of this key share.
pub(super) fn sharing(sharing: &Sharing, key: &str) -> String {
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

/// Whether only C has this node: here its one entry is in a slot of the Array node above.
pub(super) fn is_inline(node: &ShapeNode) -> bool {
    node.words == 0 && node.depth > 0
}

/// A count with its thousands grouped.
pub(super) fn counted(count: usize) -> String {
    output::grouped(count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_nodes<T>(count: u64, look: impl Fn(&Keys<'_>, &[ShapeNode]) -> T) -> T {
        let keys: Vec<String> = (0..count).map(|key| format!("key {key}")).collect();
        let mut store = Keys::with_seed(0);
        let version = store.bulk(keys.iter().map(String::as_str).zip(1..)).unwrap();
        let shape = store.at(version).unwrap().shape();
        look(&store, shape.nodes())
    }

    /// The numbers in a column of a text table, below its first line.
    fn column(text: &str, index: usize) -> Vec<usize> {
        let cell = |line: &str| line.split_whitespace().nth(index)?.replace(',', "").parse().ok();
        text.lines().skip(1).filter_map(cell).collect()
    }

    #[test]
    fn every_entry_is_at_some_depth() {
        for count in [1, 5, 40, 3000] {
            let text = with_nodes(count, |_, nodes| depths(nodes));
            let entries: usize = column(&text, 2).iter().sum();
            assert_eq!(entries, count as usize, "{text}");
            assert_eq!(column(&text, 1)[0], 1, "one root\n{text}");
        }
    }

    #[test]
    fn the_kinds_have_every_node_and_word() {
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
    fn memory_is_reported_per_entry() {
        let text = with_nodes(500, |store, nodes| memory(store, nodes, 500));
        assert!(text.contains("words an entry") && text.contains("bytes an entry"), "{text}");
    }
}
