//! Programs of context variables, which CPython runs too. `tests/vectors/context.py` describes
//! them.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use hedgerow::object::context::{Context, ContextVar, Token, copy_context};
use hedgerow::object::{Comparison, Object, ObjectError, ObjectRef, PythonVersion, Value, repr};
use serde_json::Value as Json;

/// A program that is running. Its objects refer to it, and so do its threads.
struct Program {
    /// None for those that are made at each use.
    objects: Vec<Option<Value>>,
    vars: Vec<ContextVar>,
    contexts: Mutex<Vec<Option<Context>>>,
    tokens: Mutex<Vec<Option<Value>>>,
    log: Mutex<Vec<String>>,
    dead: Mutex<Vec<String>>,
}

/// Runs a program here, and returns its log.
pub(crate) fn run(spec: &Json, python: PythonVersion) -> Vec<String> {
    let variable = |var: &Json| {
        let default = Some(plain(&var["default"])).filter(|_| !var["default"].is_null());
        let hash = var["hash"].as_i64().expect("an int");
        ContextVar::with_hash(var["name"].as_str().expect("text"), default, hash, python)
    };
    let acts = list(&spec["objects"]);
    let program = Arc::new_cyclic(|program: &Weak<Program>| {
        let object = |(number, act): (usize, &Json)| {
            let acting = Acting { program: program.clone(), number, act: act.clone() };
            act["dies"].is_null().then(|| Value::from(ObjectRef::new(acting)))
        };
        Program {
            objects: acts.iter().enumerate().map(object).collect(),
            vars: list(&spec["vars"]).iter().map(variable).collect(),
            contexts: Mutex::default(),
            tokens: Mutex::default(),
            log: Mutex::default(),
            dead: Mutex::default(),
        }
    });
    let steps = list(&spec["steps"]);
    let end = Context::new().run(|| play(&program, steps)).expect("nobody has entered it");
    end.expect("no step at the top raises");
    let log = program.log.lock().unwrap().clone();
    program.contexts.lock().unwrap().clear();
    log
}

/// Runs steps, up to one that raises.
fn play(program: &Arc<Program>, steps: &[Json]) -> Result<(), ObjectError> {
    for step in steps {
        let name = step[0].as_str().expect("text");
        if name == "raise" {
            return Err(raised(step[1].as_str().expect("text")));
        }
        let line = match program.step(name, &list(step)[1..]) {
            Ok(line) => line,
            Err(error) => match &error {
                ObjectError::Raised(raised) => raised.to_string(),
                _ => format!("{}: {error}", error.python_type()),
            },
        };
        program.write(without_addresses(&format!("{name}: {line}")));
        let mut dead = std::mem::take(&mut *program.dead.lock().unwrap());
        if !dead.is_empty() {
            dead.sort();
            program.write(format!("dead: {}", dead.join(" ")));
        }
    }
    Ok(())
}

impl Program {
    fn write(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    fn step(self: &Arc<Self>, name: &str, operands: &[Json]) -> Result<String, ObjectError> {
        let number = |index: usize| operands[index].as_u64().expect("an index") as usize;
        let var = |index: usize| &self.vars[number(index)];
        let context = |index: usize| self.there(&self.contexts, number(index));
        let token = |index: usize| self.there(&self.tokens, number(index));
        let none = |()| "None".to_string();
        let names = |vars: &mut dyn Iterator<Item = ContextVar>| {
            let names: Vec<String> = vars.map(|var| format!("'{}'", var.name())).collect();
            format!("[{}]", names.join(", "))
        };
        match name {
            "get" => repr(&var(0).get()?),
            "get_or" => repr(&var(0).get_or(self.value(&operands[1]))),
            "set" => {
                let token = ObjectRef::new(var(0).set(self.value(&operands[1]))?);
                Ok(self.keep('t', &self.tokens, Value::from(token)))
            }
            "reset" => var(0).reset_by(&token(1)?).map(none),
            "token" => {
                let token = token(0)?;
                let Value::Object(object) = &token else { panic!("{token:?}") };
                let inner = object.downcast_ref::<Token>().expect("a token");
                let old = inner.old_value().cloned().unwrap_or_else(Token::missing);
                Ok(format!("{} {} {}", repr(&token)?, inner.var().name(), repr(&old)?))
            }
            "drop_token" => self.forget(&self.tokens, number(0)).map(none),
            "repr" => var(0).repr(),
            "new" => Ok(self.keep('c', &self.contexts, Context::new())),
            "copy_current" => Ok(self.keep('c', &self.contexts, copy_context())),
            "copy" => Ok(self.keep('c', &self.contexts, context(0)?.copy())),
            "drop_context" => self.forget(&self.contexts, number(0)).map(none),
            "run" => context(0)?.run(|| play(self, list(&operands[1])))?.map(none),
            "thread" => {
                let thread = std::thread::scope(|scope| {
                    scope.spawn(|| play(self, list(&operands[0]))).join()
                });
                thread.expect("no panic").map(none)
            }
            "item" => repr(&context(0)?.item(var(1))?),
            "find" => repr(&context(0)?.get(var(1)).unwrap_or(Value::None)),
            "in" => Ok(truth(context(0)?.contains(var(1)))),
            "len" => Ok(context(0)?.len().to_string()),
            "keys" => Ok(names(&mut context(0)?.keys())),
            "values" => Ok(format!("{:?}", context(0)?.values())),
            "items" => {
                let pair =
                    |(var, value): (ContextVar, Value)| format!("('{}', {value:?})", var.name());
                let pairs: Vec<String> = context(0)?.items().map(pair).collect();
                Ok(format!("[{}]", pairs.join(", ")))
            }
            "equal" => Ok(truth(context(0)?.equal(&context(1)?)?)),
            "key_of" => repr(&context(0)?.item(&ContextVar::of_key(&self.value(&operands[1]))?)?),
            other => panic!("no such step: {other}"),
        }
    }

    fn value(self: &Arc<Self>, form: &Json) -> Value {
        let Some(number) = form["object"].as_u64() else { return plain(form) };
        let number = number as usize;
        let mortal =
            || Value::from(ObjectRef::new(Mortal { program: Arc::downgrade(self), number }));
        self.objects[number].clone().unwrap_or_else(mortal)
    }

    fn keep<T>(&self, letter: char, things: &Mutex<Vec<Option<T>>>, thing: T) -> String {
        let mut things = things.lock().unwrap();
        things.push(Some(thing));
        format!("{letter}{}", things.len() - 1)
    }

    fn there<T: Clone>(
        &self,
        things: &Mutex<Vec<Option<T>>>,
        number: usize,
    ) -> Result<T, ObjectError> {
        let found = things.lock().unwrap().get(number).cloned().flatten();
        found.ok_or_else(|| raised("it is not there"))
    }

    fn forget<T: Clone>(
        &self,
        things: &Mutex<Vec<Option<T>>>,
        number: usize,
    ) -> Result<(), ObjectError> {
        self.there(things, number)?;
        let forgotten = things.lock().unwrap()[number].take();
        drop(forgotten);
        Ok(())
    }
}

/// An object that acts when it is compared.
struct Acting {
    program: Weak<Program>,
    number: usize,
    act: Json,
}

impl Object for Acting {
    fn type_name(&self) -> &str {
        "Acting"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Ok(self.number as i64)
    }

    fn eq(&self, me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let program = self.program.upgrade().expect("the program runs");
        program.write(format!("{} == {}", repr(me)?, repr(other)?));
        if let [var, value] = list(&self.act["set"]) {
            let value = program.value(value);
            program.vars[var.as_u64().expect("an index") as usize].set(value)?;
        }
        match self.act["eq"].as_bool() {
            Some(true) => Ok(Comparison::Equal),
            Some(false) => Ok(Comparison::Different),
            None => Err(raised(&format!("object {}", self.number))),
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("o{}", self.number))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An object whose death is seen.
struct Mortal {
    program: Weak<Program>,
    number: usize,
}

impl Object for Mortal {
    fn type_name(&self) -> &str {
        "Mortal"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("m{}", self.number))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        if let Some(program) = self.program.upgrade() {
            program.dead.lock().unwrap().push(format!("m{}", self.number));
        }
    }
}

#[derive(Debug)]
struct Raised(String);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raised: {}", self.0)
    }
}

impl std::error::Error for Raised {}

fn raised(message: &str) -> ObjectError {
    ObjectError::raised(Raised(message.to_string()))
}

fn plain(form: &Json) -> Value {
    match form {
        Json::Null => Value::None,
        Json::Number(number) => number.as_i64().expect("64 bits").into(),
        _ => Value::from(form.as_str().expect("text")),
    }
}

fn truth(truth: bool) -> String {
    if truth { "True" } else { "False" }.to_string()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// A text with "ADDR" in place of hexadecimal numbers.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut clean = parts.next().unwrap_or_default().to_string();
    for part in parts {
        clean.push_str("ADDR");
        clean.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
    }
    clean
}
