//! Names, types and attributes: the behaviours that the second seed and its own tests pin.
//!
//! The bugs this hunts: a name found under one spelling and not under another; two surrogates taken
//! for the character they would make; a key of an instance dict taken for an attribute; a built-in
//! type written to; a descriptor passed over, or asked in the wrong order; a type changed under a
//! descriptor's feet.

mod runtime;

use hedgerow::object::{
    Dict, HashPolicy, Instance, Methods, Names, ObjectError, PyStr, Type, TypeStore, Utf16, Value,
    delattr, getattr, hash, setattr,
};
use runtime::{Deed, Runtime, Scripted};

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("absent".to_string(), |value| format!("{value:?}"))
}

#[track_caller]
fn assert_fails<T>(result: Result<T, ObjectError>, kind: &str, message: &str) {
    let error = result.err().expect("it is refused");
    assert_eq!((error.python_type(), error.to_string().as_str()), (kind, message));
}

/// `LookupTest`: the keys a, b123, Python and QZthon, the last two of one hash in Java, set under
/// one spelling and looked up under each.
#[test]
fn lookup_test_every_spelling_finds_the_name() {
    const KEYS: [&str; 4] = ["a", "b123", "Python", "QZthon"];
    let java = HashPolicy::java();
    assert_eq!(
        hash(&Value::from("Python"), &java).unwrap(),
        hash(&Value::from("QZthon"), &java).unwrap()
    );
    for set_as in 0..4 {
        let mut types = TypeStore::with_policy(java.clone());
        let ty = types.create("T", &[]).unwrap();
        for (key, number) in KEYS.into_iter().zip(100..) {
            let number = Value::from(number);
            match set_as {
                0 => types.set(ty, key, number),
                1 => types.set(ty, Utf16(&utf16(key)), number),
                2 => types.set(ty, PyStr::from(key), number),
                _ => types.set(ty, Value::from(key), number),
            }
            .unwrap();
        }
        for (key, number) in KEYS.into_iter().zip(100..) {
            let expected = format!("{number}");
            assert_eq!(shown(types.lookup(ty, key).unwrap()), expected);
            assert_eq!(shown(types.lookup(ty, String::from(key)).unwrap()), expected);
            assert_eq!(shown(types.lookup(ty, Utf16(&utf16(key))).unwrap()), expected);
            assert_eq!(shown(types.lookup(ty, PyStr::from(key)).unwrap()), expected);
            assert_eq!(shown(types.lookup(ty, Value::from(key)).unwrap()), expected);
            let name = types.names().find(key).unwrap().unwrap();
            assert_eq!(shown(types.lookup(ty, name).unwrap()), expected);
        }
        assert_eq!(types.names().len(), KEYS.len());
    }
}

/// `type.lookup` gives the raw value, inherited or not, and nothing for a name that is nowhere.
#[test]
fn lookup_test_type_lookup() {
    let mut runtime = Runtime::new();
    let object = runtime.types.object();
    let [int, bool] = [Value::from(1), Value::from(true)].map(|v| runtime.types.type_of(&v));
    for (ty, name, tag) in [
        (object, "__getattribute__", 1),
        (object, "__repr__", 2),
        (int, "__neg__", 3),
        (int, "__add__", 4),
    ] {
        let method = Scripted::value(Methods::GET, Deed::Nothing, tag);
        runtime.types.define(ty, name, method).unwrap();
    }
    for (ty, name, expected) in [
        (bool, "__getattribute__", "D1"),
        (bool, "__repr__", "D2"),
        (int, "__neg__", "D3"),
        (bool, "__add__", "D4"),
        (object, "__add__", "absent"),
        (int, "__nope__", "absent"),
    ] {
        assert_eq!(shown(runtime.types.lookup(ty, name).unwrap()), expected);
        assert_eq!(shown(runtime.types.lookup(ty, Utf16(&utf16(name))).unwrap()), expected);
        assert_eq!(shown(runtime.types.lookup(ty, PyStr::from(name)).unwrap()), expected);
        assert_eq!(shown(runtime.types.lookup_uncached(ty, name).unwrap()), expected);
    }
    let bound = getattr(&mut runtime, &Value::from(42), "__neg__").unwrap();
    assert_eq!(format!("{bound:?}"), "'get 3 on object of int'");
    let bound = getattr(&mut runtime, &Value::from(42), PyStr::from("__neg__")).unwrap();
    assert_eq!(format!("{bound:?}"), "'get 3 on object of int'");
    // Looking a name up does not intern it.
    assert_eq!(runtime.types.names().len(), 4);
}

/// Seed 2, 4.3.1: a str may hold a high surrogate and then a low one; UTF-16 cannot. The Jython
/// repository takes these for one name.
#[test]
fn adjacent_surrogates_are_another_name() {
    let mut types = TypeStore::new();
    let ty = types.create("C", &[]).unwrap();
    let c = Instance::value(&types, ty).unwrap();
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    setattr(&mut types, &c, "🦓", Value::from(1)).unwrap();
    setattr(&mut types, &c, &halves, Value::from(2)).unwrap();
    types.set(ty, Utf16(&[0xd83e, 0xdd93]), Value::from(3)).unwrap();
    types.set(ty, &halves, Value::from(4)).unwrap();
    for (instance, raw, name) in [(1, 3, PyStr::from("🦓")), (2, 4, halves.clone())] {
        let got = getattr(&mut types, &c, &name).unwrap();
        assert_eq!(format!("{got:?}"), instance.to_string());
        assert_eq!(shown(types.lookup(ty, &name).unwrap()), raw.to_string());
    }
    delattr(&mut types, &c, &halves).unwrap();
    assert_fails(
        delattr(&mut types, &c, &halves),
        "AttributeError",
        r"'C' object has no attribute '\ud83e\udd93'",
    );
    let got = getattr(&mut types, &c, Utf16(&[0xd83e, 0xdd93])).unwrap();
    assert_eq!(format!("{got:?}"), "1");
}

#[test]
fn lone_surrogates_and_long_names_are_names() {
    let mut names = Names::new();
    let long = "ß🦓".repeat(500);
    let high = names.intern(Utf16(&[0xd83e])).unwrap();
    let low = names.intern(Utf16(&[0xdd93])).unwrap();
    let reversed = names.intern(Utf16(&[0xdd93, 0xd83e])).unwrap();
    let empty = names.intern("").unwrap();
    let big = names.intern(&long).unwrap();
    let plain = "n".repeat(300);
    let ascii = names.intern(Utf16(&utf16(&plain))).unwrap();
    assert_eq!(names.find(&plain).unwrap(), Some(ascii));
    assert_eq!(names.find(&plain[1..]).unwrap(), None);
    assert_eq!(names.len(), 6);
    let of = |points: &[u32]| PyStr::from_code_points(points.iter().copied()).unwrap();
    assert_eq!(names.find(of(&[0xd83e])).unwrap(), Some(high));
    assert_eq!(names.find(of(&[0xdd93])).unwrap(), Some(low));
    assert_eq!(names.find(of(&[0xdd93, 0xd83e])).unwrap(), Some(reversed));
    assert_eq!(names.find(PyStr::from("")).unwrap(), Some(empty));
    assert_eq!(names.find(Utf16(&utf16(&long))).unwrap(), Some(big));
    assert_eq!(names.find(PyStr::from(long.as_str())).unwrap(), Some(big));
    assert_eq!(names.find("\u{fffd}").unwrap(), None);
    assert_eq!(names.str(reversed), Some(&of(&[0xdd93, 0xd83e])));
    assert_eq!(names.text(reversed), r"\udd93\ud83e");
    assert_eq!(names.text(big), long);
}

/// Seed 2, 4.3.3, first example: what a class has is in its `__dict__`, in order; what an instance
/// is given is in its own.
#[test]
fn seed_example_class_and_instance_dicts() {
    let mut types = TypeStore::new();
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

/// Seed 2, 4.3.3, second example: any key can be put into the dict of an instance, and that does
/// not make it an attribute. 3.11 says which type the name was of.
#[test]
fn seed_example_any_key_in_a_dict_is_no_attribute() {
    let mut types = TypeStore::new();
    let ty = types.create("C", &[]).unwrap();
    let c = Instance::value(&types, ty).unwrap();
    setattr(&mut types, &c, "b", Value::from(43)).unwrap();
    let dict = Instance::of(&c).unwrap().dict().unwrap().clone();
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
    // The name is refused before the immutable type is.
    assert_fails(types.set(int, &name, Value::None), "TypeError", not_str);
    assert_eq!(dict.repr().unwrap(), "{'b': 43, True: 99}");
}

/// `AttrGetSetTest`: a value attribute of an instance, and of a type.
#[test]
fn attr_get_set_test_on_instance_and_type() {
    let mut types = TypeStore::new();
    let base = types.create("attrGetSetTestBase", &[]).unwrap();
    types.set_immutable(base).unwrap();
    let sub = types.create("attrGetSetTestSubclass", &[base]).unwrap();
    let x = Instance::value(&types, sub).unwrap();
    let dict = Instance::of(&x).unwrap().dict().unwrap().clone();
    dict.insert(Value::from("a"), Value::from(42)).unwrap();
    assert_eq!(format!("{:?}", getattr(&mut types, &x, "a").unwrap()), "42");
    delattr(&mut types, &x, "a").unwrap();
    assert!(dict.get("a").unwrap().is_none());
    setattr(&mut types, &x, "a", Value::from(43)).unwrap();
    assert_eq!(format!("{:?}", dict.get("a").unwrap().unwrap()), "43");
    let class = types.value(sub).unwrap();
    setattr(&mut types, &class, "b", Value::from(44)).unwrap();
    assert_eq!(format!("{:?}", getattr(&mut types, &class, "b").unwrap()), "44");
    assert_eq!(format!("{:?}", getattr(&mut types, &class, PyStr::from("b")).unwrap()), "44");
    assert_eq!(shown(types.lookup(sub, "b").unwrap()), "44");
    delattr(&mut types, &class, "b").unwrap();
    assert_eq!(shown(types.lookup(sub, "b").unwrap()), "absent");
    let missing = "type object 'attrGetSetTestSubclass' has no attribute 'b'";
    assert_fails(delattr(&mut types, &class, "b"), "AttributeError", missing);
    assert_fails(getattr(&mut types, &class, "b"), "AttributeError", missing);
}

/// `AttrGetSetTest`, requirement 14: built-in types refuse, and their instances too.
#[test]
fn attr_get_set_test_immutable_types_refuse() {
    let mut types = TypeStore::new();
    let int = types.type_of(&Value::from(1));
    types.define(int, "real", Value::from(0)).unwrap();
    let class = types.value(int).unwrap();
    for name in ["real", "x"] {
        let words = format!("cannot set '{name}' attribute of immutable type 'int'");
        assert_fails(types.set(int, name, Value::None), "TypeError", &words);
        assert_fails(types.delete(int, name), "TypeError", &words);
        assert_fails(setattr(&mut types, &class, name, Value::None), "TypeError", &words);
        assert_fails(delattr(&mut types, &class, name), "TypeError", &words);
    }
    let bases = "cannot set '__bases__' attribute of immutable type 'int'";
    let object = types.object();
    assert_fails(types.set_bases(int, &[object]), "TypeError", bases);
    let one = Value::from(1);
    let words = "'int' object has no attribute 'x'";
    assert_fails(setattr(&mut types, &one, "x", Value::None), "AttributeError", words);
    assert_fails(delattr(&mut types, &one, "x"), "AttributeError", words);
    assert_fails(getattr(&mut types, &one, "x"), "AttributeError", words);
    let words = "'int' object attribute 'real' is read-only";
    assert_fails(setattr(&mut types, &one, "real", Value::None), "AttributeError", words);
    assert_eq!(shown(types.lookup(int, "real").unwrap()), "0");
}

/// `PyTypeTest`: which type a value has.
#[test]
fn py_type_test_enquiry() {
    let mut types = TypeStore::new();
    let c = types.create("C", &[]).unwrap();
    let instance = Instance::value(&types, c).unwrap();
    let class = types.value(c).unwrap();
    let ty = types.metatype(types.object()).unwrap();
    let policy = types.policy().clone();
    let set = Value::frozen_set([Value::from(1)], &policy).unwrap();
    for (value, name) in [
        (Value::None, "NoneType"),
        (Value::Ellipsis, "ellipsis"),
        (Value::from(true), "bool"),
        (Value::from(1), "int"),
        (Value::from(u64::MAX), "int"),
        (Value::from(1.5), "float"),
        (Value::complex(0.0, 1.0), "complex"),
        (Value::from("s"), "str"),
        (Value::bytes(b"b"), "bytes"),
        (Value::tuple([]), "tuple"),
        (set, "frozenset"),
        (instance.clone(), "C"),
        (class.clone(), "type"),
        (types.value(ty).unwrap(), "type"),
    ] {
        let of = types.type_of(&value);
        assert_eq!((types.name(of).unwrap(), value.type_name()), (name, name));
    }
    assert_eq!((Type::of(&class), Type::of(&instance)), (Some(c), None));
    assert_eq!(Instance::of(&instance).unwrap().ty(), c);
    assert_eq!(format!("{class:?}"), "<class 'C'>");
    let bool = types.type_of(&Value::from(true));
    let mro: Vec<_> = types.mro(bool).unwrap().map(|ty| types.name(ty).unwrap()).collect();
    assert_eq!(mro, ["bool", "int", "object"]);
}

/// `PyTypeTest`: making types, and what is refused.
#[test]
fn py_type_test_new_types() {
    let mut types = TypeStore::new();
    let object = types.object();
    let a = types.create("A", &[object]).unwrap();
    let b = types.create("B", &[a]).unwrap();
    assert_eq!((types.name(a).unwrap(), types.bases(a).unwrap().next()), ("A", Some(object)));
    let order = "Cannot create a consistent method resolution order (MRO) for bases A, B";
    assert_fails(types.create("X", &[a, b]), "TypeError", order);
    let order = "Cannot create a consistent method resolution order (MRO) for bases object, A";
    assert_fails(types.create("X", &[object, a]), "TypeError", order);
    assert_fails(types.create("X", &[b, a, b]), "TypeError", "duplicate base class B");
    let bool = types.type_of(&Value::from(true));
    let refused = "type 'bool' is not an acceptable base type";
    assert_fails(types.create("X", &[bool]), "TypeError", refused);
    let null = "type name must not contain null characters";
    assert_fails(types.create("X\0", &[]), "ValueError", null);
    let other = TypeStore::new();
    let foreign = other.object();
    assert!(types.create("X", &[foreign]).is_err() && types.lookup(foreign, "x").is_err());
    assert_eq!(types.subclasses(b).unwrap().len(), 0);
    assert_eq!(types.subclasses(a).unwrap().collect::<Vec<_>>(), [b]);
}

/// The mapping proxy is live, ordered, equal to a dict of its items, and cannot be written.
#[test]
fn type_dict_is_a_live_proxy() {
    let mut types = TypeStore::new();
    let ty = types.create("C", &[]).unwrap();
    let proxy = types.dict(ty).unwrap();
    assert!(proxy.is_empty(&types).unwrap());
    for (name, value) in [("a", 1), ("b", 2), ("c", 3)] {
        types.set(ty, name, Value::from(value)).unwrap();
    }
    types.set(ty, "a", Value::from(4)).unwrap();
    types.delete(ty, "b").unwrap();
    types.set(ty, "b", Value::from(5)).unwrap();
    assert_eq!(format!("{:?}", proxy.items(&types).unwrap()), "[('a', 4), ('c', 3), ('b', 5)]");
    let mut dict = Dict::new(types.policy().clone());
    for (name, value) in [("b", 5), ("a", 4), ("c", 3)] {
        dict.insert(Value::from(name), Value::from(value)).unwrap();
    }
    assert!(proxy.equal(&types, &dict).unwrap());
    dict.insert(Value::from("c"), Value::from(0)).unwrap();
    assert!(!proxy.equal(&types, &dict).unwrap());
    dict.insert(Value::from("c"), Value::from(3.0)).unwrap();
    assert!(proxy.equal(&types, &dict).unwrap());
    dict.insert(Value::from(1), Value::None).unwrap();
    assert!(!proxy.equal(&types, &dict).unwrap());
    assert_fails(proxy.get_item(&types, &Value::from(1)), "KeyError", "1");
    assert_fails(proxy.get_item(&types, &Value::from("z")), "KeyError", "'z'");
    assert_eq!(format!("{:?}", proxy.get_item(&types, &Value::from("c")).unwrap()), "3");
    let mut cursor = proxy.cursor(&types).unwrap();
    assert!(proxy.advance(&types, &mut cursor).unwrap().is_some());
    types.set(ty, "c", Value::from(6)).unwrap();
    let (_, value) = proxy.advance(&types, &mut cursor).unwrap().unwrap();
    assert_eq!(format!("{value:?}"), "6");
    types.set(ty, "d", Value::None).unwrap();
    let changed = "dictionary changed size during iteration";
    assert_fails(proxy.advance(&types, &mut cursor), "RuntimeError", changed);
}
