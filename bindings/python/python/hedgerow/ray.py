"""Maps that all processes of a Ray cluster read: one copy on each node, and only changes sent.

    import ray
    from hedgerow import Map
    from hedgerow.ray import SharedMap

    prices = SharedMap.create("prices", Map(apple=3, pear=5))

    @ray.remote
    def price(prices, fruit):
        return prices.image()[fruit]            # the newest version, read in place

    assert ray.get(price.remote(prices, "pear")) == 5
    prices.update(lambda m: m.set("pear", 6))   # some 200 bytes, whatever the size of the map
    assert ray.get(price.remote(prices, "pear")) == 6

For a map that does not change, none of this is needed: `ray.put(m.image())`, and pass the reference
to tasks and actors, which get an `Image` over the bytes in Ray's object store.

A shared map is an actor of Ray that has a reference to an image, the base, and the deltas since. A
process asks it what is new, which takes one call of an actor. It reads the base in the object store
of its node and holds for itself only what deltas have added. From time to time one delta from the
base takes the place of many, and a new base that of a delta that has become large.
"""

import threading as _threading
import time as _time
from collections.abc import Callable
from typing import Any, Generic, Optional, TypeVar

from . import Delta, Image, Map

try:
    import ray  # type: ignore[import-not-found, unused-ignore]
except ModuleNotFoundError as _error:
    if _error.name != "ray":
        raise
    raise ModuleNotFoundError(
        "hedgerow.ray is for programs that use Ray, which is not installed: pip install ray",
        name="ray",
    ) from None

__all__ = ["OutdatedError", "SharedMap"]

_K = TypeVar("_K")
_V = TypeVar("_V")

# Ray's own types are of no use here, and are not there where the package is checked without it.
_ray: Any = ray

#: After so many versions one delta from the base takes the place of all.
_CHAIN = 64
#: What deltas may add to a base, in bytes, beside as much as they had added when it was last read.
_ROOM = 256 * 1024
#: Maps that a process goes on holding when no handle is left, for the next task.
_KEPT = 16


class OutdatedError(RuntimeError):
    """Another process has published a version in the meantime. Nothing was published."""


class SharedMap(Generic[_K, _V]):
    """A handle of a map that all processes of a Ray cluster read.

    Handles may be passed to tasks and actors, and be made anew by `open`. Threads may share one.
    """

    __slots__ = ("_board", "_copy", "_pickle")
    _board: Any
    _copy: "_Copy"
    _pickle: bool

    def __init__(self) -> None:
        raise TypeError("a SharedMap is made by SharedMap.create or SharedMap.open")

    @classmethod
    def create(
        cls,
        name: str,
        m: Map[_K, _V],
        /,
        *,
        namespace: Optional[str] = None,
        detached: bool = False,
        pickle: bool = False,
    ) -> "SharedMap[_K, _V]":
        """Shares a map under a name of a namespace of Ray; O(n).

        The map ends with its last handle, or with the program that created it. A `detached` one
        stays until `delete`. `pickle` is as for `Map.image`. A name that is taken is a ValueError.
        """
        image = m.image(pickle=pickle)
        lifetime = "detached" if detached else None
        options = {"name": _name(name), "namespace": namespace, "lifetime": lifetime, "num_cpus": 0}
        board = _ray.remote(_Board).options(**options).remote()
        shared: SharedMap[_K, _V] = _attached(board, pickle)
        try:
            _ray.get(board.renew.remote(0, image))
        except BaseException:
            _ray.kill(board)
            raise
        shared._copy.map = shared._copy.base_map = m
        shared._copy.map_version = shared._copy.base_map_version = 1
        return shared

    @classmethod
    def open(
        cls, name: str, /, *, namespace: Optional[str] = None, pickle: bool = False
    ) -> "SharedMap[Any, Any]":
        """The shared map of a name. ValueError if there is none."""
        try:
            board = _ray.get_actor(_name(name), namespace=namespace)
        except ValueError:
            raise ValueError(f"there is no shared map named {name!r} in this namespace") from None
        return _attached(board, pickle)

    def image(self, *, max_age: float = 0.0) -> Image[_K, _V]:
        """The newest version, or the one that was the newest at most `max_age` seconds ago.

        Asking takes a call of an actor, some hundred microseconds, and O(what changed since this
        process last asked). Bytes are copied to a node when the first of its processes reads them.
        """
        copy = self._copy
        with copy.lock:
            if copy.image is None or _time.monotonic() - copy.asked >= max_age:
                self._refresh()
            image: Image[_K, _V] = copy.image
            return image

    def map(self) -> Map[_K, _V]:
        """The newest version as a `Map` of this process.

        O(n) the first time, and after another process has published; O(1) otherwise.
        """
        m, _ = self._newest()
        return m

    def publish(self, newer: Map[_K, _V], /) -> None:
        """Makes a map the newest version, in place of the one that this process knows.

        What changed is sent, in O(what changed) if the two maps are relatives; the whole image if
        this process has never had the other one as a map, or if much changed. OutdatedError if
        another process has published a version that this one has not asked for.
        """
        copy = self._copy
        with copy.lock:
            if copy.image is None:
                self._refresh()
            if not self._publish(newer):
                raise OutdatedError(
                    "another process has published a version that this one does not know: "
                    "look at image() or map() and publish again, or use update()"
                )

    def update(self, function: Callable[[Map[_K, _V]], Map[_K, _V]], /) -> Map[_K, _V]:
        """Publishes what a function makes of the newest version, and returns it.

        If another process publishes meanwhile, the function is called again, with its version. No
        lock is held while it runs.
        """
        while True:
            current, version = self._newest()
            newer = function(current)
            if newer is current:
                return newer
            with self._copy.lock:
                # Another thread may have gone on.
                if self._copy.version == version and self._publish(newer):
                    return newer

    @property
    def version(self) -> int:
        """The number of the version that this process knows; each that is published has the next.

        0 before the first one was asked for.
        """
        return self._copy.version

    def delete(self) -> None:
        """Ends the map, for all handles. Images that are held stay as they are."""
        _ray.kill(self._board)
        try:
            # The name is free again when the actor has ended.
            while True:
                self._refresh()
        except _ray.exceptions.RayActorError:
            pass

    def __reduce__(self) -> tuple[Any, ...]:
        return _attached, (self._board, self._pickle)

    def _key(self) -> bytes:
        key: bytes = self._board._actor_id.binary()
        return key

    def _newest(self) -> tuple[Map[_K, _V], int]:
        """The newest version as a map, and its number."""
        copy = self._copy
        with copy.lock:
            self._refresh()
            if copy.map_version != copy.version:
                copy.map, copy.map_version = copy.image.map(), copy.version
                if copy.version == copy.base_version:
                    copy.base_map, copy.base_map_version = copy.map, copy.version
            return copy.map, copy.version

    def _refresh(self) -> None:
        """Asks what is new, and holds it."""
        copy = self._copy
        # Deltas leave behind what they replace: the base is begun with again.
        seen = -1 if copy.image is not None and copy.image.nbytes > copy.room else copy.version
        try:
            news = _ray.get(self._board.news.remote(copy.base_version, seen))
            base = copy.base if news.base is None else _ray.get(news.base)
        except _ray.exceptions.RayActorError:
            _copies.pop(self._key(), None)
            raise
        image = base if news.from_base else copy.image
        for delta in news.deltas:
            image = image.apply(delta)
        copy.base, copy.base_version = base, news.base_version
        copy.image, copy.version, copy.asked = image, news.version, _time.monotonic()
        if news.from_base:
            copy.room = image.nbytes + (image.nbytes - base.nbytes) + _ROOM

    def _publish(self, newer: Map[_K, _V]) -> bool:
        """False if what this process knows is not the newest version."""
        copy = self._copy
        deltas = self._deltas(newer)
        if deltas is None:
            image = newer.image(pickle=self._pickle)
            if not _ray.get(self._board.renew.remote(copy.version, image)):
                return False
            copy.base_map, copy.base_map_version = newer, copy.version + 1
        elif not _ray.get(self._board.add.remote(copy.version, *deltas)):
            return False
        copy.map, copy.map_version = newer, copy.version + 1
        self._refresh()
        return True

    def _deltas(self, newer: Map[_K, _V]) -> "Optional[tuple[Delta, Optional[Delta]]]":
        """From the last version and, where many would follow each other, from the base."""
        copy = self._copy
        if copy.map_version != copy.version:
            return None
        delta = newer.delta(copy.map, copy.image, pickle=self._pickle)
        largest, from_base = len(bytes(delta)), None
        if (copy.version + 1 - copy.base_version) % _CHAIN == 0:
            if copy.base_map_version != copy.base_version:
                return None
            from_base = newer.delta(copy.base_map, copy.base, pickle=self._pickle)
            largest = max(largest, len(bytes(from_base)))
        return (delta, from_base) if largest <= max(_ROOM, copy.base.nbytes // 2) else None


class _Copy:
    """What a process holds of a shared map."""

    def __init__(self) -> None:
        self.lock = _threading.RLock()
        self.base: Any = None
        self.base_version = 0
        self.image: Any = None
        self.version = 0
        self.asked = 0.0
        # The size at which the image is made anew, from the base.
        self.room = 0
        # Of a process that publishes: the maps of two versions, if it has had them.
        self.map: Any = None
        self.map_version = 0
        self.base_map: Any = None
        self.base_map_version = 0


class _News:
    """What leads from the version that a process has to the newest one."""

    def __init__(self, board: "_Board", base: Any, from_base: bool, deltas: list[Delta]) -> None:
        self.version = board.version
        self.base_version = board.base_version
        # A reference to the image, for a process that has another one.
        self.base = base
        # Whether the deltas are for the base, or for the version that the process has.
        self.from_base = from_base
        self.deltas = deltas


class _Board:
    """The actor: the base, one delta from it, and the newest deltas, one for each version."""

    def __init__(self) -> None:
        self.version = 0
        self.base: Any = None
        self.base_version = 0
        self.far: Optional[Delta] = None
        self.far_version = 0
        self.chain: list[Delta] = []

    def renew(self, version: int, image: Image[Any, Any]) -> bool:
        """Takes an image for the version after this one, if it is the newest."""
        if version != self.version:
            return False
        # Owned by this actor, so that it outlives whoever made it.
        self.base = _ray.put(image)
        self.version = self.base_version = self.far_version = version + 1
        self.far, self.chain = None, []
        return True

    def add(self, version: int, delta: Delta, from_base: Optional[Delta]) -> bool:
        """Takes a delta from this version to the one after it, if it is the newest."""
        if version != self.version:
            return False
        self.version = version + 1
        self.chain.append(delta)
        # Twice as many as a new process needs: those that ask now and then find their version.
        del self.chain[: -2 * _CHAIN]
        if from_base is not None:
            self.far, self.far_version = from_base, self.version
        return True

    def news(self, base_version: int, version: int) -> _News:
        """What a process needs that has a version, which stands on a base."""
        same_base = base_version == self.base_version
        missing = self.version - version
        if same_base and version >= base_version and missing <= len(self.chain):
            return _News(self, None, False, self.chain[len(self.chain) - missing :])
        since_far = self.version - self.far_version
        deltas = [] if self.far is None else [self.far]
        deltas += self.chain[len(self.chain) - since_far :]
        return _News(self, None if same_base else self.base, True, deltas)


_copies: dict[bytes, _Copy] = {}


def _attached(board: Any, pickle: bool) -> SharedMap[Any, Any]:
    """A handle of the map of an actor."""
    shared: SharedMap[Any, Any] = object.__new__(SharedMap)
    shared._board, shared._pickle = board, pickle
    shared._copy = _copies.setdefault(shared._key(), _Copy())
    if len(_copies) > _KEPT:
        # The oldest; handles that are alive keep theirs.
        _copies.pop(next(iter(_copies)), None)
    return shared


def _name(name: str) -> str:
    """The actor's name, among those of other actors."""
    return f"hedgerow.SharedMap:{name}"
