"""What an image needs of Python: files, and views."""

import mmap as _mmap
import os as _os
import tempfile as _tempfile
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any, Union

from ._hedgerow import Image

if TYPE_CHECKING:
    from typing_extensions import Buffer

_Path = Union[str, bytes, "_os.PathLike[str]", "_os.PathLike[bytes]"]


def map_file(path: _Path) -> "Buffer":
    """The bytes of a file, mapped for reading; `bytes` where that is not to be had."""
    with open(path, "rb") as file:
        try:
            return _mmap.mmap(file.fileno(), 0, access=_mmap.ACCESS_READ)
        except (ValueError, OSError):
            return file.read()  # An empty file, a pipe.


def write_file(path: _Path, content: bytes) -> None:
    """Writes a file so that a crash leaves the old one or the new one, whole."""
    target = _os.fsdecode(path)
    folder = _os.path.dirname(target) or _os.curdir
    handle, beside = _tempfile.mkstemp(suffix=".new", dir=folder)
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
