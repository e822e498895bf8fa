"""Which of several files is at fault, found by looking at their rows once the warehouse has refused them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.types import TableSchema, is_text
from customer_data.columns.values import misfits
from customer_data.errors import FileFault
from customer_data.replication.dms_files import CHANGE_SEQUENCE, OPERATION, Kind
from customer_data.replication.merge_sql import SEQUENCE_DIGITS
from customer_data.replication.reading import Inspected, batches
from customer_data.replication.staging_plan import LinedUp

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: Types whose values `misfits` does not judge.
_NOT_JUDGED = ("varbyte", "real", "double precision")


class FilesAtFault(Exception):
    """Why the files of a batch are not merged, by load id."""

    def __init__(self, faults: Mapping[str, FileFault]) -> None:
        super().__init__("; ".join(fault.reason for fault in faults.values()))
        self.faults = faults

    @staticmethod
    def of(file: Inspected, fault: FileFault) -> FilesAtFault:
        return FilesAtFault({file.file.source.load_id: fault})


def look_at_each(files: Iterable[Inspected], look: Callable[[Inspected], None]) -> None:
    """Raises FilesAtFault for those at which `look` raises FileFault."""
    faults = {}
    for file in files:
        try:
            look(file)
        except FileFault as fault:
            faults[file.file.source.load_id] = fault
    if faults:
        raise FilesAtFault(faults)


def require_changes(file: Inspected, key: Sequence[str], s3: S3Client) -> None:
    """Reads operations, sequences and key columns, of a CSV all. Raises FileFault for the first row that is no change
    (of a full load: no row of one), or when the file cannot be read to its end."""
    operation, sequence = (
        file.columns[place].header for place in map(file.place, (OPERATION, CHANGE_SEQUENCE)) if place is not None
    )
    keys = [column.header for column in file.columns if column.header in key]
    wanted = None if file.file.format == "csv" else list(dict.fromkeys([operation, sequence, *keys]))
    first = 0
    for batch in batches(file, s3, wanted):
        by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
        for marks, code, what in _checks(file, by_name[operation], by_name[sequence]):
            _refuse(marks, first, file, code, what)
        for name in keys:
            _refuse(pc.is_null(by_name[name]), first, file, "null_key", f"the key column {name!r} is NULL")
        first += batch.num_rows


def require_fitting(file: Inspected, lined_up: LinedUp, table: TableSchema, s3: S3Client) -> None:
    """Raises FileFault for the first value that its column does not take."""
    targets = {}
    for name, place in lined_up.data.items():
        stored = table.column(name)
        if stored and stored.type.name not in _NOT_JUDGED:
            targets[lined_up.columns[place].header] = stored
    headers = [column.header for column in file.columns if column.header in targets and not _is_binary(column.type)]
    first = 0
    for batch in batches(file, s3, headers) if headers else ():
        for header, values in zip(headers, batch.columns, strict=True):
            target = targets[header]
            if is_text(target.type):
                unfit = pc.greater(pc.binary_length(values.cast(pa.string())), target.type.length)
            elif (
                pa.types.is_string(values.type) or pa.types.is_decimal(values.type) or pa.types.is_integer(values.type)
            ):
                unfit = misfits(target.type, values.cast(pa.string()))
            else:
                unfit = None
            if unfit is not None:
                what = f"the value of {header!r} is none of the column {target.name!r}, {target.type.sql}"
                _refuse(pc.fill_null(unfit, False), first, file, "does_not_fit", what)
        first += batch.num_rows


def _checks(file: Inspected, operations: pa.Array, sequences: pa.Array) -> Iterable[tuple[pa.BooleanArray, str, str]]:
    is_load = file.file.kind is Kind.LOAD
    known = pa.array(["I"] if is_load else ["I", "U", "D"])
    wrong = pc.invert(pc.is_in(operations.cast(pa.string()), known))
    yield wrong, "unknown_operation", f"{OPERATION!r} is none of {'I' if is_load else 'I, U and D'}"
    texts = pc.fill_null(sequences.cast(pa.string()), "")
    if is_load:
        yield pc.not_equal(texts, ""), "sequence_in_load", f"{CHANGE_SEQUENCE!r} is not empty in a full load"
    else:
        wrong = pc.invert(pc.match_substring_regex(texts, f"^[0-9]{{1,{SEQUENCE_DIGITS}}}$"))
        yield wrong, "no_sequence", f"{CHANGE_SEQUENCE!r} has not 1 to {SEQUENCE_DIGITS} digits"


def _is_binary(type: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_binary(type) or types.is_large_binary(type) or types.is_fixed_size_binary(type))


def _refuse(marks: pa.BooleanArray, first: int, file: Inspected, code: str, what: str) -> None:
    found = pc.index(marks, True).as_py()
    if found >= 0:
        raise FileFault(
            code,
            f"{file.file.url}: in row {first + found + 1:,} {what}; correct the source, the endpoint or the table, and"
            " run the manifest again, or reload the table",
        )
