//! `dir()`: the names of the attributes of an object or of a type.

use std::collections::HashSet;

use super::attribute::lookup_attr;
use super::class_messages as messages;
use super::proxy::MappingProxy;
use super::runtime::Runtime;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{Name, ObjectError, PyStr, SharedDict, Value};

/// Python's `dir(object)` where no class has a `__dir__` of its own: the names of the dict of the
/// object, of its class, and of the bases of that, sorted.
///
/// The dict and the class are what the attributes `__dict__` and `__class__` give, which may run
/// user code. A type has no names of its metatype.
///
/// # Errors
///
/// What user code fails with. TypeError if the dict has a key that is no str beside those that are.
///
/// ```
/// use hedgerow::object::{Instance, TypeArena, TypeStore, Value, dir, setattr};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let ty = types.create("C", &[])?;
/// types.set(ty, "b", Value::from(1))?;
/// let object = Instance::value(&types, ty)?;
/// setattr(&mut types, &object, "a", Value::from(2))?;
/// let names: Vec<String> = dir(&mut types, &object)?.iter().map(ToString::to_string).collect();
/// assert_eq!(names, ["__class__", "__dict__", "__doc__", "__weakref__", "a", "b"]);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub fn dir<R: Runtime>(runtime: &mut R, object: &Value) -> Result<Vec<PyStr>, ObjectError> {
    let mut texts: Vec<PyStr> = Vec::new();
    let class = match Type::of(object) {
        Some(ty) => Some(ty),
        None => {
            let dict = lookup_attr(runtime, object, "__dict__")?;
            texts = runtime.with_types(|types| own_names(types, dict.as_ref()))?;
            lookup_attr(runtime, object, "__class__")?.as_ref().and_then(Type::of)
        }
    };
    if let Some(class) = class {
        let inherited = runtime.with_types(|types| inherited_names(types, class))?;
        texts.extend(inherited);
    }
    texts.sort_by(|one, other| one.chars().cmp(other.chars()));
    texts.dedup();
    Ok(texts)
}

/// The keys of the dict of an object, which have to be names.
fn own_names(types: &TypeStore<'_>, dict: Option<&Value>) -> Result<Vec<PyStr>, ObjectError> {
    if let Some(proxy) = dict.and_then(MappingProxy::of) {
        return proxy.iter(types)?.map(|(name, _)| text(types, name)).collect();
    }
    let Some(Value::Object(object)) = dict else { return Ok(Vec::new()) };
    let Some(dict) = object.downcast_ref::<SharedDict>() else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    let mut before = Value::from("");
    for key in dict.keys().iter() {
        let key = key?;
        match &key {
            Value::Str(name) => names.push(name.clone()),
            other => return Err(messages::not_ordered(types.policy().python, other, &before)),
        }
        before = key;
    }
    Ok(names)
}

/// The names of a class and of all its bases.
fn inherited_names(types: &TypeStore<'_>, class: Type) -> Result<Vec<PyStr>, ObjectError> {
    let mut seen: HashSet<Name> = HashSet::new();
    for ancestor in types.mro(class)? {
        seen.extend(types.dict(ancestor)?.iter(types)?.map(|(name, _)| name));
    }
    seen.into_iter().map(|name| text(types, name)).collect()
}

fn text(types: &TypeStore<'_>, name: Name) -> Result<PyStr, ObjectError> {
    use crate::object::AsName;
    name.name_str(types.names())
}
