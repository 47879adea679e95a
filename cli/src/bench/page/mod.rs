//! `--html`: one self-contained page with charts of all figures, readable without scripts, in
//! light, in dark and on paper.
//!
//! ```text
//! axis          logarithmic axes: spans, lines and their labels
//! paint         classes in place of the colours that plotters writes
//! chart         charts of lines and of dots, by plotters
//! figures       the figures of one level, by what they are of
//! ratio         tables of ratios, and of figures
//! overview      the top of the page
//! level         one level: ratios, then charts for each set of keys
//! memory        bytes per entry by size
//! latency       curves of percentiles of single operations
//! instructions  the recorded counts
//! ```
//!
//! `cargo xtask test` opens pages in a browser without windows, and looks for text that is cut off,
//! overlaps or is too faint, at three widths, in light and in dark.

mod axis;
mod chart;
mod figures;
mod html;
mod instructions;
mod latency;
mod level;
mod memory;
mod overview;
mod paint;
mod ratio;

use super::latency::Latency;
use super::level::Level;
use super::row::Row;
use crate::failure::Failure;
use figures::Figures;
use html::escaped;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");
/// The markers of the lines, which the style sheet names: drawn once, in units of a line's width.
const MARKERS: &str = include_str!("markers.svg");

/// Where figures are from.
pub(crate) struct Origin<'a> {
    pub(crate) machine: &'a str,
    /// What was measured at each level.
    pub(crate) versions: &'a [String],
    /// What a figure is; empty where that is not known.
    pub(crate) method: &'a str,
}

/// What the page shows.
pub(crate) struct Report<'a> {
    pub(crate) origin: Origin<'a>,
    /// What was left out, and why.
    pub(crate) notes: &'a [String],
    pub(crate) rows: &'a [Row],
}

/// The page, with the time of single operations where there is one.
///
/// # Errors
///
/// A chart that cannot be drawn.
pub(crate) fn html(report: &Report<'_>, latency: Option<&Latency>) -> Result<String, Failure> {
    let levels: Vec<Figures<'_>> =
        Level::ALL.into_iter().filter_map(|level| Figures::of(report.rows, level)).collect();
    let mut sections = String::new();
    if let Some(first) = levels.iter().find(|figures| figures.own().is_some()) {
        sections += &overview::section(first)?;
    }
    for (index, figures) in levels.iter().enumerate() {
        sections += &level::section(figures, index == 0)?;
    }
    sections += &memory::section(&levels)?;
    if let Some(latency) = latency {
        sections += &latency::section(latency)?;
    }
    sections += &instructions::section();
    sections += &method(report.origin.method);
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Hedgerow beside its peers</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         {MARKERS}{}<div class=\"page\">\n{}<main>\n{sections}</main>\n</div>\n</body>\n</html>\n",
        header(report),
        contents(&sections)
    ))
}

fn header(report: &Report<'_>) -> String {
    let mut html = String::from(
        "<header>\n<h1>Hedgerow beside its peers</h1>\n<p class=\"lead\">Persistent hash maps, \
         timed on one machine in one run of <code>hedgerow bench</code>.</p>\n\
         <ul class=\"facts\">\n",
    );
    let Origin { machine, versions, .. } = report.origin;
    let versions = versions.iter().map(String::as_str).filter(|line| !line.is_empty());
    for line in std::iter::once(machine).chain(versions) {
        let _ = writeln!(html, "<li>{}</li>", escaped(line));
    }
    for note in report.notes {
        let _ = writeln!(html, "<li class=\"note\">{}</li>", escaped(note));
    }
    html + "</ul>\n</header>\n"
}

/// The table of contents: every heading of the second and third order that has an id.
fn contents(sections: &str) -> String {
    let mut html = String::from("<nav aria-label=\"Contents\"><h2>Contents</h2><ol>\n");
    for section in sections.split("<section id=\"").skip(1) {
        let Some((id, rest)) = section.split_once('"') else { continue };
        let title = between(rest, "<h2>", "</h2>");
        let title = title.split(':').next().unwrap_or(title);
        let _ = write!(html, "<li><a href=\"#{id}\">{title}</a>");
        let inner: Vec<(&str, &str)> = rest
            .split("<h3 id=\"")
            .skip(1)
            .filter_map(|heading| heading.split_once("\">"))
            .map(|(id, rest)| (id, rest.split("</h3>").next().unwrap_or_default()))
            .collect();
        if !inner.is_empty() {
            html += "<ol>";
            for (id, title) in inner {
                let _ =
                    write!(html, "<li><a href=\"#{id}\">{}</a></li>", title.replace("Keys: ", ""));
            }
            html += "</ol>";
        }
        html += "</li>\n";
    }
    html + "</ol></nav>\n"
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or("", |(inner, _)| inner)
}

/// What the figures are.
fn method(method: &str) -> String {
    let mut html = String::from("<section id=\"method\">\n<h2>How it was measured</h2>\n<ul>\n");
    if !method.is_empty() {
        let _ = writeln!(html, "<li>{}</li>", escaped(method));
    }
    html + "<li>All axes are logarithmic. Ratios are a peer's figure over Hedgerow's: above 1, \
           Hedgerow is faster or smaller.</li>\n\
           <li>The next run may differ by some percent: <code>hedgerow bench --compare</code> says \
           which differences of two runs are more than noise.</li>\n</ul>\n</section>\n"
}

#[cfg(test)]
mod tests {
    use super::super::op::Op;
    use super::*;

    fn row(level: Level, implementation: &str, (n, ns): (usize, f64)) -> Row {
        Row {
            level,
            implementation: implementation.to_owned(),
            op: Op::GetHit,
            keys: "<mine> & \"yours\"".to_owned(),
            n,
            ns_per_op: Some(ns),
            rounds: vec![ns],
            bytes_per_entry: None,
        }
    }

    fn page(rows: &[Row]) -> String {
        let (versions, notes) = (["a & b".to_owned()], ["a <note>".to_owned()]);
        let origin = Origin { machine: "a machine", versions: &versions, method: "a" };
        html(&Report { origin, notes: &notes, rows }, None).unwrap()
    }

    #[test]
    fn the_page_is_self_contained_and_escapes_names() {
        let page = page(&[row(Level::Python, "hedgerow.Map", (10, 5.0))]);
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("<mine>"));
        assert!(page.contains("&lt;mine&gt; &amp; &quot;yours&quot;"));
        assert!(page.contains("a &amp; b") && page.contains("a &lt;note&gt;"));
    }

    #[test]
    fn each_level_has_a_section_with_a_line_for_each_implementation() {
        let rows = [
            row(Level::Python, "hedgerow.Map", (10, 5.0)),
            row(Level::Python, "hedgerow.Map", (1000, 8.0)),
            row(Level::Python, "hamt", (10, 10.0)),
            row(Level::Python, "hamt", (1000, 4.0)),
            row(Level::Rust, "store", (10, 2.0)),
            row(Level::Rust, "imbl", (10, 3.0)),
        ];
        let page = page(&rows);
        assert!(page.contains("<section id=\"python\">") && page.contains("<section id=\"rust\">"));
        assert!(!page.contains("<section id=\"c\">"));
        assert!(page.contains("<td class=b2>2.00<td class=o1>0.50"), "{page}");
        assert!(page.contains("<a href=\"#rust\">In Rust</a>"));
    }

    #[test]
    fn a_page_without_rows_is_a_page() {
        assert!(page(&[]).contains("How it was measured"));
    }
}
