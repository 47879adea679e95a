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
//! Texts stand one after the other in a [`NameArena`], which only grows at its end: a new name
//! costs a copy of its text, and none is ever freed or moved. The arena outlives the names, so the
//! texts are plain references.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::hash::BuildHasher;

use bumpalo::Bump;
use hashbrown::HashTable;

use super::{Errors, ObjectError, PyStr};

mod as_name;
mod spelling;

use spelling::code_points;
pub(super) use spelling::{clip, escape};

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

/// The memory that the texts of names stand in. It outlives its [`Names`].
#[derive(Debug, Default)]
pub struct NameArena(Bump);

impl NameArena {
    /// An empty arena. Allocates nothing yet.
    pub fn new() -> Self {
        NameArena::default()
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
/// use hedgerow::object::{NameArena, Names, PyStr, Utf16};
///
/// let arena = NameArena::new();
/// let mut names = Names::new(&arena);
/// let zebra = names.intern("🦓")?;
/// assert_eq!(names.find(Utf16(&[0xd83e, 0xdd93]))?, Some(zebra));
/// let halves = PyStr::from_code_points([0xd83e, 0xdd93])?;
/// assert_eq!(names.find(&halves)?, None);
/// assert_ne!(names.intern(&halves)?, zebra);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub struct Names<'a> {
    arena: &'a NameArena,
    /// By the number of the name.
    interned: Vec<Interned<'a>>,
    index: HashTable<Name>,
    hasher: foldhash::fast::RandomState,
}

struct Interned<'a> {
    spelled: &'a [u8],
    /// The name as a value, made when first asked for: so its hash is computed once, too.
    str: OnceCell<PyStr>,
}

impl<'a> Names<'a> {
    /// No names. Their texts will stand in the arena.
    pub fn new(arena: &'a NameArena) -> Self {
        Names {
            arena,
            interned: Vec::new(),
            index: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }

    /// The handle of a name, whether it was there or not.
    ///
    /// # Errors
    ///
    /// TypeError, in CPython's words, for a [value](super::Value) that is no str; OverflowError
    /// beyond 2^32 names.
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
        let interned = self.interned.get(name.0 as usize)?;
        Some(interned.str.get_or_init(|| {
            let read = PyStr::from_utf8(interned.spelled, Errors::SurrogatePass);
            read.expect("a name is spelled out of code points")
        }))
    }

    /// The text for people: a lone surrogate is shown as `\ud83e`. Empty for a handle that is not
    /// of these names.
    pub fn text(&self, name: Name) -> Cow<'_, str> {
        let spelled = self.interned.get(name.0 as usize).map_or(&[][..], |known| known.spelled);
        match str::from_utf8(spelled) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(escape(code_points(spelled))),
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.interned.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.interned.is_empty()
    }

    /// Whether the handle is that of a name here.
    pub fn contains(&self, name: Name) -> bool {
        (name.0 as usize) < self.interned.len()
    }

    fn find_spelled(&self, spelled: &[u8]) -> Option<Name> {
        let is_it = |&Name(number): &Name| self.interned[number as usize].spelled == spelled;
        self.index.find(self.hasher.hash_one(spelled), is_it).copied()
    }

    fn intern_spelled(&mut self, spelled: &[u8]) -> Result<Name, ObjectError> {
        if let Some(name) = self.find_spelled(spelled) {
            return Ok(name);
        }
        let Ok(number) = u32::try_from(self.interned.len()) else {
            let why = "no room for more names: they are numbered in 32 bits";
            return Err(ObjectError::Overflow(why.into()));
        };
        let spelled = &*self.arena.0.alloc_slice_copy(spelled);
        self.interned.push(Interned { spelled, str: OnceCell::new() });
        let Names { interned, index, hasher, .. } = self;
        let rehash = |&Name(number): &Name| hasher.hash_one(interned[number as usize].spelled);
        index.insert_unique(hasher.hash_one(spelled), Name(number), rehash);
        Ok(Name(number))
    }
}

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

impl AsName for Name {
    #[inline]
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError> {
        Ok(names.contains(*self).then_some(*self))
    }

    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError> {
        if names.contains(*self) { Ok(*self) } else { Err(of_other_names(*self)) }
    }

    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError> {
        names.str(*self).cloned().ok_or_else(|| of_other_names(*self))
    }
}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = (0..self.interned.len() as u32).map(Name);
        f.debug_map().entries(all.map(|name| (name, self.text(name)))).finish()
    }
}

fn of_other_names(name: Name) -> ObjectError {
    ObjectError::Runtime(format!("{name} is of other names: use it with those that made it"))
}
