//! Padding and tables of translation.

use hedgerow::object::num_bigint::BigInt;
use hedgerow::object::{Dict, HashPolicy, PyStr, PythonVersion, Value};
use serde_json::{Value as Json, json};

use super::json::{in_json, plain, text};

pub(super) fn answer(method: &str, call: &Json, python: PythonVersion) -> Option<Json> {
    let me = || text(&call[1]);
    let width = || call[2].as_i64().expect("a width");
    let other = |index: usize| text(&call[index]["str"]);
    let policy = HashPolicy { python, ..HashPolicy::cpython(0) };
    let in_json = |text: PyStr| in_json(&text);
    Some(match method {
        "center" => plain(me().center(width(), &other(3)), in_json),
        "ljust" => plain(me().ljust(width(), &other(3)), in_json),
        "rjust" => plain(me().rjust(width(), &other(3)), in_json),
        "zfill" => plain(me().zfill(width()), in_json),
        "expandtabs" => plain(me().expandtabs(width() as i32), in_json),
        "translate" => plain(me().translate_by(&dict(&call[2], policy)), in_json),
        "maketrans" if call[2]["dict"].is_array() => {
            plain(PyStr::maketrans_of(&dict(&call[2], policy)), |table| entries(&table))
        }
        "maketrans" => {
            let deleted = if call[4].is_null() { PyStr::from("") } else { other(4) };
            let table = PyStr::maketrans(&other(2), &other(3), &deleted, policy);
            plain(table, |table| entries(&table))
        }
        _ => return None,
    })
}

fn dict(content: &Json, policy: HashPolicy) -> Dict {
    let mut dict = Dict::new(policy);
    for pair in content["dict"].as_array().expect("pairs") {
        dict.insert(value(&pair[0]), value(&pair[1])).expect("a key with a hash");
    }
    dict
}

fn value(content: &Json) -> Value {
    match content {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(int) => match int.as_i64() {
            Some(int) => int.into(),
            // There is one, and JSON reads it as a float.
            None => BigInt::from(2).pow(70).into(),
        },
        content if content["str"].is_array() => text(&content["str"]).into(),
        _ => Value::tuple([]),
    }
}

/// A table has ints and None.
fn entries(table: &Dict) -> Json {
    let plain = |value: &Value| match value {
        Value::Int(int) => json!(int),
        Value::Bool(bool) => json!(bool),
        _ => Json::Null,
    };
    let pairs: Vec<Json> = table.iter().map(|(k, v)| json!([plain(k), plain(v)])).collect();
    json!({ "dict": pairs })
}
