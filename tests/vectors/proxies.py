"""Questions to a mappingproxy of CPython, for tests/object_mapping_proxy.rs: recorded or live.

usage: python3 proxies.py < QUESTIONS > ANSWERS
       python3 proxies.py record PYTHON...      # asks proxies.json again, and writes it

A question is [entries, call, argument...]. Entries are [name, int] in order, or [name], a removal.
A key is "text", 7, "like:text" (an object that is equal to that text), or "[]" (unhashable). The
answer is a repr or an error.
"""
import sys

HERE = sys.path.pop(0)  # Its files must not stand for modules of the standard library.

import operator
import types

sys.path.append(HERE)

import recorded


class Like:
    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return hash(self.text)

    def __eq__(self, other):
        return self.text == other

    def __repr__(self):
        return f"Like({self.text!r})"


class List:
    __hash__ = None

    def __repr__(self):
        return "[]"


def key(form):
    if not isinstance(form, str):
        return form
    if form.startswith("like:"):
        return Like(form[5:])
    return List() if form == "[]" else form


def fill(entries):
    made = {}
    for entry in entries:
        if len(entry) == 2:
            made[key(entry[0])] = entry[1]
        else:
            made.pop(key(entry[0]), None)
    return made


def updated(proxy, entries):
    made = fill(entries)
    made.update(proxy)
    return made


CALLS = {
    "get": lambda proxy, form: proxy.get(key(form)),
    "contains": lambda proxy, form: key(form) in proxy,
    "item": lambda proxy, form: proxy[key(form)],
    "in keys": lambda proxy, form: key(form) in proxy.keys(),
    "in values": lambda proxy, form: key(form) in proxy.values(),
    "in items": lambda proxy, form, value: (key(form), value) in proxy.items(),
    "len": lambda proxy: [len(proxy), len(proxy.keys()), len(proxy.values()), len(proxy.items())],
    "list": lambda proxy: [list(proxy), list(reversed(proxy))],
    "reversed": lambda proxy: [list(reversed(view())) for view in (
        proxy.keys, proxy.values, proxy.items)],
    "repr": lambda proxy: [proxy, proxy.keys(), proxy.values(), proxy.items()],
    "copy": lambda proxy: proxy.copy(),
    "|": lambda proxy, entries: proxy | fill(entries),
    "reflected |": lambda proxy, entries: fill(entries) | proxy,
    "| int": lambda proxy: proxy | 5,
    "update": updated,
    "==": lambda proxy, entries: [proxy == fill(entries), fill(entries) == proxy],
    "== proxy": lambda proxy, entries: proxy == types.MappingProxyType(fill(entries)),
    "hash": hash,
    "view": lambda proxy, view, name, keys: getattr(operator, name)(
        getattr(proxy, view)(), list(map(key, keys))),
}


def answer(entries, call, *arguments):
    try:
        result = CALLS[call](types.MappingProxyType(fill(entries)), *arguments)
    except Exception as error:
        words = repr(error.args[0]) if isinstance(error, KeyError) else str(error)
        return f"{type(error).__name__}: {words}"
    return repr(list(result) if isinstance(result, set) else result)


if __name__ == "__main__":
    recorded.questions(__file__, answer)
