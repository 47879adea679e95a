"""Maps that the processes of a Ray cluster share.

The bug class: a process that goes on reading an old version, or misses a delta, or applies one
twice; two processes that publish and one is lost; copies of the bytes where there should be one.
"""

import gc
import pickle
import random
import subprocess
import sys

import pytest

import clusters
from hedgerow import Map


@pytest.fixture(scope="module")
def started():
    pytest.importorskip("ray")
    with clusters.ray_cluster(4) as ray:
        yield ray


@pytest.fixture
def ray(started):
    """The cluster, and afterwards nothing that this process holds of maps."""
    from hedgerow.ray import _copies

    yield started
    _copies.clear()
    gc.collect()


@pytest.fixture
def shared(ray):
    from hedgerow.ray import SharedMap

    shared = SharedMap.create("shared", Map({f"key {n}": n for n in range(1000)}))
    yield shared
    shared.delete()


def readers(ray, count):
    """Actors that read a shared map whenever they are asked."""

    @ray.remote(num_cpus=0)
    class Reader:
        def __init__(self, shared, room):
            import hedgerow.ray

            self.shared = shared
            if room is not None:
                hedgerow.ray._ROOM = room

        def items(self):
            image = self.shared.image()
            return dict(image), self.shared.version, image.nbytes

    return lambda shared, room=None: [Reader.remote(shared, room) for _ in range(count)]


def run(program):
    return subprocess.run([sys.executable, "-c", program], text=True, capture_output=True)


def test_hedgerow_alone_does_not_import_ray():
    ran = run("import sys, hedgerow, hedgerow._image; assert 'ray' not in sys.modules")
    assert ran.returncode == 0, ran.stderr


def test_the_error_says_that_ray_is_missing():
    ran = run("import sys; sys.modules['ray'] = None; import hedgerow.ray")
    assert ran.stderr.strip().splitlines()[-1] == (
        "ModuleNotFoundError: hedgerow.ray is for programs that use Ray, which is not installed: "
        "pip install ray"
    )


def test_an_image_in_the_object_store_is_read_in_place(ray):
    image = Map({f"key {n}": n for n in range(10_000)}).image()
    there = ray.get(ray.put(image))
    content = pickle.PickleBuffer(there.__reduce_ex__(5)[1][0]).raw()
    assert there == image and content.readonly
    assert not isinstance(content.obj, bytes), "the bytes were copied out of the object store"


def test_tasks_read_the_newest_version(ray, shared):
    @ray.remote
    def read(shared, key):
        return shared.image()[key], len(shared.image()), shared.version

    assert ray.get([read.remote(shared, "key 7") for _ in range(8)]) == [(7, 1000, 1)] * 8
    shared.publish(shared.map().set("key 7", "new").delete("key 8"))
    assert ray.get([read.remote(shared, "key 7") for _ in range(8)]) == [("new", 999, 2)] * 8
    assert shared.version == 2 and shared.image()["key 7"] == "new"


def test_maps_are_opened_by_name(ray, shared):
    from hedgerow.ray import SharedMap

    @ray.remote
    def add(name):
        return len(SharedMap.open(name).update(lambda m: m.set("added", True)))

    assert ray.get(add.remote("shared")) == 1001
    assert SharedMap.open("shared").image()["added"] is True
    with pytest.raises(ValueError, match="no shared map named 'other'"):
        SharedMap.open("other")
    with pytest.raises(ValueError):
        SharedMap.create("shared", Map())
    assert len(shared.image()) == 1001, "the refused one took the place of the first"
    with pytest.raises(TypeError):
        SharedMap()


@pytest.mark.parametrize("room", [None, 2000])
def test_readers_that_ask_now_and_then_have_every_version(ray, shared, room):
    rng = random.Random(3)
    everyone = readers(ray, 3)(shared, room)
    versions = {1: dict(shared.map())}
    for number in range(2, 200):
        m = shared.map()
        for _ in range(rng.choice([1, 1, 1, 5])):
            key = f"key {rng.randrange(1200)}"
            m = m.discard(key) if rng.random() < 0.3 else m.set(key, rng.random())
        m = m.set("number", number)
        shared.publish(m)
        versions[shared.version] = dict(m)
        for reader, often in zip(everyone, [1.0, 0.2, 0.01]):
            if rng.random() < often:
                items, version, size = ray.get(reader.items.remote())
                assert version == number and items == versions[version]
                if room is not None:
                    assert size < 200_000, "what deltas have added is never left behind"
    for items, version, _ in ray.get([reader.items.remote() for reader in everyone]):
        assert items == versions[199] and version == 199
    fresh = readers(ray, 1)(shared)[0]
    assert ray.get(fresh.items.remote())[:2] == (versions[199], 199)


def test_much_that_changed_is_a_new_base(ray, shared, monkeypatch):
    import hedgerow.ray

    monkeypatch.setattr(hedgerow.ray, "_ROOM", 1000)
    reader, = readers(ray, 1)(shared)
    ray.get(reader.items.remote())
    other = Map({f"other {n}": "x" * 50 for n in range(1000)})
    shared.publish(other)
    image = shared.image()
    assert image == other and image.nbytes < 1.1 * other.image().nbytes
    assert ray.get(reader.items.remote())[:2] == (dict(other), 2)
    shared.publish(other.set("a", 1))
    assert ray.get(reader.items.remote())[:2] == (dict(other.set("a", 1)), 3)


def test_two_that_publish_lose_nothing(ray, shared):
    from hedgerow.ray import OutdatedError

    @ray.remote
    def count(shared, times):
        for _ in range(times):
            shared.update(lambda m: m.set("count", m.get("count", 0) + 1))

    known = shared.map()
    ray.get([count.remote(shared, 25) for _ in range(4)])
    with pytest.raises(OutdatedError):
        shared.publish(known.set("mine", 1))
    assert shared.image()["count"] == 100 and "mine" not in shared.image()
    shared.publish(shared.map().set("mine", 1))
    assert shared.image()["count"] == 100 and shared.image()["mine"] == 1


def test_an_update_that_fails_or_changes_nothing_publishes_nothing(ray, shared):
    with pytest.raises(ZeroDivisionError):
        shared.update(lambda m: 1 / 0)
    with pytest.raises(TypeError, match="cannot stand in an image"):
        shared.update(lambda m: m.set("list", []))
    shared.update(lambda m: m)
    assert shared.version == 1 and len(shared.image()) == 1000


def test_values_of_any_type_with_pickle(ray):
    from hedgerow.ray import SharedMap

    shared = SharedMap.create("lists", Map(a=[1]), pickle=True)
    shared.update(lambda m: m.set("b", {"c": [2]}))

    @ray.remote
    def read(shared):
        return shared.image()["a"], shared.update(lambda m: m.set("d", {3}))["b"]

    assert ray.get(read.remote(shared)) == ([1], {"c": [2]})
    assert shared.image()["d"] == {3}
    shared.delete()


def test_an_old_answer_will_do_for_a_while(ray, shared):
    other = readers(ray, 1)(shared)[0]
    ray.get(other.items.remote())
    shared.image()

    @ray.remote
    def add(shared):
        shared.update(lambda m: m.set("added", 1))

    ray.get(add.remote(shared))
    assert "added" not in shared.image(max_age=3600)
    assert "added" in shared.image()


def test_a_map_that_is_deleted(ray):
    from hedgerow.ray import SharedMap, _copies

    for number in range(3):
        shared = SharedMap.create("short", Map(number=number))
        image = shared.image()
        shared.delete()
        assert image["number"] == number
        with pytest.raises(ray.exceptions.RayActorError):
            shared.image()
        assert shared._key() not in _copies
        with pytest.raises(ValueError, match="no shared map"):
            SharedMap.open("short")


DETACHED = """
import sys, ray
from hedgerow import Map
from hedgerow.ray import SharedMap

ray.init(address=sys.argv[1], namespace="lasting", logging_level="ERROR")
SharedMap.create("stays", Map(a=1), detached=True).update(lambda m: m.set("b", 2))
SharedMap.create("goes", Map(a=1))
"""


def test_a_detached_map_stays(ray):
    from hedgerow.ray import SharedMap

    address = ray.get_runtime_context().gcs_address
    ran = subprocess.run([sys.executable, "-c", DETACHED, address], text=True, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    stays = SharedMap.open("stays", namespace="lasting")
    assert stays.image() == Map(a=1, b=2)
    with pytest.raises(ValueError, match="no shared map"):
        SharedMap.open("goes", namespace="lasting")
    stays.delete()
