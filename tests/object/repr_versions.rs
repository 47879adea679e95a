//! The characters that a repr escapes, which depend on the version of Unicode.
//!
//! The bugs this hunts: a container whose repr forgets the version of its policy; an object of the
//! runtime in it that prints its own items with another version; a KeyError that shows others.

use crate::oracle;
use std::any::Any;

use hedgerow::object::{
    Dict, HashPolicy, Object, ObjectError, ObjectRef, PersistentStore, PythonVersion, Set,
    SharedDict, TypeArena, TypeStore, Unicode, Value, repr, repr_for,
};

/// A character of each version since 15.0: since 3.12, 3.13, 3.14 and 3.15.
const POINTS: [&str; 4] = ["\u{1fae8}", "\u{31ef}", "\u{1fae9}", "\u{1fac8}"];
const VERSIONS: [PythonVersion; 5] = [
    PythonVersion::V3_11,
    PythonVersion::V3_12,
    PythonVersion::V3_13,
    PythonVersion::V3_14,
    PythonVersion::V3_15,
];

/// A list of the runtime.
struct List(Vec<Value>);

impl Object for List {
    fn type_name(&self) -> &str {
        "list"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        let items: Result<Vec<String>, ObjectError> = self.0.iter().map(repr).collect();
        Ok(format!("[{}]", items?.join(", ")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The text of the characters as this version prints it.
fn text(python: PythonVersion) -> String {
    let printed = python.minor() as usize - 11;
    let shown = POINTS.iter().enumerate().map(|(index, point)| {
        let escaped = format!("\\{}", escape(point.chars().next().unwrap()));
        if index < printed { (*point).to_string() } else { escaped }
    });
    format!("'{}'", shown.collect::<String>())
}

fn escape(char: char) -> String {
    let point = u32::from(char);
    if point > 0xffff { format!("U{point:08x}") } else { format!("u{point:04x}") }
}

#[test]
fn every_container_has_the_version_of_its_policy() {
    let key = || Value::from(POINTS.concat().as_str());
    let list = |items: Vec<Value>| Value::from(ObjectRef::new(List(items)));
    for python in VERSIONS {
        let policy = HashPolicy { python, ..HashPolicy::cpython(0) };
        let text = text(python);
        assert_eq!(repr_for(&key(), python.unicode()).unwrap(), text);
        let mut dict = Dict::new(policy.clone());
        dict.insert(key(), list(vec![key(), Value::tuple([list(vec![key()])])])).unwrap();
        let entry = format!("{text}: [{text}, ([{text}],)]");
        let shared = SharedDict::from(dict.clone());
        for shown in [dict.repr(), shared.repr(), repr(&shared.to_value())] {
            assert_eq!(shown.unwrap(), format!("{{{entry}}}"));
        }
        assert_eq!(dict.keys().repr().unwrap(), format!("dict_keys([{text}])"));
        assert_eq!(
            shared.values().repr().unwrap(),
            format!("dict_values([[{text}, ([{text}],)]])")
        );
        let items = format!("dict_items([({text}, [{text}, ([{text}],)])])");
        assert_eq!(dict.items().repr().unwrap(), items);
        let persistent = PersistentStore::new(policy.clone()).build(&dict).unwrap();
        assert_eq!(persistent.repr().unwrap(), format!("{{{entry}}}"));
        let set = Set::from_elements(&[key()], policy.clone()).unwrap();
        assert_eq!(set.repr().unwrap(), format!("{{{text}}}"));
        for missing in [
            Dict::new(policy.clone()).get_item(&key()).map(drop),
            SharedDict::new(policy.clone()).del_item(&key()),
            PersistentStore::new(policy.clone()).empty().get_item(&key()).map(drop),
        ] {
            assert_eq!(missing.unwrap_err().to_string(), text);
        }
        let arena = TypeArena::new();
        let mut types = TypeStore::without_descriptors(&arena, policy);
        let ty = types.create("C", &[]).unwrap();
        types.set(ty, key(), list(vec![key()])).unwrap();
        let proxy = types.dict(ty).unwrap();
        let shown = format!("mappingproxy({{{text}: [{text}]}})");
        assert_eq!(proxy.repr(&types).unwrap(), shown);
    }
}

/// A repr within a repr, of a dict with another policy, and after one that failed.
#[test]
fn an_inner_repr_does_not_change_the_outer_one() {
    struct Fails;
    impl Object for Fails {
        fn type_name(&self) -> &str {
            "Fails"
        }
        fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
            Err(ObjectError::Value("no".into()))
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }
    let old = HashPolicy { python: PythonVersion::V3_11, ..HashPolicy::cpython(0) };
    let point = || Value::from(POINTS[3]);
    let dict = SharedDict::new(old.clone());
    dict.insert(1.into(), point()).unwrap();
    let both = Value::from(ObjectRef::new(List(vec![point(), dict.to_value(), point()])));
    let (new, escaped) = (POINTS[3], "\\U0001fac8");
    assert_eq!(repr(&both).unwrap(), format!("['{new}', {{1: '{escaped}'}}, '{new}']"));
    let shown = repr_for(&both, Unicode::V16_0).unwrap();
    assert_eq!(shown, format!("['{escaped}', {{1: '{escaped}'}}, '{escaped}']"));
    dict.insert(2.into(), Value::from(ObjectRef::new(Fails))).unwrap();
    assert!(dict.repr().is_err());
    assert_eq!(repr(&point()).unwrap(), format!("'{new}'"));
}

/// CPython's own repr of these characters.
#[test]
fn the_characters_beside_cpython() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/object.py");
    let points: Vec<u32> = POINTS.concat().chars().map(u32::from).collect();
    let question = serde_json::json!({
        "values": [{ "str": points }], "pairs": [], "calls": []
    });
    let Some(answers) = oracle::ask_script(&[script, "answer"], Some(0), &question) else { return };
    let minor = answers["version"][1].as_u64().unwrap() as u32;
    if let Some(python) = PythonVersion::from_minor(minor) {
        assert_eq!(answers["reprs"][0].as_str(), Some(text(python).as_str()));
    }
}
