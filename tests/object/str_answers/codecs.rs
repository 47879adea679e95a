//! Encoding and decoding.

use hedgerow::object::{Codec, Errors, PyStr, PythonVersion};
use serde_json::{Value as Json, json};

use super::json::{in_json, plain, text};

pub(super) fn answer(method: &str, call: &Json, python: PythonVersion) -> Option<Json> {
    let name = |index: usize| text(&call[index]["str"]).to_string();
    let codec = || Codec::from_name(&name(2)).expect("a codec");
    let errors = || Errors::from_name(&name(3), python.unicode()).expect("a handler");
    Some(match method {
        "codec" => {
            json!(Codec::from_name(call[1].as_str().expect("a name")).map(Codec::name))
        }
        "encode" => {
            plain(text(&call[1]).encode(codec(), errors()), |bytes| json!({ "bytes": bytes }))
        }
        "decode" => {
            let bytes = call[1].as_array().expect("bytes").iter();
            let bytes: Vec<u8> = bytes.map(|byte| byte.as_u64().expect("a byte") as u8).collect();
            plain(PyStr::decode(&bytes, codec(), errors()), |text| in_json(&text))
        }
        _ => return None,
    })
}
