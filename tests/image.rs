//! Images hold what the map holds, and deltas lead from one to the other.
//!
//! The bug class: an entry that is lost or found twice where hashes meet; an order that depends on
//! how the image came about; a delta that is applied to other contents; nodes that outlive their
//! records.
#![cfg(feature = "image")]

use std::collections::{BTreeMap, HashMap};

use hedgerow::image::{
    Delta, Image, ImageError, ImageKey, Kinds, Plain, RawDelta, RawDeltaWriter, RawImage, RawWriter,
};
use hedgerow::{Map, fold};
use proptest::option::of as option;
use proptest::prelude::*;

const KINDS: Kinds = Kinds { key: 2000, value: 2001 };

/// A key is its hash and a letter, so that tests choose which hashes meet.
type Key = (u64, u8);
type Contents = BTreeMap<Key, Vec<u8>>;

fn key_bytes(key: Key) -> Vec<u8> {
    [&key.0.to_le_bytes()[..], &[key.1]].concat()
}

fn hash_of(key: &[u8]) -> Result<u64, ImageError> {
    Ok(u64::from_le_bytes(key[..8].try_into().unwrap()))
}

fn same(a: &[u8], b: &[u8]) -> Result<bool, ImageError> {
    Ok(a == b)
}

fn image_of(contents: &Contents) -> Vec<u8> {
    let mut writer = RawWriter::new(KINDS, [1, 2]);
    for (key, value) in contents {
        writer.push(key.0, &key_bytes(*key), value).unwrap();
    }
    writer.finish().unwrap()
}

fn get<'a>(image: &'a RawImage<&[u8]>, key: Key) -> Option<&'a [u8]> {
    let bytes = key_bytes(key);
    let mut found = image.candidates(key.0).unwrap().map(Result::unwrap);
    let found = found.find(|record| record.key == bytes);
    assert_eq!(image.find(key.0, |key| key == bytes), Ok(found));
    found.map(|record| record.value)
}

/// The image has these contents, in this order of hashes, and is sound.
fn check(image: &RawImage<&[u8]>, contents: &Contents) {
    image.verify().unwrap();
    assert_eq!(image.len(), contents.len() as u64);
    let chunks = |hash: u32| [0, 5, 10, 15, 20, 25, 30].map(|shift| hash >> shift & 31);
    let mut last = [0; 7];
    let mut found = Contents::new();
    for record in image.records().unwrap() {
        let record = record.unwrap();
        let key = (hash_of(record.key).unwrap(), record.key[8]);
        assert_eq!(record.hash, fold(key.0));
        assert!(last <= chunks(record.hash), "out of order");
        last = chunks(record.hash);
        assert!(found.insert(key, record.value.to_vec()).is_none(), "found twice");
    }
    assert_eq!(&found, contents);
    for (key, value) in contents {
        assert_eq!(get(image, *key), Some(&value[..]));
        assert_eq!(get(image, (key.0, 77)), None);
        assert_eq!(
            get(image, (key.0 ^ 1 << 31, key.1)),
            contents.get(&(key.0 ^ 1 << 31, key.1)).map(|value| &value[..])
        );
    }
}

fn delta_of(before: &Contents, after: &Contents, base: Option<u128>) -> Vec<u8> {
    let (old, new) = (before.len() as u64, after.len() as u64);
    let mut writer = RawDeltaWriter::new(KINDS, base, old, new);
    for (key, value) in after {
        let bytes = key_bytes(*key);
        match before.get(key) {
            Some(old) if old == value => {}
            old => writer.set(&bytes, old.map(|old| (&bytes[..], &old[..])), value).unwrap(),
        }
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
        writer.remove(&key_bytes(*key), value).unwrap();
    }
    writer.finish().unwrap()
}

/// Hashes that share many chunks, or all of them.
fn hashes() -> impl Strategy<Value = u64> {
    prop_oneof![
        0_u64..8,
        (0_u64..4).prop_map(|top| top << 30 | 5),
        (0_u64..3, 0_u64..3).prop_map(|(a, b)| a << 25 | b << 5 | 9),
        any::<u32>().prop_map(u64::from),
        Just(0xffff_ffff),
        Just(0xffff_fffe),
    ]
}

fn contents(most: usize) -> impl Strategy<Value = Contents> {
    let value = proptest::collection::vec(any::<u8>(), 0..6);
    proptest::collection::btree_map((hashes(), 0_u8..3), value, 0..most)
}

proptest! {
    #[test]
    fn an_image_holds_what_it_was_made_of(contents in contents(60)) {
        let bytes = image_of(&contents);
        check(&RawImage::open(&bytes[..]).unwrap(), &contents);
    }

    #[test]
    fn deltas_lead_from_one_to_the_next(
        first in contents(40),
        changes in proptest::collection::vec(
            proptest::collection::vec((hashes(), 0_u8..3, option(any::<u8>())), 0..12),
            1..6,
        ),
    ) {
        let bytes = image_of(&first);
        let mut image = RawImage::open(&bytes[..]).unwrap();
        let mut before = first;
        for changes in changes {
            let mut after = before.clone();
            for (hash, letter, value) in changes {
                match value {
                    Some(value) => drop(after.insert((hash, letter), vec![value; 3])),
                    None => drop(after.remove(&(hash, letter))),
                }
            }
            for base in [None, Some(image.fingerprint())] {
                let delta = delta_of(&before, &after, base);
                let delta = RawDelta::open(&delta[..]).unwrap();
                let next = image.apply(&delta, hash_of, same).unwrap();
                check(&next, &after);
                check(&image, &before);
                let alone = next.to_bytes().unwrap();
                check(&RawImage::open(&alone[..]).unwrap(), &after);
                let anew = image_of(&after);
                let anew = RawImage::open(&anew[..]).unwrap();
                prop_assert_eq!(next.fingerprint(), anew.fingerprint());
                if base.is_some() {
                    image = next;
                }
            }
            before = after;
        }
    }

    /// A delta of other contents is refused, or it does not matter to it what differs.
    #[test]
    fn a_delta_is_refused_by_other_contents(
        first in contents(12), after in contents(12), other in contents(12),
    ) {
        let bytes = image_of(&first);
        let fingerprint = RawImage::open(&bytes[..]).unwrap().fingerprint();
        let others = image_of(&other);
        let image = RawImage::open(&others[..]).unwrap();
        for base in [None, Some(fingerprint)] {
            let delta = delta_of(&first, &after, base);
            let delta = RawDelta::open(&delta[..]).unwrap();
            match image.apply(&delta, hash_of, same) {
                Err(error) => prop_assert_eq!(error, ImageError::WrongBase),
                Ok(next) => {
                    next.verify().unwrap();
                    prop_assert!(base.is_none() || first == other);
                    for key in first.keys().chain(after.keys()) {
                        if first.get(key) != after.get(key) {
                            let expected = after.get(key).map(|value| &value[..]);
                            prop_assert_eq!(get(&next, *key), expected);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn maps_of_rust_types_come_back() {
    fn check<K, V>(map: &Map<K, V>)
    where
        K: ImageKey + Clone + Eq + std::hash::Hash + for<'a> ImageKey<Read<'a> = K>,
        V: for<'a> hedgerow::image::ImageData<Read<'a> = V> + PartialEq + std::fmt::Debug,
    {
        let bytes = map.image().unwrap();
        let image = Image::<K, V, _>::open(&bytes[..]).unwrap();
        image.verify().unwrap();
        assert_eq!(image.len(), map.len());
        for (key, value) in map {
            assert_eq!(image.get(key).unwrap().as_ref(), Some(value));
        }
        for entry in image.iter().unwrap() {
            let (key, value) = entry.unwrap();
            assert_eq!(map.get(&key), Some(&value));
        }
    }
    check::<u64, f64>(&(0..300).map(|n| (n << 40, n as f64 / 3.0)).collect());
    check::<i8, bool>(&(-128..=127).map(|n| (n, n % 3 == 0)).collect());
    check::<u128, ()>(&[(1 << 100, ())].into_iter().collect());
    check::<bool, Option<u16>>(&[(true, None), (false, Some(7))].into_iter().collect());
    check::<(), i32>(&[((), 5)].into_iter().collect());
    check::<u8, u8>(&Map::new());
    let pairs: Map<Plain<[u32; 2]>, Plain<[u16; 3]>> =
        (0..50).map(|n| (Plain([n, !n]), Plain([n as u16; 3]))).collect();
    let bytes = pairs.image().unwrap();
    let image = Image::<Plain<[u32; 2]>, Plain<[u16; 3]>, _>::open(&bytes[..]).unwrap();
    assert_eq!(image.get(&Plain([7, !7])).unwrap(), Some([7; 3]));
    assert_eq!(image.get(&Plain([7, 7])).unwrap(), None);
}

#[test]
fn text_and_bytes_are_borrowed() {
    let words = ["", "a", "naïve", "a long word that stands on no stack", "\0"];
    let map: Map<String, Vec<u8>> =
        words.iter().map(|word| (word.to_string(), word.bytes().rev().collect())).collect();
    let bytes = map.image().unwrap();
    let image = Image::<String, Vec<u8>, _>::open(&bytes[..]).unwrap();
    let borrowed = Image::<str, [u8], _>::open(&bytes[..]).unwrap();
    for word in words {
        let reversed: Vec<u8> = word.bytes().rev().collect();
        assert_eq!(image.get(word).unwrap(), Some(&reversed[..]));
        assert_eq!(borrowed.get(word).unwrap(), Some(&reversed[..]));
        assert!(image.contains_key(word).unwrap() && !image.contains_key("b").unwrap());
    }
    let mut found: Vec<&str> = image.iter().unwrap().map(|entry| entry.unwrap().0).collect();
    found.sort_unstable();
    let mut expected = words;
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn the_same_key_makes_the_same_bytes() {
    let there: Map<u64, u64> = (0..1000).map(|n| (n, n)).collect();
    let back: Map<u64, u64> = (0..1000).rev().map(|n| (n, n)).collect();
    let image = there.image_with_key([3, 4]).unwrap();
    assert_eq!(image, back.image_with_key([3, 4]).unwrap());
    assert_ne!(image, there.image_with_key([3, 5]).unwrap());
    let fingerprint = |bytes: &[u8]| RawImage::open(bytes.to_vec()).unwrap().fingerprint();
    assert_eq!(fingerprint(&image), fingerprint(&there.image().unwrap()));
}

#[test]
fn deltas_of_maps_are_small_and_chain() {
    let mut map: Map<String, u64> = (0..20_000).map(|n| (format!("key {n}"), n)).collect();
    let bytes: std::sync::Arc<[u8]> = map.image().unwrap().into();
    let mut image = Image::<String, u64, _>::open(bytes).unwrap();
    let mut model: HashMap<String, u64> =
        map.iter().map(|(key, value)| (key.clone(), *value)).collect();
    for round in 0..50_u64 {
        let before = map.clone();
        map.insert(format!("key {}", round * 7), round + 1_000_000);
        map.insert(format!("new {round}"), round);
        map.remove(&format!("key {}", round * 11 + 1));
        model.insert(format!("key {}", round * 7), round + 1_000_000);
        model.insert(format!("new {round}"), round);
        model.remove(&format!("key {}", round * 11 + 1));
        let delta = map.delta(&before, Some(image.raw().fingerprint())).unwrap();
        assert!(delta.len() <= 3 && delta.as_bytes().len() < 128 + 3 * 64, "{delta:?}");
        let received = Delta::<String, u64, _>::open(delta.as_bytes()).unwrap();
        image = image.apply(&received).unwrap();
        let again = image.apply(&received);
        assert!(delta.is_empty() || matches!(again, Err(ImageError::WrongBase)));
    }
    assert!(image.raw().added_bytes() < 100_000, "{}", image.raw().added_bytes());
    image.verify().unwrap();
    assert_eq!(image.len(), model.len());
    for (key, value) in &model {
        assert_eq!(image.get(key.as_str()).unwrap(), Some(*value));
    }
    let alone = Image::<String, u64, _>::open(image.raw().to_bytes().unwrap()).unwrap();
    alone.verify().unwrap();
    assert_eq!((alone.len(), alone.raw().added_bytes()), (model.len(), 0));
    assert_eq!(alone.raw().fingerprint(), image.raw().fingerprint());
}

#[test]
fn wrong_bytes_are_named() {
    let map: Map<u64, u64> = (0..10).map(|n| (n, n)).collect();
    let image = map.image().unwrap();
    let open = |bytes: &[u8]| Image::<u64, u64, _>::open(bytes.to_vec()).map(drop).unwrap_err();
    assert_eq!(open(b"{}"), ImageError::NotAnImage);
    assert_eq!(open(&[b'x'; 200]), ImageError::NotAnImage);
    assert!(matches!(open(b""), ImageError::Length { found: 0, .. }));
    assert!(matches!(open(&image[..image.len() - 4]), ImageError::Length { .. }));
    assert!(matches!(open(&[&image[..], &[0]].concat()), ImageError::Length { .. }));
    let mut other = image.clone();
    other[12] = 9;
    assert_eq!(open(&other), ImageError::Format { found: 9, expected: 1 });
    let text = String::from_utf8_lossy(&image).into_owned();
    assert_eq!(open(text.as_bytes()), ImageError::NotAnImage);
    let kind = Image::<u64, i64, _>::open(&image[..]).map(drop).unwrap_err();
    assert!(matches!(kind, ImageError::Kind { .. }) && kind.to_string().contains("types"));
    let delta = map.delta(&Map::new(), None).unwrap();
    assert_eq!(open(delta.as_bytes()), ImageError::NotAnImage);
    let text = Delta::<u64, i64, _>::open(delta.as_bytes()).map(drop).unwrap_err();
    assert!(matches!(text, ImageError::Kind { .. }));
}

#[test]
fn a_file_is_the_old_or_the_new_one() {
    let folder = std::env::temp_dir().join(format!("hedgerow-image-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("map.hedgerow");
    for count in [3_u64, 500] {
        let map: Map<u64, u64> = (0..count).map(|n| (n, n)).collect();
        hedgerow::image::write_file(&path, &map.image().unwrap()).unwrap();
        let image = Image::<u64, u64, _>::open(std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(image.len() as u64, count);
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    assert!(hedgerow::image::write_file(folder.join("none/such"), b"").is_err());
    assert!(hedgerow::image::write_file("/", b"").is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The map of the golden files.
fn golden() -> (Map<String, u64>, Map<String, u64>) {
    let one: Map<String, u64> = (0..40).map(|n| (format!("key {n}"), n << n)).collect();
    let mut two = one.clone();
    two.insert("key 3".to_owned(), 7);
    two.insert("new".to_owned(), 8);
    two.remove("key 30");
    (one, two)
}

/// Files of each format, as they were written when it was current. `HEDGEROW_WRITE_GOLDEN=1 cargo
/// test --test image` writes those of the current one, for a new format.
#[test]
fn images_of_each_format_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let (one, two) = golden();
    let image = one.image_with_key([1, 2]).unwrap();
    let base = RawImage::open(&image[..]).unwrap().fingerprint();
    let delta = two.delta(&one, Some(base)).unwrap();
    let paths = [format!("{folder}/image-1.bin"), format!("{folder}/delta-1.bin")];
    if std::env::var_os("HEDGEROW_WRITE_GOLDEN").is_some() {
        std::fs::write(&paths[0], &image).unwrap();
        std::fs::write(&paths[1], delta.as_bytes()).unwrap();
    }
    let [stored, stored_delta] = paths.map(|path| std::fs::read(path).unwrap());
    assert_eq!(stored, image, "the same entries make other bytes: raise IMAGE_FORMAT");
    let image = Image::<String, u64, _>::open(&stored[..]).unwrap();
    image.verify().unwrap();
    let delta = Delta::<String, u64, _>::open(&stored_delta[..]).unwrap();
    let newer = image.apply(&delta).unwrap();
    newer.verify().unwrap();
    for (map, image) in [(one, image), (two, newer)] {
        assert_eq!(image.len(), map.len());
        for (key, value) in &map {
            assert_eq!(image.get(key).unwrap(), Some(*value));
        }
    }
}

/// A lookup hashes and compares what a key lends, an image what it writes.
#[test]
fn keys_lend_the_bytes_that_they_write() {
    fn check<K: ImageKey + ?Sized>(key: &K) {
        let mut written = Vec::new();
        key.write(&mut written);
        key.with_bytes(|lent| assert_eq!(lent, written));
    }
    check("a");
    check(&String::from("\u{1f980}"));
    check(&[0, 255_u8][..]);
    check(&vec![1_u8, 2, 3]);
    check(&i128::MIN);
    check(&7_u8);
    check(&-7_i16);
    check(&0xdead_beef_u32);
    check(&true);
    check(&());
    check(&Plain([1_u32, 2]));
}
