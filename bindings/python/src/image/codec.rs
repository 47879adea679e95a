//! Objects as bytes, and back.
//!
//! `hedgerow::image::python` says what the bytes are.

use std::ops::Deref;

use hedgerow::image::python::{
    BYTES, FALSE, FLOAT, FROZENSET, INT, MAP, NONE, PICKLE, STR1, STR2, STR4, TRUE, TUPLE, items,
};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyString, PyTuple};
use pyo3::{PyTypeCheck, PyTypeInfo};

use crate::ffi::construct;
use crate::ffi::stack::check_stack;
use crate::ffi::text_units::{TextUnits, text_of_units, units};
use crate::map::Map;
use crate::store::Entries;

/// Which objects are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Exact types of the table.
    Exact,
    /// Instances of their subclasses, too, as what they are a subclass of: to look them up.
    Subclasses,
    /// And anything else, as a pickle.
    Pickles,
}

/// Writes an object. `false` if it has no form.
pub(super) fn write(
    object: &Bound<'_, PyAny>,
    allowed: Allowed,
    out: &mut Vec<u8>,
) -> PyResult<bool> {
    let py = object.py();
    if object.is_none() {
        out.push(NONE);
    } else if let Some(text) = cast::<PyString>(object, allowed) {
        write_text(text, out)?;
    } else if let Ok(truth) = object.cast::<PyBool>() {
        out.push(if truth.is_true() { TRUE } else { FALSE });
    } else if let Some(int) = cast::<PyInt>(object, allowed) {
        write_int(int, out)?;
    } else if let Some(float) = cast::<PyFloat>(object, allowed) {
        out.push(FLOAT);
        out.extend_from_slice(&float.value().to_bits().to_le_bytes());
    } else if let Some(bytes) = cast::<PyBytes>(object, allowed) {
        out.push(BYTES);
        out.extend_from_slice(bytes.as_bytes());
    } else if let Some(tuple) = cast::<PyTuple>(object, allowed) {
        check_stack(py, c" while writing an image")?;
        out.push(TUPLE);
        for item in tuple.iter_borrowed() {
            if !write_item(&item, allowed, out)? {
                return Ok(false);
            }
        }
    } else if let Some(set) = cast::<PyFrozenSet>(object, allowed) {
        check_stack(py, c" while writing an image")?;
        return write_set(set, allowed, out);
    } else if let Ok(map) = object.cast_exact::<Map>() {
        check_stack(py, c" while writing an image")?;
        return write_map(map, allowed, out);
    } else if allowed == Allowed::Pickles {
        out.push(PICKLE);
        let dumps = construct::import(py, c"pickle", c"dumps")?;
        let protocol = construct::number(py, 5)?;
        let pickle = construct::call(&dumps, &construct::tuple(py, [object.clone(), protocol])?)?;
        out.extend_from_slice(construct::cast::<PyBytes>(pickle, "a pickle")?.as_bytes());
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The refusal of an object that has no form.
pub(super) fn no_form(object: &Bound<'_, PyAny>, what: &str, remedy: &str) -> PyErr {
    let py = object.py();
    match object.get_type().name() {
        Ok(name) => {
            let words = format!("{what} of type '{name}' cannot stand in an image; {remedy}");
            construct::error::<PyTypeError>(py, &words)
        }
        Err(error) => error,
    }
}

/// Reads an object. Bytes that are none are a `ValueError`.
pub(super) fn read<'py>(
    py: Python<'py>,
    bytes: &[u8],
    may_unpickle: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let Some((&kind, content)) = bytes.split_first() else {
        return Err(damaged(py, "an object without bytes"));
    };
    match kind {
        NONE | FALSE | TRUE if !content.is_empty() => Err(damaged(py, "bytes behind a constant")),
        NONE => Ok(py.None().into_bound(py)),
        FALSE | TRUE => Ok(PyBool::new(py, kind == TRUE).to_owned().into_any()),
        INT => read_int(py, content),
        FLOAT => match content.try_into() {
            Ok(bits) => construct::float(py, f64::from_bits(u64::from_le_bytes(bits))),
            Err(_) => Err(damaged(py, "a float of another length than 8 bytes")),
        },
        STR1 => Ok(text_of_units(py, TextUnits::One(content))?.into_any()),
        STR2 => {
            let (units, rest) = content.as_chunks();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            read_wide(py, TextUnits::Two(&units), rest)
        }
        STR4 => {
            let (units, rest) = content.as_chunks();
            let units: Vec<u32> = units.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
            read_wide(py, TextUnits::Four(&units), rest)
        }
        BYTES => Ok(construct::bytes(py, content)?.into_any()),
        TUPLE => Ok(construct::tuple_of(&read_items(py, content, may_unpickle)?)?.into_any()),
        FROZENSET => Ok(construct::frozen_set(&read_items(py, content, may_unpickle)?)?.into_any()),
        MAP => read_map(py, content, may_unpickle),
        PICKLE if may_unpickle => {
            let loads = construct::import(py, c"pickle", c"loads")?;
            construct::call(
                &loads,
                &construct::tuple(py, [construct::bytes(py, content)?.into_any()])?,
            )
        }
        PICKLE => Err(construct::error::<PyValueError>(
            py,
            "the image holds pickles, which can run any code when they are read; if you trust who \
             wrote it, open it with pickle=True",
        )),
        _ => Err(damaged(py, "an object of no known kind")),
    }
}

/// An instance of a type: of itself alone, or of a subclass.
fn cast<'a, 'py, T: PyTypeCheck + PyTypeInfo>(
    object: &'a Bound<'py, PyAny>,
    allowed: Allowed,
) -> Option<&'a Bound<'py, T>> {
    if allowed == Allowed::Subclasses {
        object.cast::<T>().ok()
    } else {
        object.cast_exact::<T>().ok()
    }
}

fn write_text(text: &Bound<'_, PyString>, out: &mut Vec<u8>) -> PyResult<()> {
    match units(text)? {
        TextUnits::One(units) => {
            out.push(STR1);
            out.extend_from_slice(units);
        }
        TextUnits::Two(units) => {
            out.push(STR2);
            units.iter().for_each(|unit| out.extend_from_slice(&unit.to_le_bytes()));
        }
        TextUnits::Four(units) => {
            out.push(STR4);
            units.iter().for_each(|unit| out.extend_from_slice(&unit.to_le_bytes()));
        }
    }
    Ok(())
}

fn write_int(int: &Bound<'_, PyInt>, out: &mut Vec<u8>) -> PyResult<()> {
    let py = int.py();
    match int.extract::<i64>() {
        Ok(number) => {
            out.extend_from_slice(&ShortInt::of(number));
            Ok(())
        }
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => {
            let bits: usize = construct::call_method(int, c"bit_length")?.extract()?;
            let arguments = construct::tuple(
                py,
                [
                    construct::number(py, (bits / 8 + 1) as u64)?,
                    construct::text(py, "little")?.into_any(),
                ],
            )?;
            let options = construct::dict(py)?;
            options.set_item(construct::interned(py, c"signed")?, PyBool::new(py, true))?;
            let bytes = construct::attribute(int, c"to_bytes")?.call(arguments, Some(&options))?;
            out.push(INT);
            out.extend_from_slice(construct::cast::<PyBytes>(bytes, "bytes")?.as_bytes());
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// An int of up to 64 bits as it is written.
pub(super) struct ShortInt {
    bytes: [u8; 9],
    length: usize,
}

impl ShortInt {
    pub(super) fn of(number: i64) -> Self {
        let mut bytes = [INT; 9];
        bytes[1..].copy_from_slice(&number.to_le_bytes());
        // One bit is the sign's.
        let spare = if number < 0 { (!number).leading_zeros() } else { number.leading_zeros() };
        ShortInt { bytes, length: bytes.len() - (spare as usize).saturating_sub(1) / 8 }
    }
}

impl Deref for ShortInt {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

fn read_int<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if content.is_empty() {
        return Err(damaged(py, "an int without bytes"));
    }
    if let Some(number) = short_int(content) {
        return construct::int(py, number);
    }
    let class = py.get_type::<PyInt>();
    let arguments = construct::tuple(
        py,
        [construct::bytes(py, content)?.into_any(), construct::text(py, "little")?.into_any()],
    )?;
    let options: Bound<'_, PyDict> = construct::dict(py)?;
    options.set_item(construct::interned(py, c"signed")?, PyBool::new(py, true))?;
    construct::attribute(class.as_any(), c"from_bytes")?.call(arguments, Some(&options))
}

/// The number of an int's bytes, if they are 1 to 8.
#[inline]
pub(crate) fn short_int(content: &[u8]) -> Option<i64> {
    if content.len() > 8 {
        return None;
    }
    let sign = i64::from(content.last()?.cast_signed()) >> 8;
    Some(content.iter().rev().fold(sign, |number, &byte| number << 8 | i64::from(byte)))
}

fn read_wide<'py>(
    py: Python<'py>,
    units: TextUnits<'_>,
    rest: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    if !rest.is_empty() {
        return Err(damaged(py, "a str that ends within a character"));
    }
    Ok(text_of_units(py, units)?.into_any())
}

/// Writes an object behind its length.
fn write_item(object: &Bound<'_, PyAny>, allowed: Allowed, out: &mut Vec<u8>) -> PyResult<bool> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    if !write(object, allowed, out)? {
        return Ok(false);
    }
    let Ok(length) = u32::try_from(out.len() - start - 4) else {
        return Ok(false);
    };
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(true)
}

fn write_set(set: &Bound<'_, PyFrozenSet>, allowed: Allowed, out: &mut Vec<u8>) -> PyResult<bool> {
    let mut items = Vec::new();
    for item in construct::iterator(set.as_any())? {
        let mut bytes = Vec::new();
        if !write_item(&item?, allowed, &mut bytes)? {
            return Ok(false);
        }
        items.push(bytes);
    }
    items.sort_unstable();
    out.push(FROZENSET);
    items.iter().for_each(|item| out.extend_from_slice(item));
    Ok(true)
}

fn write_map(map: &Bound<'_, Map>, allowed: Allowed, out: &mut Vec<u8>) -> PyResult<bool> {
    let py = map.py();
    let mut pairs = Vec::new();
    let mut entries = Entries::new(py, map.get().version())?;
    while let Some((key, value)) = entries.next(py)? {
        let mut bytes = Vec::new();
        let is_written = write_item(&key.into_bound(py), allowed, &mut bytes)?
            && write_item(&value.into_bound(py), allowed, &mut bytes)?;
        if !is_written {
            return Ok(false);
        }
        pairs.push(bytes);
    }
    pairs.sort_unstable();
    out.push(MAP);
    pairs.iter().for_each(|pair| out.extend_from_slice(pair));
    Ok(true)
}

fn read_items<'py>(
    py: Python<'py>,
    content: &[u8],
    may_unpickle: bool,
) -> PyResult<Bound<'py, PyAny>> {
    check_stack(py, c" while reading an image")?;
    let list = construct::list(py)?;
    for item in items(content) {
        let item = item.ok_or_else(|| damaged(py, "an item that is cut off"))?;
        list.append(read(py, item, may_unpickle)?)?;
    }
    Ok(list.into_any())
}

fn read_map<'py>(
    py: Python<'py>,
    content: &[u8],
    may_unpickle: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let items = read_items(py, content, may_unpickle)?;
    if items.len()? % 2 != 0 {
        return Err(damaged(py, "a map with a key that has no value"));
    }
    let make = construct::import(py, c"hedgerow._hedgerow", c"_map")?;
    construct::call(&make, &construct::tuple_of(&items)?)
}

pub(super) fn damaged(py: Python<'_>, what: &str) -> PyErr {
    construct::error::<PyValueError>(py, &format!("damaged image: {what}; copy it again"))
}
