//! Ratios in coloured cells: blue where Hedgerow is ahead, orange where it is behind, the deeper
//! the further. The number is in each cell, so that nobody needs the colours.
//!
//! The tables have thousands of cells, so tags that HTML lets one leave out are left out.

use super::super::op::Op;
use super::axis::{count, times};
use super::figures::{Figures, spread};
use super::html::escaped;
use crate::output::grouped;
use std::fmt::Write;

/// Up to which ratio a cell has which class; those above the last are `b3`.
const STEPS: [(f64, &str); 6] =
    [(0.25, "o3"), (0.5, "o2"), (0.9, "o1"), (1.1, "e"), (2.0, "b1"), (4.0, "b2")];

/// The class of a cell.
pub(super) fn class(ratio: f64) -> &'static str {
    STEPS.into_iter().find(|(most, _)| ratio < *most).map_or("b3", |(_, class)| class)
}

/// A cell with a ratio, or a dash.
pub(super) fn cell(ratio: Option<f64>) -> String {
    match ratio {
        None => "<td class=n>–".to_owned(),
        Some(ratio) => format!("<td class={}>{}", class(ratio), times(ratio)),
    }
}

/// What the colours mean.
pub(super) fn key() -> &'static str {
    "<p class=\"scale\"><span class=\"o3\">below ¼</span><span class=\"o2\">¼ to ½</span>\
     <span class=\"o1\">½ to 0.9</span><span class=\"e\">about 1</span><span class=\"b1\">1.1 to 2\
     </span><span class=\"b2\">2 to 4</span><span class=\"b3\">4 and more</span></p>\n"
}

/// The ratios of one operation under its chart: a row for each peer, a column for each size.
pub(super) fn strip(figures: &Figures<'_>, keys: &str, op: Op) -> String {
    let Some(own) = figures.own() else { return String::new() };
    let Some(keys) = figures.keys.iter().copied().find(|known| *known == keys) else {
        return String::new();
    };
    let sizes = figures.sizes(keys, op);
    let has_ratio =
        |peer: &&str| sizes.iter().any(|&size| figures.ratio((keys, op, size), peer).is_some());
    let peers: Vec<&str> = figures.peers().into_iter().filter(has_ratio).collect();
    if peers.is_empty() {
        return String::new();
    }
    let mut table = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Ratios of {op}\">\
         <table class=\"strip\"><thead><tr><th scope=col>÷ {}",
        escaped(own)
    );
    for size in &sizes {
        let _ = write!(table, "<th scope=col>{}", count(*size as f64));
    }
    table += "<tbody>";
    for peer in peers {
        let _ = write!(table, "<tr><th scope=row>{}", escaped(peer));
        for &size in &sizes {
            table += &cell(figures.ratio((keys, op, size), peer));
        }
    }
    table + "</table></div>\n"
}

/// The operations of one set of keys at one size: a row for each, with the ratio to each
/// peer.
pub(super) fn of_size(figures: &Figures<'_>, keys: &str, size: usize) -> String {
    let Some(keys) = figures.keys.iter().copied().find(|known| *known == keys) else {
        return String::new();
    };
    let own = figures.own();
    let peers = figures.peers();
    let mut table = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Ratios, {}\">\
         <table class=\"strip\"><thead><tr><th scope=col>{}",
        escaped(keys),
        own.map_or(String::new(), |own| format!("÷ {}", escaped(own)))
    );
    for peer in &peers {
        let _ = write!(table, "<th scope=col>{}", escaped(peer));
    }
    table += "<tbody>";
    for op in figures.ops(Some(keys)) {
        let _ = write!(table, "<tr><th scope=row>{op}");
        for peer in &peers {
            table += &cell(figures.ratio((keys, op, size), peer));
        }
    }
    table + "</table></div>\n"
}

/// All operations of a level: the median of all sets of keys and sizes, and its range.
pub(super) fn summary(figures: &Figures<'_>) -> String {
    let Some(own) = figures.own() else { return String::new() };
    let peers = figures.peers();
    if peers.is_empty() {
        return String::new();
    }
    let ratios: Vec<_> = peers.iter().map(|peer| figures.ratios(peer)).collect();
    let mut table = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Ratios, {}\">\
         <table class=\"heat\"><caption>Peer ÷ {}: the median of all keys and sizes, and the \
         range</caption><thead><tr><th scope=col>operation",
        figures.level.title(),
        escaped(own)
    );
    for peer in &peers {
        let _ = write!(table, "<th scope=col>{}", escaped(peer));
    }
    table += "<tbody>\n";
    for op in figures.ops(None) {
        let cells = ratios.iter().map(|of_peer| {
            let values = of_peer.iter().filter(|ratio| ratio.op == op).map(|ratio| ratio.value);
            spread(values.collect())
        });
        let cells: Vec<_> = cells.collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(table, "<tr><th scope=row>{op}");
        for found in cells {
            table += &match found {
                None => cell(None),
                Some((low, middle, high)) => format!(
                    "<td class={}>{}<small>{}–{}</small>",
                    class(middle),
                    times(middle),
                    times(low),
                    times(high)
                ),
            };
        }
        table.push('\n');
    }
    table + "</table></div>\n"
}

/// Every figure of a level, for who wants to know it.
pub(super) fn figures(figures: &Figures<'_>) -> String {
    let mut table = format!(
        "<div class=\"scroll tall\" tabindex=\"0\" role=\"group\" aria-label=\"Figures, {}\">\
         <table class=\"plain\"><caption>Nanoseconds per operation; bytes-per-entry in bytes\
         </caption><thead><tr><th scope=col>keys<th scope=col>n\
         <th scope=col>operation",
        figures.level.title()
    );
    for name in &figures.implementations {
        let _ = write!(table, "<th scope=col>{}", escaped(name));
    }
    table += "<tbody>\n";
    for place in figures.places() {
        let (keys, op, size) = place;
        let _ = write!(
            table,
            "<tr><td>{}<td>{}<th scope=row>{op}",
            escaped(keys),
            grouped(size as f64)
        );
        for name in &figures.implementations {
            let figure = figures.figure(place, name);
            let figure = figure.map_or("–".to_owned(), super::super::table::number);
            let _ = write!(table, "<td>{figure}");
        }
        table.push('\n');
    }
    table + "</table></div>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_blue_ahead_and_orange_behind() {
        let classes = [0.1, 0.3, 0.6, 1.0, 1.5, 3.0, 9.0].map(class);
        assert_eq!(classes, ["o3", "o2", "o1", "e", "b1", "b2", "b3"]);
        assert_eq!(cell(Some(0.804)), "<td class=o1>0.80");
        assert!(cell(None).contains('–'));
    }
}
