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

        return hedgerow.Map, hedgerow.__version__
    except (ImportError, AttributeError):
        return None, None


def find_rpds():
    """rpds-py's map, which is Rust's rpds with Python's objects in it."""
    try:
        import rpds
        from importlib.metadata import version

        return rpds.HashTrieMap, version("rpds-py")
    except ImportError:
        return None, None


def find_frozendict():
    """The built-in frozendict of 3.15, or that of PyPI, which is written in Python from 3.11 on."""
    import builtins

    if hasattr(builtins, "frozendict"):
        return builtins.frozendict, "built in"
    try:
        import frozendict
    except ImportError:
        return None, None
    return frozendict.frozendict, frozendict.__version__


HAMT, HAMT_ORIGIN = find_hamt()
IMMUTABLES_MAP, IMMUTABLES_VERSION = find_immutables()
PACKAGE_MAP, PACKAGE_VERSION = find_package()
RPDS_MAP, RPDS_VERSION = find_rpds()
FROZENDICT, FROZENDICT_VERSION = find_frozendict()


@request
def describe():
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "executable": sys.executable,
        "tag": (sys.implementation.cache_tag or "python") + getattr(sys, "abiflags", ""),
        "hamt": HAMT_ORIGIN,
        "immutables": IMMUTABLES_VERSION,
        "package": PACKAGE_VERSION,
        "rpds": RPDS_VERSION,
        "frozendict": FROZENDICT_VERSION,
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
