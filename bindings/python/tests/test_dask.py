"""Images among the processes of Dask.

The bug class: Dask that copies the bytes of an image into a pickle instead of passing on the
buffer.
"""

import pytest

from hedgerow import Image, Map


def test_scatter_passes_the_bytes_on():
    distributed = pytest.importorskip("distributed")
    from distributed.protocol import serialize

    m = Map({f"key {n}": n for n in range(100_000)})
    image = m.image()
    header, frames = serialize(image)
    content = bytes(image)  # The object itself.
    assert sum(len(frame) for frame in frames) < len(content) + 1000
    assert any(memoryview(frame).obj is content for frame in frames), "the bytes were copied"

    def read(image, delta):
        newer = image.apply(delta)
        return type(image) is Image, len(image), image["key 7"], newer["key 7"]

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        everywhere = client.scatter(image, broadcast=True)
        delta = m.set("key 7", "new").delta(m, image)
        workers = list(client.scheduler_info()["workers"])
        assert len(workers) == 2
        futures = [client.submit(read, everywhere, delta, workers=[worker], pure=False)
                   for worker in workers]
        assert client.gather(futures) == [(True, 100_000, 7, "new")] * 2
