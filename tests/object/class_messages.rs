//! The errors of class statements, special attributes, `super`, `isinstance` and `dir`, in the
//! words of each CPython.
//!
//! The bugs this hunts: words of another version than the policy names; a name that is printed
//! whole where CPython cuts it, or cut at another place; another character where the cut was; an
//! identifier of another version of Unicode.

use crate::message_world::{Answer, World, body, long, slots};
use crate::oracle;
use hedgerow::object::{
    ClassBody, Instance, PyStr, SharedDict, Super, Type, TypeArena, Value, delattr, dir, getattr,
    is_instance, is_subclass, object_delattr, object_setattr, setattr,
};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/class_messages.py");

#[test]
fn class_messages_beside_cpython() {
    if let Some(answers) = oracle::ask_script(&[SCRIPT], Some(0), &json!(null)) {
        compare(&answers);
    }
}

/// Those of CPython 3.11 to 3.15, for machines without it.
#[test]
fn recorded_class_messages() {
    let recorded: Json =
        serde_json::from_str(include_str!("../vectors/class_messages.json")).unwrap();
    assert_eq!(recorded.as_array().unwrap().len(), 5);
    recorded.as_array().unwrap().iter().for_each(compare);
}

fn compare(answers: &Json) {
    let policy = oracle::policy(0, answers);
    let calls = answers["answers"].as_object().unwrap();
    assert!(calls.len() > 100);
    for (call, theirs) in calls {
        let arena = TypeArena::new();
        let mut world = World::new(&arena, &policy);
        let ours = match of_attributes(call, &mut world) {
            Ok(()) => "no error".to_string(),
            Err(error) => shorten(&format!("{}: {error}", error.python_type())),
        };
        assert_eq!(ours, theirs.as_str().unwrap(), "{:?}: {call}", policy.python);
    }
}

/// Writes runs of that character as their count.
fn shorten(words: &str) -> String {
    let mut short = String::new();
    let mut count = 0;
    for character in words.chars().map(Some).chain([None]) {
        if character == Some('\u{20ac}') {
            count += 1;
            continue;
        }
        if count > 0 {
            short += &format!("<{count}>");
            count = 0;
        }
        short.extend(character);
    }
    short
}

fn of_attributes(call: &str, world: &mut World<'_>) -> Answer {
    let (one, plain, of_c) = (world.one.clone(), world.class(world.plain), world.object(world.c));
    let (class, of_meta) = (world.class(world.c), world.class(world.of_meta));
    let (empty, found) = (world.object(world.empty), world.object(world.found));
    match call {
        "getattr" => world.get(&one, "x"),
        "getattr of type" => world.get(&plain, "x"),
        "getattr of metatype" => world.get(&world.class(world.meta), "x"),
        "getattr of its type" => world.get(&of_meta, "x"),
        "getattr, no name" => getattr(&mut world.runtime, &of_c, &one).map(drop),
        "setattr, no name" => setattr(&mut world.runtime, &of_c, &one, 1.into()),
        "delattr, no name" => delattr(&mut world.runtime, &of_c, &one),
        "getattr of type, no name" => getattr(&mut world.runtime, &class, &one).map(drop),
        "setattr of type, no name" => setattr(&mut world.runtime, &class, &one, 1.into()),
        "setattr, no dict" => world.set(&empty, "y", 1),
        "setattr, read-only" => world.set(&found, "found", 1),
        "delattr" => world.delete(&one, "y"),
        "delattr, no dict" => world.delete(&empty, "y"),
        "delattr, read-only" => world.delete(&found, "found"),
        "delattr of type" => world.delete(&plain, "y"),
        "setattr as object" => object_setattr(&mut world.runtime, &of_meta, "x", 1.into()),
        "delattr as object" => object_delattr(&mut world.runtime, &of_meta, "x"),
        "setattr, immutable" => {
            let int = world.class(world.builtin(1));
            world.set(&int, "\u{31ef}", 1)
        }
        _ if call.starts_with("bases: ") => of_assigned_bases(call, world),
        _ if call.starts_with("class: ") => of_assigned_class(call, world),
        _ if call.starts_with("slots: ") => of_slots(call, world),
        _ => of_special(call, world),
    }
}

fn of_assigned_bases(call: &str, world: &mut World<'_>) -> Answer {
    let (one, plain) = (world.one.clone(), world.class(world.plain));
    let World { plain: of_one, empty, a, b, .. } = *world;
    let bool = world.builtin(true);
    match call {
        "bases: none" => world.set(&plain, "__bases__", Value::tuple([])),
        "bases: no tuple" => world.set(&plain, "__bases__", one),
        "bases: no class" => world.set(&plain, "__bases__", Value::tuple([one])),
        "bases: cycle" => {
            let derived = world.derive(of_one);
            world.assign_base(of_one, derived)
        }
        "bases: final" => rebase(world, of_one, bool),
        "bases: other layout" => rebase(world, a, b),
        "bases: own layout" => world.assign_base(a, b),
        "bases: more" => rebase(world, empty, of_one),
        "bases: less" => rebase(world, of_one, empty),
        "bases: deleted" => world.delete(&plain, "__bases__"),
        "bases: immutable" => world.set(&world.class(bool), "__bases__", 5),
        other => panic!("no such call: {other}"),
    }
}

/// Gives a class that derives from the first another base.
fn rebase(world: &mut World<'_>, from: Type, to: Type) -> Answer {
    let ty = world.derive(from);
    world.assign_base(ty, to)
}

fn of_assigned_class(call: &str, world: &mut World<'_>) -> Answer {
    let (int, bool) = (world.class(world.builtin(1)), world.class(world.builtin(true)));
    let (one, plain, of_meta) =
        (world.one.clone(), world.class(world.plain), world.class(world.of_meta));
    let (empty, a) = (world.object(world.empty), world.object(world.a));
    let (object, value) = match call {
        "class: deleted" => return world.delete(&one, "__class__"),
        "class: no class" => (one.clone(), one),
        "class: immutable" => (one, int),
        "class: of an int" => (1.into(), plain),
        "class: other layout" => (a, world.class(world.b)),
        "class: less" => (one, world.class(world.empty)),
        "class: more" => (empty, plain),
        "class: same slots" => {
            let other = world.make(body("A").with("__slots__", slots(["a"])))?;
            (a, world.class(other))
        }
        "class: same slots and weakref" => {
            let one = world.make(body("W").with("__slots__", slots(["a", "__weakref__"])))?;
            let other = world.make(body("V").with("__slots__", slots(["__weakref__", "a"])))?;
            (world.object(one), world.class(other))
        }
        "class: of a type" => (plain, int),
        "class: of a type, no metatype" => (of_meta, plain),
        "class: of an immutable type" => (bool, 5.into()),
        other => panic!("no such call: {other}"),
    };
    world.set(&object, "__class__", value)
}

fn of_special(call: &str, world: &mut World<'_>) -> Answer {
    let (one, plain) = (world.one.clone(), world.class(world.plain));
    let (int, ty) = (world.class(world.builtin(1)), world.builtin(plain.clone()));
    let (empty, a) = (world.object(world.empty), world.object(world.a));
    let surrogate = || PyStr::from_code_points([0x61, 0xd800]).unwrap();
    match call {
        "name: deleted" => world.delete(&plain, "__name__"),
        "name: no str" => world.set(&plain, "__name__", one),
        "name: null" => world.set(&plain, "__name__", "a\0b"),
        "name: surrogate" => world.set(&plain, "__name__", Value::Str(surrogate())),
        "name: immutable" => world.set(&int, "__name__", "x"),
        "name: immutable, deleted" => world.delete(&int, "__name__"),
        "qualname: deleted" => world.delete(&plain, "__qualname__"),
        "qualname: no str" => world.set(&plain, "__qualname__", one),
        "qualname: in the body" => world.with("__qualname__", one).map(drop),
        "qualname: None" => world.with("__qualname__", Value::None).map(drop),
        "module: deleted" => world.delete(&plain, "__module__"),
        "module: immutable" => world.set(&int, "__module__", "x"),
        "doc: deleted" => world.delete(&plain, "__doc__"),
        "doc: immutable" => world.set(&int, "__doc__", "x"),
        "mro: set" => world.set(&plain, "__mro__", 1),
        "mro: deleted" => world.delete(&plain, "__mro__"),
        "base: set" => world.set(&plain, "__base__", 1),
        "dict of type: set" => world.set(&plain, "__dict__", 1),
        "dict of type: deleted" => world.delete(&plain, "__dict__"),
        "dict: no dict" => world.set(&one, "__dict__", one.clone()),
        "dict: none to set" => {
            let dict = SharedDict::new(world.runtime.types.policy().clone());
            world.set(&empty, "__dict__", dict.to_value())
        }
        "dict: none to delete" => world.delete(&empty, "__dict__"),
        "dict: of a class" => {
            let meta = world.make(body(&long()).bases(&[world.plain, ty]))?;
            let class = world.make(body(&long()).metatype(meta))?;
            world.set(&world.class(class), "__dict__", 1)
        }
        "dict: of another" => world.get_of(world.plain, "__dict__", &empty),
        "weakref: set" => world.set(&one, "__weakref__", 1),
        "weakref: deleted" => world.delete(&one, "__weakref__"),
        "weakref: of another" => world.get_of(world.plain, "__weakref__", &1.into()),
        "slot: of another" => world.get_of(world.a, "a", &one),
        "slot: not set" => world.get(&a, "a"),
        "slot: not set, in __main__" => unset(world, ClassBody::new("D"), "__main__"),
        "slot: not set, other qualname" => {
            unset(world, ClassBody::new("X").with("__qualname__", "Y.X".into()), "m")
        }
        "slot: deleted" => world.delete(&a, "a"),
        "name: of another" => world.get_of(ty, "__name__", &one),
        "mro: of another" => world.get_of(ty, "__mro__", &one),
        _ => of_making(call, world),
    }
}

fn unset(world: &mut World<'_>, body: ClassBody, module: &str) -> Answer {
    let body = body.with("__module__", module.into()).with("__slots__", "a".into());
    let ty = world.make(body)?;
    world.get(&world.object(ty), "a")
}

fn of_slots(call: &str, world: &mut World<'_>) -> Answer {
    let (one, plain, meta) = (world.one.clone(), world.plain, world.meta);
    let (int, tuple) = (world.builtin(1), world.builtin(Value::tuple([])));
    let surrogate = PyStr::from_code_points([0x61, 0xd800]).unwrap();
    let twice = slots(["__dict__", "__dict__"]);
    let (base, value) = match call {
        "slots: int" => (Some(world.derive(int)), slots(["a"])),
        "slots: tuple" => (Some(world.derive(tuple)), slots(["a"])),
        "slots: type" => (Some(meta), slots(["a"])),
        "slots: int, weakref" => (Some(int), slots(["__weakref__"])),
        "slots: int, dict twice" => (Some(int), twice),
        "slots: no str" => (None, Value::tuple([one])),
        "slots: bytes" => (None, Value::bytes(b"ab")),
        "slots: not iterable" => (None, one),
        "slots: None" => (None, Value::None),
        "slots: no identifier" => (None, slots(["1x"])),
        "slots: empty" => (None, slots([""])),
        "slots: surrogate" => (None, Value::tuple([Value::Str(surrogate)])),
        "slots: letter of Unicode 15.1" => (None, slots(["\u{2ebf0}"])),
        "slots: letter of Unicode 16" => (None, slots(["\u{a7cd}"])),
        "slots: dict" => (Some(plain), slots(["__dict__"])),
        "slots: dict twice" => (None, twice),
        "slots: weakref" => (Some(plain), slots(["__weakref__"])),
        "slots: conflict" => {
            let body = body(&long()).with("\u{a7cb}", 1.into());
            return world.make(body.with("__slots__", slots(["\u{a7cb}"]))).map(drop);
        }
        "slots: conflict of a private one" => {
            let body = body("C").with("_C__a", 1.into());
            return world.make(body.with("__slots__", slots(["__a"]))).map(drop);
        }
        other => panic!("no such call: {other}"),
    };
    let bases: Vec<Type> = base.into_iter().collect();
    world.make(body(&long()).with("__slots__", value).bases(&bases)).map(drop)
}

fn of_making(call: &str, world: &mut World<'_>) -> Answer {
    let (one, plain, a, b) = (world.one.clone(), world.plain, world.a, world.b);
    let (int, bool, none) = (world.builtin(1), world.builtin(true), world.builtin(Value::None));
    let ty = world.builtin(world.class(plain));
    let bases = match call {
        "twice" => vec![plain, plain],
        "metatypes" => {
            let other = world.make(body("N").bases(&[ty]))?;
            vec![world.of_meta, world.make(body(&long()).metatype(other))?]
        }
        "metatype" => return world.make(body("X").metatype(plain)).map(drop),
        "order" => return order(world, ""),
        "order, one more" => return order(world, "A"),
        "order, two more" => return order(world, "AB"),
        "order, three more" => return order(world, "ABC"),
        "final" => vec![bool],
        "final None" => vec![none],
        "layouts" => vec![a, b],
        "layouts of built-ins" => vec![int, world.builtin("")],
        "null" => return world.make(body("a\0b")).map(drop),
        "set_name" => {
            let ty = world.with("__set_name__", one)?;
            let named = world.object(ty);
            return world.with("\u{31ef}", named).map(drop);
        }
        "init_subclass" => vec![world.with("__init_subclass__", one)?],
        "init_subclass with keywords" => {
            let body = body(&long()).bases(&[plain]).keyword("k", 1.into());
            return world.make(body).map(drop);
        }
        "getattr hook" => {
            let ty = world.with("__getattr__", one)?;
            return world.get(&world.object(ty), "x");
        }
        _ => return of_relations(call, world),
    };
    world.make(body(&long()).bases(&bases)).map(drop)
}

/// Bases whose order is impossible: their names, some of them long, are in the message.
fn order(world: &mut World<'_>, first: &str) -> Answer {
    let mut bases = vec![world.runtime.types.object(), world.make(body("F"))?];
    if !first.is_empty() {
        bases.push(world.make(body(first))?);
    }
    for _ in 0..4 {
        bases.push(world.make(body(&"\u{20ac}".repeat(100)))?);
    }
    world.make(body("X").bases(&bases)).map(drop)
}

fn of_relations(call: &str, world: &mut World<'_>) -> Answer {
    let (one, of_c, ten) = (world.one.clone(), world.object(world.c), Value::from(10));
    let (plain, class) = (world.class(world.plain), world.class(world.c));
    let (int, text) = (world.class(world.builtin(1)), world.class(world.builtin("")));
    let runtime = &mut world.runtime;
    let parent = Super::new(runtime, &plain, Some(&one))?;
    match call {
        "super: no type" => Super::new(runtime, &one, Some(&of_c)).map(drop),
        "super: int" => Super::new(runtime, &ten, Some(&ten)).map(drop),
        "super: other object" => Super::new(runtime, &plain, Some(&of_c)).map(drop),
        "super: other class" => Super::new(runtime, &class, Some(&one)).map(drop),
        "super: other types" => Super::new(runtime, &plain, Some(&class)).map(drop),
        "super: type" => Super::new(runtime, &class, Some(&plain)).map(drop),
        "super: other int" => Super::new(runtime, &plain, Some(&ten)).map(drop),
        "super: no attribute" => parent.getattr(runtime, "x").map(drop),
        "super: no object" => {
            Super::new(runtime, &plain, None)?.getattr(runtime, "\u{31ef}").map(drop)
        }
        "super: no name" => parent.getattr(runtime, &one).map(drop),
        "isinstance" => is_instance(runtime, &ten, &one).map(drop),
        "isinstance of a tuple" => {
            is_instance(runtime, &ten, &Value::tuple([text, ten.clone()])).map(drop)
        }
        "issubclass of no class" => is_subclass(runtime, &one, &int).map(drop),
        "issubclass" => is_subclass(runtime, &int, &one).map(drop),
        "issubclass of a tuple" => is_subclass(runtime, &int, &Value::tuple([text, ten])).map(drop),
        "issubclass of neither" => is_subclass(runtime, &ten, &ten).map(drop),
        "dir of an int" | "dir" => {
            let key = if call == "dir" { one } else { 1.into() };
            let dict = Instance::of(&of_c).and_then(Instance::dict).expect("a dict");
            dict.insert("a".into(), 1.into())?;
            dict.insert(key, 2.into())?;
            dir(runtime, &of_c).map(drop)
        }
        other => panic!("no such call: {other}"),
    }
}
