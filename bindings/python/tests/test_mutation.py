"""MapMutation: many changes at once, on a copy that nobody else sees until it is finished."""

import random

import pytest

import hedgerow
from hedgerow import Map, MapMutation

from keys import Counting, Key


def test_a_mutation_leaves_its_base_alone_from_the_first_write():
    base = Map(a=1)
    one, other = base.mutate(), base.mutate()
    one["b"] = 2
    other.set("a", 3)
    del one["a"]
    assert dict(base) == {"a": 1}
    assert dict(one.finish()) == {"b": 2}
    assert dict(other.finish()) == {"a": 3}


def test_every_member():
    mutation = Map(a=1, b=2).mutate()
    assert mutation.set("c", 3) is None
    assert mutation["c"] == 3 and "c" in mutation and "d" not in mutation and len(mutation) == 3
    assert mutation.get("d") is None and mutation.get("d", 4) == 4 and mutation.get("a") == 1
    assert mutation.pop("a") == 1 and mutation.pop("a", 5) == 5 and len(mutation) == 2
    mutation["a"] = 1
    assert mutation.discard("a") is mutation.discard("a") is None and len(mutation) == 2
    assert mutation.update({"x": 1}, y=2) is None
    assert mutation.update() is None
    assert mutation.update([("z", 3)]) is None
    assert mutation.update(Map(w=4)) is None
    assert dict(mutation.finish()) == {"b": 2, "c": 3, "x": 1, "y": 2, "z": 3, "w": 4}


def test_finish_again_and_again():
    mutation = Map(a=1).mutate()
    mutation["b"] = 2
    first, second = mutation.finish(), mutation.finish()
    assert first is not second and first == second and dict(first) == {"a": 1, "b": 2}
    assert mutation["b"] == 2 and len(mutation) == 2 and "a" in mutation
    for call in (lambda: mutation.set("c", 1), lambda: mutation.pop("a"),
                 lambda: mutation.pop("zz", 1), lambda: mutation.update(a=1),
                 lambda: mutation.discard("a"), lambda: mutation.discard("zz"),
                 lambda: mutation.update(), lambda: mutation.__setitem__("a", 1),
                 lambda: mutation.__delitem__("a")):
        with pytest.raises(ValueError, match="has been finished"):
            call()
    assert first == second == mutation.finish()


def test_the_error_of_a_finished_mutation_names_it():
    mutation = Map(a=1).mutate()
    mutation.finish()
    with pytest.raises(ValueError) as caught:
        mutation["b"] = 1
    assert str(caught.value) == "mutation hedgerow.MapMutation({'a': 1}) has been finished"


def test_as_a_context_manager():
    with Map(a=1).mutate() as mutation:
        assert type(mutation) is MapMutation
        mutation["b"] = 2
    with pytest.raises(ValueError, match="has been finished"):
        mutation["c"] = 3
    assert dict(mutation.finish()) == {"a": 1, "b": 2}
    with pytest.raises(ZeroDivisionError):
        with Map(a=1).mutate() as mutation:
            mutation["b"] = 2
            1 / 0
    assert dict(mutation.finish()) == {"a": 1, "b": 2}
    assert Map().mutate().__exit__(None, None, None) is False


def test_a_map_finished_early_does_not_see_later_mutations_of_it():
    with Map(a=1).mutate() as mutation:
        mutation["b"] = 2
        early = mutation.finish()
    late = early.mutate()
    late["c"] = 3
    assert dict(early) == {"a": 1, "b": 2}
    assert dict(late.finish()) == {"a": 1, "b": 2, "c": 3}


def test_setting_what_is_there_and_emptying():
    value = object()
    base = Map({number: value for number in range(100)})
    mutation = base.mutate()
    for number in range(100):
        mutation[number] = value
    assert mutation.finish() == base
    mutation = base.mutate()
    for number in range(100):
        del mutation[number]
    assert len(mutation) == 0 and dict(mutation.finish()) == {}
    mutation = base.mutate()
    for number in range(100):
        assert mutation.pop(number) is value
    mutation["new"] = 1
    assert dict(mutation.finish()) == {"new": 1}


def test_equality_and_what_it_is_not():
    base = Map(a=1)
    one, other = base.mutate(), base.mutate()
    assert one == other and not one != other
    one["b"] = 2
    assert one != other
    other["b"] = 2
    assert one == other
    assert one != base and one != {"a": 1, "b": 2}
    with pytest.raises(TypeError, match="unhashable type"):
        hash(one)
    with pytest.raises(TypeError, match="not iterable"):
        iter(one)
    with pytest.raises(TypeError, match="cannot create"):
        MapMutation()
    with pytest.raises(TypeError):
        type("Sub", (MapMutation,), {})
    assert not hasattr(one, "keys")


def test_repr():
    mutation = Map().mutate()
    assert repr(mutation) == "hedgerow.MapMutation({})"
    mutation[1] = "a"
    assert repr(mutation) == "hedgerow.MapMutation({1: 'a'})"
    mutation["me"] = mutation
    try:
        assert "{...}" in repr(mutation)
    finally:
        del mutation["me"]


def test_pop_and_get_on_an_empty_one_do_not_hash():
    Counting.calls.clear()
    mutation = Map().mutate()
    key = Counting(1)
    assert mutation.get(key) is None and mutation.pop(key, 2) == 2 and key not in mutation
    assert not Counting.calls


def test_a_mutation_works_in_place():
    base = Map({number: None for number in range(10_000)})
    before = hedgerow.stats()
    mutation = base.mutate()
    for number in range(10_000):
        mutation[number] = True
    # A second round writes to nodes and entries that the mutation owns already.
    middle = hedgerow.stats()
    for number in range(10_000):
        mutation[number] = False
    after = hedgerow.stats()
    assert middle["live_entries"] == before["live_entries"] + 10_000
    assert after["live_words"] == middle["live_words"]
    assert after["live_entries"] == middle["live_entries"]
    del mutation
    assert hedgerow.stats()["live_entries"] == before["live_entries"]


def test_a_mutation_outlives_its_base():
    mutation = Map({number: str(number) for number in range(1000)}).mutate()
    mutation["x"] = 1
    for number in range(0, 1000, 2):
        del mutation[number]
    hedgerow.compact()
    assert dict(mutation.finish()) == {
        **{number: str(number) for number in range(1, 1000, 2)}, "x": 1}


@pytest.mark.parametrize("seed", range(6))
def test_random_histories(seed):
    rng = random.Random(seed)
    keys = [Key(rng.choice([0, 1, 5, 32, 33, 1 << 30, rng.getrandbits(31)]), at)
            for at in range(150)]
    kept = [(Map(), {})]
    for _ in range(40):
        base, model = rng.choice(kept)
        mutation, model = base.mutate(), dict(model)
        for _ in range(rng.randrange(120)):
            key = rng.choice(keys)
            if rng.random() < 0.6:
                mutation[key] = model[key] = rng.random()
            elif key in model:
                assert mutation.pop(key) == model.pop(key)
            else:
                with pytest.raises(KeyError):
                    del mutation[key]
            assert len(mutation) == len(model)
        kept.append((mutation.finish(), model))
        del kept[:-8]
    for a_map, model in kept:
        assert dict(a_map) == model


class Meddler:
    """Runs an action when it has been compared so often."""

    def __init__(self, action, wait=0):
        self.action, self.wait = action, wait

    def __hash__(self):
        return 7

    def __eq__(self, other):
        self.wait -= 1
        if self.wait == -1:
            self.action()
        return isinstance(other, (Meddler, Key))


@pytest.mark.parametrize("others", [0, 1, 5])
@pytest.mark.parametrize("wait", range(4))
def test_pop_removes_the_value_that_it_returns(wait, others):
    mutation = Map([(Key(7, at), f"old {at}") for at in range(others + 1)]).mutate()

    def rewrite():
        for at in range(others + 1):
            mutation[Key(7, at)] = f"new {at}"

    values = set(dict(mutation.finish()).values())
    mutation = mutation.finish().mutate()
    key = Meddler(rewrite, wait)
    popped = mutation.pop(key)
    kept = set(dict(mutation.finish()).values())
    if key.wait < 0:
        values = {value.replace("old", "new") for value in values}
    assert kept == values - {popped} and len(kept) == others


def test_pop_asks_a_key_once_for_its_hash_and_once_whether_it_is_equal():
    mutation = Map({Counting(1): "one", Counting(2): "two"}).mutate()
    Counting.calls.clear()
    assert mutation.pop(Counting(1)) == "one"
    assert Counting.calls == {"hash": 1, "eq": 1}
    with pytest.raises(KeyError):
        mutation.pop(Counting(1))
    assert Counting.calls == {"hash": 2, "eq": 1} and len(mutation) == 1


@pytest.mark.parametrize("write", ["pop", "del", "update", "finish"])
def test_pop_of_a_key_that_writes_to_the_mutation_meanwhile(write):
    actions = {
        "pop": lambda: mutation.pop(Key(7, 0)),
        "del": lambda: mutation.__delitem__(Key(7, 0)),
        "update": lambda: mutation.update({Key(7, 0): "new", "more": 1}),
        "finish": lambda: mutation.finish(),
    }
    mutation = Map({Key(7, 0): "old"}).mutate()
    key = Meddler(actions[write])
    if write in ("pop", "del"):
        assert mutation.pop(key, "default") == "default" and len(mutation) == 0
    elif write == "update":
        assert mutation.pop(key) == "new" and dict(mutation.finish()) == {"more": 1}
    else:
        with pytest.raises(ValueError, match="has been finished"):
            mutation.pop(key)
        assert dict(mutation.finish()) == {Key(7, 0): "old"}


def test_pop_of_a_key_whose_hash_finishes_the_mutation():
    class Finishes(Key):
        def __hash__(self):
            mutation.finish()
            return super().__hash__()

    mutation = Map({Key(7): 1}).mutate()
    with pytest.raises(ValueError, match="has been finished"):
        mutation.pop(Finishes(7))
    with pytest.raises(ValueError, match="has been finished"):
        mutation.discard(Finishes(7))
    assert dict(mutation.finish()) == {Key(7): 1}
