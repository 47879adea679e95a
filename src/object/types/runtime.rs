//! What the attribute rules need from a runtime.

use super::class_messages;
use super::instance::Instance;
use super::messages;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{ObjectError, PyStr, Value, elements_of};

/// A runtime that owns a [`TypeStore`].
///
/// Only the first two methods are required: they lend the store, wherever it is kept. No user code
/// runs meanwhile. A [`TypeStore`] by itself is a runtime without descriptors.
///
/// ```
/// use std::cell::RefCell;
/// use hedgerow::object::{Runtime, TypeStore};
///
/// struct Interpreter<'a> {
///     types: RefCell<TypeStore<'a>>,
/// }
///
/// impl Runtime for Interpreter<'_> {
///     fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
///         read(&self.types.borrow())
///     }
///     fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
///         write(self.types.get_mut())
///     }
/// }
/// ```
pub trait Runtime: Sized {
    /// Lends the types for reading.
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T;

    /// Lends the types for writing.
    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T;

    /// The type of an object. By default [`TypeStore::type_of`]; a runtime with objects of its own
    /// knows their types.
    fn type_of(&self, object: &Value) -> Type {
        self.with_types(|types| types.type_of(object))
    }

    /// The value as a descriptor, if it is one. By default no value is.
    fn descriptor<'v>(&self, _value: &'v Value) -> Option<&'v dyn Descriptor<Self>> {
        None
    }

    /// The part of an object in which its type, its dict and its slots are. By default an object
    /// that is an [`Instance`] is it. A runtime whose objects contain an instance gives that.
    ///
    /// Of such an object [`type_of`](Runtime::type_of) has to give the type of the instance. If the
    /// instance has a dict, the attributes of the object are there, and the methods below are not
    /// asked.
    #[inline]
    fn instance<'v>(&self, object: &'v Value) -> Option<&'v Instance> {
        Instance::of(object)
    }

    /// Calls a value: a hook of a class, such as `__getattr__`. By default nothing can be called.
    ///
    /// # Errors
    ///
    /// What user code raises; TypeError for what cannot be called.
    fn call(
        &mut self,
        callable: &Value,
        _arguments: &[Value],
        _keywords: &[(PyStr, Value)],
    ) -> Result<Value, ObjectError> {
        Err(class_messages::not_callable(self.with_types(|types| types.policy().python), callable))
    }

    /// Python's `list(value)`, for the value of `__slots__`. By default a tuple, set or dict can be
    /// iterated over.
    ///
    /// # Errors
    ///
    /// What user code raises; TypeError for what cannot be iterated over.
    fn iterate(&mut self, value: &Value) -> Result<Vec<Value>, ObjectError> {
        let python = self.with_types(|types| types.policy().python);
        elements_of(value).ok_or_else(|| class_messages::not_iterable(python, value))
    }

    /// Python's `staticmethod(value)` or `classmethod(value)`, if the value is a function: for
    /// functions under special names in the [body of a class](super::ClassBody). By default no
    /// value is.
    fn wrap_function(&mut self, _kind: FunctionKind, _value: &Value) -> Option<Value> {
        None
    }

    /// Whether an error is an AttributeError, after which `__getattr__` is called. A runtime with
    /// error types of its own tells.
    fn is_attribute_error(&self, error: &ObjectError) -> bool {
        matches!(error, ObjectError::Attribute(_))
    }

    /// Whether an object has a dict of its own. By default its [instance](Runtime::instance) may
    /// have one.
    fn has_dict(&self, object: &Value) -> bool {
        self.instance(object).is_some_and(Instance::has_dict)
    }

    /// Looks up a name in the dict of an object of the runtime's own, which is no
    /// [instance](Runtime::instance).
    ///
    /// # Errors
    ///
    /// What the equality of a key there fails with.
    fn dict_get(&mut self, _object: &Value, _name: &PyStr) -> Result<Option<Value>, ObjectError> {
        Ok(None)
    }

    /// Sets a name in the dict of such an object, if it [has one](Runtime::has_dict).
    ///
    /// # Errors
    ///
    /// As [`dict_get`](Runtime::dict_get).
    fn dict_set(
        &mut self,
        _object: &Value,
        _name: &PyStr,
        _value: Value,
    ) -> Result<(), ObjectError> {
        Ok(())
    }

    /// Removes a name from the dict of such an object. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`dict_get`](Runtime::dict_get).
    fn dict_remove(&mut self, _object: &Value, _name: &PyStr) -> Result<bool, ObjectError> {
        Ok(false)
    }
}

impl Runtime for TypeStore<'_> {
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
        read(self)
    }

    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
        write(self)
    }
}

/// What a function becomes by its name in the body of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// A static method: `__new__`.
    Static,
    /// A class method: `__init_subclass__` and `__class_getitem__`.
    Class,
}

/// Which methods a descriptor has. With `set` or `delete` it is a *data descriptor*, and takes
/// precedence over the dict of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods {
    /// `__get__`
    pub get: bool,
    /// `__set__`
    pub set: bool,
    /// `__delete__`
    pub delete: bool,
}

impl Methods {
    /// `__get__` alone, as a function has it.
    pub const GET: Methods = Methods { get: true, set: false, delete: false };
    /// All three, as a property has them.
    pub const ALL: Methods = Methods { get: true, set: true, delete: true };

    /// Whether this is a data descriptor.
    #[must_use]
    pub fn is_data(self) -> bool {
        self.set || self.delete
    }
}

/// What a call of a method needs: see [`lookup_method`](super::lookup_method).
#[derive(Clone, Debug)]
pub enum MethodRef {
    /// A function, to be called with the object as the first argument.
    Function(Value),
    /// Any other attribute, to be called without.
    Bound(Value),
}

/// A value in the dict of a type that decides what getting, setting or deleting its name does.
///
/// Each method may fail. It gets the whole runtime, and may change any type, even the one in which
/// the descriptor was found. `me` is the descriptor as a value.
///
/// Language reference, "Implementing Descriptors" and "Invoking Descriptors" (section 3.3.2).
pub trait Descriptor<R> {
    /// Which methods the descriptor has. Only those are called.
    fn methods(&self, runtime: &R) -> Methods;

    /// Whether binding the descriptor to an object and calling the result does the same as calling
    /// the descriptor with the object as the first argument, as with a function. Then a call of a
    /// method needs no object for the bound method. In CPython `Py_TPFLAGS_METHOD_DESCRIPTOR`.
    fn is_function(&self, _runtime: &R) -> bool {
        false
    }

    /// `__get__(me, object, owner)`. There is no object if the type itself was asked.
    ///
    /// # Errors
    ///
    /// What user code raises.
    fn get(
        &self,
        _runtime: &mut R,
        _me: &Value,
        _object: Option<&Value>,
        _owner: Type,
    ) -> Result<Value, ObjectError> {
        Err(messages::descriptor_lacks("__get__"))
    }

    /// `__set__(me, object, value)`.
    ///
    /// # Errors
    ///
    /// What user code raises.
    fn set(
        &self,
        _runtime: &mut R,
        _me: &Value,
        _object: &Value,
        _value: Value,
    ) -> Result<(), ObjectError> {
        Err(messages::descriptor_lacks("__set__"))
    }

    /// `__delete__(me, object)`.
    ///
    /// # Errors
    ///
    /// What user code raises.
    fn delete(&self, _runtime: &mut R, _me: &Value, _object: &Value) -> Result<(), ObjectError> {
        Err(messages::descriptor_lacks("__delete__"))
    }
}
