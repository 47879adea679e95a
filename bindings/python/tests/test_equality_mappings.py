"""== and != of a map and a mapping of another kind.

The class of bug: an answer that depends on the order of the operands, that differs from what a dict
in the map's place would give, or that calls two objects equal whose hashes differ.
"""

import collections
import itertools
import operator
import random
import types

import pytest

from hedgerow import Map

try:
    import immutables
except ImportError:  # It does not build for 3.14 and later.
    immutables = None


class Silent(dict):
    """Has no methods of its own: `dict` reads past its methods."""

    def __getitem__(self, key):
        return "not what is there"

    def __contains__(self, key):
        return False

    def __len__(self):
        return 77


class Never(dict):
    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = None


class NeverEqual(dict):
    def __eq__(self, other):
        return False


class Always(dict):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


class Words(dict):
    """Returns something that is no bool."""

    def __eq__(self, other):
        return f"== {type(other).__name__ in ('Map', 'dict')}"

    def __ne__(self, other):
        return ""


class Declines(dict):
    def __eq__(self, other):
        return NotImplemented

    def __ne__(self, other):
        return NotImplemented


class Asks(dict):
    """Compares as its base does, and more."""

    def __eq__(self, other):
        return super().__eq__(other)


class Frozen(dict):
    """As the frozendict of several packages."""

    def __hash__(self):
        return hash(frozenset(self.items()))


class OtherwiseFrozen(dict):
    def __hash__(self):
        return 7


class Hashable(collections.abc.Mapping):
    """Decides itself what it is equal to."""

    def __init__(self, pairs=()):
        self.pairs = dict(pairs)

    def __getitem__(self, key):
        return self.pairs[key]

    def __iter__(self):
        return iter(self.pairs)

    def __len__(self):
        return len(self.pairs)

    def __hash__(self):
        return hash(frozenset(self.pairs.items()))


class Shy(Hashable):
    """Declines to compare."""

    def __eq__(self, other):
        return NotImplemented

    __hash__ = None


class ShyHashable(Shy):
    __hash__ = Hashable.__hash__


class Refuses(Map):
    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = Map.__hash__


class Sub(Map):
    pass


KINDS = {
    "dict": dict,
    "Map": Map,
    "subclass of Map": Sub,
    "subclass of Map with __eq__": Refuses,
    "OrderedDict": collections.OrderedDict,
    "defaultdict": lambda pairs: collections.defaultdict(list, pairs),
    "Counter": lambda pairs: collections.Counter(dict(pairs)),
    "UserDict": collections.UserDict,
    "ChainMap": lambda pairs: collections.ChainMap(dict(pairs), {}),
    "proxy of dict": lambda pairs: types.MappingProxyType(dict(pairs)),
    "proxy of OrderedDict": lambda pairs: types.MappingProxyType(collections.OrderedDict(pairs)),
    "proxy of UserDict": lambda pairs: types.MappingProxyType(collections.UserDict(pairs)),
    "proxy of Map": lambda pairs: types.MappingProxyType(Map(pairs)),
    "proxy of Never": lambda pairs: types.MappingProxyType(Never(pairs)),
    "proxy of Hashable": lambda pairs: types.MappingProxyType(Hashable(pairs)),
    **{kind.__name__: kind for kind in (
        Silent, Never, NeverEqual, Always, Words, Declines, Asks, Frozen, OtherwiseFrozen, Hashable,
        Shy, ShyHashable)},
}
if immutables is not None:
    KINDS["immutables.Map"] = immutables.Map
    KINDS["proxy of immutables.Map"] = lambda pairs: types.MappingProxyType(immutables.Map(pairs))
try:
    from frozendict import frozendict as packaged
except ImportError:  # `requirements.txt` has it.
    pass
else:
    KINDS["frozendict, the package"] = packaged
    KINDS["proxy of frozendict, the package"] = lambda pairs: types.MappingProxyType(
        packaged(pairs))
try:
    class SubFrozen(frozendict):
        pass

    class NeverFrozen(frozendict):
        def __eq__(self, other):
            return False

        def __ne__(self, other):
            return True

        __hash__ = frozendict.__hash__

    class Rehashed(frozendict):
        def __hash__(self):
            return 7

    KINDS.update({
        "frozendict": frozendict, "subclass of frozendict": SubFrozen, "NeverFrozen": NeverFrozen,
        "Rehashed": Rehashed,
        "proxy of frozendict": lambda pairs: types.MappingProxyType(frozendict(pairs)),
    })
except NameError:
    pass
#: Those that a dict does not compare with, or whose hash differs from that of an equal map.
DICT_DIFFERS = {
    "Map", "subclass of Map", "subclass of Map with __eq__", "proxy of Map", "Shy", "Rehashed",
    "NeverFrozen", "OtherwiseFrozen"}
CONTENTS = [{}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": 2}, {"b": 1}, {"a": 1, "b": 2},
            {number: number for number in range(100)}, {"a": [1]}, {"a": float("nan")}]


def answers(a, b):
    """The results of == and != in both orders."""
    return a == b, b == a, a != b, b != a


@pytest.mark.parametrize("kind", KINDS)
def test_both_orders_give_one_answer(kind):
    for ours, theirs in itertools.product(CONTENTS, repeat=2):
        equal, reflected, unequal, reflected_unequal = answers(Map(ours), KINDS[kind](theirs))
        assert equal == reflected and unequal == reflected_unequal, (ours, theirs)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - DICT_DIFFERS))
def test_the_answer_is_that_of_a_dict_in_the_place_of_the_map(kind):
    for ours, theirs in itertools.product(CONTENTS, repeat=2):
        other = KINDS[kind](theirs)
        assert answers(Map(ours), other) == answers(dict(ours), other), (ours, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_mappings_have_equal_hashes(kind):
    if kind in ("Always", "Words"):
        return  # They are equal to everything, and have no hash.
    for ours, theirs in itertools.product(CONTENTS, repeat=2):
        a_map, other = Map(ours), KINDS[kind](theirs)
        if not a_map == other:
            continue
        try:
            hashes = hash(a_map), hash(other)
        except TypeError:
            continue
        assert hashes[0] == hashes[1]


def test_the_two_mappings_of_a_bug_report():
    assert not Map(a=1) == NeverEqual(a=1) and not NeverEqual(a=1) == Map(a=1)
    if immutables is not None:
        proxy = types.MappingProxyType(immutables.Map(a=1))
        assert not Map(a=1) == proxy and not proxy == Map(a=1)
        assert Map(a=1) != proxy and proxy != Map(a=1)


def test_frozendict_is_a_dict_that_can_be_hashed():
    frozen = [
        kind for kind in ("Frozen", "frozendict", "subclass of frozendict",
                          "frozendict, the package") if kind in KINDS]
    for kind, pairs in itertools.product(frozen, CONTENTS):
        a_map, other = Map(pairs), KINDS[kind](pairs)
        assert a_map == other and other == a_map and not a_map != other and not other != a_map
        if pairs != {"a": [1]}:
            assert len({a_map, other}) == 1


def test_a_dict_of_another_hash_is_not_equal():
    assert answers(Map(a=1), OtherwiseFrozen(a=1)) == (False, False, True, True)
    # Here the map has no hash that could differ.
    assert answers(Map(a=[]), OtherwiseFrozen(a=[])) == (True, True, False, False)


def test_an_error_of_a_value_s_hash_comes_out():
    class Value:
        def __hash__(self):
            raise KeyboardInterrupt

    value = Value()
    for left, right in itertools.permutations([Map(a=value), OtherwiseFrozen(a=value)]):
        with pytest.raises(KeyboardInterrupt):
            left == right


def test_an_error_of_the_other_side_comes_out():
    class Raises(dict):
        def __eq__(self, other):
            raise KeyboardInterrupt

        __ne__ = __eq__

    for compare in (operator.eq, operator.ne):
        for left, right in itertools.permutations([Map(a=1), Raises(a=1)]):
            with pytest.raises(KeyboardInterrupt):
                compare(left, right)


def test_the_other_side_is_asked_before_anything_is_compared():
    class Value:
        def __eq__(self, other):
            raise AssertionError

    assert Map(a=Value()) == Always(a=Value()) and not Map(a=Value()) == Never(a=Value())
    assert Map(a=1).__eq__(Words(a=1)) == Words(a=1).__eq__(Map(a=1)) == "== True"


@pytest.mark.parametrize("seed", range(3))
def test_random_contents(seed):
    rng = random.Random(seed)
    values = [0, 0.0, -0.0, 1, True, 1.0, "1", None, (1,), float("nan")]
    for _ in range(300):
        ours = {rng.choice("abc"): rng.choice(values) for _ in range(rng.randrange(4))}
        theirs = {rng.choice("abc"): rng.choice(values) for _ in range(rng.randrange(4))}
        theirs = rng.choice([theirs, ours])
        kind = rng.choice(sorted(KINDS.keys() - DICT_DIFFERS - {"Words"}))
        other = KINDS[kind](theirs)
        assert answers(Map(ours), other) == answers(ours, other), (kind, ours, theirs)
