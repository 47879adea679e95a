//! The read-only dict of a type, beside CPython's `mappingproxy`.
//!
//! The bugs this hunts: an error where CPython finds nothing, or the other way round; a view that
//! is not that of a dict; an operand in the wrong order; an error with other words.

use crate::oracle;
use std::any::Any;

use crate::support::Dice;
use hedgerow::object::{
    Comparison, Dict, Elements, HashPolicy, MappingProxy, Object, ObjectError, ObjectRef, SetView,
    SharedDict, Source, TypeArena, TypeStore, Value, equal, hash, repr,
};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/proxies.py");

#[test]
fn random_questions_beside_cpython() {
    let mut dice = Dice(7);
    let questions: Vec<Json> = (0..4000).map(|_| question(&mut dice)).collect();
    oracle::compare_live(SCRIPT, &questions, answer);
}

/// The answers of CPython 3.11 to 3.15 to some of these questions, for machines without it.
#[test]
fn recorded_questions() {
    oracle::compare_recorded(include_str!("../vectors/proxies.json"), answer);
}

/// A key of the runtime may fail.
#[test]
fn an_error_of_user_code_is_passed_on() {
    struct Fails;
    impl Object for Fails {
        fn type_name(&self) -> &str {
            "Fails"
        }
        fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
            hash(&"a".into(), &HashPolicy::cpython(0))
        }
        fn eq(&self, _me: &Value, _other: &Value) -> Result<Comparison, ObjectError> {
            Err(ObjectError::Value("no".into()))
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, HashPolicy::cpython(0));
    let ty = types.create("C", &[]).unwrap();
    let proxy = types.dict(ty).unwrap();
    let key = Value::from(ObjectRef::new(Fails));
    types.set(ty, "b", 1.into()).unwrap();
    assert!(proxy.get(&types, &key).unwrap().is_none(), "no name has its hash");
    types.set(ty, "a", 1.into()).unwrap();
    assert!(matches!(proxy.get(&types, &key), Err(ObjectError::Value(_))));
    assert!(matches!(proxy.get_item(&types, &key), Err(ObjectError::Value(_))));
    assert!(proxy.keys(&types).unwrap().contains(&key).is_err());
}

fn answer(question: &Json, policy: &HashPolicy) -> Result<String, ObjectError> {
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, policy.clone());
    let ty = types.create("C", &[])?;
    for entry in question[0].as_array().unwrap() {
        let name = entry[0].as_str().unwrap();
        match entry.get(1) {
            Some(value) => drop(types.set(ty, name, value.as_i64().unwrap().into())?),
            None => drop(types.delete(ty, name)),
        }
    }
    let (proxy, argument) = (types.dict(ty)?, &question[2]);
    let shown = |value: Option<&Value>| repr(value.unwrap_or(&Value::None));
    match question[1].as_str().unwrap() {
        "get" => shown(proxy.get(&types, key(argument, policy))?),
        "contains" => Ok(truth(proxy.contains(&types, key(argument, policy))?)),
        "item" => shown(Some(&proxy.get_item(&types, &key(argument, policy))?)),
        "in keys" => proxy.keys(&types)?.contains(&key(argument, policy)).map(truth),
        "in values" => proxy.values(&types)?.contains(&key(argument, policy)).map(truth),
        "in items" => {
            let pair = [key(argument, policy), question[3].as_i64().unwrap().into()];
            proxy.items(&types)?.contains(&Value::tuple(pair)).map(truth)
        }
        "| int" => proxy.union(&types, &Value::from(5)).map(|_| String::new()),
        "|" => proxy.union(&types, &fill(argument, policy)?)?.repr(),
        "reflected |" => fill(argument, policy)?.union(&proxy.copied(&types)?)?.repr(),
        "update" => {
            let mut dict = fill(argument, policy)?;
            dict.update(Source::Mapping(&proxy.within(&types)?))?;
            dict.repr()
        }
        "==" => {
            let dict = fill(argument, policy)?;
            let shared = SharedDict::from(dict.clone());
            let (one, two) = (proxy.equal(&types, &dict)?, proxy.equal(&types, shared)?);
            Ok(format!("[{}, {}]", truth(one), truth(two)))
        }
        "== proxy" => equal_types(proxy, &mut types, argument).map(truth),
        "hash" => proxy.hash(&types).map(|hash| hash.to_string()),
        "view" if argument == "keys" => operate(&proxy.keys(&types)?, question, policy),
        "view" => operate(&proxy.items(&types)?, question, policy),
        whole => show(whole, proxy, &types),
    }
}

fn show(call: &str, proxy: MappingProxy, types: &TypeStore<'_>) -> Result<String, ObjectError> {
    let (keys, values, items) = (proxy.keys(types)?, proxy.values(types)?, proxy.items(types)?);
    let pair = |pair: (Value, Value)| Value::tuple(<[Value; 2]>::from(pair));
    Ok(match call {
        "len" => {
            let iter = keys.iter()?;
            let lens = [proxy.len(types)?, iter.len(), values.len(), items.len()];
            format!("{lens:?}")
        }
        "list" => {
            let names = |name| Value::from(&*types.names().text(name));
            let forward = proxy.iter(types)?.map(|(name, _)| names(name));
            let mut cursor = proxy.cursor_reversed(types)?;
            let mut backward = Vec::new();
            while let Some((name, _)) = proxy.advance(types, &mut cursor)? {
                backward.push(names(name));
            }
            format!("[{}, {}]", listed(forward), listed(backward))
        }
        "reversed" => {
            let (keys, values) = (listed(keys.iter()?.rev()), listed(values.iter()?.rev()));
            format!("[{keys}, {values}, {}]", listed(items.iter()?.rev().map(pair)))
        }
        "repr" => {
            let (keys, values) = (keys.repr()?, values.repr()?);
            format!("[{}, {keys}, {values}, {}]", proxy.repr(types)?, items.repr()?)
        }
        "copy" => proxy.copied(types)?.repr()?,
        other => panic!("no such call: {other}"),
    })
}

fn operate(
    view: &impl SetView,
    question: &Json,
    policy: &HashPolicy,
) -> Result<String, ObjectError> {
    let keys = question[4].as_array().unwrap();
    let keys: Vec<Value> = keys.iter().map(|form| key(form, policy)).collect();
    let keys = keys.as_slice();
    let set = match question[3].as_str().unwrap() {
        "and_" => view.intersection(keys)?,
        "or_" => view.union(keys)?,
        "sub" => view.difference(keys)?,
        _ => view.symmetric_difference(keys)?,
    };
    Ok(listed(set.iter().cloned()))
}

/// Whether another type of the same store has equal names and values.
fn equal_types(
    proxy: MappingProxy,
    types: &mut TypeStore<'_>,
    entries: &Json,
) -> Result<bool, ObjectError> {
    let other = types.create("D", &[])?;
    for entry in entries.as_array().unwrap() {
        let name = entry[0].as_str().unwrap();
        match entry.get(1) {
            Some(value) => drop(types.set(other, name, value.as_i64().unwrap().into())?),
            None => drop(types.delete(other, name)),
        }
    }
    let other = types.dict(other)?;
    proxy.equal(types, other.within(types)?)
}

fn fill(entries: &Json, policy: &HashPolicy) -> Result<Dict, ObjectError> {
    let mut dict = Dict::new(policy.clone());
    for entry in entries.as_array().unwrap() {
        let key = key(&entry[0], policy);
        match entry.get(1) {
            Some(value) => drop(dict.insert(key, value.as_i64().unwrap().into())?),
            None => drop(dict.remove(&key)?),
        }
    }
    Ok(dict)
}

/// An object that is equal to a text.
struct Like(Value, HashPolicy);

impl Object for Like {
    fn type_name(&self) -> &str {
        "Like"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        hash(&self.0, &self.1)
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        Ok(if equal(&self.0, other)? { Comparison::Equal } else { Comparison::Different })
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("Like({})", repr(&self.0)?))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct List;

impl Object for List {
    fn type_name(&self) -> &str {
        "List"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable("List"))
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok("[]".to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn key(form: &Json, policy: &HashPolicy) -> Value {
    match form.as_str() {
        None => form.as_i64().unwrap().into(),
        Some("[]") => Value::from(ObjectRef::new(List)),
        Some(text) => match text.strip_prefix("like:") {
            Some(like) => Value::from(ObjectRef::new(Like(like.into(), policy.clone()))),
            None => text.into(),
        },
    }
}

fn listed(values: impl IntoIterator<Item = Value>) -> String {
    let reprs: Vec<String> = values.into_iter().map(|value| repr(&value).unwrap()).collect();
    format!("[{}]", reprs.join(", "))
}

fn truth(truth: bool) -> String {
    if truth { "True".to_string() } else { "False".to_string() }
}

fn question(dice: &mut Dice) -> Json {
    let calls = [
        "get",
        "contains",
        "item",
        "in keys",
        "in values",
        "in items",
        "len",
        "list",
        "reversed",
        "repr",
        "copy",
        "|",
        "reflected |",
        "| int",
        "update",
        "==",
        "== proxy",
        "hash",
        "view",
        "view",
        "view",
    ];
    let (mine, call) = (entries(dice, false), calls[dice.below(calls.len())]);
    match call {
        "get" | "contains" | "item" | "in keys" | "in values" => json!([mine, call, any(dice)]),
        "in items" => json!([mine, call, any(dice), dice.below(3)]),
        "|" | "reflected |" | "update" | "==" => json!([mine, call, entries(dice, true)]),
        "== proxy" => json!([mine, call, entries(dice, false)]),
        "view" => {
            let view = ["keys", "items"][dice.below(2)];
            let operator = ["and_", "or_", "sub", "xor"][dice.below(4)];
            let keys: Vec<Json> = (0..dice.below(6)).map(|_| any(dice)).collect();
            json!([mine, call, view, operator, keys])
        }
        _ => json!([mine, call]),
    }
}

/// Few names, and removals; with other keys among them if that is wanted.
fn entries(dice: &mut Dice, others: bool) -> Json {
    let entry = |dice: &mut Dice| {
        let name = match dice.below(12) {
            0 if others => json!(7),
            1 if others => json!("like:a"),
            _ => json!(name(dice)),
        };
        if dice.below(4) == 0 { json!([name]) } else { json!([name, dice.below(3)]) }
    };
    let count = dice.below(9);
    json!((0..count).map(|_| entry(dice)).collect::<Vec<_>>())
}

fn name(dice: &mut Dice) -> &'static str {
    ["a", "b", "c", "", "it's", "\u{e9}\u{20ac}", "\u{1f993}"][dice.below(7)]
}

fn any(dice: &mut Dice) -> Json {
    match dice.below(9) {
        0 => json!("[]"),
        1 => json!(dice.below(3)),
        2 | 3 => json!(format!("like:{}", name(dice))),
        _ => json!(name(dice)),
    }
}
