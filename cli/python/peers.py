"""The maps of the Python side, and the loop that answers the command, a line of JSON each way.

The command joins this file and the files of a worker into one program. The worker adds its requests
to REQUESTS and calls answer_requests().
"""
import gc
import importlib
import json
import os
import platform
import sys

if sys.version_info < (3, 8):
    sys.exit("it is Python %d.%d, and 3.8 or newer is needed" % sys.version_info[:2])

# Begins each reply. A start-up file may have printed lines of its own.
MARK = "hedgerow:"
REQUESTS = {}


def request(function):
    REQUESTS[function.__name__] = function
    return function


def find_hamt():
    """CPython's own HAMT and its name. A test module exports it, another one from 3.13 on."""
    for module in ("_testinternalcapi", "_testcapi"):
        try:
            return getattr(importlib.import_module(module), "hamt"), module + ".hamt"
        except (ImportError, AttributeError):
            continue
    return None, None


def find_immutables():
    try:
        import immutables
    except ImportError:
        return None, None
    return immutables.Map, getattr(immutables, "__version__", "of unknown version")


def find_package():
    """Hedgerow's own Python package, which is a peer like the others."""
    try:
        import hedgerow
    except ImportError:
        return None, None
    return hedgerow.Map, hedgerow.__version__


HAMT, HAMT_ORIGIN = find_hamt()
IMMUTABLES_MAP, IMMUTABLES_VERSION = find_immutables()
PACKAGE_MAP, PACKAGE_VERSION = find_package()


@request
def describe():
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "executable": sys.executable,
        "hamt": HAMT_ORIGIN,
        "immutables": IMMUTABLES_VERSION,
        "package": PACKAGE_VERSION,
        # Only the C form of immutables has nodes whose shape can be compared.
        "immutables_in_c": getattr(IMMUTABLES_MAP, "__module__", "").endswith("_map"),
        "hash_bits": sys.hash_info.width,
    }


def answer_requests():
    """Answers requests until the command closes the pipe."""
    # Send whatever else is printed to stderr: the pipe carries replies only.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(2, sys.stdout.fileno())
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        try:
            reply = {"ok": REQUESTS[message["request"]](**message.get("with", {}))}
        except Exception as error:
            reply = {"error": "%s: %s" % (type(error).__name__, error)}
        replies.write(MARK + json.dumps(reply) + "\n")
        replies.flush()
