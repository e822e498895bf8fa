"""Queries of SQL rules: how they are wrapped, and how the rows that they select are found in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from customer_data.errors import CustomerDataError
from customer_data.quality.rules.rule_set import LINE, VIEW, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class RuleNotRun(CustomerDataError):
    """A rule that does not run on this file, or whose rows are unknown. The others go on."""


def all_of(query: str) -> str:
    """As a subquery, which nothing but a query can be; on lines of its own, since it may end in a comment."""
    return f"SELECT * FROM (\n{query.strip().removesuffix(';')}\n)"


def where(condition: str) -> str:
    """A condition as a query, to see whether it is one."""
    return f"SELECT * FROM {VIEW} WHERE (\n{condition}\n)"


def require_whole_numbers(type: str) -> None:
    """Raises RuleNotRun unless `__line` is of a type that it has in the view."""
    if type not in ("bigint", "int"):
        raise RuleNotRun(f"the query's {LINE} is of the type {type.upper()}: select it as it is in {VIEW}")


def lines_by_key(selected: DataFrame, rows: DataFrame, key: Sequence[str]) -> DataFrame:
    """The lines of the records that have a selected key, and NULL for a key that none has."""
    names = [f"__key_{number}" for number in range(len(key))]
    bad = selected.selectExpr(
        *(f"{quoted(column)} AS {name}" for column, name in zip(key, names, strict=True))
    ).distinct()
    same = [rows[quoted(column)].eqNullSafe(bad[name]) for column, name in zip(key, names, strict=True)]
    return bad.join(rows, same, "left").selectExpr(f"{quoted(LINE)} AS line")


def unidentified(count: int, names: Sequence[str], key: Sequence[str]) -> str:
    """Why the rows of a result with these columns cannot be found in the file."""
    remedy = f"select {LINE}, or * of one {VIEW}" + (f", or the key ({', '.join(key)})" if key else "")
    return (
        f"the query selects {count:,} rows that cannot be found in the file, since its result"
        f" ({', '.join(names)[:500]}) does not have {LINE} once; {remedy}"
    )


def columns_used(frame: DataFrame) -> set[str]:
    """The columns of the held frames below that decide which rows there are, by Spark's optimized plan: it drops those
    that are only selected."""
    plans, leaves = [frame._jdf.queryExecution().optimizedPlan()], []
    used = plans[0].references()
    while plans:
        plan = plans.pop()
        used = getattr(used, "$plus$plus")(plan.references())
        below = [*_listed(plan.children()), *_listed(plan.subqueries())]
        plans += below
        leaves += [] if below else [plan.outputSet()]
    return {column.name() for leaf in leaves for column in _listed(leaf.intersect(used).toSeq())}


def _listed(sequence: Any) -> list[Any]:
    return [sequence.apply(place) for place in range(sequence.size())]
