//! Images whose bytes were changed, for libFuzzer; see the library beside this. Built without
//! cargo-fuzz, it plays the files it is given.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(hedgerow_fuzz::play_image(bytes)));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    for path in std::env::args_os().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => println!("returned {:?}", hedgerow_fuzz::play_image(&bytes)),
            Err(error) => {
                eprintln!("image: {}: {error}; give findings to play", path.display());
                return std::process::ExitCode::from(2);
            }
        }
    }
    std::process::ExitCode::SUCCESS
}
