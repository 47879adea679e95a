//! A fuzzer's bytes as calls of the C library, on two stores: one of plain numbers, and one with
//! all callbacks, which call the library as well.
//!
//! Most arguments are right, so that calls get far. Sometimes a pointer is null or misaligned, a
//! version is made up, a probe is overwritten. All calls keep the contract of the header, and may
//! return any status but two: a panic or a broken invariant is a finding. References of the second
//! store are counted, and all have to be given back when it is freed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ffi::c_void;
use std::ptr::{null, null_mut};

use hedgerow_c::{
    CIter, CProbe, CStore, Change, Compaction, Conflict, Item, Limits, Options, Pair, Sharing,
    Stats, Status, Unshared, *,
};

/// The most calls inside each other.
const DEEPEST: u32 = 3;
/// The most entries of a built version, and of a buffer.
const LONGEST: usize = 48;

/// Plays all bytes as calls. Returns the statuses that they returned.
pub fn play_calls(bytes: &[u8]) -> BTreeSet<i32> {
    let world = World::new(bytes);
    while !world.is_over() {
        world.step();
    }
    for index in 0..world.stores.len() {
        world.end(index);
    }
    world.statuses.take()
}

/// All that calls work on. Callbacks use it while a call runs, so everything is in a cell.
struct World<'a> {
    bytes: &'a [u8],
    position: Cell<usize>,
    depth: Cell<u32>,
    stores: [Cell<*mut CStore>; 2],
    /// All numbers of versions that calls returned, including released ones.
    numbers: RefCell<Vec<u64>>,
    probes: RefCell<Vec<CProbe>>,
    iters: RefCell<Vec<CIter>>,
    /// References from entries of the second store.
    references: RefCell<HashMap<(u64, u64), i64>>,
    statuses: RefCell<BTreeSet<i32>>,
    /// Aligned memory, for misaligned pointers into it.
    memory: RefCell<[u64; 64]>,
}

extern "C" fn equal(context: *mut c_void, a: u64, b: u64) -> i32 {
    let world = world(context);
    world.call_back();
    if world.byte() == 0 && !world.is_over() { -1 } else { i32::from(a % 16 == b % 16) }
}

extern "C" fn retain(context: *mut c_void, key: u64, value: u64) {
    let world = world(context);
    *world.references.borrow_mut().entry((key, value)).or_default() += 1;
    world.call_back();
}

extern "C" fn release(context: *mut c_void, key: u64, value: u64) {
    let world = world(context);
    {
        let mut references = world.references.borrow_mut();
        let count = references.entry((key, value)).or_default();
        assert!(*count > 0, "({key}, {value}) is dropped once too often");
        *count -= 1;
    }
    world.call_back();
}

extern "C" fn visit(context: *mut c_void, _: u64, _: u64, holders: u32) -> i32 {
    let world = world(context);
    assert!(holders > 0);
    world.call_back();
    i32::from(world.byte() as i8) / 100
}

extern "C" fn resolve(context: *mut c_void, conflict: *const Conflict, value: *mut u64) -> i32 {
    let world = world(context);
    // SAFETY: the library lends both for as long as this runs.
    unsafe { *value = (*conflict).ours };
    world.call_back();
    i32::from(world.byte() % 3) - 1
}

fn world<'a>(context: *mut c_void) -> &'a World<'a> {
    // SAFETY: the context of every callback is a world that lives on `play_calls`' stack, and is
    // only ever shared.
    unsafe { &*context.cast::<World<'a>>() }
}

impl<'a> World<'a> {
    fn new(bytes: &'a [u8]) -> Box<Self> {
        let world = Box::new(World {
            bytes,
            position: Cell::new(0),
            depth: Cell::new(0),
            stores: [const { Cell::new(null_mut()) }; 2],
            numbers: RefCell::new(vec![0, u64::MAX]),
            probes: RefCell::new(vec![CProbe::default()]),
            iters: RefCell::new(vec![CIter::default()]),
            references: RefCell::default(),
            statuses: RefCell::default(),
            memory: RefCell::new([0; 64]),
        });
        world.begin(0);
        world.begin(1);
        world
    }

    fn context(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    fn begin(&self, index: usize) {
        let mut store = null_mut();
        let options = Options {
            context: self.context(),
            key_eq: Some(equal),
            value_eq: Some(equal),
            retain: Some(retain),
            drop: Some(release),
            hash_bits: 0,
            dead: 0,
        };
        // SAFETY: variables of this function, and callbacks whose world outlives the store.
        let status = unsafe {
            if index == 0 {
                hedgerow_store_new(null(), 0, &mut store)
            } else {
                hedgerow_store_new(&options, size_of::<Options>(), &mut store)
            }
        };
        assert_eq!(status, Status::Ok);
        self.stores[index].set(store);
        let mut empty = 0;
        // SAFETY: the store was made just now.
        assert_eq!(unsafe { hedgerow_version_empty(store, &mut empty) }, Status::Ok);
        self.numbers.borrow_mut().push(empty);
    }

    /// Frees a store, and checks that no reference is left. Refused while its callbacks run.
    fn end(&self, index: usize) -> bool {
        let store = self.stores[index].get();
        // SAFETY: the store is live.
        assert_eq!(unsafe { hedgerow_store_check(store) }, Status::Ok);
        // SAFETY: the store is live, and is forgotten where this is done.
        match unsafe { hedgerow_store_free(store) } {
            Status::Ok => {
                self.stores[index].set(null_mut());
                let references = self.references.borrow();
                let left = references.iter().find(|(_, count)| **count != 0);
                assert!(index == 0 || left.is_none(), "{left:?} was never dropped");
                true
            }
            Status::Busy => false,
            status => panic!("{status:?} from the end of a store"),
        }
    }

    fn is_over(&self) -> bool {
        self.position.get() >= self.bytes.len()
    }

    fn byte(&self) -> u8 {
        let byte = self.bytes.get(self.position.get()).copied().unwrap_or(0);
        self.position.set(self.position.get() + 1);
        byte
    }

    /// What a callback does before it returns: often nothing.
    fn call_back(&self) {
        if self.depth.get() < DEEPEST && !self.is_over() && self.byte().is_multiple_of(4) {
            self.step();
        }
    }

    /// One of the numbers so far; more often a recent one.
    fn number(&self) -> u64 {
        let byte = self.byte();
        let numbers = self.numbers.borrow();
        match byte {
            255 => numbers[numbers.len() / 2] ^ 1 << (self.byte() % 64),
            _ => numbers[numbers.len() - 1 - usize::from(byte) % numbers.len().min(24)],
        }
    }

    /// A pointer that is usually right; otherwise null or misaligned.
    fn pointer<T>(&self, right: *mut T) -> *mut T {
        match self.byte() {
            254 => null_mut(),
            255 => self.memory.as_ptr().cast::<T>().wrapping_byte_add(1),
            _ => right,
        }
    }

    fn store(&self) -> *mut CStore {
        let store = self.stores[usize::from(self.byte() % 2)].get();
        if self.byte() == 255 { null_mut() } else { store }
    }

    fn step(&self) {
        self.depth.set(self.depth.get() + 1);
        let (family, call) = (self.byte() % 40, self.byte());
        let mut made = 0;
        let status = match family {
            0..14 => self.key_call(call, &mut made),
            14..22 => self.step_call(call, &mut made),
            22..29 => self.relation_call(call, &mut made),
            29..35 => self.version_call(call, &mut made),
            _ => self.store_call(call),
        };
        let is_finding = matches!(status, Status::Panic | Status::Corrupt);
        assert!(!is_finding, "{status:?} from call {call} of family {family}");
        self.statuses.borrow_mut().insert(status as i32);
        if made != 0 {
            self.numbers.borrow_mut().push(made);
        }
        self.depth.set(self.depth.get() - 1);
    }

    fn key_call(&self, call: u8, made: &mut u64) -> Status {
        let (store, version, key) = (self.store(), self.number(), u64::from(self.byte()));
        let made = self.pointer(made);
        // SAFETY: a live store or none, and pointers to variables or refused ones.
        unsafe {
            match call % 12 {
                0..6 => {
                    hedgerow_key_insert(store, version, hash(key), key, self.byte().into(), made)
                }
                6 | 7 => hedgerow_key_remove(store, version, hash(key), key, made),
                8 => {
                    let items: Vec<Item> = (0..usize::from(self.byte()) % LONGEST)
                        .map(|_| u64::from(self.byte()))
                        .map(|key| Item { hash: hash(key), key, value: key / 2 })
                        .collect();
                    let start = self.pointer(items.as_ptr().cast_mut());
                    hedgerow_version_build(store, start, items.len(), made)
                }
                9 => {
                    let keys: Vec<u64> = (key..key + 20).collect();
                    let hashes: Vec<u64> = keys.iter().map(|&key| hash(key)).collect();
                    let (mut values, mut found) = ([0; 20], [0; 20]);
                    let values = self.pointer(values.as_mut_ptr());
                    let (hashes, keys) = (hashes.as_ptr(), keys.as_ptr());
                    let found = found.as_mut_ptr();
                    hedgerow_key_get_many(store, version, hashes, keys, 20, values, found)
                }
                _ => {
                    let mut value = 0;
                    let value = self.pointer(&mut value);
                    hedgerow_key_get(store, version, hash(key), key, value)
                }
            }
        }
    }

    fn step_call(&self, call: u8, made: &mut u64) -> Status {
        let (store, made) = (self.store(), self.pointer(made));
        let last = |count: usize| count - 1 - usize::from(self.byte()) % count.min(4);
        let mut probe = {
            let probes = self.probes.borrow();
            probes[last(probes.len())]
        };
        let mut iter = {
            let iters = self.iters.borrow();
            iters[last(iters.len())]
        };
        let (mut key, mut value, mut count) = (0, 0, 0);
        let mut pairs = [Pair::default(); 16];
        // SAFETY: a live store or none, and pointers to variables or refused ones.
        let status = unsafe {
            match call % 8 {
                0 => {
                    let hash = hash(self.byte().into());
                    hedgerow_probe_start(store, self.number(), hash, self.pointer(&mut probe))
                }
                1 => hedgerow_probe_candidate(store, &probe, self.pointer(&mut key), &mut value),
                2 => hedgerow_probe_advance(self.pointer(&mut probe)),
                3 => {
                    let (key, value) = (self.byte().into(), self.byte().into());
                    hedgerow_probe_put(store, self.pointer(&mut probe), key, value, made)
                }
                4 => hedgerow_probe_cut(store, &probe, made),
                5 => hedgerow_iter_start(store, self.number(), self.pointer(&mut iter)),
                6 => hedgerow_iter_next(store, &mut iter, self.pointer(&mut key), &mut value),
                _ => {
                    let capacity = usize::from(self.byte()) % (pairs.len() + 1);
                    let pairs = self.pointer(pairs.as_mut_ptr());
                    hedgerow_iter_next_many(store, &mut iter, pairs, capacity, &mut count)
                }
            }
        };
        if self.byte() == 255 {
            // Overwrites them.
            probe.opaque[usize::from(self.byte()) % 6] ^= 1 << (self.byte() % 64);
            iter.opaque[usize::from(self.byte()) % 6] ^= 1 << (self.byte() % 64);
        }
        self.probes.borrow_mut().push(probe);
        self.iters.borrow_mut().push(iter);
        status
    }

    fn relation_call(&self, call: u8, made: &mut u64) -> Status {
        let (store, a, b) = (self.store(), self.number(), self.number());
        let made = self.pointer(made);
        let (mut equal, mut count, mut sharing) = (0, 0, Sharing::default());
        let mut changes = [Change::default(); LONGEST];
        let mut entries = [Unshared::default(); LONGEST];
        // SAFETY: a live store or none, and pointers to variables or refused ones.
        unsafe {
            match call % 9 {
                0 => hedgerow_version_equal(store, a, b, self.pointer(&mut equal)),
                1 => {
                    let changes = self.pointer(changes.as_mut_ptr());
                    hedgerow_version_diff(store, a, b, changes, LONGEST, &mut count)
                }
                2 => {
                    let entries = self.pointer(entries.as_mut_ptr());
                    hedgerow_version_unshared(store, a, b, entries, LONGEST, &mut count)
                }
                3 => {
                    let size = size_of::<Sharing>() + usize::from(self.byte() == 255);
                    hedgerow_version_shared(store, a, b, self.pointer(&mut sharing), size)
                }
                4 => hedgerow_version_union(store, a, b, made),
                5 => hedgerow_version_intersect(store, a, b, made),
                6 => hedgerow_version_subtract(store, a, b, made),
                _ => {
                    let decide: hedgerow_c::ResolveFunction =
                        if self.byte().is_multiple_of(8) { None } else { Some(resolve) };
                    let base = self.number();
                    hedgerow_version_merge(store, base, a, b, decide, self.context(), made)
                }
            }
        }
    }

    fn version_call(&self, call: u8, made: &mut u64) -> Status {
        let (store, version) = (self.store(), self.number());
        let made = self.pointer(made);
        let (mut len, mut length, mut text) = (0, 0, [0; 256]);
        // SAFETY: a live store or none, and pointers to variables or refused ones.
        unsafe {
            match call % 8 {
                0 | 1 => hedgerow_version_release(store, version),
                2 => hedgerow_version_forget(store, version),
                3 => hedgerow_edit_open(store, version, made),
                4 => hedgerow_edit_commit(store, version, made),
                5 => hedgerow_edit_abandon(store, version),
                6 => hedgerow_version_len(store, version, self.pointer(&mut len)),
                _ => {
                    let text = self.pointer(text.as_mut_ptr());
                    let capacity = usize::from(self.byte());
                    hedgerow_version_dump(store, version, text, capacity, &mut length)
                }
            }
        }
    }

    fn store_call(&self, call: u8) -> Status {
        let store = self.store();
        let (mut stats, mut done) = (Stats::default(), Compaction::default());
        let mut limits = Limits::default();
        let (mut dead, mut count) = ([Pair::default(); 4], 0);
        // SAFETY: a live store or none, and pointers to variables or refused ones.
        unsafe {
            match call % 8 {
                0 => {
                    let size = size_of::<Compaction>();
                    hedgerow_store_compact(store, self.pointer(&mut done), size)
                }
                1 => hedgerow_store_stats(store, self.pointer(&mut stats), size_of::<Stats>()),
                2 => {
                    let size = size_of::<Limits>();
                    let status = hedgerow_store_limits(store, &mut limits, size);
                    limits.entries = 40 + u64::from(self.byte());
                    limits.words = if self.byte().is_multiple_of(2) { 700 } else { 1 << 20 };
                    match status {
                        Status::Ok => hedgerow_store_set_limits(store, &limits, size),
                        refused => refused,
                    }
                }
                3 => hedgerow_store_drain(store, self.pointer(dead.as_mut_ptr()), 4, &mut count),
                4 => {
                    let versions = [self.number(), self.number()];
                    let (start, count) = if self.byte().is_multiple_of(2) {
                        (null(), 0)
                    } else {
                        (versions.as_ptr(), 2)
                    };
                    hedgerow_store_visit(store, start, count, Some(visit), self.context())
                }
                5 => {
                    let index = usize::from(self.byte() % 2);
                    if self.depth.get() == 1 && self.byte().is_multiple_of(8) && self.end(index) {
                        self.begin(index);
                    }
                    Status::Ok
                }
                _ => hedgerow_store_check(store),
            }
        }
    }
}

/// Eight hashes, so that keys of one hash may be equal or not: the second store tells sixteen keys
/// apart.
fn hash(key: u64) -> u64 {
    key % 8 * 0x21
}
