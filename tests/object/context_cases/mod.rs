//! What CPython's tests of contextvars use: variables, objects, and words of errors.

use std::any::Any;
use std::sync::Mutex;

use hedgerow::object::context::{Context, ContextVar};
use hedgerow::object::{Comparison, HashPolicy, Object, ObjectError, ObjectRef, Value, repr};

pub(crate) type Outcome = Result<(), ObjectError>;

pub(crate) fn policy() -> HashPolicy {
    HashPolicy::cpython(0)
}

pub(crate) fn var(name: &str) -> ContextVar {
    ContextVar::new(name, None, &policy())
}

pub(crate) fn var_or(name: &str, default: i64) -> ContextVar {
    ContextVar::new(name, Some(default.into()), &policy())
}

/// Runs a test in a context of its own, as `isolated_context` does there.
pub(crate) fn isolated(test: impl FnOnce() -> Outcome) {
    Context::new().run(test).unwrap().unwrap();
}

/// The name of the exception and its message.
pub(crate) fn words<T>(result: Result<T, ObjectError>) -> String {
    match result {
        Ok(_) => "no error".to_string(),
        Err(error) => format!("{}: {error}", error.python_type()),
    }
}

#[track_caller]
pub(crate) fn says<T>(result: Result<T, ObjectError>, python_type: &str, part: &str) {
    let words = words(result);
    assert!(words.starts_with(&format!("{python_type}: ")) && words.contains(part), "{words}");
}

#[track_caller]
pub(crate) fn shows(value: impl Into<Option<Value>>, expected: &str) {
    let shown = value.into().map_or("nothing".to_string(), |value| repr(&value).unwrap());
    assert_eq!(shown, expected);
}

/// A list of Python, as far as its repr goes.
pub(crate) struct List {
    pub(crate) items: Mutex<Vec<Value>>,
    is_printing: Mutex<bool>,
}

impl List {
    pub(crate) fn value() -> Value {
        let list = List { items: Mutex::default(), is_printing: Mutex::new(false) };
        Value::from(ObjectRef::new(list))
    }

    pub(crate) fn push(list: &Value, item: Value) {
        let Value::Object(object) = list else { panic!("{list:?}") };
        object.downcast_ref::<List>().unwrap().items.lock().unwrap().push(item);
    }
}

impl Object for List {
    fn type_name(&self) -> &str {
        "list"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        if std::mem::replace(&mut *self.is_printing.lock().unwrap(), true) {
            return Ok("[...]".to_string());
        }
        let items = self.items.lock().unwrap().clone();
        let shown: Result<Vec<String>, ObjectError> = items.iter().map(repr).collect();
        *self.is_printing.lock().unwrap() = false;
        Ok(format!("[{}]", shown?.join(", ")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An object with an `__eq__`.
pub(crate) struct OnEq<F>(F);

impl<F: Fn() -> Result<Comparison, ObjectError> + Send + Sync + 'static> Object for OnEq<F> {
    fn type_name(&self) -> &str {
        "OnEq"
    }

    fn eq(&self, _me: &Value, _other: &Value) -> Result<Comparison, ObjectError> {
        (self.0)()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(crate) fn on_eq(
    eq: impl Fn() -> Result<Comparison, ObjectError> + Send + Sync + 'static,
) -> Value {
    Value::from(ObjectRef::new(OnEq(eq)))
}
