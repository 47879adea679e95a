//! The shape of a tree, as CPython and immutables draw it.
//!
//! C hangs a one-entry Bitmap node under an Array node for every single key; here the Array node
//! holds the entry itself. The shape shows C's view: it lists those nodes, which take no words, and
//! names them by their entry's reference.

use std::fmt;

use crate::arena::{EntryRef, NodeRef, Reader, block_size};

use super::node::{Slot, bit_position};

/// The three kinds of node of CPython's `hamt.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    /// Up to 16 slots.
    Bitmap,
    /// 16 to 32 slots.
    Array,
    /// Entries of one folded hash, in insertion order.
    Collision,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NodeKind::Bitmap => "BitmapNode",
            NodeKind::Array => "ArrayNode",
            NodeKind::Collision => "CollisionNode",
        })
    }
}

/// What a [`ShapeNode`] is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeId {
    /// A node of the arena.
    Node(NodeRef),
    /// An entry in a slot of an Array node. C has a node of its own for it.
    Inline(EntryRef),
    /// The node of an empty map.
    Empty,
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeId::Node(node) => node.fmt(f),
            NodeId::Inline(entry) => entry.fmt(f),
            NodeId::Empty => f.write_str("n0"),
        }
    }
}

/// One node of a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShapeNode {
    /// Nodes above it: 0 for the root, 7 at most.
    pub depth: usize,
    /// Columns by which immutables indents it.
    pub indent: usize,
    /// Its kind.
    pub kind: NodeKind,
    /// Slots of a Bitmap or Array node, entries of a collision node.
    pub slots: usize,
    /// The chunks it has slots for; 0 for a collision node.
    pub bitmap: u32,
    /// Entries in its own slots.
    pub entries: usize,
    /// Words of its block in the arena; 0 for a node that only C has.
    pub words: usize,
    /// Its address.
    pub id: NodeId,
}

impl fmt::Display for ShapeNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ShapeNode { kind, slots, bitmap, id, .. } = self;
        write!(f, "{:1$}", "", self.indent)?;
        match kind {
            NodeKind::Bitmap => {
                write!(f, "{kind}(size={} count={slots} bitmap={bitmap:#b} id={id}):", slots * 2)
            }
            NodeKind::Array => write!(f, "{kind}(id={id} count={slots}):"),
            NodeKind::Collision => write!(f, "{kind}(size={} id={id}):", slots * 2),
        }
    }
}

/// The nodes of one version's tree, each before its children, in slot order.
///
/// Displays one line a node, in the words and indentation of `immutables.Map.__dump__()` (which
/// prints keys and values between them: see [`View::dump`](crate::View::dump)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    len: usize,
    nodes: Vec<ShapeNode>,
}

impl Shape {
    /// The nodes, each before its children.
    #[must_use]
    pub fn nodes(&self) -> &[ShapeNode] {
        &self.nodes
    }

    /// How many entries the version has.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.len
    }

    /// Nodes on the longest path: 8 at most.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.nodes.iter().map(|node| node.depth + 1).max().unwrap_or(0)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "HAMT(len={}):", self.len)?;
        self.nodes.iter().try_for_each(|node| writeln!(f, "{node}"))
    }
}

/// What [`visit`] reports, in the order and with the indentation of the dump.
pub(crate) enum DumpPart {
    Node(ShapeNode),
    /// An entry in a slot of the node before.
    Entry(EntryRef, usize),
    /// A line of the dump that only names a slot.
    Label(Option<u32>, usize),
    /// The end of a slot's subtree.
    Blank,
}

pub(crate) fn shape<K, V>(reader: Reader<'_, K, V>, root: NodeRef, len: usize) -> Shape {
    let mut nodes = Vec::new();
    let mut keep = |part: DumpPart| {
        if let DumpPart::Node(node) = part {
            nodes.push(node);
        }
        Ok(())
    };
    visit(reader, root, &mut keep).expect("keeping a part does not fail");
    Shape { len, nodes }
}

/// Walks a tree in the order of the dump.
pub(crate) fn visit<K, V>(
    reader: Reader<'_, K, V>,
    root: NodeRef,
    part: &mut impl FnMut(DumpPart) -> fmt::Result,
) -> fmt::Result {
    if root.is_none() {
        return part(DumpPart::Node(ShapeNode {
            depth: 0,
            indent: 4,
            kind: NodeKind::Bitmap,
            slots: 0,
            bitmap: 0,
            entries: 0,
            words: 0,
            id: NodeId::Empty,
        }));
    }
    visit_node(reader, root, 0, 4, part)
}

fn visit_node<K, V>(
    reader: Reader<'_, K, V>,
    node: NodeRef,
    depth: usize,
    indent: usize,
    part: &mut impl FnMut(DumpPart) -> fmt::Result,
) -> fmt::Result {
    let nodes = reader.nodes;
    let head = nodes.head(node);
    let kind = match head {
        _ if head.is_collision() => NodeKind::Collision,
        _ if head.is_array() => NodeKind::Array,
        _ => NodeKind::Bitmap,
    };
    let colliding = if head.is_collision() { nodes.collision_entries(node) } else { &[] };
    part(DumpPart::Node(ShapeNode {
        depth,
        indent,
        kind,
        slots: head.slot_count() as usize + colliding.len(),
        bitmap: head.slot_map,
        entries: head.data_map.count_ones() as usize + colliding.len(),
        words: block_size(nodes.node_words(node, head)),
        id: NodeId::Node(node),
    }))?;
    for &word in colliding {
        part(DumpPart::Entry(EntryRef(word), indent + 4))?;
    }
    for chunk in (0..32).filter(|chunk| head.slot_map & 1 << chunk != 0) {
        let slot = nodes.slot(node, head, 1 << chunk);
        match (kind, slot) {
            (NodeKind::Array, _) => {
                part(DumpPart::Label(Some(chunk), indent + 4))?;
                match slot {
                    Slot::Entry(entry) => visit_inline(reader, entry, depth + 1, indent + 4, part)?,
                    Slot::Child(child) => visit_node(reader, child, depth + 1, indent + 4, part)?,
                    Slot::Empty => {}
                }
                part(DumpPart::Blank)?;
            }
            (_, Slot::Entry(entry)) => part(DumpPart::Entry(entry, indent + 4))?,
            (_, Slot::Child(child)) => {
                part(DumpPart::Label(None, indent + 4))?;
                visit_node(reader, child, depth + 1, indent + 8, part)?;
                part(DumpPart::Blank)?;
            }
            (_, Slot::Empty) => {}
        }
    }
    Ok(())
}

/// The one-entry Bitmap node of C, where an Array node here holds the entry.
fn visit_inline<K, V>(
    reader: Reader<'_, K, V>,
    entry: EntryRef,
    depth: usize,
    indent: usize,
    part: &mut impl FnMut(DumpPart) -> fmt::Result,
) -> fmt::Result {
    part(DumpPart::Node(ShapeNode {
        depth,
        indent,
        kind: NodeKind::Bitmap,
        slots: 1,
        bitmap: bit_position(reader.entry(entry).hash, depth),
        entries: 1,
        words: 0,
        id: NodeId::Inline(entry),
    }))?;
    part(DumpPart::Entry(entry, indent + 4))
}
