//! The special attributes of a type: reading them from the store, and writing them.

use std::sync::Arc;

use super::class_messages;
use super::create::TYPE;
use super::messages;
use super::ready::Ready;
use super::store::TypeStore;
use super::type_object::{Type, TypeValue};
use crate::object::names::escape;
use crate::object::{Errors, ObjectError, ObjectRef, PyStr, Value};

impl TypeStore<'_> {
    /// The value of an attribute that getting runs no user code.
    pub(super) fn special_attribute(&self, ty: Type, kind: Ready) -> Result<Value, ObjectError> {
        let object = self.type_object(ty)?;
        let types = |numbers: &[u32]| {
            let values = numbers.iter().map(|&number| self.value(self.type_at(number)));
            values.collect::<Result<Vec<Value>, ObjectError>>().map(Value::tuple)
        };
        match kind {
            Ready::Name => Ok(Value::from(&*object.name)),
            Ready::Qualname => Ok(match &object.qualname {
                Some(qualname) => Value::Str(qualname.clone()),
                None => Value::from(&*object.name),
            }),
            Ready::Bases => types(&object.bases),
            Ready::Mro => types(&object.mro),
            Ready::Base => match object.layout.base {
                Some(base) => self.value(self.type_at(base)),
                None => Ok(Value::None),
            },
            Ready::TypeDict => Ok(Value::Object(ObjectRef::new(self.dict(ty)?))),
            Ready::Module => self.module(ty),
            _ => Ok(Value::None),
        }
    }

    /// Sets a special attribute of a type. Returns what the caller has to drop.
    pub(super) fn set_special(
        &mut self,
        ty: Type,
        kind: Ready,
        value: Option<Value>,
    ) -> Result<Option<Value>, ObjectError> {
        let name = match kind {
            Ready::Name => "__name__",
            Ready::Qualname => "__qualname__",
            Ready::Bases => "__bases__",
            Ready::Module => "__module__",
            _ => "__doc__",
        };
        let object = self.type_object(ty)?;
        if object.is_immutable {
            return Err(messages::immutable(
                self.policy().python,
                &object.name,
                &PyStr::from(name),
            ));
        }
        let Some(value) = value else {
            return Err(class_messages::not_deleted(self.policy().python, name, &object.name));
        };
        match kind {
            Ready::Name => self.set_name(ty, &value).map(|()| None),
            Ready::Qualname => self.set_qualname(ty, &value).map(|()| None),
            Ready::Bases => self.set_bases_value(ty, &value).map(|()| None),
            _ => self.define(ty, name, value),
        }
    }

    /// Python's `ty.__class__ = metatype`, for layouts that agree.
    pub(super) fn set_metatype(&mut self, ty: Type, metatype: Type) -> Result<(), ObjectError> {
        self.type_object(metatype)?;
        self.type_object(ty)?;
        // What was derived from a tag may be of the metatype.
        self.retire_tags(ty.number);
        let object = &mut self.types[ty.number as usize];
        object.metatype = metatype.number;
        if let Some(value) = object.value.downcast_ref::<TypeValue>() {
            value.set_metatype(metatype.number);
        }
        Ok(())
    }

    /// Python's format `%T`: the module and the qualified name, but for well-known modules.
    pub(super) fn full_name(&self, ty: Type) -> Result<String, ObjectError> {
        let name = self.qualified_name(ty)?;
        match self.module(ty) {
            Ok(Value::Str(module)) if !["builtins", "__main__"].contains(&&*module.to_string()) => {
                Ok(format!("{}.{name}", escape(module.chars())))
            }
            _ => Ok(name),
        }
    }

    /// Python's `__qualname__`, to print.
    pub(super) fn qualified_name(&self, ty: Type) -> Result<String, ObjectError> {
        let object = self.type_object(ty)?;
        Ok(match &object.qualname {
            Some(qualname) => escape(qualname.chars()),
            None => object.name.to_string(),
        })
    }

    /// `type_get_module`: what the dict of the type says.
    fn module(&self, ty: Type) -> Result<Value, ObjectError> {
        let object = self.type_object(ty)?;
        // The entry of `type` is the descriptor for the others.
        match object.dict.get(self.special.module).filter(|_| ty.number != TYPE) {
            Some(module) => Ok(module.clone()),
            None if object.is_immutable => Ok(Value::from("builtins")),
            None => Err(class_messages::no_module()),
        }
    }

    fn set_name(&mut self, ty: Type, value: &Value) -> Result<(), ObjectError> {
        let old = &self.type_object(ty)?.name;
        let Value::Str(text) = value else {
            return Err(class_messages::only_string(old, "__name__", value));
        };
        let utf8 = text.to_utf8(Errors::Strict)?;
        let name = String::from_utf8_lossy(&utf8);
        if name.contains('\0') {
            return Err(messages::null_in_name());
        }
        let name: Arc<str> = name.into();
        self.retire_tags(ty.number);
        self.classes.set_name(ty.number, Arc::clone(&name));
        let object = &mut self.types[ty.number as usize];
        let old = std::mem::replace(&mut object.name, name);
        object.qualname.get_or_insert_with(|| PyStr::from(&*old));
        Ok(())
    }

    fn set_qualname(&mut self, ty: Type, value: &Value) -> Result<(), ObjectError> {
        let Value::Str(text) = value else {
            let name = &self.type_object(ty)?.name;
            return Err(class_messages::only_string(name, "__qualname__", value));
        };
        self.types[ty.number as usize].qualname = Some(text.clone());
        Ok(())
    }

    fn set_bases_value(&mut self, ty: Type, value: &Value) -> Result<(), ObjectError> {
        let name = &self.type_object(ty)?.name;
        let Value::Tuple(items) = value else {
            return Err(class_messages::only_tuple(name, value));
        };
        let mut bases = Vec::with_capacity(items.len());
        for item in items.items() {
            let Some(base) = Type::of(item) else {
                return Err(class_messages::not_classes(name, item));
            };
            // As in CPython before the next item is looked at.
            if self.is_subtype(base, ty)? {
                return Err(messages::cycle());
            }
            bases.push(base);
        }
        self.set_bases(ty, &bases)
    }
}
