//! `__slots__`: which slots a class adds, and what is refused.
//!
//! After `type_new_slots` and the functions it calls in `Objects/typeobject.c`.

use super::class_messages as messages;
use super::create::{OBJECT, Parts, TUPLE};
use super::store::TypeStore;
use crate::object::{Name, ObjectError, PyStr, PythonVersion, Value};

/// The parsed `__slots__` of a class.
pub(super) struct Slots {
    /// Sorted. A name may occur twice, and then takes two slots.
    names: Vec<PyStr>,
    has_dict: bool,
    has_weakref: bool,
}

/// What the base leaves to add, and what was added.
struct Additions {
    may_add_dict: bool,
    may_add_weakref: bool,
    dict: bool,
    weakref: bool,
}

impl Slots {
    pub(super) fn parse(
        types: &TypeStore<'_>,
        class: &str,
        parts: &Parts,
        items: &[Value],
        namespace: &[(PyStr, Value)],
    ) -> Result<Slots, ObjectError> {
        let python = types.policy().python;
        let own = parts.layout.own;
        let base = parts.layout.base.map_or("", |base| &types.types[base as usize].name);
        if python < PythonVersion::V3_15 && own.has_items && !items.is_empty() {
            return Err(messages::slots_on_items(python, base));
        }
        let mut added = Additions {
            may_add_dict: !own.has_dict,
            may_add_weakref: !own.has_weakref && (python >= PythonVersion::V3_15 || !own.has_items),
            dict: false,
            weakref: false,
        };
        let named = added.sort_out(python, items)?;
        let mut names = Vec::with_capacity(named.len());
        for name in named {
            let mangled = mangle(class, name);
            let is_given = namespace.iter().any(|(given, _)| *given == mangled);
            let given_by_compiler = ["__qualname__", "__classcell__", "__classdictcell__"];
            let is_special = given_by_compiler.iter().any(|special| mangled == **special);
            if is_given && !is_special {
                return Err(messages::slot_conflicts(python, &mangled));
            }
            names.push(mangled);
        }
        names.sort_by(|one, other| one.chars().cmp(other.chars()));
        added.inherit(types, parts);
        Ok(Slots { names, has_dict: added.dict, has_weakref: added.weakref })
    }

    /// From 3.15 on: refuses slots where the items of an object would be. A tuple keeps its items
    /// elsewhere.
    pub(super) fn refuse_items(
        &self,
        types: &TypeStore<'_>,
        parts: &Parts,
    ) -> Result<(), ObjectError> {
        let base = parts.layout.base.unwrap_or(OBJECT);
        let is_tuple = types.types[base as usize].mro.contains(&TUPLE);
        if parts.layout.own.has_items && !self.names.is_empty() && !is_tuple {
            let base = &types.types[base as usize].name;
            return Err(messages::slots_on_items(types.policy().python, base));
        }
        Ok(())
    }

    /// Adds the slots to the layout. Returns their names and indices.
    pub(super) fn apply(
        self,
        types: &mut TypeStore<'_>,
        parts: &mut Parts,
    ) -> Result<Vec<(Name, u32)>, ObjectError> {
        let layout = &mut parts.layout;
        layout.own.has_dict |= self.has_dict;
        layout.own.has_weakref |= self.has_weakref;
        let mut members = Vec::with_capacity(self.names.len());
        for name in &self.names {
            members.push((types.names.intern(name)?, layout.slot_count));
            layout.slot_count += 1;
        }
        layout.slots = members.iter().map(|&(name, _)| name).collect();
        Ok(members)
    }
}

impl Additions {
    /// Notes `__dict__` and `__weakref__`, and returns the other slots.
    fn sort_out<'v>(
        &mut self,
        python: PythonVersion,
        items: &'v [Value],
    ) -> Result<Vec<&'v PyStr>, ObjectError> {
        let mut named = Vec::with_capacity(items.len());
        for item in items {
            let Value::Str(name) = item else {
                return Err(messages::slot_is_no_str(python, item));
            };
            if !name.isidentifier(python.unicode()) {
                return Err(messages::slot_is_no_identifier());
            }
            match name.to_string().as_str() {
                "__dict__" if !self.may_add_dict || self.dict => {
                    return Err(messages::second_dict());
                }
                "__dict__" => self.dict = true,
                "__weakref__" if !self.may_add_weakref || self.weakref => {
                    return Err(messages::second_weakref(python));
                }
                "__weakref__" => self.weakref = true,
                _ => named.push(name),
            }
        }
        Ok(named)
    }

    /// Other bases than the best may give a dict, and weak references.
    fn inherit(&mut self, types: &TypeStore<'_>, parts: &Parts) {
        let others = parts.bases.iter().filter(|&&base| Some(base) != parts.layout.base);
        for &base in others {
            let layout = &types.types[base as usize].layout.own;
            self.dict |= self.may_add_dict && layout.has_dict;
            self.weakref |= self.may_add_weakref && layout.has_weakref;
        }
    }
}

/// The name of a private slot: `__a` in a class `C` is `_C__a`. After `_Py_Mangle` of
/// `Python/compile.c`.
fn mangle(class: &str, name: &PyStr) -> PyStr {
    let text = name.to_string();
    let class = class.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || class.is_empty() {
        return name.clone();
    }
    PyStr::from(format!("_{class}{text}").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_names_are_mangled() {
        for (class, name, expected) in [
            ("C", "__a", "_C__a"),
            ("__C", "__a", "_C__a"),
            ("__", "__a", "__a"),
            ("C", "__a__", "__a__"),
            ("C", "_a", "_a"),
            ("C", "___", "___"),
        ] {
            assert_eq!(mangle(class, &PyStr::from(name)).to_string(), expected, "{class} {name}");
        }
    }
}
