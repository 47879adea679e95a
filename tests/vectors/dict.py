"""Runs programs on CPython's dict and HAMT, for tests/object_dict_python.rs.

usage: PYTHONHASHSEED=0 python3 dict.py < PROGRAMS > ANSWERS
       python3 dict.py record        # runs the programs in dict.json again, and writes it

A program is {"keys": [key, ...], "values": [value, ...], "steps": [step, ...]}. Values are in the
form that object.py describes. A key is {"name", "hash", "group", "acts"}: an object that is equal
to those of its group (null: only to itself). At each comparison it runs the next of its acts, which
are lists of steps. Steps name operands as "k0" and "v0". The answer is a log with one line for the
result or error of each step, and one for each comparison, as "a==b".
"""
import sys

# Otherwise the modules of this folder would hide those of Python.
HERE = sys.path.pop(0)

import importlib.util
import json
import os
import subprocess

forms_spec = importlib.util.spec_from_file_location("forms", os.path.join(HERE, "object.py"))
forms = importlib.util.module_from_spec(forms_spec)
forms_spec.loader.exec_module(forms)

try:
    from _testinternalcapi import hamt
except ImportError:
    try:
        from _testcapi import hamt
    except ImportError:
        hamt = None

VIEWS = {"keys": dict.keys, "items": dict.items}
OPERATORS = {
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "-": lambda a, b: a - b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "isdisjoint": lambda a, b: a.isdisjoint(b),
}


class Key:
    def __init__(self, program, spec):
        self.program = program
        self.name, self.hash, self.group = spec["name"], spec["hash"], spec["group"]
        self.acts = list(spec["acts"])

    def __hash__(self):
        return self.hash

    def __repr__(self):
        return self.name

    def __eq__(self, other):
        self.program.log.append(f"{self!r}=={other!r}")
        if self.acts:
            self.program.comparing += 1
            try:
                self.act(self.acts.pop(0))
            finally:
                self.program.comparing -= 1
                self.program.cleared &= self.program.comparing > 0
        if not isinstance(other, Key) or self.group is None:
            return NotImplemented
        return self.group == other.group

    def act(self, steps):
        for step in steps:
            if step[0] == "raise":
                raise ValueError(self.name)
            self.program.play(step)


class List:
    """Unhashable, as a list, but with a fixed repr."""
    __hash__ = None

    def __repr__(self):
        return "[...]"


class Program:
    def __init__(self, spec):
        self.log = []
        self.dict, self.other = {}, {}
        self.keys = [Key(self, key) for key in spec["keys"]]
        values = spec["values"]
        self.values = [List() if value == "list" else forms.build(value) for value in values]
        # CPython moves its entries at the sixth insertion, and reuses the slots of deleted keys.
        # Then it compares keys in another order than that of insertion.
        self.inserted, self.deleted, self.comparable = 0, set(), True
        self.inserting, self.comparing, self.cleared = 0, 0, False

    def operand(self, name):
        return (self.keys if name[0] == "k" else self.values)[int(name[1:])]

    def play(self, step):
        before = self.hashes()
        self.inserting += step[0] in ("set", "setdefault")
        try:
            result = str(getattr(self, "do_" + step[0])(*step[1:]))
        except Exception as error:
            words = repr(error.args[0]) if isinstance(error, KeyError) else str(error)
            result = f"{type(error).__name__}: {words}"
        self.inserting -= step[0] in ("set", "setdefault")
        self.log.append(f"{step[0]} {result}")
        after = self.hashes()
        for name, hash_ in after.items():
            if name not in before:
                self.inserted += 1
                self.comparable &= hash_ not in self.deleted
                # If the new table has the address of the old one, the search does not notice.
                self.comparable &= not self.cleared
        self.comparable &= self.inserted <= 5
        if step[0] != "clear":
            self.deleted.update(before[name] for name in before if name not in after)

    def hashes(self):
        """The hash of each key that is in the dict now, by identity."""
        return {id(key): getattr(key, "hash", None) for key in self.dict}

    def do_set(self, key, value):
        self.dict[self.operand(key)] = self.operand(value)

    def do_set_other(self, key, value):
        self.other[self.operand(key)] = self.operand(value)

    def do_get(self, key):
        return repr(self.dict.get(self.operand(key)))

    def do_get_item(self, key):
        return repr(self.dict[self.operand(key)])

    def do_contains(self, key):
        return self.operand(key) in self.dict

    def do_setdefault(self, key, value):
        return repr(self.dict.setdefault(self.operand(key), self.operand(value)))

    def do_pop(self, key):
        return repr(self.dict.pop(self.operand(key)))

    def do_pop_or(self, key, value):
        return repr(self.dict.pop(self.operand(key), self.operand(value)))

    def do_popitem(self):
        return repr(self.dict.popitem())

    def do_del(self, key):
        del self.dict[self.operand(key)]

    def do_clear(self):
        # CPython 3.11 and 3.13 crash later on if a key clears the dict into which it is inserted.
        if self.inserting:
            return "skipped"
        self.dict.clear()
        self.inserted, self.deleted, self.cleared = 0, set(), self.comparing > 0

    def do_update(self, value):
        self.dict.update(self.operand(value))

    def do_update_other(self):
        self.dict.update(self.other)

    def do_merge_absent(self):
        for key, value in self.other.items():
            self.dict.setdefault(key, value)

    def do_swap(self):
        self.dict, self.other = self.other, self.dict

    def do_equal(self):
        return self.dict == self.other

    def do_show(self):
        return [len(self.dict), self.dict, list(reversed(self.dict.items())), self.dict.copy()]

    def do_views(self):
        return [self.dict.keys(), self.dict.values(), self.dict.items()]

    def do_in_values(self, value):
        return self.operand(value) in self.dict.values()

    def do_in_items(self, key, value):
        return (self.operand(key), self.operand(value)) in self.dict.items()

    def do_view(self, view, operator, kind, operand):
        left = VIEWS[view](self.dict)
        right = VIEWS[kind](self.other) if kind in VIEWS else self.operand(operand)
        right = set(right) if kind == "set" else list(right) if kind == "list" else right
        result = OPERATORS[operator](left, right)
        return sorted(map(repr, result)) if isinstance(result, set) else result

    def do_iterate(self, view, backward, steps):
        view = getattr(self.dict, view)()
        iterator = iter(reversed(view)) if backward else iter(view)
        steps = dict((place, step) for place, step in steps)
        place = 0
        for item in iterator:
            self.log.append(f"item {item!r}")
            if place in steps:
                self.play(steps[place])
            place += 1

    def do_again(self, steps):
        """An iterator after its error: the error stays, or the iterator has ended."""
        iterator = iter(self.dict)
        next(iterator, None)
        for step in steps:
            self.play(step)
        for _ in range(3):
            try:
                self.log.append(f"next {next(iterator, 'ended')!r}")
            except RuntimeError as error:
                self.log.append(f"next {error}")

    def do_hamt(self, steps):
        """Sets (key, value) and deletes (key alone) in order."""
        if hamt is None:
            return None
        map = hamt()
        for step in steps:
            operands = [self.operand(name) for name in step]
            map = map.set(*operands) if len(step) == 2 else map.delete(*operands)
        return [len(map), list(map.keys()), list(map.values()), list(map.items()),
                hash(frozenset(map.items())), dict(map.items())]


def run(spec):
    program = Program(spec)
    for step in spec["steps"]:
        program.play(step)
    return {"log": program.log, "comparable": program.comparable}


def record():
    """Runs each recording of dict.json again, under its seed."""
    path = os.path.join(HERE, "dict.json")
    with open(path, encoding="utf-8") as file:
        recordings = json.load(file)["recordings"]
    with open(path, "w", encoding="utf-8") as file:
        def line(name, items):
            text = ",\n".join(json.dumps(item, separators=(",", ":")) for item in items)
            return f'"{name}": [\n{text}\n]'
        texts = []
        for recording in recordings:
            question = json.dumps({"programs": recording["programs"]})
            environment = dict(os.environ, PYTHONHASHSEED=str(recording["seed"]))
            answer = json.loads(subprocess.run(
                [sys.executable, __file__], input=question, env=environment,
                stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout)
            played = line("programs", answer.pop("programs"))
            answers = json.dumps(answer)[:-1] + ",\n" + played + "}"
            programs = line("programs", recording["programs"])
            texts.append(f'{{"seed": {recording["seed"]},\n{programs},\n"answers": {answers}}}')
        file.write('{"recordings": [\n' + ",\n".join(texts) + "\n]}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
        sys.exit()
    request = json.load(sys.stdin)
    json.dump({
        "algorithm": sys.hash_info.algorithm,
        "none": hash(None),
        "ellipsis": hash(...),
        "nan": hash(forms.NAN),
        "hamt": hamt is not None,
        "version": list(sys.version_info[:2]),
        "programs": [run(program) for program in request["programs"]],
    }, sys.stdout)
