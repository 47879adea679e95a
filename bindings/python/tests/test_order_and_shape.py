"""Iteration order and shape of the trie, against CPython's HAMT, immutables and the definition."""

import collections
import random

import pytest

import hedgerow
from hedgerow import Map

import oracle
from keys import Key
from oracle import immutables


def hashes(rng, kind):
    if kind == "random":
        return rng.getrandbits(32) % 0xFFFF_FFFF
    if kind == "few bits":
        return rng.getrandbits(4) << rng.choice([0, 5, 10, 25, 28])
    if kind == "shared prefix":
        return (rng.getrandbits(7) << rng.choice([15, 20, 25])) | 0b01010_10101
    return rng.choice([0xFFFF_FFFF, 0xFFFF_FFFE, 0, 1 << 31, (1 << 63) - 1, -2, 5])


KINDS = ["random", "few bits", "shared prefix", "edges"]


def history(kind, seed):
    """Steps of a map's life: a key and its new value, or None to delete the key."""
    rng = random.Random(f"{kind} {seed}")
    keys = [Key(hashes(rng, kind), at) for at in range(120)]
    there = set()
    for step in range(400):
        key = rng.choice(keys)
        # Growing and shrinking phases, so that nodes are promoted and demoted on the way.
        if key in there and rng.random() < (0.3 if step % 200 < 120 else 0.9):
            there.remove(key)
            yield key, None
        else:
            there.add(key)
            yield key, rng.random()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_histories_have_the_order_of_the_hamt(kind, seed, hamt):
    ours, native = Map(), hamt()
    for key, value in history(kind, seed):
        if value is None:
            ours, native = ours.delete(key), native.delete(key)
        else:
            ours, native = ours.set(key, value), native.set(key, value)
        assert list(ours.items()) == list(native.items())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_histories_have_the_shape_of_immutables(kind, seed):
    ours, theirs = Map(), immutables.Map()
    for key, value in history(kind, seed):
        if value is None:
            ours, theirs = ours.delete(key), theirs.delete(key)
        else:
            ours, theirs = ours.set(key, value), theirs.set(key, value)
        assert oracle.shape(ours) == oracle.shape(theirs)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 18, 33, 1000, 20_000])
def test_every_way_to_build_gives_the_same_order(size):
    rng = random.Random(size)
    pairs = {rng.getrandbits(60): at for at in range(size)}
    expected = oracle.order_of(pairs)
    ways = [Map(pairs), Map(list(pairs.items())), Map().update(pairs), Map().set_many(pairs),
            Map.fromkeys(pairs)]
    with Map().mutate() as mutation:
        for key, value in pairs.items():
            mutation[key] = value
    ways.append(mutation.finish())
    for a_map in ways:
        assert list(a_map) == expected
    hedgerow.compact()
    for a_map in ways:
        assert list(a_map) == expected


def test_strings_have_the_order_of_their_hashes():
    texts = [f"name {number}" for number in range(3000)]
    assert list(Map.fromkeys(texts)) == oracle.order_of(texts)


def test_equal_hashes_keep_the_order_of_insertion():
    keys = [Key(77, at) for at in range(40)]
    random.Random(3).shuffle(keys)
    a_map = Map()
    for key in keys:
        a_map = a_map.set(key, None)
    assert list(a_map) == keys
    a_map = a_map.delete(keys[5]).set(keys[0], 1).set(keys[5], 2)
    assert list(a_map) == [*keys[:5], *keys[6:], keys[5]]


def test_minus_one_is_folded_to_minus_two():
    # Two different hashes get into one collision node, as in CPython.
    keys = [Key(0xFFFF_FFFF), Key(0xFFFF_FFFE), Key(0x7FFF_FFFF_0000_0000)]
    assert [oracle.fold(hash(key)) for key in keys] == [0xFFFF_FFFE, 0xFFFF_FFFE, 0x7FFF_FFFF]
    a_map = Map(dict.fromkeys(keys))
    assert "CollisionNode(size=4" in a_map.__dump__()
    assert oracle.shape(a_map) == oracle.shape(immutables.Map(dict.fromkeys(keys)))


def test_iteration_of_the_deepest_trie_goes_to_the_end():
    keys = [Key(0, "a"), Key(1 << 31, "b"), Key(1 << 31, "c"), Key(1 << 30, "d")]
    a_map = Map(dict.fromkeys(keys))
    assert list(a_map) == oracle.order_of(keys)
    lines = [line for line in a_map.__dump__().splitlines() if "Node(" in line]
    depths = [(len(line) - len(line.lstrip())) // 4 for line in lines]
    assert (max(depths) + 1) // 2 == 8
    for key in keys:
        a_map = a_map.delete(key)
    assert len(a_map) == 0


def test_promotion_at_the_17th_slot_and_demotion_below_16():
    a_map = Map.fromkeys(range(16))
    assert "BitmapNode(size=32 count=16" in a_map.__dump__().splitlines()[1]
    a_map = a_map.set(16, None)
    assert "ArrayNode(id=" in a_map.__dump__().splitlines()[1]
    assert a_map.__dump__().splitlines()[1].endswith("count=17):")
    a_map = a_map.delete(16)
    assert "ArrayNode(" in a_map.__dump__().splitlines()[1]
    a_map = a_map.delete(15)
    assert "BitmapNode(size=30 count=15" in a_map.__dump__().splitlines()[1]


def test_negative_ints_collide_with_positive_ones():
    numbers = list(range(-500, 500))
    a_map, theirs = Map.fromkeys(numbers), immutables.Map(dict.fromkeys(numbers))
    assert oracle.shape(a_map) == oracle.shape(theirs)
    # Ints collide where the fold makes them equal: most negative ones do with a positive one.
    folds = collections.Counter(oracle.fold(hash(number)) for number in numbers)
    meeting = sum(count > 1 for count in folds.values())
    assert a_map.__dump__().count("CollisionNode(") == meeting > 400


def test_shape_of_results_with_two_parents():
    rng = random.Random(8)
    pairs = [{rng.getrandbits(12): None for _ in range(400)} for _ in range(2)]
    one, other = map(Map, pairs)
    for made in (one | other, one.intersection(other), one.difference(other)):
        assert list(made) == oracle.order_of(made)
