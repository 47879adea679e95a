//! Memory by size: one chart for each level and set of keys.

use super::super::op::Op;
use super::figures::Figures;
use super::level::{card, legend};
use crate::failure::Failure;
use std::fmt::Write;

/// The section, or nothing where no memory was counted.
pub(super) fn section(levels: &[Figures<'_>]) -> Result<String, Failure> {
    let mut html = String::new();
    for figures in levels.iter().filter(|figures| figures.ops(None).contains(&Op::BytesPerEntry)) {
        let level = figures.level;
        let _ =
            write!(html, "<h3 id=\"memory-{level}\">{}</h3>\n{}", level.title(), legend(figures));
        html += "<div class=\"cards\">\n";
        for (index, keys) in figures.keys.iter().enumerate() {
            if figures.ops(Some(keys)).contains(&Op::BytesPerEntry) {
                html += &card(figures, (index, keys), Op::BytesPerEntry, keys)?;
            }
        }
        html += "</div>\n";
    }
    if html.is_empty() {
        return Ok(html);
    }
    Ok(format!(
        "<section id=\"memory\">\n<h2>Memory</h2>\n<p>Bytes for each entry against the number of \
         entries. A ratio above 1 means that Hedgerow is smaller.</p>\n{html}</section>\n"
    ))
}
