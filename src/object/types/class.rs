//! Making a class as a `class` statement does: its body, `__slots__`, and the hooks of others.

use super::class_messages as messages;
use super::create::TYPE;
use super::hooks::{call_init_subclass, call_set_names};
use super::messages::null_in_name;
use super::ready::Ready;
use super::runtime::{FunctionKind, Runtime};
use super::slots::Slots;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Name, ObjectError, PyStr, PythonVersion, SharedDict, Value};

/// The parts of a class statement: name, bases, metaclass, body, and keyword arguments.
///
/// ```
/// use hedgerow::object::{ClassBody, Instance, TypeArena, TypeStore, Value, getattr, setattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let body = ClassBody::new("Point").with("__slots__", Value::tuple(["x".into(), "y".into()]));
/// let ty = body.create(&mut types)?;
/// let point = Instance::value(&types, ty)?;
/// setattr(&mut types, &point, "x", Value::from(3))?;
/// assert_eq!(format!("{:?}", getattr(&mut types, &point, "x")?), "3");
/// let refused = setattr(&mut types, &point, "z", Value::from(4)).unwrap_err();
/// assert!(refused.to_string().starts_with("'Point' object has no attribute 'z'"));
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClassBody {
    name: String,
    bases: Vec<Type>,
    metatype: Option<Type>,
    namespace: Vec<(PyStr, Value)>,
    keywords: Vec<(PyStr, Value)>,
}

impl ClassBody {
    /// A class without bases, with an empty body.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (bases, namespace, keywords) = (Vec::new(), Vec::new(), Vec::new());
        ClassBody { name: name.into(), bases, metatype: None, namespace, keywords }
    }

    /// With these bases.
    #[must_use]
    pub fn bases(mut self, bases: &[Type]) -> Self {
        self.bases = bases.to_vec();
        self
    }

    /// With this metaclass, or one derived from it that a base has.
    #[must_use]
    pub fn metatype(mut self, metatype: Type) -> Self {
        self.metatype = Some(metatype);
        self
    }

    /// With one more name in the body.
    #[must_use]
    pub fn with(mut self, name: impl Into<PyStr>, value: Value) -> Self {
        self.namespace.push((name.into(), value));
        self
    }

    /// With the names of a dict in the body, in its order.
    ///
    /// # Errors
    ///
    /// TypeError for a key that is no str: the dict of a type has only names.
    pub fn with_namespace(mut self, dict: &SharedDict) -> Result<Self, ObjectError> {
        for item in dict.items().iter() {
            match item? {
                (Value::Str(name), value) => self.namespace.push((name, value)),
                (other, _) => return Err(messages::name_is_no_str(&other)),
            }
        }
        Ok(self)
    }

    /// With one more keyword argument, for `__init_subclass__`.
    #[must_use]
    pub fn keyword(mut self, name: impl Into<PyStr>, value: Value) -> Self {
        self.keywords.push((name.into(), value));
        self
    }

    /// Makes the class: Python's `type.__new__(metatype, name, bases, namespace, **keywords)`.
    ///
    /// After the class is made, `__set_name__` of each value in its body is called, then
    /// `__init_subclass__` of its parent. These are user code, which gets the runtime.
    ///
    /// # Errors
    ///
    /// As [`TypeStore::create_with_metatype`]; TypeError and ValueError for bad `__slots__`, with
    /// CPython's messages and in its order; then nothing has changed. What a hook fails with: then
    /// the class is no subclass of its bases, but what user code did stays, and so does its copy of
    /// the class.
    pub fn create<R: Runtime>(self, runtime: &mut R) -> Result<Type, ObjectError> {
        runtime.with_types(|types| types.parts(&self.bases, self.metatype_in(types)).map(drop))?;
        let slots = self.value_of("__slots__").cloned();
        let slots = slots.map(|value| slot_items(runtime, value)).transpose()?;
        let namespace = self.wrap_functions(runtime);
        let made = runtime.with_types_mut(|types| self.make(types, slots, &namespace));
        let ty = made?;
        let hooks = call_set_names(runtime, ty)
            .and_then(|()| call_init_subclass(runtime, ty, &self.keywords));
        match hooks {
            Ok(()) => Ok(ty),
            Err(error) => {
                runtime.with_types_mut(|types| types.abandon(ty));
                Err(error)
            }
        }
    }

    /// Makes the class, all or nothing. Runs no user code.
    fn make(
        &self,
        types: &mut TypeStore<'_>,
        slots: Option<Vec<Value>>,
        namespace: &[(PyStr, Value)],
    ) -> Result<Type, ObjectError> {
        let mut parts = types.parts(&self.bases, self.metatype_in(types))?;
        let slots = slots.map(|items| Slots::parse(types, &self.name, &parts, &items, namespace));
        let slots = slots.transpose()?;
        if self.name.contains('\0') {
            return Err(null_in_name());
        }
        let qualname = match self.value_of("__qualname__") {
            Some(Value::Str(qualname)) => Some(qualname.clone()),
            Some(other) => return Err(messages::qualname_is_no_str(other)),
            None => None,
        };
        let mut members = Vec::new();
        match slots {
            None => types.give_dict_and_weakref(&mut parts),
            Some(slots) => {
                slots.refuse_items(types, &parts)?;
                members = slots.apply(types, &mut parts)?;
            }
        }
        let named = intern_all(types, namespace)?;
        let gives = types.gives(&parts.layout);
        let ty = types.make_type(&self.name, parts)?;
        types.types[ty.number as usize].qualname = qualname;
        self.fill(types, ty, named, &members, gives)?;
        Ok(ty)
    }

    fn metatype_in(&self, types: &TypeStore<'_>) -> Type {
        self.metatype.unwrap_or_else(|| types.type_at(TYPE))
    }

    /// Fills the dict of a new type, in CPython's order.
    fn fill(
        &self,
        types: &mut TypeStore<'_>,
        ty: Type,
        named: Vec<(Name, Value)>,
        members: &[(Name, u32)],
        (gives_dict, gives_weakref): (bool, bool),
    ) -> Result<(), ObjectError> {
        let (qualname, eq, hash) = (types.special.qualname, types.special.eq, types.special.hash);
        let classcell = types.names.find("__classcell__")?;
        for (name, value) in named {
            if name != qualname && Some(name) != classcell {
                types.types[ty.number as usize].dict.insert(name, value);
            }
        }
        let members_first = types.policy().python < PythonVersion::V3_15;
        if !members_first {
            types.define_dict_and_weakref(ty, gives_dict, gives_weakref);
        }
        for &(name, index) in members {
            let text = types.names.text(name).into_owned();
            let descriptor = types.ready_descriptor(ty, &text, Ready::Slot(index));
            types.define_if_absent(ty, name, descriptor);
        }
        types.define_of_instances(ty, gives_dict, gives_weakref);
        if types.types[ty.number as usize].dict.position(eq).is_some() {
            types.define_if_absent(ty, hash, Value::None);
        }
        Ok(())
    }

    /// The last value of a name in the body.
    fn value_of(&self, name: &str) -> Option<&Value> {
        let name = PyStr::from(name);
        self.namespace.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The body, in which functions under some names are class or static methods.
    fn wrap_functions<R: Runtime>(&self, runtime: &mut R) -> Vec<(PyStr, Value)> {
        let mut namespace = self.namespace.clone();
        for (name, value) in &mut namespace {
            let kind = match name.to_string().as_str() {
                "__new__" => FunctionKind::Static,
                "__init_subclass__" | "__class_getitem__" => FunctionKind::Class,
                _ => continue,
            };
            if let Some(wrapped) = runtime.wrap_function(kind, value) {
                *value = wrapped;
            }
        }
        namespace
    }
}

/// The items of `__slots__`: a str is one slot.
fn slot_items<R: Runtime>(runtime: &mut R, slots: Value) -> Result<Vec<Value>, ObjectError> {
    match slots {
        Value::Str(_) => Ok(vec![slots]),
        other => runtime.iterate(&other),
    }
}

fn intern_all(
    types: &mut TypeStore<'_>,
    namespace: &[(PyStr, Value)],
) -> Result<Vec<(Name, Value)>, ObjectError> {
    let names = types.names_mut();
    namespace.iter().map(|(name, value)| Ok((names.intern(name)?, value.clone()))).collect()
}
