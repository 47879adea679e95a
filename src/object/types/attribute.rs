//! `getattr`, `setattr` and `delattr`: which of the places where a name may stand goes first.
//!
//! On an object: a data descriptor of its type, then its own dict, then what else its type has. On
//! a type: a data descriptor of its metatype, then the dicts along its own MRO, then what else the
//! metatype has. `_PyObject_GenericGetAttrWithDict` and `_PyObject_GenericSetAttrWithDict` of
//! Objects/object.c, and `type_getattro` and `type_setattro` of Objects/typeobject.c, step by step.
//!
//! `__getattribute__` and `__getattr__` of a class are calls, which only the runtime can make: it
//! makes them around these.

use super::messages;
use super::runtime::{Descriptor, Methods, Runtime};
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{AsName, Name, ObjectError, PyStr, Value};

/// Python's `getattr(object, name)`. The object may be a [type](TypeStore::value).
///
/// Costs a cached lookup, one of the object's dict, and cloning what is found.
///
/// # Errors
///
/// TypeError for a name that is no str, AttributeError if there is no such attribute, both in
/// CPython's words; what a descriptor fails with, and what the equality of a key in the object's
/// dict fails with.
///
/// ```
/// use hedgerow::object::{TypeArena, TypeStore, Value, getattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let refused = getattr(&mut types, &Value::from(1), &Value::from(true)).unwrap_err();
/// assert_eq!(refused.to_string(), "attribute name must be string, not 'bool'");
/// ```
pub fn getattr<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    name: impl AsName,
) -> Result<Value, ObjectError> {
    let asked = Asked::new(runtime, &name)?;
    if let Some(ty) = Type::of(object) {
        return get_of_type(runtime, object, ty, &asked);
    }
    let ty = runtime.type_of(object);
    let found = asked.find(runtime, ty)?;
    if let Some(found) = &found
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(runtime, Some(object), ty);
    }
    if runtime.has_dict(object)
        && let Some(value) = runtime.dict_get(object, &asked.text(runtime)?)?
    {
        return Ok(value);
    }
    match found {
        Some(found) if found.methods.get => found.get(runtime, Some(object), ty),
        Some(found) => Ok(found.value),
        None => Err(runtime.with_types(|types| refuse(types, ty, &asked, messages::no_attribute))),
    }
}

/// The attribute if there is one: `getattr` without the AttributeError.
///
/// CPython: `PyObject_GetOptionalAttr` of Objects/object.c. An AttributeError of a descriptor
/// counts as well; one that the runtime [raised](ObjectError::raised) in a form of its own does not.
///
/// # Errors
///
/// As [`getattr`], but for AttributeError.
pub fn lookup_attr<H: Runtime>(
    runtime: &mut H,
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
/// As [`getattr`]; AttributeError for an object that has no dict, TypeError for an immutable type.
pub fn setattr<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    name: impl AsName,
    value: Value,
) -> Result<(), ObjectError> {
    let Some(ty) = Type::of(object) else { return object_setattr(runtime, object, name, value) };
    match find_data_of_metatype(runtime, ty, &name)? {
        Some(found) => found.set(runtime, object, value),
        None => {
            let old = runtime.with_types_mut(|types| types.set(ty, &name, value))?;
            // Here, not while the types are lent: this may run code of the user.
            drop(old);
            Ok(())
        }
    }
}

/// Python's `delattr(object, name)`. The object may be a [type](TypeStore::value).
///
/// # Errors
///
/// As [`setattr`]; AttributeError if the object itself has no such attribute.
pub fn delattr<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    name: impl AsName,
) -> Result<(), ObjectError> {
    let Some(ty) = Type::of(object) else { return object_delattr(runtime, object, name) };
    match find_data_of_metatype(runtime, ty, &name)? {
        Some(found) => found.delete(runtime, object),
        None => runtime.with_types_mut(|types| types.delete(ty, &name)).map(drop),
    }
}

/// Python's `object.__setattr__(object, name, value)`: what a class that has a `__setattr__` of its
/// own falls back on.
///
/// # Errors
///
/// As [`setattr`]; TypeError for a type, which is written by its own rules (`hackcheck` of
/// Objects/typeobject.c).
pub fn object_setattr<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    name: impl AsName,
    value: Value,
) -> Result<(), ObjectError> {
    refuse_type(object, "__setattr__")?;
    let asked = Asked::new(runtime, &name)?;
    let ty = runtime.type_of(object);
    match asked.find(runtime, ty)? {
        Some(found) if found.methods.is_data() => found.set(runtime, object, value),
        _ if runtime.has_dict(object) => runtime.dict_set(object, &asked.text(runtime)?, value),
        found => Err(refuse_to_write(runtime, ty, &asked, found.is_some())),
    }
}

/// Python's `object.__delattr__(object, name)`.
///
/// # Errors
///
/// As [`object_setattr`] and [`delattr`].
pub fn object_delattr<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    name: impl AsName,
) -> Result<(), ObjectError> {
    refuse_type(object, "__delattr__")?;
    let asked = Asked::new(runtime, &name)?;
    let ty = runtime.type_of(object);
    match asked.find(runtime, ty)? {
        Some(found) if found.methods.is_data() => found.delete(runtime, object),
        _ if runtime.has_dict(object) => {
            match runtime.dict_remove(object, &asked.text(runtime)?)? {
                true => Ok(()),
                false => Err(refuse_to_write(runtime, ty, &asked, false)),
            }
        }
        found => Err(refuse_to_write(runtime, ty, &asked, found.is_some())),
    }
}

/// A name that was asked for.
struct Asked<'n, N> {
    /// `None` if it was never interned: then it is in the dict of no type.
    name: Option<Name>,
    /// What the caller named it by.
    given: &'n N,
}

impl<'n, N: AsName> Asked<'n, N> {
    fn new<H: Runtime>(runtime: &H, given: &'n N) -> Result<Self, ObjectError> {
        let name = runtime.with_types(|types| given.find_name(types.names()))?;
        Ok(Asked { name, given })
    }

    /// The name as a key for the dicts of objects.
    fn text<H: Runtime>(&self, runtime: &H) -> Result<PyStr, ObjectError> {
        runtime.with_types(|types| self.given.name_str(types.names()))
    }

    fn find<H: Runtime>(&self, runtime: &H, ty: Type) -> Result<Option<Found>, ObjectError> {
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

/// What stands under a name in the dict of a type.
struct Found {
    value: Value,
    methods: Methods,
}

impl Found {
    fn get<H: Runtime>(
        &self,
        runtime: &mut H,
        object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        self.call(runtime, "__get__", true, |descriptor, runtime| {
            descriptor.get(runtime, &self.value, object, owner)
        })
    }

    fn set<H: Runtime>(
        &self,
        runtime: &mut H,
        object: &Value,
        value: Value,
    ) -> Result<(), ObjectError> {
        self.call(runtime, "__set__", self.methods.set, |descriptor, runtime| {
            descriptor.set(runtime, &self.value, object, value)
        })
    }

    fn delete<H: Runtime>(&self, runtime: &mut H, object: &Value) -> Result<(), ObjectError> {
        self.call(runtime, "__delete__", self.methods.delete, |descriptor, runtime| {
            descriptor.delete(runtime, &self.value, object)
        })
    }

    fn call<H: Runtime, T>(
        &self,
        runtime: &mut H,
        method: &str,
        has_it: bool,
        call: impl FnOnce(&dyn Descriptor<H>, &mut H) -> Result<T, ObjectError>,
    ) -> Result<T, ObjectError> {
        match runtime.descriptor(&self.value).filter(|_| has_it) {
            Some(descriptor) => call(descriptor, runtime),
            None => Err(messages::descriptor_lacks(method)),
        }
    }
}

fn get_of_type<H: Runtime>(
    runtime: &mut H,
    object: &Value,
    ty: Type,
    asked: &Asked<'_, impl AsName>,
) -> Result<Value, ObjectError> {
    let metatype = runtime.with_types(|types| types.metatype(ty))?;
    let of_metatype = asked.find(runtime, metatype)?;
    if let Some(found) = &of_metatype
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(runtime, Some(object), metatype);
    }
    match (asked.find(runtime, ty)?, of_metatype) {
        (Some(found), _) if found.methods.get => found.get(runtime, None, ty),
        (Some(found), _) => Ok(found.value),
        (None, Some(found)) if found.methods.get => found.get(runtime, Some(object), metatype),
        (None, Some(found)) => Ok(found.value),
        (None, None) => {
            Err(runtime.with_types(|types| refuse(types, ty, asked, messages::type_has_no)))
        }
    }
}

/// What a type that can be written leaves to a data descriptor of its metatype.
fn find_data_of_metatype<H: Runtime>(
    runtime: &H,
    ty: Type,
    name: &impl AsName,
) -> Result<Option<Found>, ObjectError> {
    let asked = Asked::new(runtime, name)?;
    let metatype = runtime.with_types(|types| {
        types.refuse_if_immutable(ty, name)?;
        types.metatype(ty)
    })?;
    Ok(asked.find(runtime, metatype)?.filter(|found| found.methods.is_data()))
}

/// Written as plain objects, types would not notice: neither their rules nor their caches.
fn refuse_type(object: &Value, method: &str) -> Result<(), ObjectError> {
    match Type::of(object) {
        Some(_) => Err(messages::not_for_types(method, object.type_name())),
        None => Ok(()),
    }
}

fn refuse(
    types: &TypeStore<'_>,
    ty: Type,
    asked: &Asked<'_, impl AsName>,
    words: fn(&str, &PyStr) -> ObjectError,
) -> ObjectError {
    match (types.name(ty), asked.given.name_str(types.names())) {
        (Ok(type_name), Ok(text)) => words(type_name, &text),
        (Err(error), _) | (_, Err(error)) => error,
    }
}

/// Where there is no place to write to: what the type of the object has cannot be written over.
fn refuse_to_write<H: Runtime>(
    runtime: &H,
    ty: Type,
    asked: &Asked<'_, impl AsName>,
    is_found: bool,
) -> ObjectError {
    let words = if is_found { messages::read_only } else { messages::no_attribute_to_write };
    runtime.with_types(|types| refuse(types, ty, asked, words))
}
