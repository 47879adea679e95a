//! The classes whose errors are compared, most of them with a long name.

use hedgerow::object::{
    ClassBody, HashPolicy, Instance, ObjectError, ReadyDescriptor, Type, TypeArena, TypeStore,
    Value, delattr, getattr, setattr,
};

use crate::runtime::TestRuntime;

pub(crate) type Made = Result<Type, ObjectError>;
pub(crate) type Answer = Result<(), ObjectError>;

/// The classes that the calls are about.
pub(crate) struct World<'a> {
    pub(crate) runtime: TestRuntime<'a>,
    pub(crate) c: Type,
    pub(crate) plain: Type,
    pub(crate) empty: Type,
    pub(crate) found: Type,
    pub(crate) a: Type,
    pub(crate) b: Type,
    pub(crate) meta: Type,
    pub(crate) of_meta: Type,
    /// An object of `plain`.
    pub(crate) one: Value,
}

impl<'a> World<'a> {
    pub(crate) fn new(arena: &'a TypeArena, policy: &HashPolicy) -> Self {
        let types = TypeStore::with_policy(arena, policy.clone());
        let mut runtime = TestRuntime { types, log: Vec::new() };
        let ty = runtime.types.metatype(runtime.types.object()).unwrap();
        let mut make = |body: ClassBody| body.create(&mut runtime).unwrap();
        let with_slot = |name| body(&long()).with("__slots__", slots([name]));
        let c = make(ClassBody::new("C").with("__module__", "__main__".into()));
        let plain = make(body(&long()));
        let empty = make(body(&long()).with("__slots__", slots([])));
        let found = body(&long()).with("__slots__", slots([])).with("found", 1.into());
        let (found, a, b) = (make(found), make(with_slot("a")), make(with_slot("b")));
        make(body(&long()).bases(&[plain]));
        let meta = make(body(&long()).bases(&[ty]));
        let of_meta = make(body(&long()).metatype(meta));
        let one = Instance::value(&runtime.types, plain).unwrap();
        World { runtime, c, plain, empty, found, a, b, meta, of_meta, one }
    }

    pub(crate) fn object(&self, ty: Type) -> Value {
        Instance::value(&self.runtime.types, ty).unwrap()
    }

    pub(crate) fn class(&self, ty: Type) -> Value {
        self.runtime.types.value(ty).unwrap()
    }

    pub(crate) fn builtin(&self, value: impl Into<Value>) -> Type {
        self.runtime.types.type_of(&value.into())
    }

    pub(crate) fn make(&mut self, body: ClassBody) -> Made {
        body.create(&mut self.runtime)
    }

    pub(crate) fn derive(&mut self, base: Type) -> Type {
        self.make(body(&long()).bases(&[base])).unwrap()
    }

    pub(crate) fn assign_base(&mut self, ty: Type, base: Type) -> Answer {
        self.set(&self.class(ty), "__bases__", Value::tuple([self.class(base)]))
    }

    /// A class with a long name and one more name in its body.
    pub(crate) fn with(&mut self, name: &str, value: Value) -> Made {
        self.make(body(&long()).with(name, value))
    }

    pub(crate) fn get(&mut self, object: &Value, name: &str) -> Answer {
        getattr(&mut self.runtime, object, name).map(drop)
    }

    pub(crate) fn set(&mut self, object: &Value, name: &str, value: impl Into<Value>) -> Answer {
        setattr(&mut self.runtime, object, name, value.into())
    }

    pub(crate) fn delete(&mut self, object: &Value, name: &str) -> Answer {
        delattr(&mut self.runtime, object, name)
    }

    /// `__get__` of a descriptor in the dict of a class, for an object.
    pub(crate) fn get_of(&mut self, owner: Type, name: &str, object: &Value) -> Answer {
        let value = self.runtime.types.lookup(owner, name)?.expect("it is there").clone();
        let descriptor = ReadyDescriptor::of(&value).expect("a ready one");
        descriptor.get(&mut self.runtime, &value, Some(object)).map(drop)
    }
}

/// The name of most classes: 400 characters of three bytes each.
pub(crate) fn long() -> String {
    "\u{20ac}".repeat(400)
}

/// A class body with this name, in the module `m`.
pub(crate) fn body(name: &str) -> ClassBody {
    ClassBody::new(name).with("__module__", "m".into())
}

pub(crate) fn slots<const N: usize>(names: [&str; N]) -> Value {
    Value::tuple(names.map(Value::from))
}
