//! Instances: objects of a type, with a dict and slots as the type gives them.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::classes::Classes;
use super::create::builtin_of;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::drop_dead::drop_dead;
use crate::object::{Object, ObjectError, ObjectRef, SharedDict, Value};

/// An object of a type of a [`TypeStore`], hashed and compared by identity.
///
/// Its dict is Python's `__dict__`. It takes any key, but only str keys are attributes.
///
/// A runtime with objects of its own, such as those of a class derived from `int`, puts an
/// `Instance` into each, and [tells](super::Runtime::instance) where it is.
///
/// ```
/// use hedgerow::object::{Instance, TypeArena, TypeStore, Value, getattr, setattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let ty = types.create("C", &[])?;
/// let c = Instance::value(&types, ty)?;
/// setattr(&mut types, &c, "b", Value::from(43))?;
/// let dict = Instance::of(&c).and_then(Instance::dict).unwrap();
/// dict.insert(Value::from(true), Value::from(99))?;
/// assert_eq!(dict.repr()?, "{'b': 43, True: 99}");
/// let refused = getattr(&mut types, &c, &Value::from(true)).unwrap_err();
/// assert_eq!(refused.to_string(), "attribute name must be string, not 'bool'");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub struct Instance {
    /// The number of the type, below the mark of its store.
    ty: AtomicU64,
    classes: Arc<Classes>,
    has_dict: bool,
    state: Mutex<State>,
}

/// What an instance holds. It is locked for single steps that run no user code.
#[derive(Default)]
struct State {
    slots: Vec<Option<Value>>,
    dict: Option<SharedDict>,
}

impl Instance {
    /// A new object: with a dict if its [type](TypeStore::layout) gives it one.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store.
    pub fn value(types: &TypeStore<'_>, ty: Type) -> Result<Value, ObjectError> {
        Ok(Value::Object(ObjectRef::new(Instance::new(types, ty)?)))
    }

    /// A new object without a dict, whatever its type says.
    ///
    /// # Errors
    ///
    /// As [`value`](Instance::value).
    pub fn value_without_dict(types: &TypeStore<'_>, ty: Type) -> Result<Value, ObjectError> {
        let mut instance = Instance::new(types, ty)?;
        instance.has_dict = false;
        Ok(Value::Object(ObjectRef::new(instance)))
    }

    /// As [`value`](Instance::value), to be put into an object of the runtime.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn new(types: &TypeStore<'_>, ty: Type) -> Result<Instance, ObjectError> {
        let object = types.type_object(ty)?;
        let slots = vec![None; object.layout.slot_count as usize];
        Ok(Instance {
            ty: AtomicU64::new(pack(ty)),
            classes: Arc::clone(&types.classes),
            has_dict: object.layout.own.has_dict,
            state: Mutex::new(State { slots, dict: None }),
        })
    }

    /// The instance that a value is, if it is one.
    #[must_use]
    #[inline]
    pub fn of(value: &Value) -> Option<&Instance> {
        match value {
            Value::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }

    /// The type.
    #[must_use]
    #[inline]
    pub fn ty(&self) -> Type {
        let packed = self.ty.load(Ordering::Relaxed);
        Type { number: packed as u32, store: (packed >> 32) as u32 }
    }

    /// The dict, if there is one.
    #[must_use]
    pub fn dict(&self) -> Option<SharedDict> {
        let make = || SharedDict::new(self.classes.policy.clone());
        self.has_dict.then(|| self.lock().dict.get_or_insert_with(make).clone())
    }

    /// Whether there is a dict.
    #[must_use]
    #[inline]
    pub fn has_dict(&self) -> bool {
        self.has_dict
    }

    /// Gives the object another dict, or with `None` a new one. Without a dict nothing changes.
    pub fn set_dict(&self, dict: Option<SharedDict>) {
        if self.has_dict {
            let old = std::mem::replace(&mut self.lock().dict, dict);
            drop(old);
        }
    }

    /// Makes it an object of another type. The caller has compared their layouts.
    pub(super) fn set_type(&self, ty: Type) {
        self.ty.store(pack(ty), Ordering::Relaxed);
    }

    pub(super) fn slot(&self, index: u32) -> Option<Value> {
        self.lock().slots.get(index as usize)?.clone()
    }

    /// Sets a slot, or with `None` unsets it. Returns the old value.
    pub(super) fn set_slot(&self, index: u32, value: Option<Value>) -> Option<Value> {
        let mut state = self.lock();
        match state.slots.get_mut(index as usize) {
            Some(slot) => std::mem::replace(slot, value),
            None => None,
        }
    }

    /// Ignores poisoning: no step panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Instance {
    /// In constant stack, however long a chain of objects is.
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop_dead(std::mem::take(&mut state.slots).into_iter().flatten());
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.type_name())
    }
}

impl Object for Instance {
    fn type_name(&self) -> &str {
        self.classes.name(self.ty().number)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl TypeStore<'_> {
    /// The type of a value. For an object of the runtime that is no [`Instance`] it is `object`.
    pub fn type_of(&self, value: &Value) -> Type {
        let ty = match value {
            Value::Object(object) => match object.downcast_ref() {
                Some(instance) => Some(Instance::ty(instance)),
                None => Type::of(value).and_then(|ty| self.metatype(ty).ok()),
            },
            _ => None,
        };
        ty.unwrap_or_else(|| self.type_at(builtin_of(value)))
    }
}

fn pack(ty: Type) -> u64 {
    u64::from(ty.store) << 32 | u64::from(ty.number)
}
