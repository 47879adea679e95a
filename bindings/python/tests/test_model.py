"""Hypothesis: random histories of several live versions, against dict and CPython's HAMT.

The rules choose the hashes of keys, with common prefixes of every length, so that every kind of
node and every change from one to another occurs.
"""

import collections

import hypothesis
import pytest
from hypothesis import strategies
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

import hedgerow
from hedgerow import ABSENT, Map, _hedgerow

import oracle
from keys import Key

#: Forty hashes: neighbours at every level, groups of equal ones, and the limits of the fold.
HASHES = sorted({
    *range(18),
    *(1 << shift for shift in range(0, 32, 5)), *(31 << shift for shift in range(0, 30, 5)),
    0xFFFF_FFFF, 0xFFFF_FFFE, 1 << 31, (1 << 31) | 1, 0x0842_1084, 0x0842_1085})
KEYS = [Key(number, name) for number in HASHES for name in "abc"]

keys = strategies.sampled_from(KEYS)
values = strategies.integers(0, 3)
pairs = strategies.dictionaries(keys, values, max_size=25)

#: A map, a dict of the same contents, and CPython's own HAMT of the same history (or None).
Version = collections.namedtuple("Version", "map model native")


def merged(base, ours, theirs):
    """A three-way merge of dicts; a conflict gives the tuple of the three values."""
    result = {}
    for key in {**base, **ours, **theirs}:
        b, o, t = (side.get(key, ABSENT) for side in (base, ours, theirs))
        value = o if o == t or t == b else t if o == b else (b, o, t)
        if value is not ABSENT:
            result[key] = value
    return result


class Versions(RuleBasedStateMachine):
    """Bundles hold versions; consumed ones are released during the history."""

    versions = Bundle("versions")

    def __init__(self):
        super().__init__()
        self.live = []

    def keep(self, a_map, model, native=None):
        if oracle.hamt is not None and native is None:
            native = oracle.hamt()
            for key, value in a_map.items():
                native = native.set(key, value)
        version = Version(a_map, model, native)
        assert len(a_map) == len(model)
        assert dict(a_map) == model
        if native is not None:
            assert list(a_map.items()) == list(native.items())
        self.live.append(version)
        del self.live[:-8]
        return version

    @initialize(target=versions, contents=pairs)
    def start(self, contents):
        return self.keep(Map(contents), contents)

    @rule(target=versions, version=versions, key=keys, value=values)
    def set(self, version, key, value):
        a_map = version.map.set(key, value)
        is_same = key in version.model and version.model[key] is value
        assert (a_map is version.map) == is_same
        native = version.native.set(key, value) if oracle.hamt else None
        return self.keep(a_map, {**version.model, key: value}, native)

    @rule(target=versions, version=versions, key=keys)
    def delete(self, version, key):
        if key not in version.model:
            assert version.map.discard(key) is version.map
            with pytest.raises(KeyError):
                version.map.delete(key)
            return version
        model = {other: value for other, value in version.model.items() if other != key}
        native = version.native.delete(key) if oracle.hamt else None
        assert version.map.discard(key) == model
        return self.keep(version.map.delete(key), model, native)

    @rule(target=versions, version=versions, changes=pairs, how=strategies.integers(0, 3))
    def update(self, version, changes, how):
        ways = (version.map.update, version.map.set_many, version.map.__or__, version.map.union)
        source = Map(changes) if how == 3 else changes
        return self.keep(ways[how](source), {**version.model, **changes})

    @rule(target=versions, version=versions, steps=strategies.lists(
        strategies.tuples(keys, strategies.none() | values), max_size=30))
    def mutate(self, version, steps):
        mutation, model = version.map.mutate(), dict(version.model)
        for key, value in steps:
            if value is None and key.name == "a":
                assert mutation.discard(key) is None
                model.pop(key, None)
            elif value is None:
                assert mutation.pop(key, ABSENT) is model.pop(key, ABSENT)
            else:
                mutation[key] = model[key] = value
            assert len(mutation) == len(model)
        return self.keep(mutation.finish(), model)

    @rule(target=versions, one=versions, other=versions, how=strategies.sampled_from("|&-"))
    def combine(self, one, other, how):
        if how == "|":
            return self.keep(one.map | other.map, {**one.model, **other.model})
        keeps = (lambda key: key in other.model) if how == "&" else (
            lambda key: key not in other.model)
        made = one.map.intersection(other.map) if how == "&" else one.map.difference(other.map)
        model = {key: value for key, value in one.model.items() if keeps(key)}
        return self.keep(made, model)

    @rule(target=versions, base=versions, ours=versions, theirs=versions)
    def merge(self, base, ours, theirs):
        made = ours.map.merge(base.map, theirs.map, lambda key, *sides: sides)
        return self.keep(made, merged(base.model, ours.model, theirs.model))

    @rule(one=versions, other=versions)
    def compare(self, one, other):
        assert (one.map == other.map) == (one.model == other.model)
        assert one.map == other.model or one.model != other.model
        patched = dict(one.model)
        for change in one.map.diff(other.map):
            if change[0] == "removed":
                assert patched.pop(change[1]) == change[2]
            elif change[0] == "added":
                assert change[1] not in patched
                patched[change[1]] = change[2]
            else:
                assert patched[change[1]] == change[2] != change[3]
                patched[change[1]] = change[3]
        assert patched == other.model
        if one.model == other.model:
            assert hash(one.map) == hash(other.map) == hash(frozenset(one.model.items()))

    @rule(version=versions, wanted=strategies.lists(keys, max_size=10))
    def read(self, version, wanted):
        expected = [version.model.get(key) for key in wanted]
        assert version.map.get_many(wanted) == expected
        assert [version.map.get(key) for key in wanted] == expected
        for key in wanted:
            assert (key in version.map) == (key in version.model)

    @rule(version=versions, stop=strategies.integers(0, 40))
    def iterate_across_a_compaction(self, version, stop):
        iterator = iter(version.map.items())
        head = [pair for pair, _ in zip(iterator, range(stop))]
        taken = len(head)
        hedgerow.compact()
        rest = list(iterator)
        # zip takes one item more before it notices that the range has ended.
        assert dict(head + rest).items() <= version.model.items()
        assert taken + len(rest) >= len(version.model) - 1

    @rule()
    def compact(self):
        hedgerow.compact()

    @invariant()
    def all_that_is_live_is_as_it_was(self):
        for version in self.live:
            assert dict(version.map) == version.model
        _hedgerow._check()


TestVersions = Versions.TestCase
TestVersions.settings = hypothesis.settings(
    max_examples=60, stateful_step_count=40, deadline=None, database=None,
    suppress_health_check=list(hypothesis.HealthCheck))
# Hypothesis holds the last example of the machine, with its maps.
TestVersions.pytestmark = [pytest.mark.keeps_maps, pytest.mark.slow]

scalars = strategies.one_of(
    strategies.none(), strategies.booleans(), strategies.integers(), strategies.floats(),
    strategies.text(), strategies.binary(), strategies.complex_numbers(allow_nan=False),
    strategies.integers(-5, 5), strategies.integers(2**61 - 5, 2**61 + 5),
    strategies.integers(-(2**31) - 3, -(2**31) + 3), strategies.integers(2**31 - 3, 2**31 + 3))
anything = strategies.one_of(
    scalars, strategies.tuples(scalars, scalars), strategies.frozensets(scalars, max_size=3))


@pytest.mark.keeps_maps
@hypothesis.settings(max_examples=400, deadline=None, database=None)
@hypothesis.given(strategies.lists(strategies.tuples(anything, strategies.integers())),
                  strategies.lists(anything))
def test_keys_of_every_built_in_kind(items, others):
    model = dict(items)
    a_map = Map(items)
    assert dict(a_map) == model
    assert list(map(type, oracle.order_of(model))) == list(map(type, a_map))
    for key in [key for key, _ in items] + others:
        assert a_map.get(key, ABSENT) == model.get(key, ABSENT)
    for key in others:
        a_map, model = a_map.set(key, 0), {**model, key: 0}
    for key in others:
        if key in model:
            a_map = a_map.delete(key)
            del model[key]
    assert dict(a_map) == model
