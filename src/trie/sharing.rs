//! Whether two trees are likely to share nodes.

use crate::arena::{NodeRef, Nodes};

use super::node::Slot;

/// Levels that are looked at. Of relatives with fewer than a thousand changes between them, some
/// node two levels down is most likely shared.
const LEVELS: usize = 2;

/// Whether two trees share anything within two levels from the root. If so they are relatives; if
/// not, they are strangers, or so much differs that it is no use to look for what they share.
pub(crate) fn share_near_root(nodes: Nodes<'_>, left: NodeRef, right: NodeRef) -> bool {
    share_within(nodes, left, right, LEVELS)
}

fn share_within(nodes: Nodes<'_>, left: NodeRef, right: NodeRef, levels: usize) -> bool {
    if left == right {
        return true;
    }
    let (a, b) = (nodes.maps(left), nodes.maps(right));
    if a.is_collision() || b.is_collision() {
        return false;
    }
    let mut both = a.slot_map & b.slot_map & !(a.data_map ^ b.data_map);
    while both != 0 {
        let bit = both & both.wrapping_neg();
        both ^= bit;
        let slots = (nodes.slot(left, a, bit), nodes.slot(right, b, bit));
        let share = match slots {
            (Slot::Child(left), Slot::Child(right)) if levels > 1 => {
                share_within(nodes, left, right, levels - 1)
            }
            (left, right) => left == right,
        };
        if share {
            return true;
        }
    }
    false
}
