//! How an image is built: its levels, for reports.

use super::error::{ImageError, damaged};
use super::header::{Header, NONE};
use super::parts::{BRANCH_LEVELS, NODE_HEADER_WORDS, Node, Parts, WORD_BYTES};

/// What an image consists of: see [`RawImage::shape`](super::RawImage::shape).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageShape {
    /// The levels of the trie, that of the root first.
    pub levels: Vec<ImageLevel>,
    /// The bytes of the records, those that deltas have added among them.
    pub record_bytes: u64,
    /// The bytes of the nodes.
    pub node_bytes: u64,
}

/// The nodes of an image that are equally far from the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageLevel {
    /// Branches.
    pub branches: u64,
    /// Nodes of entries that share their hash.
    pub collisions: u64,
    /// Entries in slots of these nodes.
    pub entries: u64,
}

/// Counts the nodes. A damaged image, whose nodes hold each other, is left as soon as there are
/// more than have room in it.
pub(super) fn shape(header: &Header, parts: Parts<'_>) -> Result<ImageShape, ImageError> {
    let added = parts.added.map_or(0, |added| added.records.len());
    let mut shape = ImageShape {
        levels: Vec::new(),
        record_bytes: (parts.records.len() + added) as u64,
        node_bytes: (parts.node_words() * WORD_BYTES) as u64,
    };
    if header.root != NONE {
        let mut left = parts.node_words() / (NODE_HEADER_WORDS as usize + 1);
        count(&parts, header.root, 0, &mut shape.levels, &mut left)?;
    }
    Ok(shape)
}

fn count(
    parts: &Parts<'_>,
    at: u32,
    level: usize,
    levels: &mut Vec<ImageLevel>,
    left: &mut usize,
) -> Result<(), ImageError> {
    let more = || damaged("more nodes than there is room for", u64::from(at));
    *left = left.checked_sub(1).ok_or_else(more)?;
    levels.resize(levels.len().max(level + 1), ImageLevel::default());
    match parts.node(at)? {
        Node::Collision { count, .. } => {
            levels[level].collisions += 1;
            levels[level].entries += u64::from(count);
        }
        Node::Branch { .. } if level == BRANCH_LEVELS as usize => {
            return Err(damaged("a branch below the last level", u64::from(at)));
        }
        Node::Branch { slot_map, data_map, slots_at } => {
            levels[level].branches += 1;
            levels[level].entries += u64::from(data_map.count_ones());
            let positions = (0..u32::BITS).filter(|position| slot_map >> position & 1 == 1);
            for (index, position) in (0..).zip(positions) {
                if data_map >> position & 1 == 0 {
                    let child = parts.slot(slots_at, index)?;
                    count(parts, child, level + 1, levels, left)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Map;
    use crate::image::{Kinds, RawImage, RawWriter};

    #[test]
    fn every_entry_is_at_some_level() {
        for count in [0_u64, 1, 40, 3000] {
            let bytes = (0..count).map(|n| (n, n)).collect::<Map<_, _>>().image().unwrap();
            let shape = RawImage::open(&bytes[..]).unwrap().shape().unwrap();
            assert_eq!(shape.levels.iter().map(|level| level.entries).sum::<u64>(), count);
            assert_eq!(shape.levels.first().map_or(0, |root| root.branches), count.min(1));
            assert_eq!(shape.record_bytes, 28 * count);
        }
    }

    #[test]
    fn a_node_of_one_hash_is_a_collision() {
        let mut writer = RawWriter::new(Kinds::PYTHON, [0, 0]);
        for key in [b"a", b"b", b"c"] {
            writer.push(7, key, b"").unwrap();
        }
        let bytes = writer.finish().unwrap();
        let shape = RawImage::open(&bytes[..]).unwrap().shape().unwrap();
        let levels: Vec<_> =
            shape.levels.iter().map(|at| (at.branches, at.collisions, at.entries)).collect();
        assert_eq!(levels, [(0, 1, 3)]);
    }
}
