"""Maps as fields of pydantic's models: validated, dumped, and described in JSON schema."""

import collections
import json
import types
from typing import Annotated, Any, Generic, TypeVar

import hypothesis
from hypothesis import strategies
import pytest

from hedgerow import Map

pydantic = pytest.importorskip("pydantic")
# Models and adapters hold their defaults and, at times, what they validated last.
pytestmark = pytest.mark.keeps_maps

from pydantic import (  # noqa: E402
    BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError)

K = TypeVar("K")
V = TypeVar("V")


class Point(BaseModel):
    x: int


class Model(BaseModel):
    counts: Map[str, int] = Map()
    anything: Map = Map()
    points: Map[int, Point] = Map()


class Node(BaseModel):
    children: Map[str, "Node"] = Map()


class Ages(Map[str, int]):
    pass


class Named(Map[str, V], Generic[V]):
    pass


class Swapped(Map[K, V], Generic[V, K]):
    pass


class Indirect(Named[int]):
    pass


class Loose(Map[str, V]):
    """Generic by its base alone."""


COUNTS = TypeAdapter(Map[str, int])


def errors(call, *arguments, **keywords):
    with pytest.raises(ValidationError) as raised:
        call(*arguments, **keywords)
    return [(error["type"], error["loc"]) for error in raised.value.errors()]


@pytest.mark.parametrize("kind", [
    dict, Map, collections.OrderedDict, collections.UserDict, types.MappingProxyType, Ages])
def test_any_mapping_becomes_a_map(kind):
    valid = COUNTS.validate_python(kind({"a": 1, "b": "2"}))
    assert type(valid) is Map and valid == {"a": 1, "b": 2}


def test_a_map_that_is_valid_stays_the_very_map():
    for a_map in (Map(), Map(a=1), Map({str(number): number for number in range(2000)}), Ages(a=1)):
        assert COUNTS.validate_python(a_map) is a_map
        assert Model(counts=a_map).counts is a_map
        assert COUNTS.validate_python(a_map, strict=True) is a_map
        assert COUNTS.dump_python(a_map) is a_map
    for key, value in ((1, "x"), ("1", "x"), (1.0, "x")):
        valid = TypeAdapter(Map[int, str]).validate_python(Map({key: value}))
        assert [*map(type, valid)] == [int]
    assert type(COUNTS.validate_python(Map(a=True))["a"]) is int


def test_errors_name_the_place():
    for wrong in (1, None, "ab", [("a", 1)], Map(a=1).mutate()):
        assert errors(COUNTS.validate_python, wrong) == [("dict_type", ())]
    assert errors(COUNTS.validate_python, Map(a="x")) == [("int_parsing", ("a",))]
    assert errors(COUNTS.validate_python, {1: 1}) == [("string_type", (1, "[key]"))]
    assert errors(Model, points={1: {"x": "y"}}) == [("int_parsing", ("points", 1, "x"))]


def test_strict_mode_takes_maps_only():
    for call in (COUNTS.validate_python, lambda given, strict: Strict(counts=given),
                 lambda given, strict: StrictField(counts=given)):
        call(Map(a=1), strict=True)
        for wrong in ({"a": 1}, collections.UserDict(a=1)):
            assert errors(call, wrong, strict=True)[0][0] == "is_instance_of"
    assert errors(COUNTS.validate_python, Map(a="1"), strict=True) == [("int_type", ("a",))]
    assert COUNTS.validate_json('{"a": 1}', strict=True) == Map(a=1)
    assert errors(COUNTS.validate_json, '{"a": "1"}', strict=True) == [("int_type", ("a",))]
    assert Strict(counts=Map(a=1), lax={"a": 1}).lax == Map(a=1)


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    counts: Map[str, int]
    lax: Annotated[Map[str, int], Field(strict=False)] = Map()


class StrictField(BaseModel):
    counts: Annotated[Map[str, int], Field(strict=True, min_length=1)]


def test_constraints():
    assert errors(StrictField, counts=Map()) == [("too_short", ("counts",))]


def test_dumps_keep_the_type_and_json_has_objects():
    model = Model(counts={"a": 1}, anything={1: [2]}, points={3: {"x": 4}})
    dumped = model.model_dump()
    assert dumped == {"counts": {"a": 1}, "anything": {1: [2]}, "points": {3: {"x": 4}}}
    assert [*map(type, dumped.values())] == [Map] * 3 and type(dumped["points"][3]) is dict
    text = {"counts": {"a": 1}, "anything": {"1": [2]}, "points": {"3": {"x": 4}}}
    assert model.model_dump(mode="json") == text == json.loads(model.model_dump_json())
    assert [*map(type, model.model_dump(mode="json").values())] == [dict] * 3
    assert Model.model_validate_json(model.model_dump_json()).points == model.points
    assert Model.model_validate(dumped) == model
    assert model.model_dump(exclude={"counts": {"a"}, "points": {3: {"x"}}, "anything": True}) == {
        "counts": {}, "points": {3: {}}}
    # Not validated: dumped as it is.
    assert Model.model_construct(counts=1).model_dump(include={"counts"}, warnings=False) == {
        "counts": 1}


def test_where_the_type_is_not_known():
    assert TypeAdapter(Any).dump_json({"a": Map(b=1)}, fallback=dict) == b'{"a":{"b":1}}'


def test_json_schema_is_that_of_a_dict():
    for mode in ("validation", "serialization"):
        for key, value in ((str, int), (int, Point), (str, Any)):
            assert TypeAdapter(Map[key, value]).json_schema(mode=mode) == (
                TypeAdapter(dict[key, value]).json_schema(mode=mode))
        assert TypeAdapter(Map).json_schema(mode=mode) == TypeAdapter(dict).json_schema(mode=mode)
    assert Model.model_json_schema()["properties"]["counts"]["default"] == {}


def test_nested_recursive_and_generic_models():
    node = Node(children={"a": {"children": Map(b=Node())}})
    assert type(node.children["a"].children) is Map
    assert json.loads(node.model_dump_json()) == {
        "children": {"a": {"children": {"b": {"children": {}}}}}}

    class Box(BaseModel, Generic[V]):
        held: Map[str, V]

    assert Box[int](held={"a": "1"}).held == {"a": 1}
    nested = TypeAdapter(Map[str, Map[str, int]]).validate_python({"a": {"b": "1"}})
    assert nested == {"a": {"b": 1}} and type(nested["a"]) is Map
    assert TypeAdapter(Map[str, int] | None).validate_python(None) is None


@pytest.mark.parametrize("kind", [Ages, Named[int], Swapped[int, str], Indirect, Loose[int]])
def test_subclasses(kind):
    adapter = TypeAdapter(kind)
    valid = adapter.validate_python({"a": "1"})
    assert type(valid) is (getattr(kind, "__origin__", kind)) and valid == {"a": 1}
    assert adapter.validate_python(valid) is valid
    assert errors(adapter.validate_python, {"a": "x"}) == [("int_parsing", ("a",))]
    assert errors(adapter.validate_python, Map(a=1), strict=True)[0][0] == "is_instance_of"
    assert type(adapter.validate_python(Map(a=1))) is type(valid)
    assert type(adapter.dump_python(valid)) is type(valid)


def test_unions_validate_contents_once():
    """Twice would double with each level of maps in maps, and a bad leaf would take for ever."""
    seen = []
    kind = Annotated[int, BeforeValidator(lambda given: seen.append(given) or given)]
    contents = "x"
    for _ in range(8):
        kind, contents = Map[str, kind] | bool, {"a": contents}
    where = ("function-wrap[Map()]", "a") * 8
    assert ("int_parsing", where) in errors(TypeAdapter(kind).validate_python, contents)
    assert ("int_parsing", where) in errors(TypeAdapter(kind).validate_json, json.dumps(contents))
    assert seen == ["x", "x"]


def test_type_arguments_are_two():
    with pytest.raises(TypeError, match="Map has two type arguments"):
        TypeAdapter(Map[str])


def test_frozen_models_hash():
    class Frozen(BaseModel):
        model_config = ConfigDict(frozen=True)
        counts: Map[str, int]

    assert hash(Frozen(counts={"a": 1})) == hash(Frozen(counts=Map(a=1)))


def test_the_package_does_without_pydantic():
    import subprocess
    import sys

    program = "import sys, hedgerow; print('pydantic_core' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"


keys = strategies.text(max_size=4) | strategies.integers()
plain = strategies.integers() | strategies.text(max_size=4) | strategies.booleans()


@hypothesis.settings(max_examples=150, deadline=None, database=None)
@hypothesis.given(strategies.dictionaries(keys, plain, max_size=6), strategies.booleans(),
                  strategies.sampled_from([(str, int), (int, str), (Any, Any), (str, bool)]))
def test_answers_are_those_for_a_dict(contents, strict, kinds):
    ours, theirs = TypeAdapter(Map[kinds]), TypeAdapter(dict[kinds])
    try:
        expected = theirs.validate_python(contents, strict=strict)
    except ValidationError as error:
        assert {found["type"] for found in error.errors()} == {
            kind for kind, _ in errors(ours.validate_python, Map(contents), strict=strict)}
        return
    valid = ours.validate_python(Map(contents), strict=strict)
    assert valid == expected and type(valid) is Map
    assert ours.dump_python(valid) == theirs.dump_python(expected)
    assert json.loads(ours.dump_json(valid)) == json.loads(theirs.dump_json(expected))
