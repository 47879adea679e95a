//! Variables in the current context: get, set, reset.

use std::sync::atomic::Ordering;

use super::stack::{
    current_context, current_value, current_value_ref, is_current, replace_in_current,
};
use super::token::{Token, TokenScope};
use super::value_ref::ValueRef;
use super::vars::ContextVar;
use crate::object::repr::repr;
use crate::object::value::{ObjectError, Value};

impl ContextVar {
    /// The value in the current context of this thread, or else the variable's default.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Lookup`] with the variable, if there is neither.
    ///
    /// ```
    /// use hedgerow::object::HashPolicy;
    /// use hedgerow::object::context::ContextVar;
    ///
    /// let var = ContextVar::new("var", None, &HashPolicy::random());
    /// assert_eq!(var.get().unwrap_err().python_type(), "LookupError");
    /// ```
    #[inline]
    pub fn get(&self) -> Result<Value, ObjectError> {
        match self.get_or_none() {
            Some(value) => Ok(value),
            None => Err(ObjectError::Lookup(self.to_value())),
        }
    }

    /// The value in the current context, or else this one: Python's `get(default)`. The variable's
    /// own default is not asked for.
    #[inline]
    #[must_use]
    pub fn get_or(&self, default: Value) -> Value {
        current_value(self).unwrap_or(default)
    }

    /// As [`get`](ContextVar::get), without an error: CPython's `PyContextVar_Get`.
    #[inline]
    #[must_use]
    pub fn get_or_none(&self) -> Option<Value> {
        let found = current_value(self);
        if found.is_some() { found } else { self.default_cloned() }
    }

    /// [`get_or_none`](ContextVar::get_or_none), read where it is: the fast way. What this returns
    /// is counted for this thread alone, which takes a fraction of the time of a [`Value`], and
    /// keeps the value alive as that does.
    ///
    /// ```
    /// use hedgerow::object::context::ContextVar;
    /// use hedgerow::object::{HashPolicy, Value, is};
    ///
    /// let var = ContextVar::new("var", None, &HashPolicy::random());
    /// assert!(var.get_ref().is_none());
    /// var.set("one".into())?;
    /// let one = var.get_ref().expect("it was set");
    /// var.set("two".into())?;
    /// assert_eq!(format!("{one:?} {:?}", var.get_ref()), "'one' Some('two')");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn get_ref(&self) -> Option<ValueRef<'_>> {
        match current_value_ref(self) {
            Some(value) => Some(ValueRef::of_thread(value)),
            None => self.default_value().map(ValueRef::of_variable),
        }
    }

    /// Gives the variable a value in the current context of this thread. Returns what
    /// [`reset`](ContextVar::reset) needs to take that back. A thread without a context gets one.
    ///
    /// # Errors
    ///
    /// RuntimeError in a destructor that runs at the very end of a thread.
    pub fn set(&self, value: Value) -> Result<Token, ObjectError> {
        let context = current_context()?;
        let old = replace_in_current(&context, self, Some(value));
        Ok(Token::new(context, self.clone(), old))
    }

    /// Gives the variable the value that it had before the [`set`](ContextVar::set) that returned
    /// this token, or none. A token may be used once, in the context in which it was made.
    ///
    /// # Errors
    ///
    /// In CPython's words: RuntimeError if the token was used; ValueError if it is another
    /// variable's, or was made in another context; LookupError if the variable has no value, and
    /// had none before.
    pub fn reset(&self, token: &Token) -> Result<(), ObjectError> {
        self.reset_shown(token, || token.repr())
    }

    /// [`reset`](ContextVar::reset) with a value, which has to be a [`Token`] as an object.
    ///
    /// ```
    /// use hedgerow::object::context::ContextVar;
    /// use hedgerow::object::{HashPolicy, ObjectRef, Value};
    ///
    /// let var = ContextVar::new("var", None, &HashPolicy::random());
    /// let token = Value::from(ObjectRef::new(var.set(1.into())?));
    /// let refused = var.reset_by(&1.into()).unwrap_err();
    /// assert_eq!(refused.to_string(), "expected an instance of Token, got 1");
    /// var.reset_by(&token)?;
    /// assert!(var.get().is_err());
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// TypeError, in CPython's words, if it is something else; and those of `reset`.
    pub fn reset_by(&self, token: &Value) -> Result<(), ObjectError> {
        let object = if let Value::Object(object) = token { Some(object) } else { None };
        match object.and_then(|object| object.downcast_ref::<Token>()) {
            Some(found) => self.reset_shown(found, || repr(token)),
            None => {
                let message = format!("expected an instance of Token, got {}", repr(token)?);
                Err(ObjectError::Type(message))
            }
        }
    }

    #[cold]
    fn default_cloned(&self) -> Option<Value> {
        self.default_value().cloned()
    }

    fn reset_shown(
        &self,
        token: &Token,
        shown: impl FnOnce() -> Result<String, ObjectError>,
    ) -> Result<(), ObjectError> {
        if token.is_used() {
            return Err(ObjectError::Runtime(format!("{} has already been used once", shown()?)));
        }
        if token.var != *self {
            return Err(ObjectError::Value(format!(
                "{} was created by a different ContextVar",
                shown()?
            )));
        }
        if !is_current(&token.context) {
            return Err(ObjectError::Value(format!(
                "{} was created in a different Context",
                shown()?
            )));
        }
        token.used.store(true, Ordering::Relaxed);
        let old = token.old_value().cloned();
        let had_value = old.is_some();
        let replaced = replace_in_current(&token.context, self, old);
        if !had_value && replaced.is_none() {
            return Err(ObjectError::Lookup(self.to_value()));
        }
        // A destructor of the runtime may run here, and set the variable again.
        drop(replaced);
        Ok(())
    }
}

impl Token {
    /// Resets the variable when what this returns is dropped: Python's `with token:`.
    ///
    /// An error is ignored then; [`exit`](TokenScope::exit) returns it.
    ///
    /// ```
    /// use hedgerow::object::context::ContextVar;
    /// use hedgerow::object::{HashPolicy, Value, repr};
    ///
    /// let depth = ContextVar::new("depth", Some(0.into()), &HashPolicy::random());
    /// let token = depth.set(1.into())?;
    /// {
    ///     let _scope = token.scope();
    ///     assert_eq!(repr(&depth.get()?)?, "1");
    /// }
    /// assert_eq!(repr(&depth.get()?)?, "0");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn scope(&self) -> TokenScope<'_> {
        TokenScope(self)
    }
}

impl TokenScope<'_> {
    /// Resets the variable: Python's `token.__exit__()`.
    ///
    /// # Errors
    ///
    /// Those of [`ContextVar::reset`].
    pub fn exit(self) -> Result<(), ObjectError> {
        let TokenScope(token) = self;
        std::mem::forget(self);
        token.var.reset(token)
    }
}

impl Drop for TokenScope<'_> {
    fn drop(&mut self) {
        let _ = self.0.var.reset(self.0);
    }
}
