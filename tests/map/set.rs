//! Sets beside `std`'s `HashSet`.
//!
//! The bug classes: an operation on two sets that takes the elements of the wrong one; a `replace`
//! that keeps the old element, or an `insert` that does not; a set whose equality or hash follows
//! its history; a set that changes with its clone.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use crate::support::ChosenHash;
use hedgerow::{Arena, DefaultHashBuilder, Set};
use proptest::prelude::*;

/// A number with one of few hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Element(u16);

impl Hash for Element {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from((self.0 % 20) | ((self.0 % 3) << 10)));
    }
}

type Few = Set<Element, ChosenHash>;
type Model = HashSet<Element, ChosenHash>;

#[derive(Clone, Debug)]
enum Step {
    Insert(usize, u16),
    Replace(usize, u16),
    Remove(usize, u16),
    Take(usize, u16),
    Update(usize, u16),
    Without(usize, u16),
    Extend(usize, Vec<u16>),
    Retain(usize, u16),
    Clear(usize),
    Drain(usize),
    Clone(usize),
    NewIn,
    Drop(usize),
    Union(usize, usize),
    Intersection(usize, usize),
    Difference(usize, usize),
    SymmetricDifference(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (set, element) = (|| 0..1_000usize, || 0..120u16);
    prop_oneof![
        8 => (set(), element()).prop_map(|(s, e)| Step::Insert(s, e)),
        2 => (set(), element()).prop_map(|(s, e)| Step::Replace(s, e)),
        4 => (set(), element()).prop_map(|(s, e)| Step::Remove(s, e)),
        2 => (set(), element()).prop_map(|(s, e)| Step::Take(s, e)),
        2 => (set(), element()).prop_map(|(s, e)| Step::Update(s, e)),
        2 => (set(), element()).prop_map(|(s, e)| Step::Without(s, e)),
        4 => (set(), prop::collection::vec(element(), 0..50)).prop_map(|(s, e)| Step::Extend(s, e)),
        1 => (set(), 1..5u16).prop_map(|(s, e)| Step::Retain(s, e)),
        1 => set().prop_map(Step::Clear),
        1 => set().prop_map(Step::Drain),
        3 => set().prop_map(Step::Clone),
        1 => Just(Step::NewIn),
        3 => set().prop_map(Step::Drop),
        2 => (set(), set()).prop_map(|(a, b)| Step::Union(a, b)),
        2 => (set(), set()).prop_map(|(a, b)| Step::Intersection(a, b)),
        2 => (set(), set()).prop_map(|(a, b)| Step::Difference(a, b)),
        2 => (set(), set()).prop_map(|(a, b)| Step::SymmetricDifference(a, b)),
    ]
}

fn sorted<'a>(elements: impl IntoIterator<Item = &'a Element>) -> Vec<Element> {
    let mut elements: Vec<Element> = elements.into_iter().copied().collect();
    elements.sort_unstable();
    elements
}

/// Changes one set and its model. Returns what is added to the sets.
fn change((set, model): &mut (Few, Model), step: &Step) -> Option<(Few, Model)> {
    match *step {
        Step::Insert(_, e) => assert_eq!(set.insert(Element(e)), model.insert(Element(e))),
        Step::Replace(_, e) => assert_eq!(set.replace(Element(e)), model.replace(Element(e))),
        Step::Remove(_, e) => assert_eq!(set.remove(&Element(e)), model.remove(&Element(e))),
        Step::Take(_, e) => assert_eq!(set.take(&Element(e)), model.take(&Element(e))),
        Step::Update(_, e) => {
            let mut model = model.clone();
            model.insert(Element(e));
            return Some((set.update(Element(e)), model));
        }
        Step::Without(_, e) => {
            let mut model = model.clone();
            model.remove(&Element(e));
            return Some((set.without(&Element(e)), model));
        }
        Step::Extend(_, ref elements) => {
            set.extend(elements.iter().map(|&e| Element(e)));
            model.extend(elements.iter().map(|&e| Element(e)));
        }
        Step::Retain(_, divisor) => {
            set.retain(|e| e.0 % divisor == 0);
            model.retain(|e| e.0 % divisor == 0);
        }
        Step::Clear(_) => {
            set.clear();
            model.clear();
        }
        Step::Drain(_) => {
            let drained: Vec<Element> = set.drain().collect();
            assert_eq!(sorted(&drained), sorted(&model.drain().collect::<Vec<_>>()));
        }
        Step::Clone(_) => return Some((set.clone(), model.clone())),
        _ => unreachable!("{step:?} is of two sets, or of none"),
    }
    None
}

fn combine(a: &(Few, Model), b: &(Few, Model), step: &Step) -> (Few, Model) {
    let ((left, ours), (right, theirs)) = (a, b);
    assert_eq!(left == right, ours == theirs);
    assert_eq!(left.is_subset(right), ours.is_subset(theirs));
    assert_eq!(left.is_superset(right), ours.is_superset(theirs));
    assert_eq!(left.is_disjoint(right), ours.is_disjoint(theirs));
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    assert!(left != right || hasher.hash_one(left) == hasher.hash_one(right));
    let (made, consumed, model) = match step {
        Step::Union(..) => (left | right, left.clone().union(right.clone()), ours | theirs),
        Step::Intersection(..) => {
            (left & right, left.clone().intersection(right.clone()), ours & theirs)
        }
        Step::Difference(..) => {
            (left - right, left.clone().difference(right.clone()), ours - theirs)
        }
        _ => (left ^ right, left.clone().symmetric_difference(right.clone()), ours ^ theirs),
    };
    assert_eq!(made, consumed);
    (made, model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 100 }))]

    #[test]
    fn sets_hold_what_their_models_hold(steps in prop::collection::vec(step(), 1..120)) {
        let arena = Arena::with_hasher(ChosenHash::default());
        let mut sets = vec![(Few::new_in(&arena), Model::default())];
        for step in &steps {
            let count = sets.len();
            match *step {
                Step::NewIn => sets.push((Few::new_in(&arena), Model::default())),
                Step::Drop(set) if count > 1 => _ = sets.swap_remove(set % count),
                Step::Drop(_) => sets.push(Default::default()),
                Step::Union(a, b) | Step::Intersection(a, b) | Step::Difference(a, b)
                | Step::SymmetricDifference(a, b) => {
                    let made = combine(&sets[a % count], &sets[b % count], step);
                    sets.push(made);
                }
                Step::Insert(set, _) | Step::Replace(set, _) | Step::Remove(set, _)
                | Step::Take(set, _) | Step::Update(set, _) | Step::Without(set, _)
                | Step::Extend(set, _) | Step::Retain(set, _) | Step::Clear(set)
                | Step::Drain(set) | Step::Clone(set) => {
                    let made = change(&mut sets[set % count], step);
                    sets.extend(made);
                }
            }
            for (set, model) in &sets {
                assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
                assert_eq!(sorted(set), sorted(model));
            }
            let (set, model) = sets.last().unwrap();
            for element in (0..120).map(Element) {
                assert_eq!(set.contains(&element), model.contains(&element));
                assert_eq!(set.get(&element), model.get(&element));
            }
        }
    }
}

/// Equal elements that can be told apart, as `std` tells which one a set keeps.
#[derive(Clone, Debug)]
struct Named(u32, &'static str);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn names<'a>(set: impl IntoIterator<Item = &'a Named>) -> Vec<&'static str> {
    set.into_iter().map(|named| named.1).collect()
}

#[test]
fn insert_keeps_the_element_that_is_there_and_replace_does_not() {
    let mut set: Set<Named> = Set::from([Named(1, "first")]);
    let mut model = HashSet::from([Named(1, "first")]);
    assert_eq!((set.insert(Named(1, "second")), model.insert(Named(1, "second"))), (false, false));
    assert_eq!((names(&set), names(&model)), (vec!["first"], vec!["first"]));
    let old = (set.replace(Named(1, "third")), model.replace(Named(1, "third")));
    assert_eq!(old.0.map(|named| named.1), Some("first"));
    assert_eq!(old.1.map(|named| named.1), Some("first"));
    assert_eq!((names(&set), names(&model)), (vec!["third"], vec!["third"]));
    assert_eq!(set.get(&Named(1, "")).map(|named| named.1), Some("third"));
    assert_eq!(set.take(&Named(1, "")).map(|named| named.1), Some("third"));
    assert_eq!(set.replace(Named(1, "fourth")).map(|named| named.1), None);
    assert_eq!(set.update(Named(1, "fifth")).iter().next().unwrap().1, "fourth");
}

#[test]
fn extending_and_collecting_keep_the_first_of_equal_elements_as_std_does() {
    let elements = || [Named(1, "first"), Named(2, "other"), Named(1, "second")];
    let is_first = |named: Option<&Named>| named.is_some_and(|named| named.1 == "first");
    let mut model = HashSet::from([Named(1, "first")]);
    model.extend(elements().into_iter().skip(1));
    assert!(is_first(model.get(&Named(1, ""))));
    let mut set: Set<Named> = Set::from([Named(1, "first")]);
    set.extend(elements().into_iter().skip(1));
    assert!(is_first(set.get(&Named(1, ""))), "extend");
    assert!(is_first(elements().into_iter().collect::<HashSet<_>>().get(&Named(1, ""))));
    assert!(is_first(elements().into_iter().collect::<Set<_>>().get(&Named(1, ""))), "collect");
}

#[test]
fn union_and_intersection_keep_the_elements_of_the_first_set() {
    let a: Set<Named> = Set::from([Named(1, "a")]);
    let b = Set::from([Named(1, "b"), Named(2, "b")]);
    let mut union = names(&(&a | &b));
    union.sort_unstable();
    assert_eq!((union, names(&(&a & &b))), (vec!["a", "b"], vec!["a"]));
    assert_eq!((names(&(&b - &a)), names(&(&a ^ &b))), (vec!["b"], vec!["b"]));
}

#[test]
fn every_other_method_and_trait() {
    let mut set: Set<u32> = Set::new();
    assert!(set.is_empty() && set.ptr_eq(&Set::default()) && set.ptr_eq(&set.clone()));
    set.extend(&[3, 1, 2]);
    let before = set.clone();
    assert!(set.ptr_eq(&before));
    set.extend([4, 1]);
    assert!(!set.ptr_eq(&before) && set != before && before.len() == 3);
    assert_eq!(set, Set::from(vec![4, 3, 2, 1]));
    assert_eq!(set, Set::from(HashSet::from([1, 2, 3, 4])));
    assert_eq!(set, Set::from(BTreeSet::from([1, 2, 3, 4])));
    assert_eq!(format!("{:?}", Set::<u32>::from_iter([7])), "{7}");
    assert!((&set).into_iter().eq(set.iter()) && set.iter().len() == 4);
    let mut elements: Vec<u32> = set.clone().into_iter().collect();
    elements.sort_unstable();
    assert_eq!(elements, [1, 2, 3, 4]);

    let strings: Set<String> = ["a".to_string(), "b".to_string()].into();
    assert!(strings.contains("a") && !strings.contains("c"));
    assert_eq!(strings.without("a"), Set::from(["b".to_string()]));
    assert_eq!(strings.get("b").map(String::as_str), Some("b"));

    let seeded = Set::<u32>::with_hasher(DefaultHashBuilder::with_seed(1));
    let hash = DefaultHashBuilder::with_seed(1).hash_one(5);
    assert_eq!(seeded.hasher().hash_one(5), hash);
    let of_sets: Set<Set<u32>> = [before.clone(), set.clone(), before.clone()].into();
    assert_eq!((of_sets.len(), of_sets.contains(&before)), (2, true));

    let few = before.without(&3);
    assert!(few.is_proper_subset(&before) && !before.is_proper_subset(&before));
    assert_eq!(few.clone().relative_complement(Set::from([1])), Set::unit(2));
    assert_eq!(
        Set::unions([few.clone(), Set::unit(9)]),
        [few.clone(), Set::unit(9)].into_iter().sum()
    );
    assert_eq!(&few + &Set::unit(3), few.clone() + Set::unit(3));
    assert_eq!((few.capacity(), Set::<u32>::with_capacity(9).len()), (2, 0));
    let hasher = seeded.new_from::<String>().hasher().clone();
    assert!(Set::<u32, _>::with_capacity_and_hasher(9, hasher).hasher().hash_one(5) == hash);
    let mut odd: Vec<u32> = set.extract_if(|number| number % 2 == 1).collect();
    odd.sort_unstable();
    set.reserve(9);
    set.shrink_to(1);
    set.shrink_to_fit();
    assert_eq!((odd, set), (vec![1, 3], Set::from([2, 4])));
}
