//! Predicates and case.

use hedgerow::object::{PyStr, PythonVersion, Unicode};
use serde_json::{Value as Json, json};

use super::json::{in_json, text};

pub(super) fn answer(method: &str, call: &Json, python: PythonVersion) -> Option<Json> {
    let unicode = python.unicode();
    if let Some(case) = case(method) {
        return Some(in_json(&case(&text(&call[1]), unicode)));
    }
    predicate(method).map(|predicate| json!(predicate(&text(&call[1]), unicode)))
}

/// The mapping of this name.
fn case(name: &str) -> Option<fn(&PyStr, Unicode) -> PyStr> {
    Some(match name {
        "lower" => PyStr::lower,
        "upper" => PyStr::upper,
        "casefold" => PyStr::casefold,
        "capitalize" => PyStr::capitalize,
        "title" => PyStr::title,
        "swapcase" => PyStr::swapcase,
        _ => return None,
    })
}

/// The predicate of this name.
fn predicate(name: &str) -> Option<fn(&PyStr, Unicode) -> bool> {
    Some(match name {
        "isalpha" => PyStr::isalpha,
        "isalnum" => PyStr::isalnum,
        "isdecimal" => PyStr::isdecimal,
        "isdigit" => PyStr::isdigit,
        "isnumeric" => PyStr::isnumeric,
        "isidentifier" => PyStr::isidentifier,
        "islower" => PyStr::islower,
        "isupper" => PyStr::isupper,
        "istitle" => PyStr::istitle,
        "isprintable" => PyStr::isprintable,
        "isspace" => |text, _| text.isspace(),
        "isascii" => |text, _| text.isascii(),
        _ => return None,
    })
}
