//! Names, type objects and the mapping proxy.
//!
//! The bugs this hunts: two surrogates taken for a character; a built-in type that can be written;
//! an order of bases that Python refuses; a proxy that shows an old state, or can be written; an
//! iteration that goes on after a change.

use hedgerow::object::{
    Dict, DictCursor, Errors, HashPolicy, Instance, Name, NameArena, Names, ObjectError, PyStr,
    Type, TypeArena, TypeStore, Utf16, Value, delattr, getattr, setattr,
};
use proptest::prelude::*;

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

/// A str may hold a high surrogate and then a low one, which UTF-16 cannot. Very Slow Jython takes
/// them for the name with the character.
#[test]
fn adjacent_surrogates_are_another_name() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
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
    let arena = NameArena::new();
    let mut names = Names::new(&arena);
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

/// Code points of each width, and surrogates.
fn any_points() -> impl Strategy<Value = Vec<u32>> {
    let halves = prop::sample::select(vec![0xd83e_u32, 0xdd93, 0xd800, 0xdbff, 0xdc00, 0xdfff]);
    let ends = prop::sample::select(vec![0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000, 0x10_ffff]);
    let letter = || 0x61..0x64u32;
    let point = prop_oneof![4 => letter(), 2 => halves, 1 => ends, 1 => 0..0x11_0000u32];
    prop_oneof![
        prop::collection::vec(point, 0..8),
        // Around the size of the buffer on the stack.
        (60..70usize, letter())
            .prop_map(|(count, point)| [vec![0xe9; count], vec![point]].concat()),
    ]
}

proptest! {
    /// Texts have the same name if their code points are the same, whatever their form.
    #[test]
    fn names_are_equal_when_their_code_points_are(
        texts in prop::collection::vec(any_points(), 1..12),
    ) {
        let arena = NameArena::new();
        let mut names = Names::new(&arena);
        let mut known: Vec<(Vec<u32>, Name)> = Vec::new();
        for points in texts {
            let text = PyStr::from_code_points(points.iter().copied()).unwrap();
            let expected = known.iter().find(|(other, _)| *other == points).map(|&(_, name)| name);
            prop_assert_eq!(names.find(&text).unwrap(), expected);
            let name = names.intern(&text).unwrap();
            prop_assert_eq!(names.find(Value::from(text.clone())).unwrap(), Some(name));
            prop_assert_eq!(names.str(name), Some(&text));
            if let Ok(utf8) = text.to_utf8(Errors::Strict) {
                let utf8 = String::from_utf8(utf8).unwrap();
                prop_assert_eq!(names.find(&utf8).unwrap(), Some(name));
                prop_assert_eq!(names.intern(Utf16(&utf16(&utf8))).unwrap(), name);
                prop_assert_eq!(names.text(name), utf8);
            }
            if expected.is_none() {
                prop_assert_eq!(name.number() as usize, known.len());
                known.push((points, name));
            }
            prop_assert_eq!(names.len(), known.len());
        }
    }
}

/// Built-in types refuse every kind of write, and so do their instances.
#[test]
fn immutable_types_refuse() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
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
    let words = "'int' object has no attribute 'x' and no __dict__ for setting new attributes";
    assert_fails(setattr(&mut types, &one, "x", Value::None), "AttributeError", words);
    assert_fails(delattr(&mut types, &one, "x"), "AttributeError", words);
    let words = "'int' object has no attribute 'x'";
    assert_fails(getattr(&mut types, &one, "x"), "AttributeError", words);
    let words = "'int' object attribute 'real' is read-only";
    assert_fails(setattr(&mut types, &one, "real", Value::None), "AttributeError", words);
    assert_eq!(shown(types.lookup(int, "real").unwrap()), "0");
}

/// The type of each kind of value.
#[test]
fn every_value_has_a_type() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
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

/// A store stays in its thread. Types and values need not.
#[test]
fn types_and_values_go_between_threads() {
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let ty = types.create("C", &[]).unwrap();
    let (class, proxy) = (types.value(ty).unwrap(), types.dict(ty).unwrap());
    is_shared(&(ty, proxy, types.version_tag(ty).unwrap()));
    let back = std::thread::spawn(move || (Type::of(&class), class)).join().unwrap();
    assert_eq!(back.0, Some(ty));
    assert_eq!(types.name(types.type_of(&back.1)).unwrap(), "type");
}

/// Types that cannot be created.
#[test]
fn types_that_cannot_be() {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
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
    let other_arena = TypeArena::new();
    let other = TypeStore::new(&other_arena).object();
    assert!(types.create("X", &[other]).is_err() && types.lookup(other, "x").is_err());
    assert_eq!(types.subclasses(b).unwrap().len(), 0);
    assert_eq!(types.subclasses(a).unwrap().collect::<Vec<_>>(), [b]);
}

/// The mapping proxy shows the type as it is now, is ordered and equal to a dict of its items, and
/// cannot be written.
#[test]
fn a_proxy_shows_the_type_now() {
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, HashPolicy::default());
    let ty = types.create("C", &[]).unwrap();
    let proxy = types.dict(ty).unwrap();
    assert!(proxy.is_empty(&types).unwrap());
    for (name, value) in [("a", 1), ("b", 2), ("c", 3)] {
        types.set(ty, name, Value::from(value)).unwrap();
    }
    types.set(ty, "a", Value::from(4)).unwrap();
    types.delete(ty, "b").unwrap();
    types.set(ty, "b", Value::from(5)).unwrap();
    let items = proxy.items(&types).unwrap();
    assert_eq!(items.repr().unwrap(), "dict_items([('a', 4), ('c', 3), ('b', 5)])");
    assert_eq!(proxy.repr(&types).unwrap(), "mappingproxy({'a': 4, 'c': 3, 'b': 5})");
    let backwards = proxy.iter(&types).unwrap().rev().map(|(name, _)| types.names().text(name));
    assert_eq!(backwards.collect::<Vec<_>>(), ["b", "c", "a"]);
    // A copy is a dict of its own. Writing to it changes nothing.
    proxy.copied(&types).unwrap().clear();
    assert_eq!((proxy.len(&types).unwrap(), proxy.ty()), (3, ty));
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
}

/// An iteration over the names of a type, as CPython iterates over `C.__dict__`.
#[test]
fn iterating_over_a_type_dict_that_changes() {
    let arena = TypeArena::new();
    let mut types = TypeStore::without_descriptors(&arena, HashPolicy::default());
    let ty = types.create("C", &[]).unwrap();
    let proxy = types.dict(ty).unwrap();
    for (name, value) in [("a", 1), ("b", 2), ("c", 3)] {
        types.set(ty, name, Value::from(value)).unwrap();
    }
    let start = proxy.cursor(&types).unwrap();
    let next = |types: &TypeStore<'_>, cursor: &mut DictCursor| {
        let step = proxy.advance(types, cursor);
        step.map(|found| {
            found.map(|(name, value)| format!("{}={value:?}", types.names().text(name)))
        })
    };
    let shown = |name: &str| Some(name.to_string());
    let mut cursor = start.clone();
    assert_eq!(next(&types, &mut cursor).unwrap(), shown("a=1"));
    // Another value is no other size: the iteration shows it.
    types.set(ty, "b", Value::from(6)).unwrap();
    assert_eq!(next(&types, &mut cursor).unwrap(), shown("b=6"));
    let mut other = cursor.clone();
    // Other names, but as many as before: noticed when there is one too many.
    types.delete(ty, "b").unwrap();
    types.set(ty, "d", Value::from(4)).unwrap();
    assert_eq!(next(&types, &mut cursor).unwrap(), shown("c=3"));
    let changed = "dictionary keys changed during iteration";
    assert_fails(next(&types, &mut cursor), "RuntimeError", changed);
    assert_eq!(next(&types, &mut cursor).unwrap(), None);
    // More names: noticed at once, and for good.
    types.set(ty, "e", Value::None).unwrap();
    let changed = "dictionary changed size during iteration";
    assert_fails(next(&types, &mut other), "RuntimeError", changed);
    types.delete(ty, "e").unwrap();
    assert_fails(next(&types, &mut other), "RuntimeError", changed);
    // After a compaction, entries have other positions. The iteration does not go on.
    let mut cursor = proxy.cursor(&types).unwrap();
    assert_eq!(next(&types, &mut cursor).unwrap(), shown("a=1"));
    for number in 0..20 {
        types.set(ty, format!("x{number}"), Value::None).unwrap();
        types.delete(ty, format!("x{number}")).unwrap();
    }
    let changed = "dictionary keys changed during iteration";
    assert_fails(next(&types, &mut cursor), "RuntimeError", changed);
    let mut cursor = proxy.cursor(&types).unwrap();
    for expected in [shown("a=1"), shown("c=3"), shown("d=4"), None, None] {
        assert_eq!(next(&types, &mut cursor).unwrap(), expected);
    }
}
