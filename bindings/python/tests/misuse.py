"""Wrong calls of everything that can be called: too many or too few arguments, unknown names, and
objects of the wrong kind. Each is a TypeError.
"""

import functools
import inspect
import operator

import hedgerow
from hedgerow import Map, Set, _hedgerow

#: The classes, and the names of their instances.
CLASSES = {
    "Map": "small", "MapMutation": "mutation", "MapKeys": "keys", "MapValues": "values",
    "MapItems": "items", "MapIterator": "iterator", "Set": "set", "SetMutation": "set_mutation",
    "_Part": "part", "Image": "image", "Delta": "delta", "ImageIterator": "image_iterator",
}

#: More arguments than any method takes.
MOST = 5

#: What takes no arguments.
TAKES_NOTHING = (
    hedgerow.stats, hedgerow.compact, _hedgerow._check, _hedgerow._registered_rows,
    _hedgerow._at_exit,
)


def _named(function, /, *arguments, **keywords):
    return functools.partial(function, *arguments, **keywords),


#: Of what accepts most arguments, or does what a test cannot undo: these calls only.
OTHERS = {
    "_on_collection()": lambda g: (_hedgerow._on_collection,),
    "_on_collection(1)": lambda g: (_hedgerow._on_collection, 1),
    "_on_collection(1, 2, 3)": lambda g: (_hedgerow._on_collection, 1, 2, 3),
    "_on_collection(named)": lambda g: _named(_hedgerow._on_collection, phase=1, info=2),
    "_set_limits(1, 2, 3)": lambda g: (_hedgerow._set_limits, 1, 2, 3),
    "_set_limits('1')": lambda g: (_hedgerow._set_limits, "1"),
    "_set_limits(unknown)": lambda g: _named(_hedgerow._set_limits, unknown=1),
    "_set_limits(1, words=1)": lambda g: _named(_hedgerow._set_limits, 1, words=1),
    "merge(map, 1)": lambda g: (g["small"].merge, g["other"], 1),
    "merge(1, theirs=map)": lambda g: _named(g["small"].merge, 1, theirs=g["other"]),
    "merge(map, base=map)": lambda g: _named(g["small"].merge, g["other"], base=g["other"]),
    "merge(..., unknown)": lambda g: _named(g["small"].merge, g["other"], g["small"], unknown=1),
    "merge, wrong answer": lambda g: (
        g["small"].set(7, 1).merge, g["small"], g["other"], 1),
    "MergeConflict()": lambda g: (hedgerow.MergeConflict,),
    "pairs of 1": lambda g: (Map, [1]),
    "pairs of 1, in a mutation": lambda g: (g["mutation"].update, [1]),
    "map < 1": lambda g: (operator.lt, g["small"], 1),
    "map + 1": lambda g: (operator.add, g["small"], 1),
    "map | 1": lambda g: (operator.or_, g["small"], 1),
    "1 | map": lambda g: (operator.or_, 1, g["small"]),
    "keys & 1": lambda g: (operator.and_, g["keys"], 1),
    "1 & keys": lambda g: (operator.and_, 1, g["keys"]),
    "keys | 1": lambda g: (operator.or_, g["keys"], 1),
    "1 | keys": lambda g: (operator.or_, 1, g["keys"]),
    "items - 1": lambda g: (operator.sub, g["items"], 1),
    "1 - items": lambda g: (operator.sub, 1, g["items"]),
    "items ^ 1": lambda g: (operator.xor, g["items"], 1),
    "keys < 1": lambda g: (operator.lt, g["keys"], 1),
    "mutation < mutation": lambda g: (operator.lt, g["mutation"], g["mutation"]),
    "hash of a mutation": lambda g: (hash, g["mutation"]),
    "hash of keys": lambda g: (hash, g["keys"]),
    "map[unhashable]": lambda g: (operator.getitem, g["small"], []),
    "mutation[unhashable]": lambda g: (operator.getitem, g["mutation"], []),
    "unhashable in keys": lambda g: (operator.contains, g["keys"], []),
    "map[1] = 1": lambda g: (operator.setitem, g["small"], 1, 1),
    "del map[1]": lambda g: (operator.delitem, g["small"], 1),
    "iter(mutation)": lambda g: (iter, g["mutation"]),
    "reduce of a mutation": lambda g: (g["mutation"].__reduce__,),
    "reduce of an iterator": lambda g: (g["iterator"].__reduce__,),
    "set < 1": lambda g: (operator.lt, g["set"], 1),
    "set < [1]": lambda g: (operator.lt, g["set"], [1]),
    "set | 1": lambda g: (operator.or_, g["set"], 1),
    "1 | set": lambda g: (operator.or_, 1, g["set"]),
    "set & [1]": lambda g: (operator.and_, g["set"], [1]),
    "[1] - set": lambda g: (operator.sub, [1], g["set"]),
    "set ^ map": lambda g: (operator.xor, g["set"], g["small"]),
    "set + set": lambda g: (operator.add, g["set"], g["set"]),
    "1 ^ set": lambda g: (operator.xor, 1, g["set"]),
    "set - [1]": lambda g: (operator.sub, g["set"], [1]),
    "set >= map": lambda g: (operator.ge, g["set"], g["small"]),
    "set, disjoint from unhashable": lambda g: (g["set"].isdisjoint, [[]]),
    "set, disjoint from no iterable": lambda g: (g["set"].isdisjoint, NotIterable()),
    "set, within unhashable": lambda g: (g["set"].issubset, [[]]),
    "set, beside unhashable": lambda g: (g["set"].diff, [[]]),
    "unhashable, added": lambda g: (g["set"].add, []),
    "unhashable, added in a mutation": lambda g: (g["set_mutation"].add, []),
    "update of a set's mutation": lambda g: (g["set_mutation"].update, [1], 1),
    "keys, disjoint from unhashable": lambda g: (g["keys"].isdisjoint, [[]]),
    "fromkeys(unhashable)": lambda g: (Map.fromkeys, [[]]),
    "set_in, unhashable": lambda g: (g["small"].set_in, [[]], 1),
    "set[1]": lambda g: (operator.getitem, g["set"], 1),
    "unhashable in set": lambda g: (operator.contains, g["set"], []),
    "unhashable in a set's mutation": lambda g: (operator.contains, g["set_mutation"], []),
    "set of unhashable": lambda g: (Set, [[]]),
    "Set(named)": lambda g: _named(Set, iterable=[]),
    "set of set, added": lambda g: (g["set"].add, {1}),
    "hash of a set's mutation": lambda g: (hash, g["set_mutation"]),
    "iter(set's mutation)": lambda g: (iter, g["set_mutation"]),
    "set's mutation < another": lambda g: (operator.lt, g["set_mutation"], g["set_mutation"]),
    "attribute of Set": lambda g: (setattr, Set, "union", 1),
    "wrong slots": lambda g: (Slotted.of(1).copy,),
    "wrong name of a slot": lambda g: (Slotted.of({1: 1}).copy,),
    "wrong attributes": lambda g: (Slotted.of({}, 1).copy,),
    "_entries(1)": lambda g: (_hedgerow._entries, 1),
    "_entries(named)": lambda g: _named(_hedgerow._entries, key=1),
    "_keyed()": lambda g: (_hedgerow._keyed,),
    "_keyed(list)": lambda g: (_hedgerow._keyed, [1], 1),
    "_keyed(fewer)": lambda g: (_hedgerow._keyed, (1, 2), 1),
    "_keyed(named)": lambda g: _named(_hedgerow._keyed, keys=()),
    "_parts(1)": lambda g: (_hedgerow._parts, 1),
    "_parts(part, 1)": lambda g: (_hedgerow._parts, g["part"], 1),
    "_map(1)": lambda g: (_hedgerow._map, 1),
    "_map(part, 1, 2)": lambda g: (_hedgerow._map, g["part"], 1, 2),
    "_map(unhashable, 1)": lambda g: (_hedgerow._map, [], 1),
    "_map(unhashable)": lambda g: (_hedgerow._map, _hedgerow._entries([], 1)),
    "attribute of Map": lambda g: (setattr, Map, "union", 1),
}


class NotIterable(set):
    """Has elements, and no method to read them by."""

    __iter__ = None


class Slotted(Map):
    """Returns a wrong state of its slots."""

    @classmethod
    def of(cls, slots, attributes=None):
        one = cls()
        one.state = (attributes, slots)
        return one

    def __getstate__(self):
        return self.state


def wrong_calls(given):
    """By name, each call that is a TypeError: what is called, and with which objects."""
    calls = dict(OTHERS)
    for function in TAKES_NOTHING:
        _add_call(calls, function.__name__, lambda g, function=function: function, 1)
        _add_call(calls, function.__name__, lambda g, function=function: function, named=1)
    for class_name, instance in CLASSES.items():
        class_ = getattr(_hedgerow, class_name)
        _add_calls(calls, class_name, lambda g, class_=class_: class_, class_)
        for name in vars(class_):
            function = getattr(class_, name)
            if callable(function):
                bound = lambda g, instance=instance, name=name: getattr(g[instance], name)
                _add_calls(calls, f"{class_name}.{name}", bound, function)
                unbound = lambda g, function=function: function
                _add_call(calls, f"{class_name}.{name}, of none", unbound)
                _add_call(calls, f"{class_name}.{name}, of 1", unbound, 1, 1)
    return {name: call for name, call in calls.items() if _is_type_error(*call(given()))}


def _add_calls(calls, name, called, function):
    most = 1 if type(function) is type(Map.__len__) else MOST  # CPython counts those of slots.
    for count in range(most + 1):
        _add_call(calls, name, called, *[1] * count)
        _add_call(calls, name, called, *["small"] * count)
    for named in ("unknown", *_parameters(function)):
        for count in range(most):
            _add_call(calls, name, called, *["small"] * count, **{named: 1})


def _parameters(function):
    """The names of a function's parameters without `self`, if it has a signature."""
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"]
    except (ValueError, TypeError):
        return []


def _add_call(calls, name, called, *arguments, **keywords):
    def call(g):
        given = [g["small"] if what == "small" else what for what in arguments]
        return _named(called(g), *given, **keywords)

    shown = [*map(str, arguments), *(f"{named}={value}" for named, value in keywords.items())]
    calls[f"{name}({', '.join(shown)})"] = call


def _is_type_error(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return isinstance(error, TypeError)
    return False
