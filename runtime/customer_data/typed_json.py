"""JSON as dataclasses, each value of the type that its field says: what somebody edited by hand gets a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from customer_data.errors import SettingsError

T = TypeVar("T")

_PLAIN: dict[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    bool: ((bool,), "true or false"),
    type(None): ((type(None),), "null"),
}


def read_as(kind: type[T], given: Any, where: str = "") -> T:
    """`given`, as `json.loads` has it, as a dataclass. A field of `Annotated[str, X]` gets the JSON text of an X.

    Raises SettingsError that names the field (after `where`), its value, and what is allowed.
    """
    value: T = _read(kind, given, where)
    return value


def _read(kind: Any, given: Any, where: str) -> Any:
    arguments = get_args(kind)
    origin = get_origin(kind)
    if kind is Any:
        return given
    if is_dataclass(kind):
        return _dataclass(kind, given, where)
    if origin is UnionType:
        return _one_of(arguments, given, where)
    if origin is Annotated:
        _read(arguments[1], given, where)
        return json.dumps(given)
    if origin is Literal:
        if given not in arguments:
            raise _wrong(where, given, f"one of {', '.join(map(str, arguments))}")
        return given
    if origin is tuple:
        return tuple(_read(arguments[0], item, f"{where}[{at}]") for at, item in enumerate(_as(list, given, where)))
    if origin is Mapping:
        return {name: _read(arguments[1], item, _at(where, name)) for name, item in _as(dict, given, where).items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if given not in [choice.value for choice in kind]:
            raise _wrong(where, given, f"one of {', '.join(kind)}")
        return kind(given)
    types, allowed = _PLAIN[kind]
    if not isinstance(given, types) or (isinstance(given, bool) and bool not in types):
        raise _wrong(where, given, allowed)
    return given


def _one_of(kinds: tuple[Any, ...], given: Any, where: str) -> Any:
    """The only choice that is not plain is the one whose words are wanted."""
    for plain in (kind for kind in kinds if kind in _PLAIN):
        if isinstance(given, _PLAIN[plain][0]) and not (isinstance(given, bool) and plain is not bool):
            return given
    others = [kind for kind in kinds if kind not in _PLAIN]
    if others:
        return _read(others[0], given, where)
    raise _wrong(where, given, " or ".join(_PLAIN[kind][1] for kind in kinds))


def _dataclass(kind: Any, given: Any, where: str) -> Any:
    values = _as(dict, given, where)
    types = get_type_hints(kind, include_extras=True)
    known = {field.name: field for field in fields(kind)}
    unknown = next((name for name in values if name not in known), None)
    if unknown is not None:
        raise SettingsError(f"{_at(where, unknown)} is not known; allowed: {', '.join(known) or 'nothing'}")
    for name, field in known.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise SettingsError(f"{_at(where, name)} is missing; add it")
    return kind(**{name: _read(types[name], value, _at(where, name)) for name, value in values.items()})


def _as(kind: type, given: Any, where: str) -> Any:
    if not isinstance(given, kind):
        raise _wrong(where, given, "a list" if kind is list else "an object with names and values")
    return given


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _wrong(where: str, given: Any, allowed: str) -> SettingsError:
    shown = json.dumps(given, default=repr)
    return SettingsError(
        f"{where or 'the whole'} is {shown[:100]}{'...' if len(shown) > 100 else ''}, but {allowed} is needed"
    )
