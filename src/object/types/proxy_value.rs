//! `type.__dict__` as a value.

use std::any::Any;

use super::proxy::MappingProxy;
use crate::object::{Object, ObjectError, Value};

/// As a value it is what `C.__dict__` gives. Its `repr` here is that of any object: that of the
/// names and values needs the store, so it is [`MappingProxy::repr`].
impl Object for MappingProxy {
    fn type_name(&self) -> &str {
        "mappingproxy"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        // The words of 3.12 and later. `MappingProxy::hash` has those of the policy's Python.
        Err(ObjectError::unhashable("dict"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MappingProxy {
    /// The proxy that a value is, if it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<MappingProxy> {
        match value {
            Value::Object(object) => object.downcast_ref().copied(),
            _ => None,
        }
    }
}
