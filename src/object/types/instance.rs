//! Instances: objects of a type, with a dict and slots as the type gives them.
//!
//! # Shared keys
//!
//! The objects of a class have mostly the same attributes, set in the same order. So the class has
//! the keys, once, and an object has a list of values:
//!
//! ```text
//! class     keys      x      y      colour
//! object 1  values    3      4      'red'
//! object 2  values    5      6                      (no colour)
//! ```
//!
//! An object that gets a key before one that it has, or too many, gets a dict of its own, and so
//! does one whose `__dict__` is asked for. CPython's split dicts (PEP 412) are the same idea.
//!
//! S1. Keys are only added, so an index stays that of its key.
//! S2. An object without a dict of its own has the keys of its type.
//! S3. Its attributes are in the order of their indices.

use std::alloc::{Layout, handle_alloc_error};
use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::classes::Classes;
use super::create::builtin_of;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::drop_dead::drop_dead;
use crate::object::{Object, ObjectError, ObjectRef, PyStr, SharedDict, Value};

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
    slot_count: u32,
    has_dict: bool,
    /// Whether `State::dict` is `None`, to be asked without the lock.
    is_split: AtomicBool,
    state: Mutex<State>,
}

/// What an instance holds. It is locked for single steps that run no user code.
#[derive(Default)]
struct State {
    /// The slots, then the values of the shared keys of its type, up to the last one that is there.
    fields: Vec<Option<Value>>,
    /// The attributes, once they are in a dict of the object's own.
    dict: Option<SharedDict>,
}

/// An attribute of an object itself.
pub(super) enum Own {
    Value(Value),
    Absent,
    /// It may be in this dict.
    Dict(SharedDict),
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
        let slot_count = object.layout.slot_count;
        let fields = vec![None; slot_count as usize];
        Ok(Instance {
            ty: AtomicU64::new(pack(ty)),
            classes: Arc::clone(&types.classes),
            slot_count,
            has_dict: object.layout.own.has_dict,
            is_split: AtomicBool::new(true),
            state: Mutex::new(State { fields, dict: None }),
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

    /// The dict, if there is one. After the first call the attributes are in it, and take more
    /// memory: an object that was never asked has only the values, in the order of the keys that it
    /// shares with the others of its type.
    #[must_use]
    pub fn dict(&self) -> Option<SharedDict> {
        self.has_dict.then(|| self.dict_of(&mut self.lock()))
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
            let mut state = self.lock();
            self.is_split.store(dict.is_none(), Ordering::Release);
            let old = std::mem::replace(&mut state.dict, dict);
            let values = state.fields.split_off(self.slot_count as usize);
            drop(state);
            // Not while it is locked: this may run user code.
            drop((old, values));
        }
    }

    /// Makes it an object of another type. The caller has compared their layouts.
    pub(super) fn set_type(&self, ty: Type) {
        let mut state = self.lock();
        // The values are in the order of the keys of the old type.
        if state.fields.len() > self.slot_count as usize {
            self.dict_of(&mut state);
        }
        self.ty.store(pack(ty), Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn slot(&self, index: u32) -> Option<Value> {
        self.lock().fields.get(index as usize)?.clone()
    }

    /// Sets a slot, or with `None` unsets it. Returns the old value.
    pub(super) fn set_slot(&self, index: u32, value: Option<Value>) -> Option<Value> {
        let mut state = self.lock();
        match state.fields.get_mut(index as usize) {
            Some(slot) => std::mem::replace(slot, value),
            None => None,
        }
    }

    /// Whether all attributes are under shared keys of the type.
    #[inline]
    pub(super) fn is_split(&self) -> bool {
        self.is_split.load(Ordering::Acquire)
    }

    /// The value of a shared key, if the attributes are under these.
    #[inline]
    pub(super) fn shared(&self, key: u32) -> Option<Value> {
        let state = self.lock();
        let value = state.fields.get((self.slot_count + key) as usize)?;
        value.clone()
    }

    /// The value of a shared key, if the attributes are in a dict of the object's own, and this one
    /// stands where it was when it moved there.
    #[inline]
    pub(super) fn in_own_dict(&self, key: u32, name: &PyStr) -> Option<Value> {
        // The dict is locked under the object's lock, which nothing does the other way round.
        self.lock().dict.as_ref()?.value_at(key as usize, name)
    }

    /// The attribute with this shared key, or without one.
    #[inline]
    pub(super) fn own(&self, key: Option<u32>) -> Own {
        if key.is_none() && self.is_split() {
            return Own::Absent;
        }
        let state = self.lock();
        if let Some(dict) = &state.dict {
            return Own::Dict(dict.clone());
        }
        let value = key.and_then(|key| state.fields.get((self.slot_count + key) as usize)?.clone());
        value.map_or(Own::Absent, Own::Value)
    }

    /// Sets the value of a shared key, and returns the old one. If the object has attributes of its
    /// own, or set in another order, it returns the dict to set it in, and the value.
    pub(super) fn set_shared(
        &self,
        key: Option<u32>,
        value: Value,
    ) -> Result<Option<Value>, (SharedDict, Value)> {
        let mut state = self.lock();
        let fields = &mut state.fields;
        let field = key.filter(|_| self.is_split()).map(|key| (self.slot_count + key) as usize);
        match field {
            Some(at) if at >= fields.len() => {
                // Exactly: most objects get as many attributes as the first one.
                fields.reserve_exact(at + 1 - fields.len());
                fields.resize(at, None);
                fields.push(Some(value));
                Ok(None)
            }
            Some(at) if fields[at].is_some() => Ok(fields[at].replace(value)),
            // A new key before others that are there: the order would be lost.
            _ => Err((self.dict_of(&mut state), value)),
        }
    }

    /// Removes the attribute with this shared key.
    pub(super) fn remove_own(&self, key: Option<u32>) -> Own {
        let mut state = self.lock();
        if let Some(dict) = &state.dict {
            return Own::Dict(dict.clone());
        }
        let fields = &mut state.fields;
        let field = key.and_then(|key| fields.get_mut((self.slot_count + key) as usize));
        let removed = field.and_then(Option::take);
        while fields.len() > self.slot_count as usize && fields.last().is_some_and(Option::is_none)
        {
            fields.pop();
        }
        removed.map_or(Own::Absent, Own::Value)
    }

    /// The dict, into which the values move the first time.
    fn dict_of(&self, state: &mut State) -> SharedDict {
        if let Some(dict) = &state.dict {
            return dict.clone();
        }
        let dict = SharedDict::new(self.classes.policy.clone());
        let values = state.fields.split_off(self.slot_count as usize);
        self.classes.with_keys(self.ty().number, |keys| {
            for (key, value) in keys.iter().zip(values) {
                let Some(value) = value else { continue };
                if dict.insert(Value::Str(key.clone()), value).is_err() {
                    // Text hashes, so memory is refused; as elsewhere in making values.
                    handle_alloc_error(Layout::new::<Value>());
                }
            }
        });
        self.is_split.store(false, Ordering::Release);
        state.dict.insert(dict).clone()
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
        drop_dead(std::mem::take(&mut state.fields).into_iter().flatten());
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
