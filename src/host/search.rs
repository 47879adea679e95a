//! Finding a key whose comparison may run user code.
//!
//! [`search()`] owns the loop that every host needs: look at a candidate while the store is
//! borrowed, end the borrow, ask whether it is the key, and look again, because the code that was
//! asked may have used the store. The host says how it reaches the store, how two keys compare
//! where no user code is needed, and how to ask where it is.

use crate::store::error::Error;
use crate::store::{Store, Version};

use super::Probe;
use super::probe::resolve;

/// How often a search begins, at most, where the edit it searches is written meanwhile.
const MAX_ATTEMPTS: usize = 1_000;

/// A key that a host searches for, and how it compares.
pub trait KeySearch<K, V, S> {
    /// What the host fails with.
    type Error: From<Error>;
    /// What the host keeps of a candidate while the store is not borrowed: copies of its key and
    /// value, as a rule.
    type Candidate;

    /// Calls `read` with the store borrowed. No user code runs until it returns.
    ///
    /// # Errors
    ///
    /// Where the store cannot be borrowed.
    fn read<R>(&self, read: impl FnOnce(&Store<K, V, S>) -> R) -> Result<R, Self::Error>;

    /// Whether a stored key is the one searched for, if that can be told without user code. Called
    /// while the store is borrowed.
    fn compare(&self, stored: &K) -> Option<bool>;

    /// What to keep of a candidate. Called while the store is borrowed.
    fn keep(&self, key: &K, value: &V) -> Self::Candidate;

    /// Whether a candidate is the key searched for. Called while nothing is borrowed, so it may run
    /// user code, and that may use the store.
    ///
    /// # Errors
    ///
    /// What the user code fails with; the search fails with the same.
    fn ask(&mut self, candidate: &Self::Candidate, probe: &Probe) -> Result<bool, Self::Error>;
}

/// Where a search ended.
#[derive(Clone, Copy, Debug)]
pub struct Found<C> {
    /// The place of the key, or past the last candidate: where
    /// [`insert_at`](super::HostStore::insert_at) puts a new key.
    pub probe: Probe,
    /// The candidate that is the key; `None` where there is no such key.
    pub candidate: Option<C>,
}

/// Searches a version, or an open edit, for a key of this folded hash.
///
/// Begins anew where user code wrote to the open edit meanwhile.
///
/// # Errors
///
/// [`Error::Stale`], [`Error::OtherStore`]; [`Error::Changed`] for an edit that was written during
/// each of a thousand attempts; what [`KeySearch::ask`] fails with.
pub fn search<K, V, S, H: KeySearch<K, V, S>>(
    host: &mut H,
    version: Version,
    hash: u32,
) -> Result<Found<H::Candidate>, H::Error> {
    let probe = host.read(|store| Probe::new(store, version, hash))??;
    search_from(host, probe)
}

/// [`search()`] from a place on: for a host that has asked of the candidates before it.
///
/// # Errors
///
/// As [`search()`].
pub fn search_from<K, V, S, H: KeySearch<K, V, S>>(
    host: &mut H,
    mut probe: Probe,
) -> Result<Found<H::Candidate>, H::Error> {
    let (version, hash) = (probe.version, probe.hash);
    let mut attempts = 1;
    loop {
        let next = match host.read(|store| next_candidate(host, store, &mut probe))? {
            Ok(Next::None) => return Ok(Found { probe, candidate: None }),
            Ok(Next::Equal(candidate)) => return Ok(Found { probe, candidate: Some(candidate) }),
            Ok(Next::Unknown(candidate)) => {
                let is_key = host.ask(&candidate, &probe)?;
                match host.read(|store| resolve(store, probe.version, probe.revision))? {
                    Ok(_) if is_key => return Ok(Found { probe, candidate: Some(candidate) }),
                    unchanged => unchanged.map(|_| probe.advance()),
                }
            }
            Err(error) => Err(error),
        };
        match next {
            Ok(()) => {}
            Err(Error::Changed { .. }) if attempts < MAX_ATTEMPTS => {
                attempts += 1;
                probe = host.read(|store| Probe::new(store, version, hash))??;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The next candidate that is the key, or may be.
enum Next<C> {
    None,
    Equal(C),
    Unknown(C),
}

fn next_candidate<K, V, S, H: KeySearch<K, V, S>>(
    host: &H,
    store: &Store<K, V, S>,
    probe: &mut Probe,
) -> Result<Next<H::Candidate>, Error> {
    while let Some((key, value)) = probe.candidate(store)? {
        match host.compare(key) {
            Some(true) => return Ok(Next::Equal(host.keep(key, value))),
            None => return Ok(Next::Unknown(host.keep(key, value))),
            Some(false) => probe.advance(),
        }
    }
    Ok(Next::None)
}
