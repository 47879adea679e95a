"""What an image is measured beside: files of a million str to int, each made by its own library.

Each peer writes the contents of a dict into a folder and says how long that took. Then a fresh
process opens them: `python3 image_peers.py PEER FOLDER` prints its figures as JSON. Time is that of
opening alone, after the imports; of the first lookup; and of one of many lookups, by fresh str.

A cold file is one whose pages the system was asked to forget (`sync`, then POSIX_FADV_DONTNEED).
Of opening it and looking up one key, these are counted: page faults that waited for the disk
(`ru_majflt`), which only mapped files have, and what the process had read from the disk
(`read_bytes` of /proc/self/io), in which is what the system reads ahead.
"""

import contextlib
import importlib
import json
import os
import pathlib
import pickle
import random
import resource
import struct
import subprocess
import sys
import time

LOOKUPS = 1000
ROUNDS = 3
LOOKUP_ROUNDS = 5


class Hedgerow:
    """`Image.open`, `image[key]`."""

    def load(self):
        import hedgerow

        self.module = hedgerow

    def make(self, contents, folder):
        self.module.Map(contents).image(folder / "image")

    def open(self, folder):
        return self.module.Image.open(folder / "image").__getitem__


class Pickle:
    """A pickled dict, which is loaded whole."""

    def load(self):
        pass

    def make(self, contents, folder):
        with open(folder / "pickle", "wb") as file:
            pickle.dump(contents, file, 5)

    def open(self, folder):
        with open(folder / "pickle", "rb") as file:
            return pickle.load(file).__getitem__


class Sqlite:
    """A table `WITHOUT ROWID` whose primary key is the text, written in one transaction."""

    def load(self):
        import sqlite3

        self.module = sqlite3

    def make(self, contents, folder):
        base = self.module.connect(folder / "sqlite")
        base.execute("create table map (key text primary key, value integer) without rowid")
        with base:
            base.executemany("insert into map values (?, ?)", contents.items())
        base.close()

    def open(self, folder):
        base = self.module.connect(f"file:{folder}/sqlite?mode=ro", uri=True)
        query = "select value from map where key = ?"
        return lambda key: base.execute(query, (key,)).fetchone()[0]


class Lmdb:
    """UTF-8 and eight bytes, put in the order of the keys; looked up in one transaction."""

    def load(self):
        import lmdb

        self.module = lmdb

    def make(self, contents, folder):
        pack = struct.Struct("<q").pack
        environment = self.module.open(str(folder / "lmdb"), map_size=1 << 32)
        with environment.begin(write=True) as transaction:
            pairs = ((key.encode(), pack(contents[key])) for key in sorted(contents))
            transaction.cursor().putmulti(pairs, append=True)
        environment.close()

    def open(self, folder):
        unpack = struct.Struct("<q").unpack
        environment = self.module.open(str(folder / "lmdb"), readonly=True, lock=False)
        get = environment.begin(buffers=True).get
        return lambda key: unpack(get(key.encode()))[0]


class Marisa:
    """`RecordTrie("<q")`, mapped."""

    def load(self):
        import marisa_trie

        self.module = marisa_trie

    def make(self, contents, folder):
        pairs = ((key, (value,)) for key, value in contents.items())
        self.module.RecordTrie("<q", pairs).save(str(folder / "marisa"))

    def open(self, folder):
        trie = self.module.RecordTrie("<q").mmap(str(folder / "marisa"))
        return lambda key: trie[key][0][0]


class Dbm:
    """The module that `dbm.open` takes: dbm.sqlite3 here, in one transaction; values as digits."""

    def load(self):
        import dbm

        self.module = dbm
        # Opening would import it.
        for name in ("dbm.gnu", "dbm.ndbm", "dbm.sqlite3", "dbm.dumb"):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)

    def make(self, contents, folder):
        with self.module.open(str(folder / "dbm"), "n") as base:
            # dbm.sqlite3 commits each entry by itself, which would take an hour.
            connection = getattr(base, "_cx", None)
            if connection is not None:
                connection.execute("begin")
            for key, value in contents.items():
                base[key] = str(value)
            if connection is not None:
                connection.execute("commit")

    def open(self, folder):
        base = self.module.open(str(folder / "dbm"), "r")
        return lambda key: int(base[key])


class Arrow:
    """An IPC file of two columns sorted by key, mapped, with `search_sorted` for each key."""

    def load(self):
        import pyarrow
        import pyarrow.compute

        self.module = pyarrow

    def make(self, contents, folder):
        keys = sorted(contents)
        table = self.module.table({"key": keys, "value": [contents[key] for key in keys]})
        with self.module.OSFile(str(folder / "arrow"), "wb") as file:
            with self.module.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)

    def open(self, folder):
        file = self.module.memory_map(str(folder / "arrow"))
        batch = self.module.ipc.open_file(file).get_batch(0)
        keys, values = batch.column("key"), batch.column("value")
        search = self.module.compute.search_sorted
        scalar = self.module.scalar
        return lambda key: values[search(keys, scalar(key)).as_py()].as_py()


PEERS = {
    "hedgerow": Hedgerow, "pickle": Pickle, "sqlite3": Sqlite, "LMDB": Lmdb,
    "marisa-trie": Marisa, "dbm": Dbm, "Arrow": Arrow,
}


def measured(name, contents, folder):
    """Makes the files of a peer, opens them in fresh processes, and gives all figures."""
    peer = PEERS[name]()
    peer.load()
    folder = folder / name
    folder.mkdir()
    start = time.perf_counter()
    peer.make(contents, folder)
    figures = {"make": time.perf_counter() - start}
    paths = [path for path in folder.rglob("*") if path.is_file()]
    figures["bytes"] = sum(path.stat().st_size for path in paths)
    runs = []
    for cold in [True] * ROUNDS + [False] * ROUNDS:
        if cold:
            forget(paths)
        run = subprocess.run([sys.executable, __file__, name, str(folder), str(len(contents))],
                             check=True, capture_output=True, text=True)
        runs.append(json.loads(run.stdout))
    for what in ("faults", "read"):
        figures[what] = sorted(run[what] for run in runs[:ROUNDS])[ROUNDS // 2]
    figures["cold"] = min(run["open"] + run["first"] for run in runs[:ROUNDS])
    for what in ("open", "first", "lookup"):
        figures[what] = min(run[what] for run in runs[ROUNDS:])
    return figures


def forget(paths):
    """Asks the system to read files from the disk again."""
    os.sync()
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def counts():
    """Major page faults, and bytes read from the disk."""
    io = dict(line.split(": ") for line in pathlib.Path("/proc/self/io").read_text().splitlines())
    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt, int(io["read_bytes"])


def main(name, folder, count):
    peer = PEERS[name]()
    peer.load()
    random.seed(5)
    number = random.randrange(count)
    key = f"key{number * 7919}"
    before = counts()
    start = time.perf_counter()
    get = peer.open(pathlib.Path(folder))
    opened = time.perf_counter()
    assert get(key) == number
    looked_up = time.perf_counter()
    after = counts()
    times = []
    for _ in range(LOOKUP_ROUNDS):
        # Fresh, so that no str has its hash yet.
        keys = [f"key{random.randrange(count) * 7919}" for _ in range(LOOKUPS)]
        begun = time.perf_counter()
        for key in keys:
            get(key)
        times.append((time.perf_counter() - begun) / LOOKUPS)
    print(json.dumps({
        "open": opened - start, "first": looked_up - opened, "lookup": min(times),
        "faults": after[0] - before[0], "read": after[1] - before[1],
    }))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
