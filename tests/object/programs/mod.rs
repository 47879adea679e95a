//! Programs of classes and attributes, which `tests/vectors/class_programs.py` runs too.

mod steps;

use hedgerow::object::{
    AsName, Instance, Methods, ObjectError, PyStr, PythonVersion, Type, TypeArena, Utf16, Value,
    delattr, getattr, setattr,
};
use serde_json::Value as Json;

use crate::runtime::{Action, Scripted, TestRuntime};

pub(crate) use steps::{attribute_step, graph_step};

/// A program that runs here. Corresponds to `Program` in `class_programs.py`.
pub(crate) struct World<'a> {
    runtime: TestRuntime<'a>,
    slotted: bool,
    classes: Vec<Type>,
    /// Whether each class gives its instances a dict.
    gives_dict: Vec<bool>,
    metatypes: Vec<Type>,
    objects: Vec<Value>,
    /// Which form of a name is used next.
    spelling: usize,
}

fn int(json: &Json) -> i64 {
    json.as_i64().expect("an int")
}

fn list(json: &Json) -> Vec<i64> {
    json.as_array().expect("a list").iter().map(int).collect()
}

fn pick<T: Clone>(all: &[T], choice: i64) -> T {
    all[choice as usize % all.len()].clone()
}

impl<'a> World<'a> {
    pub(crate) fn new(arena: &'a TypeArena, slotted: bool, python: PythonVersion) -> Self {
        let mut runtime = TestRuntime::of_python(arena, python);
        let root = runtime.types.create("Root", &[]).unwrap();
        let metatypes = vec![runtime.types.metatype(root).unwrap()];
        let (classes, gives_dict) = (vec![root], vec![!slotted]);
        World { runtime, slotted, classes, gives_dict, metatypes, objects: vec![], spelling: 0 }
    }

    fn base(&self, choice: i64) -> Type {
        let types = &self.runtime.types;
        match choice {
            -1 => types.object(),
            -2 => types.type_of(&Value::from(true)),
            -3 => types.type_of(&Value::None),
            _ => pick(&self.classes, choice),
        }
    }

    fn target(&self, choice: i64) -> Value {
        let types = &self.runtime.types;
        let value = |&ty: &Type| types.value(ty).unwrap();
        match choice {
            -1 => Value::from(1),
            -2 => value(&types.type_of(&Value::from(1))),
            _ => {
                let mut everything: Vec<Value> = self.classes.iter().map(value).collect();
                everything.extend(self.objects.iter().cloned());
                everything.extend(self.metatypes[1..].iter().map(value));
                pick(&everything, choice)
            }
        }
    }

    pub(crate) fn step(&mut self, step: &Json) -> String {
        let outcome = match self.run(step) {
            Ok(outcome) => outcome,
            Err(error) => format!("{}: {error}", error.python_type()),
        };
        self.runtime.log.drain(..).fold(outcome, |words, line| format!("{words} | {line}"))
    }

    fn run(&mut self, step: &Json) -> Result<String, ObjectError> {
        let kind = step[0].as_str().expect("a kind");
        match kind {
            "create" => self.create(step),
            "metatype" => {
                let name = step[1].as_str().expect("a name");
                let of = |choice| pick(&self.metatypes, choice);
                let mut bases: Vec<Type> = list(&step[2]).into_iter().map(of).collect();
                if bases.is_empty() {
                    bases.push(self.metatypes[0]);
                }
                let made = self.runtime.types.create(name, &bases)?;
                self.metatypes.push(made);
                Ok("made".into())
            }
            "bases" => {
                let bases: Vec<Type> =
                    list(&step[2]).into_iter().map(|choice| self.base(choice)).collect();
                let class = pick(&self.classes, int(&step[1]));
                self.runtime.types.set_bases(class, &bases)?;
                Ok("changed".into())
            }
            "mros" => {
                let all: Vec<String> = self.classes.iter().map(|&class| self.mro(class)).collect();
                Ok(all.join("; "))
            }
            "object" => {
                let class = pick(&self.classes, int(&step[1]));
                let position = self.classes.iter().position(|&other| other == class).unwrap();
                let types = &self.runtime.types;
                let (object, outcome) = if self.gives_dict[position] {
                    (Instance::value(types, class)?, "with dict")
                } else {
                    (Instance::value_without_dict(types, class)?, "without")
                };
                self.objects.push(object);
                Ok(outcome.into())
            }
            "get" => self.with_name(&step[2], Attribute::Get(self.target(int(&step[1])))),
            "set" => {
                let (target, value) = (self.target(int(&step[1])), value(&step[3]));
                self.with_name(&step[2], Attribute::Set(target, value))
            }
            "delete" => self.with_name(&step[2], Attribute::Delete(self.target(int(&step[1])))),
            "put" => self.put(step),
            "lookup" => {
                let class = pick(&self.classes, int(&step[1]));
                let types = &self.runtime.types;
                let name = name(&step[2]);
                let found = types.lookup(class, &name)?.map(|value| format!("{value:?}"));
                let uncached = types.lookup_uncached(class, &name)?;
                assert_eq!(found, uncached.map(|value| format!("{value:?}")));
                Ok(found.unwrap_or("absent".into()))
            }
            "names" => {
                let types = &self.runtime.types;
                let proxy = types.dict(pick(&self.classes, int(&step[1])))?;
                let names = proxy.iter(types)?.map(|(name, _)| types.names().text(name));
                let plain = names.filter(|name| !name.starts_with("__"));
                Ok(plain.collect::<Vec<_>>().join(","))
            }
            other => panic!("a step of kind {other}"),
        }
    }

    fn create(&mut self, step: &Json) -> Result<String, ObjectError> {
        let mut bases: Vec<Type> =
            list(&step[2]).into_iter().map(|choice| self.base(choice)).collect();
        if bases.is_empty() {
            bases.push(self.classes[0]);
        }
        let name = step[1].as_str().expect("a name");
        let metatype = pick(&self.metatypes, int(&step[4]));
        let made = self.runtime.types.create_with_metatype(name, &bases, metatype)?;
        let is_slotted = step[3].as_bool().expect("a bool") && self.slotted;
        self.classes.push(made);
        let inherited = self.classes.iter().zip(&self.gives_dict).any(|(&class, &gives)| {
            gives && self.runtime.types.is_subtype(made, class).expect("of this store")
        });
        self.gives_dict.push(!is_slotted || inherited);
        Ok(self.mro(made))
    }

    fn mro(&self, class: Type) -> String {
        let types = &self.runtime.types;
        let shown = |ty| match self.classes.iter().position(|&class| class == ty) {
            Some(number) => number.to_string(),
            None => types.name(ty).unwrap().to_string(),
        };
        types.mro(class).unwrap().map(shown).collect::<Vec<_>>().join(" ")
    }

    fn put(&mut self, step: &Json) -> Result<String, ObjectError> {
        if self.objects.is_empty() {
            return Ok("no object".into());
        }
        let object = pick(&self.objects, int(&step[1]));
        match Instance::of(&object).expect("an instance").dict() {
            Some(dict) => {
                dict.insert(name(&step[2]), value(&step[3]))?;
                Ok(dict.len().to_string())
            }
            None => Ok("no dict".into()),
        }
    }

    /// Uses each form of a name in turn, if the name has that form.
    fn with_name(&mut self, json: &Json, attribute: Attribute) -> Result<String, ObjectError> {
        self.spelling += 1;
        let name = name(json);
        let Value::Str(text) = &name else { return attribute.run(&mut self.runtime, &name) };
        let points: Vec<u32> = text.chars().collect();
        let utf8: Option<String> = points.iter().map(|&point| char::from_u32(point)).collect();
        match (self.spelling % 5, utf8) {
            (0, Some(utf8)) => attribute.run(&mut self.runtime, utf8.as_str()),
            (1, Some(utf8)) => {
                let units: Vec<u16> = utf8.encode_utf16().collect();
                attribute.run(&mut self.runtime, Utf16(&units))
            }
            (2, _) => {
                let name = self.runtime.types.names_mut().intern(text)?;
                attribute.run(&mut self.runtime, name)
            }
            (3, _) => attribute.run(&mut self.runtime, text),
            _ => attribute.run(&mut self.runtime, &name),
        }
    }
}

enum Attribute {
    Get(Value),
    Set(Value, Value),
    Delete(Value),
}

impl Attribute {
    fn run(self, runtime: &mut TestRuntime<'_>, name: impl AsName) -> Result<String, ObjectError> {
        match self {
            Attribute::Get(object) => Ok(format!("{:?}", getattr(runtime, &object, name)?)),
            Attribute::Set(object, value) => {
                setattr(runtime, &object, name, value)?;
                Ok("set".into())
            }
            Attribute::Delete(object) => {
                delattr(runtime, &object, name)?;
                Ok("deleted".into())
            }
        }
    }
}

/// A name as a list of code points in a list, or a value that is no name.
fn name(json: &Json) -> Value {
    match json {
        Json::Bool(bool) => Value::from(*bool),
        Json::Null => Value::None,
        Json::String(text) => {
            let halves: Vec<u32> =
                text.split(' ').map(|hex| u32::from_str_radix(hex, 16).unwrap()).collect();
            Value::Str(PyStr::from_code_points(halves).unwrap())
        }
        number => Value::from(int(number)),
    }
}

/// A value: an int, or the methods, action and tag of a descriptor.
fn value(json: &Json) -> Value {
    let Json::Array(parts) = json else { return Value::from(int(json)) };
    let bits = int(&parts[0]);
    let methods = Methods { get: bits & 1 != 0, set: bits & 2 != 0, delete: bits & 4 != 0 };
    let action = [Action::Nothing, Action::Fail, Action::ChangeType][int(&parts[1]) as usize];
    Scripted::value(methods, action, int(&parts[2]))
}
