//! Finding a key when its equality may be code of the user: no borrow is alive while that runs.
//!
//! After `_Py_dict_lookup` of `Objects/dictobject.c`. Keys of the same hash are compared in the
//! order of insertion, the stored key on the left. Before that the stored key is kept alive and the
//! dict is let go of. Afterwards, if the stored key is no longer where it was, the dict was changed
//! under the search, which starts again. Otherwise the answer counts, even if the dict was changed
//! elsewhere; keys that came meanwhile are compared as well, so that an insert never makes a second
//! entry for one key.

use std::borrow::Borrow;

use super::key::Key;
use super::table::{Quick, Table};
use crate::object::eq::{equal, is};
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{ObjectError, Value};

/// A way to a dict's table: a borrow of the dict, or a lock that is taken for one step at a time.
pub(super) trait Reach {
    /// `Table` if it may be written, `&Table` if not.
    type Access: Borrow<Table>;

    /// One step. It runs no code of the user: it compares plain values, clones references, and
    /// hands out what is to be dropped.
    fn with<T>(&mut self, step: impl FnOnce(&mut Self::Access) -> T) -> T;

    fn policy(&self) -> &HashPolicy;

    /// A step that only reads.
    fn look<T>(&mut self, step: impl FnOnce(&Table) -> T) -> T {
        self.with(|access| step((*access).borrow()))
    }
}

/// Finds a key, and acts on where it is (or is not) in the step that made sure of it.
///
/// # Errors
///
/// What the equality of a key fails with. Then `act` was not called.
#[inline(always)]
pub(super) fn find<R: Reach, K: Key + ?Sized, T>(
    reach: &mut R,
    hash: i64,
    key: &K,
    act: impl FnOnce(&mut R::Access, Option<u32>) -> T,
) -> Result<T, ObjectError> {
    let quick = reach.with(|access| match (*access).borrow().quick(hash, key) {
        Quick::Certain(place) => Ok(act(access, place)),
        Quick::Ask => Err(act),
    });
    match quick {
        Ok(done) => Ok(done),
        Err(act) => find_asking(reach, hash, key, act),
    }
}

/// What one step of a search came to.
enum Step<T> {
    Done(T),
    Ask { stored: Value, position: u32 },
}

/// [`find`] after a look at the plain keys did not settle it.
#[cold]
pub(super) fn find_asking<R: Reach, K: Key + ?Sized, T>(
    reach: &mut R,
    hash: i64,
    key: &K,
    act: impl FnOnce(&mut R::Access, Option<u32>) -> T,
) -> Result<T, ObjectError> {
    let mut act = Some(act);
    let mut finish = |access: &mut R::Access, place| {
        let act = act.take().expect("a search ends once");
        Step::Done(act(access, place))
    };
    let given = key.to_value();
    let mut search = Search::default();
    loop {
        let step = reach.with(|access| match search.next((*access).borrow(), hash, key) {
            Next::Ask(stored, position) => Step::Ask { stored, position },
            Next::Found(position) => finish(access, Some(position)),
            Next::Nowhere => finish(access, None),
        });
        let (stored, position) = match step {
            Step::Done(done) => return Ok(done),
            Step::Ask { stored, position } => (stored, position),
        };
        let answer = equal(&stored, &given)?;
        let step = reach.with(|access| {
            let stands = search.stands((*access).borrow(), position, &stored);
            (stands && answer).then(|| finish(access, Some(position))).ok_or(stands)
        });
        match step {
            Ok(Step::Done(done)) => return Ok(done),
            Err(true) => search.unequal.push(stored),
            _ => search = Search::default(),
        }
    }
}

enum Next {
    Ask(Value, u32),
    Found(u32),
    Nowhere,
}

/// How far a search has come. It holds keys, and must be dropped outside of a step.
#[derive(Default)]
struct Search {
    /// The counters of the table when the candidates were listed.
    listed: Option<(u64, u64)>,
    /// Keys of the hash, those to be compared first at the end.
    candidates: Vec<u32>,
    /// Keys that were compared.
    unequal: Vec<Value>,
}

impl Search {
    fn next<K: Key + ?Sized>(&mut self, table: &Table, hash: i64, key: &K) -> Next {
        let now = (table.moves(), table.changes());
        if self.listed != Some(now) {
            self.listed = Some(now);
            self.candidates = table.candidates(hash);
        }
        while let Some(position) = self.candidates.pop() {
            let Some(entry) = table.get(position as usize) else { continue };
            match key.matches(&entry.key) {
                Some(true) => return Next::Found(position),
                Some(false) => {}
                None if self.unequal.iter().any(|seen| is(seen, &entry.key)) => {}
                None => return Next::Ask(entry.key.clone(), position),
            }
        }
        Next::Nowhere
    }

    /// Whether the key that was compared is still where it was.
    fn stands(&self, table: &Table, position: u32, stored: &Value) -> bool {
        self.listed.is_some_and(|(moves, _)| moves == table.moves())
            && table.get(position as usize).is_some_and(|entry| is(&entry.key, stored))
    }
}
