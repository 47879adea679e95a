//! One chart as inline SVG: a group of bars for each size, a bar for each map, a logarithmic scale.

use super::table::number;
use crate::output::grouped;
use std::fmt::Write;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 190.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 24.0;
const LEFT: f64 = 46.0;

/// The figures of one size, in the order of the series; None draws nothing.
pub(crate) struct Group {
    pub(crate) count: usize,
    pub(crate) figures: Vec<Option<f64>>,
}

/// What the axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
}

/// The chart. The page has the colours of the classes `s0`, `s1`, ...
pub(crate) fn svg(title: &str, series: &[&str], groups: &[Group], unit: Unit) -> String {
    let known = || groups.iter().flat_map(|group| group.figures.iter().flatten().copied());
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(0.0, f64::max);
    if high == 0.0 {
        return String::new();
    }
    // The scale starts at least half a decade below the smallest figure, so that its bar has a
    // length. It starts and ends at powers of ten.
    let (floor, ceiling) = ((low.log10() - 0.5).floor(), high.log10().ceil());
    let scale = (HEIGHT - TOP - BOTTOM) / (ceiling - floor).max(1.0);
    let height_at = |value: f64| HEIGHT - BOTTOM - (value.log10() - floor) * scale;
    let mut svg =
        format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n");
    for decade in floor as i32..=ceiling as i32 {
        let value = 10f64.powi(decade);
        let y = height_at(value);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 5.0,
            y + 3.0,
            amount(value, unit)
        );
    }
    let step = (WIDTH - LEFT) / groups.len() as f64;
    for (index, group) in groups.iter().enumerate() {
        let middle = LEFT + step * (index as f64 + 0.5);
        draw_group(&mut svg, group, series, (middle, step * 0.92), &height_at, unit);
    }
    svg + "</svg>"
}

fn draw_group(
    svg: &mut String,
    group: &Group,
    series: &[&str],
    (middle, width): (f64, f64),
    height_at: &dyn Fn(f64) -> f64,
    unit: Unit,
) {
    let base = HEIGHT - BOTTOM;
    let _ = writeln!(
        svg,
        "<text class=\"axis\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        base + 15.0,
        grouped(group.count as f64)
    );
    // No gap is left where a map lacks the operation: it would look like a zero.
    let drawn = group.figures.iter().flatten().count();
    let bar = (width / drawn.max(1) as f64).min(width / 4.0);
    let mut x = middle - bar * drawn as f64 / 2.0;
    for (index, figure) in group.figures.iter().enumerate() {
        let Some(value) = *figure else { continue };
        let y = height_at(value);
        let _ = writeln!(
            svg,
            "<rect class=\"s{index}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" \
             rx=\"2\"><title>{}: {} at {}</title></rect>\
             <text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x + 1.0,
            bar - 2.0,
            base - y,
            series[index],
            amount(value, unit),
            grouped(group.count as f64),
            x + bar / 2.0,
            y - 3.0,
            over_bar(value, unit)
        );
        x += bar;
    }
}

/// A figure with its unit: nanoseconds, microseconds or milliseconds, or bytes.
pub(crate) fn amount(value: f64, unit: Unit) -> String {
    let (digits, name) = scaled(value, unit);
    format!("{digits} {name}")
}

/// The label of a bar, which has little room: no unit where it is nanoseconds or bytes.
fn over_bar(value: f64, unit: Unit) -> String {
    let (digits, name) = scaled(value, unit);
    if matches!(name, "ns" | "B") { digits } else { digits + name }
}

fn scaled(value: f64, unit: Unit) -> (String, &'static str) {
    let (value, name) = match (unit, value) {
        (Unit::Bytes, v) => (v, "B"),
        (Unit::Nanoseconds, v) if v < 999.5 => (v, "ns"),
        (Unit::Nanoseconds, v) if v < 999.5e3 => (v / 1e3, "µs"),
        (Unit::Nanoseconds, v) => (v / 1e6, "ms"),
    };
    let digits =
        if value < 9.95 { number(value).trim_end_matches(".0").to_owned() } else { grouped(value) };
    (digits, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_amounts_have_larger_units() {
        let ns = |value| amount(value, Unit::Nanoseconds);
        assert_eq!([ns(2.5), ns(10.0), ns(999.9)], ["2.5 ns", "10 ns", "1 µs"]);
        assert_eq!([ns(15_300.0), ns(12_680_000.0)], ["15 µs", "13 ms"]);
        assert_eq!(amount(39.6, Unit::Bytes), "40 B");
        assert_eq!(over_bar(276.0, Unit::Nanoseconds), "276");
        assert_eq!(over_bar(1_400.0, Unit::Nanoseconds), "1.4µs");
    }

    #[test]
    fn each_figure_has_a_bar_and_taller_is_slower() {
        let group = Group { count: 1000, figures: vec![Some(10.0), None, Some(1000.0)] };
        let svg = svg("get", &["a", "b", "c"], &[group], Unit::Nanoseconds);
        assert_eq!(svg.matches("<rect").count(), 2);
        let heights: Vec<f64> = svg
            .split("height=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        assert!(heights.len() == 2 && heights[1] > 2.0 * heights[0], "{heights:?}");
        assert!(svg.contains("<title>c: 1 µs at 1,000</title>"), "{svg}");
    }

    #[test]
    fn a_chart_without_figures_is_empty() {
        let group = Group { count: 10, figures: vec![None, None] };
        assert_eq!(svg("diff", &["a", "b"], &[group], Unit::Nanoseconds), "");
    }
}
