//! The top of the page: the first level in a few numbers and two charts.

use super::super::op::Op;
use super::super::row::median;
use super::axis::{self, Axis, times};
use super::chart::{self, Series, Words};
use super::figures::{Figures, Ratio};
use super::html::{counted, distinct, escaped};
use super::level::legend_of;
use crate::failure::Failure;
use crate::output::grouped;
use std::fmt::Write;

/// The section, of the first level that has Hedgerow in it.
pub(super) fn section(figures: &Figures<'_>) -> Result<String, Failure> {
    let Some(own) = figures.own() else { return Ok(String::new()) };
    let peers: Vec<(&str, Vec<Ratio<'_>>)> = figures
        .peers()
        .into_iter()
        .map(|peer| (peer, figures.ratios(peer)))
        .filter(|(_, ratios)| !ratios.is_empty())
        .collect();
    if peers.is_empty() {
        return Ok(String::new());
    }
    let mut html = format!(
        "<section id=\"glance\">\n<h2>At a glance: {}</h2>\n<p>How many times as fast as each peer \
         <strong>{}</strong> is. Each operation is compared with the same one, on the same keys, \
         at the same size, at the same level of call.</p>\n<div class=\"tiles\">\n",
        figures.level.title(),
        escaped(own)
    );
    for (peer, ratios) in &peers {
        html += &tile(peer, ratios);
    }
    html += "</div>\n";
    html += &legend_of(peers.iter().map(|(peer, _)| (*peer, figures.look(peer))));
    html += "<div class=\"cards wide\">\n";
    html += &by_op(figures, own, &peers)?;
    html += &by_size(figures, own, &peers)?;
    html += "</div>\n</section>\n";
    Ok(html)
}

fn tile(peer: &str, ratios: &[Ratio<'_>]) -> String {
    let peer = escaped(peer);
    let of = |is_memory: bool| {
        ratios.iter().filter(move |ratio| (ratio.op == Op::BytesPerEntry) == is_memory)
    };
    let values: Vec<f64> = of(false).map(|ratio| ratio.value).collect();
    let mut tile = String::from("<div class=\"tile\">");
    if let Some(middle) = median(&values) {
        let behind = values.iter().filter(|value| **value < 1.0).count();
        let _ = write!(
            tile,
            "<b{}>{}×</b> as fast as {peer}<p>the median of {}; ahead in {}, behind in {}",
            if middle < 0.995 { " class=\"behind\"" } else { "" },
            times(middle),
            counted(values.len(), "row"),
            grouped((values.len() - behind) as f64),
            grouped(behind as f64)
        );
        let worst = of(false).min_by(|a, b| a.value.total_cmp(&b.value));
        if let Some(worst) = worst.filter(|worst| worst.value < 1.0) {
            let Ratio { keys, op, count, value } = worst;
            let _ = write!(
                tile,
                "; at worst {}× ({op}, {} {})",
                times(*value),
                grouped(*count as f64),
                escaped(keys)
            );
        }
        tile += "</p>";
    }
    let memory: Vec<f64> = of(true).map(|ratio| 1.0 / ratio.value).collect();
    if let Some(middle) = median(&memory) {
        let _ = write!(tile, "<p><strong>{}×</strong> the memory of {peer}</p>", times(middle));
    }
    tile + "</div>\n"
}

/// A dot for each operation and peer.
fn by_op(
    figures: &Figures<'_>,
    own: &str,
    peers: &[(&str, Vec<Ratio<'_>>)],
) -> Result<String, Failure> {
    let ops: Vec<Op> = figures.ops(None);
    let middle = |ratios: &[Ratio<'_>], op: Op| {
        let values = ratios.iter().filter(|ratio| ratio.op == op).map(|ratio| ratio.value);
        median(&values.collect::<Vec<_>>())
    };
    let compared = |op: &Op| peers.iter().any(|(_, ratios)| middle(ratios, *op).is_some());
    let ops: Vec<Op> = ops.into_iter().filter(compared).collect();
    let series: Vec<Series<'_>> = peers
        .iter()
        .map(|(peer, ratios)| {
            let point = |(row, op): (usize, &Op)| Some((middle(ratios, *op)?, row as f64));
            let points = ops.iter().enumerate().filter_map(point).collect();
            Series { name: peer, look: figures.look(peer), points }
        })
        .collect();
    let names: Vec<&str> = ops.iter().map(|op| op.name()).collect();
    let values = series.iter().flat_map(|dots| dots.points.iter().map(|point| point.0));
    let x = Axis::new(values.chain([1.0]), axis::ratio);
    let words = Words {
        id: "by-op",
        title: &format!("Peers ÷ {own} by operation"),
        description: "The median of all keys and sizes for each operation; the table of ratios of \
                      this level has the same figures.",
    };
    Ok(format!(
        "<article class=\"card\"><h3>By operation</h3><p>Peer ÷ {}, the median of all keys and \
         sizes. To the right of the line at 1×, Hedgerow is ahead.</p>\n{}</article>\n",
        escaped(own),
        chart::dots(&words, &names, &series, &x)?
    ))
}

/// How the median of all operations changes with the size.
fn by_size(
    figures: &Figures<'_>,
    own: &str,
    peers: &[(&str, Vec<Ratio<'_>>)],
) -> Result<String, Failure> {
    // Keys that were measured at one size would make a step there.
    let is_curve = |keys: &str| figures.sizes_of(keys).len() > 1;
    let sizes = |ratios: &[Ratio<'_>]| {
        let mut sizes = distinct(ratios.iter().map(|ratio| ratio.count));
        sizes.sort_unstable();
        sizes
    };
    let series: Vec<Series<'_>> = peers
        .iter()
        .map(|(peer, ratios)| {
            let point = |size: usize| {
                let same = |ratio: &&Ratio<'_>| {
                    ratio.count == size && ratio.op != Op::BytesPerEntry && is_curve(ratio.keys)
                };
                let values: Vec<f64> = ratios.iter().filter(same).map(|it| it.value).collect();
                Some((size as f64, median(&values)?))
            };
            let points = sizes(ratios).into_iter().filter_map(point).collect();
            Series { name: peer, look: figures.look(peer), points }
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    let points = || series.iter().flat_map(|series| series.points.iter());
    let x = Axis::new(points().map(|point| point.0), axis::count);
    let y = Axis::new(points().map(|point| point.1).chain([1.0]), axis::ratio);
    let words = Words {
        id: "by-size",
        title: &format!("Peers ÷ {own} by number of keys"),
        description: "The median of all operations but memory at each size, logarithmic.",
    };
    Ok(format!(
        "<article class=\"card\"><h3>By size</h3><p>Peer ÷ {}, the median of all operations, \
         against the number of keys. Above 1×, Hedgerow is ahead.</p>\n{}</article>\n",
        escaped(own),
        chart::lines(&words, &series, (&x, &y))?
    ))
}
