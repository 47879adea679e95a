"""What may happen between two steps of an iterator, and inside of one."""

import gc
import operator

import pytest

import hedgerow
from hedgerow import Map


def in_a_row(pairs):
    return Map(pairs)


def scattered(pairs):
    return Map(pairs).set("extra", 0).delete("extra")


SHAPES = pytest.mark.parametrize("make", [in_a_row, scattered])


@SHAPES
@pytest.mark.parametrize("generation", [0, 2])
def test_a_refilled_tuple_is_tracked_again_if_its_contents_are(make, generation):
    a_map = make({number: number if number % 3 else [number] for number in range(300)})
    for pair in a_map.items():
        # The collector stops tracking a tuple of objects that it does not track.
        gc.collect(generation)
        if isinstance(pair[1], list):
            assert gc.is_tracked(pair)


@SHAPES
def test_a_value_that_is_tracked_only_later(make):
    for pair in make({number: {} for number in range(100)}).items():
        gc.collect(0)
        pair[1]["self"] = pair[1]
        assert gc.is_tracked(pair)
        pair[1].clear()


@SHAPES
@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 17, 100, 1000])
def test_a_destructor_that_uses_the_iterator_whose_step_runs_it(make, count):
    class Steps:
        iterator = None

        def __init__(self, number):
            self.number = number

        def __del__(self):
            if Steps.iterator is not None:
                key, _ = next(Steps.iterator, (None, None))
                inner.extend([] if key is None else [key])
                if self.number % 5 == 0:
                    hedgerow.compact()

    inner, outer = [], []
    # Only the iterator holds the map: the values end in its last step, and use it again.
    a_map = make({number: Steps(number) for number in range(count)})
    iterator = Steps.iterator = iter(a_map.items())
    del a_map
    for key, value in iterator:
        outer.append(key)
        del value
    Steps.iterator = None
    assert sorted(inner + outer) == list(range(count))
    assert operator.length_hint(iterator) == 0 and next(iterator, None) is None
