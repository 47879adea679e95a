"""After every test: the store is intact, and no map of the test is left in it."""

import gc

import pytest

import hedgerow
from hedgerow import _hedgerow

import oracle


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


PASSED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def whole_store_and_no_leak(request):
    gc.collect()
    if len(gc.get_objects()) > 20_000:
        # Otherwise the objects of pytest and of imports make each collection take 50 ms. The
        # tests of gc.freeze itself end by unfreezing all of it.
        gc.freeze()
    before = hedgerow.stats()
    yield
    # pytest holds what fixtures returned until after this one.
    request.node.funcargs = {}
    gc.collect()
    _hedgerow._check()
    keeps = request.node.get_closest_marker("keeps_maps")
    # The traceback of a failure holds the maps of its frames.
    if keeps or not request.node.stash.get(PASSED, False):
        return
    after = hedgerow.stats()
    for what in ("live_versions", "live_entries"):
        assert after[what] <= before[what], f"{what} left behind by this test"


@pytest.fixture
def hamt():
    """CPython's own HAMT."""
    if oracle.hamt is None:
        pytest.skip("this Python has no _testcapi or _testinternalcapi with hamt in it")
    return oracle.hamt
