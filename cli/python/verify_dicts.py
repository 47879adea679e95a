"""Runs the programs of `hedgerow verify` on a dict and on the HAMT. Follows verify_values.py.

src/verify/dicts.rs writes the programs.
"""


def run_dict_step(d, step, built):
    """The dict after the step, and the result."""
    [(kind, arguments)] = step.items()
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
