"""Records the results of CPython's HAMT and immutables for random histories of sets and deletes.

    pip install immutables==0.21
    python3 record.py          # writes order.txt and shapes.txt beside this file

Needs a CPython with `_testinternalcapi.hamt` (3.13) or `_testcapi.hamt` (3.8 to 3.12). The output
is checked in. `hamt_rules.rs` and `shapes.rs` read it. Every line is one of

    case TITLE             a new, empty map
    set NAME HASH          insert key NAME, whose 64-bit hash is HASH (signed, as Python prints it)
    del NAME               remove it
    order NAME ...         the keys, in CPython's iteration order
    shape I:KS ...         the nodes as immutables dumps them: indent I, kind K (B, A, C), size S
"""

import pathlib
import random

import immutables

try:
    from _testinternalcapi import hamt
except ImportError:
    from _testcapi import hamt

HERE = pathlib.Path(__file__).parent


class Key:
    """A key with a chosen hash, equal by name. Python itself turns the hash -1 into -2."""

    def __init__(self, hash_, name):
        self.hash, self.name = hash_, name

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        return self.name == other.name


def signed(bits):
    return bits - (1 << 64) if bits >> 63 else bits


def keys_of(rng, style, count):
    keys = []
    for name in range(count):
        bits = rng.getrandbits(64)
        if style == "dense":
            bits &= 0x3FF
        elif style == "small ints":
            bits = rng.randrange(-40, 40) & (1 << 64) - 1
        elif style == "collisions":
            bits = rng.choice(keys).hash if keys and rng.random() < 0.5 else bits & 0x7F
        elif style == "one slot":
            bits = 7 | rng.randrange(20) << 5
        elif keys and rng.random() < 0.8:  # shared prefixes, some of all seven chunks but the last
            shared = 5 * rng.choice([1, 2, 3, 4, 5, 6, 6, 7])
            mask = (1 << min(shared, 32)) - 1
            bits = rng.choice(keys).hash & mask | (bits & 0xFFFFFFFF) >> shared << shared
        keys.append(Key(signed(bits & (1 << 64) - 1), name))
    return keys


def set_line(key):
    return f"set {key.name} {hash(key)}"


def order_line(map_):
    return " ".join(["order", *(str(key.name) for key in map_.keys())])


def nodes_of(map_):
    """(indent, kind, size) of every node that `__dump__` prints."""
    nodes = []
    for line in map_.__dump__().splitlines()[1:]:
        text = line.strip()
        for kind in ("Bitmap", "Array", "Collision"):
            if text.startswith(kind + "Node("):
                fields = text[text.index("(") + 1 : text.index(")")].split()
                fields = dict(field.split("=") for field in fields)
                size = int(fields["count"]) if kind == "Array" else int(fields["size"]) // 2
                nodes.append((len(line) - len(text), kind[0], size))
    return nodes


def shape_line(nodes):
    return " ".join(["shape", *(f"{indent}:{kind}{size}" for indent, kind, size in nodes)])


def fixed_keys():
    """Hashes at the limits of the fold: negative, folded to -1 and -2, and equal ones."""
    hashes = [0, 1, -1, -2, -3, 4, -5, 31, 32, 33, 1 << 10, 1 << 30, 1 << 31, 0xFFFFFFFF]
    hashes += [0xFFFFFFFE, 1 << 32, -1 << 32, (1 << 63) - 1, -1 << 63, 0x123456789ABCDEF]
    hashes += [-0x123456789ABCDEF, 0x7FFFFFFF80000000, 5 << 32, 5, -6, -33, -32, 1 << 62]
    return [Key(hash_, name) for name, hash_ in enumerate(hashes)]


def record_order():
    rng = random.Random(1662)
    lines = ["# Recorded by record.py: CPython's iteration order."]
    cases = [("edges of the fold", fixed_keys())]
    for style in ("dense", "small ints", "collisions", "one slot", "shared prefixes", "random"):
        cases += [(f"{style} {count}", keys_of(rng, style, count)) for count in (12, 60)]
    for title, keys in cases:
        lines.append(f"case {title}")
        map_ = hamt()
        for key in keys:
            map_ = map_.set(key, key.name)
            lines.append(set_line(key))
        lines.append(order_line(map_))
        for key in rng.sample(keys, len(keys) // 3):
            map_ = map_.delete(key)
            lines.append(f"del {key.name}")
        lines.append(order_line(map_))
    (HERE / "order.txt").write_text("\n".join(lines) + "\n")


def record_shapes():
    rng = random.Random(19)
    lines = ["# Recorded by record.py: immutables' tree shapes."]
    seen = set()
    styles = ("dense", "small ints", "collisions", "one slot", "shared prefixes")
    for number in range(30):
        style = styles[number % len(styles)]
        keys = keys_of(rng, style, rng.choice([25, 60]))
        lines.append(f"case {style} {number}")
        map_ = immutables.Map()
        lean = 0.9
        for step in range(1, 161):
            key = rng.choice(keys)
            if rng.random() < lean:
                map_ = map_.set(key, step)
                lines.append(set_line(key))
            elif key in map_:
                map_ = map_.delete(key)
                lines.append(f"del {key.name}")
            if step % 20 == 0:
                nodes = nodes_of(map_)
                seen.update((kind, size) for _, kind, size in nodes)
                seen.add(("indent", max(indent for indent, _, _ in nodes)))
                lines.append(shape_line(nodes))
                lean = rng.choice([0.15, 0.5, 0.8])
    wanted = {("B", 16), ("A", 16), ("A", 17), ("C", 2), ("C", 4), ("indent", 4 + 7 * 8)}
    assert wanted <= seen, ("the histories are too tame", wanted - seen)
    (HERE / "shapes.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    record_order()
    record_shapes()
