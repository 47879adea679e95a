"""Hypothesis: random histories of several live sets, against frozensets of the same elements.

The rules choose the hashes of elements, with common prefixes of every length, and every kind of
operand: sets of the same family, unrelated ones, and all that Python can iterate.
"""

import collections
import operator

import hypothesis
import pytest
from hypothesis import strategies
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

import hedgerow
from hedgerow import Set, _hedgerow

from test_model import KEYS, anything

elements = strategies.sampled_from(KEYS)
some = strategies.frozensets(elements, max_size=25)

#: A set, and a frozenset of the same elements.
Version = collections.namedtuple("Version", "set model")

#: What an operand can be, made of a list of elements.
KINDS = {
    "Set": Set, "frozenset": frozenset, "set": set, "list": list, "tuple": tuple,
    "twice": lambda items: [*items, *items], "iterator": lambda items: iter(list(items)),
    "dict": dict.fromkeys, "keys": lambda items: dict.fromkeys(items).keys(),
    "Map": hedgerow.Map.fromkeys, "Map keys": lambda items: hedgerow.Map.fromkeys(items).keys(),
}
#: Of those, what is a set: operators take the first three, comparisons all.
SETS = ["Set", "frozenset", "set", "keys", "Map keys"]

WRITES = ["add", "discard", "remove", "update"]
METHODS = ["union", "update", "intersection", "difference", "symmetric_difference"]
QUESTIONS = ["isdisjoint", "issubset", "issuperset"]
OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


class Versions(RuleBasedStateMachine):
    """Bundles hold versions; the last eight are looked at after every step."""

    versions = Bundle("versions")

    def __init__(self):
        super().__init__()
        self.live = []

    def keep(self, a_set, model):
        assert type(a_set) is Set and type(model) is frozenset
        assert len(a_set) == len(model) and set(a_set) == model
        version = Version(a_set, model)
        self.live.append(version)
        del self.live[:-8]
        return version

    @initialize(target=versions, contents=some, kind=strategies.sampled_from(sorted(KINDS)))
    def start(self, contents, kind):
        return self.keep(Set(KINDS[kind](contents)), contents)

    @rule(target=versions, version=versions, element=elements)
    def add(self, version, element):
        made = version.set.add(element)
        assert (made is version.set) == (element in version.model)
        return self.keep(made, version.model | {element})

    @rule(target=versions, version=versions, element=elements)
    def take_out(self, version, element):
        made = version.set.discard(element)
        if element in version.model:
            assert version.set.remove(element) == made
        else:
            assert made is version.set
            with pytest.raises(KeyError) as caught:
                version.set.remove(element)
            assert caught.value.args == (element,)
        return self.keep(made, version.model - {element})

    @rule(target=versions, version=versions, how=strategies.sampled_from(METHODS), others=
          strategies.lists(strategies.tuples(some, strategies.sampled_from(sorted(KINDS))),
                           max_size=2))
    def combine_with_any(self, version, how, others):
        if how == "symmetric_difference":
            others = others[:1] or [(frozenset(), "Set")]
        made = getattr(version.set, how)(*[KINDS[kind](model) for model, kind in others])
        expected = getattr(version.model, "union" if how == "update" else how)
        return self.keep(made, expected(*[model for model, _ in others]))

    @rule(target=versions, one=versions, other=versions, how=strategies.sampled_from(METHODS))
    def combine(self, one, other, how):
        made = getattr(one.set, how)(other.set)
        model = getattr(one.model, "union" if how == "update" else how)(other.model)
        if model == one.model:
            assert made is one.set or how == "symmetric_difference"
        # Of equal elements, the left one's stays.
        mine = {element: element for element in one.set}
        assert all(mine.get(element, element) is element for element in made)
        return self.keep(made, model)

    @rule(target=versions, one=versions, other=versions, how=strategies.sampled_from(OPERATORS),
          kind=strategies.sampled_from(["Set", "frozenset", "set"]), swap=strategies.booleans())
    def operate(self, one, other, how, kind, swap):
        operands, models = [one.set, KINDS[kind](other.model)], [one.model, other.model]
        if swap:
            operands.reverse()
            models.reverse()
        return self.keep(how(*operands), how(*models))

    @rule(target=versions, version=versions, steps=strategies.lists(
        strategies.tuples(strategies.sampled_from(WRITES), elements), max_size=30))
    def mutate(self, version, steps):
        with version.set.mutate() as mutation:
            model = set(version.model)
            for how, element in steps:
                assert (element in mutation) == (element in model)
                if how == "remove" and element not in model:
                    with pytest.raises(KeyError):
                        mutation.remove(element)
                    continue
                argument = [element, *KEYS[:3]] if how == "update" else element
                assert getattr(mutation, how)(argument) is getattr(model, how)(argument) is None
                assert len(mutation) == len(model)
        return self.keep(mutation.finish(), frozenset(model))

    @rule(one=versions, other=versions, kind=strategies.sampled_from(SETS))
    def compare(self, one, other, kind):
        operand = KINDS[kind](other.model)
        for how in COMPARISONS:
            expected = how(one.model, other.model)
            assert how(one.set, other.set) is expected
            assert how(one.set, operand) is expected
            assert how(operand, one.set) is how(other.model, one.model)

    @rule(one=versions, other=versions, kind=strategies.sampled_from(sorted(KINDS)),
          how=strategies.sampled_from(QUESTIONS))
    def ask(self, one, other, kind, how):
        expected = getattr(one.model, how)(other.model)
        assert getattr(one.set, how)(other.set) is expected
        assert getattr(one.set, how)(KINDS[kind](other.model)) is expected

    @rule(one=versions, other=versions)
    def diff(self, one, other):
        for operand in (other.set, list(other.model)):
            changes = one.set.diff(operand)
            assert len(changes) == len(one.model ^ other.model)
            assert set(changes) == {
                *(("removed", element) for element in one.model - other.model),
                *(("added", element) for element in other.model - one.model)}

    @rule(version=versions, wanted=strategies.lists(elements, max_size=10))
    def read(self, version, wanted):
        for element in wanted:
            assert (element in version.set) == (element in version.model)
        assert hash(version.set) == hash(version.model)
        assert version.set in {version.model} and version.model in {version.set}
        assert version.model in Set([version.set]) and version.set in Set([version.model])

    @rule(version=versions, stop=strategies.integers(0, 30))
    def iterate_across_a_compaction(self, version, stop):
        iterator = iter(version.set)
        head = [element for _, element in zip(range(stop), iterator)]
        assert iterator.__length_hint__() == len(version.model) - len(head)
        hedgerow.compact()
        rest = list(iterator)
        assert set(head + rest) == version.model and len(head + rest) == len(version.model)

    @invariant()
    def all_that_is_live_is_as_it_was(self):
        for version in self.live:
            assert set(version.set) == version.model
        _hedgerow._check()


TestVersions = Versions.TestCase
TestVersions.settings = hypothesis.settings(
    max_examples=60, stateful_step_count=40, deadline=None, database=None,
    suppress_health_check=list(hypothesis.HealthCheck))
# Hypothesis holds the last example of the machine, with its sets.
TestVersions.pytestmark = [pytest.mark.keeps_maps, pytest.mark.slow]


@pytest.mark.keeps_maps
@hypothesis.settings(max_examples=400, deadline=None, database=None)
@hypothesis.given(strategies.lists(anything), strategies.lists(anything))
def test_elements_of_every_built_in_kind(mine, others):
    for kind in (list, frozenset):
        a_set, model = Set(kind(mine)), frozenset(kind(mine))
        assert a_set == model and hash(a_set) == hash(model)
        assert sorted(map(id, a_set)) == sorted(map(id, model))  # The first of equals stays.
        for element in mine + others:
            assert (element in a_set) == (element in model)
        for how in METHODS[2:]:
            assert getattr(a_set, how)(others) == getattr(model, how)(others)
    for element in others:
        a_set, model = a_set.add(element), model | {element}
    assert a_set == model == Set(a_set)
    for element in mine:
        a_set, model = a_set.discard(element), model - {element}
    assert a_set == model


@pytest.mark.parametrize("how", [*METHODS, *QUESTIONS])
@pytest.mark.parametrize("sizes", [(3000, 3000), (3000, 20), (20, 3000), (3000, 0), (0, 3000)])
def test_large_operands(how, sizes):
    """Small and large ones take different ways."""
    left = range(sizes[0])
    for start in (0, 5, 10**6):
        right = range(start, start + sizes[1])
        expected = getattr(frozenset(left), "union" if how == "update" else how)(right)
        for kind in (Set, set, list):
            found = getattr(Set(left), how)(kind(right))
            assert found == expected
