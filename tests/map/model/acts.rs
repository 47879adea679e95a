//! What is done to maps, and to their models.

use hedgerow::{Arena, Entry, Map};

use super::world::{Kind, MapOf, Model, World};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// To one key of one map.
    One(One),
    /// To all of one map.
    Many(Many),
    /// Makes a map, or ends one.
    Make(Make),
    /// Relates two maps.
    Two(Two),
}

macro_rules! acts {
    ($name:ident $list:ident: $($act:ident)*) => {
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $name { $($act),* }

        pub(crate) const $list: &[$name] = &[$($name::$act),*];
    };
}

acts!(One ONE: Insert Remove RemoveEntry GetMut IndexMut OrInsert OrInsertWithKey AndModify
    InsertEntry OccupiedInsert OccupiedGetMut OccupiedRemove OccupiedRemoveEntry VacantIntoKey);
acts!(Many MANY: Extend Retain RetainFew Clear Drain DrainPart IterMut ValuesMut ShrinkToFit);
acts!(Make MAKE: Clone Collect NewIn NewArena Update UpdateWith Without Alter Extract IntoIter
    IntoKeys IntoValues Drop);
acts!(Two TWO: Union UnionWith Intersection IntersectionWith Difference SymmetricDifference Merge
    Unions Diff Relate);

pub(crate) fn act<K: Kind>(world: &mut World<K>, act: Act, numbers: [usize; 3]) {
    world.clock += 1;
    match act {
        Act::One(act) => change_one(world, act, numbers),
        Act::Many(act) => change_many(world, act, numbers),
        Act::Make(act) => make(world, act, numbers),
        Act::Two(Two::Diff) => diff(world, numbers),
        Act::Two(Two::Relate) => relate(world, numbers),
        Act::Two(act) => combine(world, act, numbers),
    }
}

fn change_one<K: Kind>(world: &mut World<K>, act: One, [map, name, _]: [usize; 3]) {
    let (clock, name) = (world.clock, name % K::keys());
    let (map, model) = world.pick(map);
    let (key, before) = (K::key(name), model.get(name));
    let number = |value: &K::Value| K::number(value);
    match act {
        One::Insert => {
            let old = map.insert(key, K::value(clock));
            assert_eq!(old.as_ref().map(number), model.put(name, clock));
        }
        One::Remove => assert_eq!(map.remove(&key).as_ref().map(number), model.cut(name)),
        One::RemoveEntry => {
            let removed = map.remove_entry(&key).map(|(k, v)| (K::name(&k), K::number(&v)));
            assert_eq!(removed, model.cut(name).map(|number| (name, number)));
        }
        One::GetMut => {
            let value = map.get_mut(&key);
            assert_eq!(value.as_deref().map(number), before);
            if let Some(value) = value {
                *value = K::value(clock);
                model.put(name, clock);
            }
        }
        One::IndexMut if before.is_some() => {
            map[&key] = K::value(clock);
            model.put(name, clock);
        }
        One::IndexMut => assert!(!map.contains_key(&key)),
        One::OrInsert => {
            let value = map.entry(key).or_insert(K::value(clock));
            assert_eq!(K::number(value), before.unwrap_or(clock));
            *value = K::value(clock + 1);
            model.put(name, clock + 1);
        }
        One::OrInsertWithKey => {
            let make = |key: &K::Key| K::value(K::name(key) as u64);
            let value = map.entry(key).or_insert_with_key(make);
            assert_eq!(K::number(value), before.unwrap_or(name as u64));
            model.put(name, before.unwrap_or(name as u64));
        }
        One::AndModify => {
            let entry = map.entry(key).and_modify(|value| *value = K::value(clock));
            assert_eq!((K::name(entry.key()), before.is_some()), (name, is_occupied(&entry)));
            before.map(|_| model.put(name, clock));
        }
        One::InsertEntry => {
            let mut entry = map.entry(key).insert_entry(K::value(clock));
            assert_eq!((K::name(entry.key()), K::number(entry.get())), (name, clock));
            *entry.get_mut() = K::value(clock + 1);
            model.put(name, clock + 1);
        }
        _ => change_entry::<K>((map, model), act, (name, clock)),
    }
}

fn is_occupied<K, V, S>(entry: &Entry<'_, K, V, S>) -> bool {
    matches!(entry, Entry::Occupied(_))
}

fn change_entry<K: Kind>(
    (map, model): (&mut MapOf<K>, &mut Model),
    act: One,
    (name, clock): (usize, u64),
) {
    let before = model.get(name);
    let mut entry = match map.entry(K::key(name)) {
        Entry::Occupied(entry) => entry,
        Entry::Vacant(entry) => {
            assert_eq!((K::name(entry.key()), before), (name, None));
            if let One::VacantIntoKey = act {
                assert_eq!(K::name(&entry.into_key()), name);
            } else {
                *entry.insert(K::value(clock)) = K::value(clock + 1);
                model.put(name, clock + 1);
            }
            return;
        }
    };
    assert_eq!((K::name(entry.key()), Some(K::number(entry.get()))), (name, before));
    match act {
        One::OccupiedInsert => {
            assert_eq!(Some(K::number(&entry.insert(K::value(clock)))), before);
            assert_eq!(K::number(&entry.insert(K::value(clock + 1))), clock);
            assert_eq!(K::number(entry.get()), clock + 1);
            model.put(name, clock + 1);
        }
        One::OccupiedGetMut => {
            *entry.get_mut() = K::value(clock);
            assert_eq!(K::number(entry.get()), clock);
            *entry.into_mut() = K::value(clock + 1);
            model.put(name, clock + 1);
        }
        One::OccupiedRemove => assert_eq!(Some(K::number(&entry.remove())), model.cut(name)),
        One::OccupiedRemoveEntry => {
            let (key, value) = entry.remove_entry();
            assert_eq!((K::name(&key), Some(K::number(&value))), (name, model.cut(name)));
        }
        _ => {}
    }
}

/// Some names, some of them twice.
fn some_names<K: Kind>(start: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |n| (start + n % 13 * 7 + n / 20) % K::keys())
}

fn pair<K: Kind>((name, number): (usize, u64)) -> (K::Key, K::Value) {
    (K::key(name), K::value(number))
}

fn change_many<K: Kind>(world: &mut World<K>, act: Many, [map, b, c]: [usize; 3]) {
    let clock = world.clock;
    let (map, model) = world.pick(map);
    let plain = |(key, value): (K::Key, K::Value)| (K::name(&key), K::number(&value));
    match act {
        Many::Extend => {
            let pairs: Vec<_> = some_names::<K>(b, c % 40).zip(clock..).collect();
            map.extend(pairs.iter().map(|&given| pair::<K>(given)));
            pairs.into_iter().for_each(|(name, number)| _ = model.put(name, number));
        }
        Many::Retain => {
            map.retain(|key, value| (K::name(key) + K::number(value) as usize + b) % 3 < 2);
            model.0.retain(|&(name, number)| (name + number as usize + b) % 3 < 2);
        }
        Many::RetainFew => {
            map.retain(|key, _| K::name(key) % 16 == b % 16);
            model.0.retain(|&(name, _)| name % 16 == b % 16);
        }
        Many::Clear => {
            map.clear();
            model.0.clear();
        }
        Many::Drain => {
            let expected = model.ordered::<K>(map.hasher());
            assert!(map.drain().map(plain).eq(expected));
            model.0.clear();
        }
        Many::DrainPart => {
            let drained = map.drain();
            assert_eq!(drained.len(), model.0.len());
            assert_eq!(drained.take(c % 5).count(), model.0.len().min(c % 5));
            model.0.clear();
        }
        Many::IterMut => {
            let expected = model.ordered::<K>(map.hasher());
            let mut entries = map.iter_mut();
            for (left, (name, number)) in (0..expected.len()).rev().zip(expected) {
                let (key, value) = entries.next().unwrap();
                assert_eq!((K::name(key), K::number(value), entries.len()), (name, number, left));
                *value = K::value(number + 1);
            }
            assert!(entries.next().is_none());
            model.0.iter_mut().for_each(|(_, number)| *number += 1);
        }
        Many::ValuesMut => {
            map.values_mut().for_each(|value| *value = K::value(clock));
            model.0.iter_mut().for_each(|(_, number)| *number = clock);
        }
        Many::ShrinkToFit => map.shrink_to_fit(),
    }
}

fn make<K: Kind>(world: &mut World<K>, act: Make, [a, name, c]: [usize; 3]) {
    let (clock, name, index) = (world.clock, name % K::keys(), world.index(a));
    let (map, mut model) = (&world.maps[index].0, world.maps[index].1.clone());
    let sum = |old: u64, new: u64| old * 2 + new;
    let sum_of = |old, new| K::value(sum(K::number(&old), K::number(&new)));
    let before = model.get(name);
    let made = match act {
        Make::Clone => map.clone(),
        Make::Collect => {
            model = Model::default();
            let pairs: Vec<_> = some_names::<K>(a, c % 30).zip(clock..).collect();
            pairs.iter().for_each(|&(name, number)| _ = model.put(name, number));
            pairs.into_iter().map(pair::<K>).collect()
        }
        Make::NewIn => {
            model = Model::default();
            Map::new_in(&world.arenas[c % world.arenas.len()])
        }
        Make::NewArena => {
            let (at, seed) = (c % world.arenas.len(), 1 + c % 5);
            world.arenas[at] = Arena::with_hasher(K::hasher(seed));
            return;
        }
        Make::Update => {
            model.put(name, clock);
            map.update(K::key(name), K::value(clock))
        }
        Make::UpdateWith => {
            model.put(name, before.map_or(clock, |old| sum(old, clock)));
            map.update_with(K::key(name), K::value(clock), sum_of)
        }
        Make::Without => {
            model.cut(name);
            map.without(&K::key(name))
        }
        Make::Alter => {
            let new = (c % 3 != 0).then(|| before.map_or(clock, |old| old + 1));
            match new {
                Some(new) => _ = model.put(name, new),
                None => _ = model.cut(name),
            }
            let change = |old: Option<K::Value>| {
                assert_eq!(old.as_ref().map(K::number), before);
                new.map(K::value)
            };
            map.alter(change, K::key(name))
        }
        Make::Extract => {
            let extracted = map.extract(&K::key(name));
            let found = extracted.as_ref().map(|(value, _)| K::number(value));
            assert_eq!(found, model.cut(name));
            let Some((_, made)) = extracted else { return };
            made
        }
        Make::IntoIter | Make::IntoKeys | Make::IntoValues | Make::Drop => {
            return end(world, act, index);
        }
    };
    world.keep(made, model);
}

/// Ends a map, unless it is the last.
fn end<K: Kind>(world: &mut World<K>, act: Make, index: usize) {
    if world.maps.len() == 1 {
        return;
    }
    let (map, model) = world.maps.swap_remove(index);
    let pairs = model.ordered::<K>(map.hasher());
    match act {
        Make::IntoIter => {
            let left = map.into_iter();
            assert_eq!(left.len(), pairs.len());
            assert!(left.map(|(key, value)| (K::name(&key), K::number(&value))).eq(pairs));
        }
        Make::IntoKeys => {
            assert!(map.into_keys().map(|key| K::name(&key)).eq(pairs.iter().map(|pair| pair.0)));
        }
        Make::IntoValues => {
            let numbers = map.into_values().map(|value| K::number(&value));
            assert!(numbers.eq(pairs.iter().map(|pair| pair.1)));
        }
        _ => {}
    }
}

/// A map to be consumed: most often a clone, and sometimes the only one.
fn taken<K: Kind>(world: &mut World<K>, index: usize, whole: bool) -> (MapOf<K>, Model) {
    if whole && world.maps.len() > 2 {
        world.maps.swap_remove(index)
    } else {
        let (map, model) = &world.maps[index];
        (map.clone(), model.clone())
    }
}

fn mix(old: u64, new: u64) -> u64 {
    old ^ new << 1
}

fn combine<K: Kind>(world: &mut World<K>, act: Two, [a, b, c]: [usize; 3]) {
    let (base, old) = world.pick(c);
    let (base, old) = (base.clone(), old.clone());
    let index = world.index(a);
    let (left, ours) = taken(world, index, c % 3 == 0);
    let index = world.index(b);
    let (right, theirs) = taken(world, index, c % 5 == 0);
    let ours = Model(ours.ordered::<K>(left.hasher()));
    let theirs = Model(theirs.ordered::<K>(right.hasher()));
    let model = match act {
        Two::Merge => merged(&Model(old.ordered::<K>(base.hasher())), &ours, &theirs),
        _ => combined(act, &ours, &theirs),
    };
    let mixed = |old: &K::Value, new: &K::Value| K::value(mix(K::number(old), K::number(new)));
    let made = match act {
        Two::Union if c % 2 == 0 => left + right,
        Two::Union => left.union(right),
        Two::Unions => Map::unions([left, right]),
        Two::UnionWith if c % 2 == 0 => left.union_with(right, |old, new| mixed(&old, &new)),
        Two::UnionWith => left.union_with_key(right, |key, old, new| {
            assert_eq!(ours.get(K::name(key)), Some(K::number(&old)));
            mixed(&old, &new)
        }),
        Two::Intersection => left.intersection(right),
        Two::IntersectionWith => left.intersection_with(right, |old, new| mixed(&old, &new)),
        Two::Difference => left.difference(right),
        Two::SymmetricDifference => left.symmetric_difference(right),
        _ => left.merge(&base, &right, |conflict| {
            assert_eq!(conflict.base.map(K::number), old.get(K::name(conflict.key)));
            conflict.ours.zip(conflict.theirs).map(|(ours, theirs)| mixed(ours, theirs))
        }),
    };
    world.keep(made, model);
}

/// What two maps make, whose models are in their order.
fn combined(act: Two, ours: &Model, theirs: &Model) -> Model {
    let mut model = ours.clone();
    let absent = theirs.0.iter().filter(|pair| ours.get(pair.0).is_none());
    match act {
        Two::Union | Two::Unions => model.0.extend(absent),
        Two::UnionWith => {
            for &(name, new) in &theirs.0 {
                model.put(name, ours.get(name).map_or(new, |old| mix(old, new)));
            }
        }
        Two::Intersection => model.0.retain(|pair| theirs.get(pair.0).is_some()),
        Two::IntersectionWith => {
            model.0.retain(|pair| theirs.get(pair.0).is_some());
            model.0.iter_mut().for_each(|pair| pair.1 = mix(pair.1, theirs.get(pair.0).unwrap()));
        }
        Two::Difference => model.0.retain(|pair| theirs.get(pair.0).is_none()),
        _ => {
            model.0.retain(|pair| theirs.get(pair.0).is_none());
            model.0.extend(absent);
        }
    }
    model
}

/// `ours` with what changed from `base` to `theirs`.
fn merged(base: &Model, ours: &Model, theirs: &Model) -> Model {
    let mut model = ours.clone();
    for &(name, _) in base.0.iter().chain(&theirs.0) {
        let (was, our, their) = (base.get(name), ours.get(name), theirs.get(name));
        let value = match () {
            () if was == their || our == their => our,
            () if our == was => their,
            () => our.zip(their).map(|(our, their)| mix(our, their)),
        };
        match value {
            Some(value) => _ = model.put(name, value),
            None => _ = model.cut(name),
        }
    }
    model
}

fn diff<K: Kind>(world: &mut World<K>, [a, b, _]: [usize; 3]) {
    let (a, b) = (&world.maps[world.index(a)], &world.maps[world.index(b)]);
    let plain = |change: hedgerow::Change<'_, K::Key, K::Value>| {
        let (old, new) = (change.old_value().map(K::number), change.new_value().map(K::number));
        (K::name(change.key()), old, new)
    };
    let found: Vec<_> = a.0.diff(&b.0).map(plain).collect();
    assert_eq!(a.0.diff(&b.0).len(), found.len());
    let all = |name: usize| (name, a.1.get(name), b.1.get(name));
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq((0..K::keys()).map(all).filter(|(_, old, new)| old != new)));
}

fn relate<K: Kind>(world: &mut World<K>, [a, b, _]: [usize; 3]) {
    let (a, b) = (&world.maps[world.index(a)], &world.maps[world.index(b)]);
    let has = |pair: &(usize, u64)| b.1.get(pair.0) == Some(pair.1);
    let is_submap = a.1.0.iter().all(has);
    let is_larger = b.1.0.len() > a.1.0.len();
    assert_eq!(a.0 == b.0, is_submap && !is_larger);
    assert_eq!(a.0.is_submap(&b.0), is_submap);
    assert_eq!(a.0.is_proper_submap(&b.0), is_submap && is_larger);
    let have_same_keys = a.1.0.iter().all(|pair| b.1.get(pair.0).is_some());
    assert_eq!(a.0.is_submap_by(&b.0, |_, _| true), have_same_keys);
    assert_eq!(a.0.is_proper_submap_by(&b.0, |_, _| true), have_same_keys && is_larger);
    assert!(!a.0.ptr_eq(&b.0) || a.0 == b.0);
    let both = a.0.clone();
    assert!(both.ptr_eq(&a.0));
}
