//! Who is told when the current context of a thread becomes another one.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::vars::Context;

/// A callback that is registered, as long as this lives.
#[must_use = "dropping it ends the watching"]
pub struct Watcher(u64);

type Callback = dyn Fn(Option<&Context>) + Send + Sync;

static WATCHERS: RwLock<Vec<(u64, Arc<Callback>)>> = RwLock::new(Vec::new());
/// How many there are, so that a switch that nobody watches takes no lock.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Calls `callback` after each switch of the current context, in the thread that switches, with the
/// context that is current then, if there is one: CPython's `PyContext_AddWatcher`.
///
/// [`enter`](Context::enter), [`exit`](Context::exit), [`run`](Context::run) and
/// [`ContextStack::swap`](super::ContextStack::swap) switch, in any thread of the process. Watchers
/// are called in the order in which they were registered. They may use contexts, and switch, which
/// calls them again. There may be any number of them; CPython has room for 8. An error in one has
/// nowhere to go: CPython prints it, and so may the callback.
///
/// ```
/// use std::sync::Mutex;
/// use hedgerow::object::context::{Context, watch};
///
/// static SEEN: Mutex<Vec<bool>> = Mutex::new(Vec::new());
/// let watcher = watch(|current| SEEN.lock().unwrap().push(current.is_some()));
/// Context::new().run(|| ())?;
/// drop(watcher);
/// Context::new().run(|| ())?;
/// assert_eq!(*SEEN.lock().unwrap(), [true, false]);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub fn watch(callback: impl Fn(Option<&Context>) + Send + Sync + 'static) -> Watcher {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut watchers = WATCHERS.write().unwrap_or_else(PoisonError::into_inner);
    watchers.push((id, Arc::new(callback)));
    COUNT.store(watchers.len(), Ordering::Release);
    Watcher(id)
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut watchers = WATCHERS.write().unwrap_or_else(PoisonError::into_inner);
        let index = watchers.iter().position(|(id, _)| *id == self.0);
        let removed = index.map(|index| watchers.remove(index));
        COUNT.store(watchers.len(), Ordering::Release);
        if watchers.is_empty() {
            watchers.shrink_to_fit();
        }
        drop(watchers);
        // What the callback holds is dropped without the lock.
        drop(removed);
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watcher({})", self.0)
    }
}

/// Whether anybody watches.
#[inline]
pub(super) fn is_watched() -> bool {
    COUNT.load(Ordering::Acquire) != 0
}

/// Tells the watchers. The caller holds no borrow and no lock.
#[cold]
pub(super) fn tell(current: Option<&Context>) {
    let watchers = WATCHERS.read().unwrap_or_else(PoisonError::into_inner).clone();
    for (_, callback) in &watchers {
        callback(current);
    }
}
