//! Python's dict, str, hash, attribute lookup and context variables.

use std::hint::black_box;

use hedgerow::object::context::{ContextVar, copy_context};
use hedgerow::object::{
    AttrCache, Dict, HashPolicy, Instance, Name, PyStr, Type, TypeArena, TypeStore, Value,
    getattr_cached, hash, setattr,
};
use iai_callgrind::{library_benchmark, library_benchmark_group};

use hedgerow_bench::batches::{OPERATIONS, first};
use hedgerow_bench::keys::{Key, hits, items, misses};

const SOUND: &str = "room, and a hash for each key";

fn policy() -> HashPolicy {
    HashPolicy::cpython(0)
}

fn int(key: u64) -> Value {
    Value::from(key as i64)
}

fn text(key: String) -> Value {
    Value::from(key.as_str())
}

fn dict_of<K: Key>(size: usize, value: fn(K) -> Value) -> Dict {
    let mut dict = Dict::new(policy());
    for (key, counter) in items(size) {
        dict.insert(value(key), Value::from(counter)).expect(SOUND);
    }
    dict
}

fn ints(size: usize) -> (Dict, Vec<Value>) {
    (dict_of(size, int), first(hits(size)).into_iter().map(int).collect())
}

/// Keys that are equal to those of the dict, but other objects, which have been hashed.
fn texts(size: usize) -> (Dict, Vec<Value>) {
    let keys: Vec<Value> = first(hits(size)).into_iter().map(text).collect();
    keys.iter().for_each(|key| drop(hash(key, &policy())));
    (dict_of(size, text), keys)
}

fn absent(size: usize) -> (Dict, Vec<Value>) {
    (dict_of(size, int), first(misses(size)).into_iter().map(int).collect())
}

#[library_benchmark]
#[benches::int(args = [10, 1_000, 100_000], setup = ints)]
#[benches::str(args = [10, 1_000, 100_000], setup = texts)]
#[benches::absent_int(args = [10, 1_000, 100_000], setup = absent)]
fn dict_get(of: (Dict, Vec<Value>)) -> (Dict, Vec<Value>) {
    for key in &of.1 {
        black_box(of.0.get(key).expect(SOUND));
    }
    of
}

#[library_benchmark]
#[benches::int(args = [10, 1_000, 100_000], setup = ints)]
#[benches::str(args = [10, 1_000, 100_000], setup = texts)]
fn dict_insert(mut of: (Dict, Vec<Value>)) -> (Dict, Vec<Value>) {
    for key in &of.1 {
        of.0.insert(key.clone(), Value::from(1)).expect(SOUND);
    }
    of
}

fn new_texts(length: usize) -> Vec<Value> {
    (0..OPERATIONS).map(|n| Value::from(format!("{n:0length$}").as_str())).collect()
}

fn pairs(_: usize) -> Vec<Value> {
    let pair = |n: usize| Value::tuple([Value::from(n as i64), Value::from("a")]);
    (0..OPERATIONS).map(pair).collect()
}

// Of `str` by their length: none has been hashed before.
#[library_benchmark]
#[benches::str(args = [5, 16, 100], setup = new_texts)]
#[benches::pair(args = [2], setup = pairs)]
fn hash_value(values: Vec<Value>) -> Vec<Value> {
    for value in &values {
        black_box(hash(value, &policy()).expect(SOUND));
    }
    values
}

/// A text of this many words, the last of which is nowhere else.
fn words(count: usize) -> PyStr {
    let words = ["a", "hedge", "row", "of", "elder", "thorn", "between", "the", "fields", "and"];
    let words: Vec<&str> = (1..count).map(|n| words[n * n % words.len()]).collect();
    PyStr::from(format!("{} hedgehog", words.join(" ")).as_str())
}

// Of ten words, or a thousand.
#[library_benchmark]
#[benches::words(args = [10, 1_000], setup = words)]
fn str_find(text: PyStr) -> PyStr {
    black_box(text.find(&PyStr::from("hedgehog")));
    text
}

#[library_benchmark]
#[benches::words(args = [10, 1_000], setup = words)]
fn str_split(text: PyStr) -> (PyStr, impl Sized) {
    let parts = text.split(&PyStr::from(" "), None);
    (text, parts)
}

#[library_benchmark]
#[benches::words(args = [10, 1_000], setup = words)]
fn str_replace(text: PyStr) -> (PyStr, PyStr) {
    let replaced = text.replace("hedge", "bush", None);
    (text, replaced)
}

/// Types, an object, and a name.
struct Attribute {
    types: TypeStore<'static>,
    ty: Type,
    object: Value,
    name: Name,
    cache: AttrCache,
}

/// An object whose class is this deep; the class at the root has the name.
fn of_class(depth: usize) -> Attribute {
    let mut types = TypeStore::new(Box::leak(Box::new(TypeArena::new())));
    let mut ty = types.create("T0", &[]).expect(SOUND);
    types.set(ty, "target", Value::from(42)).expect(SOUND);
    for level in 1..depth {
        ty = types.create(&format!("T{level}"), &[ty]).expect(SOUND);
    }
    let object = Instance::value(&types, ty).expect(SOUND);
    let name = types.names_mut().intern("target").expect(SOUND);
    Attribute { types, ty, object, name, cache: AttrCache::default() }
}

/// The same, and the object has the name, too.
fn own(depth: usize) -> Attribute {
    let mut of = of_class(depth);
    setattr(&mut of.types, &of.object, of.name, Value::from(7)).expect(SOUND);
    of
}

#[library_benchmark]
#[benches::depth(args = [1, 16], setup = of_class)]
fn type_lookup(of: Attribute) -> Attribute {
    for _ in 0..OPERATIONS {
        black_box(of.types.lookup(of.ty, black_box(of.name)).expect(SOUND));
    }
    of
}

#[library_benchmark]
#[benches::of_class(args = [1, 16], setup = of_class)]
#[benches::own(args = [1, 16], setup = own)]
fn getattr(mut of: Attribute) -> Attribute {
    for _ in 0..OPERATIONS {
        black_box(getattr_cached(&mut of.types, &of.object, of.name, &mut of.cache)).expect(SOUND);
    }
    of
}

fn variables(count: usize) -> Vec<ContextVar> {
    let variables: Vec<ContextVar> =
        (0..count).map(|n| ContextVar::new(format!("v{n}").as_str(), None, &policy())).collect();
    for variable in &variables {
        let _ = variable.set(Value::from(1)).expect(SOUND);
    }
    variables
}

#[library_benchmark]
#[benches::of(args = [8], setup = variables)]
fn context_get(variables: Vec<ContextVar>) -> Vec<ContextVar> {
    for variable in variables.iter().cycle().take(OPERATIONS) {
        black_box(variable.get_or_none());
    }
    variables
}

#[library_benchmark]
#[benches::of(args = [8], setup = variables)]
fn context_set_reset(variables: Vec<ContextVar>) -> Vec<ContextVar> {
    for variable in variables.iter().cycle().take(OPERATIONS) {
        let token = variable.set(Value::from(2)).expect(SOUND);
        variable.reset(&token).expect(SOUND);
    }
    variables
}

#[library_benchmark]
#[benches::of(args = [8], setup = variables)]
fn context_copy_run(variables: Vec<ContextVar>) -> Vec<ContextVar> {
    for _ in 0..OPERATIONS {
        copy_context().run(|| black_box(0)).expect(SOUND);
    }
    variables
}

library_benchmark_group!(
    name = each;
    benchmarks =
        dict_get, dict_insert, hash_value, type_lookup, getattr, context_get, context_set_reset,
        context_copy_run
);
library_benchmark_group!(name = once; benchmarks = str_find, str_split, str_replace);
