//! Objects of the host: their hash, equality and repr are code of the user.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::error::ObjectError;
use super::value::Value;

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Equal.
    Yes,
    /// Not equal.
    No,
    /// Python's `NotImplemented`: ask the other side.
    NotImplemented,
}

/// An object of the host.
///
/// The defaults are those of Python's `object`: hashed and compared by identity. Whoever writes
/// [`eq`](Object::eq) writes [`hash`](Object::hash) too: equal objects have one hash.
///
/// Any of them may fail, and may use the dict in which the object is a key.
///
/// ```
/// use std::any::Any;
/// use hedgerow::object::{Foreign, HashPolicy, Object, ObjectError, Value, hash};
///
/// struct List;
/// impl Object for List {
///     fn type_name(&self) -> &str {
///         "list"
///     }
///     fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
///         Err(ObjectError::unhashable("list"))
///     }
///     fn as_any(&self) -> &dyn Any {
///         self
///     }
/// }
///
/// let list = Value::from(Foreign::new(List));
/// let refused = hash(&list, &HashPolicy::cpython(0)).unwrap_err();
/// assert_eq!(refused.to_string(), "unhashable type: 'list'");
/// ```
pub trait Object: Send + Sync + 'static {
    /// The name of its type.
    fn type_name(&self) -> &str;

    /// `hash(me)`. `me` is the value that this object is.
    ///
    /// # Errors
    ///
    /// [`ObjectError::unhashable`], or what the host's code raised.
    fn hash(&self, me: &Value) -> Result<i64, ObjectError> {
        Ok(identity_hash(me))
    }

    /// `type(me).__eq__(me, other)`. Asked only where `me` is not `other`.
    ///
    /// # Errors
    ///
    /// What the host's code raised.
    fn eq(&self, _me: &Value, _other: &Value) -> Result<Answer, ObjectError> {
        Ok(Answer::NotImplemented)
    }

    /// Whether its `eq` is asked before that of `other` even as the right operand: Python's rule
    /// where its type is a subclass of the type of `other` and has an `__eq__` of its own.
    fn goes_before(&self, _other: &Value) -> bool {
        false
    }

    /// `repr(me)`.
    ///
    /// # Errors
    ///
    /// What the host's code raised.
    fn repr(&self, me: &Value) -> Result<String, ObjectError> {
        let address = if let Value::Object(foreign) = me { foreign.address() } else { 0 };
        Ok(format!("<{} object at {address:#x}>", self.type_name()))
    }

    /// Itself, for [`Foreign::downcast_ref`].
    fn as_any(&self) -> &dyn Any;
}

/// A shared reference to an [`Object`]: 8 bytes, and an identity.
#[derive(Clone)]
pub struct Foreign(Arc<Box<dyn Object>>);

impl Foreign {
    /// A new object.
    pub fn new(object: impl Object) -> Self {
        Foreign(Arc::new(Box::new(object)))
    }

    /// The object.
    pub fn object(&self) -> &dyn Object {
        &**self.0
    }

    /// The object as what it is, if it is a `T`.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.object().as_any().downcast_ref()
    }

    /// Whether both are one object.
    pub fn is(&self, other: &Foreign) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where it stands in memory: Python's `id`.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object at {:#x}>", self.object().type_name(), self.address())
    }
}

/// The hash of an object that is equal to itself alone, made of its address as CPython's
/// `_Py_HashPointer` does. For kinds without an identity, 0.
pub fn identity_hash(value: &Value) -> i64 {
    let address = match value {
        Value::Object(foreign) => foreign.address(),
        _ => 0,
    };
    // The low four bits of an address are mostly zero.
    match (address as u64).rotate_right(4) as i64 {
        -1 => -2,
        hash => hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{HashPolicy, equal, hash, repr};

    struct Plain(u8);

    impl Object for Plain {
        fn type_name(&self) -> &str {
            "Plain"
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn by_default_an_object_is_equal_to_itself_alone() {
        let (a, b) = (Value::from(Foreign::new(Plain(1))), Value::from(Foreign::new(Plain(1))));
        let policy = HashPolicy::cpython(0);
        assert!(equal(&a, &a.clone()).unwrap() && !equal(&a, &b).unwrap());
        assert_eq!(hash(&a, &policy).unwrap(), identity_hash(&a.clone()));
        assert_ne!(hash(&a, &policy).unwrap(), hash(&b, &policy).unwrap());
        assert!(repr(&a).unwrap().starts_with("<Plain object at 0x"));
        let Value::Object(foreign) = &a else { panic!("{a:?}") };
        assert_eq!(foreign.downcast_ref::<Plain>().map(|plain| plain.0), Some(1));
        assert!(foreign.downcast_ref::<u8>().is_none());
    }

    #[test]
    fn values_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Value>();
        is_shared::<ObjectError>();
    }
}
