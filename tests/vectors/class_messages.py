"""The errors of CPython about classes, for tests/object_class_messages.rs: live or recorded.

usage: python3 class_messages.py < /dev/null > ANSWERS
       python3 class_messages.py record PYTHON... > class_messages.json

Answers are the errors of the calls below, by name. The classes have a name of 400 characters that
take three bytes each, so that a message which cuts it shows where, and what becomes of the
character inside which it cuts. A run of them is written as their count.
"""
import sys

HERE = sys.path.pop(0)  # Its files must not stand for modules of the standard library.

import re

sys.path.append(HERE)

import recorded

LONG = "\u20ac" * 400


def make(name=LONG, bases=(), meta=type, keywords=(), **body):
    return meta(name, bases, dict({"__module__": "m"}, **body), **dict(keywords))


class C:
    pass


class D:
    __slots__ = ("a",)


Plain, Empty, Found = make(), make(__slots__=()), make(__slots__=(), found=1)
A, B = make(__slots__=("a",)), make(__slots__=("b",))
Sub = make(bases=(Plain,))
Meta = make(bases=(type,))
OfMeta = make(meta=Meta)
ONE = Plain()


def mro(*names):
    first = make("F")
    return type("X", (object, first) + tuple(make(name) for name in names), {})


def with_key(key):
    made = C()
    made.__dict__.update({"a": 1, key: 2})
    return dir(made)


CASES = {
    "getattr": lambda: ONE.x,
    "getattr of type": lambda: Plain.x,
    "getattr of metatype": lambda: Meta.x,
    "getattr of its type": lambda: OfMeta.x,
    "getattr, no name": lambda: getattr(C(), ONE),
    "setattr, no name": lambda: setattr(C(), ONE, 1),
    "delattr, no name": lambda: delattr(C(), ONE),
    "getattr of type, no name": lambda: getattr(C, ONE),
    "setattr of type, no name": lambda: setattr(C, ONE, 1),
    "setattr, no dict": lambda: setattr(Empty(), "y", 1),
    "setattr, read-only": lambda: setattr(Found(), "found", 1),
    "delattr": lambda: delattr(ONE, "y"),
    "delattr, no dict": lambda: delattr(Empty(), "y"),
    "delattr, read-only": lambda: delattr(Found(), "found"),
    "delattr of type": lambda: delattr(Plain, "y"),
    "setattr as object": lambda: object.__setattr__(OfMeta, "x", 1),
    "delattr as object": lambda: object.__delattr__(OfMeta, "x"),
    "setattr, immutable": lambda: setattr(int, "\u31ef", 1),
    "twice": lambda: make(bases=(Plain, Plain)),
    "metatypes": lambda: make(bases=(OfMeta, make(meta=make("N", (type,))))),
    "metatype": lambda: type.__new__(Plain, "X", (), {}),
    "order": lambda: mro(*["\u20ac" * 100] * 4),
    "order, one more": lambda: mro("A", *["\u20ac" * 100] * 4),
    "order, two more": lambda: mro("AB", *["\u20ac" * 100] * 4),
    "order, three more": lambda: mro("ABC", *["\u20ac" * 100] * 4),
    "final": lambda: make(bases=(bool,)),
    "final None": lambda: make(bases=(type(None),)),
    "layouts": lambda: make(bases=(A, B)),
    "layouts of built-ins": lambda: make(bases=(int, str)),
    "bases: none": lambda: setattr(Plain, "__bases__", ()),
    "bases: no tuple": lambda: setattr(Plain, "__bases__", ONE),
    "bases: no class": lambda: setattr(Plain, "__bases__", (ONE,)),
    "bases: cycle": lambda: setattr(Plain, "__bases__", (Sub,)),
    "bases: final": lambda: setattr(Sub, "__bases__", (bool,)),
    "bases: other layout": lambda: setattr(make(bases=(A,)), "__bases__", (B,)),
    "bases: own layout": lambda: setattr(A, "__bases__", (B,)),
    "bases: more": lambda: setattr(make(bases=(Empty,)), "__bases__", (Plain,)),
    "bases: less": lambda: setattr(make(bases=(Plain,)), "__bases__", (Empty,)),
    "bases: deleted": lambda: delattr(Plain, "__bases__"),
    "bases: immutable": lambda: setattr(bool, "__bases__", 5),
    "class: deleted": lambda: delattr(Plain(), "__class__"),
    "class: no class": lambda: setattr(Plain(), "__class__", ONE),
    "class: immutable": lambda: setattr(Plain(), "__class__", int),
    "class: of an int": lambda: setattr(1, "__class__", Plain),
    "class: other layout": lambda: setattr(A(), "__class__", B),
    "class: less": lambda: setattr(Plain(), "__class__", Empty),
    "class: more": lambda: setattr(Empty(), "__class__", Plain),
    "class: same slots": lambda: setattr(A(), "__class__", make("A", __slots__=("a",))),
    "class: same slots and weakref": lambda: setattr(
        make("W", __slots__=("a", "__weakref__"))(), "__class__",
        make("V", __slots__=("__weakref__", "a"))),
    "class: of a type": lambda: setattr(Plain, "__class__", int),
    "class: of a type, no metatype": lambda: setattr(OfMeta, "__class__", Plain),
    "class: of an immutable type": lambda: setattr(bool, "__class__", 5),
    "name: deleted": lambda: delattr(Plain, "__name__"),
    "name: no str": lambda: setattr(Plain, "__name__", ONE),
    "name: null": lambda: setattr(Plain, "__name__", "a\0b"),
    "name: surrogate": lambda: setattr(Plain, "__name__", "a\ud800"),
    "name: immutable": lambda: setattr(int, "__name__", "x"),
    "name: immutable, deleted": lambda: delattr(int, "__name__"),
    "qualname: deleted": lambda: delattr(Plain, "__qualname__"),
    "qualname: no str": lambda: setattr(Plain, "__qualname__", ONE),
    "qualname: in the body": lambda: make(__qualname__=ONE),
    "qualname: None": lambda: make(__qualname__=None),
    "module: deleted": lambda: delattr(Plain, "__module__"),
    "module: immutable": lambda: setattr(int, "__module__", "x"),
    "doc: deleted": lambda: delattr(Plain, "__doc__"),
    "doc: immutable": lambda: setattr(int, "__doc__", "x"),
    "mro: set": lambda: setattr(Plain, "__mro__", 1),
    "mro: deleted": lambda: delattr(Plain, "__mro__"),
    "base: set": lambda: setattr(Plain, "__base__", 1),
    "dict of type: set": lambda: setattr(Plain, "__dict__", 1),
    "dict of type: deleted": lambda: delattr(Plain, "__dict__"),
    "dict: no dict": lambda: setattr(Plain(), "__dict__", ONE),
    "dict: none to set": lambda: setattr(Empty(), "__dict__", {}),
    "dict: none to delete": lambda: delattr(Empty(), "__dict__"),
    "dict: of a class": lambda: setattr(make(meta=make(bases=(Plain, type))), "__dict__", 1),
    "dict: of another": lambda: Plain.__dict__["__dict__"].__get__(Empty()),
    "weakref: set": lambda: setattr(Plain(), "__weakref__", 1),
    "weakref: deleted": lambda: delattr(Plain(), "__weakref__"),
    "weakref: of another": lambda: Plain.__dict__["__weakref__"].__get__(1),
    "slot: of another": lambda: A.__dict__["a"].__get__(ONE),
    "slot: not set": lambda: A().a,
    "slot: not set, in __main__": lambda: D().a,
    "slot: not set, other qualname": lambda: make("X", __qualname__="Y.X", __slots__="a")().a,
    "slot: deleted": lambda: delattr(A(), "a"),
    "name: of another": lambda: type.__dict__["__name__"].__get__(ONE),
    "mro: of another": lambda: type.__dict__["__mro__"].__get__(ONE),
    "slots: int": lambda: make(bases=(make(bases=(int,)),), __slots__=("a",)),
    "slots: tuple": lambda: make(bases=(make(bases=(tuple,)),), __slots__=("a",)),
    "slots: type": lambda: make(bases=(Meta,), __slots__=("a",)),
    "slots: int, weakref": lambda: make(bases=(int,), __slots__=("__weakref__",)),
    "slots: int, dict twice": lambda: make(bases=(int,), __slots__=("__dict__", "__dict__")),
    "slots: no str": lambda: make(__slots__=(ONE,)),
    "slots: bytes": lambda: make(__slots__=b"ab"),
    "slots: not iterable": lambda: make(__slots__=ONE),
    "slots: None": lambda: make(__slots__=None),
    "slots: no identifier": lambda: make(__slots__=("1x",)),
    "slots: empty": lambda: make(__slots__=("",)),
    "slots: surrogate": lambda: make(__slots__=("a\ud800",)),
    "slots: letter of Unicode 15.1": lambda: make(__slots__=("\U0002ebf0",)),
    "slots: letter of Unicode 16": lambda: make(__slots__=("\ua7cd",)),
    "slots: dict": lambda: make(bases=(Plain,), __slots__=("__dict__",)),
    "slots: dict twice": lambda: make(__slots__=("__dict__", "__dict__")),
    "slots: weakref": lambda: make(bases=(Plain,), __slots__=("__weakref__",)),
    "slots: conflict": lambda: make(**{"__slots__": ("\ua7cb",), "\ua7cb": 1}),
    "slots: conflict of a private one": lambda: make("C", __slots__=("__a",), _C__a=1),
    "null": lambda: make("a\0b"),
    "set_name": lambda: make(**{"\u31ef": make(__set_name__=ONE)()}),
    "init_subclass": lambda: make(bases=(make(__init_subclass__=ONE),)),
    "init_subclass with keywords": lambda: make(bases=(Plain,), keywords={"k": 1}),
    "getattr hook": lambda: make(__getattr__=ONE)().x,
    "super: no type": lambda: super(ONE, C()),
    "super: int": lambda: super(5, 5),
    "super: other object": lambda: super(Plain, C()),
    "super: other class": lambda: super(C, Plain()),
    "super: other types": lambda: super(Plain, C),
    "super: type": lambda: super(C, Plain),
    "super: other int": lambda: super(Plain, 1),
    "super: no attribute": lambda: super(Plain, ONE).x,
    "super: no object": lambda: getattr(super(Plain), "\u31ef"),
    "super: no name": lambda: getattr(super(Plain, ONE), ONE),
    "isinstance": lambda: isinstance(1, ONE),
    "isinstance of a tuple": lambda: isinstance(1, (str, 5)),
    "issubclass of no class": lambda: issubclass(ONE, int),
    "issubclass": lambda: issubclass(int, ONE),
    "issubclass of a tuple": lambda: issubclass(int, (str, 1)),
    "issubclass of neither": lambda: issubclass(1, 1),
    "dir of an int": lambda: with_key(1),
    "dir": lambda: with_key(ONE),
}


def shown(error):
    return re.sub("\u20ac+", lambda run: f"<{len(run.group())}>", str(error))


if __name__ == "__main__":
    recorded.calls(__file__, CASES, shown)
