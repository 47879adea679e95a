"""Set operations on views of dicts in CPython, for tests/object_dict_sets.rs: recorded or live.

usage: python3 sets.py < QUESTIONS > ANSWERS
       python3 sets.py record PYTHON...      # asks sets.json again, and writes it

A question is [view, operator, other, reflected], where the operands are built from

    ["keys", steps], ["items", steps], ["dict", steps]    steps are [key, value] or [key], a removal
    ["set", steps], ["frozenset", steps]    steps are [element], [element, "discard"], or
                                            ["update", operand]
    ["list", elements], ["tuple", elements], ["iterator", elements], ["int"]

and elements are 7, "7.0", "True", "[]" (a list), or a pair of those. The answer is the list of the
elements of the result and of a frozenset of it; or its repr; or its error.
"""
import sys

HERE = sys.path.pop(0)  # Its files must not stand for modules of the standard library.

import operator

sys.path.append(HERE)

import recorded

OPERATORS = {
    "&": operator.and_, "|": operator.or_, "-": operator.sub, "^": operator.xor,
    "==": operator.eq, "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt,
    "isdisjoint": lambda view, other: view.isdisjoint(other),
    "set": lambda view, other: set(other),
}


class List:
    """Unhashable, with a repr that has no address."""
    __hash__ = None

    def __repr__(self):
        return "[]"


LIST = List()


def element(form):
    if isinstance(form, list):
        return tuple(map(element, form))
    if isinstance(form, int):
        return form
    return True if form == "True" else LIST if form == "[]" else float(form)


def build(kind, steps=()):
    if kind in ("keys", "items", "dict"):
        made = {}
        for step in steps:
            key = element(step[0])
            if len(step) == 2:
                made[key] = element(step[1])
            else:
                made.pop(key, None)
        return made if kind == "dict" else getattr(made, kind)()
    if kind in ("set", "frozenset"):
        made = set()
        for step in steps:
            if step[0] == "update":
                made.update(build(*step[1]))
            elif len(step) == 2:
                made.discard(element(step[0]))
            else:
                made.add(element(step[0]))
        return made if kind == "set" else frozenset(made)
    if kind == "int":
        return 5
    elements = list(map(element, steps))
    return {"list": list, "tuple": tuple, "iterator": iter}[kind](elements)


def answer(view, name, other, reflected):
    view, other = build(*view), build(*other)
    try:
        result = OPERATORS[name](other, view) if reflected else OPERATORS[name](view, other)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if isinstance(result, (set, frozenset)):
        return f"{list(result)} {list(frozenset(result))}"
    return repr(result)


if __name__ == "__main__":
    recorded.questions(__file__, answer)
