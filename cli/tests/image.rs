//! `hedgerow image`: made, looked up, compared and verified; and `inspect --image`.
//!
//! The bug class: a key that is not found although it is there, since the hash of its kind is
//! another; a file that is half written; damage that is not reported, or as a panic.

mod command;

use command::{Folder, run, stdout_of, text};
use hedgerow::Map;
use hedgerow::image::Image;
use std::fs;
use std::process::Output;

/// What the Python package wrote: `tests/vectors/python_image.py` says what is in it.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/python-image-1.bin");

/// Files of keys and values, and images of them.
struct Images {
    folder: Folder,
}

impl Images {
    fn new() -> Self {
        Images { folder: Folder::new() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path(name).display().to_string()
    }

    fn file(&self, name: &str, content: &str) -> String {
        self.folder.file(name, content).display().to_string()
    }

    /// An image of entries, made by the command.
    fn made(&self, name: &str, entries: &[(&str, &str)], more: &[&str]) -> String {
        let lines = |of: fn(&(&str, &str)) -> String| -> String {
            entries.iter().map(|entry| of(entry) + "\n").collect()
        };
        let keys = self.file("keys.txt", &lines(|entry| entry.0.to_owned()));
        let values = self.file("values.txt", &lines(|entry| entry.1.to_owned()));
        let out = self.path(name);
        let arguments = ["image", "make", "--keys", &keys, "--values", &values, &out];
        let printed = stdout_of(&run(&[&arguments, more].concat()));
        assert!(printed.contains(&format!("{name}: {} entries", entries.len())), "{printed}");
        out
    }
}

fn image(arguments: &[&str]) -> Output {
    run(&[&["image"], arguments].concat())
}

fn got(image_path: &str, key: &str) -> String {
    stdout_of(&image(&["get", image_path, key])).trim_end_matches('\n').to_owned()
}

/// The one line on stderr of a command that ends with this code.
fn line_of(code: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn what_is_made_is_got_and_opens_in_rust() {
    let images = Images::new();
    let entries = [("apple", "red"), ("pear", ""), (" \u{1f40d}", "it's \"long\""), ("-x", "red")];
    let path = images.made("fruit.image", &entries, &[]);
    for (key, value) in entries {
        assert_eq!(got(&path, key), value);
    }
    let bytes = fs::read(&path).unwrap();
    let opened = Image::<String, String, _>::open(&bytes[..]).unwrap();
    opened.verify().unwrap();
    assert_eq!(opened.get("apple").unwrap(), Some("red"));
    let line = line_of(1, &["image", "get", &path, "plum"]);
    assert!(line.contains("has no key \"plum\"") && line.contains(&path), "{line}");
}

#[test]
fn without_values_each_key_has_the_number_of_its_line() {
    let images = Images::new();
    let keys: String = (0..25_000).map(|key| format!("key {key}\n")).collect();
    let keys = images.file("keys.txt", &keys);
    for reader in ["rust", "python"] {
        let out = images.path(reader);
        stdout_of(&image(&["make", "--keys", &keys, "--for", reader, &out]));
        assert_eq!(got(&out, "key 0"), "1");
        assert_eq!(got(&out, "key 24999"), "25000");
        assert!(stdout_of(&image(&["verify", &out])).contains("is sound: 25,000 entries"));
    }
    let bytes = fs::read(images.path("rust")).unwrap();
    let opened = Image::<String, u64, _>::open(&bytes[..]).unwrap();
    assert_eq!(opened.get("key 100").unwrap(), Some(101));
}

#[test]
fn keys_of_every_type_are_looked_up() {
    let images = Images::new();
    let write = |bytes: Vec<u8>| images.folder.file("typed", bytes).display().to_string();
    let path = write(Map::from([(-5_i32, 1.5_f64)]).image().unwrap());
    assert_eq!(got(&path, "-5"), "1.5");
    assert!(line_of(2, &["image", "get", &path, "five"]).contains("image of i32 to f64"));
    let path = write(Map::from([(b"raw".to_vec(), Some(true))]).image().unwrap());
    assert_eq!(got(&path, "raw"), "Some(true)");
    let plain = hedgerow::image::Plain([1_u8, 255]);
    let path = write(Map::from([(plain, plain)]).image().unwrap());
    assert_eq!(got(&path, "01ff"), "0x01ff");
    assert!(line_of(2, &["image", "get", &path, "1"]).contains("in hex"));
}

#[test]
fn images_of_python_are_read() {
    for (key, value) in [
        ("", "None"),
        ("apple", "3"),
        ("caf\u{e9}", "\"it's\""),
        ("\u{20ac}", "2.5"),
        ("\u{1f40d}", r"b'\x00raw'"),
        ("17", "frozenset({5})"),
        ("-1", "-1"),
        ("-9223372036854775808", "1180591620717411303424"),
    ] {
        assert_eq!(got(PYTHON, key), value, "{key}");
    }
    assert!(got(PYTHON, "other").starts_with("<a pickle of "));
    assert!(line_of(1, &["image", "get", PYTHON, "18"]).contains("no key \"18\""));
    assert!(stdout_of(&image(&["info", PYTHON])).contains("holds        Python's objects\n"));
    assert!(stdout_of(&image(&["verify", PYTHON])).contains("is sound: 13 entries"));
    let report = stdout_of(&run(&["inspect", "--image", PYTHON]));
    assert!(report.contains("an image of Python's objects\n"), "{report}");
    assert!(report.contains("... and 3 entries more"), "{report}");
}

#[test]
fn info_says_what_the_header_says() {
    let images = Images::new();
    let path = images.made("one.image", &[("a", "b")], &[]);
    let info = stdout_of(&image(&["info", &path]));
    for line in ["format       1", "made for     Rust or C", "holds        str to str"] {
        assert!(info.lines().any(|found| found == line), "{line} in\n{info}");
    }
    assert!(info.contains("\nentries      1\n"), "{info}");
}

#[test]
fn inspect_counts_each_entry_and_byte() {
    let images = Images::new();
    let keys: String = (0..3000).map(|key| format!("key {key}\n")).collect();
    let (keys, out) = (images.file("keys.txt", &keys), images.path("out"));
    stdout_of(&image(&["make", "--keys", &keys, &out]));
    let report = stdout_of(&run(&["inspect", "--image", &out]));
    let rows = report.lines().skip_while(|line| !line.starts_with("depth")).skip(1);
    let column = |line: &str| line.split_whitespace().nth(3).map(|cell| cell.replace(',', ""));
    let counts = rows.map_while(column).map_while(|cell| cell.parse::<usize>().ok());
    assert_eq!(counts.sum::<usize>(), 3000, "{report}");
    let size = fs::metadata(&out).unwrap().len();
    let line = report.lines().find(|line| line.starts_with("in all")).unwrap();
    assert_eq!(line.split_whitespace().nth(2).unwrap().replace(',', ""), size.to_string());
}

#[test]
fn diff_has_a_line_for_each_change() {
    let images = Images::new();
    for reader in ["rust", "python"] {
        let more = ["--for", reader];
        let a = images.made("a", &[("same", "1"), ("old", "2"), ("other", "3")], &more);
        let b = images.made("b", &[("new", "4"), ("other", "5"), ("same", "1")], &more);
        let output = image(&["diff", &a, &b]);
        assert_eq!(output.status.code(), Some(1));
        let mut lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
        assert_eq!(lines.pop().unwrap(), "1 added, 1 removed, 1 changed");
        lines.sort();
        let quote = if reader == "rust" { "\"" } else { "'" };
        let expected = ["+ \"new\": \"4\"", "- \"old\": \"2\"", "~ \"other\": \"3\" -> \"5\""];
        assert_eq!(lines, expected.map(|line| line.replace('"', quote)));
        // Another key of the hash, and the same entries.
        let again = images.made("again", &[("same", "1"), ("other", "3"), ("old", "2")], &more);
        let printed = stdout_of(&image(&["diff", &a, &again]));
        assert_eq!(printed, "0 added, 0 removed, 0 changed\n");
    }
    let rust = images.made("rust", &[("a", "b")], &[]);
    let line = line_of(2, &["image", "diff", &rust, PYTHON]);
    assert!(line.contains("an image of str to str"), "{line}");
    assert!(line.contains("compare images of the same types"), "{line}");
}

#[test]
fn damage_is_one_line_with_the_remedy() {
    let images = Images::new();
    let path = images.made("one.image", &[("a", "b"), ("c", "d")], &[]);
    let sound = fs::read(&path).unwrap();
    let damaged = |bytes: &[u8]| images.folder.file("damaged", bytes).display().to_string();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x41;
        let path = damaged(&bytes);
        let verified = image(&["verify", &path]);
        // Bytes between the sections are nobody's.
        let is_filler = sound[at] == 0 && verified.status.success();
        assert!(is_filler || verified.status.code() == Some(2), "byte {at}");
        assert!(text(&verified.stderr).lines().count() <= 1, "byte {at}");
        if at % 8 == 0 {
            for arguments in [vec!["image", "get", &path, "a"], vec!["inspect", "--image", &path]] {
                let code = run(&arguments).status.code();
                assert!(matches!(code, Some(0..=2)), "byte {at}: {arguments:?} {code:?}");
            }
        }
    }
    let cut = damaged(&sound[..sound.len() - 1]);
    for command in ["verify", "info"] {
        let line = line_of(2, &["image", command, &cut]);
        assert!(line.contains("cut off") && line.contains(&cut), "{line}");
    }
    let other = images.file("other", "something else");
    assert!(line_of(2, &["image", "info", &other]).contains("not an image"));
    let absent = images.path("absent");
    assert!(line_of(2, &["inspect", "--image", &absent]).contains("name a file you may read"));
}

#[test]
fn bad_arguments_leave_the_old_image() {
    let images = Images::new();
    let path = images.made("one.image", &[("a", "b")], &[]);
    let before = fs::read(&path).unwrap();
    let keys = images.file("keys.txt", "a\nb\n");
    let values = images.file("values.txt", "one\n");
    let line = line_of(2, &["image", "make", "--keys", &keys, "--values", &values, &path]);
    assert!(line.contains("has 1 lines for 2 keys"), "{line}");
    let twice = images.file("twice.txt", "a\na\n");
    let line = line_of(2, &["image", "make", "--keys", &twice, &path]);
    assert!(line.contains("\"a\" on lines 1 and 2"), "{line}");
    let nowhere = images.path("no/such/folder/out");
    let line = line_of(2, &["image", "make", "--keys", &keys, &nowhere]);
    assert!(line.contains("cannot write") && line.contains("a folder you may write to"), "{line}");
    line_of(2, &["image", "make", "--keys", &keys, &images.folder.root().display().to_string()]);
    line_of(2, &["inspect", "--image", &path, "--keys", &keys]);
    assert_eq!(fs::read(&path).unwrap(), before);
    let left = fs::read_dir(images.folder.root()).unwrap().count();
    assert_eq!(left, 4, "the image, and three files of text");
}
