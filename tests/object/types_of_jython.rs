//! After `AttrGetSetTest` and `PyTypeTest` of Very Slow Jython, test by test.
//!
//! The bugs this hunts: a method that is not bound to its object; a write to another dict than the
//! one that is read; a type that is written by the rules for plain objects.

use std::any::Any;

use hedgerow::object::{
    AsName, Descriptor, HashPolicy, Instance, Methods, Object, ObjectError, ObjectRef, PyStr,
    Runtime, SharedDict, Type, TypeArena, TypeStore, Value, delattr, getattr, is, object_delattr,
    object_setattr, repr, setattr,
};

type Code = fn(&Value, &[Value]) -> Result<Value, ObjectError>;

/// A method in the dict of a type.
struct Method(Code);

/// A method bound to an object.
struct Bound {
    object: Value,
    code: Code,
}

impl Object for Method {
    fn type_name(&self) -> &str {
        "wrapper_descriptor"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Bound {
    fn type_name(&self) -> &str {
        "method-wrapper"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Descriptor<TestRuntime<'_>> for Method {
    fn methods(&self, _runtime: &TestRuntime<'_>) -> Methods {
        Methods::GET
    }

    fn get(
        &self,
        _runtime: &mut TestRuntime<'_>,
        me: &Value,
        object: Option<&Value>,
        _owner: Type,
    ) -> Result<Value, ObjectError> {
        let Some(object) = object else { return Ok(me.clone()) };
        Ok(Value::from(ObjectRef::new(Bound { object: object.clone(), code: self.0 })))
    }
}

/// The fixture: `attrGetSetTestBase`, which is immutable, and `attrGetSetTestSubclass`, which is
/// mutable and whose instances have a dict.
struct TestRuntime<'a> {
    types: TypeStore<'a>,
    subclass: Type,
}

impl<'a> TestRuntime<'a> {
    fn new(arena: &'a TypeArena) -> Result<Self, ObjectError> {
        let mut types = TypeStore::new(arena);
        let method = |code: Code| Value::from(ObjectRef::new(Method(code)));
        let int = types.type_of(&Value::from(1));
        types.define(int, "__repr__", method(|me, _| Ok(Value::from(repr(me)?.as_str()))))?;
        types.define(int, "__sub__", method(subtract))?;
        let base = types.create("attrGetSetTestBase", &[])?;
        types.set_immutable(base)?;
        let subclass = types.create("attrGetSetTestSubclass", &[base])?;
        types.define(subclass, "__str__", method(|_, _| Ok(Value::from("a string"))))?;
        Ok(TestRuntime { types, subclass })
    }

    fn instance(&self) -> (Value, SharedDict) {
        let x = Instance::value(&self.types, self.subclass).unwrap();
        let dict = Instance::of(&x).unwrap().dict().unwrap();
        (x, dict)
    }

    fn class(&self) -> Value {
        self.types.value(self.subclass).unwrap()
    }

    /// Gets an attribute by both forms of its name. The results have to be the same.
    fn get(&mut self, object: &Value, name: &str) -> String {
        let found = getattr(self, object, name).unwrap();
        let again = getattr(self, object, PyStr::from(name)).unwrap();
        assert!(is(&found, &again));
        format!("{found:?}")
    }

    /// Gets a method by both forms of its name, checks its object, and calls it.
    fn call(&mut self, object: &Value, name: &str, arguments: &[Value]) -> String {
        let call = |method: Value| {
            let Value::Object(method) = method else { panic!("{method:?}") };
            let bound: &Bound = method.downcast_ref().expect("a bound method");
            assert!(is(&bound.object, object));
            format!("{:?}", (bound.code)(&bound.object, arguments).unwrap())
        };
        let called = call(getattr(self, object, name).unwrap());
        assert_eq!(call(getattr(self, object, PyStr::from(name)).unwrap()), called);
        called
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
        object.downcast_ref::<Method>().map(|method| method as _)
    }
}

fn subtract(me: &Value, arguments: &[Value]) -> Result<Value, ObjectError> {
    match (me, arguments) {
        (Value::Int(me), [Value::Int(other)]) => Ok(Value::from(me - other)),
        _ => Err(ObjectError::Type("__sub__ takes an int".into())),
    }
}

fn shown(types: &TypeStore<'_>, ty: Type, name: impl AsName) -> String {
    format!("{:?}", types.lookup(ty, name).unwrap())
}

#[track_caller]
fn assert_fails<T>(result: Result<T, ObjectError>, kind: &str, message: &str) {
    let error = result.err().expect("it is refused");
    assert_eq!((error.python_type(), error.to_string().as_str()), (kind, message));
}

/// m = (42).__repr__; m()
#[test]
fn get_method_from_instance_where_int_unary() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    assert_eq!(runtime.call(&Value::from(42), "__repr__", &[]), "'42'");
}

/// m = (51).__sub__; m(9)
#[test]
fn get_method_from_instance_where_int_binary() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    assert_eq!(runtime.call(&Value::from(51), "__sub__", &[Value::from(9)]), "42");
}

/// m = x.__str__; m()
#[test]
fn get_method_from_instance_where_python_subclass() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let (x, _) = runtime.instance();
    assert_eq!(runtime.call(&x, "__str__", &[]), "'a string'");
    let method = getattr(&mut runtime, &x, "__str__").unwrap();
    assert!(repr(&method).unwrap().starts_with("<method-wrapper object at 0x"));
}

/// x.__dict__["a"] = 42; x.a
#[test]
fn get_attr_from_instance() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let (x, dict) = runtime.instance();
    dict.insert(Value::from("a"), Value::from(42)).unwrap();
    assert_eq!(runtime.get(&x, "a"), "42");
}

/// x.a = 42; x.__dict__["a"]
#[test]
fn set_attr_on_instance() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let (x, dict) = runtime.instance();
    setattr(&mut runtime, &x, "a", Value::from(42)).unwrap();
    assert_eq!(dict.repr().unwrap(), "{'a': 42}");
    object_setattr(&mut runtime, &x, PyStr::from("a"), Value::from(43)).unwrap();
    assert_eq!(dict.repr().unwrap(), "{'a': 43}");
}

/// x.__dict__["a"] = 42; del x.a
#[test]
fn del_attr_from_instance() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let (x, dict) = runtime.instance();
    for delete in [delattr, object_delattr] {
        dict.insert(Value::from("a"), Value::from(42)).unwrap();
        delete(&mut runtime, &x, "a").unwrap();
        assert!(dict.get("a").unwrap().is_none());
        let gone = "'attrGetSetTestSubclass' object has no attribute 'a'";
        assert_fails(delete(&mut runtime, &x, "a"), "AttributeError", gone);
    }
}

/// C.a = 42; C.a
#[test]
fn get_attr_from_type() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let class = runtime.class();
    setattr(&mut runtime, &class, "a", Value::from(42)).unwrap();
    assert_eq!(runtime.get(&class, "a"), "42");
    let (x, dict) = runtime.instance();
    assert_eq!(runtime.get(&x, "a"), "42");
    assert!(dict.is_empty());
}

/// C.a = 42; type.lookup
#[test]
fn set_attr_on_type() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let class = runtime.class();
    setattr(&mut runtime, &class, "a", Value::from(42)).unwrap();
    assert_eq!(shown(&runtime.types, runtime.subclass, "a"), "Some(42)");
    assert_eq!(shown(&runtime.types, runtime.subclass, PyStr::from("a")), "Some(42)");
}

/// object.__setattr__(C, "a", 42) fails: even a mutable type is not written as a plain object.
#[test]
fn set_attr_on_type_as_object() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let class = runtime.class();
    let refused = "can't apply this __setattr__ to type object";
    let result = object_setattr(&mut runtime, &class, "a", Value::from(42));
    assert_fails(result, "TypeError", refused);
    assert_eq!(shown(&runtime.types, runtime.subclass, "a"), "None");
}

/// C.a = 42; del C.a
#[test]
fn del_attr_from_type() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let class = runtime.class();
    setattr(&mut runtime, &class, "a", Value::from(42)).unwrap();
    assert_eq!(shown(&runtime.types, runtime.subclass, "a"), "Some(42)");
    delattr(&mut runtime, &class, "a").unwrap();
    assert_eq!(shown(&runtime.types, runtime.subclass, "a"), "None");
    let gone = "type object 'attrGetSetTestSubclass' has no attribute 'a'";
    assert_fails(delattr(&mut runtime, &class, "a"), "AttributeError", gone);
    assert_fails(getattr(&mut runtime, &class, "a"), "AttributeError", gone);
}

/// object.__delattr__(C, "a")
#[test]
fn del_attr_from_type_as_object() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena).unwrap();
    let class = runtime.class();
    setattr(&mut runtime, &class, "a", Value::from(42)).unwrap();
    let refused = "can't apply this __delattr__ to type object";
    assert_fails(object_delattr(&mut runtime, &class, "a"), "TypeError", refused);
    assert_eq!(shown(&runtime.types, runtime.subclass, "a"), "Some(42)");
}

/// type(o) of an object, an int, a bool and a type.
#[test]
fn py_type_enquiry() {
    let arena = TypeArena::new();
    let types = TypeStore::new(&arena);
    let object = Instance::value(&types, types.object()).unwrap();
    let int = types.value(types.type_of(&Value::from(1))).unwrap();
    for (value, name) in
        [(object, "object"), (Value::from(1), "int"), (Value::from(true), "bool"), (int, "type")]
    {
        assert_eq!(types.name(types.type_of(&value)).unwrap(), name);
    }
}

/// object(), int(1), int(10_000_000_000), bool(1). Calls are up to the runtime. Their results have
/// the right type and value.
#[test]
fn py_type_instance() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let a = types.create("A", &[]).unwrap();
    for ty in [types.object(), a] {
        let [one, other] = [(); 2].map(|()| Instance::value(&types, ty).unwrap());
        assert_eq!((types.type_of(&one), types.type_of(&other)), (ty, ty));
        assert!(!is(&one, &other));
    }
    for (value, name) in [
        (Value::from(1), "int"),
        (Value::from(10_000_000_000_i64), "int"),
        (Value::from(num_bigint::BigInt::from(10_000_000_000_i64)), "int"),
        (Value::from(u64::MAX), "int"),
        (Value::from(true), "bool"),
    ] {
        assert_eq!(types.name(types.type_of(&value)).unwrap(), name);
    }
}

/// A = type("A", (object,), {}); A()
#[test]
fn py_type_new_type() {
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, HashPolicy::default());
    let object = types.object();
    let a = types.create("A", &[object]).unwrap();
    assert_eq!(types.name(a).unwrap(), "A");
    assert_eq!(types.bases(a).unwrap().collect::<Vec<_>>(), [object]);
    assert_eq!(types.type_of(&types.value(a).unwrap()), types.metatype(object).unwrap());
    assert!(types.dict(a).unwrap().is_empty(&types).unwrap());
    let instance = Instance::value(&types, a).unwrap();
    assert_eq!(types.type_of(&instance), a);
}

/// A metatype that is no subtype of `type`, and invalid bases. (The original also has bases that
/// are no tuple and a namespace that is no dict, which do not compile here.)
#[test]
fn py_type_new_type_error() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let object = types.object();
    let a = types.create("A", &[]).unwrap();
    let refused = "type.__new__(A): A is not a subtype of type";
    assert_fails(types.create_with_metatype("B", &[], a), "TypeError", refused);
    assert_fails(types.create("B", &[a, a]), "TypeError", "duplicate base class A");
    let order = "Cannot create a consistent method resolution order (MRO) for bases object, A";
    assert_fails(types.create("B", &[object, a]), "TypeError", order);
    assert_eq!(types.subclasses(a).unwrap().len(), 0);
}

/// The attributes of a class are in its `__dict__`, in order, and those of an instance in its own.
#[test]
fn class_and_instance_dicts() {
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, HashPolicy::default());
    let ty = types.create("C", &[]).unwrap();
    for name in ["__module__", "a", "__dict__", "__weakref__", "__doc__"] {
        let value = if name == "a" { Value::from(42) } else { Value::None };
        types.set(ty, name, value).unwrap();
    }
    let proxy = types.dict(ty).unwrap();
    let names: Vec<_> =
        proxy.iter(&types).unwrap().map(|(name, _)| types.names().text(name)).collect();
    assert_eq!(names, ["__module__", "a", "__dict__", "__weakref__", "__doc__"]);
    let c = Instance::value(&types, ty).unwrap();
    setattr(&mut types, &c, "b", Value::from(43)).unwrap();
    let dict = Instance::of(&c).unwrap().dict().unwrap();
    assert_eq!(dict.repr().unwrap(), "{'b': 43}");
}

/// The dict of an instance takes any key, but only a str is an attribute. The message of 3.11 names
/// the type of the key.
#[test]
fn a_key_that_is_no_str_is_no_attribute() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    let c = Instance::value(&types, ty).unwrap();
    setattr(&mut types, &c, "b", Value::from(43)).unwrap();
    let dict = Instance::of(&c).unwrap().dict().unwrap();
    dict.insert(Value::from(true), Value::from(99)).unwrap();
    assert_eq!(dict.repr().unwrap(), "{'b': 43, True: 99}");
    let not_str = "attribute name must be string, not 'bool'";
    let name = Value::from(true);
    assert_fails(getattr(&mut types, &c, &name), "TypeError", not_str);
    assert_fails(setattr(&mut types, &c, &name, Value::None), "TypeError", not_str);
    assert_fails(delattr(&mut types, &c, &name), "TypeError", not_str);
    let class = types.value(ty).unwrap();
    assert_fails(getattr(&mut types, &class, &name), "TypeError", not_str);
    assert_fails(types.lookup(ty, &name), "TypeError", not_str);
    let int = types.type_of(&Value::from(1));
    // The name is refused before the immutable type.
    assert_fails(types.set(int, &name, Value::None), "TypeError", not_str);
    assert_eq!(dict.repr().unwrap(), "{'b': 43, True: 99}");
}
