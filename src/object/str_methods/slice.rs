//! Code points and slices.

use crate::object::str::{Cut, PyStr, each_kind};
use crate::object::value::ObjectError;

impl PyStr {
    /// `self[index]`: a negative index counts from the end.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Index`].
    pub fn code_point(&self, index: i64) -> Result<u32, ObjectError> {
        let from_start = if index < 0 { index + self.length() as i64 } else { index };
        usize::try_from(from_start)
            .ok()
            .and_then(|index| self.get(index))
            .ok_or_else(|| ObjectError::Index("string index out of range".to_string()))
    }

    /// `self[start:stop:step]`. O(stop - start).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("hedgerow");
    /// assert_eq!(text.slice(Some(-3), None, 1)?, "row");
    /// assert_eq!(text.slice(None, None, -2)?, "wrge");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Value`] for a step of zero.
    pub fn slice(
        &self,
        start: Option<i64>,
        stop: Option<i64>,
        step: i64,
    ) -> Result<PyStr, ObjectError> {
        if step == 0 {
            return Err(ObjectError::Value("slice step cannot be zero".to_string()));
        }
        let length = self.length() as i64;
        let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let clamp = |index: Option<i64>, default: i64| match index {
            None => default,
            Some(index) if index < 0 => index.saturating_add(length).max(lowest),
            Some(index) => index.min(highest),
        };
        if step > 0 {
            let (start, stop) = (clamp(start, 0), clamp(stop, length));
            let part = self.part(start as usize, stop as usize);
            if step == 1 {
                return Ok(part);
            }
            let step = usize::try_from(step).unwrap_or(usize::MAX);
            return PyStr::from_code_points(part.chars().step_by(step));
        }
        let (start, stop) = (clamp(start, highest), clamp(stop, lowest));
        let part = self.part((stop + 1) as usize, (start + 1) as usize);
        let step = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        PyStr::from_code_points(part.chars().rev().step_by(step))
    }

    /// The code points from `start` up to `end`, both limited to the length. O(length of the part).
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> PyStr {
        let end = end.min(self.length());
        if start == 0 && end == self.length() {
            return self.clone();
        }
        each_kind!(self.units(), units => Cut::cut(units, start.min(end)..end))
    }
}
