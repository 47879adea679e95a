"""Runs the histories of `hedgerow verify` through CPython's HAMT and immutables. Follows peers.py.

A history is the hashes of its keys and a list of steps; a version is named by the step that made
it, and version 0 is the empty map. src/verify/history.rs is the other side of the format.
"""
import re

NODE = re.compile(r"\s*(?:Bitmap|Array|Collision)Node\(")
IMMUTABLES_IN_C = describe()["immutables_in_c"]
ADDRESS = re.compile(r"id=\w+")


class Key:
    __slots__ = ("hash", "name")

    def __init__(self, hash_, name):
        self.hash, self.name = hash_, name

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        return self.name == other.name

    def __repr__(self):
        return "k%d" % self.name


class HamtSide:
    empty = staticmethod(HAMT)

    @staticmethod
    def without(m, key):
        return m.delete(key)

    @staticmethod
    def shape(m):
        return None


class ImmutablesSide:
    empty = staticmethod(IMMUTABLES_MAP)

    @staticmethod
    def without(m, key):
        try:
            return m.delete(key)
        except KeyError:
            return m

    @staticmethod
    def shape(m):
        """The node lines of the dump, without addresses."""
        return [ADDRESS.sub("id", line) for line in m.__dump__().splitlines() if NODE.match(line)]


def change(side, m, keys, key, value):
    """Sets a value, or deletes where there is none; and whether the key came or went."""
    changed = side.without(m, keys[key]) if value is None else m.set(keys[key], value)
    return changed, len(changed) != len(m)


def run_step(side, keys, versions, step):
    """The map that the step made or None, what it found, and whether nothing new was made."""
    kind, on = step["kind"], versions[step["on"]]
    if kind == "set" or kind == "delete":
        made, outcome = change(side, on, keys, step["key"], step.get("value"))
        return made, [outcome], made is on
    if kind == "get":
        key = keys[step["key"]]
        found = on.get(key)
        return None, [key in on, found], False
    if kind == "edit":
        outcomes = []
        for key, value in step["changes"]:
            on, outcome = change(side, on, keys, key, value)
            outcomes.append(outcome)
        return on, outcomes, False
    if kind == "release":
        del versions[step["on"]]
    return None, [], False


def run_history(side, history):
    # The hash is told back: Python makes -2 of -1, and the engine must be given what Python uses.
    keys = [Key(hash_, name) for name, hash_ in enumerate(history["hashes"])]
    versions = {0: side.empty()}
    seen = []
    for step in history["steps"]:
        made, outcomes, same = run_step(side, keys, versions, step)
        sight = {"outcomes": outcomes, "same": same, "made": None}
        if made is not None:
            versions[step["id"]] = made
            items = [[key.name, value] for key, value in made.items()]
            sight["made"] = {"length": len(made), "items": items, "shape": side.shape(made)}
        seen.append(sight)
    return {"hashes": [hash(key) for key in keys], "sights": seen}


@request
def replay(history):
    """The sights of either peer, None for one that is missing or has no shape to show."""
    return {
        "hamt": run_history(HamtSide, history) if HAMT else None,
        "immutables": run_history(ImmutablesSide, history) if IMMUTABLES_IN_C else None,
    }


converse()
