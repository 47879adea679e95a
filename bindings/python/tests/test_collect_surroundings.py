"""Garbage collection together with everything else that can be done to CPython's collector."""

import contextlib
import gc
import os
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest

import hedgerow
from collector import Node, at_start_of_full_collections, shown_by
from hedgerow import Map, _hedgerow
from keys import Key

pytestmark = pytest.mark.keeps_maps


def cycle():
    node = Node()
    base = Map({number: number for number in range(100)})
    node.maps = [base.set("a", node), base.set("a", node).set("b", node)]
    return weakref.ref(node)


def family(node, count=40):
    """Versions that share much of what they hold."""
    live = [Map({number: node for number in range(2000)})]
    while len(live) < count:
        live.append(live[-1].set(-5 * len(live), node))
    return live


@contextlib.contextmanager
def callbacks(changed):
    before = list(gc.callbacks)
    gc.callbacks[:] = changed(before)
    try:
        yield
    finally:
        gc.callbacks[:] = before


def test_without_our_callback_nothing_is_collected_and_nothing_breaks():
    gone = cycle()
    with callbacks(lambda before: []):
        gc.collect()
        assert gone() is not None
        assert gone().maps[1]["b"] is gone()
    gc.collect()
    assert gone() is None


def test_a_callback_removed_during_a_collection_leaves_a_graph_that_does_no_harm():
    node = Node()
    alone = sys.getrefcount(node)
    live = family(node)
    mutation = live[3].mutate()
    before = sys.getrefcount(node)
    with contextlib.ExitStack() as stack:
        remove = stack.enter_context(callbacks(list))
        with at_start_of_full_collections(lambda: gc.callbacks.__delitem__(slice(0, -1))):
            gc.collect()
        assert sys.getrefcount(node) > before, "the graph still holds it"
        # Young collections, writes and releases go on meanwhile.
        for step in range(len(live) - 1):
            live.append(live[-1].set("x", [node]))
            mutation[step] = node
            del live[0]
            gc.collect(step % 3)
            shown = shown_by([*live, mutation])[0]
            assert shown[id(node)] <= sys.getrefcount(node)
        del remove
    del live, mutation
    gc.collect()
    _hedgerow._check()
    left = sys.getrefcount(node)
    assert left == alone


def test_any_code_may_call_the_callback():
    node = Node()
    alone = sys.getrefcount(node)
    live = family(node)
    before = sys.getrefcount(node)
    for phase, info in [("start", {"generation": 2}), ("start", {"generation": 2}), ("stop", {}),
                        ("stop", {}), ("start", {}), ("start", None), (None, {}), ("start", [])]:
        _hedgerow._on_collection(phase, info)
        gc.collect(1)
        assert all(a_map[5] is node for a_map in live)
    assert sys.getrefcount(node) == before
    _hedgerow._on_collection("start", {"generation": 2})
    del live
    left = sys.getrefcount(node)
    assert left == alone
    _hedgerow._on_collection("stop", {})
    _hedgerow._check()


def test_shared_nodes_that_are_kept_show_nothing_once_their_maps_have_ended():
    node, kept = Node(), []
    live = family(node)
    mutation = live[0].mutate()
    shared_nodes = lambda: [one for one in gc.get_objects() if type(one).__name__ == "_SharedNode"]
    with at_start_of_full_collections(lambda: kept.extend(shared_nodes())):
        gc.collect()
    assert len(kept) > 100
    assert not any(held is node for held in gc.get_referents(*kept))
    gone = []

    def drop_maps():
        gone.extend(shared_nodes())
        before = gc.get_referents(*gone).count(node)
        mutation["x"] = node
        del live[1:]
        _hedgerow._check()
        hedgerow.compact()
        assert before > gc.get_referents(*gone).count(node)
        live.clear()
        mutation.pop(3)
        # All that was shared has ended or belongs to the mutation, which was written.
        assert gc.get_referents(*gone).count(node) == 0

    with at_start_of_full_collections(drop_maps):
        gc.collect()
    assert mutation["x"] is node
    kept.clear()
    gone.clear()
    gc.collect()
    assert not shared_nodes()


def test_frozen_maps_keep_what_they_hold():
    gone = cycle()
    gc.freeze()
    try:
        gc.collect()
        assert gone() is not None and gone().maps[0]["a"] is gone()
    finally:
        gc.unfreeze()
    gc.collect()
    assert gone() is None


def test_garbage_may_be_saved():
    gone = cycle()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        (node,) = [one for one in gc.garbage if type(one) is Node]
        assert all(a_map["a"] is node for a_map in node.maps)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    reference = weakref.ref(node)
    del node
    gc.collect()
    assert gone() is None and reference() is None


def test_weak_references_to_maps_and_nodes_call_back_once():
    calls = []
    node = Node()
    node.map = Map(a=node)
    references = [weakref.ref(one, lambda reference: calls.append(Map(x=1).set("y", reference)))
                  for one in (node, node.map)]
    del node
    gc.collect()
    assert len(calls) == 2 and all(reference() is None for reference in references)


def test_a_finalizer_that_resurrects_objects_leaves_every_map_intact():
    risen = []

    class Phoenix(Node):
        def __del__(self):
            risen.append(self)

    node = Phoenix()
    base = Map({number: [number] for number in range(500)})
    node.maps = [base.set("me", node), base.set(3, node), base.delete(4)]
    del node, base
    gc.collect()
    (node,) = risen
    assert node.maps[0]["me"] is node and node.maps[1][3] is node
    assert all(node.maps[2][number] == [number] for number in range(500) if number != 4)
    reference = weakref.ref(node)
    del node
    risen.clear()
    gc.collect()
    assert reference() is None


def test_a_finalizer_that_drops_one_map_keeps_no_other_garbage():
    class Dropping(Node):
        def __del__(self):
            self.maps.pop()

    gone = []
    for _ in range(10):
        node = Dropping()
        base = Map({number: number for number in range(50)})
        node.maps = [base.set("a", node), base.set("b", node)]
        gone += [cycle(), weakref.ref(node)]
    del node, base
    gc.collect()
    assert [one() for one in gone] == [None] * 20


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("derived_first", [0, 1])
def test_an_entry_in_nodes_of_two_maps_is_collected_next_time_if_one_of_them_ends(
        which, derived_first):
    class Dropping(Node):
        def __del__(self):
            self.maps.pop(self.which)

    node = Dropping()
    base = Map({number: number for number in range(5)}).set("a", node)
    node.maps = [base, base.set("b", [])]
    if derived_first:
        node.maps = [Map(node.maps[1]), Map(base)]
    node.which = which
    gone = weakref.ref(node)
    del node, base
    gc.collect()
    # The map that ended may have shown the store's reference.
    gc.collect()
    assert gone() is None


def test_mutations_in_cycles_are_collected_although_finalizers_write_to_others():
    class Writing(Node):
        def __del__(self):
            self.map.set("x", 1).set("y", self)
            self.own["z"] = self

    gone = []
    for _ in range(10):
        node, written = Node(), Writing()
        node.mutation = Map(a=node).mutate()
        written.map, written.own = Map(a=written), Map().mutate()
        gone.append(weakref.ref(node))
    del node, written
    gc.collect()
    assert [one() for one in gone] == [None] * 10


def write_item(mutation):
    mutation["a"] = 1


def write_by_the_slow_way(mutation):
    mutation[Key(7, "x")] = 1


def write_by_finish(mutation):
    mutation.finish()
    mutation.finish()


WRITES = [write_item, write_by_the_slow_way, write_by_finish,
          lambda mutation: mutation.pop("a"), lambda mutation: mutation.pop(Key(7, "x")),
          lambda mutation: mutation.update({"a": 2}), lambda mutation: mutation.__delitem__("a"),
          lambda mutation: mutation.set("a", [])]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("shares", [True, False])
def test_a_mutation_that_is_written_shows_nothing_for_the_rest_of_a_collection(write, shares):
    node = Node()
    base = Map({"a": node, Key(7, "x"): node, Key(7, "y"): node, "other": node})
    mutation, shown = base.mutate(), []
    if not shares:
        del base

    def show():
        return [held for held in gc.get_referents(mutation) if not isinstance(held, type)]

    def act():
        shown.append(show())
        write(mutation)
        shown.append(show())

    with at_start_of_full_collections(act):
        gc.collect()
    assert any(held is node or type(held).__name__ == "_SharedNode" for held in shown[0])
    assert shown[1] == []
    shown.clear()
    gc.collect()
    _hedgerow._check()


def test_threads_collect_write_and_drop_at_the_same_time():
    errors, node = [], Node()

    class Slow(Node):
        def __del__(self):
            time.sleep(0)
            self.map = self.map.set("again", self)

    def work(number):
        try:
            mutation, live = Map(a=node).mutate(), [Map()]
            for _ in range(20):
                for step in range(50):
                    slow = Slow()
                    slow.map = live[-1].set("slow", slow)
                    live.append(slow.map.set(step, [number, step]))
                    mutation[step] = slow
                    mutation.pop(step // 2, None)
                    del live[:-10]
                assert live[-1][49] == [number, 49]
                mutation.finish()
                mutation = live[-1].mutate()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            gc.collect()
    finally:
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    assert errors == []
    gc.collect()
    gc.collect()
    _hedgerow._check()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_forked_during_a_collection_goes_on():
    node = Node()
    live = family(node)

    def fork():
        child = os.fork()
        if child == 0:
            status = 1
            try:
                live.append(live[-1].set("x", node))
                del live[5:9]
                gc.collect()
                status = 0 if all(a_map[5] is node for a_map in live) else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    with at_start_of_full_collections(fork):
        gc.collect()
    # Once more from within a collection, whose flag stays set in the child.
    assert all(a_map[5] is node for a_map in live)


@pytest.mark.parametrize("collects", [True, False])
def test_cycles_are_collected_at_the_end_of_the_interpreter(collects):
    program = """
        import gc
        from hedgerow import Map

        class Node:
            def __del__(self):
                print("gone", self.name)

        if not {collects}:
            gc.disable()
        for name in "ab":
            node = Node()
            node.name = name
            node.maps = [Map(a=node), Map(a=node).set("b", node)]
            node.mutation = node.maps[0].mutate()
        kept = node
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program).format(collects=collects)],
        capture_output=True, text=True, check=True,
    )
    assert sorted(run.stdout.split()) == ["a", "b", "gone", "gone"]
    assert run.stderr == ""
