//! Instances: objects of a type, with or without a dict of their own.

use std::any::Any;
use std::sync::Arc;

use super::create::builtin_of;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Object, ObjectError, ObjectRef, SharedDict, Value};

/// An object of a type of a [`TypeStore`], hashed and compared by identity.
///
/// Its dict is Python's `__dict__`. It takes any key, but only str keys are attributes.
///
/// ```
/// use hedgerow::object::{Instance, TypeArena, TypeStore, Value, getattr, setattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let ty = types.create("C", &[])?;
/// let c = Instance::value(&types, ty)?;
/// setattr(&mut types, &c, "b", Value::from(43))?;
/// let dict = Instance::of(&c).and_then(Instance::dict).unwrap();
/// dict.insert(Value::from(true), Value::from(99))?;
/// assert_eq!(dict.repr()?, "{'b': 43, True: 99}");
/// let refused = getattr(&mut types, &c, &Value::from(true)).unwrap_err();
/// assert_eq!(refused.to_string(), "attribute name must be string, not 'bool'");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub struct Instance {
    ty: Type,
    type_name: Arc<str>,
    dict: Option<SharedDict>,
}

impl Instance {
    /// A new object with an empty dict.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store.
    pub fn value(types: &TypeStore<'_>, ty: Type) -> Result<Value, ObjectError> {
        Instance::make(types, ty, Some(SharedDict::new(types.policy().clone())))
    }

    /// A new object without a dict, as of a class with `__slots__`.
    ///
    /// # Errors
    ///
    /// As [`value`](Instance::value).
    pub fn value_without_dict(types: &TypeStore<'_>, ty: Type) -> Result<Value, ObjectError> {
        Instance::make(types, ty, None)
    }

    /// The instance that a value is, if it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Instance> {
        match value {
            Value::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.ty
    }

    /// The dict, if there is one.
    #[must_use]
    pub fn dict(&self) -> Option<&SharedDict> {
        self.dict.as_ref()
    }

    fn make(
        types: &TypeStore<'_>,
        ty: Type,
        dict: Option<SharedDict>,
    ) -> Result<Value, ObjectError> {
        let type_name = Arc::clone(&types.type_object(ty)?.name);
        Ok(Value::Object(ObjectRef::new(Instance { ty, type_name, dict })))
    }
}

impl Object for Instance {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl TypeStore<'_> {
    /// The type of a value. For an object of the runtime that is no [`Instance`] it is `object`.
    pub fn type_of(&self, value: &Value) -> Type {
        let ty = match value {
            Value::Object(object) => match object.downcast_ref() {
                Some(instance) => Some(Instance::ty(instance)),
                None => Type::of(value).and_then(|ty| self.metatype(ty).ok()),
            },
            _ => None,
        };
        ty.unwrap_or_else(|| self.type_at(builtin_of(value)))
    }
}
