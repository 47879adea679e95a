//! Replacing code points by a table.

use num_traits::ToPrimitive;

use crate::object::str::PyStr;
use crate::object::value::{ObjectError, Value};

/// What becomes of a code point in [`PyStr::translate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// It stays: the table has no entry for it.
    Keep,
    /// It is left out.
    Delete,
    /// It becomes this code point.
    Point(u32),
    /// It becomes this text.
    Text(PyStr),
}

impl Translation {
    /// What a value of a table says: None, an int or a str.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`] for another value, and [`ObjectError::Value`] for an int that is no
    /// code point.
    pub fn of_value(value: &Value) -> Result<Self, ObjectError> {
        let point = match value {
            Value::None => return Ok(Translation::Delete),
            Value::Str(text) => return Ok(Translation::Text(text.clone())),
            Value::Bool(bool) => Some(u32::from(*bool)),
            Value::Int(int) => u32::try_from(*int).ok(),
            Value::BigInt(int) => int.to_u32(),
            _ => {
                let words = "character mapping must return integer, None or str";
                return Err(ObjectError::Type(words.to_string()));
            }
        };
        point.filter(|&point| point <= 0x10_ffff).map(Translation::Point).ok_or_else(out_of_range)
    }
}

impl PyStr {
    /// `self.translate(table)`: the table is asked for each code point. O(n).
    ///
    /// [`translate_by`](PyStr::translate_by) takes a dict.
    ///
    /// ```
    /// use hedgerow::object::{PyStr, Translation};
    ///
    /// let text = PyStr::from("hedge\trow").translate(|point| {
    ///     Ok(match point {
    ///         0x09 => Translation::Delete,
    ///         0x65 => Translation::Text(PyStr::from("...")),
    ///         _ => Translation::Keep,
    ///     })
    /// })?;
    /// assert_eq!(text, "h...dg...row");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the table fails with, and [`ObjectError::Value`] for a number that is no code point.
    pub fn translate(
        &self,
        mut table: impl FnMut(u32) -> Result<Translation, ObjectError>,
    ) -> Result<PyStr, ObjectError> {
        let mut points = Vec::with_capacity(self.length());
        for point in self.chars() {
            match table(point)? {
                Translation::Keep => points.push(point),
                Translation::Delete => {}
                Translation::Point(point) if point <= 0x10_ffff => points.push(point),
                Translation::Point(_) => return Err(out_of_range()),
                Translation::Text(text) => points.extend(text.chars()),
            }
        }
        Ok(PyStr::from_vec4(points))
    }
}

fn out_of_range() -> ObjectError {
    ObjectError::Value("character mapping must be in range(0x110000)".to_string())
}
