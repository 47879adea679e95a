"""Runs programs of classes and attributes in CPython, for tests/object_types_oracle.rs.

usage: python3 class_programs.py play < PROGRAMS > OUTCOMES
       python3.11 class_programs.py record > class_programs.json

PROGRAMS is {"programs": [[slotted, [step, ...]], ...]}; OUTCOMES adds "version": [3, 11] and
"outcomes": [[outcome, ...], ...]. A step is a list that begins with its kind: see the methods
do_... A number chooses among the classes or objects, modulo their count. An outcome is a text.
"""

import json
import random
import sys

# Code points: ASCII, beyond ASCII, beyond 16 bits, that as two surrogates, and one of those.
NAMES = ["61", "62", "e9", "1f993", "d83e dd93", "d83e", "61 27 62"]


def key(form):
    """A name as its code points in hex, or a key that is no name."""
    if isinstance(form, str):
        return "".join(chr(int(point, 16)) for point in form.split(" "))
    return form


def describe(value):
    """The text of a value, the same on both sides."""
    return value.label if hasattr(type(value), "label") else repr(value)


class Program:
    def __init__(self, slotted):
        self.log = []
        self.slotted = slotted
        root = type("Root", (), {"__slots__": ()} if slotted else {})
        self.classes = [root]
        self.metatypes = [type]
        self.objects = []

    def base(self, choice):
        """Negative choices are built-in types."""
        if choice < 0:
            return {-1: object, -2: bool, -3: type(None)}[choice]
        return self.classes[choice % len(self.classes)]

    def target(self, choice):
        """What an attribute is looked up on: an object, a class, or an int."""
        if choice == -1:
            return 1
        if choice == -2:
            return int
        everything = self.classes + self.objects + self.metatypes[1:]
        return everything[choice % len(everything)]

    def descriptor(self, methods, action, tag):
        program = self

        def act(owner):
            if action == 1:
                raise ValueError("descriptor %d fails" % tag)
            if action == 2:
                setattr(owner, "a", 7)

        def get(self, instance, owner):
            act(owner)
            on = "type" if instance is None else "object"
            return "get %d on %s of %s" % (tag, on, owner.__name__)

        def set_(self, instance, value):
            act(type(instance))
            program.log.append("set %d to %s" % (tag, describe(value)))

        def delete(self, instance):
            act(type(instance))
            program.log.append("delete %d" % tag)

        body = {"label": "D%d" % tag}
        functions = {"__get__": get, "__set__": set_, "__delete__": delete}
        for bit, name in enumerate(functions):
            if methods >> bit & 1:
                body[name] = functions[name]
        return type("Scripted", (), body)()

    def value(self, form):
        return self.descriptor(*form) if isinstance(form, list) else form

    def run(self, step):
        kind, *rest = step
        return getattr(self, "do_" + kind)(*rest)

    def do_create(self, name, bases, slotted, metatype):
        body = {"__slots__": ()} if slotted and self.slotted else {}
        metatype = self.metatypes[metatype % len(self.metatypes)]
        bases = tuple(self.base(base) for base in bases) or (self.classes[0],)
        made = metatype(name, bases, body)
        self.classes.append(made)
        return self.mro(made)

    def do_metatype(self, name, bases):
        bases = tuple(self.metatypes[base % len(self.metatypes)] for base in bases) or (type,)
        self.metatypes.append(type(name, bases, {}))
        return "made"

    def mro(self, cls):
        numbers = {c: str(number) for number, c in enumerate(self.classes)}
        return " ".join(numbers.get(c, c.__name__) for c in cls.__mro__)

    def do_bases(self, cls, bases):
        cls = self.classes[cls % len(self.classes)]
        cls.__bases__ = tuple(self.base(base) for base in bases)
        return "changed"

    def do_mros(self):
        return "; ".join(self.mro(cls) for cls in self.classes)

    def do_object(self, cls):
        made = self.classes[cls % len(self.classes)]()
        self.objects.append(made)
        return "with dict" if hasattr(made, "__dict__") else "without"

    def do_get(self, target, name):
        return describe(getattr(self.target(target), key(name)))

    def do_set(self, target, name, value):
        setattr(self.target(target), key(name), self.value(value))
        return "set"

    def do_delete(self, target, name):
        delattr(self.target(target), key(name))
        return "deleted"

    def do_put(self, number, name, value):
        """Writes directly to the dict of an object."""
        if not self.objects:
            return "no object"
        target = self.objects[number % len(self.objects)]
        if not hasattr(target, "__dict__"):
            return "no dict"
        target.__dict__[key(name)] = value
        return repr(len(target.__dict__))

    def do_lookup(self, cls, name):
        name = key(name)
        for ancestor in self.classes[cls % len(self.classes)].__mro__:
            if name in ancestor.__dict__:
                return describe(ancestor.__dict__[name])
        return "absent"

    def do_names(self, cls):
        names = self.classes[cls % len(self.classes)].__dict__
        return ",".join(name for name in names if not name.startswith("__"))


def play(program):
    slotted, steps = program
    world = Program(slotted)
    for step in steps:
        try:
            outcome = world.run(step)
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
        outcome += "".join(" | " + line for line in world.log)
        world.log.clear()
        yield outcome.encode("utf-8", "backslashreplace").decode("utf-8")


def some_bases(rng, lowest):
    """Not only object: CPython refuses to change bases to those of another layout."""
    bases = [rng.randrange(1000) if rng.randrange(20) else rng.randrange(lowest, 0)
             for _ in range(rng.randrange(4))]
    return bases + [0] if bases and set(bases) == {-1} else bases


def create_step(rng):
    name = rng.choice(list("ABCDEFGHIJKLM") + ["Caf\u00e9", "it's", "\U0001f993" * 13])
    metatype = rng.randrange(1000) if rng.random() < 0.5 else 0
    return ["create", name, some_bases(rng, -3), rng.random() < 0.5, metatype]


def graph_step(rng):
    kind = rng.choices(["create", "bases", "mros"], [4, 2, 1])[0]
    if kind == "create":
        return create_step(rng)
    if kind == "bases":
        bases = [base for base in some_bases(rng, -3) if base != -1]
        return ["bases", rng.randrange(1000), bases]
    return [kind]


def attribute_step(rng):
    kinds = {"create": 6, "metatype": 3, "object": 3, "get": 12, "set": 10, "delete": 4, "put": 3,
             "lookup": 3, "names": 1}
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    target = rng.choice([-1, -2]) if rng.randrange(11) == 0 else rng.randrange(1000)
    no_str = rng.randrange(20) == 0 and kind != "lookup"
    name = rng.choice([True, 1, None]) if no_str else rng.choice(NAMES)
    if kind == "create":
        return create_step(rng)
    if kind == "metatype":
        return [kind, rng.choice("MN"), [rng.randrange(1000) for _ in range(rng.randrange(3))]]
    if kind in ("object", "names"):
        return [kind, rng.randrange(1000)]
    if kind in ("get", "delete"):
        return [kind, target, name]
    if kind == "set":
        scripted = [rng.randrange(8), rng.choice([0, 0, 0, 1, 2]), rng.randrange(100)]
        return [kind, target, name, scripted if rng.random() < 0.4 else rng.randrange(100)]
    return [kind, rng.randrange(1000), name] + ([rng.randrange(100)] if kind == "put" else [])


def record():
    if sys.version_info[:2] != (3, 11):
        sys.exit("the words are those of CPython 3.11: record with that")
    # With this seed every kind of outcome that the test expects occurs.
    rng = random.Random(2)
    programs = [[False, [graph_step(rng) for _ in range(30)]] for _ in range(25)]
    programs += [[rng.random() < 0.5, [attribute_step(rng) for _ in range(80)]] for _ in range(40)]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    rows = ([*program, list(play(program))] for program in programs)
    print("[")
    print(",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows))
    print("]")


def main():
    if sys.argv[1:] == ["record"]:
        return record()
    if sys.argv[1:] != ["play"]:
        sys.exit(__doc__)
    programs = json.loads(sys.stdin.read())["programs"]
    outcomes = [list(play(program)) for program in programs]
    # Escaped, so that surrogates survive. Outcomes have their surrogates escaped already, so JSON
    # does not join two of them.
    print(json.dumps({"version": list(sys.version_info[:2]), "outcomes": outcomes}))


if __name__ == "__main__":
    main()
