"""The tables of python.md, from what python_map.py has measured.

A block begins with a line `<!-- recorded: NAME -->`, by which `cargo xtask record` finds its place.
"""

LOOKING_UP = ("m[k], stored", "m[k]", "k in m", "m.get", "m.get, no such key")
UPDATING = ("set replacing", "set new", "delete", "build by sets", "Map(dict)")
ITERATING = ("for key, value", "list(items)", "list(keys)", "list(values)")
WHOLE = ("== after one set", "diff after ten")


def block(name, text):
    """A block of a page."""
    return f"<!-- recorded: {name} -->\n{text.strip()}\n<!-- end -->\n"


def table(titles, rows, right=0):
    """A Markdown table whose last columns are flush right."""
    rule = ["---"] * (len(titles) - right) + ["--:"] * right
    return "\n".join(f"| {' | '.join(row)} |" for row in [titles, rule, *rows]) + "\n"


class Tables:
    """Ratios by row, kind of key and size, and bytes by size and kind."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.speed = {}
        self.memory = {}

    def markdown(self, most):
        """All blocks of which there are figures."""
        blocks = []
        if self.speed:
            missed = sum(ratio < floor for ratio, floor in self.speed.values())
            intro = (
                "A ratio is the time of immutables over ours, so that 2 means twice as fast; at n ="
                f" {' / '.join(f'{size:,}' for size in self.sizes)}.\n{missed} of"
                f" {len(self.speed)} ratios are below their floor, and bold."
            )
            blocks.append(block("python", intro))
            for name, rows in [
                ("looking up", LOOKING_UP), ("updating", UPDATING), ("iterating", ITERATING),
                ("whole maps", WHOLE),
            ]:
                blocks.append(block(name, self.ratios(rows)))
        if self.memory:
            blocks.append(block("memory", self.bytes(most)))
        return "\n".join(blocks)

    def ratios(self, rows):
        kinds = dict.fromkeys(kind for _, kind, _ in self.speed)
        named = [kind for kind in kinds if any((row, kind) == key[:2] for row in rows
                                               for key in self.speed)]
        return table(
            ["key", *(f"`{row}`" if row == "m[k]" else row for row in rows)],
            [[kind, *(self.cell(row, kind) for row in rows)] for kind in named],
        )

    def cell(self, row, kind):
        found = [self.speed.get((row, kind, size)) for size in self.sizes]
        words = [
            "-" if figure is None
            else f"{'**' * (figure[0] < figure[1])}{written(figure[0])}"
                 f"{'**' * (figure[0] < figure[1])}"
            for figure in found
        ]
        while words and words[-1] == "-":
            words.pop()
        return " / ".join(words)

    def bytes(self, most):
        kinds = list(dict.fromkeys(kind for _, kind in self.memory))
        titles, rows = ["n"], {size: [f"{size:,}"] for size, _ in self.memory}
        for kind in kinds:
            libraries = list(next(iter(self.memory.values())))
            titles += [f"{kind}: {libraries[0]}", *libraries[1:], "ratio to immutables"]
            for size, cells in rows.items():
                found = self.memory[size, kind]
                ratio = found["hedgerow"] / found["immutables"]
                bold = "**" if ratio > most[size] else ""
                cells += [*(f"{found[name]:.1f}" for name in libraries), f"{bold}{ratio:.2f}{bold}"]
        titles.append("at most")
        for size, cells in rows.items():
            cells.append(f"{most[size]}")
        return table(titles, rows.values(), len(titles))


def written(ratio):
    """Two digits after the point, none where there are three before it."""
    return f"{ratio:.2f}" if ratio < 100 else f"{ratio:,.0f}"
