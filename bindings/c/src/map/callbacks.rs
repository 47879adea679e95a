//! Running the caller's functions: they may call the library on the same store, and fail.
//!
//! No borrow of the engine is alive while one runs, except in a visit. What it may do meanwhile is
//! said in the [module above](super).

use hedgerow::Version;
use hedgerow::host::{HostMemory, HostStore};

use super::store::CStore;
use super::types::EqFunction;
use crate::status::Status;

impl CStore {
    /// Whether two keys are equal, if that is known without asking the caller.
    #[inline]
    pub(super) fn compare_words(&self, a: u64, b: u64) -> Option<bool> {
        if a == b {
            Some(true)
        } else if self.options.key_eq.is_none() {
            Some(false)
        } else {
            None
        }
    }

    /// Whether keys and values are equal exactly if their words are.
    pub(super) fn has_plain_words(&self) -> bool {
        self.options.key_eq.is_none() && self.options.value_eq.is_none()
    }

    pub(super) fn keys_equal(&self, a: u64, b: u64) -> Result<bool, Status> {
        self.words_equal(self.options.key_eq, a, b)
    }

    pub(super) fn values_equal(&self, a: u64, b: u64) -> Result<bool, Status> {
        self.words_equal(self.options.value_eq, a, b)
    }

    fn words_equal(&self, equal: EqFunction, a: u64, b: u64) -> Result<bool, Status> {
        match equal {
            _ if a == b => Ok(true),
            None => Ok(false),
            Some(equal) => match self.call_back(|| equal(self.options.context, a, b)) {
                ..0 => Err(Status::Caller),
                number => Ok(number > 0),
            },
        }
    }

    /// Runs a callback; meanwhile the store cannot be freed.
    pub(super) fn call_back<T>(&self, call: impl FnOnce() -> T) -> T {
        self.calls.set(self.calls.get() + 1);
        let result = call();
        self.calls.set(self.calls.get() - 1);
        result
    }

    /// Calls `retain` for an entry that was made.
    #[inline]
    pub(super) fn retain(&self, key: u64, value: u64) {
        if let Some(retain) = self.options.retain {
            self.call_back(|| retain(self.options.context, key, value));
        }
    }

    /// Calls `retain` for all the entries of a version that was built at once.
    pub(super) fn retain_all(&self, made: Version) -> Result<(), Status> {
        if self.options.retain.is_none() {
            return Ok(());
        }
        self.with_pinned(&[made], || {
            self.each_pair(made, |key, value| {
                self.retain(key, value);
                Ok(())
            })
        })
    }

    /// Runs `body` on every entry of a pinned version, without a borrow of the store, so that it
    /// may call back. There is no list of all: it could be refused.
    pub(super) fn each_pair(
        &self,
        version: Version,
        mut body: impl FnMut(u64, u64) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let mut cursor = self.read()?.cursor(version)?;
        loop {
            let mut pairs = [(0, 0); 64];
            let mut count = 0;
            self.read()?.advance_by(&mut cursor, pairs.len(), |&key, &value| {
                pairs[count] = (key, value);
                count += 1;
            })?;
            if count == 0 {
                return Ok(());
            }
            pairs[..count].iter().try_for_each(|&(key, value)| body(key, value))?;
        }
    }

    /// Calls `drop` for the entries that died, until there are none: `drop` may release further
    /// versions.
    #[cold]
    pub(super) fn drop_dead(&self) {
        let Some(drop) = self.options.drop else { return };
        // In a visit nothing can have died.
        if self.is_dropping.get() || self.visits.get() > 0 {
            return;
        }
        let mut dead = Vec::new();
        self.is_dropping.set(true);
        loop {
            if let Some(mut engine) = self.write_always() {
                engine.take_dead_into(&mut dead);
            }
            for (key, value) in dead.drain(..) {
                self.call_back(|| drop(self.options.context, key, value));
            }
            // One for which there was no memory.
            let last = self.write_always().and_then(|mut engine| engine.pop_dead());
            let Some((key, value)) = last else { break };
            self.call_back(|| drop(self.options.context, key, value));
        }
        self.is_dropping.set(false);
    }

    /// Runs `body` with committed versions whose entries stay alive meanwhile, whatever callbacks
    /// release.
    pub(super) fn with_pinned<T>(
        &self,
        versions: &[Version],
        body: impl FnOnce() -> Result<T, Status>,
    ) -> Result<T, Status> {
        let Some((&first, others)) = versions.split_first() else { return body() };
        let pin = self.pin(first)?;
        let result = self.with_pinned(others, body);
        self.unpin(pin);
        result
    }

    /// Pins a version. While the store is visited or freed nothing can be released, and no pin is
    /// needed: `None`.
    fn pin(&self, version: Version) -> Result<Option<Version>, Status> {
        if self.is_read_only() {
            self.read()?.at(version)?;
            return Ok(None);
        }
        self.write()?.pin(version)?;
        Ok(Some(version))
    }

    fn unpin(&self, pin: Option<Version>) {
        if let Some(pinned) = pin
            && let Some(mut engine) = self.write_always()
        {
            // It cannot fail: the pin has kept the version.
            let _ = engine.unpin(pinned);
        }
    }
}
