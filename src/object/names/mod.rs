//! Interned names: each text once, and a 32-bit number to compare instead.
//!
//! A runtime uses the same few attribute names again and again. [`Names`] gives each text one
//! [`Name`], so comparing two names compares two numbers.
//!
//! # One encoding
//!
//! A name is a Python `str`: code points, which may be lone surrogates. It comes as `&str`, as
//! [UTF-16](super::Utf16), as a [`PyStr`] or as a [value](super::Value). All of them are encoded
//! in the same way: UTF-8, in which a surrogate takes the three bytes it would have if it were a
//! character.
//!
//! ```text
//! '\U0001f993'    f0 9f a6 93            one character
//! '\ud83e\udd93'  ed a0 be  ed b6 93     two surrogates: another name
//! ```
//!
//! UTF-16 has no form for the second name, so WTF-8 forbids it; in Python the two differ. A `&str`
//! is encoded already. The others are encoded on the stack, so a lookup builds no `PyStr`.
//!
//! # Memory
//!
//! Texts are bump-allocated in a [`NameArena`]: a new name copies its text, and no text is freed
//! or moved. The arena outlives the names, so they hold plain references to their texts.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::hash::BuildHasher;

use bumpalo::Bump;
use hashbrown::HashTable;

use super::{Errors, ObjectError, PyStr};
use crate::Error;

mod as_name;
mod encoded;

pub(super) use super::clip::{clip, clip_for};
use encoded::code_points;
pub(super) use encoded::escape;

/// An interned name: 4 bytes, and equal if the texts are equal.
///
/// It belongs to the [`Names`] that made it. Like an index into a list, it means something else, or
/// nothing, to another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

impl Name {
    /// The number of the name. Names are numbered from 0 as they are interned.
    #[must_use]
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

/// The memory for the texts of names. It outlives its [`Names`].
#[derive(Debug, Default)]
pub struct NameArena(Bump);

impl NameArena {
    /// An empty arena. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        NameArena::default()
    }
}

/// The interned names of a runtime.
///
/// | operation | cost |
/// | --- | --- |
/// | [`find`](Names::find), or [`intern`](Names::intern) of a known name | O(text) |
/// | [`intern`](Names::intern) of a new name | O(text), and some 30 bytes besides the text |
/// | both with a [`Name`] | O(1) |
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
    encoded: &'a [u8],
    /// The name as a `str`, made at the first request. It keeps its hash.
    str: OnceCell<PyStr>,
}

impl<'a> Names<'a> {
    /// No names yet. Texts go into the arena.
    pub fn new(arena: &'a NameArena) -> Self {
        Names {
            arena,
            interned: Vec::new(),
            index: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }

    /// The name of a text, which is interned if it is new.
    ///
    /// # Errors
    ///
    /// TypeError, with CPython's message, for a [value](super::Value) that is no str. OverflowError
    /// beyond 2^32 names. [`ObjectError::Store`] if there is no memory.
    pub fn intern(&mut self, name: impl AsName) -> Result<Name, ObjectError> {
        name.intern_name(self)
    }

    /// The name of a text, if it is interned.
    ///
    /// # Errors
    ///
    /// TypeError for a [value](super::Value) that is no str.
    pub fn find(&self, name: impl AsName) -> Result<Option<Name>, ObjectError> {
        name.find_name(self)
    }

    /// The text of a name as a `str`; `None` for a name of another [`Names`].
    #[must_use]
    pub fn str(&self, name: Name) -> Option<&PyStr> {
        let interned = self.interned.get(name.0 as usize)?;
        Some(interned.str.get_or_init(|| {
            let read = PyStr::from_utf8(interned.encoded, Errors::SurrogatePass);
            read.expect("a name is made of code points")
        }))
    }

    /// The text of a name to print, in which lone surrogates are escaped. Empty for a name of
    /// another [`Names`].
    #[must_use]
    pub fn text(&self, name: Name) -> Cow<'_, str> {
        let encoded = self.interned.get(name.0 as usize).map_or(&[][..], |known| known.encoded);
        match str::from_utf8(encoded) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(escape(code_points(encoded))),
        }
    }

    /// The number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.interned.len()
    }

    /// Whether there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.interned.is_empty()
    }

    /// Whether the number of a name is in use here.
    #[must_use]
    pub fn contains(&self, name: Name) -> bool {
        (name.0 as usize) < self.interned.len()
    }

    fn find_encoded(&self, encoded: &[u8]) -> Option<Name> {
        let is_it = |&Name(number): &Name| self.interned[number as usize].encoded == encoded;
        self.index.find(self.hasher.hash_one(encoded), is_it).copied()
    }

    fn intern_encoded(&mut self, encoded: &[u8]) -> Result<Name, ObjectError> {
        if let Some(name) = self.find_encoded(encoded) {
            return Ok(name);
        }
        let Ok(number) = u32::try_from(self.interned.len()) else {
            let why = "no room for more names: they are numbered in 32 bits";
            return Err(ObjectError::Overflow(why.into()));
        };
        let Names { arena, interned, index, hasher, .. } = self;
        let rehash = |&Name(number): &Name| hasher.hash_one(interned[number as usize].encoded);
        let refused = || Error::Allocation { bytes: encoded.len().max(size_of::<Interned<'_>>()) };
        index.try_reserve(1, rehash).map_err(|_| refused())?;
        interned.try_reserve(1).map_err(|_| refused())?;
        let encoded = &*arena.0.try_alloc_slice_copy(encoded).map_err(|_| refused())?;
        interned.push(Interned { encoded, str: OnceCell::new() });
        let rehash = |&Name(number): &Name| hasher.hash_one(interned[number as usize].encoded);
        index.insert_unique(hasher.hash_one(encoded), Name(number), rehash);
        Ok(Name(number))
    }
}

/// What can name an attribute: a [`Name`], `&str`, [`Utf16`](super::Utf16), [`PyStr`], or a
/// [`Value`](super::Value) that is a str. Implement it for a string type of your own by calling one
/// of these.
pub trait AsName {
    /// The name, if it is interned.
    ///
    /// # Errors
    ///
    /// TypeError if this is no str.
    fn find_name(&self, names: &Names<'_>) -> Result<Option<Name>, ObjectError>;

    /// The name, interned if it is new.
    ///
    /// # Errors
    ///
    /// As [`Names::intern`].
    fn intern_name(&self, names: &mut Names<'_>) -> Result<Name, ObjectError>;

    /// The name as a `str`. For an interned name that is a clone.
    ///
    /// # Errors
    ///
    /// As [`AsName::find_name`].
    fn name_str(&self, names: &Names<'_>) -> Result<PyStr, ObjectError>;

    /// The value, if this is one. A [`MappingProxy`](super::MappingProxy) can be asked for values
    /// that are no names.
    fn as_value(&self) -> Option<&super::Value> {
        None
    }
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
