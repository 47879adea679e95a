//! Looking up a hash: down the trie to the one record, or the few, that may have the key.

use super::error::{ImageError, damaged};
use super::header::NONE;
use super::parts::{BITS, BRANCH_LEVELS, Node, Parts, Record, SlotOf};

/// The records that may have a key: those of its hash. No key is compared, and nothing is borrowed
/// but the bytes, so that anything may run between two of them.
#[derive(Clone)]
pub struct Candidates<'a> {
    parts: Parts<'a>,
    hash: u32,
    found: Found,
}

#[derive(Clone, Copy)]
enum Found {
    Nothing,
    One(u32),
    Several { slots_at: u32, index: u32, count: u32 },
}

/// The record of a hash whose key `is_key` says is the one. As [`find`] and a comparison of each
/// candidate's key, without what it takes to stop between two of them.
#[inline]
pub(super) fn find_key<'a>(
    parts: Parts<'a>,
    root: u32,
    hash: u32,
    mut is_key: impl FnMut(&[u8]) -> bool,
) -> Result<Option<Record<'a>>, ImageError> {
    if root == NONE {
        return Ok(None);
    }
    match descend(&parts, root, hash)? {
        Found::Nothing => Ok(None),
        Found::One(reference) => {
            let record = parts.record(reference)?;
            Ok((record.hash == hash && is_key(record.key)).then_some(record))
        }
        found @ Found::Several { .. } => {
            let mut candidates = Candidates { parts, hash, found };
            candidates
                .find(|found| !found.as_ref().is_ok_and(|record| !is_key(record.key)))
                .transpose()
        }
    }
}

/// Finds the records of a hash.
#[inline]
pub(super) fn find(parts: Parts<'_>, root: u32, hash: u32) -> Result<Candidates<'_>, ImageError> {
    let found = if root == NONE { Found::Nothing } else { descend(&parts, root, hash)? };
    Ok(Candidates { parts, hash, found })
}

#[inline(always)]
fn descend(parts: &Parts<'_>, root: u32, hash: u32) -> Result<Found, ImageError> {
    let mut at = root;
    let mut rest = hash;
    for _ in 0..BRANCH_LEVELS {
        match parts.slot_of(at, rest)? {
            SlotOf::Nothing => return Ok(Found::Nothing),
            SlotOf::Record(record) => return Ok(Found::One(record)),
            SlotOf::Child(child) => at = child,
            SlotOf::Collision => break,
        }
        rest >>= BITS;
    }
    several(parts, at)
}

/// The records of a node below the last branch.
#[cold]
fn several(parts: &Parts<'_>, at: u32) -> Result<Found, ImageError> {
    match parts.node(at)? {
        Node::Collision { count, slots_at } => Ok(Found::Several { slots_at, index: 0, count }),
        Node::Branch { .. } => Err(damaged("a branch below the last level", u64::from(at))),
    }
}

impl<'a> Candidates<'a> {
    /// The reference of the next record, and the record.
    #[inline]
    pub(super) fn next_reference(&mut self) -> Option<Result<(u32, Record<'a>), ImageError>> {
        loop {
            let reference = match self.found {
                Found::Nothing => return None,
                Found::One(reference) => {
                    self.found = Found::Nothing;
                    Ok(reference)
                }
                Found::Several { index, count, .. } if index == count => return None,
                Found::Several { slots_at, index, count } => {
                    self.found = Found::Several { slots_at, index: index + 1, count };
                    self.parts.slot(slots_at, index)
                }
            };
            let record =
                reference.and_then(|reference| Ok((reference, self.parts.record(reference)?)));
            match record {
                Ok((_, record)) if record.hash != self.hash => {}
                Ok(found) => return Some(Ok(found)),
                Err(error) => {
                    self.found = Found::Nothing;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<'a> Iterator for Candidates<'a> {
    type Item = Result<Record<'a>, ImageError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_reference()?.map(|(_, record)| record))
    }
}
