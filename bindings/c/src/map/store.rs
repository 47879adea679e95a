//! The store behind a `hedgerow_store *`: made, used by one call at a time, and freed.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::mem;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Store, Version, View, fold};

use super::types::{DEAD_DISCARD, DEAD_KEEP, HASH_32, HASH_64, Options};
use crate::pointers::{free, leak, out, read};
use crate::status::{Status, StatusResult, guarded};

/// The caller hashes the keys.
pub(super) type Engine = Store<u64, u64, ()>;

/// What a live store begins with. Tells it from other memory as well as possible.
const LIVE: u64 = u64::from_le_bytes(*b"hedgerow");
/// What a store begins with after a panic.
const POISONED: u64 = u64::from_le_bytes(*b"panicked");
/// What a freed store begins with, until the memory is used again.
const FREED: u64 = u64::from_le_bytes(*b"freed...");

const NO_OPTIONS: Options = Options {
    context: std::ptr::null_mut(),
    key_eq: None,
    value_eq: None,
    retain: None,
    drop: None,
    hash_bits: 0,
    dead: 0,
};

/// Many immutable versions of a map from words to words, in one arena.
///
/// Made by `hedgerow_store_new`, freed by `hedgerow_store_free`. Versions, probes and iterators are
/// numbers and memory of the caller.
///
/// Threads: a store may move from thread to thread. One thread at a time uses it, for reading too.
/// Put a lock around it, or give each thread a store. Callbacks run on the calling thread.
// The mark comes first, so that no more than eight bytes are read of memory that is no store. The
// layout does not concern callers: hidden in `cfg_attr`, it is not written into the header.
#[cfg_attr(not(doc), repr(C))]
pub struct CStore {
    mark: Cell<u64>,
    engine: RefCell<Engine>,
    pub(super) options: Options,
    /// Callbacks that run now: their store cannot be freed.
    pub(super) calls: Cell<u32>,
    /// Visits that run now: nothing can die.
    pub(super) visits: Cell<u32>,
    is_closing: Cell<bool>,
    /// Dead pairs that did not fit into the buffer of the last `hedgerow_store_drain`.
    pub(super) undrained: RefCell<Vec<(u64, u64)>>,
    /// A call further out is calling `drop` for the dead pairs.
    pub(super) is_dropping: Cell<bool>,
}

/// Makes a store. `options` may be null, with a size of 0: keys and values are then plain numbers.
/// Otherwise `size` is `sizeof(hedgerow_options)`.
///
/// Returns OK; POINTER, SIZE, ARGUMENT (an option that does not exist), MEMORY.
///
/// # Safety
///
/// C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_new(
    options: *const Options,
    size: usize,
    store: *mut *mut CStore,
) -> Status {
    guarded(|| {
        // SAFETY: C3.
        let store = unsafe { out(store) }?;
        let options = match given(options, size)? {
            None => NO_OPTIONS,
            // SAFETY: C3, and C5 for the functions among the options.
            Some(options) => unsafe { read(options) }?,
        };
        store.set(leak(CStore::new(options)?)?);
        Ok(Status::Ok)
    })
}

/// Frees a store and all its versions. If there is a `drop`, it is called for every entry, and may
/// read what is left. Null is allowed, and nothing is done.
///
/// Without a `drop`, entries that hold references have to be visited first, or their versions
/// released and drained.
///
/// Returns OK; STORE, BUSY (called from one of the store's own callbacks).
///
/// # Safety
///
/// C1, C2, and the store is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_free(store: *mut CStore) -> Status {
    let end = |store: &CStore| match on_store(Ok(store), CStore::close) {
        // After a panic, now or before, a store is freed without its callbacks.
        Status::Ok | Status::Panic => Ok(Status::Ok),
        refused => Err(refused),
    };
    // SAFETY: C1, C2. `close` refuses while a callback of the store runs.
    guarded(|| unsafe { free(store, end) })
}

/// Runs a call on a store, and hands its dead to `drop` afterwards. A panic poisons the store.
#[inline]
pub(super) fn on_store(
    store: Result<&CStore, Status>,
    body: impl FnOnce(&CStore) -> StatusResult,
) -> Status {
    let store = match store {
        Ok(store) if store.mark.get() == LIVE => store,
        Ok(unusable) => return unusable.why_unusable(),
        Err(status) => return status,
    };
    let run = || {
        let result = body(store);
        if store.options.drop.is_some() {
            store.drop_dead();
        }
        result
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(status) | Err(status)) => status,
        Err(panic) => {
            // The engine may have been half way through a write.
            store.mark.set(POISONED);
            // Dropping the payload could panic again.
            mem::forget(panic);
            Status::Panic
        }
    }
}

/// Refuses a structure of another size than this library's.
pub(super) fn check_size<T>(size: usize) -> Result<(), Status> {
    if size == size_of::<T>() { Ok(()) } else { Err(Status::Size) }
}

/// Where the options of a call are; `None` for null with a size of 0.
pub(super) fn given<T>(options: *const T, size: usize) -> Result<Option<*const T>, Status> {
    if options.is_null() && size == 0 {
        return Ok(None);
    }
    check_size::<T>(size)?;
    Ok(Some(options))
}

/// The version of a number from the caller.
#[inline]
pub(super) fn version_of(bits: u64) -> Result<Version, Status> {
    NonZeroU64::new(bits).map(Version::from_bits).ok_or(Status::Stale)
}

/// Runs `body` on the view of a version, or of an open edit.
///
/// A view is a dozen words. Returned by value it goes through memory, written in other pieces than
/// it is read, and the processor stalls on that. So it is used where it is made.
#[inline(always)]
pub(super) fn on_view<T>(
    engine: &Engine,
    version: Version,
    body: impl FnOnce(View<'_, u64, u64, ()>) -> T,
) -> Result<T, Status> {
    match engine.at(version) {
        Ok(view) => Ok(body(view)),
        Err(Error::WrongState { .. }) => Ok(body(engine.at_open(version)?)),
        Err(error) => Err(error.into()),
    }
}

impl CStore {
    fn new(options: Options) -> Result<Self, Status> {
        if !matches!(options.hash_bits, HASH_64 | HASH_32)
            || !matches!(options.dead, DEAD_DISCARD | DEAD_KEEP)
        {
            return Err(Status::Argument);
        }
        let mut engine = Engine::try_with_hasher(())?;
        engine.keep_dead(options.drop.is_some() || options.dead == DEAD_KEEP);
        Ok(CStore {
            mark: Cell::new(LIVE),
            engine: RefCell::new(engine),
            options,
            calls: Cell::new(0),
            visits: Cell::new(0),
            is_closing: Cell::new(false),
            undrained: RefCell::default(),
            is_dropping: Cell::new(false),
        })
    }

    #[cold]
    fn why_unusable(&self) -> Status {
        if self.mark.get() == POISONED { Status::Panic } else { Status::Store }
    }

    /// The engine, for reading.
    #[inline]
    pub(super) fn read(&self) -> Result<Ref<'_, Engine>, Status> {
        self.engine.try_borrow().map_err(|_| Status::Busy)
    }

    /// The engine, for a call that writes.
    #[inline]
    pub(super) fn write(&self) -> Result<RefMut<'_, Engine>, Status> {
        if self.is_closing.get() {
            return Err(Status::Busy);
        }
        self.engine.try_borrow_mut().map_err(|_| Status::Busy)
    }

    /// The engine, for what has to be done also while the store is freed. `None` in a visit.
    pub(super) fn write_always(&self) -> Option<RefMut<'_, Engine>> {
        self.engine.try_borrow_mut().ok()
    }

    /// The folded hash of a hash from the caller.
    #[inline]
    pub(super) fn hash(&self, hash: u64) -> Result<u32, Status> {
        if self.options.hash_bits == HASH_64 {
            return Ok(fold(hash));
        }
        u32::try_from(hash).map_err(|_| Status::Argument)
    }

    /// Whether nothing may be written because the store is visited or freed.
    pub(super) fn is_read_only(&self) -> bool {
        self.visits.get() > 0 || self.is_closing.get()
    }

    /// Ends all versions and drops their entries. The store is unusable afterwards.
    fn close(&self) -> StatusResult {
        if self.calls.get() > 0 || self.is_closing.get() {
            return Err(Status::Busy);
        }
        self.is_closing.set(true);
        if self.options.drop.is_some() {
            self.end_all();
            self.drop_dead();
        }
        self.mark.set(FREED);
        Ok(Status::Ok)
    }

    fn end_all(&self) {
        let Some(mut engine) = self.write_always() else { return };
        for row in 0..engine.version_rows() as u32 {
            let Some(version) = engine.version_in_row(row) else { continue };
            if let Err(Error::WrongState { .. }) = engine.release(version) {
                // An open edit. It cannot fail: the engine has just listed it as alive.
                let _ = engine.abandon(version);
            }
        }
        if engine.stats().forgotten_versions > 0 {
            engine.compact();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{hedgerow_store_check, hedgerow_version_empty};
    use crate::pointers::shared;

    #[test]
    fn a_panic_is_a_status_and_the_store_refuses_everything_but_being_freed() {
        let mut store = std::ptr::null_mut();
        // SAFETY: C1 to C3: a variable of this test, and the store that it holds.
        unsafe {
            assert_eq!(hedgerow_store_new(std::ptr::null(), 0, &raw mut store), Status::Ok);
            assert_eq!(on_store(shared(store), |_| panic!("on purpose")), Status::Panic);
            let mut empty = 0;
            assert_eq!(hedgerow_version_empty(store, &raw mut empty), Status::Panic);
            assert_eq!(hedgerow_store_check(store), Status::Panic);
            assert_eq!(hedgerow_store_free(store), Status::Ok);
        }
        assert_eq!(guarded(|| panic!("on purpose")), Status::Panic);
    }
}
