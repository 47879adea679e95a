//! `getattr`, `setattr` and `delattr`: Python's order of the places where an attribute may be.
//!
//! For an object: a data descriptor of its type, then its own dict, then any other attribute of its
//! type. For a type: a data descriptor of its metatype, then the dicts along its own MRO, then any
//! other attribute of its metatype. After `_PyObject_GenericGetAttrWithDict` and
//! `_PyObject_GenericSetAttrWithDict` of `Objects/object.c`, and `type_getattro` and
//! `type_setattro` of `Objects/typeobject.c`.
//!
//! `__getattribute__` and `__getattr__` of a class are calls, which only the runtime can make. It
//! does so around these functions.

use super::messages;
use super::runtime::{Descriptor, Methods, Runtime};
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{AsName, Name, ObjectError, PyStr, PythonVersion, Value};

/// Python's `getattr(object, name)`. The object may be a [type](TypeStore::value).
///
/// It costs a cached lookup, a lookup in the dict of the object, and a clone of the result.
///
/// # Errors
///
/// With CPython's messages, TypeError for a name that is no str and AttributeError if there is no
/// such attribute. What a descriptor, or the equality of a key in the dict of the object, fails
/// with.
///
/// ```
/// use hedgerow::object::{TypeArena, TypeStore, Value, getattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let refused = getattr(&mut types, &Value::from(1), &Value::from(true)).unwrap_err();
/// assert_eq!(refused.to_string(), "attribute name must be string, not 'bool'");
/// ```
pub fn getattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
) -> Result<Value, ObjectError> {
    let attribute = Attribute::new(runtime, &name)?;
    if let Some(ty) = Type::of(object) {
        return get_of_type(runtime, object, ty, &attribute);
    }
    let ty = runtime.type_of(object);
    let found = attribute.find(runtime, ty)?;
    if let Some(found) = &found
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(runtime, Some(object), ty);
    }
    if runtime.has_dict(object)
        && let Some(value) = runtime.dict_get(object, &attribute.text(runtime)?)?
    {
        return Ok(value);
    }
    match found {
        Some(found) if found.methods.get => found.get(runtime, Some(object), ty),
        Some(found) => Ok(found.value),
        None => {
            Err(runtime.with_types(|types| refuse(types, ty, &attribute, messages::no_attribute)))
        }
    }
}

/// The attribute, or `None` instead of an AttributeError.
///
/// In CPython `PyObject_GetOptionalAttr` of `Objects/object.c`. An AttributeError of a descriptor
/// is `None` as well, unless the runtime [raised](ObjectError::raised) an error type of its own.
///
/// # Errors
///
/// As [`getattr`], except AttributeError.
pub fn lookup_attr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
) -> Result<Option<Value>, ObjectError> {
    match getattr(runtime, object, name) {
        Err(ObjectError::Attribute(_)) => Ok(None),
        found => found.map(Some),
    }
}

/// Python's `setattr(object, name, value)`. The object may be a [type](TypeStore::value).
///
/// # Errors
///
/// As [`getattr`]. AttributeError for an object without a dict, TypeError for an immutable type.
pub fn setattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
    value: Value,
) -> Result<(), ObjectError> {
    let Some(ty) = Type::of(object) else { return object_setattr(runtime, object, name, value) };
    match find_data_of_metatype(runtime, ty, &name)? {
        Some(found) => found.set(runtime, object, value),
        None => {
            let old = runtime.with_types_mut(|types| types.set(ty, &name, value))?;
            // Not while the types are lent: this may run user code.
            drop(old);
            Ok(())
        }
    }
}

/// Python's `delattr(object, name)`. The object may be a [type](TypeStore::value).
///
/// # Errors
///
/// As [`setattr`]. AttributeError if the object itself has no such attribute.
pub fn delattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
) -> Result<(), ObjectError> {
    let Some(ty) = Type::of(object) else { return object_delattr(runtime, object, name) };
    match find_data_of_metatype(runtime, ty, &name)? {
        Some(found) => found.delete(runtime, object),
        None => runtime.with_types_mut(|types| types.delete(ty, &name)).map(drop),
    }
}

/// Python's `object.__setattr__(object, name, value)`, which a class with a `__setattr__` of its
/// own calls.
///
/// # Errors
///
/// As [`setattr`]. TypeError for a type (`hackcheck` of `Objects/typeobject.c`).
pub fn object_setattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
    value: Value,
) -> Result<(), ObjectError> {
    refuse_type(object, "__setattr__")?;
    let attribute = Attribute::new(runtime, &name)?;
    let ty = runtime.type_of(object);
    match attribute.find(runtime, ty)? {
        Some(found) if found.methods.is_data() => found.set(runtime, object, value),
        _ if runtime.has_dict(object) => runtime.dict_set(object, &attribute.text(runtime)?, value),
        found => Err(refuse_to_write(runtime, ty, &attribute, found.is_some())),
    }
}

/// Python's `object.__delattr__(object, name)`.
///
/// # Errors
///
/// As [`object_setattr`] and [`delattr`].
pub fn object_delattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
) -> Result<(), ObjectError> {
    refuse_type(object, "__delattr__")?;
    let attribute = Attribute::new(runtime, &name)?;
    let ty = runtime.type_of(object);
    match attribute.find(runtime, ty)? {
        Some(found) if found.methods.is_data() => found.delete(runtime, object),
        _ if runtime.has_dict(object) => {
            match runtime.dict_remove(object, &attribute.text(runtime)?)? {
                true => Ok(()),
                false => Err(runtime.with_types(|types| {
                    refuse(types, ty, &attribute, messages::no_attribute_to_write)
                })),
            }
        }
        found => Err(refuse_to_write(runtime, ty, &attribute, found.is_some())),
    }
}

/// The attribute that a rule is about.
struct Attribute<'n, N> {
    /// `None` if it is not interned: then no type has it.
    name: Option<Name>,
    /// What the caller gave as the name.
    given: &'n N,
}

impl<'n, N: AsName> Attribute<'n, N> {
    fn new<R: Runtime>(runtime: &R, given: &'n N) -> Result<Self, ObjectError> {
        let name = runtime.with_types(|types| given.find_name(types.names()))?;
        Ok(Attribute { name, given })
    }

    /// The name as a key of the dict of an object.
    fn text<R: Runtime>(&self, runtime: &R) -> Result<PyStr, ObjectError> {
        runtime.with_types(|types| self.given.name_str(types.names()))
    }

    fn find<R: Runtime>(&self, runtime: &R, ty: Type) -> Result<Option<Found>, ObjectError> {
        let value = runtime.with_types(|types| {
            let object = types.type_object(ty)?;
            Ok::<_, ObjectError>(self.name.and_then(|name| types.lookup_in(object, name)).cloned())
        })?;
        Ok(value.map(|value| {
            let methods = runtime.descriptor(&value).map(|descriptor| descriptor.methods(runtime));
            Found { value, methods: methods.unwrap_or_default() }
        }))
    }
}

/// An attribute found in the dict of a type.
struct Found {
    value: Value,
    methods: Methods,
}

impl Found {
    fn get<R: Runtime>(
        &self,
        runtime: &mut R,
        object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        self.call(runtime, "__get__", true, |descriptor, runtime| {
            descriptor.get(runtime, &self.value, object, owner)
        })
    }

    fn set<R: Runtime>(
        &self,
        runtime: &mut R,
        object: &Value,
        value: Value,
    ) -> Result<(), ObjectError> {
        self.call(runtime, "__set__", self.methods.set, |descriptor, runtime| {
            descriptor.set(runtime, &self.value, object, value)
        })
    }

    fn delete<R: Runtime>(&self, runtime: &mut R, object: &Value) -> Result<(), ObjectError> {
        self.call(runtime, "__delete__", self.methods.delete, |descriptor, runtime| {
            descriptor.delete(runtime, &self.value, object)
        })
    }

    fn call<R: Runtime, T>(
        &self,
        runtime: &mut R,
        method: &str,
        has_it: bool,
        call: impl FnOnce(&dyn Descriptor<R>, &mut R) -> Result<T, ObjectError>,
    ) -> Result<T, ObjectError> {
        match runtime.descriptor(&self.value).filter(|_| has_it) {
            Some(descriptor) => call(descriptor, runtime),
            None => Err(messages::descriptor_lacks(method)),
        }
    }
}

fn get_of_type<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    ty: Type,
    attribute: &Attribute<'_, impl AsName>,
) -> Result<Value, ObjectError> {
    let metatype = runtime.with_types(|types| types.metatype(ty))?;
    let of_metatype = attribute.find(runtime, metatype)?;
    if let Some(found) = &of_metatype
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(runtime, Some(object), metatype);
    }
    match (attribute.find(runtime, ty)?, of_metatype) {
        (Some(found), _) if found.methods.get => found.get(runtime, None, ty),
        (Some(found), _) => Ok(found.value),
        (None, Some(found)) if found.methods.get => found.get(runtime, Some(object), metatype),
        (None, Some(found)) => Ok(found.value),
        (None, None) => {
            Err(runtime.with_types(|types| refuse(types, ty, attribute, messages::type_has_no)))
        }
    }
}

/// The data descriptor of the metatype that handles writes to a type, if there is one. Fails for an
/// immutable type.
fn find_data_of_metatype<R: Runtime>(
    runtime: &R,
    ty: Type,
    name: &impl AsName,
) -> Result<Option<Found>, ObjectError> {
    let attribute = Attribute::new(runtime, name)?;
    let metatype = runtime.with_types(|types| {
        types.refuse_if_immutable(ty, name)?;
        types.metatype(ty)
    })?;
    Ok(attribute.find(runtime, metatype)?.filter(|found| found.methods.is_data()))
}

/// Writing a type as a plain object would bypass its rules and the lookup cache.
fn refuse_type(object: &Value, method: &str) -> Result<(), ObjectError> {
    match Type::of(object) {
        Some(_) => Err(messages::not_for_types(method, object.type_name())),
        None => Ok(()),
    }
}

fn refuse(
    types: &TypeStore<'_>,
    ty: Type,
    attribute: &Attribute<'_, impl AsName>,
    message: fn(PythonVersion, &str, &PyStr) -> ObjectError,
) -> ObjectError {
    match (types.name(ty), attribute.given.name_str(types.names())) {
        (Ok(type_name), Ok(text)) => message(types.policy().python, type_name, &text),
        (Err(error), _) | (_, Err(error)) => error,
    }
}

/// The error of an object without a dict. If the type has the attribute, it is read-only.
fn refuse_to_write<R: Runtime>(
    runtime: &R,
    ty: Type,
    attribute: &Attribute<'_, impl AsName>,
    is_found: bool,
) -> ObjectError {
    let message = if is_found { messages::read_only } else { messages::no_dict_to_write };
    runtime.with_types(|types| refuse(types, ty, attribute, message))
}
