//! Charts by plotters: lines against logarithmic axes, each named where it ends; and rows of dots.

use super::axis::Axis;
use super::html::escaped;
use super::paint::{Paint, styled};
use crate::failure::Failure;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// plotters draws at whole coordinates; so many are one unit of the chart, which is about a pixel.
const FINE: i32 = 4;
/// The size of a chart, in units.
const WIDTH: i32 = 340;
const HEIGHT: i32 = 208;
/// Room for the labels of the axes, and for the names of the lines.
const LEFT: i32 = 46;
const BOTTOM: i32 = 20;
const TOP: i32 = 8;
const RIGHT: i32 = 102;
/// The room of one name, and how far names are from where lines end.
const NAME_HEIGHT: i32 = 13;
const NAME_GAP: i32 = 12;
/// A longer name is cut.
const MOST_NAME: usize = 13;
/// The style sheet sets the real size; this one is for the layout of plotters.
const FONT: (&str, i32) = ("sans-serif", 10 * FINE);
/// A row of a chart of dots, and the room for its name.
const ROW: i32 = 18;
const ROW_NAME: i32 = 104;

/// What a chart is, in words.
pub(super) struct Words<'a> {
    /// The beginning of the ids of its title and description; no other chart has it.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What one who does not see it has to know.
    pub(super) description: &'a str,
}

/// One line, or one kind of dots.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    /// Which look it has, below [`SERIES`](super::paint::SERIES).
    pub(super) look: usize,
    pub(super) points: Vec<(f64, f64)>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A chart of lines.
pub(super) fn lines(
    words: &Words<'_>,
    series: &[Series<'_>],
    (x, y): (&Axis, &Axis),
) -> Result<String, Failure> {
    image(words, (WIDTH, HEIGHT), |area| draw_lines(area, series, (x, y)))
}

/// A chart of dots: a row for each name, the rows at 0, 1, ... from the top, and a line where `x`
/// is 1.
pub(super) fn dots(
    words: &Words<'_>,
    rows: &[&str],
    series: &[Series<'_>],
    x: &Axis,
) -> Result<String, Failure> {
    let height = rows.len() as i32 * ROW + TOP + BOTTOM;
    image(words, (WIDTH, height), |area| draw_dots(area, rows, series, x))
}

fn image(
    words: &Words<'_>,
    (width, height): (i32, i32),
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> Result<String, Failure> {
    let (wide, high) = (width * FINE, height * FINE);
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (wide as u32, high as u32)).into_drawing_area();
    draw(&area)
        .and_then(|()| area.present())
        .map_err(|error| Failure::message(format!("cannot draw {}: {error}", words.title)))?;
    drop(area);
    let Words { id, title, description } = words;
    Ok(format!(
        "<svg viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{}</svg>\n",
        escaped(title),
        escaped(description),
        styled(&svg)
    ))
}

fn draw_lines(area: &Area<'_>, series: &[Series<'_>], (x, y): (&Axis, &Axis)) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin_top(TOP * FINE)
        .margin_right(RIGHT * FINE)
        .x_label_area_size(BOTTOM * FINE)
        .y_label_area_size(LEFT * FINE)
        .build_cartesian_2d(
            x.range.clone().log_scale().with_key_points(x.ticks.clone()),
            y.range.clone().log_scale().with_key_points(y.ticks.clone()),
        )?;
    mesh(&mut chart, &|tick| (x.format)(*tick), (&|tick| (y.format)(*tick), y.ticks.len()))?;
    let mut ends = Vec::new();
    for line in series {
        let paint = Paint::Series(line.look);
        chart.draw_series(LineSeries::new(line.points.iter().copied(), paint.stroke()))?;
        if let Some(last) = line.points.last() {
            ends.push((chart.backend_coord(last), line));
        }
    }
    name(area, ends)
}

/// Writes the name of each line to the right of its end.
fn name(area: &Area<'_>, mut ends: Vec<((i32, i32), &Series<'_>)>) -> Drawn {
    ends.sort_by_key(|((_, y), _)| *y);
    let wanted: Vec<i32> = ends.iter().map(|((_, y), _)| *y).collect();
    let half = NAME_HEIGHT * FINE / 2;
    let places = spread(&wanted, NAME_HEIGHT * FINE, half..(HEIGHT - BOTTOM) * FINE - half);
    let left = (WIDTH - RIGHT + NAME_GAP) * FINE;
    for (((x, y), line), place) in ends.into_iter().zip(places) {
        let leader = vec![(x + 5 * FINE, y), (left - 2 * FINE, place)];
        area.draw(&PathElement::new(leader, Paint::Leader.stroke()))?;
        area.draw_text(&cut(line.name), &text(Paint::Series(line.look)), (left, place))?;
    }
    Ok(())
}

/// Places at least `gap` from each other, in the same order and as near to the wanted ones as a
/// walk down and a walk up make them.
fn spread(wanted: &[i32], gap: i32, within: std::ops::Range<i32>) -> Vec<i32> {
    let mut places = wanted.to_vec();
    let mut least = within.start;
    for place in &mut places {
        *place = (*place).max(least);
        least = *place + gap;
    }
    let mut most = within.end;
    for place in places.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - gap;
    }
    places
}

fn cut(name: &str) -> String {
    if name.chars().count() <= MOST_NAME {
        return name.to_owned();
    }
    name.chars().take(MOST_NAME - 1).chain(['…']).collect()
}

fn draw_dots(area: &Area<'_>, rows: &[&str], series: &[Series<'_>], x: &Axis) -> Drawn {
    let below = rows.len() as f64 - 0.5;
    let mut chart = ChartBuilder::on(area)
        .margin_top(TOP * FINE)
        .margin_right(16 * FINE)
        .x_label_area_size(BOTTOM * FINE)
        .y_label_area_size(ROW_NAME * FINE)
        .build_cartesian_2d(
            x.range.clone().log_scale().with_key_points(x.ticks.clone()),
            below..-0.5,
        )?;
    let row_name =
        |row: &f64| rows.get(row.round() as usize).copied().unwrap_or_default().to_owned();
    mesh(&mut chart, &|tick| (x.format)(*tick), (&row_name, rows.len()))?;
    let even = [(1.0, below), (1.0, -0.5)];
    chart.draw_series(LineSeries::new(even, Paint::Even.stroke()))?;
    for dots in series {
        let paint = Paint::Dots(dots.look);
        chart.draw_series(LineSeries::new(dots.points.iter().copied(), paint.stroke()))?;
    }
    Ok(())
}

/// Draws the lines of the grid and the labels of both axes.
fn mesh<X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
    x_label: &dyn Fn(&f64) -> String,
    (y_label, rows): (&dyn Fn(&f64) -> String, usize),
) -> Drawn
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .bold_line_style(Paint::Grid.stroke())
        .max_light_lines(0)
        .light_line_style(Paint::Grid.stroke())
        .axis_style(Paint::Axis.stroke())
        .set_all_tick_mark_size(2 * FINE)
        .x_label_style(text(Paint::LabelBelow))
        .y_label_style(text(Paint::LabelBeside))
        .y_labels(rows)
        .x_label_formatter(x_label)
        .y_label_formatter(y_label)
        .draw()
}

fn text(paint: Paint) -> TextStyle<'static> {
    TextStyle {
        font: FONT.into_font(),
        color: paint.color().to_backend_color(),
        pos: Pos::new(HPos::Left, VPos::Center),
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{count, ratio, time};
    use super::*;

    fn drawn(names: [&str; 2], points: &[(f64, f64)]) -> String {
        let words = Words { id: "a", title: "<this> & that", description: "" };
        let series = |look| Series { name: names[look], look, points: points.to_vec() };
        let x = Axis::new(points.iter().map(|point| point.0), count);
        let y = Axis::new(points.iter().map(|point| point.1), time);
        lines(&words, &[series(0), series(1)], (&x, &y)).unwrap()
    }

    #[test]
    fn names_that_end_at_one_place_are_apart_and_inside() {
        assert_eq!(spread(&[50, 50, 51], 10, 5..95), [50, 60, 70]);
        assert_eq!(spread(&[90, 92, 94], 10, 5..95), [75, 85, 95]);
        assert_eq!(spread(&[1, 40, 99], 10, 5..95), [5, 40, 95]);
        assert!(spread(&[], 10, 5..95).is_empty());
    }

    #[test]
    fn each_line_has_all_points_and_its_name() {
        let svg =
            drawn(["hedgerow.Map", "a very long name"], &[(10.0, 5.0), (1e3, 9.0), (1e6, 80.0)]);
        let line = svg.split("<polyline class=\"s1\" points=\"").nth(1).unwrap();
        let points: Vec<&str> = line.split('"').next().unwrap().split(' ').collect();
        assert_eq!(points.len(), 3);
        assert!(
            svg.contains(">hedgerow.Map</text>") && svg.contains(">a very long …</text>"),
            "{svg}"
        );
        assert!(svg.contains(">10 ns</text>") && svg.contains(">1M</text>"), "{svg}");
    }

    #[test]
    fn charts_have_words_and_no_colours() {
        let svg = drawn(["a", "b"], &[(10.0, 5.0)]);
        assert!(svg.contains("<title id=\"a-t\">&lt;this&gt; &amp; that</title>"), "{svg}");
        assert!(!svg.contains('#') && !svg.contains("font"), "{svg}");
    }

    #[test]
    fn dots_are_in_the_row_of_their_name() {
        let words = Words { id: "a", title: "", description: "" };
        let dots_of = Series { name: "hamt", look: 1, points: vec![(2.0, 0.0), (0.5, 1.0)] };
        let x = Axis::new([0.5, 2.0].into_iter(), ratio);
        let svg = dots(&words, &["first", "second"], &[dots_of], &x).unwrap();
        let height_of = |part: &str, attribute: &str| -> i32 {
            let tag = svg.split(part).next().unwrap().rsplit('<').next().unwrap();
            tag.split(attribute).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let (first, second) = (height_of(">first", " y=\""), height_of(">second", " y=\""));
        let line = svg.split("<polyline class=\"d s1\" points=\"").nth(1).unwrap();
        let points = line.split('"').next().unwrap().split([' ', ',']);
        let points: Vec<i32> = points.map(|number| number.parse().unwrap()).collect();
        assert_eq!([points[1], points[3]], [first, second]);
        assert!(points[0] > points[2] && first < second);
    }
}
