//! `update` and merging: from dicts, other mappings, pairs, and sequences of sequences.
//!
//! After `dict_merge`, `PyDict_MergeFromSeq2` and `dict_update_arg` of `Objects/dictobject.c`. As
//! in CPython, entries that were stored before an error stay.

use std::ops::ControlFlow;

use super::cursor::runtime;
use super::elements::Elements;
use super::key::hash_key;
use super::owned::Dict;
use super::persistent::PersistentDict;
use super::search::{TableAccess, find};
use super::shared::SharedDict;
use super::source::{Mapping, MappingKeys, Merge, Source, elements_of, not_iterable};
use super::write::{IfThere, TableAccessMut, store};
use crate::object::clip::clip_for;
use crate::object::hash::hash;
use crate::object::hash_policy::HashPolicy;
use crate::object::python_version::PythonVersion;
use crate::object::value::{ObjectError, Value};

impl Dict {
    /// `dict.fromkeys(keys, value)`: a dict in which each key has this value.
    ///
    /// ```
    /// use hedgerow::object::{Dict, HashPolicy, Value};
    ///
    /// let dict = Dict::from_keys(&Value::from("aba"), Value::None, HashPolicy::random())?;
    /// assert_eq!(dict.repr()?, "{'a': None, 'b': None}");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`insert`](Dict::insert), and what iterating over the keys fails with.
    pub fn from_keys<E: Elements + ?Sized>(
        keys: &E,
        value: Value,
        policy: HashPolicy,
    ) -> Result<Dict, ObjectError> {
        let mut dict = Dict::new(policy);
        keys.visit(&mut |key| {
            dict.insert(key, value.clone())?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(dict)
    }

    /// `dict | other`: a new dict, with the keys of this one first and the values of the other
    /// wherever both have a key. `dict |= other` is [`update`](Dict::update).
    ///
    /// # Errors
    ///
    /// As [`update`](Dict::update); [`ObjectError::Type`] if the other one is no dict.
    ///
    /// ```
    /// use hedgerow::object::{Dict, HashPolicy, Value};
    ///
    /// let one = Dict::from_keys(&[1.into(), 2.into()], 0.into(), HashPolicy::random())?;
    /// let two = Dict::from_keys(&[3.into(), 2.0.into()], 9.into(), HashPolicy::random())?;
    /// assert_eq!(one.union(&two)?.repr()?, "{1: 0, 2: 9, 3: 9}");
    /// let refused = one.union(&Value::from(5)).unwrap_err();
    /// assert_eq!(refused.to_string(), "unsupported operand type(s) for |: 'dict' and 'int'");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn union<'s>(&self, other: impl Into<Source<'s>>) -> Result<Dict, ObjectError> {
        union(self.copied(), other.into())
    }

    /// `dict.update(source)` and `dict |= source`, from a dict, another mapping, or an iterable of
    /// pairs as a value.
    ///
    /// # Errors
    ///
    /// As [`merge`](Dict::merge).
    pub fn update<'s>(&mut self, source: impl Into<Source<'s>>) -> Result<(), ObjectError> {
        self.merge(source, Merge::Replace)
    }

    /// Adds the entries of another mapping. `merge` says what happens to keys that are there
    /// already. Entries that were added before an error stay.
    ///
    /// # Errors
    ///
    /// As [`insert`](Dict::insert). [`ObjectError::Key`] under [`Merge::Unique`].
    /// [`ObjectError::Runtime`] if the other dict changes meanwhile. For a value that is no mapping
    /// as [`merge_sequence`](Dict::merge_sequence), and [`ObjectError::Type`] if it is not
    /// iterable.
    ///
    /// ```
    /// use hedgerow::object::{Dict, HashPolicy, Merge, Value};
    ///
    /// let mut dict = Dict::new(HashPolicy::random());
    /// dict.update(&Value::tuple([Value::from("ab"), Value::tuple([1.into(), 2.into()])]))?;
    /// let mut other = Dict::new(HashPolicy::random());
    /// other.insert("a".into(), 0.into())?;
    /// dict.merge(&other, Merge::IfAbsent)?;
    /// assert_eq!(dict.repr()?, "{'a': 'b', 1: 2}");
    /// assert_eq!(dict.merge(&other, Merge::Unique).unwrap_err().python_type(), "KeyError");
    /// let refused = dict.update(&Value::tuple([Value::from("abc")])).unwrap_err();
    /// let words = "dictionary update sequence element #0 has length 3; 2 is required";
    /// assert_eq!(refused.to_string(), words);
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn merge<'s>(
        &mut self,
        source: impl Into<Source<'s>>,
        merge: Merge,
    ) -> Result<(), ObjectError> {
        merge_source(self, source.into(), merge)
    }

    /// Adds pairs in order.
    ///
    /// # Errors
    ///
    /// As [`insert`](Dict::insert). [`ObjectError::Key`] under [`Merge::Unique`].
    pub fn merge_pairs(
        &mut self,
        pairs: impl IntoIterator<Item = (Value, Value)>,
        merge: Merge,
    ) -> Result<(), ObjectError> {
        merge_pairs(self, pairs, merge)
    }

    /// Adds the pairs of a sequence that the runtime iterates over. `items` gives the items of one
    /// element, or `None` if it is not iterable. [`elements_of`] does that for built-in values.
    ///
    /// # Errors
    ///
    /// As [`merge_pairs`](Dict::merge_pairs). [`ObjectError::Type`] and [`ObjectError::Value`],
    /// with CPython's messages, for elements that are no pairs. What user code raises.
    pub fn merge_sequence(
        &mut self,
        elements: impl IntoIterator<Item = Result<Value, ObjectError>>,
        merge: Merge,
        items: impl FnMut(&Value) -> Result<Option<Vec<Value>>, ObjectError>,
    ) -> Result<(), ObjectError> {
        merge_sequence(self, elements, merge, items)
    }
}

impl SharedDict {
    /// As [`Dict::union`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn union<'s>(&self, other: impl Into<Source<'s>>) -> Result<Dict, ObjectError> {
        union(self.to_dict(), other.into())
    }

    /// As [`Dict::update`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn update<'s>(&self, source: impl Into<Source<'s>>) -> Result<(), ObjectError> {
        self.merge(source, Merge::Replace)
    }

    /// As [`Dict::merge`]. Merging a dict into itself does nothing.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn merge<'s>(
        &self,
        source: impl Into<Source<'s>>,
        merge: Merge,
    ) -> Result<(), ObjectError> {
        match source.into().resolved() {
            Source::Shared(other) if self.is(other) => Ok(()),
            source => merge_source(&mut &*self, source, merge),
        }
    }

    /// As [`Dict::merge_pairs`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn merge_pairs(
        &self,
        pairs: impl IntoIterator<Item = (Value, Value)>,
        merge: Merge,
    ) -> Result<(), ObjectError> {
        merge_pairs(&mut &*self, pairs, merge)
    }

    /// As [`Dict::merge_sequence`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn merge_sequence(
        &self,
        elements: impl IntoIterator<Item = Result<Value, ObjectError>>,
        merge: Merge,
        items: impl FnMut(&Value) -> Result<Option<Vec<Value>>, ObjectError>,
    ) -> Result<(), ObjectError> {
        merge_sequence(&mut &*self, elements, merge, items)
    }
}

impl PersistentDict {
    /// A dict with the entries of another mapping added, as [`Dict::merge`]. After an error there
    /// is no new dict.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn merge<'s>(
        &self,
        source: impl Into<Source<'s>>,
        merge: Merge,
    ) -> Result<PersistentDict, ObjectError> {
        let mut given = Dict::new(self.policy().clone());
        given.merge(source, merge)?;
        let mut edit = self.edit()?;
        for (key, value) in &given {
            if merge != Merge::Replace && edit.get(key)?.is_some() {
                match merge {
                    Merge::Unique => return Err(ObjectError::missing(key.clone(), self.policy())),
                    _ => continue,
                }
            }
            edit.insert(key.clone(), value.clone())?;
        }
        edit.commit()
    }

    /// The entries as a [`Dict`], in the order of this dict.
    ///
    /// # Errors
    ///
    /// As [`Dict::merge_pairs`].
    pub fn to_dict(&self) -> Result<Dict, ObjectError> {
        let mut dict = Dict::new(self.policy().clone());
        dict.update(self)?;
        Ok(dict)
    }
}

impl Mapping for PersistentDict {
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError> {
        Ok(Box::new(PersistentDict::keys(self).map(Ok)))
    }

    fn get_item(&self, key: &Value) -> Result<Value, ObjectError> {
        PersistentDict::get_item(self, key)
    }
}

fn union(mut dict: Dict, other: Source<'_>) -> Result<Dict, ObjectError> {
    match other.resolved() {
        other @ (Source::Dict(_) | Source::Shared(_)) => dict.update(other)?,
        other => {
            let name = clip_for(dict.policy().python, other.type_name(), 100);
            let words = format!("unsupported operand type(s) for |: 'dict' and '{name}'");
            return Err(ObjectError::Type(words));
        }
    }
    Ok(dict)
}

fn merge_source<R: TableAccessMut>(
    target: &mut R,
    source: Source<'_>,
    merge: Merge,
) -> Result<(), ObjectError> {
    match source.resolved() {
        Source::Dict(mut dict) => merge_dict(target, &mut dict, merge),
        Source::Shared(mut dict) => merge_dict(target, &mut dict, merge),
        Source::Persistent(dict) => merge_mapping(target, dict, merge),
        Source::Mapping(mapping) => merge_mapping(target, mapping, merge),
        Source::Value(value) => {
            let elements = elements_of(value).ok_or_else(|| not_iterable(value.type_name()))?;
            let items = |element: &Value| Ok(elements_of(element));
            merge_sequence(target, elements.into_iter().map(Ok), merge, items)
        }
    }
}

fn merge_dict<R: TableAccessMut, O: TableAccess>(
    target: &mut R,
    other: &mut O,
    merge: Merge,
) -> Result<(), ObjectError> {
    let alike = target.policy() == other.policy();
    let (len, end, moves) = other.look(|table| (table.len(), table.end(), table.moves()));
    // An empty dict needs all of the room. If there is none, storing an entry reports it.
    target.with(|table| (table.len() == 0).then(|| table.reserve_more(len).ok()));
    let mut from = 0;
    while let Some((next, entry)) = other.look(|table| table.copy_next(from)) {
        from = next;
        let hash = if alike { entry.hash } else { hash(&entry.key, target.policy())? };
        merge_entry(target, hash, entry.key, entry.value, merge)?;
        if other.look(|table| table.end() != end || table.moves() != moves) {
            return Err(runtime("dict mutated during update"));
        }
    }
    Ok(())
}

fn merge_mapping<R: TableAccessMut>(
    target: &mut R,
    mapping: &dyn Mapping,
    merge: Merge,
) -> Result<(), ObjectError> {
    for key in mapping.keys()? {
        let key = key?;
        if merge != Merge::Replace {
            let hash = hash_key(&key, target.policy())?;
            match find(target, hash, &key, |_, position| position.is_some())? {
                true if merge == Merge::Unique => {
                    return Err(ObjectError::missing(key, target.policy()));
                }
                true => continue,
                false => {}
            }
        }
        let value = mapping.get_item(&key)?;
        let hash = hash_key(&key, target.policy())?;
        store(target, hash, key, value, IfThere::Replace)?;
    }
    Ok(())
}

/// Stores pairs. Each key is hashed just before it is stored.
fn merge_pairs<R: TableAccessMut>(
    target: &mut R,
    pairs: impl IntoIterator<Item = (Value, Value)>,
    merge: Merge,
) -> Result<(), ObjectError> {
    for (key, value) in pairs {
        let hash = hash_key(&key, target.policy())?;
        merge_entry(target, hash, key, value, merge)?;
    }
    Ok(())
}

/// Stores the pairs of a sequence: see [`Dict::merge_sequence`].
fn merge_sequence<R: TableAccessMut>(
    target: &mut R,
    elements: impl IntoIterator<Item = Result<Value, ObjectError>>,
    merge: Merge,
    mut items: impl FnMut(&Value) -> Result<Option<Vec<Value>>, ObjectError>,
) -> Result<(), ObjectError> {
    for (index, element) in elements.into_iter().enumerate() {
        let items = items(&element?)?.ok_or_else(|| no_sequence(index, target.policy()))?;
        let pair: [Value; 2] = items.try_into().map_err(|items: Vec<Value>| {
            ObjectError::Value(format!(
                "dictionary update sequence element #{index} has length {}; 2 is required",
                items.len()
            ))
        })?;
        merge_pairs(target, [pair.into()], merge)?;
    }
    Ok(())
}

/// An element that is not iterable.
fn no_sequence(index: usize, policy: &HashPolicy) -> ObjectError {
    ObjectError::Type(if policy.python >= PythonVersion::V3_14 {
        "object is not iterable".to_string()
    } else {
        format!("cannot convert dictionary update sequence element #{index} to a sequence")
    })
}

fn merge_entry<R: TableAccessMut>(
    target: &mut R,
    hash: i64,
    key: Value,
    value: Value,
    merge: Merge,
) -> Result<(), ObjectError> {
    let if_there = if merge == Merge::Replace { IfThere::Replace } else { IfThere::Keep };
    let given = (merge == Merge::Unique).then(|| key.clone());
    match (store(target, hash, key, value, if_there)?, given) {
        ((_, Some(_)), Some(key)) => Err(ObjectError::missing(key, target.policy())),
        _ => Ok(()),
    }
}
