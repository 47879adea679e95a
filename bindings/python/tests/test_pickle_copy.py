"""Pickles of every protocol, also those of immutables, and copies."""

import copy
import pickle
import subprocess
import sys

import pytest

import hedgerow
from hedgerow import Map

from oracle import immutables

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
MAPS = [{}, {"a": 1}, {number: [number] for number in range(1000)},
        {None: None, (1, 2): {"x": b"y"}}, {"inner": Map(a=Map())}]


class Sub(Map):
    """A subclass that is pickled by name."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", [Map, Sub])
def test_pickle(protocol, kind):
    for pairs in MAPS:
        back = pickle.loads(pickle.dumps(kind(pairs), protocol))
        assert type(back) is kind and back == kind(pairs)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_identity_inside_one_pickle_is_kept(protocol):
    shared = [1]
    a_map = Map(a=shared, b=shared)
    one, other = pickle.loads(pickle.dumps([a_map, a_map], protocol))
    assert one is other and one["a"] is one["b"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_hash_is_not_pickled(protocol):
    # Hashes of str differ from process to process.
    a_map = Map(key="value")
    hash(a_map)
    text = pickle.dumps(a_map, protocol)
    program = ("import pickle, sys, hedgerow; m = pickle.loads(sys.stdin.buffer.read());"
               "assert m['key'] == 'value' and hash(m) == hash(hedgerow.Map(key='value'))")
    subprocess.run([sys.executable, "-c", program], input=text, check=True)


def test_reduce():
    assert Map(a=1).__reduce__() == (Map, ({"a": 1},))
    assert Sub(a=1).__reduce__()[0] is Sub


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickles_of_immutables_can_be_read(protocol):
    text = pickle.dumps(immutables.Map(a=1, b=2), protocol)
    program = ("import pickle, sys, hedgerow; hedgerow.immutables.install();"
               "m = pickle.loads(sys.stdin.buffer.read());"
               "assert type(m) is hedgerow.Map and dict(m) == {'a': 1, 'b': 2}")
    subprocess.run([sys.executable, "-c", program], input=text, check=True)


def test_copies():
    value = [1]
    for kind in (Map, Sub):
        a_map = kind(a=value)
        for made in (copy.copy(a_map), a_map.copy()):
            assert type(made) is kind and made == a_map and made["a"] is value
        deep = copy.deepcopy(a_map)
        assert type(deep) is kind and deep == a_map and deep["a"] is not value


def test_deepcopy_of_a_map_that_holds_itself_through_a_list():
    cell = []
    cell.append(Map(a=cell))
    made = copy.deepcopy(cell)
    try:
        assert made is not cell and made[0]["a"] is made
    finally:
        cell.clear()
        made.clear()


def test_mutations_and_iterators_cannot_be_pickled_or_copied():
    a_map = Map(a=1)
    for thing in (a_map.mutate(), iter(a_map), iter(a_map.items()), iter(a_map.values())):
        for protocol in PROTOCOLS:
            with pytest.raises(TypeError, match="can('t|not) pickle"):
                pickle.dumps(thing, protocol)
        with pytest.raises(TypeError, match="can('t|not) pickle"):
            copy.copy(thing)


def test_copies_and_pickles_of_absent_are_absent_itself():
    for protocol in PROTOCOLS:
        assert pickle.loads(pickle.dumps(hedgerow.ABSENT, protocol)) is hedgerow.ABSENT
    assert copy.deepcopy(hedgerow.ABSENT) is hedgerow.ABSENT and not hedgerow.ABSENT
    assert repr(hedgerow.ABSENT) == "hedgerow.ABSENT"
