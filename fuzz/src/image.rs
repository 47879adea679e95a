//! Images whose bytes were changed: they are read in every way, and nothing may panic, run for
//! ever, or give what a sound image of other contents would not.

use hedgerow::image::{ImageError, Kinds, RawDelta, RawDeltaWriter, RawImage, RawWriter};
use xxhash_rust::xxh3::xxh3_64;

const KINDS: Kinds = Kinds { key: 7, value: 8 };
const HEADER_BYTES: usize = 128;

/// Changes a sound image as these bytes say (each three: where, and to what), makes the checksums
/// of its header right, and reads it.
pub fn play_image(bytes: &[u8]) -> Result<(), ImageError> {
    let (&kind, edits) = bytes.split_first().unwrap_or((&0, &[]));
    let mut image = sound(u64::from(kind % 40));
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % image.len();
        image[at] = edit[2];
    }
    forge(&mut image);
    read(&image)
}

/// An image of entries whose hashes share chunks.
fn sound(count: u64) -> Vec<u8> {
    let mut writer = RawWriter::new(KINDS, [1, 2]);
    for number in 0..count {
        let key = number.to_le_bytes();
        let value = vec![number as u8; number as usize % 9];
        writer.push(hash_of(&key), &key, &value).expect("a few entries fit");
    }
    writer.finish().expect("a few entries fit")
}

fn hash_of(key: &[u8]) -> u64 {
    let number = key.first().map_or(0, |&byte| u64::from(byte));
    [number % 3, number << 28, number / 4, 0][number as usize % 4]
}

/// Makes the three checksums those of the bytes, where the sections are inside the image.
fn forge(image: &mut [u8]) {
    let length = |at: usize| u64::from_le_bytes(image[at..at + 8].try_into().expect("8 bytes"));
    let record_end = (length(72) as usize).saturating_add(HEADER_BYTES);
    let nodes_at = record_end.checked_next_multiple_of(64).unwrap_or(usize::MAX);
    let records = image.get(HEADER_BYTES..record_end).map(xxh3_64);
    let nodes = image.get(nodes_at..).map(xxh3_64);
    for (at, sum) in [(88, records), (96, nodes)] {
        image[at..at + 8].copy_from_slice(&sum.unwrap_or(0).to_le_bytes());
    }
    let sum = xxh3_64(&image[..HEADER_BYTES - 8]);
    image[HEADER_BYTES - 8..HEADER_BYTES].copy_from_slice(&sum.to_le_bytes());
}

fn read(bytes: &[u8]) -> Result<(), ImageError> {
    let image = RawImage::open(bytes)?;
    let verified = image.verify();
    let walked = image.records().and_then(|mut records| records.try_for_each(|it| it.map(drop)));
    assert!(verified.is_err() || walked.is_ok(), "a verified image cannot be walked");
    let mut found = 0;
    for number in 0..41_u64 {
        let key = number.to_le_bytes();
        if let Ok(mut candidates) = image.candidates(hash_of(&key)) {
            found += u64::from(candidates.any(|it| it.is_ok_and(|record| record.key == key)));
        }
    }
    let delta = RawDelta::open(delta(&image)).expect("a delta that was just written");
    let applied = image.apply(&delta, |key| Ok(hash_of(key)), |a, b| Ok::<_, ImageError>(a == b));
    if verified.is_ok() {
        assert!(found <= image.len());
        if let Ok(applied) = applied {
            applied.verify().expect("a sound image and a delta of it make a sound image");
            let alone = applied.to_bytes()?;
            RawImage::open(&alone[..])?.verify().expect("a sound image is written");
        }
    }
    verified
}

/// A delta that replaces, adds and removes, if the image has what it says.
fn delta(image: &RawImage<&[u8]>) -> Vec<u8> {
    let before = image.len();
    let mut writer = RawDeltaWriter::new(KINDS, None, before, before);
    let (one, two, other) = (1_u64.to_le_bytes(), 2_u64.to_le_bytes(), 200_u64.to_le_bytes());
    let write = [
        writer.set(&one, Some((&one, &[1])), b"another value"),
        writer.set(&other, None, b"new"),
        writer.remove(&two, &[2, 2]),
    ];
    write.into_iter().collect::<Result<(), _>>().expect("a few changes fit");
    writer.finish().expect("a few changes fit")
}
