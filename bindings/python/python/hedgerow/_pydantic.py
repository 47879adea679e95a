"""How pydantic validates, dumps and describes maps. It calls this; nothing here needs it before."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from operator import is_
from types import MappingProxyType
from typing import Any, get_args, get_origin

from ._hedgerow import Map


def schema_of(kind: type[Map[Any, Any]], source: Any, handler: Any) -> Any:
    """The schema of a field whose type is a class of maps, with type arguments or without.

    Its contents are those of a dict. In strict mode only a map will do, or an object of JSON.
    """
    core = import_module("pydantic_core.core_schema")
    keys, values = map(handler.generate_schema, _key_and_value(kind, get_args(source)))
    contents = core.dict_schema(keys, values)
    validate = partial(_validate, kind)
    # What pydantic calls this member of a union, in the places of errors.
    setattr(validate, "__name__", kind.__name__)
    return core.with_info_wrap_validator_function(
        validate,
        contents,
        serialization=core.wrap_serializer_function_ser_schema(
            partial(_dump, kind), schema=contents, info_arg=True
        ),
    )


def _key_and_value(kind: type[Map[Any, Any]], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """The types of keys and values: those of `class Ages(Map[str, int])` stand at its base."""
    if kind is not Map:
        for base in getattr(kind, "__orig_bases__", ()):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, Map):
                # A class that is generic by its base alone has no parameters of its own.
                parameters = getattr(kind, "__parameters__", ()) or base.__parameters__
                given = dict(zip(parameters, arguments))
                if given and base.__parameters__:
                    base = base[tuple(given.get(one, one) for one in base.__parameters__)]
                return _key_and_value(origin, get_args(base))
    if len(arguments) not in (0, 2):
        raise TypeError(f"{kind.__name__} has two type arguments, of its keys and of its values")
    key, value = arguments or (Any, Any)
    return key, value


def _validate(
    kind: type[Map[Any, Any]], given: Any, validate: Callable[[Any], Any], info: Any
) -> Any:
    if info.mode == "python" and not isinstance(given, kind):
        _refuse_if_strict(kind, validate)
    if not isinstance(given, Map):
        return kind(validate(given))
    valid = validate(dict(Map.items(given)))
    return given if isinstance(given, kind) and _holds(given, valid) else kind(valid)


def _refuse_if_strict(kind: type[Map[Any, Any]], validate: Callable[[Any], Any]) -> None:
    """In strict mode, raises the error that says what would do.

    A schema that has a strict and a lax way would say so, too. But in a union pydantic tries both,
    and so the work would double with each level of maps in maps.
    """
    core = import_module("pydantic_core")
    try:
        validate(_NO_DICT)
    except core.ValidationError:
        raise core.PydanticKnownError("is_instance_of", {"class": kind.__name__}) from None


#: An empty mapping that is no dict: only in lax mode it stands for one.
_NO_DICT: MappingProxyType[Any, Any] = MappingProxyType({})


def _dump(kind: type[Map[Any, Any]], value: Any, dump: Callable[[Any], Any], info: Any) -> Any:
    if not isinstance(value, Map):
        return dump(value)
    dumped = dump(dict(Map.items(value)))
    if info.mode == "json":
        return dumped
    return value if _holds(value, dumped) else kind(dumped)


def _holds(a_map: Map[Any, Any], contents: dict[Any, Any]) -> bool:
    """Whether a map holds these very objects, in this order. Then it can stay, and its sharing."""
    return (
        len(contents) == len(a_map)
        and all(map(is_, Map.keys(a_map), contents))
        and all(map(is_, Map.values(a_map), contents.values()))
    )
