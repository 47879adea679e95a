//! Histories, and how a fuzzer's bytes are read as one. A number chooses a version or edit modulo
//! their count, so every history can be played.

use arbitrary::{Arbitrary, Result, Unstructured};

/// The most writes of one closed edit.
const LONGEST_EDIT: usize = 40;
/// The most pairs of a bulk build: enough to promote nodes at two levels.
const LONGEST_BULK: usize = 120;

/// How a store is set up, and what is done to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct History {
    /// How the store is set up.
    pub setting: Setting,
    /// What is done, in order. The last field, because it takes all bytes that are left.
    #[arbitrary(with = steps)]
    pub steps: Vec<Step>,
}

/// How the store is set up.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Setting {
    /// The store may have few words, entries and versions, so that steps are refused.
    pub is_tight: bool,
    /// Birth stamps start just below their limit, so that they soon run out.
    pub has_late_stamps: bool,
}

/// One thing done to the store. The first numbers choose versions, or open edits.
#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    /// Makes a version with one entry more, or one changed.
    Insert(u8, Write),
    /// Makes a version without a key, if it is there.
    Remove(u8, u8),
    /// Releases a version.
    Release(u8),
    /// Forgets a version, which leaves the work to compaction.
    Forget(u8),
    /// Opens an edit, writes to it, and commits (true) or drops it (false).
    Edit(u8, #[arbitrary(with = writes)] Vec<Write>, bool),
    /// Opens an edit that stays open during other steps.
    Open(u8),
    /// Writes to an open edit.
    WriteOpen(u8, Write),
    /// Commits an open edit.
    Commit(u8),
    /// Abandons an open edit.
    Abandon(u8),
    /// Compacts the store.
    Compact,
    /// Builds a version from pairs.
    Bulk(#[arbitrary(with = pairs)] Vec<(u8, u8)>),
    /// Compares two versions, and lists their differences.
    Compare(u8, u8),
    /// Merges two versions on the base of a third.
    Merge(u8, u8, u8),
    /// Makes the union of two versions.
    Union(u8, u8),
    /// Makes the intersection of two versions.
    Intersection(u8, u8),
    /// Makes the difference of two versions.
    Difference(u8, u8),
    /// Pins a version, which may be released before it is unpinned.
    Pin(u8),
    /// Ends a pin.
    Unpin(u8),
    /// Makes and releases many versions, then shrinks the version table.
    Crowd(u8),
}

/// What happens to one key.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Write {
    /// The key's name.
    pub key: u8,
    /// Its new value, or `None` to remove it. An insert takes `None` as 0.
    pub value: Option<u8>,
}

/// Steps while there are bytes. By default `arbitrary` tosses a coin after each step, so that
/// nearly all histories have one or two.
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

/// A list whose length is evenly distributed. By default most lists would be short.
fn list<'a, T: Arbitrary<'a>>(bytes: &mut Unstructured<'a>, longest: usize) -> Result<Vec<T>> {
    let length = bytes.int_in_range(0..=longest)?;
    (0..length).map(|_| bytes.arbitrary()).collect()
}
