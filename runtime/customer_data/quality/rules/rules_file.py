"""Reads the one Python file in which a user writes data quality rules, and says exactly what is wrong with it.

    SQL_DATA_QUALITY_RULES = {
        "no_negative_amount": {
            "query": "SELECT * FROM temp_data WHERE amount < 0",
            "error_type": "invalid_amount",
            "description": "An amount is never negative",
        },
    }

    def email_has_domain(record):
        if "@" not in (record["email"] or ""):
            return {"error_type": "invalid_email", "description": "no domain"}

    PYTHON_DATA_QUALITY_RULES = [email_has_domain]

Each rule may also have `severity` ("error", "warning"), `max_fail_ratio` (0 to 1) and `filter` (a Spark SQL condition).
A Python rule has them as `{"rule": email_has_domain, "severity": "warning"}` in the list. Without a `description`,
the first sentence of the function's docstring describes it, else its name.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_data.errors import CustomerDataError
from customer_data.quality.rules.rule import PythonRule, Severity, SqlRule

SQL_RULES = "SQL_DATA_QUALITY_RULES"
PYTHON_RULES = "PYTHON_DATA_QUALITY_RULES"

_OPTIONAL = ("severity", "max_fail_ratio", "filter")
_OF_SQL = ("query", "error_type", "description", *_OPTIONAL)
_OF_PYTHON = ("rule", "error_type", "description", *_OPTIONAL)


class RulesFileError(CustomerDataError):
    """The rules file cannot be used; the message has file, line and rule. No record has been checked."""


@dataclass(frozen=True)
class RulesFile:
    """Its rules. Each knows where it stands (`Rule.place`), for what is found out about it later."""

    sql: tuple[SqlRule, ...]
    python: tuple[PythonRule, ...]


@dataclass(frozen=True)
class RulesSource:
    """A rules file as text: what travels to where its functions run. `name` is what messages call it."""

    name: str
    text: str


def rules_source(name: str, read: Callable[[], bytes]) -> RulesSource:
    """Raises RulesFileError for what cannot be read or is not UTF-8."""
    try:
        return RulesSource(name, read().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RulesFileError(f"{name}: it cannot be read: {error}") from error


def read_rules(source: RulesSource) -> RulesFile:
    """Runs the file and takes its rules. Raises RulesFileError."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: RulesSource) -> None:
        self._source = source
        self._lines: dict[str, int] = {}

    def read(self) -> RulesFile:
        tree = self._parsed()
        self._lines = dict(self._assigned(tree))
        names = self._run()
        if SQL_RULES not in names and PYTHON_RULES not in names:
            raise self._error(f"it defines neither {SQL_RULES} (a dict) nor {PYTHON_RULES} (a list): write one of them")
        rules = RulesFile(
            sql=tuple(self._sql_rules(names.get(SQL_RULES, {}))),
            python=tuple(self._python_rules(names.get(PYTHON_RULES, []))),
        )
        taken: set[str] = set()
        for rule in (*rules.sql, *rules.python):
            if rule.name in taken:
                raise self._error("two rules have this name: give one of them another", rule.name)
            taken.add(rule.name)
        return rules

    def _parsed(self) -> ast.Module:
        try:
            return ast.parse(self._source.text, self._source.name)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise self._error(f"it is not Python: {getattr(error, 'msg', error)}", line=line) from error

    def _assigned(self, tree: ast.Module) -> Iterator[tuple[str, int]]:
        """Where the two names, the SQL rules and the functions stand. Raises on a rule that is there twice, of which
        Python would silently keep the last."""
        seen: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield node.name, node.lineno
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (target.id for target in targets if isinstance(target, ast.Name)):
                yield name, node.lineno
                if name == SQL_RULES and isinstance(node.value, ast.Dict):
                    for key in node.value.keys:
                        if isinstance(key, ast.Constant) and isinstance(key.value, str):
                            if key.value in seen:
                                raise self._error("the dict has this rule twice", key.value, line=key.lineno)
                            seen.add(key.value)
                            yield key.value, key.lineno

    def _run(self) -> dict[str, Any]:
        """The names that the file defines. It becomes a module, which dataclasses and pickle look for by its name."""
        name = f"customer_data_rules_{Path(self._source.name).stem}"
        module = types.ModuleType(name)
        module.__file__ = self._source.name
        sys.modules[name] = module
        try:
            exec(compile(self._source.text, self._source.name, "exec"), module.__dict__)
        except BaseException as error:  # sys.exit(0) would end the job as if all were well
            lines = [
                frame.lineno
                for frame in traceback.extract_tb(error.__traceback__)
                if frame.filename == self._source.name
            ]
            raise self._error(
                f"running it failed: {type(error).__name__}: {error}", line=lines[-1] if lines else None
            ) from error
        return module.__dict__

    def _sql_rules(self, given: object) -> Iterator[SqlRule]:
        if not isinstance(given, Mapping):
            raise self._error(f"it is {_kind(given)}, but a dict of name to rule is needed", SQL_RULES)
        for name, rule in given.items():
            if not isinstance(name, str) or not name.strip():
                raise self._error(f"a rule's name is {name!r}, but text is needed", SQL_RULES)
            fields = self._fields(name, rule, _OF_SQL, required=("query", "error_type", "description"))
            yield SqlRule(name, **fields, place=self._place(name))

    def _python_rules(self, given: object) -> Iterator[PythonRule]:
        if not isinstance(given, list | tuple):
            raise self._error(f"it is {_kind(given)}, but a list of functions is needed", PYTHON_RULES)
        for place, entry in enumerate(given, start=1):
            rule = entry if isinstance(entry, Mapping) else {"rule": entry}
            check = rule.get("rule")
            name = getattr(check, "__name__", None) or f"rule {place} of {PYTHON_RULES}"
            if not callable(check):
                raise self._error(f"it is {_kind(check)}, but a function rule(record) is needed", name)
            if name == "<lambda>":
                raise self._error(
                    "a lambda has no name that a report could show: write a function with def", PYTHON_RULES
                )
            if not _takes_one(check):
                raise self._error("the function must take one argument, the record", name)
            fields = self._fields(name, rule, _OF_PYTHON, required=("rule",))
            del fields["rule"]
            defaults = {"error_type": name, "description": _first_sentence(check) or name}
            yield PythonRule(name, **{**defaults, **fields}, place=self._place(name), check=check)

    def _fields(self, name: str, given: object, allowed: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise self._error(f"it is {_kind(given)}, but a dict with {', '.join(required)} is needed", name)
        unknown = [str(key) for key in given if key not in allowed]
        missing = [key for key in required if key not in given]
        if unknown:
            raise self._error(f"unknown key {', '.join(unknown)}; allowed: {', '.join(allowed)}", name)
        if missing:
            raise self._error(
                f"it has no {' and no '.join(missing)}; add {'it' if len(missing) == 1 else 'them'}", name
            )
        fields = dict(given)
        for key in ("query", "error_type", "description", "filter"):
            if key in fields and (not isinstance(fields[key], str) or not fields[key].strip()):
                raise self._error(f"{key} is {fields[key]!r}, but text is needed", name)
        if "severity" in fields:
            fields["severity"] = self._severity(name, fields["severity"])
        ratio = fields.get("max_fail_ratio")
        if ratio is not None and (isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 0 <= ratio <= 1):
            raise self._error(f"max_fail_ratio is {ratio!r}, but a number from 0 to 1 is needed", name)
        return fields

    def _severity(self, name: str, given: object) -> Severity:
        try:
            return Severity(given)  # type: ignore[arg-type]
        except ValueError:
            allowed = ", ".join(repr(str(severity)) for severity in Severity)
            raise self._error(f"severity is {given!r}; allowed: {allowed}", name) from None

    def _place(self, rule: str | None = None, line: int | None = None) -> str:
        line = line or (self._lines.get(rule) if rule else None)
        return f"{self._source.name}:{line}" if line else self._source.name

    def _error(self, what: str, rule: str | None = None, *, line: int | None = None) -> RulesFileError:
        return RulesFileError(f"{self._place(rule, line)}: {f'{rule}: ' if rule else ''}{what}")


def _first_sentence(check: object) -> str:
    """Of the docstring, however many lines it takes."""
    paragraph = (inspect.getdoc(getattr(check, "func", check)) or "").strip().partition("\n\n")[0]
    return re.split(r"(?<=[.!?])\s+(?=[^\Wa-z])", " ".join(paragraph.split()))[0]


def _takes_one(check: Callable[..., Any]) -> bool:
    try:
        inspect.signature(check).bind({})
    except TypeError:
        return False
    return True


def _kind(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
