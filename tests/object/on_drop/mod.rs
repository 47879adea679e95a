//! Variables, and values that call a function when they are dropped: how long contexts keep them.

use std::any::Any;

use hedgerow::object::context::ContextVar;
use hedgerow::object::{HashPolicy, Object, ObjectRef, Value, is};

pub(crate) fn var(name: &str) -> ContextVar {
    ContextVar::new(name, None, &HashPolicy::cpython(0))
}

pub(crate) fn is_int(value: Option<Value>, int: i64) -> bool {
    value.is_some_and(|value| is(&value, &int.into()))
}

/// A value that calls a function when it is dropped.
struct OnDrop<F: Fn()>(F);

impl<F: Fn() + Send + Sync + 'static> Object for OnDrop<F> {
    fn type_name(&self) -> &str {
        "OnDrop"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

pub(crate) fn on_drop(drop: impl Fn() + Send + Sync + 'static) -> Value {
    Value::from(ObjectRef::new(OnDrop(drop)))
}
