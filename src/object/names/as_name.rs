//! The types that can name an attribute.

use super::encoded::EncodedName;
use super::{AsName, Name, Names, clip};
use crate::object::{ObjectError, PyStr, Units, Utf16, Value};

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

    fn as_value(&self) -> Option<&Value> {
        (**self).as_value()
    }
}

impl AsName for str {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        Ok(names.find_encoded(self.as_bytes()))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        names.intern_encoded(self.as_bytes())
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        let known = names.find_encoded(self.as_bytes()).and_then(|name| names.str(name));
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
        Ok(names.find_encoded(EncodedName::of_utf16(*self).bytes()))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        names.intern_encoded(EncodedName::of_utf16(*self).bytes())
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        let known = self.find_name(names)?.and_then(|name| names.str(name));
        Ok(known.cloned().unwrap_or_else(|| PyStr::from_utf16(self.0)))
    }
}

impl AsName for PyStr {
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        // ASCII is encoded already.
        Ok(match self.units() {
            Units::One(units) if units.is_ascii() => names.find_encoded(units),
            _ => names.find_encoded(EncodedName::of(self).bytes()),
        })
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        match self.units() {
            Units::One(units) if units.is_ascii() => names.intern_encoded(units),
            _ => names.intern_encoded(EncodedName::of(self).bytes()),
        }
    }

    fn name_str(&self, _names: &Names<'_>) -> Result<PyStr, ObjectError> {
        Ok(self.clone())
    }
}

/// A value that is a str. Others are CPython's TypeError (`PyObject_GetAttr`).
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

    fn as_value(&self) -> Option<&Value> {
        Some(self)
    }
}

fn as_str(value: &Value) -> Result<&PyStr, ObjectError> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(not_a_name(other)),
    }
}

/// The TypeError of `PyObject_GetAttr` and `PyObject_SetAttr` of `Objects/object.c`.
fn not_a_name(value: &Value) -> ObjectError {
    let type_name = clip(value.type_name(), 200);
    ObjectError::Type(format!("attribute name must be string, not '{type_name}'"))
}
