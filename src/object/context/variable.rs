//! [`ContextVar`]: made, and as an object.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::vars::{ContextVar, object_in};
use crate::object::hash_policy::HashPolicy;
use crate::object::python_version::PythonVersion;
use crate::object::repr::repr_for;
use crate::object::str::PyStr;
use crate::object::value::{Comparison, Object, ObjectError, ObjectRef, Value};

impl ContextVar {
    /// A new variable. Its hash is made of the hash of its name under this policy and of its number
    /// in this process, so the order of contexts is the same in each run that makes the same
    /// variables. (CPython takes its address in place of the number.) The policy also says whose
    /// characters its repr escapes.
    pub fn new(name: impl Into<PyStr>, default: Option<Value>, policy: &HashPolicy) -> Self {
        let name = name.into();
        let of_name = name.hash(&policy.text);
        let hash = |id: u64| match of_name ^ id as i64 {
            -1 => -2,
            hash => hash,
        };
        ContextVar::make(name, default, policy.python.unicode(), hash)
    }

    /// A new variable with the hash that the host gives it, for contexts in the order of a CPython
    /// whose `hash(var)` is known.
    ///
    /// ```
    /// use hedgerow::object::PythonVersion;
    /// use hedgerow::object::context::ContextVar;
    ///
    /// let var = ContextVar::with_hash("var", None, 7, PythonVersion::LATEST);
    /// assert_eq!(var.hash_value(), 7);
    /// ```
    pub fn with_hash(
        name: impl Into<PyStr>,
        default: Option<Value>,
        hash: i64,
        python: PythonVersion,
    ) -> Self {
        ContextVar::make(name.into(), default, python.unicode(), |_| hash)
    }

    /// [`new`](ContextVar::new) with a value for the name, which has to be a str.
    ///
    /// # Errors
    ///
    /// TypeError, in CPython's words, if it is something else.
    pub fn named(
        name: &Value,
        default: Option<Value>,
        policy: &HashPolicy,
    ) -> Result<Self, ObjectError> {
        match name {
            Value::Str(name) => Ok(ContextVar::new(name.clone(), default, policy)),
            _ => Err(ObjectError::Type("context variable name must be a str".to_string())),
        }
    }

    /// `var.name`.
    #[must_use]
    pub fn name(&self) -> &PyStr {
        &self.0.name
    }

    /// The default that it was made with.
    #[must_use]
    pub fn default_value(&self) -> Option<&Value> {
        self.0.default.as_ref().map(|kept| &kept.0)
    }

    /// `hash(var)`.
    #[must_use]
    pub fn hash_value(&self) -> i64 {
        self.0.hash
    }

    /// Its address: Python's `id`.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// `repr(var)`.
    ///
    /// # Errors
    ///
    /// Those of the repr of its default.
    pub fn repr(&self) -> Result<String, ObjectError> {
        let name = repr_for(&Value::from(self.0.name.clone()), self.0.unicode)?;
        let default = match self.default_value() {
            Some(value) => format!(" default={}", repr_for(value, self.0.unicode)?),
            None => String::new(),
        };
        Ok(format!("<ContextVar name={name}{default} at {:#x}>", self.address()))
    }

    /// The variable as a value. As long as there is such a value, it is the same object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object_in(&self.0.object, || ObjectRef::new(self.clone()))
    }

    /// The variable that a value is: `None` if it is something else.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<Self> {
        if let Value::Object(object) = value { object.downcast_ref().cloned() } else { None }
    }
}

impl Object for ContextVar {
    fn type_name(&self) -> &str {
        "_contextvars.ContextVar"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(self.0.hash)
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        match ContextVar::of_value(other) {
            Some(other) if *self == other => Ok(Comparison::Equal),
            _ => Ok(Comparison::NotImplemented),
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        ContextVar::repr(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for ContextVar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repr() {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<a ContextVar whose repr failed: {}>", error.python_type()),
        }
    }
}
