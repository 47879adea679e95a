//! `SharedDict` in the programs of `live`.

use super::literal::Dialect;
use super::live_steps::{DICTS, ITERATORS, Over, Player, Step, View};
use hedgerow::object::{Elements, ObjectError, SharedDict, SharedIter, Value, hash, repr_for};

/// Two dicts, each a value that may be in both.
pub(super) struct Shared<'a> {
    values: Vec<Value>,
    dialect: &'a Dialect,
    dicts: [SharedDict; DICTS],
    iterators: [Option<Open>; ITERATORS],
}

/// An iterator.
enum Open {
    One(SharedIter<Value>),
    Pair(SharedIter<(Value, Value)>),
}

impl<'a> Shared<'a> {
    pub(super) fn new(mut values: Vec<Value>, dialect: &'a Dialect) -> Self {
        let dicts = [(); DICTS].map(|()| SharedDict::new(dialect.policy.clone()));
        values.extend(dicts.iter().map(SharedDict::to_value));
        Shared { values, dialect, dicts, iterators: [const { None }; ITERATORS] }
    }

    fn shown(&self, value: &Value) -> Result<String, ObjectError> {
        repr_for(value, self.dialect.unicode)
    }

    fn change(&self, step: &Step) -> Option<Result<Value, ObjectError>> {
        let (dicts, values) = (&self.dicts, &self.values);
        let none = |()| Value::None;
        Some(match *step {
            Step::Set(dict, key, value) => {
                dicts[dict].insert(values[key].clone(), values[value].clone()).map(|_| Value::None)
            }
            Step::Delete(dict, key) => dicts[dict].del_item(&values[key]).map(none),
            Step::Pop(dict, key) => dicts[dict].pop(&values[key]),
            Step::SetDefault(dict, key, value) => {
                dicts[dict].setdefault(values[key].clone(), values[value].clone())
            }
            Step::PopItem(dict) => {
                dicts[dict].popitem().map(|(key, value)| Value::tuple([key, value]))
            }
            Step::Clear(dict) => {
                dicts[dict].clear();
                Ok(Value::None)
            }
            Step::Update(dict, value) => dicts[dict].update(&values[value]).map(none),
            Step::UpdateOf(dict) => dicts[dict].update(&dicts[1 - dict]).map(none),
            Step::Get(dict, key) => {
                dicts[dict].get(&values[key]).map(|value| value.unwrap_or(Value::None))
            }
            Step::Item(dict, key) => dicts[dict].get_item(&values[key]),
            Step::Contains(dict, key) => dicts[dict].contains_key(&values[key]).map(Value::from),
            Step::InValues(dict, value) => {
                dicts[dict].values().contains(&values[value]).map(Value::from)
            }
            Step::InItems(dict, key, value) => {
                let pair = Value::tuple([values[key].clone(), values[value].clone()]);
                dicts[dict].items().contains(&pair).map(Value::from)
            }
            Step::Hash(dict) => {
                hash(&dicts[dict].to_value(), &self.dialect.policy).map(Value::from)
            }
            Step::EqualTo(dict) => dicts[dict].equal(&dicts[1 - dict]).map(Value::from),
            _ => return None,
        })
    }

    fn open(&self, dict: usize, over: Over) -> Open {
        let dict = &self.dicts[dict];
        let (keys, values, items) = (dict.keys(), dict.values(), dict.items());
        match (over.view, over.is_reversed) {
            (View::Keys, false) => Open::One(keys.iter()),
            (View::Keys, true) => Open::One(keys.iter_reversed()),
            (View::Values, false) => Open::One(values.iter()),
            (View::Values, true) => Open::One(values.iter_reversed()),
            (View::Items, false) => Open::Pair(items.iter()),
            (View::Items, true) => Open::Pair(items.iter_reversed()),
        }
    }

    fn next(&mut self, iterator: usize) -> Result<String, ObjectError> {
        let found = match &mut self.iterators[iterator] {
            None => return Ok("closed".to_owned()),
            Some(Open::One(iter)) => iter.next().transpose()?,
            Some(Open::Pair(iter)) => iter.next().transpose()?.map(|(a, b)| Value::tuple([a, b])),
        };
        match found {
            Some(value) => self.shown(&value),
            None => Ok("end".to_owned()),
        }
    }
}

impl Player for Shared<'_> {
    fn step(&mut self, step: &Step) -> Result<String, ObjectError> {
        if let Some(result) = self.change(step) {
            return self.shown(&result?);
        }
        let dicts = &self.dicts;
        match step {
            Step::Show(dict) => dicts[*dict].repr(),
            Step::Views(dict) => {
                let dict = &dicts[*dict];
                let (keys, values) = (dict.keys().repr()?, dict.values().repr()?);
                Ok(format!("[{keys}, {values}, {}]", dict.items().repr()?))
            }
            Step::Reversed(dict) => {
                let keys: Result<Vec<Value>, ObjectError> =
                    dicts[*dict].keys().iter_reversed().collect();
                self.shown(&Value::tuple(keys?))
            }
            Step::Copy(dict) => dicts[*dict].to_dict().repr(),
            Step::Union(dict, value) => dicts[*dict].to_dict().union(&self.values[*value])?.repr(),
            Step::UnionOf(dict) => dicts[*dict].to_dict().union(&dicts[1 - dict])?.repr(),
            Step::View(dict, operation) => {
                let (dict, policy) = (&dicts[*dict], &self.dialect.policy);
                match operation.is_of_items() {
                    true => operation.play_on(&dict.items(), &self.values, policy),
                    false => operation.play_on(&dict.keys(), &self.values, policy),
                }
            }
            Step::Open(iterator, dict, over) => {
                self.iterators[*iterator] = Some(self.open(*dict, *over));
                Ok("opened".to_owned())
            }
            Step::Next(iterator) => self.next(*iterator),
            Step::Left(iterator) => Ok(match &self.iterators[*iterator] {
                None => "closed".to_owned(),
                Some(Open::One(iter)) => iter.remaining().to_string(),
                Some(Open::Pair(iter)) => iter.remaining().to_string(),
            }),
            _ => unreachable!("a step that `change` plays"),
        }
    }

    fn keys(&self, dict: usize) -> Vec<Value> {
        self.dicts[dict].to_dict().iter().map(|(key, _)| key.clone()).collect()
    }

    fn items(&self, dict: usize) -> Result<String, ObjectError> {
        let shown = |value| self.shown(value);
        let copy = self.dicts[dict].to_dict();
        let pairs: Result<Vec<String>, ObjectError> = copy
            .iter()
            .map(|(key, value)| Ok(format!("({}, {})", shown(key)?, shown(value)?)))
            .collect();
        Ok(format!("[{}]", pairs?.join(", ")))
    }
}

impl Drop for Shared<'_> {
    /// Dicts that hold each other are freed by nobody else.
    fn drop(&mut self) {
        for dict in &self.dicts {
            dict.check().expect("a sound dict");
            dict.clear();
        }
    }
}
