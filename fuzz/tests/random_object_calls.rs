//! Random bytes as calls on values and dicts of the C library. A finding is a panic, or an object
//! that is dropped twice or never. These tests keep the target working; libFuzzer searches further.

use std::collections::BTreeSet;

use hedgerow_c::Status;

const HISTORIES: u64 = 1_000;
const LONGEST_BYTES: usize = 4_096;

fn bytes(seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..random.usize(16..LONGEST_BYTES)).map(|_| random.u8(..)).collect()
}

#[test]
fn random_calls_return_every_status_but_those_of_a_bug() {
    let mut statuses = BTreeSet::new();
    for seed in 0..HISTORIES {
        let bytes = bytes(seed);
        let played = std::panic::catch_unwind(|| hedgerow_fuzz::play_object_calls(&bytes));
        statuses.extend(played.unwrap_or_else(|_| panic!("seed {seed} fails")));
    }
    let expected = [
        Status::Ok,
        Status::Absent,
        Status::End,
        Status::Pointer,
        Status::Argument,
        Status::Short,
        Status::Foreign,
        Status::Scribbled,
        Status::Caller,
        Status::Busy,
        Status::Handle,
        Status::TypeError,
        Status::ValueError,
        Status::KeyError,
        Status::IndexError,
        Status::RuntimeError,
        Status::UnicodeEncodeError,
        Status::UnicodeDecodeError,
    ];
    let expected: BTreeSet<i32> = expected.map(|status| status as i32).into();
    assert_eq!(statuses, expected);
}
