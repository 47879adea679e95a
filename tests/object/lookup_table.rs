//! After `LookupTest` and `UnarySlotWrapperTest.Slot__hash__` of Very Slow Jython: every form that
//! a runtime has of a value is hashed, stored and looked up.
//!
//! The bugs this hunts: a key that is stored in one form and not found in another; a key that is
//! found where only the hash is the same.

use std::any::Any;

use crate::runtime::{Action, Scripted, TestRuntime};
use hedgerow::object::{
    Comparison, Dict, HashPolicy, Key, Methods, Object, ObjectError, ObjectRef, PyStr, TypeArena,
    TypeStore, Utf16, Value, equal, getattr, hash, hash_int, lookup_attr,
};
use num_bigint::BigInt;

/// Keys and their `String.hashCode()`. The last two collide.
const STRS: [(&str, i64); 4] =
    [("a", 97), ("b123", 2_968_208), ("Python", -1_889_329_924), ("QZthon", -1_889_329_924)];

const INTS: [i32; 5] = [4, -5, i32::MAX, i32::MIN, i32::MIN + 1];

/// An int of a class of the runtime, as `PyLong` beside `Integer` and `BigInteger`.
struct Long(i64);

impl Object for Long {
    fn type_name(&self) -> &str {
        "int"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(hash_int(self.0))
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let other = match other {
            Value::Object(other) => other.downcast_ref::<Long>().map(|long| Value::from(long.0)),
            other => Some(other.clone()),
        };
        match other {
            Some(other) if equal(&Value::from(self.0), &other)? => Ok(Comparison::Equal),
            Some(_) => Ok(Comparison::Different),
            None => Ok(Comparison::NotImplemented),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn long(int: i64) -> Value {
    Value::from(ObjectRef::new(Long(int)))
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Calls a function with a text in each form: `&str`, UTF-16, `PyStr`, and a value.
fn in_each_form_of_str(text: &str, mut with: impl FnMut(&dyn Key)) {
    let units = utf16(text);
    with(&Utf16(&units));
    with(&PyStr::from(text));
    with(&Value::from(text));
    with(&text);
}

/// Calls a function with an int in each form: `i32`, `i64`, a value, a big int, an int of the
/// runtime, a float.
fn in_each_form_of_int(int: i32, mut with: impl FnMut(&dyn Key)) {
    with(&int);
    with(&i64::from(int));
    with(&Value::from(int));
    with(&Value::from(BigInt::from(int)));
    with(&Value::from(i128::from(int)));
    with(&long(i64::from(int)));
    with(&f64::from(int));
}

/// Stores 100, 101, ... under the keys in one form, and reads them in all forms.
fn put_and_read(keys: &[impl Fn(&mut dyn FnMut(&dyn Key))], form: usize) {
    let mut dict = Dict::new(HashPolicy::java());
    for (each_form, number) in keys.iter().zip(100..) {
        let mut forms = Vec::new();
        each_form(&mut |key| forms.push(key.to_value()));
        dict.insert(forms.swap_remove(form), Value::from(number)).unwrap();
    }
    assert_eq!(dict.len(), keys.len());
    for (each_form, number) in keys.iter().zip(100..) {
        each_form(&mut |key| {
            let found = dict.get(key).unwrap();
            assert_eq!(found.map(|value| format!("{value:?}")), Some(number.to_string()));
        });
    }
}

fn put_strs(form: usize) {
    put_and_read(
        &STRS.map(|(text, _)| {
            move |with: &mut dyn FnMut(&dyn Key)| {
                in_each_form_of_str(text, with);
            }
        }),
        form,
    );
}

fn put_ints(form: usize) {
    put_and_read(
        &INTS.map(|int| {
            move |with: &mut dyn FnMut(&dyn Key)| {
                in_each_form_of_int(int, with);
            }
        }),
        form,
    );
}

#[test]
fn hashes_equal_where_str() {
    let java = HashPolicy::java();
    for (text, expected) in STRS {
        in_each_form_of_str(text, |key| {
            assert_eq!(key.hash(&java).unwrap(), expected);
            assert_eq!(hash(&key.to_value(), &java).unwrap(), expected);
        });
    }
}

#[test]
fn hashes_equal_where_int() {
    for policy in [HashPolicy::java(), HashPolicy::cpython(0)] {
        for int in INTS {
            in_each_form_of_int(int, |key| {
                assert_eq!(key.hash(&policy).unwrap(), i64::from(int));
                assert_eq!(hash(&key.to_value(), &policy).unwrap(), i64::from(int));
            });
        }
    }
}

/// A `String` of Java is UTF-16 here. "Python" and "QZthon" collide.
#[test]
fn dict_keys_match_when_str_key_is_string() {
    put_strs(0);
    put_strs(3);
}

#[test]
fn dict_keys_match_when_str_key_is_pystr() {
    put_strs(1);
    put_strs(2);
}

#[test]
fn dict_keys_match_when_int_key_is_integer() {
    put_ints(0);
    put_ints(1);
    put_ints(2);
}

#[test]
fn dict_keys_match_when_int_key_is_big_integer() {
    put_ints(3);
    put_ints(4);
}

/// Keys of the runtime are asked, as stored and as given keys.
#[test]
fn dict_keys_match_when_int_key_is_of_the_runtime() {
    put_ints(5);
}

/// Not in Very Slow Jython, where a float has Java's hash.
#[test]
fn dict_keys_match_when_int_key_is_float() {
    put_ints(6);
}

#[test]
fn dict_keys_match_when_int_key_is_bool() {
    let mut dict = Dict::new(HashPolicy::java());
    dict.insert(Value::from(false), Value::from(100)).unwrap();
    dict.insert(Value::from(true), Value::from(101)).unwrap();
    for (int, expected) in [(0, "100"), (1, "101")] {
        in_each_form_of_int(int, |key| {
            let found = dict.get(key).unwrap();
            assert_eq!(found.map(|value| format!("{value:?}")).as_deref(), Some(expected));
        });
    }
    assert!(dict.get(&2).unwrap().is_none() && dict.get("True").unwrap().is_none());
    // There is one entry, and the first key stays.
    dict.insert(Value::from(1.0), Value::from(102)).unwrap();
    assert_eq!(dict.repr().unwrap(), "{False: 100, True: 102}");
}

/// Two keys with one hash find their own entries, in either order, and after a removal.
#[test]
fn colliding_python_and_qzthon() {
    for [first, second] in [["Python", "QZthon"], ["QZthon", "Python"]] {
        let mut dict = Dict::new(HashPolicy::java());
        dict.insert(Value::from(first), Value::from(1)).unwrap();
        in_each_form_of_str(second, |key| assert!(dict.get(key).unwrap().is_none()));
        dict.insert(PyStr::from_utf16(&utf16(second)).into(), Value::from(2)).unwrap();
        in_each_form_of_str(first, |key| {
            assert_eq!(format!("{:?}", dict.get_item(key).unwrap()), "1");
        });
        assert!(dict.remove(first).unwrap().is_some());
        in_each_form_of_str(first, |key| assert!(dict.get(key).unwrap().is_none()));
        in_each_form_of_str(second, |key| {
            assert_eq!(format!("{:?}", dict.get_item(key).unwrap()), "2");
        });
    }
}

/// `Slot__hash__`: each form of an int, bools as 0 and 1, str as `String.hashCode`, and float as
/// the equal int.
#[test]
fn slot_hash() {
    let java = HashPolicy::java();
    in_each_form_of_int(42, |key| assert_eq!(key.hash(&java).unwrap(), 42));
    for (bool, expected) in [(false, 0), (true, 1)] {
        assert_eq!(Key::hash(&bool, &java).unwrap(), expected);
        assert_eq!(hash(&Value::from(bool), &java).unwrap(), expected);
        in_each_form_of_int(expected as i32, |key| assert_eq!(key.hash(&java).unwrap(), expected));
    }
    for (text, expected) in [("", 0), ("forty-two", 2_032_045_325), ("\u{1f40d}", 1_772_400)] {
        in_each_form_of_str(text, |key| assert_eq!(key.hash(&java).unwrap(), expected));
    }
}

/// A character beyond 16 bits and the two surrogates of its UTF-16 have one hash in Java, but are
/// two strs, two keys and two names.
#[test]
fn lone_surrogates_are_other_keys() {
    let java = HashPolicy::java();
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    let zebra = PyStr::from("\u{1f993}");
    assert_eq!(Key::hash(&halves, &java).unwrap(), 1_772_821);
    assert_eq!(Key::hash(&zebra, &java).unwrap(), 1_772_821);
    let mut dict = Dict::new(java);
    dict.insert(halves.clone().into(), Value::from(1)).unwrap();
    in_each_form_of_str("\u{1f993}", |key| assert!(dict.get(key).unwrap().is_none()));
    dict.insert(zebra.into(), Value::from(2)).unwrap();
    in_each_form_of_str("\u{1f993}", |key| {
        assert_eq!(format!("{:?}", dict.get_item(key).unwrap()), "2");
    });
    assert_eq!(format!("{:?}", dict.get_item(&halves).unwrap()), "1");
    // UTF-16 can hold a lone surrogate.
    let half = PyStr::from_code_points([0xd83e]).unwrap();
    assert!(dict.get(&Utf16(&[0xd83e])).unwrap().is_none());
    dict.insert(half.into(), Value::from(3)).unwrap();
    assert_eq!(format!("{:?}", dict.get_item(&Utf16(&[0xd83e])).unwrap()), "3");
    assert_eq!(dict.len(), 3);
}

/// A name that is set in one form is found in each.
#[test]
fn type_lookup_of_colliding_names_in_every_form() {
    for set_as in 0..4 {
        let arena = TypeArena::new();
        let mut types = TypeStore::with_policy(&arena, HashPolicy::java());
        let ty = types.create("T", &[]).unwrap();
        let special = types.names().len();
        for ((key, _), number) in STRS.into_iter().zip(100..) {
            let number = Value::from(number);
            match set_as {
                0 => types.set(ty, key, number),
                1 => types.set(ty, Utf16(&utf16(key)), number),
                2 => types.set(ty, PyStr::from(key), number),
                _ => types.set(ty, Value::from(key), number),
            }
            .unwrap();
        }
        for ((key, _), number) in STRS.into_iter().zip(100..) {
            let expected = format!("Some({number})");
            let name = types.names().find(key).unwrap().unwrap();
            for found in [
                types.lookup(ty, key),
                types.lookup(ty, String::from(key)),
                types.lookup(ty, Utf16(&utf16(key))),
                types.lookup(ty, PyStr::from(key)),
                types.lookup(ty, Value::from(key)),
                types.lookup(ty, name),
            ] {
                assert_eq!(format!("{:?}", found.unwrap()), expected);
            }
        }
        assert_eq!(types.names().len(), special + STRS.len());
    }
}

/// The methods that Very Slow Jython's test looks up, as descriptors numbered from 1.
fn with_methods(arena: &TypeArena) -> TestRuntime<'_> {
    let mut runtime = TestRuntime::new(arena);
    let (object, int) = (runtime.types.object(), runtime.types.type_of(&Value::from(1)));
    for (ty, name, tag) in [
        (object, "__getattribute__", 1),
        (object, "__repr__", 2),
        (int, "__neg__", 3),
        (int, "__add__", 4),
    ] {
        let method = Scripted::value(Methods::GET, Action::Nothing, tag);
        runtime.types.define(ty, name, method).unwrap();
    }
    runtime
}

/// `type.lookup` gives the value in the dict, inherited or not, and `None` for an unknown name.
#[test]
fn type_lookup() {
    let arena = TypeArena::new();
    let runtime = with_methods(&arena);
    let types = &runtime.types;
    let before = types.names().len();
    let [int, bool] = [Value::from(1), Value::from(true)].map(|value| types.type_of(&value));
    for (ty, name, expected) in [
        (bool, "__getattribute__", "Some(D1)"),
        (bool, "__repr__", "Some(D2)"),
        (int, "__neg__", "Some(D3)"),
        (bool, "__add__", "Some(D4)"),
        (types.object(), "__add__", "None"),
        (int, "__nope__", "None"),
    ] {
        for found in [
            types.lookup(ty, name),
            types.lookup(ty, Utf16(&utf16(name))),
            types.lookup(ty, PyStr::from(name)),
            types.lookup_uncached(ty, name),
        ] {
            assert_eq!(format!("{:?}", found.unwrap()), expected);
        }
    }
    // A lookup does not intern the name.
    assert_eq!(types.names().len(), before);
}

#[test]
fn lookup_attr_is_none_for_an_attribute_error() {
    let arena = TypeArena::new();
    let mut runtime = with_methods(&arena);
    for (name, expected) in [
        ("__repr__", "Some('get 2 on object of int')"),
        ("__neg__", "Some('get 3 on object of int')"),
        ("__nope__", "None"),
    ] {
        for form in [Value::from(name), PyStr::from_utf16(&utf16(name)).into()] {
            let found = lookup_attr(&mut runtime, &Value::from(42), &form).unwrap();
            assert_eq!(format!("{found:?}"), expected);
        }
        let found = lookup_attr(&mut runtime, &Value::from(42), name).unwrap();
        assert_eq!(format!("{found:?}"), expected);
    }
    // Only an AttributeError is `None`.
    let refused = lookup_attr(&mut runtime, &Value::from(42), Value::from(1)).unwrap_err();
    assert_eq!(refused.to_string(), "attribute name must be string, not 'int'");
}

#[test]
fn get_attr_binds_in_every_form_of_the_name() {
    let arena = TypeArena::new();
    let mut runtime = with_methods(&arena);
    for (object, name, expected) in [
        (Value::from(42), "__neg__", "'get 3 on object of int'"),
        (Value::from(true), "__add__", "'get 4 on object of bool'"),
        (Value::from("s"), "__getattribute__", "'get 1 on object of str'"),
    ] {
        let units = utf16(name);
        let text = PyStr::from(name);
        for found in [
            getattr(&mut runtime, &object, name),
            getattr(&mut runtime, &object, Utf16(&units)),
            getattr(&mut runtime, &object, &text),
            getattr(&mut runtime, &object, Value::from(name)),
        ] {
            assert_eq!(format!("{:?}", found.unwrap()), expected);
        }
    }
}
