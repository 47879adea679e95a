"""Runs the programs of `hedgerow verify` on a dict and on the HAMT. Follows verify_values.py.

src/verify/dicts.rs writes the programs.
"""


VIEW_OPERATORS = {
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


class Shown:
    """A text that prints as it is."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def view_operand(kind, operand, built):
    if kind in ("keys", "items", "dict"):
        made = {}
        for key, value in operand:
            made[built[key]] = built[value]
        return made if kind == "dict" else getattr(made, kind)()
    if kind in ("set", "frozenset"):
        made = set()
        for index, removed in operand:
            made.add(built[index])
            if removed % 3 == 0:
                made.discard(built[removed])
        return made if kind == "set" else frozenset(made)
    elements = [built[index] for index, _ in operand]
    return elements[0] if kind == "value" else iter(elements) if kind == "iterator" else elements


def run_view(d, built, of_items, operator, kind, operand, is_reflected):
    view = d.items() if of_items else d.keys()
    other = view_operand(kind, operand, built)
    both = (other, view) if is_reflected else (view, other)
    result = VIEW_OPERATORS[operator](*both)
    if isinstance(result, set):
        return Shown("%r %r" % (result, set(frozenset(result))))
    return result


def run_dict_step(d, step, built):
    """The dict after the step, and the result."""
    [(kind, arguments)] = step.items()
    if kind == "view":
        return d, run_view(d, built, **arguments)
    if kind == "union_of":
        return d, d | {built[key]: built[value] for key, value in arguments}
    if kind == "equal_to":
        return d, d == {built[key]: built[value] for key, value in arguments}
    # serde writes a variant of one number as that number, not as a list.
    indices = arguments if isinstance(arguments, list) else [arguments]
    key, value, *_ = [built[index] for index in indices] + [None, None]
    if kind == "set":
        d[key] = value
    elif kind == "delete":
        del d[key]
    elif kind == "update":
        d.update(key)
    elif kind == "clear":
        d.clear()
    elif kind == "copy":
        d = d.copy()
    elif kind == "from_keys":
        d = dict.fromkeys(key, value)
    elif kind == "union":
        return d, d | key
    elif kind == "views":
        return d, [d.keys(), d.values(), d.items()]
    elif kind == "in_values":
        return d, key in d.values()
    elif kind == "in_items":
        return d, (key, value) in d.items()
    elif kind == "get":
        return d, d.get(key)
    elif kind == "get_item":
        return d, d[key]
    elif kind == "contains":
        return d, key in d
    elif kind == "pop":
        return d, d.pop(key)
    elif kind == "pop_or":
        return d, d.pop(key, value)
    elif kind == "set_default":
        return d, d.setdefault(key, value)
    elif kind == "pop_item":
        return d, d.popitem()
    elif kind == "reversed":
        return d, tuple(reversed(d))
    else:
        raise ValueError("no such step: " + kind)
    return d, None


def run_hamt_step(map_, step, built):
    [(kind, arguments)] = step.items()
    if kind == "set":
        return map_.set(built[arguments[0]], built[arguments[1]])
    if kind == "delete":
        return map_.delete(built[arguments])
    return map_


@request
def dicts(values, steps):
    built = [build(literal) for literal in values]
    d = {}
    map_ = HAMT() if HAMT else None
    dict_log, hamt_log = [], []
    for step in steps:
        try:
            d, result = run_dict_step(d, step, built)
            outcome = repr(result)
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
        dict_log.append("%s %r" % (outcome, list(d.items())))
        if HAMT:
            map_ = run_hamt_step(map_, step, built)
            hamt_log.append(repr(list(map_.items())))
    return {"dict": dict_log, "hamt": hamt_log if HAMT else None}
