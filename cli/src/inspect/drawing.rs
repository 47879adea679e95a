//! The tree as SVG: the root at the left, each node a strip of 32 cells with the chunks it has
//! slots for filled in, its children to the right.

use super::report::is_inline;
use hedgerow::{NodeKind, ShapeNode};
use std::collections::VecDeque;
use std::fmt::Write;

/// A drawing of more nodes cannot be read. Nodes below those drawn are counted instead.
const MOST_NODES: usize = 400;

const CELL: f64 = 5.0;
const STRIP: f64 = 32.0 * CELL;
const COLUMN: f64 = STRIP + 130.0;
const ROW: f64 = 22.0;
const MARGIN: f64 = 24.0;
/// From one kind to the next in the legend, and the room for the count of nodes after the last.
const LEGEND_COLUMN: f64 = 170.0;
const LEGEND_COUNT: f64 = 160.0;

const STYLE: &str = "\
svg { background: #fbfbf8; font: 11px system-ui, sans-serif; }
text { fill: #4b5450; } .edge { fill: none; stroke: #b9c2bc; }
.empty { fill: #e8ebe6; } .bitmap { fill: #2e8b57; } .array { fill: #4a78c4; }
.collision { fill: #d9822b; }
@media (prefers-color-scheme: dark) {
svg { background: #141816; } text { fill: #b6c0ba; }
.edge { stroke: #414b46; } .empty { fill: #272e2b; } }";

struct Drawn<'a> {
    node: &'a ShapeNode,
    children: Vec<usize>,
    /// Nodes below that are not drawn.
    hidden: usize,
    y: f64,
}

/// The drawing of the nodes of a shape, each before its children.
pub(crate) fn svg(nodes: &[ShapeNode]) -> String {
    // An entry in an Array's slot is a cell of the Array here, no node of its own.
    let nodes: Vec<&ShapeNode> = nodes.iter().filter(|node| !is_inline(node)).collect();
    let mut drawn = chosen(&nodes);
    let mut rows = 0.0;
    place(&mut drawn, 0, &mut rows);
    let columns = 1 + drawn.iter().map(|drawn| drawn.node.depth).max().unwrap_or(0);
    let widest = (columns as f64 * COLUMN).max(3.0 * LEGEND_COLUMN + LEGEND_COUNT);
    let (width, height) = (2.0 * MARGIN + widest, 3.0 * MARGIN + rows * ROW);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\">\n<style>{STYLE}</style>\n"
    );
    legend(&mut svg, drawn.len(), nodes.len());
    for parent in &drawn {
        for &child in &parent.children {
            edge(&mut svg, parent, &drawn[child]);
        }
    }
    for one in &drawn {
        strip(&mut svg, one);
    }
    svg + "</svg>\n"
}

/// The nodes to draw, level by level until there are too many. Children are indices of the result.
fn chosen<'a>(nodes: &[&'a ShapeNode]) -> Vec<Drawn<'a>> {
    let children = children_of(nodes);
    let drawn_of =
        |index: usize| Drawn { node: nodes[index], children: Vec::new(), hidden: 0, y: 0.0 };
    let mut drawn = vec![drawn_of(0)];
    let mut waiting = VecDeque::from([(0, 0)]);
    while let Some((index, parent)) = waiting.pop_front() {
        if drawn.len() + children[index].len() > MOST_NODES {
            drawn[parent].hidden = below(&children, index);
            continue;
        }
        for &child in &children[index] {
            let drawn_child = drawn.len();
            drawn.push(drawn_of(child));
            drawn[parent].children.push(drawn_child);
            waiting.push_back((child, drawn_child));
        }
    }
    drawn
}

fn children_of(nodes: &[&ShapeNode]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); nodes.len()];
    let mut path: Vec<usize> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        path.truncate(node.depth);
        if let Some(&parent) = path.last() {
            children[parent].push(index);
        }
        path.push(index);
    }
    children
}

fn below(children: &[Vec<usize>], index: usize) -> usize {
    children[index].iter().map(|&child| 1 + below(children, child)).sum()
}

/// Sets `y`: a leaf gets the next row, a parent the middle of its children. A tree has 8 levels at
/// most.
fn place(drawn: &mut [Drawn<'_>], index: usize, rows: &mut f64) {
    let children = drawn[index].children.clone();
    for &child in &children {
        place(drawn, child, rows);
    }
    drawn[index].y = match (children.first(), children.last()) {
        (Some(&first), Some(&last)) => (drawn[first].y + drawn[last].y) / 2.0,
        _ => {
            *rows += 1.0;
            2.0 * MARGIN + (*rows - 0.5) * ROW
        }
    };
}

fn left(node: &ShapeNode) -> f64 {
    MARGIN + node.depth as f64 * COLUMN
}

fn edge(svg: &mut String, parent: &Drawn<'_>, child: &Drawn<'_>) {
    let (x1, x2) = (left(parent.node) + STRIP + 64.0, left(child.node) - 4.0);
    let middle = (x1 + x2) / 2.0;
    let (y1, y2) = (parent.y, child.y);
    let _ = writeln!(
        svg,
        "<path class=\"edge\" d=\"M{x1:.0} {y1:.1}C{middle:.0} {y1:.1} {middle:.0} {y2:.1} {x2:.0} \
         {y2:.1}\"/>"
    );
}

/// A rectangle for the empty strip, one for each filled cell, and the counts as text.
fn strip(svg: &mut String, drawn: &Drawn<'_>) {
    let Drawn { node, y, hidden, .. } = drawn;
    let (x, top, height) = (left(node), y - 6.0, 12.0);
    let _ = write!(
        svg,
        "<g><title>{} {}: {} slots, {} entries, {} words</title>\
         <rect class=\"empty\" x=\"{x:.0}\" y=\"{top:.1}\" width=\"{STRIP}\" \
         height=\"{height}\" rx=\"2\"/>",
        node.kind, node.id, node.slots, node.entries, node.words
    );
    for cell in filled_cells(node) {
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{:.0}\" y=\"{top:.1}\" width=\"{:.0}\" \
             height=\"{height}\" rx=\"1\"/>",
            class(node.kind),
            x + f64::from(cell) * CELL,
            CELL - 1.0
        );
    }
    let more = if *hidden > 0 { format!(", +{hidden} below") } else { String::new() };
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.1}\">{}{more}</text></g>",
        x + STRIP + 6.0,
        y + 4.0,
        label(node)
    );
}

fn label(node: &ShapeNode) -> String {
    match (node.entries, node.slots) {
        (0, 1) => "1 slot".to_owned(),
        (0, slots) => format!("{slots} slots"),
        (1, _) => "1 entry".to_owned(),
        (entries, _) => format!("{entries} entries"),
    }
}

/// The cells that are filled; a collision node has as many as it has entries.
fn filled_cells(node: &ShapeNode) -> Vec<u32> {
    match node.kind {
        NodeKind::Collision => (0..32.min(node.slots as u32)).collect(),
        _ => (0..32).filter(|chunk| node.bitmap & 1 << chunk != 0).collect(),
    }
}

fn class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Bitmap => "bitmap",
        NodeKind::Array => "array",
        NodeKind::Collision => "collision",
    }
}

fn legend(svg: &mut String, drawn: usize, all: usize) {
    let mut x = MARGIN;
    for (kind, text) in [
        (NodeKind::Bitmap, "Bitmap, up to 16 slots"),
        (NodeKind::Array, "Array, up to 32"),
        (NodeKind::Collision, "Collision, equal hashes"),
    ] {
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{x}\" y=\"12\" width=\"12\" height=\"12\" rx=\"2\"/>\
             <text x=\"{}\" y=\"22\">{text}</text>",
            class(kind),
            x + 18.0
        );
        x += LEGEND_COLUMN;
    }
    let _ = writeln!(svg, "<text x=\"{x}\" y=\"22\">{drawn} of {all} nodes drawn</text>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::Store;

    fn drawing(count: u64) -> (String, usize) {
        let mut store = Store::<u64, ()>::with_seed(0);
        let version = store.bulk((0..count).map(|key| (key, ()))).unwrap();
        let shape = store.at(version).unwrap().shape();
        let nodes = shape.nodes().iter().filter(|node| !is_inline(node)).count();
        (svg(shape.nodes()), nodes)
    }

    #[test]
    fn every_node_of_a_small_tree_is_drawn_with_its_edge() {
        let (svg, nodes) = drawing(60);
        assert!(nodes > 1);
        assert_eq!(svg.matches("<g>").count(), nodes);
        assert_eq!(svg.matches("class=\"edge\"").count(), nodes - 1);
        assert!(svg.contains(&format!("{nodes} of {nodes} nodes drawn")));
    }

    /// The legend is wider than a tree of one or two levels.
    #[test]
    fn the_legend_fits_into_the_drawing() {
        for count in [1, 60, 20_000] {
            let (svg, _) = drawing(count);
            let width = svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap();
            let count_of_nodes = svg.lines().find(|line| line.contains("nodes drawn")).unwrap();
            let last = count_of_nodes.rsplit("<text x=\"").next().unwrap();
            let (x, text) =
                (last.split('"').next().unwrap(), last.split(['>', '<']).nth(1).unwrap());
            // Seven units a letter are more than a letter of 11 pixels takes.
            let end = x.parse::<f64>().unwrap() + 7.0 * text.len() as f64;
            assert!(end <= width.parse().unwrap(), "{count}: {text} ends at {end} of {width}");
        }
    }

    #[test]
    fn a_big_tree_is_cut_and_counts_the_nodes_below() {
        let (svg, nodes) = drawing(20_000);
        let drawn = svg.matches("<g>").count();
        assert!(drawn <= MOST_NODES && drawn > 30, "{drawn}");
        let hidden: usize = svg
            .split(", +")
            .skip(1)
            .filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn + hidden, nodes);
    }
}
