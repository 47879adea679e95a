//! Each public method and trait of maps, once, with its exact result.
//!
//! The bug classes: a method that returns the value of the wrong map, or changes it; a shared value
//! that is not cloned, or one that is cloned without need; a program for `std`'s maps that does not
//! compile, or does something else.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::letters::{letters, sorted};
use hedgerow::{Arena, Change, Conflict, DefaultHashBuilder, Entry, Map};

fn plain<K: Clone + Ord, V: Clone + Ord, S>(map: &Map<K, V, S>) -> Vec<(K, V)> {
    sorted(map.iter().map(|(key, value)| (key.clone(), value.clone())))
}

#[test]
fn making_and_asking() {
    let empty = Map::<char, u32>::new();
    assert_eq!((empty.len(), empty.is_empty(), empty.capacity()), (0, true, 0));
    let hasher = DefaultHashBuilder::with_seed(3);
    let mut map = Map::with_capacity_and_hasher(100, hasher.clone());
    assert_eq!(map.hasher().hash_one('x'), hasher.hash_one('x'));
    map.reserve(50);
    map.extend([('a', 1)]);
    assert_eq!((map.len(), map.is_empty(), map.capacity()), (1, false, 1));
    assert_eq!(map, Map::unit('a', 1));
    assert_eq!(Map::<char, u32>::with_capacity(9), empty);
    assert_eq!(Map::<char, u32, _>::with_hasher(RandomState::new()).len(), 0);

    let map = letters();
    assert_eq!((map.get(&'a'), map.get(&'z'), map[&'c']), (Some(&1), None, 3));
    assert_eq!(map.get_key_value(&'b'), Some((&'b', &2)));
    assert_eq!((map.contains_key(&'b'), map.contains_key(&'z')), (true, false));
    assert_eq!(map.get_many(&['c', 'z', 'a']), [Some(&3), None, Some(&1)]);
    assert_eq!(sorted(map.keys().copied()), ['a', 'b', 'c']);
    assert_eq!(sorted(map.values().copied()), [1, 2, 3]);
    let of_iter: Vec<_> = map.iter().collect();
    assert!(map.keys().zip(map.values()).eq(of_iter.iter().copied()));
    assert_eq!(
        (map.iter().len(), map.iter().nth(1), map.iter().nth(3)),
        (3, Some(of_iter[1]), None)
    );
    assert!(catch_unwind(|| letters()[&'z']).is_err() && catch_unwind(|| empty[&'a']).is_err());
}

#[test]
fn changing_one_key() {
    let mut map = letters();
    let before = map.clone();
    assert_eq!((map.insert('d', 4), map.insert('a', 10)), (None, Some(1)));
    assert_eq!((map.remove(&'b'), map.remove(&'b')), (Some(2), None));
    assert_eq!((map.remove_entry(&'c'), map.remove_entry(&'c')), (Some(('c', 3)), None));
    assert_eq!(map.get_mut(&'d').map(|value| std::mem::replace(value, 40)), Some(4));
    assert_eq!(map.get_mut(&'z'), None);
    map[&'a'] += 1;
    assert_eq!(map.get_key_value_mut(&'a').map(|(key, value)| (*key, *value)), Some(('a', 11)));
    assert_eq!(map.get_key_value_mut(&'z'), None);
    assert_eq!(plain(&map), [('a', 11), ('d', 40)]);
    assert_eq!(plain(&before), [('a', 1), ('b', 2), ('c', 3)]);
    assert!(catch_unwind(AssertUnwindSafe(|| map[&'z'] = 1)).is_err());

    // The given key replaces one that is equal.
    let mut keys: Map<Rc<str>, u32> = Map::new();
    let (first, second): (Rc<str>, Rc<str>) = ("key".into(), "key".into());
    keys.insert(first.clone(), 1);
    keys.insert(second.clone(), 2);
    assert_eq!((Rc::strong_count(&first), Rc::strong_count(&second)), (1, 2));
    assert!(Rc::ptr_eq(keys.get_key_value("key").unwrap().0, &second));
}

#[test]
fn entries_of_keys() {
    let mut map = letters();
    let before = map.clone();
    assert_eq!(*map.entry('a').or_insert(9), 1);
    assert_eq!(*map.entry('d').or_insert(9), 9);
    assert_eq!(*map.entry('e').or_insert_with(|| 5), 5);
    assert_eq!(*map.entry('f').or_insert_with_key(|key| u32::from(*key)), 102);
    assert_eq!(*map.entry('g').or_default(), 0);
    assert_eq!(*map.entry('g').and_modify(|value| *value += 7).or_insert(1), 7);
    assert_eq!(*map.entry('h').and_modify(|value| *value += 7).or_insert(1), 1);
    assert_eq!((*map.entry('a').key(), *map.entry('z').key()), ('a', 'z'));
    assert_eq!(format!("{:?}", map.entry('z')), "Vacant(VacantEntry('z'))");
    let occupied = format!("{:?}", map.entry('a'));
    assert_eq!(occupied, "Occupied(OccupiedEntry { key: 'a', value: 1, .. })");
    {
        let mut made = map.entry('i').insert_entry(1);
        assert_eq!((*made.key(), made.insert(2), *made.get()), ('i', 1, 2));
        *made.get_mut() += 1;
        assert_eq!(made.remove_entry(), ('i', 3));
    }
    let Entry::Vacant(vacant) = map.entry('z') else { panic!("there is no 'z'") };
    assert_eq!((*vacant.key(), vacant.into_key()), ('z', 'z'));
    let Entry::Vacant(vacant) = map.entry('z') else { panic!("there is no 'z'") };
    *vacant.insert(1) += 1;
    let Entry::Occupied(occupied) = map.entry('z') else { panic!("there is a 'z'") };
    *occupied.into_mut() += 1;
    let Entry::Occupied(occupied) = map.entry('z') else { panic!("there is a 'z'") };
    assert_eq!(occupied.remove(), 3);
    let Entry::Vacant(vacant) = map.entry('z') else { panic!("there is no 'z'") };
    assert_eq!(*vacant.insert_entry(8).get(), 8);
    assert_eq!((map.len(), map[&'z'], before), (9, 8, letters()));
}

#[test]
fn changing_all() {
    let mut map = letters();
    let before = map.clone();
    map.retain(|key, value| *key != 'a' && *value != 3);
    assert_eq!(plain(&map), [('b', 2)]);
    map.extend([('x', 24), ('b', 20)]);
    map.extend(&HashMap::from([('y', 25)]));
    assert_eq!(plain(&map), [('b', 20), ('x', 24), ('y', 25)]);
    map.values_mut().for_each(|value| *value += 1);
    map.iter_mut().for_each(|(key, value)| *value += u32::from(*key == 'b'));
    (&mut map).into_iter().for_each(|(_, value)| *value *= 2);
    assert_eq!(plain(&map), [('b', 44), ('x', 50), ('y', 52)]);
    let shared = map.clone();
    map.shrink_to_fit();
    assert_eq!(sorted(map.drain()), [('b', 44), ('x', 50), ('y', 52)]);
    assert_eq!((map.len(), shared.len(), map.drain().len()), (0, 3, 0));
    let mut map = shared.clone();
    map.clear();
    assert!(map.is_empty() && map == Map::new() && shared.len() == 3);
    assert_eq!(
        sorted(shared.clone()),
        sorted(shared.clone().iter().map(|(key, value)| (*key, *value)))
    );
    assert_eq!(sorted(shared.clone().into_keys()), ['b', 'x', 'y']);
    assert_eq!(sorted(shared.into_values()), [44, 50, 52]);
    assert_eq!(before, letters());
}

#[test]
fn maps_made_from_one_map() {
    let map = letters();
    assert_eq!(plain(&map.update('a', 9)), [('a', 9), ('b', 2), ('c', 3)]);
    assert_eq!(map.update_with('a', 9, |old, new| old * 100 + new)[&'a'], 109);
    assert_eq!(map.update_with('d', 9, |old, new| old * 100 + new)[&'d'], 9);
    let with_key = |key: &char, old: u32, new: u32| old * 100 + new + u32::from(*key);
    assert_eq!(map.update_with_key('a', 9, with_key)[&'a'], 109 + 97);
    assert_eq!(plain(&map.without(&'b')), [('a', 1), ('c', 3)]);
    assert!(map.without(&'z').ptr_eq(&map));
    assert_eq!(map.alter(|old| old.map(|old| old + 1), 'a')[&'a'], 2);
    assert_eq!(map.alter(|old| old.xor(Some(5)), 'd')[&'d'], 5);
    assert!(!map.alter(|_| None, 'a').contains_key(&'a') && map.alter(|_| None, 'z').ptr_eq(&map));
    assert_eq!(map.extract(&'b'), Some((2, map.without(&'b'))));
    assert_eq!(map.extract(&'z'), None);
    assert_eq!(map.extract_with_key(&'b'), Some(('b', 2, map.without(&'b'))));
    assert_eq!(map.extract_with_key(&'z'), None);
    let sum = |key: &char, old: &u32, new: u32| old * 100 + new + u32::from(*key);
    assert_eq!(map.update_lookup_with_key('a', 9, sum), (Some(1), map.update('a', 109 + 97)));
    assert_eq!(map.update_lookup_with_key('d', 9, sum), (None, map.update('d', 9)));
    assert!(map.new_from::<String, ()>().is_empty());
    assert_eq!(map, letters());
}

#[test]
fn maps_made_from_two_maps() {
    for of_one_arena in [true, false] {
        let a = letters();
        let b = if of_one_arena { a.clone() } else { letters() };
        let b = b.update('b', 20).update('d', 40).without(&'c');
        let pair = || (a.clone(), b.clone());
        type Letters = Map<char, u32>;
        let of = |make: fn(Letters, Letters) -> Letters| {
            let (a, b) = pair();
            plain(&make(a, b))
        };
        assert_eq!(of(Map::union), [('a', 1), ('b', 2), ('c', 3), ('d', 40)]);
        assert_eq!(of(|a, b| a + b), of(|a, b| Map::unions([a, b, Map::new()])));
        let sum = of(|a, b| a.union_with(b, |x, y| x * 100 + y));
        assert_eq!(sum, [('a', 101), ('b', 220), ('c', 3), ('d', 40)]);
        let sum = of(|a, b| a.union_with_key(b, |key, x, y| x + y + u32::from(*key)));
        assert_eq!(sum, [('a', 99), ('b', 120), ('c', 3), ('d', 40)]);
        assert_eq!(of(Map::intersection), [('a', 1), ('b', 2)]);
        assert_eq!(of(Map::difference), [('c', 3)]);
        assert_eq!(of(Map::relative_complement), [('c', 3)]);
        assert_eq!(of(Map::symmetric_difference), [('c', 3), ('d', 40)]);
        let changed = of(|a, b| a.symmetric_difference_with(b, |x, y| (x != y).then_some(x + y)));
        assert_eq!(changed, [('b', 22), ('c', 3), ('d', 40)]);
        let changed = of(|a, b| {
            a.symmetric_difference_with_key(b, |key, x, y| (*key == 'a').then_some(x * 10 + y))
        });
        assert_eq!(changed, [('a', 11), ('c', 3), ('d', 40)]);
        let sums = of(|a, b| Map::unions_with([a, b.clone(), b], |x, y| x * 100 + y));
        assert_eq!(sums, [('a', 10_101), ('b', 22_020), ('c', 3), ('d', 4_040)]);
        let sums = of(|a, b| Map::unions_with_key([a, b], |key, x, y| x + y + u32::from(*key)));
        assert_eq!(sums, of(|a, b| a.union_with_key(b, |key, x, y| x + y + u32::from(*key))));
        assert_eq!(of(|a, b| &a + &b), of(|a, b| [a, b].into_iter().sum()));
        let texts = a.clone().intersection_with(b.clone(), |x, y| format!("{x}{y}"));
        assert_eq!(plain(&texts), [('a', "11".to_string()), ('b', "220".to_string())]);
        let texts = a.clone().intersection_with_key(b.clone(), |key, x, _| format!("{key}{x}"));
        assert_eq!(plain(&texts), [('a', "a1".to_string()), ('b', "b2".to_string())]);
        let ours = a.update('b', 21).update('e', 5);
        let merged = ours.merge(&a, &b, |conflict: Conflict<'_, char, u32>| {
            let sides = (conflict.key, conflict.base, conflict.ours, conflict.theirs);
            assert_eq!(sides, (&'b', Some(&2), Some(&21), Some(&20)));
            Some(7)
        });
        assert_eq!(plain(&merged), [('a', 1), ('b', 7), ('d', 40), ('e', 5)]);
        assert_eq!(ours.merge(&a, &b, |_| None).get(&'b'), None);
        let mut changes: Vec<_> = a.diff(&b).collect();
        changes.sort_by_key(|change| *change.key());
        let expected = [
            Change::Changed { key: &'b', old: &2, new: &20 },
            Change::Removed { key: &'c', value: &3 },
            Change::Added { key: &'d', value: &40 },
        ];
        assert_eq!(changes, expected);
        assert_eq!(pair(), (a, b));
    }
}

#[test]
fn comparing() {
    let map = letters();
    let (less, other) = (map.without(&'a'), map.update('a', 5));
    for map in [map.clone(), letters()] {
        assert!(less.is_submap(&map) && less.is_proper_submap(&map) && !map.is_submap(&less));
        assert!(map.is_submap(&map) && !map.is_proper_submap(&map) && !other.is_submap(&map));
        assert!(map.is_submap_by(&other, |a, b| a <= b) && !other.is_submap_by(&map, u32::le));
        assert!(less.is_proper_submap_by(&map, u32::eq) && !map.is_proper_submap_by(&map, u32::eq));
        assert!(map != less && map != other && map == letters());
    }
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let hash = |map: &Map<char, u32>| hasher.hash_one(map);
    assert_eq!(hash(&map), hash(&[('c', 3), ('a', 1), ('b', 2)].into()));
    assert!(hash(&map) != hash(&less) && hash(&map) != hash(&other));
    assert_eq!(hash(&less.update('a', 1)), hash(&map));
    assert!(map.ptr_eq(&map.clone()) && !map.ptr_eq(&letters()) && !map.ptr_eq(&less));
    let mut changed = map.clone();
    assert!(changed.ptr_eq(&map));
    changed.insert('a', 1);
    assert!(!changed.ptr_eq(&map) && changed == map);
    // A value that both have is equal to itself.
    let odd: Map<u32, f64> = Map::from([(1, f64::NAN)]);
    assert!(odd == odd.clone() && odd != Map::from([(1, f64::NAN)]));
}

#[test]
fn conversions_and_texts() {
    let map = letters();
    assert_eq!(map, Map::from(vec![('a', 1), ('b', 2), ('c', 9), ('c', 3)]));
    assert_eq!(map, Map::from(BTreeMap::from([('a', 1), ('b', 2), ('c', 3)])));
    let of_std: HashMap<char, u32> = map.clone().into();
    assert_eq!(of_std, HashMap::from([('a', 1), ('b', 2), ('c', 3)]));
    assert_eq!(map, Map::from(of_std));
    assert_eq!(format!("{:?}", Map::unit("key", 1)), "{\"key\": 1}");
    assert_eq!(format!("{:?} {:?}", Map::<u32, u32>::new(), Arena::<u32, u32>::new()), "{} Arena");
    let one = Map::unit('k', 1);
    let reading = format!("{:?} {:?} {:?}", one.iter(), one.keys(), one.values());
    assert_eq!(reading, "[('k', 1)] ['k'] [1]");
    let mut changed = one.clone();
    let changing = (format!("{:?}", changed.iter_mut()), format!("{:?}", changed.values_mut()));
    assert_eq!(changing, ("[('k', 1)]".to_string(), "[1]".to_string()));
    let taking = (one.clone().into_iter(), one.clone().into_keys(), one.clone().into_values());
    assert_eq!(format!("{taking:?} {:?}", changed.drain()), "([('k', 1)], ['k'], [1]) [('k', 1)]");
    let mut left = map.iter();
    left.next();
    assert_eq!(format!("{left:?}"), format!("{:?}", left.clone().collect::<Vec<_>>()));
    let change = Change::Removed { key: &'k', value: &1 };
    assert_eq!(format!("{:?}", one.diff(&Map::new())), format!("[{change:?}]"));
    let mut count = 0;
    for (_, value) in &map {
        count += value;
    }
    assert_eq!(count, 6);
}

#[test]
fn maps_in_an_arena() {
    let arena: Arena<u32, String, RandomState> = Arena::with_hasher(RandomState::new());
    let mut maps: Vec<Map<u32, String, RandomState>> =
        (0..50).map(|_| Map::new_in(&arena)).collect();
    for (number, map) in (0..).zip(&mut maps) {
        map.insert(number, number.to_string());
        map.insert(number + 1, "next".to_string());
    }
    let same = arena.clone();
    drop(arena);
    let late = Map::from(&same);
    assert!(late.is_empty() && !late.ptr_eq(&maps[0]));
    drop(same);
    let kept = maps.split_off(40);
    drop(maps);
    for (number, map) in (40..).zip(&kept) {
        assert_eq!((map.len(), map[&number].parse()), (2, Ok(number)));
    }
    let arena: Arena<u32, u32> = Arena::default();
    assert_eq!(format!("{:?}", arena.clone()), "Arena");
}

#[test]
fn what_empties_an_empty_map_leaves_it_the_version_that_it_is() {
    let arena: Arena<u32, u32> = Arena::new();
    let mut map = Map::new_in(&arena);
    let same = map.clone();
    map.retain(|_, _| false);
    map.clear();
    assert!(map.drain().next().is_none() && map.ptr_eq(&same));
    map.insert(1, 1);
    map.clear();
    assert!(map.is_empty() && !map.ptr_eq(&same));
}

/// A value that counts its clones.
#[derive(Debug, Default)]
struct Counted(Rc<Cell<usize>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Counted(self.0.clone())
    }
}

#[test]
fn values_are_cloned_only_where_other_maps_may_have_them() {
    let cloned = Rc::new(Cell::new(0));
    let value = || Counted(cloned.clone());
    let mut map: Map<u32, Counted> = (0..100).map(|key| (key, value())).collect();
    map.insert(1, value());
    map.remove(&2);
    assert!(map.get_mut(&3).is_some() && map.values_mut().len() == 99);
    map.retain(|key, _| *key != 4);
    map.entry(5).or_default();
    map.entry(200).or_insert_with(value);
    let copy = map.clone();
    drop(copy);
    map.remove(&6);
    assert_eq!((map.drain().len(), cloned.get()), (98, 0));

    let mut map: Map<u32, Counted> = (0..100).map(|key| (key, value())).collect();
    let copy = map.clone();
    map.insert(200, value());
    map.retain(|key, _| *key != 4);
    map.entry(201).or_insert_with(value);
    assert_eq!((map.len(), copy.len(), cloned.get()), (101, 100, 0));
    assert!(map.get_mut(&7).is_some());
    assert_eq!(cloned.replace(0), 1);
    // Now it is the map's own.
    assert!(map.get_mut(&7).is_some() && map.get_mut(&200).is_some());
    assert_eq!(cloned.get(), 0);
    drop(copy);
    assert!(map.get_mut(&8).is_some());
    assert_eq!((map.into_iter().len(), cloned.get()), (101, 0));
}
