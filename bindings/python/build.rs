//! Tells the source which CPython it is built for, as PyO3 does for its own, and refuses those that
//! the source is not written for.

use std::ops::RangeInclusive;

use pyo3_build_config::{InterpreterConfig, PythonImplementation};

/// The minor versions of CPython 3 whose layouts the source knows.
const SUPPORTED: RangeInclusive<u8> = 11..=15;

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    if let Some(found) = unsupported(pyo3_build_config::get()) {
        let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
        println!(
            "cargo::error=hedgerow is for CPython 3.{first} to 3.{last} with the interpreter \
             lock, and this is {found}"
        );
    }
}

/// What is wrong with an interpreter, if anything is.
fn unsupported(config: &InterpreterConfig) -> Option<String> {
    let (implementation, version) = (config.implementation(), config.version());
    if implementation != PythonImplementation::CPython {
        return Some(format!("{implementation}"));
    }
    if version.major != 3 || !SUPPORTED.contains(&version.minor) {
        return Some(format!("CPython {version}"));
    }
    let is_free_threaded = config.target_abi().kind().is_free_threaded();
    is_free_threaded.then(|| format!("a free-threaded build of CPython {version}"))
}
