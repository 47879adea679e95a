"""Maps as fields for msgspec, which takes hooks, and for cattrs, which takes none."""

import pytest

import hedgerow
from hedgerow import Map

from test_readme import program_with

# The classes made here, and caches of both libraries, hold default values.
pytestmark = pytest.mark.keeps_maps


def test_msgspec():
    msgspec = pytest.importorskip("msgspec")
    names = {"hedgerow": hedgerow}
    exec(program_with("import msgspec"), names)
    enc_hook, dec_hook = names["enc_hook"], names["dec_hook"]

    class Event(msgspec.Struct):
        counts: Map[str, int] = Map()
        nested: Map[str, Map[int, str]] = Map()
        anything: Map = Map()

    event = Event(Map(a=1), Map(b=Map({1: "c"})), Map(d=[1]))
    for coder in (msgspec.json, msgspec.msgpack):
        text = coder.encode(event, enc_hook=enc_hook)
        decoded = coder.decode(text, type=Event, dec_hook=dec_hook)
        assert decoded == event and type(decoded.nested["b"]) is Map
    with pytest.raises(msgspec.ValidationError, match="Expected `int`, got `str`"):
        msgspec.json.decode(b'{"counts": {"a": "b"}}', type=Event, dec_hook=dec_hook)
    for call in (lambda: msgspec.json.encode(object(), enc_hook=enc_hook),
                 lambda: msgspec.json.decode(b"1", type=Point, dec_hook=dec_hook)):
        with pytest.raises((NotImplementedError, TypeError)):
            call()


class Point:
    pass


def test_cattrs():
    cattrs = pytest.importorskip("cattrs")
    attrs = pytest.importorskip("attrs")

    @attrs.frozen
    class Point:
        x: int

    @attrs.frozen
    class Event:
        counts: Map[str, int] = Map()
        nested: Map[str, Map[int, Point]] = Map()
        anything: Map = Map()

    event = Event(Map(a=1), Map(b=Map({1: Point(2)})), Map(d=[1]))
    plain = cattrs.unstructure(event)
    assert plain == {"counts": {"a": 1}, "nested": {"b": {1: {"x": 2}}}, "anything": {"d": [1]}}
    made = cattrs.structure(plain, Event)
    assert made == event and type(made.nested["b"]) is type(made.counts) is Map
    assert hash(cattrs.structure({"counts": {"a": 1}}, Event)) == hash(Event(Map(a=1)))
    with pytest.raises(cattrs.ClassValidationError) as raised:
        cattrs.structure({"counts": {"a": "b"}}, Event)
    assert cattrs.transform_error(raised.value) == [
        "invalid value for type, expected int @ $.counts['a']"]
