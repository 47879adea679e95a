//! `isinstance` and `issubclass`, as they are without `__instancecheck__` and `__subclasscheck__`.

use super::attribute::lookup_attr;
use super::class_messages as messages;
use super::runtime::Runtime;
use super::type_object::Type;
use crate::object::{MAX_DEPTH, ObjectError, Value, is};

/// Python's `isinstance(object, classes)`: `classes` is a type or a tuple of these, nested up to
/// [`MAX_DEPTH`] deep.
///
/// A runtime looks for `__instancecheck__` first; this is what that of `type` does. An object may
/// say that it is of another class by its `__class__`.
///
/// # Errors
///
/// TypeError with CPython's words if something that is asked is no type. What user code fails with.
///
/// ```
/// use hedgerow::object::{TypeArena, TypeStore, Value, is_instance};
///
/// let arena = TypeArena::new();
/// let mut types = TypeStore::new(&arena);
/// let one = Value::from(1);
/// let (int, text) = (types.type_of(&one), types.type_of(&Value::from("")));
/// let classes = Value::tuple([types.value(text)?, types.value(int)?]);
/// assert!(is_instance(&mut types, &Value::from(true), &classes)?);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub fn is_instance<R: Runtime>(
    runtime: &mut R,
    object: &Value,
    classes: &Value,
) -> Result<bool, ObjectError> {
    any_class(classes, MAX_DEPTH, &mut |class| {
        let of = runtime.type_of(object);
        let Some(class) = Type::of(class) else {
            if bases_of(runtime, class)?.is_none() {
                return Err(messages::isinstance_of_no_type());
            }
            let says = lookup_attr(runtime, object, "__class__")?;
            return says.map_or(Ok(false), |says| derives(runtime, says, class, MAX_DEPTH));
        };
        if runtime.with_types(|types| types.is_subtype(of, class))? {
            return Ok(true);
        }
        let says = lookup_attr(runtime, object, "__class__")?;
        match says.as_ref().and_then(Type::of) {
            Some(says) if says != of => runtime.with_types(|types| types.is_subtype(says, class)),
            _ => Ok(false),
        }
    })
}

/// Python's `issubclass(class, classes)`: `classes` is a type or a tuple of these, nested.
///
/// # Errors
///
/// As [`is_instance`].
pub fn is_subclass<R: Runtime>(
    runtime: &mut R,
    class: &Value,
    classes: &Value,
) -> Result<bool, ObjectError> {
    any_class(classes, MAX_DEPTH, &mut |other| {
        if let (Some(ty), Some(other)) = (Type::of(class), Type::of(other)) {
            return runtime.with_types(|types| types.is_subtype(ty, other));
        }
        if bases_of(runtime, class)?.is_none() {
            return Err(messages::issubclass_of(1));
        }
        if bases_of(runtime, other)?.is_none() {
            return Err(messages::issubclass_of(2));
        }
        derives(runtime, class.clone(), other, MAX_DEPTH)
    })
}

/// The `__bases__` of what is perhaps a class, if they are a tuple.
fn bases_of<R: Runtime>(runtime: &mut R, class: &Value) -> Result<Option<Value>, ObjectError> {
    let bases = lookup_attr(runtime, class, "__bases__")?;
    Ok(bases.filter(|bases| matches!(bases, Value::Tuple(_))))
}

/// Whether a class is reached from another by `__bases__`. For objects that are no types, but say
/// that they have bases. After `abstract_issubclass` of `Objects/abstract.c`.
fn derives<R: Runtime>(
    runtime: &mut R,
    mut derived: Value,
    class: &Value,
    depth: usize,
) -> Result<bool, ObjectError> {
    for _ in 0..MAX_DEPTH {
        if is(&derived, class) {
            return Ok(true);
        }
        let bases = bases_of(runtime, &derived)?;
        let Some(Value::Tuple(bases)) = bases else { return Ok(false) };
        match bases.items() {
            [] => return Ok(false),
            [only] => derived = only.clone(),
            several => {
                let depth = depth.checked_sub(1).ok_or(ObjectError::Recursion)?;
                for base in several {
                    if derives(runtime, base.clone(), class, depth)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
    }
    Err(ObjectError::Recursion)
}

/// Whether a class passes, or one in a tuple of them, from left to right.
fn any_class(
    classes: &Value,
    depth: usize,
    is_it: &mut dyn FnMut(&Value) -> Result<bool, ObjectError>,
) -> Result<bool, ObjectError> {
    let Value::Tuple(items) = classes else { return is_it(classes) };
    let depth = depth.checked_sub(1).ok_or(ObjectError::Recursion)?;
    for class in items.items() {
        if any_class(class, depth, is_it)? {
            return Ok(true);
        }
    }
    Ok(false)
}
