//! Rows that are freed and used again, beside what a plain list says.

use std::collections::BTreeMap;

use super::super::layout::Birth;
use super::*;

fn entry(key: u64) -> Entry<u64, u64> {
    Entry { birth: Birth::of(1), hash: key as u32, key, value: key }
}

/// An arena of so many entries, whose keys are their rows.
fn filled(count: usize) -> Entries<u64, u64> {
    let mut entries = Entries::new();
    entries.reserve(count).unwrap();
    for key in 0..count as u64 {
        assert_eq!(entries.alloc(entry(key)), EntryRef(key as u32));
    }
    entries
}

fn free_all(entries: &mut Entries<u64, u64>, rows: impl IntoIterator<Item = u32>) {
    for row in rows {
        assert_eq!(entries.free(EntryRef(row)).key, u64::from(row));
    }
}

/// Makes entries in consecutive rows, whose keys are their rows.
fn fill(entries: &mut Entries<u64, u64>, count: u32) -> Option<u32> {
    let first = entries.find_run(count as usize)?;
    entries.fill_run(first, (first..first + count).map(|row| entry(u64::from(row))));
    entries.check().unwrap();
    Some(first)
}

#[test]
fn the_row_freed_last_is_reused_first_and_then_the_lowest_of_its_group() {
    let mut entries = filled(300);
    free_all(&mut entries, [7, 250, 9, 130, 131, 128]);
    assert_eq!((entries.live_count(), entries.free_count()), (294, 6));
    let reused: Vec<u32> = (0..7)
        .map(|_| {
            entries.reserve(1).unwrap();
            entries.alloc(entry(0)).0
        })
        .collect();
    assert_eq!(reused, [128, 130, 131, 250, 7, 9, 300]);
    assert_eq!(entries.get(EntryRef(8)).key, 8);
    entries.check().unwrap();
}

#[test]
fn a_run_is_found_wherever_it_begins_and_however_long_it_is() {
    for count in [1, 2, 5, 31, 63, 64, 65, 127, 128, 129, 200, 1_000] {
        for first in [0, 1, 62, 63, 64, 65, 100, 127, 128, 190] {
            let mut entries = filled(1_500);
            // Gaps one row too short around it.
            free_all(&mut entries, first..first + count);
            free_all(&mut entries, 1_250..1_250 + (count - 1).min(200));
            assert_eq!(fill(&mut entries, count), Some(first), "{count} rows from {first} on");
            assert_eq!(entries.row_count(), 1_500);
        }
    }
}

#[test]
fn a_run_at_the_end_begins_with_the_vacant_rows_there() {
    for vacant in [0, 1, 30, 63, 64, 65, 200] {
        let mut entries = filled(500);
        free_all(&mut entries, 500 - vacant..500);
        assert_eq!(fill(&mut entries, 300), Some(500 - vacant));
        assert_eq!((entries.row_count(), entries.free_count()), (800 - vacant as usize, 0));
    }
}

#[test]
fn no_run_is_made_at_the_end_while_too_much_is_vacant() {
    let mut entries = filled(10_000);
    free_all(&mut entries, (0..10_000).filter(|row| row % 2 == 1));
    assert_eq!(entries.find_run(2_000), None);
    assert_eq!(entries.find_run(6_000), Some(9_999));
    entries.set_limit(15_998);
    assert_eq!(entries.find_run(6_000), None);
    assert_eq!(entries.row_count(), 10_000);
    assert!(entries.find_run(1).is_some_and(|row| row % 2 == 1));
}

#[test]
fn a_long_gap_is_found_in_the_end_wherever_it_is() {
    let mut entries = filled(100_000);
    free_all(&mut entries, (0..100_000).filter(|row| row % 2 == 1));
    free_all(&mut entries, (50_000..50_200).filter(|row| row % 2 == 0));
    free_all(&mut entries, [99_998]);
    let found = (0..100).find_map(|_| entries.find_run(150));
    assert_eq!((found, entries.row_count()), (Some(49_999), 100_000));
}

#[test]
fn vacant_rows_at_the_end_are_cut_off_up_to_so_many() {
    let mut entries = filled(400);
    free_all(&mut entries, 100..400);
    entries.cut_vacant_end(90);
    assert_eq!((entries.row_count(), entries.free_count()), (310, 210));
    entries.check().unwrap();
    entries.cut_vacant_end(1_000);
    entries.trim();
    assert_eq!((entries.row_count(), entries.free_count()), (100, 0));
    entries.check().unwrap();
    entries.reserve(1).unwrap();
    assert_eq!(entries.alloc(entry(1)), EntryRef(100));
}

/// Everything that can be done, at random, beside a plain map of rows.
#[test]
fn rows_are_those_of_a_plain_map() {
    let mut random = 1u64;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % end.max(1)
    };
    for round in 0..60 {
        let (mut entries, mut model) = (Entries::new(), BTreeMap::new());
        let limit = if round % 3 == 0 { 700 } else { usize::MAX };
        entries.set_limit(limit);
        for step in 0..400_u64 {
            match below(8) {
                0..=2 if entries.reserve(1).is_ok() => {
                    let row = entries.alloc(entry(step)).0;
                    assert_eq!(model.insert(row, step), None, "row {row} was in use");
                }
                3 | 4 => {
                    for _ in 0..below(40).min(model.len()) {
                        let (&row, &key) = model.iter().nth(below(model.len())).unwrap();
                        assert_eq!(entries.free(EntryRef(row)).key, key);
                        model.remove(&row);
                    }
                }
                5 => {
                    let longest = [4, 70, 300][below(3)];
                    let count = 1 + below(longest) as u32;
                    let Some(first) = entries.find_run(count as usize) else { continue };
                    let made = (first..).map(|row| (row, step + u64::from(row)));
                    entries.fill_run(
                        first,
                        made.clone()
                            .take(count as usize)
                            .map(|(_, key)| entry(key))
                            .collect::<Vec<_>>()
                            .into_iter(),
                    );
                    for (row, key) in made.take(count as usize) {
                        assert_eq!(model.insert(row, key), None, "row {row} was in use");
                    }
                }
                6 => entries.cut_vacant_end(below(200)),
                _ => entries.trim(),
            }
            assert_eq!(entries.live_count(), model.len());
            assert!(model.len() <= limit);
            entries.check().unwrap();
        }
        for (row, key) in model {
            assert_eq!(entries.get(EntryRef(row)).key, key);
        }
    }
}

#[test]
fn a_limit_counts_live_entries_only() {
    let mut entries = Entries::new();
    entries.set_limit(2);
    entries.reserve(2).unwrap();
    let first = entries.alloc(entry(1));
    entries.alloc(entry(2));
    assert_eq!(entries.reserve(1), Err(NoRoom::Limit(2)));
    entries.free(first);
    entries.reserve(1).unwrap();
}
