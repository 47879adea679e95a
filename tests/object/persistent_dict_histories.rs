//! Random histories of many versions of a persistent dict, each compared with a vector of pairs.
//!
//! The bugs this hunts: a version that a later one changes; half an entry left by a failed
//! comparison; a store that a comparison changes while it is written to.

use std::sync::{Arc, Mutex};

use crate::dict_model::{Act, Model, act, pick, plain_keys, put, same, settled, take};
use crate::user_keys::{Key, policy};
use hedgerow::object::{Dict, Merge, ObjectError, PersistentDict, PersistentStore, Value, is};
use proptest::prelude::*;

/// Many versions of a persistent dict, and a model of each. A comparison may fail, or create and
/// drop versions in the same store.
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
        *self.0.armed.lock().unwrap() = kind.is_multiple_of(2).then(|| act.clone());
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn persistent_dicts_have_the_entries_of_their_models(
        steps in prop::collection::vec((pick(), pick(), 0..10u32, act()), 1..60),
    ) {
        let history = History::default();
        for (version, key, kind, act) in steps {
            history.step(version, key, kind, &act);
            history.check();
        }
    }
}
