"""How a file writes dates and numbers, where it is not as programs do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer_data.columns.date_formats import format_type
from customer_data.columns.number_formats import NumberFormat, number_format
from customer_data.columns.types import ColumnType

if TYPE_CHECKING:
    from customer_data.csv.format import CsvFormat


@dataclass(frozen=True)
class Formats:
    """`dates` are types with their formats, in the order in which the user named them."""

    dates: tuple[ColumnType, ...] = ()
    numbers: NumberFormat | None = None

    @staticmethod
    def of(csv: CsvFormat) -> Formats:
        """Raises SettingsError."""
        return Formats(tuple(map(format_type, csv.date_formats)), number_format(csv))
