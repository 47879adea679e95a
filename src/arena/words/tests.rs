//! Blocks that are freed and used again.

use super::*;

#[test]
fn freed_blocks_are_reused_at_once() {
    let mut words = Words::new().unwrap();
    words.reserve(500).unwrap();
    let sizes = [4, 7, 8, 35, 36, 37, 41, 64, 65];
    let blocks: Vec<_> = sizes.iter().map(|&size| words.alloc(size)).collect();
    let (live, top) = (words.live_words(), words.top());
    for (&block, &size) in blocks.iter().zip(&sizes) {
        words.free(block, size);
        words.check().unwrap();
    }
    assert_eq!((words.live_words(), words.free_words() + top - words.top()), (0, live));
    assert_eq!(words.alloc(7), blocks[2]);
    assert_eq!(words.alloc(8), blocks[1]);
}

#[test]
fn free_blocks_that_touch_serve_larger_ones() {
    let mut words = Words::new().unwrap();
    words.reserve(2_000).unwrap();
    let blocks: Vec<NodeRef> = (0..200).map(|_| words.alloc(4)).collect();
    let last = words.alloc(4);
    let top = words.top();
    blocks.iter().for_each(|&block| words.free(block, 4));
    words.check().unwrap();
    for _ in 0..20 {
        assert!(words.alloc(36).0 < last.0);
        words.check().unwrap();
    }
    assert!(words.alloc(100).0 >= last.0, "what is left is not that large");
    assert_eq!(words.top(), top + 112);
}

#[test]
fn what_is_free_at_the_end_is_cut_off() {
    let mut words = Words::new().unwrap();
    words.reserve(2_000).unwrap();
    let blocks: Vec<NodeRef> = (0..100).map(|_| words.alloc(12)).collect();
    let top = words.top();
    blocks.iter().rev().for_each(|&block| words.free(block, 12));
    words.check().unwrap();
    assert!(words.top() <= ZEROS + 16 * 12 && words.live_words() == 0, "{top}");
}

#[test]
fn a_tree_takes_words_that_follow_each_other() {
    let mut words = Words::new().unwrap();
    words.reserve(10_000).unwrap();
    let blocks: Vec<NodeRef> = (0..200).map(|_| words.alloc(20)).collect();
    let top = words.top();
    blocks[50..150].iter().for_each(|&block| words.free(block, 20));
    // Two thirds of what is free: the build has room there, and gives back the rest.
    let built = words.in_a_row(1_200, |words| [words.alloc(700), words.alloc(300)]);
    assert!(built[0].0 < blocks[150].0 && built[1].0 == built[0].0 + 768, "{built:?}");
    words.check().unwrap();
    // More than is free: it goes to the end.
    let built = words.in_a_row(4_000, |words| words.alloc(20));
    assert_eq!(built.0 as usize, top);
    words.check().unwrap();
}

#[test]
fn a_limit_refuses_and_changes_nothing() {
    let mut words = Words::new().unwrap();
    words.set_limit(100);
    assert_eq!(words.reserve(101), Err(NoRoom::Limit(100)));
    words.reserve(100).unwrap();
    words.alloc(100 - 4);
    assert!(words.reserve(5).is_err());
}
