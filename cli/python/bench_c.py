"""The C level of `hedgerow bench`: times subjects of the extension in cli/c/, with the keys and the
passes of bench_worker.py, which follows it in one program.
"""
import importlib.util
import sysconfig

EXTENSION = "hedgerow_bench_c"
# Which keys or pairs an operation goes through: other objects that are equal, in each pass.
THROUGH = {
    "get-hit": "hits",
    "get-miss": "misses",
    "contains": "mixed",
    "set-replace": "replacing",
    "set-new": "new",
    "delete": "replacing",
}
extension = None
# By implementation, and whether it is of contexts: each is made when it is first timed.
subjects = {}


@request
def headers():
    """The folders that hold Python.h and what it includes, and the file name of an extension."""
    paths = sysconfig.get_paths()
    folders = [paths["include"], paths["platinclude"], os.path.dirname(paths["include"])]
    there = os.path.isfile(os.path.join(paths["include"], "Python.h"))
    return folders if there else []


@request
def load_extension(path):
    global extension
    spec = importlib.util.spec_from_file_location(EXTENSION, path)
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)


@request
def load_c(keys, limits):
    subjects.clear()  # frees the old maps before new ones are made
    load(keys, limits)


def work():
    """What the extension needs of the workload."""
    key, value = workload.pairs[workload.count // 2]
    return {
        "pairs": workload.pairs,
        "hits": workload.hits,
        "misses": workload.misses,
        "mixed": workload.mixed,
        "replacing": workload.replacing,
        "new": workload.new,
        "chain": [(k, 2 * 10**9 + i) for i, (k, _) in
                  enumerate(workload.replacing[: workload.least])],
        "twin": [(key, int(str(value)))],  # equal, and another object
        "changed": [(key, -value)],
        "rounds": workload.rounds,
        "least": workload.least,
    }


def make_subject(implementation, is_context):
    if is_context:
        order = repeated(visiting_order(workload.count), workload.least, 10 * workload.least)
        return extension.contexts(implementation, workload.count, tuple(order))
    if implementation == "libhedgerow":
        return extension.library(work())
    make = EMPTY[implementation]
    bulk = None if implementation == "hamt" else make
    return extension.methods(work(), workload.map(implementation), make(), bulk)


def pass_in_c(implementation, op):
    is_context = op.startswith("context-")
    if is_context != (implementation == "contextvar") and implementation != "libhedgerow":
        return None
    of = implementation, is_context
    if of not in subjects:
        subjects[of] = make_subject(*of)
    subject = subjects[of]
    if op not in THROUGH:
        return subject.time(op)
    items = getattr(workload, THROUGH[op])
    if op in ("get-hit", "get-miss", "contains"):
        return subject.time(op, workload.fresh(items))
    return subject.time(op, workload.updates(implementation, items))


@request
def measure_c(implementation, op, budget_ns):
    """As `measure`, of the C level."""
    return best_pass(lambda: pass_in_c(implementation, op), budget_ns)
