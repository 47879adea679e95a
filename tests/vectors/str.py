"""Methods of str and codecs, called by CPython, for tests/object_str_calls.rs: recorded or live.

usage: python3 str.py live GROUP COUNT SEED > CALLS
       python3 str.py record COUNT PYTHON3.11 PYTHON3.12 ... > str.json
       python3 str.py digests > DIGESTS
       python3 str.py record-digests PYTHON3.11 PYTHON3.12 ... > str_unicode.json

A call is [method, receiver, argument, ...]. The receiver is a list of code points, or of bytes for
"decode". A str argument is {"str": [code point, ...]}, a tuple {"tuple": [argument, ...]}, a dict
{"dict": [[key, value], ...]}. CALLS is {"minor": 13, "calls": [[call, result], ...]}; str.json has
one such list for the first interpreter, and for each other one the results that differ, by the
index of the call.

DIGESTS has, for each property of code points, the CRC-32 of blocks of 0x4000 of them: [first,
CRC-32]. They are those with characters, and some of the others; recorded, without most ideographs.
"""
import sys

sys.path.pop(0)  # This folder: its files must not stand for modules of the standard library.

import json
import random
import re
import subprocess
import zlib

BLOCK = 0x4000
RECORDED = [0, 0x4000, 0x8000, 0xc000, 0x10000, 0x1c000]
ASKED = [*range(0, 0x24000, BLOCK), 0x2c000, 0x30000, 0x40000, 0xe0000, 0xf0000, 0x10c000]
HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace",
            "surrogateescape", "surrogatepass"]
CODECS = ["utf-8", "latin-1", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
          "utf-32-be"]
NAMES = ["UTF-8", "utf8", "U8", "utf", "utf8_ucs2", "cp65001", "Latin 1", "8859", "cp819",
         "csISOLatin1", "IBM819", "iso8859", "iso8859-1", "ISO-8859-1", "iso-8859-1-1987",
         "iso-ir-100", "L1", "latin", "latin1", "646", "ANSI_X3.4-1968", "ANSI_X3.4-1986", "cp367",
         "csASCII", "ibm367", "iso646-us", "ISO_646.irv:1991", "iso-ir-6", "us", "us-ascii",
         "ASCII", "UTF16", "u16", "utf-16le", "UTF-16LE", "UnicodeLittleUnmarked",
         "UnicodeBigUnmarked",
         "utf-16BE", "utf32", "u32", "UTF-32LE", "utf_32be", " utf 8 ", "utf--8", "utf_8_",
         "cp1252", "utf-7", "utf-8-sig", "latin2", ""]


def text(points):
    return "".join(map(chr, points))


def points(string):
    return list(map(ord, string))


def build(argument):
    if isinstance(argument, dict):
        [(kind, content)] = argument.items()
        if kind == "str":
            return text(content)
        if kind == "tuple":
            return tuple(map(build, content))
        assert kind == "dict", kind
        return {build(key): build(value) for key, value in content}
    return argument


def plain(result):
    """A result in JSON, with strs as code points, so that surrogates survive."""
    if isinstance(result, str):
        return {"str": points(result)}
    if isinstance(result, bytes):
        return {"bytes": list(result)}
    if isinstance(result, (list, tuple)):
        return [plain(item) for item in result]
    if isinstance(result, dict):
        return {"dict": [[plain(key), plain(value)] for key, value in result.items()]}
    return result


def codec_of(name):
    import codecs
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    found = {"iso8859-1": "latin-1"}.get(found, found)
    return found if found in CODECS else None


def call(question):
    method, receiver, *rest = question
    arguments = [build(argument) for argument in rest]
    try:
        if method == "codec":
            return codec_of(receiver)
        if method == "decode":
            return plain(bytes(receiver).decode(*arguments))
        if method == "maketrans":
            return plain(str.maketrans(*arguments))
        if method == "*":
            return plain(text(receiver) * arguments[0])
        return plain(getattr(text(receiver), method)(*arguments))
    except UnicodeError as error:
        whole = [error.encoding, error.start, error.end, error.reason]
        return {"error": [type(error).__name__, str(error)], "details": whole}
    except Exception as error:
        # CPython 3.11 adds which codec failed where the codec was looked up.
        words = re.sub(r"^decoding with '.*' codec failed \(TypeError: (.*)\)$", r"\1", str(error))
        return {"error": [type(error).__name__, words]}


# What the calls are about: random texts, and arguments that depend on them.

SPECIAL = points("aA bB1\t\n\r\x0b\x1c\x85_\x7f\x80\xa0\xad\xb5\xdf\xff\xe9\xc9"
                 "\u0130\u0131\u0149\u017f\u01c4\u01c5\u01c6\u0307\u0345\u0390\u03a3\u03c3\u03c2"
                 "\u0660\u00b2\u2160\u2028\u2029\u1e9e\u1f88\ufb03\ufeff\uffff\u20ac\u4e00"
                 "\U00010400\U00010428\U0001d7ce\U0001f40d\U0010ffff\U0001e900\U00011f5a")
SURROGATES = [0xd800, 0xdbff, 0xdc00, 0xdc7f, 0xdc80, 0xdcff, 0xdd00, 0xdfff]
BYTES = [0, 16, 0x41, 0x7f, 0x80, 0x90, 0xa0, 0xbf, 0xc0, 0xc2, 0xd8, 0xdc, 0xdf, 0xe0, 0xe2, 0xed,
         0xef, 0xf0, 0xf4, 0xf5, 0xfe, 0xff]


def some_point(rng, widest):
    choice = rng.randrange(10)
    if widest == 0 or choice < 3:
        return rng.choice([rng.randrange(0x20, 0x7f), rng.choice(points("abcAB  .\t\n"))])
    if widest == 1:
        return rng.randrange(0x100)
    if choice < 6:
        return rng.choice([point for point in SPECIAL if widest > 2 or point < 0x10000])
    if choice < 8:
        return rng.choice(SURROGATES)
    return rng.randrange(0x110000 if widest > 2 else 0x10000)


def some_text(rng, longest=20):
    widest = rng.randrange(4)
    return [some_point(rng, widest) for _ in range(rng.randrange(longest))]


def encode_calls(rng):
    string, codec = some_text(rng), rng.choice(CODECS)
    if rng.randrange(3) == 0:
        string = [rng.choice(SURROGATES + [0x61, 0xe9, 0x20ac]) for _ in range(rng.randrange(8))]
    return [["encode", string, {"str": points(codec)}, {"str": points(errors)}]
            for errors in HANDLERS]


def decode_calls(rng):
    codec = rng.choice(CODECS)
    if rng.randrange(2):
        data = bytearray(text(some_text(rng, 8)).encode(
            rng.choice(CODECS), rng.choice(["ignore", "surrogatepass"] if rng.randrange(9) else
                                           ["replace"])) if rng.randrange(9) else b"")
    else:
        data = bytearray(rng.choice(BYTES) for _ in range(rng.randrange(13)))
    for _ in range(rng.randrange(3)):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    if rng.randrange(3) == 0 and data:
        del data[-1]
    return [["decode", list(data), {"str": points(codec)}, {"str": points(errors)}]
            for errors in HANDLERS]


def codec_calls(rng):
    return encode_calls(rng) + decode_calls(rng)


def repetitive_text(rng):
    """Of few code points, so that needles are found, almost found and found again."""
    some = rng.choice(["ab", "ab ", " \t\na", "\u20aca ", "a\u20ac\U0001f40d",
                       "\ud83e\udd93\U0001f993",
                       "\r\n\x0b\x1c\x85\u2028\u2029a", " \xa0\u2003\u3000\x1fb", "\xe9\xff "])
    return points("".join(rng.choices(some, k=rng.choice([3, 9, 30, 90]))))


def search_calls(rng):
    hay = repetitive_text(rng) if rng.randrange(4) else some_text(rng)
    first = rng.randrange(len(hay) + 1)
    needle = hay[first:first + rng.choice([0, 1, 1, 2, 3, 8, 40])]
    if rng.randrange(4) == 0:
        needle = needle + [rng.choice(needle or [0x61])]
    wanted, other = {"str": needle}, {"str": some_text(rng, 4)}
    start, end = (rng.choice([None, rng.randrange(-35, 35), 2 ** 62, -2 ** 62]) for _ in range(2))
    most = rng.choice([-1, 0, 1, 2, 5, 100])
    calls = [["join", needle, {"tuple": [wanted, other, {"str": hay}][:rng.randrange(4)]}],
             ["*", needle, rng.choice([-1, 0, 1, 2, 3, 17])],
             ["replace", hay, wanted, other, most], ["replace", hay, other, wanted, most],
             ["replace", hay, {"str": needle[:1]}, {"str": []}, most],
             ["split", hay, None, most], ["rsplit", hay, None, most],
             ["splitlines", hay, rng.randrange(2) == 1],
             ["removeprefix", hay, {"str": hay[:rng.randrange(3)]}],
             ["removesuffix", hay, {"str": hay[-rng.randrange(1, 3):]}],
             ["removeprefix", hay, wanted], ["removesuffix", hay, wanted]]
    calls += [[method, hay, wanted, most] for method in ("split", "rsplit")]
    calls += [[method, hay, wanted] for method in ("partition", "rpartition")]
    calls += [[method, hay, wanted, start, end]
              for method in ("find", "rfind", "index", "rindex", "count")]
    calls += [[method, hay, argument] for method in ("strip", "lstrip", "rstrip")
              for argument in (None, wanted, {"str": repetitive_text(rng)})]
    calls += [[method, hay, argument, start, end] for method in ("startswith", "endswith")
              for argument in (wanted, {"tuple": [other, wanted]}, {"tuple": []})]
    return rng.sample(calls, 12)


def case_calls(rng):
    words = some_text(rng)
    for _ in range(rng.randrange(6)):
        words.insert(rng.randrange(len(words) + 1), rng.choice(CASED))
    return [[method, words[:rng.choice([1, 2, 20])]] for method in CASES + PREDICATES]


def pad_calls(rng):
    string = some_text(rng, 12)
    fill = {"str": [some_point(rng, rng.randrange(4)) for _ in range(rng.choice([0, 1, 1, 1, 2]))]}
    width = rng.choice([-3, 0, 5, 10, 11, 20, 21])
    lines = repetitive_text(rng) + [9, 10, 9, 13, 9, 0x20ac, 9]
    rng.shuffle(lines)
    table = [[key, value] for key, value in zip(
        (rng.choice(string or [0]) for _ in range(4)),
        rng.sample([None, 0x62, 0x20ac, {"str": points("xy\U0001f40d")}, {"str": []}, 0x10ffff,
                    True] + rng.choices([0x110000, -1, 2 ** 70, {"tuple": []}], k=1), 4))]
    keys = [[rng.choice([97, {"str": [98]}, {"str": points("ab")}, None, True, {"str": []}]), 7]
            for _ in range(rng.randrange(3))]
    return [["center", string, width, fill], ["ljust", string, width, fill],
            ["rjust", string, width, fill],
            ["zfill", rng.choice([points("+"), points("-"), []]) + string, width],
            ["expandtabs", lines, rng.choice([-1, 0, 1, 3, 8])],
            ["translate", string, {"dict": table}], ["maketrans", [], {"dict": keys}],
            ["maketrans", [], {"str": string}, {"str": some_text(rng, 12)[:len(string)]}],
            ["maketrans", [], {"str": string}, {"str": string[::-1]}, {"str": string[:2]}]]


CASED = points("aB\xb5\xdf\u0130\u0149\u01c5\u0345\u0390\u03a3\u03a3'\u1e9e\u1f88\ufb03\xad \ua7da"
               "\u10fc\u30fb\u4e24\u0295\u019b")
GROUPS = {"codecs": codec_calls, "search": search_calls, "case": case_calls,
          "pads": pad_calls}


def generate(group, count, seed):
    rng = random.Random(seed)
    calls = [["codec", name] for name in NAMES] if group == "codecs" else []
    while len(calls) < count:
        try:
            calls += GROUPS[group](rng)
        except UnicodeError:
            pass  # A text that the codec of the moment cannot encode.
    return calls


# Properties of all code points.

def digest(data):
    return zlib.crc32(data) & 0xffffffff


def name_of(string):
    return string.encode("ascii", "namereplace").decode("ascii")


PREDICATES = ["isalpha", "isalnum", "isdecimal", "isdigit", "isnumeric", "isidentifier", "islower",
              "isupper", "istitle", "isspace", "isprintable", "isascii"]
CASES = ["lower", "upper", "casefold", "capitalize", "title", "swapcase"]


def flags_of(char):
    """All predicates, as a number in hexadecimal."""
    answers = [getattr(char, name)() for name in PREDICATES] + [("a" + char).isidentifier()]
    return format(sum(answer << index for index, answer in enumerate(answers)), "x")


MAPPINGS = {
    "flags": flags_of,
    "namereplace": name_of,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "casefold": str.casefold,
    # What the rules of str.title and of the sigma at the end of a word say of a character.
    "titled after": lambda char: (char + "a").title(),
    "sigma after": lambda char: ("a" + char + "\u03a3").lower(),
}


def block(name, start):
    mapping = MAPPINGS[name]
    chars = map(chr, range(start, start + BLOCK))
    whole = "".join(mapping(char) + "\n" for char in chars if not is_left_out(name, char))
    return digest(whole.encode("utf-8", "surrogatepass"))


def is_left_out(name, char):
    """docs/python-differences.md says why."""
    return name == "namereplace" and 0xf0000 <= ord(char) < 0xf0400


def digests(starts):
    return {name: [[start, block(name, start)] for start in starts]
            for name in MAPPINGS}


def run(python, arguments, standard_input=None):
    return json.loads(subprocess.check_output([python, __file__, *arguments], text=True,
                                              input=standard_input))


def record(count, pythons):
    calls = [call for group in GROUPS for call in generate(group, count, len(group))]
    asked = json.dumps(calls)
    first, *others = [run(python, ["answer"], asked) for python in pythons]
    results = first["results"]
    print('{"minor": %d, "calls": [' % first["minor"])
    print(",\n".join(compact([call, result]) for call, result in zip(calls, results)))
    print('],\n"others": [')
    differences = [
        {"minor": other["minor"],
         "results": [[index, result] for index, result in enumerate(other["results"])
                     if result != results[index]]}
        for other in others]
    print(",\n".join(map(compact, differences)))
    print("]}")


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def main():
    minor = sys.version_info.minor
    if sys.argv[1:2] == ["live"]:
        calls = generate(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        print(json.dumps({"minor": minor, "calls": [[each, call(each)] for each in calls]}))
    elif sys.argv[1:] == ["answer"]:
        print(json.dumps({"minor": minor, "results": list(map(call, json.load(sys.stdin)))}))
    elif sys.argv[1:] in (["digests"], ["digests", "few"]):
        starts = RECORDED if "few" in sys.argv else ASKED
        print(json.dumps({"minor": minor, "digests": digests(starts)}))
    elif sys.argv[1:2] == ["record-digests"]:
        runs = [compact(run(python, ["digests", "few"])) for python in sys.argv[2:]]
        print("[" + ",\n".join(runs) + "]")
    elif sys.argv[1:2] == ["record"] and len(sys.argv) > 3:
        record(int(sys.argv[2]), sys.argv[3:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
