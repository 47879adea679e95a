"""A random world of maps and sets for the collector: what it must hold is known, and nothing else
holds that.

Maps are derived, dropped, mutated, put into each other, and made garbage in cycles, between full
collections and during them: by finalizers of the garbage, which bring parts of it back to life, by
callbacks of weak references, in `gc.callbacks` before and after hedgerow's own, and by another
thread while one of these waits for it. Any of these may report that a collection begins or ends.

Every map has a dict of what it must hold, and so has every set, with None for each element. The
dict has numbers only: the identity of each key and value, and the token that is written into it. If
it held the objects, they would be alive in any case. An object that the collector has cleared has
lost its token.
"""

import functools
import gc
import queue
import random
import threading
import weakref

import hedgerow
from hedgerow import Map, Set, SetMutation, _hedgerow


class Node:
    """Anything that can be in a cycle. Cleared, it has no attributes."""

    def __init__(self, token):
        self.token = token


class HashedNode(Node):
    """A key with a chosen hash, equal to itself only."""

    def __init__(self, token, hash_):
        self.token, self.hash = token, hash_

    def __hash__(self):
        return self.hash


class Finalized(Node):
    """Garbage that acts when it is found to be such."""

    def __init__(self, world, token):
        super().__init__(token)
        self.world, self.held = world, []

    def __del__(self):
        self.world.finalized += 1
        self.world.act(self.held)


def token_of(thing):
    """The token of an intact object; `None` of a cleared one."""
    if isinstance(thing, Node):
        return thing.__dict__.get("token")
    if isinstance(thing, Map):
        return thing.get("token")
    if isinstance(thing, Set):
        return next((element[1] for element in thing if isinstance(element, tuple)), None)
    if isinstance(thing, tuple):
        return token_of(thing[0])
    return thing[0] if thing else None


def seen_of(pair):
    """What a `World` expects of a pair."""
    key, value = pair
    return seen_of_key(key), (id(value), token_of(value))


def seen_of_key(key):
    """What a `World` expects of a key or element."""
    return (id(key), token_of(key)) if isinstance(key, Node) else key


class FinalizedMap(Map):
    """A map that acts when it ends, if it was given what it holds: derived maps were not."""

    world = expected = None

    def __del__(self):
        if self.world is not None:
            self.world.finalized += 1
            self.world.act([(self, dict(self.expected))])


class World:
    """`live` holds pairs: a map or mutation, and what it must hold."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.live = []
        self.watched = []
        self.tokens = 0
        self.finalized = self.acts = self.collections = 0
        # How many acts there may be until the next collection has ended: acts make more garbage.
        self.budget = 0
        self.errors = []
        self.jobs, self.answers = queue.SimpleQueue(), queue.SimpleQueue()
        self.thread = threading.Thread(target=self.serve)

    # What is in maps.

    def token(self):
        self.tokens += 1
        return self.tokens

    def thing(self):
        """A value or key, and what must be seen of it later."""
        token, kind = self.token(), self.rng.randrange(10)
        if kind < 4:
            thing = Node(token)
        elif kind < 6:
            thing = [token]
        elif kind < 7:
            thing = (Node(token),)
        elif kind < 8:
            thing = Set([("token", token), Node(token), 0, 32, 1024])
        elif kind < 9:
            thing = Map({"token": token, 0: Node(token), 32: Node(token), 1024: [token]})
        else:
            thing = Finalized(self, token)
            thing.held = self.some(2)
        if isinstance(thing, Node) and self.rng.random() < 0.3:
            thing.link = [thing, *self.some(2)]
        return thing, (id(thing), token)

    def key(self):
        """One of a few keys, so that paths meet, and what must be seen of it."""
        if self.rng.random() < 0.8:
            key = self.rng.choice((0, 1, 32, 33, 1024, 1056, 32768)) + self.rng.randrange(4)
            return key, None
        token = self.token()
        key = HashedNode(token, self.rng.choice((0, 1, 32, 1024)))
        return key, (id(key), token)

    def some(self, most, of=None):
        of = self.live if of is None else of
        return self.rng.sample(of, min(len(of), self.rng.randrange(most + 1)))

    # What is done to maps.

    def act(self, held):
        """A few random acts on what is live, and on what the caller holds. Another thread does some
        of them, for which this one waits.
        """
        try:
            for _ in range(self.rng.randrange(1, 5)):
                self.acts += 1
                self.budget -= 1
                if self.may_wait() and self.rng.random() < 0.2:
                    self.jobs.put(held)
                    self.answers.get()
                else:
                    self.act_once(held)
        except BaseException as error:
            self.errors.append(error)

    def may_wait(self):
        return threading.current_thread() is not self.thread and self.budget > 0

    def serve(self):
        while (held := self.jobs.get()) is not None:
            try:
                self.act_once(held)
            except BaseException as error:
                self.errors.append(error)
            held = None
            self.answers.put(None)

    def act_once(self, held):
        rng = self.rng
        near = held if held and rng.random() < 0.7 else self.live
        choice = rng.random()
        if self.budget <= 0 or choice < 0.2:
            # Ends one of them.
            if near:
                near.pop(rng.randrange(len(near)))
        elif choice < 0.25:
            self.live.append(self.fresh())
        elif choice < 0.3:
            self.disturb()
        elif choice < 0.45 and len(self.live) > 3:
            self.make_garbage()
        elif near:
            it = rng.choice(near)
            made = self.written(it) if rng.random() < 0.3 else self.derived(it)
            if made is not None:
                (self.live if rng.random() < 0.7 else near).append(made)
        if len(self.live) > 60:
            del self.live[:: 4]

    def disturb(self):
        """Does what concerns the store, the collector or the graph as a whole."""
        way = self.rng.randrange(6)
        if way == 0:
            hedgerow.compact()
        elif way == 1:
            gc.freeze()
        elif way == 2:
            gc.unfreeze()
        elif way == 3:
            gc.collect(self.rng.randrange(3))
        else:
            phase = self.rng.choice(("start", "stop"))
            _hedgerow._on_collection(phase, {"generation": 2})

    def fresh(self):
        pairs = [(*self.key(), *self.thing()) for _ in range(self.rng.choice((2, 4, 8, 30)))]
        expected = {}
        for key, seen_key, _, seen in pairs:
            # The first of equal keys stays, with the last value.
            expected[key if seen_key is None else seen_key] = seen
        return Map([(key, value) for key, _, value, _ in pairs]), expected

    def derived(self, it):
        """Another map made from a map or a mutation, and what it must hold."""
        a_map, expected = it
        if isinstance(a_map, Set):
            return self.derived_set(it)
        if not isinstance(a_map, Map):
            return a_map.finish(), dict(expected)
        way = self.rng.randrange(9)
        key, seen_key = self.key()
        value, seen = self.thing()
        grown = {**expected, (key if seen_key is None else seen_key): seen}
        if way < 2:
            return a_map.set(key, value), grown
        if way == 2:
            return a_map | {key: value}, grown
        if way == 3:
            return Map(a_map), dict(expected)
        if way == 4:
            return a_map.mutate(), dict(expected)
        if way == 5:
            return a_map.merge(a_map, a_map.set(key, value)), grown
        if way == 6:
            made = FinalizedMap(a_map)
            made.world, made.expected = self, expected
            return made, dict(expected)
        if way == 7:
            return Set(a_map), dict.fromkeys(expected)
        for key in a_map:
            smaller = dict(expected)
            del smaller[seen_of_key(key)]
            return a_map.delete(key), smaller
        return None

    def derived_set(self, it):
        """Another set made from a set, and what it must hold."""
        a_set, expected = it
        way = self.rng.randrange(7)
        element, seen = self.key()
        grown = {**expected, (element if seen is None else seen): None}
        if way < 2:
            return a_set.add(element), grown
        if way == 2:
            return a_set | {element}, grown
        if way == 3:
            return a_set | (a_set & a_set.add(element)).add(element), grown
        if way == 4:
            return a_set.mutate(), dict(expected)
        for element in a_set:
            smaller = dict(expected)
            del smaller[seen_of_key(element)]
            return (a_set.discard(element) if way == 5 else a_set - Set([element])), smaller
        return None

    def written(self, it):
        """Writes to a mutation, or opens one."""
        mutation, expected = it
        if isinstance(mutation, (Map, Set)):
            return mutation.mutate(), dict(expected)
        key, seen_key = self.key()
        is_set = isinstance(mutation, SetMutation)
        value, seen = (None, None) if is_set else self.thing()
        before = dict(expected)
        # Before the write: what is replaced may write to it, too, when it ends.
        expected[key if seen_key is None else seen_key] = seen
        try:
            mutation.add(key) if is_set else mutation.set(key, value)
        except ValueError:
            # The mutation was finished.
            expected.clear()
            expected.update(before)
            return mutation.finish(), before
        return None

    def make_garbage(self):
        """Several maps of one family in cycles with objects that act when they are found; and a
        weak reference to one of them, whose callback acts too.
        """
        family = [self.fresh() if self.rng.random() < 0.8 else self.rng.choice(self.live)]
        for _ in range(self.rng.randrange(1, 5)):
            made = self.derived(self.rng.choice(family))
            if made is not None:
                family.append(made)
        members = [Finalized(self, self.token()) for _ in range(self.rng.randrange(1, 4))]
        for member in members:
            member.peer = self.rng.choice(members)
            member.held = self.some(len(family), family)
            member.own = self.derived(self.rng.choice(family))
        members[0].me = members
        if self.rng.random() < 0.5:
            held = self.some(2)
            self.watched.append(weakref.ref(members[0], lambda _: self.act(held)))

    # What must be true.

    def check(self):
        if self.errors:
            raise self.errors[0]
        for a_map, expected in self.live:
            assert len(a_map) == len(expected)
            if isinstance(a_map, Map):
                assert dict(map(seen_of, a_map.items())) == expected
            elif isinstance(a_map, Set):
                assert dict.fromkeys(map(seen_of_key, a_map)) == expected
            else:
                known = [key for key in expected if isinstance(key, int)]
                if isinstance(a_map, SetMutation):
                    assert all(key in a_map for key in known)
                    continue
                seen = dict(seen_of((key, a_map[key])) for key in known)
                assert seen == {key: expected[key] for key in known}

    def on_collection(self, phase, info):
        if info["generation"] == 2 and self.rng.random() < 0.7:
            self.act([])

    def run(self, rounds):
        # One runs before hedgerow's own callback, the other after it.
        callbacks = [functools.partial(self.on_collection), functools.partial(self.on_collection)]
        self.thread.start()
        gc.callbacks.insert(0, callbacks[0])
        gc.callbacks.append(callbacks[1])
        try:
            for _ in range(rounds):
                self.budget = 150
                for _ in range(self.rng.randrange(1, 12)):
                    self.act([])
                gc.collect()
                self.collections += 1
                self.check()
        finally:
            self.budget = 0
            for callback in callbacks:
                gc.callbacks.remove(callback)
            self.jobs.put(None)
            self.thread.join()
            self.live.clear()
            self.watched.clear()
            gc.unfreeze()
            _hedgerow._on_collection("stop", {"generation": 2})
