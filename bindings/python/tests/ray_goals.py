"""What a map of a million entries costs the workers of a Ray cluster: `python ray_goals.py`.

Prints a line for each goal, and ends with an error if one is missed. Four workers read the map, and
a fifth reads none. Private memory is what the system says no other process has. Times are medians
of rounds, in each of which the image is put anew; the slowest worker counts.
"""

import statistics
import sys
import time

import clusters
from hedgerow import Map
from hedgerow.ray import SharedMap

COUNT = 1_000_000
WORKERS = 4
ROUNDS = 3
LOOKUPS = 10_000


class Worker:
    """One process, and what it holds."""

    def private(self):
        """KiB that this process has for itself."""
        import gc

        gc.collect()
        with open("/proc/self/smaps_rollup") as file:
            sizes = [line.split() for line in file if line.startswith("Private_")]
        return sum(int(size) for _, size, _ in sizes)

    def take(self, references):
        """Gets an object and looks up one key: milliseconds of both."""
        import ray

        self.held = None
        start = time.perf_counter()
        held = ray.get(references[0])
        got = time.perf_counter()
        assert held["key0"] == 0
        looked_up = time.perf_counter()
        self.held = held
        return (got - start) * 1e3, (looked_up - got) * 1e3

    def look_up_many(self):
        """Keys all over the map, so that most of its pages are read."""
        return sum(self.held[f"key{number * 7919}"] for number in keys())

    def apply(self, delta):
        """The map with a delta: the value that it changes, and the milliseconds."""
        start = time.perf_counter()
        newer = self.held.apply(delta)
        return newer["key0"], (time.perf_counter() - start) * 1e3

    def newest(self, shared):
        return shared.image()["key0"]


def keys():
    return range(0, COUNT, COUNT // LOOKUPS)


def judge(results, name, value, unit, goal):
    """Prints a figure beside its goal, and remembers whether it is reached."""
    print(f"{name:58} {value:10.3f} {unit:4} goal {goal}")
    results.append(value < goal)


def main():
    results = []
    with clusters.ray_cluster(WORKERS + 2) as ray:
        actor = ray.remote(num_cpus=1)(Worker)
        workers = [actor.remote() for _ in range(WORKERS)]
        empty = actor.remote()

        def all_of(method, *arguments):
            return ray.get([getattr(worker, method).remote(*arguments) for worker in workers])

        # Everything is imported and has run once before memory is looked at.
        small = [ray.put(Map(key0=0).image())]
        change = Map(key0=1).delta(Map(key0=0))
        one = SharedMap.create("one", Map(key0=0))
        for worker in [*workers, empty]:
            ray.get([worker.take.remote(small), worker.apply.remote(change)])
            ray.get(worker.newest.remote(one))
        before = all_of("private")

        contents = {f"key{number * 7919}": number for number in range(COUNT)}
        m = Map(contents)
        image = m.image()
        times = []
        for _ in range(ROUNDS):
            reference = ray.put(image)
            # One after the other: the machine may have fewer cores than workers.
            times.append([ray.get(worker.take.remote([reference])) for worker in workers])
        gets, first = [
            [statistics.median(column) for column in zip(*[[pair[at] for pair in row]
                                                           for row in times])]
            for at in (0, 1)
        ]
        assert all_of("look_up_many") == [sum(keys())] * WORKERS
        after, of_empty = all_of("private"), ray.get(empty.private.remote())
        print(f"{COUNT} entries, {image.nbytes / 1e6:.1f} MB, in {WORKERS} workers; "
              f"ray {ray.__version__}")
        judge(results, "private memory over an empty worker's", max(after) - of_empty, "KiB", 2048)
        grown = max(now - then for now, then in zip(after, before))
        judge(results, "private memory over that before", grown, "KiB", 2048)
        print(f"{'ray.get':58} {max(gets):10.3f} ms")
        judge(results, "first lookup after it", max(first), "ms", 5)

        newer = m.set("key0", -1)
        delta = newer.delta(m, image)
        judge(results, "delta of one set", len(bytes(delta)), "B", 1000)
        sent = len(ray.cloudpickle.dumps(delta))
        judge(results, "delta of one set, pickled", sent, "B", 1000)
        applied = all_of("apply", ray.put(delta))
        assert [value for value, _ in applied] == [-1] * WORKERS, "a worker has the old value"
        print(f"{'  applied in':58} {max(took for _, took in applied):10.3f} ms")

        shared = SharedMap.create("goals", m)
        assert all_of("newest", shared) == [0] * WORKERS
        shared.publish(newer)
        assert all_of("newest", shared) == [-1] * WORKERS, "a worker has the old version"
        shared.publish(newer.set("key0", -2))
        assert all_of("newest", shared) == [-2] * WORKERS, "a worker has the old version"
        grown = max(all_of("private")) - of_empty
        judge(results, "private memory, with a SharedMap of three versions", grown, "KiB", 2048)

        # What it is instead of.
        start, unaware = ray.get(empty.private.remote()), ray.put(m)
        got, _ = ray.get(empty.take.remote([unaware]))
        more = ray.get(empty.private.remote()) - start
        print(f"a pickled Map: ray.get {got:.0f} ms, private memory {more} KiB")
    return 0 if all(results) else 1


sys.exit(main())
