"""How `pprint` prints maps: as dicts, in the parentheses of their class.

`pprint` has no way to be told of classes but its table of functions, which the package enters when
it is used with maps for the first time. The functions that it calls are those of that module.
"""

from typing import Any

from ._hedgerow import Map


def register(pprint: Any) -> bool:
    """Adds maps to the table of the module `pprint`. Returns whether there is one."""
    table = getattr(getattr(pprint, "PrettyPrinter", None), "_dispatch", None)
    if not isinstance(table, dict):
        return False
    table[Map.__repr__] = _print_map
    return True


def _print_map(
    printer: Any,
    a_map: Map[Any, Any],
    stream: Any,
    indent: int,
    allowance: int,
    context: dict[int, int],
    level: int,
) -> None:
    kind = type(a_map)
    start = f"{kind.__module__}.{kind.__qualname__}("
    stream.write(start)
    if printer._depth and level > printer._depth:
        stream.write("{...})")
        return
    # From 3.15 on: a block that begins on a line of its own is not below its start.
    if not getattr(printer, "_expand", False):
        indent += len(start)
    # A Map of the same contents has no methods of a subclass.
    printer._pprint_dict(Map(a_map), stream, indent, allowance + 1, context, level)
    stream.write(")")
