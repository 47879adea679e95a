//! The error messages of CPython, in the words of a [`PythonVersion`] where they differ.
//!
//! CPython prints the names of types by formats such as `%.50s`, which takes that many bytes of
//! UTF-8: see `clip`. Names of attributes are printed whole. Messages
//! are Rust strings, so lone surrogates are escaped, as when Python prints a traceback.

use std::fmt;
use std::sync::Arc;

use crate::object::names::{clip_for, escape};
use crate::object::{ObjectError, PyStr, PythonVersion, UnicodeError, Value, repr_for};

/// `set_mro_error` of Objects/typeobject.c builds its message in a buffer of this size.
const MRO_MESSAGE_BYTES: usize = 999;

/// `_PyObject_GenericGetAttrWithDict`.
pub(super) fn no_attribute(python: PythonVersion, type_name: &str, name: &PyStr) -> ObjectError {
    no_attribute_within(python, type_name, name, bytes_of_type_name(python))
}

/// `_PyObject_GenericSetAttrWithDict`, for an object with a dict, or before 3.13 any object. It
/// cuts the name elsewhere.
pub(super) fn no_attribute_to_write(
    python: PythonVersion,
    type_name: &str,
    name: &PyStr,
) -> ObjectError {
    no_attribute_within(python, type_name, name, 100)
}

/// `_PyObject_GenericSetAttrWithDict`, for an object without a dict.
pub(super) fn no_dict_to_write(
    python: PythonVersion,
    type_name: &str,
    name: &PyStr,
) -> ObjectError {
    match no_attribute_to_write(python, type_name, name) {
        ObjectError::Attribute(message) if python >= PythonVersion::V3_13 => {
            ObjectError::Attribute(message + " and no __dict__ for setting new attributes")
        }
        error => error,
    }
}

/// `type_getattro` of Objects/typeobject.c.
pub(super) fn type_has_no(python: PythonVersion, type_name: &str, name: &PyStr) -> ObjectError {
    type_has_no_within(python, type_name, name, bytes_of_type_name(python))
}

/// `_PyObject_GenericSetAttrWithDict`, for a type.
pub(super) fn type_has_none_to_delete(
    python: PythonVersion,
    type_name: &str,
    name: &PyStr,
) -> ObjectError {
    type_has_no_within(python, type_name, name, 50)
}

/// `_PyObject_GenericSetAttrWithDict`, for an object without a dict whose type has the attribute.
pub(super) fn read_only(python: PythonVersion, type_name: &str, name: &PyStr) -> ObjectError {
    let (type_name, name) =
        (clip_for(python, type_name, bytes_of_type_name(python)), escape(name.chars()));
    ObjectError::Attribute(format!("'{type_name}' object attribute '{name}' is read-only"))
}

/// `slot_tp_descr_set`: a descriptor with only one of `__set__` and `__delete__`.
pub(super) fn descriptor_lacks(method: &str) -> ObjectError {
    ObjectError::Attribute(method.into())
}

/// `type_setattro`.
pub(super) fn immutable(python: PythonVersion, type_name: &str, name: &PyStr) -> ObjectError {
    match repr_for(&Value::Str(name.clone()), python.unicode()) {
        Ok(name) => ObjectError::Type(format!(
            "cannot set {name} attribute of immutable type '{type_name}'"
        )),
        Err(error) => error,
    }
}

/// `hackcheck`.
pub(super) fn not_for_types(method: &str, metatype: &str) -> ObjectError {
    ObjectError::Type(format!("can't apply this {method} to {metatype} object"))
}

/// `check_set_special_type_attr`.
pub(super) fn immutable_bases(python: PythonVersion, type_name: &str) -> ObjectError {
    immutable(python, type_name, &PyStr::from("__bases__"))
}

/// `set_mro_error`. Up to 3.12 it has a line break. A message that is cut inside a character is no
/// UTF-8, and CPython raises that instead.
pub(super) fn no_mro<'n>(
    python: PythonVersion,
    bases: impl Iterator<Item = &'n str>,
) -> ObjectError {
    let bases: Vec<&str> = bases.collect();
    let space = if python < PythonVersion::V3_13 { '\n' } else { ' ' };
    let bases = bases.join(", ");
    let mut message =
        format!("Cannot create a consistent method resolution{space}order (MRO) for bases {bases}");
    let fits = (0..=MRO_MESSAGE_BYTES).rev().find(|&end| message.is_char_boundary(end));
    let start = fits.unwrap_or_default().min(message.len());
    if start < MRO_MESSAGE_BYTES && start < message.len() {
        return ObjectError::Unicode(Arc::new(UnicodeError::Decode {
            encoding: "utf-8",
            byte: message.as_bytes()[start],
            start,
            end: MRO_MESSAGE_BYTES,
            reason: "unexpected end of data",
        }));
    }
    message.truncate(start);
    ObjectError::Type(message)
}

/// `check_duplicates`.
pub(super) fn duplicate_base(name: &str) -> ObjectError {
    ObjectError::Type(format!("duplicate base class {name}"))
}

/// `_PyType_CalculateMetaclass`.
pub(super) fn metaclass_conflict() -> ObjectError {
    let message = "metaclass conflict: the metaclass of a derived class must be a (non-strict) \
                   subclass of the metaclasses of all its bases";
    ObjectError::Type(message.into())
}

/// `type_set_bases`.
pub(super) fn cycle() -> ObjectError {
    ObjectError::Type("a __bases__ item causes an inheritance cycle".into())
}

/// `type_set_bases`.
pub(super) fn no_bases(type_name: &str) -> ObjectError {
    ObjectError::Type(format!("can only assign non-empty tuple to {type_name}.__bases__, not ()"))
}

/// `tp_new_wrapper`, for `type.__new__`.
pub(super) fn not_a_metatype(name: &str) -> ObjectError {
    ObjectError::Type(format!("type.__new__({name}): {name} is not a subtype of type"))
}

/// `type_new_init` and `type_set_name`.
pub(super) fn null_in_name() -> ObjectError {
    ObjectError::Value("type name must not contain null characters".into())
}

/// Not in CPython, where types belong to no store.
pub(super) fn of_another_store(ty: impl fmt::Display) -> ObjectError {
    ObjectError::Runtime(format!("{ty} belongs to another store: use it with the one that made it"))
}

/// Not in CPython, where memory runs out first.
pub(super) fn too_many_types() -> ObjectError {
    ObjectError::Overflow("no room for more types: a store numbers them in 32 bits".into())
}

/// How much of the name of a type is printed.
fn bytes_of_type_name(python: PythonVersion) -> usize {
    if python < PythonVersion::V3_12 { 50 } else { 100 }
}

fn no_attribute_within(
    python: PythonVersion,
    type_name: &str,
    name: &PyStr,
    bytes: usize,
) -> ObjectError {
    let (type_name, name) = (clip_for(python, type_name, bytes), escape(name.chars()));
    ObjectError::Attribute(format!("'{type_name}' object has no attribute '{name}'"))
}

fn type_has_no_within(
    python: PythonVersion,
    type_name: &str,
    name: &PyStr,
    bytes: usize,
) -> ObjectError {
    let (type_name, name) = (clip_for(python, type_name, bytes), escape(name.chars()));
    ObjectError::Attribute(format!("type object '{type_name}' has no attribute '{name}'"))
}
