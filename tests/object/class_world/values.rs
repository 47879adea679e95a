//! The runtime of these programs: functions, class methods, and values with `__set_name__`.

use std::any::Any;

use hedgerow::object::{
    Descriptor, HashPolicy, Methods, Object, ObjectError, ObjectRef, PyStr, Runtime, Type,
    TypeArena, TypeStore, Value, setattr,
};

/// A part of a line of the log. Values are shown when the step has ended, as there.
pub(super) enum LogPart {
    Text(String),
    Value(Value),
}

/// Types, and a log.
pub(crate) struct Host<'a> {
    pub(crate) types: TypeStore<'a>,
    pub(super) log: Vec<Vec<LogPart>>,
    /// The type of [`Named`].
    named: Type,
}

impl<'a> Host<'a> {
    pub(super) fn new(arena: &'a TypeArena, policy: HashPolicy) -> Self {
        let mut types = TypeStore::with_policy(arena, policy);
        let named = types.create("Named", &[]).unwrap();
        let hook = Value::from(ObjectRef::new(SetName));
        types.define(named, "__set_name__", hook).unwrap();
        Host { types, log: Vec::new(), named }
    }

    fn act(&mut self, action: i64, tag: i64, owner: Type) -> Result<(), ObjectError> {
        match action {
            1 => Err(ObjectError::Value(format!("hook {tag} fails"))),
            2 => {
                let owner = self.types.value(owner)?;
                setattr(self, &owner, "b", Value::from(tag))
            }
            3 => Err(ObjectError::Attribute(format!("hook {tag} hides"))),
            _ => Ok(()),
        }
    }
}

impl Runtime for Host<'_> {
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
        read(&self.types)
    }

    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
        write(&mut self.types)
    }

    fn type_of(&self, object: &Value) -> Type {
        match object {
            Value::Object(inner) if inner.downcast_ref::<Named>().is_some() => self.named,
            _ => self.types.type_of(object),
        }
    }

    fn descriptor<'v>(&self, value: &'v Value) -> Option<&'v dyn Descriptor<Self>> {
        let Value::Object(object) = value else { return None };
        if let Some(function) = object.downcast_ref::<Function>() {
            return Some(function);
        }
        if let Some(hook) = object.downcast_ref::<SetName>() {
            return Some(hook);
        }
        object.downcast_ref::<ClassFunction>().map(|function| function as _)
    }

    fn call(
        &mut self,
        callable: &Value,
        arguments: &[Value],
        keywords: &[(PyStr, Value)],
    ) -> Result<Value, ObjectError> {
        self.call_value(callable, arguments, keywords)
    }
}

macro_rules! plain_object {
    ($type:ident) => {
        impl Object for $type {
            fn type_name(&self) -> &str {
                stringify!($type)
            }

            fn as_any(&self) -> &dyn Any {
                self
            }
        }

        impl $type {
            #[allow(dead_code, reason = "not each kind is made by a program")]
            pub(super) fn value(self) -> Value {
                Value::from(ObjectRef::new(self))
            }
        }
    };
}

/// A function in the body of a class.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) tag: i64,
    pub(super) action: i64,
}

/// A function that is bound to an object or a class.
pub(super) struct Bound {
    pub(super) function: Value,
    pub(super) to: Value,
}

pub(super) struct ClassFunction(pub(super) Function);

/// The function `Named.__set_name__`.
pub(super) struct SetName;

/// A value with `__set_name__`.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) tag: i64,
    pub(super) action: i64,
}

plain_object!(Function);
plain_object!(Bound);
plain_object!(ClassFunction);
plain_object!(SetName);

impl Named {
    pub(super) fn value(self) -> Value {
        Value::from(ObjectRef::new(self))
    }
}

impl Object for Named {
    fn type_name(&self) -> &str {
        "Named"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("N{}", self.tag))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Function {
    pub(super) fn run(
        self,
        host: &mut Host<'_>,
        arguments: &[Value],
        keywords: &[(PyStr, Value)],
    ) -> Result<Value, ObjectError> {
        let mut line = vec![LogPart::Text(format!("call F{}(", self.tag))];
        for (at, argument) in arguments.iter().enumerate() {
            line.push(LogPart::Text(if at > 0 { ", " } else { "" }.into()));
            line.push(LogPart::Value(argument.clone()));
        }
        for (name, value) in keywords {
            line.push(LogPart::Text(format!(", {name}=")));
            line.push(LogPart::Value(value.clone()));
        }
        line.push(LogPart::Text(")".into()));
        host.log.push(line);
        let owner = Type::of(&arguments[0]).unwrap_or_else(|| host.type_of(&arguments[0]));
        host.act(self.action, self.tag, owner)?;
        Ok(Value::from(format!("result {}", self.tag).as_str()))
    }
}

/// `Named.__set_name__(named, owner, name)`.
pub(super) fn set_name(host: &mut Host<'_>, arguments: &[Value]) -> Result<Value, ObjectError> {
    let [Value::Object(named), owner, Value::Str(name)] = arguments else {
        panic!("{arguments:?}");
    };
    let (named, owner) =
        (*named.downcast_ref::<Named>().expect("a Named"), Type::of(owner).expect("a type"));
    let class = host.types.name(owner)?;
    let line = format!("set_name N{} {class} {name}", named.tag);
    host.log.push(vec![LogPart::Text(line)]);
    host.act(named.action, named.tag, owner)?;
    Ok(Value::None)
}

impl Descriptor<Host<'_>> for Function {
    fn methods(&self, _runtime: &Host<'_>) -> Methods {
        Methods::GET
    }

    fn is_function(&self, _runtime: &Host<'_>) -> bool {
        true
    }

    fn get(
        &self,
        _runtime: &mut Host<'_>,
        me: &Value,
        object: Option<&Value>,
        _owner: Type,
    ) -> Result<Value, ObjectError> {
        Ok(match object {
            Some(object) => Bound { function: me.clone(), to: object.clone() }.value(),
            None => me.clone(),
        })
    }
}

impl Descriptor<Host<'_>> for SetName {
    fn methods(&self, _runtime: &Host<'_>) -> Methods {
        Methods::GET
    }

    fn get(
        &self,
        _runtime: &mut Host<'_>,
        me: &Value,
        object: Option<&Value>,
        _owner: Type,
    ) -> Result<Value, ObjectError> {
        let to = object.cloned().unwrap_or(Value::None);
        Ok(Bound { function: me.clone(), to }.value())
    }
}

impl Descriptor<Host<'_>> for ClassFunction {
    fn methods(&self, _runtime: &Host<'_>) -> Methods {
        Methods::GET
    }

    fn get(
        &self,
        runtime: &mut Host<'_>,
        _me: &Value,
        _object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        let to = runtime.types.value(owner)?;
        Ok(Bound { function: self.0.value(), to }.value())
    }
}
