"""Nested releases: whatever drops maps, iterators, views and mutations inside one another uses a
bounded part of the stack, and drops everything once, before the statement ends.

Each program runs in a process of its own, because an overflow ends the process.
"""

import random
import sys

import pytest

import hedgerow
from hedgerow import Map

import nests
from keys import Noted

STACKS = (0,) + nests.SMALL_STACKS


class Subclass(Map):
    pass


class Holder:
    """A Python object with a destructor that uses maps."""

    def __init__(self, held):
        self.held = held

    def __del__(self):
        other = Map({0: self.held})
        self.held = None
        del other


def in_key_and_value(inner, _):
    return Map({inner: inner})


def in_view(inner, step):
    view = getattr(inner, ("keys", "values", "items")[step % 3])()
    return Map({step: view})


def in_view_as_key_and_value(inner, _):
    view = inner.values()
    return Map({view: view})


def in_mutation(inner, step):
    mutation = Map({1: step}).mutate()
    mutation[1] = inner
    return Map({0: mutation})


def in_mutation_alone(inner, step):
    mutation = Map().mutate()
    mutation[step] = inner
    return mutation


def in_subclass(inner, step):
    made = Subclass({step: inner})
    made.attribute = step
    return made


def in_iterator(inner, _):
    iterator = iter(Map([(0, 0), (1, inner)]).values())
    next(iterator)
    return iterator


def in_items(inner, step):
    return Map({step: inner}).items()


def in_holder(inner, step):
    return Map({step: Holder(inner)})


def in_many(inner, step):
    """Two that end with one map; one of them holds all the others."""
    return Map({0: Map({0: step}), 1: inner, 2: [step]})


WAYS = (in_key_and_value, in_view, in_view_as_key_and_value, in_mutation, in_mutation_alone,
        in_subclass, in_iterator, in_items, in_holder, in_many)


def in_turn(inner, step):
    kinds = [in_subclass, in_iterator, in_items, in_mutation_alone, in_holder, in_many]
    plain = [lambda inner, _: [inner], lambda inner, _: (inner,), lambda inner, _: {0: inner}]
    return (kinds + plain)[step % 9](inner, step)


# From 3.14 on CPython decides by the stack alone what waits: a destructor written in Python that
# drops the next one's holder nests as deep as calls may, as in nests of dicts and lists.
DEPTHS = {"in_holder": 900, "in_turn": 8_000} if sys.version_info >= (3, 14) else {}


def release(way, depth, stack):
    ends = []
    before = hedgerow.stats()
    nested = Map({0: Noted(ends, "innermost")})
    for step in range(depth):
        nested = globals()[way](nested, step)
    box = [nested]
    del nested

    def let_go():
        assert ends == []
        box.clear()
        assert ends == ["innermost"], ends

    nests.on_stack(stack, let_go)
    after = hedgerow.stats()
    for what in ("live_versions", "live_entries"):
        assert after[what] == before[what], what


@pytest.mark.parametrize("stack", [0, 256 << 10])
@pytest.mark.parametrize("way", [way.__name__ for way in WAYS] + ["in_turn"])
def test_nests_end_on_any_stack(way, stack):
    nests.alone("test_nested_release", "release", way, DEPTHS.get(way, 20_000), stack)


def test_four_hundred_thousand_maps_as_key_and_value_of_each_other():
    nests.alone("test_nested_release", "release", "in_key_and_value", 400_000, 0)


def overwrite(stack):
    ends = []

    def nested():
        inner = Noted(ends, "innermost")
        for _ in range(20_000):
            inner = Map({0: inner})
        return inner

    def work():
        for write in (
            lambda mutation: mutation.set(1, None),
            lambda mutation: mutation.__setitem__(1, None),
            lambda mutation: mutation.__delitem__(1),
            lambda mutation: mutation.pop(1) and None,
            lambda mutation: mutation.update({1: None}),
            lambda mutation: mutation.update([(1, None)]),
        ):
            mutation = Map({0: 0}).mutate()
            mutation[1] = nested()
            assert ends == []
            write(mutation)
            assert ends == ["innermost"]
            ends.clear()
        mutation[Map({0: 0, 1: nested()}).values()] = nested()
        for key in list(mutation.finish()):
            del mutation, key
            break
        assert ends == ["innermost"] * 2

    nests.on_stack(stack, work)


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_mutation_overwrites(stack):
    nests.alone("test_nested_release", "overwrite", stack)


def consume(stack):
    """The last reference is dropped where an iterator steps, and where a comparison ends."""
    ends = []

    def nested():
        inner = Noted(ends, "innermost")
        for _ in range(20_000):
            inner = Map({0: inner})
        return inner

    class Other:
        def __eq__(self, other):
            return False

        def __hash__(self):
            return 1

    def work():
        iterator = iter(Map({0: nested(), 1: 0}).items())
        for _ in iterator:
            pass
        del _, iterator
        assert ends == ["innermost"]
        assert Map({1: nested(), 2: Other()}) != Map({1: Other(), 2: 0})
        assert ends == ["innermost"] * 2
        assert len(Map({1: nested()}).diff(Map({1: 0}))) == 1
        assert len(Map({1: nested()}).merge(Map(), Map({2: nested()}))) == 2
        assert len(Map({1: nested()}) | {1: nested()}) == 1
        assert ends == ["innermost"] * 7

    nests.on_stack(stack, work)


@pytest.mark.parametrize("stack", STACKS)
def test_what_iterators_and_operations_drop(stack):
    nests.alone("test_nested_release", "consume", stack)


class Node:
    """Notes its end, and then drops some of the roots."""

    def __init__(self, model, number, held):
        self.model, self.number, self.held = model, number, held

    def __del__(self):
        self.model.ended.append(self.number)
        for root in self.model.drops.get(self.number, ()):
            self.model.roots[root] = None


class Model:
    """Nodes that hold earlier ones through anything. A walk from the remaining roots finds which of
    them are left.
    """

    def __init__(self, rng, count):
        self.rng, self.ended, self.drops = rng, [], {}
        self.holds, self.gone = [], set()
        self.roots = []
        for number in range(count):
            held = {number - 1} if number and rng.random() < 0.97 else set()
            held |= {rng.randrange(number) for _ in range(rng.choice([0, 0, 0, 1, 2])) if number}
            inner = [self.roots[earlier] for earlier in sorted(held)]
            self.roots.append(self.wrap(number, inner))
            self.holds.append(held)
            if rng.random() < 0.02:
                self.drops[number] = [rng.randrange(count) for _ in range(2)]
        self.left = set(range(count))
        # Most are held by later ones only.
        for number in range(count):
            if rng.random() < 0.95 and number != count - 1:
                self.roots[number] = None
                self.left.discard(number)

    def wrap(self, number, inner):
        """The root of a node: what it holds, in a few containers of any kind, and itself."""
        node = Node(self, number, None)
        nested = node
        for held in inner:
            nested = self.rng.choice(PAIRS)(nested, held)
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            nested = self.rng.choice(SINGLES)(nested, number)
        return nested

    def expect(self, dropped):
        """Drops a root in the model: what ends with it drops others."""
        waiting = [dropped]
        while waiting:
            self.left.discard(waiting.pop())
            alive, walk = set(), list(self.left)
            while walk:
                node = walk.pop()
                if node not in alive:
                    alive.add(node)
                    walk.extend(self.holds[node])
            for node in set(range(len(self.holds))) - alive - self.gone:
                self.gone.add(node)
                waiting += [root for root in self.drops.get(node, ()) if root in self.left]

    def run(self):
        order = list(range(len(self.roots)))
        self.rng.shuffle(order)
        for number in order:
            if number not in self.left:
                continue
            self.roots[number] = None
            self.expect(number)
            assert len(self.ended) == len(set(self.ended)), "a destructor ran twice"
            assert set(self.ended) == self.gone
        assert sorted(self.ended) == sorted(order)


class Hashable:
    def __init__(self, held):
        self.held = held


#: Containers of two.
PAIRS = (
    lambda a, b: Map({0: a, 1: b}),
    lambda a, b: Map({0: a}).set(1, b).set(2, 2),
    lambda a, b: [a, b],
    lambda a, b: (b, a),
    lambda a, b: Map({(0, Hashable(a)): b}),
)

#: Containers of one.
SINGLES = (
    in_subclass, in_iterator, in_items, in_mutation, in_mutation_alone, in_many,
    lambda held, _: Map({Hashable(held): 0}),
    lambda held, _: (lambda one: Map({one: one}))(Hashable(held)),
    lambda held, _: Map({0: held}).values(),
    lambda held, _: [held],
    lambda held, step: {step: held},
)


def random_nests(seed, count, stack):
    before = hedgerow.stats()
    model = Model(random.Random(seed), count)
    nests.on_stack(stack, model.run)
    del model
    after = hedgerow.stats()
    for what in ("live_versions", "live_entries"):
        assert after[what] == before[what], what
    hedgerow._hedgerow._check()


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("seed", range(4))
def test_random_nests_beside_a_model(seed, stack):
    nests.alone("test_nested_release", "random_nests", seed, 700, stack)
