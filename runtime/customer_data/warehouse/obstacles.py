"""What keeps a column from getting another type, and what a person can run to give it one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customer_data.warehouse import sql
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.plan import Growth
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.table_name import TableName


@dataclass(frozen=True)
class Obstacle:
    """What a column has, or others have of it, that a new column in its place would not. `removal` is the statement
    without which the column cannot be dropped, None where it goes with the column."""

    reason: str
    removal: str | None = None
    is_primary_key: bool = False


@dataclass(frozen=True)
class BesideType:
    """What a column has beside its type. That it is `not_null` goes when it grows, and is no obstacle."""

    not_null: bool
    obstacles: tuple[Obstacle, ...]


def beside_type(column: str, table: TableName, warehouse: DataApi) -> BesideType:
    found = warehouse.query(sql.obstacles_to_growth(table, column))
    if not found:
        return BesideType(False, (Obstacle("the catalog does not show what it has beside its type"),))
    alter = f"ALTER TABLE {sql.table(table)} ALTER"
    not_null, obstacles = False, list[Obstacle]()
    for distkey, sortkey, is_nullable, default, acl in found:
        not_null = not_null or str(is_nullable).upper() == "NO"
        of_column = {
            Obstacle("it is the distribution key", f"{alter} DISTSTYLE EVEN"): bool(distkey),
            Obstacle("it is in the sort key", f"{alter} SORTKEY NONE"): bool(sortkey),
            Obstacle("it has a default"): default is not None,
            Obstacle("rights are granted on it"): bool(acl),
        }
        obstacles += [obstacle for obstacle, is_there in of_column.items() if is_there]
    dependants = warehouse.query(sql.dependants_of_column(table, column))
    return BesideType(not_null, (*obstacles, *(_dependant(*map(str, dependant)) for dependant in dependants)))


def growth_by_hand(growth: Growth, table: TableName, in_the_way: Sequence[Obstacle]) -> str:
    """The SQL after which the column has the type, and lacks what was in the way."""
    removals = dict.fromkeys(obstacle.removal for obstacle in in_the_way if obstacle.removal)
    return "; ".join([*removals, *sql.growth_by_hand(table, growth)]) + ";"


def _dependant(kind: str, name: str, schema: str, relation: str) -> Obstacle:
    of = sql.table(TableName(schema, relation))
    if kind == "view":
        return Obstacle(f"the view {name!r} needs it", f"DROP VIEW {of}")
    if kind == "comment":
        return Obstacle("it has a comment")
    is_key = kind == "primary key"
    reason = f"the PRIMARY KEY {name!r} is on it" if is_key else f"the constraint {name!r} is on it"
    return Obstacle(reason, f"ALTER TABLE {of} DROP CONSTRAINT {identifier(name)}", is_key)
