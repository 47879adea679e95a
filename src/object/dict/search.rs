//! Finding a key whose equality may run user code, without a borrow while that runs.
//!
//! After `_Py_dict_lookup` of `Objects/dictobject.c`, but in the order of insertion: CPython
//! compares keys of the same hash in the order of its slots, which is another one once a removed
//! slot was taken again. The stored key is on the left. Before user code runs, the stored key is
//! cloned and the dict unlocked. If the stored key is no longer at its position afterwards, the
//! search starts again. Otherwise the result counts, even if the dict has changed elsewhere. Keys
//! that were added meanwhile are compared too, so an insert never makes a second entry for one key.

use std::borrow::Borrow;

use super::key::Key;
use super::table::{Quick, Table};
use crate::Error;
use crate::object::eq::{equal, is};
use crate::object::hash_policy::HashPolicy;
use crate::object::room::TryPush;
use crate::object::value::{ObjectError, Value};

/// Access to the table of a dict in steps: by a borrow of the dict, or by a lock for each step.
pub(super) trait TableAccess {
    /// `Table` to write to it, `&Table` to read it.
    type Access: Borrow<Table>;

    /// Runs one step. It runs no user code: it may compare by [`Key::matches`] and clone values,
    /// and returns what has to be dropped.
    fn with<T>(&mut self, step: impl FnOnce(&mut Self::Access) -> T) -> T;

    fn policy(&self) -> &HashPolicy;

    /// A step that only reads.
    fn look<T>(&mut self, step: impl FnOnce(&Table) -> T) -> T {
        self.with(|access| step((*access).borrow()))
    }
}

/// Finds a key, and calls `act` with its position in the step that determines it.
///
/// # Errors
///
/// What the equality of a key fails with. Then `act` was not called.
#[inline(always)]
pub(super) fn find<R: TableAccess, K: Key + ?Sized, T>(
    dict: &mut R,
    hash: i64,
    key: &K,
    act: impl FnOnce(&mut R::Access, Option<u32>) -> T,
) -> Result<T, ObjectError> {
    let quick = dict.with(|access| match (*access).borrow().quick(hash, key) {
        Quick::Certain(position) => Ok(act(access, position)),
        Quick::Ask => Err(act),
    });
    match quick {
        Ok(done) => Ok(done),
        Err(act) => find_asking(dict, hash, key, act),
    }
}

/// The result of one step of a search.
enum Step<T> {
    Done(T),
    Ask { stored: Value, position: u32 },
}

/// [`find`] where user code has to compare.
#[cold]
pub(super) fn find_asking<R: TableAccess, K: Key + ?Sized, T>(
    dict: &mut R,
    hash: i64,
    key: &K,
    act: impl FnOnce(&mut R::Access, Option<u32>) -> T,
) -> Result<T, ObjectError> {
    let mut act = Some(act);
    let mut finish = |access: &mut R::Access, position| {
        let act = act.take().expect("a search ends once");
        Step::Done(act(access, position))
    };
    let given = key.to_value();
    let mut search = Search::default();
    loop {
        let step = dict.with(|access| match search.next((*access).borrow(), hash, key) {
            Ok(Next::Ask(stored, position)) => Ok(Step::Ask { stored, position }),
            Ok(Next::Found(position)) => Ok(finish(access, Some(position))),
            Ok(Next::Absent) => Ok(finish(access, None)),
            Err(refused) => Err(refused),
        })?;
        let (stored, position) = match step {
            Step::Done(done) => return Ok(done),
            Step::Ask { stored, position } => (stored, position),
        };
        let is_equal = equal(&stored, &given)?;
        let step = dict.with(|access| {
            let is_there = search.is_still_there((*access).borrow(), position, &stored);
            (is_there && is_equal).then(|| finish(access, Some(position))).ok_or(is_there)
        });
        match step {
            Ok(Step::Done(done)) => return Ok(done),
            Err(true) => search.unequal.try_push(stored)?,
            _ => search = Search::default(),
        }
    }
}

enum Next {
    Ask(Value, u32),
    Found(u32),
    Absent,
}

/// The state of a search. It holds keys, so it must be dropped outside of a step.
#[derive(Default)]
struct Search {
    /// The counters of the table from when the candidates were listed.
    listed: Option<(u64, u64)>,
    /// Positions of the keys of this hash, the next one to compare at the end.
    candidates: Vec<u32>,
    /// Keys that user code has compared.
    unequal: Vec<Value>,
}

impl Search {
    fn next<K: Key + ?Sized>(&mut self, table: &Table, hash: i64, key: &K) -> Result<Next, Error> {
        let now = (table.moves(), table.changes());
        if self.listed != Some(now) {
            self.listed = Some(now);
            self.candidates = table.candidates(hash)?;
        }
        while let Some(position) = self.candidates.pop() {
            let Some(entry) = table.get(position as usize) else { continue };
            match key.matches(&entry.key) {
                Some(true) => return Ok(Next::Found(position)),
                Some(false) => {}
                None if self.unequal.iter().any(|seen| is(seen, &entry.key)) => {}
                None => return Ok(Next::Ask(entry.key.clone(), position)),
            }
        }
        Ok(Next::Absent)
    }

    /// Whether the key that was compared is still at its position.
    fn is_still_there(&self, table: &Table, position: u32, stored: &Value) -> bool {
        self.listed.is_some_and(|(moves, _)| moves == table.moves())
            && table.get(position as usize).is_some_and(|entry| is(&entry.key, stored))
    }
}
