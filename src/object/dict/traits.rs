//! The traits of std that users of a dict expect.

use std::fmt;

use super::Dict;
use super::iter::Iter;
use crate::object::value::Value;

impl Clone for Dict {
    fn clone(&self) -> Self {
        self.copied()
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<'a> IntoIterator for &'a Dict {
    type Item = (&'a Value, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
