//! Where the allocator refuses, a call on images and deltas returns MEMORY, and changes nothing.
//!
//! The bug class: a copy of bytes or a handle that ends the caller's process where the allocator
//! refuses; a store that stays pinned or borrowed when a delta of it was refused.
//!
//! Calls that make or share bytes count who uses them in an `Arc`, which has no call that may be
//! refused: the header lists them under MEMORY.
#![expect(unsafe_code, reason = "the calls of the C library take pointers")]

#[path = "../../../tests/no_memory/allocator.rs"]
mod allocator;
#[path = "../../../tests/no_memory/series.rs"]
mod series;

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use hedgerow_c::*;
use series::{Operation, Try, try_all};

#[global_allocator]
static ALLOCATOR: allocator::Refusing = allocator::Refusing;

const ITER: &str = "hedgerow_image_iter_next";

/// Two versions, an image of the first, and the delta to the second.
struct World {
    store: *mut CStore,
    versions: [u64; 2],
    image: *mut CImage,
    delta: *mut CDelta,
    writer: *mut CImageWriter,
}

type Act = fn(&World) -> Status;

/// A byte for each word.
static BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut index = 0;
    while index < 256 {
        bytes[index] = index as u8;
        index += 1;
    }
    bytes
};

extern "C" fn byte_of(_: *mut c_void, word: u64, bytes: *mut Bytes) -> i32 {
    let start = &raw const BYTES[(word % 256) as usize];
    // SAFETY: the library lends it.
    unsafe { bytes.write(Bytes { start, length: 1 }) };
    0
}

fn options() -> ImageOptions {
    ImageOptions {
        context: null_mut(),
        key_bytes: Some(byte_of),
        value_bytes: Some(byte_of),
        key_kind: IMAGE_BYTES,
        value_kind: IMAGE_BYTES,
    }
}

impl World {
    fn new() -> Self {
        let mut world = World {
            store: null_mut(),
            versions: [0; 2],
            image: null_mut(),
            delta: null_mut(),
            writer: null_mut(),
        };
        // SAFETY: variables of this test, and the store that they hold.
        unsafe {
            assert_eq!(hedgerow_store_new(null(), 0, &mut world.store), Status::Ok);
            for (step, made) in world.versions.iter_mut().enumerate() {
                let words = (0..100).map(|n| n * (step as u64 + 1));
                let items: Vec<Item> =
                    words.map(|key| Item { hash: key % 80, key, value: key ^ 5 }).collect();
                let status = hedgerow_version_build(world.store, items.as_ptr(), 100, made);
                assert_eq!(status, Status::Ok);
            }
            let [a, b] = world.versions;
            let image = &mut world.image;
            assert_eq!(hedgerow_version_image(world.store, a, null(), 0, image), Status::Ok);
            let delta = &mut world.delta;
            let status = hedgerow_version_delta(world.store, a, b, null(), 0, *image, delta);
            assert_eq!(status, Status::Ok);
            let writer = &mut world.writer;
            assert_eq!(hedgerow_image_writer_new(IMAGE_BYTES, IMAGE_TEXT, writer), Status::Ok);
        }
        world
    }

    fn delta(&self, options: *const ImageOptions, size: usize) -> Status {
        let [a, b] = self.versions;
        let mut delta = null_mut();
        // SAFETY: live handles, and variables.
        unsafe {
            match hedgerow_version_delta(self.store, a, b, options, size, self.image, &mut delta) {
                Status::Ok => hedgerow_delta_free(delta),
                refused => refused,
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // SAFETY: live handles, which are not used afterwards.
        unsafe {
            assert_eq!(hedgerow_store_check(self.store), Status::Ok);
            assert_eq!(hedgerow_image_verify(self.image), Status::Ok);
            for version in self.versions {
                assert_eq!(hedgerow_version_release(self.store, version), Status::Ok);
            }
            assert_eq!(hedgerow_store_free(self.store), Status::Ok);
            assert_eq!(hedgerow_image_free(self.image), Status::Ok);
            assert_eq!(hedgerow_delta_free(self.delta), Status::Ok);
            assert_eq!(hedgerow_image_writer_free(self.writer), Status::Ok);
        }
    }
}

const CALLS: &[(&str, Act)] = &[
    ("hedgerow_version_delta, words", |world| world.delta(null(), 0)),
    ("hedgerow_version_delta, bytes", |world| world.delta(&options(), size_of::<ImageOptions>())),
    ("hedgerow_image_open_bytes", |world| {
        let (mut bytes, mut image) = (Bytes { start: null(), length: 0 }, null_mut());
        // SAFETY: live handles, and variables.
        unsafe {
            assert_eq!(hedgerow_image_bytes(world.image, &mut bytes), Status::Ok);
            match hedgerow_image_open_bytes(bytes.start, bytes.length, &mut image) {
                Status::Ok => hedgerow_image_free(image),
                refused => refused,
            }
        }
    }),
    ("hedgerow_image_get", |world| {
        let mut value = Bytes { start: null(), length: 0 };
        // SAFETY: live handles, and variables.
        match unsafe { hedgerow_image_get(world.image, BYTES.as_ptr(), 200, &mut value) } {
            Status::Absent => Status::Ok,
            refused => refused,
        }
    }),
    ("hedgerow_image_verify", |world| {
        // SAFETY: live handles.
        unsafe { hedgerow_image_verify(world.image) }
    }),
    (ITER, |world| {
        let (mut iter, mut count) = (CImageIter::default(), 0);
        let none = Bytes { start: null(), length: 0 };
        let mut entry = ImageEntry { key: none, value: none };
        // SAFETY: live handles, and variables.
        unsafe {
            assert_eq!(hedgerow_image_iter_start(world.image, &mut iter), Status::Ok);
            while hedgerow_image_iter_next(world.image, &mut iter, &mut entry) == Status::Ok {
                count += 1;
            }
        }
        assert_eq!(count, 100);
        Status::Ok
    }),
    ("hedgerow_delta_open", |world| {
        let (mut bytes, mut delta) = (Bytes { start: null(), length: 0 }, null_mut());
        // SAFETY: live handles, and variables.
        unsafe {
            assert_eq!(hedgerow_delta_bytes(world.delta, &mut bytes), Status::Ok);
            match hedgerow_delta_open(bytes.start, bytes.length, &mut delta) {
                Status::Ok => hedgerow_delta_free(delta),
                refused => refused,
            }
        }
    }),
    ("hedgerow_image_writer_new", |_| {
        let mut writer = null_mut();
        // SAFETY: variables, and the handle that they hold.
        unsafe {
            match hedgerow_image_writer_new(IMAGE_WORDS, IMAGE_WORDS, &mut writer) {
                Status::Ok => hedgerow_image_writer_free(writer),
                refused => refused,
            }
        }
    }),
    ("hedgerow_image_writer_put", |world| {
        for key in &BYTES[..200] {
            let (key, text) = (&raw const *key, b"text".as_ptr());
            // SAFETY: live handles, and variables.
            let status = unsafe { hedgerow_image_writer_put(world.writer, key, 1, text, 4) };
            if status != Status::Ok {
                return status;
            }
        }
        Status::Ok
    }),
];

fn operation(&(name, act): &(&'static str, Act)) -> Operation {
    let attempt = Box::new(move |what: Try| {
        let world = World::new();
        let (status, refused) = what.run(|| act(&world));
        match status {
            Status::Ok => {}
            Status::Memory if refused > 0 => {}
            status => panic!("{status:?}, {refused} refused"),
        }
        assert_eq!(act(&world), Status::Ok, "with memory");
        refused
    });
    Operation { name, attempt }
}

#[test]
fn every_call_on_an_image_is_refused_or_done() {
    let calls: Vec<Operation> = CALLS.iter().map(operation).collect();
    try_all("every_call_on_an_image_is_refused_or_done", &calls);
}
