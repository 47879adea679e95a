"""Times images of maps of str to int: making, opening, looking up, deltas. See image.md.

usage: python3 python_image.py [own | open | peers]... [--quick] [--large]

own       making, looking up, deltas
open      opening files of 10 to 1,000,000 entries, with values of several kinds
peers     beside pickle, sqlite3, LMDB, marisa-trie, dbm and Arrow; see image_peers.py
--quick   ten thousand entries at most, which shows that all works and measures nothing
--large   opens a file of ten million entries, too

It prints the blocks of image.md, for a quiet machine; its progress goes to the standard error.

The package has to be installed, and for `peers` lmdb, marisa-trie and pyarrow.
"""

import pathlib
import random
import sys
import tempfile
import time

import image_peers

from hedgerow import Image, Map
from python_tables import block, table

QUICK = "--quick" in sys.argv
COUNT = 10_000 if QUICK else 1_000_000
SIZES = [10, 1_000] if QUICK else [10, 1_000, 100_000, COUNT]
OPENED = SIZES + [10 * COUNT] * ("--large" in sys.argv)


def best(function, rounds=3):
    """The least seconds of a call, and what it returned."""
    least = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        result = function()
        least = min(least, time.perf_counter() - start)
    return least, result


def repeated(function, count=100):
    """The least seconds of one of many calls."""
    return best(lambda: [function() for _ in range(count)], 5)[0] / count


def look_up(run, keys):
    """The least nanoseconds of one lookup, of which `run` does one for each key."""
    rounds = max(1, 20_000 // len(keys))

    def all_rounds():
        for _ in range(rounds):
            run()

    return best(all_rounds, 7)[0] / rounds / len(keys) * 1e9


def getter(mapping, keys):
    """Calls `get` for each key."""
    get = mapping.get

    def run():
        for key in keys:
            get(key)

    return run


def subscript(mapping, keys):
    """Subscripts by each key."""

    def run():
        for key in keys:
            mapping[key]

    return run


def numbered(count):
    """So many str, and an int for each."""
    return {f"key{number * 7919}": number for number in range(count)}


def progress(*words):
    print(*words, file=sys.stderr, flush=True)


def own():
    """What an image costs, and what it gives."""
    contents = numbered(COUNT)
    built, m = best(lambda: Map(contents))
    made, image = best(m.image)
    progress(f"made in {made:.3f} s")
    plain = sum(map(len, contents)) / COUNT + 8
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "image"
        m.image(path)
        opened = repeated(lambda: Image.open(path))
    content = bytes(image)
    newer = m.set("key0", 5)
    delta = newer.delta(m, image)
    iterated, items = (best(lambda: sum(1 for _ in of))[0] for of in (image, m.items()))
    rows = [
        ("`m.image()`, beside `Map(dict)` of the same contents", f"{made / built:.1f} times",
         "3 times"),
        ("bytes of a key and a value alone", f"{plain:.1f}", ""),
        ("bytes an entry", f"{image.nbytes / COUNT:.1f}",
         f"1.3 times {plain:.1f}, and 16: {1.3 * plain + 16:.1f}"),
        ("`Image(bytes)`", f"{repeated(lambda: Image(content)) * 1e6:.1f} µs", "20 µs"),
        ("`Image.open(path)`", f"{opened * 1e6:.0f} µs", "20 µs"),
        ("`m.set(k, v).delta(m)`, its time",
         f"{repeated(lambda: newer.delta(m, image)) * 1e6:.1f} µs", "O(changes)"),
        ("`m.set(k, v).delta(m)`, its bytes", f"{len(bytes(delta))} bytes", "200 bytes"),
        ("`image.apply(delta)`", f"{repeated(lambda: image.apply(delta)) * 1e6:.1f} µs",
         "O(changes)"),
        ("iterating over keys", f"{iterated:.3f} s", ""),
        ("iterating over the map's items", f"{items:.3f} s", ""),
    ]
    yield block("own", table(["", "measured", "goal"], rows, 2))
    yield block("lookups", look_ups(contents))


def look_ups(contents):
    """The table of lookups in the map and in its image."""
    rows = []
    for size in SIZES:
        part = Map(list(contents.items())[:size])
        # From all over: neighbours in the order of the map would share its cache lines alone.
        keys = random.sample(list(part), min(size, 1000))
        keys = ["".join(list(key)) for key in keys]  # Fresh objects.
        row = [f"{size:,}"]
        for of_kind in (getter, subscript):
            of_map, of_image = of_kind(part, keys), of_kind(part.image(), keys)
            # In turn, so that a disturbance is one of both.
            pairs = [(look_up(of_map, keys), look_up(of_image, keys)) for _ in range(5)]
            mapped, imaged = map(min, zip(*pairs))
            row += [f"{imaged:.0f}", f"{mapped:.0f}", f"{imaged / mapped:.2f}"]
        progress(*row)
        rows.append(row)
    titles = ["entries", "`image.get(k)`", "`map.get(k)`", "ratio", "`image[k]`", "`map[k]`",
              "ratio"]
    return table(titles, rows, 7)


def opening():
    """Microseconds of opening files, the least and the median of many."""
    kinds = {
        "int": lambda number: number,
        "tuples of str and tuples": lambda number: (str(number), (number, None, 0.5)),
        "bytes, 500 each": lambda number: bytes(500),
    }
    rows = []
    for name, value in kinds.items():
        for size in OPENED if name == "int" else OPENED[:3]:
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "image"
                Map({key: value(number) for key, number in numbered(size).items()}).image(path)
                times = sorted(best(lambda: Image.open(path), 1)[0] for _ in range(2001))
                least, median = (times[at] * 1e6 for at in (0, 1000))
                megabytes = path.stat().st_size / 1e6
                rows.append([name, f"{size:,}", f"{megabytes:.2g}" if megabytes < 1 else
                             f"{megabytes:.1f}", f"{least:.1f}, {median:.1f}"])
                progress(*rows[-1])
    yield block("opening", table(["values", "entries", "MB", "µs"], rows, 3))


def peers():
    """Tables of all peers that are installed: warm files, and cold ones."""
    contents = numbered(COUNT)
    warm, cold, missing = [], [], []
    for name in image_peers.PEERS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                figures = image_peers.measured(name, contents, pathlib.Path(folder))
            except ImportError as error:
                missing.append(f"Left out: {name} ({error}).")
                continue
        warm.append([name, f"{figures['make']:.2f}", f"{figures['bytes'] / COUNT:.1f}",
                     *(f"{figures[what] * 1e6:,.0f}" for what in ("open", "first")),
                     f"{figures['lookup'] * 1e9:,.0f}"])
        cold.append([name, f"{figures['cold'] * 1e6:,.0f}", f"{figures['faults']}",
                     f"{figures['read'] / 1024:,.0f}", f"{figures['bytes'] / 1024:,.0f}"])
        progress(*warm[-1])
    titles = ["", "make, s", "bytes an entry", "open, µs", "first lookup, µs", "lookup, ns"]
    yield block("peers", "\n".join([table(titles, warm, 5), *missing]))
    yield block("cold", table(["", "µs", "faults", "KiB read", "of KiB"], cold, 4))


PARTS = {"own": own, "open": opening, "peers": peers}

if __name__ == "__main__":
    for part in [word for word in sys.argv[1:] if word in PARTS] or PARTS:
        for text in PARTS[part]():
            print(text, flush=True)
