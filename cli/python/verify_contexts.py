"""Runs the programs of `hedgerow verify` on contextvars. Follows verify_dicts.py.

src/verify/contexts.rs writes the programs.
"""
import contextvars
import re


class ContextProgram:
    def __init__(self, names, values):
        self.vars = [contextvars.ContextVar(name, **({} if default is None
                                                     else {"default": values[default]}))
                     for name, default in names]
        self.values = values
        self.contexts, self.tokens, self.log = [], [], []

    def play(self, steps):
        for step in steps:
            [(kind, arguments)] = step.items()
            # serde writes a variant of one number as that number, not as a list.
            arguments = arguments if isinstance(arguments, list) else [arguments]
            try:
                outcome = getattr(self, kind)(*arguments)
            except Exception as error:
                outcome = "%s: %s" % (type(error).__name__, error)
            self.log.append(re.sub("0x[0-9a-fA-F]+", "0x", str(outcome)))

    def get(self, var):
        return repr(self.vars[var].get())

    def set(self, var, value):
        self.tokens.append(self.vars[var].set(self.values[value]))
        return repr(self.tokens[-1].old_value)

    def reset(self, var, back):
        self.vars[var].reset(self.tokens[-1 - back])

    def copy(self):
        self.contexts.append(contextvars.copy_context())

    def copy_of(self, context):
        self.contexts.append(self.contexts[context].copy())

    def run(self, context, steps):
        return self.contexts[context].run(self.play, steps)

    def item(self, context, var):
        return repr(self.contexts[context][self.vars[var]])

    def items(self, context):
        return repr([(var.name, value) for var, value in self.contexts[context].items()])

    def equal(self, one, other):
        return self.contexts[one] == self.contexts[other]

    def show(self, var):
        return repr(self.vars[var])


@request
def contexts(vars, values, steps):
    program = ContextProgram(vars, [build(literal) for literal in values])
    contextvars.Context().run(program.play, steps)
    return {"hashes": [hash(var) for var in program.vars], "log": program.log}
