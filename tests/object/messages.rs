//! Every error of dicts, sets, types and attributes, in the words of each CPython.
//!
//! The bugs this hunts: words of another version than the policy names; a name that is cut at
//! another place; a KeyError that escapes other characters.

use crate::oracle;
use std::any::Any;

use crate::runtime::{Action, Scripted, TestRuntime};
use hedgerow::object::{
    Dict, Elements, FrozenSet, HashPolicy, Instance, Methods, Object, ObjectError, ObjectRef, Set,
    SetView, SharedDict, Type, TypeArena, TypeStore, Value, delattr, getattr, hash, object_delattr,
    object_setattr, setattr,
};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/messages.py");

#[test]
fn messages_beside_cpython() {
    if let Some(answers) = oracle::ask_script(&[SCRIPT], Some(0), &json!(null)) {
        compare(&answers);
    }
}

/// Those of CPython 3.11 to 3.15, for machines without it.
#[test]
fn recorded_messages() {
    let recorded: Json = serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    assert_eq!(recorded.as_array().unwrap().len(), 5);
    recorded.as_array().unwrap().iter().for_each(compare);
}

fn compare(answers: &Json) {
    let policy = oracle::policy(0, answers);
    for (call, theirs) in answers["answers"].as_object().unwrap() {
        let ours = match of_dicts(call, &policy).unwrap_or_else(|| of_types(call, &policy)) {
            Ok(()) => "no error".to_string(),
            Err(error) => format!("{}: {error}", error.python_type()),
        };
        assert_eq!(ours, theirs.as_str().unwrap(), "{:?}: {call}", policy.python);
    }
}

/// An object that cannot be hashed.
struct Refusing {
    type_name: String,
    error: fn(&str) -> ObjectError,
}

impl Refusing {
    fn value(type_name: &str, error: fn(&str) -> ObjectError) -> Value {
        Value::from(ObjectRef::new(Refusing { type_name: type_name.to_string(), error }))
    }
}

impl Object for Refusing {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err((self.error)(&self.type_name))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn list() -> Value {
    Refusing::value("List", ObjectError::unhashable)
}

fn long() -> Value {
    Refusing::value(&"L".repeat(250), ObjectError::unhashable)
}

fn tuple<const N: usize>(items: [Value; N]) -> Value {
    Value::tuple(items)
}

fn dict_of(key: i64, value: Value, policy: &HashPolicy) -> Dict {
    let mut dict = Dict::new(policy.clone());
    dict.insert(key.into(), value).unwrap();
    dict
}

/// The error of a call of dicts and sets; `None` for another call.
fn of_dicts(call: &str, policy: &HashPolicy) -> Option<Result<(), ObjectError>> {
    let (empty, mut one) = (Dict::new(policy.clone()), dict_of(1, 2.into(), policy));
    let raises = || Refusing::value("Raises", |_| ObjectError::Type("mine".into()));
    let points = "\u{31ef}\u{1fae8}\u{1fae9}\u{1cc00}";
    Some(match call {
        "hash" => hash(&list(), policy).map(drop),
        "hash long" => hash(&long(), policy).map(drop),
        "hash nested" => hash(&tuple([list()]), policy).map(drop),
        "get" => one.get(&list()).map(drop),
        "get empty" => empty.get(&list()).map(drop),
        "get_item" => one.get_item(&list()).map(drop),
        "contains" => one.contains_key(&list()).map(drop),
        "insert" => one.insert(list(), Value::None).map(drop),
        "insert nested" => one.insert(tuple([list()]), Value::None).map(drop),
        "insert long" => one.insert(long(), Value::None).map(drop),
        "insert raises" => one.insert(raises(), Value::None).map(drop),
        "setdefault" => one.setdefault(list(), Value::None).map(drop),
        "del" => one.del_item(&list()),
        "pop" => one.pop(&list()).map(drop),
        "pop_or" => one.pop_or(&list(), Value::None).map(drop),
        "fromkeys" => Dict::from_keys(&tuple([list()]), Value::None, policy.clone()).map(drop),
        "fromkeys int" => Dict::from_keys(&Value::from(5), Value::None, policy.clone()).map(drop),
        "update" => one.update(&tuple([tuple([list(), 1.into()])])),
        "in keys" => one.keys().contains(&list()).map(drop),
        "in items" => one.items().contains(&tuple([list(), 1.into()])).map(drop),
        "missing" => one.get_item(points).map(drop),
        "del missing" => one.del_item(&2),
        "pop missing" => one.pop("it's").map(drop),
        "popitem" => Dict::new(policy.clone()).popitem().map(drop),
        "update int" => one.update(&Value::from(5)),
        "update long" => one.update(&long()),
        "update (5,)" => one.update(&tuple([5.into()])),
        "update bytes" => one.update(&Value::bytes(b"ab")),
        "update ((1,),)" => one.update(&tuple([tuple([1.into()])])),
        "update str" => one.update(&Value::from("ab")),
        "dict | int" => one.union(&Value::from(5)).map(drop),
        "dict | long" => one.union(&long()).map(drop),
        "resized" => resized(policy, false),
        "resized, reversed" => resized(policy, true),
        "mutated" => mutated(policy),
        _ => return of_sets(call, policy),
    })
}

fn of_sets(call: &str, policy: &HashPolicy) -> Option<Result<(), ObjectError>> {
    let one = dict_of(1, 2.into(), policy);
    let lists = dict_of(1, list(), policy);
    let set = || Set::from_elements(&[1.into(), 2.into()], policy.clone()).unwrap();
    Some(match call {
        "set" => Set::from_elements(&[list()], policy.clone()).map(drop),
        "in set" => set().contains(&list()).map(drop),
        "discard" => set().discard(&list()).map(drop),
        "frozenset" => Value::frozen_set([list()], policy).map(drop),
        "in frozenset" => {
            let frozen = FrozenSet::new([1.into()], policy).unwrap();
            frozen.contains(&list()).map(drop)
        }
        "items | ()" => lists.items().union(&tuple([])).map(drop),
        "items & set" => lists.items().intersection(&set()).map(drop),
        "items <= set" => lists.items().is_subset(&set()).map(drop),
        "keys & tuple" => one.keys().intersection(&tuple([list()])).map(drop),
        "keys - tuple" => one.keys().difference(&tuple([list()])).map(drop),
        "keys ^ tuple" => one.keys().symmetric_difference(&tuple([list()])).map(drop),
        "keys < int" => one.keys().is_proper_subset(&Value::from(5)).map(drop),
        "items >= long" => one.items().is_superset(&long()).map(drop),
        "keys & int" => one.keys().intersection(&Value::from(5)).map(drop),
        _ => return None,
    })
}

fn resized(policy: &HashPolicy, backward: bool) -> Result<(), ObjectError> {
    let dict = SharedDict::from(dict_of(1, 1.into(), policy));
    let keys = dict.keys();
    let keys = if backward { keys.iter_reversed() } else { keys.iter() };
    for key in keys {
        let Value::Int(key) = key? else { panic!("an int") };
        dict.insert((key + 10).into(), Value::None)?;
    }
    Ok(())
}

/// A key whose equality adds to the dict that it holds.
struct Grows(SharedDict);

impl Object for Grows {
    fn type_name(&self) -> &str {
        "Grows"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(1)
    }

    fn eq(&self, _me: &Value, _other: &Value) -> Result<hedgerow::object::Comparison, ObjectError> {
        self.0.insert((self.0.len() as i64 + 100).into(), Value::None)?;
        Ok(hedgerow::object::Comparison::Different)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn mutated(policy: &HashPolicy) -> Result<(), ObjectError> {
    let other = SharedDict::new(policy.clone());
    let key = || Value::from(ObjectRef::new(Grows(other.clone())));
    other.insert(key(), 1.into())?;
    let target = SharedDict::new(policy.clone());
    target.insert(key(), 1.into())?;
    let result = target.update(&other);
    other.clear(); // its keys hold it
    target.clear();
    result
}

/// The classes that the calls are about.
struct World<'a> {
    runtime: TestRuntime<'a>,
    c: Type,
    long: Type,
    slots: Type,
    long_slots: Type,
    a: Type,
    b: Type,
}

impl<'a> World<'a> {
    fn new(arena: &'a TypeArena, policy: &HashPolicy) -> Self {
        let mut types = TypeStore::with_policy(arena, policy.clone());
        let mut create = |name: &str| types.create(name, &[]).unwrap();
        let (c, long, slots, a) = (create("C"), create(&"L".repeat(250)), create("S"), create("A"));
        let long_slots = create(&"L".repeat(250));
        let b = types.create("B", &[a]).unwrap();
        for ty in [slots, long_slots] {
            types.set(ty, "found", 1.into()).unwrap();
        }
        World { runtime: TestRuntime { types, log: Vec::new() }, c, long, slots, long_slots, a, b }
    }

    fn make(&self, ty: Type) -> Value {
        let types = &self.runtime.types;
        let without_dict = ty == self.slots || ty == self.long_slots;
        let made = if without_dict { Instance::value_without_dict } else { Instance::value };
        made(types, ty).unwrap()
    }

    fn class(&self, ty: Type) -> Value {
        self.runtime.types.value(ty).unwrap()
    }
}

fn of_types(call: &str, policy: &HashPolicy) -> Result<(), ObjectError> {
    let arena = TypeArena::new();
    let mut world = World::new(&arena, policy);
    let int = world.runtime.types.type_of(&1.into());
    let (c, long, slots, long_slots) = (world.c, world.long, world.slots, world.long_slots);
    let (of_c, of_long) = (world.make(c), world.make(long));
    let (of_slots, of_long_slots) = (world.make(slots), world.make(long_slots));
    let classes = [world.class(c), world.class(long), world.class(int)];
    let [class, long_class, int_class] = &classes;
    let runtime = &mut world.runtime;
    match call {
        "getattr" => getattr(runtime, &of_c, "x").map(drop),
        "getattr long" => getattr(runtime, &of_long, "x").map(drop),
        "getattr int" => getattr(runtime, &1.into(), "x").map(drop),
        "getattr of type" => getattr(runtime, class, "x").map(drop),
        "getattr of long type" => getattr(runtime, long_class, "x").map(drop),
        "getattr no name" => getattr(runtime, &of_c, Value::from(1)).map(drop),
        "getattr long name" => getattr(runtime, &of_c, &of_long).map(drop),
        "setattr int" => setattr(runtime, &1.into(), "y", Value::None),
        "setattr slots" => setattr(runtime, &of_slots, "y", Value::None),
        "setattr long slots" => setattr(runtime, &of_long_slots, "y", Value::None),
        "setattr read-only" => setattr(runtime, &of_slots, "found", Value::None),
        "setattr long read-only" => setattr(runtime, &of_long_slots, "found", Value::None),
        "setattr of int" => setattr(runtime, int_class, "x", Value::None),
        "setattr of int, escaped" => setattr(runtime, int_class, "\u{31ef}", Value::None),
        "setattr only delete" | "delattr only set" => half_a_descriptor(runtime, call, c, &of_c),
        "setattr as object" => object_setattr(runtime, class, "x", Value::None),
        "delattr" => delattr(runtime, &of_c, "x"),
        "delattr long" => delattr(runtime, &of_long, "x"),
        "delattr int" => delattr(runtime, &1.into(), "y"),
        "delattr slots" => delattr(runtime, &of_slots, "y"),
        "delattr read-only" => delattr(runtime, &of_slots, "found"),
        "delattr of type" => delattr(runtime, class, "x"),
        "delattr of long type" => delattr(runtime, long_class, "x"),
        "delattr of int" => delattr(runtime, int_class, "x"),
        "delattr as object" => object_delattr(runtime, class, "x"),
        _ => of_making(call, &mut world),
    }
}

fn half_a_descriptor(
    runtime: &mut TestRuntime<'_>,
    call: &str,
    ty: Type,
    object: &Value,
) -> Result<(), ObjectError> {
    let sets = call == "delattr only set";
    let methods = Methods { get: false, set: sets, delete: !sets };
    runtime.types.set(ty, "half", Scripted::value(methods, Action::Nothing, 0))?;
    if sets {
        delattr(runtime, object, "half")
    } else {
        setattr(runtime, object, "half", Value::None)
    }
}

/// Making types, giving them other bases, and their proxies.
fn of_making(call: &str, world: &mut World<'_>) -> Result<(), ObjectError> {
    let (a, b, c) = (world.a, world.b, world.c);
    let types = &mut world.runtime.types;
    let (int, bool) = (types.type_of(&1.into()), types.type_of(&true.into()));
    let metatype = types.metatype(a)?;
    let proxy = types.dict(c)?;
    match call {
        "order" => types.create("X", &[a, b]).map(drop),
        "order of long" => {
            let long_a = types.create(&"A".repeat(600), &[])?;
            let long_b = types.create(&"B".repeat(600), &[long_a])?;
            types.create("X", &[long_a, long_b]).map(drop)
        }
        "twice" => types.create("X", &[a, a]).map(drop),
        "bool as base" => types.create("X", &[bool]).map(drop),
        "metaclasses" => {
            let (m, n) = (types.create("M", &[metatype])?, types.create("N", &[metatype])?);
            let of_m = types.create_with_metatype("CM", &[], m)?;
            let of_n = types.create_with_metatype("CN", &[], n)?;
            types.create("X", &[of_m, of_n]).map(drop)
        }
        "null" => types.create("a\0b", &[]).map(drop),
        "metatype" => types.create_with_metatype("X", &[], int).map(drop),
        "bases of int" => types.set_bases(int, &[a]),
        "no bases" => types.set_bases(a, &[]),
        "cycle" => types.set_bases(a, &[b]),
        "hash proxy" => proxy.hash(types).map(drop),
        "proxy get" => proxy.get(types, list()).map(drop),
        "proxy item" => proxy.get_item(types, &"\u{31ef}".into()).map(drop),
        "proxy | int" => proxy.union(types, &Value::from(5)).map(drop),
        other => panic!("no such call: {other}"),
    }
}
