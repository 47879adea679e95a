//! Building a tree at once from entries in iteration order. Every node is written once, in its
//! final size, depth first.

use crate::arena::{EntryRef, NodeRef, Words, block_size};

use super::node::{BITMAP_MAX, BITS, HEADER, Head, collision_words};

/// An entry on its way into a tree.
#[derive(Clone, Copy)]
pub(crate) struct Sorted {
    /// The [`order_key`] of its hash.
    pub(crate) order: u32,
    /// When it arrived. It decides which of two shapes equal hashes get, as in C.
    pub(crate) arrival: u32,
    pub(crate) entry: EntryRef,
}

/// Ten bits: two chunks.
const PAIR: u32 = (1 << (2 * BITS)) - 1;

/// A number that sorts hashes in iteration order: the first chunk becomes the most significant, and
/// the seventh, of two bits, stays the least. Pair by pair, which takes fewer steps than chunk by
/// chunk.
#[inline]
pub(crate) fn order_key(hash: u32) -> u32 {
    let pairs = swapped_in_pairs(hash);
    pairs << 22 | pairs << 2 & PAIR << 12 | pairs >> 18 & PAIR << 2 | hash >> 30
}

/// The first six chunks, with the first and second, third and fourth, fifth and sixth swapped.
#[inline]
fn swapped_in_pairs(chunks: u32) -> u32 {
    const FIRSTS: u32 = 0b11111 | 0b11111 << 10 | 0b11111 << 20;
    (chunks & FIRSTS) << BITS | chunks >> BITS & FIRSTS
}

/// The chunk at `level`, from an order key.
fn chunk_of(order: u32, level: usize) -> u32 {
    match level {
        0..=5 => order >> (32 - BITS * (level as u32 + 1)) & 31,
        6 => order & 3,
        _ => 0,
    }
}

/// Entries whose order keys agree above `level`, slot by slot.
#[inline(always)]
fn slots(sorted: &[Sorted], level: usize) -> Slots<'_> {
    // Keys that agree above a level agree at it if they do above this bit.
    let (shift, mask) = match level {
        0..=5 => (32 - BITS * (level as u32 + 1), 31),
        6 => (0, 3),
        _ => (0, 0),
    };
    Slots { rest: sorted, shift, mask }
}

struct Slots<'a> {
    rest: &'a [Sorted],
    shift: u32,
    mask: u32,
}

impl<'a> Iterator for Slots<'a> {
    type Item = (u32, &'a [Sorted]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        /// Up to so many are looked at one by one.
        const FEW: usize = 64;
        let Slots { rest, shift, mask } = *self;
        let first = rest.first()?.order;
        let mut count = 1;
        if rest.len() <= FEW {
            while count < rest.len() && (rest[count].order ^ first) >> shift == 0 {
                count += 1;
            }
        } else {
            count = run_length(rest, first, shift);
        }
        let (run, rest) = rest.split_at(count);
        self.rest = rest;
        Some((1 << (first >> shift & mask), run))
    }
}

/// How many entries agree with the first above a bit. They are found by steps that double.
fn run_length(sorted: &[Sorted], first: u32, shift: u32) -> usize {
    let agrees = |entry: &Sorted| (entry.order ^ first) >> shift == 0;
    let mut to = 1;
    while sorted.get(to).is_some_and(agrees) {
        to *= 2;
    }
    let from = to / 2;
    from + sorted[from..to.min(sorted.len())].partition_point(agrees)
}

fn one_hash(sorted: &[Sorted]) -> bool {
    sorted[0].order == sorted[sorted.len() - 1].order
}

/// Whether C hangs these keys of one hash under a one-entry Bitmap node. It does if the node above
/// was an Array node already when the second of them came.
fn met_under_array(all: &[Sorted], level: usize, run: &[Sorted]) -> bool {
    if slots(all, level).count() <= BITMAP_MAX as usize {
        return false;
    }
    let met = run[1].arrival;
    let earlier = |(_, run): &(u32, &[Sorted])| run.iter().any(|entry| entry.arrival < met);
    slots(all, level).filter(earlier).count() > BITMAP_MAX as usize
}

/// Words of the tree that [`build`] makes.
pub(crate) fn words_to_build(sorted: &[Sorted], level: usize) -> usize {
    let mut count = 0;
    let mut below = 0;
    for (_, run) in slots(sorted, level) {
        count += 1;
        if run.len() > 1 && one_hash(run) {
            below += block_size(collision_words(run.len()));
            below += if met_under_array(sorted, level, run) { block_size(HEADER + 1) } else { 0 };
        } else if run.len() > 1 {
            below += words_to_build(run, level + 1);
        }
    }
    block_size(HEADER + count) + below
}

/// Builds the tree of at least one entry. They are sorted by order key, then by arrival, and
/// [`words_to_build`] words are reserved.
pub(crate) fn build(words: &mut Words, stamp: u32, sorted: &[Sorted], level: usize) -> NodeRef {
    let (mut slot_map, mut data_map) = (0, 0);
    for (bit, run) in slots(sorted, level) {
        slot_map |= bit;
        data_map |= if run.len() == 1 { bit } else { 0 };
    }
    let head = Head::new(stamp, slot_map, data_map);
    let node = words.alloc(head.branch_words());
    words.set_head(node, head);
    for (position, (_, run)) in slots(sorted, level).enumerate() {
        let word = match run {
            [single] => single.entry.0,
            _ if one_hash(run) => {
                let collision = build_collision(words, stamp, run);
                if met_under_array(sorted, level, run) {
                    let bit = 1 << chunk_of(run[0].order, level + 1);
                    build_wrapper(words, stamp, bit, collision).0
                } else {
                    collision.0
                }
            }
            _ => build(words, stamp, run, level + 1).0,
        };
        words.set_slot(node, position, word);
    }
    node
}

fn build_collision(words: &mut Words, stamp: u32, run: &[Sorted]) -> NodeRef {
    let node = words.alloc(collision_words(run.len()));
    words.set_collision_head(node, stamp, hash_of(run[0].order), run.len());
    let slots = words.collision_entries_mut(node, run.len());
    for (slot, sorted) in slots.iter_mut().zip(run) {
        *slot = sorted.entry.0;
    }
    node
}

fn build_wrapper(words: &mut Words, stamp: u32, bit: u32, child: NodeRef) -> NodeRef {
    let node = words.alloc(HEADER + 1);
    words.set_head(node, Head::new(stamp, bit, 0));
    words.set_slot(node, 0, child.0);
    node
}

/// The hash that has this order key.
#[inline]
pub(crate) fn hash_of(order: u32) -> u32 {
    let pairs = order >> 22 | order >> 2 & PAIR << 10 | order << 18 & PAIR << 20;
    swapped_in_pairs(pairs) | order << 30
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trie::node::chunk;

    #[test]
    fn an_order_key_leads_back_to_its_hash() {
        let mut hash = 1u32;
        for _ in 0..10_000 {
            hash = hash.wrapping_mul(0x9e37_79b9) ^ hash >> 15;
            let order = order_key(hash);
            assert_eq!(hash_of(order), hash);
            for level in 0..7 {
                assert_eq!(chunk_of(order, level), chunk(hash, level), "{hash:x} {level}");
            }
        }
    }

    #[test]
    fn slots_are_the_runs_of_one_chunk() {
        for count in [1, 2, 7, 8, 63, 64, 65, 66, 127, 128, 129, 500] {
            for distinct in [1, 2, 5, 32] {
                for level in 0..7 {
                    let chunk = |at: usize| at * distinct / count;
                    let order = |at: usize| match level {
                        0..=5 => (chunk(at) << (32 - 5 * (level + 1))) as u32,
                        _ => (chunk(at) & 3) as u32,
                    };
                    let item = |at| Sorted { order: order(at), arrival: 0, entry: EntryRef(0) };
                    let mut sorted: Vec<Sorted> = (0..count).map(item).collect();
                    sorted.sort_by_key(|item| item.order);
                    let found: Vec<(u32, usize)> =
                        slots(&sorted, level).map(|(bit, run)| (bit, run.len())).collect();
                    let same = |a: &Sorted, b: &Sorted| {
                        chunk_of(a.order, level) == chunk_of(b.order, level)
                    };
                    let bit = |run: &[Sorted]| 1 << chunk_of(run[0].order, level);
                    let runs = sorted.chunk_by(same).map(|run| (bit(run), run.len()));
                    assert_eq!(found, runs.collect::<Vec<_>>(), "{count} {distinct} {level}");
                }
            }
        }
    }

    #[test]
    fn order_key_compares_chunk_by_chunk() {
        let hashes = [0, 1 << 31, 32, 1 << 30 | 32, 1, 33, 2];
        let keys: Vec<u32> = hashes.iter().map(|&hash| order_key(hash)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
