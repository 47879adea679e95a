//! Where the allocator refuses, a call on a dict or value returns MEMORY, and nothing has changed.
//!
//! The bug class is that of `no_memory.rs`: an item that is popped, and lost because the handle for
//! it is refused.
#![expect(unsafe_code, reason = "the calls of the C library take pointers")]

#[path = "../../../tests/no_memory/allocator.rs"]
mod allocator;
#[path = "../../../tests/no_memory/series.rs"]
mod series;

use std::ptr::null_mut;

use hedgerow_c::*;
use series::{Operation, Try, try_all};

#[global_allocator]
static ALLOCATOR: allocator::Refusing = allocator::Refusing;

/// Two dicts of ints, and keys.
struct Dicts {
    few: *mut CDict,
    more: *mut CDict,
    key: *mut CValue,
    new: *mut CValue,
}

type Act = fn(&Dicts) -> Status;

fn int(number: i64) -> *mut CValue {
    let mut value = null_mut();
    // SAFETY: a variable.
    assert_eq!(unsafe { hedgerow_value_int(number, &mut value) }, Status::Ok);
    value
}

fn dict_of(numbers: impl Iterator<Item = i64>) -> *mut CDict {
    let (mut policy, mut dict) = (CPolicy::default(), null_mut());
    // SAFETY: variables, and handles that are freed here.
    unsafe {
        assert_eq!(hedgerow_policy_cpython(0, &mut policy), Status::Ok);
        assert_eq!(hedgerow_dict_new(&policy, &mut dict), Status::Ok);
        for number in numbers {
            let value = int(number);
            assert_eq!(hedgerow_dict_set(dict, value, value), Status::Ok);
            assert_eq!(hedgerow_value_free(value), Status::Ok);
        }
    }
    dict
}

impl Dicts {
    fn new() -> Self {
        let more = (20..300).map(|number| number * 3);
        Dicts { few: dict_of(0..28), more: dict_of(more), key: int(7), new: int(1_000) }
    }

    fn texts(&self) -> [String; 2] {
        [self.few, self.more].map(|dict| {
            let (mut text, mut length) = (vec![0_u8; 20_000], 0);
            let at = text.as_mut_ptr().cast();
            // SAFETY: variables, and a live handle.
            let status = unsafe { hedgerow_dict_repr(dict, at, 20_000, &mut length) };
            assert_eq!(status, Status::Ok);
            String::from_utf8(text[..length].to_vec()).unwrap()
        })
    }
}

impl Drop for Dicts {
    fn drop(&mut self) {
        // SAFETY: live handles, which are not used afterwards.
        unsafe {
            for dict in [self.few, self.more] {
                assert_eq!(hedgerow_dict_free(dict), Status::Ok);
            }
            for value in [self.key, self.new] {
                assert_eq!(hedgerow_value_free(value), Status::Ok);
            }
        }
    }
}

/// Frees a value that a call has handed out.
fn freed(status: Status, value: *mut CValue) -> Status {
    // SAFETY: null, or a handle that is not used afterwards.
    assert_eq!(unsafe { hedgerow_value_free(value) }, Status::Ok);
    status
}

const UPDATE: &str = "hedgerow_dict_update";

const CALLS: &[(&str, Act)] = &[
    ("hedgerow_value_int", |_| {
        let mut value = null_mut();
        // SAFETY: a variable.
        freed(unsafe { hedgerow_value_int(1, &mut value) }, value)
    }),
    ("hedgerow_value_clone", |dicts| {
        let mut value = null_mut();
        // SAFETY: live handles, and variables.
        freed(unsafe { hedgerow_value_clone(dicts.key, &mut value) }, value)
    }),
    ("hedgerow_dict_set", |dicts| {
        // SAFETY: live handles.
        unsafe { hedgerow_dict_set(dicts.few, dicts.new, dicts.key) }
    }),
    ("hedgerow_dict_get", |dicts| {
        let mut value = null_mut();
        // SAFETY: live handles, and variables.
        freed(unsafe { hedgerow_dict_get(dicts.few, dicts.key, &mut value) }, value)
    }),
    ("hedgerow_dict_delete", |dicts| {
        // SAFETY: live handles.
        unsafe { hedgerow_dict_delete(dicts.few, dicts.key) }
    }),
    ("hedgerow_dict_pop", |dicts| {
        let mut value = null_mut();
        // SAFETY: live handles, and variables.
        freed(unsafe { hedgerow_dict_pop(dicts.few, dicts.key, &mut value) }, value)
    }),
    ("hedgerow_dict_popitem", |dicts| {
        let (mut key, mut value) = (null_mut(), null_mut());
        // SAFETY: live handles, and variables.
        let status = unsafe { hedgerow_dict_popitem(dicts.few, &mut key, &mut value) };
        freed(freed(status, key), value)
    }),
    ("hedgerow_dict_setdefault", |dicts| {
        let (dict, mut stored) = (dicts.few, null_mut());
        // SAFETY: live handles, and variables.
        let status = unsafe { hedgerow_dict_setdefault(dict, dicts.new, dicts.key, &mut stored) };
        freed(status, stored)
    }),
    (UPDATE, |dicts| {
        // SAFETY: live handles.
        unsafe { hedgerow_dict_update(dicts.few, dicts.more) }
    }),
    ("hedgerow_dict_equal", |dicts| {
        let mut equal = 0;
        // SAFETY: live handles, and variables.
        unsafe { hedgerow_dict_equal(dicts.few, dicts.more, &mut equal) }
    }),
    ("hedgerow_dict_view_contains", |dicts| {
        // SAFETY: live handles.
        unsafe { hedgerow_dict_view_contains(dicts.few, VIEW_KEYS, dicts.key) }
    }),
    ("hedgerow_dict_view_compare_views", |dicts| {
        let (few, more, mut truth) = (dicts.few, dicts.more, 0);
        // SAFETY: live handles, and variables.
        unsafe {
            hedgerow_dict_view_compare_views(
                few,
                VIEW_KEYS,
                COMPARE_LESS,
                more,
                VIEW_KEYS,
                &mut truth,
            )
        }
    }),
    ("hedgerow_dict_clear", |dicts| {
        // SAFETY: live handles.
        unsafe { hedgerow_dict_clear(dicts.more) }
    }),
];

fn operation(&(name, act): &(&'static str, Act)) -> Operation {
    let attempt = Box::new(move |what: Try| {
        let dicts = Dicts::new();
        let before = dicts.texts();
        let (status, refused) = what.run(|| act(&dicts));
        match status {
            Status::Ok => {}
            Status::Memory if refused > 0 => {
                let [few, more] = dicts.texts();
                // As in Python, what an update has stored before it fails stays.
                assert!(name == UPDATE && few.len() >= before[0].len() || few == before[0]);
                assert_eq!(more, before[1]);
            }
            status => panic!("{status:?}, {refused} refused"),
        }
        refused
    });
    Operation { name, attempt }
}

#[test]
fn every_call_on_a_dict_is_refused_or_done() {
    let calls: Vec<Operation> = CALLS.iter().map(operation).collect();
    try_all("every_call_on_a_dict_is_refused_or_done", &calls);
}
