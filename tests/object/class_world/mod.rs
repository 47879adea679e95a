//! Programs of class bodies, which `tests/vectors/class_bodies.py` runs too.

mod values;

use std::collections::HashMap;

use hedgerow::object::{
    AttrCache, ClassBody, HashPolicy, Instance, MappingProxy, MethodRef, ObjectError, PyStr,
    ReadyDescriptor, Runtime, SharedDict, Super, Type, TypeArena, TypeStore, Value, delattr, dir,
    getattr, getattr_cached, is_instance, is_subclass, lookup_method, repr, setattr,
    setattr_cached,
};
use serde_json::Value as Json;

pub(crate) use values::Host;
use values::{Bound, ClassFunction, Function, LogPart, Named};

const SPECIAL: [&str; 17] = [
    "__name__",
    "__qualname__",
    "__bases__",
    "__base__",
    "__mro__",
    "__dict__",
    "__module__",
    "__doc__",
    "__class__",
    "__weakref__",
    "a",
    "b",
    "x",
    "_C__p",
    "hook",
    "__slots__",
    "__getattr__",
];

/// A program that runs here. Corresponds to `Program` in `class_bodies.py`.
pub(crate) struct World<'a> {
    host: Host<'a>,
    builtins: Vec<Type>,
    classes: Vec<Type>,
    objects: Vec<Value>,
    /// With inline caches: one for each name, and one for each name and object.
    caches: Option<Caches>,
}

#[derive(Default)]
struct Caches {
    gets: HashMap<String, AttrCache>,
    sets: HashMap<String, AttrCache>,
    methods: HashMap<String, AttrCache>,
    of_object: HashMap<(usize, String), AttrCache>,
}

/// Names that are got of everything after each step.
const WATCHED: [&str; 7] = ["a", "b", "x", "_C__p", "hook", "__name__", "__class__"];

fn int(json: &Json) -> i64 {
    json.as_i64().expect("an int")
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a text")
}

fn pick<T: Clone>(all: &[T], choice: i64) -> Option<T> {
    all.get((choice as usize).checked_rem(all.len())?).cloned()
}

impl<'a> World<'a> {
    pub(crate) fn new(arena: &'a TypeArena, policy: HashPolicy, cached: bool) -> Self {
        let host = Host::new(arena, policy);
        let types = &host.types;
        let of = |value: Value| types.type_of(&value);
        let ty = types.metatype(types.object()).unwrap();
        let set = Value::frozen_set([], types.policy()).unwrap();
        let builtins = vec![
            types.object(),
            of(Value::from(1)),
            of(Value::from("")),
            of(Value::tuple([])),
            of(set),
            ty,
            of(Value::from(true)),
            of(Value::bytes(b"")),
            of(Value::from(1.0)),
        ];
        let caches = cached.then(Caches::default);
        World { host, builtins, classes: Vec::new(), objects: Vec::new(), caches }
    }

    pub(crate) fn step(&mut self, step: &Json) -> String {
        let outcome = match self.run(step) {
            Ok(outcome) => outcome,
            Err(error) => format!("{}: {error}", error.python_type()),
        };
        let lines: Vec<Vec<LogPart>> = self.host.log.drain(..).collect();
        let shown = lines.iter().map(|line| line.iter().map(|part| self.part(part)).collect());
        shown.fold(outcome, |words, line: String| format!("{words} | {line}"))
    }

    fn part(&self, part: &LogPart) -> String {
        match part {
            LogPart::Text(text) => text.clone(),
            LogPart::Value(value) => self.show(value),
        }
    }

    fn value_of(&self, ty: Type) -> Value {
        self.host.types.value(ty).unwrap()
    }

    fn base(&self, choice: i64) -> Type {
        match choice {
            ..0 => self.builtins[-choice as usize - 1],
            _ => pick(&self.classes, choice).unwrap_or(self.builtins[0]),
        }
    }

    fn target(&self, choice: i64) -> Value {
        match choice {
            -1 => Value::from(1),
            -2 => self.value_of(self.builtins[1]),
            _ => {
                let mut all: Vec<Value> =
                    self.classes.iter().map(|&class| self.value_of(class)).collect();
                all.extend(self.objects.iter().cloned());
                pick(&all, choice).unwrap_or_else(|| self.value_of(self.builtins[0]))
            }
        }
    }

    fn value(&self, form: &Json) -> Value {
        let Json::Array(parts) = form else {
            return match form {
                Json::Null => Value::None,
                Json::String(text) => Value::from(text.as_str()),
                number => Value::from(int(number)),
            };
        };
        match text(&parts[0]) {
            "named" => Named { tag: int(&parts[1]), action: int(&parts[2]) }.value(),
            "function" => Function { tag: int(&parts[1]), action: int(&parts[2]) }.value(),
            "classfunction" => {
                ClassFunction(Function { tag: int(&parts[1]), action: int(&parts[2]) }).value()
            }
            "slots" => Value::tuple(parts[1].as_array().unwrap().iter().map(|s| self.value(s))),
            "dict" => {
                let dict = SharedDict::new(self.host.types.policy().clone());
                for pair in parts[1].as_array().unwrap() {
                    dict.insert(Value::from(text(&pair[0])), self.value(&pair[1])).unwrap();
                }
                dict.to_value()
            }
            "bases" => {
                let of = |base: &Json| match base.as_i64() {
                    Some(choice) => self.value_of(self.base(choice)),
                    None => Value::from(1),
                };
                Value::tuple(parts[1].as_array().unwrap().iter().map(of))
            }
            "class" => self.value_of(self.base(int(&parts[1]))),
            other => panic!("a value of kind {other}"),
        }
    }

    /// The text of a value, the same on both sides.
    fn show(&self, value: &Value) -> String {
        if let Some(ty) = Type::of(value) {
            if self.builtins.contains(&ty) {
                return self.host.types.name(ty).unwrap().to_string();
            }
            return match self.classes.iter().position(|&class| class == ty) {
                Some(number) => format!("class {number}"),
                None => "new class".into(),
            };
        }
        match value {
            Value::Tuple(items) => {
                let items: Vec<String> = items.items().iter().map(|item| self.show(item)).collect();
                format!("({})", items.join(", "))
            }
            Value::Object(object) => {
                if MappingProxy::of(value).is_some() {
                    return "proxy".into();
                }
                if ReadyDescriptor::of(value).is_some() || object.downcast_ref::<Named>().is_some()
                {
                    return repr(value).unwrap();
                }
                if let Some(dict) = object.downcast_ref::<SharedDict>() {
                    let items: Vec<String> = dict
                        .to_dict()
                        .iter()
                        .map(|(key, value)| {
                            let Value::Str(key) = key else { panic!("{key:?}") };
                            format!("{key}: {}", self.show(value))
                        })
                        .collect();
                    return format!("{{{}}}", items.join(", "));
                }
                let is_it = |other: &Value| hedgerow::object::is(other, value);
                match self.objects.iter().position(is_it) {
                    Some(number) => format!("object {number}"),
                    None => object.type_name().to_string(),
                }
            }
            plain => repr(plain).unwrap(),
        }
    }

    fn shown(&self, value: Result<Value, ObjectError>) -> Result<String, ObjectError> {
        value.map(|value| self.show(&value))
    }

    fn run(&mut self, step: &Json) -> Result<String, ObjectError> {
        match text(&step[0]) {
            "class" => self.class(step),
            "object" => self.object(int(&step[1])),
            "get" => {
                let target = self.target(int(&step[1]));
                let found = self.get(&target, text(&step[2]));
                self.shown(found)
            }
            "set" => {
                let (target, value) = (self.target(int(&step[1])), self.value(&step[3]));
                self.set(&target, text(&step[2]), value)?;
                Ok("set".into())
            }
            "delete" => {
                let target = self.target(int(&step[1]));
                delattr(&mut self.host, &target, text(&step[2]))?;
                Ok("deleted".into())
            }
            "dir" => {
                let target = self.target(int(&step[1]));
                let names = dir(&mut self.host, &target)?;
                let names = names.iter().map(PyStr::to_string);
                Ok(names.filter(|name| SPECIAL.contains(&&**name)).collect::<Vec<_>>().join(" "))
            }
            "names" => match pick(&self.classes, int(&step[1])) {
                Some(class) => self.names(class),
                None => Ok(String::new()),
            },
            "super" => {
                let class = self.value_of(self.base(int(&step[1])));
                let target = self.target(int(&step[2]));
                let parent = Super::new(&mut self.host, &class, Some(&target))?;
                let found = parent.getattr(&mut self.host, text(&step[3]));
                self.shown(found)
            }
            kind @ ("isinstance" | "issubclass") => {
                let (target, classes) = (self.target(int(&step[1])), self.value(&step[2]));
                let ask = if kind == "isinstance" { is_instance } else { is_subclass };
                let is_it = ask(&mut self.host, &target, &classes)?;
                Ok(if is_it { "True" } else { "False" }.into())
            }
            "subclasses" => {
                let Some(class) = pick(&self.classes, int(&step[1])) else { return Ok("".into()) };
                let all =
                    self.host.types.subclasses(class)?.map(|ty| self.show(&self.value_of(ty)));
                Ok(all.collect::<Vec<_>>().join(" "))
            }
            "member" => self.member(step),
            other => panic!("a step of kind {other}"),
        }
    }

    fn get(&mut self, target: &Value, name: &str) -> Result<Value, ObjectError> {
        let Some(caches) = &mut self.caches else { return getattr(&mut self.host, target, name) };
        let cache = caches.gets.entry(name.into()).or_default();
        let name = self.host.types.names_mut().intern(name)?;
        getattr_cached(&mut self.host, target, name, cache)
    }

    fn set(&mut self, target: &Value, name: &str, value: Value) -> Result<(), ObjectError> {
        let Some(caches) = &mut self.caches else {
            return setattr(&mut self.host, target, name, value);
        };
        let cache = caches.sets.entry(name.into()).or_default();
        let name = self.host.types.names_mut().intern(name)?;
        setattr_cached(&mut self.host, target, name, value, cache)
    }

    /// Gets everything of everything, with caches and without: no get has an effect here.
    pub(crate) fn watch(&mut self) {
        let mut all: Vec<Value> = self.classes.iter().map(|&class| self.value_of(class)).collect();
        all.extend(self.objects.iter().cloned());
        let mut caches = self.caches.take().expect("a world with caches");
        for (at, target) in all.iter().enumerate() {
            for watched in WATCHED {
                let plain = getattr(&mut self.host, target, watched);
                let plain = self.outcome(plain);
                let name = self.host.types.names_mut().intern(watched).unwrap();
                let key = watched.to_string();
                let cache = caches.gets.entry(key.clone()).or_default();
                let cached = getattr_cached(&mut self.host, target, name, cache);
                assert_eq!(self.outcome(cached), plain, "{watched} of {}", self.show(target));
                let cache = caches.of_object.entry((at, key.clone())).or_default();
                let cached = getattr_cached(&mut self.host, target, name, cache);
                assert_eq!(self.outcome(cached), plain, "{watched} of {}", self.show(target));
                let cache = caches.methods.entry(key).or_default();
                let method = lookup_method(&mut self.host, target, name, cache);
                let method = method.map(|method| match method {
                    MethodRef::Function(function) => Bound { function, to: target.clone() }.value(),
                    MethodRef::Bound(value) => value,
                });
                assert_eq!(self.outcome(method), plain, "{watched} of {}", self.show(target));
            }
        }
        self.host.log.clear();
        self.caches = Some(caches);
    }

    fn outcome(&self, result: Result<Value, ObjectError>) -> String {
        match self.shown(result) {
            Ok(shown) => shown,
            Err(error) => format!("{}: {error}", error.python_type()),
        }
    }

    fn class(&mut self, step: &Json) -> Result<String, ObjectError> {
        let types = &self.host.types;
        let ty = self.builtins[5];
        let derived = self.classes.iter().filter(|&&class| types.is_subtype(class, ty).unwrap());
        let metatypes: Vec<Type> = std::iter::once(&ty).chain(derived).copied().collect();
        let metatype = pick(&metatypes, int(&step[5])).unwrap();
        let bases: Vec<Type> =
            step[2].as_array().unwrap().iter().map(|base| self.base(int(base))).collect();
        let mut body = ClassBody::new(text(&step[1])).bases(&bases).metatype(metatype);
        body = body.with("__module__", Value::from("m"));
        for pair in step[3].as_array().unwrap() {
            body = body.with(text(&pair[0]), self.value(&pair[1]));
        }
        for pair in step[4].as_array().unwrap() {
            body = body.keyword(text(&pair[0]), self.value(&pair[1]));
        }
        let made = body.create(&mut self.host)?;
        self.classes.push(made);
        let types = &self.host.types;
        let mro: Vec<String> = types.mro(made)?.map(|ty| self.show(&self.value_of(ty))).collect();
        let layout = types.layout(made)?;
        let gives = [(layout.has_dict, "dict"), (layout.has_weakref, "weak")];
        let gives: Vec<&str> = gives.into_iter().filter(|pair| pair.0).map(|pair| pair.1).collect();
        Ok(format!("{}; {}; {}", mro.join(" "), gives.join(" "), self.names(made)?))
    }

    fn names(&self, class: Type) -> Result<String, ObjectError> {
        let types = &self.host.types;
        let names = types.dict(class)?.iter(types)?.map(|(name, _)| types.names().text(name));
        Ok(names.collect::<Vec<_>>().join(" "))
    }

    fn object(&mut self, choice: i64) -> Result<String, ObjectError> {
        let class = pick(&self.classes, choice).unwrap_or(self.builtins[0]);
        let types = &self.host.types;
        let is_other = |ty: Type| self.builtins[1..].contains(&ty);
        if types.mro(class)?.any(is_other) {
            return Ok("builtin".into());
        }
        self.objects.push(Instance::value(types, class)?);
        Ok("made".into())
    }

    fn member(&mut self, step: &Json) -> Result<String, ObjectError> {
        let class = self.base(int(&step[1]));
        let types: &TypeStore<'_> = &self.host.types;
        let found = types.dict(class)?.get(types, text(&step[2]))?.cloned();
        let target = self.target(int(&step[3]));
        match found.as_ref().and_then(ReadyDescriptor::of) {
            Some(descriptor) => {
                let value = descriptor.get(&mut self.host, found.as_ref().unwrap(), Some(&target));
                self.shown(value)
            }
            None => Ok("none".into()),
        }
    }
}

/// Only objects of these kinds can be called.
impl Host<'_> {
    fn call_value(
        &mut self,
        callable: &Value,
        arguments: &[Value],
        keywords: &[(PyStr, Value)],
    ) -> Result<Value, ObjectError> {
        let Value::Object(object) = callable else { return Err(not_callable(callable)) };
        if let Some(bound) = object.downcast_ref::<Bound>() {
            let all: Vec<Value> = std::iter::once(&bound.to).chain(arguments).cloned().collect();
            return self.call(&bound.function, &all, keywords);
        }
        if let Some(function) = object.downcast_ref::<Function>() {
            return function.run(self, arguments, keywords);
        }
        if object.downcast_ref::<values::SetName>().is_some() {
            return values::set_name(self, arguments);
        }
        Err(not_callable(callable))
    }
}

fn not_callable(value: &Value) -> ObjectError {
    ObjectError::Type(format!("'{}' object is not callable", value.type_name()))
}
