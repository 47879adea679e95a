//! `MappingProxy` in the programs of `live`.

use super::literal::Dialect;
use super::live_steps::{DICTS, ITERATORS, Over, Player, Step, View};
use hedgerow::object::{
    AsName, DictCursor, Elements, MappingProxy, Name, ObjectError, Source, TypeArena, TypeStore,
    Value, repr_for,
};

/// Two types, and the proxies of their dicts.
pub(super) struct Proxies<'a> {
    values: Vec<Value>,
    dialect: &'a Dialect,
    types: TypeStore<'a>,
    dicts: [MappingProxy; DICTS],
    iterators: [Option<(MappingProxy, DictCursor, View)>; ITERATORS],
}

impl Proxies<'_> {
    /// Plays on two new types.
    pub(super) fn with<T>(
        values: Vec<Value>,
        dialect: &Dialect,
        play: impl FnOnce(&mut Proxies<'_>) -> T,
    ) -> T {
        let arena = TypeArena::new();
        let mut types = TypeStore::without_descriptors(&arena, dialect.policy.clone());
        let dicts = [(); DICTS].map(|()| {
            let ty = types.create("C", &[]).expect("memory for a type");
            types.dict(ty).expect("a type of this store")
        });
        let iterators = [const { None }; ITERATORS];
        play(&mut Proxies { values, dialect, types, dicts, iterators })
    }

    fn shown(&self, value: &Value) -> Result<String, ObjectError> {
        repr_for(value, self.dialect.unicode)
    }

    /// A step that gives a value.
    fn value_of(&mut self, step: &Step) -> Result<Option<Value>, ObjectError> {
        let (dicts, values, types) = (&self.dicts, &self.values, &mut self.types);
        Ok(Some(match *step {
            Step::Set(dict, key, value) => {
                types.set(dicts[dict].ty(), &values[key], values[value].clone())?;
                Value::None
            }
            Step::Delete(dict, key) => {
                // What `del` of the dict behind the proxy fails with.
                let key = &values[key];
                dicts[dict].get_item(types, key)?;
                types.delete(dicts[dict].ty(), key)?;
                Value::None
            }
            Step::Get(dict, key) => {
                dicts[dict].get(types, &values[key])?.cloned().unwrap_or(Value::None)
            }
            Step::Item(dict, key) => dicts[dict].get_item(types, &values[key])?,
            Step::Contains(dict, key) => dicts[dict].contains(types, &values[key])?.into(),
            Step::InValues(dict, value) => {
                dicts[dict].values(types)?.contains(&values[value])?.into()
            }
            Step::InItems(dict, key, value) => {
                let pair = Value::tuple([values[key].clone(), values[value].clone()]);
                dicts[dict].items(types)?.contains(&pair)?.into()
            }
            Step::Hash(dict) => dicts[dict].hash(types)?.into(),
            Step::EqualTo(dict) => {
                let other = dicts[1 - dict].within(types)?;
                dicts[dict].equal(types, other)?.into()
            }
            _ => return Ok(None),
        }))
    }

    fn next(&mut self, iterator: usize) -> Result<String, ObjectError> {
        let Some((dict, cursor, view)) = &mut self.iterators[iterator] else {
            return Ok("closed".to_owned());
        };
        let Some((name, value)) = dict.advance(&self.types, cursor)? else {
            return Ok("end".to_owned());
        };
        let key = key_of(&self.types, name)?;
        let found = match view {
            View::Keys => key,
            View::Values => value,
            View::Items => Value::tuple([key, value]),
        };
        self.shown(&found)
    }

    fn open(&self, dict: usize, over: Over) -> Result<DictCursor, ObjectError> {
        match over.is_reversed {
            false => self.dicts[dict].cursor(&self.types),
            true => self.dicts[dict].cursor_reversed(&self.types),
        }
    }
}

impl Player for Proxies<'_> {
    fn step(&mut self, step: &Step) -> Result<String, ObjectError> {
        if let Some(value) = self.value_of(step)? {
            return self.shown(&value);
        }
        let (dicts, types) = (&self.dicts, &self.types);
        match step {
            Step::Show(dict) => dicts[*dict].repr(types),
            Step::Views(dict) => {
                let dict = dicts[*dict];
                let (keys, values) = (dict.keys(types)?.repr()?, dict.values(types)?.repr()?);
                Ok(format!("[{keys}, {values}, {}]", dict.items(types)?.repr()?))
            }
            Step::Reversed(dict) => {
                let keys = dicts[*dict].iter(types)?.rev();
                let keys: Result<Vec<Value>, ObjectError> =
                    keys.map(|(name, _)| key_of(types, name)).collect();
                self.shown(&Value::tuple(keys?))
            }
            Step::Copy(dict) => dicts[*dict].copied(types)?.repr(),
            Step::Union(dict, value) => dicts[*dict].union(types, &self.values[*value])?.repr(),
            Step::UnionOf(dict) => {
                let other = dicts[1 - dict].within(types)?;
                let mut both = dicts[*dict].copied(types)?;
                both.update(Source::Mapping(&other))?;
                both.repr()
            }
            Step::View(dict, operation) => {
                let (dict, policy) = (dicts[*dict], &self.dialect.policy);
                match operation.is_of_items() {
                    true => operation.play_on(&dict.items(types)?, &self.values, policy),
                    false => operation.play_on(&dict.keys(types)?, &self.values, policy),
                }
            }
            Step::Open(iterator, dict, over) => {
                let cursor = self.open(*dict, *over)?;
                self.iterators[*iterator] = Some((dicts[*dict], cursor, over.view));
                Ok("opened".to_owned())
            }
            Step::Next(iterator) => self.next(*iterator),
            // A cursor does not say.
            _ => Ok("left".to_owned()),
        }
    }

    fn keys(&self, dict: usize) -> Vec<Value> {
        let names = self.dicts[dict].iter(&self.types).expect("a type of this store");
        names.map(|(name, _)| key_of(&self.types, name).expect("a name of this store")).collect()
    }

    fn items(&self, dict: usize) -> Result<String, ObjectError> {
        let copy = self.dicts[dict].copied(&self.types)?;
        let pairs: Result<Vec<String>, ObjectError> = copy
            .iter()
            .map(|(key, value)| Ok(format!("({}, {})", self.shown(key)?, self.shown(value)?)))
            .collect();
        Ok(format!("[{}]", pairs?.join(", ")))
    }
}

/// The key of a name.
fn key_of(types: &TypeStore<'_>, name: Name) -> Result<Value, ObjectError> {
    name.name_str(types.names()).map(Value::Str)
}
