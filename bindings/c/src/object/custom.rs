//! The caller's objects as values: a word, and a type with functions of the caller.

use std::any::Any;
use std::sync::Arc;

use hedgerow::object::{Comparison, Object, ObjectError, ObjectRef, Value, identity_hash};

use super::error::{CallError, call_back, text_of, with_error_message};
use super::handle::{CValue, give};
use super::types::{
    NOT_IMPLEMENTED, ObjectDropFunction, ObjectEqFunction, ObjectHashFunction, ObjectReprFunction,
    TypeOptions,
};
use crate::mark::Mark;
use crate::pointers::{Handle, array, content, free, leak, out, read, take};
use crate::status::{Status, StatusResult, guarded};

const TYPE: u64 = u64::from_le_bytes(*b"hr  type");

/// A type of the caller's objects: its functions, and its name in messages.
///
/// Made by `hedgerow_type_new`, freed by `hedgerow_type_free`. The functions are used as long as
/// there are objects of the type.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
// As a store, it begins with its mark.
#[cfg_attr(not(doc), repr(C))]
pub struct CType {
    mark: Mark,
    class: Arc<ObjectType>,
}

/// What the objects of one type share.
pub(crate) struct ObjectType {
    name: String,
    hash: ObjectHashFunction,
    eq: ObjectEqFunction,
    repr: ObjectReprFunction,
    drop: ObjectDropFunction,
}

/// Makes a type of objects. `size` is `sizeof(hedgerow_type_options)`.
///
/// Returns OK; POINTER, ARGUMENT, SIZE, UNICODE_DECODE_ERROR (the name is not UTF-8).
///
/// # Safety
///
/// C3, C4, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_type_new(
    options: *const TypeOptions,
    size: usize,
    handle: *mut *mut CType,
) -> Status {
    with_error_message(|| {
        if size != size_of::<TypeOptions>() {
            return Err(Status::Size.into());
        }
        // SAFETY: C3, and C5 for the functions among the options.
        let (options, handle) = unsafe { (read(options)?, out(handle)?) };
        let TypeOptions { name, name_length, hash, eq, repr, drop } = options;
        // SAFETY: C4.
        let name = text_of(unsafe { array(name.cast::<u8>(), name_length) }?.copied()?)?;
        handle.set(leak(CType::new(ObjectType { name, hash, eq, repr, drop }))?);
        Ok(Status::Ok)
    })
}

/// Frees the handle of a type. Its objects stay. Null is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_type_free(of: *mut CType) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(of, CType::end) })
}

/// Makes an object of a word. Each call makes a new object, even for the same word; for another
/// handle of the same object, clone the value. The library owns the word until it passes it to the
/// type's `drop`; a call that is refused does not take it.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_object(
    of: *const CType,
    word: u64,
    object: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (class, object) = unsafe { (content(of)?, out(object)?) };
        give(&object, Value::from(ObjectRef::new(CObject { word, class })))
    })
}

/// The word of an object, if it is of this type.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_object(
    object: *const CValue,
    of: *const CType,
    word: *mut u64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (object, class, word) = unsafe { (content(object)?, content(of)?, out(word)?) };
        word.set(word_of(&object, &class)?);
        Ok(Status::Ok)
    })
}

impl CType {
    fn new(class: ObjectType) -> Self {
        CType { mark: Mark::new(TYPE), class: Arc::new(class) }
    }
}

impl Handle for CType {
    type Content = Arc<ObjectType>;

    fn content(&self) -> Result<Arc<ObjectType>, Status> {
        self.mark.is(TYPE).then(|| self.class.clone()).ok_or(Status::Handle)
    }

    fn end(&self) -> StatusResult {
        self.mark.end(TYPE)
    }
}

/// An object: a word of the caller.
struct CObject {
    word: u64,
    class: Arc<ObjectType>,
}

/// The word of an object of any type of the caller's.
pub(super) fn object_word(value: &Value) -> Option<u64> {
    let Value::Object(object) = value else { return None };
    object.downcast_ref::<CObject>().map(|object| object.word)
}

/// The word of an object of this type.
fn word_of(value: &Value, class: &Arc<ObjectType>) -> Result<u64, ObjectError> {
    let object = match value {
        Value::Object(object) => object.downcast_ref::<CObject>(),
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

/// The message of a hash that failed without one.
fn unhashable(class: &ObjectType, status: Status) -> Option<String> {
    let is_type_error = status == Status::TypeError;
    is_type_error.then(|| ObjectError::unhashable(&class.name).to_string())
}

impl Object for CObject {
    fn type_name(&self) -> &str {
        &self.class.name
    }

    fn hash(&self, me: &Value) -> Result<i64, ObjectError> {
        let Some(function) = self.class.hash else {
            // As in Python, a type with an equality and without a hash is unhashable.
            return match self.class.eq {
                Some(_) => Err(ObjectError::unhashable(&self.class.name)),
                None => Ok(identity_hash(me)),
            };
        };
        let mut hash = 0;
        CValue::lend(me, |me| {
            let call = || function(self.word, me, &raw mut hash);
            call_back(call, |status| unhashable(&self.class, status))
        })?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    fn eq(&self, me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Some(function) = self.class.eq else { return Ok(Comparison::NotImplemented) };
        let returned = CValue::lend(me, |me| {
            CValue::lend(other, |other| call_back(|| function(self.word, me, other), |_| None))
        })?;
        Ok(match returned {
            0 => Comparison::Different,
            NOT_IMPLEMENTED => Comparison::NotImplemented,
            _ => Comparison::Equal,
        })
    }

    fn repr(&self, me: &Value) -> Result<String, ObjectError> {
        let Some(function) = self.class.repr else {
            let Value::Object(object) = me else { return Ok(self.class.name.clone()) };
            return Ok(format!("<{} object at {:#x}>", self.class.name, object.address()));
        };
        let mut text = std::ptr::null_mut();
        let given = CValue::lend(me, |me| {
            call_back(|| function(self.word, me, &raw mut text), |_| None)?;
            // Taken while `me` is lent, so that `me` is refused if the callback hands that over.
            // SAFETY: C5, hence C1: the callback hands over a value, or null.
            let taken = unsafe { take(text) };
            taken.map_err(|status| ObjectError::raised(CallError::from(status)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<CType>();
    }
}
