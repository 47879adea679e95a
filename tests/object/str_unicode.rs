//! Properties of every code point, compared with each CPython.
//!
//! The bugs this hunts: a character of another version of Unicode than the policy's; a property
//! that the crates define otherwise than CPython; a mapping of one character to several that is cut
//! short.

use crate::oracle;
use hedgerow::object::{
    CharProperties, Codec, Errors, PyStr, PythonVersion, Unicode, is_printable,
};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/str.py");
/// How many code points have one digest.
const BLOCK: u32 = 0x4000;

#[test]
fn code_points_are_as_recorded_of_the_older_pythons() {
    recorded().as_array().unwrap()[..3].iter().for_each(compare);
}

#[test]
fn code_points_are_as_recorded_of_the_newer_pythons() {
    recorded().as_array().unwrap()[3..].iter().for_each(compare);
}

#[test]
fn code_points_are_as_in_live_python() {
    if let Some(answers) = oracle::ask_script(&[SCRIPT, "digests"], None, &json!([])) {
        compare(&answers);
    }
}

fn recorded() -> Json {
    serde_json::from_str(include_str!("../vectors/str_unicode.json")).unwrap()
}

fn compare(answers: &Json) {
    let minor = answers["minor"].as_u64().unwrap() as u32;
    let Some(python) = PythonVersion::from_minor(minor) else {
        println!("skipped: CPython 3.{minor} is none of the versions of this crate");
        return;
    };
    let table = crc_table();
    for (property, digests) in answers["digests"].as_object().unwrap() {
        for pair in digests.as_array().unwrap() {
            let start = pair[0].as_u64().unwrap() as u32;
            let digest = crc(&table, &observe(property, start, python.unicode()));
            assert_eq!(
                pair[1].as_u64(),
                Some(u64::from(digest)),
                "{property} from {start:#x} in 3.{minor}"
            );
        }
    }
}

/// What `str.py` digests of the block of code points that begins here.
fn observe(property: &str, start: u32, unicode: Unicode) -> Vec<u8> {
    let is_left_out =
        |&point: &u32| property == "namereplace" && (0xf_0000..0xf_0400).contains(&point);
    let block = (start..start + BLOCK).filter(|point| !is_left_out(point));
    if property == "flags" {
        return block
            .flat_map(|point| format!("{:x}\n", flags(point, unicode)).into_bytes())
            .collect();
    }
    // A mapping of one code point does not depend on those in other lines.
    let lines = |before: &'static str, after: &'static str| {
        let line = |point: u32| {
            let points = |text: &'static str| text.chars().map(u32::from);
            points(before).chain([point]).chain(points(after))
        };
        PyStr::from_code_points(block.clone().flat_map(line)).unwrap()
    };
    let mapped = match property {
        "namereplace" => {
            return lines("", "\n").encode(Codec::Ascii, Errors::NameReplace(unicode)).unwrap();
        }
        "lower" => lines("", "\n").lower(unicode),
        "upper" => lines("", "\n").upper(unicode),
        "title" => lines("", "\n").title(unicode),
        "casefold" => lines("", "\n").casefold(unicode),
        "titled after" => lines("", "a\n").title(unicode),
        "sigma after" => lines("a", "\u{3a3}\n").lower(unicode),
        other => panic!("no such property: {other}"),
    };
    mapped.encode(Codec::Utf8, Errors::SurrogatePass).unwrap()
}

/// All predicates, as `flags_of` of `str.py`.
fn flags(point: u32, unicode: Unicode) -> u32 {
    let one = CharProperties::of(point, unicode);
    let text = PyStr::from_code_points([point]).unwrap();
    let answers = [
        one.is_alpha(),
        one.is_alnum(),
        one.is_decimal(),
        one.is_digit(),
        one.is_numeric(),
        one.may_start_identifier() || point == u32::from('_'),
        one.is_lower(),
        one.is_upper(),
        one.is_title() || one.is_upper(),
        text.isspace(),
        is_printable(point, unicode),
        text.isascii(),
        one.may_continue_identifier(),
    ];
    (0..).zip(answers).map(|(index, answer)| u32::from(answer) << index).sum()
}

/// CRC-32, as of zlib.
fn crc_table() -> [u32; 256] {
    std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

fn crc(table: &[u32; 256], bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| crc >> 8 ^ table[(crc as u8 ^ byte) as usize])
}
