//! [`Token`]: what a `set` returns, to take it back.

use std::any::Any;
use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::vars::{Context, ContextVar, Kept};
use crate::object::value::{Object, ObjectError, ObjectRef, Value};

/// What [`ContextVar::set`] returns: the variable, the context, and the value that was there.
///
/// [`ContextVar::reset`] takes the `set` back, once. As an [`Object`] it is a `Token`, which has no
/// hash.
pub struct Token {
    pub(super) context: Context,
    pub(super) var: ContextVar,
    pub(super) old: Option<Kept>,
    pub(super) used: AtomicBool,
}

/// A [`Token`] that is used when this is dropped: a `with` statement of Python 3.14.
#[must_use = "dropping it resets the variable"]
pub struct TokenScope<'a>(pub(super) &'a Token);

impl Token {
    pub(super) fn new(context: Context, var: ContextVar, old: Option<Value>) -> Self {
        Token { context, var, old: old.map(Kept), used: AtomicBool::new(false) }
    }

    /// The variable that was set.
    #[must_use]
    pub fn var(&self) -> &ContextVar {
        &self.var
    }

    /// `Token.MISSING`: what Python shows as the old value of a variable that had none. It is the
    /// same object each time.
    ///
    /// ```
    /// use hedgerow::object::context::Token;
    /// use hedgerow::object::{is, repr};
    ///
    /// assert_eq!(repr(&Token::missing())?, "<Token.MISSING>");
    /// assert!(is(&Token::missing(), &Token::missing()));
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    #[must_use]
    pub fn missing() -> Value {
        static MISSING: LazyLock<ObjectRef> = LazyLock::new(|| ObjectRef::new(Missing));
        Value::from(MISSING.clone())
    }

    /// The value that the variable had before. `None` stands for [`Token::missing`].
    #[must_use]
    pub fn old_value(&self) -> Option<&Value> {
        self.old.as_ref().map(|kept| &kept.0)
    }

    /// Whether the variable was reset with it.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// `repr(token)`. The address is that of this structure, or of its [`Object`].
    ///
    /// # Errors
    ///
    /// Those of the repr of the variable's default.
    pub fn repr(&self) -> Result<String, ObjectError> {
        self.repr_at(std::ptr::from_ref(self).addr())
    }

    fn repr_at(&self, address: usize) -> Result<String, ObjectError> {
        let used = if self.is_used() { " used" } else { "" };
        Ok(format!("<Token{used} var={} at {address:#x}>", self.var.repr()?))
    }
}

impl Object for Token {
    fn type_name(&self) -> &str {
        "_contextvars.Token"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable(self.type_name()))
    }

    fn repr(&self, me: &Value) -> Result<String, ObjectError> {
        match me {
            Value::Object(object) => self.repr_at(object.address()),
            _ => self.repr(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What `Token.MISSING` is.
struct Missing;

impl Object for Missing {
    fn type_name(&self) -> &str {
        "Token.MISSING"
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok("<Token.MISSING>".to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("var", &self.var)
            .field("old_value", &self.old)
            .field("is_used", &self.is_used())
            .finish()
    }
}

impl fmt::Debug for TokenScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenScope").field(self.0).finish()
    }
}
