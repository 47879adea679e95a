"""What a three-way merge says when both sides changed one key."""

from typing import Any, Final, Literal, final


@final
class _Absent:
    """The type of ABSENT."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "hedgerow.ABSENT"

    def __reduce__(self) -> str:
        # A name in the module: unpickling and copying return the one object.
        return "ABSENT"


_Absent.__module__ = "hedgerow"

#: Stands for "this side does not have the key" in a merge, because None is a value like any other.
ABSENT: Final = _Absent()


class MergeConflict(ValueError):
    """Both sides of a merge changed one key, and in different ways.

    `key` is the key; `base`, `ours` and `theirs` are its values, ABSENT on a side that lacks it.
    """

    def __init__(self, key: Any, base: Any, ours: Any, theirs: Any) -> None:
        super().__init__(key, base, ours, theirs)
        self.key = key
        self.base = base
        self.ours = ours
        self.theirs = theirs

    def __str__(self) -> str:
        return (
            f"both sides changed {self.key!r}: it was {self.base!r}, ours is {self.ours!r},"
            f" theirs is {self.theirs!r}; give merge a conflict function that decides"
        )


MergeConflict.__module__ = "hedgerow"
