"""Release is exact and immediate: when the last map that holds a value ends, the value ends too.

Each test notes the ends of values in a list, and reads it in the next statement, without
`gc.collect()` or another operation on the store. The collector is off.
"""

import gc
import random
import weakref

import pytest

import hedgerow
from hedgerow import Map

from keys import Key, Noted


@pytest.fixture(autouse=True)
def without_collector():
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def ends():
    return []


def test_value_and_key_of_a_dead_map(ends):
    class NotedKey(Noted):
        pass

    a_map = Map({NotedKey(ends, "key"): Noted(ends, "value")})
    assert ends == []
    del a_map
    assert sorted(ends) == ["key", "value"]


def test_a_temporary_map_ends_before_the_statement_does(ends):
    noted = (Map(a=Noted(ends, "value")), list(ends))[1]
    assert noted == [] and ends == ["value"]
    assert len(Map(a=Noted(ends, "second")).set("b", 1)) == 2
    assert ends == ["value", "second"]


def test_a_linear_chain_drops_each_replaced_value_at_once(ends):
    a_map = Map({number: number for number in range(1000)})
    for step in range(200):
        a_map = a_map.set(7, Noted(ends, step))
        assert ends == list(range(step))
    a_map = a_map.delete(7)
    assert ends == list(range(200))
    assert len(a_map) == 999


def test_a_value_lives_as_long_as_one_version_holds_it(ends):
    versions = [Map({number: number for number in range(100)})]
    versions.append(versions[-1].set(5, Noted(ends, "x")))
    for step in range(20):
        versions.append(versions[-1].set(50 + step, step))
    versions.append(versions[-1].delete(5))
    random.Random(4).shuffle(versions)
    while versions:
        holders = sum(type(a_map.get(5)) is Noted for a_map in versions)
        assert (ends == []) == (holders > 0)
        versions.pop()
    assert ends == ["x"]


@pytest.mark.parametrize("order", ["base first", "base last", "base in the middle"])
def test_a_base_with_many_children(ends, order):
    base = Map({number: Noted(ends, number) for number in range(60)})
    children = [base.set(number, None) for number in range(60)]
    if order == "base first":
        del base
        # Child n lacks only value n, so 59 others hold each value.
        assert ends == []
        while len(children) > 1:
            assert ends == []
            children.pop()
        # Only the last child is left, and it lacks its own value.
        assert ends == [0]
        children.pop()
        assert sorted(ends) == list(range(60))
        return
    if order == "base in the middle":
        del children[30:]
        del base
        assert ends == []
        del children[2:]
        assert ends == []
        del children[:]
    else:
        children.clear()
        assert ends == []
        del base
    assert sorted(ends) == list(range(60))


def test_children_that_outlive_the_base(ends):
    base = Map({number: Noted(ends, number) for number in range(50)})
    left = base.delete_many(range(0, 50, 2))
    right = base.delete_many(range(0, 50, 3))
    del base
    assert sorted(ends) == [n for n in range(50) if n % 2 == 0 and n % 3 == 0]
    ends.clear()
    del left
    assert sorted(ends) == [n for n in range(50) if n % 2 and n % 3 == 0]
    ends.clear()
    del right
    assert sorted(ends) == [n for n in range(50) if n % 3]


def test_an_undo_ring(ends):
    ring, size = [], 16
    a_map = Map({number: Noted(ends, ("base", number)) for number in range(40)})
    replaced = {number: ("base", number) for number in range(40)}
    lost = []
    for step in range(300):
        number = step * 7 % 40
        ring.append(a_map)
        a_map = a_map.set(number, Noted(ends, ("step", step)))
        lost.append((step, replaced[number]))
        replaced[number] = ("step", step)
        del ring[:-size]
        # A replaced value ends when the last map from before that step leaves the ring.
        assert ends == [name for at, name in lost if at <= step - size]


def test_undo_and_redo_drop_the_branch_that_was_left(ends):
    history = [Map(a=Noted(ends, "a"))]
    for name in "bcd":
        history.append(history[-1].set(name, Noted(ends, name)))
    del history[2:]
    assert sorted(ends) == ["c", "d"]
    history.append(history[-1].set("b", Noted(ends, "b2")))
    assert sorted(ends) == ["c", "d"]
    del history[:2]
    assert sorted(ends) == ["b", "c", "d"]


def test_merges(ends):
    base = Map({number: Noted(ends, number) for number in range(30)})
    ours = base.set(1, Noted(ends, "ours")).delete(2)
    theirs = base.set(3, Noted(ends, "theirs")).delete(4)
    merged = ours.merge(base, theirs)
    del base
    assert ends == []
    # Only `ours` still has what `theirs` replaced or deleted, and the other way round.
    del ours
    assert sorted(ends) == [3, 4]
    del theirs
    assert sorted(ends) == [1, 2, 3, 4]
    del merged
    assert len(ends) == 32


@pytest.mark.parametrize("operation", ["union", "intersection", "difference"])
def test_results_of_set_operations(ends, operation):
    one = Map({number: Noted(ends, ("one", number)) for number in range(20)})
    other = Map({number: Noted(ends, ("other", number)) for number in range(10, 30)})
    made = getattr(one, operation)(other)
    held = {value.name for value in made.values()}
    del one, other
    everything = {("one", n) for n in range(20)} | {("other", n) for n in range(10, 30)}
    assert set(ends) == everything - held
    del made
    assert set(ends) == everything and len(ends) == len(everything)


def test_mutations(ends):
    base = Map({number: Noted(ends, number) for number in range(20)})
    mutation = base.mutate()
    mutation[1] = Noted(ends, "new")
    assert ends == []
    mutation[1] = Noted(ends, "newer")
    assert ends == ["new"]
    del mutation[2]
    assert ends == ["new"]
    del base
    assert sorted(map(str, ends)) == ["1", "2", "new"]
    mutation.pop(3)
    assert ends[-1] == 3
    mutation.update({4: Noted(ends, "four"), 5: Noted(ends, "five")})
    assert sorted(ends[-2:]) == [4, 5]
    finished = mutation.finish()
    del mutation
    assert len(ends) == 6
    del finished
    assert len(ends) == 24


def test_an_abandoned_mutation(ends):
    base = Map(a=1)
    mutation = base.mutate()
    mutation["b"] = Noted(ends, "b")
    del mutation
    assert ends == ["b"]
    with pytest.raises(ValueError):
        Map([("a", Noted(ends, "built")), ("b", 1, 2)])
    assert ends == ["b", "built"]
    with pytest.raises(KeyError):
        base.set("n", Noted(ends, "kept")).delete("x")
    assert ends == ["b", "built", "kept"]


def test_iterators_and_views_hold_what_they_may_still_return(ends):
    iterator = iter(Map({number: Noted(ends, number) for number in range(100)}).values())
    assert ends == []
    next(iterator)
    del iterator
    assert sorted(ends) == list(range(100))
    view = Map(a=Noted(ends, "a")).items()
    assert ends[-1] != "a"
    del view
    assert ends[-1] == "a"


def test_an_exhausted_iterator_drops_its_map(ends):
    iterator = iter(Map(a=Noted(ends, "a")).items())
    list(iterator)
    assert ends == ["a"]


def test_results_that_are_thrown_away(ends):
    base = Map({Key(1, "x"): Noted(ends, "x")})
    assert base.set(Key(1, "x"), Noted(ends, "y")) is not None
    assert ends == ["y"]
    base.diff(base.set("k", Noted(ends, "k")))
    assert ends == ["y", "k"]


def test_a_destructor_sees_the_map_gone_and_can_use_maps(ends):
    class Uses(Noted):
        def __del__(self):
            other = Map({number: number for number in range(100)})
            ends.append((self.name, sum(other.set(5, 0).values())))

    a_map = Map({number: Uses(ends, number) for number in range(10)})
    gone = weakref.ref(a_map)
    del a_map
    assert gone() is None
    assert sorted(ends) == [(number, 4945) for number in range(10)]


def test_a_million_nested_maps_do_not_overflow_the_stack(ends):
    a_map = Map(bottom=Noted(ends, "bottom"))
    for _ in range(1_000_000):
        a_map = Map(inner=a_map)
    assert ends == []
    del a_map
    assert ends == ["bottom"]


def test_nesting_through_keys_and_other_containers(ends):
    nested = Noted(ends, "bottom")
    for depth in range(100_000):
        nested = Map({depth: (nested,)}) if depth % 2 else Map({depth: [nested]})
    del nested
    assert ends == ["bottom"]


@pytest.mark.parametrize("view", ["keys", "values", "items"])
def test_iterators_that_hold_iterators_do_not_overflow_the_stack(ends, view):
    """An iterator may be the last to hold what it has fetched."""
    nested = Noted(ends, "bottom")
    for _ in range(200_000):
        pair = (nested, 0) if view == "keys" else (0, nested)
        nested = iter(getattr(Map([(1, 1), pair]), view)())
        if view != "keys":
            next(nested)
    pair = None
    assert ends == []
    del nested
    assert ends == ["bottom"]


def test_the_store_is_as_large_as_before():
    before = hedgerow.stats()
    base = Map({number: str(number) for number in range(5000)})
    children = [base.set(number, None) for number in range(100)]
    merged = children[3].merge(base, children[4])
    mutation = merged.mutate()
    mutation[1] = 2
    del base, children, merged, mutation
    after = hedgerow.stats()
    for what in ("live_versions", "dead_versions", "live_words", "live_entries"):
        assert after[what] == before[what], what
