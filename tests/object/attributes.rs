//! The order in which attributes are found, and descriptors that fail or call back.
//!
//! The bugs this hunts: a dict that hides a data descriptor, or a function that hides a dict; a
//! descriptor with some of the methods; attributes of the metatype confused with those of the type;
//! a type that changes while one of its attributes is looked up; an error of an `__eq__` that is
//! lost.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use crate::runtime::{Action, Scripted, TestRuntime};
use hedgerow::object::{
    Comparison, Descriptor, Instance, Methods, Object, ObjectError, ObjectRef, Runtime, Type,
    TypeArena, TypeStore, Value, delattr, getattr, hash, setattr,
};

const GET: Methods = Methods::GET;
const SET: Methods = Methods { get: false, set: true, delete: false };
const DELETE: Methods = Methods { get: false, set: false, delete: true };
const GET_SET: Methods = Methods { get: true, set: true, delete: false };

/// The value or the error.
fn outcome(result: Result<Value, ObjectError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{}: {error}", error.python_type()),
    }
}

fn done(result: Result<(), ObjectError>) -> String {
    outcome(result.map(|()| Value::None))
}

/// A class C with a descriptor x, and an instance whose dict has x as well.
fn class_with(
    arena: &TypeArena,
    methods: Methods,
    action: Action,
) -> (TestRuntime<'_>, Type, Value) {
    let mut runtime = TestRuntime::new(arena);
    let ty = runtime.types.create("C", &[]).unwrap();
    runtime.types.set(ty, "x", Scripted::value(methods, action, 1)).unwrap();
    let object = Instance::value(&runtime.types, ty).unwrap();
    let dict = Instance::of(&object).unwrap().dict().unwrap();
    dict.insert(Value::from("x"), Value::from(5)).unwrap();
    (runtime, ty, object)
}

/// `_PyObject_GenericGetAttrWithDict` and `_PyObject_GenericSetAttrWithDict`, for each set of
/// methods that a descriptor can have.
#[test]
fn data_descriptor_then_dict_then_the_rest() {
    let got = "'get 1 on object of C'";
    let no_set = "AttributeError: __set__";
    let no_delete = "AttributeError: __delete__";
    let gone = "AttributeError: 'C' object has no attribute 'x'";
    for (methods, with, without, set, delete) in [
        (Methods::default(), "5", "D1", "None", "None"),
        (GET, "5", got, "None", "None"),
        (SET, "5", "D1", "None", no_delete),
        (DELETE, "5", "D1", no_set, "None"),
        (GET_SET, got, got, "None", no_delete),
        (Methods::ALL, got, got, "None", "None"),
    ] {
        let arena = TypeArena::new();
        let (mut runtime, ty, object) = class_with(&arena, methods, Action::Nothing);
        assert_eq!(outcome(getattr(&mut runtime, &object, "x")), with, "{methods:?}");
        assert_eq!(done(setattr(&mut runtime, &object, "x", Value::from(6))), set);
        assert_eq!(done(delattr(&mut runtime, &object, "x")), delete, "{methods:?}");
        let dict = Instance::of(&object).unwrap().dict().unwrap();
        assert_eq!(dict.is_empty(), !methods.is_data(), "a data descriptor keeps off the dict");
        dict.clear();
        assert_eq!(outcome(getattr(&mut runtime, &object, "x")), without, "{methods:?}");
        if !methods.is_data() {
            assert_eq!(done(delattr(&mut runtime, &object, "x")), gone);
        }
        let class = runtime.types.value(ty).unwrap();
        let of_class = if methods.get { "'get 1 on type of C'" } else { "D1" };
        assert_eq!(outcome(getattr(&mut runtime, &class, "x")), of_class);
    }
}

#[test]
fn objects_without_a_dict() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena);
    let ty = runtime.types.create("S", &[]).unwrap();
    runtime.types.set(ty, "z", Value::from(1)).unwrap();
    runtime.types.set(ty, "c", Scripted::value(GET, Action::Nothing, 1)).unwrap();
    runtime.types.set(ty, "d", Scripted::value(Methods::ALL, Action::Nothing, 2)).unwrap();
    let s = Instance::value_without_dict(&runtime.types, ty).unwrap();
    for (name, got, written) in [
        (
            "y",
            "AttributeError: 'S' object has no attribute 'y'",
            "has no attribute 'y' and no __dict__ for setting new attributes",
        ),
        ("z", "1", "attribute 'z' is read-only"),
        ("c", "'get 1 on object of S'", "attribute 'c' is read-only"),
    ] {
        let refused = format!("AttributeError: 'S' object {written}");
        assert_eq!(outcome(getattr(&mut runtime, &s, name)), got);
        assert_eq!(done(setattr(&mut runtime, &s, name, Value::None)), refused);
        assert_eq!(done(delattr(&mut runtime, &s, name)), refused);
    }
    assert_eq!(done(setattr(&mut runtime, &s, "d", Value::from(3))), "None");
    assert_eq!(done(delattr(&mut runtime, &s, "d")), "None");
    assert_eq!(runtime.log, ["set 2 to 3", "delete 2"]);
}

/// `type_getattro` and `type_setattro`: a data descriptor of the metatype, then the MRO of the
/// type, then any other attribute of the metatype. Instances do not see the metatype.
#[test]
fn attributes_of_a_type_with_a_metatype() {
    let arena = TypeArena::new();
    let mut runtime = TestRuntime::new(&arena);
    let ty = runtime.types.metatype(runtime.types.object()).unwrap();
    let meta = runtime.types.create("M", &[ty]).unwrap();
    let c = runtime.types.create_with_metatype("C", &[], meta).unwrap();
    let sub = runtime.types.create("Sub", &[c]).unwrap();
    assert_eq!(runtime.types.metatype(sub).unwrap(), meta);
    for (name, methods, tag) in [("data", Methods::ALL, 1), ("f", GET, 2)] {
        let descriptor = Scripted::value(methods, Action::Nothing, tag);
        runtime.types.set(meta, name, descriptor).unwrap();
    }
    runtime.types.set(meta, "z", Value::from(5)).unwrap();
    runtime.types.set(c, "data", Value::from(3)).unwrap();
    let class = runtime.types.value(sub).unwrap();
    assert_eq!(outcome(getattr(&mut runtime, &class, "data")), "'get 1 on object of M'");
    assert_eq!(outcome(getattr(&mut runtime, &class, "f")), "'get 2 on object of M'");
    assert_eq!(outcome(getattr(&mut runtime, &class, "z")), "5");
    runtime.types.set(c, "z", Value::from(6)).unwrap();
    runtime.types.set(c, "f", Value::from(7)).unwrap();
    assert_eq!(outcome(getattr(&mut runtime, &class, "z")), "6");
    assert_eq!(outcome(getattr(&mut runtime, &class, "f")), "7");
    assert_eq!(done(setattr(&mut runtime, &class, "data", Value::from(8))), "None");
    assert_eq!(done(delattr(&mut runtime, &class, "data")), "None");
    assert_eq!(runtime.log, ["set 1 to 8", "delete 1"]);
    let object = Instance::value(&runtime.types, sub).unwrap();
    assert_eq!(outcome(getattr(&mut runtime, &object, "data")), "3");
    let missing = "AttributeError: type object 'Sub' has no attribute 'q'";
    assert_eq!(outcome(getattr(&mut runtime, &class, "q")), missing);

    let other = runtime.types.create("N", &[ty]).unwrap();
    let d = runtime.types.create_with_metatype("D", &[], other).unwrap();
    let refused = runtime.types.create("E", &[c, d]).unwrap_err().to_string();
    assert!(refused.starts_with("metaclass conflict: the metaclass of a derived class"));
    let refused = runtime.types.create_with_metatype("E", &[], c).unwrap_err().to_string();
    assert_eq!(refused, "type.__new__(C): C is not a subtype of type");
}

/// A descriptor changes the type it was found in, and the rule goes on with what it has cloned.
#[test]
fn a_descriptor_changes_its_own_type() {
    let arena = TypeArena::new();
    let (mut runtime, ty, object) = class_with(&arena, Methods::ALL, Action::ChangeType);
    assert_eq!(
        outcome(getattr(&mut runtime, &object, "a")),
        "AttributeError: 'C' object has no attribute 'a'"
    );
    let before = runtime.types.version_tag(ty).unwrap();
    assert_eq!(outcome(getattr(&mut runtime, &object, "x")), "'get 1 on object of C'");
    assert_ne!(runtime.types.version_tag(ty).unwrap(), before);
    assert_eq!(outcome(getattr(&mut runtime, &object, "a")), "7");
    assert_eq!(runtime.types.version_tag(ty).unwrap(), runtime.types.version_tag(ty).unwrap());
}

#[test]
fn an_error_of_a_descriptor_is_passed_on() {
    let arena = TypeArena::new();
    let (mut runtime, ty, object) = class_with(&arena, Methods::ALL, Action::Fail);
    let failed = "ValueError: descriptor 1 fails";
    assert_eq!(outcome(getattr(&mut runtime, &object, "x")), failed);
    assert_eq!(done(setattr(&mut runtime, &object, "x", Value::None)), failed);
    assert_eq!(done(delattr(&mut runtime, &object, "x")), failed);
    let class = runtime.types.value(ty).unwrap();
    assert_eq!(outcome(getattr(&mut runtime, &class, "x")), failed);
    assert!(runtime.log.is_empty());
}

/// A key with the hash of the str "x", whose comparisons fail.
struct Impostor {
    hash: i64,
}

impl Object for Impostor {
    fn type_name(&self) -> &str {
        "Impostor"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(self.hash)
    }

    fn eq(&self, _me: &Value, _other: &Value) -> Result<Comparison, ObjectError> {
        Err(ObjectError::Value("no comparing".into()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The dict of an instance takes any key, so getting an attribute may run an `__eq__`.
#[test]
fn an_error_of_a_key_in_the_dict_is_passed_on() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    let c = Instance::value(&types, ty).unwrap();
    let hash = hash(&Value::from("x"), types.policy()).unwrap();
    let key = Value::from(ObjectRef::new(Impostor { hash }));
    let dict = Instance::of(&c).unwrap().dict().unwrap();
    dict.insert(key, Value::None).unwrap();
    let failed = "ValueError: no comparing";
    assert_eq!(outcome(getattr(&mut types, &c, "x")), failed);
    assert_eq!(done(setattr(&mut types, &c, "x", Value::None)), failed);
    assert_eq!(done(delattr(&mut types, &c, "x")), failed);
    assert_eq!(
        outcome(getattr(&mut types, &c, "y")),
        "AttributeError: 'C' object has no attribute 'y'"
    );
}

/// A runtime that keeps its types in a shared cell.
#[derive(Clone)]
struct Shared<'a>(Rc<RefCell<TypeStore<'a>>>);

impl Runtime for Shared<'_> {
    fn with_types<T>(&self, read: impl FnOnce(&TypeStore<'_>) -> T) -> T {
        read(&self.0.borrow())
    }

    fn with_types_mut<T>(&mut self, write: impl FnOnce(&mut TypeStore<'_>) -> T) -> T {
        write(&mut self.0.borrow_mut())
    }

    fn descriptor<'v>(&self, value: &'v Value) -> Option<&'v dyn Descriptor<Self>> {
        let Value::Object(object) = value else { return None };
        object.downcast_ref::<Counter>().map(|counter| counter as _)
    }
}

/// Counts its calls in an attribute of the class.
struct Counter;

impl Object for Counter {
    fn type_name(&self) -> &str {
        "Counter"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Descriptor<Shared<'_>> for Counter {
    fn methods(&self, _runtime: &Shared<'_>) -> Methods {
        Methods::GET
    }

    fn get(
        &self,
        runtime: &mut Shared<'_>,
        _me: &Value,
        _object: Option<&Value>,
        owner: Type,
    ) -> Result<Value, ObjectError> {
        let class = runtime.0.borrow().value(owner)?;
        let count = match getattr(runtime, &class, "count") {
            Ok(Value::Int(count)) => count + 1,
            _ => 1,
        };
        setattr(runtime, &class, "count", Value::from(count))?;
        Ok(Value::from(count))
    }
}

/// Panics if anything is borrowed while a descriptor runs.
#[test]
fn types_in_a_cell_of_the_runtime() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    types.set(ty, "next", Value::from(ObjectRef::new(Counter))).unwrap();
    let object = Instance::value(&types, ty).unwrap();
    let mut runtime = Shared(Rc::new(RefCell::new(types)));
    let mut other = runtime.clone();
    assert_eq!(outcome(getattr(&mut runtime, &object, "next")), "1");
    assert_eq!(outcome(getattr(&mut other, &object, "next")), "2");
    assert_eq!(outcome(getattr(&mut runtime, &object, "count")), "2");
}

#[path = "../../examples/runtime.rs"]
mod example;

#[test]
fn the_example_of_the_front_page_runs() {
    example::main().unwrap();
}
