//! Versions, probes and cursors made of words that no store has written.
//!
//! The bug class: a host keeps handles as words in memory of its own, where they may be
//! overwritten. Arithmetic on such a word wraps, or panics on overflow, or the store reads and
//! writes out of bounds. The words here are random, extreme, or those of real handles with some
//! bits changed. For all of them there is a result or an error, and the store stays sound.

use std::num::NonZeroU64;

use crate::support::{Dice, Key, KeyStore, grow, keys, keys_of, store};
use hedgerow::host::{Cursor, HostMemory, HostStore, KeyMatch, Probe};
use hedgerow::{Error, Limits, Version, WithError};

const EXTREMES: [u64; 14] = [
    0,
    1,
    2,
    3,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffd,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX - 1,
    u64::MAX,
];

/// A word: extreme, of two extreme halves, random, or `real` with half of it or little changed.
fn word(dice: &mut Dice, real: u64) -> u64 {
    let extreme = |dice: &mut Dice| EXTREMES[dice.below(EXTREMES.len())];
    match dice.below(8) {
        0 => extreme(dice),
        1 => extreme(dice) << 32 | extreme(dice) & 0xffff_ffff,
        2 => dice.roll(),
        3 => real & !0xffff_ffff | extreme(dice) & 0xffff_ffff,
        4 => real & 0xffff_ffff | extreme(dice) << 32,
        5 => real.wrapping_add(dice.below(5) as u64).wrapping_sub(2),
        _ => real,
    }
}

fn changed<const COUNT: usize>(dice: &mut Dice, words: [u64; COUNT]) -> [u64; COUNT] {
    words.map(|real| word(dice, real))
}

/// A store with versions of every kind: with adjacent entries, with scattered ones, with
/// collisions; open edits, and a version that was released.
fn scene() -> (KeyStore, Vec<Version>) {
    let mut store = store();
    let colliding = keys_of([9; 7]);
    let mut versions = vec![store.empty(), grow(&mut store, &keys()), grow(&mut store, &colliding)];
    let contiguous = store.bulk(keys().into_iter().map(|key| (key, 1))).unwrap();
    versions.push(contiguous);
    versions.push(store.bulk(colliding.into_iter().map(|key| (key, 2))).unwrap());
    versions.push(store.open(versions[1]).unwrap());
    versions.push(store.open(versions[2]).unwrap());
    let gone = store.insert(contiguous, Key { hash: 5, name: 999 }, 1).unwrap();
    store.release(gone).unwrap();
    versions.push(gone);
    let (words, entries) = (6_000, 1_000);
    store.set_limits(Limits { words, entries, versions: 40, ..store.limits() });
    (store, versions)
}

/// Releases the version that an operation made, if it made one.
fn release_made(store: &mut KeyStore, versions: &[Version], made: Result<Version, Error>) {
    if let Ok(made) = made
        && !versions.contains(&made)
    {
        store.release(made).unwrap();
    }
}

fn use_cursor(store: &KeyStore, mut cursor: Cursor, dice: &mut Dice) {
    let _ = store.upcoming(&cursor).map(|rest| rest.take(3).count());
    let _ = store.advance_by(&mut cursor, dice.below(4), |_, _| {});
    // It ends wherever it began: after all entries, and those of one hash once more.
    let mut left = 400;
    while let Ok(Some(_)) = store.advance(&mut cursor) {
        left -= 1;
        assert!(left > 0, "{cursor:?} does not end");
        let words = cursor.to_words();
        let again = Cursor::from_words(words).map(Cursor::to_words);
        assert_eq!(again, Some(words), "words of a cursor make that cursor");
    }
    let _ = store.advance_by(&mut cursor, usize::MAX, |_, _| {});
}

fn use_probe(store: &mut KeyStore, versions: &[Version], mut probe: Probe, dice: &mut Dice) {
    for _ in 0..2 {
        let _ = store.candidate(&probe).map(|found| found.copied_pair());
        let again = Probe::from_words(probe.to_words()).unwrap();
        assert_eq!(again.to_words(), probe.to_words());
        match dice.below(8) {
            0 => {
                let key = Key { hash: dice.below(16) as u64, name: 2_000 };
                let made = store.insert_at(probe, key, 1);
                release_made(store, versions, made);
            }
            1 => {
                let made = store.remove_at(probe);
                release_made(store, versions, made);
            }
            _ => {}
        }
        probe.advance();
    }
}

trait CopiedPair {
    fn copied_pair(self) -> Option<(Key, u64)>;
}

impl CopiedPair for Option<(&Key, &u64)> {
    fn copied_pair(self) -> Option<(Key, u64)> {
        self.map(|(key, value)| (*key, *value))
    }
}

fn use_version(store: &mut KeyStore, versions: &[Version], version: Version, dice: &mut Dice) {
    assert_eq!(Version::from_bits(version.to_bits()), version);
    let _ = (version.to_string(), store.contains(version), store.len(version).is_ok());
    let known = versions.contains(&version) || store.versions().any(|live| live == version);
    let hash = word(dice, 9) as u32;
    let key = Key { hash: hash.into(), name: 3_000 };
    let _ = store.get_hashed(version, hash, |_| true).map(|found| found.is_some());
    let _ = store.probe(version, hash);
    let _ = store.cursor(version).map(|cursor| use_cursor(store, cursor, dice));
    let inserted =
        store.insert_hashed(version, hash, key, 1, |_, _| Ok::<_, ()>(KeyMatch::Different));
    let made = match inserted {
        Ok(made) if made != version => Ok(made),
        Err(WithError::Store(error)) => Err(error),
        _ => Err(Error::Stale { version }),
    };
    release_made(store, versions, made);
    if known {
        return;
    }
    let refused = |error: Error| matches!(error, Error::Stale { .. } | Error::OtherStore { .. });
    for end in [KeyStore::release, KeyStore::forget, KeyStore::abandon, KeyStore::unpin] {
        assert!(refused(end(store, version).unwrap_err()));
    }
    for other in
        [store.pin(version), store.commit(version).map(drop), store.open(version).map(drop)]
    {
        assert!(refused(other.unwrap_err()));
    }
    let some = versions[dice.below(4)];
    assert!(refused(store.difference(version, some).unwrap_err()));
    assert!(refused(store.merge(some, version, some, |_| None).unwrap_err()));
    assert!(refused(store.count_holders(&[some, version], |_, _, _| {}).unwrap_err()));
    assert!(refused(store.ownership(&[version], &[some], |_| {}).unwrap_err()));
}

#[test]
fn untrusted_words_give_a_result_or_an_error() {
    let mut dice = Dice(1);
    let (mut cursors, mut probes) = (0, 0);
    for _ in 0..60 {
        let (mut store, versions) = scene();
        for _ in 0..200 {
            let version = versions[dice.below(versions.len())];
            let bits = word(&mut dice, version.to_bits().get());
            if let Some(bits) = NonZeroU64::new(bits) {
                use_version(&mut store, &versions, Version::from_bits(bits), &mut dice);
            }
            if let Ok(cursor) = store.cursor(version) {
                let mut words = cursor.to_words();
                words[2] = 9 << 32 | dice.below(3) as u64;
                words[3] = 1 + dice.below(9) as u64;
                if let Some(cursor) = Cursor::from_words(changed(&mut dice, words)) {
                    cursors += 1;
                    use_cursor(&store, cursor, &mut dice);
                }
            }
            if let Ok(probe) = store.probe(version, 9)
                && let Some(probe) = Probe::from_words(changed(&mut dice, probe.to_words()))
            {
                probes += 1;
                use_probe(&mut store, &versions, probe, &mut dice);
            }
        }
        store.check().unwrap();
    }
    assert!(cursors > 2_000 && probes > 2_000, "{cursors} cursors, {probes} probes");
}

#[test]
fn a_cursor_with_the_largest_numbers_ends() {
    let (store, versions) = scene();
    for &version in &versions[1..7] {
        let [handle, revision, ..] = store.cursor(version).unwrap().to_words();
        for (ordinal, visited) in [(u32::MAX - 1, u32::MAX), (u32::MAX, u32::MAX), (0, u32::MAX)] {
            let last = 9 << 32 | u64::from(ordinal);
            let cursor = Cursor::from_words([handle, revision, last, visited.into()]).unwrap();
            use_cursor(&store, cursor, &mut Dice(3));
        }
    }
    let mut probe = store.probe(versions[2], 9).unwrap().to_words();
    probe[1] |= u64::from(u32::MAX);
    let mut probe = Probe::from_words(probe).unwrap();
    probe.advance();
    assert_eq!(store.candidate(&probe).unwrap().copied_pair().map(|pair| pair.0), None);
}
