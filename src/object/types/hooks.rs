//! The hooks that making a class calls: `__set_name__` and `__init_subclass__`.
//!
//! After `type_new_set_names` and `type_new_init_subclass` of `Objects/typeobject.c`.

use super::class_messages as messages;
use super::found::{Attribute, Found, Step};
use super::runtime::Runtime;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Name, ObjectError, PyStr, PythonVersion, Value};

/// Calls `__set_name__(class, name)` of each value in the dict of a new class, in order.
pub(super) fn call_set_names<R: Runtime>(runtime: &mut R, ty: Type) -> Result<(), ObjectError> {
    let (class, items, hook) = runtime.with_types(|types| {
        let items = types.dict(ty)?.items(types)?.iter()?;
        Ok::<_, ObjectError>((types.value(ty)?, items, types.special.set_name))
    })?;
    for (name, value) in items {
        let of = runtime.type_of(&value);
        let Some(found) = Attribute::new(runtime, &hook)?.find(runtime, of)? else { continue };
        let called = found
            .get(runtime, Step::Of(&value), of)
            .and_then(|hook| runtime.call(&hook, &[class.clone(), name.clone()], &[]));
        if let Err(error) = called {
            return Err(runtime.with_types(|types| set_name_failed(types, ty, of, &name, error)));
        }
    }
    Ok(())
}

/// Calls `super(class, class).__init_subclass__(**keywords)`.
pub(super) fn call_init_subclass<R: Runtime>(
    runtime: &mut R,
    ty: Type,
    keywords: &[(PyStr, Value)],
) -> Result<(), ObjectError> {
    let name = runtime.with_types(|types| types.special.init_subclass);
    match find_after(runtime, ty, ty, name)? {
        Some(found) => {
            let hook = found.get(runtime, Step::OfType, ty)?;
            runtime.call(&hook, &[], keywords).map(drop)
        }
        None if keywords.is_empty() => Ok(()),
        None => Err(runtime.with_types(|types| match types.qualified_name(ty) {
            Ok(class) => messages::no_keywords(&class),
            Err(error) => error,
        })),
    }
}

/// The attribute in the first dict along the MRO of `ty` after `after` that has the name: what
/// `super(after, ty)` finds.
pub(super) fn find_after<R: Runtime>(
    runtime: &R,
    ty: Type,
    after: Type,
    name: Name,
) -> Result<Option<Found>, ObjectError> {
    let value = runtime.with_types(|types| {
        let mro = &types.type_object(ty)?.mro;
        let start = mro.iter().position(|&number| number == after.number);
        let rest = start.map_or(&[][..], |start| &mro[start + 1..]);
        let found = rest.iter().find_map(|&number| types.types[number as usize].dict.get(name));
        Ok::<_, ObjectError>(found.cloned())
    })?;
    Ok(value.map(|value| Found::new(runtime, value)))
}

impl TypeStore<'_> {
    /// Takes a class that user code refused out of the subclasses of its bases. User code may have
    /// it, so it stays a class.
    pub(super) fn abandon(&mut self, ty: Type) {
        if let Some(object) = self.types.get_mut(ty.number as usize) {
            object.is_abandoned = true;
        }
    }
}

fn set_name_failed(
    types: &TypeStore<'_>,
    ty: Type,
    of: Type,
    name: &Value,
    error: ObjectError,
) -> ObjectError {
    match (types.policy().python, types.name(of), types.name(ty)) {
        (python @ PythonVersion::V3_11, Ok(of), Ok(class)) => {
            messages::set_name_failed(python, of, name, class)
        }
        _ => error,
    }
}
