"""Runs the histories of `hedgerow verify` with CPython's HAMT and immutables. Follows peers.py.

A history is the hashes of its keys and a list of steps. A version is named by the step that made
it, and version 0 is the empty map. src/verify/history.rs writes this format.
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
        """The lines of the dump that describe nodes, without addresses."""
        return [ADDRESS.sub("id", line) for line in m.__dump__().splitlines() if NODE.match(line)]


def change(side, m, keys, key, value):
    """Sets the value, or deletes if there is none. The result, and whether the length changed."""
    changed = side.without(m, keys[key]) if value is None else m.set(keys[key], value)
    return changed, len(changed) != len(m)


def run_step(side, keys, versions, step):
    """The map that the step made or None, its outcomes, and whether that is the map it is on."""
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
    keys = [Key(hash_, name) for name, hash_ in enumerate(history["hashes"])]
    versions = {0: side.empty()}
    observations = []
    for step in history["steps"]:
        made, outcomes, same = run_step(side, keys, versions, step)
        observation = {"outcomes": outcomes, "same": same, "made": None}
        if made is not None:
            versions[step["id"]] = made
            items = [[key.name, value] for key, value in made.items()]
            observation["made"] = {"length": len(made), "items": items, "shape": side.shape(made)}
        observations.append(observation)
    # The hashes that Python uses, which is -2 where it is given -1: the command compares them.
    return {"hashes": [hash(key) for key in keys], "observations": observations}


@request
def replay(history):
    """The observations of each peer. None where the HAMT, or immutables in C, is missing."""
    return {
        "hamt": run_history(HamtSide, history) if HAMT else None,
        "immutables": run_history(ImmutablesSide, history) if IMMUTABLES_IN_C else None,
    }


answer_requests()
