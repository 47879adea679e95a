"""Pickles of maps that share entries: written once, read back as they were, in every protocol.

What could go wrong: an entry in a pickle that its map does not have; entries of one map in another;
parts that outlive the pickler and keep entries alive; maps that are not equal, or not in the same
order, after they were read; and pickles made by hand.
"""

import copy
import gc
import io
import pickle
import random
import subprocess
import sys
import weakref

import pytest

import hedgerow
from hedgerow import Map, _hedgerow

from keys import Key

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def versions(count=101, size=1000, key=lambda number: number):
    maps = [Map({key(number): number for number in range(size)})]
    for number in range(count - 1):
        maps.append(maps[-1].set(key(number * 7 % size), -number))
    return maps


def _dumps_in_python(thing, protocol):
    written = io.BytesIO()
    pickle._Pickler(written, protocol).dump(thing)
    return written.getvalue()


WAYS = {
    **{f"protocol {at}": lambda thing, at=at: pickle.loads(pickle.dumps(thing, at))
       for at in PROTOCOLS},
    "in Python": lambda thing: pickle._loads(_dumps_in_python(thing, 4)),
    "read in Python": lambda thing: pickle._loads(pickle.dumps(thing)),
    "without a memo": lambda thing: pickle.loads(_fast(thing)),
    "deepcopy": copy.deepcopy,
}


def _fast(thing):
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.fast = True
    pickler.dump(thing)
    return written.getvalue()


def check_same(made, originals):
    for one, original in zip(made, originals, strict=True):
        assert type(one) is type(original) and one == original
        assert len(one) == len(original)
        assert dict(one) == dict(original)
        assert hash(one) == hash(frozenset(one.items()))
    _hedgerow._check()


@pytest.mark.parametrize("way", WAYS)
def test_many_versions(way):
    maps = versions(30, 300) + versions(30, 300, "key {}".format)
    made = WAYS[way](maps)
    check_same(made, maps)
    assert [list(one) for one in made[:30]] == [list(one) for one in maps[:30]]


def test_shared_entries_are_written_once():
    one = len(pickle.dumps(dict(versions(1)[0])))
    assert len(pickle.dumps(versions())) < 20_000 < 101 * one
    assert len(pickle.dumps(versions(key="key {}".format))) < 28_000
    # A map that shares nothing is written as keys and values.
    alone = Map({number: number for number in range(1000)})
    assert len(pickle.dumps(alone)) < one + 100
    # One of them takes little more than by itself.
    assert len(pickle.dumps(versions()[50])) < one * 1.2


def test_versions_with_the_same_keys_write_these_once():
    base = Map({number: f"value {number}" for number in range(100)})
    maps = [base, *(base.set(number, "other") for number in range(0, 100, 5))]
    parts = [part for a_map in maps for part in leaves(a_map.__reduce_ex__(4)[1][0])]
    tuples = {id(part.__reduce__()[1][0]): part.__reduce__()[1][0] for part in parts}
    assert sum(map(len, tuples.values())) == 100 < sum(len(keys) for keys in parts_keys(parts))
    # Another key, another tuple; what it had is not kept.
    child = base.set("new", 1)
    new = [keys for keys in parts_keys(leaves(child.__reduce_ex__(4)[1][0])) if "new" in keys]
    assert len(new) == 1 and id(new[0]) not in tuples


def leaves(part):
    """The parts that have no parts."""
    make, items = part.__reduce__()
    if make is _hedgerow._parts:
        return [leaf for below in items for leaf in leaves(below)]
    return [part]


def parts_keys(parts):
    return [part.__reduce__()[1][0] for part in parts]


def test_tuples_of_keys_end_with_the_last_part():
    class Name(str):
        pass

    names = [Name(f"name {number}") for number in range(40)]
    gone = weakref.ref(names[5])
    base = Map({name: number for number, name in enumerate(names)})
    other = base.set(names[5], "x")
    kept = [one.__reduce_ex__(4) for one in (base, other)]
    del names, base, other
    del kept[0]
    assert gone() is not None
    make, (part,) = kept.pop()
    assert dict(make(part))[gone()] == "x"
    del part
    gc.collect()
    assert gone() is None


def test_maps_share_memory_again():
    text = pickle.dumps(versions())
    before = hedgerow.stats()["live_entries"]
    made = pickle.loads(text)
    assert hedgerow.stats()["live_entries"] - before < 1000 + 101 * 20
    check_same(made, versions())


@pytest.mark.parametrize("seed", range(20))
def test_any_history(seed):
    rng = random.Random(seed)
    keys = [*range(200), *(f"key {at}" for at in range(100)), *((at, "b") for at in range(100)),
            *(2 ** 40 + at for at in range(50)), *(-at - 1 for at in range(100)), None, 0.5,
            b"bytes", *(Key(at % 7, at) for at in range(60))]
    values = [*range(5), "text", None, (1, 2), Map(a=1), 2.5]
    value = lambda: rng.choice(values)
    maps = [Map({key: value() for key in rng.sample(keys, 300)})]
    for _ in range(40):
        a_map = rng.choice(maps)
        way = rng.random()
        if way < 0.4:
            a_map = a_map.set(rng.choice(keys), value())
        elif way < 0.7:
            a_map = a_map.delete(rng.choice(list(a_map))) if a_map else a_map
        elif way < 0.9:
            count = rng.choice([3, 30, 200])
            a_map = a_map.update({key: value() for key in rng.sample(keys, count)})
        else:
            a_map = a_map.difference(dict.fromkeys(rng.sample(keys, 250)))
        maps.append(a_map)
    rng.shuffle(maps)
    for made in (pickle.loads(pickle.dumps(maps)), pickle._loads(_dumps_in_python(maps, 2))):
        check_same(made, maps)
        plain = [key for key in maps[0] if type(key) is int]
        assert [key for key in made[0] if type(key) is int] == plain


def test_keys_of_equal_hashes_keep_their_order():
    # Folded, k and -k - 1 have one hash.
    base = Map({number: number for number in range(-50, 50)})
    moved = base.delete(-8).set(-8, -8)
    back = moved.delete(7).set(7, 7)
    assert list(base) == list(back) != list(moved)
    made = pickle.loads(pickle.dumps([base, moved, back]))
    assert [list(one.items()) for one in made] == [list(m.items()) for m in (base, moved, back)]


class Constant(Key):
    """All have one hash."""

    def __hash__(self):
        return 5


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_keys_of_one_hash_and_of_few(protocol):
    one = Map({Constant(number): number for number in range(100)})
    few = Map({Key(number % 3, number): number for number in range(100)})
    for a_map in (one, few):
        maps = [a_map, a_map.set(Key(1, "x"), 1), a_map.delete(next(iter(a_map)))]
        made = pickle.loads(pickle.dumps(maps, protocol))
        check_same(made, maps)
        assert list(made[1].items()) == list(maps[1].items())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_identity_of_what_is_inside(protocol):
    shared = [1]
    base = Map({number: shared for number in range(100)})
    maps = [base, base.set(5, [shared])]
    made = pickle.loads(pickle.dumps([maps, shared], protocol))
    (one, other), value = made
    assert all(one[number] is value for number in range(100))
    assert other[6] is value and other[5][0] is value
    text = pickle.dumps([base, base], protocol)
    assert len({id(one) for one in pickle.loads(text)}) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_large_map_that_holds_itself(way):
    if way == "without a memo":
        pytest.skip("a pickle without a memo cannot have cycles")
    cell = []
    a_map = Map({**{number: number for number in range(100)}, "cell": cell})
    cell += [a_map, a_map.set("x", 1), a_map.set(5, cell)]
    made = WAYS[way](a_map)
    inner = made["cell"]
    try:
        assert inner[0] is made and inner is not cell
        assert inner[1]["x"] == 1 and inner[1]["cell"] is inner is inner[2][5]
        assert [len(one) for one in inner] == [101, 102, 101]
    finally:
        cell.clear(), inner.clear()


def test_what_a_map_does_not_have_is_not_in_its_pickle():
    a_map = Map({**{number: number for number in range(100)}, "key": "a secret", "f": lambda: 0})
    child = a_map.delete("key").delete("f")
    other = io.BytesIO()
    pickler = pickle.Pickler(other)
    pickler.dump(a_map.delete("f"))  # Its parts live as long as the pickler.
    assert b"secret" in other.getvalue()
    assert b"secret" not in pickle.dumps(child)
    with pytest.raises(Exception, match="pickle|lambda"):
        pickle.dumps(a_map)
    assert pickle.loads(pickle.dumps(child)) == child


def test_parts_end_with_the_pickler_and_keep_nothing():
    class Value:
        pass

    globals()["Value"] = Value
    Value.__qualname__ = "Value"
    value = Value()
    gone = weakref.ref(value)
    a_map = Map({**{number: number for number in range(100)}, "value": value})
    maps = [a_map, a_map.set(5, 6)]
    pickler = pickle.Pickler(io.BytesIO())
    pickler.dump(maps)
    del value, a_map
    maps.clear()
    assert gone() is not None, "the pickler may come across it again"
    del pickler
    assert gone() is None
    assert not [one for one in gc.get_objects() if type(one) is _hedgerow._Part]


def test_rows_that_are_used_again_while_a_pickler_lives():
    pickler = pickle.Pickler(io.BytesIO())
    for number in range(20):
        maps = versions(3, 200, lambda at, number=number: f"{number} {at}")
        pickler.dump(maps)
        text = pickle.dumps(maps)
        hedgerow.compact()
        check_same(pickle.loads(text), maps)


def test_a_pickler_that_is_used_again():
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    maps = versions(10)
    for a_map in maps:
        pickler.dump(a_map)
    assert len(written.getvalue()) < 12_000
    unpickler = pickle.Unpickler(io.BytesIO(written.getvalue()))
    check_same([unpickler.load() for _ in maps], maps)


def test_a_large_subclass_is_written_as_a_dict():
    a_map = Sub({number: number for number in range(100)})
    a_map.attribute = 5
    child = a_map.set(5, 6)
    child.attribute = [child]
    assert a_map.__reduce__() == (Sub, (dict(a_map),), {"attribute": 5})
    made = pickle.loads(pickle.dumps([a_map, child]))
    assert type(made[1]) is Sub and made[1] == child and made[1].attribute[0] is made[1]
    assert made[0].attribute == 5
    child.attribute.clear(), made[1].attribute.clear()


class Sub(Map):
    pass


def test_another_process_reads_it():
    maps = versions(5, 200, "key {}".format)
    program = ("import pickle, sys; maps = pickle.load(sys.stdin.buffer);"
               "assert [len(m) for m in maps] == [200] * 5 and maps[4]['key 21'] == -3;"
               "assert maps[3]['key 21'] == 21 and maps[4] == dict(maps[4])")
    for seed in ("0", "1"):
        subprocess.run([sys.executable, "-c", program], input=pickle.dumps(maps), check=True,
                       env={**__import__("os").environ, "PYTHONHASHSEED": seed})


def test_a_part_that_was_read_can_be_written_and_copied():
    a_map = versions(2, 200)[1]
    _keep = a_map.set(1, 2)
    make, (part,) = a_map.__reduce_ex__(4)
    for again in (pickle.loads(pickle.dumps(part)), copy.deepcopy(part), copy.copy(part)):
        assert type(again) is type(part) and make(again) == a_map
        assert make(pickle.loads(pickle.dumps(again))) == a_map


def test_parts_made_by_hand():
    entries, parts, make = _hedgerow._entries, _hedgerow._parts, _hedgerow._map
    keyed = _hedgerow._keyed
    assert make(keyed((1, 3, 1), 2, 4, 5)) == make(parts(keyed((1,), 5), entries(3, 4)))
    assert make(keyed(())) == Map() and make(keyed(((1, 2),), 3)) == {(1, 2): 3}
    for wrong in ((), ([1], 1), ((1, 2), 1), ((1,), 1, 2), (None,)):
        with pytest.raises(TypeError, match="key"):
            keyed(*wrong)
    assert make(entries()) == make(parts()) == make() == Map()
    assert make(1, 2, 3, [], 1, 5) == {1: 5, 3: []}
    assert make(parts(entries(1, 2), entries(3, 4, 1, 5))) == {1: 5, 3: 4}
    with pytest.raises(TypeError):
        entries(1)
    with pytest.raises(TypeError, match="expected a part of a map, not 'int'"):
        parts(entries(1, 2), 3)
    with pytest.raises(TypeError, match="expected a part of a map, not 'dict'"):
        make({})
    for wrong in ((entries([], 1),), (keyed(([],), 1),), (1, 2, [], 3)):
        with pytest.raises(TypeError, match="unhashable"):
            make(*wrong)
    with pytest.raises(TypeError, match="has no value"):
        make(entries(1, 2), 3, 4)
    with pytest.raises(TypeError):
        _hedgerow._Part()
    part = entries(1, 2)
    with pytest.raises(ValueError, match="too deep"):
        for _ in range(1000):
            part = parts(part)
    # Of which one says that it has more than it does, and one the same key twice.
    large = parts(*(entries(number, number) for number in range(50)))
    kept = make(large)
    twice = parts(*large.__reduce__()[1][:-1], entries(5, "a", 5, "b"))
    assert make(twice) == {**{number: number for number in range(49)}, 5: "b"}
    assert make(large) == kept


def test_errors_of_keys_that_are_read_come_out():
    class Fails(Key):
        fails = False

        def __hash__(self):
            if self.fails:
                raise ZeroDivisionError
            return self.number

    globals()["Fails"] = Fails
    Fails.__qualname__ = "Fails"
    base = Map({Fails(number): number for number in range(100)})
    text = pickle.dumps([base, base.set(Fails(500), 1)])
    Fails.fails = True
    with pytest.raises(ZeroDivisionError):
        pickle.loads(text)
    Fails.fails = False
    assert len(pickle.loads(text)[1]) == 101


def test_values_that_are_tracked_are_collected_after_they_were_read():
    base = Map({number: [number] for number in range(100)})
    made = pickle.loads(pickle.dumps([base.set(1, 2), base, base.set(5, [6])]))
    ring = made[2]
    ring[5].append(ring)
    ring[7].append(Key(1))
    gone = weakref.ref(ring[7][1])
    del made, ring
    gc.collect()
    assert gone() is None
