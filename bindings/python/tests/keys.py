"""Keys for tests: with chosen hashes, and with an equality that does what it is given."""

import collections


class Key:
    """A key with a chosen hash; equal to those of the same hash and name."""

    def __init__(self, number, name=None):
        self.number = number
        self.name = name

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        if not isinstance(other, Key):
            return NotImplemented
        return (self.number, self.name) == (other.number, other.name)

    def __repr__(self):
        return f"Key({self.number:#x}, {self.name!r})"


class Counting(Key):
    """Counts the calls of its `__hash__` and `__eq__`, over all keys of the class."""

    calls = collections.Counter()

    def __hash__(self):
        self.calls["hash"] += 1
        return super().__hash__()

    def __eq__(self, other):
        self.calls["eq"] += 1
        return super().__eq__(other)


class Acting(Key):
    """Runs an action once inside its next `__eq__`, `__hash__`, `__repr__` or destructor."""

    def __init__(self, number, name=None, **actions):
        super().__init__(number, name)
        self.actions = actions

    def act(self, when):
        action = self.actions.pop(when, None)
        if action is not None:
            action()

    def __hash__(self):
        self.act("hash")
        return super().__hash__()

    def __eq__(self, other):
        self.act("eq")
        return super().__eq__(other)

    def __repr__(self):
        self.act("repr")
        return super().__repr__()

    def __del__(self):
        self.act("del")


class Noted:
    """A value that adds its name to a list when it ends."""

    def __init__(self, ends, name):
        self.ends = ends
        self.name = name

    def __del__(self):
        self.ends.append(self.name)
