//! Keys for tests, with a chosen hash, that run code when they are compared or dropped. It also
//! makes values and dicts.
#![allow(dead_code, reason = "every test program uses its own part of this")]

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hedgerow::object::{
    Comparison, Dict, HashPolicy, Merge, Object, ObjectError, ObjectRef, SharedDict, Value,
};

type OnEq = Box<dyn FnMut(&Value) -> Result<(), ObjectError> + Send>;
type OnDrop = Box<dyn FnMut() + Send>;

/// A key that is equal to those of its group, and does something when it is compared or dropped.
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) hash: i64,
    pub(crate) group: u32,
    on_eq: Mutex<Option<OnEq>>,
    on_drop: Mutex<Option<OnDrop>>,
    pub(crate) compared: AtomicUsize,
}

impl Key {
    /// A key that does nothing special.
    pub(crate) fn value(name: &str, hash: i64, group: u32) -> Value {
        Key::acting(name, hash, group, None, None)
    }

    /// A key that runs this at each comparison. If it fails, the comparison does.
    pub(crate) fn on_eq(
        name: &str,
        hash: i64,
        group: u32,
        on_eq: impl FnMut(&Value) -> Result<(), ObjectError> + Send + 'static,
    ) -> Value {
        Key::acting(name, hash, group, Some(Box::new(on_eq)), None)
    }

    /// A key that runs this when it is dropped.
    pub(crate) fn on_drop(
        name: &str,
        hash: i64,
        group: u32,
        on_drop: impl FnMut() + Send + 'static,
    ) -> Value {
        Key::acting(name, hash, group, None, Some(Box::new(on_drop)))
    }

    fn acting(
        name: &str,
        hash: i64,
        group: u32,
        on_eq: Option<OnEq>,
        on_drop: Option<OnDrop>,
    ) -> Value {
        Value::from(ObjectRef::new(Key {
            name: name.to_string(),
            hash,
            group,
            on_eq: Mutex::new(on_eq),
            on_drop: Mutex::new(on_drop),
            compared: AtomicUsize::new(0),
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

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        self.compared.fetch_add(1, Ordering::Relaxed);
        // Taken out meanwhile, because it may compare this same key.
        let act = self.on_eq.lock().unwrap().take();
        if let Some(mut act) = act {
            let done = act(other);
            self.on_eq.lock().unwrap().get_or_insert(act);
            done?;
        }
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        Ok(match other.downcast_ref::<Key>() {
            Some(other) if other.group == self.group => Comparison::Equal,
            Some(_) => Comparison::Different,
            None => Comparison::NotImplemented,
        })
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(self.name.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        if let Some(on_drop) = self.on_drop.lock().unwrap().as_mut() {
            on_drop();
        }
    }
}

/// An object without a hash, as lists are.
pub(crate) struct List;

impl List {
    pub(crate) fn value() -> Value {
        Value::from(ObjectRef::new(List))
    }
}

impl Object for List {
    fn type_name(&self) -> &str {
        "list"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable("list"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A policy for tests that do not look at hashes.
pub(crate) fn policy() -> HashPolicy {
    HashPolicy::cpython(0)
}

/// Notes that a test takes while user code runs.
pub(crate) type Notes = Arc<Mutex<Vec<String>>>;

/// A key that notes each comparison with itself on the left.
pub(crate) fn noting(notes: &Notes, name: &str, hash: i64, group: u32) -> Value {
    let (notes, me) = (Arc::clone(notes), name.to_string());
    Key::on_eq(name, hash, group, move |other| {
        notes.lock().unwrap().push(format!("{me}=={other:?}"));
        Ok(())
    })
}

pub(crate) fn int(int: i64) -> Value {
    Value::from(int)
}

/// A dict of pairs under the policy of tests.
pub(crate) fn dict(pairs: impl IntoIterator<Item = (Value, Value)>) -> Dict {
    let mut dict = Dict::new(policy());
    dict.merge_pairs(pairs, Merge::Replace).unwrap();
    dict
}

pub(crate) fn shared(pairs: impl IntoIterator<Item = (Value, Value)>) -> SharedDict {
    SharedDict::from(dict(pairs))
}

/// The type and message of an error.
pub(crate) fn words<T>(result: Result<T, ObjectError>) -> String {
    match result {
        Ok(_) => "no error".to_string(),
        Err(error) => format!("{}: {error}", error.python_type()),
    }
}
