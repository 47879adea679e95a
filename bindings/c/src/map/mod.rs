//! The store of words, in safe Rust: all that the calls do, without a pointer to read.
//!
//! ```text
//! keyed      get, insert, remove by a key
//! probing    the same in steps, for callers that compare by themselves
//! walking    iterators, and the visit of everything
//! making     versions from many pairs, edits, the end of versions
//! relating   what two versions have in common: equality, difference
//! merging    versions from two others
//! upkeep     memory, limits, the end of a store
//! sealed     probes and iterators as words with a check word
//! ```
//!
//! # Callbacks and borrows
//!
//! A caller's function may call any function of the library on the same store. So a call holds the
//! store by shared reference, the engine is in a `RefCell`, and no borrow of it is alive while a
//! function of the caller's runs. The one exception is a visit, which lends the engine for reading:
//! a write in it does not get its borrow, and is `HEDGEROW_BUSY`.
//!
//! What a call copied out of the engine before a callback may have died in it. So whatever is
//! written after a callback is looked up again, and versions whose entries a call needs for longer
//! are [pinned](Handle::pin). A caller that asks meanwhile what there is sees nothing of that: a
//! pin is no version, and what a call makes of two versions it makes when the last callback that
//! decides has run.

mod keyed;
mod making;
mod merging;
mod probing;
mod relating;
mod sealed;
mod upkeep;
mod walking;

use hedgerow::host::{HostMemory, HostStore};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::num::NonZeroU64;

use hedgerow::{Store, Version, View, fold};

pub(crate) use merging::Resolver;
pub(crate) use probing::advanced;
pub(crate) use sealed::check_word;

use crate::status::Status;
use crate::types::{DEAD_DISCARD, DEAD_KEEP, EqFunction, HASH_32, HASH_64, Options};

/// Keys are hashed by the caller.
type Engine = Store<u64, u64, ()>;

/// What a live store begins with. Tells it from other memory as well as can be told.
const LIVE: u64 = u64::from_le_bytes(*b"hedgerow");
/// The same of a store that panicked.
const POISONED: u64 = u64::from_le_bytes(*b"panicked");
/// The same of a store that was freed, for as long as nobody else takes the memory.
const FREED: u64 = u64::from_le_bytes(*b"freed...");

/// Many immutable versions of a map from words to words, in one arena.
///
/// Made by `hedgerow_store_new`, ended by `hedgerow_store_free`. Everything else of the library is
/// numbers and memory of the caller's.
///
/// Threads: a store may move from thread to thread, and is for one at a time, reading included.
/// Put a lock around it, or give each thread a store. The callbacks run on the thread that calls.
pub struct Handle {
    mark: Cell<u64>,
    engine: RefCell<Engine>,
    options: Options,
    /// Callbacks that run now: their store cannot be freed under them.
    calls: Cell<u32>,
    /// Visits that run now: nothing can die under them.
    visits: Cell<u32>,
    /// The store is being freed.
    is_closing: Cell<bool>,
    /// Dead pairs that wait for `drain`.
    waiting: RefCell<Vec<(u64, u64)>>,
    /// Dead pairs are being handed back, by a call further out.
    is_burying: Cell<bool>,
}

impl Handle {
    pub(crate) fn new(options: Options) -> Result<Self, Status> {
        if !matches!(options.hash_bits, HASH_64 | HASH_32)
            || !matches!(options.dead, DEAD_DISCARD | DEAD_KEEP)
        {
            return Err(Status::Argument);
        }
        let mut engine = Engine::with_hasher(());
        engine.keep_dead(options.drop.is_some() || options.dead == DEAD_KEEP);
        Ok(Handle {
            mark: Cell::new(LIVE),
            engine: RefCell::new(engine),
            options,
            calls: Cell::new(0),
            visits: Cell::new(0),
            is_closing: Cell::new(false),
            waiting: RefCell::default(),
            is_burying: Cell::new(false),
        })
    }

    /// Whether this is a store that can be used.
    #[inline]
    pub(crate) fn test(&self) -> Result<(), Status> {
        if self.mark.get() == LIVE { Ok(()) } else { Err(self.why_not()) }
    }

    #[cold]
    fn why_not(&self) -> Status {
        if self.mark.get() == POISONED { Status::Panic } else { Status::Store }
    }

    /// After a panic nobody knows what the engine was about to do.
    pub(crate) fn poison(&self) {
        self.mark.set(POISONED);
    }

    /// What every call ends with: hands dead pairs back, if there is a function to hand them to.
    #[inline]
    pub(crate) fn bury(&self) {
        if self.options.drop.is_some() {
            self.hand_back();
        }
    }

    #[inline]
    fn read(&self) -> Result<Ref<'_, Engine>, Status> {
        self.engine.try_borrow().map_err(|_| Status::Busy)
    }

    #[inline]
    fn write(&self) -> Result<RefMut<'_, Engine>, Status> {
        if self.is_closing.get() {
            return Err(Status::Busy);
        }
        self.engine.try_borrow_mut().map_err(|_| Status::Busy)
    }

    #[inline]
    fn hash(&self, hash: u64) -> Result<u32, Status> {
        if self.options.hash_bits == HASH_64 {
            return Ok(fold(hash));
        }
        u32::try_from(hash).map_err(|_| Status::Argument)
    }

    /// Whether two keys are equal without anybody being asked; `None` if that is not known.
    #[inline]
    fn same_word(&self, a: u64, b: u64) -> Option<bool> {
        if a == b {
            Some(true)
        } else if self.options.key_eq.is_none() {
            Some(false)
        } else {
            None
        }
    }

    /// Whether keys and values are equal exactly where their words are.
    fn compares_words(&self) -> bool {
        self.options.key_eq.is_none() && self.options.value_eq.is_none()
    }

    fn keys_equal(&self, a: u64, b: u64) -> Result<bool, Status> {
        self.words_equal(self.options.key_eq, a, b)
    }

    fn values_equal(&self, a: u64, b: u64) -> Result<bool, Status> {
        self.words_equal(self.options.value_eq, a, b)
    }

    fn words_equal(&self, equal: EqFunction, a: u64, b: u64) -> Result<bool, Status> {
        match equal {
            _ if a == b => Ok(true),
            None => Ok(false),
            Some(equal) => match self.calling(|| equal(self.options.context, a, b)) {
                ..0 => Err(Status::Caller),
                answer => Ok(answer > 0),
            },
        }
    }

    /// Runs a function of the caller's.
    fn calling<T>(&self, call: impl FnOnce() -> T) -> T {
        self.calls.set(self.calls.get() + 1);
        let answer = call();
        self.calls.set(self.calls.get() - 1);
        answer
    }

    /// Tells of an entry that was made.
    #[inline]
    fn retain(&self, key: u64, value: u64) {
        if let Some(retain) = self.options.retain {
            self.calling(|| retain(self.options.context, key, value));
        }
    }

    /// Tells of the entries that died, until there are none: a function may end further versions.
    #[cold]
    fn hand_back(&self) {
        let Some(drop) = self.options.drop else { return };
        // In a visit nothing can have died.
        if self.is_burying.get() || self.visits.get() > 0 {
            return;
        }
        let mut dead = Vec::new();
        self.is_burying.set(true);
        loop {
            if let Ok(mut engine) = self.engine.try_borrow_mut() {
                engine.take_dead_into(&mut dead);
            }
            if dead.is_empty() {
                break;
            }
            for (key, value) in dead.drain(..) {
                self.calling(|| drop(self.options.context, key, value));
            }
        }
        self.is_burying.set(false);
    }

    /// Keeps a committed version's entries alive until [`unpin`](Handle::unpin), whatever callbacks
    /// release. In a visit nothing can be released, and while the store is freed nothing is
    /// written: then there is no pin.
    fn pin(&self, version: Version) -> Result<Option<Version>, Status> {
        if self.visits.get() > 0 || self.is_closing.get() {
            self.read()?.at(version)?;
            return Ok(None);
        }
        self.write()?.pin(version)?;
        Ok(Some(version))
    }

    fn unpin(&self, pin: Option<Version>) {
        if let Some(pinned) = pin
            && let Ok(mut engine) = self.engine.try_borrow_mut()
        {
            // It was pinned, whatever became of it.
            let _ = engine.unpin(pinned);
        }
    }

    /// Runs `body` with versions that stay alive for as long.
    fn with_pinned<T>(
        &self,
        versions: &[Version],
        body: impl FnOnce() -> Result<T, Status>,
    ) -> Result<T, Status> {
        let mut pins = Vec::with_capacity(versions.len());
        let mut pinned = Ok(());
        for &version in versions {
            match self.pin(version) {
                Ok(pin) => pins.push(pin),
                Err(status) => {
                    pinned = Err(status);
                    break;
                }
            }
        }
        let result = pinned.and_then(|()| body());
        pins.into_iter().for_each(|pin| self.unpin(pin));
        result
    }
}

/// The version of a number that came from outside.
#[inline]
pub(crate) fn version(bits: u64) -> Result<Version, Status> {
    NonZeroU64::new(bits).map(Version::from_bits).ok_or(Status::Stale)
}

/// Runs `body` on the view of a version, or of an open edit.
///
/// A view is a dozen words: handed on by value it goes through memory, in other pieces than it was
/// written in, and the processor waits for that. So it is used where it is made.
#[inline(always)]
fn on_view<T>(
    engine: &Engine,
    version: Version,
    body: impl FnOnce(View<'_, u64, u64, ()>) -> T,
) -> Result<T, Status> {
    match engine.at(version) {
        Ok(view) => Ok(body(view)),
        Err(hedgerow::Error::WrongState { .. }) => Ok(body(engine.at_open(version)?)),
        Err(error) => Err(error.into()),
    }
}
