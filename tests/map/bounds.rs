//! Which traits maps have, and what their methods ask of keys and values.
//!
//! The bug classes: a bound that a method does not need, so that a program does not compile; a type
//! that goes to other threads where it must not, or does not where it could. Most of this is
//! checked by the compiler.

use std::cell::Cell;
use std::hash::{Hash, RandomState};
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use hedgerow::{
    Arena, Diff, Drain, Entry, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Map, Set,
    Values, ValuesMut,
};

/// Neither clone nor debug nor hash.
struct Opaque;

fn is_send_and_sync<T: Send + Sync>() {}
fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
fn is_exact_and_fused<I: ExactSizeIterator + FusedIterator>() {}
fn is_cloned_defaulted<T: Clone + Default>() {}
fn is_defaulted<T: Default>() {}
fn is_key<T: Hash + Eq>() {}

macro_rules! assert_is_not {
    ($type:ty: $trait:path) => {
        const _: fn() = || {
            trait Ambiguous<A> {
                fn method() {}
            }
            struct Is;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<Is> for T {}
            // Does not compile if both implementations apply.
            let _ = (<$type as Ambiguous<_>>::method, Is);
        };
    };
}

assert_is_not!(Map<u32, Rc<u32>>: Send);
assert_is_not!(Map<Rc<u32>, u32>: Sync);
// Whoever drops the last of two clones drops the values, so `Send` alone is not enough.
assert_is_not!(Map<u32, Cell<u32>>: Send);
assert_is_not!(Map<u32, Cell<u32>>: Sync);
assert_is_not!(Set<Rc<u32>>: Send);
assert_is_not!(Arena<u32, Rc<u32>>: Send);
assert_is_not!(Arena<u32, Cell<u32>>: Sync);
assert_is_not!(Map<u32, f64>: Eq);
assert_is_not!(Map<u32, Cell<u32>>: RefUnwindSafe);

#[cfg(feature = "rayon")]
mod parallel {
    use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend};

    use super::*;

    fn is_parallel<T: IntoParallelIterator>() {}
    fn is_built<I: Send, T: FromParallelIterator<I> + ParallelExtend<I>>() {}

    assert_is_not!(&'static Map<u32, Cell<u32>>: IntoParallelIterator);
    assert_is_not!(&'static Map<Cell<u32>, u32>: IntoParallelIterator);
    assert_is_not!(&'static mut Map<u32, Cell<u32>>: IntoParallelIterator);
    assert_is_not!(Map<u32, Rc<u32>>: IntoParallelIterator);
    assert_is_not!(Set<Rc<u32>>: IntoParallelIterator);
    assert_is_not!(&'static Set<Cell<u32>>: IntoParallelIterator);

    #[test]
    fn bounds_of_parallel_iterators_are_those_that_are_needed() {
        // What is sent need not be shared.
        is_parallel::<Map<u32, Cell<u32>>>();
        is_parallel::<Set<Cell<u32>>>();
        // What is only read need not be sent.
        is_parallel::<&Map<Opaque, std::sync::MutexGuard<'_, Opaque>>>();
        is_parallel::<&Set<Opaque>>();
        is_parallel::<&mut Map<u32, u32>>();
        is_built::<(u32, Cell<u32>), Map<u32, Cell<u32>>>();
        is_built::<String, Set<String>>();
    }
}

#[test]
fn bounds_are_those_that_are_needed() {
    is_send_and_sync::<(Map<String, Vec<u8>>, Set<String>, Arena<String, u8>)>();
    is_send_and_sync::<(Iter<'_, u32, u32>, IterMut<'_, u32, u32>, Diff<'_, u32, u32>)>();
    is_send_and_sync::<(IntoIter<u32, u32>, Drain<u32, u32>, Entry<'_, u32, u32, RandomState>)>();
    is_unwind_safe::<(Map<String, Vec<u8>>, Set<String>, Arena<String, u8>)>();
    is_cloned_defaulted::<(Map<Opaque, Opaque>, Set<Opaque>, Arena<Opaque, Opaque>)>();
    is_key::<(Map<u32, u32>, Set<Map<u32, u32>>)>();
    is_exact_and_fused::<Iter<'_, u32, u32>>();
    is_exact_and_fused::<Keys<'_, u32, u32>>();
    is_exact_and_fused::<Values<'_, u32, u32>>();
    is_exact_and_fused::<IterMut<'_, u32, u32>>();
    is_exact_and_fused::<ValuesMut<'_, u32, u32>>();
    is_exact_and_fused::<IntoIter<u32, u32>>();
    is_exact_and_fused::<IntoKeys<u32, u32>>();
    is_exact_and_fused::<IntoValues<u32, u32>>();
    is_exact_and_fused::<Drain<u32, u32>>();
    is_exact_and_fused::<Diff<'_, u32, u32>>();
    is_cloned_defaulted::<(Iter<'_, Opaque, Opaque>, Keys<'_, Opaque, u8>, Values<'_, u8, Opaque>)>(
    );
    is_defaulted::<(IterMut<'_, Opaque, Opaque>, ValuesMut<'_, Opaque, Opaque>)>();
    is_defaulted::<(IntoIter<Opaque, Opaque>, IntoKeys<Opaque, u8>, IntoValues<u8, Opaque>)>();
    assert_eq!(IterMut::<u8, u8>::default().len() + Iter::<u8, u8>::default().len(), 0);
    // A clone, an empty map and the end of a map ask nothing of keys and values.
    let mut map: Map<Opaque, Opaque> = Map::new();
    let arena: Arena<Opaque, Opaque> = Arena::new();
    map.clone_from(&Map::new_in(&arena));
    map.clear();
    map.retain(|_, _| true);
    assert!(map.iter().next().is_none() && map.keys().len() + map.values().len() == 0);
}
