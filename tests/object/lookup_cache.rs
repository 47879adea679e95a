//! Lookups with the cache, compared with lookups without it.
//!
//! The bugs this hunts: a cached location that is used after a type earlier in the MRO got the
//! name, after a dict was compacted, or after the bases of an ancestor changed; a subclass that
//! keeps its version tag because an ancestor had lost its own; a refused change of bases that is
//! undone only in part.

use std::collections::HashMap;

use hedgerow::object::{ObjectError, Type, TypeArena, TypeStore, Value, VersionTag};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Numbers choose among the types or names, modulo their count.
#[derive(Clone, Debug)]
enum Step {
    Create(Vec<usize>),
    Set(usize, usize),
    Delete(usize, usize),
    SetBases(usize, Vec<usize>),
    Look(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..1000usize;
    prop_oneof![
        3 => prop::collection::vec(pick(), 0..4).prop_map(Step::Create),
        4 => (pick(), pick()).prop_map(|(ty, name)| Step::Set(ty, name)),
        3 => (pick(), pick()).prop_map(|(ty, name)| Step::Delete(ty, name)),
        2 => (pick(), prop::collection::vec(pick(), 1..4))
            .prop_map(|(ty, bases)| Step::SetBases(ty, bases)),
        8 => (pick(), pick()).prop_map(|(ty, name)| Step::Look(ty, name)),
    ]
}

/// A store, and what lookups gave under each version tag.
struct World<'a> {
    types: TypeStore<'a>,
    all: Vec<Type>,
    seen: HashMap<VersionTag, (Type, Vec<Option<i64>>)>,
    next: i64,
}

impl<'a> World<'a> {
    fn new(arena: &'a TypeArena) -> Self {
        let types = TypeStore::new(arena);
        World { all: vec![types.object()], types, seen: HashMap::new(), next: 0 }
    }

    fn some_of(&self, picks: &[usize]) -> Vec<Type> {
        picks.iter().map(|pick| self.all[pick % self.all.len()]).collect()
    }

    fn run(&mut self, step: &Step) {
        self.next += 1;
        let one = |world: &World<'_>, pick: usize| world.all[pick % world.all.len()];
        match step {
            Step::Create(picks) => {
                let bases = self.some_of(picks);
                if let Ok(ty) = self.types.create("T", &bases) {
                    self.all.push(ty);
                }
            }
            Step::Set(ty, name) => {
                let ty = one(self, *ty);
                let refused = self.types.set(ty, NAMES[name % 6], Value::from(self.next));
                assert_eq!(refused.is_err(), ty == self.types.object());
            }
            Step::Delete(ty, name) => {
                let (ty, name) = (one(self, *ty), NAMES[name % 6]);
                let proxy = self.types.dict(ty).unwrap();
                let was_there = proxy.contains(&self.types, name).unwrap();
                assert_eq!(self.types.delete(ty, name).is_ok(), was_there);
            }
            Step::SetBases(ty, picks) => {
                let (ty, bases) = (one(self, *ty), self.some_of(picks));
                let before = self.hierarchy();
                if self.types.set_bases(ty, &bases).is_err() {
                    assert_eq!(self.hierarchy(), before);
                }
            }
            Step::Look(ty, name) => {
                _ = self.types.lookup(one(self, *ty), NAMES[name % 6]).unwrap();
            }
        }
    }

    fn hierarchy(&self) -> Vec<[Vec<Type>; 3]> {
        let of = |&ty: &Type| -> Result<[Vec<Type>; 3], ObjectError> {
            let types = &self.types;
            Ok([
                types.bases(ty)?.collect(),
                types.mro(ty)?.collect(),
                types.subclasses(ty)?.collect(),
            ])
        };
        self.all.iter().map(|ty| of(ty).unwrap()).collect()
    }

    /// The result of a lookup, from the dicts along the MRO.
    fn by_hand(&self, ty: Type, name: &str) -> Option<i64> {
        self.types.mro(ty).unwrap().find_map(|ancestor| {
            match self.types.dict(ancestor).unwrap().get(&self.types, name).unwrap() {
                Some(Value::Int(value)) => Some(*value),
                _ => None,
            }
        })
    }

    fn check(&mut self) {
        for &ty in &self.all {
            let mut found = Vec::new();
            for name in NAMES {
                let int = |value: Option<&Value>| match value {
                    Some(Value::Int(value)) => Some(*value),
                    _ => None,
                };
                let cached = int(self.types.lookup(ty, name).unwrap());
                assert_eq!(cached, int(self.types.lookup_uncached(ty, name).unwrap()));
                assert_eq!(cached, self.by_hand(ty, name), "{name} of {ty}");
                found.push(cached);
            }
            // Under the same tag every lookup gives the same.
            let tag = self.types.version_tag(ty).unwrap();
            let known = self.seen.entry(tag).or_insert_with(|| (ty, found.clone()));
            assert_eq!(*known, (ty, found));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cached_lookups_equal_uncached_ones(
        steps in prop::collection::vec(step(), 1..120),
        every in 1..8usize,
    ) {
        let arena = TypeArena::new();
        let mut world = World::new(&arena);
        for (index, step) in steps.iter().enumerate() {
            world.run(step);
            // Not after each step, so that types without tags meet further changes.
            if index % every == 0 {
                world.check();
            }
        }
        world.check();
    }
}

/// If T1 were broken, there would be an ancestor without a tag above a type with one, and the
/// search for tags to take would stop there.
#[test]
fn a_second_change_reaches_the_subclasses_too() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let top = types.create("Top", &[]).unwrap();
    let middle = types.create("Middle", &[top]).unwrap();
    let bottom = types.create("Bottom", &[middle]).unwrap();
    let value = |types: &TypeStore<'_>| format!("{:?}", types.lookup(bottom, "x").unwrap());
    assert_eq!(value(&types), "None");
    types.set(middle, "y", Value::from(1)).unwrap();
    assert_eq!(value(&types), "None");
    types.set(top, "x", Value::from(2)).unwrap();
    assert_eq!(value(&types), "Some(2)");
    let other = types.create("Other", &[]).unwrap();
    types.set(other, "x", Value::from(3)).unwrap();
    types.set_bases(middle, &[other, top]).unwrap();
    assert_eq!(value(&types), "Some(3)");
    types.delete(other, "x").unwrap();
    assert_eq!(value(&types), "Some(2)");
}

/// A change of bases fails late, when the bottom of a diamond has got a new MRO twice. It has to
/// get its first one back.
#[test]
fn a_refused_change_of_bases_is_undone() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let [x, y] = ["X", "Y"].map(|name| types.create(name, &[]).unwrap());
    types.set(x, "where", Value::from("X")).unwrap();
    let top = types.create("Top", &[x]).unwrap();
    let [left, right] = ["Left", "Right"].map(|name| types.create(name, &[top]).unwrap());
    let bottom = types.create("Bottom", &[left, right]).unwrap();
    let contrary = types.create("Contrary", &[y, top]).unwrap();
    let all = [x, y, top, left, right, bottom, contrary];
    let mros = |types: &TypeStore<'_>| all.map(|ty| types.mro(ty).unwrap().collect::<Vec<_>>());
    let before = mros(&types);
    let refused = types.set_bases(top, &[y]).unwrap_err().to_string();
    let words = "Cannot create a consistent method resolution order (MRO) for bases Y, Top";
    assert_eq!(refused, words);
    assert_eq!(mros(&types), before);
    assert!(types.lookup(bottom, "where").unwrap().is_some());
    types.set_bases(contrary, &[top, y]).unwrap();
    types.set_bases(top, &[y]).unwrap();
    let expected = [bottom, left, right, top, y, types.object()];
    assert_eq!(types.mro(bottom).unwrap().collect::<Vec<_>>(), expected);
    assert!(types.lookup(bottom, "where").unwrap().is_none());
}

/// There are more pairs of type and name than lines, so they replace each other.
#[test]
fn more_pairs_than_lines() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let names: Vec<String> = (0..200).map(|number| format!("name{number}")).collect();
    let mut all = vec![types.create("T0", &[]).unwrap()];
    for number in 1..40 {
        all.push(types.create(&format!("T{number}"), &[all[number - 1]]).unwrap());
    }
    for (number, name) in names.iter().enumerate() {
        types.set(all[number % 40], name, Value::from(number as i64)).unwrap();
    }
    for round in 0..24_000 {
        let (ty, number) = (round * 7 % 40, round * 13 % 200);
        let found = match types.lookup(all[ty], &names[number]).unwrap() {
            Some(Value::Int(found)) => Some(*found),
            _ => None,
        };
        assert_eq!(found, (number % 40 <= ty).then_some(number as i64));
    }
}
