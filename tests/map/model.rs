//! Random operations on a population of maps in several arenas, each map beside a plain model.
//!
//! The bug classes: a write in place that another map sees; a node or entry freed while a map holds
//! it, or never; a reference to an entry that is kept across a write that moves it; a length, root
//! or run of entries that a map remembers from before a write; an operation on two maps that takes
//! the walk of one arena for maps of two; a removal that breaks the order of equal hashes. Keys
//! collide in all chunks of their hashes. After every step the contents and the order of *all* maps
//! are compared with their models, and the keys and values that are alive with those that the maps
//! hold. The same histories run beside threads that hold snapshots of the maps, compare each with
//! its model again at every step, and drop them.

mod acts;
mod readers;
mod world;

use crate::support;
use proptest::prelude::*;
use proptest::sample::select;

use acts::{Act, MAKE, MANY, ONE, TWO};
use world::{Counted, Kind, MapOf, Numbers, Strings, World, alive};

/// An act, and the numbers that choose its maps, keys and values.
type Step = (Act, [usize; 3]);

fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        12 => select(ONE).prop_map(Act::One),
        4 => select(MANY).prop_map(Act::Many),
        6 => select(MAKE).prop_map(Act::Make),
        4 => select(TWO).prop_map(Act::Two),
    ];
    prop::collection::vec((act, [0..1_000usize, 0..1_000, 0..1_000]), 1..count)
}

fn run<K: Kind>(steps: &[Step]) {
    let mut world = World::<K>::new();
    for &(act, numbers) in steps {
        acts::act(&mut world, act, numbers);
        world.check(numbers[0]);
    }
    world.check_order_beside_stores();
    drop(world);
    assert_eq!(alive(), 0, "every key and value is dropped with the last map that holds it");
}

/// The same, while other threads hold what the maps were.
fn run_beside_readers<K: Kind>(steps: &[Step])
where
    MapOf<K>: Send,
{
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|seed| readers::start::<K>(scope, seed)).collect();
        let mut world = World::<K>::new();
        for &(act, numbers) in steps {
            acts::act(&mut world, act, numbers);
            world.check(numbers[0]);
            let snapshot = world.pick(numbers[1]).clone();
            let sent = readers[numbers[2] % readers.len()].send(snapshot);
            assert!(sent.is_ok(), "a reader has panicked");
        }
        world.check_order_beside_stores();
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 80 }))]

    #[test]
    fn maps_of_numbers_hold_what_their_models_hold(steps in steps(120)) {
        run::<Numbers>(&steps);
    }

    #[test]
    fn maps_of_strings_hold_what_their_models_hold(steps in steps(80)) {
        run::<Strings>(&steps);
    }

    #[test]
    fn readers_find_maps_of_numbers_as_their_models_were(steps in steps(120)) {
        run_beside_readers::<Numbers>(&steps);
    }

    #[test]
    fn readers_find_maps_of_strings_as_their_models_were(steps in steps(80)) {
        run_beside_readers::<Strings>(&steps);
    }

    #[test]
    fn keys_and_values_are_dropped_once_and_in_time(steps in steps(120)) {
        run::<Counted>(&steps);
    }
}

/// Maps of some thousand entries, whose arenas grow and move while they are shared.
#[test]
fn large_maps_hold_what_their_models_hold() {
    use std::collections::HashMap;

    let mut dice = support::Dice(5);
    let mut map: hedgerow::Map<u64, String> = hedgerow::Map::new();
    let mut model: HashMap<u64, String> = HashMap::new();
    let mut kept: Vec<(hedgerow::Map<u64, String>, HashMap<u64, String>)> = Vec::new();
    for step in 0..if cfg!(miri) { 100 } else { 12_000_u64 } {
        let key = dice.roll() % 5_000;
        if dice.below(4) == 0 {
            assert_eq!(map.remove(&key), model.remove(&key));
        } else {
            let value = format!("{key} of step {step}");
            assert_eq!(map.insert(key, value.clone()), model.insert(key, value));
        }
        if dice.below(600) == 0 {
            kept.push((map.clone(), model.clone()));
        }
        if kept.len() > 4 {
            // Now and then none is left, and the map is alone in its arena again.
            kept.truncate(dice.below(4));
        }
        if step % 3_000 == 2_999 {
            for (map, model) in kept.iter().chain([&(map.clone(), model.clone())]) {
                assert_eq!(&HashMap::from(map.clone()), model, "after step {step}");
                for key in 0..5_000 {
                    assert_eq!(map.get(&key), model.get(&key), "after step {step}");
                }
            }
        }
    }
}
