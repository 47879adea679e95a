"""Deep nests of maps, and programs in processes of their own, which an overflow would end."""

import subprocess
import sys
import threading

from hedgerow import Map

#: Stacks of threads, in bytes: what musl and macOS give, or half of that, and a quarter of 8 MiB.
SMALL_STACKS = (256 << 10, 512 << 10, 2 << 20)


def alone(module, function, *arguments):
    """Calls a function of a test module in an interpreter of its own."""
    program = f"import {module}\n{module}.{function}(*{arguments!r})\nprint('to the end')"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, ""), (run.returncode, run.stderr[-2000:])
    assert run.stdout.endswith("to the end\n")


def on_stack(size, work):
    """Runs `work` on a thread with a stack of this size; on the main thread for 0."""
    if not size:
        return work()
    results, errors = [], []

    def run():
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    before = threading.stack_size(size)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def nest(wrap, depth, innermost=0):
    """`wrap(wrap(wrap(innermost)))`, so deep. Maps on the way are hashed where they can be."""
    nested = innermost
    for _ in range(depth):
        nested = wrap(nested)
        try:
            hash(nested)
        except TypeError:
            pass
    return nested


def in_value(nested):
    return Map({0: nested})


def in_key(nested):
    return Map({nested: 0})
