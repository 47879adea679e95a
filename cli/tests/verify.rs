//! `hedgerow verify`: agreement with the real peers, and the report on a peer that differs.
//!
//! The bug class: a comparison that cannot fail, a seed that does not repeat the run, a report of
//! hundreds of steps where two are enough.

mod command;

use command::{Folder, has_hamt, has_immutables, hedgerow, python_has, run, stdout_of, text};

#[test]
fn random_histories_agree_and_report_their_coverage() {
    if !has_hamt() && !has_immutables() {
        return;
    }
    let report = stdout_of(&run(&["verify", "--seed", "7", "--ops", "2000"]));
    assert!(report.starts_with("seed 7: 2000 operations against "), "{report}");
    assert!(report.contains("no difference in "), "{report}");
    assert!(report.contains("2000 values and the equality of 6000 pairs"), "{report}");
    assert!(report.contains("in 20 programs"), "{report}");
    for kind in ["Array nodes", "collision nodes"] {
        let before = report.split(kind).next().unwrap().split_whitespace().rev().nth(1).unwrap();
        assert_ne!(before, "0", "the histories have too few of these: {report}");
    }
    if has_immutables() {
        assert!(report.contains("(shapes too)"), "{report}");
    }
}

#[test]
fn a_seed_repeats_a_run_and_no_seed_draws_one() {
    if !has_hamt() && !has_immutables() {
        return;
    }
    let with_seed = || stdout_of(&run(&["verify", "--seed", "11", "--ops", "400"]));
    assert_eq!(with_seed(), with_seed());
    let seed_of = |report: String| report.split([' ', ':']).nth(1).map(str::to_owned);
    let drawn = || seed_of(stdout_of(&run(&["verify", "--ops", "1"])));
    assert_ne!(drawn(), drawn());
}

/// Not a HAMT but a map of that name in insertion order.
const INSERTION_ORDERED: &str = "
class hamt:
    def __init__(self, content=None):
        self.content = content or {}
    def set(self, key, value):
        if self.content.get(key, self) is value:
            return self
        return hamt({**self.content, key: value})
    def delete(self, key):
        if key not in self.content:
            return self
        return hamt({k: v for k, v in self.content.items() if k != key})
    def get(self, key):
        return self.content.get(key)
    def items(self):
        return iter(self.content.items())
    def __contains__(self, key):
        return key in self.content
    def __len__(self):
        return len(self.content)
";

/// The same map, whose delete ignores one key.
const FORGETS_KEY_THREE: &str = "
import _base
class hamt(_base.hamt):
    def delete(self, key):
        return self if key.name == 3 else hamt(super().delete(key).content)
    def set(self, key, value):
        return hamt(super().set(key, value).content)
    def items(self):
        return iter(self.content.items())
";

fn verify_against(module: &str) -> (Option<i32>, String) {
    let folder = Folder::new();
    folder.file("_testinternalcapi.py", module);
    folder.file("_base.py", INSERTION_ORDERED);
    let output = hedgerow(&["verify", "--seed", "3", "--ops", "2000"])
        .env("PYTHONPATH", folder.root())
        .output()
        .unwrap();
    assert_eq!(text(&output.stderr), "", "the difference is reported on stdout");
    (output.status.code(), text(&output.stdout))
}

#[test]
fn a_wrong_order_is_shrunk_to_two_keys() {
    if !python_has("pass") {
        return;
    }
    let (code, report) = verify_against(INSERTION_ORDERED);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("the order differs:"), "{report}");
    assert!(report.contains("repeat with --seed 3"), "{report}");
    let steps: Vec<&str> = report.lines().filter(|line| line.starts_with("  v")).collect();
    assert!(steps.len() <= 2, "two sets show it:\n{report}");
    assert!(report.contains("  k0: hash ") && report.contains(", chunks "), "{report}");
    assert!(report.contains("hedgerow  {") && report.contains("hamt      {"), "{report}");
}

#[test]
fn a_difference_is_reported_with_both_sides() {
    if !python_has("pass") {
        return;
    }
    let (code, report) = verify_against(FORGETS_KEY_THREE);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains(" differs:") && report.contains("smallest history"), "{report}");
}

#[test]
fn a_python_with_nothing_to_compare_is_an_error_with_the_remedy() {
    if !python_has("pass") {
        return;
    }
    let folder = Folder::new();
    folder.file("immutables.py", "raise ImportError('hidden')\n");
    folder.file("_testcapi.py", "");
    folder.file("_testinternalcapi.py", "");
    let output = hedgerow(&["verify", "--ops", "10"]).env("PYTHONPATH", folder.root()).output();
    let output = output.unwrap();
    let report = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{report}");
    assert!(
        report.contains("-m pip install immutables") && report.lines().count() == 1,
        "{report}"
    );
}

/// Verifies one subject against a Python whose start-up file changes a builtin.
fn verify_with_startup(subject: &str, startup: &str) -> (Option<i32>, String) {
    let folder = Folder::new();
    folder.file("sitecustomize.py", startup);
    let output = hedgerow(&["verify", "--seed", "5", "--ops", "2000", "--only", subject])
        .env("PYTHONPATH", folder.root())
        .output()
        .unwrap();
    assert_eq!(text(&output.stderr), "", "the difference is reported on stdout");
    (output.status.code(), text(&output.stdout))
}

#[test]
fn one_wrong_hash_is_shrunk_to_one_value() {
    if !python_has("pass") {
        return;
    }
    let (code, report) = verify_with_startup(
        "values",
        "import builtins
real = hash
def wrong(value):
    return real(value) ^ 1 if isinstance(value, tuple) and ... in value else real(value)
builtins.hash = wrong
",
    );
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("the hash of (Ellipsis,) differs: hedgerow "), "{report}");
    assert!(report.contains("repeat with --seed 5") && !report.contains("operations"), "{report}");
}

#[test]
fn a_wrong_equality_is_reported_with_both_values() {
    if !python_has("pass") {
        return;
    }
    let startup = "import builtins
class frozenset(frozenset):
    __hash__ = builtins.frozenset.__hash__
    def __eq__(self, other):
        return False
builtins.frozenset = frozenset
";
    let (code, report) = verify_with_startup("values", startup);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("the equality of frozenset("), "{report}");
}

#[test]
fn a_wrong_dict_is_shrunk_to_three_steps() {
    if !python_has("pass") {
        return;
    }
    let (code, report) =
        verify_with_startup("dicts", "import builtins\nbuiltins.reversed = lambda d: iter(d)\n");
    assert_eq!(code, Some(1), "{report}");
    let steps: Vec<&str> = report.lines().filter(|line| line.starts_with("  d")).collect();
    assert!(steps.len() <= 4, "two entries and one iteration show it:\n{report}");
    assert!(
        report.contains("list(reversed(d))") && report.contains("the dict differs:"),
        "{report}"
    );
}

#[test]
fn a_copy_in_place_of_a_proxy_is_reported() {
    if !python_has("pass") {
        return;
    }
    let startup = "import types\ntypes.MappingProxyType = dict\n";
    let (code, report) = verify_with_startup("proxies", startup);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("in which a proxy differs"), "{report}");
}

#[test]
fn an_iterator_that_goes_on_is_reported() {
    if !python_has("pass") {
        return;
    }
    let startup = "import builtins
real = iter
def wrong(view, *end):
    return real(view if end else list(view), *end)
builtins.iter = wrong
";
    let (code, report) = verify_with_startup("shared", startup);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("a shared dict differs") && report.contains("Open("), "{report}");
}

#[test]
fn a_wrong_method_of_str_is_reported_with_the_shortest_text() {
    if !python_has("pass") {
        return;
    }
    let startup = "import builtins
right = builtins.ord
builtins.ord = lambda char: 98 if char == '\\xdf' else right(char)
";
    let (code, report) = verify_with_startup("texts", startup);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("differs: hedgerow"), "{report}");
    assert!(report.lines().all(|line| line.len() < 300), "few characters show it:\n{report}");
}

#[test]
fn values_texts_and_dicts_need_no_hamt() {
    if !python_has("pass") {
        return;
    }
    let folder = Folder::new();
    folder.file("immutables.py", "raise ImportError('hidden')\n");
    folder.file("_testcapi.py", "");
    folder.file("_testinternalcapi.py", "");
    let verify = ["verify", "--ops", "200", "--only", "values,texts,dicts"];
    let output = hedgerow(&verify).env("PYTHONPATH", folder.root()).output().unwrap();
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("this Python has no HAMT to ask"), "{report}");
}
