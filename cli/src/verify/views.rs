//! Operations on the views of a dict, with operands of every kind on both sides.

use fastrand::Rng;
use hedgerow::object::{
    Dict, Elements, ElementsKind, HashPolicy, ObjectError, Set, SetView, Value, Visit,
};
use serde::Serialize;

const OPERATORS: [&str; 10] = ["&", "|", "-", "^", "==", "<=", "<", ">=", ">", "isdisjoint"];
const KINDS: [&str; 8] = ["keys", "items", "dict", "set", "frozenset", "list", "iterator", "value"];

/// One operation on a view of `d`. Numbers are indices of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Operation {
    /// Whether the view is that of the items.
    of_items: bool,
    operator: &'static str,
    kind: &'static str,
    /// Of dicts and their views, pairs; else the elements. For sets the second number tells which
    /// elements are removed again.
    operand: Vec<(usize, usize)>,
    /// Whether the view is the right operand.
    is_reflected: bool,
}

impl Operation {
    pub(super) fn random(rng: &mut Rng, count: usize) -> Operation {
        let operator = OPERATORS[rng.usize(0..OPERATORS.len())];
        let kind = KINDS[rng.usize(0..KINDS.len())];
        let size = if kind == "value" { 1 } else { rng.usize(0..2 * count) };
        let operand = (0..size).map(|_| (rng.usize(0..count), rng.usize(0..count))).collect();
        let may_be_reflected = "|-^".contains(operator) && !["keys", "items"].contains(&kind);
        let is_reflected = may_be_reflected && rng.bool();
        Operation { of_items: rng.bool(), operator, kind, operand, is_reflected }
    }

    /// Plays it, and returns the repr of the result: of a set, the list of its elements.
    pub(super) fn play(
        &self,
        dict: &Dict,
        values: &[Value],
        policy: &HashPolicy,
    ) -> Result<String, ObjectError> {
        if self.is_of_items() {
            self.play_on(&dict.items(), values, policy)
        } else {
            self.play_on(&dict.keys(), values, policy)
        }
    }

    pub(super) fn is_of_items(&self) -> bool {
        self.of_items
    }

    /// Plays it on this view, which [`is_of_items`](Operation::is_of_items) tells apart.
    pub(super) fn play_on(
        &self,
        view: &impl SetView,
        values: &[Value],
        policy: &HashPolicy,
    ) -> Result<String, ObjectError> {
        let elements: Vec<Value> =
            self.operand.iter().map(|&(index, _)| values[index].clone()).collect();
        let dict = || dict_of(&self.operand, values, policy);
        match self.kind {
            "keys" => self.operate(view, &dict()?.keys()),
            "items" => self.operate(view, &dict()?.items()),
            "dict" => self.operate(view, &dict()?),
            "set" => self.operate(view, &self.set(values, policy)?),
            "frozenset" => self.operate(view, &self.set(values, policy)?.to_frozen_set()?),
            "list" => self.operate(view, elements.as_slice()),
            "iterator" => self.operate(view, &Once(&elements)),
            _ => self.operate(view, &elements[0]),
        }
    }

    /// A set that has had more items.
    fn set(&self, values: &[Value], policy: &HashPolicy) -> Result<Set, ObjectError> {
        let mut set = Set::new(policy.clone());
        for &(index, removed) in &self.operand {
            set.add(values[index].clone())?;
            if removed % 3 == 0 {
                set.discard(&values[removed])?;
            }
        }
        Ok(set)
    }

    fn operate<E: Elements + ?Sized>(
        &self,
        view: &impl SetView,
        other: &E,
    ) -> Result<String, ObjectError> {
        let truth = |truth: bool| if truth { "True".to_owned() } else { "False".to_owned() };
        let set = match self.operator {
            "&" => view.intersection(other)?,
            "|" if self.is_reflected => view.reflected_union(other)?,
            "|" => view.union(other)?,
            "-" if self.is_reflected => view.reflected_difference(other)?,
            "-" => view.difference(other)?,
            "^" if self.is_reflected => view.reflected_symmetric_difference(other)?,
            "^" => view.symmetric_difference(other)?,
            "==" => return view.equal(other).map(truth),
            "<=" => return view.is_subset(other).map(truth),
            "<" => return view.is_proper_subset(other).map(truth),
            ">=" => return view.is_superset(other).map(truth),
            ">" => return view.is_proper_superset(other).map(truth),
            _ => return view.is_disjoint(other).map(truth),
        };
        let frozen = set.to_frozen_set()?;
        let mut again = Set::new(set.policy().clone());
        again.update(&frozen)?;
        Ok(format!("{} {}", set.repr()?, again.repr()?))
    }

    /// As Python code.
    pub(super) fn shown(&self, shown: &impl Fn(&usize) -> String) -> String {
        let view = if self.of_items { "d.items()" } else { "d.keys()" };
        let pairs = shown_pairs(&self.operand, shown);
        let elements: Vec<String> = self.operand.iter().map(|(index, _)| shown(index)).collect();
        let elements = format!("[{}]", elements.join(", "));
        let other = match self.kind {
            "dict" => pairs,
            "keys" | "items" => format!("{pairs}.{}()", self.kind),
            "set" | "frozenset" => {
                let steps = self.operand.iter().map(|(index, removed)| match removed % 3 {
                    0 => format!("add({}), discard({})", shown(index), shown(removed)),
                    _ => format!("add({})", shown(index)),
                });
                format!("{} of {}", self.kind, steps.collect::<Vec<_>>().join(", "))
            }
            "iterator" => format!("iter({elements})"),
            "list" => elements,
            _ => shown(&self.operand[0].0),
        };
        match (self.operator, self.is_reflected) {
            ("isdisjoint", _) => format!("{view}.isdisjoint({other})"),
            (operator, false) => format!("{view} {operator} {other}"),
            (operator, true) => format!("{other} {operator} {view}"),
        }
    }
}

/// A dict of pairs.
pub(super) fn dict_of(
    pairs: &[(usize, usize)],
    values: &[Value],
    policy: &HashPolicy,
) -> Result<Dict, ObjectError> {
    let mut dict = Dict::new(policy.clone());
    for &(key, value) in pairs {
        dict.insert(values[key].clone(), values[value].clone())?;
    }
    Ok(dict)
}

/// A dict of pairs as Python code.
pub(super) fn shown_pairs(pairs: &[(usize, usize)], shown: &impl Fn(&usize) -> String) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value))).collect();
    format!("{{{}}}", pairs.join(", "))
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
