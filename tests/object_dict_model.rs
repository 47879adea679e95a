//! Random histories of dicts beside a plain vector of pairs.
//!
//! The bugs this hunts: an entry that is lost, doubled or out of order after removals and
//! compactions; one that is half made when a comparison fails; a search that goes on among entries
//! that a key has moved, removed or replaced while it was compared. After every step the checker
//! walks the dict, and every entry has to be the very one of the model.

mod foreign;

use std::sync::{Arc, Mutex};

use foreign::{Key, policy};
use hedgerow::object::{
    Dict, Merge, ObjectError, PersistentDict, PersistentStore, PyStr, SharedDict, Value, is,
};
use num_bigint::BigInt;
use proptest::prelude::*;

/// Pairs of a key, the class of keys it is equal to, and the value.
type Model = Vec<(Value, u32, Value)>;

/// What happens at the next comparison of foreign keys.
#[derive(Clone, Debug)]
enum Act {
    Fail,
    Insert(usize),
    Remove(usize),
    PopItem,
    Clear,
    /// Enough entries to make the table grow, or to compact it.
    Fill,
}

#[derive(Clone, Debug)]
enum Step {
    Insert(usize),
    SetDefault(usize),
    Get(usize),
    Pop(usize),
    Remove(usize),
    PopItem,
    Clear,
    Update(Vec<usize>, Merge),
    Copy,
    Arm(Act),
}

fn pick() -> impl Strategy<Value = usize> {
    0..1000usize
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Fail),
        3 => pick().prop_map(Act::Insert),
        3 => pick().prop_map(Act::Remove),
        2 => Just(Act::PopItem),
        1 => Just(Act::Clear),
        1 => Just(Act::Fill),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let merge = prop::sample::select(vec![Merge::Replace, Merge::IfAbsent, Merge::Unique]);
    prop_oneof![
        12 => pick().prop_map(Step::Insert),
        3 => pick().prop_map(Step::SetDefault),
        4 => pick().prop_map(Step::Get),
        3 => pick().prop_map(Step::Pop),
        6 => pick().prop_map(Step::Remove),
        2 => Just(Step::PopItem),
        1 => (0..20u32).prop_map(|_| Step::Copy),
        1 => (0..20u32).prop_map(|roll| if roll == 0 { Step::Clear } else { Step::PopItem }),
        2 => (prop::collection::vec(pick(), 0..40), merge).prop_map(|(k, m)| Step::Update(k, m)),
        8 => act().prop_map(Step::Arm),
    ]
}

/// A dict, and what it ought to hold. The keys hold it too.
#[derive(Clone)]
struct World(Arc<Inner>);

struct Inner {
    dict: SharedDict,
    model: Mutex<Model>,
    armed: Mutex<Option<Act>>,
    keys: Mutex<Vec<(Value, u32)>>,
    clock: Mutex<i64>,
}

impl World {
    fn new() -> Self {
        let world = World(Arc::new(Inner {
            dict: SharedDict::new(policy()),
            model: Mutex::default(),
            armed: Mutex::default(),
            keys: Mutex::default(),
            clock: Mutex::default(),
        }));
        let weak = Arc::downgrade(&world.0);
        let foreign = |name: u32| {
            let weak = weak.clone();
            // Four classes and two keys of each to a hash; hash 3 is that of the int 3 as well.
            let (hash, class) = (i64::from(name % 3) + 3, 1_000 + name % 24);
            let key = Key::on_eq(&format!("k{name}"), hash, class, move |_| {
                weak.upgrade().map_or(Ok(()), |inner| World(inner).act())
            });
            (key, class)
        };
        let mut keys = plain_keys();
        keys.extend((0..48).map(foreign));
        *world.0.keys.lock().unwrap() = keys;
        world
    }

    fn key(&self, number: usize) -> (Value, u32) {
        let keys = self.0.keys.lock().unwrap();
        keys[number % keys.len()].clone()
    }

    fn tick(&self) -> Value {
        let mut clock = self.0.clock.lock().unwrap();
        *clock += 1;
        Value::from(*clock)
    }

    fn model<T>(&self, step: impl FnOnce(&mut Model) -> T) -> T {
        step(&mut self.0.model.lock().unwrap())
    }

    /// Plays what is armed; called by a key that is being compared.
    fn act(&self) -> Result<(), ObjectError> {
        let armed = self.0.armed.lock().unwrap().take();
        match armed {
            None => {}
            Some(Act::Fail) => return Err(ObjectError::Value("armed".into())),
            Some(Act::Insert(key)) => self.step(&Step::Insert(key)),
            Some(Act::Remove(key)) => self.step(&Step::Remove(key)),
            Some(Act::PopItem) => self.step(&Step::PopItem),
            Some(Act::Clear) => self.step(&Step::Clear),
            Some(Act::Fill) => {
                for key in 5_000..5_100 {
                    let value = self.tick();
                    self.0.dict.insert(key.into(), value.clone())?;
                    self.model(|model| put(model, key.into(), key as u32, value));
                }
                for key in 5_000..5_090 {
                    self.0.dict.remove(&i64::from(key))?;
                    self.model(|model| take(model, key as u32));
                }
            }
        }
        Ok(())
    }

    fn step(&self, step: &Step) {
        let dict = &self.0.dict;
        match step {
            Step::Arm(act) => *self.0.armed.lock().unwrap() = Some(act.clone()),
            Step::Insert(number) => {
                let ((key, class), value) = (self.key(*number), self.tick());
                if let Some(old) = settled(dict.insert(key.clone(), value.clone())) {
                    let expected = self.model(|model| put(model, key, class, value));
                    same(old, expected);
                }
            }
            Step::SetDefault(number) => {
                let ((key, class), value) = (self.key(*number), self.tick());
                if let Some(found) = settled(dict.setdefault(key.clone(), value.clone())) {
                    let expected = self.model(|model| match find(model, class) {
                        Some(at) => model[at].2.clone(),
                        None => {
                            model.push((key, class, value.clone()));
                            value
                        }
                    });
                    same(Some(found), Some(expected));
                }
            }
            Step::Get(number) => {
                let (key, class) = self.key(*number);
                if let Some(found) = settled(dict.get(&key)) {
                    let expected =
                        self.model(|model| find(model, class).map(|at| model[at].2.clone()));
                    same(found, expected);
                }
            }
            Step::Pop(number) => {
                let (key, class) = self.key(*number);
                match dict.pop(&key) {
                    Ok(found) => {
                        same(
                            Some(found),
                            self.model(|model| take(model, class)).map(|pair| pair.1),
                        );
                    }
                    Err(ObjectError::Key(missing)) => {
                        assert!(is(&missing, &key));
                        assert!(self.model(|model| find(model, class)).is_none());
                    }
                    Err(error) => drop(settled::<()>(Err(error))),
                }
            }
            Step::Remove(number) => {
                let (key, class) = self.key(*number);
                if let Some(found) = settled(dict.remove(&key)) {
                    let expected = self.model(|model| take(model, class));
                    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
                }
            }
            Step::PopItem => match dict.popitem() {
                Ok(found) => {
                    let (key, _, value) = self.model(Vec::pop).expect("an entry");
                    assert!(is(&found.0, &key) && is(&found.1, &value));
                }
                Err(error) => {
                    assert_eq!(error.python_type(), "KeyError");
                    assert!(self.model(|model| model.is_empty()));
                }
            },
            Step::Clear => {
                dict.clear();
                self.model(Vec::clear);
            }
            Step::Update(numbers, merge) => self.update(numbers, *merge),
            Step::Copy => {
                let copy = dict.to_dict();
                copy.check().unwrap();
                self.assert_entries(copy.iter().map(|(k, v)| (k.clone(), v.clone())));
                *self.0.armed.lock().unwrap() = None;
                assert!(SharedDict::from(copy).equal(dict).unwrap());
            }
        }
    }

    fn update(&self, numbers: &[usize], merge: Merge) {
        *self.0.armed.lock().unwrap() = None;
        let given: Vec<(Value, u32, Value)> = numbers
            .iter()
            .map(|&number| {
                let (key, class) = self.key(number);
                (key, class, self.tick())
            })
            .collect();
        let pairs = given.iter().map(|(key, _, value)| (key.clone(), value.clone()));
        let done = self.0.dict.merge_pairs(pairs, merge);
        let mut refused = None;
        self.model(|model| {
            for (key, class, value) in given {
                match (find(model, class), merge) {
                    (Some(_), Merge::IfAbsent) => {}
                    (Some(_), Merge::Unique) => {
                        refused = Some(key);
                        break;
                    }
                    _ => drop(put(model, key, class, value)),
                }
            }
        });
        match (done, refused) {
            (Ok(()), None) => {}
            (Err(ObjectError::Key(found)), Some(expected)) => assert!(is(&found, &expected)),
            (done, refused) => panic!("{done:?}, but {refused:?}"),
        }
    }

    fn check(&self) {
        self.0.dict.check().unwrap();
        assert_eq!(self.0.dict.len(), self.model(|model| model.len()));
        self.assert_entries(self.0.dict.items().iter().map(Result::unwrap));
        let mut backwards: Vec<_> =
            self.0.dict.items().iter_reversed().map(Result::unwrap).collect();
        backwards.reverse();
        self.assert_entries(backwards);
    }

    fn assert_entries(&self, found: impl IntoIterator<Item = (Value, Value)>) {
        let model = self.0.model.lock().unwrap();
        let mut expected = model.iter();
        for (key, value) in found {
            let (stored, _, kept) = expected.next().expect("no more than there are");
            assert!(is(&key, stored) && is(&value, kept), "{key:?}: {value:?}, not {stored:?}");
        }
        assert!(expected.next().is_none(), "no fewer than there are");
    }
}

/// Keys that run no code: numbers in each form, text, tuples. With the class each is equal to.
fn plain_keys() -> Vec<(Value, u32)> {
    let mut keys = Vec::new();
    for number in 0..8u32 {
        let int = i64::from(number);
        keys.push((Value::from(int), number));
        keys.push((Value::from(int as f64), number));
        keys.push((Value::BigInt(Arc::new(BigInt::from(int))), number));
        keys.push((Value::tuple([int.into(), "t".into()]), 100 + number));
        keys.push((Value::tuple([(int as f64).into(), "t".into()]), 100 + number));
        keys.push((Value::from(format!("text {number}").as_str()), 200 + number));
        keys.push((PyStr::from(format!("text {number}").as_str()).into(), 200 + number));
    }
    keys.push((true.into(), 1));
    keys.push((false.into(), 0));
    keys.push((Value::None, 300));
    keys.push((f64::NAN.into(), 301));
    keys
}

/// The result of an operation; `None` if it failed because that was armed.
fn settled<T>(result: Result<T, ObjectError>) -> Option<T> {
    match result {
        Ok(result) => Some(result),
        Err(ObjectError::Value(words)) if words == "armed" => None,
        Err(error) => panic!("{error}"),
    }
}

fn same(found: Option<Value>, expected: Option<Value>) {
    match (&found, &expected) {
        (None, None) => {}
        (Some(found), Some(expected)) if is(found, expected) => {}
        _ => panic!("{found:?}, not {expected:?}"),
    }
}

fn find(model: &Model, class: u32) -> Option<usize> {
    model.iter().position(|entry| entry.1 == class)
}

fn put(model: &mut Model, key: Value, class: u32, value: Value) -> Option<Value> {
    match find(model, class) {
        Some(at) => Some(std::mem::replace(&mut model[at].2, value)),
        None => {
            model.push((key, class, value));
            None
        }
    }
}

fn take(model: &mut Model, class: u32) -> Option<(Value, Value)> {
    let (key, _, value) = model.remove(find(model, class)?);
    Some((key, value))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_dict_holds_what_a_vector_of_pairs_does(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let world = World::new();
        for step in &steps {
            world.step(step);
            world.check();
        }
        world.0.dict.clear();
    }

    /// Iterators over dicts with dead entries, from both ends in any turns.
    #[test]
    fn iterators_pass_the_dead_from_both_ends(
        count in 0..300i64,
        removed in prop::collection::vec((0..300i64, 1..40i64), 0..6),
        turns in prop::collection::vec(any::<bool>(), 0..320),
    ) {
        let mut dict = Dict::new(policy());
        for key in 0..count {
            dict.insert(key.into(), (-key).into()).unwrap();
        }
        for (start, length) in removed {
            (start..start + length).for_each(|key| drop(dict.remove(&key).unwrap()));
        }
        dict.check().unwrap();
        let mut expected: std::collections::VecDeque<i64> =
            (0..count).filter(|key| dict.contains_key(key).unwrap()).collect();
        let folded = dict.iter().fold(Vec::new(), |mut keys, (key, _)| {
            keys.push(format!("{key:?}"));
            keys
        });
        assert_eq!(folded, expected.iter().map(i64::to_string).collect::<Vec<_>>());
        let mut items = dict.iter();
        for front in turns {
            assert_eq!(items.len(), expected.len());
            let rest: Vec<String> = items.clone().map(|(key, _)| format!("{key:?}")).collect();
            assert_eq!(rest, expected.iter().map(i64::to_string).collect::<Vec<_>>());
            let (found, key) = if front {
                (items.next(), expected.pop_front())
            } else {
                (items.next_back(), expected.pop_back())
            };
            let found = found.map(|(key, value)| format!("{key:?} {value:?}"));
            assert_eq!(found, key.map(|key| format!("{key} {}", -key)));
        }
    }

    #[test]
    fn persistent_dicts_hold_what_vectors_of_pairs_do(
        steps in prop::collection::vec((pick(), pick(), 0..10u32, act()), 1..60),
    ) {
        let history = History::default();
        for (version, key, kind, act) in steps {
            history.step(version, key, kind, &act);
            history.check();
        }
    }
}

/// Many versions of a persistent dict, and a model of each. A comparison may fail, or make and drop
/// versions in the same store.
#[derive(Clone)]
struct History(Arc<Versions>);

struct Versions {
    store: PersistentStore,
    keys: Vec<(Value, u32)>,
    versions: Mutex<Vec<(PersistentDict, Model)>>,
    armed: Arc<Mutex<Option<Act>>>,
}

impl Default for History {
    fn default() -> Self {
        let store = PersistentStore::new(policy());
        let armed: Arc<Mutex<Option<Act>>> = Arc::default();
        let mut keys = plain_keys();
        keys.extend((0..48u32).map(|name| {
            let (armed, store) = (Arc::clone(&armed), store.clone());
            let (hash, class) = (i64::from(name % 3) + 3, 1_000 + name % 24);
            let key = Key::on_eq(&format!("k{name}"), hash, class, move |other| {
                match armed.lock().unwrap().take() {
                    Some(Act::Fail) => Err(ObjectError::Value("armed".into())),
                    None => Ok(()),
                    Some(_) => {
                        let made = store.empty().insert(other.clone(), Value::None)?;
                        store.compact();
                        made.insert(1.into(), other.clone()).map(drop)
                    }
                }
            });
            (key, class)
        }));
        let versions = Mutex::new(vec![(store.empty(), Model::new())]);
        History(Arc::new(Versions { store, keys, versions, armed }))
    }
}

impl History {
    fn step(&self, version: usize, key: usize, kind: u32, act: &Act) {
        let mut versions = self.0.versions.lock().unwrap();
        let (dict, mut model) = versions[version % versions.len()].clone();
        let (key, class) = self.0.keys[key % self.0.keys.len()].clone();
        let value = Value::from(versions.len() as i64);
        *self.0.armed.lock().unwrap() = (kind % 2 == 0).then(|| act.clone());
        match kind {
            0..5 => {
                if let Some(made) = settled(dict.insert(key.clone(), value.clone())) {
                    put(&mut model, key, class, value);
                    versions.push((made, model));
                }
            }
            5..7 => {
                if let Some(made) = settled(dict.remove(&key)) {
                    assert_eq!(made.is_some(), take(&mut model, class).is_some());
                    versions.extend(made.map(|made| (made, model)));
                }
            }
            7 if versions.len() > 1 => {
                let at = 1 + version % (versions.len() - 1);
                versions.remove(at);
            }
            8 => {
                let mut edit = dict.edit().unwrap();
                for round in 0..6 {
                    let (key, class) =
                        self.0.keys[(round * 31 + version) % self.0.keys.len()].clone();
                    if let Some(old) = settled(edit.insert(key.clone(), round.into_value())) {
                        same(old, put(&mut model, key, class, round.into_value()));
                    }
                }
                assert_eq!(edit.len(), model.len());
                versions.push((edit.commit().unwrap(), model));
            }
            _ => {
                let mut given = Dict::new(policy());
                given.insert(key.clone(), value.clone()).unwrap();
                let built = self.0.store.build(&given).unwrap();
                if let Some(merged) = settled(dict.merge(&built, Merge::Replace)) {
                    put(&mut model, key, class, value);
                    versions.push((merged, model));
                }
            }
        }
    }

    fn check(&self) {
        *self.0.armed.lock().unwrap() = None;
        self.0.store.check().unwrap();
        for (dict, model) in self.0.versions.lock().unwrap().iter() {
            assert_eq!(dict.len(), model.len());
            for (key, _, value) in model {
                let (stored, found) = dict.get_key_value(key).unwrap().expect("it is there");
                assert!(is(&stored, key) && is(&found, value));
            }
            assert_eq!(dict.items().count(), model.len());
        }
    }
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for usize {
    fn into_value(self) -> Value {
        Value::from(self as i64)
    }
}
