//! The messages of CPython for class bodies, special attributes, layouts and `super`.
//!
//! Each function is named after what fails; where the words differ, it takes the
//! [`PythonVersion`]. As in `messages`, names of types are cut where a format of CPython cuts them.

use crate::object::names::{clip, clip_for, escape};
use crate::object::{ObjectError, PyStr, PythonVersion, Value, repr_for};

/// `best_base` of Objects/typeobject.c.
pub(super) fn not_a_base(python: PythonVersion, name: &str) -> ObjectError {
    let name = clip_for(python, name, 100);
    ObjectError::Type(format!("type '{name}' is not an acceptable base type"))
}

/// `best_base`.
pub(super) fn layout_conflict() -> ObjectError {
    ObjectError::Type("multiple bases have instance lay-out conflict".into())
}

/// `compatible_for_assignment`, as are the next two.
pub(super) fn layout_differs(attribute: &str, new: &str, old: &str) -> ObjectError {
    ObjectError::Type(format!("{attribute} assignment: '{new}' object layout differs from '{old}'"))
}

pub(super) fn deallocator_differs(attribute: &str, new: &str, old: &str) -> ObjectError {
    ObjectError::Type(format!("{attribute} assignment: '{new}' deallocator differs from '{old}'"))
}

/// Not in CPython, where the layout of a type never changes.
pub(super) fn layout_in_use(name: &str) -> ObjectError {
    ObjectError::Runtime(format!(
        "'{name}' has subclasses: declare its layout before they are made"
    ))
}

/// `object_set_class`, as are the next two.
pub(super) fn class_deleted() -> ObjectError {
    ObjectError::Type("can't delete __class__ attribute".into())
}

pub(super) fn class_is_no_type(value: &Value) -> ObjectError {
    let type_name = value.type_name();
    ObjectError::Type(format!("__class__ must be set to a class, not '{type_name}' object"))
}

pub(super) fn class_is_immutable() -> ObjectError {
    let why = "__class__ assignment only supported for mutable types or ModuleType subclasses";
    ObjectError::Type(why.into())
}

/// `check_set_special_type_attr`: a special attribute of a type cannot be deleted.
pub(super) fn not_deleted(python: PythonVersion, name: &str, type_name: &str) -> ObjectError {
    let kind = if python < PythonVersion::V3_15 { "immutable type" } else { "type" };
    ObjectError::Type(format!("cannot delete '{name}' attribute of {kind} '{type_name}'"))
}

/// `type_set_name` and `type_set_qualname`.
pub(super) fn only_string(type_name: &str, name: &str, value: &Value) -> ObjectError {
    let given = value.type_name();
    ObjectError::Type(format!("can only assign string to {type_name}.{name}, not '{given}'"))
}

/// `type_set_bases`.
pub(super) fn only_tuple(type_name: &str, value: &Value) -> ObjectError {
    let given = value.type_name();
    ObjectError::Type(format!("can only assign tuple to {type_name}.__bases__, not {given}"))
}

/// `type_set_bases`.
pub(super) fn not_classes(type_name: &str, value: &Value) -> ObjectError {
    let given = value.type_name();
    ObjectError::Type(format!("{type_name}.__bases__ must be tuple of classes, not '{given}'"))
}

/// `PyObject_GetAttr` and `PyObject_SetAttr` of Objects/object.c.
pub(super) fn not_a_name(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("attribute name must be string, not '{given}'"))
}

/// `descr_check` of Objects/descrobject.c.
pub(super) fn not_for_object(
    python: PythonVersion,
    name: &str,
    owner: &str,
    type_name: &str,
) -> ObjectError {
    let (owner, type_name) = (clip_for(python, owner, 100), clip_for(python, type_name, 100));
    ObjectError::Type(format!(
        "descriptor '{name}' for '{owner}' objects doesn't apply to a '{type_name}' object"
    ))
}

/// `getset_set`.
pub(super) fn not_writable(python: PythonVersion, name: &str, owner: &str) -> ObjectError {
    let owner = clip_for(python, owner, 100);
    ObjectError::Attribute(format!("attribute '{name}' of '{owner}' objects is not writable"))
}

/// `PyMember_SetOne` of Python/structmember.c.
pub(super) fn readonly_member() -> ObjectError {
    ObjectError::Attribute("readonly attribute".into())
}

/// `subtype_dict` and `subtype_getweakref`.
pub(super) fn has_none(name: &str) -> ObjectError {
    ObjectError::Attribute(format!("This object has no {name}"))
}

/// `PyMember_GetOne`.
pub(super) fn slot_unset(python: PythonVersion, type_name: &str, name: &str) -> ObjectError {
    let bytes = if python < PythonVersion::V3_13 { 200 } else { usize::MAX };
    let type_name = clip_for(python, type_name, bytes);
    ObjectError::Attribute(format!("'{type_name}' object has no attribute '{name}'"))
}

/// `_PyObject_SetDict` and `PyObject_GenericSetDict`.
pub(super) fn not_a_dict(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("__dict__ must be set to a dictionary, not a '{given}'"))
}

/// `type_get_module`, for a class that says none.
pub(super) fn no_module() -> ObjectError {
    ObjectError::Attribute("__module__".into())
}

/// `type_new_visit_slots`, as are the next six.
pub(super) fn slots_on_items(python: PythonVersion, base: &str) -> ObjectError {
    let kind = if python < PythonVersion::V3_15 { "nonempty" } else { "arbitrary" };
    ObjectError::Type(format!("{kind} __slots__ not supported for subtype of '{base}'"))
}

pub(super) fn slot_is_no_str(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("__slots__ items must be strings, not '{given}'"))
}

pub(super) fn slot_is_no_identifier() -> ObjectError {
    ObjectError::Type("__slots__ must be identifiers".into())
}

pub(super) fn second_dict() -> ObjectError {
    ObjectError::Type("__dict__ slot disallowed: we already got one".into())
}

pub(super) fn second_weakref(python: PythonVersion) -> ObjectError {
    let why = if python == PythonVersion::V3_11 {
        "either we already got one, or __itemsize__ != 0"
    } else {
        "we already got one"
    };
    ObjectError::Type(format!("__weakref__ slot disallowed: {why}"))
}

pub(super) fn slot_conflicts(python: PythonVersion, name: &PyStr) -> ObjectError {
    match repr_for(&Value::Str(name.clone()), python.unicode()) {
        Ok(name) => {
            ObjectError::Value(format!("{name} in __slots__ conflicts with class variable"))
        }
        Err(error) => error,
    }
}

/// `PyObject_GetIter` of Objects/abstract.c.
pub(super) fn not_iterable(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("'{given}' object is not iterable"))
}

/// `type_new_set_ht_name`.
pub(super) fn qualname_is_no_str(value: &Value) -> ObjectError {
    ObjectError::Type(format!("type __qualname__ must be a str, not {}", value.type_name()))
}

/// `_PyObject_MakeTpCall` of Objects/call.c.
pub(super) fn not_callable(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("'{given}' object is not callable"))
}

/// `type_new_set_names`: up to 3.11 the error of the hook is its cause; later it is raised itself.
pub(super) fn set_name_failed(
    python: PythonVersion,
    type_name: &str,
    name: &Value,
    class: &str,
) -> ObjectError {
    let (type_name, class) = (clip_for(python, type_name, 100), clip_for(python, class, 100));
    let name = repr_for(name, python.unicode()).unwrap_or_default();
    ObjectError::Runtime(format!(
        "Error calling __set_name__ on '{type_name}' instance {name} in '{class}'"
    ))
}

/// The words of `object.__init_subclass__`.
pub(super) fn no_keywords(class: &str) -> ObjectError {
    ObjectError::Type(format!("{class}.__init_subclass__() takes no keyword arguments"))
}

/// `super_init_impl`, as are the next two.
pub(super) fn super_of_no_type(python: PythonVersion, value: &Value) -> ObjectError {
    let given = clip_for(python, value.type_name(), 200);
    ObjectError::Type(format!("super() argument 1 must be a type, not {given}"))
}

/// `supercheck`. `is_type` is whether the object is a type, then `name` is its own.
pub(super) fn super_of_other(
    python: PythonVersion,
    is_type: bool,
    name: &str,
    class: &str,
) -> ObjectError {
    if python < PythonVersion::V3_13 {
        let why = "super(type, obj): obj must be an instance or subtype of type";
        return ObjectError::Type(why.into());
    }
    let kind = if is_type { "type" } else { "instance of" };
    let (name, class) = (clip_for(python, name, 200), clip_for(python, class, 200));
    ObjectError::Type(format!(
        "super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({class})."
    ))
}

/// `super_getattro`, which asks the `super` object itself in the end.
pub(super) fn super_has_no(name: &PyStr) -> ObjectError {
    let name = escape(name.chars());
    ObjectError::Attribute(format!("'super' object has no attribute '{name}'"))
}

/// `object_isinstance` of Objects/abstract.c.
pub(super) fn isinstance_of_no_type() -> ObjectError {
    let why = "isinstance() arg 2 must be a type, a tuple of types, or a union";
    ObjectError::Type(why.into())
}

/// `recursive_issubclass`.
pub(super) fn issubclass_of(argument: u32) -> ObjectError {
    let what = match argument {
        1 => "a class",
        _ => "a class, a tuple of classes, or a union",
    };
    ObjectError::Type(format!("issubclass() arg {argument} must be {what}"))
}

/// `do_richcompare` of Objects/object.c: names of attributes that have no order.
pub(super) fn not_ordered(python: PythonVersion, left: &Value, right: &Value) -> ObjectError {
    let [left, right] = [left, right].map(|value| clip_for(python, value.type_name(), 100));
    ObjectError::Type(format!("'<' not supported between instances of '{left}' and '{right}'"))
}

/// Not in CPython, which keeps such keys.
pub(super) fn name_is_no_str(key: &Value) -> ObjectError {
    let given = clip(key.type_name(), 200);
    ObjectError::Type(format!("names in the body of a class must be str, not '{given}'"))
}
