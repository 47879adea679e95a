//! Contexts: settings that a task has from the task that started it, and may override for itself
//! and its children. To hand them down is to clone a map; nobody sees what others override.

use std::cell::RefCell;
use std::panic;
use std::thread::{self, Scope, ScopedJoinHandle};

use hedgerow::Map;

/// Settings by name.
type Context = Map<&'static str, String>;

thread_local! {
    /// The context of the task that runs.
    static CURRENT: RefCell<Context> = RefCell::default();
}

/// A setting of the task that runs.
fn setting(name: &str) -> Option<String> {
    CURRENT.with_borrow(|context| context.get(name).cloned())
}

/// Puts the context back that was there before, also after a panic.
struct Restore(Context);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.replace(std::mem::take(&mut self.0));
    }
}

/// Runs `body` with another context.
fn run_in<R>(context: Context, body: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(context));
    body()
}

/// Runs `body` with other values of some settings.
fn with<R>(settings: &[(&'static str, &str)], body: impl FnOnce() -> R) -> R {
    let mut context = CURRENT.with_borrow(Context::clone);
    context.extend(settings.iter().map(|&(name, value)| (name, value.to_owned())));
    run_in(context, body)
}

/// Starts a task that has the settings of this one.
fn spawn<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    body: impl FnOnce() -> R + Send + 'scope,
) -> ScopedJoinHandle<'scope, R> {
    let context = CURRENT.with_borrow(Context::clone);
    scope.spawn(move || run_in(context, body))
}

/// What a task would write to a log.
fn log(message: &str) -> String {
    let [user, level] = ["user", "level"].map(|name| setting(name).unwrap_or("-".into()));
    format!("{level} {user}: {message}")
}

/// Asks a database in a task of its own, and says more about that.
fn handle_request() -> Vec<String> {
    let query = || with(&[("level", "debug")], || log("query"));
    let line = thread::scope(|scope| spawn(scope, query).join().expect("it only logs"));
    vec![line, log("done")]
}

pub(crate) fn main() {
    let users = ["ada", "grace", "edsger"];
    let lines: Vec<Vec<String>> = with(&[("level", "info"), ("region", "eu")], || {
        let lines = thread::scope(|scope| {
            let start = |user| spawn(scope, move || with(&[("user", user)], handle_request));
            let tasks = users.map(start);
            tasks.into_iter().map(|task| task.join().expect("it only logs")).collect()
        });
        assert_eq!(log("end"), "info -: end");
        lines
    });
    for (user, lines) in users.iter().zip(&lines) {
        assert_eq!(lines, &[format!("debug {user}: query"), format!("info {user}: done")]);
    }

    // Outside, nothing is set, also after a task that panicked.
    let result =
        panic::catch_unwind(|| with(&[("user", "eve")], || panic::resume_unwind(Box::new(()))));
    assert!(result.is_err() && setting("user").is_none() && setting("region").is_none());
    println!("{}", lines.concat().join("\n"));
}
