//! What a fuzzer's bytes are read as. Numbers choose among what there is, modulo its count, so
//! every history can be played.

use arbitrary::{Arbitrary, Result, Unstructured};

/// Writes of one closed edit are at most this many.
const LONGEST_EDIT: usize = 40;
/// Enough for a bulk build to promote at two levels.
const LONGEST_BULK: usize = 120;

/// A store's setting, and what is done to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct History {
    /// How the store is set up.
    pub setting: Setting,
    /// What is done, in order. Last, because it takes all bytes that are left.
    #[arbitrary(with = steps)]
    pub steps: Vec<Step>,
}

/// How the store is set up.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Setting {
    /// The arena has few words, entries and versions, so that steps are refused.
    pub is_tight: bool,
    /// Birth stamps start just below their limit, so that they run out at once.
    pub has_late_stamps: bool,
    /// The store compacts of its own accord.
    pub compacts_itself: bool,
}

/// One thing done to the store. The first numbers choose versions, or open edits.
#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    /// A version with one more or one changed entry.
    Insert(u8, Write),
    /// A version without a key, or nothing where it is absent.
    Remove(u8, u8),
    /// Ends a version at once.
    Release(u8),
    /// Ends a version, and leaves the work to compaction.
    Forget(u8),
    /// One edit from beginning to end; true commits it, false drops it.
    Edit(u8, #[arbitrary(with = writes)] Vec<Write>, bool),
    /// Opens an edit that stays open while other things happen.
    Open(u8),
    /// Writes to an open edit.
    WriteOpen(u8, Write),
    /// Makes an open edit a version.
    Commit(u8),
    /// Ends an open edit, and what it made.
    Abandon(u8),
    /// Moves everything together.
    Compact,
    /// Builds a version from pairs.
    Bulk(#[arbitrary(with = pairs)] Vec<(u8, u8)>),
    /// Compares two versions, and lists their differences.
    Compare(u8, u8),
    /// Merges two versions on the base of a third.
    Merge(u8, u8, u8),
    /// All keys of either.
    Union(u8, u8),
    /// The keys of both.
    Intersection(u8, u8),
    /// The keys of the first alone.
    Difference(u8, u8),
    /// Pins a version, which may be released before it is unpinned.
    Pin(u8),
    /// Ends a pin.
    Unpin(u8),
    /// Makes many versions and ends them; then rows of the table are given back.
    Crowd(u8),
}

/// What happens to one key.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Write {
    /// The key's name.
    pub key: u8,
    /// Its new value, or its removal. An insert takes removal as the value 0.
    pub value: Option<u8>,
}

/// Steps as long as there are bytes. Left to itself `arbitrary` tosses a coin after each step, and
/// nearly all histories are of one or two.
fn steps(bytes: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        steps.push(bytes.arbitrary()?);
    }
    Ok(steps)
}

fn writes(bytes: &mut Unstructured<'_>) -> Result<Vec<Write>> {
    list(bytes, LONGEST_EDIT)
}

fn pairs(bytes: &mut Unstructured<'_>) -> Result<Vec<(u8, u8)>> {
    list(bytes, LONGEST_BULK)
}

/// A list whose length is drawn evenly; drawn item by item, most lists would be short.
fn list<'a, T: Arbitrary<'a>>(bytes: &mut Unstructured<'a>, longest: usize) -> Result<Vec<T>> {
    let length = bytes.int_in_range(0..=longest)?;
    (0..length).map(|_| bytes.arbitrary()).collect()
}
