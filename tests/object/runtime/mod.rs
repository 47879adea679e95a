//! A small runtime to test attributes with: types, and descriptors that keep a log.

use std::any::Any;

use hedgerow::object::{
    Descriptor, HashPolicy, Methods, Object, ObjectError, ObjectRef, PythonVersion, Runtime, Type,
    TypeArena, TypeStore, Value, setattr,
};

/// Types, and the log of descriptors.
pub(crate) struct TestRuntime<'a> {
    pub(crate) types: TypeStore<'a>,
    pub(crate) log: Vec<String>,
}

impl<'a> TestRuntime<'a> {
    pub(crate) fn new(arena: &'a TypeArena) -> Self {
        TestRuntime::of_python(arena, PythonVersion::LATEST)
    }

    /// A runtime with the words of this Python.
    pub(crate) fn of_python(arena: &'a TypeArena, python: PythonVersion) -> Self {
        let policy = HashPolicy { python, ..HashPolicy::random() };
        TestRuntime { types: TypeStore::with_policy(arena, policy), log: Vec::new() }
    }
}

impl Runtime for TestRuntime<'_> {
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
        read(&self.types)
    }

    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
        write(&mut self.types)
    }

    fn descriptor<'v>(&self, value: &'v Value) -> Option<&'v dyn Descriptor<Self>> {
        let Value::Object(object) = value else { return None };
        object.downcast_ref::<Scripted>().map(|scripted| scripted as _)
    }
}

/// What a descriptor does when it is called, before it returns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    /// Raises ValueError.
    Fail,
    /// Sets the attribute `a` of the owner, or of the type of the object, to 7.
    ChangeType,
}

/// A descriptor with some of the three methods.
pub(crate) struct Scripted {
    pub(crate) methods: Methods,
    pub(crate) action: Action,
    pub(crate) tag: i64,
}

impl Scripted {
    pub(crate) fn value(methods: Methods, action: Action, tag: i64) -> Value {
        Value::from(ObjectRef::new(Scripted { methods, action, tag }))
    }

    fn run(&self, runtime: &mut TestRuntime<'_>, ty: Type) -> Result<(), ObjectError> {
        match self.action {
            Action::Nothing => Ok(()),
            Action::Fail => Err(ObjectError::Value(format!("descriptor {} fails", self.tag))),
            Action::ChangeType => {
                let ty = runtime.types.value(ty)?;
                setattr(runtime, &ty, "a", Value::from(7))
            }
        }
    }
}

impl Object for Scripted {
    fn type_name(&self) -> &str {
        "Scripted"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("D{}", self.tag))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Descriptor<TestRuntime<'_>> for Scripted {
    fn methods(&self, _runtime: &TestRuntime<'_>) -> Methods {
        self.methods
    }

    fn get(
        &self,
        runtime: &mut TestRuntime<'_>,
        _me: &Value,
        object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        self.run(runtime, owner)?;
        let owner = runtime.types.name(owner)?;
        let on = if object.is_some() { "object" } else { "type" };
        Ok(Value::from(format!("get {} on {on} of {owner}", self.tag).as_str()))
    }

    fn set(
        &self,
        runtime: &mut TestRuntime<'_>,
        _me: &Value,
        object: &Value,
        value: Value,
    ) -> Result<(), ObjectError> {
        self.run(runtime, runtime.type_of(object))?;
        runtime.log.push(format!("set {} to {value:?}", self.tag));
        Ok(())
    }

    fn delete(
        &self,
        runtime: &mut TestRuntime<'_>,
        _me: &Value,
        object: &Value,
    ) -> Result<(), ObjectError> {
        self.run(runtime, runtime.type_of(object))?;
        runtime.log.push(format!("delete {}", self.tag));
        Ok(())
    }
}
