"""Runs the programs of `hedgerow verify` on dicts that change, and on mappingproxy. Follows
verify_dicts.py.

src/verify/live.rs writes the programs.
"""
import operator
import types


class LiveProgram:
    def __init__(self, kind, values):
        self.dicts = [{}, {}]
        self.is_shared = kind == "shared"
        self.values = values + (self.dicts if self.is_shared else [])
        self.read = self.dicts if self.is_shared else list(map(types.MappingProxyType, self.dicts))
        # Of each iterator: itself, its dict, and that dict's count and size when it was opened.
        self.iterators = [None] * 4
        self.counts = [0, 0]

    def line(self, kind, arguments):
        if kind in ("next", "left") and self.has_moved(arguments[0]):
            return "moved"
        changes = hasattr(self, "change_" + kind)
        method = getattr(self, ("change_" if changes else "read_") + kind)
        before = list(self.dicts[arguments[0]]) if changes else None
        try:
            outcome = method(*arguments)
            outcome = outcome.text if isinstance(outcome, Shown) else repr(outcome)
        except RecursionError:
            outcome = "RecursionError"
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
        if not changes:
            return outcome
        d = self.dicts[arguments[0]]
        same = len(before) == len(d) and all(map(operator.is_, before, d))
        # Clearing an empty dict counts: an iterator may go on in the table that is gone.
        self.counts[arguments[0]] += not same or kind == "clear"
        return "%s %r" % (outcome, list(d.items()))

    def has_moved(self, number):
        if self.iterators[number] is None:
            return False
        _, d, count, size = self.iterators[number]
        return self.counts[d] != count and len(self.dicts[d]) == size

    def change_set(self, d, key, value):
        self.dicts[d][self.values[key]] = self.values[value]

    def change_delete(self, d, key):
        del self.dicts[d][self.values[key]]

    def change_pop(self, d, key):
        return self.dicts[d].pop(self.values[key])

    def change_set_default(self, d, key, value):
        return self.dicts[d].setdefault(self.values[key], self.values[value])

    def change_pop_item(self, d):
        return self.dicts[d].popitem()

    def change_clear(self, d):
        self.dicts[d].clear()

    def change_update(self, d, value):
        self.dicts[d].update(self.values[value])

    def change_update_of(self, d):
        self.dicts[d].update(self.dicts[1 - d])

    def read_get(self, d, key):
        return self.read[d].get(self.values[key])

    def read_item(self, d, key):
        return self.read[d][self.values[key]]

    def read_contains(self, d, key):
        return self.values[key] in self.read[d]

    def read_in_values(self, d, value):
        return self.values[value] in self.read[d].values()

    def read_in_items(self, d, key, value):
        return (self.values[key], self.values[value]) in self.read[d].items()

    def read_show(self, d):
        return self.read[d]

    def read_views(self, d):
        return [self.read[d].keys(), self.read[d].values(), self.read[d].items()]

    def read_reversed(self, d):
        return tuple(reversed(self.read[d]))

    def read_copy(self, d):
        return self.read[d].copy()

    def read_hash(self, d):
        return hash(self.read[d])

    def read_equal_to(self, d):
        return self.read[d] == self.read[1 - d]

    def read_union(self, d, value):
        return self.read[d] | self.values[value]

    def read_union_of(self, d):
        return self.read[d] | self.read[1 - d]

    def read_view(self, d, operation):
        result = run_view(self.read[d], self.values, **operation)
        return result if isinstance(result, Shown) else Shown(repr(result))

    def read_open(self, number, d, over):
        view = getattr(self.read[d], over["view"])()
        iterator = reversed(view) if over["is_reversed"] else iter(view)
        self.iterators[number] = iterator, d, self.counts[d], len(self.dicts[d])
        return Shown("opened")

    def read_next(self, number):
        if self.iterators[number] is None:
            return Shown("closed")
        try:
            return next(self.iterators[number][0])
        except StopIteration:
            return Shown("end")

    def read_left(self, number):
        if not self.is_shared:
            return Shown("left")
        if self.iterators[number] is None:
            return Shown("closed")
        return operator.length_hint(self.iterators[number][0])


@request
def live(kind, values, steps):
    program = LiveProgram(kind, [build(literal) for literal in values])
    lines = []
    for step in steps:
        [(name, arguments)] = step.items()
        # serde writes a variant of one number as that number, not as a list.
        arguments = arguments if isinstance(arguments, list) else [arguments]
        lines.append(program.line(name, arguments))
    for d in program.dicts:
        d.clear()
    return lines
