//! A version of the entries of two others, built at once where much differs.
//!
//! Both trees are in iteration order, so what they do not share is found in that order too, and so
//! is the result: nothing is hashed, looked up or sorted. The result is derived from the first
//! version and shares entries with it. What comes from the second is copied (V1).

use std::iter::Peekable;
use std::ops::ControlFlow;
use std::slice;

use super::error::{Error, WithError};
use super::{Store, Version};
use crate::arena::{Arena, Birth, Entries, Entry, EntryRef, NodeRef, Refused, TryPush};
use crate::arena::{filled, try_collect, with_room};
use crate::trie::{self, Sorted, order_key};

/// Where at least one entry in so many of the first version changes, a new tree takes less than an
/// edit.
const MANY: usize = 4;

/// Which entries of two versions a third one has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Combination {
    /// The entries of the first, and those of the second whose keys the first lacks.
    Union,
    /// As [`Union`](Combination::Union), but where both have a key, with the value of the second.
    Update,
    /// The entries of the first whose keys the second has too.
    Intersection,
    /// The entries of the first whose keys the second lacks.
    Difference,
    /// The entries of both whose keys the other lacks.
    SymmetricDifference,
}

impl Combination {
    /// Whether it has what the two versions share.
    fn has_shared(self) -> bool {
        use Combination::{Intersection, Union, Update};
        matches!(self, Union | Update | Intersection)
    }

    /// Whether it has entries that only the second version has.
    fn has_second(self) -> bool {
        use Combination::{SymmetricDifference, Union, Update};
        matches!(self, Union | Update | SymmetricDifference)
    }
}

/// An entry, and the order key of its hash.
type Ordered = (u32, EntryRef);

/// What becomes of an entry.
#[derive(Clone, Copy)]
struct Step {
    /// The order key of its hash.
    order: u32,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// An entry of the first version stays.
    Keep(EntryRef),
    /// An entry of the first version goes.
    Remove(EntryRef),
    /// An entry of the first version gets the value of another one.
    Replace(EntryRef, EntryRef),
    /// An entry of the second version comes.
    Add(EntryRef),
}

/// How a combination is made.
pub(crate) enum Plan {
    /// It is the first version.
    First,
    /// By an edit of the first version: little changes.
    Edit,
    /// By building a tree.
    Build(Tree),
}

/// The entries of a tree to be built, in iteration order.
#[derive(Default)]
pub(crate) struct Tree {
    sorted: Vec<Sorted>,
    /// Those that are made for it.
    made: Vec<Made>,
}

/// An entry to be made of the key of one that exists and the value of one that exists.
struct Made {
    /// Its index in [`Tree::sorted`].
    index: usize,
    key: EntryRef,
    value: EntryRef,
}

impl Tree {
    fn push(&mut self, order: u32, entry: EntryRef) -> Result<(), Refused> {
        self.sorted.try_push(Sorted { order, arrival: self.sorted.len() as u32, entry })
    }

    fn push_made(&mut self, order: u32, key: EntryRef, value: EntryRef) -> Result<(), Refused> {
        self.made.try_push(Made { index: self.sorted.len(), key, value })?;
        self.push(order, key)
    }

    #[inline]
    fn take(&mut self, Step { order, what }: Step) -> Result<(), Refused> {
        match what {
            What::Keep(entry) => self.push(order, entry),
            What::Remove(_) => Ok(()),
            What::Replace(old, new) => self.push_made(order, old, new),
            What::Add(entry) => self.push_made(order, entry, entry),
        }
    }

    /// Takes the steps that add entries before this place in the order.
    fn take_added_before(
        &mut self,
        order: u32,
        steps: &mut Peekable<slice::Iter<'_, Step>>,
    ) -> Result<(), Refused> {
        let is_due = |step: &&Step| matches!(step.what, What::Add(_)) && step.order < order;
        while let Some(step) = steps.next_if(is_due) {
            self.take(*step)?;
        }
        Ok(())
    }
}

impl<K, V, S> Store<K, V, S> {
    /// How to make a combination. `is_same_key` compares keys of one hash, each pair once;
    /// `is_same_value` says for an update whether a value need not be replaced by another.
    ///
    /// # Errors
    ///
    /// What `is_same_key` fails with; [`Error::Allocation`].
    pub(crate) fn plan<E>(
        &self,
        (first, second): (Version, Version),
        how: Combination,
        is_same_key: impl FnMut(&K, &K) -> Result<bool, E>,
        is_same_value: impl Fn(&V, &V) -> bool,
    ) -> Result<Plan, WithError<E>> {
        let (left, right) = self.roots(first, second)?;
        let len = self.len(first)?;
        let mut matching =
            Matching { entries: &self.arena.entries, how, is_same_key, is_same_value };
        let tree = if trie::share_near_root(self.arena.words.nodes(), left, right) {
            let steps = matching.steps(&self.arena, left, right)?;
            match how.has_shared() {
                true if steps.is_empty() => return Ok(Plan::First),
                true if steps.len() < len / MANY => return Ok(Plan::Edit),
                true => self.tree_with(left, &steps).map_err(refused)?,
                false => self.tree_with(NodeRef::NONE, &steps).map_err(refused)?,
            }
        } else {
            let left = self.in_order(left, len).map_err(refused)?;
            let right = self.in_order(right, self.len(second)?).map_err(refused)?;
            matching.merge(&left, &right)?
        };
        let is_first = tree.made.is_empty() && tree.sorted.len() == len;
        Ok(if is_first { Plan::First } else { Plan::Build(tree) })
    }

    /// The entries under a root, with the order keys of their hashes.
    fn in_order(&self, root: NodeRef, len: usize) -> Result<Vec<Ordered>, Refused> {
        let mut all = with_room(len)?;
        let _ = trie::for_each_entry(self.arena.words.nodes(), root, &mut |entry| {
            all.push((order_key(self.arena.entries.get(entry).hash), entry));
            ControlFlow::<()>::Continue(())
        });
        Ok(all)
    }

    /// The entries under a node, changed by these steps.
    fn tree_with(&self, root: NodeRef, steps: &[Step]) -> Result<Tree, Refused> {
        let mut tree = Tree::default();
        let mut steps = steps.iter().peekable();
        let mut take = |entry: EntryRef| {
            let order = order_key(self.arena.entries.get(entry).hash);
            tree.take_added_before(order, &mut steps)?;
            let is_changed = |step: &&Step| match step.what {
                What::Remove(old) | What::Replace(old, _) => old == entry,
                What::Keep(_) | What::Add(_) => false,
            };
            match steps.next_if(is_changed) {
                Some(step) => tree.take(*step),
                None => tree.push(order, entry),
            }
        };
        let taken =
            trie::for_each_entry(self.arena.words.nodes(), root, &mut |entry| match take(entry) {
                Ok(()) => ControlFlow::Continue(()),
                Err(refused) => ControlFlow::Break(refused),
            });
        if let ControlFlow::Break(refused) = taken {
            return Err(refused);
        }
        steps.try_for_each(|step| tree.take(*step))?;
        Ok(tree)
    }

    /// Makes a version of a tree that was planned, derived from `first`. `pairs` are copies of what
    /// its new entries are made of: see [`copies`](Store::copies).
    pub(crate) fn build_planned(
        &mut self,
        first: Version,
        tree: Tree,
        pairs: Vec<(K, V)>,
    ) -> Result<Version, Error> {
        let Tree { mut sorted, made } = tree;
        if sorted.is_empty() {
            return Ok(self.empty());
        }
        self.room_for_tree(trie::words_to_build(&sorted, 0), made.len(), &mut sorted)?;
        let parent = self.table.resolve(first)?;
        let stamp = self.take_stamp();
        for (Made { index, .. }, (key, value)) in made.into_iter().zip(pairs) {
            let hash = trie::hash_of(sorted[index].order);
            sorted[index].entry =
                self.arena.entries.alloc(Entry { birth: Birth::of(stamp), hash, key, value });
        }
        Ok(self.commit_sorted(parent, &sorted, stamp))
    }
}

impl<K: Clone, V: Clone, S> Store<K, V, S> {
    /// Copies of the keys and values that the new entries of a tree are made of.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`].
    pub(crate) fn copies(&self, tree: &Tree) -> Result<Vec<(K, V)>, Error> {
        let entries = &self.arena.entries;
        let copy = |made: &Made| {
            (entries.get(made.key).key.clone(), entries.get(made.value).value.clone())
        };
        try_collect(tree.made.iter().map(copy)).map_err(Error::refused)
    }
}

/// Finds out what becomes of entries.
struct Matching<'a, K, V, F, G> {
    entries: &'a Entries<K, V>,
    how: Combination,
    is_same_key: F,
    is_same_value: G,
}

impl<K, V, E, F, G> Matching<'_, K, V, F, G>
where
    F: FnMut(&K, &K) -> Result<bool, E>,
    G: Fn(&V, &V) -> bool,
{
    /// What becomes of the entries that two trees do not share, in iteration order. What stays is
    /// left out if what they share stays, too.
    fn steps(
        &mut self,
        arena: &Arena<K, V>,
        left: NodeRef,
        right: NodeRef,
    ) -> Result<Vec<Step>, WithError<E>> {
        let mut steps = Vec::new();
        let has_shared = self.how.has_shared();
        trie::try_each_group(arena.reader(), left, right, |hash, left, right| {
            let order = order_key(hash);
            self.group(left, right, |what| match what {
                What::Keep(_) if has_shared => Ok(()),
                What::Remove(_) if !has_shared => Ok(()),
                what => steps.try_push(Step { order, what }),
            })
        })?;
        Ok(steps)
    }

    /// The combination of two versions that share nothing, as all of their entries in order say.
    fn merge(&mut self, left: &[Ordered], right: &[Ordered]) -> Result<Tree, WithError<E>> {
        let mut tree = Tree::default();
        let (mut left, mut right) = (left, right);
        loop {
            let order = match (left.first(), right.first()) {
                (None, None) => return Ok(tree),
                (Some(&(order, _)), None) | (None, Some(&(order, _))) => order,
                (Some(&(a, _)), Some(&(b, _))) => a.min(b),
            };
            let (mine, theirs) = (take_equal(&mut left, order), take_equal(&mut right, order));
            let (mine, theirs) = (mine.iter().map(entry_of), theirs.iter().map(entry_of));
            self.group(mine, theirs, |what| tree.take(Step { order, what }))?;
        }
    }

    /// Passes on what becomes of entries of one hash.
    #[inline]
    fn group(
        &mut self,
        mut left: impl ExactSizeIterator<Item = EntryRef>,
        right: impl ExactSizeIterator<Item = EntryRef> + Clone,
        mut each: impl FnMut(What) -> Result<(), Refused>,
    ) -> Result<(), WithError<E>> {
        if left.len() + right.len() == 1 {
            left.try_for_each(|mine| each(self.fate(mine, None))).map_err(refused)?;
            let has_second = self.how.has_second();
            let mut added = right.filter(|_| has_second).map(What::Add);
            return added.try_for_each(each).map_err(refused);
        }
        let mut one = [false];
        let mut several;
        let matched = if right.len() == 1 {
            &mut one[..]
        } else {
            several = filled(false, right.len()).map_err(refused)?;
            &mut several[..]
        };
        for mine in left {
            let mut twin = None;
            for (theirs, is_matched) in right.clone().zip(matched.iter_mut()) {
                let (a, b) = (self.entries.get(mine), self.entries.get(theirs));
                if !*is_matched && (self.is_same_key)(&a.key, &b.key).map_err(WithError::Caller)? {
                    *is_matched = true;
                    twin = Some(theirs);
                    break;
                }
            }
            each(self.fate(mine, twin)).map_err(refused)?;
        }
        if self.how.has_second() {
            let mut only = right.zip(matched.iter()).filter(|(_, is_matched)| !**is_matched);
            only.try_for_each(|(theirs, _)| each(What::Add(theirs))).map_err(refused)?;
        }
        Ok(())
    }

    /// What becomes of an entry of the first version, if the second has an equal key or none.
    #[inline]
    fn fate(&self, mine: EntryRef, twin: Option<EntryRef>) -> What {
        use Combination::{Difference, Intersection, SymmetricDifference, Union, Update};
        match (self.how, twin) {
            (Update, Some(theirs)) => {
                let (old, new) = (self.entries.get(mine), self.entries.get(theirs));
                if (self.is_same_value)(&old.value, &new.value) {
                    What::Keep(mine)
                } else {
                    What::Replace(mine, theirs)
                }
            }
            (Union, _) | (Update, None) | (Intersection, Some(_)) => What::Keep(mine),
            (Difference | SymmetricDifference, None) => What::Keep(mine),
            (Intersection, None) | (Difference | SymmetricDifference, Some(_)) => {
                What::Remove(mine)
            }
        }
    }
}

fn refused<E>(refused: Refused) -> WithError<E> {
    WithError::Store(Error::refused(refused))
}

fn entry_of(&(_, entry): &Ordered) -> EntryRef {
    entry
}

/// Takes the first entries of this order off a slice.
#[inline]
fn take_equal<'a>(side: &mut &'a [Ordered], order: u32) -> &'a [Ordered] {
    let count = side.iter().take_while(|entry| entry.0 == order).count();
    let (equal, rest) = side.split_at(count);
    *side = rest;
    equal
}
