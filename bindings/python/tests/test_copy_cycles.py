"""Copies and pickles of maps that hold themselves: one map must not become two."""

import copy
import copyreg
import io
import pickle

import pytest

from hedgerow import Map


class Sub(Map):
    """Has attributes."""


class Slots(Map):
    __slots__ = ("other", "__dict__")


class Stateful(Map):
    def __getstate__(self):
        return {"kept": self.kept} if hasattr(self, "kept") else None

    def __setstate__(self, state):
        self.kept = state["kept"]
        self.was_set = True


class Reduced(Map):
    def __reduce__(self):
        return _reduced, (list(self.items()),), self.__dict__


def _reduced(items):
    return Reduced(items)


class Registered(Map):
    """Has a function in `copyreg` that copies it."""


def _reduce_registered(a_map):
    return Registered, (dict(a_map),), {"came": "by copyreg", **a_map.__dict__}


copyreg.pickle(Registered, _reduce_registered)

KINDS = [Map, Sub, Slots, Stateful, Reduced, Registered]


def by_python(protocol):
    """By the pickler that is written in Python."""
    def duplicate(thing):
        written = io.BytesIO()
        pickle._Pickler(written, protocol).dump(thing)
        return pickle._loads(written.getvalue())
    return duplicate


WAYS = {
    "deepcopy": copy.deepcopy,
    **{f"pickle {at}": lambda thing, at=at: pickle.loads(pickle.dumps(thing, at))
       for at in range(pickle.HIGHEST_PROTOCOL + 1)},
    **{f"pickle in Python {at}": by_python(at) for at in (0, 2, pickle.HIGHEST_PROTOCOL)},
}


@pytest.fixture(autouse=True)
def no_cycles_left():
    """Breaks the cycles of the test, so that no collection has to."""
    cells = []
    yield cells
    for cell in cells:
        cell.clear()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_map_that_holds_itself_through_a_list(kind, way, no_cycles_left):
    cell = []
    a_map = kind(a=cell, b=1)
    cell.append(a_map)
    made = WAYS[way](a_map)
    no_cycles_left += [cell, made["a"]]
    assert type(made) is kind and made is not a_map and made["a"] is not cell
    assert made["a"][0] is made and len(made["a"]) == 1 and len(made) == 2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_map_in_its_own_attributes(kind, way, no_cycles_left):
    cell = []
    a_map = kind(a=cell, b=1)
    cell.append(a_map)
    a_map.kept = [a_map, cell]
    made = WAYS[way](a_map)
    no_cycles_left += [cell, a_map.kept, made["a"], list(made.kept)]
    assert made["a"][0] is made and made.kept[0] is made and made.kept[1] is made["a"]
    assert kind is not Stateful or made.was_set
    # `copy` and `pickle` all ask `copyreg`.
    assert kind is not Registered or made.came == "by copyreg"
    no_cycles_left.append(made.kept)


@pytest.mark.parametrize("way", WAYS)
def test_slots_and_two_maps_in_each_other(way, no_cycles_left):
    cell = {}
    one, other = Slots(cell=cell), Map(cell=cell)
    one.other = other
    cell["one"], cell["other"] = one, other
    first, second = WAYS[way]([one, other])
    no_cycles_left += [cell, first["cell"]]
    assert first["cell"] is second["cell"] and first["cell"]["one"] is first
    assert first["cell"]["other"] is second and first.other is second


@pytest.mark.parametrize("way", WAYS)
def test_a_map_as_a_key_in_itself(way, no_cycles_left):
    class Cell:
        """Hashed by identity, so that the map is hashable before it is whole."""

    globals()["Cell"] = Cell
    Cell.__qualname__ = "Cell"
    cell = Cell()
    a_map = Map({cell: 1})
    cell.map = a_map
    made = WAYS[way](a_map)
    (key,) = made
    no_cycles_left += [cell.__dict__, key.__dict__]
    assert key is not cell and key.map is made and made[key] == 1


def test_deepcopy_uses_its_memo():
    value = [1]
    a_map = Map(a=value)
    one, other = copy.deepcopy([a_map, a_map])
    assert one is other and one is not a_map and one["a"] is not value
    known = Map(b=2)
    assert copy.deepcopy([a_map], {id(a_map): known})[0] is known
    memo = {}
    assert copy.deepcopy(a_map, memo) is memo[id(a_map)]


def test_deepcopy_raises_what_the_values_raise():
    class Refuses:
        def __deepcopy__(self, memo):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy.deepcopy(Map(a=Refuses()))


def test_a_class_may_name_itself():
    class Single(Map):
        def __reduce__(self):
            return "single"

    single = Single(a=[])
    assert copy.deepcopy(single) is single and copy.copy([single])[0] is single
