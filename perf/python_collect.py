"""What maps cost a collection of CPython's: hedgerow beside immutables, each in a fresh process.

    python perf/python_collect.py [--plain 1000000] [--tracked 1000000] [--versions 1000]

Prints milliseconds of a full collection, the least of five: without a map (its values
alive in a list), with hedgerow.Map, with immutables.Map.
"""

import argparse
import json
import subprocess
import sys

WORKER = r"""
import gc, importlib, json, sys, time

package, kind, size, versions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
gc.disable()
packages = {name: importlib.import_module(name) for name in ("hedgerow", "immutables")}
keys = [str(number) for number in range(size)]
values = [[number] for number in range(size)] if kind == "tracked" else list(range(size))
live = []
if package in packages:
    live.append(packages[package].Map(zip(keys, values)))
    for number in range(versions - 1):
        live.append(live[-1].set(str(number), values[-1 - number]))
del keys

def least(generation):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        gc.collect(generation)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3

gc.collect()
print(json.dumps([least(2), least(0)]))
"""


def measure(package, kind, size, versions):
    command = [sys.executable, "-c", WORKER, package, kind, str(size), str(versions)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plain", type=int, default=1_000_000)
    parser.add_argument("--tracked", type=int, default=1_000_000)
    parser.add_argument("--shared", type=int, default=100_000)
    parser.add_argument("--versions", type=int, default=1000)
    sizes = parser.parse_args()
    print(f"{'ms of a full collection':44}{'no map':>10}{'hedgerow':>10}{'immutables':>12}")
    rows = [
        (f"{sizes.plain:,} str -> int", "plain", sizes.plain, 1),
        (f"{sizes.tracked:,} str -> list", "tracked", sizes.tracked, 1),
        (f"{sizes.shared:,} str -> list, {sizes.versions:,} versions",
         "tracked", sizes.shared, sizes.versions),
        ("10 str -> list", "tracked", 10, 1),
    ]
    for name, kind, size, versions in rows:
        figures = [measure(package, kind, size, versions)
                   for package in ("-", "hedgerow", "immutables")]
        full = [figure[0] for figure in figures]
        print(f"{name:44}{full[0]:10.2f}{full[1]:10.2f}{full[2]:12.2f}", flush=True)
        young = [figure[1] * 1e3 for figure in figures]
        if size == 10:
            print(f"{'  young collection, microseconds':44}{young[0]:10.2f}{young[1]:10.2f}"
                  f"{young[2]:12.2f}")


if __name__ == "__main__":
    main()
