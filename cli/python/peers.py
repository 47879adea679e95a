"""The maps of the Python side, and the conversation with the command: a line of JSON each way.

The command runs this file and one worker file after it, joined into one program; the worker adds
its requests to REQUESTS and calls converse().
"""
import gc
import importlib
import json
import os
import platform
import sys

if sys.version_info < (3, 8):
    sys.exit("it is Python %d.%d, and 3.8 or newer is needed" % sys.version_info[:2])

# Begins each answer: a start-up file may have printed lines of its own before we came.
MARK = "hedgerow:"
REQUESTS = {}


def request(function):
    REQUESTS[function.__name__] = function
    return function


def find_hamt():
    """CPython's own HAMT, which its test modules export: the module moved in 3.13."""
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
    """Hedgerow's own Python package, which is timed like any other."""
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
        # In pure Python immutables has other nodes, so that its tree is no witness for shapes.
        "immutables_in_c": getattr(IMMUTABLES_MAP, "__module__", "").endswith("_map"),
        "hash_bits": sys.hash_info.width,
    }


def converse():
    """Answers requests until the command closes the pipe."""
    # From here on whatever else prints does so on stderr: the pipe carries answers only.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(2, sys.stdout.fileno())
    for line in iter(sys.stdin.readline, ""):
        question = json.loads(line)
        try:
            answer = {"ok": REQUESTS[question["request"]](**question.get("with", {}))}
        except Exception as error:
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        answers.write(MARK + json.dumps(answer) + "\n")
        answers.flush()
