//! The steps of the programs of `live`, and who plays them.

use super::views::Operation;
use fastrand::Rng;
use hedgerow::object::{ObjectError, Value};
use serde::Serialize;

/// The dicts of one program.
pub(super) const DICTS: usize = 2;

/// Iterators that are open at a time.
pub(super) const ITERATORS: usize = 4;

/// One step. The first number is that of a dict or of an iterator, others are indices of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Set(usize, usize, usize),
    Delete(usize, usize),
    Pop(usize, usize),
    SetDefault(usize, usize, usize),
    PopItem(usize),
    Clear(usize),
    /// With any value, or with the other dict.
    Update(usize, usize),
    UpdateOf(usize),
    Get(usize, usize),
    Item(usize, usize),
    Contains(usize, usize),
    InValues(usize, usize),
    InItems(usize, usize, usize),
    Show(usize),
    Views(usize),
    Reversed(usize),
    Copy(usize),
    Hash(usize),
    EqualTo(usize),
    Union(usize, usize),
    UnionOf(usize),
    View(usize, Operation),
    /// Iterator, dict, and what is iterated over.
    Open(usize, usize, Over),
    Next(usize),
    /// How many items an iterator says it has left.
    Left(usize),
}

/// A view, and the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Over {
    pub(super) view: View,
    pub(super) is_reversed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum View {
    Keys,
    Values,
    Items,
}

/// A side that plays steps here.
pub(super) trait Player {
    fn step(&mut self, step: &Step) -> Result<String, ObjectError>;

    /// The keys of a dict, in order.
    fn keys(&self, dict: usize) -> Vec<Value>;

    /// The entries of a dict as a list of pairs prints.
    fn items(&self, dict: usize) -> Result<String, ObjectError>;
}

impl Step {
    pub(super) fn of_shared(rng: &mut Rng, count: usize) -> Step {
        let dict = rng.usize(0..DICTS);
        let any = |rng: &mut Rng| match rng.u32(0..12) {
            0 => count + rng.usize(0..DICTS),
            _ => rng.usize(0..count),
        };
        let key = |rng: &mut Rng| match rng.u32(0..40) {
            0 => any(rng),
            _ => rng.usize(0..count),
        };
        let (key, any) = (key(rng), any(rng));
        match rng.u32(0..100) {
            0..24 => Step::Set(dict, key, any),
            24..36 => Step::Delete(dict, key),
            36..40 => Step::Pop(dict, key),
            40..44 => Step::SetDefault(dict, key, any),
            44..47 => Step::PopItem(dict),
            47 => Step::Clear(dict),
            48..50 => Step::Update(dict, any),
            50..52 => Step::UpdateOf(dict),
            _ => Step::of_both(rng, dict, count, key, any),
        }
    }

    pub(super) fn of_proxy(rng: &mut Rng, names: usize, count: usize) -> Step {
        let (dict, name) = (rng.usize(0..DICTS), rng.usize(0..names));
        let (key, any) = (rng.usize(0..count), rng.usize(0..count));
        match rng.u32(0..100) {
            0..22 => Step::Set(dict, name, any),
            22..36 => Step::Delete(dict, name),
            36..52 => Step::Contains(dict, any),
            _ => Step::of_both(rng, dict, count, key, any),
        }
    }

    /// What only reads.
    fn of_both(rng: &mut Rng, dict: usize, count: usize, key: usize, any: usize) -> Step {
        let iterator = rng.usize(0..ITERATORS);
        match rng.u32(0..46) {
            0..2 => Step::Get(dict, key),
            2..4 => Step::Item(dict, key),
            4 => Step::Contains(dict, key),
            5 => Step::InValues(dict, any),
            6..8 => Step::InItems(dict, key, any),
            8 => Step::Show(dict),
            9 => Step::Views(dict),
            10 => Step::Reversed(dict),
            11 => Step::Copy(dict),
            12 => Step::Hash(dict),
            13 => Step::EqualTo(dict),
            14 => Step::Union(dict, any),
            15 => Step::UnionOf(dict),
            16..22 => Step::View(dict, Operation::random(rng, count)),
            22..28 => {
                let view = [View::Keys, View::Values, View::Items][rng.usize(0..3)];
                Step::Open(iterator, dict, Over { view, is_reversed: rng.bool() })
            }
            28..42 => Step::Next(iterator),
            _ => Step::Left(iterator),
        }
    }

    /// The dict that the step may change.
    pub(super) fn dict(&self) -> Option<usize> {
        match *self {
            Step::Set(dict, ..)
            | Step::Delete(dict, _)
            | Step::Pop(dict, _)
            | Step::SetDefault(dict, ..)
            | Step::PopItem(dict)
            | Step::Clear(dict)
            | Step::Update(dict, _)
            | Step::UpdateOf(dict) => Some(dict),
            _ => None,
        }
    }
}
