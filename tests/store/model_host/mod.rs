//! A small host: it searches a store for a key, and its user code may do anything to that store.

use std::cell::{Cell, RefCell};

use hedgerow::host::{Found, KeySearch, Probe, search};
use hedgerow::{Error, Version};

use crate::support::{ChosenHash, Key, KeyStore};

/// What a search of [`Host`] fails with.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Store(Error),
    /// User code failed.
    Raised,
    /// The store could not be borrowed.
    Borrowed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Store(error)
    }
}

/// User code: gets the store, the candidate, and how often it was asked before. It runs before the
/// host answers whether the candidate is the key.
pub(crate) type UserCode<'a> =
    Box<dyn FnMut(&mut KeyStore, Key, usize) -> Result<(), Failure> + 'a>;

/// A small host that searches for a key, and records what it was asked.
pub(crate) struct Host<'a> {
    pub(crate) store: RefCell<KeyStore>,
    pub(crate) key: Key,
    /// Stored keys that compare without user code, by name.
    pub(crate) exact: Vec<u32>,
    pub(crate) user_code: UserCode<'a>,
    /// The candidates that user code was asked about, by name.
    pub(crate) asked: Vec<u32>,
    /// How often the store can still be borrowed.
    pub(crate) reads_left: Cell<usize>,
}

impl<'a> Host<'a> {
    /// A host whose user code only answers.
    pub(crate) fn new(store: KeyStore, key: Key) -> Self {
        Host {
            store: RefCell::new(store),
            key,
            exact: Vec::new(),
            user_code: Box::new(|_, _, _| Ok(())),
            asked: Vec::new(),
            reads_left: Cell::new(usize::MAX),
        }
    }

    /// A host with this user code.
    pub(crate) fn with_code(
        store: KeyStore,
        key: Key,
        code: impl FnMut(&mut KeyStore, Key, usize) -> Result<(), Failure> + 'a,
    ) -> Self {
        Host { user_code: Box::new(code), ..Host::new(store, key) }
    }

    /// Searches a version for the key.
    pub(crate) fn search(&mut self, version: Version) -> Result<Found<(Key, u64)>, Failure> {
        let hash = hedgerow::fold(self.key.hash);
        search(self, version, hash)
    }

    /// The name and value of the key that was found.
    pub(crate) fn find(&mut self, version: Version) -> Result<Option<(u32, u64)>, Failure> {
        let found = self.search(version)?;
        Ok(found.candidate.map(|(key, value)| (key.name, value)))
    }
}

impl KeySearch<Key, u64, ChosenHash> for Host<'_> {
    type Error = Failure;
    type Candidate = (Key, u64);

    fn read<R>(&self, read: impl FnOnce(&KeyStore) -> R) -> Result<R, Failure> {
        let left = self.reads_left.get().checked_sub(1).ok_or(Failure::Borrowed)?;
        self.reads_left.set(left);
        self.store.try_borrow().map(|store| read(&store)).map_err(|_| Failure::Borrowed)
    }

    fn compare(&self, stored: &Key) -> Option<bool> {
        self.exact.contains(&stored.name).then(|| *stored == self.key)
    }

    fn keep(&self, key: &Key, value: &u64) -> (Key, u64) {
        (*key, *value)
    }

    fn ask(&mut self, candidate: &(Key, u64), _: &Probe) -> Result<bool, Failure> {
        let asked_before = self.asked.len();
        self.asked.push(candidate.0.name);
        let mut store = self.store.try_borrow_mut().expect("nothing is borrowed");
        (self.user_code)(&mut store, candidate.0, asked_before)?;
        Ok(candidate.0 == self.key)
    }
}
