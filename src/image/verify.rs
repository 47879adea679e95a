//! Whether an image is as it was written.

use super::error::{ImageError, damaged};
use super::header::{HEADER_BYTES, Header, NONE, checksum};
use super::iter::Records;
use super::parts::{BITS, BRANCH_LEVELS, Node, Parts, WORD_BYTES, fingerprint_of};
use crate::trie::order_key;

/// Checks everything: the checksums of what was written, and that nodes, records and header agree.
pub(super) fn verify(image: &[u8], header: &Header, parts: Parts<'_>) -> Result<(), ImageError> {
    let written = Header::read(image)?;
    if checksum(parts.records) != written.record_checksum {
        return Err(ImageError::Checksum { section: "records" });
    }
    if checksum(parts.nodes.as_flattened()) != written.node_checksum {
        return Err(ImageError::Checksum { section: "nodes" });
    }
    check_contents(header, parts)?;
    if header.root != NONE {
        check_node(&parts, header.root, 0, 0)?;
    }
    Ok(())
}

/// Records in order, as many as the header counts, with its fingerprint; in an image without deltas
/// they fill their section.
fn check_contents(header: &Header, parts: Parts<'_>) -> Result<(), ImageError> {
    let mut records = Records::new(parts, header.root, header.count)?;
    let (mut fingerprint, mut last, mut end) = (0_u128, 0, 0);
    while let Some(reference) = records.next_reference() {
        let reference = reference?;
        let (record, size) = parts.record_and_size(reference)?;
        let at = (HEADER_BYTES + reference as usize * WORD_BYTES) as u64;
        let order = order_key(record.hash);
        if order < last {
            return Err(damaged("a record out of order", at));
        }
        last = order;
        if parts.added.is_none() {
            if reference as usize * WORD_BYTES != end {
                return Err(damaged("a gap between records", at));
            }
            end += size.next_multiple_of(WORD_BYTES);
        }
        let bytes = parts.bytes_at(reference).unwrap_or_default();
        fingerprint = fingerprint.wrapping_add(fingerprint_of(&bytes[..size]));
    }
    if fingerprint != header.fingerprint {
        return Err(damaged("the fingerprint is that of other contents", 0));
    }
    if parts.added.is_none() && end != parts.records.len() {
        return Err(damaged("bytes behind the last record", (HEADER_BYTES + end) as u64));
    }
    Ok(())
}

/// Each record hangs where its hash leads: below `prefix`, the hash's bits above this level.
fn check_node(parts: &Parts<'_>, at: u32, level: u32, prefix: u32) -> Result<(), ImageError> {
    let used = BITS * level;
    let belongs = |reference: u32, prefix: u32, bits: u32| {
        let hash = parts.record(reference)?.hash;
        let mask = 1_u32.checked_shl(bits).map_or(u32::MAX, |bit| bit - 1);
        if hash & mask == prefix {
            return Ok(());
        }
        let at = (HEADER_BYTES + reference as usize * WORD_BYTES) as u64;
        Err(damaged("a record under another hash than its own", at))
    };
    match parts.node(at)? {
        Node::Collision { count, slots_at } => {
            let first = parts.record(parts.slot(slots_at, 0)?)?.hash;
            (0..count).try_for_each(|index| {
                let reference = parts.slot(slots_at, index)?;
                belongs(reference, prefix, used)?;
                belongs(reference, first, u32::BITS)
            })
        }
        Node::Branch { .. } if level == BRANCH_LEVELS => {
            Err(damaged("a branch below the last level", u64::from(at)))
        }
        Node::Branch { slot_map, data_map, slots_at } => {
            let positions = (0..u32::BITS).filter(|position| slot_map >> position & 1 == 1);
            for (index, position) in (0..).zip(positions) {
                let slot = parts.slot(slots_at, index)?;
                if position.checked_shl(used).is_none_or(|bits| bits >> used != position) {
                    return Err(damaged("a slot for bits that no hash has", u64::from(at)));
                }
                let below = prefix | position.checked_shl(used).unwrap_or(0);
                if data_map >> position & 1 == 1 {
                    belongs(slot, below, used + BITS)?;
                } else {
                    check_node(parts, slot, level + 1, below)?;
                }
            }
            Ok(())
        }
    }
}
