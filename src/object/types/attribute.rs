//! `getattr`, `setattr` and `delattr`: which of the places where a name may stand goes first.
//!
//! On an object: a data descriptor of its type, then its own dict, then what else its type has. On
//! a type: a data descriptor of its metatype, then the dicts along its own MRO, then what else the
//! metatype has. `_PyObject_GenericGetAttrWithDict` and `_PyObject_GenericSetAttrWithDict` of
//! Objects/object.c, and `type_getattro` and `type_setattro` of Objects/typeobject.c, step by step.
//!
//! `__getattribute__` and `__getattr__` of a class are calls, which only the host can make: it
//! makes them around these.

use super::host::{Descriptor, Host, Methods};
use super::{Type, TypeStore, words};
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
/// use hedgerow::object::{TypeStore, Value, getattr};
///
/// let mut types = TypeStore::new();
/// let refused = getattr(&mut types, &Value::from(1), &Value::from(true)).unwrap_err();
/// assert_eq!(refused.to_string(), "attribute name must be string, not 'bool'");
/// ```
pub fn getattr<H: Host>(
    host: &mut H,
    object: &Value,
    name: impl AsName,
) -> Result<Value, ObjectError> {
    let asked = Asked::new(host, &name)?;
    if let Some(ty) = Type::of(object) {
        return get_of_type(host, object, ty, &asked);
    }
    let ty = host.type_of(object);
    let found = asked.find(host, ty)?;
    if let Some(found) = &found
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(host, Some(object), ty);
    }
    if host.has_dict(object)
        && let Some(value) = host.dict_get(object, &asked.text)?
    {
        return Ok(value);
    }
    match found {
        Some(found) if found.methods.get => found.get(host, Some(object), ty),
        Some(found) => Ok(found.value),
        None => Err(host.with_types(|types| refuse(types, ty, &asked, words::no_attribute))),
    }
}

/// Python's `setattr(object, name, value)`. The object may be a [type](TypeStore::value).
///
/// # Errors
///
/// As [`getattr`]; AttributeError for an object that has no dict, TypeError for an immutable type.
pub fn setattr<H: Host>(
    host: &mut H,
    object: &Value,
    name: impl AsName,
    value: Value,
) -> Result<(), ObjectError> {
    let asked = Asked::new(host, &name)?;
    if let Some(ty) = Type::of(object) {
        let metatype = host.with_types(|types| {
            types.refuse_if_immutable(ty, &name)?;
            types.metatype(ty)
        })?;
        return match asked.find(host, metatype)?.filter(|found| found.methods.is_data()) {
            Some(found) => found.set(host, object, value),
            None => {
                let old = host.with_types_mut(|types| types.set(ty, &name, value))?;
                // Here, not while the types are lent: this may run code of the user.
                drop(old);
                Ok(())
            }
        };
    }
    let ty = host.type_of(object);
    let found = asked.find(host, ty)?;
    match found {
        Some(found) if found.methods.is_data() => found.set(host, object, value),
        _ if host.has_dict(object) => host.dict_set(object, &asked.text, value),
        found => Err(refuse_to_write(host, ty, &asked, found.is_some())),
    }
}

/// Python's `delattr(object, name)`. The object may be a [type](TypeStore::value).
///
/// # Errors
///
/// As [`setattr`]; AttributeError if the object itself has no such attribute.
pub fn delattr<H: Host>(
    host: &mut H,
    object: &Value,
    name: impl AsName,
) -> Result<(), ObjectError> {
    let asked = Asked::new(host, &name)?;
    if let Some(ty) = Type::of(object) {
        let metatype = host.with_types(|types| {
            types.refuse_if_immutable(ty, &name)?;
            types.metatype(ty)
        })?;
        return match asked.find(host, metatype)?.filter(|found| found.methods.is_data()) {
            Some(found) => found.delete(host, object),
            None => host.with_types_mut(|types| types.delete(ty, &name)).map(drop),
        };
    }
    let ty = host.type_of(object);
    let found = asked.find(host, ty)?;
    match found {
        Some(found) if found.methods.is_data() => found.delete(host, object),
        _ if host.has_dict(object) => {
            if host.dict_remove(object, &asked.text)? {
                return Ok(());
            }
            let words = words::no_attribute_to_write;
            Err(host.with_types(|types| refuse(types, ty, &asked, words)))
        }
        found => Err(refuse_to_write(host, ty, &asked, found.is_some())),
    }
}

/// A name that was asked for: its handle, and its text for dicts and messages.
struct Asked {
    /// `None` if it was never interned: then it is in the dict of no type.
    name: Option<Name>,
    text: PyStr,
}

impl Asked {
    fn new<H: Host>(host: &H, name: &impl AsName) -> Result<Self, ObjectError> {
        host.with_types(|types| {
            let (name, text) = (name.find_name(types.names())?, name.name_str(types.names())?);
            Ok(Asked { name, text })
        })
    }

    fn find<H: Host>(&self, host: &H, ty: Type) -> Result<Option<Found>, ObjectError> {
        let value = host.with_types(|types| {
            let row = types.row(ty)?;
            Ok::<_, ObjectError>(self.name.and_then(|name| types.lookup_row(row, name)).cloned())
        })?;
        Ok(value.map(|value| {
            let methods = host.descriptor(&value).map(|descriptor| descriptor.methods(host));
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
    fn get<H: Host>(
        &self,
        host: &mut H,
        object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        self.call(host, "__get__", true, |descriptor, host| {
            descriptor.get(host, &self.value, object, owner)
        })
    }

    fn set<H: Host>(&self, host: &mut H, object: &Value, value: Value) -> Result<(), ObjectError> {
        self.call(host, "__set__", self.methods.set, |descriptor, host| {
            descriptor.set(host, &self.value, object, value)
        })
    }

    fn delete<H: Host>(&self, host: &mut H, object: &Value) -> Result<(), ObjectError> {
        self.call(host, "__delete__", self.methods.delete, |descriptor, host| {
            descriptor.delete(host, &self.value, object)
        })
    }

    fn call<H: Host, T>(
        &self,
        host: &mut H,
        method: &str,
        has_it: bool,
        call: impl FnOnce(&dyn Descriptor<H>, &mut H) -> Result<T, ObjectError>,
    ) -> Result<T, ObjectError> {
        match host.descriptor(&self.value).filter(|_| has_it) {
            Some(descriptor) => call(descriptor, host),
            None => Err(words::descriptor_lacks(method)),
        }
    }
}

fn get_of_type<H: Host>(
    host: &mut H,
    object: &Value,
    ty: Type,
    asked: &Asked,
) -> Result<Value, ObjectError> {
    let metatype = host.with_types(|types| types.metatype(ty))?;
    let of_metatype = asked.find(host, metatype)?;
    if let Some(found) = &of_metatype
        && found.methods.get
        && found.methods.is_data()
    {
        return found.get(host, Some(object), metatype);
    }
    match (asked.find(host, ty)?, of_metatype) {
        (Some(found), _) if found.methods.get => found.get(host, None, ty),
        (Some(found), _) => Ok(found.value),
        (None, Some(found)) if found.methods.get => found.get(host, Some(object), metatype),
        (None, Some(found)) => Ok(found.value),
        (None, None) => Err(host.with_types(|types| refuse(types, ty, asked, words::type_has_no))),
    }
}

fn refuse(
    types: &TypeStore,
    ty: Type,
    asked: &Asked,
    words: fn(&str, &PyStr) -> ObjectError,
) -> ObjectError {
    match types.name(ty) {
        Ok(type_name) => words(type_name, &asked.text),
        Err(error) => error,
    }
}

/// For an object without a dict: what its type has cannot be written over.
fn refuse_to_write<H: Host>(host: &H, ty: Type, asked: &Asked, is_found: bool) -> ObjectError {
    let words = if is_found { words::read_only } else { words::no_attribute_to_write };
    host.with_types(|types| refuse(types, ty, asked, words))
}
