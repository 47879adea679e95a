//! Objects of the caller's, as the object layer knows them.

use std::any::Any;
use std::sync::Arc;

use hedgerow::object::{Comparison, Object, ObjectError, ObjectRef, Value, identity_hash};

use super::failure::{Failure, asking};
use super::handle::ValueHandle;
use super::types::{
    NOT_IMPLEMENTED, ObjectDropFunction, ObjectEqFunction, ObjectHashFunction, ObjectReprFunction,
};
use crate::boundary::given_value;
use crate::status::Status;

/// What objects of one type share.
pub(crate) struct ObjectType {
    pub(crate) name: String,
    pub(crate) hash: ObjectHashFunction,
    pub(crate) eq: ObjectEqFunction,
    pub(crate) repr: ObjectReprFunction,
    pub(crate) drop: ObjectDropFunction,
}

/// An object: a word of the caller's.
struct CObject {
    word: u64,
    class: Arc<ObjectType>,
}

/// A new object.
pub(crate) fn object_of(class: Arc<ObjectType>, word: u64) -> Value {
    Value::from(ObjectRef::new(CObject { word, class }))
}

/// The word of an object of this type.
pub(crate) fn object_word(value: &Value, class: &Arc<ObjectType>) -> Result<u64, ObjectError> {
    let object = match value {
        Value::Object(foreign) => foreign.downcast_ref::<CObject>(),
        _ => None,
    };
    match object {
        Some(object) if Arc::ptr_eq(&object.class, class) => Ok(object.word),
        _ => {
            let (wanted, got) = (&class.name, value.type_name());
            Err(ObjectError::Type(format!("expected {wanted}, got {got}")))
        }
    }
}

impl ObjectType {
    fn unhashable(&self, status: Status) -> Option<String> {
        let of_type = status == Status::TypeError;
        of_type.then(|| ObjectError::unhashable(&self.name).to_string())
    }
}

impl Object for CObject {
    fn type_name(&self) -> &str {
        &self.class.name
    }

    fn hash(&self, me: &Value) -> Result<i64, ObjectError> {
        let Some(function) = self.class.hash else {
            // A class with an `__eq__` and no `__hash__` is unhashable.
            return match self.class.eq {
                Some(_) => Err(ObjectError::unhashable(&self.class.name)),
                None => Ok(identity_hash(me)),
            };
        };
        let mut hash = 0;
        ValueHandle::lend(me, |me| {
            let call = || function(self.word, me, &raw mut hash);
            asking(call, |status| self.class.unhashable(status))
        })?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    fn eq(&self, me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Some(function) = self.class.eq else { return Ok(Comparison::NotImplemented) };
        let answer = ValueHandle::lend(me, |me| {
            ValueHandle::lend(other, |other| asking(|| function(self.word, me, other), |_| None))
        })?;
        Ok(match answer {
            0 => Comparison::Different,
            NOT_IMPLEMENTED => Comparison::NotImplemented,
            _ => Comparison::Equal,
        })
    }

    fn repr(&self, me: &Value) -> Result<String, ObjectError> {
        let Some(function) = self.class.repr else {
            let Value::Object(foreign) = me else { return Ok(self.class.name.clone()) };
            return Ok(format!("<{} object at {:#x}>", self.class.name, foreign.address()));
        };
        let mut text = std::ptr::null_mut();
        let given = ValueHandle::lend(me, |me| {
            asking(|| function(self.word, me, &raw mut text), |_| None)?;
            // Taken while `me` is lent: should that be what was handed over, it is refused.
            given_value(text).map_err(|status| ObjectError::raised(Failure::from(status)))
        })?;
        match given {
            Value::Str(text) => String::try_from(&text),
            other => {
                let words = "__repr__ returned non-string (type ";
                Err(ObjectError::Type(format!("{words}{})", other.type_name())))
            }
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for CObject {
    fn drop(&mut self) {
        if let Some(function) = self.class.drop {
            function(self.word);
        }
    }
}
