"""Times images of maps of str to int: making, opening, looking up, deltas. See image.md.

usage: python3 python_image.py [own | open | peers]...      # on a quiet machine

own     making, looking up, deltas
open    opening files of 10 to 10,000,000 entries, with values of several kinds
peers   beside pickle, sqlite3, LMDB, marisa-trie, dbm and Arrow; see image_peers.py

The package has to be installed, and for `peers` lmdb, marisa-trie and pyarrow.
"""

import pathlib
import random
import sys
import tempfile
import time

import image_peers

from hedgerow import Image, Map

COUNT = 1_000_000
SIZES = [10, 1_000, 100_000, COUNT]
OPENED = [10, 1_000, 100_000, COUNT, 10 * COUNT]


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


def own():
    """What an image costs, and what it gives."""
    contents = numbered(COUNT)
    built, m = best(lambda: Map(contents))
    made, image = best(m.image)
    plain = sum(map(len, contents)) / COUNT + 8
    print(f"Map(dict) {built:.3f} s, image {made:.3f} s: {made / built:.2f} times")
    print(f"bytes an entry {image.nbytes / COUNT:.1f}, of key and value {plain:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "image"
        m.image(path)
        print(f"Image.open {repeated(lambda: Image.open(path)) * 1e6:.1f} us")
    content = bytes(image)
    print(f"Image(bytes) {repeated(lambda: Image(content)) * 1e6:.2f} us")
    for size in SIZES:
        part = Map(list(contents.items())[:size])
        # From all over: neighbours in the order of the map would share its cache lines alone.
        keys = random.sample(list(part), min(size, 1000))
        keys = ["".join(list(key)) for key in keys]  # Fresh objects.
        for kind, of_kind in [("get", getter), ("[]", subscript)]:
            of_map, of_image = of_kind(part, keys), of_kind(part.image(), keys)
            # In turn, so that a disturbance is one of both.
            pairs = [(look_up(of_map, keys), look_up(of_image, keys)) for _ in range(5)]
            mapped, imaged = map(min, zip(*pairs))
            ratio = imaged / mapped
            print(f"{size} entries, {kind}: {imaged:.0f} ns, map {mapped:.0f} ns, {ratio:.2f}")
    newer = m.set("key0", 5)
    delta = newer.delta(m, image)
    seconds = repeated(lambda: newer.delta(m, image))
    print(f"delta {seconds * 1e6:.1f} us, {len(bytes(delta))} bytes")
    print(f"apply {repeated(lambda: image.apply(delta)) * 1e6:.1f} us")
    print(f"keys of the image {best(lambda: sum(1 for _ in image))[0]:.3f} s")
    print(f"items of the map {best(lambda: sum(1 for _ in m.items()))[0]:.3f} s")


def opening():
    """Microseconds of opening files, the least and the median of many."""
    kinds = {
        "int": lambda number: number,
        "tuples of str and tuples": lambda number: (str(number), (number, None, 0.5)),
        "bytes, 500 each": lambda number: bytes(500),
    }
    for name, value in kinds.items():
        for size in OPENED if name == "int" else OPENED[:3]:
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "image"
                Map({key: value(number) for key, number in numbered(size).items()}).image(path)
                times = sorted(best(lambda: Image.open(path), 1)[0] for _ in range(2001))
                least, median = (times[at] * 1e6 for at in (0, 1000))
                megabytes = path.stat().st_size / 1e6
                print(f"{name}, {size} entries, {megabytes:.4g} MB: {least:.1f}, {median:.1f} us",
                      flush=True)


def peers():
    """A table of all peers."""
    contents = numbered(COUNT)
    print("| | make, s | bytes an entry | open, us | first lookup, us | lookup, ns | "
          "cold, us | faults | KiB read |")
    for name in image_peers.PEERS:
        with tempfile.TemporaryDirectory() as folder:
            figures = image_peers.measured(name, contents, pathlib.Path(folder))
        cells = [f"{figures['make']:.2f}", f"{figures['bytes'] / COUNT:.1f}"]
        cells += [f"{figures[what] * 1e6:,.0f}" for what in ("open", "first")]
        cells += [f"{figures['lookup'] * 1e9:,.0f}", f"{figures['cold'] * 1e6:,.0f}"]
        cells += [f"{figures['faults']}", f"{figures['read'] / 1024:,.0f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


PARTS = {"own": own, "open": opening, "peers": peers}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
