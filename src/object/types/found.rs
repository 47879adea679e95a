//! An attribute that was found in the dict of a type, and the calls of its descriptor methods.

use super::class_messages;
use super::messages;
use super::ready::ReadyDescriptor;
use super::runtime::{Descriptor, Methods, Runtime};
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{AsName, Name, ObjectError, PyStr, Value};

/// The attribute that a rule is about.
pub(super) struct Attribute<'n, N> {
    /// `None` if it is not interned: then no type has it.
    pub(super) name: Option<Name>,
    /// What the caller gave as the name.
    pub(super) given: &'n N,
}

/// For what an attribute is asked.
#[derive(Clone, Copy)]
pub(super) enum Step<'v> {
    /// For the type itself: `C.x`.
    OfType,
    /// For an object: `c.x`.
    Of(&'v Value),
}

/// An attribute found in the dict of a type.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) methods: Methods,
}

impl<'n, N: AsName> Attribute<'n, N> {
    pub(super) fn new<R: Runtime>(runtime: &R, given: &'n N) -> Result<Self, ObjectError> {
        let name = runtime.with_types(|types| {
            given.find_name(types.names()).map_err(|error| not_found(types, given, error))
        })?;
        Ok(Attribute { name, given })
    }

    /// The name as a key of the dict of an object.
    pub(super) fn text<R: Runtime>(&self, runtime: &R) -> Result<PyStr, ObjectError> {
        runtime.with_types(|types| self.given.name_str(types.names()))
    }

    /// What the dicts along the MRO of a type have.
    pub(super) fn find<R: Runtime>(
        &self,
        runtime: &R,
        ty: Type,
    ) -> Result<Option<Found>, ObjectError> {
        Ok(self.find_with_key(runtime, ty)?.0)
    }

    /// The same, and the index among the shared keys of the instances of the type.
    #[inline]
    pub(super) fn find_with_key<R: Runtime>(
        &self,
        runtime: &R,
        ty: Type,
    ) -> Result<(Option<Found>, Option<u32>), ObjectError> {
        let (value, key) = runtime.with_types(|types| {
            let object = types.type_object(ty)?;
            let Some(name) = self.name else { return Ok::<_, ObjectError>((None, None)) };
            let place = types.place(object, name);
            let value = place.location.and_then(|location| types.at(location));
            Ok((value.cloned(), place.key))
        })?;
        Ok((value.map(|value| Found::new(runtime, value)), key))
    }
}

/// The error of a name that could not be looked up, in the words of the version.
#[cold]
fn not_found(types: &TypeStore<'_>, given: &impl AsName, error: ObjectError) -> ObjectError {
    match given.as_value() {
        Some(Value::Str(_)) | None => error,
        Some(value) => class_messages::not_a_name(types.policy().python, value),
    }
}

impl Found {
    #[inline]
    pub(super) fn new<R: Runtime>(runtime: &R, value: Value) -> Self {
        let methods = if ReadyDescriptor::of(&value).is_some() {
            Methods::ALL
        } else {
            let descriptor = runtime.descriptor(&value);
            descriptor.map(|descriptor| descriptor.methods(runtime)).unwrap_or_default()
        };
        Found { value, methods }
    }

    /// Whether it decides before the dict of an instance does.
    #[inline]
    pub(super) fn is_first(&self) -> bool {
        self.methods.get && self.methods.is_data()
    }

    /// The value, or what its `__get__` gives.
    pub(super) fn get<R: Runtime>(
        self,
        runtime: &mut R,
        step: Step<'_>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        if !self.methods.get {
            return Ok(self.value);
        }
        let object = match step {
            Step::OfType => None,
            Step::Of(object) => Some(object),
        };
        if let Some(ready) = ReadyDescriptor::of(&self.value) {
            return ready.get(runtime, &self.value, object);
        }
        self.call(runtime, "__get__", true, |descriptor, runtime| {
            descriptor.get(runtime, &self.value, object, owner)
        })
    }

    pub(super) fn set<R: Runtime>(
        &self,
        runtime: &mut R,
        object: &Value,
        value: Value,
    ) -> Result<(), ObjectError> {
        if let Some(ready) = ReadyDescriptor::of(&self.value) {
            return ready.set(runtime, object, Some(value));
        }
        self.call(runtime, "__set__", self.methods.set, |descriptor, runtime| {
            descriptor.set(runtime, &self.value, object, value)
        })
    }

    pub(super) fn delete<R: Runtime>(
        &self,
        runtime: &mut R,
        object: &Value,
    ) -> Result<(), ObjectError> {
        if let Some(ready) = ReadyDescriptor::of(&self.value) {
            return ready.set(runtime, object, None);
        }
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
