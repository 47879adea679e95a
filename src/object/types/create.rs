//! Creating types: `type.__new__` without the calls it makes, and the built-in types.

use std::cell::Cell;
use std::sync::Arc;

use super::dict::TypeDict;
use super::layout::{Layout, TypeLayout};
use super::linearize::linearize;
use super::messages;
use super::store::TypeStore;
use super::type_object::{Type, TypeObject, TypeValue};
use crate::object::{ObjectError, ObjectRef, Value};

pub(super) const OBJECT: u32 = 0;
pub(super) const TYPE: u32 = 1;
pub(super) const TUPLE: u32 = 10;
const INT: u32 = 2;

/// The types of a new store. Each one's number is its index.
const BUILTINS: [Builtin; 12] = [
    Builtin::new("object", OBJECT, NO_LAYOUT),
    Builtin::new("type", OBJECT, TYPE_LAYOUT).collected(),
    Builtin::new("int", OBJECT, ITEMS),
    Builtin::new("bool", INT, TypeLayout { has_items: true, ..NO_LAYOUT }).last(),
    Builtin::new("NoneType", OBJECT, NO_LAYOUT).last(),
    Builtin::new("ellipsis", OBJECT, NO_LAYOUT).last(),
    Builtin::new("float", OBJECT, SOLID),
    Builtin::new("complex", OBJECT, SOLID),
    Builtin::new("str", OBJECT, SOLID),
    Builtin::new("bytes", OBJECT, ITEMS),
    Builtin::new("tuple", OBJECT, ITEMS).collected(),
    Builtin::new("frozenset", OBJECT, TypeLayout { has_weakref: true, ..SOLID }).collected(),
];

const NO_LAYOUT: TypeLayout =
    TypeLayout { is_solid: false, has_items: false, has_dict: false, has_weakref: false };
const SOLID: TypeLayout = TypeLayout { is_solid: true, ..NO_LAYOUT };
const ITEMS: TypeLayout = TypeLayout { has_items: true, ..SOLID };
const TYPE_LAYOUT: TypeLayout = TypeLayout { has_dict: true, has_weakref: true, ..ITEMS };

struct Builtin {
    name: &'static str,
    base: u32,
    layout: TypeLayout,
    is_final: bool,
    is_collected: bool,
}

impl Builtin {
    const fn new(name: &'static str, base: u32, layout: TypeLayout) -> Self {
        Builtin { name, base, layout, is_final: false, is_collected: false }
    }

    const fn last(mut self) -> Self {
        self.is_final = true;
        self
    }

    const fn collected(mut self) -> Self {
        self.is_collected = true;
        self
    }
}

/// What a type is made of, once all of it is checked.
pub(super) struct Parts {
    pub(super) metatype: u32,
    pub(super) bases: Box<[u32]>,
    pub(super) layout: Layout,
}

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
        Value::Tuple(_) => TUPLE,
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
        let mut parts = self.parts(bases, metatype)?;
        self.give_dict_and_weakref(&mut parts);
        if name.contains('\0') {
            return Err(messages::null_in_name());
        }
        let (gives_dict, gives_weakref) = self.gives(&parts.layout);
        let ty = self.make_type(name, parts)?;
        self.define_of_instances(ty, gives_dict, gives_weakref);
        Ok(ty)
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

    /// The metatype, the bases, and the layout of the best base, which a type extends.
    pub(super) fn parts(&self, bases: &[Type], metatype: Type) -> Result<Parts, ObjectError> {
        if !self.is_subtype(metatype, self.type_at(TYPE))? {
            return Err(messages::not_a_metatype(self.name(metatype)?));
        }
        let object = [self.object()];
        let bases = if bases.is_empty() { &object } else { bases };
        let metatype = self.most_derived_metatype(metatype, bases)?.number;
        let base = self.best_base(bases)?;
        let above = &self.types[base as usize].layout;
        let layout = Layout {
            base: Some(base),
            own: TypeLayout { is_solid: false, ..above.own },
            is_collected: true,
            slots: Box::default(),
            slot_count: above.slot_count,
        };
        Ok(Parts { metatype, bases: bases.iter().map(|base| base.number).collect(), layout })
    }

    /// A class without `__slots__` gives its instances a dict, and what weak references need.
    pub(super) fn give_dict_and_weakref(&self, parts: &mut Parts) {
        let own = &mut parts.layout.own;
        own.has_dict = true;
        own.has_weakref |= !own.has_items;
    }

    /// Whether a layout adds a dict and a list of weak references to that of its base.
    pub(super) fn gives(&self, layout: &Layout) -> (bool, bool) {
        let base = layout.base.unwrap_or(OBJECT);
        let above = &self.types[base as usize].layout.own;
        let own = &layout.own;
        (own.has_dict && !above.has_dict, own.has_weakref && !above.has_weakref)
    }

    /// Makes a type of parts. Nothing has changed if there is no MRO.
    pub(super) fn make_type(&mut self, name: &str, parts: Parts) -> Result<Type, ObjectError> {
        let number = u32::try_from(self.types.len()).ok().filter(|&number| number < u32::MAX);
        let number = number.ok_or_else(messages::too_many_types)?;
        let mro = self.linearize(number, &parts.bases)?;
        Ok(self.add(name, parts, mro))
    }

    pub(super) fn create_builtins(&mut self) {
        for (number, builtin) in (0..).zip(BUILTINS) {
            // In the table `object` is its own base; in fact it has none.
            let base = (number != builtin.base).then_some(builtin.base);
            let bases: Box<[u32]> = base.into_iter().collect();
            let above = bases.iter().flat_map(|&base| self.types[base as usize].mro.clone());
            let mro = std::iter::once(number).chain(above).collect();
            let Builtin { layout: own, is_collected, .. } = builtin;
            let layout = Layout { base, own, is_collected, slots: Box::default(), slot_count: 0 };
            self.add(builtin.name, Parts { metatype: TYPE, bases, layout }, mro);
            let object = &mut self.types[number as usize];
            (object.is_immutable, object.is_final) = (true, builtin.is_final);
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

    fn add(&mut self, name: &str, parts: Parts, mro: Box<[u32]>) -> Type {
        let Parts { metatype, bases, layout } = parts;
        let number = self.types.len() as u32;
        let ty = self.type_at(number);
        for &base in &bases {
            self.types[base as usize].subclasses.push(number);
        }
        let name: Arc<str> = name.into();
        self.classes.set_name(number, Arc::clone(&name));
        let value = ObjectRef::new(TypeValue::new(ty, metatype, Arc::clone(&self.classes)));
        self.types.push(self.arena.objects.alloc(TypeObject {
            name,
            qualname: None,
            metatype,
            bases,
            mro,
            subclasses: Vec::new(),
            layout,
            keys: Vec::new(),
            dict: TypeDict::default(),
            tag: Cell::new(0),
            is_immutable: false,
            is_final: false,
            is_abandoned: false,
            value,
        }));
        ty
    }
}
