//! Which nodes of two versions are drawn, and where.
//!
//! The version before is a tree that grows from its root at the left. What the version after has
//! for itself is drawn the other way round, from its root at the right: an insert copies one node
//! of each depth, which stands in the row of the node that it replaces. A node of both versions is
//! drawn once.

use crate::inspect::report::is_inline;
use hedgerow::{NodeId, ShapeNode};
use std::collections::{HashMap, HashSet};

/// A drawing of more nodes cannot be read. Nodes below those drawn are counted instead.
pub(super) const MOST_NODES: usize = 400;

/// Which version has a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Both,
    Before,
    After,
}

/// A node that is drawn.
#[derive(Debug)]
pub(super) struct Drawn<'a> {
    pub(super) node: &'a ShapeNode,
    pub(super) owner: Owner,
    /// Indices of the drawn children.
    pub(super) children: Vec<usize>,
    /// Nodes below that are not drawn.
    pub(super) hidden: usize,
    /// From the left: one for each depth of the version before, then one for each node that the
    /// version after has for itself, its root last.
    pub(super) column: usize,
    /// From the top; a parent may stand between two rows.
    pub(super) row: f64,
}

/// The drawn nodes of both versions.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    /// The root of the version before is the first.
    pub(super) drawn: Vec<Drawn<'a>>,
    /// The index of the root of the version after.
    pub(super) root_after: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Nodes of both, before alone and after alone, drawn or not.
    pub(super) counts: [usize; 3],
}

/// The nodes of one version that are not inline, each before its children.
struct Tree<'a> {
    nodes: Vec<&'a ShapeNode>,
    children: Vec<Vec<usize>>,
}

impl<'a> Layout<'a> {
    /// Places the nodes of two versions, the second made by one insert into the first.
    pub(super) fn new(before: &'a [ShapeNode], after: &'a [ShapeNode]) -> Self {
        let (before, after) = (Tree::new(before), Tree::new(after));
        let shared: HashSet<NodeId> = {
            let ids: HashSet<NodeId> = before.nodes.iter().map(|node| node.id).collect();
            after.nodes.iter().map(|node| node.id).filter(|id| ids.contains(id)).collect()
        };
        let mut drawn = chosen(&before, &shared);
        let columns_before = 1 + drawn.iter().map(|one| one.node.depth).max().unwrap_or(0);
        // The nodes of the version before that an insert replaces, one of each depth.
        let replaced: Vec<usize> =
            (0..drawn.len()).filter(|&index| drawn[index].owner == Owner::Before).collect();
        let path: Vec<usize> = (0..after.nodes.len())
            .filter(|&index| !shared.contains(&after.nodes[index].id))
            .collect();
        let mut places = Places { rows: 0, spare_below: None, spare: 0.0 };
        if path.len() > replaced.len() {
            places.spare_below = replaced.last().copied();
        }
        places.place(&mut drawn, 0);
        let root_after = if path.is_empty() { 0 } else { drawn.len() };
        let columns = columns_before + path.len();
        add_path(&mut drawn, &after, &path, &replaced, &places, columns);
        let counts =
            [shared.len(), before.nodes.len() - shared.len(), after.nodes.len() - shared.len()];
        Layout { drawn, root_after, columns, rows: places.rows, counts }
    }
}

impl<'a> Tree<'a> {
    /// An entry in an Array's slot is a cell of the Array here, no node of its own.
    fn new(nodes: &'a [ShapeNode]) -> Self {
        let nodes: Vec<&ShapeNode> = nodes.iter().filter(|node| !is_inline(node)).collect();
        let mut children = vec![Vec::new(); nodes.len()];
        let mut path: Vec<usize> = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            path.truncate(node.depth);
            if let Some(&parent) = path.last() {
                children[parent].push(index);
            }
            path.push(index);
        }
        Tree { nodes, children }
    }

    fn below(&self, index: usize) -> usize {
        self.children[index].iter().map(|&child| 1 + self.below(child)).sum()
    }
}

/// The nodes of the version before that are drawn: those that were replaced with all their
/// children, then the others level by level until there are too many.
fn chosen<'a>(tree: &Tree<'a>, shared: &HashSet<NodeId>) -> Vec<Drawn<'a>> {
    let drawn_of = |index: usize| {
        let node = tree.nodes[index];
        let owner = if shared.contains(&node.id) { Owner::Both } else { Owner::Before };
        Drawn { node, owner, children: Vec::new(), hidden: 0, column: node.depth, row: 0.0 }
    };
    let mut drawn = vec![drawn_of(0)];
    // The index of each drawn node in the tree.
    let mut indices = vec![0];
    let mut expand = |drawn: &mut Vec<Drawn<'a>>, one: usize, most: usize| {
        let children = &tree.children[indices[one]];
        if drawn.len() + children.len() > most {
            drawn[one].hidden = tree.below(indices[one]);
            return;
        }
        for &child in &tree.children[indices[one]] {
            let drawn_child = drawn.len();
            drawn.push(drawn_of(child));
            indices.push(child);
            drawn[one].children.push(drawn_child);
        }
    };
    let mut one = Some(0);
    while let Some(replaced) = one {
        expand(&mut drawn, replaced, usize::MAX);
        let is_replaced = |&child: &usize| drawn[child].owner == Owner::Before;
        one = drawn[replaced].children.iter().copied().find(is_replaced);
    }
    for depth in 1.. {
        let level = |one: &usize| drawn[*one].node.depth == depth;
        let level: Vec<usize> = (0..drawn.len()).filter(level).collect();
        if level.is_empty() {
            break;
        }
        for one in level {
            if drawn[one].children.is_empty() {
                expand(&mut drawn, one, MOST_NODES);
            }
        }
    }
    drawn
}

/// The rows that are taken, from the top.
struct Places {
    rows: usize,
    /// The node below which a row is kept free, for a node that the version before has none for.
    spare_below: Option<usize>,
    spare: f64,
}

impl Places {
    /// A leaf gets the next row, a parent the middle of its children. A tree has 8 levels at most.
    fn place(&mut self, drawn: &mut [Drawn<'_>], index: usize) {
        let children = drawn[index].children.clone();
        for &child in &children {
            self.place(drawn, child);
        }
        drawn[index].row = match (children.first(), children.last()) {
            (Some(&first), Some(&last)) => (drawn[first].row + drawn[last].row) / 2.0,
            _ => self.next_row(),
        };
        if self.spare_below == Some(index) {
            self.spare = self.next_row();
        }
    }

    fn next_row(&mut self) -> f64 {
        self.rows += 1;
        (self.rows - 1) as f64
    }
}

/// Adds what the version after has for itself: a path, the root in the last column.
fn add_path<'a>(
    drawn: &mut Vec<Drawn<'a>>,
    after: &Tree<'a>,
    path: &[usize],
    replaced: &[usize],
    places: &Places,
    columns: usize,
) {
    let of_both: HashMap<NodeId, usize> =
        drawn.iter().enumerate().map(|(index, one)| (one.node.id, index)).collect();
    let first = drawn.len();
    for (step, &index) in path.iter().enumerate() {
        let (mut children, mut hidden) = (Vec::new(), 0);
        for child in &after.children[index] {
            if let Some(later) = path.iter().position(|own| own == child) {
                children.push(first + later);
            } else if let Some(&shared) = of_both.get(&after.nodes[*child].id) {
                children.push(shared);
            } else {
                hidden += 1 + after.below(*child);
            }
        }
        let row = replaced.get(step).map_or(places.spare, |&replaced| drawn[replaced].row);
        let (node, column) = (after.nodes[index], columns - 1 - step);
        drawn.push(Drawn { node, owner: Owner::After, children, hidden, column, row });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::{Shape, Store};
    use std::hash::{BuildHasher, Hasher};

    fn shapes(count: u64, more: u64) -> [Shape; 2] {
        let mut store = Store::<u64, ()>::with_seed(0);
        let before = store.bulk((0..count).map(|key| (key, ()))).unwrap();
        let after = store.insert(before, more, ()).unwrap();
        [before, after].map(|version| store.at(version).unwrap().shape())
    }

    fn laid_out<T>(shapes: &[Shape; 2], look: impl Fn(&Layout<'_>) -> T) -> T {
        look(&Layout::new(shapes[0].nodes(), shapes[1].nodes()))
    }

    /// Checks what every layout has: two roots, one column for each node of the second version,
    /// no two nodes at one place, and every node counted.
    fn check(layout: &Layout<'_>) {
        let drawn = &layout.drawn;
        let [both, before, after] = layout.counts;
        let of = |owner| drawn.iter().filter(|one| one.owner == owner).count();
        assert_eq!((of(Owner::Before), of(Owner::After)), (before, after));
        assert_eq!(drawn[0].owner, Owner::Before);
        assert_eq!(
            (drawn[layout.root_after].owner, drawn[layout.root_after].node.depth),
            (Owner::After, 0)
        );
        assert_eq!(drawn[layout.root_after].column, layout.columns - 1);
        let hidden: usize = drawn[..layout.root_after].iter().map(|one| one.hidden).sum();
        assert_eq!(of(Owner::Both) + hidden, both);
        let mut places: Vec<_> =
            drawn.iter().map(|one| (one.column, (2.0 * one.row) as u64)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), drawn.len());
        for one in drawn {
            assert!(one.row >= 0.0 && one.row < layout.rows as f64 && one.column < layout.columns);
            let columns = one.children.iter().map(|&child| drawn[child].column);
            let is_before = one.owner != Owner::After;
            assert!(columns.clone().all(|column| (column > one.column) == is_before));
        }
    }

    #[test]
    fn an_insert_copies_one_node_of_each_depth() {
        for count in [1, 5, 24, 60, 400, 1_000] {
            for more in [0, count, count + 1, count + 2, count + 3] {
                laid_out(&shapes(count, more), check);
            }
        }
    }

    #[test]
    fn a_big_tree_is_cut_and_counts_the_nodes_below() {
        laid_out(&shapes(20_000, 20_000), |layout| {
            check(layout);
            assert!((300..=MOST_NODES + 8).contains(&layout.drawn.len()));
            assert!(layout.counts[0] > 5_000);
        });
    }

    /// Hashes keys of the low half to one hash, and others to one that shares this much of it.
    struct Alike(u32);

    struct Chosen(u32, u64);

    impl BuildHasher for Alike {
        type Hasher = Chosen;
        fn build_hasher(&self) -> Chosen {
            Chosen(self.0, 0)
        }
    }

    impl Hasher for Chosen {
        fn write(&mut self, _: &[u8]) {}
        fn write_u64(&mut self, key: u64) {
            self.1 = if key < 100 { 0 } else { 1 << self.0 };
        }
        fn finish(&self) -> u64 {
            self.1
        }
    }

    /// The collision node itself is in both versions, deeper in the one after.
    #[test]
    fn a_node_may_be_deeper_in_the_version_after() {
        for bits in [0, 6, 21, 31] {
            let mut store = Store::<u64, (), Alike>::with_hasher(Alike(bits));
            let before = store.bulk((0..3).chain([200]).map(|key| (key, ()))).unwrap();
            let without = store.remove(before, &200).unwrap().unwrap();
            for (from, more) in [(without, 200), (before, 4), (before, 300)] {
                let after = store.insert(from, more, ()).unwrap();
                let shapes = [from, after].map(|version| store.at(version).unwrap().shape());
                laid_out(&shapes, check);
            }
        }
    }
}
