//! Interned names: the text of each once, and a 32-bit handle to compare instead.
//!
//! A runtime spells an attribute name thousands of times and means the same few. [`Names`] gives
//! every spelling one [`Name`]; two names are equal when their numbers are.
//!
//! # One text, many spellings
//!
//! A name is a Python `str`: a row of code points, among which lone surrogates are legal. It
//! arrives as `&str`, as [UTF-16](super::Utf16) of a host, as a [`PyStr`] or as a
//! [value](super::Value), and these have to meet. So the text is kept in one form that holds all
//! of them, UTF-8 in which a surrogate takes the three bytes it would have if it were a character:
//!
//! ```text
//! '\U0001f993'    f0 9f a6 93            one character
//! '\ud83e\udd93'  ed a0 be  ed b6 93     two surrogates side by side: another name
//! ```
//!
//! UTF-16 cannot spell the second: in it a pair is the character. WTF-8 forbids it for this reason;
//! here the two stay apart, as they do in Python. A `&str` is compared byte by byte as it stands,
//! the others are spelled out on the stack first. No `PyStr` is built to look one up.
//!
//! # Bump-allocated
//!
//! Texts stand one after the other in one buffer that only grows at its end; a name is a number,
//! and its text lies between two ends. Names are never removed, so a handle never dangles, and a
//! buffer that moves when it grows troubles nobody: handles are positions, not addresses. That is
//! also why `Names` is `Send` and `Sync`, which references into an arena would not be.

use std::borrow::Cow;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::HashTable;

use super::{Errors, ObjectError, PyStr};

mod as_name;
mod spelling;

pub use as_name::AsName;

use spelling::code_points;
pub(super) use spelling::escape;

/// An interned name: 4 bytes, equal when the texts are.
///
/// A handle of one [`Names`] means nothing to another: like a position in a list, it names
/// something else there, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

impl Name {
    /// Its number: names are numbered from 0 in the order in which they were interned.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "name{}", self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The interned names of a runtime.
///
/// | operation | cost |
/// | --- | --- |
/// | [`find`](Names::find), or [`intern`](Names::intern) of a known name | O(text) |
/// | [`intern`](Names::intern) of a new name | the same, the text and some 30 bytes |
/// | the same with a [`Name`] | nothing |
/// | [`str`](Names::str) | builds the `PyStr` the first time |
///
/// ```
/// use hedgerow::object::{Names, PyStr, Utf16};
///
/// let mut names = Names::new();
/// let zebra = names.intern("🦓")?;
/// assert_eq!(names.find(Utf16(&[0xd83e, 0xdd93]))?, Some(zebra));
/// let halves = PyStr::from_code_points([0xd83e, 0xdd93])?;
/// assert_eq!(names.find(&halves)?, None);
/// assert_ne!(names.intern(&halves)?, zebra);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Default)]
pub struct Names {
    /// The texts, one after the other.
    text: Vec<u8>,
    /// Where the text of each name ends; it begins where that of the name before ends.
    ends: Vec<u32>,
    index: HashTable<Name>,
    hasher: foldhash::fast::RandomState,
    /// The names as values, made when first asked for: so their hashes are computed once, too.
    strs: Vec<OnceLock<PyStr>>,
}

impl Names {
    /// No names.
    pub fn new() -> Self {
        Names::default()
    }

    /// The handle of a name, whether it was there or not.
    ///
    /// # Errors
    ///
    /// TypeError, in CPython's words, for a [value](super::Value) that is no str; OverflowError
    /// beyond 4 GiB of text.
    pub fn intern(&mut self, name: impl AsName) -> Result<Name, ObjectError> {
        name.intern_name(self)
    }

    /// The handle of a name, if it was interned.
    ///
    /// # Errors
    ///
    /// TypeError for a [value](super::Value) that is no str.
    pub fn find(&self, name: impl AsName) -> Result<Option<Name>, ObjectError> {
        name.find_name(self)
    }

    /// The name as a `str`; `None` for a handle that is not of these names.
    pub fn str(&self, name: Name) -> Option<&PyStr> {
        let cell = self.strs.get(name.0 as usize)?;
        let spelled = self.spelled(name)?;
        Some(cell.get_or_init(|| {
            let read = PyStr::from_utf8(spelled, Errors::SurrogatePass);
            read.expect("a name is spelled out of code points")
        }))
    }

    /// The text for people: a lone surrogate is shown as `\ud83e`. Empty for a handle that is not
    /// of these names.
    pub fn text(&self, name: Name) -> Cow<'_, str> {
        let spelled = self.spelled(name).unwrap_or_default();
        match str::from_utf8(spelled) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(escape(code_points(spelled))),
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether the handle is that of a name here.
    pub fn contains(&self, name: Name) -> bool {
        (name.0 as usize) < self.ends.len()
    }

    fn spelled(&self, name: Name) -> Option<&[u8]> {
        let position = name.0 as usize;
        let end = *self.ends.get(position)? as usize;
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.text[start..end])
    }

    fn find_spelled(&self, spelled: &[u8]) -> Option<Name> {
        let hash = self.hasher.hash_one(spelled);
        self.index.find(hash, |&name| self.spelled(name) == Some(spelled)).copied()
    }

    fn intern_spelled(&mut self, spelled: &[u8]) -> Result<Name, ObjectError> {
        if let Some(name) = self.find_spelled(spelled) {
            return Ok(name);
        }
        let end = u32::try_from(self.text.len() + spelled.len());
        let number = u32::try_from(self.ends.len());
        let (Ok(end), Ok(number)) = (end, number) else {
            let why = "no room for more names: their text is limited to 4 GiB";
            return Err(ObjectError::Overflow(why.into()));
        };
        let name = Name(number);
        self.text.extend_from_slice(spelled);
        self.ends.push(end);
        self.strs.push(OnceLock::new());
        let Names { text, ends, index, hasher, .. } = self;
        let rehash = |&Name(number): &Name| {
            let start = (number as usize).checked_sub(1).map_or(0, |before| ends[before] as usize);
            hasher.hash_one(&text[start..ends[number as usize] as usize])
        };
        index.insert_unique(hasher.hash_one(spelled), name, rehash);
        Ok(name)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = 0..self.ends.len() as u32;
        f.debug_map().entries(numbers.map(|n| (Name(n), self.text(Name(n))))).finish()
    }
}
