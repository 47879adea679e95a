//! Equality and repr of dicts, after `dict_equal` and `dict_repr` of `Objects/dictobject.c`.

use std::borrow::Borrow;
use std::cell::RefCell;

use super::search::{TableAccess, find};
use super::table::Table;
use crate::object::depth::Level;
use crate::object::eq::equal;
use crate::object::hash::hash;
use crate::object::repr::repr_for;
use crate::object::value::ObjectError;

/// Whether both have equal keys with equal values, in any order.
pub(super) fn equal_dicts<A: TableAccess, B: TableAccess>(
    a: &mut A,
    b: &mut B,
) -> Result<bool, ObjectError> {
    if a.look(Table::len) != b.look(Table::len) {
        return Ok(false);
    }
    let _level = Level::enter()?;
    let alike = a.policy() == b.policy();
    let mut from = 0;
    while let Some((next, entry)) = a.look(|table| table.copy_next(from)) {
        from = next;
        let hash = if alike { entry.hash } else { hash(&entry.key, b.policy())? };
        let found = find(b, hash, &entry.key, |access, position| {
            position.map(|position| (*access).borrow().at(position).value.clone())
        })?;
        match found {
            Some(value) if equal(&entry.value, &value)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// `{key: value, ...}`.
pub(super) fn repr_dict<R: TableAccess>(dict: &mut R) -> Result<String, ObjectError> {
    let _level = Level::enter()?;
    let unicode = dict.policy().python.unicode();
    let mut text = String::from("{");
    let mut from = 0;
    while let Some((next, entry)) = dict.look(|table| table.copy_next(from)) {
        if text.len() > 1 {
            text.push_str(", ");
        }
        from = next;
        text.push_str(&repr_for(&entry.key, unicode)?);
        text.push_str(": ");
        text.push_str(&repr_for(&entry.value, unicode)?);
    }
    text.push('}');
    Ok(text)
}

thread_local! {
    /// The addresses of the dicts that this thread is printing, as in CPython's `Py_ReprEnter`.
    static PRINTING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Marks a dict as being printed, so that inside of itself it prints as `{...}`.
pub(super) struct Printing(());

impl Printing {
    /// `None` if the dict is being printed already.
    pub(super) fn enter(address: usize) -> Option<Self> {
        PRINTING.with_borrow_mut(|printing| {
            let anew = !printing.contains(&address);
            anew.then(|| {
                printing.push(address);
                Printing(())
            })
        })
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        PRINTING.with_borrow_mut(Vec::pop);
    }
}
