"""What an image needs of Python: files, and views."""

import mmap as _mmap
import os as _os
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any

from ._hedgerow import Image

if TYPE_CHECKING:
    from typing import Union

    from typing_extensions import Buffer

    _Path = Union[str, bytes, _os.PathLike[str], _os.PathLike[bytes]]

# Where the system can be told how a file will be read.
_CAN_ADVISE = hasattr(_mmap, "MADV_RANDOM")


class MappedFile(_mmap.mmap):
    """A file mapped for reading, of which only the pages that are asked for are fetched."""


def map_file(path: "_Path") -> "Buffer":
    """The bytes of a file, mapped for reading; `bytes` where that is not to be had."""
    # Half the time of a file object.
    descriptor = _os.open(path, _os.O_RDONLY | getattr(_os, "O_BINARY", 0))
    try:
        mapped = MappedFile(descriptor, 0, access=_mmap.ACCESS_READ)
    except (ValueError, OSError):
        # An empty file, a pipe, which cannot be opened again; a folder, which is an error.
        with open(path, "rb", opener=lambda *_: _os.dup(descriptor)) as file:
            return file.read()
    finally:
        _os.close(descriptor)
    if _CAN_ADVISE:
        # Lookups go everywhere: what else is read ahead for them would be megabytes.
        mapped.madvise(_mmap.MADV_RANDOM)
    return mapped


def read_ahead(buffer: object) -> None:
    """Has a file that `map_file` mapped read in large pieces from now on."""
    if type(buffer) is MappedFile and _CAN_ADVISE:
        buffer.madvise(_mmap.MADV_NORMAL)


def write_file(path: "_Path", content: bytes) -> None:
    """Writes a file so that a crash leaves the old one or the new one, whole."""
    target = _os.fsdecode(path)
    folder = _os.path.dirname(target) or _os.curdir
    # Here, because it takes longer to import than all of this package.
    from tempfile import mkstemp

    handle, beside = mkstemp(suffix=".new", dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            _os.fsync(file.fileno())
        _os.chmod(beside, 0o666 & ~_umask())
        _os.replace(beside, target)
    except BaseException:
        _os.unlink(beside)
        raise
    if hasattr(_os, "O_DIRECTORY"):
        # Makes the new name outlast a crash of the machine.
        descriptor = _os.open(folder, _os.O_RDONLY | _os.O_DIRECTORY)
        try:
            _os.fsync(descriptor)
        finally:
            _os.close(descriptor)


def _umask() -> int:
    mask = _os.umask(0o077)
    _os.umask(mask)
    return mask


class ImageKeys(KeysView[Any]):
    __slots__ = ()


class ImageValues(ValuesView[Any]):
    __slots__ = ()
    _mapping: Image[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return self._mapping._entries(True)


class ImageItems(ItemsView[Any, Any]):
    __slots__ = ()
    _mapping: Image[Any, Any]

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return self._mapping._entries(False)


def _image(buffer: "Buffer", pickle: bool) -> Image[Any, Any]:
    """Reads a pickled image. A pickle runs what it likes already, so it may hold pickles."""
    return Image(buffer, pickle=pickle)
