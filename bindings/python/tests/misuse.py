"""Wrong calls of everything that the package lets one call: too many arguments and too few, names
that are not taken, and objects of the wrong kind. Each is a TypeError."""

import copy
import inspect
import operator
import pickle

import hedgerow
from hedgerow import Map, _hedgerow

#: The classes, and under which name there is an instance.
CLASSES = {
    "Map": "small", "MapMutation": "mutation", "MapKeys": "keys", "MapValues": "values",
    "MapItems": "items", "MapIterator": "iterator",
}

#: More arguments than any method takes.
MOST = 5

#: What takes nothing.
TAKES_NOTHING = (
    hedgerow.stats, hedgerow.compact, _hedgerow._check, _hedgerow._partaker_rows,
    _hedgerow._at_exit,
)

#: Calls that are right with most arguments, or do what a test cannot take back: those alone.
OTHERS = {
    "_on_collection()": lambda g: _hedgerow._on_collection(),
    "_on_collection(1)": lambda g: _hedgerow._on_collection(1),
    "_on_collection(1, 2, 3)": lambda g: _hedgerow._on_collection(1, 2, 3),
    "_on_collection(named)": lambda g: _hedgerow._on_collection(phase=1, info=2),
    "_set_limits(1, 2, 3)": lambda g: _hedgerow._set_limits(1, 2, 3),
    "_set_limits('1')": lambda g: _hedgerow._set_limits("1"),
    "_set_limits(unknown)": lambda g: _hedgerow._set_limits(unknown=1),
    "_set_limits(1, words=1)": lambda g: _hedgerow._set_limits(1, words=1),
    "merge(map, 1)": lambda g: g["small"].merge(g["other"], 1),
    "merge(1, theirs=map)": lambda g: g["small"].merge(1, theirs=g["other"]),
    "merge(map, base=map)": lambda g: g["small"].merge(g["other"], base=g["other"]),
    "merge(..., unknown)": lambda g: g["small"].merge(g["other"], g["small"], unknown=1),
    "merge, wrong answer": lambda g: g["small"].set(7, 1).merge(g["small"], g["other"], 1),
    "MergeConflict()": lambda g: hedgerow.MergeConflict(),
    "pairs of 1": lambda g: Map([1]),
    "pairs of 1, in a mutation": lambda g: g["mutation"].update([1]),
    "map < 1": lambda g: g["small"] < 1,
    "map + 1": lambda g: g["small"] + 1,
    "map | 1": lambda g: g["small"] | 1,
    "1 | map": lambda g: 1 | g["small"],
    "keys & 1": lambda g: g["keys"] & 1,
    "1 & keys": lambda g: 1 & g["keys"],
    "keys | 1": lambda g: g["keys"] | 1,
    "1 | keys": lambda g: 1 | g["keys"],
    "items - 1": lambda g: g["items"] - 1,
    "1 - items": lambda g: 1 - g["items"],
    "items ^ 1": lambda g: g["items"] ^ 1,
    "keys < 1": lambda g: g["keys"] < 1,
    "mutation < mutation": lambda g: g["mutation"] < g["mutation"],
    "hash of a mutation": lambda g: hash(g["mutation"]),
    "hash of keys": lambda g: hash(g["keys"]),
    "map[unhashable]": lambda g: g["small"][[]],
    "mutation[unhashable]": lambda g: g["mutation"][[]],
    "unhashable in keys": lambda g: [] in g["keys"],
    "map[1] = 1": lambda g: operator.setitem(g["small"], 1, 1),
    "del map[1]": lambda g: operator.delitem(g["small"], 1),
    "iter(mutation)": lambda g: iter(g["mutation"]),
    "copy of a mutation": lambda g: copy.copy(g["mutation"]),
    "pickle of an iterator": lambda g: pickle.dumps(g["iterator"]),
    "wrong slots": lambda g: Slotted.of(1).copy(),
    "wrong name of a slot": lambda g: Slotted.of({1: 1}).copy(),
    "wrong attributes": lambda g: Slotted.of({}, 1).copy(),
    "attribute of Map": lambda g: setattr(Map, "union", 1),
}


class Slotted(Map):
    """Says something wrong of what it has besides its entries."""

    @classmethod
    def of(cls, slots, attributes=None):
        one = cls()
        one.state = (attributes, slots)
        return one

    def __getstate__(self):
        return self.state


def wrong_calls(given):
    """By name, each call that is a TypeError, as a function of what `given` makes."""
    calls = dict(OTHERS)
    for function in TAKES_NOTHING:
        calls[f"{function.__name__}(1)"] = lambda g, function=function: function(1)
        calls[f"{function.__name__}(named)"] = lambda g, function=function: function(named=1)
    for class_name, instance in CLASSES.items():
        class_ = getattr(_hedgerow, class_name)
        _add_calls(calls, class_name, lambda g, class_=class_: class_, class_)
        for name, member in vars(class_).items():
            if callable(getattr(class_, name)) and name != "__class__":
                bound = lambda g, instance=instance, name=name: getattr(g[instance], name)
                _add_calls(calls, f"{class_name}.{name}", bound, getattr(class_, name))
                unbound = lambda g, class_=class_, name=name: getattr(class_, name)
                _add_call(calls, f"{class_name}.{name}, of none", unbound, (), {})
                _add_call(calls, f"{class_name}.{name}, of 1", unbound, (1, 1), {})
    return {name: call for name, call in calls.items() if _is_type_error(call, given())}


def _add_calls(calls, name, called, function):
    for count in range(MOST + 1):
        _add_call(calls, name, called, (1,) * count, {})
        _add_call(calls, name, called, ("small",) * count, {})
    for named in ("unknown", *_parameters(function)):
        for count in range(2):
            _add_call(calls, name, called, ("small",) * count, {named: 1})


def _parameters(function):
    """The names of what a function takes but itself, if it says so."""
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"]
    except (ValueError, TypeError):
        return []


def _add_call(calls, name, called, arguments, keywords):
    def call(g):
        return called(g)(*[g["small"] if what == "small" else what for what in arguments],
                         **keywords)

    shown = [*map(str, arguments), *(f"{named}={value}" for named, value in keywords.items())]
    calls[f"{name}({', '.join(shown)})"] = call


def _is_type_error(call, things):
    try:
        call(things)
    except Exception as error:
        return isinstance(error, TypeError)
    return False
