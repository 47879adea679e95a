//! Where the allocator refuses, a call returns MEMORY, and nothing has changed.
//!
//! The bug class: a list or a handle that ends the caller's process where the allocator refuses; a
//! result that is lost, because the handle for it is refused after the call has done its work; an
//! entry that is retained and not dropped.
#![expect(unsafe_code, reason = "the calls of the C library take pointers")]

#[path = "../../../tests/no_memory/allocator.rs"]
mod allocator;
#[path = "../../../tests/no_memory/series.rs"]
mod series;

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

use hedgerow_c::*;
use series::{Operation, try_all};

#[global_allocator]
static ALLOCATOR: allocator::Refusing = allocator::Refusing;

/// A store whose keys collide, with relatives and a stranger.
struct World {
    store: *mut CStore,
    /// Entries that were retained and not dropped.
    held: Box<Cell<i64>>,
    base: u64,
    ours: u64,
    theirs: u64,
    stranger: u64,
    items: Vec<Item>,
    /// Entries that a call has inserted before it is refused.
    inserted: i64,
}

type Act = fn(&mut World) -> Status;

extern "C" fn equal(_: *mut c_void, a: u64, b: u64) -> i32 {
    i32::from(a % 1_000 == b % 1_000)
}

extern "C" fn retain(held: *mut c_void, _: u64, _: u64) {
    // SAFETY: the context of the options, which outlives the store.
    let held = unsafe { &*held.cast::<Cell<i64>>() };
    held.set(held.get() + 1);
}

extern "C" fn drop_pair(held: *mut c_void, _: u64, _: u64) {
    // SAFETY: as above.
    let held = unsafe { &*held.cast::<Cell<i64>>() };
    held.set(held.get() - 1);
}

extern "C" fn visit(_: *mut c_void, _: u64, _: u64, _: u32) -> i32 {
    0
}

extern "C" fn resolve(_: *mut c_void, conflict: *const Conflict, value: *mut u64) -> i32 {
    // SAFETY: the library lends both.
    unsafe { *value = (*conflict).ours + (*conflict).theirs };
    1
}

fn options(held: *const Cell<i64>) -> Options {
    Options {
        context: held.cast_mut().cast(),
        key_eq: Some(equal),
        value_eq: None,
        retain: Some(retain),
        drop: Some(drop_pair),
        hash_bits: HASH_32,
        dead: DEAD_DISCARD,
    }
}

fn item(number: u64) -> Item {
    // Some keys share a hash, and some only its low bits.
    let hash = [number * 7_919, number / 2 * 31, number % 5][number as usize % 3] & 0xffff_ffff;
    Item { hash, key: number, value: number }
}

impl World {
    fn new() -> Self {
        let held = Box::new(Cell::new(0));
        let items: Vec<Item> = (0..120).map(item).collect();
        let mut world = World {
            store: null_mut(),
            held,
            base: 0,
            ours: 0,
            theirs: 0,
            stranger: 0,
            items,
            inserted: 0,
        };
        let options = options(&raw const *world.held);
        // SAFETY: variables of this test.
        unsafe {
            let size = size_of::<Options>();
            assert_eq!(hedgerow_store_new(&options, size, &mut world.store), Status::Ok);
            assert_eq!(hedgerow_version_empty(world.store, &mut world.base), Status::Ok);
        }
        for item in world.items.clone() {
            world.base = world.put(world.base, item.key, item.value);
        }
        let base = world.base;
        world.ours = world.changed(base, 3, 1);
        world.theirs = world.changed(base, 5, 2);
        let mut stranger = 0;
        assert_eq!(build(&mut world, &mut stranger), Status::Ok);
        world.stranger = stranger;
        world
    }

    /// A new version; the given one is kept if it is the base.
    fn put(&self, version: u64, number: u64, value: u64) -> u64 {
        let mut made = 0;
        let Item { hash, key, .. } = item(number);
        // SAFETY: variables of this test.
        unsafe {
            assert_eq!(
                hedgerow_key_insert(self.store, version, hash, key, value, &mut made),
                Status::Ok
            );
            if version != self.base || self.ours == 0 {
                assert_eq!(hedgerow_version_release(self.store, version), Status::Ok);
            }
        }
        made
    }

    fn changed(&mut self, version: u64, step: usize, change: u64) -> u64 {
        let mut edit = 0;
        let mut made = 0;
        // SAFETY: variables of this test.
        unsafe {
            assert_eq!(hedgerow_edit_open(self.store, version, &mut edit), Status::Ok);
            for (count, &Item { hash, key, value }) in self.items.iter().step_by(step).enumerate() {
                let status = if count % 3 == 2 {
                    hedgerow_key_remove(self.store, edit, hash, key, &mut made)
                } else {
                    hedgerow_key_insert(self.store, edit, hash, key, value + change, &mut made)
                };
                assert_eq!(status, Status::Ok);
            }
            let key = 10_000 * change;
            let status = hedgerow_key_insert(self.store, edit, change, key, 1, &mut made);
            assert_eq!(status, Status::Ok);
            assert_eq!(hedgerow_edit_commit(self.store, edit, &mut made), Status::Ok);
        }
        made
    }

    fn contents(&self, version: u64) -> Vec<Pair> {
        let mut iter = CIter::default();
        let (mut pairs, mut count) = (vec![Pair::default(); 500], 0);
        // SAFETY: variables of this test.
        unsafe {
            assert_eq!(hedgerow_iter_start(self.store, version, &mut iter), Status::Ok);
            let status =
                hedgerow_iter_next_many(self.store, &mut iter, pairs.as_mut_ptr(), 500, &mut count);
            assert_eq!(status, Status::Ok);
        }
        pairs.truncate(count);
        pairs
    }

    fn versions(&self) -> [u64; 4] {
        [self.base, self.ours, self.theirs, self.stranger]
    }
}

fn build(world: &mut World, made: &mut u64) -> Status {
    // SAFETY: variables of this test.
    unsafe { hedgerow_version_build(world.store, world.items.as_ptr(), world.items.len(), made) }
}

fn combined(
    world: &mut World,
    call: unsafe extern "C" fn(*mut CStore, u64, u64, *mut u64) -> Status,
) -> Status {
    let mut made = 0;
    // SAFETY: variables of this test.
    unsafe { call(world.store, world.ours, world.theirs, &mut made) }
}

const CALLS: &[(&str, Act)] = &[
    ("hedgerow_store_new", |world| {
        let (options, mut store) = (options(&raw const *world.held), null_mut());
        // SAFETY: variables of this test.
        unsafe {
            match hedgerow_store_new(&options, size_of::<Options>(), &mut store) {
                Status::Ok => hedgerow_store_free(store),
                refused => refused,
            }
        }
    }),
    ("hedgerow_version_build", |world| build(world, &mut 0)),
    ("hedgerow_version_union", |world| combined(world, hedgerow_version_union)),
    ("hedgerow_version_intersect", |world| combined(world, hedgerow_version_intersect)),
    ("hedgerow_version_subtract", |world| combined(world, hedgerow_version_subtract)),
    ("hedgerow_version_merge", |world| {
        let (mut made, World { store, base, ours, theirs, .. }) = (0, world);
        // SAFETY: variables of this test.
        unsafe {
            let context = null_mut();
            hedgerow_version_merge(*store, *base, *ours, *theirs, Some(resolve), context, &mut made)
        }
    }),
    ("hedgerow_version_equal", |world| {
        let mut equal = 0;
        // SAFETY: variables of this test.
        unsafe { hedgerow_version_equal(world.store, world.base, world.stranger, &mut equal) }
    }),
    ("hedgerow_version_diff", |world| {
        let (mut changes, mut count) = ([Change::default(); 300], 0);
        let (a, b, at) = (world.ours, world.stranger, changes.as_mut_ptr());
        // SAFETY: variables of this test.
        unsafe { hedgerow_version_diff(world.store, a, b, at, 300, &mut count) }
    }),
    ("hedgerow_version_unshared", |world| {
        let (mut entries, mut count) = ([Unshared::default(); 300], 0);
        let (a, b, at) = (world.ours, world.theirs, entries.as_mut_ptr());
        // SAFETY: variables of this test.
        unsafe { hedgerow_version_unshared(world.store, a, b, at, 300, &mut count) }
    }),
    ("hedgerow_version_dump", |world| {
        let (mut text, mut length) = ([0; 20_000], 0);
        let at = text.as_mut_ptr();
        // SAFETY: variables of this test.
        unsafe { hedgerow_version_dump(world.store, world.ours, at, 20_000, &mut length) }
    }),
    ("hedgerow_key_insert", |world| {
        let (store, mut made) = (world.store, 0);
        for number in 0..300 {
            let Item { hash, key, .. } = item(number);
            // SAFETY: variables of this test.
            match unsafe { hedgerow_key_insert(store, world.ours, hash, key, 9_999, &mut made) } {
                Status::Ok => world.inserted += 1,
                refused => return refused,
            }
        }
        Status::Ok
    }),
    ("hedgerow_store_visit", |world| {
        // SAFETY: variables of this test.
        unsafe { hedgerow_store_visit(world.store, null(), 0, Some(visit), null_mut()) }
    }),
    ("hedgerow_store_compact", |world| {
        // SAFETY: variables of this test.
        unsafe { hedgerow_store_compact(world.store, null_mut(), 0) }
    }),
];

/// Calls that cannot be refused.
const ENDS: &[(&str, Act)] = &[
    ("hedgerow_version_release", |world| {
        for version in [world.ours, world.base, world.theirs] {
            // SAFETY: variables of this test.
            assert_eq!(unsafe { hedgerow_version_release(world.store, version) }, Status::Ok);
        }
        (world.base, world.ours, world.theirs) = (world.stranger, world.stranger, world.stranger);
        Status::Ok
    }),
    ("hedgerow_store_free", |world| {
        // SAFETY: variables of this test.
        unsafe { hedgerow_store_free(std::mem::replace(&mut world.store, null_mut())) }
    }),
];

fn of_map((name, act): &(&'static str, Act), may_be_refused: bool) -> Operation {
    let act = *act;
    let attempt = Box::new(move |what: series::Try| {
        let mut world = World::new();
        let held = world.held.get();
        let before = world.versions().map(|version| world.contents(version));
        let (status, refused) = what.run(|| act(&mut world));
        match status {
            Status::Ok => {}
            Status::Memory if refused > 0 && may_be_refused => {
                assert_eq!(world.held.get(), held + world.inserted);
            }
            status => panic!("{status:?}, {refused} refused"),
        }
        if !world.store.is_null() {
            // SAFETY: a live store, which is not used afterwards.
            unsafe {
                assert_eq!(hedgerow_store_check(world.store), Status::Ok);
                if world.base != world.stranger {
                    assert!(before == world.versions().map(|version| world.contents(version)));
                }
                assert_eq!(hedgerow_store_free(world.store), Status::Ok);
            }
        }
        assert_eq!(world.held.get(), 0);
        refused
    });
    Operation { name, attempt }
}

#[test]
fn every_call_on_a_store_is_refused_or_done() {
    let calls = CALLS.iter().map(|call| of_map(call, true));
    let ends = ENDS.iter().map(|call| of_map(call, false));
    try_all("every_call_on_a_store_is_refused_or_done", &calls.chain(ends).collect::<Vec<_>>());
}
