"""One column of a file against the table's: what fits it, what is rescued, what its type will be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.formats import Formats
from customer_data.columns.growth import Beyond, may_grow
from customer_data.columns.inference import DecidingValue, TypeInference
from customer_data.columns.names import rescue_name
from customer_data.columns.number_formats import DecimalCommas
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import ColumnType, TableColumn, as_written, varchar_with_headroom
from customer_data.columns.values import Read, arrow_type, longest, misfits, read_values


class WhenUnfit(Enum):
    """What a value that its column cannot hold leads to."""

    RESCUE = "kept as text in the rescue column"
    FAIL_FILE = "the file fails"
    REJECT_RECORD = "the record is rejected"


@dataclass(frozen=True)
class Decision:
    """How a column is read, known once all values were seen: `type` is the table's, or the date or timestamp in the
    format that most values are written in, or the one of a new column (None: it has no value), or the one that the
    column `grows` to because of the value `why`; `rescue` says that some values do not fit."""

    type: ColumnType | None
    rescue: bool = False
    grows: bool = False
    why: DecidingValue | None = None


class NewColumn:
    """A column that the table lacks: its type comes from the values.

    The first reading of a file stages them as of the type that they have had so far. Where a later value is of another,
    a second one does it with the type that holds them all. A sequence of dates is one of times: a later file may have
    them, and a column that orders the rows grows no more.
    """

    def __init__(
        self,
        name: str,
        header: str,
        index: int,
        *,
        inference: TypeInference,
        decision: Decision | None = None,
        is_sequence: bool = False,
    ) -> None:
        self.name = name
        self.header = header
        self.index = index
        self._inference = inference
        self._decision = decision
        self._is_sequence = is_sequence
        self._staged = False
        self._staged_as: ColumnType | None = None
        self._converted = 0

    @property
    def type(self) -> ColumnType | None:
        type = self._decision.type if self._decision else self._inference.type
        return replace(type, name="timestamp") if self._is_sequence and type and type.name == "date" else type

    @property
    def undecided(self) -> bool:
        return self._staged and not _is_read_alike(self._staged_as, self.type)

    def decide(self) -> Decision:
        return Decision(self.type)

    def add(self, texts: pa.StringArray, lines: npt.NDArray[np.int64]) -> pa.Array:
        """The values to stage."""
        self._inference.add(texts, lines)
        if not self._staged:
            self._staged, self._staged_as = True, self.type
        if self.type is None or self.undecided:
            return pa.nulls(len(texts), arrow_type(self._staged_as))
        read = read_values(self.type, texts)
        self._converted += _count(read.converted)
        return read.values

    def staged(self) -> StagedColumn:
        inference = self._inference
        return StagedColumn(
            self.name,
            self.header,
            replace(self.type, format=None) if self.type else None,
            inference.max_bytes,
            is_new=True,
            why=inference.why,
            converted=self._converted,
            has_decimal_commas=inference.has_decimal_commas,
        )


class ExistingColumn:
    """A column of a known type: each value fits it, or `when_unfit` says what happens. The table has the column, or
    `is_new` and its type was named.

    Which date format fits and whether a rescue column is needed is only known after the last value. So a first reading
    of the file surveys (`decision` is None), and where it found something unfit, a second one acts on the decision.
    """

    def __init__(
        self,
        column: TableColumn,
        header: str,
        index: int,
        *,
        when_unfit: WhenUnfit,
        formats: Formats,
        rescue_column: TableColumn | None,
        decision: Decision | None,
        is_new: bool = False,
    ) -> None:
        self.name = column.name
        self.header = header
        self.index = index
        self.column = column
        self.is_new = is_new
        self.when_unfit = when_unfit
        self.rescue_name = rescue_name(column.name)
        self._rescue_column = rescue_column
        # To a TIMESTAMP, a date without a time is its midnight, in a format as in ISO 8601.
        kinds = ("date", "timestamp") if column.type.name == "timestamp" else (column.type.name,)
        self._readings = [
            as_written(column.type, formats.numbers),
            *(format for format in formats.dates if format.name in kinds),
        ]
        self._numbers = formats.numbers
        self._lengthens = column.type.name == "varchar" and column.widenable
        may_rescue = when_unfit is WhenUnfit.RESCUE
        grows = may_rescue and column.growable and may_grow(column.type)
        self._beyond = Beyond(column.type, formats.numbers) if grows else None
        needs_no_survey = not may_rescue or (rescue_column is not None and self._beyond is None)
        if decision is None and len(self._readings) == 1 and needs_no_survey:
            decision = Decision(self._readings[0], rescue=False)
        self._decision = decision
        self._unfit = [0] * len(self._readings)
        self._grown_is_narrower = False
        self._marks: list[pa.BooleanArray | None] = []  # of the batch just read, for each reading
        self._why = decision.why if decision else None
        self._converted = 0
        self._commas = DecimalCommas(formats.numbers)
        self._max_bytes = 0
        self._rescued_max_bytes = 0
        self._rescued = 0  # values: the empty text is one too

    @property
    def undecided(self) -> bool:
        """Whether this reading of the file turned out not to be the one that counts: values do not fit, or not even the
        type that the column grows to."""
        if self._grown_is_narrower:
            return True
        grown = self._beyond.type if self._beyond else None
        return self._decision is None and self._unfit[0] > 0 and not (self._rescues_at_once and grown is None)

    @property
    def _rescues_at_once(self) -> bool:
        """Not where a record is rejected for its value, with which the column may grow."""
        may_reject = self._beyond is not None and self.narrow_rescue is not None
        return self._rescue_column is not None and len(self._readings) == 1 and not may_reject

    @property
    def has_rescue(self) -> bool:
        """A rescue column that the table already has is always written: a value that fits again takes the place of the
        one that did not."""
        return self._rescue_column is not None or (self._decision is not None and self._decision.rescue)

    @property
    def read_as(self) -> ColumnType:
        """The type that values have to fit, in the format in which most are written."""
        type = (self._decision or self.decide()).type
        assert type is not None, "it is known"
        return type

    def decide(self) -> Decision:
        if self._grown_is_narrower:
            return Decision(self._readings[0], rescue=True)
        if self._decision is not None:
            return self._decision
        fewest = min(self._unfit)
        best = self._unfit.index(fewest)
        if fewest > 0 and best == 0 and self._beyond and self._beyond.type:
            grown = as_written(self._beyond.type, self._numbers)
            return Decision(grown, rescue=self._beyond.others, grows=True, why=self._why)
        return Decision(self._readings[best], rescue=fewest > 0 and self.when_unfit is WhenUnfit.RESCUE)

    def read(self, texts: pa.StringArray) -> Read:
        """The values, and the marks of the texts that do not fit; None when there are none. Any text fits a column that
        can be widened: what no column of Redshift holds is rejected without looking at the table. A survey only counts,
        it marks no value: what unfit ones lead to is known when all were seen, and `undecided` has the file read
        again."""
        if self._lengthens:
            return Read(texts)
        if self._decision is not None:
            read = read_values(self.read_as, texts)
            self._marks = [read.unfit] if self._decision.grows else []
            return self._as_stored(read)
        reads = [read_values(reading, texts) for reading in self._readings]
        self._marks = [read.unfit for read in reads]
        return self._as_stored(reads[0] if self._rescues_at_once else reads[0]._replace(unfit=None))

    def _as_stored(self, read: Read) -> Read:
        """To a TIMESTAMP, a date in a format is its midnight."""
        stored = arrow_type(self._type)
        return read if read.values.type == stored else read._replace(values=read.values.cast(stored))

    @property
    def narrow_rescue(self) -> TableColumn | None:
        """The rescue column, where the table's does not take every value."""
        rescue = self._rescue_column
        return None if rescue is None or (rescue.widenable and rescue.type.name == "varchar") else rescue

    def unrescuable(self, rescued: pa.StringArray) -> pa.BooleanArray | None:
        """The values that the rescue column cannot hold either: it is the table's and too narrow to be widened."""
        rescue = self.narrow_rescue
        return misfits(rescue.type, rescued) if rescue else None

    def survey(self, texts: pa.StringArray, lines: npt.NDArray[np.int64], kept: pa.BooleanArray | None) -> None:
        """Counts those of the texts just read that do not fit, and looks for a type that would hold them."""
        kept_marks = [marks if marks is None or kept is None else pc.and_(marks, kept) for marks in self._marks]
        if self._marks and self._decision is None:
            # The value of a record that is rejected for another reason needs no rescue.
            counted = kept_marks if self.when_unfit is WhenUnfit.RESCUE else self._marks
            self._unfit = [count + _count(marks) for count, marks in zip(self._unfit, counted, strict=True)]
        marked = kept_marks[0] if kept_marks else None
        if self._beyond is None or marked is None:
            return
        unfit = texts.filter(marked)
        if self._decision is not None:
            self._check_growth(unfit)
            return
        held = pc.index(self._beyond.add(unfit), True).as_py()
        if self._why is None and held >= 0:
            row = pc.indices_nonzero(marked)[held].as_py()
            self._why = DecidingValue(int(lines[row]), texts[row].as_py())

    def _check_growth(self, unfit: pa.StringArray) -> None:
        """The survey saw no value that fits the column as it is. Near the most digits the grown one may not take each
        of them: then it does not grow, as where a stored value is in the way. No value may be neither in the column nor
        in a rescue column."""
        as_is = misfits(self._readings[0], unfit)
        fit_as_is = as_is is None or pc.any(pc.invert(as_is)).as_py() is True
        self._grown_is_narrower |= len(unfit) > 0 and (fit_as_is or not self.has_rescue)

    @property
    def _type(self) -> ColumnType:
        """The known one, or the one that the column grows to."""
        return replace(self.read_as, format=None) if self._decision and self._decision.grows else self.column.type

    def add(self, values: pa.Array, converted: pa.BooleanArray | None) -> None:
        self._converted += _count(converted)
        if pa.types.is_string(values.type):
            self._max_bytes = max(self._max_bytes, longest(values))

    def add_rescued(self, rescued: pa.StringArray) -> int:
        """How many values are rescued."""
        count: int = len(rescued) - rescued.null_count
        if count:
            self._rescued += count
            self._commas.add(rescued)
            self._rescued_max_bytes = max(self._rescued_max_bytes, longest(rescued))
        return count

    def staged(self) -> tuple[StagedColumn, ...]:
        grown_from = None if self._type == self.column.type else self.column.type
        staged = StagedColumn(
            self.name,
            self.header,
            self._type,
            self._max_bytes,
            is_new=self.is_new,
            grown_from=grown_from,
            why=self._why if grown_from else None,
            converted=self._converted,
            has_decimal_commas=bool(self._commas),
        )
        if not self.has_rescue:
            return (staged,)
        max_bytes = self._rescued_max_bytes
        rescue_type: ColumnType | None = None
        if self._rescue_column is not None:
            rescue_type = self._rescue_column.type
        elif self._rescued:
            rescue_type = varchar_with_headroom(max_bytes)
        rescue = StagedColumn(
            self.rescue_name,
            self.header,
            rescue_type,
            max_bytes,
            is_new=self._rescue_column is None,
            rescue_for=self.name,
            rescued=self._rescued,
        )
        return (staged, rescue)


def _is_read_alike(a: ColumnType | None, b: ColumnType | None) -> bool:
    """Whether a text that is a value of both types is the same one: `01/02/2024` is in February to one format."""
    return arrow_type(a) == arrow_type(b) and (a and a.format) == (b and b.format)


def _count(marks: pa.BooleanArray | None) -> int:
    return 0 if marks is None else pc.sum(marks).as_py() or 0
