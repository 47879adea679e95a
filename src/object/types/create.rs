//! Creating types: `type.__new__` without the calls it makes, and the built-in types.

use std::cell::Cell;
use std::sync::Arc;

use super::dict::TypeDict;
use super::linearize::linearize;
use super::messages;
use super::store::TypeStore;
use super::type_object::{Type, TypeObject, TypeValue};
use crate::object::{ObjectError, ObjectRef, Value};

pub(super) const OBJECT: u32 = 0;
const TYPE: u32 = 1;
const INT: u32 = 2;

/// The types of a new store: name, base, and whether it is final. Each one's number is its index.
const BUILTINS: [(&str, u32, bool); 12] = [
    ("object", OBJECT, false),
    ("type", OBJECT, false),
    ("int", OBJECT, false),
    ("bool", INT, true),
    ("NoneType", OBJECT, true),
    ("ellipsis", OBJECT, true),
    ("float", OBJECT, false),
    ("complex", OBJECT, false),
    ("str", OBJECT, false),
    ("bytes", OBJECT, false),
    ("tuple", OBJECT, false),
    ("frozenset", OBJECT, false),
];

/// The number of the built-in type of a value; of `object` for an object of the runtime.
pub(super) fn builtin_of(value: &Value) -> u32 {
    match value {
        Value::Object(_) => OBJECT,
        Value::Int(_) | Value::BigInt(_) => INT,
        Value::Bool(_) => 3,
        Value::None => 4,
        Value::Ellipsis => 5,
        Value::Float(_) => 6,
        Value::Complex(_) => 7,
        Value::Str(_) => 8,
        Value::Bytes(_) => 9,
        Value::Tuple(_) => 10,
        Value::FrozenSet(_) => 11,
    }
}

impl TypeStore<'_> {
    /// A new type with these bases, or with `object` as its base if there are none.
    ///
    /// Its metatype is the most derived metatype of its bases.
    ///
    /// # Errors
    ///
    /// With CPython's messages, checked in its order: TypeError if no metatype is derived from all
    /// others, for a base that is final or occurs twice, and if there is no [MRO](TypeStore::mro);
    /// ValueError for a name with a null character; OverflowError beyond 2^32 - 1 types.
    pub fn create(&mut self, name: &str, bases: &[Type]) -> Result<Type, ObjectError> {
        self.create_with_metatype(name, bases, self.type_at(TYPE))
    }

    /// [`create`](TypeStore::create) with a metatype: Python's
    /// `class name(*bases, metaclass=metatype)`.
    ///
    /// # Errors
    ///
    /// As [`create`](TypeStore::create), and TypeError if the metatype is not derived from `type`.
    pub fn create_with_metatype(
        &mut self,
        name: &str,
        bases: &[Type],
        metatype: Type,
    ) -> Result<Type, ObjectError> {
        if !self.is_subtype(metatype, self.type_at(TYPE))? {
            return Err(messages::not_a_metatype(self.name(metatype)?));
        }
        let object = [self.object()];
        let bases = if bases.is_empty() { &object } else { bases };
        let metatype = self.most_derived_metatype(metatype, bases)?;
        self.refuse_final(bases)?;
        if name.contains('\0') {
            return Err(messages::null_in_name());
        }
        let number = u32::try_from(self.types.len()).ok().filter(|&number| number < u32::MAX);
        let number = number.ok_or_else(messages::too_many_types)?;
        let bases: Box<[u32]> = bases.iter().map(|base| base.number).collect();
        let mro = self.linearize(number, &bases)?;
        Ok(self.add(name, metatype.number, bases, mro))
    }

    /// `object`. For `type` ask for its [`metatype`](TypeStore::metatype), for the type of a value
    /// [`type_of`](TypeStore::type_of).
    pub fn object(&self) -> Type {
        self.type_at(OBJECT)
    }

    /// The MRO of a type with these bases.
    pub(super) fn linearize(&self, own: u32, bases: &[u32]) -> Result<Box<[u32]>, ObjectError> {
        let name = |number: u32| &*self.types[number as usize].name;
        for (index, base) in bases.iter().enumerate() {
            if bases[index + 1..].contains(base) {
                return Err(messages::duplicate_base(name(*base)));
            }
        }
        let mros: Vec<&[u32]> = bases.iter().map(|&base| &*self.types[base as usize].mro).collect();
        let python = self.policy().python;
        linearize(own, &mros).map_err(|heads| messages::no_mro(python, heads.into_iter().map(name)))
    }

    pub(super) fn refuse_final(&self, bases: &[Type]) -> Result<(), ObjectError> {
        for &base in bases {
            let object = self.type_object(base)?;
            if object.is_final {
                return Err(messages::not_a_base(self.policy().python, &object.name));
            }
        }
        Ok(())
    }

    pub(super) fn create_builtins(&mut self) {
        for (number, (name, base, is_final)) in (0..).zip(BUILTINS) {
            // In the table `object` is its own base; in fact it has none.
            let bases: Box<[u32]> = (number != base).then_some(base).into_iter().collect();
            let above = bases.iter().flat_map(|&base| self.types[base as usize].mro.clone());
            let mro = std::iter::once(number).chain(above).collect();
            self.add(name, TYPE, bases, mro);
            let object = &mut self.types[number as usize];
            (object.is_immutable, object.is_final) = (true, is_final);
        }
    }

    /// After `_PyType_CalculateMetaclass` of `Objects/typeobject.c`.
    fn most_derived_metatype(&self, first: Type, bases: &[Type]) -> Result<Type, ObjectError> {
        let mut winner = first;
        for &base in bases {
            let metatype = self.metatype(base)?;
            if self.is_subtype(winner, metatype)? {
                continue;
            }
            if !self.is_subtype(metatype, winner)? {
                return Err(messages::metaclass_conflict());
            }
            winner = metatype;
        }
        Ok(winner)
    }

    fn add(&mut self, name: &str, metatype: u32, bases: Box<[u32]>, mro: Box<[u32]>) -> Type {
        let number = self.types.len() as u32;
        let ty = self.type_at(number);
        for &base in &bases {
            self.types[base as usize].subclasses.push(number);
        }
        let name: Arc<str> = name.into();
        let metatype_name = match self.types.get(metatype as usize) {
            Some(metatype) => Arc::clone(&metatype.name),
            // `object` and `type` are made before their metatype `type` is there.
            None => BUILTINS[TYPE as usize].0.into(),
        };
        let value = ObjectRef::new(TypeValue::new(ty, Arc::clone(&name), metatype_name));
        self.types.push(self.arena.objects.alloc(TypeObject {
            name,
            metatype,
            bases,
            mro,
            subclasses: Vec::new(),
            dict: TypeDict::default(),
            tag: Cell::new(0),
            is_immutable: false,
            is_final: false,
            value,
        }));
        ty
    }
}
