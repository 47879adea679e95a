//! `hedgerow verify`: agreement with the real peers, and what is said of a peer that differs.
//!
//! The bugs this hunts: a comparison that cannot fail, a seed that does not repeat the run, a
//! report of hundreds of steps where two would do.

mod command;

use command::{Folder, has_hamt, has_immutables, hedgerow, python_has, run, stdout_of, text};

#[test]
fn random_histories_agree_and_say_how_far_they_went() {
    if !has_hamt() && !has_immutables() {
        return;
    }
    let told = stdout_of(&run(&["verify", "--seed", "7", "--ops", "2000"]));
    assert!(told.starts_with("seed 7: 2000 operations against "), "{told}");
    assert!(told.contains("no difference in "), "{told}");
    assert!(told.contains("2000 values and the equality of 6000 pairs"), "{told}");
    assert!(told.contains("in 20 programs"), "{told}");
    for kind in ["Array nodes", "collision nodes"] {
        let before = told.split(kind).next().unwrap().split_whitespace().rev().nth(1).unwrap();
        assert_ne!(before, "0", "the histories were too tame: {told}");
    }
    if has_immutables() {
        assert!(told.contains("(shapes too)"), "{told}");
    }
}

#[test]
fn a_seed_repeats_a_run_and_no_seed_draws_one() {
    if !has_hamt() && !has_immutables() {
        return;
    }
    let with_seed = || stdout_of(&run(&["verify", "--seed", "11", "--ops", "400"]));
    assert_eq!(with_seed(), with_seed());
    let seed_of = |told: String| told.split([' ', ':']).nth(1).map(str::to_owned);
    let drawn = || seed_of(stdout_of(&run(&["verify", "--ops", "1"])));
    assert_ne!(drawn(), drawn());
}

/// A HAMT by name alone: it keeps the order of insertion, which no hash map does.
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

/// The same with the order put right where all hashes are small, and a delete that forgets one key.
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
    assert_eq!(text(&output.stderr), "", "the difference is told on stdout");
    (output.status.code(), text(&output.stdout))
}

#[test]
fn a_wrong_order_is_shrunk_to_two_keys() {
    if !python_has("pass") {
        return;
    }
    let (code, told) = verify_against(INSERTION_ORDERED);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the order differs:"), "{told}");
    assert!(told.contains("repeat with --seed 3"), "{told}");
    let steps: Vec<&str> = told.lines().filter(|line| line.starts_with("  v")).collect();
    assert!(steps.len() <= 2, "two sets show it:\n{told}");
    assert!(told.contains("  k0: hash ") && told.contains(", chunks "), "{told}");
    assert!(told.contains("hedgerow  {") && told.contains("hamt      {"), "{told}");
}

#[test]
fn a_difference_is_told_with_both_sides() {
    if !python_has("pass") {
        return;
    }
    let (code, told) = verify_against(FORGETS_KEY_THREE);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(" differs:") && told.contains("smallest history"), "{told}");
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
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("-m pip install immutables") && told.lines().count() == 1, "{told}");
}

/// Runs one subject against a Python whose start-up file changed a builtin.
fn verify_with_startup(subject: &str, startup: &str) -> (Option<i32>, String) {
    let folder = Folder::new();
    folder.file("sitecustomize.py", startup);
    let output = hedgerow(&["verify", "--seed", "5", "--ops", "2000", "--only", subject])
        .env("PYTHONPATH", folder.root())
        .output()
        .unwrap();
    assert_eq!(text(&output.stderr), "", "the difference is told on stdout");
    (output.status.code(), text(&output.stdout))
}

#[test]
fn one_wrong_hash_is_shrunk_to_one_value() {
    if !python_has("pass") {
        return;
    }
    let (code, told) = verify_with_startup(
        "values",
        "import builtins
real = hash
def wrong(value):
    return real(value) ^ 1 if isinstance(value, tuple) and ... in value else real(value)
builtins.hash = wrong
",
    );
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the hash of (Ellipsis,) differs: hedgerow "), "{told}");
    assert!(told.contains("repeat with --seed 5") && !told.contains("operations"), "{told}");
}

#[test]
fn a_wrong_equality_is_told_with_both_values() {
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
    let (code, told) = verify_with_startup("values", startup);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the equality of frozenset("), "{told}");
}

#[test]
fn a_wrong_dict_is_shrunk_to_three_steps() {
    if !python_has("pass") {
        return;
    }
    let (code, told) =
        verify_with_startup("dicts", "import builtins\nbuiltins.reversed = lambda d: iter(d)\n");
    assert_eq!(code, Some(1), "{told}");
    let steps: Vec<&str> = told.lines().filter(|line| line.starts_with("  d")).collect();
    assert!(steps.len() <= 4, "two entries and a walk show it:\n{told}");
    assert!(told.contains("list(reversed(d))") && told.contains("the dict differs:"), "{told}");
}

#[test]
fn values_and_dicts_need_no_hamt() {
    if !python_has("pass") {
        return;
    }
    let folder = Folder::new();
    folder.file("immutables.py", "raise ImportError('hidden')\n");
    folder.file("_testcapi.py", "");
    folder.file("_testinternalcapi.py", "");
    let verify = ["verify", "--ops", "200", "--only", "values,dicts"];
    let output = hedgerow(&verify).env("PYTHONPATH", folder.root()).output().unwrap();
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("this Python has no HAMT to ask"), "{told}");
}
