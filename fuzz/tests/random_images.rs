//! Random changes of images. They keep the target working; libFuzzer searches further.

const IMAGES: u64 = 3_000;

#[test]
fn changed_images_are_read_or_refused() {
    let mut refused = 0;
    for seed in 0..IMAGES {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<u8> = (0..random.usize(1..24)).map(|_| random.u8(..)).collect();
        let played = std::panic::catch_unwind(|| hedgerow_fuzz::play_image(&bytes));
        let result = played.unwrap_or_else(|_| panic!("seed {seed} fails: {bytes:?}"));
        refused += u64::from(result.is_err());
    }
    assert!((IMAGES / 4..IMAGES).contains(&refused), "{refused} of {IMAGES} refused");
}
