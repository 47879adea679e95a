//! Histories of a store, for libFuzzer; see the library beside this.
//!
//! Built without cargo-fuzz, it plays the files it is given, so that a finding can be debugged with
//! any toolchain.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|history: hedgerow_fuzz::History| hedgerow_fuzz::play(&history));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    use arbitrary::{Arbitrary as _, Unstructured};

    for path in std::env::args_os().skip(1) {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("histories: {}: {error}; give findings to play", path.display());
                return std::process::ExitCode::from(2);
            }
        };
        if let Ok(history) = hedgerow_fuzz::History::arbitrary_take_rest(Unstructured::new(&bytes))
        {
            println!("{history:#?}");
            hedgerow_fuzz::play(&history);
        }
    }
    std::process::ExitCode::SUCCESS
}
