"""Runs programs of class bodies in CPython, for tests/object_class_bodies.rs.

usage: python3 class_bodies.py play < PROGRAMS > OUTCOMES
       python3 class_bodies.py program SEED COUNT > PROGRAMS
       python3 class_bodies.py record > class_bodies.json

PROGRAMS is {"programs": [[step, ...], ...]}; OUTCOMES is {"version": [3, 11], "outcomes":
[[outcome, ...], ...]}. A step is a list that begins with its kind: see the methods do_... A number
chooses among the classes or objects, modulo their count. An outcome is a text.

record plays the same programs in each of the interpreters that HEDGEROW_PYTHONS names, divided by
colons, and writes [programs, {"3.11": outcomes, ...}].
"""

import gc
import json
import os
import random
import subprocess
import sys

# What differs between the two sides by design: methods of object and type that are functions.
SPECIAL = ["__name__", "__qualname__", "__bases__", "__base__", "__mro__", "__dict__",
           "__module__", "__doc__", "__class__", "__weakref__"]
NAMES = ["a", "b", "x", "_C__p", "hook"]
SLOTS = ["a", "b", "x", "__p", "__dict__", "__weakref__", "__doc__", "1x", 5, "__qualname__"]
BUILTINS = [object, int, str, tuple, frozenset, type, bool, bytes, float]


def is_builtin(cls):
    """By identity: a metaclass may have any `__eq__`."""
    return any(cls is builtin for builtin in BUILTINS)


# Here the built-in types have no texts, and there are no weak references.
DOCS = [b.__doc__ for b in BUILTINS]


class Function:
    """A function of a class body: it logs, and fails or changes a class if told to."""

    def __init__(self, program, tag, action):
        self.program, self.tag, self.action = program, tag, action

    def __get__(self, instance, owner=None):
        return self if instance is None else Bound(self, instance)

    def __call__(self, *args, **kwargs):
        return self.program.called(self, args, kwargs)


class Bound:
    def __init__(self, function, instance):
        self.function, self.instance = function, instance

    def __call__(self, *args, **kwargs):
        return self.function(self.instance, *args, **kwargs)


class ClassFunction:
    """classmethod(Function), for __init_subclass__ however it is given."""

    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner=None):
        return Bound(self.function, owner if owner is not None else type(instance))


class Program:
    def __init__(self):
        self.log = []
        self.classes = []
        self.objects = []
        self.given_hash = []
        program = self

        class Named:
            def __init__(self, tag, action):
                self.tag, self.action = tag, action

            def __set_name__(self, owner, name):
                program.say("set_name N%d %s %s" % (self.tag, owner.__name__, name))
                program.act(self.action, self.tag, owner)

        self.named = Named

    def say(self, line):
        self.log.append(line)

    def act(self, action, tag, owner):
        if action == 1:
            raise ValueError("hook %d fails" % tag)
        if action == 2:
            owner.b = tag
        if action == 3:
            raise AttributeError("hook %d hides" % tag)

    def called(self, function, args, kwargs):
        def line():
            # When the step has ended: then a new class has its number.
            shown = [self.show(a) for a in args]
            shown += ["%s=%s" % (k, self.show(v)) for k, v in kwargs.items()]
            return "call F%d(%s)" % (function.tag, ", ".join(shown))

        self.say(line)
        owner = args[0] if isinstance(args[0], type) else type(args[0])
        self.act(function.action, function.tag, owner)
        return "result %d" % function.tag

    def show(self, value):
        """The text of a value, the same on both sides."""
        if issubclass(type(value), type):
            if is_builtin(value):
                return value.__name__
            known = [n for n, c in enumerate(self.classes) if c is value]
            return "class %s" % known[0] if known else "new class"
        # By identity, as a metaclass may have any `__eq__`.
        if any(type(value) is known for known in (Function, ClassFunction, Bound)):
            return type(value).__name__
        if type(value) is self.named:
            return "N%d" % value.tag
        if type(value).__name__ in ("member_descriptor", "getset_descriptor"):
            return repr(value)
        if type(value).__name__ == "mappingproxy":
            return "proxy"
        if type(value) is dict:
            return "{%s}" % ", ".join("%s: %s" % (k, self.show(v)) for k, v in value.items())
        if type(value) is tuple:
            return "(%s)" % ", ".join(map(self.show, value))
        if type(value).__name__ == "ReferenceType" or type(value) is str and value in DOCS:
            return "None"
        known = [n for n, o in enumerate(self.objects) if o is value]
        return "object %d" % known[0] if known else repr(value)

    def is_own(self, name):
        """Whether only CPython has the name: here a runtime defines functions."""
        return name not in SPECIAL + NAMES + ["__slots__", "__getattr__"]

    def base(self, choice):
        if choice < 0:
            return BUILTINS[-choice - 1]
        return self.classes[choice % len(self.classes)] if self.classes else object

    def target(self, choice):
        if choice == -1:
            return 1
        if choice == -2:
            return int
        everything = self.classes + self.objects
        return everything[choice % len(everything)] if everything else object

    def value(self, form):
        if not isinstance(form, list):
            return form
        kind, *rest = form
        if kind == "named":
            return self.named(*rest)
        if kind == "function":
            return Function(self, *rest)
        if kind == "classfunction":
            return ClassFunction(Function(self, *rest))
        if kind == "slots":
            return tuple(rest[0])
        if kind == "dict":
            return dict(rest[0])
        if kind == "bases":
            return tuple(self.base(b) if b != "bad" else 1 for b in rest[0])
        assert kind == "class", form
        return self.base(rest[0])

    def do_class(self, name, bases, namespace, keywords, metatype):
        metatypes = [type] + [c for c in self.classes if issubclass(c, type)]
        metatype = metatypes[metatype % len(metatypes)]
        body = {"__module__": "m"}
        for key, form in namespace:
            body[key] = self.value(form)
        bases = tuple(self.base(b) for b in bases)
        made = metatype(name, bases, body, **dict(keywords))
        self.classes.append(made)
        gives = ["dict"] * (made.__dictoffset__ != 0) + ["weak"] * (made.__weakrefoffset__ != 0)
        mro = " ".join(self.show(c) for c in made.__mro__)
        return "%s; %s; %s" % (mro, " ".join(gives), " ".join(made.__dict__))

    def keep_hashable(self):
        """Where `__eq__` took the hash of a metaclass, its classes get theirs back: an MRO error
        hashes them."""
        for cls in self.classes:
            if issubclass(cls, type) and cls.__hash__ is None:
                if "__hash__" not in cls.__dict__:
                    self.given_hash.append(cls)
                type.__setattr__(cls, "__hash__", type.__hash__)

    def do_object(self, cls):
        cls = self.classes[cls % len(self.classes)] if self.classes else object
        if any(is_builtin(c) and c is not object for c in type.mro(cls)):
            return "builtin"
        self.objects.append(object.__new__(cls))
        return "made"

    def do_get(self, target, name):
        return self.show(getattr(self.target(target), name))

    def do_set(self, target, name, form):
        setattr(self.target(target), name, self.value(form))
        return "set"

    def do_delete(self, target, name):
        delattr(self.target(target), name)
        return "deleted"

    def do_dir(self, target):
        return " ".join(name for name in dir(self.target(target)) if not self.is_own(name))

    def do_names(self, cls):
        if not self.classes:
            return ""
        cls = self.classes[cls % len(self.classes)]
        given = any(cls is other for other in self.given_hash)
        return " ".join(n for n in cls.__dict__ if not (given and n == "__hash__"))

    def do_super(self, cls, target, name):
        return self.show(getattr(super(self.base(cls), self.target(target)), name))

    def do_isinstance(self, target, forms):
        return repr(isinstance(self.target(target), self.value(forms)))

    def do_issubclass(self, target, forms):
        return repr(issubclass(self.target(target), self.value(forms)))

    def do_subclasses(self, cls):
        gc.collect()
        if not self.classes:
            return ""
        cls = self.classes[cls % len(self.classes)]
        return " ".join(self.show(c) for c in type.__subclasses__(cls))

    def do_member(self, cls, name, target):
        """A descriptor out of the dict of a class, on any object."""
        found = self.base(cls).__dict__.get(name)
        if type(found).__name__ not in ("member_descriptor", "getset_descriptor"):
            return "none"
        return self.show(found.__get__(self.target(target)))

    def run(self, step):
        kind, *rest = step
        return getattr(self, "do_" + kind)(*rest)


def play(program):
    world = Program()
    for step in program:
        try:
            outcome = world.run(step)
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
            del error
        world.keep_hashable()
        lines = [line() if callable(line) else line for line in world.log]
        outcome += "".join(" | " + line for line in lines)
        world.log.clear()
        yield outcome


def some_value(rng):
    kind = rng.randrange(10)
    action = rng.choice([0, 0, 0, 0, 1, 2, 3])
    if kind < 4:
        return rng.randrange(100)
    if kind < 6:
        return ["named", rng.randrange(100), action]
    if kind < 8:
        return ["function", rng.randrange(100), action]
    return rng.choice(["text", None])


def some_bases(rng, most=3):
    chosen = [rng.randrange(1000) if rng.randrange(6) else -rng.randrange(1, len(BUILTINS) + 1)
              for _ in range(rng.randrange(most))]
    return chosen


def class_step(rng):
    namespace = []
    if rng.random() < 0.6:
        count = rng.choice([0, 0, 1, 1, 2, 3])
        slots = [rng.choice(SLOTS[:6] if rng.randrange(8) else SLOTS) for _ in range(count)]
        namespace.append(["__slots__", ["slots", slots]] if rng.randrange(10) else
                         ["__slots__", rng.choice(["a", "x", "a b", 5])])
    for name in ["a", "b", "__doc__", "__qualname__", "__eq__"]:
        if rng.random() < 0.15:
            value = some_value(rng)
            namespace.append([name, value])
    if rng.random() < 0.12:
        action = rng.choice([0, 0, 0, 1, 2])
        namespace.append(["__init_subclass__", ["classfunction", rng.randrange(100), action]])
    if rng.random() < 0.15:
        action = rng.choice([0, 0, 1, 3])
        namespace.append(["__getattr__", ["function", rng.randrange(100), action]])
    keywords = [["k", rng.randrange(9)]] if rng.random() < 0.06 else []
    name = rng.choice(["A", "B", "C", "_C", "D", "__", "x" * 45])
    metatype = rng.randrange(1000) if rng.random() < 0.3 else 0
    return ["class", name, some_bases(rng), namespace, keywords, metatype]


def special_value(rng, name):
    if name == "__bases__":
        bad = ["bases", ["bad"]]
        return bad if rng.randrange(8) == 0 else rng.choice([
            ["bases", some_bases(rng)], ["bases", some_bases(rng)], ["bases", []], 5])
    if name == "__class__":
        return rng.choice([["class", rng.randrange(1000)], ["class", rng.randrange(1000)],
                           ["class", -rng.randrange(1, 10)], 7])
    if name == "__dict__":
        return rng.choice([["dict", [["a", 1], ["x", 2]]], ["dict", []], 5, None])
    return rng.choice(["q", "new name", 5, None, ["class", 0]])


def step(rng):
    kinds = {"class": 7, "object": 5, "get": 14, "set": 14, "delete": 4, "dir": 2, "names": 1,
             "super": 4, "isinstance": 3, "issubclass": 2, "subclasses": 1, "member": 3}
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    target = -1 - rng.randrange(2) if rng.randrange(14) == 0 else rng.randrange(1000)
    name = rng.choice(SPECIAL) if rng.random() < 0.5 else rng.choice(NAMES)
    if kind == "class":
        return class_step(rng)
    if kind in ("object", "names", "subclasses"):
        return [kind, rng.randrange(1000)]
    if kind in ("get", "delete"):
        return [kind, target, name]
    if kind == "set":
        value = special_value(rng, name) if name in SPECIAL else some_value(rng)
        return [kind, target, name, value]
    if kind == "dir":
        return [kind, target]
    if kind == "super":
        name = rng.choice(NAMES + ["__self__", "__thisclass__"])
        return [kind, rng.randrange(1000), target, name]
    if kind == "member":
        return [kind, rng.randrange(1000), rng.choice(["a", "x", "__dict__", "__weakref__"]),
                target]
    return [kind, target, rng.choice([["class", rng.randrange(1000)], ["bases", some_bases(rng)],
                                      ["bases", [rng.randrange(99), "bad"]], 5])]


def programs(seed, count, length=60):
    rng = random.Random(seed)
    return [[class_step(rng) for _ in range(2)] + [step(rng) for _ in range(length)]
            for _ in range(count)]


def record():
    chosen = programs(22, 24)
    text = json.dumps({"programs": chosen})
    outcomes = {}
    for python in os.environ["HEDGEROW_PYTHONS"].split(":"):
        done = subprocess.run([python, __file__, "play"], input=text, capture_output=True,
                              text=True, check=True)
        answers = json.loads(done.stdout)
        outcomes["%d.%d" % tuple(answers["version"])] = answers["outcomes"]
    first = next(iter(outcomes))
    for version in list(outcomes)[1:]:
        # Of the other versions only the outcomes that differ from those of the first.
        outcomes[version] = [
            {str(at): theirs for at, (theirs, ours) in enumerate(zip(lines, base))
             if theirs != ours}
            for lines, base in zip(outcomes[version], outcomes[first])]
    print(json.dumps([chosen, outcomes], separators=(",", ":")).replace("],[[", "],\n[["))


def main():
    if sys.argv[1:] == ["record"]:
        return record()
    if sys.argv[1:2] == ["program"]:
        return print(json.dumps({"programs": programs(int(sys.argv[2]), int(sys.argv[3]))}))
    if sys.argv[1:] != ["play"]:
        sys.exit(__doc__)
    questions = json.loads(sys.stdin.read())
    chosen = questions["programs"] if "programs" in questions else programs(*questions["random"])
    outcomes = [list(play(program)) for program in chosen]
    print(json.dumps({"version": list(sys.version_info[:2]), "programs": chosen,
                      "outcomes": outcomes}))


if __name__ == "__main__":
    main()
