//! Inline caches answer as the rules without a cache do, whatever changed in between.
//!
//! The bug class: a cache that outlives what it was made for: another store whose types have the
//! same numbers, a descriptor that has other methods now, an object that has left the shared keys.
//! `object_class_bodies` plays random programs with caches; here is what those cannot do.
use std::any::Any;
use std::sync::atomic::{AtomicU8, Ordering};

use hedgerow::object::{
    AttrCache, Descriptor, Instance, Methods, Name, Object, ObjectError, ObjectRef, Runtime,
    SharedDict, Type, TypeArena, TypeStore, Value, delattr, getattr, getattr_cached, setattr,
    setattr_cached,
};

/// A runtime whose descriptors change their methods.
struct Shifting<'a>(TypeStore<'a>);

impl Runtime for Shifting<'_> {
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
        read(&self.0)
    }

    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
        write(&mut self.0)
    }

    fn descriptor<'v>(&self, value: &'v Value) -> Option<&'v dyn Descriptor<Self>> {
        let Value::Object(object) = value else { return None };
        object.downcast_ref::<Shifter>().map(|shifter| shifter as _)
    }
}

/// A descriptor with the methods whose bits are set: get, set, delete.
struct Shifter(AtomicU8);

impl Object for Shifter {
    fn type_name(&self) -> &str {
        "Shifter"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok("a descriptor".into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Descriptor<Shifting<'_>> for Shifter {
    fn methods(&self, _runtime: &Shifting<'_>) -> Methods {
        let bits = self.0.load(Ordering::Relaxed);
        Methods { get: bits & 1 != 0, set: bits & 2 != 0, delete: bits & 4 != 0 }
    }

    fn get(
        &self,
        _runtime: &mut Shifting<'_>,
        _me: &Value,
        _object: Option<&Value>,
        _owner: Type,
    ) -> Result<Value, ObjectError> {
        Ok(Value::from("got"))
    }

    fn set(
        &self,
        _runtime: &mut Shifting<'_>,
        _me: &Value,
        _object: &Value,
        _value: Value,
    ) -> Result<(), ObjectError> {
        Err(ObjectError::Value("set".into()))
    }

    fn delete(
        &self,
        _runtime: &mut Shifting<'_>,
        _me: &Value,
        _object: &Value,
    ) -> Result<(), ObjectError> {
        Err(ObjectError::Value("deleted".into()))
    }
}

/// What a get gives, with its error in words.
fn shown(got: Result<Value, ObjectError>) -> String {
    got.map_or_else(|error| error.to_string(), |value| format!("{value:?}"))
}

/// Asserts that a cached get is as one without.
fn assert_same<R: Runtime>(runtime: &mut R, object: &Value, name: Name, cache: &mut AttrCache) {
    let plain = shown(getattr(runtime, object, name));
    for _ in 0..2 {
        assert_eq!(shown(getattr_cached(runtime, object, name, cache)), plain);
    }
}

#[test]
fn a_descriptor_may_have_other_methods_at_each_get() {
    let arena = TypeArena::new();
    let mut runtime = Shifting(TypeStore::new(&arena));
    let ty = runtime.0.create("C", &[]).unwrap();
    let name = runtime.0.names_mut().intern("x").unwrap();
    let class = runtime.0.value(ty).unwrap();
    let shifter = Value::from(ObjectRef::new(Shifter(AtomicU8::new(0))));
    setattr(&mut runtime, &class, name, shifter.clone()).unwrap();
    let with_own = Instance::value(&runtime.0, ty).unwrap();
    let plain = Instance::value(&runtime.0, ty).unwrap();
    setattr(&mut runtime, &with_own, name, Value::from("own")).unwrap();
    let Value::Object(object) = &shifter else { unreachable!() };
    let bits = &object.downcast_ref::<Shifter>().unwrap().0;
    let mut caches = [const { AttrCache::new() }; 4];
    for step in 0..64_u8 {
        bits.store(step.wrapping_mul(5) & 7, Ordering::Relaxed);
        assert_same(&mut runtime, &with_own, name, &mut caches[0]);
        assert_same(&mut runtime, &plain, name, &mut caches[1]);
        // One instruction that sees both objects, and the class.
        for object in [&with_own, &plain, &class] {
            assert_same(&mut runtime, object, name, &mut caches[2]);
        }
        let outcome = |set: Result<(), ObjectError>| set.map_err(|error| error.to_string());
        let uncached = outcome(setattr(&mut runtime, &with_own, name, Value::from("own")));
        let cache = &mut caches[3];
        let own = Value::from("own");
        let cached = outcome(setattr_cached(&mut runtime, &with_own, name, own, cache));
        assert_eq!(cached, uncached);
    }
}

#[test]
fn a_cache_serves_two_stores_in_turn() {
    let arenas = [TypeArena::new(), TypeArena::new()];
    let mut stores: Vec<TypeStore<'_>> = arenas.iter().map(TypeStore::new).collect();
    let mut objects = Vec::new();
    for (number, types) in stores.iter_mut().enumerate() {
        // The same numbers of types and names, and other contents.
        let ty = types.create("C", &[]).unwrap();
        let names = ["a", "b"].map(|name| types.names_mut().intern(name).unwrap());
        let class = types.value(ty).unwrap();
        let object = Instance::value(types, ty).unwrap();
        let order = if number == 0 { [0, 1] } else { [1, 0] };
        for index in order {
            let value = Value::from(format!("{index} of {number}").as_str());
            setattr(types, &object, names[index], value).unwrap();
        }
        setattr(types, &class, names[0], Value::from(number as i64)).unwrap();
        objects.push((object, class, names));
    }
    let mut cache = AttrCache::new();
    for round in 0..20 {
        for index in [0, 1] {
            // Each of these meets what the other store has left in the cache.
            for number in [0, 1, 1, 0] {
                let (object, _, names) = &objects[number];
                assert_same(&mut stores[number], object, names[index], &mut cache);
            }
            for number in [1, 0, 0, 1] {
                let (_, class, names) = &objects[number];
                assert_same(&mut stores[number], class, names[index], &mut cache);
            }
        }
        if round == 10 {
            for (types, (_, class, names)) in stores.iter_mut().zip(&objects) {
                setattr(types, class, names[1], Value::from("late")).unwrap();
            }
        }
    }
}

#[test]
fn more_attributes_than_shared_keys() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    let names: Vec<Name> =
        (0..40).map(|n| types.names_mut().intern(format!("n{n}").as_str()).unwrap()).collect();
    let mut caches = vec![AttrCache::new(); names.len()];
    for forward in [true, false, true] {
        let object = Instance::value(&types, ty).unwrap();
        let order: Vec<usize> = if forward { (0..40).collect() } else { (0..40).rev().collect() };
        for (step, &index) in order.iter().enumerate() {
            let value = Value::from(index as i64);
            setattr_cached(&mut types, &object, names[index], value, &mut caches[index]).unwrap();
            for (name, cache) in names.iter().zip(&mut caches) {
                assert_same(&mut types, &object, *name, cache);
            }
            if step % 13 == 12 {
                delattr(&mut types, &object, names[order[step - 6]]).unwrap();
            }
        }
        // The order is that of setting, wherever the attributes are kept.
        let deleted = |step: &usize| [6, 19, 32].contains(step);
        let left = (0..40).filter(|step| !deleted(step)).map(|step| order[step]);
        let expected: Vec<String> = left.map(|index| format!("'n{index}': {index}")).collect();
        let dict = Instance::of(&object).unwrap().dict().unwrap();
        assert_eq!(dict.repr().unwrap(), format!("{{{}}}", expected.join(", ")));
        // Now it has a dict of its own.
        for (name, cache) in names.iter().zip(&mut caches) {
            assert_same(&mut types, &object, *name, cache);
        }
    }
}

#[test]
fn a_class_that_changes_is_seen_at_once() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let base = types.create("B", &[]).unwrap();
    let ty = types.create("C", &[base]).unwrap();
    let name = types.names_mut().intern("x").unwrap();
    let (base, class) = (types.value(base).unwrap(), types.value(ty).unwrap());
    let objects = [(); 2].map(|()| Instance::value(&types, ty).unwrap());
    let mut cache = AttrCache::new();
    let mut state: u32 = 1;
    for step in 0..2_000 {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let target = match state >> 16 & 3 {
            0 => &base,
            1 => &class,
            2 => &objects[0],
            _ => &objects[1],
        };
        if state >> 20 & 3 == 0 {
            // There may be none.
            let _ = delattr(&mut types, target, name);
        } else {
            setattr_cached(&mut types, target, name, Value::from(step), &mut cache).unwrap();
        }
        if state >> 24 & 31 == 0 {
            Instance::of(&objects[0]).unwrap().set_dict(None);
        }
        for object in [&objects[0], &objects[1], &class, &base] {
            assert_same(&mut types, object, name, &mut cache);
        }
    }
}

#[test]
fn an_object_with_a_dict_of_its_own_is_read_where_its_values_were_put() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    let names = ["x", "y", "z"].map(|name| types.names_mut().intern(name).unwrap());
    let mut caches = [const { AttrCache::new() }; 3];
    let mut get = |types: &mut TypeStore<'_>, object: &Value| {
        [0, 1, 2].map(|index| {
            let cached = getattr_cached(types, object, names[index], &mut caches[index]);
            let plain = getattr(types, object, names[index]);
            let [cached, plain] = [cached, plain].map(|got| match got {
                Ok(value) => format!("{value:?}"),
                Err(error) => error.to_string(),
            });
            assert_eq!(cached, plain);
            cached
        })
    };
    let object = Instance::value(&types, ty).unwrap();
    for (number, name) in names.into_iter().enumerate() {
        setattr(&mut types, &object, name, Value::from(number as i64)).unwrap();
    }
    for _ in 0..2 {
        assert_eq!(get(&mut types, &object), ["0", "1", "2"]);
    }
    let dict = Instance::of(&object).and_then(Instance::dict).unwrap();
    assert_eq!(get(&mut types, &object), ["0", "1", "2"]);
    dict.insert(Value::from("y"), Value::from(11)).unwrap();
    assert_eq!(get(&mut types, &object), ["0", "11", "2"]);
    // Gone, and back at another place.
    dict.remove("x").unwrap();
    assert_eq!(get(&mut types, &object)[1..], ["11", "2"]);
    assert_eq!(get(&mut types, &object)[0], "'C' object has no attribute 'x'");
    dict.insert(Value::from("x"), Value::from(10)).unwrap();
    assert_eq!(get(&mut types, &object), ["10", "11", "2"]);
    // Another dict, with equal keys in another order, and other keys where theirs were.
    let other = SharedDict::new(dict.policy().clone());
    for (key, value) in [(Value::from(0), 5), ("z".into(), 6), ("y".into(), 7), ("x".into(), 8)] {
        other.insert(key, Value::from(value)).unwrap();
    }
    Instance::of(&object).unwrap().set_dict(Some(other));
    assert_eq!(get(&mut types, &object), ["8", "7", "6"]);
    Instance::of(&object).unwrap().set_dict(None);
    setattr(&mut types, &object, names[1], Value::from(9)).unwrap();
    assert_eq!(get(&mut types, &object)[1], "9");
}
