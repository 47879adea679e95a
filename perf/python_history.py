"""Times histories: many versions of one map, each one `set` from the last, made and let go.

    python perf/python_history.py [--markdown]

Peer: `pip install immutables==0.21`. Each history is kept in a list, which is then cleared, or in
a deque, which is emptied from its old end. The first and the newest version stay until all others
have gone. The garbage collector is on. Nanoseconds for each version, the minimum of several rounds;
the memory is what the history adds, and the values.
"""

import argparse
import collections
import gc
import os
import random
import sys
import time

import hedgerow
import immutables

from python_keys import keys_of
from python_tables import block, table


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def history(base, asked, kept):
    for number, key in enumerate(asked):
        base = base.set(key, number)
        kept.append(base)
    return base


def let_go(versions, end):
    started = time.perf_counter_ns()
    if end == "newest first":
        versions.clear()
    else:
        while versions:
            versions.popleft()
    return time.perf_counter_ns() - started


def measure(make, keys, asked, end, rounds):
    made, gone, memory = [], [], []
    for _ in range(rounds):
        base = make(dict.fromkeys(keys))
        gc.collect()
        before = resident()
        started = time.perf_counter_ns()
        versions = [] if end == "newest first" else collections.deque()
        newest = history(base, asked, versions)
        made.append((time.perf_counter_ns() - started) / len(asked))
        memory.append((resident() - before) / len(asked))
        gone.append(let_go(versions, end) / len(asked))
        del newest, versions, base
    return min(made), min(gone), min(memory)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--keys", nargs="+", default=["small int", "str"])
    parser.add_argument("--markdown", action="store_true", help="print a table, progress aside")
    chosen = parser.parse_args()
    printed, rows = sys.stdout, []
    if chosen.markdown:
        sys.stdout = sys.stderr
    print(f"{'key':12}{'n':>9}  {'let go':14}{'library':12}{'make':>9}{'let go':>9}{'bytes':>9}")
    for kind in chosen.keys:
        for size in (1_000, 100_000):
            keys = keys_of(kind, size)
            asked = random.Random(3).choices(keys, k=chosen.versions)
            for end in ("newest first", "oldest first"):
                both = []
                for make in (hedgerow.Map, immutables.Map):
                    made, gone, memory = measure(make, keys, asked, end, chosen.rounds)
                    library = make.__module__.split(".")[0]
                    print(
                        f"{kind:12}{size:>9}  {end:14}{library:12}"
                        f"{made:>9.0f}{gone:>9.0f}{memory:>9.0f}",
                        flush=True,
                    )
                    both.append((made, gone, memory))
                cells = (f"{ours:.0f} / {theirs:.0f}" for ours, theirs in zip(*both))
                rows.append([kind, f"{size:,}", end, *cells])
    if chosen.markdown:
        titles = ["key", "n", "let go", "made: hedgerow / immutables",
                  "let go: hedgerow / immutables", "bytes"]
        print(block("histories", table(titles, rows, 3)), file=printed)


if __name__ == "__main__":
    main()
