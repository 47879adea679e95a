//! The operations of dicts that have an error to give.

use std::any::Any;

use hedgerow::object::{
    Comparison, Dict, HashPolicy, Object, ObjectError, ObjectRef, PersistentDict, PersistentStore,
    SharedDict, Value,
};

use super::series::{Operation, Try};

/// An object that only user code can compare, and whose hash many share.
#[derive(Debug)]
struct Slow(i64);

impl Object for Slow {
    fn hash(&self, _: &Value) -> Result<i64, ObjectError> {
        Ok(self.0 % 3)
    }

    fn eq(&self, _: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        let is_equal = other.downcast_ref::<Slow>().is_some_and(|other| other.0 == self.0);
        Ok(if is_equal { Comparison::Equal } else { Comparison::Different })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn type_name(&self) -> &str {
        "Slow"
    }
}

fn slow(number: i64) -> Value {
    Value::from(ObjectRef::new(Slow(number)))
}

type Act = fn(&mut World) -> Result<(), ObjectError>;

struct World {
    dict: Dict,
    shared: SharedDict,
    other: SharedDict,
    keys: Vec<Value>,
    ints: PersistentDict,
    changed: PersistentDict,
}

impl World {
    fn new() -> Self {
        let policy = HashPolicy::cpython(0);
        let mut dict = Dict::new(policy.clone());
        for number in 0..28 {
            dict.insert(number.into(), number.into()).unwrap();
        }
        let keys: Vec<Value> = (0..12).map(slow).collect();
        for key in &keys {
            dict.insert(key.clone(), 0.into()).unwrap();
        }
        let store = PersistentStore::new(policy);
        let mut ints = store.empty();
        for number in 0..60 {
            ints = ints.insert(number.into(), number.into()).unwrap();
        }
        let changed = ints.insert(7.into(), 70.into()).unwrap();
        let changed = changed.remove(&8_i64).unwrap().unwrap();
        World {
            shared: SharedDict::from(dict.clone()),
            other: SharedDict::from(dict.clone()),
            dict,
            keys,
            ints,
            changed,
        }
    }
}

const ACTS: &[(&str, Act)] = &[
    ("Dict::insert", |world| {
        for number in 100..400 {
            world.dict.insert(number.into(), number.into())?;
        }
        Ok(())
    }),
    ("Dict::get by user code", |world| {
        for key in &world.keys {
            assert!(world.dict.get(key)?.is_some());
        }
        Ok(())
    }),
    ("Dict::del_item", |world| {
        for number in 0..28_i64 {
            world.dict.del_item(&number)?;
        }
        Ok(())
    }),
    ("Dict::equal", |world| {
        let copy = std::mem::replace(&mut world.dict, Dict::new(HashPolicy::cpython(0)));
        assert!(copy.equal(&copy)?);
        Ok(())
    }),
    ("SharedDict::insert by user code", |world| {
        for key in &world.keys {
            world.shared.insert(key.clone(), 1.into())?;
        }
        Ok(())
    }),
    ("SharedDict::remove", |world| {
        for key in &world.keys {
            assert!(world.shared.remove(key)?.is_some());
        }
        Ok(())
    }),
    ("SharedDict::update", |world| world.shared.update(&world.other)),
    ("SharedDict::equal", |world| {
        assert!(world.shared.equal(&world.other)?);
        Ok(())
    }),
    ("PersistentDict::get", |world| {
        assert!(world.ints.get(&7_i64)?.is_some());
        Ok(())
    }),
    ("PersistentDict::equal", |world| {
        assert!(!world.ints.equal(&world.changed)?);
        Ok(())
    }),
];

fn operation((name, act): &(&'static str, Act)) -> Operation {
    let act = *act;
    let attempt = Box::new(move |what: Try| {
        let mut world = World::new();
        let (result, refused) = what.run(|| act(&mut world));
        match result {
            Ok(()) => {}
            Err(ObjectError::Store(hedgerow::Error::Allocation { .. })) if refused > 0 => {}
            Err(error) => panic!("{refused} refused: {error:?}"),
        }
        world.dict.check().unwrap();
        world.shared.check().unwrap();
        assert!(world.shared.len() >= 28 && world.other.len() == 40);
        // A dict that was refused takes everything afterwards.
        world.dict.insert(1_000.into(), 1.into()).unwrap();
        assert_eq!(world.ints.len(), 60);
        refused
    });
    Operation { name, attempt }
}

pub(crate) fn operations() -> Vec<Operation> {
    ACTS.iter().map(operation).collect()
}
