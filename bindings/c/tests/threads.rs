//! Values, dicts and images from several threads at once.
//!
//! The bug class: a dict or handle that one thread sees half written by another; an object that two
//! threads drop, or none; bytes of an image that are freed while another image shares them.
#![expect(unsafe_code, reason = "the calls of the C library take pointers")]

use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use hedgerow_c::{CDelta, CDict, CImage, CPolicy, CType, CValue, Item, Status, TypeOptions, *};

const THREADS: u64 = 4;
const KEYS: u64 = 200;
const ROUNDS: u64 = 20;

static DROPPED: AtomicU64 = AtomicU64::new(0);

extern "C" fn hash(word: u64, _: *const CValue, hash: *mut i64) -> i32 {
    // SAFETY: the library lends it.
    unsafe { *hash = (word % 7) as i64 };
    0
}

extern "C" fn drop_word(_: u64) {
    DROPPED.fetch_add(1, Ordering::Relaxed);
}

/// The handles that all threads use.
#[derive(Clone, Copy)]
struct Both(*mut CDict, *mut CType);

// SAFETY: handles of dicts and types may be used by several threads at once.
unsafe impl Send for Both {}

fn int(number: u64) -> *mut CValue {
    let mut value = null_mut();
    // SAFETY: a variable.
    assert_eq!(unsafe { hedgerow_value_int(number as i64, &mut value) }, Status::Ok);
    value
}

/// Stores keys of its own in the shared dict, and objects with few different hashes.
fn work(both: Both, number: u64) {
    let Both(dict, class) = both;
    for key in (0..KEYS * ROUNDS).map(|step| number * KEYS + step % KEYS) {
        let (value, mut object, mut found) = (int(key), null_mut(), null_mut());
        // SAFETY: live handles, and variables.
        unsafe {
            assert_eq!(hedgerow_dict_set(dict, value, value), Status::Ok);
            assert_eq!(hedgerow_value_object(class, key, &mut object), Status::Ok);
            assert_eq!(hedgerow_dict_set(dict, object, value), Status::Ok);
            assert_eq!(hedgerow_dict_get_int64(dict, key as i64, &mut found), Status::Ok);
            let mut got = 0;
            assert_eq!(hedgerow_value_to_int64(found, &mut got), Status::Ok);
            assert_eq!(got as u64, key);
            assert_eq!(hedgerow_dict_delete(dict, object), Status::Ok);
            for handle in [value, object, found] {
                assert_eq!(hedgerow_value_free(handle), Status::Ok);
            }
        }
    }
}

#[test]
fn threads_share_a_dict() {
    let (mut policy, mut dict, mut class) = (CPolicy::default(), null_mut(), null_mut());
    let options = TypeOptions {
        name: null(),
        name_length: 0,
        hash: Some(hash),
        eq: None,
        repr: None,
        drop: Some(drop_word),
    };
    // SAFETY: variables of this test, and functions of their types.
    unsafe {
        assert_eq!(hedgerow_policy_cpython(0, &mut policy), Status::Ok);
        assert_eq!(hedgerow_dict_new(&policy, &mut dict), Status::Ok);
        assert_eq!(hedgerow_type_new(&options, size_of::<TypeOptions>(), &mut class), Status::Ok);
    }
    let both = Both(dict, class);
    thread::scope(|scope| {
        for number in 0..THREADS {
            scope.spawn(move || {
                let both = both;
                work(both, number);
            });
        }
    });
    let mut len = 0;
    // SAFETY: the handles are live, and forgotten afterwards.
    unsafe {
        assert_eq!(hedgerow_dict_len(dict, &mut len), Status::Ok);
        assert_eq!(hedgerow_dict_free(dict), Status::Ok);
        assert_eq!(hedgerow_type_free(class), Status::Ok);
    }
    assert_eq!(len, THREADS * KEYS);
    assert_eq!(DROPPED.load(Ordering::Relaxed), THREADS * KEYS * ROUNDS);
}

/// The handles of an image and a delta.
#[derive(Clone, Copy)]
struct Shared(*mut CImage, *mut CDelta);

// SAFETY: handles of images and deltas may be used by several threads at once.
unsafe impl Send for Shared {}

/// Reads the shared image, and images that deltas make of it, whose bytes it shares.
fn read_images(shared: Shared) {
    let Shared(image, delta) = shared;
    for step in 0..KEYS * ROUNDS / 10 {
        let (mut newer, mut value) = (null_mut(), 0);
        // SAFETY: live handles, and variables.
        unsafe {
            let key = step % KEYS;
            assert_eq!(hedgerow_image_get_word(image, key, &mut value), Status::Ok);
            assert_eq!(value, key);
            assert_eq!(hedgerow_image_apply(image, delta, &mut newer), Status::Ok);
            assert_eq!(hedgerow_image_get_word(newer, 0, &mut value), Status::Ok);
            assert_eq!(value, 1);
            assert_eq!(hedgerow_image_free(newer), Status::Ok);
        }
    }
}

#[test]
fn threads_share_an_image() {
    let (mut store, mut image, mut delta) = (null_mut(), null_mut(), null_mut());
    let (mut base, mut next) = (0, 0);
    let items: Vec<Item> = (0..KEYS).map(|key| Item { hash: key, key, value: key }).collect();
    // SAFETY: variables of this test, and the handles in them.
    unsafe {
        assert_eq!(hedgerow_store_new(null(), 0, &mut store), Status::Ok);
        let count = items.len();
        assert_eq!(hedgerow_version_build(store, items.as_ptr(), count, &mut base), Status::Ok);
        assert_eq!(hedgerow_key_insert(store, base, 0, 0, 1, &mut next), Status::Ok);
        assert_eq!(hedgerow_version_image(store, base, null(), 0, &mut image), Status::Ok);
        let made = hedgerow_version_delta(store, base, next, null(), 0, image, &mut delta);
        assert_eq!(made, Status::Ok);
        assert_eq!(hedgerow_store_free(store), Status::Ok);
    }
    let shared = Shared(image, delta);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(move || {
                let shared = shared;
                read_images(shared);
            });
        }
    });
    // SAFETY: the handles are live, and forgotten afterwards.
    unsafe {
        assert_eq!(hedgerow_image_verify(image), Status::Ok);
        assert_eq!(hedgerow_image_free(image), Status::Ok);
        assert_eq!(hedgerow_delta_free(delta), Status::Ok);
    }
}
