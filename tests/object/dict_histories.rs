//! Random histories of dicts, compared with a vector of pairs.
//!
//! The bugs this hunts: an entry that is lost, doubled or out of order after removals and
//! compactions; half an entry left by a failed comparison; a search that goes on among entries that
//! a key has moved, removed or replaced while it was compared. After every step the dict is
//! checked, and every entry has to be identical with that of the model.

use std::sync::{Arc, Mutex};

use crate::dict_model::{Act, Model, act, find, pick, plain_keys, put, same, settled, take};
use crate::user_keys::{Key, policy};
use hedgerow::object::{Dict, Merge, ObjectError, SharedDict, Value, is};
use proptest::prelude::*;

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

/// A dict and its model. The keys refer to both.
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
        let user_key = |name: u32| {
            let weak = weak.clone();
            // For each hash four classes of two equal keys. Hash 3 is also that of the int 3.
            let (hash, class) = (i64::from(name % 3) + 3, 1_000 + name % 24);
            let key = Key::on_eq(&format!("k{name}"), hash, class, move |_| {
                weak.upgrade().map_or(Ok(()), |inner| World(inner).act())
            });
            (key, class)
        };
        let mut keys = plain_keys();
        keys.extend((0..48).map(user_key));
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

    /// Runs the act that is armed. A key calls this when it is compared.
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
            Step::SetDefault(number) => self.setdefault(*number),
            Step::Get(number) => {
                let (key, class) = self.key(*number);
                if let Some(found) = settled(dict.get(&key)) {
                    let expected =
                        self.model(|model| find(model, class).map(|at| model[at].2.clone()));
                    same(found, expected);
                }
            }
            Step::Pop(number) => self.pop(*number),
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

    fn setdefault(&self, number: usize) {
        let ((key, class), value) = (self.key(number), self.tick());
        if let Some(found) = settled(self.0.dict.setdefault(key.clone(), value.clone())) {
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

    fn pop(&self, number: usize) {
        let (key, class) = self.key(number);
        match self.0.dict.pop(&key) {
            Ok(found) => {
                let expected = self.model(|model| take(model, class));
                same(Some(found), expected.map(|pair| pair.1));
            }
            Err(ObjectError::Key(missing, _)) => {
                assert!(is(&missing, &key));
                assert!(self.model(|model| find(model, class)).is_none());
            }
            Err(error) => drop(settled::<()>(Err(error))),
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
            (Err(ObjectError::Key(found, _)), Some(expected)) => assert!(is(&found, &expected)),
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_dict_has_the_entries_of_its_model(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let world = World::new();
        for step in &steps {
            world.step(step);
            world.check();
        }
        world.0.dict.clear();
    }

    /// Iterators over dicts with dead entries, advanced from both ends in any order.
    #[test]
    fn iterators_skip_dead_entries_from_both_ends(
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
}
