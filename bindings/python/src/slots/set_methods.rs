//! The methods of `Set` for other collections. CPython checks their arguments.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyTuple};
use pyo3::{Borrowed, PyTypeInfo};

use super::class_item::SET_CLASS_ITEM;
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::method::{self, Method};
use crate::set::Set;
use crate::{copy, set_operations, set_relations};

/// Sets the methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let class = Set::type_object_raw(py);
    for method in [
        &UNION,
        &UPDATE,
        &INTERSECTION,
        &DIFFERENCE,
        &SYMMETRIC_DIFFERENCE,
        &DIFF,
        &IS_DISJOINT,
        &IS_SUBSET,
        &IS_SUPERSET,
        &DEEP_COPY,
        &SET_CLASS_ITEM,
    ] {
        method::add(py, class, method)?;
    }
    Ok(())
}

/// A method with any number of operands, by the function for one of them.
macro_rules! any_number {
    ($method:ident, $name:literal, $work:path, $doc:literal) => {
        static $method: Method = {
            unsafe extern "C" fn call(set: Raw, others: Raw) -> Raw {
                // SAFETY: contract 6; called by CPython with a tuple.
                call_safely(|py| unsafe {
                    let others: Borrowed<'_, '_, PyTuple> = instance(py, others);
                    Ok(set_operations::fold(&instance(py, set), &others, $work)?.into_any())
                })
            }
            method::tuple($name, call, $doc)
        };
    };
}

/// A method with one operand.
macro_rules! one_argument {
    ($method:ident, $name:literal, $work:path, $doc:literal) => {
        static $method: Method = {
            unsafe extern "C" fn call(set: Raw, other: Raw) -> Raw {
                // SAFETY: contract 6.
                call_safely(|py| unsafe {
                    Ok($work(&instance(py, set), &borrowed(py, other))?.into_any())
                })
            }
            method::one_argument($name, call, $doc)
        };
    };
}

/// A question about a set and one operand.
macro_rules! question {
    ($method:ident, $name:literal, $work:path, $doc:literal) => {
        static $method: Method = {
            unsafe extern "C" fn call(set: Raw, other: Raw) -> Raw {
                // SAFETY: contract 6.
                call_safely(|py| unsafe {
                    let answer = $work(&instance(py, set), &borrowed(py, other))?;
                    Ok(PyBool::new(py, answer).to_owned().into_any())
                })
            }
            method::one_argument($name, call, $doc)
        };
    };
}

any_number!(
    UNION,
    c"union",
    set_operations::union,
    c"union($self, /, *others)\n--\n\nThe elements of this set and of all others."
);
any_number!(
    UPDATE,
    c"update",
    set_operations::union,
    c"update($self, /, *others)\n--\n\nA set with the elements of all others; the same as `union`."
);
any_number!(
    INTERSECTION,
    c"intersection",
    set_operations::intersection,
    c"intersection($self, /, *others)\n--\n\nThe elements that all others have, too."
);
any_number!(
    DIFFERENCE,
    c"difference",
    set_operations::difference,
    c"difference($self, /, *others)\n--\n\nThe elements that none of the others has."
);
one_argument!(
    SYMMETRIC_DIFFERENCE,
    c"symmetric_difference",
    set_operations::symmetric_difference,
    c"symmetric_difference($self, other, /)\n--\n\nThe elements that only one of the two has."
);
one_argument!(
    DIFF,
    c"diff",
    set_operations::diff,
    c"diff($self, other, /)\n--\n\n\
      What changed from this set to the other, as a list of tuples: (\"added\", element),\n\
      (\"removed\", element). Costs what differs between relatives."
);
question!(
    IS_DISJOINT,
    c"isdisjoint",
    set_relations::is_disjoint,
    c"isdisjoint($self, other, /)\n--\n\nWhether the two have nothing in common."
);
question!(
    IS_SUBSET,
    c"issubset",
    set_relations::is_subset,
    c"issubset($self, other, /)\n--\n\nWhether the other has all elements of this set."
);
question!(
    IS_SUPERSET,
    c"issuperset",
    set_relations::is_superset,
    c"issuperset($self, other, /)\n--\n\nWhether this set has all elements of the other."
);
one_argument!(
    DEEP_COPY,
    c"__deepcopy__",
    copy::deep_copy,
    c"__deepcopy__($self, memo, /)\n--\n\n\
      As pickle would do it: a set that holds itself stays one set."
);
