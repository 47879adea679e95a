//! [`ValueRef`]: a value that is read where it is.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::object::value::Value;

/// The value of a variable, in one thread: what [`ContextVar::get_ref`] returns.
///
/// It stays the same value while the variable is set, and lives as long as this at least. User code
/// may do anything meanwhile.
///
/// [`ContextVar::get_ref`]: super::ContextVar::get_ref
#[derive(Clone)]
pub struct ValueRef<'var>(Place<'var>);

#[derive(Clone)]
enum Place<'var> {
    /// In the cache of the thread, or no longer there.
    Thread(Rc<Value>),
    /// The default of the variable.
    Variable(&'var Value),
}

impl<'var> ValueRef<'var> {
    #[inline]
    pub(super) fn of_thread(value: Rc<Value>) -> Self {
        ValueRef(Place::Thread(value))
    }

    #[inline]
    pub(super) fn of_variable(default: &'var Value) -> Self {
        ValueRef(Place::Variable(default))
    }
}

impl Deref for ValueRef<'_> {
    type Target = Value;

    #[inline]
    fn deref(&self) -> &Value {
        match &self.0 {
            Place::Thread(value) => value,
            Place::Variable(default) => default,
        }
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
