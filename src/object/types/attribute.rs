//! `getattr`, `setattr` and `delattr`: Python's order of the places where an attribute may be.
//!
//! For an object: a data descriptor of its type, then its own dict, then any other attribute of its
//! type. For a type: a data descriptor of its metatype, then the dicts along its own MRO, then any
//! other attribute of its metatype. After `_PyObject_GenericGetAttrWithDict` and
//! `_PyObject_GenericSetAttrWithDict` of `Objects/object.c`, and `type_getattro` and
//! `type_setattro` of `Objects/typeobject.c`.
//!
//! A class may have a `__getattr__`, which [`getattr`] [calls](Runtime::call) in the end. Its
//! `__getattribute__`, `__setattr__` and `__delattr__` are called by the runtime in place of these
//! functions.

use super::found::{Attribute, Found, Step};
use super::messages;
use super::own;
use super::runtime::Runtime;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{AsName, ObjectError, PyStr, PythonVersion, Value};

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
    let found = find(runtime, object, &attribute);
    finish(runtime, object, &attribute, found)
}

/// What [`getattr`] gives when this was found: `__getattr__` is asked last.
#[inline]
pub(super) fn finish<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    attribute: &Attribute<'_, impl AsName>,
    found: Result<Option<Value>, ObjectError>,
) -> Result<Value, ObjectError> {
    match found {
        Ok(Some(value)) => Ok(value),
        Ok(None) => fall_back(runtime, object, attribute, None),
        Err(error) if runtime.is_attribute_error(&error) => {
            fall_back(runtime, object, attribute, Some(error))
        }
        Err(error) => Err(error),
    }
}

/// Python's `object.__getattribute__(object, name)`, or that of `type` for a type: [`getattr`]
/// without `__getattr__`. A class with a `__getattribute__` of its own calls it.
///
/// # Errors
///
/// As [`getattr`].
pub fn object_getattr<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: impl AsName,
) -> Result<Value, ObjectError> {
    let attribute = Attribute::new(runtime, &name)?;
    match find(runtime, object, &attribute)? {
        Some(value) => Ok(value),
        None => Err(missing(runtime, object, &attribute)),
    }
}

/// The attribute, or `None` instead of an AttributeError.
///
/// In CPython `PyObject_GetOptionalAttr` of `Objects/object.c`. An
/// [AttributeError](Runtime::is_attribute_error) of a descriptor is `None` as well.
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
        Err(error) if runtime.is_attribute_error(&error) => Ok(None),
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
    let ty = type_of(runtime, object);
    let (found, key) = attribute.find_with_key(runtime, ty)?;
    match found {
        Some(found) if found.methods.is_data() => found.set(runtime, object, value),
        _ if runtime.has_dict(object) => own::set(runtime, object, (ty, key), &attribute, value),
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
    let ty = type_of(runtime, object);
    let (found, key) = attribute.find_with_key(runtime, ty)?;
    match found {
        Some(found) if found.methods.is_data() => found.delete(runtime, object),
        _ if runtime.has_dict(object) => match own::remove(runtime, object, key, &attribute)? {
            true => Ok(()),
            false => Err(runtime.with_types(|types| {
                refuse(types, ty, &attribute, messages::no_attribute_to_write)
            })),
        },
        found => Err(refuse_to_write(runtime, ty, &attribute, found.is_some())),
    }
}

/// The places where an attribute may be, in Python's order. `None` if it is nowhere.
fn find<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    attribute: &Attribute<'_, impl AsName>,
) -> Result<Option<Value>, ObjectError> {
    let ty = match runtime.instance(object) {
        Some(instance) => instance.ty(),
        None => match Type::of(object) {
            Some(ty) => return find_of_type(runtime, object, ty, attribute),
            None => runtime.type_of(object),
        },
    };
    let (found, key) = attribute.find_with_key(runtime, ty)?;
    match found {
        Some(found) if found.is_first() => found.get(runtime, Step::Of(object), ty).map(Some),
        found => match own::get(runtime, object, key, attribute)? {
            Some(value) => Ok(Some(value)),
            None => found.map(|found| found.get(runtime, Step::Of(object), ty)).transpose(),
        },
    }
}

/// The type of an object that is no type.
#[inline]
fn type_of<R: Runtime>(runtime: &R, object: &Value) -> Type {
    match runtime.instance(object) {
        Some(instance) => instance.ty(),
        None => runtime.type_of(object),
    }
}

fn find_of_type<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    ty: Type,
    attribute: &Attribute<'_, impl AsName>,
) -> Result<Option<Value>, ObjectError> {
    let metatype = runtime.with_types(|types| types.metatype(ty))?;
    let of_metatype = attribute.find(runtime, metatype)?;
    if let Some(found) = &of_metatype
        && found.is_first()
    {
        return found.clone().get(runtime, Step::Of(object), metatype).map(Some);
    }
    if let Some(found) = attribute.find(runtime, ty)? {
        return found.get(runtime, Step::OfType, ty).map(Some);
    }
    of_metatype.map(|found| found.get(runtime, Step::Of(object), metatype)).transpose()
}

/// Calls the `__getattr__` of the type of an object whose attribute was not found, or raised an
/// AttributeError.
#[cold]
fn fall_back<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    attribute: &Attribute<'_, impl AsName>,
    error: Option<ObjectError>,
) -> Result<Value, ObjectError> {
    let ty = type_of(runtime, object);
    let hook = runtime.with_types(|types| types.special.getattr);
    match (Attribute::new(runtime, &hook)?.find(runtime, ty)?, error) {
        (Some(hook), _) => {
            let name = Value::Str(attribute.text(runtime)?);
            let hook = hook.get(runtime, Step::Of(object), ty)?;
            runtime.call(&hook, &[name], &[])
        }
        (None, Some(error)) => Err(error),
        (None, None) => Err(missing(runtime, object, attribute)),
    }
}

/// The AttributeError of an object without such an attribute.
fn missing<R: Runtime>(
    runtime: &R,
    object: &Value,
    attribute: &Attribute<'_, impl AsName>,
) -> ObjectError {
    match Type::of(object) {
        Some(ty) => runtime.with_types(|types| refuse(types, ty, attribute, messages::type_has_no)),
        None => {
            let ty = runtime.type_of(object);
            runtime.with_types(|types| refuse(types, ty, attribute, messages::no_attribute))
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
