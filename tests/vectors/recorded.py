"""What the scripts share that answer the questions of a test: asked now, or recorded.

    recorded.questions(__file__, answer)    a list of questions on stdin; `record PYTHON...` asks
                                            those of the .json file beside the script, and writes it
    recorded.calls(__file__, calls, shown)  no questions, but the errors of calls, by name;
                                            `record PYTHON...` prints those of several versions

Beside the answers of a version stands what a test has to know about it.
"""
import json
import os
import subprocess
import sys


def about(answers):
    return {
        "algorithm": sys.hash_info.algorithm,
        "none": hash(None), "ellipsis": hash(...), "nan": 0,
        "version": list(sys.version_info[:2]),
        "answers": answers,
    }


def ask(python, script, text):
    """The answers of another interpreter, whose hashes of str are the same each time."""
    out = subprocess.run([python, script], input=text, check=True, stdout=subprocess.PIPE,
                         universal_newlines=True, env=dict(os.environ, PYTHONHASHSEED="0")).stdout
    return json.loads(out)


def questions(script, answer):
    if sys.argv[1:2] != ["record"]:
        asked = json.load(sys.stdin)
        return json.dump(about([answer(*question) for question in asked]), sys.stdout)
    path = os.path.splitext(script)[0] + ".json"
    with open(path, encoding="utf-8") as file:
        asked = json.load(file)["questions"]
    answers = [ask(python, script, json.dumps(asked)) for python in sys.argv[2:]]
    with open(path, "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(question) for question in asked)
        file.write(f'{{"questions": [\n{lines}\n],\n"recorded": [\n')
        file.write(",\n".join(json.dumps(one) for one in answers) + "\n]}\n")


def calls(script, calls, shown):
    if sys.argv[1:2] != ["record"]:
        answers = {name: error_of(call, shown) for name, call in calls.items()}
        return json.dump(about(answers), sys.stdout)
    answers = [ask(python, script, "") for python in sys.argv[2:]]
    print("[" + ",\n".join(json.dumps(one, indent=0) for one in answers) + "]")


def error_of(call, shown):
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {shown(error)}"
    return "no error"
