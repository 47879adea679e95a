//! `update` and its like: from dicts, other mappings, pairs, and sequences of sequences.
//!
//! After `dict_merge`, `PyDict_MergeFromSeq2` and `dict_update_arg` of `Objects/dictobject.c`. What
//! was stored before an error stays, as in CPython.

use super::cursor::runtime;
use super::persistent::PersistentDict;
use super::search::{Reach, find};
use super::write::{IfThere, ReachMut, store};
use super::{Dict, SharedDict};
use crate::object::error::ObjectError;
use crate::object::hash::hash;
use crate::object::str::PyStr;
use crate::object::value::Value;

/// What happens to keys that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// They keep their values: `PyDict_Merge(a, b, 0)`.
    IfAbsent,
    /// They get the new values: `dict.update`.
    #[default]
    Replace,
    /// They are a KeyError: `f(**a, **b)`.
    Unique,
}

/// A mapping of the host that is no dict: something with `keys()` and `__getitem__`.
pub trait Mapping {
    /// Iterates over its keys.
    ///
    /// # Errors
    ///
    /// What the host's code raised, here and at each key.
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError>;

    /// `mapping[key]`.
    ///
    /// # Errors
    ///
    /// What the host's code raised.
    fn get_item(&self, key: &Value) -> Result<Value, ObjectError>;
}

/// The keys of a [`Mapping`], one after the other.
pub type MappingKeys<'a> = Box<dyn Iterator<Item = Result<Value, ObjectError>> + 'a>;

/// What a dict can be updated from.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Source<'a> {
    /// A dict.
    Dict(&'a Dict),
    /// A dict that is shared.
    Shared(&'a SharedDict),
    /// A persistent dict.
    Persistent(&'a PersistentDict),
    /// Any other mapping.
    Mapping(&'a dyn Mapping),
    /// A dict as a value, or an iterable of pairs.
    Value(&'a Value),
}

impl<'a> From<&'a Dict> for Source<'a> {
    fn from(dict: &'a Dict) -> Self {
        Source::Dict(dict)
    }
}

impl<'a> From<&'a SharedDict> for Source<'a> {
    fn from(dict: &'a SharedDict) -> Self {
        Source::Shared(dict)
    }
}

impl<'a> From<&'a PersistentDict> for Source<'a> {
    fn from(dict: &'a PersistentDict) -> Self {
        Source::Persistent(dict)
    }
}

impl<'a> From<&'a dyn Mapping> for Source<'a> {
    fn from(mapping: &'a dyn Mapping) -> Self {
        Source::Mapping(mapping)
    }
}

impl<'a> From<&'a Value> for Source<'a> {
    fn from(value: &'a Value) -> Self {
        Source::Value(value)
    }
}

impl Source<'_> {
    /// A dict that came as a value is that dict.
    pub(super) fn resolved(self) -> Self {
        let Source::Value(Value::Object(foreign)) = self else { return self };
        match (foreign.downcast_ref(), foreign.downcast_ref()) {
            (Some(shared), _) => Source::Shared(shared),
            (_, Some(persistent)) => Source::Persistent(persistent),
            _ => self,
        }
    }
}

/// What iterating over a value gives, in Python: code points of a str, ints of bytes, items of a
/// tuple or frozenset, keys of a [`SharedDict`] or [`PersistentDict`]. `None` of what cannot be
/// iterated over, and of foreign objects: only the host knows.
pub fn elements_of(value: &Value) -> Option<Vec<Value>> {
    let of_point = |point| PyStr::from_code_points([point]).map(Value::Str);
    match value {
        Value::Str(text) => text.chars().map(of_point).collect::<Result<_, _>>().ok(),
        Value::Bytes(bytes) => Some(bytes.iter().map(|&byte| i64::from(byte).into()).collect()),
        Value::Tuple(tuple) => Some(tuple.items().to_vec()),
        Value::FrozenSet(set) => Some(set.iter().cloned().collect()),
        Value::Object(_) => match Source::Value(value).resolved() {
            Source::Shared(dict) => Some(dict.to_dict().keys().iter().cloned().collect()),
            Source::Persistent(dict) => Some(dict.keys().collect()),
            _ => None,
        },
        _ => None,
    }
}

/// The TypeError of iterating over something that cannot be.
pub(super) fn not_iterable(type_name: &str) -> ObjectError {
    ObjectError::Type(format!("'{type_name}' object is not iterable"))
}

pub(super) fn merge<R: ReachMut>(
    reach: &mut R,
    source: Source<'_>,
    merge: Merge,
) -> Result<(), ObjectError> {
    match source.resolved() {
        Source::Dict(mut dict) => merge_dict(reach, &mut dict, merge),
        Source::Shared(mut dict) => merge_dict(reach, &mut dict, merge),
        Source::Persistent(dict) => merge_mapping(reach, dict, merge),
        Source::Mapping(mapping) => merge_mapping(reach, mapping, merge),
        Source::Value(value) => {
            let elements = elements_of(value).ok_or_else(|| not_iterable(value.type_name()))?;
            let items = |element: &Value| Ok(elements_of(element));
            merge_sequence(reach, elements.into_iter().map(Ok), merge, items)
        }
    }
}

fn merge_dict<R: ReachMut, O: Reach>(
    reach: &mut R,
    other: &mut O,
    merge: Merge,
) -> Result<(), ObjectError> {
    let alike = reach.policy() == other.policy();
    let (len, end, moves) = other.look(|table| (table.len(), table.end(), table.moves()));
    // Room is asked for at once where all of it will be needed. A refusal comes again at the entry.
    reach.with(|table| (table.len() == 0).then(|| table.reserve_more(len).ok()));
    let mut from = 0;
    while let Some((next, entry)) = other.look(|table| table.copy_next(from)) {
        from = next;
        let hash = if alike { entry.hash } else { hash(&entry.key, reach.policy())? };
        merge_entry(reach, hash, entry.key, entry.value, merge)?;
        if other.look(|table| table.end() != end || table.moves() != moves) {
            return Err(runtime("dict mutated during update"));
        }
    }
    Ok(())
}

fn merge_mapping<R: ReachMut>(
    reach: &mut R,
    mapping: &dyn Mapping,
    merge: Merge,
) -> Result<(), ObjectError> {
    for key in mapping.keys()? {
        let key = key?;
        if merge != Merge::Replace {
            let hash = hash(&key, reach.policy())?;
            match find(reach, hash, &key, |_, place| place.is_some())? {
                true if merge == Merge::Unique => return Err(ObjectError::Key(key)),
                true => continue,
                false => {}
            }
        }
        let value = mapping.get_item(&key)?;
        let hash = hash(&key, reach.policy())?;
        store(reach, hash, key, value, IfThere::Replace)?;
    }
    Ok(())
}

/// Stores pairs, each hashed when its turn comes.
pub(super) fn merge_pairs<R: ReachMut>(
    reach: &mut R,
    pairs: impl IntoIterator<Item = (Value, Value)>,
    merge: Merge,
) -> Result<(), ObjectError> {
    for (key, value) in pairs {
        let hash = hash(&key, reach.policy())?;
        merge_entry(reach, hash, key, value, merge)?;
    }
    Ok(())
}

/// Stores the pairs that the elements are; `items` iterates over one, or says that it cannot.
pub(super) fn merge_sequence<R: ReachMut>(
    reach: &mut R,
    elements: impl IntoIterator<Item = Result<Value, ObjectError>>,
    merge: Merge,
    mut items: impl FnMut(&Value) -> Result<Option<Vec<Value>>, ObjectError>,
) -> Result<(), ObjectError> {
    for (index, element) in elements.into_iter().enumerate() {
        let items = items(&element?)?.ok_or_else(|| {
            ObjectError::Type(format!(
                "cannot convert dictionary update sequence element #{index} to a sequence"
            ))
        })?;
        let pair: [Value; 2] = items.try_into().map_err(|items: Vec<Value>| {
            ObjectError::Value(format!(
                "dictionary update sequence element #{index} has length {}; 2 is required",
                items.len()
            ))
        })?;
        merge_pairs(reach, [pair.into()], merge)?;
    }
    Ok(())
}

fn merge_entry<R: ReachMut>(
    reach: &mut R,
    hash: i64,
    key: Value,
    value: Value,
    merge: Merge,
) -> Result<(), ObjectError> {
    let if_there = if merge == Merge::Replace { IfThere::Replace } else { IfThere::Keep };
    let given = (merge == Merge::Unique).then(|| key.clone());
    match (store(reach, hash, key, value, if_there)?, given) {
        ((_, Some(_)), Some(key)) => Err(ObjectError::Key(key)),
        _ => Ok(()),
    }
}
