//! Histories of random bytes instead of a fuzzer's: they keep the target working, and find obvious
//! bugs soon.

use arbitrary::{Arbitrary, Unstructured};
use hedgerow_fuzz::History;
use hedgerow_fuzz::history::Step;

const HISTORIES: u64 = 300;
const LONGEST_BYTES: usize = 2_048;

fn history(seed: u64) -> History {
    let mut random = fastrand::Rng::with_seed(seed);
    let bytes: Vec<u8> = (0..random.usize(16..LONGEST_BYTES)).map(|_| random.u8(..)).collect();
    History::arbitrary_take_rest(Unstructured::new(&bytes)).expect("histories take any bytes")
}

#[test]
fn random_histories_agree_with_their_models() {
    for seed in 0..HISTORIES {
        let history = history(seed);
        let played = std::panic::catch_unwind(|| hedgerow_fuzz::play(&history));
        assert!(played.is_ok(), "seed {seed} fails; its history is {history:#?}");
    }
}

#[test]
fn random_bytes_make_long_histories_of_every_kind() {
    let histories: Vec<History> = (0..HISTORIES).map(history).collect();
    let steps = histories.iter().map(|history| history.steps.len()).sum::<usize>();
    assert!(steps > 20 * HISTORIES as usize, "{steps} steps in all");
    let all = || histories.iter().flat_map(|history| &history.steps);
    assert!(all().any(|step| matches!(step, Step::WriteOpen(..))));
    assert!(all().any(|step| matches!(step, Step::Merge(..))));
    assert!(all().any(|step| matches!(step, Step::Bulk(pairs) if pairs.len() > 60)));
    assert!(histories.iter().any(|history| history.setting.is_tight));
    assert!(histories.iter().any(|history| history.setting.has_late_stamps));
}
