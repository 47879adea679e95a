//! The methods that hosts find, read and write by. `operations` implements them.

use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;

#[cfg(doc)]
use crate::store::Store;
use crate::store::error::{Error, WithError};
use crate::store::{Batch, Version, View};

use super::{Cursor, Probe, Unshared};

/// What a host says of a stored pair whose key has the folded hash that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMatch {
    /// Another key.
    Different,
    /// The key, with a value that is to be replaced. The stored key stays.
    Equal,
    /// As [`Equal`](KeyMatch::Equal), where the given key cannot be told from the stored one: the
    /// given key replaces it, which saves a clone.
    Identical,
    /// The key, with the very value that is to be put: there is nothing to do.
    Unchanged,
}

/// What a host needs of a [`Store`]. Implemented for every store, and for nothing else.
///
/// See [the module](super) for which method serves what. Where a method takes a version, it takes
/// an open edit as well, unless it says otherwise.
pub trait HostStore<K, V, S>: sealed::Sealed {
    /// The folded hash of a key in this store.
    fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u32
    where
        S: BuildHasher;

    /// The hasher.
    fn hasher(&self) -> &S;

    /// The entry of a folded hash whose key `is_key` accepts.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`].
    ///
    /// ```
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store: hedgerow::Store<&str, u32> = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// let hash = store.hash_of("a");
    /// assert_eq!(store.get_hashed(one, hash, |key| *key == "a")?, Some((&"a", &1)));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn get_hashed(
        &self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&K) -> bool,
    ) -> Result<Option<(&K, &V)>, Error>;

    /// Puts a value under a key of this folded hash, in one walk. A key that is stored stays, as in
    /// Python; `key` is for the case that there is none.
    ///
    /// Of a committed version this makes a new one, or returns the same one for
    /// [`KeyMatch::Unchanged`]. An open edit is written in place, and its own handle returned.
    ///
    /// `compare` is called with every stored pair of this folded hash, until it accepts one. The
    /// store is borrowed meanwhile, so it runs no user code. Where it would have to, it returns an
    /// error of the host's: then nothing is changed, and [`search`](super::search()) takes over.
    ///
    /// Costs what [`Store::insert`] costs.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::Full`], [`Error::Allocation`]; what
    /// `compare` fails with. No version is changed, and the key and value are dropped.
    ///
    /// ```
    /// use hedgerow::host::{HostStore, KeyMatch};
    /// use hedgerow::{Store, WithError};
    ///
    /// let mut store: Store<&str, u32> = Store::new();
    /// let put = |store: &mut Store<&'static str, u32>, version, key: &'static str, value| {
    ///     store.insert_hashed(version, key.len() as u32, key, value, |k, v| {
    ///         Ok::<_, WithError<()>>(match (*k == key, *v == value) {
    ///             (false, _) => KeyMatch::Different,
    ///             (true, false) => KeyMatch::Equal,
    ///             (true, true) => KeyMatch::Unchanged,
    ///         })
    ///     })
    /// };
    /// let empty = store.empty();
    /// let one = put(&mut store, empty, "a", 1).unwrap();
    /// assert_eq!(put(&mut store, one, "a", 1).unwrap(), one);
    /// assert_ne!(put(&mut store, one, "a", 2).unwrap(), one);
    /// ```
    fn insert_hashed<E>(
        &mut self,
        version: Version,
        hash: u32,
        key: K,
        value: V,
        compare: impl FnMut(&K, &V) -> Result<KeyMatch, E>,
    ) -> Result<Version, WithError<E>>
    where
        K: Clone;

    /// Removes the key of this folded hash that `is_key` accepts, in one walk. Returns a new
    /// version, or the handle of the open edit; `None` where there is no such key. `is_key` runs no
    /// user code, as `compare` of [`insert_hashed`](HostStore::insert_hashed).
    ///
    /// # Errors
    ///
    /// As [`remove_at`](HostStore::remove_at); what `is_key` fails with. No version is changed.
    fn remove_hashed<E>(
        &mut self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&K) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>>;

    /// Walks to the first key in a version that has this folded hash. O(depth of the tree).
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`].
    fn probe(&self, version: Version, hash: u32) -> Result<Probe, Error>;

    /// A probe at the candidate of this ordinal, counted from 0. Walks nowhere: for a host that
    /// knows from another walk which candidate it is.
    ///
    /// # Errors
    ///
    /// As [`probe`](HostStore::probe).
    fn probe_at(&self, version: Version, hash: u32, ordinal: u32) -> Result<Probe, Error>;

    /// The key and value that a probe stands at; `None` past the last candidate.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::Changed`] for an open edit that was
    /// written since.
    fn candidate(&self, probe: &Probe) -> Result<Option<(&K, &V)>, Error>;

    /// Writes where a probe stands: over the candidate, or as a new key past the last one. Of a
    /// committed version this makes a new one. An open edit is written in place, and its own handle
    /// is returned.
    ///
    /// The key replaces the candidate's. To keep the old key, as Python does, pass a clone of it.
    ///
    /// # Errors
    ///
    /// As [`candidate`](HostStore::candidate); [`Error::Full`], [`Error::Allocation`].
    fn insert_at(&mut self, probe: Probe, key: K, value: V) -> Result<Version, Error>;

    /// Removes the candidate that a probe stands at. Returns as
    /// [`insert_at`](HostStore::insert_at).
    ///
    /// # Errors
    ///
    /// As [`insert_at`](HostStore::insert_at); [`Error::Misuse`] past the last candidate.
    fn remove_at(&mut self, probe: Probe) -> Result<Version, Error>;

    /// The value of the key that `is_key` accepts among those of this folded hash.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; what `is_key` fails with.
    fn get_with<E>(
        &self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&K) -> Result<bool, E>,
    ) -> Result<Option<&V>, WithError<E>>;

    /// [`Store::insert`] with a hash of the host's, and an equality that may fail and may do
    /// anything to the store, which it is passed: `is_key(store, probe, key)` compares the probe's
    /// [`candidate`](HostStore::candidate) with the key. On an open edit it is called again from
    /// the start if it wrote to that edit, in at most a thousand attempts; then this fails with
    /// [`Error::Changed`].
    ///
    /// # Errors
    ///
    /// As [`insert_at`](HostStore::insert_at); what `is_key` fails with. The key and value are
    /// dropped.
    fn insert_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        key: K,
        value: V,
        is_key: impl FnMut(&mut Self, &Probe, &K) -> Result<bool, E>,
    ) -> Result<Version, WithError<E>>;

    /// [`Store::remove`] with a hash of the host's, and an equality as that of
    /// [`insert_with`](HostStore::insert_with). `None` where the key is absent.
    ///
    /// # Errors
    ///
    /// As [`remove_at`](HostStore::remove_at); what `is_key` fails with.
    fn remove_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&mut Self, &Probe) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>>;

    /// A version of the entries of a batch: [`Store::bulk`] where the hashes of keys are the
    /// host's own, or their equality can fail.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::Allocation`]. The batch is dropped.
    fn bulk_batch(&mut self, batch: Batch<K, V>) -> Result<Version, Error>;

    /// Opens an edit on a committed version, in O(1). In the end its handle goes to
    /// [`commit`](HostStore::commit) or [`abandon`](HostStore::abandon); until then the methods of
    /// this trait read and write it. The base stays as it is, and may be released.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::WrongState`]; [`Error::Full`],
    /// [`Error::Allocation`].
    ///
    /// ```
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let base = store.insert(store.empty(), "a", 1)?;
    /// let edit = store.open(base)?;
    /// store.release(base)?;
    /// let hash = store.hash_of("b");
    /// let probe = store.probe(edit, hash)?; // no candidate: "b" is new
    /// store.insert_at(probe, "b", 2)?;
    /// let version = store.commit(edit)?;
    /// assert_eq!(store.len(version)?, 2);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn open(&mut self, base: Version) -> Result<Version, Error>;

    /// The edits that are open, in no particular order. Among them are those whose
    /// [`Edit`](crate::Edit) was leaked, as by [`std::mem::forget`]: they hold what they held until
    /// they are abandoned or committed here. Costs O(rows of the version table).
    fn open_edits(&self) -> impl Iterator<Item = Version>;

    /// Ends an edit: what it holds is a version from now on, under the same handle. (The handle of
    /// an edit that holds nothing becomes stale; the empty version is returned.)
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::WrongState`] if it is committed already.
    fn commit(&mut self, edit: Version) -> Result<Version, Error>;

    /// Ends an edit, and frees what it made.
    ///
    /// # Errors
    ///
    /// As [`commit`](HostStore::commit).
    fn abandon(&mut self, edit: Version) -> Result<(), Error>;

    /// A view of what an open edit holds now.
    ///
    /// # Errors
    ///
    /// As [`commit`](HostStore::commit).
    fn at_open(&self, edit: Version) -> Result<View<'_, K, V, S>, Error>;

    /// Starts a walk over a version that holds no borrow: for iterators of a host language.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`].
    fn cursor(&self, version: Version) -> Result<Cursor, Error>;

    /// The next entry of a walk, in CPython's order; `None` after the last. O(1) where the entries
    /// of the version follow each other in the arena, as after [`Store::bulk`]; else O(depth of the
    /// tree).
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::Changed`] for an open edit that was
    /// written since.
    fn advance(&self, cursor: &mut Cursor) -> Result<Option<(&K, &V)>, Error>;

    /// Passes up to `count` further entries of a walk to `visit`, and returns how many there were:
    /// fewer than `count` only at the end. Walks down the tree once, not at each step: for
    /// iterators that fetch ahead.
    ///
    /// # Errors
    ///
    /// As [`advance`](HostStore::advance).
    ///
    /// ```
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let version = store.bulk((0..10).map(|n| (n, n)))?;
    /// let mut cursor = store.cursor(version)?;
    /// let mut sum = 0;
    /// assert_eq!(store.advance_by(&mut cursor, 8, |_, value| sum += value)?, 8);
    /// assert_eq!(store.advance_by(&mut cursor, 8, |_, value| sum += value)?, 2);
    /// assert_eq!(sum, 45);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn advance_by(
        &self,
        cursor: &mut Cursor,
        count: usize,
        visit: impl FnMut(&K, &V),
    ) -> Result<usize, Error>;

    /// [`advance_by`](HostStore::advance_by), which then passes `look` up to `count` of the entries
    /// that the walk comes to next: those of [`upcoming`](HostStore::upcoming), in the same walk.
    ///
    /// # Errors
    ///
    /// As [`advance`](HostStore::advance).
    fn advance_by_looking_ahead(
        &self,
        cursor: &mut Cursor,
        count: usize,
        visit: impl FnMut(&K, &V),
        look: impl FnMut(&K, &V),
    ) -> Result<(), Error>;

    /// The entries a walk comes to next, without a step of it. For hosts whose keys and values are
    /// pointers, to prefetch what those point to.
    ///
    /// # Errors
    ///
    /// As [`advance`](HostStore::advance).
    ///
    /// ```
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let version = store.bulk((0..10).map(|n| (n, n)))?;
    /// let mut cursor = store.cursor(version)?;
    /// store.advance_by(&mut cursor, 8, |_, _| ())?;
    /// let next: Vec<_> = store.upcoming(&cursor)?.map(|(key, _)| *key).collect();
    /// let mut visited = Vec::new();
    /// store.advance_by(&mut cursor, 8, |key, _| visited.push(*key))?;
    /// assert_eq!(next, visited);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn upcoming<'a>(
        &'a self,
        cursor: &Cursor,
    ) -> Result<impl Iterator<Item = (&'a K, &'a V)> + use<'a, Self, K, V, S>, Error>
    where
        K: 'a,
        V: 'a;

    /// Walks two versions down together, and passes `visit` the entries they do not share, hash by
    /// hash in iteration order, until it breaks. Compares references and hashes only, so no user
    /// code runs. From these groups a host makes equality, a diff, a merge or a union by an
    /// equality of its own.
    ///
    /// Costs what differs between relatives; O(n) for strangers.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.bulk((0..100_000).map(|n| (n, n)))?;
    /// let b = store.insert(a, 7, 70)?;
    /// let mut seen = Vec::new();
    /// let end = store.unshared(a, b, |group| {
    ///     seen.extend(group.left().zip(group.right()).map(|(l, r)| (*l.0, *l.1, *r.1)));
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!((seen, end), (vec![(7, 7, 70)], ControlFlow::Continue(())));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    fn unshared<B>(
        &self,
        a: Version,
        b: Version,
        visit: impl FnMut(Unshared<'_, K, V>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Error>;
}

pub(super) mod sealed {
    pub trait Sealed {}
    impl<K, V, S> Sealed for crate::store::Store<K, V, S> {}
}
