//! Texts and results in the form of `tests/vectors/str.py`.

use hedgerow::object::{ObjectError, PyStr, UnicodeError};
use serde_json::{Value as Json, json};

/// The text of a list of code points.
pub(super) fn text(points: &Json) -> PyStr {
    let points = points.as_array().expect("code points").iter();
    let points = points.map(|point| point.as_u64().expect("a code point") as u32);
    PyStr::from_code_points(points).expect("code points")
}

pub(super) fn in_json(text: &PyStr) -> Json {
    json!({ "str": text.chars().collect::<Vec<u32>>() })
}

pub(super) fn list(texts: &[PyStr]) -> Json {
    texts.iter().map(in_json).collect()
}

/// A result in JSON, or its error.
pub(super) fn plain<T>(result: Result<T, ObjectError>, in_json: impl FnOnce(T) -> Json) -> Json {
    let error = match result {
        Ok(result) => return in_json(result),
        Err(error) => error,
    };
    let words = json!([error.python_type(), error.to_string()]);
    let ObjectError::Unicode(error) = &error else { return json!({ "error": words }) };
    let details = match &**error {
        UnicodeError::Encode { encoding, start, end, reason, .. }
        | UnicodeError::Decode { encoding, start, end, reason, .. } => {
            json!([encoding, start, end, reason])
        }
        _ => Json::Null,
    };
    json!({ "error": words, "details": details })
}
