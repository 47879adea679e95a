//! Methods of str and codecs, on random texts, here and in CPython.

use super::literal::Dialect;
use super::run::Run;
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::{Codec, Errors, ObjectError, PyStr, Unicode};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// Calls in one request. Each is an operation.
pub(super) const ROUND: usize = 200;

/// The methods that `verify_texts.py` has.
const METHODS: [&str; 42] = [
    "find",
    "rfind",
    "index",
    "count",
    "startswith",
    "endswith",
    "split",
    "rsplit",
    "split_whitespace",
    "rsplit_whitespace",
    "splitlines",
    "partition",
    "rpartition",
    "strip",
    "strip_chars",
    "replace",
    "removeprefix",
    "join",
    "repeat",
    "center",
    "zfill",
    "expandtabs",
    "lower",
    "upper",
    "casefold",
    "capitalize",
    "title",
    "swapcase",
    "isalpha",
    "isalnum",
    "isdecimal",
    "isdigit",
    "isnumeric",
    "isidentifier",
    "islower",
    "isupper",
    "istitle",
    "isspace",
    "isprintable",
    "isascii",
    "encode",
    "decode",
];
const CODECS: [Codec; 9] = [
    Codec::Utf8,
    Codec::Latin1,
    Codec::Ascii,
    Codec::Utf16,
    Codec::Utf16Le,
    Codec::Utf16Be,
    Codec::Utf32,
    Codec::Utf32Le,
    Codec::Utf32Be,
];
const HANDLERS: [&str; 8] = [
    "strict",
    "ignore",
    "replace",
    "backslashreplace",
    "xmlcharrefreplace",
    "namereplace",
    "surrogateescape",
    "surrogatepass",
];
/// Characters with a rule of their own, and what has none.
const SPECIAL: [u32; 34] = [
    0x61, 0x62, 0x41, 0x20, 0x09, 0x0a, 0x0d, 0x2e, 0x27, 0x30, 0x85, 0xa0, 0xb5, 0xdf, 0xe9, 0xff,
    0x130, 0x149, 0x1c5, 0x345, 0x390, 0x3a3, 0x660, 0xb2, 0x2028, 0x1e9e, 0xfb01, 0x20ac, 0xd800,
    0xdc80, 0xdcff, 0x1_0400, 0x1_f40d, 0xa7da,
];

/// A call of a method, with all that a method may take.
#[derive(Clone, Debug, Serialize)]
struct Call {
    method: &'static str,
    /// Code points; bytes for "decode".
    text: Vec<u32>,
    other: Vec<u32>,
    start: Option<i64>,
    end: Option<i64>,
    size: i32,
    codec: &'static str,
    handler: &'static str,
}

#[derive(Serialize)]
struct TextsRequest<'a> {
    calls: &'a [Call],
}

/// Verifies random calls, as many as there are to be operations.
pub(super) fn verify(run: &mut Run<'_>) -> Result<(), Failure> {
    let dialect = Dialect::of(run.python, run.seed as u32)?;
    let mut rng = Rng::with_seed(run.seed);
    let mut left = run.ops;
    while left > 0 {
        let calls: Vec<Call> = (0..left.min(ROUND)).map(|_| Call::random(&mut rng)).collect();
        left -= calls.len();
        let theirs: Vec<Json> = run.python.ask("texts", TextsRequest { calls: &calls })?;
        for (call, expected) in calls.iter().zip(theirs) {
            if call.observed(dialect.unicode) != expected {
                run.output.finish();
                let message = shrunk(call.clone(), dialect.unicode, run.python)?;
                run.output.print(&format!("{message}\nrepeat with --seed {}", run.seed))?;
                return Err(Failure::Difference);
            }
        }
        run.output.advance();
    }
    run.output.print(&format!("no difference in {} calls of methods of str and codecs", run.ops))
}

/// The message about the shortest texts that still differ.
fn shrunk(mut call: Call, unicode: Unicode, python: &mut Python) -> Result<String, Failure> {
    let mut difference = |call: &Call| -> Result<Option<String>, Failure> {
        let calls = std::slice::from_ref(call);
        let theirs: Vec<Json> = python.ask("texts", TextsRequest { calls })?;
        let ours = call.observed(unicode);
        Ok((theirs != [ours.clone()]).then(|| {
            let call = serde_json::to_string(call).unwrap_or_default();
            format!("{call} differs: hedgerow {ours}, CPython {}", theirs[0])
        }))
    };
    let mut message = difference(&call)?.unwrap_or_default();
    'shorter: loop {
        for index in 0..call.text.len() + call.other.len() {
            let mut shorter = call.clone();
            match index.checked_sub(call.text.len()) {
                None => drop(shorter.text.remove(index)),
                Some(index) => drop(shorter.other.remove(index)),
            }
            if let Some(found) = difference(&shorter)? {
                (call, message) = (shorter, found);
                continue 'shorter;
            }
        }
        return Ok(message);
    }
}

impl Call {
    fn random(rng: &mut Rng) -> Self {
        let method = METHODS[rng.usize(..METHODS.len())];
        let widest = rng.u32(..4);
        let mut text: Vec<u32> = (0..rng.usize(..16)).map(|_| point(rng, widest)).collect();
        if method == "decode" {
            text.iter_mut().for_each(|point| *point &= 0xff);
        }
        let first = rng.usize(..=text.len());
        let last = text.len().min(first + rng.usize(..4));
        let place = |rng: &mut Rng| rng.bool().then(|| rng.i64(-18..18));
        Call {
            method,
            other: text[first..last].to_vec(),
            text,
            start: place(rng),
            end: place(rng),
            size: rng.i32(-2..12),
            codec: CODECS[rng.usize(..CODECS.len())].name(),
            handler: HANDLERS[rng.usize(..HANDLERS.len())],
        }
    }

    /// The library's result, as `verify_texts.py` gives it, or what to report of its panic.
    fn observed(&self, unicode: Unicode) -> Json {
        let observe = || {
            self.answer(unicode).unwrap_or_else(
                |error| json!({ "error": [error.python_type(), error.to_string()] }),
            )
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(observe))
            .unwrap_or_else(|_| json!("a panic: a bug of hedgerow's"))
    }

    fn answer(&self, unicode: Unicode) -> Result<Json, ObjectError> {
        let text = PyStr::from_code_points(self.text.iter().copied())?;
        let other = PyStr::from_code_points(self.other.iter().copied())?;
        if let Some(answer) = self.answer_of_each(&text, unicode) {
            return Ok(answer);
        }
        let (start, end, size) = (self.start, self.end, self.size);
        let most = usize::try_from(size).ok();
        let place = |found: Option<usize>| json!(found.map_or(-1, |place| place as i64));
        let any = || [other.clone(), PyStr::from("a")];
        Ok(match self.method {
            "find" => place(text.find_in(&other, start, end)),
            "rfind" => place(text.rfind_in(&other, start, end)),
            "index" => json!(text.index(&other, start, end)?),
            "count" => json!(text.count_in(&other, start, end)),
            "startswith" => json!(text.startswith_any(any(), start, end)),
            "endswith" => json!(text.endswith_any(any(), start, end)),
            "split" => list(&text.split(&other, most)?),
            "rsplit" => list(&text.rsplit(&other, most)?),
            "split_whitespace" => list(&text.split_whitespace(most)),
            "rsplit_whitespace" => list(&text.rsplit_whitespace(most)),
            "splitlines" => list(&text.splitlines(size > 0)),
            "partition" => list(&text.partition(&other)?),
            "rpartition" => list(&text.rpartition(&other)?),
            "strip" => in_json(&text.strip()),
            "strip_chars" => in_json(&text.strip_chars(&other)),
            "replace" => in_json(&text.replace(&other, "\u{20ac}!", most)),
            "removeprefix" => in_json(&text.removeprefix(&other)),
            "join" => in_json(&text.join([&other, &text, &other])),
            "repeat" => in_json(&text.repeat(i64::from(size))?),
            "center" => in_json(&text.center(i64::from(size), &other)?),
            "zfill" => in_json(&text.zfill(i64::from(size))?),
            "expandtabs" => in_json(&text.expandtabs(size)?),
            "encode" => json!({ "bytes": text.encode(self.codec(), self.errors(unicode))? }),
            _ => {
                let bytes: Vec<u8> = self.text.iter().map(|&byte| byte as u8).collect();
                in_json(&PyStr::decode(&bytes, self.codec(), self.errors(unicode))?)
            }
        })
    }

    /// The methods that only look at each character.
    fn answer_of_each(&self, text: &PyStr, unicode: Unicode) -> Option<Json> {
        Some(match self.method {
            "lower" => in_json(&text.lower(unicode)),
            "upper" => in_json(&text.upper(unicode)),
            "casefold" => in_json(&text.casefold(unicode)),
            "capitalize" => in_json(&text.capitalize(unicode)),
            "title" => in_json(&text.title(unicode)),
            "swapcase" => in_json(&text.swapcase(unicode)),
            "isalpha" => json!(text.isalpha(unicode)),
            "isalnum" => json!(text.isalnum(unicode)),
            "isdecimal" => json!(text.isdecimal(unicode)),
            "isdigit" => json!(text.isdigit(unicode)),
            "isnumeric" => json!(text.isnumeric(unicode)),
            "isidentifier" => json!(text.isidentifier(unicode)),
            "islower" => json!(text.islower(unicode)),
            "isupper" => json!(text.isupper(unicode)),
            "istitle" => json!(text.istitle(unicode)),
            "isprintable" => json!(text.isprintable(unicode)),
            "isspace" => json!(text.isspace()),
            "isascii" => json!(text.isascii()),
            _ => return None,
        })
    }

    fn codec(&self) -> Codec {
        Codec::from_name(self.codec).unwrap_or(Codec::Utf8)
    }

    fn errors(&self, unicode: Unicode) -> Errors {
        Errors::from_name(self.handler, unicode).unwrap_or(Errors::Strict)
    }
}

/// A code point; the greater `widest`, the greater it may be.
fn point(rng: &mut Rng, widest: u32) -> u32 {
    match (rng.u32(..4), widest) {
        (0, _) | (_, 0) => rng.u32(0x20..0x7f),
        (1, 1) => rng.u32(..0x100),
        (_, 1) => SPECIAL[rng.usize(..16)],
        (1, 2) => rng.u32(..0x1_0000),
        (1, _) => {
            // Private use, where CPython has names of its own.
            let point = rng.u32(..0x11_0000);
            if (0xf_0000..0xf_0400).contains(&point) { 0x61 } else { point }
        }
        _ => SPECIAL[rng.usize(..SPECIAL.len())],
    }
}

fn in_json(text: &PyStr) -> Json {
    json!({ "str": text.chars().collect::<Vec<u32>>() })
}

fn list(texts: &[PyStr]) -> Json {
    texts.iter().map(in_json).collect()
}
