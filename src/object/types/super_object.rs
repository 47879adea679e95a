//! `super`: attributes of the classes after one in the MRO of another.

use super::class_messages as messages;
use super::found::{Attribute, Step};
use super::hooks::find_after;
use super::runtime::Runtime;
use super::type_object::Type;
use super::{attribute::lookup_attr, store::TypeStore};
use crate::object::{AsName, ObjectError, Value};

/// Python's `super(class, object)`: attributes of `object` as the classes after `class` have them.
///
/// ```
/// use hedgerow::object::{Instance, Super, TypeArena, TypeStore, Value};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let base = types.create("Base", &[])?;
/// let derived = types.create("Derived", &[base])?;
/// types.set(base, "x", Value::from(1))?;
/// types.set(derived, "x", Value::from(2))?;
/// let (class, object) = (types.value(derived)?, Instance::value(&types, derived)?);
/// let parent = Super::new(&mut types, &class, Some(&object))?;
/// assert_eq!(format!("{:?}", parent.getattr(&mut types, "x")?), "1");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Super {
    class: Type,
    bound: Option<Bound>,
}

/// What a `super` object is bound to.
#[derive(Clone, Debug)]
struct Bound {
    object: Value,
    /// The class in whose MRO attributes are searched.
    of: Type,
}

impl Super {
    /// Python's `super(class, object)`, or `super(class)` without an object or with None.
    ///
    /// # Errors
    ///
    /// TypeError with the words of CPython if the first is no type, or the second neither an
    /// instance nor a subclass of it. What user code fails with, if the object has a `__class__`
    /// of its own.
    pub fn new<R: Runtime>(
        runtime: &mut R,
        class: &Value,
        object: Option<&Value>,
    ) -> Result<Super, ObjectError> {
        let Some(ty) = Type::of(class) else {
            let python = runtime.with_types(|types| types.policy().python);
            return Err(messages::super_of_no_type(python, class));
        };
        let bound = match object {
            None | Some(Value::None) => None,
            Some(object) => {
                let of = bind(runtime, ty, object)?;
                Some(Bound { object: object.clone(), of })
            }
        };
        runtime.with_types(|types| types.type_object(ty).map(drop))?;
        Ok(Super { class: ty, bound })
    }

    /// Python's `super(...).name`.
    ///
    /// `__class__` is that of the `super` object, which the runtime knows: here it is not found.
    ///
    /// # Errors
    ///
    /// As [`getattr`](super::getattr()).
    pub fn getattr<R: Runtime>(
        &self,
        runtime: &mut R,
        name: impl AsName,
    ) -> Result<Value, ObjectError> {
        let attribute = Attribute::new(runtime, &name)?;
        let text = attribute.text(runtime)?;
        let spelled = text.to_string();
        if let Some(bound) = &self.bound
            && let Some(name) = attribute.name.filter(|_| spelled != "__class__")
            && let Some(found) = find_after(runtime, bound.of, self.class, name)?
        {
            // A class that is bound to itself gets what the class would: a function, no method.
            let is_class = Type::of(&bound.object) == Some(bound.of);
            let step = if is_class { Step::OfType } else { Step::Of(&bound.object) };
            return found.get(runtime, step, bound.of);
        }
        let bound = self.bound.as_ref();
        let value = |types: &TypeStore<'_>, ty| types.value(ty);
        match spelled.as_str() {
            "__thisclass__" => runtime.with_types(|types| value(types, self.class)),
            "__self__" => Ok(bound.map_or(Value::None, |bound| bound.object.clone())),
            "__self_class__" => match bound {
                Some(bound) => runtime.with_types(|types| value(types, bound.of)),
                None => Ok(Value::None),
            },
            _ => Err(messages::super_has_no(&text)),
        }
    }
}

/// The class in whose MRO is searched. After `supercheck` of `Objects/typeobject.c`.
fn bind<R: Runtime>(runtime: &mut R, class: Type, object: &Value) -> Result<Type, ObjectError> {
    let of = runtime.type_of(object);
    let subtype = |runtime: &R, ty| runtime.with_types(|types| types.is_subtype(ty, class));
    if let Some(ty) = Type::of(object)
        && subtype(runtime, ty)?
    {
        return Ok(ty);
    }
    if subtype(runtime, of)? {
        return Ok(of);
    }
    let says = lookup_attr(runtime, object, "__class__")?;
    if let Some(says) = says.as_ref().and_then(Type::of)
        && says != of
        && subtype(runtime, says)?
    {
        return Ok(says);
    }
    runtime.with_types(|types| {
        let itself = Type::of(object);
        let name = types.name(itself.unwrap_or(of))?;
        let python = types.policy().python;
        Err(messages::super_of_other(python, itself.is_some(), name, types.name(class)?))
    })
}
