"""What `Set` has beside the operations of frozenset, and how it meets other classes."""

import collections.abc
import copy
import gc
import pickle
import sys
import weakref

import pytest

import hedgerow
from hedgerow import Map, Set, SetMutation

from keys import Counting, Key


class Sub(Set):
    """Has attributes."""


class Slots(Set):
    __slots__ = ("slot",)


def test_repr():
    assert repr(Set()) == "hedgerow.Set()" and repr(Set([1])) == "hedgerow.Set({1})"
    assert repr(Set([1, 2])) == "hedgerow.Set({1, 2})"
    assert repr(Sub("a")) == f"{__name__}.Sub({{'a'}})" and repr(Sub()) == f"{__name__}.Sub()"
    assert repr(Set([1]).mutate()) == "hedgerow.SetMutation({1})"


@pytest.mark.keeps_maps
def test_repr_of_a_set_in_itself():
    class Cell:
        def __repr__(self):
            return repr(self.held)

    cell = Cell()
    cell.held = Set([cell])
    assert repr(cell.held) == "hedgerow.Set({hedgerow.Set(...)})"
    cell.held = Set([cell]).mutate()
    assert repr(cell.held) == "hedgerow.SetMutation({hedgerow.SetMutation(...)})"


def test_nothing_changed_is_the_same_set():
    a_set = Set(range(100))
    assert a_set.add(5) is a_set and a_set.discard("x") is a_set and Set(a_set) is a_set
    for other in (Set(range(50)), {5}, frozenset(range(100)), [7, 7]):
        assert a_set.union(other) is a_set and a_set.update(other) is a_set
    assert a_set | Set([5]) is a_set and a_set | {5} is a_set
    for other in (Set(range(200)), a_set, set(range(200)), range(1000), Set(range(100))):
        assert a_set.intersection(other) is a_set
    for other in (Set(), Set(range(500, 600)), {-1}, set(range(500, 900)), "abc"):
        assert a_set.difference(other) is a_set
    assert a_set.symmetric_difference([]) is a_set and a_set ^ Set() is a_set
    assert a_set.union() is a_set.intersection() is a_set.difference() is a_set
    assert a_set.copy() is a_set and copy.copy(a_set) is a_set


def test_of_equal_elements_the_left_operands_stays():
    for other in (Set([1.0, 2]), {1.0, 2}, [1.0, 2]):
        for made in (Set([1]).union(other), Set([1]).intersection(other), Set([1]).add(True),
                     Set([1, 3, 4, 5, 6, 7, 8, 9, 10]).intersection(other)):
            assert type(next(iter(made))) is int
    assert type(next(iter({1.0} & Set([1])))) is float


def test_an_iterable_is_read_until_it_has_all_elements():
    """It may have no end: frozenset reads no further from CPython 3.12 on."""
    def endless():
        yield from range(9)
        raise AssertionError("read on")

    assert Set([1, 2]).issubset(endless()) and Set([8, 1]).intersection(endless()) == {1, 8}
    for question in (Set([1, 9]).issubset, Set([9]).intersection, Set().intersection):
        with pytest.raises(AssertionError):
            question(endless())


def test_results_are_of_the_subclass():
    sub = Sub("abc")
    sub.attribute = 1
    made = [sub.add("d"), sub.discard("a"), sub.remove("a"), sub | {"d"}, {"d"} | sub, sub & {"a"},
            sub - {"a"}, {"d"} - sub, sub ^ {"d"}, sub.union("d"), sub.symmetric_difference("a"),
            sub.mutate().finish(), {"x", "a"} & sub]
    for each in made:
        assert type(each) is Sub and not vars(each)
    assert type(Set(sub)) is Set and Set(sub) == sub
    assert type(Set("ab") | sub) is Set


def test_a_constructor_that_wants_arguments_is_not_called():
    class Named(Set):
        def __new__(cls, name, elements):
            self = super().__new__(cls, elements)
            self.name = name
            return self

    named = Named("n", [1, 2])
    assert type(named.add(3)) is Named and len(named | {5}) == 3


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol):
    sub, slots = Sub([1, 2]), Slots([3])
    sub.attribute, slots.slot = ["x"], "y"
    for each in (Set(), Set("abc"), sub, Set([Set([1]), frozenset([2])])):
        loaded = pickle.loads(pickle.dumps(each, protocol))
        assert loaded == each and type(loaded) is type(each)
        assert getattr(loaded, "attribute", None) == getattr(each, "attribute", None)
    if protocol >= 2:
        assert pickle.loads(pickle.dumps(slots, protocol)).slot == "y"
    with pytest.raises(TypeError, match="can't pickle SetMutation objects"):
        pickle.dumps(sub.mutate(), protocol)


def test_copies_of_a_subclass_have_its_attributes():
    sub, slots = Sub([1, 2]), Slots([3])
    sub.attribute, slots.slot = ["x"], ["y"]
    for made in (copy.copy(sub), sub.copy()):
        assert made is not sub and made == sub and made.attribute is sub.attribute
    assert copy.copy(slots).slot is slots.slot
    deep = copy.deepcopy(sub)
    assert deep == sub and deep.attribute == ["x"] and deep.attribute is not sub.attribute
    assert copy.deepcopy(slots).slot == ["y"]


class Peer:
    """Equal to itself only; refers to anything."""


@pytest.mark.keeps_maps
def test_deepcopy_of_a_set_in_a_cycle_makes_one_set():
    peer = Peer()
    peer.set = Set([peer, 1])
    copied = copy.deepcopy(peer.set)
    (other,) = copied - {1}
    assert other is not peer and other.set is copied


def test_weak_references_and_classes():
    a_set = Set([1])
    reference = weakref.ref(a_set)
    assert reference() is a_set
    del a_set
    assert reference() is None
    assert isinstance(Set(), collections.abc.Set) and isinstance(Set(), collections.abc.Hashable)
    assert not isinstance(Set(), collections.abc.MutableSet)
    assert Set[int].__origin__ is Set and Set[int].__args__ == (int,)
    with pytest.raises(TypeError):
        Set.union = None


def test_the_constructor():
    assert Set() == Set([]) == Set({}) == Set(Map()) == frozenset()
    assert Set(Map(a=1)) == {"a"} and Set("aab") == {"a", "b"} and Set(x for x in [1, 1]) == {1}
    for wrong in (lambda: Set(1), lambda: Set([], []), lambda: Set(iterable=[]), lambda: Set([[]])):
        with pytest.raises(TypeError):
            wrong()


def test_a_set_that_cannot_be_hashed_is_looked_for_as_a_frozenset():
    a_set = Set([frozenset([1]), Set([2])])
    assert {1} in a_set and {2} in a_set and {3} not in a_set
    assert a_set.discard({1}) == {Set([2])} and a_set.remove({2}) == {frozenset([1])}
    with pytest.raises(KeyError) as caught:
        a_set.remove({3})
    assert caught.value.args == ({3},) and type(caught.value.args[0]) is set
    mutation = a_set.mutate()
    assert {1} in mutation
    mutation.discard({1})
    mutation.remove({2})
    assert len(mutation) == 0
    for wrong in (lambda: [] in a_set, lambda: a_set.add({1}), lambda: a_set.discard([]),
                  lambda: [] in Set(), lambda: Set().discard([]), lambda: Set().difference([[]]),
                  lambda: Set().intersection([[]]), lambda: Set().isdisjoint([[]])):
        with pytest.raises(TypeError, match="unhashable|cannot use"):
            wrong()


class Equal(collections.abc.Set):
    """Answers with a word instead of True or False, and has no elements."""

    def __init__(self, *answers):
        self.answers = answers

    def __contains__(self, element):
        return False

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    __hash__ = None

    def __eq__(self, other):
        return "eq"

    def __lt__(self, other):
        return "lt"

    def __ge__(self, other):
        return NotImplemented


class Answering(frozenset):
    def __eq__(self, other):
        return "answer"

    __hash__ = frozenset.__hash__


def test_a_set_of_another_class_answers_first():
    for other in (Equal(), Answering([1])):
        assert (Set([1]) == other) == (other == Set([1]))
        assert (Set([1]) == other) == (frozenset([1]) == other)
    assert (Set([1]) > Equal()) == (frozenset([1]) > Equal()) == "lt"
    assert (Equal() < Set([1])) == "lt"
    # Where it declines, the elements decide.
    assert (Set([1]) <= Equal()) is False and (Set() <= Equal()) is True


class Odd(set):
    """Reads differently by its methods."""

    def __contains__(self, element):
        return True

    def __len__(self):
        return 100

    def __iter__(self):
        return iter([7, 8, 9])


def test_python_s_own_sets_are_read_past_the_methods_of_a_subclass():
    odd = Odd([1, 2])
    for how in ("issubset", "issuperset", "union", "intersection", "difference"):
        for elements in ([], [1], [1, 2], [1, 2, 3], [5, 6, 7, 8]):
            expected = getattr(frozenset(elements), how)(odd)
            assert getattr(Set(elements), how)(odd) == expected, (how, elements)
    assert Set([1, 2]) == odd and odd == Set([1, 2]) and Set([1]) < odd and Set([1, 2, 3]) > odd
    assert Set(odd) == frozenset(odd) == {1, 2} and odd | Set([3]) == {1, 2, 3} == Set([3]) | odd


def test_isdisjoint_goes_by_the_methods_of_a_subclass():
    class OddSet(Set):
        def __iter__(self):
            return iter([7, 8, 9])

    class OddFrozenset(frozenset):
        def __iter__(self):
            return iter([7, 8, 9])

    for elements in ([], [1], [1, 2, 3], [5, 6, 7, 8], range(50)):
        for odd in (Odd([1, 2]), OddFrozenset([1, 2]), OddSet([1, 2])):
            expected = frozenset(elements).isdisjoint(odd)
            assert Set(elements).isdisjoint(odd) is expected is not (7 in elements)
    assert Set([1]).isdisjoint(Set([2])) and not Set([1]).isdisjoint({1, 2, 3})


def test_what_is_no_set_is_not_equal_and_no_operand():
    for other in ([1], (1,), {1: 1}, "a", 1, None, Map({1: 1}), iter([1])):
        assert Set([1]) != other and other != Set([1]) and not Set([1]) == other
        for how in ("__or__", "__and__", "__sub__", "__xor__", "__le__", "__lt__", "__ror__"):
            assert getattr(Set([1]), how)(other) is NotImplemented
    with pytest.raises(TypeError):
        Set([1]) | [1]
    with pytest.raises(TypeError):
        Set([1]) < [1]


def test_views_as_operands_make_what_they_make_of_frozenset():
    keys = {1: 1, 2: 2}.keys()
    for made, expected in [(Set([1, 3]) | keys, frozenset([1, 3]) | keys),
                           (keys - Set([1]), keys - frozenset([1])),
                           (Set([1, 3]) & keys, frozenset([1, 3]) & keys)]:
        assert made == expected and type(made) is type(expected) is set
    assert Map({1: 1}).keys() == Set([1]) and Map({1: 1}).keys() | Set([2]) == {1, 2}
    assert Map({1: 2}).items() == Set([(1, 2)]) == Map({1: 2}).items()


def test_relatives_compare_only_what_differs():
    base = Set(Counting(number) for number in range(5000))
    new = base.add(Counting(-6)).discard(Counting(7)).discard(Counting(8))
    Counting.calls.clear()
    assert {change[0] for change in base.diff(new)} == {"added", "removed"}
    assert len(base - new) == 2 and len(new - base) == 1 and len(base ^ new) == 3
    assert len(base & new) == 4998 and len(base | new) == 5001
    assert not base <= new and base & new <= base and base != new and new < base | new
    assert base == new.discard(Counting(-6)).add(Counting(7)).add(Counting(8))
    assert sum(Counting.calls.values()) < 60


def test_a_union_shares_with_both_what_it_can():
    base = Set(range(100_000))
    before = hedgerow.stats()
    made = [base | {number} for number in range(-10, 0)] + [base & base.discard(5), base - {9}]
    after = hedgerow.stats()
    assert after["live_entries"] - before["live_entries"] < 50
    assert len(Set() | base) == 100_000
    assert hedgerow.stats()["live_entries"] == after["live_entries"]
    assert all(len(each) > 99_000 for each in made)


def test_sizes_and_statistics():
    a_set = Set(range(100))
    assert a_set.stats()["entries"] == 100
    assert sys.getsizeof(a_set) > sys.getsizeof(Set()) + 100 * 24


def test_mutations():
    mutation = Set("ab").mutate()
    assert type(mutation) is SetMutation and mutation == Set("ba").mutate()
    assert mutation != Set("a").mutate() and mutation != Set("ab") and mutation.add("c") is None
    assert mutation != Map(a=None, b=None, c=None).mutate()
    with mutation as entered:
        assert entered is mutation
        mutation.update("d", ["e"], Set("f"))
        mutation.discard("nothing")
    made = mutation.finish()
    assert made == set("abcdef") and mutation.finish() == made and "a" in mutation
    for write in (lambda: mutation.add("x"), lambda: mutation.discard("x"), mutation.update,
                  lambda: mutation.remove("a"), lambda: mutation.update("x")):
        with pytest.raises(ValueError, match="has been finished"):
            write()
    with pytest.raises(TypeError):
        hash(mutation)
    with pytest.raises(TypeError):
        iter(mutation)


def cycle_of_a_set():
    peer = Peer()
    peer.set = Set([peer])
    return weakref.ref(peer)


def cycle_of_relatives():
    peer = Peer()
    base = Set([peer, *range(50)])
    peer.sets = [base, base | {"x"}, base.discard(3), base - {4}, base & {peer}]
    return weakref.ref(peer)


def cycle_of_a_subclass():
    sub = Sub([1])
    sub.me = Set([sub])
    return weakref.ref(sub)


def cycle_of_a_mutation():
    peer = Peer()
    peer.mutation = Set([1]).mutate()
    peer.mutation.add(peer)
    return weakref.ref(peer)


def cycle_of_an_iterator():
    peer = Peer()
    peer.iterator = iter(Set([peer, Peer()]))
    next(peer.iterator)
    return weakref.ref(peer)


def cycle_of_a_map_and_a_set():
    peer = Peer()
    peer.map = Map(a=Set([frozenset([peer]), Set([1])]))
    return weakref.ref(peer)


CYCLES = [cycle_of_a_set, cycle_of_relatives, cycle_of_a_subclass, cycle_of_a_mutation,
          cycle_of_an_iterator, cycle_of_a_map_and_a_set]


@pytest.mark.parametrize("make", CYCLES)
def test_a_cycle_is_collected(make):
    reference = make()
    assert reference() is not None
    gc.collect()
    assert reference() is None


def test_the_collector_tracks_only_sets_that_may_hold_what_it_tracks():
    plain = Set([1, "a", b"b", None, (1, 2)])
    gc.collect()  # Which finds that the tuple holds nothing to track.
    assert not gc.is_tracked(Set([1, "a"])) and not gc.is_tracked(Set([1]).add("b"))
    assert not gc.is_tracked(Set([Set([1])])) and not gc.is_tracked(Map(a=Set([1])))
    assert gc.is_tracked(Set([Peer()])) and gc.is_tracked(Sub([1])) and len(plain) == 5
    assert gc.is_tracked(Set([Set([Peer()])])) and gc.is_tracked(Set([1]) | {Peer()})


def test_elements_end_with_the_last_set_that_has_them():
    peer = Peer()
    reference = weakref.ref(peer)
    one = Set([peer])
    other = one.add(1)
    del peer, one
    assert reference() is not None
    del other
    assert reference() is None


def test_an_element_is_hashed_once():
    a_set = Set([Counting(1), Counting(2)])
    Counting.calls.clear()
    element = Counting(3)
    a_set = a_set.add(element)
    assert Counting.calls == {"hash": 1}
    assert element in a_set and Counting.calls == {"hash": 2}
    assert Key(3) in a_set


def test_pickled_iterators_go_on_where_they_were():
    a_set = Set(range(100))
    iterator = iter(a_set)
    seen = [next(iterator) for _ in range(40)]
    loaded = pickle.loads(pickle.dumps(iterator))
    assert seen + list(loaded) == seen + list(iterator) == list(a_set)
    assert list(pickle.loads(pickle.dumps(iterator))) == []
    # Of a used-up iterator, the set may be gone.
    last = iter(Set([1]))
    assert list(last) == [1] and list(copy.copy(last)) == []
    assert list(copy.copy(iter(a_set))) == list(a_set)
