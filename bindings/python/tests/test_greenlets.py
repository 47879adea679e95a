"""Greenlets and generators that are left during an operation, and resumed in any order.

A destructor, an `__eq__` or a `__hash__` may switch to another greenlet, which uses maps and is
left during an operation as well. Whatever counts nested operations must count for each greenlet by
itself. Each program runs in a process of its own; what is left at its end nobody drops.
"""

import random

import pytest

import hedgerow
from hedgerow import Map

import nests
from keys import Noted

try:
    import greenlet
except ImportError:
    greenlet = None

needs_greenlet = pytest.mark.skipif(greenlet is None, reason="greenlet cannot be imported")


class Leaves:
    """Switches to a greenlet in its destructor."""

    def __init__(self, to):
        self.to = to

    def __del__(self):
        try:
            self.to.switch()
        except greenlet.GreenletExit:
            pass


def check_releases(ends):
    """A nest of releases ends at once, and completely."""
    nested = Noted(ends, "innermost")
    for depth in range(200):
        nested = Map({depth: [nested]}) if depth % 3 else Map({depth: nested})
    del nested
    assert ends == ["innermost"], ends
    ends.clear()


def end_in_another_order(rounds):
    main = greenlet.getcurrent()

    def release():
        leaving = Map({0: Leaves(main)})
        del leaving

    for _ in range(rounds):
        first, second = greenlet.greenlet(release), greenlet.greenlet(release)
        first.switch()
        second.switch()
        # Both are in their destructors. The one that began first ends first.
        first.switch()
        second.switch()
        assert first.dead and second.dead
        check_releases([])


@needs_greenlet
def test_destructors_that_end_in_another_order_than_they_began():
    nests.alone("test_greenlets", "end_in_another_order", 200)


def never_come_back(count):
    main = greenlet.getcurrent()
    kept = []

    def release(depth):
        leaving = Map({0: Leaves(main)})
        for _ in range(depth):
            leaving = Map({0: leaving})
        del leaving

    for number in range(count):
        left = greenlet.greenlet(release)
        left.switch(number % 30)
        kept.append(left)
        check_releases([])
    # An exception ends them here, where they were left.
    kept.clear()
    check_releases([])


@needs_greenlet
def test_destructors_that_do_not_come_back():
    nests.alone("test_greenlets", "never_come_back", 120)


def left_at_exit():
    global left, held
    main = greenlet.getcurrent()

    def release():
        leaving = Map({0: Leaves(main)})
        for _ in range(60):
            leaving = Map({0: leaving, 1: [Noted([], "x")]})
        del leaving

    left = [greenlet.greenlet(release) for _ in range(5)]
    for one in left:
        one.switch()
    held = Map({0: Map({0: Noted([], "held")})})


@needs_greenlet
def test_the_interpreter_ends_while_destructors_are_left():
    nests.alone("test_greenlets", "left_at_exit")


def random_switches(seed):
    """Greenlets that release nests whose destructors, keys and values switch at random, with a
    count of the destructors.
    """
    rng = random.Random(seed)
    main = greenlet.getcurrent()
    made, ended, running = [0], [0], []

    def wander():
        others = [other for other in running if not other.dead]
        if others and rng.random() < 0.5:
            rng.choice(others + [main]).switch()

    class Wanders:
        def __init__(self):
            made[0] += 1

        def __del__(self):
            ended[0] += 1
            wander()

    class Key:
        def __init__(self, number):
            self.number = number

        def __hash__(self):
            wander()
            return self.number % 3

        def __eq__(self, other):
            wander()
            return isinstance(other, Key) and self.number == other.number

    def work():
        for _ in range(6):
            a_map = Map({Key(number): Wanders() for number in range(4)})
            for number in range(8):
                a_map = a_map.set(Key(number), Map({0: Wanders(), 1: a_map}))
            assert len(a_map) == 8
            keys = []
            for key in a_map:
                wander()
                keys.append(key)
            assert sorted(key.number for key in keys) == list(range(8))
            assert a_map == Map({Key(key.number): a_map[key] for key in keys})
            nested = a_map
            for depth in range(rng.choice([1, 40, 80])):
                nested = Map({depth: nested, -1: Wanders()})
            del nested, a_map

    running += [greenlet.greenlet(work) for _ in range(6)]
    while True:
        alive = [one for one in running if not one.dead]
        if not alive:
            break
        rng.choice(alive).switch()
    assert made == ended and made[0] > 1000
    running.clear()
    check_releases([])
    hedgerow._hedgerow._check()


@needs_greenlet
@pytest.mark.parametrize("seed", range(4))
def test_random_switches_in_destructors_keys_and_loops(seed):
    nests.alone("test_greenlets", "random_switches", seed)


def test_generators_that_are_left_in_the_middle():
    """A generator is inside a loop over a map, or a comparison, while others go on and end."""
    ends = []

    def loop(a_map, times):
        for item in a_map.items():
            for _ in range(times):
                yield item

    class Steps:
        """Resumes a generator in each comparison."""

        def __init__(self, number):
            self.number = number

        def __hash__(self):
            return 7

        def __eq__(self, other):
            next(other_loop, None)
            return isinstance(other, Steps) and self.number == other.number

    whole = Map({number: Noted(ends, number) for number in range(100)})
    loops = [loop(whole.delete(number), number + 1) for number in range(20)]
    other_loop = loop(whole, 50)
    seen = [[] for _ in loops]
    rng = random.Random(1)
    while loops:
        at = rng.randrange(len(loops))
        item = next(loops[at], None)
        if item is None:
            del loops[at]
            assert len(seen.pop(at)) == 99
        elif item not in seen[at]:
            seen[at].append(item)
        if rng.random() < 0.02:
            one = Map({Steps(number): number for number in range(5)})
            assert one == Map({Steps(number): number for number in reversed(range(5))})
    item = None
    del whole, other_loop
    assert sorted(ends) == list(range(100))
