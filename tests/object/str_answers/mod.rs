//! Calls of methods of str in the form of `tests/vectors/str.py`, answered by this crate.
mod case;
mod codecs;
mod json;
mod pads;
mod search;

use hedgerow::object::PythonVersion;
use serde_json::Value as Json;

/// The result of a call as that CPython gives it.
pub(crate) fn answer(call: &Json, python: PythonVersion) -> Json {
    let method = call[0].as_str().expect("a method");
    let answered = codecs::answer(method, call, python)
        .or_else(|| search::answer(method, call))
        .or_else(|| case::answer(method, call, python))
        .or_else(|| pads::answer(method, call, python));
    answered.unwrap_or_else(|| panic!("no such call: {call}"))
}

/// Compares calls with their results, and panics at the first that differs.
pub(crate) fn compare(answers: &Json) -> usize {
    let minor = answers["minor"].as_u64().expect("a version") as u32;
    let Some(python) = PythonVersion::from_minor(minor) else {
        println!("skipped: CPython 3.{minor} is none of the versions of this crate");
        return 0;
    };
    let calls = answers["calls"].as_array().expect("calls");
    for pair in calls {
        let (call, expected) = (&pair[0], &pair[1]);
        assert_eq!(answer(call, python), *expected, "{call} in 3.{minor}");
    }
    calls.len()
}
