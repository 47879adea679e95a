//! The contexts that a thread has entered.

use std::cell::RefCell;
use std::fmt;
use std::mem;
use std::rc::Rc;

use super::cache::Cache;
use super::vars::{Context, ContextVar, Vars};
use super::watch;
use crate::object::drop_dead::Deferred;
use crate::object::room::TryPush;
use crate::object::value::{ObjectError, Value};

/// The contexts that a thread or a coroutine has entered: the current one, and those to which
/// [`Context::exit`] goes back.
///
/// Each thread has one. A host whose coroutines have call stacks of their own (greenlets, fibers)
/// keeps one for each coroutine, and [swaps](ContextStack::swap) it in when that runs.
///
/// Dropping a stack leaves its contexts, so that others can enter them.
///
/// ```
/// use hedgerow::object::context::{Context, ContextStack, ContextVar};
/// use hedgerow::object::{HashPolicy, Value};
///
/// let var = ContextVar::new("var", None, &HashPolicy::random());
/// let (here, there) = (Context::new(), Context::new());
/// let mut coroutine = ContextStack::new();
/// here.enter()?;
/// coroutine.swap(); // to the coroutine, which has entered nothing yet
/// there.enter()?;
/// var.set(1.into())?;
/// coroutine.swap(); // back
/// assert!(var.get_or_none().is_none() && coroutine.current().is_some_and(|it| it.is(&there)));
/// here.exit()?; // its own, though `there` was entered later
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Default)]
pub struct ContextStack {
    /// The current context is the last one.
    frames: Vec<Frame>,
    /// Whether the first one was not entered: a `set` without a context made it.
    has_base: bool,
}

/// A context in a stack. What is in it changes while it is the current one of a thread, and only
/// by that thread.
struct Frame {
    context: Context,
    /// What is in it, if it was copied since it was changed last: for further copies, without the
    /// context's lock.
    copied: Option<Box<Vars>>,
}

/// What a thread has.
struct Thread {
    stack: RefCell<ContextStack>,
    /// Values of variables in the current context.
    cache: RefCell<Cache>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread { stack: RefCell::new(ContextStack::new()), cache: RefCell::new(Cache::new()) }
    };
}

impl ContextStack {
    /// A stack in which nothing was entered.
    #[must_use]
    pub const fn new() -> Self {
        ContextStack { frames: Vec::new(), has_base: false }
    }

    /// The context that was entered last and not left since, or that a `set` without one made.
    #[must_use]
    pub fn current(&self) -> Option<&Context> {
        self.frames.last().map(|frame| &frame.context)
    }

    /// Exchanges this stack with that of the running thread, and tells [watchers](super::watch) if
    /// the current context is another one then. Does nothing while the thread ends.
    pub fn swap(&mut self) {
        let swapped = THREAD.try_with(|thread| {
            thread.forget_values();
            mem::swap(&mut *thread.stack.borrow_mut(), self);
            thread.stack.borrow().current().cloned()
        });
        let Ok(current) = swapped else { return };
        let is_same = match (&current, self.current()) {
            (Some(now), Some(before)) => now.is(before),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            watch::tell(current.as_ref());
        }
    }

    /// How many contexts were entered and not left.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.frames.len() - usize::from(self.has_base)
    }

    /// Whether this is the current context.
    #[inline]
    fn is_current(&self, context: &Context) -> bool {
        self.current().is_some_and(|current| current.is(context))
    }

    /// The current context. If there is none, an empty one becomes it.
    fn current_or_base(&mut self) -> &Context {
        if self.frames.is_empty() {
            let base = Context::new();
            base.mark_entered();
            self.has_base = true;
            self.frames.push(Frame::new(base));
        }
        // One was pushed if there was none.
        &self.frames[self.frames.len() - 1].context
    }

    /// Takes the current context out, if it is this one, and was entered.
    #[inline]
    fn pop(&mut self, context: &Context) -> Option<Frame> {
        if self.is_current(context) && self.depth() > 0 { self.frames.pop() } else { None }
    }
}

impl Frame {
    #[inline]
    fn new(context: Context) -> Self {
        Frame { context, copied: None }
    }

    /// A copy of the context.
    #[inline]
    fn copy(&mut self) -> Context {
        let vars = self.copied.get_or_insert_with(|| Box::new(self.context.copied()));
        Context::of_copy((**vars).clone())
    }
}

impl Drop for ContextStack {
    fn drop(&mut self) {
        self.frames.iter().for_each(|frame| frame.context.mark_left());
    }
}

impl fmt::Debug for ContextStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextStack")
            .field("current", &self.current())
            .field("depth", &self.depth())
            .finish()
    }
}

/// A copy of the current context of this thread. O(1).
///
/// ```
/// use hedgerow::object::context::copy_context;
///
/// assert!(copy_context().is_empty());
/// ```
#[must_use]
pub fn copy_context() -> Context {
    let copied =
        THREAD.try_with(|thread| thread.stack.borrow_mut().frames.last_mut().map(Frame::copy));
    copied.ok().flatten().unwrap_or_default()
}

impl Context {
    /// An empty context. It takes no memory for variables before one is set.
    #[must_use]
    pub fn new() -> Self {
        Context::default()
    }

    /// The current context of this thread: the one that was entered last, or that a `set` made.
    ///
    /// In Python there is no such call: what a program does to the current context is to copy it.
    #[must_use]
    pub fn current() -> Option<Self> {
        THREAD.try_with(|thread| thread.stack.borrow().current().cloned()).ok().flatten()
    }

    /// Another context with the same variables and values, which nobody has entered. O(1).
    #[must_use]
    pub fn copy(&self) -> Self {
        Context::of_copy(self.copied())
    }

    /// Runs `body` in this context: enters it, and leaves it afterwards, also after a panic.
    ///
    /// # Errors
    ///
    /// Those of [`enter`](Context::enter), and `body` does not run. Those of
    /// [`exit`](Context::exit), if `body` entered or left contexts without leaving or entering them
    /// again; its result is dropped.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> Result<R, ObjectError> {
        /// Leaves the context after a panic.
        struct Leave<'a>(&'a Context);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                // Contexts that were entered in it by hand stay, and then this one does.
                let _ = self.0.exit();
            }
        }

        self.enter_untold()?;
        let leave = Leave(self);
        self.tell_entered();
        let result = body();
        mem::forget(leave);
        self.exit()?;
        Ok(result)
    }

    /// Makes this the current context of this thread, until [`exit`](Context::exit). For event
    /// loops; [`run`](Context::run) cannot forget to leave.
    ///
    /// # Errors
    ///
    /// RuntimeError, in CPython's words, if it is entered already, here or in another thread.
    /// [`Error::Allocation`](crate::Error::Allocation).
    pub fn enter(&self) -> Result<(), ObjectError> {
        self.enter_untold()?;
        self.tell_entered();
        Ok(())
    }

    /// Enters it, and does not tell the watchers.
    #[inline]
    fn enter_untold(&self) -> Result<(), ObjectError> {
        if self.mark_entered() {
            let message = format!("cannot enter context: {} is already entered", self.repr());
            return Err(ObjectError::Runtime(message));
        }
        let pushed = THREAD.try_with(|thread| {
            thread.forget_values();
            let frames = &mut thread.stack.borrow_mut().frames;
            frames.try_push(Frame::new(self.clone())).map_err(ObjectError::from)
        });
        if let Err(error) = pushed.unwrap_or_else(|_| Err(has_ended())) {
            self.mark_left();
            return Err(error);
        }
        Ok(())
    }

    #[inline]
    fn tell_entered(&self) {
        if watch::is_watched() {
            watch::tell(Some(self));
        }
    }

    /// Makes that context current again that was before [`enter`](Context::enter).
    ///
    /// # Errors
    ///
    /// RuntimeError, in CPython's words, if it is not entered, or not the current one.
    pub fn exit(&self) -> Result<(), ObjectError> {
        let left = THREAD.try_with(|thread| {
            let left = thread.stack.borrow_mut().pop(self)?;
            thread.forget_values();
            Some(left)
        });
        let Some(left) = left.ok().flatten() else { return Err(self.cannot_exit()) };
        left.context.mark_left();
        if watch::is_watched() {
            watch::tell(Context::current().as_ref());
        }
        Ok(())
    }

    /// Whether a thread or a [`ContextStack`] has entered it.
    #[must_use]
    pub fn is_entered(&self) -> bool {
        self.has_entered_mark()
    }

    #[cold]
    fn cannot_exit(&self) -> ObjectError {
        let is_base = THREAD.try_with(|thread| {
            let stack = thread.stack.borrow();
            stack.depth() == 0 && stack.is_current(self)
        });
        let message = if self.has_entered_mark() && !is_base.unwrap_or(false) {
            "cannot exit context: thread state references a different context object".to_string()
        } else {
            format!("cannot exit context: {} has not been entered", self.repr())
        };
        ObjectError::Runtime(message)
    }

    /// `repr(context)`.
    #[must_use]
    pub fn repr(&self) -> String {
        format!("<_contextvars.Context object at {:#x}>", self.address())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repr())
    }
}

impl Thread {
    /// Empties the cache, before the current context becomes another one.
    ///
    /// The current context has the same values. Still they are dropped where nothing is borrowed.
    #[inline]
    fn forget_values(&self) {
        if !self.cache.borrow().is_empty() {
            self.forget_some_values();
        }
    }

    fn forget_some_values(&self) {
        while let Some(value) = { self.cache.borrow_mut() }.pop() {
            drop(value);
        }
    }

    /// Looks a variable up in the current context, and keeps what is found.
    fn look_up(&self, var: &ContextVar) -> Option<Rc<Value>> {
        let in_vars = |vars: &Vars| vars.get(var).map(|kept| kept.0.clone());
        let found = match self.stack.borrow().frames.last()? {
            Frame { copied: Some(vars), .. } => in_vars(vars),
            Frame { context, copied: None } => context.read(in_vars),
        };
        let (value, displaced) = self.cache.borrow_mut().put(var.0.id, found?);
        drop(displaced);
        Some(value)
    }
}

/// The value of a variable in the current context.
#[inline]
pub(super) fn current_value(var: &ContextVar) -> Option<Value> {
    let clone = |value: &Rc<Value>| match &**value {
        // Values of runtimes: cloned here without looking for the kind once more.
        Value::Object(object) => Value::Object(object.clone()),
        value => value.clone(),
    };
    // Written from inside: to return it in a `Result` in an `Option` would copy it byte by byte.
    let mut found = None;
    let _ = THREAD.try_with(|thread| found = thread.cache.borrow().get(var.0.id).map(clone));
    if found.is_some() { found } else { look_up(var).as_ref().map(clone) }
}

/// [`current_value`], counted for this thread alone.
#[inline]
pub(super) fn current_value_ref(var: &ContextVar) -> Option<Rc<Value>> {
    let cached = THREAD.try_with(|thread| thread.cache.borrow().get(var.0.id).cloned());
    if let Ok(Some(value)) = cached { Some(value) } else { look_up(var) }
}

/// The value of a variable that is not in the cache.
#[cold]
#[inline(never)]
fn look_up(var: &ContextVar) -> Option<Rc<Value>> {
    THREAD.try_with(|thread| thread.look_up(var)).ok().flatten()
}

/// The current context. If there is none, an empty one becomes it.
pub(super) fn current_context() -> Result<Context, ObjectError> {
    let current = THREAD.try_with(|thread| thread.stack.borrow_mut().current_or_base().clone());
    current.map_err(|_| has_ended())
}

/// Whether this is the current context.
pub(super) fn is_current(context: &Context) -> bool {
    THREAD.try_with(|thread| thread.stack.borrow().is_current(context)).unwrap_or(false)
}

/// Gives a variable a value, or none, in the context, which is the current one. Returns the value
/// that it had.
pub(super) fn replace_in_current(
    context: &Context,
    var: &ContextVar,
    value: Option<Value>,
) -> Option<Value> {
    // Ends last: destructors may set variables, and what they set stays.
    let _deferred = Deferred::begin();
    // Dropped first, so that an entry that no other context has is changed in place.
    let _ = THREAD.try_with(|thread| thread.stack.borrow_mut().frames.last_mut()?.copied.take());
    let old = context.replace(var, value.clone());
    let displaced = THREAD.try_with(|thread| {
        let mut cache = thread.cache.borrow_mut();
        match value {
            Some(value) => cache.put(var.0.id, value).1,
            None => cache.remove(var.0.id),
        }
    });
    drop(displaced);
    old
}

#[cold]
fn has_ended() -> ObjectError {
    ObjectError::Runtime("this thread is ending, and has no context any more".to_string())
}
