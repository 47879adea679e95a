"""Methods of str and codecs for `hedgerow verify`. Follows verify_values.py.

src/verify/texts.rs writes the calls.
"""
TEXT_METHODS = {
    "find": lambda s, other, start, end, size: s.find(other, start, end),
    "rfind": lambda s, other, start, end, size: s.rfind(other, start, end),
    "index": lambda s, other, start, end, size: s.index(other, start, end),
    "count": lambda s, other, start, end, size: s.count(other, start, end),
    "startswith": lambda s, other, start, end, size: s.startswith((other, "a"), start, end),
    "endswith": lambda s, other, start, end, size: s.endswith((other, "a"), start, end),
    "split": lambda s, other, start, end, size: s.split(other, size),
    "rsplit": lambda s, other, start, end, size: s.rsplit(other, size),
    "split_whitespace": lambda s, other, start, end, size: s.split(None, size),
    "rsplit_whitespace": lambda s, other, start, end, size: s.rsplit(None, size),
    "splitlines": lambda s, other, start, end, size: s.splitlines(size > 0),
    "partition": lambda s, other, start, end, size: s.partition(other),
    "rpartition": lambda s, other, start, end, size: s.rpartition(other),
    "strip": lambda s, other, start, end, size: s.strip(),
    "strip_chars": lambda s, other, start, end, size: s.strip(other),
    "replace": lambda s, other, start, end, size: s.replace(other, "\u20ac!", size),
    "removeprefix": lambda s, other, start, end, size: s.removeprefix(other),
    "join": lambda s, other, start, end, size: s.join([other, s, other]),
    "repeat": lambda s, other, start, end, size: s * size,
    "center": lambda s, other, start, end, size: s.center(size, other),
    "zfill": lambda s, other, start, end, size: s.zfill(size),
    "expandtabs": lambda s, other, start, end, size: s.expandtabs(size),
}
TEXT_PLAIN = {"lower", "upper", "casefold", "capitalize", "title", "swapcase", "isalpha", "isalnum",
              "isdecimal", "isdigit", "isnumeric", "isidentifier", "islower", "isupper", "istitle",
              "isspace", "isprintable", "isascii"}


def text_plain(result):
    if isinstance(result, str):
        return {"str": list(map(ord, result))}
    if isinstance(result, bytes):
        return {"bytes": list(result)}
    if isinstance(result, (list, tuple)):
        return [text_plain(item) for item in result]
    return result


def text_call(call):
    method, codec, handler = call["method"], call["codec"], call["handler"]
    other, start, end = "".join(map(chr, call["other"])), call["start"], call["end"]
    try:
        if method == "decode":
            result = bytes(call["text"]).decode(codec, handler)
        elif method == "encode":
            result = "".join(map(chr, call["text"])).encode(codec, handler)
        elif method in TEXT_PLAIN:
            result = getattr("".join(map(chr, call["text"])), method)()
        else:
            text = "".join(map(chr, call["text"]))
            result = TEXT_METHODS[method](text, other, start, end, call["size"])
        return text_plain(result)
    except Exception as error:
        # CPython 3.11 adds which codec failed, where a handler only encodes.
        words = str(error).partition("codec failed (TypeError: ")[2][:-1] or str(error)
        return {"error": [type(error).__name__, words]}


@request
def texts(calls):
    return [text_call(call) for call in calls]
