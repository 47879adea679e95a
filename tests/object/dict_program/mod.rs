//! Programs of dicts, which CPython runs too. `tests/vectors/dict.py` describes them.

use std::any::Any;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hedgerow::object::{
    Comparison, Elements, HashPolicy, Merge, Object, ObjectError, ObjectRef, PersistentStore, Set,
    SetView, SharedDict, Value, repr,
};
use serde_json::Value as Json;

use crate::oracle;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/dict.py");

/// The results of programs in python3 (or `HEDGEROW_PYTHON`); `None` if there is no such program.
pub(crate) fn ask(seed: u32, programs: &Json) -> Option<Json> {
    oracle::ask_script(&[SCRIPT], Some(seed), &serde_json::json!({ "programs": programs }))
}

/// A program that is running. Its keys refer to it, and run steps of their own.
#[derive(Clone)]
pub(crate) struct Program(Arc<Inner>);

struct Inner {
    policy: HashPolicy,
    dict: Mutex<SharedDict>,
    other: Mutex<SharedDict>,
    keys: Mutex<Vec<Value>>,
    values: Vec<Value>,
    log: Mutex<Vec<String>>,
    /// How many of the running steps insert a key.
    inserting: AtomicUsize,
}

/// Runs a program here, and returns its log.
pub(crate) fn run(spec: &Json, policy: &HashPolicy) -> Vec<String> {
    let build = |form: &Json| match form.as_str() {
        Some("list") => Value::from(ObjectRef::new(List)),
        _ => oracle::build(form, policy),
    };
    let program = Program(Arc::new(Inner {
        policy: policy.clone(),
        dict: Mutex::new(SharedDict::new(policy.clone())),
        other: Mutex::new(SharedDict::new(policy.clone())),
        keys: Mutex::default(),
        values: list(&spec["values"]).iter().map(build).collect(),
        log: Mutex::default(),
        inserting: AtomicUsize::new(0),
    }));
    let keys = list(&spec["keys"]).iter().map(|key| Key::build(key, &program)).collect();
    *program.0.keys.lock().unwrap() = keys;
    for step in list(&spec["steps"]) {
        program.play(step);
    }
    program.dict().check().unwrap();
    let log = program.0.log.lock().unwrap().clone();
    // The keys refer to the program, and the program to the keys.
    program.0.keys.lock().unwrap().clear();
    program.dict().clear();
    program.other().clear();
    log
}

/// An unhashable object.
struct List;

impl Object for List {
    fn type_name(&self) -> &str {
        "List"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable("List"))
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok("[...]".to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A key that logs its comparisons, and runs steps during them.
struct Key {
    program: Program,
    name: String,
    hash: i64,
    group: Option<i64>,
    acts: Mutex<VecDeque<Vec<Json>>>,
}

impl Key {
    fn build(spec: &Json, program: &Program) -> Value {
        let acts = list(&spec["acts"]).iter().map(|act| list(act).to_vec()).collect();
        Value::from(ObjectRef::new(Key {
            program: program.clone(),
            name: text(&spec["name"]).to_string(),
            hash: spec["hash"].as_i64().expect("a hash"),
            group: spec["group"].as_i64(),
            acts: Mutex::new(acts),
        }))
    }
}

impl Object for Key {
    fn type_name(&self) -> &str {
        "Key"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(self.hash)
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(self.name.clone())
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        self.program.say(format!("{}=={}", self.name, repr(other)?));
        let act = self.acts.lock().unwrap().pop_front();
        for step in act.unwrap_or_default() {
            if text(&step[0]) == "raise" {
                return Err(ObjectError::Value(self.name.clone()));
            }
            self.program.play(&step);
        }
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        let other = other.downcast_ref::<Key>();
        Ok(match (self.group, other.map(|other| other.group)) {
            (None, _) | (_, None) => Comparison::NotImplemented,
            (Some(mine), Some(theirs)) if Some(mine) == theirs => Comparison::Equal,
            _ => Comparison::Different,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Program {
    fn say(&self, line: String) {
        self.0.log.lock().unwrap().push(line);
    }

    fn dict(&self) -> SharedDict {
        self.0.dict.lock().unwrap().clone()
    }

    fn other(&self) -> SharedDict {
        self.0.other.lock().unwrap().clone()
    }

    fn operand(&self, name: &Json) -> Value {
        let (kind, index) = text(name).split_at(1);
        let index: usize = index.parse().expect("an index");
        if kind == "k" {
            self.0.keys.lock().unwrap()[index].clone()
        } else {
            self.0.values[index].clone()
        }
    }

    fn play(&self, step: &Json) {
        let inserts = usize::from(["set", "setdefault"].contains(&text(&step[0])));
        self.0.inserting.fetch_add(inserts, Ordering::Relaxed);
        let line = match self.step(step) {
            Ok(result) => result,
            Err(error) => format!("{}: {error}", error.python_type()),
        };
        self.0.inserting.fetch_sub(inserts, Ordering::Relaxed);
        self.say(format!("{} {line}", text(&step[0])));
    }

    fn step(&self, step: &Json) -> Result<String, ObjectError> {
        let dict = self.dict();
        let operand = |place: usize| self.operand(&step[place]);
        let none = || "None".to_string();
        match text(&step[0]) {
            "set" => dict.insert(operand(1), operand(2)).map(|_| none()),
            "set_other" => self.other().insert(operand(1), operand(2)).map(|_| none()),
            "get" => shown(&dict.get(&operand(1))?.unwrap_or(Value::None)),
            "get_item" => shown(&dict.get_item(&operand(1))?),
            "contains" => dict.contains_key(&operand(1)).map(truth),
            "setdefault" => shown(&dict.setdefault(operand(1), operand(2))?),
            "pop" => shown(&dict.pop(&operand(1))?),
            "pop_or" => shown(&dict.pop_or(&operand(1), operand(2))?),
            "popitem" => shown(&Value::tuple(<[Value; 2]>::from(dict.popitem()?))),
            "del" => dict.del_item(&operand(1)).map(|()| none()),
            "clear" if self.0.inserting.load(Ordering::Relaxed) > 0 => Ok("skipped".to_string()),
            "clear" => {
                dict.clear();
                Ok(none())
            }
            "update" => dict.update(&operand(1)).map(|()| none()),
            "update_other" => dict.update(&self.other()).map(|()| none()),
            "merge_absent" => dict.merge(&self.other(), Merge::IfAbsent).map(|()| none()),
            "swap" => {
                std::mem::swap(
                    &mut *self.0.dict.lock().unwrap(),
                    &mut *self.0.other.lock().unwrap(),
                );
                Ok(none())
            }
            "equal" => dict.equal(&self.other()).map(truth),
            "show" => self.show(),
            "views" => Ok(format!(
                "[{}, {}, {}]",
                dict.keys().repr()?,
                dict.values().repr()?,
                dict.items().repr()?
            )),
            "in_values" => dict.values().contains(&operand(1)).map(truth),
            "in_items" => dict.items().contains(&Value::tuple([operand(1), operand(2)])).map(truth),
            "view" if text(&step[1]) == "keys" => self.view(&dict.keys(), step),
            "view" => self.view(&dict.items(), step),
            "iterate" => self.iterate(step).map(|()| none()),
            "again" => {
                self.again(list(&step[1]));
                Ok(none())
            }
            "hamt" => self.hamt(list(&step[1])),
            other => panic!("no such step: {other}"),
        }
    }

    fn show(&self) -> Result<String, ObjectError> {
        let dict = self.dict();
        let reversed: Result<Vec<_>, _> = dict.items().iter_reversed().collect();
        let pairs: Vec<Value> =
            reversed?.into_iter().map(|pair| Value::tuple(<[Value; 2]>::from(pair))).collect();
        Ok(format!(
            "[{}, {}, {}, {}]",
            dict.len(),
            dict.repr()?,
            listed(pairs)?,
            dict.to_dict().repr()?
        ))
    }

    fn view(&self, left: &impl SetView, step: &Json) -> Result<String, ObjectError> {
        let (operator, kind) = (text(&step[2]), text(&step[3]));
        let other = self.other();
        match kind {
            "keys" => return operate(left, operator, &other.keys()),
            "items" => return operate(left, operator, &other.items()),
            _ => {}
        }
        let right = self.operand(&step[4]);
        if kind == "value" {
            return operate(left, operator, &right);
        }
        let mut elements = Vec::new();
        right.visit(&mut |element| {
            elements.push(element);
            Ok(ControlFlow::Continue(()))
        })?;
        if kind == "list" {
            return operate(left, operator, elements.as_slice());
        }
        let mut set = Set::new(self.0.policy.clone());
        for element in elements {
            set.add(element)?;
        }
        operate(left, operator, &set)
    }

    fn iterate(&self, step: &Json) -> Result<(), ObjectError> {
        let dict = self.dict();
        let backward = step[2].as_bool().expect("a direction");
        let pair = |pair: Result<(Value, Value), ObjectError>| {
            pair.map(|pair| Value::tuple(<[Value; 2]>::from(pair)))
        };
        let items: Box<dyn Iterator<Item = Result<Value, ObjectError>>> =
            match (text(&step[1]), backward) {
                ("keys", false) => Box::new(dict.keys().iter()),
                ("keys", true) => Box::new(dict.keys().iter_reversed()),
                ("values", false) => Box::new(dict.values().iter()),
                ("values", true) => Box::new(dict.values().iter_reversed()),
                (_, false) => Box::new(dict.items().iter().map(pair)),
                (_, true) => Box::new(dict.items().iter_reversed().map(pair)),
            };
        for (place, item) in items.enumerate() {
            self.say(format!("item {}", repr(&item?)?));
            let due = |act: &&Json| act[0].as_u64() == Some(place as u64);
            if let Some(act) = list(&step[3]).iter().rev().find(due) {
                self.play(&act[1]);
            }
        }
        Ok(())
    }

    fn again(&self, steps: &[Json]) {
        let mut keys = self.dict().keys().iter();
        let _ = keys.next();
        steps.iter().for_each(|step| self.play(step));
        for _ in 0..3 {
            let line = match keys.next() {
                None => "'ended'".to_string(),
                Some(Ok(key)) => repr(&key).unwrap(),
                Some(Err(error)) => error.to_string(),
            };
            self.say(format!("next {line}"));
        }
    }

    fn hamt(&self, steps: &[Json]) -> Result<String, ObjectError> {
        let store = PersistentStore::new(self.0.policy.clone());
        let mut map = store.empty();
        for step in steps {
            let key = self.operand(&step[0]);
            map = match step.get(1) {
                Some(value) => map.insert(key, self.operand(value))?,
                None => map.remove(&key)?.unwrap_or(map),
            };
            store.check().unwrap();
        }
        let items = map.items().map(|pair| Value::tuple(<[Value; 2]>::from(pair)));
        Ok(format!(
            "[{}, {}, {}, {}, {}, {}]",
            map.len(),
            listed(map.keys())?,
            listed(map.values())?,
            listed(items)?,
            map.hash()?,
            map.repr()?
        ))
    }
}

fn operate<E: Elements + ?Sized>(
    left: &impl SetView,
    operator: &str,
    right: &E,
) -> Result<String, ObjectError> {
    let set = match operator {
        "&" => left.intersection(right)?,
        "|" => left.union(right)?,
        "-" => left.difference(right)?,
        "^" => left.symmetric_difference(right)?,
        "==" => return left.equal(right).map(truth),
        "<=" => return left.is_subset(right).map(truth),
        "<" => return left.is_proper_subset(right).map(truth),
        ">=" => return left.is_superset(right).map(truth),
        ">" => return left.is_proper_superset(right).map(truth),
        _ => return left.is_disjoint(right).map(truth),
    };
    let mut reprs = set.iter().map(repr).collect::<Result<Vec<_>, _>>()?;
    reprs.sort();
    listed(reprs.iter().map(|text| Value::from(text.as_str())))
}

fn shown(value: &Value) -> Result<String, ObjectError> {
    repr(value)
}

/// `repr(list(values))`.
fn listed(values: impl IntoIterator<Item = Value>) -> Result<String, ObjectError> {
    let reprs: Result<Vec<_>, _> = values.into_iter().map(|value| repr(&value)).collect();
    Ok(format!("[{}]", reprs?.join(", ")))
}

fn truth(truth: bool) -> String {
    if truth { "True".to_string() } else { "False".to_string() }
}

fn text(json: &Json) -> &str {
    json.as_str().expect("text")
}

fn list(json: &Json) -> &[Json] {
    json.as_array().expect("a list")
}
