//! Colours that are names: plotters writes a colour into each element, and the page wants a class,
//! so that its style sheet decides, for light, dark and paper.
//!
//! A chart is drawn with colours that stand for what is drawn; [`styled`] makes classes of them,
//! and leaves out what the style sheet says once for all: widths, fonts, opacity, anchors of text.

use plotters::style::{Color, RGBColor, ShapeStyle};

/// Series that look different: colour, dashes and marker.
pub(super) const SERIES: usize = 8;

/// What an element of a chart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// A line of the grid.
    Grid,
    /// A line of the grid that matters: where two are equally fast.
    Even,
    /// An axis.
    Axis,
    /// A label below the chart.
    LabelBelow,
    /// A label beside the chart.
    LabelBeside,
    /// From the end of a line to its name.
    Leader,
    /// The line of a series with its markers, and its name.
    Series(usize),
    /// The markers of a series alone.
    Dots(usize),
}

impl Paint {
    /// All of them, each with the number that its colour carries.
    fn all() -> impl Iterator<Item = (u8, Paint)> {
        let labels = [Paint::LabelBelow, Paint::LabelBeside];
        let single =
            [Paint::Grid, Paint::Even, Paint::Axis, Paint::Leader].into_iter().chain(labels);
        let series = (0..SERIES).map(Paint::Series).chain((0..SERIES).map(Paint::Dots));
        (0..).zip(single.chain(series))
    }

    /// The colour that stands for it.
    pub(super) fn color(self) -> RGBColor {
        let number = Paint::all().find(|(_, paint)| *paint == self).map_or(0, |found| found.0);
        RGBColor(0xfe, 0xdc, number)
    }

    /// Its colour, for lines.
    pub(super) fn stroke(self) -> ShapeStyle {
        self.color().stroke_width(1)
    }

    fn class(self) -> String {
        match self {
            Paint::Grid => "g".to_owned(),
            Paint::Even => "v".to_owned(),
            Paint::Axis => "x".to_owned(),
            Paint::LabelBelow => "a".to_owned(),
            Paint::LabelBeside => "b".to_owned(),
            Paint::Leader => "l".to_owned(),
            Paint::Series(index) => format!("s{index}"),
            Paint::Dots(index) => format!("d s{index}"),
        }
    }
}

/// The elements of an image that plotters has drawn, with classes in place of colours, and without
/// the `<svg>` around them.
pub(super) fn styled(svg: &str) -> String {
    let mut styled = String::with_capacity(svg.len() / 2);
    let lines = svg.lines().filter(|line| !line.starts_with("<svg") && *line != "</svg>");
    for line in lines {
        match line.strip_prefix('<').filter(|tag| !tag.starts_with('/')) {
            // plotters gives each element a line, and puts the words of a text on the next one.
            None => styled += line,
            Some(tag) => {
                let (tag, end) = match tag.strip_suffix("/>") {
                    Some(tag) => (tag, "/>"),
                    None => (tag.trim_end_matches('>'), ">"),
                };
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                styled.push('<');
                styled += name;
                attributes.split_inclusive("\" ").for_each(|text| styled += &attribute(text));
                styled += end;
            }
        }
    }
    styled
}

/// One attribute as the page has it, with a space before it; nothing where the style sheet says it.
fn attribute(text: &str) -> String {
    let Some((name, value)) = text.trim().split_once('=') else { return String::new() };
    let value = value.trim_matches('"').trim();
    match name {
        "stroke" | "fill" => {
            class_of(value).map_or_else(String::new, |it| format!(" class=\"{it}\""))
        }
        "opacity" | "stroke-width" | "font-family" | "font-size" | "text-anchor" => String::new(),
        _ => format!(" {name}=\"{value}\""),
    }
}

fn class_of(color: &str) -> Option<String> {
    let same = |paint: &Paint| {
        let RGBColor(red, green, blue) = paint.color();
        color == format!("#{red:02X}{green:02X}{blue:02X}")
    };
    Paint::all().map(|(_, paint)| paint).find(same).map(Paint::class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_stands_for_one_thing() {
        for (number, paint) in Paint::all() {
            let RGBColor(red, green, blue) = paint.color();
            assert_eq!(blue, number);
            let color = format!("#{red:02X}{green:02X}{blue:02X}");
            assert_eq!(class_of(&color), Some(paint.class()));
        }
        assert_eq!(class_of("none"), None);
    }

    #[test]
    fn elements_keep_their_places_and_lose_their_colours() {
        let RGBColor(red, green, blue) = Paint::Series(3).color();
        let color = format!("#{red:02X}{green:02X}{blue:02X}");
        let svg = format!(
            "<svg width=\"9\" height=\"9\" viewBox=\"0 0 9 9\" xmlns=\"w\">\n\
             <polyline fill=\"none\" opacity=\"1\" stroke=\"{color}\" stroke-width=\"1\" \
             points=\"1,2 3,4 \"/>\n\
             <text x=\"1\" y=\"2\" dy=\"0.5ex\" text-anchor=\"end\" font-family=\"sans-serif\" \
             font-size=\"8\" opacity=\"1\" fill=\"{color}\">\na &lt; b\n</text>\n</svg>\n"
        );
        assert_eq!(
            styled(&svg),
            "<polyline class=\"s3\" points=\"1,2 3,4\"/>\
             <text x=\"1\" y=\"2\" dy=\"0.5ex\" class=\"s3\">a &lt; b</text>"
        );
    }
}
