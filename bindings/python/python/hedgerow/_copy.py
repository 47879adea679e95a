"""`copy.deepcopy` of a map, which may hold itself through a list or another mutable object."""

import copyreg
from copy import deepcopy
from typing import Any

from ._hedgerow import Map


def deep_copy(original: Any, memo: dict[int, Any]) -> Any:
    """Copies what pickle would write, as `copy.deepcopy` itself does, but for one step.

    That would make one map while it copies the contents, and another one from the copied contents.
    Tuples have the same problem, and `copy` solves it for them in the same way.
    """
    reduce = copyreg.dispatch_table.get(type(original))
    state = items = pairs = None
    if not reduce and _reduces_as_map(type(original)):
        # What `Map.__reduce__` would give is made and copied here, which takes fewer calls for a
        # map in a map.
        copied: dict[Any, Any] = {}
        for key, value in Map.items(original):
            copied[deepcopy(key, memo)] = deepcopy(value, memo)
        make, arguments, state = type(original), (copied,), original.__getstate__() or None
    else:
        reduced = reduce(original) if reduce else original.__reduce_ex__(4)
        if isinstance(reduced, str):
            return original
        parts: list[Any] = [*reduced, None, None, None]
        make, arguments, state, items, pairs = parts[:5]
        arguments = deepcopy(arguments, memo)
    if id(original) in memo:
        return memo[id(original)]
    made = memo[id(original)] = make(*arguments)
    if state is not None:
        _set_state(made, deepcopy(state, memo))
    for item in items or ():
        made.append(deepcopy(item, memo))
    for key, value in pairs or ():
        made[deepcopy(key, memo)] = deepcopy(value, memo)
    return made


def _reduces_as_map(kind: Any) -> bool:
    return kind.__reduce_ex__ is Map.__reduce_ex__ and kind.__reduce__ is Map.__reduce__


def _set_state(made: Any, state: Any) -> None:
    """Restores the state as `copy` does: attributes, and those in slots."""
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
        return
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state is not None:
        made.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(made, name, value)
