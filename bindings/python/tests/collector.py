"""What the tests of garbage collection share: nodes, and counts of who shows what."""

import collections
import contextlib
import gc
import sys


class Node:
    """An object that can be weakly referenced and holds anything."""


@contextlib.contextmanager
def at_start_of_full_collections(act):
    """Calls `act()` when the graph is shown. What it raises is raised at the end."""
    errors = []

    def callback(phase, info):
        if phase == "start" and info["generation"] == 2:
            try:
                act()
            except BaseException as error:
                errors.append(error)

    gc.callbacks.append(callback)
    try:
        yield
    finally:
        gc.callbacks.remove(callback)
    if errors:
        raise errors[0]


def shown_by(maps):
    """How often maps, mutations and their shared nodes show each object."""
    shown, seen, todo = collections.Counter(), set(), list(maps)
    while todo:
        holder = todo.pop()
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        for held in gc.get_referents(holder):
            if isinstance(held, type):
                continue
            shown[id(held)] += 1
            if type(held).__name__ == "_SharedNode":
                todo.append(held)
    return shown, len(seen)


def unshown_references(nodes):
    """For each node, how many references nobody shows, beyond those of a node in a list."""
    listed = [Node(), *nodes]
    shown = collections.Counter()
    objects = gc.get_objects()
    for holder in objects:
        if holder is not objects:
            shown.update(id(held) for held in gc.get_referents(holder))
    counts = [sys.getrefcount(node) - shown[id(node)] for node in listed]
    return [count - counts[0] for count in counts[1:]]
