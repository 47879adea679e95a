//! A fuzzer's bytes as calls on the C library's values and dicts, with objects whose hash, equality
//! and repr call back, fail, and free what the running calls were given.
//!
//! All calls keep the contract of the header, and may return any status but a panic. Objects are
//! counted: none may be left after the last handle is freed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ptr::null_mut;

use hedgerow_c::{
    CDict, CDictIter, CPolicy, CType, CValue, KIND_FROZENSET, KIND_TUPLE, NOT_IMPLEMENTED, Status,
    TypeOptions, *,
};

/// The most calls inside each other.
const DEEPEST: u32 = 3;
/// The most handles; when there are more, the oldest is freed.
const MOST_HANDLES: usize = 64;
/// The most items of a tuple or frozenset that is put into another: otherwise sizes would multiply.
const LARGEST: usize = 8;
const DICTS: usize = 3;

/// Plays all bytes as calls. Returns the statuses that they returned.
pub fn play_object_calls(bytes: &[u8]) -> BTreeSet<i32> {
    let world = World::new(bytes);
    while !world.is_over() {
        world.step();
    }
    world.end()
}

/// All that calls work on. Callbacks use it while a call runs, so everything is in a cell.
struct World<'a> {
    bytes: &'a [u8],
    position: Cell<usize>,
    depth: Cell<u32>,
    policy: Cell<CPolicy>,
    class: Cell<*mut CType>,
    values: RefCell<Vec<*mut CValue>>,
    /// Freed only at the end, when all are cleared: a dict may contain itself.
    dicts: RefCell<Vec<*mut CDict>>,
    iters: RefCell<Vec<CDictIter>>,
    objects: Cell<usize>,
    statuses: RefCell<BTreeSet<i32>>,
    /// Aligned memory, for misaligned pointers into it.
    memory: RefCell<[u64; 16]>,
}

/// What an object's word points at. It is freed when the library drops the object.
struct Thing<'a> {
    world: &'a World<'a>,
    name: u8,
}

fn thing<'a>(word: u64) -> &'a Thing<'a> {
    // SAFETY: every word is the address of a boxed thing, which is freed by its drop, after all
    // other calls with the word. The world lives longer.
    unsafe { &*std::ptr::with_exposed_provenance(word as usize) }
}

extern "C" fn hash(word: u64, me: *const CValue, hash: *mut i64) -> i32 {
    let Thing { world, name } = *thing(word);
    world.call_back();
    // SAFETY: the library lends both for as long as this runs.
    unsafe {
        assert_eq!(hedgerow_value_free(me.cast_mut()), Status::Busy);
        *hash = i64::from(name % 4);
    }
    if world.byte() == 1 { Status::TypeError as i32 } else { 0 }
}

extern "C" fn eq(word: u64, _: *const CValue, other: *const CValue) -> i32 {
    let Thing { world, name } = *thing(word);
    world.call_back();
    let mut others = 0;
    // SAFETY: the library lends the value, and the type is live.
    let status = unsafe { hedgerow_value_to_object(other, world.class.get(), &mut others) };
    match (world.byte(), status) {
        (1, _) => -1,
        // SAFETY: text of this program.
        (2, _) => unsafe {
            hedgerow_error_raise(Status::ValueError as i32, c"no".as_ptr(), 2) as i32
        },
        (_, Status::Ok) => i32::from(thing(others).name % 8 == name % 8),
        (byte, _) if byte.is_multiple_of(8) => i32::from(byte.is_multiple_of(16)),
        _ => NOT_IMPLEMENTED,
    }
}

extern "C" fn repr(word: u64, me: *const CValue, text: *mut *mut CValue) -> i32 {
    let world = thing(word).world;
    world.call_back();
    // SAFETY: the library lends `me`, and `text` is where the result goes.
    unsafe {
        match world.byte() % 16 {
            0 => *text = me.cast_mut(),
            1 => return Status::KeyError as i32,
            2 => return hedgerow_value_int(1, text) as i32,
            3 => {}
            _ => return hedgerow_value_str_from_utf8(c"thing".as_ptr(), 5, 0, text) as i32,
        }
    }
    0
}

extern "C" fn drop_thing(word: u64) {
    let world = thing(word).world;
    world.objects.set(world.objects.get() - 1);
    world.call_back();
    let thing: *mut Thing<'_> = std::ptr::with_exposed_provenance_mut(word as usize);
    // SAFETY: it came from a box. The library drops an object once; otherwise the count of objects
    // would be wrong.
    drop(unsafe { Box::from_raw(thing) });
}

impl<'a> World<'a> {
    fn new(bytes: &'a [u8]) -> Box<Self> {
        let world = Box::new(World {
            bytes,
            position: Cell::new(0),
            depth: Cell::new(0),
            policy: Cell::default(),
            class: Cell::new(null_mut()),
            values: RefCell::default(),
            dicts: RefCell::default(),
            iters: RefCell::new(vec![CDictIter::default()]),
            objects: Cell::new(0),
            statuses: RefCell::default(),
            memory: RefCell::default(),
        });
        let name = c"thing";
        let options = TypeOptions {
            name: name.as_ptr(),
            name_length: 5,
            hash: Some(hash),
            eq: Some(eq),
            repr: Some(repr),
            drop: Some(drop_thing),
        };
        // SAFETY: variables of this function, and functions whose world outlives the type.
        unsafe {
            let mut policy = CPolicy::default();
            assert_eq!(hedgerow_policy_cpython(0, &mut policy), Status::Ok);
            world.policy.set(policy);
            let size = size_of::<TypeOptions>();
            assert_eq!(hedgerow_type_new(&options, size, world.class.as_ptr()), Status::Ok);
            for _ in 0..DICTS {
                let mut dict = null_mut();
                assert_eq!(hedgerow_dict_new(&policy, &mut dict), Status::Ok);
                world.dicts.borrow_mut().push(dict);
            }
        }
        world
    }

    /// Frees everything, and checks that no object is left.
    fn end(&self) -> BTreeSet<i32> {
        while let Some(dict) = { self.dicts.borrow().last().copied() } {
            // SAFETY: the dict is live, and forgotten before it is freed.
            unsafe {
                assert_eq!(hedgerow_dict_clear(dict), Status::Ok);
                self.dicts.borrow_mut().retain(|&other| other != dict);
                assert_eq!(hedgerow_dict_free(dict), Status::Ok);
            }
        }
        while self.free_oldest() {}
        // SAFETY: nobody uses the type afterwards; its objects are gone.
        assert_eq!(unsafe { hedgerow_type_free(self.class.get()) }, Status::Ok);
        assert_eq!(self.objects.get(), 0, "objects were never dropped");
        self.statuses.take()
    }

    fn free_oldest(&self) -> bool {
        let oldest = {
            let mut values = self.values.borrow_mut();
            if values.is_empty() {
                return false;
            }
            values.remove(0)
        };
        // SAFETY: the handle is live, and was forgotten.
        assert_eq!(unsafe { hedgerow_value_free(oldest) }, Status::Ok);
        true
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

    /// A pointer that is usually right; otherwise null or misaligned.
    fn pointer<T>(&self, right: *mut T) -> *mut T {
        match self.byte() {
            254 => null_mut(),
            255 => self.memory.as_ptr().cast::<T>().wrapping_byte_add(1),
            _ => right,
        }
    }

    /// A value; sometimes null, or not a value.
    fn value(&self) -> *mut CValue {
        let byte = usize::from(self.byte());
        let values = self.values.borrow();
        match byte {
            255 => null_mut(),
            254 => self.memory.as_ptr().cast(),
            _ if values.is_empty() => null_mut(),
            _ => values[values.len() - 1 - byte % values.len()],
        }
    }

    /// A dict; sometimes not a dict.
    fn dict(&self) -> *mut CDict {
        let byte = usize::from(self.byte());
        let dicts = self.dicts.borrow();
        match byte {
            255 => self.memory.as_ptr().cast(),
            _ if dicts.is_empty() => null_mut(),
            _ => dicts[byte % dicts.len()],
        }
    }

    fn step(&self) {
        self.depth.set(self.depth.get() + 1);
        let (family, call) = (self.byte() % 8, self.byte());
        let (mut made, mut second) = (null_mut(), null_mut());
        let status = match family {
            0 | 1 => self.making(call, &mut made),
            2 => self.reading(call, &mut made),
            3 => self.whole(call),
            _ => self.keys(call, &mut made, &mut second),
        };
        assert!(status != Status::Panic, "{status:?} from call {call} of family {family}");
        self.statuses.borrow_mut().insert(status as i32);
        let made = [made, second].into_iter().filter(|made| !made.is_null());
        self.values.borrow_mut().extend(made);
        if { self.values.borrow().len() } > MOST_HANDLES {
            self.free_oldest();
        }
        self.depth.set(self.depth.get() - 1);
    }

    /// Whether a value may be an item: not if it has many of its own.
    fn is_small(&self, value: *mut CValue) -> bool {
        let (mut kind, mut length) = (0, 0);
        // SAFETY: a live value, or what is refused.
        let nests = unsafe {
            hedgerow_value_kind(value, &mut kind) == Status::Ok
                && matches!(kind, KIND_TUPLE | KIND_FROZENSET)
                && hedgerow_value_length(value, &mut length) == Status::Ok
        };
        // At most one large item: sizes then add up, and do not multiply.
        !nests || (length < LARGEST && self.byte().is_multiple_of(8))
    }

    fn making(&self, call: u8, made: &mut *mut CValue) -> Status {
        let (byte, made) = (self.byte(), self.pointer(made));
        let text = [byte % 4 + b'0', self.byte(), b'1'];
        let (length, errors) = (usize::from(byte % 4), u32::from(self.byte() % 4));
        let units = [u16::from(byte), 0xd83d, 0xdc0d];
        let start = self.pointer(text.as_ptr().cast_mut());
        let policy = self.policy.get();
        // SAFETY: live handles or refused ones, and pointers to variables or refused ones.
        unsafe {
            match call % 14 {
                0 => hedgerow_value_none(made),
                1 => hedgerow_value_ellipsis(made),
                2 => hedgerow_value_bool(i32::from(byte % 2), made),
                3 => hedgerow_value_int(i64::from(byte % 8), made),
                4 => hedgerow_value_int_from_text(start.cast(), length, made),
                5 => hedgerow_value_float(f64::from(byte % 8), made),
                6 => hedgerow_value_complex(f64::from(byte % 4), 0.0, made),
                7 => hedgerow_value_str_from_utf8(start.cast(), length, errors, made),
                8 => hedgerow_value_str_from_utf16(units.as_ptr(), length, made),
                9 => hedgerow_value_bytes(start, length, made),
                10 => {
                    let mut items = [self.value(), self.value()];
                    items.iter_mut().filter(|item| !self.is_small(**item)).for_each(|item| {
                        *item = null_mut();
                    });
                    let items = items.map(|item| item.cast_const());
                    if byte.is_multiple_of(2) {
                        return hedgerow_value_tuple(items.as_ptr(), 2, made);
                    }
                    hedgerow_value_frozenset(items.as_ptr(), 2, &policy, made)
                }
                11 => hedgerow_value_dict(self.dict(), made),
                _ => self.object(byte, made),
            }
        }
    }

    fn object(&self, name: u8, made: *mut *mut CValue) -> Status {
        // SAFETY: the world outlives every thing: `end` frees all handles and counts.
        let world: &'a World<'a> = unsafe { &*std::ptr::from_ref(self) };
        let word = Box::into_raw(Box::new(Thing { world, name }));
        // SAFETY: the type is live, and `made` is a variable or refused.
        let status = unsafe {
            hedgerow_value_object(self.class.get(), word.expose_provenance() as u64, made)
        };
        if status == Status::Ok {
            self.objects.set(self.objects.get() + 1);
        } else {
            // SAFETY: it was refused, so the word was not taken.
            drop(unsafe { Box::from_raw(word) });
        }
        status
    }

    fn reading(&self, call: u8, made: &mut *mut CValue) -> Status {
        let (value, other, policy) = (self.value(), self.value(), self.policy.get());
        let (mut text, mut units, mut length) = ([0_u8; 48], [0; 16], 0);
        let (mut real, mut imag, mut truth, mut number) = (0.0, 0.0, 0, 0);
        let capacity = usize::from(self.byte()) % text.len();
        let start = self.pointer(text.as_mut_ptr());
        let errors = u32::from(self.byte() % 4);
        // SAFETY: live handles or refused ones, and pointers to variables or refused ones.
        unsafe {
            match call % 14 {
                0 => hedgerow_value_to_bool(value, self.pointer(&mut truth)),
                1 => hedgerow_value_to_int64(value, self.pointer(&mut number)),
                2 => hedgerow_value_to_double(value, self.pointer(&mut real)),
                3 => hedgerow_value_to_complex(value, &mut real, self.pointer(&mut imag)),
                4 => hedgerow_value_to_utf8(value, errors, start.cast(), capacity, &mut length),
                5 => hedgerow_value_to_utf16(value, errors, units.as_mut_ptr(), 16, &mut length),
                6 => hedgerow_value_to_bytes(value, start, capacity, &mut length),
                7 => hedgerow_value_item(value, capacity % 4, self.pointer(made)),
                8 => hedgerow_value_hash(value, &policy, self.pointer(&mut number)),
                9 => hedgerow_value_equal(value, other, self.pointer(&mut truth)),
                10 => hedgerow_value_is(value, other, self.pointer(&mut truth)),
                11 => hedgerow_value_clone(value, self.pointer(made)),
                12 => hedgerow_error_message(start.cast(), capacity, &mut length),
                _ => hedgerow_value_repr(value, start.cast(), capacity, &mut length),
            }
        }
    }

    fn keys(&self, call: u8, made: &mut *mut CValue, second: &mut *mut CValue) -> Status {
        let (dict, key, value) = (self.dict(), self.value(), self.value());
        let (made, byte) = (self.pointer(made), self.byte());
        let text = [b'0' + byte % 4, byte, b'1'];
        let units = [u16::from(byte), 0xd83d, 0xdc0d];
        let length = usize::from(byte % 4);
        let mut iter = {
            let iters = self.iters.borrow();
            iters[iters.len() - 1 - usize::from(byte) % iters.len().min(3)]
        };
        // SAFETY: live handles or refused ones, and pointers to variables or refused ones.
        let status = unsafe {
            match call % 16 {
                0..4 => hedgerow_dict_set(dict, key, value),
                4 => hedgerow_dict_get(dict, key, made),
                5 => hedgerow_dict_contains(dict, key),
                6 => hedgerow_dict_delete(dict, key),
                7 => hedgerow_dict_pop(dict, key, made),
                8 => hedgerow_dict_setdefault(dict, key, value, made),
                9 => hedgerow_dict_popitem(dict, made, second),
                10 => hedgerow_dict_get_utf8(dict, text.as_ptr().cast(), length, made),
                11 => hedgerow_dict_get_utf16(dict, units.as_ptr(), length, made),
                12 => hedgerow_dict_get_int64(dict, i64::from(byte % 8), made),
                13 => hedgerow_dict_get_double(dict, f64::from(byte % 8), made),
                14 => hedgerow_dict_iter_start(dict, self.pointer(&mut iter)),
                _ => hedgerow_dict_iter_next(dict, &mut iter, made, second),
            }
        };
        if byte == 255 {
            // Overwrites it.
            iter.opaque[usize::from(self.byte()) % 8] ^= 1 << (self.byte() % 64);
        }
        self.iters.borrow_mut().push(iter);
        status
    }

    fn whole(&self, call: u8) -> Status {
        let (dict, other) = (self.dict(), self.dict());
        let (mut text, mut length, mut truth, mut len) = ([0_u8; 64], 0, 0, 0);
        // SAFETY: live handles or refused ones, and pointers to variables or refused ones.
        unsafe {
            match call % 8 {
                0 => hedgerow_dict_len(dict, self.pointer(&mut len)),
                1 => hedgerow_dict_clear(dict),
                2 => {
                    let mut copy = null_mut();
                    let status = hedgerow_dict_copy(dict, &mut copy);
                    let many = { self.dicts.borrow().len() } >= 2 * DICTS;
                    match status {
                        // It may contain a dict that contains it, so it is cleared first.
                        Status::Ok if many => {
                            assert_eq!(hedgerow_dict_clear(copy), Status::Ok);
                            assert_eq!(hedgerow_dict_free(copy), Status::Ok);
                        }
                        Status::Ok => self.dicts.borrow_mut().push(copy),
                        _ => {}
                    }
                    status
                }
                3 => hedgerow_dict_equal(dict, other, self.pointer(&mut truth)),
                4 => hedgerow_dict_update(dict, other),
                5 => hedgerow_dict_merge(dict, other, u32::from(self.byte() % 4)),
                6 if self.values.borrow().len() > 4 => {
                    self.free_oldest();
                    Status::Ok
                }
                _ => hedgerow_dict_repr(dict, text.as_mut_ptr().cast(), 64, &mut length),
            }
        }
    }
}
