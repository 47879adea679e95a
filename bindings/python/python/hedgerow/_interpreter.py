"""Loads the extension when it is imported, or says why this interpreter cannot have it."""

import sys


def load() -> None:
    if "free-threading build" in sys.version:
        # Before the extension is looked for: its layouts are those of other builds.
        raise ImportError(
            "hedgerow needs the interpreter lock, which this build of CPython (free-threaded) can "
            "run without; use the build with the lock: its executable has no t in its name, as in "
            f"python{sys.version_info.major}.{sys.version_info.minor}",
            name="hedgerow",
        )
    try:
        from ._hedgerow import Map as Map
    except ImportError as error:
        # CPython's words, and those of the extension where CPython does not look.
        if "does not support loading in subinterpreters" not in str(error):
            raise
        raise ImportError(
            "hedgerow can be imported in the main interpreter alone, and this is a subinterpreter: "
            "all maps of a process are in one store, which belongs to the main interpreter; use "
            "hedgerow there or in another process, and pass dict(map) to subinterpreters (for "
            "mod_wsgi, WSGIApplicationGroup %{GLOBAL} chooses the main interpreter)",
            name="hedgerow",
            path=error.path,
        ) from error


load()
