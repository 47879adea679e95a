"""Images in files and in shared memory, and the processes that read them.

The bug class: a key that another process does not find, because hashes differ there; a file that is
half written when it is read; a file read whole for one lookup.
"""

import mmap
import os
import pickle
import subprocess
import sys
import threading
from multiprocessing import get_context, shared_memory

import pytest

import hedgerow
from hedgerow import Image, Map


def test_a_file_is_mapped(tmp_path):
    m = Map({f"key {n}": n for n in range(1000)})
    paths = [tmp_path / "a.hedgerow", str(tmp_path / "b.hedgerow"), os.fsencode(tmp_path / "c")]
    for path in paths:
        assert m.image(path) == m
        image = Image.open(path)
        image.verify()
        assert image == m
        # The old contents stay for whoever has them open.
        assert m.set("new", 1).image(path) == m.set("new", 1)
        assert image == m and Image.open(path) == m.set("new", 1)
    assert sorted(os.listdir(tmp_path)) == ["a.hedgerow", "b.hedgerow", "c"]
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="0 bytes where there should be"):
        Image.open(tmp_path / "empty")
    with pytest.raises(FileNotFoundError):
        Image.open(tmp_path / "absent")
    with pytest.raises(IsADirectoryError):
        Image.open(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[bytes(m.image())])
    writer.start()
    assert Image.open(tmp_path / "pipe") == m
    writer.join()
    os.unlink(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        m.image(tmp_path / "no folder" / "file")
    with pytest.raises(IsADirectoryError):
        m.image(tmp_path)
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".new")]


def test_lookups_read_no_more_of_a_file_than_they_need(tmp_path):
    advice = []

    class Spy(hedgerow._image.MappedFile):
        def madvise(self, option):
            advice.append(option)

    m = Map({n: n for n in range(100)})
    m.image(tmp_path / "file")
    whole = [dict, lambda i: i.map(), lambda i: i.verify(), bytes, hash, lambda i: i == m,
             lambda i: i.diff(m.set(1, 0)), lambda i: list(i.values()),
             lambda i: pickle.dumps(i, 5)]
    for read in [None, *whole]:
        advice.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hedgerow._image, "MappedFile", Spy)
            image = Image.open(tmp_path / "file")
            assert image[5] == 5 and image.get("absent") is None and len(image) == 100
            assert advice == [mmap.MADV_RANDOM]
            if read is not None:
                read(image)
                assert set(advice[1:]) == {mmap.MADV_NORMAL}

READER = """
import sys
from hedgerow import Image, Map
image = Image.open(sys.argv[1])
image.verify()
assert len(image) == 2000
for n in range(1000):
    assert image[f"key {n}"] == n and image[(n, "é" * (n % 5))] == str(n)
assert image.map() == Map(dict(image.items()))
print(hash("key 1"), image.fingerprint)
"""


def test_other_processes_with_other_hashes_read_it(tmp_path):
    path = tmp_path / "map.hedgerow"
    m = Map({f"key {n}": n for n in range(1000)})
    m = m.update({(n, "é" * (n % 5)): str(n) for n in range(1000)})
    image = m.image(path)
    printed = set()
    for seed in ["0", "1", "random"]:
        out = subprocess.run([sys.executable, "-c", READER, path], text=True, capture_output=True,
                             env={**os.environ, "PYTHONHASHSEED": seed})
        assert out.returncode == 0, out.stderr
        hashed, fingerprint = out.stdout.split()
        assert int(fingerprint) == image.fingerprint
        printed.add(hashed)
    assert len(printed) > 1, "the processes hash alike"


def read_shared(name, size):
    memory = shared_memory.SharedMemory(name=name)
    try:
        image = Image(memory.buf[:size])
        result = (len(image), image["key 7"], sum(image.values()))
        del image
        return result
    finally:
        memory.close()


def read_image(image):
    return (len(image), image["key 7"], sum(image.values()))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_shared_memory_of_several_processes(method):
    m = Map({f"key {n}": n for n in range(1000)})
    image = m.image()
    content = bytes(image)
    memory = shared_memory.SharedMemory(create=True, size=len(content))
    try:
        memory.buf[:len(content)] = content
        with get_context(method).Pool(2) as pool:
            expected = (1000, 7, sum(range(1000)))
            shared = pool.starmap(read_shared, [(memory.name, len(content))] * 4)
            assert shared == [expected] * 4
            assert pool.map(read_image, [image] * 2) == [expected] * 2
    finally:
        memory.close()
        memory.unlink()
