"""Clusters of this machine for tests: Ray's and Dask's."""

import contextlib
import os
import tempfile

#: Bytes of Ray's object store.
STORE = 300_000_000


@contextlib.contextmanager
def ray_cluster(workers):
    """A cluster of Ray with so many processes, which leaves nothing behind."""
    # Not pytest's folder: paths of sockets have to be short.
    with tempfile.TemporaryDirectory(prefix="ray-") as folder, variables(HOME=folder):
        import ray

        here = os.path.dirname(os.path.abspath(__file__))
        for attempt in range(3):
            try:
                ray.init(num_cpus=workers, object_store_memory=STORE, include_dashboard=False,
                         log_to_driver=False, logging_level="ERROR", _temp_dir=folder,
                         runtime_env={"env_vars": {"PYTHONPATH": here}})
                break
            except RuntimeError:
                # Ray waits a few seconds for each of its servers, which a busy machine takes longer
                # to start.
                ray.shutdown()
                if attempt == 2:
                    raise
        try:
            yield ray
        finally:
            ray.shutdown()


@contextlib.contextmanager
def variables(**values):
    """Variables of the environment, and those that keep Ray from reporting to its makers."""
    before = dict(os.environ)
    os.environ.update(values, RAY_USAGE_STATS_ENABLED="0", PYTHONWARNINGS="ignore")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
