//! Searching, taking apart and putting together.

use hedgerow::object::{PyStr, Value};
use serde_json::{Value as Json, json};

use super::json::{in_json, list, plain, text};

pub(super) fn answer(method: &str, call: &Json) -> Option<Json> {
    let me = || text(&call[1]);
    let wanted = || text(&call[2]["str"]);
    let int = |index: usize| call[index].as_i64();
    // A negative limit is none.
    let most = |index: usize| int(index).and_then(|most| usize::try_from(most).ok());
    let place = |found: Option<usize>| json!(found.map_or(-1, |place| place as i64));
    let all = |parts: Vec<PyStr>| list(&parts);
    Some(match method {
        "find" => place(me().find_in(&wanted(), int(3), int(4))),
        "rfind" => place(me().rfind_in(&wanted(), int(3), int(4))),
        "index" => plain(me().index(&wanted(), int(3), int(4)), |place| json!(place)),
        "rindex" => plain(me().rindex(&wanted(), int(3), int(4)), |place| json!(place)),
        "count" => json!(me().count_in(&wanted(), int(3), int(4))),
        "startswith" => match texts(&call[2]) {
            Some(prefixes) => json!(me().startswith_any(&prefixes, int(3), int(4))),
            None => json!(me().startswith_in(&wanted(), int(3), int(4))),
        },
        "endswith" => match texts(&call[2]) {
            Some(suffixes) => json!(me().endswith_any(&suffixes, int(3), int(4))),
            None => json!(me().endswith_in(&wanted(), int(3), int(4))),
        },
        "partition" => plain(me().partition(&wanted()), |parts| list(&parts)),
        "rpartition" => plain(me().rpartition(&wanted()), |parts| list(&parts)),
        "split" if call[2].is_null() => all(me().split_whitespace(most(3))),
        "rsplit" if call[2].is_null() => all(me().rsplit_whitespace(most(3))),
        "split" => plain(me().split(&wanted(), most(3)), all),
        "rsplit" => plain(me().rsplit(&wanted(), most(3)), all),
        "splitlines" => all(me().splitlines(call[2] == true)),
        "strip" if call[2].is_null() => in_json(&me().strip()),
        "lstrip" if call[2].is_null() => in_json(&me().lstrip()),
        "rstrip" if call[2].is_null() => in_json(&me().rstrip()),
        "strip" => in_json(&me().strip_chars(&wanted())),
        "lstrip" => in_json(&me().lstrip_chars(&wanted())),
        "rstrip" => in_json(&me().rstrip_chars(&wanted())),
        "removeprefix" => in_json(&me().removeprefix(&wanted())),
        "removesuffix" => in_json(&me().removesuffix(&wanted())),
        "replace" => in_json(&me().replace(&wanted(), &text(&call[3]["str"]), most(4))),
        "join" => {
            let parts: Vec<Value> = texts(&call[2])?.into_iter().map(Value::from).collect();
            plain(me().join_values(&parts), |whole| in_json(&whole))
        }
        "*" => plain(me().repeat(int(2)?), |whole| in_json(&whole)),
        _ => return None,
    })
}

/// The texts of a tuple.
fn texts(argument: &Json) -> Option<Vec<PyStr>> {
    let items = argument["tuple"].as_array()?;
    Some(items.iter().map(|item| text(&item["str"])).collect())
}
