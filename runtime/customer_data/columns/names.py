"""Column names of the table from the headers of a file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from customer_data.blanks import trim_text
from customer_data.columns.types import MAX_COLUMNS, MAX_IDENTIFIER_BYTES
from customer_data.errors import FileFault, SettingsError

RESCUE_SUFFIX = "__as_varchar"
# Hidden columns of every Redshift table: a CREATE TABLE with one of these names fails.
SYSTEM_COLUMNS = frozenset(("oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "insertxid", "deletexid"))


def column_names(headers: Sequence[str], mapping: Mapping[str, str], existing: Collection[str] = ()) -> tuple[str, ...]:
    """The column of each header: as the mapping says (the exact header, then without what nobody sees around it, then
    in any letter case), else the existing column of that very name, else in snake case, or the existing column that
    differs from that in `_` only. Raises FileFault when two headers become one column, or differ in `_` only."""
    names: dict[str, str] = {}
    alike: dict[str, tuple[str, bool]] = {}
    for number, (header, found) in enumerate(zip(headers, _names(headers, mapping, existing), strict=True), start=1):
        name = found or f"column_{number}"
        same = names.get(name)
        if header and _mapped(header, mapping) is None:  # mapped headers may be alike, and columns of the table
            earlier, was_there = alike.setdefault(_joined(_plain(header)), (header, name in existing))
            if earlier != header and not (was_there and name in existing):
                same = earlier
        if same is not None:
            raise FileFault(
                "duplicate_column",
                f"the headers {same!r} and {header!r} both become the column {name!r};"
                " rename one in the file or give one another column in columnMapping",
                line=1,
                column=header,
            )
        names[name] = header
    return tuple(names)


def missing_headers(mapping: Mapping[str, str], headers: Collection[str]) -> tuple[str, ...]:
    """The mapped headers that a file lacks, in whatever letter case: misspelt, or of another file."""
    there = {header.strip().casefold() for header in headers}
    return tuple(header for header in mapping if header.strip().casefold() not in there)


def key_places(
    key: Sequence[str], mapping: Mapping[str, str], existing: Collection[str], headers: Sequence[str]
) -> tuple[int, ...] | None:
    """Where among the headers each column of the key is; None where one is missing."""
    names = _names(headers, mapping, existing)
    wanted = [column.lower() for column in key]
    return tuple(map(names.index, wanted)) if all(column in names for column in wanted) else None


def rescue_name(column: str) -> str:
    """The column that keeps, as text, the values that do not fit `column`."""
    return with_ending(column, RESCUE_SUFFIX)


def snake_case(header: str) -> str:
    """`UserId`, `user id` and `USER-ID` are `user_id`, `CDs` is `cds`; accents are folded, letters of other alphabets
    are kept. Empty when the header has neither letters nor digits."""
    text = "".join(_fold(character) for character in unicodedata.normalize("NFKC", header))
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s\b)", "_", text)
    words = "".join(character if _is_word(character) else "_" for character in text.lower())
    name = re.sub("_+", "_", words).strip("_")
    if name in SYSTEM_COLUMNS:
        return f"{name}_"
    # A cut name leaves room for the rescue column's, so that cutting that again does not change it.
    return (
        name
        if len(name.encode()) <= MAX_IDENTIFIER_BYTES
        else shortened(name, MAX_IDENTIFIER_BYTES - len(RESCUE_SUFFIX))
    )


def _names(headers: Sequence[str], mapping: Mapping[str, str], existing: Collection[str]) -> list[str]:
    """Empty where a header has neither letters nor digits. `FirstName` made the column first_name, and FIRSTNAME, which
    shows no words, means it too, unless another header of the file names it."""
    own = [_mapped(header, mapping) or _same(header, existing) or snake_case(header) for header in headers]
    alike: dict[str, list[str]] = {}
    for column in set(existing).difference(own):
        if not column.endswith(RESCUE_SUFFIX):
            alike.setdefault(_joined(column), []).append(column)
    names = []
    for header, name in zip(headers, own, strict=True):
        possible = alike.get(_joined(name), [])
        is_clear = len(possible) == 1 and name not in existing and _mapped(header, mapping) is None
        names.append(possible[0] if is_clear else name)
    return names


def _plain(header: str) -> str:
    """In lower case, `_` for blanks."""
    return re.sub(r"\s", "_", trim_text(header).lower())


@lru_cache(maxsize=2 * MAX_COLUMNS)
def _joined(name: str) -> str:
    """Without `_`, but for those that part numbers: `q1_11` is not `q11_1`."""
    return re.sub(r"(?<!\d)_|_(?!\d)", "", name)


def _mapped(header: str, mapping: Mapping[str, str]) -> str | None:
    name = mapping.get(header, mapping.get(trim_text(header))) or _mapped_in_any_case(header, mapping)
    if name is None:
        return None
    # Redshift folds identifiers to lower case, quoted ones too, unless a session asks otherwise.
    name = name.lower()
    if name.startswith("__") or not name or len(name.encode()) > MAX_IDENTIFIER_BYTES or name in SYSTEM_COLUMNS:
        raise SettingsError(
            f"columnMapping gives the header {header!r} the column {name!r}: a column has 1 to {MAX_IDENTIFIER_BYTES}"
            " bytes, does not begin with '__' (the loader's own) and is not one of Redshift's system columns"
            f" ({', '.join(sorted(SYSTEM_COLUMNS))})"
        )
    return name


def _mapped_in_any_case(header: str, mapping: Mapping[str, str]) -> str | None:
    """None where mapped headers that differ in case have different columns: none of them is meant."""
    columns = {column for mapped, column in mapping.items() if mapped.casefold() == trim_text(header).casefold()}
    return columns.pop() if len(columns) == 1 else None


def _same(header: str, existing: Collection[str]) -> str | None:
    """A table that others made has names such as `_source` and `address__city`, which snake case would change."""
    name = trim_text(header).lower()
    return name if name in existing else None


def _fold(character: str) -> str:
    if character == "ß":
        return "ss"
    letters = unicodedata.normalize("NFKD", character)
    # Only Latin letters: taking the marks off others (が, й) would make other letters of them.
    return letters[0] if letters[0].isascii() and letters[0].isalpha() else character


def _is_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def with_ending(name: str, ending: str) -> str:
    """The name of what stands beside an object of the name."""
    return shortened(name, MAX_IDENTIFIER_BYTES - len(ending)) + ending


def shortened(name: str, max_bytes: int) -> str:
    """Within `max_bytes`, told apart from other names with the same beginning by a hash."""
    encoded = name.encode()
    if len(encoded) <= max_bytes:
        return name
    suffix = "_" + hashlib.sha256(encoded).hexdigest()[:8]
    return encoded[: max_bytes - len(suffix)].decode(errors="ignore") + suffix
