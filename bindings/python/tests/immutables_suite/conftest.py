"""The tests of immutables that differ on purpose, each with its reason."""

import pytest

NAME = "repr begins with the name of the library, which is hedgerow"
DIFFERENCES = {
    "test_repr_1": NAME,
    "test_repr_3": NAME,
    "test_map_mut_3": NAME,
    "test_none_as_key": NAME,
    "test_none_collision_1": NAME,
}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name != "immutables_suite":
            continue
        reason = DIFFERENCES.get(item.name)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
