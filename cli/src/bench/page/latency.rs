//! The time of single operations: a curve of percentiles for each map.

use super::super::latency::Latency;
use super::axis::{Axis, percentile, time};
use super::chart::{self, Series, Words};
use super::figures::look_of;
use super::html::{distinct, escaped};
use super::level::legend_of;
use crate::failure::Failure;
use crate::output::grouped;
use std::fmt::Write;

/// The section.
pub(super) fn section(latency: &Latency) -> Result<String, Failure> {
    let maps = distinct(latency.curves.iter().map(|curve| curve.map));
    let looks = maps.iter().map(|map| (*map, look_of(map).unwrap_or(7)));
    let mut html = format!(
        "<section id=\"latency\">\n<h2>Latency of single operations</h2>\n<p>A mean hides a pause. \
         Here each operation of a history of versions is timed by itself, in Rust, in a map of {} \
         entries. Over 99.9 stands the time that 99.9 % of the operations did not exceed. \
         Each time has \
         the clock in it, about {}.</p>\n{}<div class=\"cards\">\n",
        grouped(latency.entries as f64),
        time(latency.clock),
        legend_of(looks)
    );
    let charts = distinct(latency.curves.iter().map(|curve| (curve.history, curve.operation)));
    for (index, (history, operation)) in charts.into_iter().enumerate() {
        let curves = latency
            .curves
            .iter()
            .filter(|curve| (curve.history, curve.operation) == (history, operation));
        let about = curves.clone().map(|curve| curve.about).next().unwrap_or_default();
        let series: Vec<Series<'_>> = curves
            .map(|curve| Series {
                name: curve.map,
                look: look_of(curve.map).unwrap_or(7),
                points: curve.points.clone(),
            })
            .collect();
        let points = || series.iter().flat_map(|series| series.points.iter());
        let mut x = Axis::new(points().map(|point| point.0), percentile);
        // The first decade begins with the fastest half, of which nothing is asked.
        x.ticks = (1..=6).map(|nines| 10_f64.powi(nines)).filter(|it| *it <= x.range.end).collect();
        let y = Axis::new(points().map(|point| point.1), time);
        let words = Words {
            id: &format!("latency-{index}"),
            title: &format!("{history}: {operation}"),
            description: &description(&series),
        };
        let _ = writeln!(
            html,
            "<article class=\"card\"><h3>{}: {}</h3><p>{}</p>\n{}</article>",
            escaped(history),
            escaped(operation),
            escaped(about),
            chart::lines(&words, &series, (&x, &y))?
        );
    }
    Ok(html + "</div>\n</section>\n")
}

fn description(series: &[Series<'_>]) -> String {
    let end = |curve: &Series<'_>| {
        let (first, last) = (curve.points.first()?, curve.points.last()?);
        Some(format!("{} {} at the median, {} at most", curve.name, time(first.1), time(last.1)))
    };
    let ends: Vec<String> = series.iter().filter_map(end).collect();
    format!("Percentiles, logarithmic. {}.", ends.join("; "))
}
