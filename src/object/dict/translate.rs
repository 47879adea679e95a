//! Tables of `str.translate`: dicts from code points to what becomes of them.

use super::owned::Dict;
use crate::object::hash_policy::HashPolicy;
use crate::object::python_version::PythonVersion;
use crate::object::str::{PyStr, Text};
use crate::object::str_methods::Translation;
use crate::object::value::{ObjectError, Value};

impl PyStr {
    /// `self.translate(table)`, of a dict from ints to ints, strs and None. O(n).
    ///
    /// ```
    /// use hedgerow::object::{HashPolicy, PyStr};
    ///
    /// let table = PyStr::maketrans("abc", "xyz", "-", HashPolicy::cpython(0))?;
    /// assert_eq!(PyStr::from("a-b-c-d").translate_by(&table)?, "xyzd");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Translation::of_value`], and what the `__eq__` of a key raises.
    pub fn translate_by(&self, table: &Dict) -> Result<PyStr, ObjectError> {
        self.translate(|point| match table.get(&Value::from(i64::from(point)))? {
            Some(value) => Translation::of_value(value),
            None => Ok(Translation::Keep),
        })
    }

    /// `str.maketrans(from, to, deleted)`: a table for [`translate_by`](PyStr::translate_by). O(n).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`] if `from` and `to` differ in length.
    pub fn maketrans(
        from: &(impl Text + ?Sized),
        to: &(impl Text + ?Sized),
        deleted: &(impl Text + ?Sized),
        policy: HashPolicy,
    ) -> Result<Dict, ObjectError> {
        if from.code_points().count() != to.code_points().count() {
            let words = "the first two maketrans arguments must have equal length";
            return Err(ObjectError::Value(words.to_string()));
        }
        let mut table = Dict::new(policy);
        for (from, to) in from.code_points().zip(to.code_points()) {
            table.insert(int(from), int(to))?;
        }
        for point in deleted.code_points() {
            table.insert(int(point), Value::None)?;
        }
        Ok(table)
    }

    /// `str.maketrans(dict)`: the dict with a code point for each key that is a str. O(n).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`] for a key that is a str of another length than 1, and
    /// [`ObjectError::Type`] for one that is neither str nor int.
    pub fn maketrans_of(dict: &Dict) -> Result<Dict, ObjectError> {
        let mut table = Dict::new(dict.policy().clone());
        // The words of 3.14 and 3.15 lack two spaces.
        let space = if dict.policy().python < PythonVersion::V3_14 { " " } else { "" };
        for (key, value) in dict {
            let key = match key {
                Value::Str(text) => match text.get(0) {
                    Some(point) if text.length() == 1 => int(point),
                    _ => {
                        return Err(ObjectError::Value(format!(
                            "string keys in translate{space}table must be of length 1"
                        )));
                    }
                },
                Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => key.clone(),
                _ => {
                    return Err(ObjectError::Type(format!(
                        "keys in translate table must{space}be strings or integers"
                    )));
                }
            };
            table.insert(key, value.clone())?;
        }
        Ok(table)
    }
}

fn int(point: u32) -> Value {
    Value::from(i64::from(point))
}
