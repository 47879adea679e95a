//! Inline caches: what an instruction of a program remembers of the last attribute it got.
//!
//! A runtime keeps an [`AttrCache`] beside each instruction that gets an attribute. Most
//! instructions see objects of one class, and then the attribute is always at the same place:
//!
//! ```text
//! p.x     tag 17, 'x', value of the key 0      Point has no x, its objects keep it under key 0
//! p.area  tag 17, 'area', found in t12 at 3    a function; no object of Point has a key 'area'
//! ```
//!
//! # Why a cache is never wrong
//!
//! It is used only for the tag, the store and the name that it was made for. While a type has its
//! tag, every dict along its MRO stays as it is, and no name becomes a shared key of its objects
//! (Y5). What else may change is asked each time: whether the object has a dict of its own, whether
//! the value is there, and which methods a descriptor has.
//!
//! The design is that of CPython's specialized instructions (PEP 659): `LOAD_ATTR_INSTANCE_VALUE`,
//! `LOAD_ATTR_SLOT`, `LOAD_ATTR_CLASS`, `LOAD_ATTR_METHOD_WITH_VALUES` and others.

use super::attribute::{finish, getattr, setattr};
use super::cache::Location;
use super::found::{Attribute, Found, Step};
use super::instance::Instance;
use super::ready::ReadyDescriptor;
use super::runtime::{MethodRef, Runtime};
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Name, ObjectError, Value};

/// What an instruction remembers of the last attribute it got or set. 40 bytes.
///
/// A cache may be used with any object, name and store: if it does not fit, it is filled anew.
///
/// ```
/// use hedgerow::object::{
///     AttrCache, Instance, TypeArena, TypeStore, Value, getattr_cached, setattr,
/// };
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let ty = types.create("Point", &[])?;
/// let name = types.names_mut().intern("x")?;
/// let mut cache = AttrCache::new();
/// for x in 0..3 {
///     let point = Instance::value(&types, ty)?;
///     setattr(&mut types, &point, name, Value::from(x))?;
///     let got = getattr_cached(&mut types, &point, name, &mut cache)?;
///     assert_eq!(format!("{got:?}"), x.to_string());
/// }
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AttrCache {
    /// The tag of the type of the object, or of the object itself if that is a type.
    tag: u64,
    /// The tag of its metatype, if the object is a type.
    metatype_tag: u64,
    store: u32,
    name: u32,
    hit: Hit,
}

/// Where the attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hit {
    /// No tag fits.
    Nothing,
    /// The value of a shared key. No type along the MRO has the name.
    Key(u32),
    /// A slot.
    Slot(u32),
    /// In the dict of a type along the MRO. It is no shared key.
    Class(Location),
    /// In the dict of a type along the MRO, and a shared key: a default of the class, which objects
    /// may have values of their own for.
    Both(Location, u32),
    /// In the dict of a type along the MRO of the object, a type. Its metatype has no such name.
    OfType(Location),
}

const _: () = assert!(size_of::<AttrCache>() <= 40);

/// No type has this tag.
const NO_TAG: u64 = u64::MAX;

impl Default for AttrCache {
    fn default() -> Self {
        AttrCache::new()
    }
}

impl AttrCache {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        AttrCache { tag: NO_TAG, metatype_tag: 0, store: 0, name: 0, hit: Hit::Nothing }
    }

    /// Where the name is, if the cache is that of this type and name.
    #[inline]
    fn hit(&self, types: &TypeStore<'_>, ty: Type, name: Name) -> Hit {
        let fits =
            types.tag_now(ty) == self.tag && self.store == ty.store && self.name == name.number();
        if fits { self.hit } else { Hit::Nothing }
    }

    /// Notes where a name is for the objects of a type. Runs no user code.
    #[cold]
    fn fill(&mut self, types: &TypeStore<'_>, ty: Type, name: Name) {
        *self = AttrCache::new();
        let Ok(object) = types.type_object(ty) else { return };
        if !types.names().contains(name) {
            return;
        }
        // Before the tag: a lookup gives one to a type without.
        let place = types.place(object, name);
        let found = place.location.and_then(|location| types.at(location));
        // A descriptor that was put into the dict of another class refuses its objects.
        let of_owner =
            |ready: &&ReadyDescriptor| types.is_subtype(ty, ready.owner()).unwrap_or(false);
        let slot = found.and_then(ReadyDescriptor::of).filter(of_owner);
        let slot = slot.and_then(ReadyDescriptor::slot);
        self.hit = match (place.location, slot, place.key) {
            (_, Some(slot), _) => Hit::Slot(slot),
            (None, None, Some(key)) => Hit::Key(key),
            (Some(location), None, None) => Hit::Class(location),
            (Some(location), None, Some(key)) => Hit::Both(location, key),
            (None, None, None) => return,
        };
        (self.tag, self.store, self.name) = (types.tag(object), ty.store, name.number());
    }

    /// Notes where a name is for a type itself.
    #[cold]
    fn fill_of_type(&mut self, types: &TypeStore<'_>, ty: Type, name: Name) {
        *self = AttrCache::new();
        let Ok(object) = types.type_object(ty) else { return };
        let Some(metatype) = types.types.get(object.metatype as usize) else { return };
        if !types.names().contains(name) || types.place(metatype, name).location.is_some() {
            return;
        }
        let Some(location) = types.place(object, name).location else { return };
        self.hit = Hit::OfType(location);
        (self.tag, self.metatype_tag) = (types.tag(object), types.tag(metatype));
        (self.store, self.name) = (ty.store, name.number());
    }
}

/// [`getattr`] with an inline cache. With a cache that fits, it costs a few comparisons, a lock of
/// the object and a clone of the value.
///
/// # Errors
///
/// As [`getattr`].
#[inline]
pub fn getattr_cached<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: Name,
    cache: &mut AttrCache,
) -> Result<Value, ObjectError> {
    if let Some(instance) = runtime.instance(object) {
        return match runtime.with_types(|types| cache.hit(types, instance.ty(), name)) {
            Hit::Key(key) => match get_of_key(runtime, instance, name, key) {
                Some(value) => Ok(value),
                None => getattr(runtime, object, name),
            },
            Hit::Slot(index) => match instance.slot(index) {
                Some(value) => Ok(value),
                None => getattr(runtime, object, name),
            },
            Hit::Class(location) => get_of_class(runtime, object, instance, name, location, None),
            Hit::Both(location, key) => {
                get_of_class(runtime, object, instance, name, location, Some(key))
            }
            Hit::Nothing | Hit::OfType(_) => {
                runtime.with_types(|types| cache.fill(types, instance.ty(), name));
                getattr(runtime, object, name)
            }
        };
    }
    match Type::of(object) {
        Some(ty) => get_of_type(runtime, object, ty, name, cache),
        None => getattr(runtime, object, name),
    }
}

/// The attribute that a call of a method calls: Python's `object.name(...)`. A function is not
/// bound first, which saves an object. See
/// [`Descriptor::is_function`](super::Descriptor::is_function).
///
/// # Errors
///
/// As [`getattr`].
#[inline]
pub fn lookup_method<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: Name,
    cache: &mut AttrCache,
) -> Result<MethodRef, ObjectError> {
    if let Some(instance) = runtime.instance(object) {
        let hit = runtime.with_types(|types| match cache.hit(types, instance.ty(), name) {
            Hit::Nothing => {
                cache.fill(types, instance.ty(), name);
                cache.hit
            }
            hit => hit,
        });
        if let Hit::Class(location) = hit
            && is_alone(instance)
            && let Some(value) = runtime.with_types(|types| types.at(location).cloned())
            && runtime.descriptor(&value).is_some_and(|found| {
                found.is_function(runtime) && !found.methods(runtime).is_data()
            })
        {
            return Ok(MethodRef::Function(value));
        }
    }
    getattr_cached(runtime, object, name, cache).map(MethodRef::Bound)
}

/// [`setattr`] with an inline cache.
///
/// # Errors
///
/// As [`setattr`].
#[inline]
pub fn setattr_cached<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    name: Name,
    value: Value,
    cache: &mut AttrCache,
) -> Result<(), ObjectError> {
    let Some(instance) = runtime.instance(object) else {
        return setattr(runtime, object, name, value);
    };
    match runtime.with_types(|types| cache.hit(types, instance.ty(), name)) {
        Hit::Key(key) if instance.has_dict() => {
            set_of_key(runtime, object, instance, name, value, key)
        }
        Hit::Both(location, key) if instance.has_dict() => {
            let of_class = runtime.with_types(|types| types.at(location).cloned());
            if of_class.is_some_and(|of_class| !Found::new(runtime, of_class).methods.is_data()) {
                set_of_key(runtime, object, instance, name, value, key)
            } else {
                setattr(runtime, object, name, value)
            }
        }
        Hit::Slot(index) => {
            drop(instance.set_slot(index, Some(value)));
            Ok(())
        }
        Hit::Nothing => {
            let ty = instance.ty();
            setattr(runtime, object, name, value)?;
            // Afterwards: the first object of a class gives it the key.
            runtime.with_types(|types| cache.fill(types, ty, name));
            Ok(())
        }
        _ => setattr(runtime, object, name, value),
    }
}

/// The value of a shared key. `None` if it has to be searched for.
#[inline]
fn get_of_key<R: Runtime>(runtime: &R, instance: &Instance, name: Name, key: u32) -> Option<Value> {
    if instance.is_split() {
        return instance.shared(key);
    }
    runtime.with_types(|types| instance.in_own_dict(key, types.names().str(name)?))
}

/// Sets the value of a shared key, for which no class has a descriptor that would take it.
#[inline]
fn set_of_key<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    instance: &Instance,
    name: Name,
    value: Value,
    key: u32,
) -> Result<(), ObjectError> {
    match instance.set_shared(Some(key), value) {
        Ok(old) => {
            drop(old);
            Ok(())
        }
        Err((_, value)) => setattr(runtime, object, name, value),
    }
}

/// An attribute in the dict of a type, for an object that may have the name under a shared key, or
/// has no such key.
fn get_of_class<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    instance: &Instance,
    name: Name,
    location: Location,
    key: Option<u32>,
) -> Result<Value, ObjectError> {
    let Some(value) = runtime.with_types(|types| types.at(location).cloned()) else {
        return getattr(runtime, object, name);
    };
    let found = Found::new(runtime, value);
    if !found.is_first() {
        if let Some(own) = key.and_then(|key| get_of_key(runtime, instance, name, key)) {
            return Ok(own);
        }
        if !is_alone(instance) {
            return getattr(runtime, object, name);
        }
    }
    if !found.methods.get {
        return Ok(found.value);
    }
    let got = found.get(runtime, Step::Of(object), instance.ty()).map(Some);
    finish(runtime, object, &Attribute { name: Some(name), given: &name }, got)
}

fn get_of_type<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    ty: Type,
    name: Name,
    cache: &mut AttrCache,
) -> Result<Value, ObjectError> {
    let value = runtime.with_types(|types| {
        let Hit::OfType(location) = cache.hit(types, ty, name) else { return None };
        let metatype = types.metatype(ty).ok()?;
        let value = types.at(location).filter(|_| types.tag_now(metatype) == cache.metatype_tag);
        value.cloned()
    });
    let Some(value) = value else {
        runtime.with_types(|types| cache.fill_of_type(types, ty, name));
        return getattr(runtime, object, name);
    };
    let found = Found::new(runtime, value);
    if !found.methods.get {
        return Ok(found.value);
    }
    let got = found.get(runtime, Step::OfType, ty).map(Some);
    finish(runtime, object, &Attribute { name: Some(name), given: &name }, got)
}

/// Whether an object has only attributes under shared keys, or none.
#[inline]
fn is_alone(instance: &Instance) -> bool {
    instance.is_split() || !instance.has_dict()
}
