//! The dict of a type within its store: what views of a `mappingproxy` refer to.

use std::fmt;
use std::vec;

use super::dict::TypeDict;
use super::store::TypeStore;
use crate::object::dict::{Direction, hash_key};
use crate::object::room::try_with_capacity;
use crate::object::{
    AsName, Dict, DictCursor, DictRef, HashPolicy, ItemsView, KeysView, Mapping, MappingKeys, Name,
    ObjectError, Value, ValuesView, equal,
};

/// The dict of a type, for as long as the store is borrowed. See
/// [`MappingProxy::within`](super::MappingProxy::within).
///
/// As a [`Mapping`] it is what another dict can be updated from.
#[derive(Clone, Copy)]
pub struct ProxyRef<'t> {
    types: &'t TypeStore<'t>,
    dict: &'t TypeDict,
}

impl<'t> ProxyRef<'t> {
    pub(super) fn new(types: &'t TypeStore<'_>, dict: &'t TypeDict) -> Self {
        ProxyRef { types, dict }
    }

    /// The names, as str, and values.
    pub(super) fn pairs(
        self,
    ) -> impl DoubleEndedIterator<Item = Result<(Value, &'t Value), ObjectError>> {
        self.dict.iter().map(move |(name, value)| Ok((self.str(name)?, value)))
    }

    /// The name that a key is equal to, and its value. A str is looked up; an object is compared
    /// with the names of its hash; no other value is equal to a str.
    pub(super) fn find(self, key: &Value) -> Result<Option<(Name, &'t Value)>, ObjectError> {
        if let Value::Str(text) = key {
            let name = self.types.names().find(text)?;
            return Ok(name.and_then(|name| Some((name, self.dict.get(name)?))));
        }
        let policy = DictRef::policy(&self);
        let hash = hash_key(key, policy)?;
        if let Value::Object(_) = key {
            for (name, value) in self.dict.iter() {
                let text = name.name_str(self.types.names())?;
                if text.hash(&policy.text) == hash && equal(&Value::Str(text), key)? {
                    return Ok(Some((name, value)));
                }
            }
        }
        Ok(None)
    }

    fn str(self, name: Name) -> Result<Value, ObjectError> {
        Ok(Value::Str(name.name_str(self.types.names())?))
    }
}

impl DictRef for ProxyRef<'_> {
    fn policy(&self) -> &HashPolicy {
        self.types.policy()
    }

    fn len(&self) -> usize {
        self.dict.len()
    }

    fn entry(&self, key: &Value) -> Result<Option<(Value, Value)>, ObjectError> {
        let found = self.find(key)?;
        found.map(|(name, value)| Ok((self.str(name)?, value.clone()))).transpose()
    }

    fn cursor(&self) -> DictCursor {
        DictCursor::new(self.dict, Direction::Forward)
    }

    fn advance(&self, cursor: &mut DictCursor) -> Result<Option<(Value, Value)>, ObjectError> {
        let position = cursor.advance_in(self.dict)?;
        let found = position.and_then(|position| self.dict.entry(position));
        found.map(|(name, value)| Ok((self.str(name)?, value.clone()))).transpose()
    }

    fn copied(&self) -> Result<Dict, ObjectError> {
        let mut dict = Dict::with_capacity(self.dict.len(), self.types.policy().clone())?;
        for pair in self.pairs() {
            let (name, value) = pair?;
            dict.insert(name, value.clone())?;
        }
        Ok(dict)
    }
}

impl Mapping for ProxyRef<'_> {
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError> {
        Ok(Box::new(self.pairs().map(|pair| pair.map(|(name, _)| name))))
    }

    fn get_item(&self, key: &Value) -> Result<Value, ObjectError> {
        let found = self.find(key)?.map(|(_, value)| value.clone());
        found.ok_or_else(|| ObjectError::missing(key.clone(), DictRef::policy(self)))
    }

    fn type_name(&self) -> &str {
        "mappingproxy"
    }
}

impl KeysView<ProxyRef<'_>> {
    /// The names; `rev()` is Python's `reversed`.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room for a list of them.
    pub fn iter(&self) -> Result<vec::IntoIter<Value>, ObjectError> {
        listed(self.dict(), |name, _| name)
    }
}

impl ValuesView<ProxyRef<'_>> {
    /// The values; `rev()` is Python's `reversed`.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room for a list of them.
    pub fn iter(&self) -> Result<vec::IntoIter<Value>, ObjectError> {
        listed(self.dict(), |_, value| value.clone())
    }
}

impl ItemsView<ProxyRef<'_>> {
    /// The names and values; `rev()` is Python's `reversed`.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room for a list of them.
    pub fn iter(&self) -> Result<vec::IntoIter<(Value, Value)>, ObjectError> {
        listed(self.dict(), |name, value| (name, value.clone()))
    }
}

/// A list, so that the iterator knows its length from both ends, and borrows nothing.
fn listed<T>(
    dict: &ProxyRef<'_>,
    pick: impl Fn(Value, &Value) -> T,
) -> Result<vec::IntoIter<T>, ObjectError> {
    let mut list = try_with_capacity(dict.len())?;
    for pair in dict.pairs() {
        let (name, value) = pair?;
        list.push(pick(name, value));
    }
    Ok(list.into_iter())
}

impl fmt::Debug for ProxyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pairs().filter_map(Result::ok)).finish()
    }
}
