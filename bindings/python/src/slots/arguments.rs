//! Arguments that CPython passes as a tuple and a dict, or with names behind them.

use std::ffi::{CStr, c_int};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{Borrowed, ffi};

use crate::ffi::call::{Raw, borrowed, instance};
use crate::ffi::construct;
use crate::ffi::method::check_count;
use crate::ffi::text_units::{TextUnits, units};

/// The arguments as PyO3 has them.
///
/// # Safety
///
/// `arguments` is a live tuple, and `keywords` a live dict or null.
pub(super) unsafe fn tuple_and_dict<'a, 'py>(
    py: Python<'py>,
    arguments: Raw,
    keywords: Raw,
) -> (Borrowed<'a, 'py, PyTuple>, Option<Borrowed<'a, 'py, PyDict>>) {
    // SAFETY: by the caller's promise.
    unsafe { (instance(py, arguments), (!keywords.is_null()).then(|| instance(py, keywords))) }
}

/// The positional argument of a function that takes at most one, and any keywords.
pub(super) fn at_most_one<'py>(
    function: &str,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if arguments.len() > 1 {
        let words = format!("{function} expected at most 1 argument, got {}", arguments.len());
        return Err(construct::error::<PyTypeError>(arguments.py(), &words));
    }
    Ok(arguments.iter().next())
}

/// The result of `PyArg_ParseTupleAndKeywords`.
pub(super) fn check_parsed(py: Python<'_>, status: c_int) -> PyResult<()> {
    if status == 0 { Err(construct::fetch(py)) } else { Ok(()) }
}

/// An optional argument that was parsed; `None` of Python stands for none.
///
/// # Safety
///
/// `argument` is a live object or null.
pub(super) unsafe fn if_given<'a, 'py>(
    py: Python<'py>,
    argument: Raw,
) -> Option<Borrowed<'a, 'py, PyAny>> {
    if argument.is_null() {
        return None;
    }
    // SAFETY: by the caller's promise.
    Some(unsafe { borrowed(py, argument) }).filter(|argument| !argument.is_none())
}

/// The last argument, `default`, of a function that needs so many before it: given by position, by
/// name, or not at all.
///
/// # Safety
///
/// There are `count` arguments, and one more for each name in `names`, a live tuple of `str` or
/// null.
pub(super) unsafe fn default_argument<'a, 'py>(
    py: Python<'py>,
    function: &CStr,
    arguments: *const Raw,
    count: ffi::Py_ssize_t,
    names: Raw,
    needed: ffi::Py_ssize_t,
) -> PyResult<Option<Borrowed<'a, 'py, PyAny>>> {
    // SAFETY: by the caller's promise.
    unsafe {
        let names: Option<Borrowed<'_, '_, PyTuple>> =
            (!names.is_null()).then(|| instance(py, names));
        let names = names.as_ref().map_or(&[][..], |names| names.as_slice());
        for name in names {
            if ffi::PyUnicode_CompareWithASCIIString(name.as_ptr(), c"default".as_ptr()) != 0 {
                return Err(unknown_name(function, name));
            }
        }
        check_count(function, count, needed, if names.is_empty() { needed + 1 } else { needed })?;
        let is_given = count > needed || !names.is_empty();
        Ok(is_given.then(|| borrowed(py, *arguments.offset(needed))))
    }
}

#[cold]
fn unknown_name(function: &CStr, name: &Bound<'_, PyAny>) -> PyErr {
    let words = || {
        let py = name.py();
        let parts = construct::list(py)?;
        let start = format!("{}() got an unexpected keyword argument ", function.to_string_lossy());
        parts.append(construct::text(py, &start)?)?;
        parts.append(name.repr()?)?;
        construct::joined(&parts)
    };
    match words() {
        Ok(words) => construct::error_with::<PyTypeError>(words.into_any()),
        Err(error) => error,
    }
}

/// What a method takes, whose arguments PyO3 hands on as they are: its own refusals make their
/// words when they are raised, too late where there is no memory.
pub(super) struct Parameters<const N: usize> {
    pub(super) function: &'static str,
    /// Their names in order. One without a name is given by its position alone.
    pub(super) names: [&'static str; N],
    /// How many have to be given, the first ones.
    pub(super) required: usize,
    /// How many may be given by position, the first ones.
    pub(super) positional: usize,
}

impl<const N: usize> Parameters<N> {
    /// The arguments, in the order of the parameters.
    pub(super) fn parse<'py>(
        &self,
        arguments: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<[Option<Bound<'py, PyAny>>; N]> {
        let py = arguments.py();
        let Parameters { function, names, required, positional } = self;
        let mut parsed = [const { None }; N];
        if arguments.len() > *positional {
            let given = arguments.len();
            return Err(self.refuse(
                py,
                &format!(
                    "{function}() takes at most {positional} positional arguments ({given} given)"
                ),
            ));
        }
        for (place, argument) in parsed.iter_mut().zip(arguments.iter()) {
            *place = Some(argument);
        }
        for (name, argument) in keywords.into_iter().flat_map(|keywords| keywords.iter()) {
            let name = match name.cast::<PyString>() {
                Ok(name) => match units(name)? {
                    TextUnits::One(units) => String::from_utf8_lossy(units).into_owned(),
                    _ => String::new(),
                },
                Err(_) => String::new(),
            };
            let index = names.iter().position(|known| *known == name && !known.is_empty());
            let Some(index) = index else {
                let words = format!("{function}() got an unexpected keyword argument '{name}'");
                return Err(self.refuse(py, &words));
            };
            if parsed[index].replace(argument).is_some() {
                let words = format!("{function}() got multiple values for argument '{name}'");
                return Err(self.refuse(py, &words));
            }
        }
        if parsed[..*required].iter().any(Option::is_none) {
            return Err(self.refuse(py, &format!("{function}() missing a required argument")));
        }
        Ok(parsed)
    }

    #[cold]
    fn refuse(&self, py: Python<'_>, words: &str) -> PyErr {
        construct::error::<PyTypeError>(py, words)
    }
}

/// A required argument. [`Parameters::parse`] has seen that it is there.
pub(super) fn required<'py>(
    py: Python<'py>,
    argument: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    argument.ok_or_else(|| construct::error::<PyTypeError>(py, "an argument is missing"))
}

/// A truth value, False if it was not given.
pub(super) fn truth(argument: Option<Bound<'_, PyAny>>) -> PyResult<bool> {
    argument.map_or(Ok(false), |argument| argument.is_truthy())
}
