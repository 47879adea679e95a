//! What CPython calls: the module's entry, type slots, and methods.
//!
//! PyO3 makes the types. Its `#[pymethods]` are here, and so are the slots and methods that replace
//! some of them, for one of three reasons: they are faster than PyO3's call path; they recurse, and
//! need a small frame; or CPython shall check their arguments, because PyO3 panics there without
//! memory. PyO3 gives a type only the slots that its `#[pymethods]` name, so a replaced slot still
//! has a method there.
//!
//! A fast slot has a *quick path*, which runs no Python code except destructors, and raises
//! nothing, and a *slow path*, the safe function behind it, called as PyO3 would call it. A panic
//! in the quick path, which only a bug can cause, ends the process: catching it would cost more
//! than the lookup.
//!
//! This folder may open `unsafe`, under the contract of [`ffi`](crate::ffi). It uses the rest of
//! the crate, which does not use it.

#![allow(unsafe_code, reason = "CPython calls these functions: see the contract of `ffi`")]

mod arguments;
mod class_item;
mod delta_pymethods;
mod equality;
mod functions;
mod hash;
mod image_look_up;
mod image_pymethods;
mod iterator;
mod lifetime;
mod look_up;
mod map;
mod map_methods;
mod map_paths;
mod map_protocols;
mod map_pymethods;
mod module;
mod mutation;
mod pickle;
mod repr;
mod set;
mod set_methods;
mod set_mutation;
mod set_pymethods;
mod types;
mod views;
