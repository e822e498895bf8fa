"""Records in which something is wrong, column by column: most rows of a file may be bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from json.encoder import encode_basestring
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.records.json_objects import to_json


class RowError(NamedTuple):
    """One reason why a record is rejected; `rule` is the requirement, `code` is stable and for programs. A `warning`
    alone rejects no record."""

    rule: str
    code: str
    reason: str
    column: str | None = None
    value: str | None = None
    warning: bool = False

    @property
    def severity(self) -> Literal["error", "warning"]:
        return "warning" if self.warning else "error"


@dataclass(frozen=True)
class Errors:
    """For each of some rows its error, by the place in `known`; NULL for a row without. All are about one rule and one
    column, and all are warnings or none is."""

    places: pa.Int32Array
    known: Sequence[RowError]

    @staticmethod
    def of_values(values: pa.StringArray, error: Callable[[str | None], RowError]) -> Errors:
        """One for each value, which are often the same."""
        encoded = pc.dictionary_encode(values, null_encoding="encode")
        return Errors(encoded.indices, [error(value) for value in encoded.dictionary.to_pylist()])

    @staticmethod
    def of_rows(errors: Sequence[RowError | None]) -> Errors:
        known = [error for error in errors if error is not None]
        there = iter(range(len(known)))
        return Errors(pa.array([None if error is None else next(there) for error in errors], pa.int32()), known)

    def over(self, rows: pa.BooleanArray) -> Errors:
        """Of all rows, where these are the errors of the marked ones in their order."""
        nothing = pa.nulls(len(rows), pa.int32())
        return replace(self, places=pc.replace_with_mask(nothing, rows, self.places))

    def take(self, rows: pa.Array) -> Errors:
        return replace(self, places=self.places.take(rows))

    @property
    def rows(self) -> pa.BooleanArray:
        return pc.is_valid(self.places)

    @cached_property
    def count(self) -> int:
        count: int = len(self.places) - self.places.null_count
        return count

    @property
    def first(self) -> tuple[int, RowError]:
        """The first row that has an error, and it."""
        row: int = pc.index(self.rows, True).as_py()
        place: int = self.places[row].as_py()
        return row, self.known[place]

    def as_json(self) -> pa.StringArray:
        text = encode_basestring
        codes = {error.code: error for error in self.known}
        begin = {
            code: f'{{"rule": {text(error.rule)}, "code": {text(code)}, "reason": ' for code, error in codes.items()
        }
        end = f', "severity": "{self.known[0].severity}"}}' if self.known else ""
        made = [f"{begin[error.code]}{text(error.reason)}{end}" for error in self.known]
        return pa.array(made, pa.string()).take(self.places)


@dataclass(frozen=True)
class Rejections:
    """Records as JSON (field to text, or the text as written where it is not one record), with their lines (int64, NULL
    where records have none) and all that is wrong in each: warnings alone reject no record, it goes on."""

    lines: pa.Int64Array
    records: pa.StringArray
    errors: tuple[Errors, ...]

    @staticmethod
    def of(records: Iterable[tuple[int | None, Mapping[str, str | None] | str, Sequence[RowError]]]) -> Rejections:
        """Of a few records, which need not have errors of the same kinds."""
        given = list(records)
        slots: dict[tuple[str, str | None, bool, int], list[RowError | None]] = {}
        for row, (_, _, errors) in enumerate(given):
            for error in errors:
                kind, nth = (error.rule, error.column, error.warning), 0
                while slots.setdefault((*kind, nth), [None] * len(given))[row] is not None:
                    nth += 1
                slots[(*kind, nth)][row] = error
        return Rejections(
            pa.array([line for line, _, _ in given], pa.int64()),
            pa.array([to_json(record) for _, record, _ in given], pa.string()),
            tuple(map(Errors.of_rows, slots.values())),
        )

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: pa.Array) -> Rejections:
        """Of these rows only, without the errors that none of them has."""
        errors = (errors.take(rows) for errors in self.errors)
        return Rejections(self.lines.take(rows), self.records.take(rows), tuple(each for each in errors if each.count))

    def and_then(self, others: Rejections) -> Rejections:
        """Both, in the order of their lines."""
        rows = len(self), len(others)
        before, after = (pa.nulls(count, pa.int32()) for count in rows)
        both = Rejections(
            pa.concat_arrays([self.lines, others.lines]),
            pa.concat_arrays([self.records, others.records]),
            (
                *(replace(errors, places=pa.concat_arrays([errors.places, after])) for errors in self.errors),
                *(replace(errors, places=pa.concat_arrays([before, errors.places])) for errors in others.errors),
            ),
        )
        return both.take(pc.sort_indices(both.lines))

    @cached_property
    def are_rejected(self) -> pa.BooleanArray:
        """Those with more than warnings."""
        nothing = pa.array([False] * len(self))
        return reduce(pc.or_, (errors.rows for errors in self.errors if not errors.known[0].warning), nothing)

    def parted(self) -> tuple[Rejections, Rejections]:
        """The rejected records, and those that only warnings are about."""
        rejected = self.are_rejected
        return self.take(pc.indices_nonzero(rejected)), self.take(pc.indices_nonzero(pc.invert(rejected)))
