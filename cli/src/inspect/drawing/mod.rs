//! Two versions as SVG, side by side: the version before one insert from its root at the left, what
//! the version after has for itself towards its root at the right, and between them, once, what
//! they share. Each node is a strip of 32 cells, with the chunks it has slots for filled in.
//!
//! Colours are those of Okabe and Ito, which readers of every kind of sight tell apart. A frame and
//! a word say the same.
//!
//! ```text
//! layout   which nodes are drawn, and where
//! words    how wide text is
//! ```

mod layout;
mod words;

use super::report::counted;
use hedgerow::{NodeKind, ShapeNode};
use layout::{Drawn, Layout, Owner};
use std::fmt::Write;
use words::{SIZE, escaped};

const CELL: f64 = 3.0;
const STRIP: f64 = 32.0 * CELL;
const STRIP_HEIGHT: f64 = 12.0;
const ROW: f64 = 22.0;
const MARGIN: f64 = 20.0;
/// Between a strip and its label, and between a label and the edges that leave it.
const GAP: f64 = 6.0;
/// The room in which edges go from one row to another.
const SWEEP: f64 = 48.0;
/// How much of an inserted key is shown.
const MOST_LETTERS: usize = 32;
const LINE: f64 = 18.0;
/// So that the legend of a tree of one node is one line.
const LEAST_WIDTH: f64 = 520.0;

const STYLE: &str = "\
svg { background: #fbfbf8; font: 11px system-ui, sans-serif; }
text { fill: #3c4541; stroke: #fbfbf8; stroke-width: 3px; paint-order: stroke; }
path { fill: none; stroke: #aab4ae; } .empty { fill: #e4e7e2; }
.both { fill: #009e73; } .before { fill: #0072b2; } .after { fill: #d55e00; }
path.before, .before.frame { fill: none; stroke: #0072b2; }
path.after, .after.frame { fill: none; stroke: #d55e00; stroke-dasharray: 5 2; }
.frame { stroke-width: 1.5px; }
@media (prefers-color-scheme: dark) {
svg { background: #141816; } text { fill: #c3ccc7; stroke: #141816; }
path { stroke: #4d5852; } .empty { fill: #29312d; }
rect.both { fill: #1fbf92; }
rect.before { fill: #56b4e9; } rect.after { fill: #f0843c; }
path.before, rect.before.frame { fill: none; stroke: #56b4e9; }
path.after, rect.after.frame { fill: none; stroke: #f0843c; } }";

/// What the drawing says about the insert.
pub(crate) struct Insert<'a> {
    pub(crate) key: &'a str,
    pub(crate) entries_before: usize,
    pub(crate) entries_after: usize,
}

/// The drawing of two versions from the nodes of their shapes, each before its children.
pub(crate) fn svg(before: &[ShapeNode], after: &[ShapeNode], insert: &Insert<'_>) -> String {
    let layout = Layout::new(before, after);
    let page = Page::new(&layout, insert);
    let mut body = String::new();
    page.head(&mut body);
    for one in &layout.drawn {
        for &child in &one.children {
            page.edge(&mut body, one, &layout.drawn[child]);
        }
    }
    for (index, one) in layout.drawn.iter().enumerate() {
        page.strip(&mut body, index, one);
    }
    let (width, height) = (page.width, page.top + layout.rows as f64 * ROW + MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\">\n<title>{}</title>\n\
         <style>\n{STYLE}\n</style>\n{body}</svg>\n",
        escaped(&page.headline)
    )
}

/// The measures of a drawing.
struct Page<'a> {
    layout: &'a Layout<'a>,
    headline: String,
    /// The legend: lines of signs with their words.
    legend: Vec<Vec<(Sign, String)>>,
    /// From one column to the next.
    column: f64,
    width: f64,
    /// Where the first row begins.
    top: f64,
}

/// What the legend explains.
#[derive(Clone, Copy)]
enum Sign {
    Owner(Owner),
    /// No sign: words alone.
    None,
}

impl<'a> Page<'a> {
    fn new(layout: &'a Layout<'a>, insert: &Insert<'_>) -> Self {
        let labels = layout.drawn.iter().map(|one| words::width(&label(one)));
        let label = labels.fold(0.0, f64::max).ceil();
        let columns = layout.columns as f64;
        let least = columns * (STRIP + 2.0 * GAP + label + SWEEP) - SWEEP;
        let headline = headline(layout, insert);
        let inner = least.max(words::width(&headline).ceil()).max(LEAST_WIDTH);
        let legend = wrapped(legend(layout), inner);
        Page {
            layout,
            headline,
            column: ((inner + SWEEP) / columns).floor(),
            width: inner + 2.0 * MARGIN,
            top: MARGIN + (legend.len() + 1) as f64 * LINE + ROW,
            legend,
        }
    }

    fn left(&self, drawn: &Drawn<'_>) -> f64 {
        MARGIN + drawn.column as f64 * self.column
    }

    /// Where the column of a node ends, and edges begin.
    fn right(&self, drawn: &Drawn<'_>) -> f64 {
        self.left(drawn) + self.column - SWEEP
    }

    fn middle(&self, row: f64) -> f64 {
        self.top + (row + 0.5) * ROW
    }

    /// The headline and the legend.
    fn head(&self, svg: &mut String) {
        let mut y = MARGIN + SIZE;
        let headline = escaped(&self.headline);
        let _ = writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\">{headline}</text>");
        for line in &self.legend {
            y += LINE;
            let mut x = MARGIN;
            for (sign, text) in line {
                if let Sign::Owner(owner) = sign {
                    let place = format!("x=\"{x}\" y=\"{}\" width=\"12\" height=\"12\"", y - 10.0);
                    let class = class(*owner);
                    let _ = write!(svg, "<rect class=\"{class}\" {place} rx=\"2\"/>");
                }
                let _ =
                    writeln!(svg, "<text x=\"{}\" y=\"{y}\">{text}</text>", x + sign_width(*sign));
                x += item_width(*sign, text);
            }
        }
    }

    /// An edge to a child. That of the version after comes from the right, along the row of the
    /// child or between two rows, so that it crosses no strip.
    fn edge(&self, svg: &mut String, parent: &Drawn<'_>, child: &Drawn<'_>) {
        let (y1, y2) = (self.middle(parent.row), self.middle(child.row));
        let class = match parent.owner {
            Owner::Both => "",
            Owner::Before => " class=\"before\"",
            Owner::After => " class=\"after\"",
        };
        if parent.owner != Owner::After {
            let (x1, x2) = (self.right(parent), self.left(child) - GAP / 2.0);
            let middle = (x1 + x2) / 2.0;
            let _ = writeln!(
                svg,
                "<path{class} d=\"M{x1:.0} {y1:.1}C{middle:.0} {y1:.1} {middle:.0} {y2:.1} {x2:.0} \
                 {y2:.1}\"/>"
            );
            return;
        }
        let along = if child.children.is_empty() || child.owner == Owner::After {
            y2
        } else {
            self.top + (child.row + 0.5).ceil() * ROW
        };
        let (x1, x2) = (self.left(parent) - GAP / 2.0, self.left(parent) - SWEEP);
        let (middle, end) = ((x1 + x2) / 2.0, self.right(child));
        let _ = write!(
            svg,
            "<path{class} d=\"M{x1:.0} {y1:.1}C{middle:.0} {y1:.1} {middle:.0} {along:.1} {x2:.0} \
             {along:.1}"
        );
        if along != y2 {
            let turn = end + SWEEP / 3.0;
            let _ = writeln!(svg, "H{turn:.0}Q{end:.0} {along:.1} {end:.0} {y2:.1}\"/>");
        } else {
            let _ = writeln!(svg, "H{end:.0}\"/>");
        }
    }

    /// A rectangle for the empty strip, one for each filled cell, a frame where one version alone
    /// has the node, and the label.
    fn strip(&self, svg: &mut String, index: usize, drawn: &Drawn<'_>) {
        let Drawn { node, owner, .. } = drawn;
        let (x, y) = (self.left(drawn), self.middle(drawn.row));
        let top = y - STRIP_HEIGHT / 2.0;
        let _ = write!(
            svg,
            "<g><title>{} {}: {} slots, {} entries, {} words</title>\
             <rect class=\"empty\" x=\"{x:.0}\" y=\"{top:.1}\" width=\"{STRIP}\" \
             height=\"{STRIP_HEIGHT}\" rx=\"2\"/>",
            node.kind, node.id, node.slots, node.entries, node.words
        );
        let class = class(*owner);
        for cell in filled_cells(node) {
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{:.0}\" y=\"{top:.1}\" width=\"{:.0}\" \
                 height=\"{STRIP_HEIGHT}\"/>",
                x + f64::from(cell) * CELL,
                CELL - 1.0
            );
        }
        if *owner != Owner::Both {
            let _ = write!(
                svg,
                "<rect class=\"frame {class}\" x=\"{:.0}\" y=\"{:.1}\" width=\"{}\" \
                 height=\"{}\" rx=\"3\"/>",
                x - 2.0,
                top - 2.0,
                STRIP + 3.0,
                STRIP_HEIGHT + 4.0
            );
        }
        let baseline = y + SIZE / 2.0 - 1.5;
        if index == 0 || index == self.layout.root_after {
            let _ = write!(svg, "<text x=\"{x:.0}\" y=\"{:.1}\">{class}</text>", baseline - 16.0);
        }
        let left = x + STRIP + GAP;
        let _ =
            writeln!(svg, "<text x=\"{left:.0}\" y=\"{baseline:.1}\">{}</text></g>", label(drawn));
    }
}

fn headline(layout: &Layout<'_>, insert: &Insert<'_>) -> String {
    let key = words::shortened(insert.key, MOST_LETTERS);
    let [both, _, after] = layout.counts;
    let of = both + after;
    format!(
        "Before and after one insert, of “{key}”: {} and {} entries. They share {} of {} nodes.",
        counted(insert.entries_before),
        counted(insert.entries_after),
        counted(both),
        counted(of)
    )
}

fn legend(layout: &Layout<'_>) -> Vec<(Sign, String)> {
    let [both, before, after] = layout.counts.map(|count| match count {
        1 => "1 node".to_owned(),
        _ => format!("{} nodes", counted(count)),
    });
    let mut legend = vec![
        (Sign::Owner(Owner::Both), format!("in both versions: {both}")),
        (Sign::Owner(Owner::Before), format!("before alone: {before}")),
        (Sign::Owner(Owner::After), format!("after alone: {after}")),
    ];
    let all = layout.counts.iter().sum::<usize>();
    if layout.drawn.len() < all {
        let drawn = counted(layout.drawn.len());
        legend.push((Sign::None, format!("{drawn} of {} nodes drawn", counted(all))));
    }
    legend
}

/// The items in lines of this width.
fn wrapped(items: Vec<(Sign, String)>, width: f64) -> Vec<Vec<(Sign, String)>> {
    let (mut lines, mut x) = (vec![Vec::new()], 0.0);
    for (sign, text) in items {
        let item = item_width(sign, &text);
        if x > 0.0 && x + item > width {
            lines.push(Vec::new());
            x = 0.0;
        }
        x += item;
        if let Some(line) = lines.last_mut() {
            line.push((sign, text));
        }
    }
    lines
}

fn sign_width(sign: Sign) -> f64 {
    match sign {
        Sign::Owner(_) => 18.0,
        Sign::None => 0.0,
    }
}

/// An item of the legend, and the space behind it.
fn item_width(sign: Sign, text: &str) -> f64 {
    sign_width(sign) + words::width(text).ceil() + 18.0
}

/// What stands beside a strip.
fn label(drawn: &Drawn<'_>) -> String {
    let node = drawn.node;
    let mut label = match (node.entries, node.slots) {
        (0, 1) => "1 child".to_owned(),
        (0, slots) => format!("{slots} children"),
        (1, _) => "1 entry".to_owned(),
        (entries, _) => format!("{entries} entries"),
    };
    if node.kind == NodeKind::Collision {
        label += ", one hash";
    }
    if drawn.hidden > 0 {
        let _ = write!(label, ", {} nodes below", counted(drawn.hidden));
    }
    label
}

/// The cells that are filled; a collision node has as many as it has entries.
fn filled_cells(node: &ShapeNode) -> Vec<u32> {
    match node.kind {
        NodeKind::Collision => (0..32.min(node.slots as u32)).collect(),
        _ => (0..32).filter(|chunk| node.bitmap & 1 << chunk != 0).collect(),
    }
}

fn class(owner: Owner) -> &'static str {
    match owner {
        Owner::Both => "both",
        Owner::Before => "before",
        Owner::After => "after",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::Store;

    /// A map of so many keys, and one more key.
    fn drawing(count: u64, key: &str) -> String {
        let mut store = Store::<String, ()>::with_seed(0);
        let keys = (0..count).map(|key| (format!("key {key}"), ()));
        let before = store.bulk(keys).unwrap();
        let after = store.insert(before, key.to_owned(), ()).unwrap();
        let [before, after] = [before, after].map(|version| store.at(version).unwrap().shape());
        let (entries_before, entries_after) = (before.entry_count(), after.entry_count());
        let insert = Insert { key, entries_before, entries_after };
        svg(before.nodes(), after.nodes(), &insert)
    }

    fn attribute(tag: &str, name: &str) -> Option<f64> {
        tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    }

    /// The boxes of all text and of all strips: left, right, top and bottom.
    fn boxes(svg: &str) -> Vec<[f64; 4]> {
        let mut boxes = Vec::new();
        for tag in svg.split('<') {
            let (Some(x), Some(y)) = (attribute(tag, "x"), attribute(tag, "y")) else { continue };
            if tag.starts_with("text") {
                let text = tag.split('>').nth(1).unwrap().replace("&lt;", "<");
                boxes.push([x, x + words::width(&text), y - SIZE + 2.0, y + 2.0]);
            } else if tag.contains("\"empty\"") {
                boxes.push([x, x + STRIP, y, y + STRIP_HEIGHT]);
            }
        }
        boxes
    }

    #[test]
    fn nothing_is_cut_and_nothing_overlaps() {
        let long = "<a key that is longer than what a drawing of one node has room for>".repeat(3);
        for (count, key) in [(1, "a"), (2, long.as_str()), (24, "b"), (60, "夏"), (900, "c")] {
            let svg = drawing(count, key);
            let (width, height) = (attribute(&svg, "width"), attribute(&svg, "height"));
            let boxes = boxes(&svg);
            assert!(boxes.len() > 6, "{svg}");
            for (index, one) in boxes.iter().enumerate() {
                let [left, right, top, bottom] = *one;
                assert!(left >= 0.0 && Some(right) <= width, "{count}: {one:?} in {width:?}");
                assert!(top >= 0.0 && Some(bottom) <= height, "{count}: {one:?} in {height:?}");
                for other in &boxes[..index] {
                    let apart = right <= other[0] || other[1] <= left;
                    let apart = apart || bottom <= other[2] || other[3] <= top;
                    assert!(apart, "{count}: {one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn the_headline_and_the_legend_count_what_is_drawn() {
        for count in [1, 24, 300] {
            let svg = drawing(count, "one more");
            let groups = |class: &str| {
                let strip = format!("<rect class=\"{class}\"");
                svg.split("<g>").skip(1).filter(|group| group.contains(&strip)).count()
            };
            for (class, words) in
                [("both", "in both versions"), ("before", "before alone"), ("after", "after alone")]
            {
                let nodes = groups(class);
                let s = if nodes == 1 { "" } else { "s" };
                assert!(svg.contains(&format!(">{words}: {nodes} node{s}<")), "{class}\n{svg}");
            }
            let (both, all) = (groups("both"), groups("both") + groups("after"));
            assert!(svg.contains(&format!("They share {both} of {all} nodes.")), "{svg}");
            assert_eq!(svg.matches("stroke-dasharray").count(), 1, "only the style has it");
        }
    }

    #[test]
    fn a_node_of_both_versions_is_drawn_once_with_an_edge_from_each() {
        let svg = drawing(60, "one more");
        let nodes = svg.matches("<g>").count();
        let [before, after] = ["before", "after"]
            .map(|class| svg.matches(&format!("<path class=\"{class}\"")).count());
        assert!(nodes > 10 && before >= 10 && after >= 10, "{nodes}: {before} and {after}");
    }
}
