"""Runs programs of context variables on CPython's contextvars, for tests/object_context_python.rs.

usage: python3 context.py < PROGRAMS > ANSWERS
       python3 context.py record < PROGRAMS     # writes them and their answers to context.json

A program is {"vars": [var, ...], "objects": [act, ...], "steps": [step, ...]}. A var is
{"name", "hash", "default"}: a ContextVar with this hash. A value is an int, a text, null, or
{"object": n}: one of the objects. An object's act is {"eq": answer, "set": [var, value]}: when it
is compared it logs that, sets a variable if there is a "set", and answers true, false or "raise".
With {"dies": true} in place of that it is made anew at each use, and logs its death. Steps are
lists of a name and operands; "run" and "thread" have steps of their own. The answer is a log.
Addresses in it are replaced by "ADDR".
"""
import sys

# Otherwise the modules of this folder would hide those of Python.
HERE = sys.path.pop(0)

import contextvars
import json
import os
import re
import threading

MASK = (1 << 64) - 1


def signed(word):
    word &= MASK
    return word - (1 << 64) if word >> 63 else word


class Name(str):
    """A name with a chosen hash: that of a variable is made of it and of its address."""
    chosen = 0

    def __hash__(self):
        return self.chosen


def variable(spec):
    """A variable with this hash: made where one was freed, so that its address is known."""
    default = {} if spec["default"] is None else {"default": spec["default"]}
    kept = []
    for _ in range(10000):
        probe = contextvars.ContextVar(Name("probe"), **default)
        address = id(probe)
        del probe
        name = Name(spec["name"])
        turned = (address >> 4 | address << 60) & MASK
        name.chosen = signed(turned ^ spec["hash"])
        made = contextvars.ContextVar(name, **default)
        if hash(made) == spec["hash"]:
            return made
        kept.append(made)
    raise SystemExit("no variable was made where the last one was freed")


class Raised(Exception):
    pass


class Acting:
    def __init__(self, program, number, act):
        self.program, self.number, self.act = program, number, act

    def __eq__(self, other):
        program = self.program
        program.log.append(f"{self!r} == {other!r}")
        if "set" in self.act:
            var, value = self.act["set"]
            program.vars[var].set(program.value(value))
        if self.act["eq"] == "raise":
            raise Raised(f"object {self.number}")
        return self.act["eq"]

    def __hash__(self):
        return self.number

    def __repr__(self):
        return f"o{self.number}"


class Mortal:
    def __init__(self, program, number):
        self.program, self.number = program, number

    def __repr__(self):
        return f"m{self.number}"

    def __del__(self):
        self.program.dead.append(f"{self!r}")


class Program:
    def __init__(self, spec):
        self.log, self.dead = [], []
        self.acts = spec["objects"]
        self.objects = [None if "dies" in act else Acting(self, number, act)
                        for number, act in enumerate(self.acts)]
        self.contexts, self.tokens = [], []
        self.vars = [variable(var) for var in spec["vars"]]

    def value(self, form):
        if isinstance(form, dict):
            number = form["object"]
            return self.objects[number] or Mortal(self, number)
        return form

    def play(self, steps):
        for step in steps:
            if step[0] == "raise":
                raise Raised(step[1])
            try:
                line = getattr(self, "do_" + step[0])(*step[1:])
            except Exception as error:
                line = f"{type(error).__name__}: {error}"
            self.log.append(re.sub("0x[0-9a-fA-F]+", "ADDR", f"{step[0]}: {line}"))
            if self.dead:
                self.log.append(f"dead: {' '.join(sorted(self.dead))}")
                self.dead.clear()

    def context(self, number):
        return self.there(self.contexts, number)

    def token(self, number):
        return self.there(self.tokens, number)

    def there(self, things, number):
        if number >= len(things) or things[number] is None:
            raise Raised("it is not there")
        return things[number]

    def names(self, variables):
        return [var.name for var in variables]

    def do_get(self, var):
        return repr(self.vars[var].get())

    def do_get_or(self, var, default):
        return repr(self.vars[var].get(self.value(default)))

    def do_set(self, var, value):
        self.tokens.append(self.vars[var].set(self.value(value)))
        return f"t{len(self.tokens) - 1}"

    def do_reset(self, var, token):
        self.vars[var].reset(self.token(token))

    def do_token(self, token):
        token = self.token(token)
        return f"{token!r} {token.var.name} {token.old_value!r}"

    def do_drop_token(self, token):
        self.token(token)
        self.tokens[token] = None

    def do_repr(self, var):
        return repr(self.vars[var])

    def do_new(self):
        self.contexts.append(contextvars.Context())
        return f"c{len(self.contexts) - 1}"

    def do_copy_current(self):
        self.contexts.append(contextvars.copy_context())
        return f"c{len(self.contexts) - 1}"

    def do_copy(self, context):
        self.contexts.append(self.context(context).copy())
        return f"c{len(self.contexts) - 1}"

    def do_drop_context(self, context):
        self.context(context)
        self.contexts[context] = None

    def do_run(self, context, steps):
        return self.context(context).run(self.play, steps)

    def do_thread(self, steps):
        thread = threading.Thread(target=self.play, args=(steps,))
        thread.start()
        thread.join()

    def do_item(self, context, var):
        return repr(self.context(context)[self.vars[var]])

    def do_find(self, context, var):
        return repr(self.context(context).get(self.vars[var]))

    def do_in(self, context, var):
        return self.vars[var] in self.context(context)

    def do_len(self, context):
        return len(self.context(context))

    def do_keys(self, context):
        context = self.context(context)
        assert list(context) == list(context.keys())
        return self.names(context)

    def do_values(self, context):
        return list(self.context(context).values())

    def do_items(self, context):
        return [(var.name, value) for var, value in self.context(context).items()]

    def do_equal(self, one, other):
        return self.context(one) == self.context(other)

    def do_key_of(self, context, value):
        return repr(self.context(context)[self.value(value)])


def run(spec):
    program = Program(spec)
    contextvars.Context().run(program.play, spec["steps"])
    return program.log


def answers(programs):
    return {"version": list(sys.version_info[:2]), "programs": [run(spec) for spec in programs]}


def record(programs):
    def lines(items):
        return ",\n".join(json.dumps(item, separators=(",", ":")) for item in items)
    answered = answers(programs)
    with open(os.path.join(HERE, "context.json"), "w", encoding="utf-8") as file:
        file.write(f'{{"version": {answered["version"]},\n"programs": [\n{lines(programs)}\n],\n')
        file.write(f'"answers": [\n{lines(answered["programs"])}\n]}}\n')


if __name__ == "__main__":
    request = json.load(sys.stdin)["programs"]
    if sys.argv[1:] == ["record"]:
        record(request)
    else:
        json.dump(answers(request), sys.stdout)
