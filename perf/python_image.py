"""Times images of maps of str to int: making, opening, looking up, deltas. See image.md.

usage: python3 python_image.py        # with the package installed, on a quiet machine
"""

import pathlib
import random
import tempfile
import time

from hedgerow import Image, Map

COUNT = 1_000_000
SIZES = [10, 1_000, 100_000, COUNT]


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


def main():
    contents = {f"key{number * 7919}": number for number in range(COUNT)}
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
        keys = list(part)[:1000]
        random.shuffle(keys)
        keys = ["".join(list(key)) for key in keys]  # Fresh objects.
        for name, mapping in [("map", part), ("image", part.image())]:
            got = look_up(getter(mapping, keys), keys)
            item = look_up(subscript(mapping, keys), keys)
            print(f"{size} entries, {name}: get {got:.0f} ns, [] {item:.0f} ns")
    newer = m.set("key0", 5)
    delta = newer.delta(m, image)
    seconds = repeated(lambda: newer.delta(m, image))
    print(f"delta {seconds * 1e6:.1f} us, {len(bytes(delta))} bytes")
    print(f"apply {repeated(lambda: image.apply(delta)) * 1e6:.1f} us")
    print(f"keys of the image {best(lambda: sum(1 for _ in image))[0]:.3f} s")
    print(f"items of the map {best(lambda: sum(1 for _ in m.items()))[0]:.3f} s")


if __name__ == "__main__":
    main()
