//! What can be a name, and how each kind of it is spelled out.

use super::spelling::Spelling;
use super::{Name, Names};
use crate::object::types::not_a_name;
use crate::object::{ObjectError, PyStr, Units, Utf16, Value};

/// What can name an attribute: a [`Name`], `&str`, [`Utf16`], [`PyStr`], or a [`Value`] that is a
/// str. Implement it for string types of your own by handing on to one of these.
pub trait AsName {
    /// Its handle, if it was interned.
    ///
    /// # Errors
    ///
    /// TypeError if this is no str.
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError>;

    /// Its handle.
    ///
    /// # Errors
    ///
    /// As [`Names::intern`].
    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError>;

    /// It as a `str`. A name that was interned is not built again.
    ///
    /// # Errors
    ///
    /// As [`AsName::find_name`].
    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError>;
}

impl<T: AsName + ?Sized> AsName for &T {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        (**self).find_name(names)
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        (**self).intern_name(names)
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        (**self).name_str(names)
    }
}

impl AsName for Name {
    #[inline]
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        Ok(names.contains(*self).then_some(*self))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        if names.contains(*self) { Ok(*self) } else { Err(foreign(*self)) }
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        names.str(*self).cloned().ok_or_else(|| foreign(*self))
    }
}

impl AsName for str {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        Ok(names.find_spelled(self.as_bytes()))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        names.intern_spelled(self.as_bytes())
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        let known = names.find_spelled(self.as_bytes()).and_then(|name| names.str(name));
        Ok(known.cloned().unwrap_or_else(|| PyStr::from(self)))
    }
}

impl AsName for String {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        self.as_str().find_name(names)
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        self.as_str().intern_name(names)
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        self.as_str().name_str(names)
    }
}

impl AsName for Utf16<'_> {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        Ok(names.find_spelled(Spelling::of_utf16(*self).bytes()))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        names.intern_spelled(Spelling::of_utf16(*self).bytes())
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        let known = self.find_name(names)?.and_then(|name| names.str(name));
        Ok(known.cloned().unwrap_or_else(|| PyStr::from_utf16(self.0)))
    }
}

impl AsName for PyStr {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        // ASCII is spelled out as it is kept.
        Ok(match self.units() {
            Units::One(units) if units.is_ascii() => names.find_spelled(units),
            _ => names.find_spelled(Spelling::of(self).bytes()),
        })
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        match self.units() {
            Units::One(units) if units.is_ascii() => names.intern_spelled(units),
            _ => names.intern_spelled(Spelling::of(self).bytes()),
        }
    }

    fn name_str(&self, _names: &Names<'_>) -> Result<PyStr, ObjectError> {
        Ok(self.clone())
    }
}

/// A value that is a str, or CPython's TypeError (`PyObject_GetAttr` in Objects/object.c).
impl AsName for Value {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        as_str(self)?.find_name(names)
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        as_str(self)?.intern_name(names)
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        as_str(self)?.name_str(names)
    }
}

fn as_str(value: &Value) -> Result<&PyStr, ObjectError> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(not_a_name(other)),
    }
}

fn foreign(name: Name) -> ObjectError {
    ObjectError::Runtime(format!("{name} is of other names: use it with those that made it"))
}
