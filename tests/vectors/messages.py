"""The error messages of CPython, for tests/object_messages.rs: live or recorded.

usage: python3 messages.py < /dev/null > ANSWERS
       python3 messages.py record PYTHON... > messages.json

Answers are the errors of the calls below, by name. L... is a name of 250 letters.
"""
import sys

HERE = sys.path.pop(0)  # Its files must not stand for modules of the standard library.

import types

sys.path.append(HERE)

import recorded


class List:
    __hash__ = None


class Raises:
    def __hash__(self):
        raise TypeError("mine")


class C:
    pass


class S:
    __slots__ = ()
    found = 1


class A:
    pass


class B(A):
    pass


class M(type):
    pass


class N(type):
    pass


class CM(metaclass=M):
    pass


class CN(metaclass=N):
    pass


class OnlySet:
    def __set__(self, one, value):
        pass


class OnlyDelete:
    def __delete__(self, one):
        pass


class D:
    only_set, only_delete = OnlySet(), OnlyDelete()


LONG = "L" * 250
Long = type(LONG, (), {})
LongSlots = type(LONG, (), {"__slots__": (), "found": 1, "__hash__": None})
A600 = type("A" * 600, (), {})
B600 = type("B" * 600, (A600,), {})
EMPTY, ONE = {}, {1: 2}
PAIR = ([],)


def resized(reverse):
    made = {1: 1, 2: 2}
    for key in reversed(made) if reverse else made:
        made[key + 10] = 1


class Grows:
    """Its equality adds to the other dict."""
    other = {}

    def __hash__(self):
        return 1

    def __eq__(self, other):
        Grows.other[len(Grows.other) + 100] = 1
        return self is other


def mutated():
    Grows.other.update({Grows(): 1})
    {Grows(): 1}.update(Grows.other)


CASES = {
    "hash": lambda: hash(List()),
    "hash long": lambda: hash(LongSlots()),
    "hash nested": lambda: hash((List(),)),
    "get": lambda: ONE.get(List()),
    "get empty": lambda: EMPTY.get(List()),
    "get_item": lambda: ONE[List()],
    "contains": lambda: List() in ONE,
    "insert": lambda: ONE.__setitem__(List(), 1),
    "insert nested": lambda: ONE.__setitem__((List(),), 1),
    "insert long": lambda: ONE.__setitem__(LongSlots(), 1),
    "insert raises": lambda: ONE.__setitem__(Raises(), 1),
    "setdefault": lambda: ONE.setdefault(List(), 1),
    "del": lambda: ONE.__delitem__(List()),
    "pop": lambda: ONE.pop(List()),
    "pop_or": lambda: ONE.pop(List(), 1),
    "fromkeys": lambda: dict.fromkeys((List(),)),
    "fromkeys int": lambda: dict.fromkeys(5),
    "update": lambda: {}.update((((List()), 1),)),
    "in keys": lambda: List() in ONE.keys(),
    "in items": lambda: (List(), 1) in ONE.items(),
    "set": lambda: {List()},
    "in set": lambda: List() in {1},
    "discard": lambda: {1}.discard(List()),
    "frozenset": lambda: frozenset((List(),)),
    "in frozenset": lambda: List() in frozenset((1,)),
    "items | ()": lambda: {1: List()}.items() | (),
    "items & set": lambda: {1: List()}.items() & {1, 2},
    "items <= set": lambda: {1: List()}.items() <= {1, 2},
    "keys & tuple": lambda: ONE.keys() & (List(),),
    "keys - tuple": lambda: ONE.keys() - (List(),),
    "keys ^ tuple": lambda: ONE.keys() ^ (List(),),
    "missing": lambda: ONE["\u31ef\U0001fae8\U0001fae9\U0001cc00"],
    "del missing": lambda: ONE.__delitem__(2),
    "pop missing": lambda: ONE.pop("it's"),
    "popitem": lambda: EMPTY.popitem(),
    "update int": lambda: {}.update(5),
    "update long": lambda: {}.update(Long()),
    "update (5,)": lambda: {}.update((5,)),
    "update bytes": lambda: {}.update(b"ab"),
    "update ((1,),)": lambda: {}.update(((1,),)),
    "update str": lambda: {}.update("ab"),
    "dict | int": lambda: {} | 5,
    "dict | long": lambda: {} | Long(),
    "keys < int": lambda: ONE.keys() < 5,
    "items >= long": lambda: ONE.items() >= Long(),
    "keys & int": lambda: ONE.keys() & 5,
    "resized": lambda: resized(False),
    "resized, reversed": lambda: resized(True),
    "mutated": mutated,
    "hash proxy": lambda: hash(types.MappingProxyType({})),
    "proxy get": lambda: types.MappingProxyType(ONE).get(List()),
    "proxy item": lambda: types.MappingProxyType(ONE)["\u31ef"],
    "proxy | int": lambda: types.MappingProxyType(ONE) | 5,
    "getattr": lambda: C().x,
    "getattr long": lambda: Long().x,
    "getattr int": lambda: (1).x,
    "getattr of type": lambda: C.x,
    "getattr of long type": lambda: Long.x,
    "getattr no name": lambda: getattr(C(), 1),
    "getattr long name": lambda: getattr(C(), Long()),
    "setattr int": lambda: setattr(1, "y", 1),
    "setattr slots": lambda: setattr(S(), "y", 1),
    "setattr long slots": lambda: setattr(LongSlots(), "y", 1),
    "setattr read-only": lambda: setattr(S(), "found", 1),
    "setattr long read-only": lambda: setattr(LongSlots(), "found", 1),
    "setattr of int": lambda: setattr(int, "x", 1),
    "setattr of int, escaped": lambda: setattr(int, "\u31ef", 1),
    "setattr only delete": lambda: setattr(D(), "only_delete", 1),
    "setattr as object": lambda: object.__setattr__(C, "x", 1),
    "delattr": lambda: delattr(C(), "x"),
    "delattr long": lambda: delattr(Long(), "x"),
    "delattr int": lambda: delattr(1, "y"),
    "delattr slots": lambda: delattr(S(), "y"),
    "delattr read-only": lambda: delattr(S(), "found"),
    "delattr of type": lambda: delattr(C, "x"),
    "delattr of long type": lambda: delattr(Long, "x"),
    "delattr of int": lambda: delattr(int, "x"),
    "delattr only set": lambda: delattr(D(), "only_set"),
    "delattr as object": lambda: object.__delattr__(C, "x"),
    "order": lambda: type("X", (A, B), {}),
    "order of long": lambda: type("X", (A600, B600), {}),
    "twice": lambda: type("X", (A, A), {}),
    "bool as base": lambda: type("X", (bool,), {}),
    "metaclasses": lambda: type("X", (CM, CN), {}),
    "null": lambda: type("a\0b", (), {}),
    "metatype": lambda: type.__new__(int, "X", (), {}),
    "bases of int": lambda: setattr(int, "__bases__", (A,)),
    "no bases": lambda: setattr(A, "__bases__", ()),
    "cycle": lambda: setattr(A, "__bases__", (B,)),
}


def shown(error):
    return repr(error.args[0]) if isinstance(error, KeyError) else str(error)


if __name__ == "__main__":
    recorded.calls(__file__, CASES, shown)
