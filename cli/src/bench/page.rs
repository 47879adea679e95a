//! `--html`: one self-contained page with charts for each set of keys and a table of all figures.

use super::chart::{self, Group, Unit};
use super::level::Level;
use super::op::Op;
use super::row::Row;
use super::table;
use crate::output;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// The page.
pub(crate) fn html(heading: &[String], notes: &[String], rows: &[Row]) -> String {
    let mut body = String::from("<h1>hedgerow bench</h1>\n");
    for line in heading {
        let _ = writeln!(body, "<p>{}</p>", escaped(line));
    }
    for note in notes {
        let _ = writeln!(body, "<p class=\"note\">{}</p>", escaped(note));
    }
    body += &tiles(rows);
    for level in Level::ALL {
        let of_level: Vec<Row> = rows.iter().filter(|row| row.level == level).cloned().collect();
        if !of_level.is_empty() {
            body += &section(&of_level, level);
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>hedgerow bench</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n\
         </html>\n"
    )
}

/// The charts and figures of one level.
fn section(rows: &[Row], level: Level) -> String {
    let series = table::implementations(rows, level);
    let mut body = format!("<h2>{}</h2>\n<p>{}</p>\n", level.title(), level.meaning());
    body += &legend(&series);
    for keys in distinct(rows.iter().map(|row| row.keys.as_str())) {
        let _ = writeln!(body, "<h2>{}</h2>\n<div class=\"grid-of-cards\">", escaped(keys));
        for op in distinct(rows.iter().filter(|row| row.keys == keys).map(|row| row.op)) {
            body += &card(rows, &series, keys, op);
        }
        body += "</div>\n";
    }
    body + &figures(rows, &series)
}

/// For each peer the median ratio, and in how many rows Hedgerow is behind.
fn tiles(rows: &[Row]) -> String {
    let mut tiles = String::from("<div class=\"tiles\">\n");
    for table::Standing { own, peer, rows, median, behind, .. } in table::standings(rows) {
        let _ = writeln!(
            tiles,
            "<div class=\"tile\"><b>{}×</b>{own} is as fast as {peer}, the median<p>behind in \
             {behind} of {rows} rows</p></div>",
            table::times(median),
        );
    }
    tiles + "</div>\n"
}

fn legend(series: &[&str]) -> String {
    let mut legend = String::from("<div class=\"legend\">");
    for (index, name) in series.iter().enumerate() {
        let _ = write!(legend, "<span><i class=\"s{index}\"></i>{name}</span>");
    }
    legend + "<span>lower is better; logarithmic scales</span></div>\n"
}

fn card(rows: &[Row], series: &[&str], keys: &str, op: Op) -> String {
    let of_op = || rows.iter().filter(move |row| row.keys == keys && row.op == op);
    let groups: Vec<Group> = distinct(of_op().map(|row| row.n))
        .into_iter()
        .map(|count| Group { count, figures: figures_of(rows, series, keys, count, op) })
        .collect();
    let unit = if op == Op::BytesPerEntry { Unit::Bytes } else { Unit::Nanoseconds };
    format!(
        "<div class=\"card\"><h3>{op}</h3><p>{}</p>\n{}</div>\n",
        op.meaning(),
        chart::svg(op.name(), series, &groups, unit)
    )
}

/// The figures of one operation in the order of the series.
fn figures_of(rows: &[Row], series: &[&str], keys: &str, count: usize, op: Op) -> Vec<Option<f64>> {
    let figure = |name: &&str| {
        let same = |row: &&Row| {
            row.implementation == *name && row.keys == keys && row.n == count && row.op == op
        };
        rows.iter().find(same).and_then(Row::figure)
    };
    series.iter().map(figure).collect()
}

fn figures(rows: &[Row], series: &[&str]) -> String {
    let mut table = String::from("<h2>Figures</h2>\n<div class=\"scroll\"><table>\n<tr>");
    for title in ["keys", "n", "op"].iter().chain(series) {
        let _ = write!(table, "<th>{title}</th>");
    }
    for peer in series.iter().skip(1) {
        let _ = write!(table, "<th>× {peer}</th>");
    }
    table += "</tr>\n";
    for row in rows.iter().filter(|row| row.implementation == series[0]) {
        let figures = figures_of(rows, series, &row.keys, row.n, row.op);
        let _ = write!(
            table,
            "<tr><td>{}</td><td>{}</td><td>{}</td>",
            escaped(&row.keys),
            output::grouped(row.n as f64),
            row.op
        );
        for figure in &figures {
            let _ = write!(table, "<td>{}</td>", figure.map_or("–".to_owned(), table::number));
        }
        for peer in &figures[1..] {
            table += &match table::ratio(figures[0], *peer) {
                None => "<td>–</td>".to_owned(),
                Some(ratio) if ratio < 1.0 => {
                    format!("<td class=\"behind\">{}</td>", table::times(ratio))
                }
                Some(ratio) => format!("<td class=\"ahead\">{}</td>", table::times(ratio)),
            };
        }
        table += "</tr>\n";
    }
    table + "</table></div>\n"
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    distinct
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |implementation: &str, n, ns| Row {
            level: Level::Python,
            implementation: implementation.to_owned(),
            op: Op::GetHit,
            keys: "<mine>".to_owned(),
            n,
            ns_per_op: Some(ns),
            rounds: vec![ns],
            bytes_per_entry: None,
        };
        vec![row("hedgerow", 10, 5.0), row("dict", 10, 4.0), row("hedgerow", 1000, 6.0)]
    }

    #[test]
    fn the_page_is_self_contained_and_escapes_names() {
        let page = html(&["a & b".to_owned()], &["a note".to_owned()], &rows());
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("<mine>"));
        assert!(page.contains("&lt;mine&gt;") && page.contains("a &amp; b"));
    }

    #[test]
    fn charts_and_table_have_every_figure() {
        let page = html(&[], &[], &rows());
        assert_eq!(page.matches("<rect").count(), 3);
        assert!(page.contains("<td class=\"behind\">0.80</td>"), "{page}");
        assert!(page.contains("is as fast as dict") && !page.contains("is as fast as hamt"));
    }
}
