"""Plays programs of classes and attributes in CPython, for tests/object_types_oracle.rs.

Reads {"programs": [[step, ...], ...]} from standard input, and writes {"version": [3, 11],
"outcomes": [[outcome, ...], ...]}. A step is a list, its kind first; numbers choose among what is
there, modulo its count. An outcome is a text, and the same on both sides.
"""

import json
import sys




def key(form):
    """A name as its code points in hex, or a key that is no name."""
    if isinstance(form, str):
        return "".join(chr(int(point, 16)) for point in form.split(" "))
    return form


def describe(value):
    """A value as both sides show it."""
    return value.label if hasattr(type(value), "label") else repr(value)


class Program:
    def __init__(self, slotted):
        self.log = []
        self.slotted = slotted
        root = type("Root", (), {"__slots__": ()} if slotted else {})
        self.classes = [root]
        self.metatypes = [type]
        self.objects = []
        self.names = []

    def base(self, choice):
        """Negative choices are built-in types."""
        if choice < 0:
            return {-1: object, -2: bool, -3: type(None)}[choice]
        return self.classes[choice % len(self.classes)]

    def target(self, choice):
        """What an attribute is asked of: an object, a class, or an int."""
        if choice == -1:
            return 1
        if choice == -2:
            return int
        everything = self.classes + self.objects + self.metatypes[1:]
        return everything[choice % len(everything)]

    def descriptor(self, methods, deed, tag):
        program = self

        def act(owner):
            if deed == 1:
                raise ValueError("descriptor %d fails" % tag)
            if deed == 2:
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
        """Writes past the attributes, into the dict of an object."""
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
        outcome = " ".join(outcome.split()) + "".join(" | " + line for line in world.log)
        world.log.clear()
        yield outcome.encode("utf-8", "backslashreplace").decode("utf-8")


def main():
    programs = json.loads(sys.stdin.read())["programs"]
    outcomes = [list(play(program)) for program in programs]
    version = list(sys.version_info[:2])
    # Escaped, so that surrogates get through; JSON pairs no halves that Python kept apart, because
    # outcomes have them escaped already.
    print(json.dumps({"version": version, "outcomes": outcomes}))


if __name__ == "__main__":
    main()
