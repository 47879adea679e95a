//! A runtime in ten lines: globals in a dict, a type with two bases, and contexts, of which every
//! task has its own version.

use hedgerow::object::{
    Dict, Instance, ObjectError, PersistentStore, TypeArena, TypeStore, getattr, repr,
};

pub(crate) fn main() -> Result<(), ObjectError> {
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let (swims, flies) = (types.create("Swims", &[])?, types.create("Flies", &[])?);
    types.set(flies, "pace", 70.into())?;
    let duck = types.create("Duck", &[swims, flies])?;
    let mut globals = Dict::new(types.policy().clone());
    globals.insert("donald".into(), Instance::value(&types, duck)?)?;
    let outer = PersistentStore::new(types.policy().clone()).empty();
    let inner = outer.insert("user".into(), "Huey".into())?;
    let pace = getattr(&mut types, globals.get_item("donald")?, "pace")?;
    assert_eq!(repr(&pace)?, "70");
    assert_eq!((outer.repr()?.as_str(), inner.repr()?.as_str()), ("{}", "{'user': 'Huey'}"));
    println!("{pace:?} {} {}", outer.repr()?, inner.repr()?);
    Ok(())
}
