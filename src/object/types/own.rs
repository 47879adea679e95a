//! The attributes of an object itself: its shared keys, its own dict, or what the runtime has.

use super::classes::MAX_KEYS;
use super::found::Attribute;
use super::instance::{Instance, Own};
use super::runtime::Runtime;
use super::type_object::Type;
use crate::object::{AsName, ObjectError, Value};

/// An attribute of an object itself. `key` is its index among the shared keys of the type.
#[inline]
pub(super) fn get<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    key: Option<u32>,
    attribute: &Attribute<'_, impl AsName>,
) -> Result<Option<Value>, ObjectError> {
    match with_dict(runtime, object) {
        Some(instance) => match instance.own(key) {
            Own::Value(value) => Ok(Some(value)),
            Own::Absent => Ok(None),
            Own::Dict(dict) => dict.get(&attribute.text(runtime)?),
        },
        None if runtime.has_dict(object) => runtime.dict_get(object, &attribute.text(runtime)?),
        None => Ok(None),
    }
}

/// Sets an attribute of an object that has a dict.
pub(super) fn set<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    (ty, key): (Type, Option<u32>),
    attribute: &Attribute<'_, impl AsName>,
    value: Value,
) -> Result<(), ObjectError> {
    let Some(instance) = with_dict(runtime, object) else {
        return runtime.dict_set(object, &attribute.text(runtime)?, value);
    };
    let key = match key {
        None if instance.is_split() => runtime.with_types_mut(|types| {
            // A name that cannot become a key is not interned: names stay for good.
            if types.type_object(ty)?.keys.len() >= MAX_KEYS {
                return Ok(None);
            }
            let name = attribute.given.intern_name(types.names_mut())?;
            Ok::<_, ObjectError>(types.share_key(ty, name))
        })?,
        key => key,
    };
    match instance.set_shared(key, value) {
        // The old value is dropped here, where nothing is locked.
        Ok(_) => Ok(()),
        Err((dict, value)) => {
            dict.insert(Value::Str(attribute.text(runtime)?), value)?;
            Ok(())
        }
    }
}

/// Removes an attribute of an object itself. Returns whether it was there.
pub(super) fn remove<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    key: Option<u32>,
    attribute: &Attribute<'_, impl AsName>,
) -> Result<bool, ObjectError> {
    match with_dict(runtime, object) {
        Some(instance) => match instance.remove_own(key) {
            Own::Value(_) => Ok(true),
            Own::Absent => Ok(false),
            Own::Dict(dict) => Ok(dict.remove(&attribute.text(runtime)?)?.is_some()),
        },
        None => runtime.dict_remove(object, &attribute.text(runtime)?),
    }
}

#[inline]
fn with_dict<'v, R: Runtime>(runtime: &R, object: &'v Value) -> Option<&'v Instance> {
    runtime.instance(object).filter(|instance| instance.has_dict())
}
