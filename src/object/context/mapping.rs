//! [`Context`] as a mapping, and as an object.

use std::any::Any;
use std::fmt;
use std::iter::FusedIterator;

use super::vars::{Context, ContextVar, Kept, object_in};
use crate::Change;
use crate::object::eq::equal;
use crate::object::python_version::Unicode;
use crate::object::repr::repr;
use crate::object::value::{Comparison, Object, ObjectError, ObjectRef, Value};

impl Context {
    /// `len(context)`: the number of variables that have a value in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read(|vars| vars.len())
    }

    /// Whether no variable has a value in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `context.get(var)`: the value of a variable in this context, without its default.
    #[must_use]
    pub fn get(&self, var: &ContextVar) -> Option<Value> {
        self.read(|vars| vars.get(var).map(|kept| kept.0.clone()))
    }

    /// `context[var]`.
    ///
    /// # Errors
    ///
    /// KeyError with the variable, if it has no value here.
    pub fn item(&self, var: &ContextVar) -> Result<Value, ObjectError> {
        self.get(var).ok_or_else(|| ObjectError::Key(var.to_value(), Unicode::LATEST))
    }

    /// `var in context`.
    #[must_use]
    pub fn contains(&self, var: &ContextVar) -> bool {
        self.read(|vars| vars.contains_key(var))
    }

    /// The variables, in CPython's order: that of the hashes of the variables, in its HAMT. What is
    /// set afterwards is not seen. `iter(context)` of Python is the same.
    #[must_use]
    pub fn keys(&self) -> ContextKeys {
        self.collected(|(var, _)| var.clone())
    }

    /// The values, in the order of [`keys`](Context::keys).
    #[must_use]
    pub fn values(&self) -> ContextValues {
        self.collected(|(_, kept)| kept.0.clone())
    }

    /// The variables and their values, in the order of [`keys`](Context::keys).
    #[must_use]
    pub fn items(&self) -> ContextItems {
        self.collected(|(var, kept)| (var.clone(), kept.0.clone()))
    }

    fn collected<T>(&self, item: impl Fn((&ContextVar, &Kept)) -> T) -> Collected<T> {
        // Without the lock: this may take long.
        let vars = self.copied();
        Collected(vars.iter().map(item).collect::<Vec<T>>().into_iter())
    }

    /// `self == other`: the same variables with equal values. User code runs where two values are
    /// not identical, in the order of the first context, up to the first difference. Changes that
    /// it makes to the contexts are not seen.
    ///
    /// Of two contexts that are copies of one, only what differs is looked at.
    ///
    /// # Errors
    ///
    /// What user code raises.
    pub fn equal(&self, other: &Context) -> Result<bool, ObjectError> {
        if self.is(other) {
            // Each value is identical with itself.
            return Ok(true);
        }
        let (first, second) = (self.copied(), other.copied());
        if first.len() != second.len() {
            return Ok(false);
        }
        for change in first.diff(&second) {
            let is_same = match change {
                Change::Changed { old, new, .. } => equal(&old.0, &new.0)?,
                // One of the other map's, whose place is found later.
                Change::Added { .. } => true,
                _ => false,
            };
            if !is_same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The context as a value. As long as there is such a value, it is the same object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object_in(&self.0.object, || ObjectRef::new(self.clone()))
    }

    /// The context that a value is: `None` if it is something else.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<Self> {
        if let Value::Object(object) = value { object.downcast_ref().cloned() } else { None }
    }
}

impl Object for Context {
    fn type_name(&self) -> &str {
        "_contextvars.Context"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable(self.type_name()))
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        match Context::of_value(other) {
            Some(other) if self.equal(&other)? => Ok(Comparison::Equal),
            Some(_) => Ok(Comparison::Different),
            None => Ok(Comparison::NotImplemented),
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(Context::repr(self))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl ContextVar {
    /// The variable that is a key of a context, given as a value.
    ///
    /// ```
    /// use hedgerow::object::HashPolicy;
    /// use hedgerow::object::context::ContextVar;
    ///
    /// let var = ContextVar::new("var", None, &HashPolicy::random());
    /// assert!(ContextVar::of_key(&var.to_value())? == var);
    /// let refused = ContextVar::of_key(&1.into()).unwrap_err();
    /// assert_eq!(refused.to_string(), "a ContextVar key was expected, got 1");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// TypeError, in CPython's words, if it is something else.
    pub fn of_key(key: &Value) -> Result<Self, ObjectError> {
        match ContextVar::of_value(key) {
            Some(var) => Ok(var),
            None => {
                let message = format!("a ContextVar key was expected, got {}", repr(key)?);
                Err(ObjectError::Type(message))
            }
        }
    }
}

/// The variables of a context: [`Context::keys`].
pub type ContextKeys = Collected<ContextVar>;
/// The values of a context: [`Context::values`].
pub type ContextValues = Collected<Value>;
/// The variables and values of a context: [`Context::items`].
pub type ContextItems = Collected<(ContextVar, Value)>;

/// An iterator over what a context held when it was made. Its length is exact.
#[derive(Clone)]
pub struct Collected<T>(std::vec::IntoIter<T>);

impl<T> Iterator for Collected<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for Collected<T> {}
impl<T> FusedIterator for Collected<T> {}

impl<T: fmt::Debug> fmt::Debug for Collected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.as_slice()).finish()
    }
}
