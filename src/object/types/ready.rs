//! The ready descriptors: the special attributes of types and objects.
//!
//! | in the dict of | |
//! | --- | --- |
//! | `type` | `__name__`, `__qualname__`, `__module__`, `__doc__` |
//! | `type` | `__bases__`, `__base__`, `__mro__`, `__dict__` |
//! | `object` | `__class__` |
//! | a class that gives its instances a dict | `__dict__` |
//! | a class that lets them be referred to weakly | `__weakref__` |
//! | a class with `__slots__` | one for each slot |
//!
//! They are CPython's getset and member descriptors (`Objects/descrobject.c`, `type_getsets`,
//! `object_getsets` and `subtype_getsets_full` of `Objects/typeobject.c`). Getting and setting them
//! runs no user code; only `__doc__` of a class may be a descriptor that does.

use std::any::Any;
use std::sync::Arc;

use super::class_messages as messages;
use super::classes::Classes;
use super::create::{OBJECT, TYPE};
use super::runtime::Runtime;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Object, ObjectError, ObjectRef, PythonVersion, SharedDict, Value};

/// What a ready descriptor gets and sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    Name,
    Qualname,
    Module,
    Doc,
    Bases,
    Base,
    Mro,
    TypeDict,
    Class,
    Dict,
    Weakref,
    /// The slot with this index.
    Slot(u32),
}

/// The ready descriptors of `type`.
const OF_TYPE: [(&str, Ready); 8] = [
    ("__name__", Ready::Name),
    ("__qualname__", Ready::Qualname),
    ("__bases__", Ready::Bases),
    ("__base__", Ready::Base),
    ("__mro__", Ready::Mro),
    ("__dict__", Ready::TypeDict),
    ("__module__", Ready::Module),
    ("__doc__", Ready::Doc),
];

/// A descriptor of a special attribute or of a slot. A [`TypeStore`] puts them into its types.
///
/// ```
/// use hedgerow::object::{ReadyDescriptor, TypeArena, TypeStore, Value, getattr, repr, setattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let ty = types.create("C", &[])?;
/// let class = types.value(ty)?;
/// assert_eq!(repr(&getattr(&mut types, &class, "__name__")?)?, "'C'");
/// setattr(&mut types, &class, "__name__", Value::from("D"))?;
/// assert_eq!(repr(&class)?, "<class 'D'>");
/// let dict = types.dict(ty)?.get(&types, "__dict__")?.unwrap();
/// assert!(ReadyDescriptor::of(dict).is_some());
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub struct ReadyDescriptor {
    kind: Ready,
    name: Arc<str>,
    owner: Type,
    /// For the name of the owner.
    classes: Arc<Classes>,
}

impl ReadyDescriptor {
    /// The ready descriptor that a value is, if it is one.
    #[must_use]
    #[inline]
    pub fn of(value: &Value) -> Option<&ReadyDescriptor> {
        match value {
            Value::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }

    /// The name of the attribute.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type in whose dict it was put.
    #[must_use]
    pub fn owner(&self) -> Type {
        self.owner
    }

    /// Python's `me.__get__(object)`. `me` is the descriptor as a value.
    ///
    /// # Errors
    ///
    /// TypeError for an object that is no instance of the [owner](ReadyDescriptor::owner),
    /// AttributeError for a slot that is not set. What a `__doc__` that is a descriptor fails with.
    pub fn get<R: Runtime>(
        &self,
        runtime: &mut R,
        me: &Value,
        object: Option<&Value>,
    ) -> Result<Value, ObjectError> {
        let Some(object) = object else { return Ok(me.clone()) };
        self.check(runtime, object)?;
        match self.kind {
            Ready::Class => {
                let ty = runtime.type_of(object);
                runtime.with_types(|types| types.value(ty))
            }
            // A metaclass may have got the attribute from another base.
            Ready::Dict if Type::of(object).is_some() => {
                let ty = self.type_of_type(object)?;
                runtime.with_types(|types| types.special_attribute(ty, Ready::TypeDict))
            }
            Ready::Dict => match runtime.instance(object).and_then(|instance| instance.dict()) {
                Some(dict) => Ok(dict.to_value()),
                None => Err(messages::has_none("__dict__")),
            },
            Ready::Weakref => {
                let ty = runtime.type_of(object);
                match runtime.with_types(|types| types.layout(ty))?.has_weakref {
                    true => Ok(Value::None),
                    false => Err(messages::has_none("__weakref__")),
                }
            }
            Ready::Slot(index) => {
                let value = runtime.instance(object).and_then(|instance| instance.slot(index));
                value.ok_or_else(|| self.unset(runtime, object))
            }
            Ready::Doc => get_doc(runtime, self.type_of_type(object)?),
            kind => {
                let ty = self.type_of_type(object)?;
                runtime.with_types(|types| types.special_attribute(ty, kind))
            }
        }
    }

    /// The index of the slot, if it is the descriptor of one.
    pub(super) fn slot(&self) -> Option<u32> {
        match self.kind {
            Ready::Slot(index) => Some(index),
            _ => None,
        }
    }

    pub(super) fn set<R: Runtime>(
        &self,
        runtime: &mut R,
        object: &Value,
        value: Option<Value>,
    ) -> Result<(), ObjectError> {
        self.check(runtime, object)?;
        match (self.kind, value) {
            (Ready::Slot(index), value) => self.set_slot(runtime, object, index, value),
            (Ready::Class, None) => Err(messages::class_deleted()),
            (Ready::Class, Some(value)) => set_class(runtime, object, &value),
            (Ready::Dict, _) if Type::of(object).is_some() => {
                let python = self.classes.policy.python;
                Err(messages::not_writable(python, &self.name, "type"))
            }
            (Ready::Dict, value) => set_dict(runtime, object, value),
            (Ready::Weakref | Ready::Mro | Ready::Base | Ready::TypeDict, _) => {
                Err(self.refuse_write(runtime))
            }
            (kind, value) => {
                let ty = self.type_of_type(object)?;
                let old = runtime.with_types_mut(|types| types.set_special(ty, kind, value))?;
                // Not while the types are lent: this may run user code.
                drop(old);
                Ok(())
            }
        }
    }

    fn set_slot<R: Runtime>(
        &self,
        runtime: &R,
        object: &Value,
        index: u32,
        value: Option<Value>,
    ) -> Result<(), ObjectError> {
        let is_delete = value.is_none();
        let old = runtime.instance(object).and_then(|instance| instance.set_slot(index, value));
        match old {
            None if is_delete => Err(ObjectError::Attribute(self.name.to_string())),
            old => {
                drop(old);
                Ok(())
            }
        }
    }

    /// Refuses an object that is no instance of the owner.
    fn check<R: Runtime>(&self, runtime: &R, object: &Value) -> Result<(), ObjectError> {
        let ty = runtime.type_of(object);
        runtime.with_types(|types| {
            if types.owns_shared(self.kind) || types.is_subtype(ty, self.owner)? {
                return Ok(());
            }
            let (owner, name) = (types.name(self.owner)?, types.name(ty)?);
            Err(messages::not_for_object(types.policy().python, &self.name, owner, name))
        })
    }

    /// The type that an instance of `type` is.
    fn type_of_type(&self, object: &Value) -> Result<Type, ObjectError> {
        let (python, name) = (self.classes.policy.python, object.type_name());
        Type::of(object).ok_or_else(|| messages::not_for_object(python, &self.name, "type", name))
    }

    fn unset<R: Runtime>(&self, runtime: &R, object: &Value) -> ObjectError {
        let ty = runtime.type_of(object);
        runtime.with_types(|types| {
            let python = types.policy().python;
            let name = if python < PythonVersion::V3_13 {
                types.name(ty).map(str::to_string)
            } else {
                types.full_name(ty)
            };
            name.map_or_else(|error| error, |name| messages::slot_unset(python, &name, &self.name))
        })
    }

    fn refuse_write<R: Runtime>(&self, runtime: &R) -> ObjectError {
        runtime.with_types(|types| {
            if self.is_member(types.policy().python) {
                return messages::readonly_member();
            }
            let owner = if types.owns_shared(self.kind) { types.object() } else { self.owner };
            match types.name(owner) {
                Ok(owner) => messages::not_writable(types.policy().python, &self.name, owner),
                Err(error) => error,
            }
        })
    }

    fn is_member(&self, python: PythonVersion) -> bool {
        match self.kind {
            Ready::Slot(_) | Ready::Base => true,
            Ready::Mro => python == PythonVersion::V3_11,
            _ => false,
        }
    }
}

impl Object for ReadyDescriptor {
    fn type_name(&self) -> &str {
        if self.is_member(self.classes.policy.python) {
            "member_descriptor"
        } else {
            "getset_descriptor"
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        let python = self.classes.policy.python;
        let kind = if self.is_member(python) { "member" } else { "attribute" };
        let name = &self.name;
        let is_shared = matches!(self.kind, Ready::Class | Ready::Dict | Ready::Weakref);
        if is_shared && python >= PythonVersion::V3_15 {
            return Ok(format!("<{kind} '{name}'>"));
        }
        let owner = self.classes.name(self.owner.number);
        Ok(format!("<{kind} '{name}' of '{owner}' objects>"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl TypeStore<'_> {
    /// Puts the ready descriptors of `type` and `object` into their dicts.
    pub(super) fn define_ready(&mut self) {
        if !self.is_ready {
            return;
        }
        let [object, ty] = [OBJECT, TYPE].map(|number| self.type_at(number));
        let all = OF_TYPE.map(|(name, kind)| (ty, name, kind));
        for (owner, name, kind) in all.into_iter().chain([(object, "__class__", Ready::Class)]) {
            let descriptor = self.ready_descriptor(owner, name, kind);
            self.define(owner, name, descriptor).expect("memory for a few names");
        }
        for number in 0..self.types.len() as u32 {
            self.define_if_absent(self.type_at(number), self.special.doc, Value::None);
        }
    }

    /// Puts into a new type the descriptors of the dict and the weak references of its instances,
    /// and a `__doc__`, unless it has such names.
    pub(super) fn define_of_instances(&mut self, ty: Type, gives_dict: bool, gives_weakref: bool) {
        self.define_dict_and_weakref(ty, gives_dict, gives_weakref);
        if self.is_ready {
            self.define_if_absent(ty, self.special.doc, Value::None);
        }
    }

    pub(super) fn define_dict_and_weakref(&mut self, ty: Type, dict: bool, weakref: bool) {
        if dict && self.is_ready {
            let descriptor = self.ready_descriptor(ty, "__dict__", Ready::Dict);
            self.define_if_absent(ty, self.special.dict, descriptor);
        }
        if weakref && self.is_ready {
            let descriptor = self.ready_descriptor(ty, "__weakref__", Ready::Weakref);
            self.define_if_absent(ty, self.special.weakref, descriptor);
        }
    }

    pub(super) fn ready_descriptor(&self, owner: Type, name: &str, kind: Ready) -> Value {
        let classes = Arc::clone(&self.classes);
        Value::Object(ObjectRef::new(ReadyDescriptor { kind, name: name.into(), owner, classes }))
    }

    /// From 3.15 on some descriptors belong to `object`, and ask only whether the object has what
    /// they describe.
    fn owns_shared(&self, kind: Ready) -> bool {
        matches!(kind, Ready::Dict | Ready::Weakref) && self.policy().python >= PythonVersion::V3_15
    }
}

/// Python's `type.__doc__`: what the type itself says, not its bases.
fn get_doc<R: Runtime>(runtime: &mut R, ty: Type) -> Result<Value, ObjectError> {
    let doc = runtime.with_types(|types| {
        let doc = types.special.doc;
        Ok::<_, ObjectError>(types.type_object(ty)?.dict.get(doc).cloned())
    })?;
    // What `type` itself has describes the `__doc__` of others.
    let Some(doc) = doc.filter(|_| ty.number != TYPE) else { return Ok(Value::None) };
    match runtime.descriptor(&doc) {
        Some(descriptor) if descriptor.methods(runtime).get => {
            descriptor.get(runtime, &doc, None, ty)
        }
        _ => Ok(doc),
    }
}

fn set_dict<R: Runtime>(
    runtime: &R,
    object: &Value,
    value: Option<Value>,
) -> Result<(), ObjectError> {
    let dict = match value {
        None => None,
        Some(Value::Object(ref given)) if given.downcast_ref::<SharedDict>().is_some() => {
            given.downcast_ref::<SharedDict>().cloned()
        }
        Some(other) => {
            let python = runtime.with_types(|types| types.policy().python);
            return Err(messages::not_a_dict(python, &other));
        }
    };
    match runtime.instance(object).filter(|instance| instance.has_dict()) {
        Some(instance) => {
            instance.set_dict(dict);
            Ok(())
        }
        None => Err(messages::has_none("__dict__")),
    }
}

/// `object_set_class` of `Objects/typeobject.c`.
fn set_class<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    value: &Value,
) -> Result<(), ObjectError> {
    let Some(new) = Type::of(value) else { return Err(messages::class_is_no_type(value)) };
    let old = runtime.type_of(object);
    runtime.with_types(|types| {
        if types.type_object(new)?.is_immutable || types.type_object(old)?.is_immutable {
            return Err(messages::class_is_immutable());
        }
        types.refuse_layout("__class__", old.number, old.number, new.number)
    })?;
    if let Some(ty) = Type::of(object) {
        return runtime.with_types_mut(|types| types.set_metatype(ty, new));
    }
    match runtime.instance(object) {
        Some(instance) => {
            instance.set_type(new);
            Ok(())
        }
        None => Err(messages::class_is_immutable()),
    }
}
