//! Runs the command as a user does, and checks which peers this machine has.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The command with its arguments, ready to be run.
pub(crate) fn hedgerow<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
    command.args(arguments);
    command
}

/// Runs the command to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Output {
    hedgerow(arguments).output().expect("the command starts")
}

/// What the command printed. It must have succeeded, and stderr must be empty.
pub(crate) fn stdout_of(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "exit {:?}: {stderr}", output.status.code());
    assert_eq!(stderr, "", "nothing belongs on stderr, and no progress bar in a pipe");
    text(&output.stdout)
}

/// The output as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

/// Whether this machine's python3 can run a statement; says so on stderr where it cannot.
pub(crate) fn python_has(statement: &str) -> bool {
    let found = Command::new("python3")
        .args(["-c", statement])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped in part: this machine's python3 cannot run `{statement}`");
    }
    found
}

/// Whether there is a HAMT to compare with.
pub(crate) fn has_hamt() -> bool {
    python_has(
        "import importlib\n\
         def there(m):\n \
         try: return hasattr(importlib.import_module(m), 'hamt')\n \
         except ImportError: pass\n\
         assert there('_testinternalcapi') or there('_testcapi')",
    )
}

/// Whether immutables is installed, in its C form.
pub(crate) fn has_immutables() -> bool {
    python_has("import immutables._map")
}

/// A folder for the files of a test, deleted after it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().expect("a folder for the test"))
    }

    /// The path of a file in it, there or not.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the folder takes files");
        path
    }
}
