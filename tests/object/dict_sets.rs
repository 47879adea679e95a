//! Set operations of views with every kind of operand on both sides, beside CPython.
//!
//! The bugs this hunts: the elements of the wrong operand; an operand that is hashed, or iterated
//! over, where CPython does not; a result in another order, because its table was filled in other
//! steps; an error with other words.

use crate::oracle;
use std::any::Any;
use std::ops::ControlFlow;

use crate::support::Dice;
use hedgerow::object::{
    Comparison, Dict, Elements, ElementsKind, HashPolicy, Object, ObjectError, ObjectRef, Set,
    SetView, Value, Visit, repr,
};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/sets.py");
const VIEWS: [&str; 2] = ["keys", "items"];
const OTHERS: [&str; 9] =
    ["keys", "items", "dict", "set", "frozenset", "list", "tuple", "iterator", "int"];
const OPERATORS: [&str; 11] = ["&", "|", "-", "^", "==", "<=", "<", ">=", ">", "isdisjoint", "set"];

#[test]
fn random_operands_beside_cpython() {
    let mut dice = Dice(20_261_130);
    let questions: Vec<Json> = (0..6000).map(|_| question(&mut dice)).collect();
    oracle::compare_live(SCRIPT, &questions, answer);
}

/// The answers of CPython 3.11 to 3.15 to some of these questions, for machines without it.
#[test]
fn recorded_operands() {
    oracle::compare_recorded(include_str!("../vectors/sets.json"), answer);
}

/// Elements that only the runtime can iterate over, and sets of its own.
#[test]
fn a_set_of_the_runtime_is_a_set() {
    struct Own(Vec<Value>);
    impl Elements for Own {
        fn kind(&self) -> ElementsKind {
            ElementsKind::Set
        }
        fn type_name(&self) -> &str {
            "Own"
        }
        fn count(&self) -> Option<usize> {
            Some(self.0.len())
        }
        fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
            self.0.as_slice().visit(visit)
        }
    }
    let mut dict = Dict::new(HashPolicy::cpython(0));
    dict.update(&Value::tuple([Value::tuple([1.into(), 2.into()])])).unwrap();
    let own = Own(vec![1.0.into(), 3.into()]);
    let shown = |set: Set| set.repr().unwrap();
    assert_eq!(shown(dict.keys().intersection(&own).unwrap()), "{1}");
    assert_eq!(shown(dict.keys().union(&own).unwrap()), "{1, 3}");
    assert_eq!(shown(dict.keys().reflected_union(&own).unwrap()), "{1.0, 3}");
    assert_eq!(shown(dict.keys().difference(&own).unwrap()), "set()");
    assert!(dict.keys().is_proper_subset(&own).unwrap() && !dict.keys().equal(&own).unwrap());
    let huge = Huge;
    let refused = dict.keys().union(&huge).unwrap_err();
    assert!(matches!(refused, ObjectError::Store(_)), "{refused:?}");
}

/// A set that says it has more items than memory holds.
struct Huge;

impl Elements for Huge {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Set
    }

    fn type_name(&self) -> &str {
        "Huge"
    }

    fn count(&self) -> Option<usize> {
        Some(usize::MAX)
    }

    fn visit(&self, _visit: Visit<'_>) -> Result<(), ObjectError> {
        Ok(())
    }
}

/// Unhashable. All of them are equal.
struct List;

impl Object for List {
    fn type_name(&self) -> &str {
        "List"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable("List"))
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        let alike = other.downcast_ref::<List>().is_some();
        Ok(if alike { Comparison::Equal } else { Comparison::NotImplemented })
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok("[]".to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An operand: each is also the left one if it is a view.
enum Operand {
    Keys(Dict),
    Items(Dict),
    Dict(Dict),
    Set(Set),
    Value(Value),
    Elements(&'static str, Vec<Value>),
}

fn answer(question: &Json, policy: &HashPolicy) -> Result<String, ObjectError> {
    let (view, other) = (build(&question[0], policy), build(&question[2], policy));
    let operator = question[1].as_str().unwrap();
    let reflected = question[3].as_bool().unwrap();
    match &view {
        Operand::Keys(dict) => with_other(&dict.keys(), operator, &other, reflected),
        Operand::Items(dict) => with_other(&dict.items(), operator, &other, reflected),
        _ => panic!("no view: {question}"),
    }
}

fn with_other(
    view: &impl SetView,
    operator: &str,
    other: &Operand,
    reflected: bool,
) -> Result<String, ObjectError> {
    match other {
        Operand::Keys(dict) => operate(view, operator, &dict.keys(), reflected),
        Operand::Items(dict) => operate(view, operator, &dict.items(), reflected),
        Operand::Dict(dict) => operate(view, operator, dict, reflected),
        Operand::Set(set) => operate(view, operator, set, reflected),
        Operand::Value(value) => operate(view, operator, value, reflected),
        Operand::Elements("list", list) => operate(view, operator, list.as_slice(), reflected),
        Operand::Elements(_, list) => operate(view, operator, &Once(list), reflected),
    }
}

fn operate<E: Elements + ?Sized>(
    view: &impl SetView,
    operator: &str,
    other: &E,
    reflected: bool,
) -> Result<String, ObjectError> {
    let truth = |truth: bool| if truth { "True".to_string() } else { "False".to_string() };
    let set = match operator {
        "&" => view.intersection(other)?,
        "|" if reflected => view.reflected_union(other)?,
        "|" => view.union(other)?,
        "-" if reflected => view.reflected_difference(other)?,
        "-" => view.difference(other)?,
        "^" if reflected => view.reflected_symmetric_difference(other)?,
        "^" => view.symmetric_difference(other)?,
        "==" => return view.equal(other).map(truth),
        "<=" => return view.is_subset(other).map(truth),
        "<" => return view.is_proper_subset(other).map(truth),
        ">=" => return view.is_superset(other).map(truth),
        ">" => return view.is_proper_superset(other).map(truth),
        "isdisjoint" => return view.is_disjoint(other).map(truth),
        _ if reflected => view.to_set()?,
        _ => Set::from_elements(other, view.policy().clone())?,
    };
    let Value::FrozenSet(frozen) = set.to_frozen_set()? else { panic!("no frozenset") };
    let listed = |items: Vec<&Value>| repr_list(items.into_iter());
    Ok(format!("{} {}", listed(set.iter().collect()), listed(frozen.iter().collect())))
}

fn repr_list<'a>(items: impl Iterator<Item = &'a Value>) -> String {
    let items: Vec<String> = items.map(|item| repr(item).unwrap()).collect();
    format!("[{}]", items.join(", "))
}

/// An iterator of the runtime.
struct Once<'a>(&'a [Value]);

impl Elements for Once<'_> {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Iterable
    }

    fn type_name(&self) -> &str {
        "list_iterator"
    }

    fn count(&self) -> Option<usize> {
        None
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        self.0.visit(visit)
    }
}

fn build(form: &Json, policy: &HashPolicy) -> Operand {
    let none = Vec::new();
    let steps = form[1].as_array().unwrap_or(&none);
    let elements = || steps.iter().map(element).collect::<Vec<Value>>();
    match form[0].as_str().unwrap() {
        "keys" => Operand::Keys(build_dict(steps, policy)),
        "items" => Operand::Items(build_dict(steps, policy)),
        "dict" => Operand::Dict(build_dict(steps, policy)),
        "set" => Operand::Set(build_set(steps, policy)),
        "frozenset" => Operand::Value(build_set(steps, policy).to_frozen_set().unwrap()),
        "list" => Operand::Elements("list", elements()),
        "iterator" => Operand::Elements("iterator", elements()),
        "tuple" => Operand::Value(Value::tuple(elements())),
        _ => Operand::Value(5.into()),
    }
}

fn build_dict(steps: &[Json], policy: &HashPolicy) -> Dict {
    let mut dict = Dict::new(policy.clone());
    for step in steps {
        match step.get(1) {
            Some(value) => drop(dict.insert(element(&step[0]), element(value)).unwrap()),
            None => drop(dict.remove(&element(&step[0])).unwrap()),
        }
    }
    dict
}

fn build_set(steps: &[Json], policy: &HashPolicy) -> Set {
    let mut set = Set::new(policy.clone());
    for step in steps {
        match (step[0].as_str(), step.get(1)) {
            (Some("update"), Some(other)) => match build(other, policy) {
                Operand::Keys(dict) => set.update(&dict.keys()).unwrap(),
                Operand::Items(dict) => set.update(&dict.items()).unwrap(),
                Operand::Dict(dict) => set.update(&dict).unwrap(),
                Operand::Set(other) => set.update(&other).unwrap(),
                Operand::Value(value) => set.update(&value).unwrap(),
                Operand::Elements(_, list) => set.update(list.as_slice()).unwrap(),
            },
            (_, Some(_)) => drop(set.discard(&element(&step[0])).unwrap()),
            (_, None) => set.add(element(&step[0])).unwrap(),
        }
    }
    set
}

fn element(form: &Json) -> Value {
    match form {
        Json::Array(items) => Value::tuple(items.iter().map(element)),
        Json::Number(int) => int.as_i64().unwrap().into(),
        _ => match form.as_str().unwrap() {
            "True" => true.into(),
            "[]" => Value::from(ObjectRef::new(List)),
            float => float.parse::<f64>().unwrap().into(),
        },
    }
}

fn question(dice: &mut Dice) -> Json {
    let kind = VIEWS[dice.below(2)];
    let view = operand(dice, kind, true);
    let kind = OTHERS[dice.below(OTHERS.len())];
    let other = operand(dice, kind, true);
    let operator = OPERATORS[dice.below(OPERATORS.len())];
    let comparison = ["==", "<=", "<", ">=", ">", "isdisjoint"].contains(&operator);
    let reflected = !comparison && !VIEWS.contains(&kind) && dice.below(2) == 0;
    json!([view, operator, other, reflected])
}

fn operand(dice: &mut Dice, kind: &str, nested: bool) -> Json {
    let count = match dice.below(12) {
        0 => 0,
        1..9 => dice.below(9),
        9..11 => dice.below(60),
        _ => dice.below(300),
    };
    let steps: Vec<Json> = (0..count)
        .map(|_| match kind {
            "keys" | "items" | "dict" if dice.below(5) == 0 => json!([hashable(dice)]),
            "keys" | "dict" => json!([hashable(dice), 0]),
            "items" => json!([hashable(dice), any(dice, 30)]),
            "set" | "frozenset" => match dice.below(if nested { 9 } else { 6 }) {
                0 | 1 => json!([hashable(dice), "discard"]),
                6 if dice.below(4) == 0 => {
                    let kinds = ["keys", "dict", "set", "frozenset", "list"];
                    let kind = kinds[dice.below(kinds.len())];
                    let operand = operand(dice, kind, false);
                    if operand.to_string().contains("[]\"") {
                        json!([1])
                    } else {
                        json!(["update", operand])
                    }
                }
                _ => json!([hashable(dice)]),
            },
            _ => any(dice, 40),
        })
        .collect();
    if kind == "int" { json!(["int"]) } else { json!([kind, steps]) }
}

/// A hashable element: one of few, whose hashes meet in small tables.
fn hashable(dice: &mut Dice) -> Json {
    let int = match dice.below(6) {
        0 => dice.below(4) as i64 - 2,
        1 => 8 * dice.below(6) as i64,
        2 => (dice.below(5) as i64) << 32,
        3 => dice.below(500) as i64,
        _ => dice.below(20) as i64,
    };
    match dice.below(12) {
        0 => json!("True"),
        1 | 2 => json!(format!("{int}.0")),
        3 | 4 => json!([int, dice.below(3)]),
        _ => json!(int),
    }
}

/// An element that cannot be hashed once in so many.
fn any(dice: &mut Dice, once_in: usize) -> Json {
    match dice.below(once_in) {
        0 => json!("[]"),
        1 => json!([hashable(dice), "[]"]),
        _ => hashable(dice),
    }
}

/// The visits end when they are told to.
#[test]
fn a_visit_ends_early() {
    let set = Set::from_elements(&[1.into(), 2.into()], HashPolicy::cpython(0)).unwrap();
    let mut seen = 0;
    set.visit(&mut |_| {
        seen += 1;
        Ok(ControlFlow::Break(()))
    })
    .unwrap();
    assert_eq!(seen, 1);
}
