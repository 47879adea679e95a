//! Making a str as wide as a column.

use super::join::Whole;
use crate::object::str::{PyStr, Text};
use crate::object::value::ObjectError;

impl PyStr {
    /// `self.center(width, fill)`. O(width).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// let text = PyStr::from("row");
    /// assert_eq!(text.center(6, ".")?, ".row..");
    /// assert_eq!(text.ljust(6, ".")?, "row...");
    /// assert_eq!(text.rjust(6, "\u{2026}")?, "\u{2026}\u{2026}\u{2026}row");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`] if `fill` is not one code point long. [`ObjectError::Store`] with
    /// [`Error::Allocation`](crate::Error::Allocation) if there is no room for the result.
    pub fn center(&self, width: i64, fill: &(impl Text + ?Sized)) -> Result<PyStr, ObjectError> {
        let missing = self.missing(width);
        // If it is odd, the greater part is on the left only of a str of even length.
        let left = missing / 2 + (missing & width.max(0) as usize & 1);
        self.padded(left, missing - left, fill)
    }

    /// `self.ljust(width, fill)`: with the filling on the right. O(width).
    ///
    /// # Errors
    ///
    /// As [`center`](PyStr::center).
    pub fn ljust(&self, width: i64, fill: &(impl Text + ?Sized)) -> Result<PyStr, ObjectError> {
        self.padded(0, self.missing(width), fill)
    }

    /// `self.rjust(width, fill)`: with the filling on the left. O(width).
    ///
    /// # Errors
    ///
    /// As [`center`](PyStr::center).
    pub fn rjust(&self, width: i64, fill: &(impl Text + ?Sized)) -> Result<PyStr, ObjectError> {
        self.padded(self.missing(width), 0, fill)
    }

    /// `self.zfill(width)`: zeros on the left, but behind a sign. O(width).
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// assert_eq!(PyStr::from("-7").zfill(4)?, "-007");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] with [`Error::Allocation`](crate::Error::Allocation) if there is no
    /// room for the result.
    pub fn zfill(&self, width: i64) -> Result<PyStr, ObjectError> {
        let sign = usize::from(self.get(0).is_some_and(|first| matches!(first, 0x2b | 0x2d)));
        let missing = self.missing(width);
        if missing == 0 {
            return Ok(self.clone());
        }
        let mut whole = Whole::try_new(self.kind(), self.length() + missing)?;
        whole.add(self.units().part(0, sign));
        whole.add_repeated(u32::from('0'), missing);
        whole.add(self.units().part(sign, self.length()));
        Ok(whole.finish())
    }

    /// `self.expandtabs(tab_size)`: spaces up to the next multiple of the size, in each line. O(n)
    /// for the length of the result.
    ///
    /// ```
    /// use hedgerow::object::PyStr;
    ///
    /// assert_eq!(PyStr::from("a\tb\n\tc").expandtabs(4)?, "a   b\n    c");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ObjectError::Overflow`] or [`ObjectError::Store`] if there is no room for the result.
    pub fn expandtabs(&self, tab_size: i32) -> Result<PyStr, ObjectError> {
        const TAB: u32 = 0x09;
        let tab_size = usize::try_from(tab_size).unwrap_or(0);
        let (mut column, mut length, mut has_tab) = (0usize, 0usize, false);
        // Calls back with how many spaces a tab is, or with none for another code point.
        let mut walk = |each: &mut dyn FnMut(u32, usize)| {
            column = 0;
            for point in self.chars() {
                let spaces =
                    if point != TAB || tab_size == 0 { 0 } else { tab_size - column % tab_size };
                each(point, spaces);
                column = match point {
                    0x0a | 0x0d => 0,
                    TAB => (column + spaces) % tab_size.max(1),
                    _ => column + 1,
                };
            }
        };
        walk(&mut |point, spaces| {
            has_tab |= point == TAB;
            length = length.saturating_add(if point == TAB { spaces } else { 1 });
        });
        if !has_tab {
            return Ok(self.clone());
        }
        if isize::try_from(length).is_err() {
            return Err(ObjectError::Overflow("new string is too long".to_string()));
        }
        let mut whole = Whole::try_new(self.kind(), length)?;
        walk(&mut |point, spaces| match point {
            TAB => whole.add_repeated(u32::from(' '), spaces),
            _ => whole.add_repeated(point, 1),
        });
        Ok(whole.finish())
    }

    /// How many code points there are less than `width`.
    fn missing(&self, width: i64) -> usize {
        usize::try_from(width).unwrap_or(0).saturating_sub(self.length())
    }

    fn padded(
        &self,
        left: usize,
        right: usize,
        fill: &(impl Text + ?Sized),
    ) -> Result<PyStr, ObjectError> {
        let fill = fill.to_py_str();
        let (Some(point), 1) = (fill.get(0), fill.length()) else {
            let words = "The fill character must be exactly one character long";
            return Err(ObjectError::Type(words.to_string()));
        };
        if left + right == 0 {
            return Ok(self.clone());
        }
        let kind = self.kind().max(fill.kind());
        let mut whole = Whole::try_new(kind, self.length() + left + right)?;
        whole.add_repeated(point, left);
        whole.add(self.units());
        whole.add_repeated(point, right);
        Ok(whole.finish())
    }
}
