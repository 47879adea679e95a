"""How much memory the maps of `hedgerow bench` take. Follows bench_worker.py in one program.

Memory that earlier maps have left free would be used again, and nothing would grow. So a process is
forked off before there is any map. It forks a child for each figure, which makes the keys and then
maps of them, of which the first fill what the keys have left free.
"""
# So many entries fill, and so many are measured, in maps of the size that is asked for.
ENTRIES = 100_000


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(peer, kind, keys):
    """The bytes that maps add for each entry. Keys and values are there before."""
    pairs = [(key, 10**9 + i) for i, key in enumerate(make_keys(kind, keys))]
    copies = -(-ENTRIES // len(pairs))
    filling = [made(peer, pairs) for _ in range(copies)]
    kept = [None] * copies
    before = resident()
    for i in range(copies):
        kept[i] = made(peer, pairs)
    return (resident() - before) / (len(filling) * len(pairs))


class MemoryServer:
    """The process that children are forked from, and the pipes to it."""

    def __init__(self):
        requests, self.requests = os.pipe()
        self.replies, replies = os.pipe()
        if os.fork() == 0:
            os.close(self.requests)
            os.close(self.replies)
            # Who reads the worker's output waits for the end of all that hold it.
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in range(3):
                os.dup2(nothing, descriptor)
            try:
                self.serve(os.fdopen(requests), replies)
            finally:
                os._exit(0)
        os.close(requests)
        os.close(replies)
        self.requests = os.fdopen(self.requests, "w")
        self.replies = os.fdopen(self.replies)

    @staticmethod
    def serve(requests, replies):
        for line in requests:
            child = os.fork()
            if child == 0:
                try:
                    answer = json.dumps(growth(**json.loads(line)))
                except Exception as error:
                    answer = json.dumps("%s: %s" % (type(error).__name__, error))
                os.write(replies, (answer + "\n").encode())
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if status:
                os.write(replies, b'"its process was killed"\n')

    def ask(self, **request):
        self.requests.write(json.dumps(request) + "\n")
        self.requests.flush()
        answer = json.loads(self.replies.readline())
        if isinstance(answer, str):
            raise MemoryError(answer)
        return answer


MEMORY = MemoryServer() if hasattr(os, "fork") and os.path.exists("/proc/self/statm") else None


@request
def bytes_per_entry(implementation):
    """None where there is no fork, or no /proc."""
    if EMPTY[implementation] is None or MEMORY is None:
        return None
    return MEMORY.ask(peer=implementation, kind=sent["kind"], keys=sent["present"])


answer_requests()
