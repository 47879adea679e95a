"""keys(), values() and items() are real views, of a map that cannot change."""

import collections.abc
import copy
import functools
import pickle

import pytest

from hedgerow import Map, MapItems, MapKeys, MapValues

from keys import Key

PAIRS = {number: str(number) for number in range(50)}


@pytest.fixture
def a_map():
    return Map(PAIRS)


def test_types(a_map):
    assert type(a_map.keys()) is MapKeys and isinstance(a_map.keys(), collections.abc.KeysView)
    assert type(a_map.items()) is MapItems and isinstance(a_map.items(), collections.abc.ItemsView)
    assert type(a_map.values()) is MapValues
    assert isinstance(a_map.values(), collections.abc.ValuesView)
    assert isinstance(a_map.keys(), collections.abc.Set)
    assert isinstance(a_map.items(), collections.abc.Set)


def test_views_can_be_iterated_more_than_once(a_map):
    for view in (a_map.keys(), a_map.values(), a_map.items()):
        assert len(view) == 50 and len(list(view)) == 50 and list(view) == list(view)
        assert list(reversed(view)) == list(view)[::-1]
    assert list(zip(a_map.keys(), a_map.values())) == list(a_map.items())
    assert list(a_map) == list(a_map.keys())


def test_membership(a_map):
    assert 3 in a_map.keys() and 50 not in a_map.keys()
    assert "3" in a_map.values() and "50" not in a_map.values()
    assert (3, "3") in a_map.items() and (3, "4") not in a_map.items()
    assert (50, "50") not in a_map.items()
    for wrong in (3, (3,), (3, "3", 3), [3, "3"], "ab", None):
        assert wrong not in a_map.items()
    with pytest.raises(TypeError, match="unhashable"):
        [] in a_map.keys()
    # As for values of a dict: identity first, then ==.
    nan = float("nan")
    assert nan in Map(a=nan).values() and float("nan") not in Map(a=nan).values()
    assert ("a", nan) in Map(a=nan).items()


@pytest.mark.parametrize("other", [
    set(range(25, 75)), frozenset(range(25, 75)), dict.fromkeys(range(25, 75)).keys(),
    Map.fromkeys(range(25, 75)).keys(), set(), set(range(50)), set(range(10)),
], ids=lambda other: f"{type(other).__name__} of {len(other)}")
def test_set_operations_of_keys(a_map, other):
    keys, model, plain = a_map.keys(), PAIRS.keys(), set(other)
    assert keys & other == model & plain
    assert keys | other == model | plain
    assert keys - other == model - plain
    assert keys ^ other == model ^ plain
    assert other & keys == plain & model
    assert other | keys == plain | model
    assert other - keys == plain - model
    assert other ^ keys == plain ^ model
    assert (keys == other) == (model == plain) and (keys != other) == (model != plain)
    assert (keys <= other) == (model <= plain) and (keys < other) == (model < plain)
    assert (keys >= other) == (model >= plain) and (keys > other) == (model > plain)
    assert (other <= keys) == (plain <= model) and (other > keys) == (plain > model)
    assert keys.isdisjoint(other) == model.isdisjoint(plain)
    for result in (keys & other, keys | other, keys - other, keys ^ other):
        assert isinstance(result, set)


def test_set_operations_take_any_iterable_as_those_of_dict_do(a_map):
    assert a_map.keys() & [1, 2, 99] == {1, 2}
    assert a_map.keys() | iter([99]) == set(range(50)) | {99}
    assert a_map.keys() - range(40) == set(range(40, 50))
    assert a_map.keys().isdisjoint(iter([50]))
    for operation in ("__and__", "__or__", "__sub__", "__xor__"):
        with pytest.raises(TypeError):
            getattr(a_map.keys(), operation)(5).add


def test_set_operations_of_items(a_map):
    items, other = a_map.items(), {(3, "3"), (4, "x"), ("z", 1)}
    assert items & other == {(3, "3")}
    assert len(items | other) == 52 and len(items - other) == 49
    assert items ^ other == set(PAIRS.items()) ^ other
    assert items == set(PAIRS.items()) == PAIRS.items() and items != other
    assert items == PAIRS.items() and PAIRS.items() == items
    assert items >= {(3, "3")} and not items >= other and items > {(3, "3")}
    assert items.isdisjoint({(4, "x")})


def test_items_need_not_be_hashable_to_be_compared():
    lists = Map(a=[1], b=[2])
    assert lists.items() == {"a": [1], "b": [2]}.items()
    assert lists.items() == Map(b=[2], a=[1]).items()
    assert lists.items() != {"a": [1], "b": [3]}.items()
    with pytest.raises(TypeError, match="unhashable"):
        lists.items() | {1}


def test_views_of_sets_are_not_hashable_and_values_are_by_identity(a_map):
    for view in (a_map.keys(), a_map.items()):
        with pytest.raises(TypeError, match="unhashable"):
            hash(view)
    values = a_map.values()
    assert hash(values) == hash(values) and values == values and values != a_map.values()


def test_mapping_attribute(a_map):
    for view in (a_map.keys(), a_map.values(), a_map.items()):
        assert view.mapping == a_map


def test_repr():
    small = Map(a=1)
    assert repr(small.keys()) == "MapKeys(['a'])"
    assert repr(small.values()) == "MapValues([1])"
    assert repr(small.items()) == "MapItems([('a', 1)])"


def test_iterators_and_views_outlive_the_map_and_its_name():
    view = Map({Key(at): at for at in range(300)}).items()
    iterator = iter(view)
    first = next(iterator)
    del view
    rest = list(iterator)
    assert sorted([first[1], *(value for _, value in rest)]) == list(range(300))


def test_each_item_that_is_kept_is_a_tuple_of_its_own(a_map):
    # The iterator may refill the tuple only when nobody else holds it.
    kept = []
    for pair in a_map.items():
        kept.append(pair)
    assert dict(kept) == PAIRS and len({id(pair) for pair in kept}) == 50
    total = 0
    for number, text in a_map.items():
        assert str(number) == text
        total += 1
    assert total == 50


def test_two_iterators_of_one_view_do_not_disturb_each_other(a_map):
    view = a_map.keys()
    assert [(one, other) for one in view for other in view] == [
        (one, other) for one in list(view) for other in list(view)]


def test_views_cannot_be_pickled_or_copied(a_map):
    import copy
    import pickle

    for view in (a_map.keys(), a_map.values(), a_map.items()):
        with pytest.raises(TypeError, match="cannot pickle"):
            pickle.dumps(view)
        with pytest.raises(TypeError, match="cannot pickle"):
            copy.deepcopy(view)


def test_views_cannot_be_made_or_inherited():
    for view in (MapKeys, MapItems, MapValues):
        with pytest.raises(TypeError):
            view(Map(a=1))
        with pytest.raises(TypeError):
            type("Sub", (view,), {})


VIEWS = {"keys": Map.keys, "values": Map.values, "items": Map.items}


@pytest.mark.parametrize("kind", VIEWS)
def test_views_cannot_be_pickled_or_copied_as_those_of_dict_cannot(kind):
    view, of_dict = VIEWS[kind](Map(a=1)), getattr({"a": 1}, kind)()
    calls = [copy.copy, copy.deepcopy]
    calls += [functools.partial(pickle.dumps, protocol=protocol)
              for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for call in calls:
        with pytest.raises(TypeError, match=f"^cannot pickle 'dict_{kind}' object$"):
            call(of_dict)
        with pytest.raises(TypeError, match=f"^cannot pickle 'hedgerow.Map{kind.title()}' object$"):
            call(view)
