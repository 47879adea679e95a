//! Keys, values and closures that panic, or that use and drop other maps of the arena, at any call.
//!
//! The bug classes: a panic of `Hash`, `Eq`, `Clone` or `Drop` that leaves a map half changed, an
//! arena locked, or a key that is dropped twice or never; user code that runs while the lock is
//! held, and waits for itself; a map that becomes the only one of its arena in the middle of an
//! operation, because user code drops the others. Each operation runs again and again, and the
//! first call of user code is the one that does it, then the second, and so on until none is left.
#![expect(clippy::mutable_key_type, reason = "a key counts itself, and hashes its number alone")]

mod pieces;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use hedgerow::{Entry, Map};
use pieces::{
    FaultyMap, FaultySet, MESSAGE, Mischief, Piece, SETTINGS, Setting, World, alive, call,
    contents, piece, set_mischief,
};

/// What a map may hold after an operation that panicked.
#[derive(Clone, Copy)]
enum Left {
    /// What it held before, or what it holds after the whole operation.
    Either,
    /// Each key has the value that it had before, or the one it has afterwards.
    Mixed,
}
use Left::{Either, Mixed};

type Act = (&'static str, Left, fn(&mut World));

fn pairs(numbers: std::ops::Range<u32>) -> impl Iterator<Item = (Piece, Piece)> {
    numbers.map(|number| (piece(number), piece(number + 300)))
}

const ONE_KEY: &[Act] = &[
    ("insert a new key", Either, |w| drop(w.map.insert(piece(50), piece(1)))),
    ("insert over a key", Either, |w| drop(w.map.insert(piece(3), piece(1)))),
    ("insert beside an equal hash", Either, |w| drop(w.map.insert(piece(3 + 24), piece(1)))),
    ("remove", Either, |w| drop(w.map.remove(&piece(3)))),
    ("remove what is not there", Either, |w| drop(w.map.remove(&piece(3 + 48)))),
    ("remove_entry", Either, |w| drop(w.map.remove_entry(&piece(4)))),
    ("get_mut", Either, |w| *w.map.get_mut(&piece(4)).unwrap() = piece(1)),
    ("index_mut", Either, |w| w.map[&piece(11)] = piece(1)),
    ("or_insert", Mixed, |w| *w.map.entry(piece(5)).or_insert(piece(2)) = piece(1)),
    ("or_insert of a new key", Mixed, |w| *w.map.entry(piece(50)).or_insert(piece(2)) = piece(2)),
    ("or_insert_with", Either, |w| {
        let make = || {
            call();
            piece(1)
        };
        w.map.entry(piece(50)).or_insert_with(make);
    }),
    ("and_modify", Either, |w| {
        let change = |value: &mut Piece| {
            call();
            *value = piece(1);
        };
        drop(w.map.entry(piece(6)).and_modify(change));
    }),
    ("insert_entry", Either, |w| drop(w.map.entry(piece(7)).insert_entry(piece(1)).key().clone())),
    ("insert_entry of a new key", Either, |w| {
        let entry = w.map.entry(piece(51)).insert_entry(piece(1));
        assert_eq!((entry.key().number, entry.get().number), (51, 1));
    }),
    ("insert of an occupied entry", Either, |w| {
        let Entry::Occupied(mut entry) = w.map.entry(piece(8)) else { panic!("8 is there") };
        drop(entry.insert(piece(1)));
    }),
    ("remove of an occupied entry", Either, |w| {
        let Entry::Occupied(entry) = w.map.entry(piece(9)) else { panic!("9 is there") };
        drop(entry.remove());
    }),
    ("remove_entry of an occupied entry", Either, |w| {
        let Entry::Occupied(entry) = w.map.entry(piece(9)) else { panic!("9 is there") };
        drop(entry.remove_entry());
    }),
];

const MANY_KEYS: &[Act] = &[
    ("extend", Mixed, |w| w.map.extend(pairs(8..30))),
    ("retain", Either, |w| {
        w.map.retain(|key, _| {
            call();
            key.number % 3 != 0
        });
    }),
    ("retain nothing", Either, |w| w.map.retain(|_, _| false)),
    ("extract_if", Mixed, |w| {
        let accept = |key: &Piece, _: &Piece| {
            call();
            key.number.is_multiple_of(3)
        };
        assert!(w.map.extract_if(accept).count() > 0);
    }),
    ("get_disjoint_mut", Mixed, |w| {
        let keys = [piece(3), piece(60), piece(4)];
        let values = w.map.get_disjoint_mut(keys.each_ref());
        values.into_iter().flatten().for_each(|value| *value = piece(1));
    }),
    ("clear", Either, |w| w.map.clear()),
    ("drain", Either, |w| drop(w.map.drain())),
    ("iter_mut", Mixed, |w| w.map.iter_mut().for_each(|(_, value)| *value = piece(1))),
    ("iter_mut without a change", Either, |w| assert!(w.map.iter_mut().len() > 0)),
    ("values_mut", Mixed, |w| w.map.values_mut().for_each(|value| *value = piece(1))),
    ("shrink_to_fit", Either, |w| w.map.shrink_to_fit()),
    ("into_iter", Either, |w| assert!(take(&mut w.map).into_iter().count() > 0)),
    ("drop", Either, |w| drop(take(&mut w.map))),
    ("assignment", Either, |w| w.map = w.other.clone()),
    ("collect", Either, |w| w.map = pairs(0..30).chain(pairs(3..6)).collect()),
    ("into a HashMap", Either, |w| {
        let map: HashMap<Piece, Piece, RandomState> = HashMap::from(take(&mut w.map));
        assert!(!map.is_empty());
    }),
    ("clone", Either, |w| w.made = Some(w.map.clone())),
    ("hash", Either, |w| _ = RandomState::new().hash_one(&w.map)),
    ("get", Either, |w| assert!(w.map.get(&piece(3)).is_some() && w.map[&piece(4)].number > 3)),
    ("get_many", Either, |w| {
        let keys = [piece(3), piece(60), piece(4)];
        assert_eq!(w.map.get_many(&keys).iter().flatten().count(), 2);
    }),
];

const TWO_MAPS: &[Act] = &[
    ("union", Either, |w| w.made = Some(w.map.clone().union(w.other.clone()))),
    ("union of the only map", Either, |w| w.made = Some(take(&mut w.map).union(w.other.clone()))),
    ("union with the only map", Either, |w| w.made = Some(w.map.clone().union(take(&mut w.other)))),
    ("union_with", Either, |w| {
        let combine = |a, _| {
            call();
            a
        };
        w.made = Some(w.map.clone().union_with(w.other.clone(), combine));
    }),
    ("intersection", Either, |w| w.made = Some(w.map.clone().intersection(w.other.clone()))),
    ("intersection_with", Either, |w| {
        let combine = |a: Piece, _: Piece| {
            call();
            a
        };
        w.made = Some(w.map.clone().intersection_with(w.other.clone(), combine));
    }),
    ("difference", Either, |w| w.made = Some(w.map.clone().difference(w.other.clone()))),
    ("symmetric_difference", Either, |w| {
        w.made = Some(w.map.clone().symmetric_difference(w.other.clone()));
    }),
    ("symmetric_difference_with", Either, |w| {
        let combine = |a, _| {
            call();
            Some(a)
        };
        w.made = Some(w.map.clone().symmetric_difference_with(w.other.clone(), combine));
    }),
    ("diff", Either, |w| assert!(w.map.diff(&w.other).count() > 0)),
    ("==", Either, |w| assert!(w.map != w.other)),
    ("is_submap", Either, |w| assert!(!w.map.is_submap(&w.other))),
    ("merge", Either, |w| {
        let base = w.map.update(piece(3), piece(4));
        let resolve = |conflict: hedgerow::Conflict<'_, Piece, Piece>| {
            call();
            conflict.theirs.cloned()
        };
        w.made = Some(w.map.merge(&base, &w.other, resolve));
    }),
    ("update", Either, |w| w.made = Some(w.map.update(piece(3), piece(1)))),
    ("update_with", Either, |w| w.made = Some(w.map.update_with(piece(3), piece(1), |_, b| b))),
    ("without", Either, |w| w.made = Some(w.map.without(&piece(3)))),
    ("alter", Either, |w| w.made = Some(w.map.alter(|value| value, piece(3)))),
    ("alter to nothing", Either, |w| w.made = Some(w.map.alter(|_| None, piece(3)))),
    ("extract", Either, |w| w.made = w.map.extract(&piece(3)).map(|(_, map)| map)),
];

fn acts() -> impl Iterator<Item = Act> {
    [ONE_KEY, MANY_KEYS, TWO_MAPS].into_iter().flatten().copied()
}

/// Acts that lose what they were about to return, if the destructor of something else panics then:
/// the compiler leaks it, and so do methods of `std`.
const LOSING: &[&str] = &[
    "remove",
    "remove of an occupied entry",
    "extend",
    "into a HashMap",
    "union with the only map",
    "union_with",
    "intersection_with",
    "symmetric_difference_with",
    "update_with",
    "alter to nothing",
    "extract",
];

/// What the map holds after an act without mischief.
fn result(setting: Setting, act: fn(&mut World)) -> HashMap<u32, u32> {
    let mut world = World::new(setting);
    act(&mut world);
    contents(&world.map)
}

/// Changes a map in another thread, which waits for no lock.
fn write_elsewhere(mut map: FaultyMap, name: &str) {
    let Some(sibling) = map.keys().next().map(|key| key.sibling(900)) else { return };
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        map.insert(sibling.clone(), sibling);
        drop(map);
        done.send(())
    });
    is_done.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{name}: locked"));
}

fn check_left(found: &HashMap<u32, u32>, ways: [&HashMap<u32, u32>; 2], left: Left, name: &str) {
    let is_whole = ways.contains(&found);
    let is_mixed = || {
        let keys = ways.into_iter().chain([found]).flat_map(HashMap::keys);
        { keys }.all(|key| ways.iter().any(|way| way.get(key) == found.get(key)))
    };
    let is_right = is_whole || matches!(left, Mixed) && is_mixed();
    assert!(is_right, "{name}: {found:?} is neither of {ways:?}");
}

/// Runs an act in which call number `call` does the mischief. Returns whether there was one.
fn run(setting: Setting, (act_name, left, act): Act, mischief: Mischief) -> bool {
    let after = result(setting, act);
    let mut world = World::new(setting);
    let before = contents(&world.map);
    let name = format!("{act_name}, {setting:?}, {mischief:?}");
    world.prepare(mischief);
    set_mischief(mischief);
    let ended = catch_unwind(AssertUnwindSafe(|| act(&mut world)));
    let is_done = set_mischief(Mischief::None) == Mischief::None;
    assert_eq!(ended.is_err(), is_done && matches!(mischief, Mischief::Panic(_)), "{name}");
    let found = contents(&world.map);
    match ended {
        Ok(()) => assert_eq!(found, after, "{name}"),
        Err(_) => check_left(&found, [&before, &after], left, &name),
    }
    world.check(&name);
    write_elsewhere(world.map.clone(), &name);
    world.map.insert(piece(901), piece(902));
    assert_eq!(world.map.remove(&piece(901)).map(|value| value.number), Some(902), "{name}");
    assert_eq!(contents(&world.map), found, "{name}");
    world.check(&name);
    drop(world);
    let may_lose = LOSING.contains(&act_name) && pieces::has_panicked_in_drop();
    assert!(may_lose && alive() > 0 || alive() == 0, "{name}: {} are left", alive());
    pieces::forget_all();
    is_done
}

fn silence() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&MESSAGE) {
                loud(info);
            }
        }));
    });
}

/// All failures are told, not the first one only.
fn run_all(acts: &[Act], mischief: fn(usize) -> Mischief) {
    silence();
    let mut failures = Vec::new();
    for setting in SETTINGS {
        for &act in acts {
            let is_called = |count| run(setting, act, mischief(count));
            // Some operations call nothing.
            let all =
                AssertUnwindSafe(|| assert!((0..).take_while(|&n| is_called(n)).count() < 5_000));
            if catch_unwind(all).is_err() {
                failures.push((act.0, setting));
                pieces::forget_all();
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn changes_of_one_key_that_panic_leave_every_map_whole() {
    run_all(ONE_KEY, Mischief::Panic);
}

#[test]
fn changes_of_many_keys_that_panic_leave_every_map_whole() {
    run_all(MANY_KEYS, Mischief::Panic);
}

#[test]
fn operations_on_two_maps_that_panic_leave_every_map_whole() {
    run_all(TWO_MAPS, Mischief::Panic);
}

#[test]
fn all_other_maps_may_go_in_the_middle_of_an_operation() {
    run_all(&acts().collect::<Vec<_>>(), Mischief::LetGo);
}

#[test]
fn user_code_may_change_maps_of_the_arena_in_the_middle_of_an_operation() {
    silence();
    for setting in SETTINGS {
        for act in acts() {
            let (done, is_done) = mpsc::channel();
            let worker = thread::spawn(move || {
                run(setting, act, Mischief::Use);
                done.send(())
            });
            match is_done.recv_timeout(Duration::from_secs(20)) {
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("{}, {setting:?}: locked", act.0),
                _ => worker.join().unwrap().unwrap(),
            }
        }
    }
}

#[test]
fn sets_are_whole_after_a_panic() {
    silence();
    type Act = (&'static str, fn(&mut FaultySet));
    let acts: [Act; 5] = [
        ("insert", |set| assert!(set.insert(piece(60)))),
        ("insert again", |set| assert!(!set.insert(piece(3)))),
        ("replace", |set| assert!(set.replace(piece(3)).is_some())),
        ("take", |set| assert!(set.take(&piece(3)).is_some())),
        ("retain", |set| set.retain(|element| element.number % 2 == 0)),
    ];
    let numbers = |set: &FaultySet| {
        let mut numbers: Vec<u32> = set.iter().map(|element| element.number).collect();
        numbers.sort_unstable();
        numbers
    };
    for (name, act) in acts {
        for is_shared in [false, true] {
            let new = || (0..12).map(piece).collect::<FaultySet>();
            let after = {
                let mut set = new();
                act(&mut set);
                numbers(&set)
            };
            let run = |count| {
                let mut set = new();
                let other = is_shared.then(|| set.clone());
                set_mischief(Mischief::Panic(count));
                let ended = catch_unwind(AssertUnwindSafe(|| act(&mut set)));
                set_mischief(Mischief::None);
                let (found, before) = (numbers(&set), (0..12).collect::<Vec<u32>>());
                assert!(found == after || found == before, "{name}, call {count}: {found:?}");
                assert!(other.is_none_or(|other| numbers(&other) == before), "{name}");
                drop(set);
                assert_eq!(alive(), 0, "{name}, call {count}");
                ended.is_err()
            };
            let calls = (0..).take_while(|&count| run(count)).count();
            // What other sets have is not dropped.
            let calls_nothing = is_shared && name == "retain";
            assert_eq!(calls == 0, calls_nothing, "{name} makes {calls} calls");
        }
    }
}

/// A map that is the value of another map of the same arena: dropping one drops the other.
#[test]
fn maps_in_maps_of_one_arena_are_dropped() {
    #[derive(Clone)]
    struct Nested {
        _map: Option<Map<u32, Nested>>,
        _counted: std::sync::Arc<()>,
    }
    let count = std::sync::Arc::new(());
    let arena = hedgerow::Arena::new();
    let mut outer = Map::new_in(&arena);
    for depth in 0..50 {
        let inner = std::mem::replace(&mut outer, Map::new_in(&arena));
        let nested = |map| Nested { _map: map, _counted: count.clone() };
        outer.insert(depth, nested(Some(inner.clone())));
        outer.insert(depth + 1, nested((depth % 2 == 1).then_some(inner)));
    }
    drop(arena);
    let copy = outer.without(&49);
    outer.clear();
    assert!(std::sync::Arc::strong_count(&count) > 50);
    drop(copy);
    assert_eq!(std::sync::Arc::strong_count(&count), 1);
    drop(outer);
}
