//! Logarithmic axes: what they span, where their lines are, and how these are named.

use super::super::table;
use crate::output::grouped;
use std::ops::Range;

/// Steps within a decade, from coarse to fine.
const STEPS: [&[f64]; 3] = [&[1.0], &[1.0, 2.0, 5.0], &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0]];
/// Fewer lines say nothing of the scale.
const LEAST_TICKS: usize = 3;
/// More lines have no room for their names.
const MOST_TICKS: usize = 7;
/// The least that an axis spans, as a factor: noise must not look like a trend.
const LEAST_SPAN: f64 = 5.0;

/// One logarithmic axis.
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<f64>,
    pub(super) format: fn(f64) -> String,
}

impl Axis {
    /// An axis that holds all of these values, which are above 0.
    pub(super) fn new(values: impl Iterator<Item = f64>, format: fn(f64) -> String) -> Self {
        let (low, high) = values
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low <= high { (low, high) } else { (1.0, 1.0) };
        let missing = (LEAST_SPAN / (high / low)).max(1.0).sqrt();
        let margin = (high / low).powf(0.05).max(1.05);
        let range = low / missing / margin..high * missing * margin;
        Axis { ticks: ticks(&range), range, format }
    }
}

/// Powers of ten, with 2 and 5 times these where there are too few, and no more than fit.
fn ticks(range: &Range<f64>) -> Vec<f64> {
    let decades = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let within = |steps: &[f64]| -> Vec<f64> {
        let all = decades.clone().flat_map(|decade| {
            steps.iter().map(move |step| step * 10_f64.powi(decade)).collect::<Vec<_>>()
        });
        all.filter(|tick| range.start <= *tick && *tick <= range.end).collect()
    };
    let ticks = STEPS.into_iter().map(within).find(|ticks| ticks.len() >= LEAST_TICKS);
    let ticks = ticks.unwrap_or_else(|| within(STEPS[STEPS.len() - 1]));
    let every = ticks.len().div_ceil(MOST_TICKS).max(1);
    ticks.into_iter().step_by(every).collect()
}

/// A time with its unit: `15 ns`, `1.5 µs`, `2 ms`.
pub(super) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 999.5 => format!("{} ns", short(ns)),
        ns if ns < 999.5e3 => format!("{} µs", short(ns / 1e3)),
        ns if ns < 999.5e6 => format!("{} ms", short(ns / 1e6)),
        ns => format!("{} s", short(ns / 1e9)),
    }
}

/// An amount of memory with its unit.
pub(super) fn bytes(bytes: f64) -> String {
    if bytes < 9_999.5 {
        format!("{} B", short(bytes))
    } else {
        format!("{} kB", short(bytes / 1e3))
    }
}

/// A number of keys in little room: `1,024`, `32k`, `1M`.
pub(super) fn count(count: f64) -> String {
    let whole = count.round() as u64;
    match whole {
        0 => short(count),
        n if n % 1_000_000 == 0 => format!("{}M", n / 1_000_000),
        n if n % 1_000 == 0 => format!("{}k", n / 1_000),
        n if n < 100_000 => grouped(n as f64),
        n => large(n as f64),
    }
}

/// How many times faster, for an axis.
pub(super) fn ratio(ratio: f64) -> String {
    format!("{}×", if ratio < 9_999.5 { short(ratio) } else { large(ratio) })
}

/// How many times faster, as everywhere but in little room even where it is a great many.
pub(super) fn times(ratio: f64) -> String {
    if ratio < 9_999.5 { table::times(ratio) } else { large(ratio) }
}

/// Ten thousand and more, in three digits or so.
fn large(value: f64) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let (unit, name) =
        units.into_iter().find(|(unit, _)| value >= unit * 0.9995).unwrap_or((1.0, ""));
    format!("{}{name}", short(value / unit))
}

/// Of one operation in `inverse` that is slower, the percentile: `50`, `99.9`. No unit, as there is
/// little room.
pub(super) fn percentile(inverse: f64) -> String {
    let nines = inverse.log10().round() as usize;
    let digits = if inverse < 9.0 { 0 } else { nines.saturating_sub(2) };
    format!("{:.digits$}", 100.0 - 100.0 / inverse)
}

/// Two digits, without a decimal that says nothing.
fn short(value: f64) -> String {
    if value >= 9.95 {
        return grouped(value.round());
    }
    let digits = if value >= 0.995 { 1 } else { 2 };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_and_few_digits() {
        let spent = [2.5, 10.0, 999.9, 1_400.0, 15_300.0, 12_680_000.0, 3e9].map(time);
        assert_eq!(spent, ["2.5 ns", "10 ns", "1 µs", "1.4 µs", "15 µs", "13 ms", "3 s"]);
        assert_eq!([39.6, 104.0, 12_345.0].map(bytes), ["40 B", "104 B", "12 kB"]);
        assert_eq!([0.25, 0.8, 1.0, 12.4].map(ratio), ["0.25×", "0.8×", "1×", "12×"]);
        assert_eq!([2e4, 3.4e6, 1e11].map(ratio), ["20k×", "3.4M×", "100G×"]);
        assert_eq!([1.345, 14_888.0].map(times), ["1.34", "15k"]);
        let counts = [10.0, 33.0, 1_024.0, 32_000.0, 1e6, 65_536.0, 9_999_999.0].map(count);
        assert_eq!(counts, ["10", "33", "1,024", "32k", "1M", "65,536", "10M"]);
    }

    #[test]
    fn percentiles_have_as_many_nines_as_they_need() {
        let names = [2.0, 10.0, 100.0, 1e3, 1e4].map(percentile);
        assert_eq!(names, ["50", "90", "99", "99.9", "99.99"]);
    }

    #[test]
    fn ticks_are_decades_or_finer() {
        assert_eq!(
            Axis::new([8.0, 1.2e6].into_iter(), count).ticks,
            [10.0, 100.0, 1e3, 1e4, 1e5, 1e6]
        );
        assert_eq!(
            Axis::new([15.0, 80.0].into_iter(), time).ticks,
            [15.0, 20.0, 30.0, 40.0, 50.0, 70.0]
        );
        assert_eq!(Axis::new([3.0, 120.0].into_iter(), time).ticks, [5.0, 10.0, 20.0, 50.0, 100.0]);
    }

    #[test]
    fn many_decades_have_few_ticks() {
        let axis = Axis::new([0.1, 1e11].into_iter(), time);
        assert_eq!(axis.ticks, [0.1, 10.0, 1e3, 1e5, 1e7, 1e9, 1e11]);
    }

    #[test]
    fn one_value_and_none_have_an_axis_too() {
        let one = Axis::new([30.0].into_iter(), time);
        assert!(one.range.start < 15.0 && one.range.end > 60.0 && !one.ticks.is_empty());
        let none = Axis::new(std::iter::empty(), time);
        assert!(none.range.start > 0.0 && none.range.end.is_finite());
    }
}
