"""One column of a file against the table's: what fits it, what is rescued, what its type will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.inference import TypeInference
from customer_data.columns.names import rescue_name
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import ColumnType, TableColumn, varchar_with_headroom
from customer_data.columns.value_checks import longest, misfits_of_existing


class WhenUnfit(Enum):
    """What a value that its column cannot hold leads to."""

    RESCUE = "kept as text in the rescue column"
    FAIL_FILE = "the file fails"
    REJECT_RECORD = "the record is rejected"


@dataclass(frozen=True)
class Decision:
    """How an existing column is read, known once all values were seen: `type` is the table's, or the date or timestamp
    in the format that most values are written in; `rescue` says that some values do not fit."""

    type: ColumnType
    rescue: bool


class NewColumn:
    """A column that the table lacks: its type comes from the values."""

    def __init__(self, name: str, header: str, index: int, inference: TypeInference) -> None:
        self.name = name
        self.header = header
        self.index = index
        self._inference = inference

    def add(self, values: pa.StringArray) -> None:
        self._inference.add(values)

    def staged(self) -> StagedColumn:
        return StagedColumn(self.name, self.header, self._inference.type, self._inference.max_bytes, is_new=True)


class ExistingColumn:
    """A column that the table has: each value fits its type, or `when_unfit` says what happens.

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
        formats: Sequence[ColumnType],
        rescue_column: TableColumn | None,
        decision: Decision | None,
    ) -> None:
        self.name = column.name
        self.header = header
        self.index = index
        self.column = column
        self.when_unfit = when_unfit
        self.rescue_name = rescue_name(column.name)
        self._rescue_column = rescue_column
        # To a TIMESTAMP, a date without a time is its midnight, in a format as in ISO 8601.
        kinds = ("date", "timestamp") if column.type.name == "timestamp" else (column.type.name,)
        self._readings = [column.type, *(format for format in formats if format.name in kinds)]
        self._grows = column.type.name == "varchar" and column.widenable
        needs_no_survey = when_unfit is not WhenUnfit.RESCUE or rescue_column is not None
        if decision is None and len(self._readings) == 1 and needs_no_survey:
            decision = Decision(self._readings[0], rescue=False)
        self._decision = decision
        self._unfit = [0] * len(self._readings)
        self._max_bytes = 0
        self._rescued_max_bytes = 0
        self._rescued = 0  # values: the empty text is one too

    @property
    def undecided(self) -> bool:
        """Whether the survey found that this reading of the file cannot be the one that counts."""
        return self._decision is None and self._unfit[0] > 0

    @property
    def has_rescue(self) -> bool:
        """A rescue column that the table already has is always written: a value that fits again takes the place of the
        one that did not."""
        return self._rescue_column is not None or (self._decision is not None and self._decision.rescue)

    @property
    def read_as(self) -> ColumnType:
        """The type that values have to fit, in the format in which most are written."""
        return self.decide().type

    def decide(self) -> Decision:
        if self._decision is not None:
            return self._decision
        fewest = min(self._unfit)
        return Decision(
            self._readings[self._unfit.index(fewest)],
            rescue=fewest > 0 and self.when_unfit is WhenUnfit.RESCUE,
        )

    def misfits(self, values: pa.StringArray) -> pa.BooleanArray | None:
        """The values that do not fit; None when there are none. Any text fits a column that can be widened: what no
        column of Redshift holds is rejected without looking at the table. A survey only counts, it marks no value: what
        unfit ones lead to is known when all were seen, and `undecided` has the file read again."""
        if self._grows:
            return None
        if self._decision is not None:
            return misfits_of_existing(self._decision.type, values)
        for number, reading in enumerate(self._readings):
            found = misfits_of_existing(reading, values)
            self._unfit[number] += 0 if found is None else pc.sum(found).as_py()
        return None

    @property
    def narrow_rescue(self) -> TableColumn | None:
        """The rescue column, where the table's does not take every value."""
        rescue = self._rescue_column
        return None if rescue is None or (rescue.widenable and rescue.type.name == "varchar") else rescue

    def unrescuable(self, rescued: pa.StringArray) -> pa.BooleanArray | None:
        """The values that the rescue column cannot hold either: it is the table's and too narrow to be widened."""
        rescue = self.narrow_rescue
        return misfits_of_existing(rescue.type, rescued) if rescue else None

    def add(self, values: pa.StringArray) -> None:
        self._max_bytes = max(self._max_bytes, longest(values))

    def add_rescued(self, rescued: pa.StringArray) -> int:
        """How many values are rescued."""
        count: int = len(rescued) - rescued.null_count
        if count:
            self._rescued += count
            self._rescued_max_bytes = max(self._rescued_max_bytes, longest(rescued))
        return count

    def staged(self) -> tuple[StagedColumn, ...]:
        type = self.read_as if self.read_as.format else self.column.type
        staged = StagedColumn(self.name, self.header, type, self._max_bytes, is_new=False)
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
