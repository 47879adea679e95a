"""Keys for tests, with the names and the behaviour of immutables' own: a hash of the caller's
choice, and hashing, comparing and printing that fail on demand."""

from types import TracebackType
from typing import Optional


class HashingError(Exception):
    """Raised by `__hash__` of the keys below."""


class EqError(Exception):
    """Raised by `__eq__` of the keys below."""


class ReprError(Exception):
    """Raised by `__repr__` of the keys below."""


class HashKeyCrasher:
    """While it is entered, the keys below fail as it says."""

    def __init__(
        self,
        *,
        error_on_hash: bool = False,
        error_on_eq: bool = False,
        error_on_repr: bool = False,
    ) -> None:
        self.error_on_hash = error_on_hash
        self.error_on_eq = error_on_eq
        self.error_on_repr = error_on_repr

    def __enter__(self) -> None:
        if HashKey._crasher is not None:
            raise RuntimeError("cannot nest crashers")
        HashKey._crasher = self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        HashKey._crasher = None


class HashKey:
    """A key with a chosen hash; two are equal if both hash and name are."""

    _crasher: Optional[HashKeyCrasher] = None

    def __init__(
        self, hash: int, name: object, *, error_on_eq_to: Optional["HashKey"] = None
    ) -> None:
        assert hash != -1, "-1 is how C code says that hashing failed"
        self.hash = hash
        self.name = name
        self.error_on_eq_to = error_on_eq_to

    def __hash__(self) -> int:
        if _fails("error_on_hash"):
            raise HashingError
        return self.hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HashKey):
            return NotImplemented
        if _fails("error_on_eq"):
            raise EqError
        for one, another in ((self, other), (other, self)):
            if one.error_on_eq_to is another:
                raise ValueError(f"cannot compare {one!r} to {another!r}")
        return (self.hash, self.name) == (other.hash, other.name)

    def __repr__(self) -> str:
        if _fails("error_on_repr"):
            raise ReprError
        return f"<Key name:{self.name} hash:{self.hash}>"


class KeyStr(str):
    """A str whose hashing and comparing fail on demand."""

    def __hash__(self) -> int:
        if _fails("error_on_hash"):
            raise HashingError
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        if _fails("error_on_eq"):
            raise EqError
        return super().__eq__(other)


def _fails(which: str) -> bool:
    return bool(getattr(HashKey._crasher, which, False))
