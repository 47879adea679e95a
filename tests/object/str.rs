//! Strs, compared with vectors of code points and with CPython.
//!
//! The bugs this hunts: surrogates that merge, or that are found inside of a character; a part that
//! stays wider than it needs, and so is unequal or hashes differently; indices in bytes or units; a
//! Rust or UTF-16 string that does not find its str.

use crate::oracle;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::oracle::{points, text_points};
use hedgerow::object::{
    Errors, Kind, ObjectError, PyStr, StrHash, Text, Unicode, Utf16, Value, is_printable,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A surrogate pair in UTF-16 is one character; two surrogates as code points stay two.
#[test]
fn pairs_are_one_character_and_lone_surrogates_stay_apart() {
    let zebra = PyStr::from("\u{1f993}");
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    assert_eq!((zebra.length(), halves.length()), (1, 2));
    assert_eq!((zebra.kind(), halves.kind()), (Kind::Four, Kind::Two));
    assert!(zebra == Utf16(&[0xd83e, 0xdd93]) && halves != Utf16(&[0xd83e, 0xdd93]));
    assert_eq!(PyStr::from_utf16(&[0xd83e, 0xdd93]), zebra);
    assert_eq!(PyStr::from_utf16(&[0xdd93, 0xd83e]).length(), 2);
    assert_eq!(Utf16(&[0xd83e, 0xdd93]).to_py_str(), zebra);

    let (high, low) = (halves.part(0, 1), halves.part(1, 2));
    assert_eq!(high.concat(&low), halves);
    assert_ne!(halves, zebra);
    assert_eq!(format!("{halves:?} {zebra:?}"), "'\\ud83e\\udd93' '\u{1f993}'");
}

/// After Very Slow Jython's PyUnicodeTest: a surrogate is never found inside of a character.
#[test]
fn surrogates_are_not_found_in_a_character() {
    let text = PyStr::from("a\u{1f993}b\u{1f993}");
    let [high, low] = [0xd83e, 0xdd93].map(|half| PyStr::from_code_points([half]).unwrap());
    for half in [&high, &low] {
        assert_eq!((text.find(half), text.rfind(half), text.count(half)), (None, None, 0));
        assert_eq!(text.partition(half).unwrap()[0], text);
        assert_eq!(text.split(half, None).unwrap(), std::slice::from_ref(&text));
        assert!(text.replace(half, "!", None) == text && !text.endswith(half));
    }
    assert!(!PyStr::from("\u{1f993}").startswith(&high));
    assert!(high.concat("\u{1f993}").startswith(&high));
}

/// After Very Slow Jython's PyUnicodeTest: removing a separator merges no surrogates.
#[test]
fn removing_a_separator_merges_no_surrogates() {
    let text = PyStr::from_code_points([0xd83e, 0x2d, 0xdd93]).unwrap();
    let fused = text.replace("-", "", None);
    assert_eq!(fused.chars().collect::<Vec<u32>>(), [0xd83e, 0xdd93]);
    assert_ne!(fused, PyStr::from("\u{1f993}"));
    let [before, _, after] = text.partition("-").unwrap();
    assert_eq!(before.concat(&after), fused);
}

#[test]
fn parts_are_as_narrow_as_possible() {
    let text = PyStr::from("ab\u{e9}\u{20ac}\u{1f40d}");
    let kinds = [2, 3, 4, 5].map(|end| text.part(0, end).kind());
    assert_eq!(kinds, [Kind::One, Kind::One, Kind::Two, Kind::Four]);
    assert_eq!((text.size(), text.part(0, 4).size()), (20, 8));
    let without = text.replace("\u{1f40d}", "", None).replace("\u{20ac}", "x", None);
    assert_eq!((without.kind(), without == "ab\u{e9}x"), (Kind::One, true));
}

#[test]
fn errors_have_pythons_messages() {
    let text = PyStr::from("abc");
    let say = |error: hedgerow::object::ObjectError| format!("{}: {error}", error.python_type());
    let words = [
        say(text.code_point(3).unwrap_err()),
        say(text.code_point(-4).unwrap_err()),
        say(text.code_point(i64::MIN).unwrap_err()),
        say(text.slice(None, None, 0).unwrap_err()),
        say(text.split("", None).unwrap_err()),
        say(text.rpartition("").unwrap_err()),
        say(PyStr::from_code_points([0x11_0000]).unwrap_err()),
        say(String::try_from(&PyStr::from_utf16(&[0xd800, 0xd801])).unwrap_err()),
    ];
    let expected = [
        "IndexError: string index out of range",
        "IndexError: string index out of range",
        "IndexError: string index out of range",
        "ValueError: slice step cannot be zero",
        "ValueError: empty separator",
        "ValueError: empty separator",
        "ValueError: chr() arg not in range(0x110000)",
        "UnicodeEncodeError: 'utf-8' codec can't encode characters in position 0-1: \
         surrogates not allowed",
    ];
    assert_eq!(words, expected);
}

/// The needle almost matches everywhere. A quadratic search would take hours.
#[test]
fn searching_is_never_quadratic() {
    let hay = PyStr::from("a".repeat(400_000).as_str());
    let almost = |end: &str| PyStr::from("a".repeat(100_000).as_str()).concat(end);
    assert_eq!(hay.find(&almost("b")), None);
    assert_eq!(hay.rfind(&PyStr::from("b").concat(&almost(""))), None);
    assert_eq!(hay.concat("b").find(&almost("b")), Some(300_000));
    assert_eq!(hay.count(&almost("")), 4);
    // In units of 2 bytes, by another algorithm.
    let wide = hay.concat("\u{20ac}");
    assert_eq!(wide.find(&almost("b")), None);
    assert_eq!(wide.rfind(&PyStr::from("b").concat(&almost(""))), None);
    assert_eq!(wide.find(&almost("\u{20ac}")), Some(300_000));
    assert_eq!(PyStr::from("\u{20ac}").concat(&hay).rfind(&almost("a")), Some(299_999 + 1));
    assert_eq!(wide.replace(&almost(""), "", None), "\u{20ac}");
}

#[test]
fn a_repetition_without_room_is_an_error() {
    let text = PyStr::from("ab");
    let refused = text.repeat(i64::MAX).unwrap_err();
    assert_eq!(
        (refused.python_type(), refused.to_string().as_str()),
        ("OverflowError", "repeated string is too long",)
    );
    let no_room = text.repeat(1 << 61).unwrap_err();
    assert!(matches!(no_room, ObjectError::Store(hedgerow::Error::Allocation { .. })));
    assert_eq!(PyStr::from("").repeat(i64::MAX).unwrap(), "");
    for refused in [
        text.center(i64::MAX, " "),
        text.ljust(1 << 62, "\u{20ac}"),
        text.zfill(i64::MAX - 1),
        PyStr::from("\t").repeat(1 << 20).unwrap().expandtabs(i32::MAX),
    ] {
        assert!(matches!(refused, Err(ObjectError::Store(hedgerow::Error::Allocation { .. }))));
    }
}

#[test]
fn every_code_point_prints_as_in_the_python_of_this_machine() {
    let calls = [["isprintable", "isspace"].map(|name| json!([name, [], 0, 0x11_0000]))];
    let Some(answers) = oracle::ask(0, &json!({ "calls": calls[0] })) else { return };
    let Some(unicode) = Unicode::from_version(answers["unicode"].as_str().unwrap()) else {
        println!("skipped: a Unicode version newer than the tables");
        return;
    };
    for point in 0..0x11_0000_u32 {
        let expected = answers["calls"][0][point as usize].as_bool();
        assert_eq!(Some(is_printable(point, unicode)), expected, "{point:x}");
        let spaced = PyStr::from_code_points([0x61, point, 0x62]).unwrap();
        let is_space = spaced.split_whitespace(None).len() == 2;
        assert_eq!(Some(is_space), answers["calls"][1][point as usize].as_bool(), "{point:x}");
    }
}

#[test]
fn live_python_agrees_on_every_method() {
    let mut calls = Vec::new();
    for (index, texts) in oracle::sample(needle_and_hay(), 1200, 3).into_iter().enumerate() {
        calls.extend(calls_about(&texts, index as i64));
    }
    let Some(answers) = oracle::ask(0, &json!({ "calls": calls })) else { return };
    // Python 3.8 finds nothing to replace in an empty str, not even the empty str.
    let is_old = answers["version"] == json!([3, 8]);
    for (call, expected) in calls.iter().zip(answers["calls"].as_array().unwrap()) {
        if is_old && call[0] == "replace" && call[1] == json!([]) {
            continue;
        }
        assert_eq!(answer(call), *expected, "{call}");
    }
    println!("{} calls", calls.len());
}

#[test]
fn live_python_decodes_the_same() {
    let bytes = prop::collection::vec(
        prop::sample::select(vec![
            0x41, 0x7f, 0x80, 0x90, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0,
            0xf3, 0xf4, 0xf5, 0xff_u8,
        ]),
        0..8,
    );
    let mut calls = Vec::new();
    for bytes in oracle::sample(bytes, 6000, 4) {
        for errors in ["strict", "surrogatepass", "replace"] {
            calls.push(json!(["decode", bytes, errors]));
        }
    }
    let Some(answers) = oracle::ask(0, &json!({ "calls": calls })) else { return };
    for (call, expected) in calls.iter().zip(answers["calls"].as_array().unwrap()) {
        let bytes: Vec<u8> = points(&call[1]).into_iter().map(|byte| byte as u8).collect();
        let decoded = PyStr::from_utf8(&bytes, handler(&call[2]));
        assert_eq!(plain(decoded.map(|text| in_json(&text))), *expected, "{call}");
    }
}

proptest! {
    /// A str has the same code points, hash and order as its model, whatever it was made from.
    #[test]
    fn representations_agree((points, others) in (text_points(), text_points())) {
        let text = PyStr::from_code_points(points.iter().copied()).unwrap();
        let other = PyStr::from_code_points(others.iter().copied()).unwrap();
        prop_assert_eq!(text.chars().collect::<Vec<u32>>(), points.clone());
        prop_assert_eq!(text.chars().rev().collect::<Vec<u32>>(),
            points.iter().rev().copied().collect::<Vec<u32>>());
        let widest = points.iter().max().copied().unwrap_or(0);
        let width = if widest < 0x100 { 1 } else if widest < 0x1_0000 { 2 } else { 4 };
        prop_assert_eq!(text.size(), points.len() * width);
        prop_assert_eq!(text.cmp(&other), points.cmp(&others));
        prop_assert_eq!(text == other, points == others);
        let rust = BuildHasherDefault::<DefaultHasher>::default();
        let rebuilt = text.concat(&other).part(0, points.len());
        prop_assert_eq!(&rebuilt, &text);
        prop_assert_eq!(rust.hash_one(&rebuilt), rust.hash_one(&text));
        for policy in [StrHash::cpython(5), StrHash::cpython_before_311(5), StrHash::java()] {
            prop_assert_eq!(rebuilt.hash(&policy), text.hash(&policy));
        }
    }

    /// UTF-8 and UTF-16 are equal to the str of their code points, on both sides, and hash alike.
    #[test]
    fn rust_and_utf16_text_equals_strs(string in any_string(), other in any_string()) {
        let units: Vec<u16> = string.encode_utf16().collect();
        let (text, other_text) = (PyStr::from(string.as_str()), PyStr::from(other.as_str()));
        prop_assert_eq!(&PyStr::from_utf16(&units), &text);
        prop_assert_eq!(text.chars().collect::<Vec<u32>>(),
            string.chars().map(u32::from).collect::<Vec<u32>>());
        prop_assert_eq!(text.to_utf8(Errors::Strict).unwrap(), string.as_bytes());
        prop_assert_eq!(&text.to_utf16(Errors::Strict).unwrap(), &units);
        prop_assert_eq!(&String::try_from(&text).unwrap(), &string);
        prop_assert!(text == *string && text == Utf16(&units));
        prop_assert!(*string == text && Utf16(&units) == text);
        prop_assert_eq!(string.same_text(&other_text), string == other);
        prop_assert_eq!(Utf16(&units).same_text(&other_text), string == other);
        for policy in [StrHash::cpython(5), StrHash::cpython_before_311(5), StrHash::java()] {
            let expected = PyStr::from(string.as_str()).hash(&policy);
            prop_assert_eq!(string.text_hash(&policy), expected);
            prop_assert_eq!(Utf16(&units).text_hash(&policy), expected);
        }
    }

    /// Any UTF-16, lone surrogates included, is equal to the str made from it.
    #[test]
    fn utf16_is_equal_to_the_str_made_from_it(units in prop::collection::vec(unit(), 0..12)) {
        let text = PyStr::from_utf16(&units);
        prop_assert!(Utf16(&units).same_text(&text));
        prop_assert_eq!(&text.to_utf16(Errors::SurrogatePass).unwrap(), &units);
        for policy in [StrHash::cpython(5), StrHash::java()] {
            prop_assert_eq!(Utf16(&units).text_hash(&policy), text.hash(&policy));
        }
        // Each unit as a code point of its own is equal only if there is no pair.
        let apart = PyStr::from_code_points(units.iter().map(|&unit| u32::from(unit))).unwrap();
        prop_assert_eq!(Utf16(&units).same_text(&apart), text.length() == units.len());
    }

    /// Searching gives the same as on a plain vector.
    #[test]
    fn searching_agrees_with_a_plain_vector((hay, needle) in needle_and_hay()) {
        let text = PyStr::from_code_points(hay.iter().copied()).unwrap();
        let wanted = PyStr::from_code_points(needle.iter().copied()).unwrap();
        let places: Vec<usize> =
            (0..=hay.len()).filter(|&at| hay[at..].starts_with(&needle)).collect();
        prop_assert_eq!(text.find(&wanted), places.first().copied());
        prop_assert_eq!(text.rfind(&wanted), places.last().copied());
        prop_assert_eq!(text.contains(&wanted), !places.is_empty());
        prop_assert_eq!(text.startswith(&wanted), hay.starts_with(&needle));
        prop_assert_eq!(text.endswith(&wanted), hay.ends_with(&needle));
        if !needle.is_empty() {
            let parts = text.split(&wanted, None).unwrap();
            prop_assert_eq!(parts.len(), text.count(&wanted) + 1);
            let joined = parts[1..].iter().fold(parts[0].clone(), |all, part| {
                all.concat(&wanted).concat(part)
            });
            prop_assert_eq!(joined, text.clone());
            prop_assert_eq!(text.replace(&wanted, &wanted, None), text);
        }
    }
}

/// A hay, and a needle that is often in it.
fn needle_and_hay() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
    let letter =
        prop::sample::select(vec![0x61, 0x62, 0xe9, 0x20, 0x20ac, 0xd83e, 0xdd93, 0x1f993]);
    let narrow = prop::sample::select(vec![0x61, 0x62, 0x20]);
    let few = prop_oneof![
        prop::collection::vec(letter, 0..30),
        prop::collection::vec(narrow, 0..40),
        text_points(),
    ];
    (few, any::<prop::sample::Index>(), 0..4usize).prop_map(|(hay, start, length)| {
        let start = if hay.is_empty() { 0 } else { start.index(hay.len()) };
        let needle = hay[start..].iter().copied().take(length).collect();
        (hay, needle)
    })
}

fn unit() -> impl Strategy<Value = u16> {
    prop_oneof![2 => 0xd7fe..0xe002u16, 1 => any::<u16>(), 1 => 0x20..0x100u16]
}

fn any_string() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{0,3}", "[a-z\u{e0}-\u{ff}]{0,40}", "[a-z\u{100}-\u{fff}]{0,9}", ".{0,12}"]
}

/// Every method, with arguments that depend on the index.
fn calls_about((hay, needle): &(Vec<u32>, Vec<u32>), index: i64) -> Vec<Json> {
    let wanted = json!({ "str": needle });
    let (start, end, most) = (index % 13 - 6, index % 17 - 4, index % 5 - 1);
    let step = if index % 7 == 3 { 1 } else { index % 7 - 3 };
    let mut calls = vec![
        json!(["getitem", hay, start]),
        json!(["slice", hay, start, end, step]),
        json!(["slice", hay, null, end, -step]),
        json!(["slice", hay, end, null, 1]),
        json!(["concat", hay, wanted]),
        json!(["split", hay, null, most]),
        json!(["replace", hay, wanted, { "str": [0x1f993] }, most]),
        json!(["replace", hay, wanted, { "str": [] }, -1]),
        json!(["count", hay, wanted]),
        json!(["partition", hay, wanted]),
        json!(["rpartition", hay, wanted]),
        json!(["split", hay, wanted, most]),
        json!(["rsplit", hay, wanted, most]),
    ];
    for method in ["find", "rfind", "startswith", "endswith"] {
        calls.push(json!([method, hay, wanted]));
        calls.push(json!([method, hay, wanted, start, end]));
        calls.push(json!([method, hay, wanted, end]));
    }
    for errors in ["strict", "surrogatepass", "replace"] {
        calls.push(json!(["encode", hay, "utf-8", errors]));
        calls.push(json!(["encode", hay, "utf-16-le", errors]));
    }
    calls
}

/// The result of a call in this crate, in the form of `object.py`.
fn answer(call: &Json) -> Json {
    let text = PyStr::from_code_points(points(&call[1])).unwrap();
    let needle = || PyStr::from_code_points(points(&call[2]["str"])).unwrap();
    let int = |index: usize| call.get(index).and_then(Json::as_i64);
    let most = |index: usize| int(index).and_then(|most| usize::try_from(most).ok());
    let place = |found: Option<usize>| json!(found.map_or(-1, |place| place as i64));
    let all = |parts: &[PyStr]| Json::from(parts.iter().map(in_json).collect::<Vec<Json>>());
    match call[0].as_str().unwrap() {
        "getitem" => plain(text.code_point(int(2).unwrap()).map(|point| json!({ "str": [point] }))),
        "slice" => plain(text.slice(int(2), int(3), int(4).unwrap()).map(|part| in_json(&part))),
        "concat" => in_json(&text.concat(&needle())),
        "find" => place(text.find_in(&needle(), int(3), int(4))),
        "rfind" => place(text.rfind_in(&needle(), int(3), int(4))),
        "startswith" => json!(text.startswith_in(&needle(), int(3), int(4))),
        "endswith" => json!(text.endswith_in(&needle(), int(3), int(4))),
        "count" => json!(text.count(&needle())),
        "partition" => plain(text.partition(&needle()).map(|parts| all(&parts))),
        "rpartition" => plain(text.rpartition(&needle()).map(|parts| all(&parts))),
        "split" if call[2].is_null() => all(&text.split_whitespace(most(3))),
        "split" => plain(text.split(&needle(), most(3)).map(|parts| all(&parts))),
        "rsplit" => plain(text.rsplit(&needle(), most(3)).map(|parts| all(&parts))),
        "replace" => {
            let new = PyStr::from_code_points(points(&call[3]["str"])).unwrap();
            in_json(&text.replace(&needle(), &new, most(4)))
        }
        "encode" if call[2] == "utf-8" => {
            plain(text.to_utf8(handler(&call[3])).map(|bytes| json!({ "bytes": bytes })))
        }
        "encode" => plain(text.to_utf16(handler(&call[3])).map(|units| {
            let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
            json!({ "bytes": bytes })
        })),
        other => panic!("no such call: {other}"),
    }
}

fn handler(name: &Json) -> Errors {
    match name.as_str() {
        Some("strict") => Errors::Strict,
        Some("surrogatepass") => Errors::SurrogatePass,
        _ => Errors::Replace,
    }
}

fn in_json(text: &PyStr) -> Json {
    json!({ "str": text.chars().collect::<Vec<u32>>() })
}

fn plain(result: Result<Json, hedgerow::object::ObjectError>) -> Json {
    result.unwrap_or_else(|error| json!({ "error": [error.python_type(), error.to_string()] }))
}

/// The documented size.
#[test]
fn a_str_is_as_large_as_a_value() {
    assert_eq!((size_of::<PyStr>(), size_of::<Value>()), (16, 16));
}
