"""The columns of one file, lined up with those of the table."""

from __future__ import annotations

from dataclasses import dataclass

from customer_data.columns.checked import Decision, ExistingColumn, NewColumn
from customer_data.columns.staged import StagedColumn


@dataclass(frozen=True)
class FileColumns:
    """The columns of the file in its order, those left out by the contract apart."""

    columns: tuple[NewColumn | ExistingColumn, ...]
    keys: tuple[int, ...]
    discarded: tuple[str, ...]

    @property
    def existing(self) -> list[ExistingColumn]:
        return [column for column in self.columns if isinstance(column, ExistingColumn)]

    @property
    def key_names(self) -> list[str]:
        return [column.name for column in self.columns if column.index in self.keys]

    @property
    def undecided(self) -> bool:
        return any(column.undecided for column in self.columns)

    def decisions(self) -> dict[str, Decision]:
        return {column.name: column.decide() for column in self.columns}

    def staged(self) -> tuple[StagedColumn, ...]:
        staged: list[StagedColumn] = []
        for column in self.columns:
            staged += column.staged() if isinstance(column, ExistingColumn) else (column.staged(),)
        return tuple(staged)
