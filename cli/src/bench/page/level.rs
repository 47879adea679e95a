//! The part of the page for one level: ratios of all operations, then a chart of each operation for
//! each set of keys.

use super::super::op::Op;
use super::axis::{Axis, bytes, count, time};
use super::chart::{self, Series, Words};
use super::figures::Figures;
use super::html::{counted, escaped};
use super::ratio;
use crate::failure::Failure;
use crate::output::grouped;
use std::fmt::Write;

/// The section of one level. `is_first` says that its first charts are shown, not folded away.
pub(super) fn section(figures: &Figures<'_>, is_first: bool) -> Result<String, Failure> {
    let level = figures.level;
    let mut html = format!(
        "<section id=\"{level}\">\n<h2>{}</h2>\n<p>These maps are {}.</p>\n{}",
        level.title(),
        level.meaning(),
        legend(figures)
    );
    let summary = ratio::summary(figures);
    if !summary.is_empty() {
        let _ = writeln!(html, "<h3 id=\"{level}-ratios\">Ratios</h3>\n{summary}{}", ratio::key());
    } else if figures.own().is_none() {
        html += "<p class=\"note\">Hedgerow itself was not measured at this level, so there are no \
                 ratios.</p>\n";
    }
    let (curves, points): (Vec<&str>, Vec<&str>) =
        figures.keys.iter().partition(|keys| figures.sizes_of(keys).len() > 1);
    for (index, keys) in curves.into_iter().enumerate() {
        html += &charts(figures, (index, keys), is_first && index == 0)?;
    }
    html += &single_sizes(figures, &points, is_first);
    let _ = writeln!(
        html,
        "<details>\n<summary><h3 id=\"{level}-figures\">All figures</h3> <span>{}</span></summary>\
         {}</details>\n</section>",
        counted(figures.places().len(), "row"),
        ratio::figures(figures)
    );
    Ok(html)
}

/// A chart of each operation on one set of keys.
fn charts(
    figures: &Figures<'_>,
    (index, keys): (usize, &str),
    is_open: bool,
) -> Result<String, Failure> {
    let level = figures.level;
    let ops: Vec<Op> =
        figures.ops(Some(keys)).into_iter().filter(|op| *op != Op::BytesPerEntry).collect();
    if ops.is_empty() {
        return Ok(String::new());
    }
    let mut html = format!(
        "<details class=\"keys\"{}>\n<summary><h3 id=\"{level}-{index}\">Keys: {}</h3> \
         <span>{}</span></summary>\n<div class=\"cards\">\n",
        if is_open { " open" } else { "" },
        escaped(keys),
        counted(ops.len(), "chart")
    );
    for op in ops {
        html += &card(figures, (index, keys), op, op.name())?;
    }
    Ok(html + "</div>\n</details>\n")
}

/// Sets of keys that were measured at one size: a table for each, as there is no line to draw.
fn single_sizes(figures: &Figures<'_>, sets: &[&str], is_open: bool) -> String {
    if sets.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<details class=\"keys\"{}>\n<summary><h3 id=\"{}-others\">Keys at one size</h3> \
         <span>{}</span></summary>\n<div class=\"cards\">\n",
        if is_open { " open" } else { "" },
        figures.level,
        counted(sets.len(), "table")
    );
    for keys in sets {
        let size = figures.sizes_of(keys).first().copied().unwrap_or_default();
        let _ = writeln!(
            html,
            "<article class=\"card\"><h4>{}</h4><p>{}</p>\n{}</article>",
            escaped(keys),
            counted(size, "key"),
            ratio::of_size(figures, keys, size)
        );
    }
    html + "</div>\n</details>\n"
}

/// Who has which line.
pub(super) fn legend(figures: &Figures<'_>) -> String {
    legend_of(figures.implementations.iter().map(|name| (*name, figures.look(name))))
}

/// A legend of these names and looks.
pub(super) fn legend_of<'a>(series: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut legend = String::from("<ul class=\"legend\">");
    for (name, look) in series {
        let _ = write!(
            legend,
            "<li><svg viewBox=\"0 0 160 48\" aria-hidden=\"true\"><polyline class=\"s{look}\" \
             points=\"8,24 80,24 152,24\"/></svg>{}</li>",
            escaped(name)
        );
    }
    legend + "</ul>\n"
}

/// One operation on one set of keys: the chart, and the ratios below it.
pub(super) fn card(
    figures: &Figures<'_>,
    (index, keys): (usize, &str),
    op: Op,
    title: &str,
) -> Result<String, Failure> {
    let Some(keys) = figures.keys.iter().copied().find(|known| *known == keys) else {
        return Ok(String::new());
    };
    let sizes = figures.sizes(keys, op);
    let series: Vec<Series<'_>> = figures
        .implementations
        .iter()
        .map(|name| {
            let point =
                |&size: &usize| Some((size as f64, figures.figure((keys, op, size), name)?));
            let points = sizes.iter().filter_map(point).collect();
            Series { name, look: figures.look(name), points }
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    let amount = if op == Op::BytesPerEntry { bytes } else { time };
    let points = || series.iter().flat_map(|series| series.points.iter());
    let x = Axis::new(sizes.iter().map(|size| *size as f64), count);
    let y = Axis::new(points().map(|point| point.1), amount);
    let words = Words {
        id: &format!("{}-{index}-{op}", figures.level),
        title: &format!("{op}, {keys}, {}", figures.level.title()),
        description: &description(&series, amount),
    };
    Ok(format!(
        "<article class=\"card\"><h4>{}</h4><p>{}</p>\n{}{}</article>\n",
        escaped(title),
        op.meaning(),
        chart::lines(&words, &series, (&x, &y))?,
        ratio::strip(figures, keys, op)
    ))
}

/// The largest size in words, the least figure first.
fn description(series: &[Series<'_>], amount: fn(f64) -> String) -> String {
    let size = series.iter().flat_map(|line| &line.points).fold(0.0_f64, |most, it| most.max(it.0));
    let mut ends: Vec<(&str, f64)> = series
        .iter()
        .filter_map(|line| Some((line.name, line.points.iter().find(|it| it.0 == size)?.1)))
        .collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ends: Vec<String> =
        ends.into_iter().map(|(name, figure)| format!("{name} {}", amount(figure))).collect();
    format!("Against the number of keys, logarithmic. At {}: {}.", grouped(size), ends.join(", "))
}
