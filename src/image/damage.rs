//! Bytes that were changed: an error or the right answer, and never a panic or an endless loop.
//!
//! The bug class: a length, a count or a reference that is believed.

use proptest::prelude::*;

use super::header::{HEADER_BYTES, checksum};
use super::{ImageError, Kinds, RawDelta, RawDeltaWriter, RawImage, RawWriter};

const KINDS: Kinds = Kinds { key: 7, value: 8 };

/// Entries at every level, some of which share a hash.
fn entries() -> Vec<(u64, Vec<u8>)> {
    let hashes = [0, 1, 1 << 5, 1 << 31, 1 << 30, 3 << 30, 5, 5, 5 | 1 << 25, 77, 77, 400];
    (0_u8..).zip(hashes).map(|(key, hash)| (hash, vec![key; usize::from(key)])).collect()
}

fn image() -> Vec<u8> {
    let mut writer = RawWriter::new(KINDS, [3, 4]);
    for (hash, key) in entries() {
        writer.push(hash, &key, b"value").unwrap();
    }
    writer.finish().unwrap()
}

/// A delta of the image, and what hashes its keys.
fn delta() -> Vec<u8> {
    let mut writer = RawDeltaWriter::new(KINDS, None, 12, 12);
    writer.set(&[1], Some((&[1], b"value")), b"other").unwrap();
    writer.set(&[200], None, b"new").unwrap();
    writer.remove(&[2; 2], b"value").unwrap();
    writer.finish().unwrap()
}

fn hash_of(key: &[u8]) -> Result<u64, ImageError> {
    let entry = entries().into_iter().find(|entry| entry.1 == key);
    Ok(entry.map_or(5, |entry| entry.0))
}

/// Makes the checksum of a changed header right, as whoever forges an image would.
fn forge(bytes: &mut [u8]) {
    if let Some((header, _)) = bytes.split_first_chunk_mut::<HEADER_BYTES>() {
        let (covered, sum) = header.split_at_mut(HEADER_BYTES - 8);
        sum.copy_from_slice(&checksum(covered).to_le_bytes());
    }
}

/// Reads everything in every way; says whether all of it was as it should be.
fn read(bytes: &[u8]) -> Result<(), ImageError> {
    let image = RawImage::open(bytes)?;
    let mut first_error = image.verify().err();
    let mut steps = 0;
    let mut note = |result: Result<(), ImageError>| {
        first_error = first_error.take().or(result.err());
    };
    note(image.records().and_then(|records| {
        records.into_iter().try_for_each(|record| {
            steps += 1;
            record.map(drop)
        })
    }));
    assert!(steps <= bytes.len(), "more records than bytes");
    for (hash, _) in entries() {
        note(image.candidates(hash).and_then(|mut found| found.try_for_each(|it| it.map(drop))));
    }
    let delta = RawDelta::open(delta()).unwrap();
    note(image.apply(&delta, hash_of, |a, b| Ok(a == b)).and_then(|applied| {
        applied.verify()?;
        applied.to_bytes().map(drop)
    }));
    note(image.to_bytes().map(drop));
    note(image.shape().map(drop));
    first_error.map_or(Ok(()), Err)
}

#[test]
fn what_was_not_changed_is_read() {
    read(&image()).unwrap();
}

#[test]
fn every_changed_byte_is_found() {
    let sound = image();
    for at in 0..sound.len() {
        for change in [1, 0x80, 0xff, sound[at]] {
            let mut bytes = sound.clone();
            bytes[at] ^= change;
            if bytes == sound {
                continue;
            }
            let in_a_gap = sound[at] == 0 && read(&bytes).is_ok();
            assert!(!in_a_gap || is_filler(at), "byte {at} may be {change}");
            assert!(in_a_gap || read(&bytes).is_err(), "byte {at} changed by {change}");
            if at < HEADER_BYTES {
                // Forged: nothing may be believed, but it may be an image of the same contents.
                forge(&mut bytes);
                let _ = read(&bytes);
            }
        }
    }
}

/// Bytes between two sections are nobody's.
fn is_filler(at: usize) -> bool {
    let image = RawImage::open(image()).unwrap();
    let bytes = image.to_bytes().unwrap();
    let record_bytes = u64::from_le_bytes(bytes[72..80].try_into().unwrap()) as usize;
    let end = HEADER_BYTES + record_bytes;
    (end..end.next_multiple_of(64)).contains(&at)
}

#[test]
fn every_truncation_is_found() {
    let sound = image();
    for length in 0..sound.len() {
        let mut bytes = sound[..length].to_vec();
        assert!(read(&bytes).is_err());
        forge(&mut bytes);
        assert!(read(&bytes).is_err());
        assert!(RawDelta::open(&sound[..length]).is_err());
    }
    let delta = delta();
    for length in 0..delta.len() {
        assert!(RawDelta::open(&delta[..length]).is_err());
    }
}

#[test]
fn every_changed_byte_of_a_delta_is_found() {
    let (image, sound) = (image(), delta());
    let image = RawImage::open(&image[..]).unwrap();
    for at in 0..sound.len() {
        for change in [1, 0x80, 0xff] {
            let mut bytes = sound.clone();
            bytes[at] ^= change;
            assert!(RawDelta::open(&bytes[..]).is_err(), "byte {at} changed by {change}");
            // Forged in both checksums: what it makes is an image, or it is refused.
            let sum = checksum(&bytes[HEADER_BYTES..]);
            bytes[96..104].copy_from_slice(&sum.to_le_bytes());
            forge(&mut bytes);
            if let Ok(delta) = RawDelta::open(&bytes[..])
                && let Ok(next) = image.apply(&delta, hash_of, |a, b| Ok(a == b))
            {
                next.verify().unwrap();
            }
        }
    }
}

/// A forged image in which nodes hold each other does not run for ever.
#[test]
fn circles_end() {
    let mut bytes = image();
    let nodes_at = RawImage::open(&bytes[..]).unwrap().nodes_at();
    for at in (nodes_at..bytes.len()).step_by(4) {
        // Each word becomes the reference of each node.
        for target in (0..(bytes.len() - nodes_at) as u32 / 4).chain([u32::MAX, u32::MAX - 1]) {
            let old: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
            bytes[at..at + 4].copy_from_slice(&target.to_le_bytes());
            let _ = read(&bytes);
            bytes[at..at + 4].copy_from_slice(&old);
        }
    }
}

#[test]
fn limits_are_errors() {
    let mut last = 0;
    for limit in 0..200 {
        let mut writer = RawWriter::new(KINDS, [0, 0]);
        writer.set_limit(limit);
        let pushed = entries().iter().try_for_each(|(hash, key)| writer.push(*hash, key, b"v"));
        match pushed.and_then(|()| writer.finish()) {
            Ok(bytes) => {
                last = last.max(limit);
                read(&bytes).unwrap_or_else(|error| assert_eq!(error, ImageError::WrongBase));
            }
            Err(error) => {
                assert_eq!(error, ImageError::Full);
                assert_eq!(last, 0, "a smaller limit was enough");
            }
        }
    }
    assert!(last > 0);
}

proptest! {
    /// Several bytes changed at once, with the header's checksum made right.
    #[test]
    fn forged_bytes_are_never_believed(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        words in proptest::collection::vec((any::<prop::sample::Index>(), 0_u32..64), 0..6),
    ) {
        let mut bytes = image();
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at.index(length)] = byte;
        }
        for (at, word) in words {
            let at = at.index(length / 4) * 4;
            bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        forge(&mut bytes);
        let _ = read(&bytes);
    }

    /// Any bytes behind a header that fits them.
    #[test]
    fn any_sections_are_read(
        records in proptest::collection::vec(0_u32..40, 3..60),
        nodes in proptest::collection::vec(prop_oneof![0_u32..40, any::<u32>()], 1..60),
        count in 1_u64..20,
        root in 0_u32..30,
    ) {
        let mut header = RawImage::open(image()).unwrap().header();
        header.record_bytes = 4 * records.len() as u64;
        header.node_bytes = 4 * nodes.len() as u64;
        (header.count, header.root) = (count, root);
        let mut bytes = header.write().to_vec();
        bytes.extend(records.iter().flat_map(|word| word.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(64), 0);
        bytes.extend(nodes.iter().flat_map(|word| word.to_le_bytes()));
        let _ = read(&bytes);
    }
}
