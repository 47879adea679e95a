//! [`ContextVar`], [`Context`] and the map in it, which refer to each other. Their methods are in
//! the files above.

use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::mem;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{self, Mutex, MutexGuard, PoisonError};

use triomphe::{Arc, UniqueArc};

use crate::Map;
use crate::object::drop_dead::drop_one_dead;
use crate::object::eq::is;
use crate::object::python_version::Unicode;
use crate::object::str::PyStr;
use crate::object::value::{ObjectRef, Value, WeakObject};

/// A context variable. `clone` gives another reference to the same one: 8 bytes.
///
/// ```
/// use hedgerow::object::HashPolicy;
/// use hedgerow::object::context::ContextVar;
///
/// let policy = HashPolicy::random();
/// let (a, b) = (ContextVar::new("x", None, &policy), ContextVar::new("x", None, &policy));
/// assert!(a != b && a == a.clone() && a.name() == b.name());
/// ```
#[derive(Clone)]
pub struct ContextVar(pub(super) sync::Arc<Variable>);

pub(super) struct Variable {
    pub(super) hash: i64,
    /// Its number. No two variables of a process have the same.
    pub(super) id: u64,
    pub(super) name: PyStr,
    pub(super) default: Option<Kept>,
    pub(super) unicode: Unicode,
    /// The object that it is as a value, as long as there is one.
    pub(super) object: Mutex<Option<WeakObject>>,
}

impl ContextVar {
    pub(super) fn make(
        name: PyStr,
        default: Option<Value>,
        unicode: Unicode,
        hash: impl FnOnce(u64) -> i64,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let default = default.map(Kept);
        let object = Mutex::new(None);
        ContextVar(sync::Arc::new(Variable { hash: hash(id), id, name, default, unicode, object }))
    }
}

impl Hash for ContextVar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash as u64);
    }
}

impl PartialEq for ContextVar {
    /// Whether both refer to the same variable.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        sync::Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ContextVar {}

/// A map from variables to values. `clone` gives another reference to the same one: 8 bytes.
///
/// What is in it changes while a thread has entered it and sets variables.
///
/// ```
/// use hedgerow::object::context::{Context, ContextVar};
/// use hedgerow::object::{HashPolicy, ObjectError, Value, equal};
///
/// let level = ContextVar::new("level", None, &HashPolicy::random());
/// let context = Context::new();
/// let before = context.run(|| {
///     let token = level.set(1.into())?;
///     level.set(2.into())?;
///     let copy = context.copy();
///     level.reset(&token)?;
///     Ok::<_, ObjectError>(copy)
/// })??;
/// assert!(context.is_empty() && equal(&before.item(&level)?, &2.into())?);
/// # Ok::<(), ObjectError>(())
/// ```
#[derive(Clone)]
pub struct Context(pub(super) StateRef);

/// A counted reference to a [`State`], whose memory is used again in the thread that drops the last
/// one. It is `None` only while it is being dropped.
#[derive(Clone)]
pub(super) struct StateRef(Option<Arc<State>>);

#[derive(Default)]
pub(super) struct State {
    vars: Mutex<Held>,
    /// Whether it stands in a [`ContextStack`](super::ContextStack).
    entered: AtomicBool,
    /// The object that it is as a value, as long as there is one.
    pub(super) object: Mutex<Option<WeakObject>>,
}

/// What a context holds.
#[derive(Default)]
struct Held {
    vars: Vars,
    /// Whether the context was copied, or is a copy, and was not changed since: then its entries
    /// are shared with others.
    is_copied: bool,
}

/// The map of a context.
pub(super) type Vars = Map<ContextVar, Kept, ByHash>;

/// How many states without a context a thread keeps.
const MOST_SPARE: usize = 64;

thread_local! {
    /// Empty states, to be used again.
    static SPARE: RefCell<Vec<UniqueArc<State>>> = const { RefCell::new(Vec::new()) };
}

impl StateRef {
    /// A new state, in memory of an old one if there is some.
    #[inline]
    fn new(held: Held) -> Self {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
        let mut state = spare.unwrap_or_else(|| UniqueArc::new(State::default()));
        *state.vars.get_mut().unwrap_or_else(PoisonError::into_inner) = held;
        StateRef(Some(state.shareable()))
    }
}

impl Deref for StateRef {
    type Target = State;

    #[inline]
    fn deref(&self) -> &State {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for StateRef {
    #[inline]
    fn drop(&mut self) {
        // Where another reference is left, it is counted down.
        let unique = self.0.take().and_then(|state| Arc::try_unique(state).ok());
        if let Some(mut state) = unique {
            // Values die here, where nothing is borrowed.
            state.clear();
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < MOST_SPARE && spare.try_reserve(1).is_ok() {
                    spare.push(state);
                }
            });
        }
    }
}

impl State {
    /// Makes it as a new one.
    #[inline]
    fn clear(&mut self) {
        *self.entered.get_mut() = false;
        *self.object.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        *self.vars.get_mut().unwrap_or_else(PoisonError::into_inner) = Held::default();
    }
}

impl Default for Context {
    #[inline]
    fn default() -> Self {
        Context(StateRef::new(Held::default()))
    }
}

impl Context {
    /// A context with the variables of another one.
    #[inline]
    pub(super) fn of_copy(vars: Vars) -> Self {
        Context(StateRef::new(Held { vars, is_copied: true }))
    }

    /// The variables, for a copy.
    #[inline]
    pub(super) fn copied(&self) -> Vars {
        let mut held = self.lock();
        held.is_copied = true;
        held.vars.clone()
    }

    /// Ignores poisoning: a panic of the map leaves it as it was.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.vars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the variables. `read` runs no user code.
    #[inline]
    pub(super) fn read<R>(&self, read: impl FnOnce(&Vars) -> R) -> R {
        read(&self.lock().vars)
    }

    /// Gives a variable a value, or none. Returns the one that it had.
    ///
    /// The caller has a [`Deferred`](crate::object::drop_dead::Deferred): values of other contexts
    /// may die here, since a map drops what other threads gave up while it was writing.
    pub(super) fn replace(&self, var: &ContextVar, value: Option<Value>) -> Option<Value> {
        let mut held = self.lock();
        let Some(value) = value else {
            held.is_copied = false;
            return held.vars.remove(var).map(Kept::into_value);
        };
        // In place, where nobody else is likely to have the entry.
        if !held.is_copied
            && let Some(kept) = held.vars.get_mut(var)
        {
            return Some(mem::replace(&mut kept.0, value));
        }
        held.is_copied = false;
        held.vars.insert(var.clone(), Kept(value)).map(Kept::into_value)
    }

    /// Says that the context stands in a stack. Returns whether it already did.
    #[inline]
    pub(super) fn mark_entered(&self) -> bool {
        self.0.entered.swap(true, Ordering::Acquire)
    }

    #[inline]
    pub(super) fn mark_left(&self) {
        self.0.entered.store(false, Ordering::Release);
    }

    #[inline]
    pub(super) fn has_entered_mark(&self) -> bool {
        self.0.entered.load(Ordering::Relaxed)
    }

    /// Whether both refer to the same context: Python's `is`.
    #[inline]
    #[must_use]
    pub fn is(&self, other: &Context) -> bool {
        ptr::eq(&*self.0, &*other.0)
    }

    /// Its address: Python's `id`.
    #[must_use]
    pub fn address(&self) -> usize {
        ptr::from_ref(&*self.0).addr()
    }
}

/// The object in a place for one, or a new one.
pub(super) fn object_in(
    place: &Mutex<Option<WeakObject>>,
    make: impl FnOnce() -> ObjectRef,
) -> Value {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    let object = place.as_ref().and_then(WeakObject::upgrade).unwrap_or_else(|| {
        let object = make();
        *place = Some(object.downgrade());
        object
    });
    Value::from(object)
}

/// A value that may contain contexts, tokens and variables, and is dropped in constant stack.
#[derive(Clone)]
pub(super) struct Kept(pub(super) Value);

impl Kept {
    #[inline]
    pub(super) fn into_value(mut self) -> Value {
        mem::replace(&mut self.0, Value::None)
    }
}

impl Drop for Kept {
    #[inline]
    fn drop(&mut self) {
        drop_one_dead(mem::replace(&mut self.0, Value::None));
    }
}

/// Whether the two are identical: what else is equal, user code says.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        is(&self.0, &other.0)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Takes the hash of a variable as it is, so that the order is CPython's.
#[derive(Clone, Copy, Default)]
pub(super) struct ByHash;

impl BuildHasher for ByHash {
    type Hasher = ItsHash;

    #[inline]
    fn build_hasher(&self) -> ItsHash {
        ItsHash(0)
    }
}

/// The hash that a variable wrote.
pub(super) struct ItsHash(u64);

impl Hasher for ItsHash {
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
